package e2e_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab is a person's browser: cookies of its own, one page, and a keyboard. What the page
// reports as an error fails the test.
type tab struct {
	t    *testing.T
	ctx  context.Context
	home string // the address that paths are below

	mu       sync.Mutex
	faults   []string
	expected []string // parts of reports that are no faults
}

// givenUp is in the errors that htmx reports when it gives a request up for a newer one,
// which is what hx-sync asks for. A request that failed has another report.
var givenUp = []string{"htmx:sendAbort, ", "htmx:afterRequest, "}

// look is how a tab shows pages.
type look struct {
	width, height int64
	dark, phone   bool
}

var (
	desktop = look{width: 1440, height: 900}
	night   = look{width: 1440, height: 900, dark: true}
	phone   = look{width: 390, height: 844, phone: true}
)

// newTab opens a tab for the site at an address.
func newTab(t *testing.T, home string, l look) *tab {
	t.Helper()
	chromium, err := shared.chromium()
	if err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	p := &tab{t: t, home: home, expected: slices.Clone(givenUp)}
	ctx, cancel := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.hear))
	p.ctx = ctx
	t.Cleanup(func() {
		p.checkFaults()
		if t.Failed() {
			p.keep()
		}
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil { // without a time-out, which would end the tab with it
		t.Fatalf("open a tab: %v", err)
	}
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	viewport := chromedp.EmulateViewport(l.width, l.height)
	if l.phone {
		viewport = chromedp.EmulateViewport(l.width, l.height, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2))
	}
	p.do("set the tab up", viewport, func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return chromedp.Void{}, err
	})
	return p
}

// hear notes what the page reports: errors in the console, exceptions, breaches of the
// content security policy, and dialogs of scripts, of which we have none.
func (p *tab) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			said := "console:"
			for _, arg := range e.Args {
				said += " " + cmp.Or(arg.Description, string(arg.Value))
			}
			p.fault(said)
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		p.fault("exception: " + text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			p.fault(fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *page.EventJavascriptDialogOpening:
		p.fault("dialog: " + e.Message)
		go func() { _ = chromedp.Do(p.ctx, dismiss) }() // the page stands still until it is closed
	}
}

func dismiss(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, target, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
	return chromedp.Void{}, err
}

func (p *tab) fault(report string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, report)
}

// expect says that the page will report something with this text in it.
func (p *tab) expect(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, part)
}

func (p *tab) checkFaults() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, report := range p.faults {
		if !slices.ContainsFunc(p.expected, func(part string) bool { return strings.Contains(report, part) }) {
			p.t.Errorf("the page reports %s", report)
		}
	}
}

// keep saves what a failed test saw.
func (p *tab) keep() {
	dir := p.t.ArtifactDir()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
		_ = os.WriteFile(filepath.Join(dir, "page.png"), picture, 0o600) // the test has failed already
	}
	if html, err := chromedp.Run(ctx, chromedp.OuterHTML(chromedp.CSS("html"))); err == nil {
		_ = os.WriteFile(filepath.Join(dir, "page.html"), []byte(html), 0o600) // as above
	}
	address, err := chromedp.Run(ctx, chromedp.Location())
	p.t.Logf("the page at the end was %s %v; picture and HTML are in %s (kept with -artifacts)", address, err, dir)
}

func (p *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// open goes to a path of the site.
func (p *tab) open(path string) {
	p.t.Helper()
	p.do("open "+path, chromedp.Navigate(p.home+path))
}

// named are the keys that are no characters.
var named = map[string]rune{"Enter": '\r', "Tab": '\t', "Escape": '\u001b', "ArrowLeft": '\u0302'}

// press presses keys one after the other.
func (p *tab) press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		code, special := named[key]
		if !special {
			code = []rune(key)[0]
		}
		p.do("press "+key, stroke(code))
	}
}

// write types text into what has the focus.
func (p *tab) write(text string) {
	p.t.Helper()
	for _, r := range text {
		p.do("write "+text, stroke(r))
	}
}

// stroke presses a key and lets it go. The character comes with the key, as on a keyboard, so
// that a page that takes the key for itself keeps the character out of a field that it gives
// the focus to.
func stroke(r rune) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		events := kb.Encode(r)
		down, up := *events[0], *events[len(events)-1]
		if len(events) > 2 {
			down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		for _, event := range []input.DispatchKeyEventParams{down, up} {
			if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, event); err != nil {
				return err
			}
		}
		return nil
	})
}

