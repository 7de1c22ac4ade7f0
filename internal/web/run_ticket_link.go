package web

import (
	"fmt"
	"net/http"

	"backupchecks/internal/backup"
	"backupchecks/internal/ticket"
)

// linkTicket ties an existing Autotask ticket to the run, after reading it there.
func (s *Server) linkTicket(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.RunID](r, "id")
	if err != nil {
		return err
	}
	number := r.PostFormValue("ticket_number")
	linked, err := s.tickets.Link(r.Context(), userFrom(r.Context()), id, ticket.LinkRequest{Number: number})
	return s.answerTicket(w, r, id, fmt.Sprintf("Ticket %s linked.", linked.Number), err, ticketEntries{link: number})
}
