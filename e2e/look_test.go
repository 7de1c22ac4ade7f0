package e2e_test

import (
	"context"
	_ "embed" // for the check of contrast
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

//go:embed testdata/contrast.js
var contrast string

// pages are the pages that an administrator can go to.
func pages() []string {
	return []string{
		"/run-checks", "/inbox", "/customers", "/customers/1", "/jobs", "/jobs/1", "/runs/1", "/runs/1/ticket", "/tickets",
		"/settings", "/settings/general", "/settings/autotask", "/settings/users", "/settings/tokens", "/settings/audit", "/no-such-page",
	}
}

// TestEveryPageIsReadable looks at all pages in light and in dark, on a desk and on a phone.
func TestEveryPageIsReadable(t *testing.T) {
	begin(t)
	d := sharedDemo(t)
	for name, l := range map[string]look{
		"light": desktop, "dark": night, "phone": phone, "dark phone": {phone.width, phone.height, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := d.signIn(t, "admin", l)
			p.expect("404") // the browser's own report of the last page
			for _, path := range pages() {
				p.open(path)
				p.see("h1", "")
				p.wantReadable(path)
			}
			p.open("/run-checks")
			p.press("j", "Enter")
			p.see("#run-title", "ACM-LT07")
			p.press("t")
			p.see("#ticket-dialog", "Create Autotask ticket")
			p.wantReadable("the ticket drawer")
			p.press("Escape", "?")
			p.see("#keys", "Previous")
			p.wantReadable("the list of keys")
		})
	}
}

// wantReadable checks that no text is too faint, and that the page is not wider than the
// window.
func (p *tab) wantReadable(where string) {
	p.t.Helper()
	faint, ok := ask[[]string](p, contrast)
	if !ok {
		p.t.Fatalf("%s: the contrast cannot be measured", where)
	}
	for _, text := range faint {
		p.t.Errorf("%s: too faint: %s", where, text)
	}
	const wider = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth"
	if over, ok := ask[int](p, wider); !ok || over > 0 {
		p.t.Errorf("%s is %d pixels wider than the window", where, over)
	}
}

func TestTheThemeCanBeChosen(t *testing.T) {
	begin(t)
	d := sharedDemo(t)
	p := newTab(t, d.url, desktop)
	p.open("/sign-in")
	p.see("h1", "Sign in")
	const ground = "getComputedStyle(document.body).backgroundColor"
	light, _ := ask[string](p, ground)
	p.tabTo("button[name=theme][value=dark]")
	p.press("Enter")
	p.wait("the choice was sent", "performance.getEntriesByType('resource').some(e => e.name.endsWith('/theme'))")
	p.still()
	dark, _ := ask[string](p, ground)
	if dark == light {
		t.Errorf("the ground of the page stays %s in dark", light)
	}
	p.open("/sign-in")
	p.wait("the page is dark again", ground+" === "+quote(dark))

	asked := newTab(t, d.url, night)
	asked.open("/sign-in")
	asked.wait("the page follows the system", ground+" === "+quote(dark))
}

func TestAPhoneIsEnoughToReview(t *testing.T) {
	begin(t)
	d := openDemo(t)
	p := d.signIn(t, "operator", phone)
	p.see("h1", "Run Checks")
	left, total := p.left()
	p.gone(".pane-detail")
	p.tap("[data-row] [data-open]")
	p.see("#run-title", "SQL Servers")
	p.gone(".pane-list")
	p.tap("#run .pane-back")
	p.see(".pane-list", "SQL Servers")
	p.tap("[data-row] [data-open]")
	p.see("#review-one button", "Reviewed")
	p.tap("#review-one button")
	p.wantLeft(left-1, total)
	p.see(".pane-list", "ACM-LT07") // back in the list, for the next one
	p.tap("#undo button")
	p.wantLeft(left, total)
}

// TestPagesAreReadWithoutScript follows a run to its ticket with scripts switched off.
func TestPagesAreReadWithoutScript(t *testing.T) {
	begin(t)
	d := sharedDemo(t)
	p := newTab(t, d.url, desktop)
	p.do("switch scripts off", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	p.open("/sign-in")
	p.focused("#name")
	p.write("operator")
	p.press("Tab")
	p.write("demo")
	p.press("Enter")
	p.see("h1", "Run Checks")
	if rows := p.count("[data-row]"); rows < 100 {
		t.Errorf("without script %d runs are shown, want those that wait", rows)
	}
	run := p.attribute("[data-row] a[data-open]", "href")
	p.tabTo(fmt.Sprintf("[data-row] a[href=%q]", run))
	p.press("Enter")
	p.see("#run", "Why Error")
	p.tabTo(fmt.Sprintf("a[href=%q]", run+"/ticket"))
	p.press("Enter")
	p.see("#ticket", "Text, exactly as it will be sent")
	p.see("#ticket-create button", "Create Autotask ticket")
	p.open("/inbox")
	p.see(".mail-row", "rsync to offsite failed")
}
