package backup_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"backupchecks/internal/backup"
)

func TestRankOf(t *testing.T) {
	t.Parallel()
	failed := func(names ...string) backup.Outcome {
		outcome := backup.Outcome{Status: backup.StatusError}
		for _, name := range names {
			outcome.Objects = append(outcome.Objects, backup.Object{Name: name, Status: backup.StatusError})
		}
		return outcome
	}
	remark := func(status backup.Status, text string) backup.Outcome {
		return backup.Outcome{Status: status, Remark: text}
	}
	good := backup.Outcome{Status: backup.StatusSuccess}
	for name, c := range map[string]struct {
		run      backup.Outcome
		previous *backup.Outcome
		want     backup.Rank
	}{
		"the first failure is an error":         {failed("A"), nil, backup.RankError},
		"a failure after a success is an error": {failed("A"), &good, backup.RankError},
		"the same objects failing is the same":  {failed("A", "B"), new(failed("B", "A")), backup.RankSame},
		"the same object failing for another reason is new trouble": {
			backup.Outcome{Status: backup.StatusWarning, Objects: []backup.Object{{Name: "A", Status: backup.StatusWarning, Message: "Repository lost"}}},
			&backup.Outcome{Status: backup.StatusWarning, Objects: []backup.Object{{Name: "A", Status: backup.StatusWarning, Message: "Snapshot is old"}}}, backup.RankWarning,
		},
		"another object failing is new trouble":            {failed("A", "C"), new(failed("A", "B")), backup.RankError},
		"one object more is new trouble":                   {failed("A", "B"), new(failed("A")), backup.RankError},
		"one object less is still worth a look":            {failed("A"), new(failed("A", "B")), backup.RankError},
		"a warning after an error is a warning":            {remark(backup.StatusWarning, "x"), new(remark(backup.StatusError, "x")), backup.RankWarning},
		"the same remark without objects is the same":      {remark(backup.StatusError, "Disk full"), new(remark(backup.StatusError, "disk  FULL")), backup.RankSame},
		"another remark without objects is new trouble":    {remark(backup.StatusError, "Disk full"), new(remark(backup.StatusError, "No network")), backup.RankError},
		"a success after trouble has changed":              {good, new(failed("A")), backup.RankChanged},
		"a success after a success is clean":               {good, &good, backup.RankClean},
		"the first success is clean":                       {good, nil, backup.RankClean},
		"the same log line of another night is the same":   {remark(backup.StatusError, "2026-03-04 22:15:54 +01 - [Error]: No route"), new(remark(backup.StatusError, "2026-03-03 22:16:01 +01 - [Error]: No route")), backup.RankSame},
		"another number is other trouble":                  {remark(backup.StatusError, "Disk 2 failed"), new(remark(backup.StatusError, "Disk 1 failed")), backup.RankError},
		"another IP address is other trouble":              {remark(backup.StatusError, "No route to 192.0.2.1"), new(remark(backup.StatusError, "No route to 192.0.2.2")), backup.RankError},
		"another address is other trouble":                 {remark(backup.StatusError, "No route to host2"), new(remark(backup.StatusError, "No route to host1")), backup.RankError},
		"missed again is the same":                         {remark(backup.StatusMissed, ""), new(remark(backup.StatusMissed, "")), backup.RankSame},
		"an unknown result is never harmless":              {backup.Outcome{}, &good, backup.RankError},
		"a success with the objects of a failure is never": {good, new(failed()), backup.RankChanged},
	} {
		if got := backup.RankOf(c.run, c.previous); got != c.want {
			t.Errorf("%s: RankOf = %d, want %d", name, got, c.want)
		}
	}
}

func TestWorst(t *testing.T) {
	t.Parallel()
	order := []backup.Status{backup.StatusSuccess, backup.StatusUnknown, backup.StatusWarning, backup.StatusMissed, backup.StatusError}
	for i, better := range order {
		for _, worse := range order[i:] {
			if got := backup.Worst(better, worse); got != worse {
				t.Errorf("Worst(%q, %q) = %q, want %q", better, worse, got, worse)
			}
			if got := backup.Worst(worse, better); got != worse {
				t.Errorf("Worst(%q, %q) = %q, want %q", worse, better, got, worse)
			}
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b string }{
		{"Daily  Servers", "daily servers"},
		{" Müller – Büro ", "müller - büro"},
		{"L’Aquila", "l'aquila"},
		{"“Quoted”", "'quoted'"},
		{"no\u00a0break", "no break"},
		{"tab\there", "TAB here"},
		{"zero\u200bwidth", "zero width"},
	} {
		if backup.Fold(c.a) != backup.Fold(c.b) {
			t.Errorf("Fold(%q) = %q, Fold(%q) = %q, want the same", c.a, backup.Fold(c.a), c.b, backup.Fold(c.b))
		}
	}
	if backup.Fold("Job 1") == backup.Fold("Job 11") {
		t.Error("different names fold to the same")
	}
}

func TestFoldIsTheSameByBothWays(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", " ", "a", " a", "a ", "A  b", "a b", "A-B", "tab\tx", `q"q`, "q`q", "it's", "Z", "a\x00b"} {
		// A letter outside ASCII takes the general way; its folded form is cut off again.
		long := backup.Fold(name + "é")
		want := strings.TrimSuffix(strings.TrimSuffix(long, "é"), " ")
		if got := backup.Fold(name); got != want {
			t.Errorf("Fold(%q) = %q, the general way says %q", name, got, want)
		}
	}
}

