package auth_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"backupchecks/internal/audit"
	"backupchecks/internal/auth"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	here      = "192.0.2.1"
	elsewhere = "198.51.100.7"
)

// cheap makes hashing quick; what is tested does not depend on the cost.
func cheap() *argon2id.Params {
	return &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// service returns a service whose clock is the store's.
func service(t testing.TB, db *store.DB) *auth.Service {
	t.Helper()
	return with(t, auth.Config{DB: db, Cost: cheap()})
}

func with(t testing.TB, cfg auth.Config) *auth.Service {
	t.Helper()
	cfg.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	cfg.Now = func() (now time.Time) {
		err := cfg.DB.Read(context.Background(), func(tx *store.Tx) error {
			now = tx.Now()
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return now
	}
	s, err := auth.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func root() backup.User { return backup.System("test") }

func addUser(t testing.TB, s *auth.Service, name string, roles ...backup.Role) backup.User {
	t.Helper()
	user, err := s.AddUser(t.Context(), root(), name, "correct horse", roles)
	if err != nil {
		t.Fatalf("AddUser(%s): %v", name, err)
	}
	return user
}

// browser carries a session from request to request.
type browser struct {
	service *auth.Service
	cookie  *http.Cookie
}

// visit runs act within one request.
func (b *browser) visit(t testing.TB, act func(ctx context.Context)) *http.Cookie {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.service.Session(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		act(audit.WithOrigin(r.Context(), here, ""))
	})).ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("request within a session: status %d: %s", w.Code, w.Body)
	}
	set := w.Result().Cookies()
	if len(set) == 0 {
		return nil
	}
	b.cookie = set[0]
	return set[0]
}

func (b *browser) signIn(t testing.TB, name, password, address string) (user backup.User, err error) {
	t.Helper()
	b.visit(t, func(ctx context.Context) { user, err = b.service.SignIn(ctx, name, password, address) })
	return user, err
}

// user is who the browser is signed in as, and empty for a visitor.
func (b *browser) user(t testing.TB) string {
	t.Helper()
	name := ""
	b.visit(t, func(ctx context.Context) {
		user, found, err := b.service.User(ctx)
		if err != nil {
			t.Errorf("User: %v", err)
		}
		if found {
			name = user.Name
		}
	})
	return name
}

// wantKind expects an error of that kind whose sentence holds text.
func wantKind(t testing.TB, what string, err error, want backup.Kind, text string) {
	t.Helper()
	kind, sentence := backup.Explain(err)
	if err == nil || kind != want || !strings.Contains(sentence, text) {
		t.Errorf("%s: got kind %d, error %v; want kind %d with %q", what, kind, err, want, text)
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := auth.New(auth.Config{})
	if err == nil || !strings.Contains(err.Error(), "Config.DB") {
		t.Errorf("New without a store: %v, want an error that names Config.DB", err)
	}
}
