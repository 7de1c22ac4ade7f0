package web

import (
	"fmt"
	"net/http"

	"backupchecks/internal/backup"
)

// setTicketNumber notes a number that was entered by hand.
func (s *Server) setTicketNumber(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.RunID](r, "id")
	if err != nil {
		return err
	}
	number := r.PostFormValue("number")
	noted, err := s.tickets.SetNumber(r.Context(), userFrom(r.Context()), id, number)
	return s.answerTicket(w, r, id, fmt.Sprintf("Ticket number %s noted.", noted.Number), err, ticketEntries{number: number})
}