// tap taps the first visible element that matches the selector, as a finger does.
func (p *tab) tap(selector string) {
	p.t.Helper()
	p.see(selector, "")
	const middle = "(() => { const e = %s[0]; e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
	at, ok := ask[[]float64](p, fmt.Sprintf(middle, seen(selector)))
	if !ok || len(at) != 2 {
		p.t.Fatalf("the page does not answer where %s is", selector)
	}
	p.do("tap "+selector, chromedp.TapXY(at[0], at[1]))
}

// fetched is an answer that a script of the page sees.
type fetched struct {
	Status int
	Text   string
}

// fetch asks for an address from within the page, with its cookies. A body is a form.
func (p *tab) fetch(method, path, form string) fetched {
	p.t.Helper()
	body := "undefined"
	if form != "" {
		body = "new URLSearchParams(" + quote(form) + ")"
	}
	got, ok := ask[fetched](p, fmt.Sprintf("fetch(%s, {method: %s, body: %s}).then(async a => ({Status: a.status, Text: await a.text()}))",
		quote(path), quote(method), body))
	if !ok {
		p.t.Fatalf("the page cannot ask for %s", path)
	}
	return got
}

// ask evaluates an expression in the page, and waits for a promise. ok is false while the page is changing.
func ask[T any](p *tab, expression string) (value T, ok bool) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	return value, err == nil
}

// wait waits until an expression is true in a page that is whole, scripts included.
func (p *tab) wait(what, expression string) {
	p.t.Helper()
	waitFor(p.t, what, func() bool {
		holds, ok := ask[bool](p, "document.readyState === 'complete' && ("+expression+")")
		return ok && holds
	})
}

// seen is an expression for the visible elements that match a selector.
func seen(selector string) string {
	return fmt.Sprintf("[...document.querySelectorAll(%s)].filter(e => e.checkVisibility())", quote(selector))
}

// see waits until a visible element that matches the selector shows the text.
func (p *tab) see(selector, text string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("%s shows %q", selector, text),
		fmt.Sprintf("%s.some(e => e.innerText.replace(/\\s+/g, ' ').includes(%s))", seen(selector), quote(text)))
}

// gone waits until no visible element matches the selector.
func (p *tab) gone(selector string) {
	p.t.Helper()
	p.wait("nothing matches "+selector, seen(selector)+".length === 0")
}

// focused waits until what has the focus matches the selector.
func (p *tab) focused(selector string) {
	p.t.Helper()
	p.wait(selector+" has the focus", fmt.Sprintf("document.activeElement !== null && document.activeElement.matches(%s)", quote(selector)))
}

// text returns what the first visible element that matches the selector shows.
func (p *tab) text(selector string) string {
	p.t.Helper()
	text, ok := ask[string](p, fmt.Sprintf("(%s[0]?.innerText ?? '')", seen(selector)))
	if !ok {
		p.t.Fatalf("the page does not answer what %s shows", selector)
	}
	return strings.TrimSpace(text)
}

// count returns how many visible elements match the selector.
func (p *tab) count(selector string) int {
	p.t.Helper()
	n, ok := ask[int](p, seen(selector)+".length")
	if !ok {
		p.t.Fatalf("the page does not answer how many %s there are", selector)
	}
	return n
}

// tabTo presses the tab key until what has the focus matches the selector.
func (p *tab) tabTo(selector string) {
	p.t.Helper()
	const enough = 200
	for range enough {
		if on, ok := ask[bool](p, fmt.Sprintf("document.activeElement?.matches(%s) ?? false", quote(selector))); ok && on {
			return
		}
		p.press("Tab")
	}
	p.t.Fatalf("the tab key does not reach %s", selector)
}

// picture is the page as it is seen.
func (p *tab) picture() []byte {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatalf("take a picture: %v", err)
	}
	return picture
}

// quote makes a literal of JavaScript.
func quote(text string) string {
	literal, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string is always JSON
	}
	return string(literal)
}

// attribute returns an attribute of the first visible element that matches the selector.
func (p *tab) attribute(selector, name string) string {
	p.t.Helper()
	value, ok := ask[string](p, fmt.Sprintf("(%s[0]?.getAttribute(%s) ?? '')", seen(selector), quote(name)))
	if !ok {
		p.t.Fatalf("the page does not answer what %s of %s is", name, selector)
	}
	return value
}

// still waits until nothing moves any more, and hides the caret, which blinks.
func (p *tab) still() {
	p.t.Helper()
	p.wait("nothing moves", "document.fonts.status === 'loaded' && document.getAnimations().every(a => a.playState !== 'running')")
	p.do("hide the caret", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool]("(document.documentElement.style.caretColor = 'transparent') !== ''")(ctx, target)
		return err
	}))
}
