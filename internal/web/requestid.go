package web

import (
	"context"
	"crypto/rand"
	"net/http"
)

type requestIDKey struct{}

// requestID gives each request an id, which the log, the answer's header and the error page
// share. An id that a visitor sends is not used: it could name another request.
func requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:12]
		w.Header().Set("X-Request-ID", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// requestIDFrom returns the id of the request that ctx belongs to.
func requestIDFrom(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
