package autotasksim

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// keptRequests is how many requests are remembered whole; all are counted.
const keptRequests = 2000

// Request is a call of the API that was received. It holds no credentials but the user name.
type Request struct {
	Time   time.Time
	Method string
	Path   string
	Route  string // method and path with ids replaced: "POST Tickets/{id}/Notes"
	User   string
	Body   string
	Status int       // 0 while it is in flight, and when the connection was cut before any work
	Fault  FaultKind // what came between; "" for nothing
}

// traffic keeps what was received and what is in flight. It has a lock of its own, because
// requests wait outside the server's.
type traffic struct {
	mu       *sync.Mutex
	requests []*Request
	counts   map[string]int // by route
	threads  map[thread]int
	inFlight map[string]int // by entity
	most     map[string]int // by entity
}

func newTraffic() traffic {
	return traffic{
		mu: &sync.Mutex{}, counts: map[string]int{}, threads: map[thread]int{},
		inFlight: map[string]int{}, most: map[string]int{},
	}
}

// exchange is a request that is being answered.
type exchange struct {
	traffic *traffic
	request *Request
	thread  thread
	threads int // in flight on the same thread count, this one included
}

// thread is what the limit of requests at once counts by.
type thread struct {
	tenant *Tenant // nil for a user that no tenant knows
	entity string  // empty for zone discovery, which has no limit
	code   string  // the tracking identifier
}

// begin counts a request in.
func (t *traffic) begin(request Request, on thread) *exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := &exchange{traffic: t, request: &request, thread: on}
	t.requests = append(t.requests, e.request)
	if len(t.requests) > keptRequests {
		t.requests = slices.Delete(t.requests, 0, len(t.requests)-keptRequests)
	}
	t.counts[request.Route]++
	t.inFlight[on.entity]++
	t.most[on.entity] = max(t.most[on.entity], t.inFlight[on.entity])
	if on.entity != "" {
		t.threads[on]++
		e.threads = t.threads[on]
	}
	return e
}

// end counts a request out.
func (t *traffic) end(e *exchange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inFlight[e.thread.entity]--
	if e.thread.entity == "" {
		return
	}
	if t.threads[e.thread]--; t.threads[e.thread] == 0 {
		delete(t.threads, e.thread) // callers choose the identifiers, so they must not pile up
	}
}

// note keeps how a request was answered.
func (e *exchange) note(status int, fault *Fault) {
	e.traffic.mu.Lock()
	defer e.traffic.mu.Unlock()
	e.request.Status = status
	if fault != nil {
		e.request.Fault = fault.Kind
	}
}

// Requests returns the latest requests, oldest first.
func (s *Server) Requests() []Request {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	requests := make([]Request, len(s.traffic.requests))
	for i, request := range s.traffic.requests {
		requests[i] = *request
	}
	return requests
}

// Counts returns how many requests were received, by route: "POST Tickets/query",
// "GET Tickets/{id}", "GET zoneInformation".
func (s *Server) Counts() map[string]int {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	return maps.Clone(s.traffic.counts)
}

// Count returns how many requests of a route were received.
func (s *Server) Count(route string) int { return s.Counts()[route] }

// ResetRequests forgets all requests, counts and the most in flight; not what counts towards
// the hourly limit.
func (s *Server) ResetRequests() {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	s.traffic.requests = nil
	clear(s.traffic.counts)
	s.traffic.most = maps.Clone(s.traffic.inFlight)
}

// InFlight returns how many requests for the entity are being answered: "Tickets",
// "TicketNotes"; "" stands for zone discovery.
func (s *Server) InFlight(entity string) int {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	return s.traffic.inFlight[entity]
}

// MaxInFlight returns the most requests for the entity that were being answered at once.
func (s *Server) MaxInFlight(entity string) int {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	return s.traffic.most[entity]
}
