package ticket_test

import (
	"slices"
	"sync"
	"time"

	"pgregory.net/rapid"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
)

// steps are what may happen next, each as likely as the others, and the check after each.
func (m *model) steps() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":                     m.check,
		"create":               m.acting(func(t *rapid.T) *act { return m.create(m.someRun(t)) }),
		"create in trouble":    m.inTrouble(func(t *rapid.T) *act { return m.create(m.someRun(t)) }),
		"resolve":              m.acting(func(t *rapid.T) *act { return m.resolve(m.someRun(t)) }),
		"resolve in trouble":   m.inTrouble(func(t *rapid.T) *act { return m.resolve(m.someRun(t)) }),
		"any act":              m.acting(m.someAct),
		"any act in trouble":   m.inTrouble(m.someAct),
		"several at once":      m.crowd,
		"let go":               func(*rapid.T) { m.letGo() },
		"restart":              m.restart,
		"a fault":              func(t *rapid.T) { m.fail(t, modelRoutes()) },
		"somebody in Autotask": m.inAutotask,
		"delete a ticket":      m.onTicket(func(id int64) error { return m.sim.DeleteTicket(id) }),
		"hide a ticket":        m.onTicket(func(id int64) error { return m.hide(id, true) }),
		"work on a ticket":     m.onTicket(func(id int64) error { return m.sim.AddTimeEntry(id, 0.5, "looked at it") }),
		"share a ticket":       m.acting(m.share),
		"switch on":            func(t *rapid.T) { m.save(t, func(set *settings.AutotaskSettings) { set.Enabled = true }) },
		"switch":               m.flip,
		"time":                 m.passTime,
		"settle": func(t *rapid.T) {
			m.clock.advance(11 * time.Second) // no row is looked up more often
			m.perform(t, m.somebody(t), m.settle(), nil)
		},
		"lose a ticket": m.lose,
		"refresh":       m.acting(func(t *rapid.T) *act { return m.refresh(m.someRun(t)) }),
	}
}

func (m *model) someRun(t *rapid.T) backup.Run {
	return m.runs[rapid.IntRange(0, len(m.runs)-1).Draw(t, "run")]
}

// someTicket draws a ticket that Autotask has, and false when it has none.
func (m *model) someTicket(t *rapid.T) (autotasksim.Ticket, bool) {
	held := m.sim.Tickets()
	if len(held) == 0 {
		return autotasksim.Ticket{}, false
	}
	return held[rapid.IntRange(0, len(held)-1).Draw(t, "ticket")], true
}

// someAct draws anything that a person or a task may do.
func (m *model) someAct(t *rapid.T) *act {
	run := m.someRun(t)
	switch rapid.SampledFrom([]string{"create", "resolve", "refresh", "link", "link", "number", "settle", "map", "refresh mapping"}).Draw(t, "act") {
	case "create":
		return m.create(run)
	case "resolve":
		return m.resolve(run)
	case "refresh":
		return m.refresh(run)
	case "link":
		return m.share(t)
	case "number":
		return m.number(run)
	case "map":
		return m.remap(true)
	case "refresh mapping":
		return m.remap(false)
	}
	return m.settle()
}

// share links a run to a ticket, another run's perhaps; without any it makes one.
func (m *model) share(t *rapid.T) *act {
	run := m.someRun(t)
	held, found := m.someTicket(t)
	if !found {
		return m.create(run)
	}
	return m.link(run, held, rapid.Bool().Draw(t, "by id"))
}

// somebody draws a process at which somebody can act. No step is refused, because rapid ends
// a sequence early in which many are.
func (m *model) somebody(t *rapid.T) *process {
	m.letGoInTime()
	if len(m.idle()) == 0 {
		m.letGo()
	}
	if len(m.processes) == 0 {
		return m.start(t)
	}
	idle := m.idle()
	return idle[rapid.IntRange(0, len(idle)-1).Draw(t, "process")]
}

func (m *model) acting(draw func(*rapid.T) *act) func(*rapid.T) {
	return func(t *rapid.T) { m.perform(t, m.somebody(t), draw(t), nil) }
}

