package web

import (
	"fmt"
	"net/http"

	"backupchecks/internal/backup"
	"backupchecks/internal/ticket"
)

// resolveTicket marks the run's ticket as resolved in Autotask, and closes it there unless
// somebody booked time on it.
func (s *Server) resolveTicket(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.RunID](r, "id")
	if err != nil {
		return err
	}
	resolution, err := s.tickets.Resolve(r.Context(), userFrom(r.Context()), id)
	done := fmt.Sprintf("Ticket %s resolved and closed in Autotask.", resolution.Ticket.Number)
	if resolution.Outcome == ticket.NoteOnly {
		done = fmt.Sprintf("Ticket %s was not closed, because time entries are present. A note in it says that it was marked as resolved here.", resolution.Ticket.Number)
	}
	return s.answerTicket(w, r, id, done, err, ticketEntries{})
}
