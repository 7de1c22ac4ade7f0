package web_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"backupchecks/internal/auth"
	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/parse/vendors"
	"backupchecks/internal/review"
	"backupchecks/internal/secret"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/ticket"
	"backupchecks/internal/web"
	"backupchecks/internal/web/webtest"
)

// password is everybody's in these tests.
const password = "correct horse"

// scene is a site with its parts, and users named after their roles.
type scene struct {
	*webtest.Site
	db     *store.DB
	auth   *auth.Service
	server *web.Server
}

// newScene serves the pages on a fresh store with a user for each role, and one called "both"
// who is an operator and a viewer.
func newScene(t testing.TB) scene {
	t.Helper()
	s := emptyScene(t, "")
	for _, role := range backup.Roles() {
		s.addUser(t, string(role), role)
	}
	s.addUser(t, "both", backup.Operator, backup.Viewer)
	return s
}

// emptyScene serves the pages before there is any user.
func emptyScene(t testing.TB, baseURL string) scene {
	t.Helper()
	db := storetest.Open(t)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	// What is tested here does not depend on what hashing costs.
	cost := &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	signIn, err := auth.New(auth.Config{DB: db, Log: log, Now: time.Now, Cost: cost})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.ParseKeys(secret.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	server, err := web.New(web.Config{
		DB: db, Auth: signIn, Log: log, Now: time.Now, Version: "test", BaseURL: baseURL,
		Ingest:  ingest.New(ingest.Config{DB: db, Read: vendors.Registry().Read, Log: log}),
		Review:  review.New(db),
		Tickets: ticket.New(ticket.Config{DB: db, Keys: keys, Log: log, Now: time.Now}),
		Keys:    keys,
	})
	if err != nil {
		t.Fatal(err)
	}
	return scene{Site: webtest.New(t, server.Handler()), db: db, auth: signIn, server: server}
}

func (s scene) addUser(t testing.TB, name string, roles ...backup.Role) {
	t.Helper()
	if _, err := s.auth.AddUser(t.Context(), backup.System("test"), name, password, roles); err != nil {
		t.Fatal(err)
	}
}

// as returns the browser of a user who has signed in.
func (s scene) as(t testing.TB, name string) *webtest.Site {
	t.Helper()
	site := s.Other(t)
	site.SignIn(t, name, password)
	return site
}
