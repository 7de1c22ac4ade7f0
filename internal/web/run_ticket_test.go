package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/ticket"
)

func TestTicketDrawerShowsWhatWillBeSent(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run := m.run(t)
	preview, err := m.station.Preview(t.Context(), admin(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	site := m.as(t, "operator")
	drawer := site.Ask(t, pathOf(run)+"/ticket", from(site, "/run-checks")...)
	drawer.Has(t, "dialog[data-auto-open] h2", "Create Autotask ticket").Has(t, ".ticket-preview", "(175)").Has(t, ".ticket-preview", "Helpdesk").
		Has(t, ".ticket-preview", "Monitoring Alert").Has(t, ".ticket-preview", "High").Has(t, ".ticket-preview .chip", "ok").
		Has(t, ".ticket-title", preview.Title).Has(t, ".ticket-length", fmt.Sprintf("%d of 8,000", len(preview.Description))).
		Has(t, ".ticket-none", "Open tickets of this job: none.").Has(t, "#ticket-create button[autofocus]", "Create Autotask ticket")
	if !strings.Contains(drawer.Body, "\n\nAffected objects:\n- SQL01 (Error): The disk is full.\n") {
		t.Errorf("the drawer does not show the text as it is sent:\n%s", drawer.Text(".wording"))
	}
	if got := drawer.Attr(t, "#ticket-create", "hx-disabled-elt"); got != "find button" {
		t.Errorf("while sending %q is disabled, want the button", got)
	}
	created := site.Post(t, pathOf(run)+"/ticket", url.Values{}, inDrawer(site, "/run-checks")...)
	number := m.sim.Tickets()[0].TicketNumber
	created.Has(t, ".flash", "Ticket "+number+" created in Autotask.").Has(t, "#ticket-open", "Open ticket").HasNot(t, "dialog").
		Has(t, "#chip-"+idText(run)+"[hx-swap-oob] .chip", number).Has(t, "#run[hx-swap-oob] .run-acts a", "Open ticket").HasNot(t, "#ticket-create")
	for css, want := range map[string]string{"target": "_blank", "rel": "noopener noreferrer", "href": m.kept(t, run.ID).Ticket.URL} {
		if got := created.Attr(t, "#ticket-open", css); got != want {
			t.Errorf("Open ticket has %s=%q, want %q", css, got, want)
		}
	}
	if held := m.sim.Tickets()[0]; held.Title != preview.Title || held.Description != preview.Description {
		t.Errorf("Autotask holds %q, want what was shown, %q", held.Description, preview.Description)
	}
}

func TestTicketWithoutScript(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run := m.run(t)
	site := m.as(t, "operator")
	page := site.Get(t, pathOf(run)).Click(t, `.run-acts a[data-key="t"]`)
	if page.Path != pathOf(run)+"/ticket" {
		t.Errorf("the button leads to %s", page.Path)
	}
	page = page.Submit(t, "#ticket-create")
	number := m.sim.Tickets()[0].TicketNumber
	page.Has(t, ".flash", "Ticket "+number+" created in Autotask.").Has(t, ".run-acts", "Open ticket").Has(t, ".ticket-line", number)
	page = site.Post(t, pathOf(run)+"/ticket", url.Values{})
	page.Has(t, "[role=alert]", "This run has ticket "+number+" already.").Has(t, "h2", "Ticket "+number)
	if page.Status != http.StatusConflict || len(m.sim.Tickets()) != 1 {
		t.Errorf("a second creation: status %d and %d tickets, want 409 and one", page.Status, len(m.sim.Tickets()))
	}
}

func TestRefusedTicketShowsAutotasksWords(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run := m.run(t)
	site := m.as(t, "operator")
	const words = "The Due Date/Time must be <b>after</b> now."
	m.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.Refuse, On: "POST Tickets", Messages: []string{words}})
	page := site.Post(t, pathOf(run)+"/ticket", url.Values{}, inDrawer(site, pathOf(run))...)
	page.Has(t, "[role=alert]", words).Has(t, ".ticket-bad", "Not created").Has(t, "#ticket-create button:not([disabled])", "Create Autotask ticket").
		Has(t, "#run[hx-swap-oob]", "Not created").HasNot(t, "#chip-"+idText(run))
	if page.Status != http.StatusBadGateway {
		t.Errorf("status %d, want 502", page.Status)
	}
	site.Get(t, pathOf(run)+"/ticket").Submit(t, "#ticket-create").Has(t, ".flash", "created in Autotask.")
}

