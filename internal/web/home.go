package web

import (
	"net/http"

	"backupchecks/internal/backup"
)

// home sends the person to the first place of the menu that is theirs: for most, Run Checks.
func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	places := s.places(userFrom(r.Context()))
	if len(places) == 0 {
		return backup.Errorf(backup.Forbidden, "There is no page for your role. Ask an administrator for another one.")
	}
	http.Redirect(w, r, places[0].path, http.StatusSeeOther)
	return nil
}
