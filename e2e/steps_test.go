package e2e_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The steps that people take in several journeys.

// moveTo goes down the list with j until the current row shows the text.
func (p *tab) moveTo(text string) {
	p.t.Helper()
	const current = `[data-list] [data-row][aria-current="true"]`
	for range p.count("[data-list] [data-row]") + 1 {
		if p.count(current) > 0 && strings.Contains(p.text(current), text) {
			return
		}
		at := p.text(current)
		p.press("j")
		p.wait("another row is current", fmt.Sprintf("(%s[0]?.innerText ?? '').trim() !== %s", seen(current), quote(at)))
	}
	p.t.Fatalf("no row shows %q", text)
}

// left reads "38 of 300 left".
func (p *tab) left() (left, total int) {
	p.t.Helper()
	said := p.text("#left")
	numbers := regexp.MustCompile(`^(\d+) of (\d+) left$`).FindStringSubmatch(said)
	if numbers == nil {
		p.t.Fatalf("the page says %q, want how many of how many are left", said)
	}
	left, _ = strconv.Atoi(numbers[1]) // digits, by the pattern
	total, _ = strconv.Atoi(numbers[2])
	return left, total
}

func (p *tab) wantLeft(left, total int) {
	p.t.Helper()
	p.see("#left", fmt.Sprintf("%d of %d left", left, total))
}

// wantTicket looks at the simulator as a person does: the list has one ticket of this title,
// and behind its number stands the body.
func (d *demoSite) wantTicket(t *testing.T, number, title, body string) {
	t.Helper()
	p := newTab(t, d.simulator, desktop)
	p.open("/")
	p.see("h1", "Tickets")
	if rows, ok := ask[int](p, fmt.Sprintf("[...document.querySelectorAll('tbody tr')].filter(r => r.cells[2].innerText.trim() === %s).length", quote(title))); !ok || rows != 1 {
		t.Errorf("the simulator lists %d tickets titled %q, want 1", rows, title)
	}
	id, ok := ask[string](p, fmt.Sprintf("[...document.querySelectorAll('tbody a')].find(a => a.innerText === %s)?.getAttribute('href') ?? ''", quote(number)))
	if !ok || id == "" {
		t.Fatalf("the simulator does not list ticket %q", number)
	}
	p.open(id)
	p.see("h1", number)
	if held := p.text("pre"); held != body {
		t.Errorf("Autotask holds\n%s\nwant what the preview showed:\n%s", held, body)
	}
}

// tickets counts the tickets that the simulator lists.
func (d *demoSite) tickets(t *testing.T) int {
	t.Helper()
	return strings.Count(visit(t, d.simulator+"/").want(t, 200).body, `<a href="/tickets/`)
}
