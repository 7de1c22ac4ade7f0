package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"backupchecks/internal/backup"
)

type requestIDKey struct{}

// requestID gives each request an id, which the log, the answer's header, the audit log and
// the answer to a fault of ours share. An id that the client sends is not used: it could name
// another request.
func requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:12]
		w.Header().Set("X-Request-ID", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

func requestIDFrom(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// clientAddress is the address of the client, without its port.
func clientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// logRequests writes a line for each answer. It holds no query and no body.
func (a *API) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &answer{ResponseWriter: w, status: http.StatusOK}
		began := a.now()
		next.ServeHTTP(answer, r)
		a.log.Log(r.Context(), slog.LevelInfo, "request", "method", r.Method, "path", r.URL.Path, "status", answer.status,
			"bytes", answer.bytes, "took", a.now().Sub(began).Round(time.Microsecond),
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

// recoverPanics turns a fault in a handler into a problem, and keeps the program alive.
func (a *API) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			fault := recover()
			if fault == nil {
				return
			}
			if err, isError := fault.(error); isError && errors.Is(err, http.ErrAbortHandler) {
				panic(fault) // the server's own way to cut a connection
			}
			id := requestIDFrom(r.Context())
			a.log.ErrorContext(r.Context(), "api request panicked", "path", r.URL.Path, "request", id,
				"err", fmt.Sprint(fault), "stack", string(debug.Stack()))
			_, sentence := backup.Explain(nil)
			problem := newProblem(http.StatusInternalServerError, sentence)
			problem.RequestID = id
			problem.send(w)
		}()
		next.ServeHTTP(w, r)
	})
}

// secure keeps answers out of caches, and a browser from making more of one than it is. The
// page for people sets a policy of its own.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// everything is the pattern of what no other pattern takes.
const everything = "/api/"

// nothingHere answers for a path that does not exist, or not with this method.
func (a *API) nothingHere(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{get, post, put, patch, del} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := a.mux.Handler(other); pattern != everything {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		newProblem(http.StatusNotFound, "There is nothing at this address. The description is at /api/docs.").send(w)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	newProblem(http.StatusMethodNotAllowed, "This address takes "+strings.Join(allowed, " and ")+" only.").send(w)
}
