package web

import (
	"context"
	"fmt"
	"time"

	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// clock says times as pages show them: in the site's zone, with their age beside.
type clock struct {
	zone *time.Location
	now  time.Time
}

// readClock returns the clock of what is read in tx.
func readClock(ctx context.Context, tx *store.Tx) (clock, error) {
	general, err := settings.LoadGeneral(ctx, tx)
	return clock{zone: general.Location(), now: tx.Now()}, err
}

// whenView is a time as a page shows it.
type whenView struct {
	Machine string // RFC 3339, for the browser
	Text    string // "Sun 22 Nov 02:14", with the year where it is another
	Age     string // "7 h ago"
}

func (c clock) at(t time.Time) whenView {
	return whenView{Machine: t.UTC().Format(time.RFC3339), Text: c.text(t), Age: c.age(t)}
}

// maybe is at for a time that may be unknown.
func (c clock) maybe(t *time.Time) *whenView {
	if t == nil {
		return nil
	}
	return new(c.at(*t))
}

func (c clock) text(t time.Time) string {
	t = t.In(c.zone)
	if t.Year() != c.now.In(c.zone).Year() {
		return t.Format("Mon 2 Jan 2006 15:04")
	}
	return t.Format("Mon 2 Jan 15:04")
}

// age says how long ago a time was; a mail from a clock that runs ahead lies in the future.
func (c clock) age(t time.Time) string {
	past := c.now.Sub(t)
	switch {
	case past < -time.Minute:
		return "in " + span(-past)
	case past < time.Minute:
		return "just now"
	}
	return span(past) + " ago"
}

// span says how long something lasts in its largest unit.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 2*day:
		return fmt.Sprintf("%d h", int(d.Hours()))
	case d < 90*day:
		return fmt.Sprintf("%d d", int(d/day))
	case d < 730*day:
		return fmt.Sprintf("%d months", int(d/(30*day)))
	}
	return fmt.Sprintf("%d years", int(d/(365*day)))
}

// midnight is when the day of a time began in the site's zone.
func (c clock) midnight(t time.Time) time.Time {
	year, month, day := t.In(c.zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, c.zone)
}
