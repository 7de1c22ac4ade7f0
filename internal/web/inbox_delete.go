package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// deleteMail takes a mail out of its tab and goes on with the next; the page offers to undo.
func (s *Server) deleteMail(w http.ResponseWriter, r *http.Request) error {
	msg, err := s.inboxMessage(r)
	if err != nil {
		return err
	}
	if err := s.ingest.Delete(r.Context(), userFrom(r.Context()), msg.ID); err != nil {
		return err
	}
	next, err := s.pathAfter(r, msg)
	if err != nil {
		return err
	}
	separator := "?"
	if strings.Contains(next, "?") {
		separator = "&"
	}
	undo := url.Values{"undo": {strconv.FormatInt(int64(msg.ID), 10)}}
	http.Redirect(w, r, next+separator+undo.Encode(), http.StatusSeeOther)
	return nil
}

// restoreMail brings a deleted mail back and opens it.
func (s *Server) restoreMail(w http.ResponseWriter, r *http.Request) error {
	msg, err := s.inboxMessage(r)
	if err != nil {
		return err
	}
	if err := s.ingest.Restore(r.Context(), userFrom(r.Context()), msg.ID); err != nil {
		return err
	}
	return s.done(w, r, "The mail is back where it was.", "%s", inboxPlaceOf(r).first().path(msg.ID))
}
