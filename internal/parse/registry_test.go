package parse_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// made is a parser that claims every message with a score and reads it as given.
func made(name string, score int, reading backup.Reading) parse.Parser {
	return parse.Parser{
		Name: name, Product: name,
		Claim: func(*message.Message) int { return score },
		Read:  func(*message.Message) (backup.Reading, error) { return reading, nil },
	}
}

// sure is a reading of one good run, with changes to its outcome.
func sure(change ...func(*backup.Outcome)) backup.Reading {
	outcome := backup.Outcome{Software: "Tool", Type: "Backup", Job: "Nightly", Status: backup.StatusSuccess}
	for _, c := range change {
		c(&outcome)
	}
	return backup.Reading{Confidence: backup.Sure, Outcomes: []backup.Outcome{outcome}}
}

func nobody() parse.Parser { return made("nobody", 0, backup.Reading{}) }

func read(m *message.Message, parsers ...parse.Parser) backup.Reading {
	return parse.NewRegistry(parsers, nobody()).Read(m)
}

func TestTheHighestClaimReads(t *testing.T) {
	t.Parallel()
	got := read(&message.Message{}, made("low", 10, sure()), made("high", 90, sure()), made("none", 0, sure()))
	if got.Parser != "high" || got.Confidence != backup.Sure || len(got.Problems) != 0 {
		t.Errorf("Read = parser %q, %s, %q; want high, sure, no problems", got.Parser, got.Confidence, got.Problems)
	}
}

func TestATieIsForAPerson(t *testing.T) {
	t.Parallel()
	got := read(&message.Message{}, made("one", 90, sure()), made("low", 5, sure()), made("two", 90, sure()))
	if len(got.Outcomes) != 0 || got.Confidence != backup.None || got.Parser != "" {
		t.Errorf("Read = %d outcomes, %s, parser %q; want none of all", len(got.Outcomes), got.Confidence, got.Parser)
	}
	if len(got.Problems) != 1 || !strings.Contains(got.Problems[0], "one and two") || strings.Contains(got.Problems[0], "low") {
		t.Errorf("problems %q, want one that names both", got.Problems)
	}
}

func TestAFailedReadKeepsItsReason(t *testing.T) {
	t.Parallel()
	p := made("broken", 50, backup.Reading{})
	p.Read = func(*message.Message) (backup.Reading, error) { return sure(), errors.New("table without a header") }
	got := read(&message.Message{}, p)
	if got.Parser != "broken" || got.Confidence != backup.None || len(got.Outcomes) != 0 {
		t.Errorf("Read = %q, %s, %d outcomes; want broken, none, 0", got.Parser, got.Confidence, len(got.Outcomes))
	}
	if want := []string{"Table without a header."}; !slices.Equal(got.Problems, want) {
		t.Errorf("problems %q, want %q", got.Problems, want)
	}
}

func TestAPanicInReadBecomesASentence(t *testing.T) {
	t.Parallel()
	p := made("fragile", 50, backup.Reading{})
	p.Read = func(m *message.Message) (backup.Reading, error) {
		return backup.Reading{Parser: m.Tables[3].Rows[0][0].Text}, nil
	}
	got := read(&message.Message{}, p)
	if got.Confidence != backup.None || len(got.Problems) != 1 || !strings.Contains(got.Problems[0], "fragile") {
		t.Errorf("Read = %s %q, want none and a sentence that names the parser", got.Confidence, got.Problems)
	}
}

func TestAPanicInClaimLetsTheOthersRead(t *testing.T) {
	t.Parallel()
	fragile := made("fragile", 99, sure())
	fragile.Claim = func(m *message.Message) int { return len(m.Tables[3].Rows) }
	got := read(&message.Message{}, fragile, made("other", 40, sure()))
	if got.Parser != "other" || got.Confidence != backup.Likely || len(got.Problems) != 1 {
		t.Errorf("Read = %q, %s, %q; want other, likely, one problem", got.Parser, got.Confidence, got.Problems)
	}
}

