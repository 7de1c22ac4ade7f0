package autotasksim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxBody is the largest request body read.
const maxBody = 1 << 20

// response is what is answered, unless a fault comes between.
type response struct {
	status  int
	body    any // sent as JSON, but an htmlPage as it is; nil for an empty body
	written bool
}

// htmlPage is a page for people where a program wants JSON.
type htmlPage string

const maintenance htmlPage = "<!DOCTYPE html><title>Maintenance</title><h1>We will be back soon</h1>"

func ok(body any) response { return response{status: http.StatusOK, body: body} }

// done is the answer to a change.
func done(id int64) response {
	return response{status: http.StatusOK, body: map[string]int64{"itemId": id}, written: true}
}

// failed is how the service refuses: nearly always with 500 and texts.
func failed(messages ...string) response {
	return response{status: http.StatusInternalServerError, body: map[string][]string{"errors": messages}}
}

// noRoute and wrongVerb are what the web framework below the service answers.
func noRoute(r *http.Request) response {
	return response{status: http.StatusNotFound, body: map[string]string{
		"Message": "No HTTP resource was found that matches the request URI '" + r.URL.Path + "'.",
	}}
}

func wrongVerb(r *http.Request) response {
	return response{status: http.StatusMethodNotAllowed, body: map[string]string{
		"Message": "The requested resource does not support http method '" + r.Method + "'.",
	}}
}

// apiCall is one call of the API.
type apiCall struct {
	*http.Request
	version string   // the part before the entity
	parts   []string // the path behind the version
	body    []byte
	user    User
}

// serveAPI answers one call of the API, in the order in which the service looks at it.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, prefix, path string) {
	call := apiCall{Request: r}
	if parts := strings.Split(strings.TrimPrefix(path, "/"), "/"); parts[0] != "" {
		call.version, call.parts = parts[0], parts[1:]
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return // the caller went away, or sent more than any call has
	}
	call.body = body
	route := routeOf(call)
	tenant := s.TenantOf(r.Header.Get("UserName"))
	entry := s.traffic.begin(Request{
		Time: s.now(), Method: r.Method, Path: r.URL.Path, Route: r.Method + " " + route,
		User: r.Header.Get("UserName"), Body: string(body),
	}, thread{tenant, entityOf(route), r.Header.Get("ApiIntegrationCode")})
	defer s.traffic.end(entry)

	s.line.waitWhileHeld(r.Context())
	fault := s.line.meet(r.Method, route)
	if fault.waits(r.Context(), tenant.latency(entry.threads)) != nil {
		return
	}
	if fault.beforeWork(w, entry) {
		return
	}
	answer := s.answer(call, tenant, prefix, route, entry)
	entry.note(answer.status, fault)
	if fault.afterWork(w, r) {
		return
	}
	write(w, answer)
}

// write sends a response.
func write(w http.ResponseWriter, answer response) {
	if answer.body == nil {
		w.WriteHeader(answer.status)
		return
	}
	if page, isPage := answer.body.(htmlPage); isPage {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(answer.status)
		_, _ = io.WriteString(w, string(page)) // a caller that left needs no answer
		return
	}
	var buffer bytes.Buffer
	if err := json.NewEncoder(&buffer).Encode(answer.body); err != nil {
		http.Error(w, "the simulator could not write its answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(answer.status)
	_, _ = w.Write(buffer.Bytes()) // a caller that left needs no answer
}

// routeOf is the call's path behind the version with its numbers replaced, such as
// "Tickets/{id}/Notes", by which calls are counted and faults are aimed.
func routeOf(call apiCall) string {
	if len(call.parts) == 0 {
		return call.version
	}
	parts := slices.Clone(call.parts)
	for i, part := range parts {
		if _, err := strconv.ParseInt(part, 10, 64); err == nil {
			parts[i] = "{id}"
		}
	}
	return canonical(strings.Join(parts, "/"))
}

// canonical gives a route the documented case.
func canonical(route string) string {
	words := []string{
		"Tickets", "TicketNotes", "TimeEntries", "Companies", "Resources", "DeletedTicketLogs", "ThresholdInformation",
		"Version", "Notes", "query", "count", "next", "entityInformation", "fields", "userDefinedFields",
		"zoneInformation", "VersionInformation",
	}
	parts := strings.Split(route, "/")
	for i, part := range parts {
		if at := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, part) }); at >= 0 {
			parts[i] = words[at]
		}
	}
	return strings.Join(parts, "/")
}

