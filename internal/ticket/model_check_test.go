package ticket_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/ticket"
)

// check looks at Autotask and at the database after a step.
func (m *model) check(t *rapid.T) {
	live := m.sim.Tickets()
	m.mu.Lock()
	for _, held := range live {
		m.existed[held.ID] = held
	}
	m.mu.Unlock()
	m.checkTickets(live)
	for _, run := range m.runs {
		rows, err := m.ticketsOf(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		m.checkRows(run.ID, rows)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.faults) > 0 {
		t.Fatalf("promises were broken:\n%s", strings.Join(m.faults, "\n"))
	}
}

// checkTickets wants one ticket for a run and each note once. A ticket that could not be
// seen for a while does not count, since the run may rightly have got another then.
func (m *model) checkTickets(live []autotasksim.Ticket) {
	ours := map[backup.RunID]int64{}
	for _, held := range live {
		notes := map[string]int{}
		for _, note := range m.sim.Notes(held.ID) {
			if notes[note.Description]++; notes[note.Description] > 1 {
				m.broken("ticket %d has the note %q twice", held.ID, note.Description)
			}
		}
		if run := keyRun(held.ExternalID); run != 0 && !m.wasHidden(held.ID) {
			if other := ours[run]; other != 0 {
				m.broken("run %d has the tickets %d and %d in Autotask", run, other, held.ID)
			}
			ours[run] = held.ID
		}
	}
}

func (m *model) wasHidden(id int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.everHidden[id]
}

func (m *model) isVisible(id int64) bool {
	_, live := m.sim.Ticket(id)
	m.mu.Lock()
	defer m.mu.Unlock()
	return live && !m.hidden[id]
}

// checkRows wants the run's rows to be true.
func (m *model) checkRows(run backup.RunID, rows []backup.Ticket) {
	active := 0
	for _, row := range rows {
		if row.Active {
			active++
		}
		if wrong := m.wrongRow(row); wrong != "" {
			m.broken("run %d shows a ticket that %s: %+v", run, wrong, row)
		}
	}
	if active > 1 {
		m.broken("run %d has %d active tickets", run, active)
	}
}

func (m *model) wrongRow(row backup.Ticket) string {
	switch row.State {
	case backup.TicketCreating:
		if !row.Active {
			return "is being created and not active"
		}
		return ""
	case backup.TicketFailed:
		if row.Active || row.Detail == "" {
			return "failed, and is active or does not say why"
		}
		return ""
	case backup.TicketByHand:
		return ""
	case backup.TicketOpen, backup.TicketComplete, backup.TicketMissing:
	}
	if row.AutotaskID == nil {
		return "has no id"
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	held, existed := m.existed[*row.AutotaskID]
	_, live := m.sim.Ticket(*row.AutotaskID)
	switch {
	case !existed || held.TicketNumber != row.Number:
		return "never existed in Autotask"
	case row.Origin == backup.TicketCreated && held.ExternalID != row.ExternalID:
		return "is somebody else's"
	case row.State == backup.TicketMissing && live && !m.everHidden[held.ID]:
		return "was never missing"
	case row.State == backup.TicketMissing && row.Active:
		return "is missing and active"
	}
	return ""
}

// secondTicket says why a ticket must not be sent: its run has one that can be seen, and
// that was not found missing before.
func (m *model) secondTicket(body []byte) string {
	var fresh struct{ ExternalID string }
	if err := json.Unmarshal(body, &fresh); err != nil || keyRun(fresh.ExternalID) == 0 || len(fresh.ExternalID) > 50 {
		return "the ticket has no key"
	}
	run := keyRun(fresh.ExternalID)
	rows, err := m.ticketsOf(context.Background(), run)
	if err != nil {
		return err.Error()
	}
	missing := map[int64]bool{}
	for _, row := range rows {
		if row.State == backup.TicketMissing {
			missing[*row.AutotaskID] = true
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, held := range m.sim.Tickets() {
		if keyRun(held.ExternalID) == run && !m.hidden[held.ID] && !missing[held.ID] {
			return fmt.Sprintf("run %d has ticket %d already", run, held.ID)
		}
	}
	return ""
}

// wantAgreement wants the database and Autotask to agree once all troubles are over, and the
// work to go on: a run without a ticket can get one, and an open one can be resolved.
func (m *model) wantAgreement(t *rapid.T) {
	p := m.processes[0]
	shown := map[int64]bool{}
	for _, run := range m.runs {
		rows, err := m.ticketsOf(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if row.State == backup.TicketCreating && !m.waitsForSight(row) {
				t.Fatalf("run %d still waits for a ticket: %+v", run.ID, row)
			}
			if row.AutotaskID != nil {
				shown[*row.AutotaskID] = true
			}
		}
		now, err := p.station.Refresh(t.Context(), m.operator, run.ID)
		if err != nil && backup.KindOf(err) != backup.NotFound {
			t.Fatalf("Refresh of run %d: %v", run.ID, err)
		}
		if err == nil && now.State != backup.TicketByHand && !m.waitsForSight(now) {
			m.wantState(t, now)
		}
	}
	for _, held := range m.sim.Tickets() {
		if keyRun(held.ExternalID) != 0 && !shown[held.ID] && !m.wasHidden(held.ID) {
			t.Fatalf("nobody knows of ticket %d: %+v", held.ID, held)
		}
	}
	m.wantProgress(t, p, m.someRun(t))
}

// waitsForSight reports whether the row is that of a ticket which Autotask acknowledged and
// does not show to the API user: it is never given up.
func (m *model) waitsForSight(row backup.Ticket) bool {
	if row.State != backup.TicketCreating || row.AutotaskID == nil {
		return false
	}
	_, live := m.sim.Ticket(*row.AutotaskID)
	return live && !m.isVisible(*row.AutotaskID)
}

// wantState wants a ticket to be shown as Autotask has it.
func (m *model) wantState(t *rapid.T, shown backup.Ticket) {
	held, live := m.sim.Ticket(*shown.AutotaskID)
	want := backup.TicketOpen
	switch {
	case !live || m.hidden[held.ID]:
		want = backup.TicketMissing
	case held.Status == complete:
		want = backup.TicketComplete
	}
	if shown.State != want {
		t.Fatalf("the ticket is shown as %s, want %s: %+v", shown.State, want, shown)
	}
}

// wantProgress wants the run to get a ticket, if it has none, and that to be resolved.
func (m *model) wantProgress(t *rapid.T, p *process, run backup.Run) {
	_, err := p.station.Create(t.Context(), m.operator, run.ID)
	if err != nil && backup.KindOf(err) != backup.Conflict {
		t.Fatalf("Create for run %d with all well: %v", run.ID, err)
	}
	m.check(t)
	m.clock.advance(11 * time.Minute) // a note that was unclear may be sent again
	done, err := p.station.Resolve(t.Context(), m.operator, run.ID)
	if err != nil && backup.KindOf(err) != backup.Conflict {
		t.Fatalf("Resolve of run %d with all well: %v", run.ID, err)
	}
	m.check(t)
	if err != nil {
		return // complete, or a number entered by hand
	}
	held, _ := m.sim.Ticket(*done.Ticket.AutotaskID)
	worked := len(m.sim.TimeEntries(held.ID)) > 0
	if closed := held.Status == complete; closed == worked || (done.Outcome == ticket.Closed) != closed {
		t.Fatalf("Resolve says %s for a ticket with status %d; time entries: %t", done.Outcome, held.Status, worked)
	}
}
