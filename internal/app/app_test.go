package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/app"
	"backupchecks/internal/config"
	"backupchecks/internal/store"
)

// serve starts an instance on an SQLite file of its own. Its clock stands still, so that no
// wait ends by itself.
func serve(t *testing.T, cfg config.Config) *app.App {
	t.Helper()
	cfg.Database, cfg.Listen = "sqlite:"+filepath.Join(t.TempDir(), "backupchecks.db"), "127.0.0.1:0"
	began := time.Now()
	a, err := app.Open(t.Context(), app.Options{
		Config: cfg, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: func() time.Time { return began },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
	return a
}

// ask sends a request that claims to be passed on for client, and returns the status.
func ask(t *testing.T, a *app.App, method, path string, form url.Values, client string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+a.Addr()+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if client != "" {
		r.Header.Set("X-Forwarded-For", client)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// origins returns where the entries of the audit log came from, newest first, without the
// requests' ids.
func origins(t *testing.T, a *app.App) []string {
	t.Helper()
	var all []string
	err := a.DB.Read(t.Context(), func(tx *store.Tx) error {
		page, err := tx.AuditEntries(t.Context(), store.AuditFilter{Limit: 500})
		for _, entry := range page.Items {
			address, _, _ := strings.Cut(entry.Origin, ",")
			all = append(all, address)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func wrong(name string) url.Values { return url.Values{"name": {name}, "password": {"wrong"}} }

// TestOneGuesserBehindAProxy: only the guesser waits, and the audit log names the guesser.
func TestOneGuesserBehindAProxy(t *testing.T) {
	t.Parallel()
	a := serve(t, config.Config{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	for range 6 {
		ask(t, a, http.MethodPost, "/sign-in", wrong("mara"), "192.0.2.66")
	}
	if got := ask(t, a, http.MethodPost, "/sign-in", wrong("mara"), "198.51.100.1, 192.0.2.66"); got != http.StatusTooManyRequests {
		t.Errorf("the guesser, inventing another client: got status %d, want 429", got)
	}
	if got := ask(t, a, http.MethodPost, "/sign-in", wrong("mara"), "192.0.2.7"); got != http.StatusUnprocessableEntity {
		t.Errorf("somebody else behind the proxy: got status %d, want 422", got)
	}
	if got := strings.Join(origins(t, a), " "); got != "192.0.2.7"+strings.Repeat(" 192.0.2.66", 5) {
		t.Errorf("origins in the audit log: got %s, want 192.0.2.7 and five times 192.0.2.66", got)
	}
	if got := ask(t, a, http.MethodGet, "/metrics", nil, "127.0.0.1"); got != http.StatusForbidden {
		t.Errorf("metrics for a client that claims to be this machine: got status %d, want 403", got)
	}
	if got := ask(t, a, http.MethodGet, "/metrics", nil, ""); got != http.StatusOK {
		t.Errorf("metrics for this machine: got status %d, want 200", got)
	}
}

func TestNobodyInventsAnAddress(t *testing.T) {
	t.Parallel()
	a := serve(t, config.Config{Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	ask(t, a, http.MethodPost, "/sign-in", wrong("mara"), "192.0.2.66")
	if got := strings.Join(origins(t, a), " "); got != "127.0.0.1" {
		t.Errorf("origin in the audit log: got %s, want 127.0.0.1", got)
	}
}
