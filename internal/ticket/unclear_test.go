package ticket_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

// otherCompany is a company of the simulator to which no customer is mapped.
const otherCompany = acmeCompany + 1

// atPost calls act once, directly before Autotask gets a new ticket.
func (o *office) atPost(act func()) {
	var done atomic.Bool
	o.before.Store(func(r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/Tickets") && done.CompareAndSwap(false, true) {
			act()
		}
	})
}

// hideOnceMade hides every ticket as soon as it is made, as from an API user who may create
// tickets in a queue and not see them there.
func (o *office) hideOnceMade(t *testing.T) {
	var made atomic.Bool
	o.before.Store(func(r *http.Request) {
		if made.Load() {
			for _, held := range o.sim.Tickets() {
				o.hide(t, held.ID, true)
			}
		}
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/Tickets") {
			made.Store(true)
		}
	})
}

func (o *office) showAll(t *testing.T) {
	t.Helper()
	o.before.Store(func(*http.Request) {})
	for _, held := range o.sim.Tickets() {
		o.hide(t, held.ID, false)
	}
}

// audited returns how many entries of the action the audit log holds for the run.
func (o *office) audited(t *testing.T, action string, id backup.RunID) int {
	t.Helper()
	var page store.Page[store.AuditEntry]
	err := o.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		page, err = tx.AuditEntries(t.Context(), store.AuditFilter{Limit: 200})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, entry := range page.Items {
		if entry.Action == action && entry.Subject == fmt.Sprintf("run %d", id) {
			count++
		}
	}
	return count
}

func TestATicketThatAutotaskAcknowledgedIsNeverGivenUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run := o.run(t)
		o.hideOnceMade(t)
		created, err := o.station.Create(t.Context(), o.operator, run.ID)
		if err != nil || created.State != backup.TicketCreating || created.AutotaskID == nil {
			t.Fatalf("Create = %+v, %v; want creating, with the id that Autotask gave", created, err)
		}
		o.settleAfter(t, time.Hour)
		if waiting := o.tickets(t, run.ID)[0]; waiting.State != backup.TicketCreating || !strings.Contains(waiting.Detail, fmt.Sprint(*created.AutotaskID)) {
			t.Fatalf("after an hour the ticket is %+v, want it still looked for by its id", waiting)
		}
		if _, err := o.station.Create(t.Context(), o.operator, run.ID); backup.KindOf(err) != backup.Conflict {
			t.Errorf("a second Create: %v, want a conflict", err)
		}
		o.showAll(t)
		o.settleAfter(t, time.Minute)
		if settled := o.wantOneTicket(t, run.ID); settled.State != backup.TicketOpen || o.creates() != 1 {
			t.Errorf("settled as %+v after %d creates", settled, o.creates())
		}
	})
}

func TestAnAcknowledgedTicketIsFoundByItsIDWhereTheKeyIsGone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		title string // as a workflow rule leaves it; empty: as sent
		want  backup.TicketState
	}{
		"the key was emptied":                           {"", backup.TicketOpen},
		"the key was emptied, and the title is another": {"Printer is out of paper", backup.TicketFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := map[string]any{"externalID": nil}
			if test.title != "" {
				set["title"] = test.title
			}
			seed := autotasksim.DefaultSeed()
			seed.Rules = []autotasksim.Rule{{Name: "tidy", On: "create", Set: set}}
			o := openOfficeWith(t, storetest.Open(t), seed)
			run := o.run(t)
			_, err := o.station.Create(t.Context(), o.operator, run.ID)
			if failed := test.want == backup.TicketFailed; (err != nil) != failed {
				t.Fatalf("Create: %v", err)
			}
			if got := o.tickets(t, run.ID)[0]; got.State != test.want {
				t.Errorf("the ticket is %+v, want it %s", got, test.want)
			}
		})
	}
}