// inTrouble lets something befall the process, or Autotask, in the middle of the act.
func (m *model) inTrouble(draw func(*rapid.T) *act) func(*rapid.T) {
	return func(t *rapid.T) {
		p, a := m.somebody(t), draw(t)
		routes := a.routes
		if routes == nil {
			routes = modelRoutes()
		}
		trouble := rapid.SampledFrom([]trapKind{crash, hold, leave, fails, fails}).Draw(t, "trouble")
		if trouble == fails {
			m.fail(t, routes)
			m.perform(t, p, a, nil)
			return
		}
		m.perform(t, p, a, &trap{
			kind:  trouble,
			route: rapid.SampledFrom(routes).Draw(t, "at"),
			skip:  rapid.SampledFrom([]int{0, 0, 1}).Draw(t, "skip"),
			after: rapid.Bool().Draw(t, "after the work"),
		})
	}
}

// modelRoutes are all that a station sends in ordinary acts.
func modelRoutes() []string {
	return append(slices.Concat(createRoutes(), resolveRoutes()), "GET Companies/{id}", "GET zoneInformation")
}

func createRoutes() []string {
	return []string{"POST Tickets/query", "POST Tickets", "GET Tickets/{id}"}
}

func resolveRoutes() []string {
	return []string{
		"GET Tickets/{id}", "POST TimeEntries/query", "POST TicketNotes/query", "POST Tickets/{id}/Notes", "PATCH Tickets",
	}
}

// crowd has several people act at the same moment, at one process or at several.
func (m *model) crowd(t *rapid.T) {
	type pair struct {
		p *process
		a *act
	}
	var pairs []pair
	run := m.someRun(t)
	kind := rapid.SampledFrom([]string{"create", "resolve", "anything"}).Draw(t, "crowd")
	together := rapid.Bool().Draw(t, "at one process")
	for i := range rapid.IntRange(2, 5).Draw(t, "people") {
		var p *process
		if p = m.somebody(t); together && i > 0 {
			p = pairs[0].p
		}
		a := m.create(run)
		switch kind {
		case "resolve":
			a = m.resolve(m.someRun(t))
		case "anything":
			a = m.someAct(t)
		}
		pairs = append(pairs, pair{p, a})
	}
	for _, route := range []string{"POST Tickets/query", "GET Tickets/{id}"} { // so that they meet
		m.sim.FailNext(len(pairs), autotasksim.Fault{Kind: autotasksim.Slow, On: route, Delay: 2 * time.Millisecond})
	}
	var all sync.WaitGroup
	for _, p := range m.idle() {
		defer p.line.crowd(len(pairs))()
	}
	for _, one := range pairs {
		one.p.begin(one.a)
		all.Go(func() { <-one.a.done })
	}
	all.Wait()
	for _, one := range pairs {
		m.finish(one.p, one.a)
		t.Logf("at once: %s at %s: %v", one.a.name, one.p.name, one.a.err)
	}
}

// restart ends a process, if three run, and starts another, which settles at once.
func (m *model) restart(t *rapid.T) {
	if len(m.processes) == 3 {
		m.kill(m.somebody(t))
	}
	p := m.start(t)
	m.perform(t, p, m.settle(), nil)
}

// fail makes the next requests to Autotask fail.
func (m *model) fail(t *rapid.T, routes []string) {
	fault := autotasksim.Fault{
		Kind: rapid.SampledFrom(autotasksim.FaultKinds()).Draw(t, "fault"),
		On:   rapid.SampledFrom(routes).Draw(t, "on"),
		Skip: rapid.IntRange(0, 1).Draw(t, "skip"),
	}
	switch fault.Kind {
	case autotasksim.HangAfter:
		m.mayHang.Store(true)
	case autotasksim.Slow:
		fault.Delay = time.Millisecond
	case autotasksim.TooMany:
		fault.RetryAfter = rapid.SampledFrom([]time.Duration{0, 5 * time.Second, 2 * time.Minute}).Draw(t, "retry after")
	default:
	}
	m.sim.FailNext(rapid.SampledFrom([]int{1, 1, 3}).Draw(t, "times"), fault)
	if rapid.Bool().Draw(t, "and no look-up") { // nor any try of it
		m.sim.FailNext(9, autotasksim.Fault{Kind: autotasksim.HTMLPage, On: "POST Tickets/query", Skip: 1})
	}
}

