package autotasksim

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	HTMLAs200         FaultKind = "html page as 200"   // a page for people that claims success; nothing is done
	SignedOut         FaultKind = "signed out"         // 401 whatever the credentials; nothing is done
	Slow              FaultKind = "slow"               // answers rightly after Delay
)

// FaultKinds lists all ways to fail.
func FaultKinds() []FaultKind {
	return []FaultKind{
		Refuse, UnavailableBefore, UnavailableAfter, CutBefore, CutAfter, HangAfter, TooMany, ThreadLimit,
		HTMLPage, HTMLAs200, SignedOut, Slow,
	}
}

// check reports a kind that is not there.
func (k FaultKind) check() error {
	if !slices.Contains(FaultKinds(), k) {
		return fmt.Errorf("there is no fault %q", k)
	}
	return nil
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

// line is what lies between the callers and the service. It has a lock of its own, because
// requests wait on it outside those of the tenants.
type line struct {
	mu     sync.Mutex
	faults []*pendingFault
	random *random       // nil: nothing fails at random
	isCut  bool          // no request comes through
	held   chan struct{} // closed when requests go on; nil while none are held
}

// FailNext makes the next n requests that the fault is aimed at fail. Faults given earlier
// are met earlier.
func (s *Server) FailNext(n int, fault Fault) {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	s.line.faults = append(s.line.faults, &pendingFault{fault, n})
}

// ClearFaults takes all faults of FailNext back that were not met yet.
func (s *Server) ClearFaults() {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	s.line.faults = nil
}

// PendingFaults returns how many requests will still fail.
func (s *Server) PendingFaults() int {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	left := 0
	for _, fault := range s.line.faults {
		left += fault.left
	}
	return left
}

// CutLine breaks the connection of every request before any work, zone discovery included,
// until Heal.
func (s *Server) CutLine() {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	s.line.isCut = true
}

// IsCut reports whether the line is cut.
func (s *Server) IsCut() bool {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	return s.line.isCut
}

// Heal mends the line and takes all faults back, those at random too.
func (s *Server) Heal() {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	s.line.isCut, s.line.faults, s.line.random = false, nil, nil
}

// Hold makes every request wait until release is called. A second call while requests are
// held joins the first.
func (s *Server) Hold() (release func()) {
	l := &s.line
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = make(chan struct{})
	}
	held := l.held
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.held == held {
			close(held)
			l.held = nil
		}
	}
}

// waitWhileHeld returns when requests may go on or ctx ends.
func (l *line) waitWhileHeld(ctx context.Context) {
	l.mu.Lock()
	held := l.held
	l.mu.Unlock()
	if held == nil {
		return
	}
	select {
	case <-held:
	case <-ctx.Done():
	}
}

// meet returns the fault that a request meets, nil for none: first a cut line, then faults by
// rule, then those at random.
func (l *line) meet(method, route string) *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isCut {
		return &Fault{Kind: CutBefore}
	}
	for i, pending := range l.faults {
		if !pending.aimsAt(method, route) {
			continue
		}
		if pending.Skip > 0 {
			pending.Skip--
			continue
		}
		if pending.left--; pending.left <= 0 {
			l.faults = slices.Delete(l.faults, i, i+1)
		}
		return &pending.Fault
	}
	return l.random.meet(method, route)
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

// waits delays a request by the fault and by latency.
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
		answer = failed(threadText)
	case HTMLPage:
		answer = response{status: http.StatusServiceUnavailable, body: maintenance}
	case HTMLAs200:
		answer = ok(maintenance)
	case SignedOut:
		answer = response{status: http.StatusUnauthorized}
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