func TestAnAcknowledgedTicketThatWasDeletedFreesTheRun(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run := o.run(t)
	o.hideOnceMade(t)
	created, err := o.station.Create(t.Context(), o.operator, run.ID)
	if err != nil {
		t.Fatal(err)
	}
	o.showAll(t)
	held, _ := o.sim.Ticket(*created.AutotaskID)
	if err := o.sim.DeleteTicket(held.ID); err != nil {
		t.Fatal(err)
	}
	o.settleAfter(t, time.Minute)
	if gone := o.tickets(t, run.ID)[0]; gone.State != backup.TicketMissing || gone.Active || gone.Number != held.TicketNumber {
		t.Fatalf("the ticket is %+v, want %s missing", gone, held.TicketNumber)
	}
	if _, err := o.station.Create(t.Context(), o.operator, run.ID); err != nil {
		t.Fatalf("Create: %v", err)
	}
	o.wantOneTicket(t, run.ID)
}

func TestATicketOfAnotherCompanyIsNotTaken(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run := o.run(t)
		// A first try that Autotask refuses shows the key.
		o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.CutBefore, On: "POST Tickets/query"})
		o.sim.FailNext(20, autotasksim.Fault{Kind: autotasksim.Refuse, On: "POST Tickets/query"})
		if _, err := o.station.Create(t.Context(), o.operator, run.ID); err == nil {
			t.Fatal("the look-up did not fail")
		}
		o.sim.ClearFaults()
		key := o.tickets(t, run.ID)[0].ExternalID
		foreign, err := o.sim.AddTicket(autotasksim.Ticket{CompanyID: otherCompany, Title: "Other customer's", ExternalID: key})
		if err != nil {
			t.Fatal(err)
		}
		held, _ := o.sim.Ticket(foreign)
		_, err = o.station.Create(t.Context(), o.operator, run.ID)
		if kind, sentence := backup.Explain(err); kind != backup.Conflict || !strings.Contains(sentence, held.TicketNumber) {
			t.Fatalf("Create: %v, want a conflict that names ticket %s", err, held.TicketNumber)
		}
		rows := o.tickets(t, run.ID)
		if rows[0].State != backup.TicketFailed || rows[0].Active || rows[0].AutotaskID != nil || rows[0].ExternalID != key {
			t.Errorf("the run keeps %+v, want a failed try with the former key", rows[0])
		}
		if o.creates() != 0 {
			t.Errorf("%d creates were sent, want none", o.creates())
		}
	})
}

func TestOursThatSomebodyMovedToAnotherCompanyIsTaken(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run := o.run(t)
	o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.CutAfter, On: "POST Tickets"})
	o.sim.FailNext(50, autotasksim.Fault{Kind: autotasksim.HTMLPage, On: "POST Tickets/query", Skip: 1})
	if created, err := o.station.Create(t.Context(), o.operator, run.ID); err != nil || created.State != backup.TicketCreating {
		t.Fatalf("Create = %+v, %v", created, err)
	}
	o.sim.ClearFaults()
	if err := o.sim.MoveTicket(o.sim.Tickets()[0].ID, otherCompany); err != nil {
		t.Fatal(err)
	}
	o.settleAfter(t, time.Minute)
	if got := o.wantOneTicket(t, run.ID); !strings.Contains(got.Detail, "another company") {
		t.Errorf("the ticket is %+v, want a word on its company", got)
	}
}

func TestKeysTellCopiesOfOneDatabaseApart(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	keys := map[string]bool{}
	for _, run := range []backup.Run{o.run(t), o.run(t, storetest.Yesterday)} {
		created, err := o.station.Create(t.Context(), o.operator, run.ID)
		if err != nil {
			t.Fatal(err)
		}
		key := created.ExternalID
		parts := strings.Split(key, "-")
		if len(key) > 50 || len(parts) != 5 || !strings.HasSuffix(key, fmt.Sprintf("-r%d-1", run.ID)) {
			t.Fatalf("the key is %q, want installation, identity, run and generation in 50 characters", key)
		}
		keys[parts[2]] = true
	}
	if len(keys) != 2 {
		t.Errorf("two runs of a job share an identity: %v", keys)
	}
}

