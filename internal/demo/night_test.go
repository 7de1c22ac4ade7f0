package demo_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/demo"
	"backupchecks/internal/message"
	"backupchecks/internal/parse/vendors"
)

// mornings are days on which dates are easily read wrongly: in the middle of a month, with
// a day and a month that change places, and after nights in which the clocks change.
func mornings() []time.Time {
	return []time.Time{
		time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC),
		time.Date(2026, time.March, 4, 0, 0, 0, 0, time.UTC),
		time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, time.March, 29, 0, 0, 0, 0, time.UTC),
		time.Date(2026, time.October, 25, 0, 0, 0, 0, time.UTC),
	}
}

func clocksChange(morning time.Time) bool {
	return morning.Month() == time.March && morning.Day() == 29 || morning.Month() == time.October && morning.Day() == 25
}

// TestEveryMailIsReadAsMeant gives every mail to the parsers. The generator knows what each
// was written to say, so a reading that differs is a fault of one of the two.
func TestEveryMailIsReadAsMeant(t *testing.T) {
	t.Parallel()
	registry := vendors.Registry()
	for i, morning := range mornings() {
		count := 1
		if i == 0 {
			count = 7 // troubles that are over by the last night too
		}
		for _, night := range demo.Nights(uint64(i+1), morning, count) {
			for _, mail := range night.Mails {
				msg, err := message.Decode(mail.Raw)
				if err != nil {
					t.Errorf("mail of %s: %v", mail.SentAt, err)
					continue
				}
				got := meaningOf(registry.Read(msg))
				want := mail.Meaning
				if clocksChange(night.Morning) {
					got.StartedAt, want.StartedAt = time.Time{}, time.Time{} // their clocks fit two zones
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, %q from %s (-meant +read):\n%s", night.Morning.Format(time.DateOnly), msg.Subject, msg.From, diff)
				}
				if msg.SentAt == nil || !msg.SentAt.Equal(mail.SentAt) {
					t.Errorf("%q says it was sent at %v, want %v", msg.Subject, msg.SentAt, mail.SentAt)
				}
			}
		}
	}
}

// meaningOf is what a reading says, in the words of the generator. A second outcome would
// show as another job.
func meaningOf(reading backup.Reading) demo.Meaning {
	m := demo.Meaning{Parser: reading.Parser, Confidence: reading.Confidence, Informational: reading.Informational}
	for _, outcome := range reading.Outcomes {
		m.Type += outcome.Type
		m.Job += outcome.Job
		m.Status, m.Attempt, m.Objects = outcome.Status, outcome.Attempt, backup.CountObjects(outcome.Objects)
		if outcome.StartedAt != nil {
			m.StartedAt = *outcome.StartedAt
		}
	}
	return m
}

// TestNight looks at the last night as a whole: as many mails as promised, of every product,
// with trouble and riddles among them, and all of it there before work begins.
func TestNight(t *testing.T) {
	t.Parallel()
	for i, morning := range mornings() {
		last := demo.Nights(uint64(i+1), morning, 1)[0]
		if n := len(last.Mails); n < 290 || n > 310 {
			t.Errorf("the night before %s has %d mails, want about 300", morning.Format(time.DateOnly), n)
		}
		count := map[string]int{}
		customers := map[string]bool{}
		for _, mail := range last.Mails {
			count[mail.Meaning.Parser]++
			count[string(mail.Meaning.Status)]++
			customers[mail.Customer] = mail.Customer != ""
			if mail.Waits {
				count["waits"]++
			}
			if mail.Meaning.Attempt > 0 {
				count["retry"]++
			}
		}
		delete(customers, "")
		for what, least := range map[string]int{
			"veeam-vbr": 50, "veeam-agent": 50, "veeam-m365": 5, "synology-active-backup": 10, "synology-hyper-backup": 5,
			"synology-m365": 1, "proxmox-vzdump": 5, "proxmox-backup-server": 3, "duplicati": 30, "generic": 2,
			"error": 12, "warning": 8, "success": 250, "waits": 8, "retry": 1,
		} {
			if count[what] < least {
				t.Errorf("the night before %s has %d mails of %q, want at least %d", morning.Format(time.DateOnly), count[what], what, least)
			}
		}
		if len(customers) != len(demo.Customers()) {
			t.Errorf("%d customers have mail, want %d", len(customers), len(demo.Customers()))
		}
		end := last.Morning.Add(7 * time.Hour)
		for _, mail := range last.Mails {
			if mail.SentAt.After(end) || mail.SentAt.Before(end.Add(-16*time.Hour)) {
				t.Errorf("a mail of the night before %s was sent at %s", morning.Format(time.DateOnly), mail.SentAt)
			}
		}
	}
}

func TestNightsAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	morning := mornings()[0]
	two := demo.Nights(7, morning, 2)
	if !bytes.Equal(written(two), written(demo.Nights(7, morning, 2))) {
		t.Error("one seed made two different nights")
	}
	if bytes.Equal(written(two), written(demo.Nights(8, morning, 2))) {
		t.Error("two seeds made the same nights")
	}
	if !bytes.Equal(written(two[1:]), written(demo.Nights(7, morning, 1))) {
		t.Error("the last night depends on how many nights are made")
	}
}

// written is all mails of some nights in one.
func written(nights []demo.Night) []byte {
	var all []byte
	for _, night := range nights {
		for _, mail := range night.Mails {
			all = append(all, mail.Raw...)
		}
	}
	return all
}

// TestMailsAreDistinct makes sure that no mail is taken for another one that was stored
// before: their identities differ over all nights.
func TestMailsAreDistinct(t *testing.T) {
	t.Parallel()
	seen := map[[32]byte]string{}
	for _, night := range demo.Nights(1, mornings()[0], 15) {
		for _, mail := range night.Mails {
			msg, err := message.Decode(mail.Raw)
			if err != nil {
				t.Fatal(err)
			}
			if other, known := seen[msg.Identity]; known {
				t.Errorf("%q of %s is taken for %s", msg.Subject, night.Morning.Format(time.DateOnly), other)
			}
			seen[msg.Identity] = msg.Subject
		}
	}
}

var address = regexp.MustCompile(`[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)|https?://([A-Za-z0-9.-]+)`)

// TestOnlyReservedDomains refuses addresses and links that could belong to somebody.
func TestOnlyReservedDomains(t *testing.T) {
	t.Parallel()
	for _, night := range demo.Nights(1, mornings()[0], 2) {
		for _, mail := range night.Mails {
			msg, err := message.Decode(mail.Raw)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range address.FindAllStringSubmatch(msg.From+"\n"+msg.To+"\n"+msg.Subject+"\n"+msg.Text+"\n"+msg.HTML, -1) {
				domain := found[1] + found[3]
				if !strings.HasSuffix(domain, ".example") && domain != "sy.to" {
					t.Errorf("%q names %s, which is not on a reserved domain", msg.Subject, found[0])
				}
			}
		}
	}
}
