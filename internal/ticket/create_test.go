package ticket_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/ticket"
)

func TestCreateMakesTheTicketThatThePreviewShowed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run := o.run(t)
		preview, err := o.station.Preview(t.Context(), o.operator, run.ID)
		if err != nil || len(preview.BlockedBy) > 0 {
			t.Fatalf("Preview: %v, blocked by %v", err, preview.BlockedBy)
		}
		o.sim.ResetRequests()
		created, err := o.station.Create(t.Context(), o.operator, run.ID)
		if err != nil {
			t.Fatalf("Create: %v", err)
		}
		if n := len(o.sim.Requests()); n > 3 {
			t.Errorf("Create sent %d requests, want look-up, create and read-back: %v", n, o.sim.Requests())
		}
		held := o.sim.Tickets()[0]
		if held.Title != preview.Title || held.Description != preview.Description {
			t.Errorf("Autotask holds %q / %q, want the preview's %q / %q", held.Title, held.Description, preview.Title, preview.Description)
		}
		if held.CompanyID != acmeCompany || held.QueueID != helpdeskQueue || held.Source != monitoring || held.Status != statusNew || held.Priority != high {
			t.Errorf("Autotask holds %+v, want the chosen company, queue, source, status and priority", held)
		}
		if len(held.ExternalID) > 50 || held.DueDateTime.IsZero() {
			t.Errorf("external id %q, due %v; want a key of at most 50 characters and a due date", held.ExternalID, held.DueDateTime)
		}
		if preview.Queue != "Helpdesk" || preview.Source != "Monitoring Alert" || preview.Status != "New" || preview.Priority != "High" {
			t.Errorf("the preview shows %q, %q, %q, %q; want the labels", preview.Queue, preview.Source, preview.Status, preview.Priority)
		}
		if !strings.Contains(held.Description, "https://backups.example.com/runs/") {
			t.Errorf("the description has no link: %s", held.Description)
		}
		shown := o.wantOneTicket(t, run.ID)
		if created.ID != shown.ID || created.State != backup.TicketOpen || created.StatusLabel != "New" || created.CreatedBy != "olga" || created.URL == "" {
			t.Errorf("Create returned %+v", created)
		}
	})
}

func TestCreateForAWarningHasTheWarningsPriority(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run := storetest.Run(t, o.db, storetest.Warned)
	if _, err := o.station.Create(t.Context(), o.operator, run.ID); err != nil {
		t.Fatalf("Create: %v", err)
	}
	if held := o.sim.Tickets()[0]; held.Priority != medium || !strings.HasSuffix(held.Title, " - Warning") {
		t.Errorf("Autotask holds priority %d and title %q", held.Priority, held.Title)
	}
}

func TestFiftyCreatesAtOnceMakeOneTicket(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run := o.run(t)
		stations := []*ticket.Station{o.station, o.newStation(t)} // two processes
		var mu sync.Mutex
		won, conflicts := 0, 0
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				_, err := stations[i%2].Create(t.Context(), o.operator, run.ID)
				mu.Lock()
				defer mu.Unlock()
				switch has, conflict := errors.AsType[*ticket.HasTicketError](err); {
				case err == nil:
					won++
				case conflict && has.Ticket.RunID == run.ID:
					conflicts++
				default:
					t.Errorf("Create: %v, want success or the existing ticket", err)
				}
			})
		}
		all.Wait()
		if won != 1 || conflicts != 49 {
			t.Errorf("%d creates won and %d met the ticket of another, want 1 and 49", won, conflicts)
		}
		o.wantOneTicket(t, run.ID)
		if o.creates() != 1 {
			t.Errorf("%d creates reached Autotask, want 1", o.creates())
		}
	})
}

func TestUnclearAnswersFindTheTicket(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]autotasksim.FaultKind{
		"the connection is cut after the commit": autotasksim.CutAfter,
		"HTTP 503 after the commit":              autotasksim.UnavailableAfter,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				o := openOffice(t, db)
				run := o.run(t)
				o.sim.FailNext(1, autotasksim.Fault{Kind: fault, On: "POST Tickets"})
				created, err := o.station.Create(t.Context(), o.operator, run.ID)
				if err != nil || created.State != backup.TicketOpen {
					t.Fatalf("Create = %+v, %v; want the ticket that was found", created, err)
				}
				o.wantOneTicket(t, run.ID)
				if o.creates() != 1 {
					t.Errorf("%d creates reached Autotask, want 1", o.creates())
				}
			})
		})
	}
}

