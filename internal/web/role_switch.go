package web

import (
	"net/http"

	"backupchecks/internal/backup"
)

// switchRole goes on at the start, because the page that the person came from may not be
// theirs to see in the new role.
func (s *Server) switchRole(w http.ResponseWriter, r *http.Request) error {
	role := backup.Role(r.FormValue("role"))
	if err := s.auth.SwitchRole(r.Context(), userFrom(r.Context()), role); err != nil {
		return err
	}
	return s.done(w, r, "Your role is now "+string(role)+".", "/")
}