// entityOf names the entity whose threads a route takes; "" for those without a limit.
func entityOf(route string) string {
	switch first, _, _ := strings.Cut(route, "/"); {
	case route == "zoneInformation" || route == "VersionInformation":
		return ""
	case strings.Contains(route, "/Notes"):
		return "TicketNotes"
	default:
		return first
	}
}

// answer works a call out. tenant is that of the user whose name was sent, nil for a user that
// nobody knows; it alone decides whose data is meant.
func (s *Server) answer(call apiCall, tenant *Tenant, prefix, route string, entry *exchange) response {
	if strings.EqualFold(call.version, "VersionInformation") && len(call.parts) == 0 {
		return ok(map[string][]string{"apiVersions": {"V1.0"}})
	}
	if !strings.EqualFold(call.version, "V1.0") || len(call.parts) == 0 {
		return noRoute(call.Request)
	}
	if route == "zoneInformation" { // any zone answers for any user
		if tenant := s.TenantOf(call.URL.Query().Get("user")); tenant != nil {
			return tenant.zoneInformation(call.Request)
		}
		return failed("Zone information could not be determined")
	}
	if tenant != nil {
		return tenant.answer(call, prefix, route, entry.threads)
	}
	return response{status: http.StatusUnauthorized}
}

// answer works a call to the tenant out. All changes of its data by the API happen here, one
// call at a time. threads is how many calls for the same entity and tracking identifier are
// in flight.
func (t *Tenant) answer(call apiCall, prefix, route string, threads int) response {
	t.lock()
	defer t.mu.Unlock()
	user, refusal := t.authenticate(call.Request, prefix)
	if refusal != nil {
		return *refusal
	}
	call.user = user
	t.hour = append(t.hour, t.now())
	used := t.usedThisHour()
	if refusal = t.admit(threads, used); refusal != nil {
		return *refusal
	}
	return t.dispatch(call, route, used)
}

// dispatch carries out a call by its route.
func (t *Tenant) dispatch(call apiCall, route string, used int) response {
	switch route {
	case "ThresholdInformation":
		return onlyGet(call, func() response {
			return ok(map[string]int{
				"externalRequestThreshold": t.opts.HourlyLimit, "requestThresholdTimeframe": 60,
				"currentTimeframeRequestCount": used,
			})
		})
	case "Version":
		return onlyGet(call, func() response {
			return ok(map[string]any{"majorVersion": 2026, "minorVersion": 4, "build": 1, "customerType": 1})
		})
	case "Tickets/{id}/Notes":
		return t.childNotes(call)
	case "Tickets/{id}/Notes/{id}":
		return onlyGet(call, func() response { return t.noteOf(call.parts[1], call.parts[3]) })
	}
	entity := t.entities[strings.ToLower(call.parts[0])]
	if entity == nil {
		return noRoute(call.Request)
	}
	if slices.ContainsFunc(call.user.Denied, func(name string) bool { return strings.EqualFold(name, entity.name) }) {
		return failed("The logged in Resource does not have the adequate permissions to query this entity.")
	}
	_, rest, _ := strings.Cut(route, "/")
	switch rest {
	case "":
		return t.writeEntity(call, entity)
	case "{id}":
		return onlyGet(call, func() response { return t.item(strings.ToLower(entity.name), call.parts[1]) })
	case "query", "query/count", "query/next":
		return t.query(call, entity, rest)
	case "entityInformation":
		return onlyGet(call, func() response { return information(entity) })
	case "entityInformation/fields":
		return onlyGet(call, func() response { return t.describe(entity) })
	case "entityInformation/userDefinedFields":
		return onlyGet(call, func() response { return describeUserDefined(call, entity) })
	}
	return noRoute(call.Request)
}

func onlyGet(call apiCall, answer func() response) response {
	if call.Method != http.MethodGet {
		return wrongVerb(call.Request)
	}
	return answer()
}

// item answers one record. A record that does not exist and one that is hidden look alike.
func (t *Tenant) item(entity, id string) response {
	number, _ := strconv.ParseInt(id, 10, 64) // the route has seen that it is a number
	r, found := t.entities[entity].rows[number]
	if !found || !t.visible(t.entities[entity], r) {
		if t.opts.MissingAs404 {
			return response{status: http.StatusNotFound}
		}
		return ok(map[string]any{"item": nil})
	}
	return ok(map[string]any{"item": t.entities[entity].show(r, nil)})
}
