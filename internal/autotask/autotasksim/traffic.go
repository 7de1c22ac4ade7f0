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
	threads  map[[2]string]int
	inFlight map[string]int // by entity
	most     map[string]int // by entity
	hour     []time.Time    // of the requests that count towards the hourly limit
}

func newTraffic() traffic {
	return traffic{
		mu: &sync.Mutex{}, counts: map[string]int{}, threads: map[[2]string]int{},
		inFlight: map[string]int{}, most: map[string]int{},
	}
}

// exchange is a request that is being answered.
type exchange struct {
	traffic *traffic
	request *Request
	entity  string
	thread  [2]string // entity and tracking identifier
	threads int       // in flight with the same entity and identifier, this one included
}

// begin counts a request in.
func (t *traffic) begin(request Request, entity, code string) *exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := &exchange{traffic: t, request: &request, entity: entity, thread: [2]string{entity, code}}
	t.requests = append(t.requests, e.request)
	if len(t.requests) > keptRequests {
		t.requests = slices.Delete(t.requests, 0, len(t.requests)-keptRequests)
	}
	t.counts[request.Route]++
	t.inFlight[entity]++
	t.most[entity] = max(t.most[entity], t.inFlight[entity])
	if entity != "" { // zone discovery has no limit
		t.threads[e.thread]++
		e.threads = t.threads[e.thread]
	}
	return e
}

// end counts a request out.
func (t *traffic) end(e *exchange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inFlight[e.entity]--
	if e.entity != "" {
		t.threads[e.thread]--
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

// countHour counts a request towards the hourly limit and returns how many there are.
func (t *traffic) countHour(now time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hour = append(t.hour, now)
	return t.usedLocked(now)
}

// used returns how many requests count towards the hourly limit.
func (t *traffic) used(now time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.usedLocked(now)
}

func (t *traffic) usedLocked(now time.Time) int {
	t.hour = slices.DeleteFunc(t.hour, func(at time.Time) bool { return now.Sub(at) >= time.Hour })
	return len(t.hour)
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
