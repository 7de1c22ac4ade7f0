package e2e_test

import (
	"bytes"
	"context"
	"flag"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/demo"
)

var shots = flag.String("shots", "", "the folder to write the pictures of TestScreenshots to, instead of throwing them away")

// standing is the morning of the pictures.
func standing() time.Time { return time.Date(2026, time.November, 24, 7, 5, 0, 0, time.UTC) }

// openStandingDemo opens a demo whose clock stands, so that a picture changes only when the
// page does. It runs inside the test: the command has no such clock.
func openStandingDemo(t *testing.T) *demoSite {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	instance, err := demo.Open(t.Context(), demo.Options{Listen: "127.0.0.1:0", Log: log, Now: standing, Seed: 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := instance.Close(); err != nil {
			t.Errorf("close the demo: %v", err)
		}
	})
	if err := instance.App.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := instance.App.Stop(ctx); err != nil {
			t.Errorf("stop the demo: %v", err)
		}
	})
	token, err := instance.App.Auth.CreateToken(t.Context(), backup.System("test"), "admin", "pictures", nil)
	if err != nil {
		t.Fatal(err)
	}
	// The port differs each time; tickets link to an address that does not.
	client{instance.URL, token}.ask(t, "PATCH", "/settings/autotask", `{"base_url":"https://backups.example.com"}`).want(t, 200)
	return &demoSite{url: instance.URL, simulator: instance.SimulatorURL}
}

// TestScreenshots takes the pictures of the main pages.
func TestScreenshots(t *testing.T) {
	begin(t)
	folder := *shots
	if folder == "" {
		folder = t.ArtifactDir()
	}
	d := openStandingDemo(t)
	shoot := func(p *tab, name string) {
		t.Helper()
		p.still()
		picture := p.picture()
		if config, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil || config.Width < 390 {
			t.Errorf("%s is no picture of a page: %v %v", name, config, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	visitor := newTab(t, d.url, desktop)
	visitor.open("/sign-in")
	visitor.focused("#name")
	shoot(visitor, "sign-in.png")

	operator := d.signIn(t, "operator", desktop)
	operator.see("h1", "Run Checks")
	shoot(operator, "run-checks.png")
	operator.press("t")
	operator.see("#ticket-dialog", "Text, exactly as it will be sent")
	shoot(operator, "ticket-drawer.png")
	operator.press("Enter")
	operator.see("#ticket", "created in Autotask")
	operator.open("/run-checks")
	operator.see("[data-row]", "T2026")
	operator.open(operator.attribute("[data-row] a[data-open]", "href"))
	operator.see("#run", "Objects")
	shoot(operator, "run.png")
	operator.open("/customers")
	operator.see("h1", "Customers")
	shoot(operator, "customers.png")
	operator.open("/inbox")
	operator.see("h1", "Inbox")
	shoot(operator, "inbox.png")

	dark := d.signIn(t, "operator", night)
	dark.see("h1", "Run Checks")
	shoot(dark, "run-checks-dark.png")
	small := d.signIn(t, "operator", phone)
	small.see("h1", "Run Checks")
	shoot(small, "phone-run-checks.png")

	admin := d.signIn(t, "admin", desktop)
	admin.open("/settings/autotask")
	admin.see("h1", "Autotask")
	shoot(admin, "settings-autotask.png")

	autotask := newTab(t, d.simulator, desktop)
	autotask.open("/")
	autotask.see("h1", "Tickets")
	shoot(autotask, "simulator.png")
}