func TestAnUnclearCreateThatCannotBeLookedUpIsSettledLater(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run := o.run(t)
		o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.CutAfter, On: "POST Tickets"})
		// The look-up before the create works; those after it all fail, retries included.
		o.sim.FailNext(50, autotasksim.Fault{Kind: autotasksim.HTMLPage, On: "POST Tickets/query", Skip: 1})
		created, err := o.station.Create(t.Context(), o.operator, run.ID)
		if err != nil || created.State != backup.TicketCreating || created.Detail == "" {
			t.Fatalf("Create = %+v, %v; want a ticket in state creating that says why", created, err)
		}
		if _, err := o.station.Create(t.Context(), o.operator, run.ID); backup.KindOf(err) != backup.Conflict {
			t.Fatalf("a second Create: %v, want a conflict", err)
		}
		o.sim.ClearFaults()
		o.settleAfter(t, time.Minute)
		settled := o.wantOneTicket(t, run.ID)
		if settled.State != backup.TicketOpen || settled.Detail != "" {
			t.Errorf("settled as %+v", settled)
		}
	})
}

func TestARefusalIsToldInAutotasksWordsAndFreesTheRun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run := o.run(t)
		words := "Missing Required Field: issueType"
		o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.Refuse, On: "POST Tickets", Messages: []string{words}})
		_, err := o.station.Create(t.Context(), o.operator, run.ID)
		kind, sentence := backup.Explain(err)
		if kind != backup.Refused || !strings.Contains(sentence, words) {
			t.Fatalf("Create: kind %v, %q; want a refusal with Autotask's words", kind, sentence)
		}
		if o.creates() != 1 {
			t.Errorf("%d creates reached Autotask, want the refused one alone", o.creates())
		}
		failed := o.tickets(t, run.ID)
		if len(failed) != 1 || failed[0].State != backup.TicketFailed || failed[0].Active || !strings.Contains(failed[0].Detail, words) {
			t.Errorf("the run keeps %+v, want one failed try with the words", failed)
		}
		if _, err := o.station.Create(t.Context(), o.operator, run.ID); err != nil {
			t.Fatalf("the run cannot try again: %v", err)
		}
		o.wantOneTicket(t, run.ID)
	})
}

func TestATicketThatWasGivenUpButExistsIsFoundByTheNextTry(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run := o.run(t)
	o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.CutAfter, On: "POST Tickets"})
	o.sim.FailNext(50, autotasksim.Fault{Kind: autotasksim.HTMLPage, On: "POST Tickets/query", Skip: 1})
	if created, err := o.station.Create(t.Context(), o.operator, run.ID); err != nil || created.State != backup.TicketCreating {
		t.Fatalf("Create = %+v, %v", created, err)
	}
	o.sim.ClearFaults()
	// Autotask hides the ticket for longer than Settle looks for it.
	hidden := o.sim.Tickets()[0].ID
	o.hide(t, hidden, true)
	o.settleAfter(t, time.Hour)
	if given := o.tickets(t, run.ID); given[0].State != backup.TicketFailed {
		t.Fatalf("Settle left %+v, want it given up", given)
	}
	o.hide(t, hidden, false)
	if _, err := o.station.Create(t.Context(), o.operator, run.ID); err != nil {
		t.Fatalf("Create again: %v", err)
	}
	o.wantOneTicket(t, run.ID)
}

func TestSettleDoesNotGiveUpEarly(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run := o.run(t)
	o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.UnavailableBefore, On: "POST Tickets"})
	created, err := o.station.Create(t.Context(), o.operator, run.ID)
	if err != nil || created.State != backup.TicketCreating {
		t.Fatalf("Create = %+v, %v; want creating, because a 503 proves nothing", created, err)
	}
	for _, after := range []time.Duration{time.Minute, 8 * time.Minute} {
		o.settleAfter(t, after)
		if now := o.tickets(t, run.ID)[0]; now.State != backup.TicketCreating {
			t.Fatalf("after %v more the ticket is %s, want it still looked for", after, now.State)
		}
	}
	o.settleAfter(t, 2*time.Minute)
	if now := o.tickets(t, run.ID)[0]; now.State != backup.TicketFailed || now.Active {
		t.Fatalf("after 11 minutes the ticket is %+v, want it given up", now)
	}
}