// inAutotask is what somebody does in Autotask's own pages.
func (m *model) inAutotask(t *rapid.T) {
	switch what := rapid.SampledFrom([]string{"company", "foreign", "ticket", "ticket", "ticket", "ticket", "ticket"}).Draw(t, "what"); what {
	case "company":
		m.mustDo(t, m.sim.SetCompanyActive(acmeCompany, rapid.Bool().Draw(t, "active")))
	case "foreign":
		if len(m.sim.Tickets()) < 4 {
			_, err := m.sim.AddTicket(autotasksim.Ticket{CompanyID: acmeCompany + 1, Title: "Backup fails", ExternalID: "rmm-17"})
			m.mustDo(t, err)
		}
	default:
		if held, found := m.someTicket(t); found {
			m.mustDo(t, m.touch(t, held.ID))
		}
	}
}

// onTicket does something with a ticket, if there is one.
func (m *model) onTicket(do func(id int64) error) func(*rapid.T) {
	return func(t *rapid.T) {
		if held, found := m.someTicket(t); found {
			m.mustDo(t, do(held.ID))
		}
	}
}

// touch is what somebody does with a ticket in Autotask's own pages.
func (m *model) touch(t *rapid.T, id int64) error {
	switch rapid.SampledFrom([]string{"complete", "reopen", "show", "show", "move"}).Draw(t, "touch") {
	case "complete":
		return m.sim.SetTicketStatus(id, complete)
	case "reopen":
		return m.sim.SetTicketStatus(id, statusNew)
	case "move":
		return m.sim.MoveTicket(id, rapid.SampledFrom([]int64{acmeCompany, acmeCompany + 1}).Draw(t, "company"))
	}
	m.letGo() // what is under way was decided while the ticket could not be seen
	return m.hide(id, false)
}

func (m *model) hide(id int64, hidden bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hidden[id] = hidden
	m.everHidden[id] = m.everHidden[id] || hidden
	return m.sim.HideTicket(id, hidden)
}

// lose has a process crash just after Autotask made a ticket, which then cannot be seen for
// longer than it is looked for.
func (m *model) lose(t *rapid.T) {
	m.perform(t, m.somebody(t), m.create(m.someRun(t)), &trap{kind: crash, route: "POST Tickets", after: true})
	live := m.sim.Tickets()
	if len(live) == 0 {
		return
	}
	m.letGo()
	lost := live[len(live)-1].ID
	m.mustDo(t, m.hide(lost, true))
	m.clock.advance(11 * time.Minute)
	m.perform(t, m.somebody(t), m.settle(), nil)
	m.mustDo(t, m.hide(lost, false))
}

func (m *model) mustDo(t *rapid.T, err error) {
	if err != nil {
		t.Fatalf("in Autotask: %v", err)
	}
}

// flip turns one of the switches in Settings.
func (m *model) flip(t *rapid.T) {
	which := rapid.SampledFrom([]string{"enabled", "enabled", "allow resolve", "manual numbers"}).Draw(t, "which")
	on := rapid.SampledFrom([]bool{true, false}).Draw(t, "on")
	m.save(t, func(set *settings.AutotaskSettings) {
		switch which {
		case "enabled":
			set.Enabled = on
		case "allow resolve":
			set.AllowResolve = on
		default:
			set.AllowManualNumber = on
		}
	})
}

// passTime lets time pass, a little only while a request is under way.
func (m *model) passTime(t *rapid.T) {
	times := []time.Duration{time.Second, 11 * time.Second, time.Minute, 11 * time.Minute, 2 * time.Hour}
	by := rapid.SampledFrom(times).Draw(t, "by")
	if slices.ContainsFunc(m.processes, func(p *process) bool { return p.held != nil }) {
		by = min(by, 11*time.Second)
	}
	m.clock.advance(by)
	m.letGoInTime()
}