func TestReadingAsJSON(t *testing.T) {
	t.Parallel()
	empty, err := json.Marshal(backup.Reading{Confidence: backup.None})
	if want := `{"parser":null,"confidence":"none","informational":false,"outcomes":[],"evidence":[],"problems":[]}`; err != nil || string(empty) != want {
		t.Errorf("an empty reading is %s, %v; want %s", empty, err, want)
	}
	reading := backup.Reading{Parser: "duplicati", Confidence: backup.Sure, Problems: []string{"One."}}
	data, err := json.Marshal(reading)
	if err != nil {
		t.Fatal(err)
	}
	var back backup.Reading
	if err := json.Unmarshal(data, &back); err != nil || back.Parser != "duplicati" || back.Problems[0] != "One." {
		t.Errorf("%s came back as %+v, %v", data, back, err)
	}
	if err := json.Unmarshal(empty, &back); err != nil {
		t.Errorf("an empty reading cannot be read back: %v", err)
	}
}

func TestFilesItself(t *testing.T) {
	t.Parallel()
	sure := backup.Reading{Confidence: backup.Sure, Outcomes: []backup.Outcome{{Job: "A", Status: backup.StatusSuccess}}}
	if !sure.FilesItself() {
		t.Error("a sure reading with job and status does not file itself")
	}
	for name, change := range map[string]func(*backup.Reading){
		"likely":          func(r *backup.Reading) { r.Confidence = backup.Likely },
		"informational":   func(r *backup.Reading) { r.Informational = true },
		"no outcome":      func(r *backup.Reading) { r.Outcomes = nil },
		"unknown status":  func(r *backup.Reading) { r.Outcomes[0].Status = backup.StatusUnknown },
		"no job name":     func(r *backup.Reading) { r.Outcomes[0].Job = "" },
		"invented status": func(r *backup.Reading) { r.Outcomes[0].Status = "fine" },
	} {
		reading := sure
		reading.Outcomes = slices.Clone(sure.Outcomes)
		change(&reading)
		if reading.FilesItself() {
			t.Errorf("%s: the reading files itself, want it to wait for a person", name)
		}
	}
}

func TestMay(t *testing.T) {
	t.Parallel()
	both := backup.User{Roles: []backup.Role{backup.Operator, backup.Viewer}}
	for _, c := range []struct {
		active backup.Role
		right  backup.Right
		want   bool
	}{
		{backup.Operator, backup.ReviewRuns, true},
		{backup.Viewer, backup.ReviewRuns, false},
		{backup.Viewer, backup.SeeRunChecks, true},
		{"", backup.ReviewRuns, true}, // a token acts with all roles
		{backup.Admin, backup.ManageSettings, false},
		{"", backup.ManageSettings, false},
	} {
		user := both
		user.ActiveRole = c.active
		if got := backup.May(user, c.right); got != c.want {
			t.Errorf("May(active %q, %q) = %v, want %v", c.active, c.right, got, c.want)
		}
	}
	disabled := backup.User{Roles: []backup.Role{backup.Admin}, Disabled: true}
	if backup.May(disabled, backup.SeeTickets) {
		t.Error("a disabled user may do something")
	}
	if backup.May(backup.User{}, backup.SeeTickets) {
		t.Error("a user without roles may do something")
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk on fire")
	err := fmt.Errorf("review run 7: %w", backup.Errorf(backup.NotFound, "There is no run 7.").Because(cause))
	kind, sentence := backup.Explain(err)
	if kind != backup.NotFound || sentence != "There is no run 7." {
		t.Errorf("Explain = %v, %q", kind, sentence)
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	if kind, sentence := backup.Explain(cause); kind != backup.Internal || sentence == cause.Error() {
		t.Errorf("Explain of an error without kind = %v, %q; want Internal and a sentence without the cause", kind, sentence)
	}
	joined := errors.Join(backup.Errorf(backup.Invalid, "One.").In("a"), backup.Errorf(backup.Invalid, "Two.").In("b"))
	if faults := backup.Faults(joined); len(faults) != 2 || faults[0].Field != "a" || faults[1].Field != "b" {
		t.Errorf("Faults = %v, want both in order", faults)
	}
}

func TestCountObjects(t *testing.T) {
	t.Parallel()
	got := backup.CountObjects([]backup.Object{
		{Status: backup.StatusSuccess},
		{Status: backup.StatusWarning},
		{Status: backup.StatusError},
		{Status: backup.StatusMissed},
		{Status: backup.StatusUnknown},
	})
	want := backup.ObjectCounts{Success: 1, Warning: 2, Error: 2}
	if got != want || got.Total() != 5 || got.Bad() != 4 {
		t.Errorf("CountObjects = %+v, want %+v", got, want)
	}
}