func TestCreateIsBlockedWithSentences(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	blocked := func(id backup.RunID) []string {
		t.Helper()
		_, err := o.station.Create(t.Context(), o.operator, id)
		refusal, ok := errors.AsType[*ticket.BlockedError](err)
		if !ok || backup.KindOf(err) != backup.Invalid {
			t.Fatalf("Create: %v, want it blocked", err)
		}
		var sentences []string
		for _, reason := range refusal.Reasons {
			sentences = append(sentences, reason.Sentence)
		}
		return sentences
	}
	run := o.run(t)
	unmapped := storetest.Run(t, o.db, storetest.Failed, storetest.Of(storetest.Job(t, o.db, "Globex", "Files")))
	if got := blocked(unmapped.ID); len(got) != 1 || got[0] != "Customer Globex has no company in Autotask yet." {
		t.Errorf("an unmapped customer is blocked by %q", got)
	}
	good := storetest.Run(t, o.db, storetest.Of(storetest.Job(t, o.db, "Acme", "Fine")))
	if got := blocked(good.ID); len(got) != 1 || !strings.Contains(got[0], "succeeded") {
		t.Errorf("a successful run is blocked by %q", got)
	}
	if err := o.sim.SetCompanyActive(acmeCompany, false); err != nil {
		t.Fatal(err)
	}
	customer := storetest.Customer(t, o.db, "Acme")
	if mapping, err := o.station.RefreshMapping(t.Context(), o.operator, customer.ID); err != nil || mapping.Status != backup.MappingInvalid {
		t.Fatalf("RefreshMapping = %+v, %v; want invalid", mapping, err)
	}
	if got := blocked(run.ID); len(got) != 1 || !strings.Contains(got[0], "no longer usable") {
		t.Errorf("a broken mapping is blocked by %q", got)
	}
	o.saveSettings(t, func(set *settings.AutotaskSettings) { set.Environment = settings.Production })
	if got := blocked(run.ID); !strings.Contains(strings.Join(got, " "), "another environment") {
		t.Errorf("a mapping of another environment is blocked by %q", got)
	}
	if len(o.sim.Tickets()) != 0 || o.creates() != 0 {
		t.Errorf("a blocked create reached Autotask")
	}
}

func TestNothingIsSentWhileDisabled(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run := o.run(t)
	o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.UnavailableBefore, On: "POST Tickets"})
	if _, err := o.station.Create(t.Context(), o.operator, run.ID); err != nil {
		t.Fatal(err)
	}
	o.saveSettings(t, func(set *settings.AutotaskSettings) { set.Enabled = false })
	o.sim.ResetRequests()
	customer := storetest.Customer(t, o.db, "Acme")
	other := o.run(t, storetest.Yesterday)
	o.settleAfter(t, time.Minute)
	for name, act := range map[string]func() error{
		"create":  func() error { _, err := o.station.Create(t.Context(), o.operator, other.ID); return err },
		"refresh": func() error { _, err := o.station.Refresh(t.Context(), o.operator, run.ID); return err },
		"resolve": func() error { _, err := o.station.Resolve(t.Context(), o.operator, run.ID); return err },
		"link": func() error {
			_, err := o.station.Link(t.Context(), o.operator, other.ID, ticket.LinkRequest{Number: "T1"})
			return err
		},
		"search":          func() error { _, err := o.station.Companies(t.Context(), o.operator, "a"); return err },
		"refresh mapping": func() error { _, err := o.station.RefreshMapping(t.Context(), o.operator, customer.ID); return err },
	} {
		if err := act(); err == nil {
			t.Errorf("%s works while the integration is off", name)
		}
	}
	if sent := o.sim.Requests(); len(sent) != 0 {
		t.Errorf("while the integration is off these were sent: %v", sent)
	}
}

func TestOnlyThoseWhoMayCreateTickets(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run := o.run(t)
	for _, role := range []backup.Role{backup.Viewer, backup.Reporter} {
		who := backup.User{Name: "vera", Roles: []backup.Role{role}}
		if _, err := o.station.Create(t.Context(), who, run.ID); backup.KindOf(err) != backup.Forbidden {
			t.Errorf("Create as %s: %v, want forbidden", role, err)
		}
	}
	if len(o.sim.Requests()) != 0 {
		t.Error("a forbidden act reached Autotask")
	}
}
