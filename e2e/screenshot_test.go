package e2e_test

import (
	"bytes"
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

var shots = flag.String("shots", "", "the folder to write the pictures of TestScreenshots to, instead of throwing them away")

// openStandingDemo opens a demo whose clock stands, so that a picture changes only when the
// page does.
func openStandingDemo(t *testing.T) *demoSite {
	t.Helper()
	program, err := build(t.TempDir(), "./standing")
	if err != nil {
		t.Fatal(err)
	}
	d, err := awaitDemo((&site{dir: t.TempDir()}).other(program), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.process.kill)
	return d
}

// TestScreenshots takes the pictures of the main pages.
func TestScreenshots(t *testing.T) {
	begin(t)
	folder := *shots
	if folder == "" {
		folder = t.ArtifactDir()
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	d := openStandingDemo(t)
	shoot := func(p *tab, name string) {
		t.Helper()
		p.still()
		picture := p.picture()
		if config, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil || config.Width < 390 {
			t.Errorf("%s is no picture of a page: %v %v", name, config, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}

	// The port differs each time; tickets link to an address that does not.
	admin := d.signIn(t, "admin", desktop)
	admin.open("/settings/autotask")
	admin.see("h1", "Autotask")
	admin.tabTo("#base_url")
	admin.write("https://backups.example.com") // in place of what the tab key selected
	admin.press("Enter")
	admin.see("#notices", "saved")
	admin.open("/settings/autotask")
	admin.see("h1", "Autotask")
	if address, ok := ask[string](admin, "document.querySelector('#base_url').value"); !ok || address != "https://backups.example.com" {
		t.Fatalf("the settings hold the address %q, want the one typed", address)
	}
	shoot(admin, "settings-autotask.png")

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
	operator.moveTo("Cold Store")
	operator.see("#mail h2", "Cold Store")
	operator.wait("the mail is shown", "performance.getEntriesByType('resource').some(e => e.name === document.querySelector('iframe.mail-frame')?.src)")
	shoot(operator, "inbox.png")

	dark := d.signIn(t, "operator", night)
	dark.see("h1", "Run Checks")
	shoot(dark, "run-checks-dark.png")
	small := d.signIn(t, "operator", phone)
	small.see("h1", "Run Checks")
	shoot(small, "phone-run-checks.png")

	autotask := newTab(t, d.simulator, desktop)
	autotask.open("/")
	autotask.see("h1", "Tickets")
	shoot(autotask, "simulator.png")
}
