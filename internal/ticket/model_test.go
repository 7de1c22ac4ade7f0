package ticket_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/ticket"
)

// TestWhateverHappensARunHasOneTicket plays random days in which people, processes and
// Autotask do and suffer everything that they can, and looks after each step whether a
// promise was broken. Each day ends with the troubles over, and then all must agree.
//
// A failure prints the seed; -rapid.seed repeats it, and -rapid.checks and -rapid.steps play
// more and longer days.
func TestWhateverHappensARunHasOneTicket(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		base := openModelBase(t, url)
		rapid.Check(t, func(t *rapid.T) {
			m := newModel(t, base)
			t.Repeat(m.steps())
			m.makeGood(t)
			m.wantAgreement(t)
		})
	})
}

// model is one day: Autotask, the processes, and what a judge needs to remember.
type model struct {
	*modelBase
	sim       *autotasksim.Server
	processes []*process // those that run
	started   int        // processes ever
	set       settings.AutotaskSettings
	password  string // as Settings have it
	secret    string // as Autotask has it
	mayHang   atomic.Bool

	mu         sync.Mutex
	off        bool                         // the integration is switched off
	straddling map[string]bool              // processes with an act that began before that
	hidden     map[int64]bool               // tickets that the API user may not see now
	everHidden map[int64]bool               // or at some time
	existed    map[int64]autotasksim.Ticket // every ticket there ever was
	faults     []string                     // promises that were broken
}

// process is a Backupchecks with its own connections to the database and to Autotask.
type process struct {
	name    string
	db      *store.DB
	line    *line
	station *ticket.Station
	end     sync.Once
	held    *act // whose request is under way; nil for none
}

// act is something that a person does through a process.
type act struct {
	name   string
	routes []string // that it takes; nil for too many
	do     func(context.Context, *ticket.Station) error
	cancel context.CancelFunc
	done   chan struct{}
	err    error     // once done
	trap   *trap     // nil for none
	since  time.Time // of the hold
}

func newModel(t *rapid.T, base *modelBase) *model {
	m := &model{
		modelBase: base, straddling: map[string]bool{}, hidden: map[int64]bool{}, everHidden: map[int64]bool{},
		existed: map[int64]autotasksim.Ticket{}, password: "secret", secret: "secret",
	}
	var err error
	if m.sim, err = autotasksim.New(autotasksim.Options{Now: base.clock.now}); err != nil {
		t.Fatal(err)
	}
	if err := base.forget(t.Context()); err != nil {
		t.Fatalf("forget the day before: %v", err)
	}
	t.Cleanup(func() {
		m.letGo()
		for _, p := range slices.Clone(m.processes) {
			m.kill(p)
		}
	})
	m.save(t, func(set *settings.AutotaskSettings) { set.Enabled, set.AllowResolve = true, true })
	first, _ := m.start(t), m.start(t)
	if _, err := first.station.Map(t.Context(), m.operator, m.acme.ID, acmeCompany); err != nil {
		t.Fatalf("Map: %v", err)
	}
	return m
}

