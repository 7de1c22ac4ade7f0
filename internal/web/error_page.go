package web

import (
	"net/http"

	"backupchecks/internal/backup"
)

type errorPage struct {
	layout
	Status   int
	Sentence string
}

func (*errorPage) template() string { return "error.html" }

// fail answers with what went wrong: a page, or, where only a part of a page was asked for, a
// notice in the place for notices. A failure of ours, or of what we rely on,
// is logged here and nowhere else.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	kind, sentence := backup.Explain(err)
	switch kind {
	case backup.Internal:
		s.log.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "request", requestIDFrom(r.Context()), "err", err)
	case backup.Unavailable:
		s.log.WarnContext(r.Context(), "page not available", "path", r.URL.Path, "request", requestIDFrom(r.Context()), "err", err)
	}
	status := statusOf(kind)
	if isPart(r) {
		s.showNotice(w, r, status, sentence)
		return
	}
	page := &errorPage{layout: layout{Title: titleOf(status)}, Status: status, Sentence: sentence}
	if kind != backup.Internal {
		if err = s.show(w, r, status, page); err == nil {
			return
		}
		s.log.ErrorContext(r.Context(), "error page failed", "path", r.URL.Path, "request", requestIDFrom(r.Context()), "err", err)
	}
	// What surrounds a page may be the very thing that failed.
	s.showBare(w, r, page)
}

// showNotice answers who asked for a part of a page with a notice in the place for notices.
// The page may have said which element it takes from the answer, and where to put it, so the
// answer overrules both: else the notice would be left out.
func (s *Server) showNotice(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	w.Header().Set("HX-Retarget", "#notices")
	w.Header().Set("HX-Reswap", "innerHTML")
	w.Header().Set("HX-Reselect", ".notice")
	w.Header().Set("HX-Push-Url", "false")
	if err := s.part(w, status, "fault", sentence); err != nil {
		s.failPlainly(w, r, err)
	}
}

// failBare is fail where neither database nor session can be relied on.
func (s *Server) failBare(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	if isPart(r) {
		s.showNotice(w, r, status, sentence)
		return
	}
	s.showBare(w, r, &errorPage{layout: layout{Title: titleOf(status)}, Status: status, Sentence: sentence})
}

// showBare answers with an error page that needs neither database nor session.
func (s *Server) showBare(w http.ResponseWriter, r *http.Request, page *errorPage) {
	page.layout = layout{Title: page.Title}
	s.dress(r, page.frame())
	if err := s.send(w, page.Status, page.template(), page.template(), page); err != nil {
		s.failPlainly(w, r, err)
	}
}

// failPlainly is the last resort: the templates themselves failed.
func (s *Server) failPlainly(w http.ResponseWriter, r *http.Request, err error) {
	s.log.ErrorContext(r.Context(), "error page failed", "path", r.URL.Path, "request", requestIDFrom(r.Context()), "err", err)
	_, sentence := backup.Explain(err)
	http.Error(w, sentence, http.StatusInternalServerError)
}

func titleOf(status int) string {
	switch status {
	case http.StatusNotFound:
		return "Not found"
	case http.StatusForbidden:
		return "Not allowed"
	case http.StatusConflict:
		return "Not possible now"
	case http.StatusUnprocessableEntity:
		return "Not accepted"
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return "Not available now"
	}
	return "Something went wrong"
}

// nothingHere answers for every address that no route has.
func (s *Server) nothingHere(http.ResponseWriter, *http.Request) error {
	return backup.Errorf(backup.NotFound, "There is nothing at this address.")
}

// refuseForeignForm answers a form that was sent from another site.
func (s *Server) refuseForeignForm(w http.ResponseWriter, r *http.Request) {
	s.log.WarnContext(r.Context(), "form from another site refused", "path", r.URL.Path,
		"origin", r.Header.Get("Origin"), "request", requestIDFrom(r.Context()))
	s.failBare(w, r, http.StatusForbidden, "This form was sent from another site, so nothing was done. Please open the page here and try again.")
}

// isPart reports whether the request wants a part of a page rather than a whole one.
func isPart(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Boosted") != "true"
}
