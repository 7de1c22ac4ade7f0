package autotasksim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// statusComplete is the one status besides New that means the same in every tenant.
const statusComplete int64 = 5

// apiResource is the resource behind the API users.
const apiResource int64 = 29682885

// writeEntity answers a call on an entity's own path. The API reaches notes through their
// ticket only, and there is no list without a query.
func (t *Tenant) writeEntity(call apiCall, e *entity) response {
	changes := call.Method == http.MethodPost || call.Method == http.MethodPatch || call.Method == http.MethodPut
	switch {
	case e.name == "TicketNotes" || e.name == "DeletedTicketLogs":
		return noRoute(call.Request)
	case !changes:
		return wrongVerb(call.Request)
	case e.name != "Tickets":
		return failed("The logged in Resource does not have the adequate permissions to create or update this entity.")
	}
	sent, refusal := decode(call.body)
	if refusal != nil {
		return *refusal
	}
	if call.Method == http.MethodPost {
		return t.createTicket(e, sent)
	}
	return t.updateTicket(e, sent, call.Method == http.MethodPut)
}

// sentFields is a body's members by their names in lower case; incoming names match in any
// case.
type sentFields map[string]any

func decode(data []byte) (sentFields, *response) {
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&members); err != nil {
		return nil, &response{status: http.StatusBadRequest, body: map[string]string{"Message": "The request is invalid."}}
	}
	sent := sentFields{}
	for name, value := range members {
		sent[strings.ToLower(name)] = value
	}
	return sent, nil
}

// read takes the writable fields that were sent; read-only and unknown ones are ignored.
func (e *entity) read(sent sentFields) (r row, problems []string) {
	r = row{}
	for _, f := range e.fields {
		raw, given := sent[strings.ToLower(f.name)]
		if !given || f.readOnly {
			continue
		}
		value, problem := f.value(raw)
		if problem == "" {
			problem = f.check(value)
		}
		if problem != "" {
			problems = append(problems, problem)
			continue
		}
		r[f.name] = value
	}
	return r, problems
}

// createTicket makes a ticket. The answer has the id alone.
func (t *Tenant) createTicket(e *entity, sent sentFields) response {
	r, problems := e.read(sent)
	if len(problems) > 0 {
		return failed(problems...)
	}
	category := t.fillFromCategory(r)
	problems = t.problemsWith(e, r, r)
	for _, name := range category.Required {
		if empty(r[name]) {
			problems = append(problems, "Missing Required Field: "+name)
		}
	}
	if empty(r["queueID"]) && empty(r["assignedResourceID"]) {
		problems = append(problems, "Missing Required Field: queueID")
	}
	if empty(r["dueDateTime"]) {
		problems = append(problems, "Missing Required Field: dueDateTime")
	}
	if len(problems) > 0 {
		return failed(problems...)
	}
	return done(t.keepTicket(r))
}

// keepTicket gives a checked ticket its id, its number and what else is the service's own.
func (t *Tenant) keepTicket(r row) int64 {
	now := t.now().UTC()
	day := now.In(t.location).Format("20060102")
	t.counters[day]++
	r["ticketNumber"] = fmt.Sprintf("T%s.%04d", day, t.counters[day])
	r["createDate"], r["lastActivityDate"] = now, now
	r["creatorResourceID"], r["lastActivityResourceID"] = apiResource, apiResource
	r["creatorType"], r["lastActivityPersonType"] = int64(1), int64(1)
	if empty(r["companyLocationID"]) {
		r["companyLocationID"] = int64(10) + r["companyID"].(int64)
	}
	if r["status"] == statusComplete {
		r["completedDate"], r["completedByResourceID"] = now, apiResource
	}
	return t.entities["tickets"].add(r)
}

// fillFromCategory gives a new ticket the default category and what that fills in.
func (t *Tenant) fillFromCategory(r row) Category {
	if empty(r["ticketCategory"]) {
		for _, choice := range t.seed.Picklists["ticketCategory"] {
			if choice.Default {
				r["ticketCategory"] = choice.Value
			}
		}
	}
	category := t.categoryOf(r)
	if category.DueHours > 0 && empty(r["dueDateTime"]) {
		r["dueDateTime"] = t.now().UTC().Add(time.Duration(category.DueHours * float64(time.Hour)))
	}
	return category
}

// categoryOf returns a ticket's category, one without demands if it has none.
func (t *Tenant) categoryOf(r row) Category {
	for _, category := range t.seed.Categories {
		if r["ticketCategory"] == category.Value {
			return category
		}
	}
	return Category{}
}

func empty(value any) bool { return value == nil || value == "" }

// problemsWith returns why a record is refused. changed holds the fields to look at; what
// was stored before and does not change is not checked again.
func (t *Tenant) problemsWith(e *entity, r, changed row) []string {
	var problems []string
	for _, f := range e.fields {
		value, isChanged := changed[f.name]
		if f.required && empty(r[f.name]) {
			problems = append(problems, "Missing Required Field: "+f.name)
			continue
		}
		if !isChanged || value == nil {
			continue
		}
		if f.picklist {
			problems = append(problems, t.problemsWithChoice(f, r, value.(int64))...)
		}
		if f.refers == "Account" && !t.companyIsActive(value.(int64)) {
			problems = append(problems, fmt.Sprintf("Reference value on field: %s of type: Account does not exist or is invalid.", f.name))
		}
	}
	if empty(r["assignedResourceID"]) != empty(r["assignedResourceRoleID"]) {
		problems = append(problems, "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.")
	}
	return problems
}