// save changes the settings of the integration.
func (m *model) save(t *rapid.T, change func(*settings.AutotaskSettings)) {
	err := m.saveSettings(t.Context(), m.password, func(set *settings.AutotaskSettings) {
		set.Enabled, set.AllowResolve, set.AllowManualNumber = m.set.Enabled, m.set.AllowResolve, m.set.AllowManualNumber
		change(set)
		m.set = *set
	})
	if err != nil {
		t.Fatalf("save the settings: %v", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.off = !m.set.Enabled
	for _, p := range m.processes {
		m.straddling[p.name] = p.held != nil
		p.line.trustAgain()
	}
}

// start starts a process.
func (m *model) start(t *rapid.T) *process {
	m.started++
	p := &process{name: fmt.Sprintf("process %d", m.started)}
	var err error
	if p.db, err = m.openDB(t.Context()); err != nil {
		t.Fatalf("open the store for %s: %v", p.name, err)
	}
	p.line = newLine(m, p.name)
	p.station = ticket.New(ticket.Config{
		DB: p.db, Keys: m.keys, DiscoveryURL: p.line.server.URL, Log: silent(), Now: m.clock.now, Wait: m.clock.wait,
	})
	m.processes = append(m.processes, p)
	return p
}

// die ends the process as a crash does: from this moment nothing of it reaches Autotask or
// the database, whatever its code still tries.
func (p *process) die() {
	p.end.Do(func() {
		p.line.dead.Store(true)
		if err := p.db.Close(); err != nil {
			p.line.model.broken("close the store of %s: %v", p.name, err)
		}
	})
}

// kill ends a process and takes it out of the list.
func (m *model) kill(p *process) {
	p.die()
	p.line.server.Close()
	m.processes = slices.DeleteFunc(m.processes, func(other *process) bool { return other == p })
}

// broken keeps a promise that was broken, from any goroutine.
func (m *model) broken(what string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = append(m.faults, fmt.Sprintf(what, args...))
}

// silent reports whether the process may send nothing.
func (m *model) silent(process string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.off && !m.straddling[process]
}

// idle are the processes at which somebody can act.
func (m *model) idle() []*process {
	return slices.DeleteFunc(slices.Clone(m.processes), func(p *process) bool { return p.held != nil })
}

// begin starts an act at a process.
func (p *process) begin(a *act) {
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel, a.done = cancel, make(chan struct{})
	go func() {
		defer close(a.done)
		a.err = a.do(ctx, p.station)
	}()
}

// perform carries an act out at a process, with a trap on its line or nil. An act that is
// held goes on at letGo.
func (m *model) perform(t *rapid.T, p *process, a *act, trap *trap) {
	var held <-chan struct{} // never
	if trap != nil {
		trap.sprung, trap.gate = make(chan struct{}), make(chan struct{})
		trap.spring = map[trapKind]func(){hold: func() {}, crash: p.die, leave: func() { a.cancel() }}[trap.kind]
		if a.trap = trap; trap.kind == hold {
			held = trap.sprung
		}
		p.line.set(trap)
	}
	p.begin(a)
	select {
	case <-a.done:
		m.finish(p, a)
		t.Logf("%s at %s: %v", a.name, p.name, a.err)
	case <-held:
		p.held, a.since = a, m.clock.now()
		t.Logf("%s at %s: held", a.name, p.name)
	}
}

// finish judges what an act told, and buries a process that crashed in it.
func (m *model) finish(p *process, a *act) {
	p.line.set(nil)
	p.line.quiet.Wait()
	a.cancel()
	if p.line.dead.Load() {
		m.kill(p)
		return
	}
	left := a.trap != nil && a.trap.kind == leave
	if a.err != nil && backup.KindOf(a.err) == backup.Internal && !left {
		m.broken("%s at %s failed by a fault of ours: %v", a.name, p.name, a.err)
	}
}

// letGo lets all held requests go on and waits for the end of their acts.
func (m *model) letGo() {
	for _, p := range slices.Clone(m.processes) {
		if p.held == nil {
			continue
		}
		close(p.held.trap.gate)
		<-p.held.done
		m.finish(p, p.held)
		p.held = nil
		m.mu.Lock()
		straddled := m.straddling[p.name]
		delete(m.straddling, p.name)
		m.mu.Unlock()
		if straddled {
			p.line.trustAgain() // it was the former settings that were refused
		}
	}
}

// letGoInTime lets held requests go before the time after which no client waits any more.
func (m *model) letGoInTime() {
	for _, p := range m.processes {
		if p.held != nil && m.clock.now().Sub(p.held.since) > time.Minute {
			m.letGo()
			return
		}
	}
}

// makeGood ends all troubles: nothing is held, no request fails, and everything is on.
func (m *model) makeGood(t *rapid.T) {
	m.letGo()
	m.sim.ClearFaults()
	m.mayHang.Store(false)
	m.password = m.secret
	if err := m.sim.SetCompanyActive(acmeCompany, true); err != nil {
		t.Fatal(err)
	}
	m.save(t, func(set *settings.AutotaskSettings) { set.Enabled, set.AllowResolve = true, true })
	for _, p := range slices.Clone(m.processes) {
		m.kill(p)
	}
	p := m.start(t)
	if _, err := p.station.Map(t.Context(), m.operator, m.acme.ID, acmeCompany); err != nil {
		t.Fatalf("Map: %v", err)
	}
	m.clock.advance(11 * time.Minute) // longer than a creation is looked for
	if err := p.station.Settle(t.Context()); err != nil {
		t.Fatalf("Settle: %v", err)
	}
	m.check(t)
}

// keyRun reads the run from the key that its ticket carries; 0 for somebody else's key.
func keyRun(key string) backup.RunID {
	parts := strings.Split(key, "-r")
	var run backup.RunID
	var generation int
	if _, err := fmt.Sscanf(parts[len(parts)-1], "%d-%d", &run, &generation); !strings.HasPrefix(key, "bkc-") || err != nil {
		return 0
	}
	return run
}

// create opens a ticket for the run, and looks whether it is there when the person is told so.
func (m *model) create(run backup.Run) *act {
	return &act{name: fmt.Sprintf("create for run %d", run.ID), routes: createRoutes(), do: func(ctx context.Context, s *ticket.Station) error {
		made, err := s.Create(ctx, m.operator, run.ID)
		if err == nil && made.State != backup.TicketCreating && made.AutotaskID == nil {
			return errors.New("a created ticket has no id")
		}
		return err
	}}
}

func (m *model) resolve(run backup.Run) *act {
	return &act{name: fmt.Sprintf("resolve run %d", run.ID), routes: resolveRoutes(), do: func(ctx context.Context, s *ticket.Station) error {
		_, err := s.Resolve(ctx, m.operator, run.ID)
		return err
	}}
}

func (m *model) refresh(run backup.Run) *act {
	return &act{name: fmt.Sprintf("refresh run %d", run.ID), do: func(ctx context.Context, s *ticket.Station) error {
		_, err := s.Refresh(ctx, m.operator, run.ID)
		return err
	}}
}

func (m *model) link(run backup.Run, held autotasksim.Ticket, byID bool) *act {
	request := ticket.LinkRequest{Number: held.TicketNumber}
	if byID {
		request = ticket.LinkRequest{AutotaskID: &held.ID}
	}
	return &act{name: fmt.Sprintf("link run %d to ticket %d", run.ID, held.ID), do: func(ctx context.Context, s *ticket.Station) error {
		_, err := s.Link(ctx, m.operator, run.ID, request)
		return err
	}}
}

func (m *model) number(run backup.Run) *act {
	return &act{name: fmt.Sprintf("set a number for run %d", run.ID), do: func(ctx context.Context, s *ticket.Station) error {
		_, err := s.SetNumber(ctx, m.operator, run.ID, "PSA-17")
		return err
	}}
}

func (m *model) settle() *act {
	return &act{name: "settle", do: func(ctx context.Context, s *ticket.Station) error { return s.Settle(ctx) }}
}

func (m *model) remap(anew bool) *act {
	return &act{name: "refresh the mapping", do: func(ctx context.Context, s *ticket.Station) error {
		if anew {
			_, err := s.Map(ctx, m.operator, m.acme.ID, acmeCompany)
			return err
		}
		_, err := s.RefreshMapping(ctx, m.operator, m.acme.ID)
		return err
	}}
}