func TestBlockedTicketNamesTheCure(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run := storetest.Run(t, m.db, storetest.Failed, storetest.Of(storetest.Job(t, m.db, "Bolt & <i>Söhne</i>", "Daily")))

	m.set(t, func(*settings.AutotaskSettings) {})
	page := m.as(t, "operator").Get(t, pathOf(run)+"/ticket")
	page.Has(t, "#ticket-blocks", "Customer Bolt & <i>Söhne</i> has no company in Autotask yet.").Has(t, "#ticket-create button[disabled]", "Create Autotask ticket")
	if got, want := page.Attr(t, "#ticket-blocks a", "href"), fmt.Sprintf("/customers/%d", run.Job.CustomerID); got != want {
		t.Errorf("the cure leads to %q, want %q", got, want)
	}
	page = m.as(t, "operator").Post(t, pathOf(run)+"/ticket", url.Values{})
	if page.Status != http.StatusUnprocessableEntity || len(m.sim.Tickets()) != 0 {
		t.Errorf("status %d and %d tickets, want 422 and none", page.Status, len(m.sim.Tickets()))
	}
	good := storetest.Run(t, m.db)
	m.as(t, "operator").Get(t, pathOf(good)+"/ticket").Has(t, "#ticket-blocks", "This run succeeded").HasNot(t, "#ticket-blocks a")
	m.set(t, func(set *settings.AutotaskSettings) { set.Enabled = false })
	m.as(t, "operator").Get(t, pathOf(run)+"/ticket").Has(t, "#ticket-blocks", "switched off").HasNot(t, `a[href="/settings/autotask"]`)
	m.as(t, "admin").Get(t, pathOf(run)+"/ticket").Has(t, `#ticket-blocks a[href="/settings/autotask"]`, "Open Settings")
}

func TestTicketThatIsStillBeingCreated(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run := m.run(t)
	site := m.as(t, "operator")
	m.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.CutAfter, On: "POST Tickets"})
	m.sim.FailNext(50, autotasksim.Fault{Kind: autotasksim.HTMLPage, On: "POST Tickets/query", Skip: 1})
	page := site.Post(t, pathOf(run)+"/ticket", url.Values{}, inDrawer(site, "/run-checks")...)
	page.Has(t, "#ticket-heading", "Ticket is being created").Has(t, ".ticket-looking[hx-trigger]", "looking for the ticket in Autotask").
		Has(t, "#chip-"+idText(run), "being created").HasNot(t, "#ticket-create").HasNot(t, "#ticket-resolve")
	m.sim.ClearFaults()
	page = site.Post(t, pathOf(run)+"/ticket/refresh", url.Values{}, inDrawer(site, "/run-checks")...)
	page.Has(t, "#ticket-heading", "Ticket "+m.sim.Tickets()[0].TicketNumber).Has(t, "#ticket-open", "Open ticket").HasNot(t, ".ticket-looking")
}

func TestOpenTicketOfTheJobIsOfferedFirst(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	first := m.ticket(t, m.run(t, storetest.Yesterday))
	run := m.run(t)
	site := m.as(t, "operator")
	list := site.Get(t, "/run-checks")
	list.Has(t, "#row-"+idText(run)+" .run-same", "= same as yesterday · "+first.Number+" open ")
	page := site.Get(t, pathOf(run)+"/ticket")
	page.Has(t, ".ticket-others", first.Number).Has(t, ".ticket-others button[autofocus]", "Link "+first.Number+" instead?")
	if strings.Index(page.Body, "ticket-others") > strings.Index(page.Body, "ticket-preview") {
		t.Error("the open ticket stands below the preview")
	}
	page.Submit(t, ".ticket-others form").Has(t, ".flash", "Ticket "+first.Number+" linked.")
	if linked := m.kept(t, run.ID).Ticket; linked == nil || linked.Number != first.Number || len(m.sim.Tickets()) != 1 {
		t.Errorf("the run has %+v, want the first ticket and no second one in Autotask", linked)
	}
}