// TestOnlyTheDatabasesClockCountsForGivingUp: the clock of a process may be wrong.
func TestOnlyTheDatabasesClockCountsForGivingUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run := o.run(t)
		fast := o.stationAt(t, func() time.Time { return time.Now().Add(time.Hour) })
		o.atPost(func() {
			if err := fast.Settle(t.Context()); err != nil {
				t.Errorf("Settle: %v", err)
			}
			if now := o.tickets(t, run.ID)[0]; now.State != backup.TicketCreating {
				t.Errorf("a process with a fast clock left the ticket %s, want creating", now.State)
			}
		})
		if created, err := o.station.Create(t.Context(), o.operator, run.ID); err != nil || created.State != backup.TicketOpen {
			t.Fatalf("Create = %+v, %v", created, err)
		}
		o.wantOneTicket(t, run.ID)
	})
}

func TestATicketThatComesAfterItWasGivenUpIsTakenAfterAll(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run := o.run(t)
		o.atPost(func() {
			o.settleAfter(t, 11*time.Minute)
			if now := o.tickets(t, run.ID)[0]; now.State != backup.TicketFailed {
				t.Errorf("the ticket is %s, want it given up", now.State)
			}
		})
		created, err := o.station.Create(t.Context(), o.operator, run.ID)
		if err != nil || created.State != backup.TicketOpen || !created.Active {
			t.Fatalf("Create = %+v, %v; want the ticket revived", created, err)
		}
		o.wantOneTicket(t, run.ID)
	})
}

func TestATicketThatComesAfterAnotherIsKeptBesideIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run := o.run(t)
		var second backup.Ticket
		o.atPost(func() {
			o.settleAfter(t, 11*time.Minute)
			var err error
			if second, err = o.newStation(t).Create(t.Context(), o.operator, run.ID); err != nil {
				t.Errorf("Create of the second: %v", err)
			}
		})
		late, err := o.station.Create(t.Context(), o.operator, run.ID)
		if err != nil || late.Active || late.Number == "" || !strings.Contains(late.Detail, "came to light") {
			t.Fatalf("Create = %+v, %v; want the late ticket kept beside %s", late, err, second.Number)
		}
		rows := o.tickets(t, run.ID)
		if len(rows) != 2 || !rows[0].Active || rows[0].Number != second.Number || rows[1].Number != late.Number {
			t.Errorf("the run keeps %+v, want %s as its ticket, and %s", rows, second.Number, late.Number)
		}
		if n := o.audited(t, "ticket_created", run.ID); n != 2 {
			t.Errorf("%d tickets are in the audit log, want both", n)
		}
	})
}

func TestNothingIsSentAfterTheLastLook(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		meanwhile func(t *testing.T, o *office) // while Autotask is searched for the key
		kind      backup.Kind
	}{
		"the row was given up": {func(t *testing.T, o *office) { o.settleAfter(t, 11*time.Minute) }, backup.Conflict},
		"the search was slow":  {func(t *testing.T, o *office) { storetest.Advance(t, o.db, 6*time.Minute) }, backup.Unavailable},
		"it was switched off": {func(t *testing.T, o *office) {
			o.saveSettings(t, func(set *settings.AutotaskSettings) { set.Enabled = false })
		}, backup.Conflict},
		"the tenant changed": {func(t *testing.T, o *office) {
			o.saveSettings(t, func(set *settings.AutotaskSettings) { set.Environment = settings.Production })
		}, backup.Conflict},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openOffice(t, storetest.Open(t))
			run := o.run(t)
			var done atomic.Bool
			o.before.Store(func(r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/Tickets/query") && done.CompareAndSwap(false, true) {
					test.meanwhile(t, o)
				}
			})
			if _, err := o.station.Create(t.Context(), o.operator, run.ID); backup.KindOf(err) != test.kind {
				t.Errorf("Create: %v, want kind %v", err, test.kind)
			}
			if o.creates() != 0 {
				t.Errorf("%d creates were sent, want none", o.creates())
			}
			if row := o.tickets(t, run.ID)[0]; row.State != backup.TicketFailed || row.Active || row.SentAt != nil {
				t.Errorf("the run keeps %+v, want a failed try", row)
			}
		})
	}
}
