package web

import (
	"context"
	"net"
	"net/http"
	"net/url"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
)

type userKey struct{}

// identify finds out who is asking, and notes for the audit log where from.
func (s *Server) identify(next http.Handler) http.Handler {
	return s.page(func(w http.ResponseWriter, r *http.Request) error {
		user, found, err := s.auth.User(r.Context())
		if err != nil {
			return err
		}
		ctx := audit.WithOrigin(r.Context(), clientAddress(r), requestIDFrom(r.Context()))
		if found {
			ctx = context.WithValue(ctx, userKey{}, user)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
		return nil
	})
}

// userFrom returns who is signed in, and a user without an id for a visitor.
func userFrom(ctx context.Context) backup.User {
	user, _ := ctx.Value(userKey{}).(backup.User)
	return user
}

// permit lets through who may use the route, and sends visitors to the sign-in page.
func (s *Server) permit(route Route, next http.Handler) http.Handler {
	return s.page(func(w http.ResponseWriter, r *http.Request) error {
		user := userFrom(r.Context())
		switch {
		case route.Open:
		case user.ID == 0:
			askToSignIn(w, r)
			return nil
		case route.Right != "":
			if err := backup.Require(user, route.Right); err != nil {
				return err
			}
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// askToSignIn sends a visitor to the sign-in page, and from there back to the page they wanted.
// An action is not repeated after the sign-in.
func askToSignIn(w http.ResponseWriter, r *http.Request) {
	next := r.URL.RequestURI()
	if isPart(r) {
		current, err := url.Parse(r.Header.Get("HX-Current-URL"))
		if err != nil {
			current = &url.URL{Path: "/"}
		}
		w.Header().Set("HX-Redirect", signInPath(current.RequestURI()))
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.Method != http.MethodGet {
		next = "/"
	}
	http.Redirect(w, r, signInPath(next), http.StatusSeeOther)
}

func signInPath(next string) string {
	if next = localPath(next); next == "/" {
		return "/sign-in"
	}
	return "/sign-in?" + url.Values{"next": {next}}.Encode()
}

// clientAddress is the host that sent the request, without its port.
func clientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