func TestLinkTicket(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run := m.run(t)
	id, err := m.sim.AddTicket(autotasksim.Ticket{Title: "By a person", CompanyID: acmeCompany})
	if err != nil {
		t.Fatal(err)
	}
	held, _ := m.sim.Ticket(id)
	site := m.as(t, "operator")
	page := site.Get(t, pathOf(run)+"/ticket?focus=link").Has(t, "#ticket-number[autofocus]", "").HasNot(t, "#ticket-create button[autofocus]")
	page = page.Submit(t, "#ticket-link", "ticket_number", `T1"><script>`)
	page.Has(t, "#link-fault", "Autotask has no such ticket").Has(t, "#ticket-number[autofocus]", "").HasNot(t, "#ticket-create button[autofocus]")
	if got := page.Attr(t, "#ticket-number", "value"); page.Status != http.StatusUnprocessableEntity || got != `T1"><script>` {
		t.Errorf("status %d with %q, want 422 with what was typed", page.Status, got)
	}
	page.Submit(t, "#ticket-link", "ticket_number", held.TicketNumber).Has(t, ".flash", "Ticket "+held.TicketNumber+" linked.")
	site.Get(t, pathOf(run)+"/ticket").Has(t, ".ticket-facts", "Linked")
}

func TestMissingTicket(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run := m.run(t)
	lost := m.ticket(t, run)
	if err := m.sim.DeleteTicket(*lost.AutotaskID); err != nil {
		t.Fatal(err)
	}
	site := m.as(t, "operator")
	page := site.Post(t, pathOf(run)+"/ticket/refresh", url.Values{}, inDrawer(site, "/run-checks")...)
	page.Has(t, "#ticket-heading", "Ticket deleted in Autotask").Has(t, ".ticket-bad", "Missing in Autotask (deleted)").Has(t, ".ticket-facts", lost.Number).
		Has(t, "#ticket-create button", "Create new Autotask ticket").Has(t, "#ticket-link", "Link existing Autotask ticket").
		HasNot(t, "#ticket-open").HasNot(t, "#ticket-resolve").Has(t, "#chip-"+idText(run)+" .chip-bad", "missing in Autotask")
	site.Get(t, "/run-checks").Has(t, "#row-"+idText(run)+" .chip-bad", lost.Number+" missing in Autotask")
	site.Get(t, pathOf(run)+"/ticket").Submit(t, "#ticket-create").Has(t, ".flash", "created in Autotask.").
		Has(t, ".ticket-line", "Missing in Autotask (deleted)")
}

func TestResolveTicket(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run, worked := m.run(t), m.run(t)
	closed, busy := m.ticket(t, run), m.ticket(t, worked)
	if err := m.sim.AddTimeEntry(*busy.AutotaskID, 1, "Looked at it"); err != nil {
		t.Fatal(err)
	}
	site := m.as(t, "operator")
	page := site.Get(t, pathOf(run)+"/ticket").Submit(t, "#ticket-resolve")
	page.Has(t, ".flash", "Ticket "+closed.Number+" resolved and closed in Autotask.").Has(t, ".ticket-line", "Complete")
	site.Get(t, pathOf(run)+"/ticket").HasNot(t, "#ticket-resolve")
	page = site.Get(t, pathOf(worked)+"/ticket").Submit(t, "#ticket-resolve")
	page.Has(t, ".flash", "was not closed, because time entries are present")
	if notes := m.sim.Notes(*busy.AutotaskID); len(notes) != 1 || notes[0].Description != ticket.TimeEntriesNote {
		t.Errorf("notes %+v, want the one about time entries", notes)
	}
	m.set(t, func(set *settings.AutotaskSettings) { set.AllowResolve = false })
	site.Get(t, pathOf(worked)+"/ticket").HasNot(t, "#ticket-resolve")
	page = site.Post(t, pathOf(worked)+"/ticket/resolve", url.Values{})
	page.Has(t, "[role=alert]", "switched off in Settings")
}

func TestTicketNumberByHand(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run := m.run(t)
	site := m.as(t, "operator")
	site.Get(t, pathOf(run)+"/ticket").HasNot(t, "#ticket-by-hand")
	page := site.Post(t, pathOf(run)+"/ticket/number", url.Values{"number": {"OLD-1"}})
	page.Has(t, "[role=alert]", "ticket numbers are not entered by hand")
	if page.Status != http.StatusConflict {
		t.Errorf("status %d, want 409", page.Status)
	}
	m.set(t, func(set *settings.AutotaskSettings) { set.Enabled = false })
	m.sim.ResetRequests()
	page = site.Get(t, pathOf(run)+"/ticket").HasNot(t, "#ticket-link").Submit(t, "#ticket-by-hand", "number", " ")
	page.Has(t, "#number-fault", "Enter a ticket number.")
	page.Submit(t, "#ticket-by-hand", "number", "OLD-1").Has(t, ".flash", "Ticket number OLD-1 noted.").Has(t, ".ticket-line", "Number entered by hand")
	site.Get(t, pathOf(run)+"/ticket").Has(t, "#ticket-by-hand", "").HasNot(t, "#ticket-refresh").Submit(t, "#ticket-by-hand", "number", "OLD-2")
	if n := len(m.sim.Requests()); n != 0 {
		t.Errorf("%d requests reached Autotask while the integration is off", n)
	}
	m.set(t, func(set *settings.AutotaskSettings) { set.AllowManualNumber = true })
	page = site.Get(t, pathOf(run)+"/ticket").Has(t, "#ticket-by-hand", "").Has(t, "#ticket-link", "Link existing Autotask ticket").HasNot(t, "#ticket-create").HasNot(t, "#ticket-resolve")
	if got := page.Attr(t, "#ticket-number", "value"); got != "OLD-2" {
		t.Errorf("the number to link is %q, want the one by hand", got)
	}
}