// problemsWithChoice refuses values that are not in the list or no longer active. The wording
// is known for child lists only.
func (t *Tenant) problemsWithChoice(f field, r row, value int64) []string {
	choice, found := t.choice(f.name, value)
	if !found || choice.Inactive {
		return []string{"Value does not exist for picklist: " + f.name}
	}
	if parent, isNumber := r["issueType"].(int64); choice.Parent != "" && (!isNumber || strconv.FormatInt(parent, 10) != choice.Parent) {
		return []string{"Value does not exist for child picklist: " + f.name}
	}
	return nil
}

func (t *Tenant) companyIsActive(id int64) bool {
	company, found := t.entities["companies"].rows[id]
	return found && company["isActive"] == true
}

// updateTicket changes a ticket: PATCH the fields that were sent, PUT all writable ones, with
// null for those that were not. A refused change changes nothing.
func (t *Tenant) updateTicket(e *entity, sent sentFields, all bool) response {
	id, err := wholeNumber(sent["id"])
	if err != nil {
		return failed("Missing Required Field: id")
	}
	before, found := e.rows[id]
	if !found || t.hidden[id] {
		return failed("No matching records found. The logged in Resource may not have the required permissions to update the data.")
	}
	changed, problems := e.read(sent)
	if len(problems) > 0 {
		return failed(problems...)
	}
	after := row{}
	for _, f := range e.fields {
		value, isChanged := changed[f.name]
		switch {
		case isChanged:
			after[f.name] = value
		case all && !f.readOnly:
			changed[f.name], after[f.name] = nil, nil
		default:
			after[f.name] = before[f.name]
		}
	}
	problems = t.problemsWith(e, after, changed)
	if before["companyID"] != after["companyID"] && before["companyLocationID"] == after["companyLocationID"] && after["companyLocationID"] != nil {
		problems = append(problems, fmt.Sprintf("The companyLocationID[%d] cannot be associated with the Ticket. The Ticket and CompanyLocation must have the same companyID.", after["companyLocationID"]))
	}
	completes := after["status"] == statusComplete && before["status"] != statusComplete
	if completes && t.categoryOf(after).RequireResolution && empty(after["resolution"]) {
		problems = append(problems, "Missing Required Field: resolution")
	}
	if len(problems) > 0 {
		return failed(problems...)
	}
	t.settle(before, after)
	e.rows[id] = after
	return done(id)
}

// settle keeps the times that follow from a change.
func (t *Tenant) settle(before, after row) {
	now := t.now().UTC()
	after["lastActivityDate"] = now
	switch {
	case after["status"] != statusComplete:
		after["completedDate"], after["completedByResourceID"] = nil, nil
	case before["status"] != statusComplete:
		after["completedDate"], after["completedByResourceID"] = now, apiResource
	}
}

// childNotes lists or adds the notes of a ticket.
func (t *Tenant) childNotes(call apiCall) response {
	id, _ := strconv.ParseInt(call.parts[1], 10, 64) // the route has seen that it is a number
	notes := t.entities["ticketnotes"]
	switch call.Method {
	case http.MethodGet:
		ids := t.matching(notes, []condition{{Op: "eq", Field: "ticketID", Value: id}})
		items := []map[string]any{}
		for _, noteID := range ids {
			items = append(items, notes.show(notes.rows[noteID], nil))
		}
		return ok(map[string]any{"items": items, "pageDetails": map[string]any{
			"count": len(items), "requestCount": maxPageSize, "prevPageUrl": nil, "nextPageUrl": nil,
		}})
	case http.MethodPost:
		sent, refusal := decode(call.body)
		if refusal != nil {
			return *refusal
		}
		sent["ticketid"] = id
		return t.createNote(notes, id, sent)
	}
	return wrongVerb(call.Request)
}

// noteOf answers one note of a ticket.
func (t *Tenant) noteOf(ticket, note string) response {
	ticketID, _ := strconv.ParseInt(ticket, 10, 64) // the route has seen that they are numbers
	noteID, _ := strconv.ParseInt(note, 10, 64)
	if r, found := t.entities["ticketnotes"].rows[noteID]; found && r["ticketID"] != ticketID {
		note = "0" // a note of another ticket is not there
	}
	return t.item("ticketnotes", note)
}

// createNote adds a note to a ticket. Some categories demand a title.
func (t *Tenant) createNote(notes *entity, ticketID int64, sent sentFields) response {
	ticket, found := t.entities["tickets"].rows[ticketID]
	if !found || t.hidden[ticketID] {
		return failed("Reference value on field: ticketID of type: Ticket does not exist or is invalid.")
	}
	r, problems := notes.read(sent)
	if len(problems) == 0 {
		problems = t.problemsWith(notes, r, r)
	}
	if t.categoryOf(ticket).RequireNoteTitle && empty(r["title"]) {
		problems = append(problems, "Missing Required Field: title")
	}
	if len(problems) > 0 {
		return failed(problems...)
	}
	return done(t.keepNote(r))
}

// keepNote keeps a checked note; it counts as activity on its ticket.
func (t *Tenant) keepNote(r row) int64 {
	now := t.now().UTC()
	r["createDateTime"], r["lastActivityDate"], r["creatorResourceID"] = now, now, apiResource
	t.entities["tickets"].rows[r["ticketID"].(int64)]["lastActivityDate"] = now
	return t.entities["ticketnotes"].add(r)
}
