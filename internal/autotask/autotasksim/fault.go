package autotasksim

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultKind is a way to fail.
type FaultKind string

// The ways to fail. Those "after" carry the work out first.
const (
	Refuse            FaultKind = "refuse"             // 500 with Messages; nothing is done
	UnavailableBefore FaultKind = "unavailable before" // 503 without a body; nothing is done
	UnavailableAfter  FaultKind = "unavailable after"  // 503 without a body
	CutBefore         FaultKind = "cut before"         // the connection breaks; nothing is done
	CutAfter          FaultKind = "cut after"          // the connection breaks
	HangAfter         FaultKind = "hang after"         // no answer until the caller gives up
	TooMany           FaultKind = "too many"           // 429, with Retry-After if RetryAfter is set; nothing is done
	ThreadLimit       FaultKind = "thread limit"       // 500 with Itgenatr005; nothing is done
	HTMLPage          FaultKind = "html page"          // 503 with a page for people; nothing is done
	Slow              FaultKind = "slow"               // answers rightly after Delay
)

// FaultKinds lists all ways to fail.
func FaultKinds() []FaultKind {
	return []FaultKind{
		Refuse, UnavailableBefore, UnavailableAfter, CutBefore, CutAfter, HangAfter, TooMany, ThreadLimit,
		HTMLPage, Slow,
	}
}

// Fault is a failure that the next requests meet.
type Fault struct {
	Kind FaultKind

	// On is the route that fails, such as "POST Tickets"; see Request.Route. Empty aims Refuse
	// and all that fail after the work at the requests that change something, and all
	// others at any request but zone discovery.
	On string

	Skip       int           // requests it is aimed at that pass before it strikes
	Messages   []string      // for Refuse; nil: one
	RetryAfter time.Duration // for TooMany, in whole seconds
	Delay      time.Duration // for Slow
}

// pendingFault is a fault that a number of requests will still meet.
type pendingFault struct {
	Fault
	left int
}

// FailNext makes the next n requests that the fault is aimed at fail. Faults given earlier
// are met earlier.
func (s *Server) FailNext(n int, fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &pendingFault{fault, n})
}

// ClearFaults takes all faults back that were not met yet.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// PendingFaults returns how many requests will still fail.
func (s *Server) PendingFaults() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := 0
	for _, fault := range s.faults {
		left += fault.left
	}
	return left
}

// Hold makes every request wait until release is called. A second call while requests are
// held joins the first.
func (s *Server) Hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held = make(chan struct{})
	}
	held := s.held
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.held == held {
			close(held)
			s.held = nil
		}
	}
}

// waitWhileHeld returns when requests may go on or ctx ends.
func (s *Server) waitWhileHeld(ctx context.Context) {
	s.mu.Lock()
	held := s.held
	s.mu.Unlock()
	if held == nil {
		return
	}
	select {
	case <-held:
	case <-ctx.Done():
	}
}

// takeFault returns the fault that a request meets, nil for none.
func (s *Server) takeFault(method, route string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, pending := range s.faults {
		if !pending.aimsAt(method, route) {
			continue
		}
		if pending.Skip > 0 {
			pending.Skip--
			continue
		}
		if pending.left--; pending.left <= 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return &pending.Fault
	}
	return nil
}

// aimsAt reports whether the fault is meant for a request.
func (f *Fault) aimsAt(method, route string) bool {
	if f.On != "" {
		return strings.EqualFold(f.On, method+" "+route)
	}
	switch f.Kind {
	case Refuse, UnavailableAfter, CutAfter, HangAfter:
		return method != http.MethodGet && !strings.Contains(route, "query")
	default:
		return route != "zoneInformation"
	}
}

// waits delays a request: by the fault, and by how much the hourly limit is used.
func (f *Fault) waits(ctx context.Context, latency time.Duration) error {
	if f != nil && f.Kind == Slow {
		latency += f.Delay
	}
	if latency == 0 {
		return nil
	}
	timer := time.NewTimer(latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// usageLatency is how much each request is delayed by the use of the hourly limit.
func (s *Server) usageLatency() time.Duration {
	used := s.traffic.used(s.now())
	switch {
	case !s.opts.LatencyByUsage || used*2 < s.opts.HourlyLimit:
		return 0
	case used*4 < s.opts.HourlyLimit*3:
		return time.Second / 2
	default:
		return time.Second
	}
}

// beforeWork fails a request before anything is done, and reports whether it did.
func (f *Fault) beforeWork(w http.ResponseWriter, entry *exchange) bool {
	if f == nil {
		return false
	}
	var answer response
	switch f.Kind {
	case Refuse:
		answer = failed(f.Messages...)
		if len(f.Messages) == 0 {
			answer = failed("Missing Required Field: billingCodeID")
		}
	case UnavailableBefore:
		answer = response{status: http.StatusServiceUnavailable}
	case TooMany:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
		}
		answer = response{status: http.StatusTooManyRequests}
	case ThreadLimit:
		answer = failed("Itgenatr005: the thread threshold of this tracking identifier and endpoint is exceeded.")
	case HTMLPage:
		entry.note(http.StatusServiceUnavailable, f)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Maintenance</title><h1>We will be back soon</h1>")) // a caller that left needs no answer
		return true
	case CutBefore:
		entry.note(0, f)
		panic(http.ErrAbortHandler) // how net/http is told to break the connection
	default:
		return false
	}
	entry.note(answer.status, f)
	write(w, answer)
	return true
}

// afterWork fails a request whose work is done, and reports whether it did.
func (f *Fault) afterWork(w http.ResponseWriter, r *http.Request) bool {
	if f == nil {
		return false
	}
	switch f.Kind {
	case UnavailableAfter:
		write(w, response{status: http.StatusServiceUnavailable})
		return true
	case HangAfter:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case CutAfter:
		panic(http.ErrAbortHandler) // how net/http is told to break the connection
	default:
		return false
	}
}
