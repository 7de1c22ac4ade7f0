package e2e_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestAMailBecomesATicketByKeyboard walks the whole thread: a mail that nobody knows is
// approved, its run found in Run Checks, its ticket looked at and created, and the run
// reviewed, undone and reviewed again. No mouse is used.
func TestAMailBecomesATicketByKeyboard(t *testing.T) {
	begin(t)
	d := openDemo(t)
	p := d.signIn(t, "operator", desktop)
	p.see("h1", "Run Checks")
	before, total := p.left()

	p.press("g", "i")
	p.see("h1", "Inbox")
	p.moveTo("rsync to offsite failed")
	p.see("#mail h2", "rsync to offsite failed")
	p.see("#mail", "rsync error: unexplained error (code 255)") // the words that proved it
	p.press("c")
	p.focused("#customer")
	p.write("Acme B.V.")
	p.press("Enter")
	p.see("#notices", "Acme B.V.")
	p.wait("the mail has left the list", "![...document.querySelectorAll('.mail-row')].some(r => r.innerText.includes('rsync to offsite failed'))")

	p.press("g", "r")
	p.see("h1", "Run Checks")
	if left, now := p.left(); left != before+1 || now != total+1 {
		t.Errorf("after the approval %d of %d are left, want %d of %d", left, now, before+1, total+1)
	}
	p.press("j", "k")
	p.press("/")
	p.focused("#filter-q")
	p.write("rsync")
	p.press("Enter")
	p.wait("the filter holds", "location.search.includes('q=rsync')")
	p.moveTo("rsync to offsite")
	p.press("Enter")
	p.see("#run-title", "rsync to offsite")
	run := p.attribute("#run", "data-run")

	p.press("t")
	p.see("#ticket-dialog .ticket-preview", "[Backupchecks] Acme B.V. - rsync to offsite - Error")
	body := p.text("#ticket-dialog pre")
	link := d.url + "/runs/" + run
	for _, part := range []string{"Job: rsync to offsite\n", "Customer: Acme B.V.\n", "Status: Error\n", "\n\nFull details in Backupchecks:\n" + link} {
		if !strings.Contains(body, part) {
			t.Errorf("the preview lacks %q:\n%s", part, body)
		}
	}
	p.focused("#ticket-create button")
	p.press("Enter")
	p.see("#ticket", "created in Autotask")
	number := regexp.MustCompile(`T\d{8}\.\d{4}`).FindString(p.text("#ticket"))
	d.wantTicket(t, number, "[Backupchecks] Acme B.V. - rsync to offsite - Error", body)

	p.press("Escape")
	p.gone("#ticket-dialog")
	p.see("[data-row]", number)
	p.press("e")
	p.see("[data-undo]", "eviewed")
	p.wantLeft(before, total+1)
	p.see("#run-list", "Nothing here with this filter")
	p.press("u")
	p.see("[data-row]", "rsync to offsite")
	p.wantLeft(before+1, total+1)
	p.press("e")
	p.wantLeft(before, total+1)

	p.open("/runs/" + run) // as the link in the ticket does
	p.see("#run", "Reviewed by operator")
	p.see("#run", number)
}

// TestTheListIsEmptiedByKeyboard goes through the whole morning: the clean runs at once, a
// group with its checkboxes, and the rest one by one, until the page says that it is done.
func TestTheListIsEmptiedByKeyboard(t *testing.T) {
	begin(t)
	d := openDemo(t)
	p := d.signIn(t, "operator", desktop)
	p.see("h1", "Run Checks")
	left, total := p.left()

	clean := p.count("[data-group='clean'] [data-row]")
	if clean == 0 || !strings.Contains(p.text("#review-clean"), fmt.Sprint(clean)) {
		t.Errorf("the button says %q with %d clean runs on screen", p.text("#review-clean"), clean)
	}
	p.tabTo("#review-clean button")
	p.press("Enter")
	left -= clean
	p.wantLeft(left, total)

	p.press("j", "*")
	group := p.count("[data-row]:has(:checked)")
	if group == 0 {
		t.Fatal("* selects no run")
	}
	p.press("e")
	left -= group
	p.wantLeft(left, total)
	p.press("u")
	left += group
	p.wantLeft(left, total)

	for left > 0 {
		p.press("e")
		left--
		p.wantLeft(left, total)
	}
	p.see("#run-list", "Nothing left to check")
	p.see("#run-list", "by operator")
}

func TestARefusedTicketShowsAutotasksWords(t *testing.T) {
	begin(t)
	d := openDemo(t)
	p := d.signIn(t, "operator", desktop)
	p.see("h1", "Run Checks")
	made := d.tickets(t)
	p.press("j", "t")
	p.focused("#ticket-create button")
	d.failNext(t, "POST Tickets", "refuse")
	p.expect("502") // the browser's own report of the answer
	p.press("Enter")
	p.see("#ticket", "Missing Required Field: billingCodeID")
	if now := d.tickets(t); now != made {
		t.Errorf("the simulator holds %d tickets after a refusal, want the %d from before", now, made)
	}
	p.tabTo("#ticket-create button")
	p.press("Enter")
	p.see("#ticket", "created in Autotask")
	if now := d.tickets(t); now != made+1 {
		t.Errorf("the simulator holds %d tickets after another try, want %d", now, made+1)
	}
}
