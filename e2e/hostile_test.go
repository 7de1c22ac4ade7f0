package e2e_test

import (
	"strings"
	"testing"
)

// TestAHostileMailDoesNothing opens the demo's mail that tries what mails may try, in each
// way that the page shows it.
func TestAHostileMailDoesNothing(t *testing.T) {
	begin(t)
	d := sharedDemo(t)
	p := d.signIn(t, "operator", desktop)
	p.press("g", "i")
	p.see("h1", "Inbox")
	before, _ := ask[string](p, "document.title")
	p.moveTo("[Success] Invoice <script>")
	p.see("#mail h2", "[Success] Invoice <script>document.location='https://collect.example/'</script> (1 objects)")

	if p.count("iframe.mail-frame") == 0 { // the text is shown first
		p.tabTo("#view-text")
		p.press("ArrowLeft")
	}
	p.see("iframe.mail-frame", "")
	p.wait("the sealed frame has been read", "performance.getEntriesByType('resource').some(e => e.name.endsWith('/frame'))")
	if sandbox, ok := ask[string](p, "document.querySelector('iframe.mail-frame').getAttribute('sandbox') ?? 'absent'"); !ok || sandbox != "" {
		t.Errorf("the frame's sandbox is %q, want the empty one that allows nothing", sandbox)
	}
	address := p.attribute("iframe.mail-frame", "src")
	frame := strings.ToLower(p.fetch("GET", address, "").Text)
	for _, part := range []string{"<script", "<iframe", "<base", "<meta", "<svg", "<object", "<link"} {
		if strings.Contains(frame, part) {
			t.Errorf("the frame holds %q:\n%s", part, frame)
		}
	}

	if title, ok := ask[string](p, "document.title"); !ok || title != before {
		t.Errorf("the page's title became %q, want %q", title, before)
	}
	if origin, ok := ask[string](p, "location.origin"); !ok || origin != d.url {
		t.Errorf("the page went to %q, want to stay at %q", origin, d.url)
	}
	if scripts := p.count("main script, main [onload], main [onerror], main object, main embed"); scripts != 0 {
		t.Errorf("%d elements of the mail are part of the page", scripts)
	}
	p.see("h1", "Inbox") // nothing lies over it
	top, ok := ask[bool](p, "document.elementFromPoint(60, 20)?.closest('header.top') !== null")
	if !ok || !top {
		t.Error("something lies over the page's head")
	}
	p.press("g", "r") // the keys still work
	p.see("h1", "Run Checks")

	// Without the frame around it, as somebody sees who opens its address.
	bare := d.signIn(t, "operator", desktop)
	bare.expect("Content Security Policy")
	bare.expect("Blocked script execution")
	bare.expect("Blocked form submission")
	bare.open(address)
	bare.see("h1", "Your session has ended")
	bare.tabTo("input[type=password]")
	bare.write("demo")
	bare.press("Enter")
	bare.tabTo("a")
	bare.press("Enter")
	bare.see("h1", "Your session has ended")
	if now, ok := ask[string](bare, "location.href"); !ok || now != d.url+address {
		t.Errorf("the bare mail went to %q, want to stay at %q", now, d.url+address)
	}
	if hosts := shared.browser.asked(); len(hosts) > 0 {
		t.Errorf("the pages asked foreign hosts: %v", hosts)
	}
}
