package autotasksim

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// used returns how many requests count towards the hourly limit.
func (t *Tenant) used() int {
	t.lock()
	defer t.mu.Unlock()
	return t.usedThisHour()
}

// usedThisHour is used for a caller that holds the lock.
func (t *Tenant) usedThisHour() int {
	now := t.now()
	t.hour = slices.DeleteFunc(t.hour, func(at time.Time) bool { return now.Sub(at) >= time.Hour })
	return len(t.hour)
}

// latency is how much a request is delayed by the use of the hourly limit and by the number
// of requests at once. A tenant that is not there delays nothing.
func (t *Tenant) latency(threads int) time.Duration {
	if t == nil || !t.opts.LatencyByUsage {
		return 0
	}
	var delay time.Duration
	switch used := t.used(); {
	case used*4 >= t.opts.HourlyLimit*3:
		delay = time.Second
	case used*2 >= t.opts.HourlyLimit:
		delay = time.Second / 2
	}
	return delay + threadLatency(threads)
}

// threadLatency grows from a quarter of a second for the third request at once to a second
// for the tenth and all beyond.
func threadLatency(threads int) time.Duration {
	const first, last = 3, 10
	if threads < first {
		return 0
	}
	step := time.Duration(min(threads, last) - first)
	return time.Second/4 + step*(time.Second*3/4)/(last-first)
}

// admit refuses a request that is one too many, at once or within the hour; nil lets it pass.
func (t *Tenant) admit(threads, used int) *response {
	switch {
	case threads > t.opts.ThreadLimit && t.opts.ThreadsAs500: // both forms were seen
		return new(failed(threadText))
	case threads > t.opts.ThreadLimit:
		return &response{status: http.StatusTooManyRequests, body: map[string][]string{
			"errors": {"The thread threshold of this tracking identifier and endpoint is exceeded."},
		}}
	case used > t.opts.HourlyLimit:
		return &response{status: http.StatusTooManyRequests, body: map[string][]string{
			"errors": {"The external request threshold of " + strconv.Itoa(t.opts.HourlyLimit) + " requests in 60 minutes is exceeded."},
		}}
	default:
		return nil
	}
}

const threadText = "Itgenatr005: the thread threshold of this tracking identifier and endpoint is exceeded."
