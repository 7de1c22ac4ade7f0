package web

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		moment, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	c := clock{zone: zone, now: at("2026-03-30T08:00:30Z")}
	for _, test := range []struct{ at, text, age string }{
		{"2026-03-30T08:00:00Z", "Mon 30 Mar 10:00", "just now"},
		{"2026-03-30T08:01:00Z", "Mon 30 Mar 10:01", "just now"},
		{"2026-03-30T09:30:30Z", "Mon 30 Mar 11:30", "in 1 h"},
		{"2026-03-30T07:15:00Z", "Mon 30 Mar 09:15", "45 min ago"},
		{"2026-03-29T00:59:00Z", "Sun 29 Mar 01:59", "31 h ago"},
		{"2026-03-28T08:00:00Z", "Sat 28 Mar 09:00", "2 d ago"},
		{"2025-12-31T23:30:00Z", "Thu 1 Jan 00:30", "88 d ago"},
		{"2025-12-29T23:30:00Z", "Tue 30 Dec 2025 00:30", "3 months ago"},
		{"2023-03-30T08:00:00Z", "Thu 30 Mar 2023 10:00", "3 years ago"},
	} {
		got := c.at(at(test.at))
		if got.Text != test.text || got.Age != test.age || got.Machine != test.at {
			t.Errorf("at(%s): %+v, want %q, %q", test.at, got, test.text, test.age)
		}
	}
	if c.maybe(nil) != nil {
		t.Error("maybe(nil) is a time")
	}
	for long, want := range map[time.Duration]string{30 * time.Second: "30 s", 37 * time.Minute: "37 min", 47 * time.Hour: "47 h", 48 * time.Hour: "2 d"} {
		if got := span(long); got != want {
			t.Errorf("span(%v) = %q, want %q", long, got, want)
		}
	}
}
