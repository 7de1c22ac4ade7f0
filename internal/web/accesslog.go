package web

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"backupchecks/internal/web/assets"
)

// logRequests writes a line for each answer. What a page loads is logged only at debug level.
func (s *Server) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent := &answer{ResponseWriter: w, status: http.StatusOK}
		began := s.now()
		next.ServeHTTP(sent, r)
		level := slog.LevelInfo
		if strings.HasPrefix(r.URL.Path, assets.Prefix) {
			level = slog.LevelDebug
		}
		s.log.Log(r.Context(), level, "request", "method", r.Method, "path", r.URL.Path, "status", sent.status,
			"bytes", sent.bytes, "took", s.now().Sub(began).Round(time.Microsecond),
			"address", clientAddress(r), "request", requestIDFrom(r.Context()))
	})
}

// answer remembers what was sent.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int
	begun  bool
}

// WriteHeader notes the status.
func (a *answer) WriteHeader(status int) {
	if !a.begun {
		a.status, a.begun = status, true
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (a *answer) Write(body []byte) (int, error) {
	a.begun = true
	n, err := a.ResponseWriter.Write(body)
	a.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
