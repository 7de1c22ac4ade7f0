package web

import (
	"bytes"
	"fmt"
	"net/http"

	"backupchecks/internal/backup"
)

// handler answers a request, or returns why it cannot.
type handler func(w http.ResponseWriter, r *http.Request) error

// page makes an http.Handler of h and is the only place that turns an error into an answer.
func (s *Server) page(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// pageData is a page: a struct that embeds layout and knows its template.
type pageData interface {
	frame() *layout
	template() string
}

// pages lists every page. A test checks each template against its struct, and a template that
// no page here uses is an error at the start.
func pages() []pageData {
	return []pageData{
		&signInPage{},
		&errorPage{},
		&inboxPage{},
		&runChecksPage{},
		&runDetailsPage{},
		&runTicketPage{},
		&jobDetailsPage{},
		&customersPage{},
		&customerPage{},
		&jobsPage{},
		&ticketsPage{},
		&settingsPage{},
		&generalPage{},
		&autotaskPage{},
		&usersPage{},
		&tokensPage{},
		&auditPage{},
	}
}

// show answers with a whole page, filling in what surrounds it.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, page pageData) error {
	if err := s.surround(r, page.frame()); err != nil {
		return err
	}
	return s.send(w, status, page.template(), page.template(), page)
}

// part answers with one partial template, for a request that replaces a part of a page.
func (s *Server) part(w http.ResponseWriter, status int, name string, data any) error {
	return s.send(w, status, partials, name, data)
}

// send renders into a buffer first, so that only something whole is ever sent.
func (s *Server) send(w http.ResponseWriter, status int, set, name string, data any) error {
	var body bytes.Buffer
	if err := s.templates[set].ExecuteTemplate(&body, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// The only failure left is a visitor who went away.
	_, _ = body.WriteTo(w)
	return nil
}

// done answers a form that worked: the next page, which says the sentence.
func (s *Server) done(w http.ResponseWriter, r *http.Request, sentence, path string, args ...any) error {
	s.auth.Flash(r.Context(), sentence)
	http.Redirect(w, r, fmt.Sprintf(path, args...), http.StatusSeeOther)
	return nil
}

// statusOf is the HTTP status for a kind of failure.
func statusOf(kind backup.Kind) int {
	switch kind {
	case backup.Invalid:
		return http.StatusUnprocessableEntity
	case backup.NotFound:
		return http.StatusNotFound
	case backup.Forbidden:
		return http.StatusForbidden
	case backup.Conflict:
		return http.StatusConflict
	case backup.Refused:
		return http.StatusBadGateway
	case backup.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
