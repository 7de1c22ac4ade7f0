package demo

import (
	"math/rand/v2"
	"time"

	"backupchecks/internal/backup"
)

// run is one execution of a job: what its mail is written from.
type run struct {
	customer customer
	job      job
	rng      *rand.Rand
	start    time.Time // in the customer's zone
	end      time.Time
	status   backup.Status
	remark   string
	objects  []object
	attempt  int
}

// object is a thing that a run backed up. Sizes are in gigabytes.
type object struct {
	name       string
	status     backup.Status
	message    string
	start, end time.Time
	size, read float64
}

// newRun lets a job run well in the night before the morning. Objects start half a minute
// apart and end on their own.
func newRun(seed uint64, c customer, j job, morning time.Time) run {
	day := morning.Format(time.DateOnly)
	r := run{
		customer: c, job: j, status: backup.StatusSuccess,
		rng: rand.New(rand.NewPCG(seed, checksum(c.name, j.server, j.name, day))), //nolint:gosec // the same demo each time, no secret
	}
	const noon = 12 * 60
	date := morning.Day()
	if j.at >= noon {
		date--
	}
	r.start = time.Date(morning.Year(), morning.Month(), date, 0, j.at, r.rng.IntN(100), 0, location(c.zone))
	r.end = r.start.Add(time.Duration(3*60+r.rng.IntN(7*60)) * time.Second)
	for i, name := range j.objects {
		start := r.start.Add(time.Duration(12+30*i) * time.Second)
		o := object{
			name: name, status: backup.StatusSuccess, start: start,
			end:  start.Add(time.Duration(120+r.rng.IntN(14*60)) * time.Second),
			size: 20 + float64(checksum(c.name, name)%4000)/10,
		}
		o.read = o.size * (0.005 + 0.03*r.rng.Float64())
		r.objects = append(r.objects, o)
		if end := o.end.Add(9 * time.Second); end.After(r.end) {
			r.end = end
		}
	}
	return r
}

// oneByOne is the run on a machine that backs up one object after another.
func (r run) oneByOne() run {
	at := r.start.Add(3 * time.Second)
	objects := make([]object, len(r.objects))
	for i, o := range r.objects {
		o.start, o.end = at, at.Add(o.end.Sub(o.start))
		at = o.end.Add(time.Second)
		objects[i] = o
	}
	r.objects, r.end = objects, at
	return r
}

// sent is when the mail of the run leaves: shortly after its end.
func (r run) sent() time.Time { return r.end.Add(time.Duration(4+len(r.job.name)%50) * time.Second) }

// counts counts the run's objects by status.
func (r run) counts() backup.ObjectCounts {
	var counts backup.ObjectCounts
	for _, o := range r.objects {
		switch o.status {
		case backup.StatusSuccess:
			counts.Success++
		case backup.StatusWarning:
			counts.Warning++
		default:
			counts.Error++
		}
	}
	return counts
}

// asOne counts the run's objects where the mail gives no result but the whole run's.
func (r run) asOne() backup.ObjectCounts {
	n := len(r.objects)
	switch r.status {
	case backup.StatusSuccess:
		return backup.ObjectCounts{Success: n}
	case backup.StatusWarning:
		return backup.ObjectCounts{Warning: n}
	}
	return backup.ObjectCounts{Error: n}
}

// read is how much the run read, in gigabytes.
func (r run) read() float64 {
	sum := 0.0
	for _, o := range r.objects {
		sum += o.read
	}
	return sum
}

// meaning is what the run's mail must be read as.
func (r run) meaning(parser, kind string, objects backup.ObjectCounts) Meaning {
	return Meaning{
		Parser: parser, Confidence: backup.Sure, Type: kind, Job: r.job.name, Status: r.status,
		Attempt: r.attempt, StartedAt: r.start.UTC(), Objects: objects,
	}
}

// noTime is the start of a run whose mail tells none.
func noTime() time.Time { return time.Time{} }
