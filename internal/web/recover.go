package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"backupchecks/internal/backup"
)

// recoverPanics turns a fault in a handler into an error page, and keeps the program alive.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			fault := recover()
			if fault == nil {
				return
			}
			if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(fault) // the server's own way to cut a connection
			}
			s.log.ErrorContext(r.Context(), "page panicked", "path", r.URL.Path, "request", requestIDFrom(r.Context()),
				"err", fmt.Sprint(fault), "stack", string(debug.Stack()))
			_, sentence := backup.Explain(nil)
			s.failBare(w, r, http.StatusInternalServerError, sentence)
		}()
		next.ServeHTTP(w, r)
	})
}
