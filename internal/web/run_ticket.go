package web

import (
	"net/http"

	"backupchecks/internal/backup"
)

type runTicketPage struct {
	layout
	Ticket ticketView
}

func (*runTicketPage) template() string { return "run_ticket.html" }

// runTicket shows the run's ticket, or exactly what creating one would send.
func (s *Server) runTicket(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.RunID](r, "id")
	if err != nil {
		return err
	}
	view, err := s.readTicket(r.Context(), userFrom(r.Context()), id, ticketEntries{})
	if err != nil {
		return err
	}
	if r.URL.Query().Get("focus") == "link" && view.Link != nil {
		view.Link.Focus = true
	}
	return s.sendTicket(w, r, http.StatusOK, view)
}
