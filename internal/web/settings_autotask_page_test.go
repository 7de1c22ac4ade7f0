package web

import (
	"testing"

	"backupchecks/internal/settings"
)

// A proposal must be beyond doubt: a person who only saves confirms it.
func TestProposalsAreActiveAndUnmistakable(t *testing.T) {
	t.Parallel()
	list := []settings.Choice{
		{ID: 0, Label: "Helpdesk", Active: true},
		{ID: 1, Label: "monitoring  ALERT", Active: true},
		{ID: 2, Label: "New"},
		{ID: 3, Label: "High", Active: true},
		{ID: 4, Label: "High", Active: true},
		{ID: 5, Label: "Low", Active: true},
		{ID: 6, Label: "Low"},
		{ID: 7, Label: "", Active: true},
	}
	for label, want := range map[string]*int64{
		"Helpdesk":         new(int64(0)), // zero is an id like any other
		"Monitoring Alert": new(int64(1)),
		"New":              nil, // inactive
		"High":             nil, // two of them
		"Low":              new(int64(5)),
		"Medium":           nil,
		"":                 nil,
	} {
		got := labelled(list, label)
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("labelled(%q): got %v, want %v", label, got, want)
		}
	}
}
