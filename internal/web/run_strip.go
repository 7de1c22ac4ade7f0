package web

import (
	"fmt"
	"strings"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Days that a strip shows: beside a row of Run Checks, and above a job's runs.
const (
	stripDays = 14
	longDays  = 28
	stripStep = 7 // pixels from one day to the next
)

// dayView is one day of a job in a strip whose days are links.
type dayView struct {
	Status  backup.Status
	Date    string // "Sun 22 Nov"
	Label   string // "Sun 22 Nov: Error", or that there was no run
	RunID   backup.RunID
	Runs    int
	Current bool // the day of the run that the page is about
}

// days sorts a job's runs into the days of the site's zone, up to today. A day shows its worst
// run.
func (c clock) days(runs []store.DayStatus, count int, current backup.RunID) []dayView {
	days := make([]dayView, count)
	first := c.firstDay(count)
	for i := range days {
		days[i].Date = first.AddDate(0, 0, i).Format("Mon 2 Jan")
	}
	for _, run := range runs {
		i := c.dayOf(run.At, first)
		if i < 0 || i >= count {
			continue
		}
		day := &days[i]
		if day.Runs++; day.Runs == 1 || backup.Worst(day.Status, run.Status) != day.Status {
			day.Status, day.RunID = run.Status, run.RunID
		}
		day.Current = day.Current || run.RunID == current
	}
	for i := range days {
		days[i].Label = days[i].label()
	}
	return days
}

// firstDay is the midnight with which a strip begins.
func (c clock) firstDay(count int) time.Time {
	return c.midnight(c.now).AddDate(0, 0, 1-count)
}

// dayOf counts the calendar days since first. The clock change makes days of 23 and 25 hours.
func (c clock) dayOf(at, first time.Time) int {
	if at.Before(first) {
		return -1
	}
	return int(c.midnight(at).Sub(first).Hours()+12) / 24
}

func (d dayView) label() string {
	switch {
	case d.Runs == 0:
		return d.Date + ": no run"
	case d.Runs > 1:
		return fmt.Sprintf("%s: %d runs, worst %s", d.Date, d.Runs, d.Status.Label())
	}
	return d.Date + ": " + d.Status.Label()
}

// stripView is a strip drawn small: a path of marks for each status, and the same in words.
type stripView struct {
	Success, Warning, Error, Missed, None string // paths
	Label                                 string
}

// strip draws days. Each status has a shape of its own: a bar, a triangle, a cross, a ring; a
// day without a run is a dot. Bars and dots are the dashes of one line for each row of equal
// days, which keeps a page of three hundred strips small.
func strip(days []dayView) stripView {
	var view stripView
	counts := map[backup.Status]int{}
	none := 0
	for i := 0; i < len(days); {
		same := 1
		for i+same < len(days) && days[i+same].Status == days[i].Status {
			same++
		}
		x, width := i*stripStep, same*stripStep
		switch status := days[i].Status; status {
		case backup.StatusUnknown:
			view.None += fmt.Sprintf("M%d 10h%d", x+2, width-5)
		case backup.StatusSuccess:
			view.Success += fmt.Sprintf("M%d 7h%d", x+2, width-4)
		default:
			view.mark(status, x+1, same)
		}
		if days[i].Status == backup.StatusUnknown {
			none += same
		} else {
			counts[days[i].Status] += same
		}
		i += same
	}
	said := make([]string, 0, 5)
	for _, status := range []backup.Status{backup.StatusError, backup.StatusMissed, backup.StatusWarning, backup.StatusSuccess} {
		if counts[status] > 0 {
			said = append(said, fmt.Sprintf("%d %s", counts[status], status))
		}
	}
	if none > 0 {
		said = append(said, fmt.Sprintf("%d without a run", none))
	}
	view.Label = fmt.Sprintf("%d days: %s", len(days), strings.Join(said, ", "))
	return view
}

// mark draws the shape of a troubled day, count times from x on.
func (v *stripView) mark(status backup.Status, x, count int) {
	for range count {
		switch status {
		case backup.StatusWarning:
			v.Warning += fmt.Sprintf("M%d 11h5l-2.5-8z", x)
		case backup.StatusMissed:
			v.Missed += fmt.Sprintf("M%d 4h4v6h-4z", x)
		default:
			v.Error += fmt.Sprintf("M%d 4l4 6m0-6l-4 6", x)
		}
		x += stripStep
	}
}
