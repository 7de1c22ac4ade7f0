package parse_test

import (
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/parse"
)

// FuzzReaders gives any text to the readers of values. What they read must be possible.
func FuzzReaders(f *testing.F) {
	for _, seed := range []string{
		"zaterdag 1 februari 2020 01:00:29", "17/06/2026 10:00", "2026-11-02T01:00:02Z", "0:07:26", "10min 28s", "16,5 GB", "1.2 GiB",
		"Errors: 0, 3 failed", "RE: FW: x", "Label: value",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		near := time.Date(2026, 6, 5, 0, 0, 0, 0, time.UTC)
		for _, read := range []func() (time.Time, bool){
			func() (time.Time, bool) { return parse.NamedDate(text) },
			func() (time.Time, bool) { return parse.NumericDate(text, parse.DayFirst, nil) },
			func() (time.Time, bool) { return parse.NumericDate(text, parse.MonthFirst, nil) },
			func() (time.Time, bool) { return parse.NumericDate(text, parse.Either, &near) },
		} {
			if at, ok := read(); ok && (at.Year() < 1970 || at.Year() > 2201) {
				t.Errorf("%q reads as the year %d", text, at.Year())
			}
		}
		if took, ok := parse.Duration(text); ok && took < 0 {
			t.Errorf("%q lasts %s", text, took)
		}
		if size, ok := parse.Size(text); ok && size < 0 {
			t.Errorf("%q is %d bytes", text, size)
		}
		if stripped := parse.StripReplies(text); len(stripped) > len(text) {
			t.Errorf("%q grew to %q", text, stripped)
		}
		if labels := parse.ReadLabels(text); len(labels) > 0 && labels[0].Name == "" {
			t.Errorf("%q has a label without a name", text)
		}
		if status, words := parse.Trouble(text); (status == backup.StatusUnknown) != (words == "") {
			t.Errorf("%q is %q by %q", text, status, words)
		}
		parse.CutLastWords(text, "on")
	})
}
