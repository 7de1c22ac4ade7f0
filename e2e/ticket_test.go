package e2e_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/store/storetest"
)

// TestAServerKilledAroundACreateMakesOneTicket kills the server twice over at once: while
// Autotask has made a ticket and not answered yet, and while it has answered and the ticket
// is being read back, before anything of it is in our database.
func TestAServerKilledAroundACreateMakesOneTicket(t *testing.T) {
	begin(t)
	onEach(t, func(t *testing.T, database string) {
		o := openOffice(t, database, 1)
		unanswered, answered := o.failedRun(t), o.failedRun(t)
		o.sim.ResetRequests()

		o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.HangAfter, On: "POST Tickets"})
		o.createWithoutAnswer(t, unanswered)
		waitFor(t, "Autotask made the first ticket", func() bool { return len(o.sim.Tickets()) == 1 })
		o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.HangAfter, On: "GET Tickets/{id}"})
		o.createWithoutAnswer(t, answered)
		waitFor(t, "the second ticket was being read back", func() bool { return o.sim.Count("GET Tickets/{id}") == 1 })
		for _, id := range []int64{unanswered, answered} {
			if run := o.run(t, id); run.Ticket == nil || run.Ticket.State != "creating" {
				t.Fatalf("before the crash run %d shows %+v, want a ticket in state creating", id, run.Ticket)
			}
		}

		o.servers[0].kill()
		o.sim.ClearFaults()
		o.servers[0] = o.serve(t)
		// Who tries at once meets the creation that is being settled, never a second one.
		o.create(t, unanswered).want(t, 409)
		for _, id := range []int64{unanswered, answered} {
			waitFor(t, fmt.Sprintf("run %d shows its ticket", id), func() bool { return o.run(t, id).Ticket.State != "creating" })
			o.wantOneTicket(t, id)
			o.create(t, id).want(t, 409)
		}
		if made := len(o.sim.Tickets()); made != 2 {
			t.Errorf("Autotask holds %d tickets for 2 runs", made)
		}
	})
}

// createWithoutAnswer asks for a ticket and does not wait: the server will be killed.
func (o *office) createWithoutAnswer(t *testing.T, id int64) {
	t.Helper()
	asked := make(chan struct{})
	t.Cleanup(func() { <-asked })
	operator := o.asOperator()
	go func() {
		defer close(asked)
		if got, err := operator.try(t, "POST", fmt.Sprintf("/runs/%d/ticket", id), ""); err == nil {
			t.Errorf("run %d: the killed server answered %d: %s", id, got.status, got.body)
		}
	}()
}

func TestFiftyCreatesAtOnceOnTwoServersMakeOneTicket(t *testing.T) {
	begin(t)
	o := openOffice(t, storetest.PostgresURL(t), 2)
	id := o.failedRun(t)
	o.sim.ResetRequests()

	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for i := range 50 {
		asking := client{o.servers[i%2].url, o.operator}
		all.Go(func() {
			got, err := asking.try(t, "POST", fmt.Sprintf("/runs/%d/ticket", id), "")
			mu.Lock()
			defer mu.Unlock()
			statuses[got.status]++
			if err != nil {
				t.Errorf("create: %v", err)
			} else if got.status == 409 && read[problem](t, got).Ticket == nil {
				t.Errorf("the refusal does not name the ticket: %s", got.body)
			}
		})
	}
	all.Wait()
	if statuses[201] != 1 || statuses[409] != 49 {
		t.Errorf("the statuses are %v, want 201 once and 409 for the other 49", statuses)
	}
	if sent := o.sim.Count("POST Tickets"); sent != 1 {
		t.Errorf("%d creates reached Autotask, want 1", sent)
	}
	o.wantOneTicket(t, id)
}

func TestAnUnclearAnswerOfAutotaskMakesOneTicket(t *testing.T) {
	begin(t)
	o := openOffice(t, "sqlite:backupchecks.db", 1)
	for _, fault := range []autotasksim.FaultKind{autotasksim.CutAfter, autotasksim.UnavailableAfter} {
		id := o.failedRun(t)
		o.sim.ResetRequests()
		o.sim.FailNext(1, autotasksim.Fault{Kind: fault, On: "POST Tickets"})
		o.create(t, id).want(t, 201)
		if left := o.sim.PendingFaults(); left > 0 {
			t.Errorf("%s: Autotask never failed", fault)
		}
		if sent := o.sim.Count("POST Tickets"); sent != 1 {
			t.Errorf("%s: %d creates reached Autotask, want 1", fault, sent)
		}
		o.wantOneTicket(t, id)
		o.create(t, id).want(t, 409)
	}
}

func TestARefusalIsToldInAutotasksWordsAndCanBeTriedAgain(t *testing.T) {
	begin(t)
	o := openOffice(t, "sqlite:backupchecks.db", 1)
	id := o.failedRun(t)
	o.sim.ResetRequests()
	const words = "Missing Required Field: issueType"
	o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.Refuse, On: "POST Tickets", Messages: []string{words}})

	refused := o.create(t, id).want(t, 502)
	if told := read[problem](t, refused); !strings.Contains(told.Detail, words) {
		t.Errorf("the refusal says %q, want Autotask's words %q", told.Detail, words)
	}
	if sent := o.sim.Count("POST Tickets"); sent != 1 {
		t.Errorf("%d creates reached Autotask, want 1: a refusal is not retried", sent)
	}
	run := o.run(t, id)
	if run.Ticket != nil || len(run.Tickets) != 1 || run.Tickets[0].State != "failed" || !strings.Contains(run.Tickets[0].Detail, words) {
		t.Errorf("the run shows %+v and %+v, want no ticket and a failed try with the words", run.Ticket, run.Tickets)
	}

	o.create(t, id).want(t, 201)
	o.wantOneTicket(t, id)
	if run := o.run(t, id); len(run.Tickets) != 2 || run.Tickets[1].State != "failed" {
		t.Errorf("the run's tickets are %+v, want the failed try kept below", run.Tickets)
	}
}
