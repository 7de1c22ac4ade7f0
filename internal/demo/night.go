// Package demo is Backupchecks on show: a night of believable report mails for a dozen
// customers, made in code from a seed, and a complete throw-away instance that has already
// worked through two weeks of such nights. It stands outside of everything but the commands.
package demo

import (
	"slices"
	"time"
	_ "time/tzdata" // the customers' zones, on systems without a database of zones
)

// Night is the mails that arrived before one morning, oldest first.
type Night struct {
	Morning time.Time // midnight of its day, UTC
	Mails   []Mail
}

// Nights makes the mails of so many nights, the last of them before the morning, oldest
// first. They depend on nothing but the arguments. Earlier nights hold the reports of the
// jobs only; the last one also holds what else arrives in such a mailbox.
func Nights(seed uint64, morning time.Time, count int) []Night {
	last := time.Date(morning.Year(), morning.Month(), morning.Day(), 0, 0, 0, 0, time.UTC)
	nights := make([]Night, 0, count)
	for ago := count - 1; ago >= 0; ago-- {
		day := last.AddDate(0, 0, -ago)
		mails := reports(seed, day, ago)
		if ago == 0 {
			mails = append(mails, strays(seed, day)...)
		}
		slices.SortStableFunc(mails, func(a, b Mail) int { return a.SentAt.Compare(b.SentAt) })
		nights = append(nights, Night{Morning: day, Mails: mails})
	}
	return nights
}

// siteZone is where the service desk of the demo works.
const siteZone = "Europe/Amsterdam"

// siteTime is a clock of a day at the service desk.
func siteTime(day time.Time, clock string) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, clockMinutes(clock), 0, 0, location(siteZone))
}

func location(zone string) *time.Location {
	found, err := time.LoadLocation(zone)
	if err != nil {
		panic("demo: " + err.Error()) // a fault of the program: the zones are part of it
	}
	return found
}

// reports makes the mails of all jobs that ran in a night.
func reports(seed uint64, day time.Time, ago int) []Mail {
	var mails []Mail
	for _, c := range fleet() {
		for _, j := range c.jobs {
			if j.every > 0 && ago%j.every != 0 || j.since > 0 && ago > j.since {
				continue
			}
			r := newRun(seed, c, j, day)
			t := troubleOf(r, ago)
			if t != nil {
				t.strike(&r)
			} else if j.quiet {
				continue
			}
			mail := r.mail(t != nil && t.cut)
			mail.Ticket = t != nil && t.ticket && ago == t.first
			mails = append(mails, mail)
			if t != nil && t.retried {
				mails = append(mails, retry(seed, r, day))
			}
		}
	}
	return mails
}

// mail writes the run's mail. cut says that its end was lost on the way.
func (r run) mail(cut bool) Mail {
	l, meaning := r.job.write(r)
	if cut {
		l, meaning = cutOff(l, meaning)
	}
	return Mail{Raw: l.raw(), SentAt: l.sent, Customer: r.customer.name, Waits: cut, Meaning: meaning}
}

// retry is the mail of the second try at a run that failed: it goes well.
func retry(seed uint64, failed run, day time.Time) Mail {
	again := newRun(seed, failed.customer, failed.job, day)
	shift := failed.end.Sub(again.start) + 10*time.Minute
	again.start, again.end, again.attempt = again.start.Add(shift), again.end.Add(shift), 1
	for i := range again.objects {
		o := &again.objects[i]
		o.start, o.end = o.start.Add(shift), o.end.Add(shift)
	}
	return again.mail(false)
}