func TestWhatNobodyClaims(t *testing.T) {
	t.Parallel()
	got := read(&message.Message{}, made("none", 0, sure()))
	if got.Parser != "" || got.Confidence != backup.None {
		t.Errorf("Read = %q, %s; want nobody, none", got.Parser, got.Confidence)
	}
	if got.Outcomes == nil || got.Evidence == nil || got.Problems == nil {
		t.Error("a reading holds a nil slice, which becomes null in JSON")
	}
	registry := parse.NewRegistry(nil, made("generic", 1, sure()))
	if got := registry.Read(&message.Message{}); got.Parser != "generic" || got.Confidence != backup.Guess || got.FilesItself() {
		t.Errorf("the fallback reads %s and files itself %t; want a guess that does not", got.Confidence, got.FilesItself())
	}
}

func TestConfidenceIsLowered(t *testing.T) {
	t.Parallel()
	unproven := made("unproven", 50, sure())
	unproven.Unproven = true
	start := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name   string
		parser parse.Parser
		mail   message.Message
		want   backup.Confidence
	}{
		{"an unproven parser", unproven, message.Message{}, backup.Likely},
		{"an outcome without a job", made("p", 50, sure(func(o *backup.Outcome) { o.Job = "" })), message.Message{}, backup.Likely},
		{"an outcome without a status", made("p", 50, sure(func(o *backup.Outcome) { o.Status = "" })), message.Message{}, backup.Likely},
		{"a status that does not exist", made("p", 50, sure(func(o *backup.Outcome) { o.Status = "fine" })), message.Message{}, backup.Likely},
		{"a mail that was cut", made("p", 50, sure()), message.Message{Problems: []string{"It was cut."}}, backup.Guess},
		{"an end before the start", made("p", 50, sure(func(o *backup.Outcome) {
			o.StartedAt, o.EndedAt = new(start), new(start.Add(-time.Second))
		})), message.Message{}, backup.Likely},
		{"a success with a failed object", made("p", 50, sure(func(o *backup.Outcome) {
			o.Objects = []backup.Object{{Name: "A", Status: backup.StatusSuccess}, {Name: "B", Status: backup.StatusError}}
		})), message.Message{}, backup.Likely},
		{"a success with an object of unknown status", made("p", 50, sure(func(o *backup.Outcome) {
			o.Objects = []backup.Object{{Name: "A"}}
		})), message.Message{}, backup.Likely},
		{"the same job twice", made("p", 50, backup.Reading{Confidence: backup.Sure, Outcomes: append(sure().Outcomes, sure().Outcomes...)}), message.Message{}, backup.Likely},
		{"a clean reading", made("p", 50, sure()), message.Message{}, backup.Sure},
	} {
		got := read(&test.mail, test.parser)
		if got.Confidence != test.want {
			t.Errorf("%s: confidence %s, want %s", test.name, got.Confidence, test.want)
		}
		if got.FilesItself() != (test.want == backup.Sure) {
			t.Errorf("%s: files itself: %t", test.name, got.FilesItself())
		}
	}
}

func TestTheCheckNeverChangesAStatus(t *testing.T) {
	t.Parallel()
	bad := []backup.Object{{Name: "A", Status: backup.StatusError}}
	for _, status := range backup.Statuses() {
		got := read(&message.Message{}, made("p", 50, sure(func(o *backup.Outcome) { o.Status, o.Objects = status, bad })))
		if got.Outcomes[0].Status != status {
			t.Errorf("status %s became %q", status, got.Outcomes[0].Status)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	fragile := made("fragile", 99, sure())
	fragile.Claim = func(m *message.Message) int { return len(m.Tables[3].Rows) }
	registry := parse.NewRegistry([]parse.Parser{made("low", 10, sure()), fragile, made("none", 0, sure()), made("high", 900, sure())}, made("generic", 1, sure()))
	var got []string
	for _, claim := range registry.Explain(&message.Message{}) {
		got = append(got, claim.Parser)
	}
	if want := []string{"high", "low", "fragile"}; !slices.Equal(got, want) {
		t.Errorf("Explain names %q, want %q", got, want)
	}
	if score := registry.Explain(&message.Message{})[0].Score; score != 100 {
		t.Errorf("a claim of 900 counts %d, want 100", score)
	}
	alone := parse.NewRegistry(nil, made("generic", 1, sure()))
	if claims := alone.Explain(&message.Message{}); len(claims) != 1 || claims[0].Parser != "generic" {
		t.Errorf("without other claims Explain = %v, want the fallback", claims)
	}
}
