package web

import "net/http"

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.auth.SignOut(r.Context()); err != nil {
		return err
	}
	return s.done(w, r, "You have signed out.", "/sign-in")
}
