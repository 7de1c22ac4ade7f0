package vendors_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse/vendors"
)

// FuzzMail reads raw mails by all parsers. Its seeds are the golden mails.
func FuzzMail(f *testing.F) {
	for _, g := range goldens(f) {
		f.Add(g.raw)
	}
	registry := vendors.Registry()
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := message.Decode(raw)
		if err != nil {
			return
		}
		check(t, registry.Read(m), m)
		if diff := cmp.Diff(registry.Read(m), registry.Read(m)); diff != "" {
			t.Errorf("the same mail reads differently the second time:\n%s", diff)
		}
	})
}

// FuzzText reads subjects and texts, without the wrapping that a fuzzer seldom gets through.
func FuzzText(f *testing.F) {
	for _, g := range goldens(f) {
		m := decode(f, g.raw)
		f.Add(m.Subject, m.Text)
	}
	registry := vendors.Registry()
	f.Fuzz(func(t *testing.T, subject, text string) {
		m := &message.Message{Subject: strings.ToValidUTF8(subject, "\ufffd"), Text: strings.ToValidUTF8(text, "\ufffd")}
		check(t, registry.Read(m), m)
	})
}

// check tests what holds for a reading of any mail.
func check(t *testing.T, r backup.Reading, m *message.Message) {
	t.Helper()
	for _, problem := range r.Problems {
		if strings.Contains(problem, "broke while it") {
			t.Errorf("a parser panicked: %s", problem)
		}
	}
	if r.Outcomes == nil || r.Evidence == nil || r.Problems == nil {
		t.Error("a slice of the reading is nil")
	}
	if r.FilesItself() && (r.Parser == "" || r.Parser == "generic" || len(r.Problems) > 0 || len(m.Problems) > 0) {
		t.Errorf("a doubtful reading of %q files itself", r.Parser)
	}
	if r.Informational && len(r.Outcomes) > 0 {
		t.Error("an informational reading has outcomes")
	}
	for _, outcome := range r.Outcomes {
		checkOutcome(t, outcome)
	}
	for _, evidence := range r.Evidence {
		if len(evidence.Text) > 300 || evidence.Text == "" || evidence.Field == "" || evidence.Where == "" {
			t.Errorf("evidence %+v is empty or too long", evidence)
		}
	}
	checkEvidence(t, r)
}

// checkOutcome tests what holds for any outcome.
func checkOutcome(t *testing.T, o backup.Outcome) {
	t.Helper()
	if o.Objects == nil {
		t.Errorf("the objects of %q are nil", o.Job)
	}
	if o.Status != backup.StatusUnknown && !o.Status.Valid() {
		t.Errorf("%q has the status %q", o.Job, o.Status)
	}
	if o.Job != strings.TrimSpace(o.Job) {
		t.Errorf("the job %q has white space around it", o.Job)
	}
	for _, object := range o.Objects {
		if object.Name == "" || object.Status != backup.StatusUnknown && !object.Status.Valid() {
			t.Errorf("%q has the object %+v", o.Job, object)
		}
	}
	for _, at := range []*time.Time{o.StartedAt, o.EndedAt} {
		if at != nil && (at.Year() < 1969 || at.Year() > 2201) {
			t.Errorf("%q ran in the year %d", o.Job, at.Year())
		}
	}
}

// checkEvidence wants the words that proved every status.
func checkEvidence(t *testing.T, r backup.Reading) {
	t.Helper()
	proven := map[string]bool{}
	for _, evidence := range r.Evidence {
		proven[evidence.Field] = true
	}
	for _, outcome := range r.Outcomes {
		if outcome.Status != backup.StatusUnknown && !proven["status"] {
			t.Errorf("nothing proves the status %q of %q", outcome.Status, outcome.Job)
		}
	}
}
