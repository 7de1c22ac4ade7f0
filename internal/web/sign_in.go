package web

import (
	"net/http"

	"backupchecks/internal/backup"
)

type signInPage struct {
	layout
	Next    string
	Name    string
	Problem string // why the last try failed, as a sentence
	First   bool   // nobody has an account yet
}

func (*signInPage) template() string { return "sign_in.html" }

func (s *Server) signInPage(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.FormValue("next"))
	if userFrom(r.Context()).ID != 0 {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	return s.showSignIn(w, r, http.StatusOK, signInPage{Next: next})
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	form := signInPage{Next: localPath(r.FormValue("next")), Name: r.FormValue("name")}
	_, err := s.auth.SignIn(r.Context(), form.Name, r.FormValue("password"), clientAddress(r))
	kind, sentence := backup.Explain(err)
	switch {
	case err == nil:
		http.Redirect(w, r, form.Next, http.StatusSeeOther)
		return nil
	case kind == backup.Invalid:
		form.Problem = sentence
		return s.showSignIn(w, r, http.StatusUnprocessableEntity, form)
	case kind == backup.Forbidden:
		form.Problem = sentence
		return s.showSignIn(w, r, http.StatusTooManyRequests, form)
	}
	return err
}

func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request, status int, page signInPage) error {
	anyone, err := s.auth.AnyUser(r.Context())
	if err != nil {
		return err
	}
	page.Title = "Sign in"
	page.First = !anyone
	return s.show(w, r, status, &page)
}
