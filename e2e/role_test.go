package e2e_test

import (
	"net/http"
	"strings"
	"testing"
)

// menu lists the places that the user sees.
func (p *tab) menu() string {
	p.t.Helper()
	words := strings.FieldsFunc(p.text(".top-menu"), func(r rune) bool { return r == '\n' || r >= '0' && r <= '9' })
	kept := words[:0]
	for _, word := range words {
		if word = strings.TrimSpace(word); word != "" && word != "waiting" {
			kept = append(kept, word)
		}
	}
	return strings.Join(kept, ", ")
}

func TestAViewerSeesAndCannotAct(t *testing.T) {
	begin(t)
	d := sharedDemo(t)
	p := d.signIn(t, "viewer", desktop)
	if menu, want := p.menu(), "Run Checks, Inbox, Customers, Jobs, Tickets"; menu != want {
		t.Errorf("the menu of a viewer is %q, want %q", menu, want)
	}
	p.see("h1", "Run Checks")
	left, total := p.left()
	p.press("j", "e", "t", "x", "u")
	p.press("j")
	p.see("#run-title", " ")
	p.wantLeft(left, total)
	for _, selector := range []string{"#ticket-dialog", "#review-one", "[data-key='e']", "[data-key='t']", "#review-clean", "[data-row] input[type=checkbox]"} {
		if n := p.count(selector); n != 0 {
			t.Errorf("a viewer sees %d of %s", n, selector)
		}
	}
	run := p.attribute("#run", "data-run")

	p.expect("403") // the browser's own reports of the answers below
	for _, path := range []string{"/runs/review", "/runs/unreview", "/runs/" + run + "/ticket", "/runs/" + run + "/ticket/link", "/customers", "/settings/autotask"} {
		if got := p.fetch("POST", path, "ids="+run+"&name=x"); got.Status != http.StatusForbidden {
			t.Errorf("POST %s of a viewer is answered %d, want 403", path, got.Status)
		}
	}
	p.press("g", "i")
	p.see("h1", "Inbox")
	if n := p.count("#approve, #delete button, [data-key='a'], [data-key='d']"); n != 0 {
		t.Errorf("a viewer sees %d ways to decide on a mail", n)
	}
	p.open("/settings/autotask")
	p.see("main", "403")
}

func TestAReporterSeesLess(t *testing.T) {
	begin(t)
	d := sharedDemo(t)
	p := d.signIn(t, "reporter", desktop)
	if menu, want := p.menu(), "Tickets"; menu != want {
		t.Errorf("the menu of a reporter is %q, want %q", menu, want)
	}
	p.see("h1", "Tickets")
	p.see("main", "T2026")
	p.expect("403") // the browser's own reports of the answers below
	for _, path := range []string{"/run-checks", "/inbox", "/customers", "/jobs", "/runs/1", "/settings", "/messages/1/raw"} {
		if got := p.fetch("GET", path, ""); got.Status != http.StatusForbidden {
			t.Errorf("GET %s of a reporter is answered %d, want 403", path, got.Status)
		}
	}
	p.open("/run-checks")
	p.see("h1", "Not allowed")
	if text := p.text("main"); !strings.Contains(text, "403") || !strings.Contains(text, ".") {
		t.Errorf("the refusal says %q, want a sentence", text)
	}
}
