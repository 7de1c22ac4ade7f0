package web

import (
	"net/http"

	"backupchecks/internal/backup"
)

// refreshTicket looks the run's ticket up in Autotask now.
func (s *Server) refreshTicket(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.RunID](r, "id")
	if err != nil {
		return err
	}
	ticket, err := s.tickets.Refresh(r.Context(), userFrom(r.Context()), id)
	return s.answerTicket(w, r, id, checkedSentence(ticket), err, ticketEntries{})
}

func checkedSentence(ticket backup.Ticket) string {
	switch ticket.State {
	case backup.TicketCreating:
		return "Autotask has no such ticket so far."
	case backup.TicketMissing:
		return "Autotask no longer has this ticket."
	}
	return "Checked in Autotask just now."
}