func TestTicketByRole(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run, bare := m.run(t), m.run(t)
	made := m.ticket(t, run)
	for _, role := range []string{"viewer", "reporter"} {
		site := m.as(t, role)
		page := site.Get(t, pathOf(run)+"/ticket")
		page.Has(t, ".ticket-facts", made.Number).Has(t, ".ticket-facts", "Open: New").Has(t, "#ticket-open", "Open ticket").
			HasNot(t, "#ticket-resolve").HasNot(t, "#ticket-create").HasNot(t, "#ticket-link").HasNot(t, "#ticket-by-hand")
		site.Get(t, pathOf(bare)+"/ticket").Has(t, "#ticket", "This run has no ticket.").HasNot(t, ".ticket-preview")
		for _, act := range []string{"", "/link", "/number", "/resolve"} {
			page := site.Post(t, pathOf(bare)+"/ticket"+act, url.Values{"ticket_number": {made.Number}, "number": {"X"}})
			if page.Status != http.StatusForbidden {
				t.Errorf("%s: POST ticket%s: status %d, want 403", role, act, page.Status)
			}
		}
	}
	viewer := m.as(t, "viewer")
	viewer.Get(t, pathOf(run)).Has(t, ".run-acts", "Open ticket").HasNot(t, "#review-one")
	viewer.Get(t, pathOf(bare)).HasNot(t, ".run-acts a").HasNot(t, ".run-acts button")
	viewer.Get(t, "/run-checks").HasNot(t, "[data-key=e]").HasNot(t, "#review-clean").HasNot(t, ".run-row input")
	if tickets := m.sim.Tickets(); len(tickets) != 1 {
		t.Errorf("Autotask holds %d tickets, want the operator's one", len(tickets))
	}
	page := viewer.Post(t, pathOf(run)+"/ticket/refresh", url.Values{})
	page.Has(t, ".flash", "Checked in Autotask just now.")
}

func TestTicketIsCheckedWhenItIsShown(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run := m.run(t)
	made := m.ticket(t, run)
	site := m.as(t, "operator")
	site.Get(t, pathOf(run)+"/ticket").HasNot(t, "[hx-trigger=load]")
	old := made.CheckedAt.AddDate(0, 0, -1)
	made.CheckedAt = &old
	if err := m.db.Write(t.Context(), func(tx *store.Tx) error { return tx.UpdateTicket(t.Context(), made) }); err != nil {
		t.Fatal(err)
	}
	page := site.Get(t, pathOf(run)+"/ticket")
	if got := page.Attr(t, "[hx-trigger=load]", "hx-post"); got != pathOf(run)+"/ticket/refresh" {
		t.Errorf("the ticket is checked by %q", got)
	}
	if err := m.sim.SetTicketStatus(*made.AutotaskID, 5); err != nil {
		t.Fatal(err)
	}
	page = site.Post(t, pathOf(run)+"/ticket/refresh", url.Values{}, inDrawer(site, pathOf(run))...)
	page.Has(t, ".ticket-facts", "Complete").HasNot(t, "[hx-trigger=load]").HasNot(t, "#ticket-resolve")
	m.sim.FailNext(50, autotasksim.Fault{Kind: autotasksim.UnavailableBefore, On: "GET Tickets/{id}"})
	page = site.Post(t, pathOf(run)+"/ticket/refresh", url.Values{}, inDrawer(site, pathOf(run))...)
	page.Has(t, "[role=alert]", "Autotask is not available at the moment.").Has(t, ".ticket-facts", "Complete").HasNot(t, "[hx-trigger=load]")
}
