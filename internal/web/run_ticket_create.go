package web

import (
	"fmt"
	"net/http"

	"backupchecks/internal/backup"
)

// createTicket creates the run's ticket in Autotask, once, whatever a double click does.
func (s *Server) createTicket(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.RunID](r, "id")
	if err != nil {
		return err
	}
	ticket, err := s.tickets.Create(r.Context(), userFrom(r.Context()), id)
	done := fmt.Sprintf("Ticket %s created in Autotask.", ticket.Number)
	if ticket.State == backup.TicketCreating {
		done = "Autotask has not confirmed the ticket yet. Backupchecks goes on looking for it."
	}
	return s.answerTicket(w, r, id, done, err, ticketEntries{})
}
