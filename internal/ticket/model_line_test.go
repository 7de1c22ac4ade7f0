package ticket_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"backupchecks/internal/ticket"
)

// patience is how long a process waits for an answer while Autotask may hang. The real
// client waits for a minute, and then sees what it sees here: no answer.
const patience = 40 * time.Millisecond

// line is the way between one process and Autotask. It sees every request, judges what may
// not be sent, and is where a process is stopped, left or killed in the middle of an act.
type line struct {
	model  *model
	name   string
	server *httptest.Server
	dead   atomic.Bool    // its process crashed: nothing goes out any more
	quiet  sync.WaitGroup // counts the requests on the line

	mu       sync.Mutex
	trap     *trap
	inFlight map[string]int
	proven   bool           // a request was accepted since trustAgain
	refusals int            // requests answered with 401 since trustAgain
	crowded  bool           // several people act, so that requests may be on their way at the first 401
	visible  map[int64]bool // whether the process saw the ticket when it last looked
	worked   map[int64]bool // whether it saw time entries when it last looked; absent: it did not look since its last note
}

// trapKind is what befalls a process in the middle of an act.
type trapKind string

const (
	hold  trapKind = "hold"  // the request, or its answer, is under way until it is let go
	crash trapKind = "crash" // the process ends without warning
	leave trapKind = "leave" // the person closes the page
	fails trapKind = "fails" // Autotask fails, which is no trap
)

// trap springs at a request.
type trap struct {
	kind   trapKind
	route  string // "" for any
	skip   int    // requests to let pass before
	after  bool   // once Autotask did its work, before the process has the answer
	spring func() // what happens
	sprung chan struct{}
	gate   chan struct{} // for hold: closed to let go
}

func newLine(m *model, name string) *line {
	l := &line{model: m, name: name, inFlight: map[string]int{}, visible: map[int64]bool{}, worked: map[int64]bool{}}
	l.server = httptest.NewServer(l)
	return l
}

// sent is one request on the line.
type sent struct {
	route  string
	entity string
	ticket int64 // that it is about; 0 for none
	body   []byte
	with   bool // with credentials
}

var digits = regexp.MustCompile(`/\d+`)

func readSent(r *http.Request) (sent, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return sent{}, err
	}
	_, path, _ := strings.Cut(r.URL.Path, "/V1.0/")
	s := sent{route: r.Method + " " + digits.ReplaceAllString(path, "/{id}"), body: body, with: r.Header.Get("Secret") != ""}
	parts := strings.Split(path, "/")
	s.entity = parts[0]
	if strings.HasSuffix(path, "/Notes") {
		s.entity = "TicketNotes"
	}
	if parts[0] == "Tickets" && len(parts) > 1 {
		s.ticket, _ = strconv.ParseInt(parts[1], 10, 64) // a query has no number there
	}
	var fields struct {
		ID     int64
		Filter []struct{ Value json.RawMessage }
	}
	_ = json.Unmarshal(body, &fields) // what is no JSON has no such fields
	switch s.route {
	case "PATCH Tickets":
		s.ticket = fields.ID
	case "POST TimeEntries/query":
		s.ticket, _ = strconv.ParseInt(string(fields.Filter[0].Value), 10, 64)
	}
	return s, nil
}

// ServeHTTP passes a request on to Autotask and the answer back, unless something befalls
// the process on the way.
func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.quiet.Add(1)
	defer l.quiet.Done()
	s, err := readSent(r)
	if err != nil {
		return // the process gave up while sending
	}
	l.cutIfDead()
	defer l.enter(s)()
	trap := l.met(s)
	if trap != nil && !trap.after {
		trap.goOff()
		l.cutIfDead()
	}
	l.judge(s)
	answer := httptest.NewRecorder()
	cut := l.pass(answer, r, s)
	l.learn(s, answer, cut, trap != nil && trap.kind == leave)
	if trap != nil && trap.after {
		trap.goOff()
	}
	l.cutIfDead()
	if cut {
		panic(http.ErrAbortHandler) // how net/http is told to break the connection
	}
	w.WriteHeader(copyHeader(w, answer))
	_, _ = w.Write(answer.Body.Bytes()) // a process that gave up needs no answer
}

func copyHeader(w http.ResponseWriter, answer *httptest.ResponseRecorder) int {
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	return answer.Code
}

func (l *line) cutIfDead() {
	if l.dead.Load() {
		panic(http.ErrAbortHandler)
	}
}

// pass hands the request to Autotask and reports whether that broke the connection.
func (l *line) pass(w http.ResponseWriter, r *http.Request, s sent) (cut bool) {
	defer func() {
		if stopped := recover(); stopped != nil {
			if err, ok := stopped.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(stopped)
			}
			cut = true
		}
	}()
	ctx := r.Context()
	if l.model.mayHang.Load() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	again := r.Clone(ctx)
	again.Body = io.NopCloser(bytes.NewReader(s.body))
	l.model.sim.ServeHTTP(w, again)
	return false
}

