package vendors_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse/vendors"
)

// mutant is a mail of trouble after something was done to it.
type mutant struct {
	how  string
	mail *message.Message
}

// TestMutations takes every golden mail that tells of trouble and adds words of success to
// it, puts its lines in another order, cuts it and drops one of its parts. Nothing of that
// may make a success of it.
func TestMutations(t *testing.T) {
	t.Parallel()
	registry := vendors.Registry()
	mails, mutants := 0, 0
	for _, g := range goldens(t) {
		original := registry.Read(decode(t, g.raw))
		bad := troubled(original)
		if len(bad) == 0 {
			continue
		}
		mails++
		for _, m := range slices.Concat(withWords(t, g.raw), reordered(t, g.raw), cutShort(t, g.raw), halved(t, g.raw)) {
			mutants++
			reading := registry.Read(m.mail)
			if original.Parser == "generic" && !stillProven(original, m.mail) {
				continue // the guess's only proof was taken away; what is left may be a success
			}
			for _, outcome := range reading.Outcomes {
				if outcome.Status == backup.StatusSuccess && (bad[outcome.Job] || allBad(original)) {
					t.Errorf("%s %s: the job %q became a success by %s", g.name, m.how, outcome.Job, reading.Parser)
				}
			}
			if reading.Informational {
				t.Errorf("%s %s: the mail became news", g.name, m.how)
			}
		}
	}
	t.Logf("%d mails of trouble, %d mutants", mails, mutants)
	if mails < 30 {
		t.Errorf("only %d golden mails tell of trouble; want at least 30", mails)
	}
}

// troubled names the jobs that a reading tells trouble of.
func troubled(r backup.Reading) map[string]bool {
	bad := map[string]bool{}
	for _, outcome := range r.Outcomes {
		if outcome.Status.Valid() && outcome.Status != backup.StatusSuccess {
			bad[outcome.Job] = true
		}
	}
	return bad
}

// allBad reports whether a reading holds no success at all.
func allBad(r backup.Reading) bool {
	return !slices.ContainsFunc(r.Outcomes, func(o backup.Outcome) bool { return o.Status == backup.StatusSuccess })
}

// stillProven reports whether the words that proved the status are still in the mail.
func stillProven(original backup.Reading, m *message.Message) bool {
	for _, evidence := range original.Evidence {
		if evidence.Field == "status" && (strings.Contains(m.Subject, evidence.Text) || strings.Contains(m.Text, evidence.Text)) {
			return true
		}
	}
	return false
}

// goodWords are sentences of success, of the products and in many languages.
func goodWords() []string {
	return []string{
		"Success", "[Success]", "✅", "OK", "Status: Success", "ParsedResult: Success", "Errors: []", "0 errors", "Errors: 0",
		"backup successful", "The backup completed successfully.", "Verification successful.", "Synchronization successful.",
		"erfolgreich abgeschlossen", "voltooid", "è stata completata", "er fuldført", "terminée avec succès", "has been completed",
		"DSM 7.3-1 Update 1 is available", "All went well",
	}
}

// withWords adds words of success to the subject and around the body.
func withWords(t *testing.T, raw []byte) []mutant {
	t.Helper()
	original := decode(t, raw)
	var all []mutant
	for _, words := range goodWords() {
		add := func(where string, change func(*message.Message)) {
			m := *original // the changes replace strings, so that the rest may be shared
			change(&m)
			all = append(all, mutant{fmt.Sprintf("with %q %s", words, where), &m})
		}
		add("before the subject", func(m *message.Message) { m.Subject = words + " " + m.Subject })
		add("behind the subject", func(m *message.Message) { m.Subject += " " + words })
		add("before the text", func(m *message.Message) { m.Text = words + "\n\n" + m.Text })
		add("behind the text", func(m *message.Message) { m.Text += "\n" + words + "\n" })
		add("between all lines", func(m *message.Message) { m.Text = strings.ReplaceAll(m.Text, "\n", "\n"+words+"\n") })
	}
	return all
}

// reordered puts the lines of the text in other orders. A shuffle uses a fixed seed.
func reordered(t *testing.T, raw []byte) []mutant {
	t.Helper()
	original := decode(t, raw)
	var all []mutant
	for seed := range uint64(8) {
		m := *original
		lines := strings.Split(m.Text, "\n")
		how := fmt.Sprintf("shuffled by %d", seed)
		switch random := rand.New(rand.NewPCG(seed, 1)); seed {
		case 0:
			how = "upside down"
			slices.Reverse(lines)
		default:
			random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		}
		m.Text = strings.Join(lines, "\n")
		all = append(all, mutant{how, &m})
	}
	return all
}

// cutShort cuts the raw mail behind its header, as a full disk or a limit would.
func cutShort(t *testing.T, raw []byte) []mutant {
	t.Helper()
	header := bytes.Index(raw, []byte("\n\n"))
	if header < 0 {
		header = bytes.Index(raw, []byte("\n\r\n"))
	}
	var all []mutant
	original := decode(t, raw)
	const steps = 40
	for i := range steps {
		end := header + 2 + (len(raw)-header-2)*i/steps
		m, err := message.Decode(raw[:end])
		if err != nil {
			continue
		}
		all = append(all, mutant{fmt.Sprintf("cut at %d", end), m})
		text := *original // the same within the text, where no part is seen to be broken
		text.Text = strings.ToValidUTF8(text.Text[:len(text.Text)*i/steps], "")
		all = append(all, mutant{fmt.Sprintf("text cut at %d of %d", i, steps), &text})
		tables := *original
		tables.Text = ""
		tables.Tables = slices.Clone(tables.Tables[:len(tables.Tables)*i/steps])
		for j := range tables.Tables {
			rows := tables.Tables[j].Rows
			tables.Tables[j].Rows = rows[:len(rows)*(i+1)/(steps+1)]
		}
		all = append(all, mutant{fmt.Sprintf("tables cut at %d of %d", i, steps), &tables})
	}
	return all
}

// halved drops the HTML part or the text.
func halved(t *testing.T, raw []byte) []mutant {
	t.Helper()
	parts := halves(decode(t, raw))
	return []mutant{{"without HTML", parts[0]}, {"without text", parts[1]}}
}