// set puts a trap on the line; nil takes it away.
func (l *line) set(t *trap) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trap = t
}

// trustAgain forgets refused credentials: the settings were saved again.
func (l *line) trustAgain() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.proven, l.refusals = false, 0
}

// crowd begins a time in which a number of people act at once, and returns the function that
// ends it. Until credentials proved good, one request goes out and no other, unless the answer
// to it was lost on the way, so that the client could not know; then one more does. A secret
// that is changed under a client at work may be refused to each of those who act.
func (l *line) crowd(people int) (end func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.crowded = true
	most := 2
	if l.proven {
		most = people
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.crowded = false; l.refusals > most {
			l.model.broken("%s was refused %d times while %d acted, want at most %d", l.name, l.refusals, people, most)
		}
	}
}

// met returns the trap that the request meets, and takes it from the line.
func (l *line) met(s sent) *trap {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.trap
	if t == nil || t.route != "" && t.route != s.route {
		return nil
	}
	if t.skip > 0 {
		t.skip--
		return nil
	}
	l.trap = nil
	return t
}

func (t *trap) goOff() {
	t.spring()
	close(t.sprung)
	if t.kind == hold {
		<-t.gate
	}
}

// enter counts a request in, and the function that it returns counts it out.
func (l *line) enter(s sent) (leave func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight[s.entity]++
	if n := l.inFlight[s.entity]; n > 2 {
		l.model.broken("%s has %d requests for %s in flight", l.name, n, s.entity)
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.inFlight[s.entity]--
	}
}

// judge says what is wrong with sending the request now.
func (l *line) judge(s sent) {
	wrong := func(what string, args ...any) {
		l.model.broken("%s sent %s %s: %s", l.name, s.route, s.body, fmt.Sprintf(what, args...))
	}
	if l.model.silent(l.name) {
		wrong("the integration is switched off")
	}
	l.mu.Lock()
	refused, visible := l.refusals > 0 && !l.crowded, l.visible[s.ticket]
	worked, looked := l.worked[s.ticket]
	if l.crowded { // who knows what is mixed up then, but nothing changes in Autotask
		visible = l.model.isVisible(s.ticket)
		worked, looked = len(l.model.sim.TimeEntries(s.ticket)) > 0, true
	}
	l.mu.Unlock()
	if refused && s.with {
		wrong("the credentials were refused before")
	}
	switch s.route {
	case "POST Tickets":
		if second := l.model.secondTicket(s.body); second != "" {
			wrong("%s", second)
		}
	case "POST Tickets/{id}/Notes":
		if !visible {
			wrong("the ticket is missing")
		}
		if fault := wrongNote(s.body, worked, looked); fault != "" {
			wrong("%s", fault)
		}
	case "PATCH Tickets":
		if !visible {
			wrong("the ticket is missing")
		}
		if worked || !looked {
			wrong("time entries: looked %t, found %t", looked, worked)
		}
		if fault := wrongChange(s.body); fault != "" {
			wrong("%s", fault)
		}
	}
}

func wrongNote(body []byte, worked, looked bool) string {
	var note struct {
		Title, Description string
		Publish            int64
	}
	switch err := json.Unmarshal(body, &note); {
	case err != nil:
		return err.Error()
	case note.Publish != 2 || note.Title == "":
		return "the note is not an internal one with a title"
	case note.Description == ticket.ResolvedNote && looked && !worked:
		return ""
	case note.Description == ticket.TimeEntriesNote && looked && worked:
		return ""
	}
	return fmt.Sprintf("the note does not fit; time entries: looked %t, found %t", looked, worked)
}

// wrongChange wants the ticket completed and nothing else changed.
func wrongChange(body []byte) string {
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		return err.Error()
	}
	for name := range fields {
		if !slices.Contains([]string{"id", "status", "resolution"}, name) {
			return name + " is changed"
		}
	}
	if fields["status"] != float64(complete) {
		return "the ticket is not completed"
	}
	return ""
}

// learn keeps what the process knows once it has the answer. When the person left, nobody
// may have read that the credentials were refused.
func (l *line) learn(s sent, answer *httptest.ResponseRecorder, cut, left bool) {
	var got struct {
		Item  json.RawMessage
		Items []json.RawMessage
	}
	fine := !cut && answer.Code == http.StatusOK && json.Unmarshal(answer.Body.Bytes(), &got) == nil
	l.mu.Lock()
	defer l.mu.Unlock()
	if !cut && !left && s.with {
		switch answer.Code {
		case http.StatusOK:
			l.proven = true
		case http.StatusUnauthorized:
			l.refusals++
		}
	}
	switch s.route {
	case "GET Tickets/{id}":
		l.visible[s.ticket] = fine && !slices.Contains([]string{"", "null"}, string(got.Item))
	case "POST TimeEntries/query":
		if l.worked[s.ticket] = len(got.Items) > 0; !fine {
			delete(l.worked, s.ticket)
		}
	case "POST Tickets/{id}/Notes":
		delete(l.worked, s.ticket) // before the ticket is closed it must be looked at again
	}
}
