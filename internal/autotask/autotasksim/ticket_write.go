package autotasksim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// statusComplete is the one status besides New that means the same in every tenant.
const statusComplete int64 = 5

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
	return lowered(members), nil
}

func lowered(members map[string]any) sentFields {
	sent := sentFields{}
	for name, value := range members {
		sent[strings.ToLower(name)] = value
	}
	return sent
}

// read takes the writable fields that were sent; read-only and unknown ones are ignored.
func (e *entity) read(sent sentFields) (r row, problems []string) {
	r, problems = row{}, e.takeUserDefined(sent)
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
	if open := t.openTwin(r); open != 0 {
		t.keepNote(row{
			"ticketID": open, "title": "Duplicate ticket", "noteType": noteDuplicate, "publish": int64(2),
			"description": orElse(get[string](r, "description"), get[string](r, "title")),
		})
		return done(open)
	}
	return done(t.keepTicket(r, t.apiUser()))
}

// openTwin returns the open ticket into which the tenant folds a new one, 0 for none.
func (t *Tenant) openTwin(r row) int64 {
	if !t.seed.FoldDuplicates {
		return 0
	}
	tickets := t.entities["tickets"].rows
	for _, id := range slices.Sorted(maps.Keys(tickets)) {
		other := tickets[id]
		if other["status"] != statusComplete && other["companyID"] == r["companyID"] && compare(other["title"], r["title"]) == 0 {
			return id
		}
	}
	return 0
}

// keepTicket gives a checked ticket by a resource its id, its number and what else is the
// service's own.
func (t *Tenant) keepTicket(r row, by int64) int64 {
	now := t.now().UTC()
	day := now.In(t.location).Format("20060102")
	t.counters[day]++
	r["ticketNumber"] = fmt.Sprintf("T%s.%04d", day, t.counters[day])
	r["createDate"], r["lastActivityDate"] = now, now
	r["creatorResourceID"], r["lastActivityResourceID"] = by, by
	r["creatorType"], r["lastActivityPersonType"] = int64(1), int64(1)
	if empty(r["companyLocationID"]) {
		r["companyLocationID"] = 10 + get[int64](r, "companyID")
	}
	if r["status"] == statusComplete {
		r["completedDate"], r["completedByResourceID"] = now, by
	}
	id := t.entities["tickets"].add(r)
	t.setOff("create", r)
	return id
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
	for name, value := range category.Defaults {
		if empty(r[name]) {
			r[name] = value
		}
	}
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
			problems = append(problems, "Missing Required Field: "+orElse(f.udf, f.name))
			continue
		}
		if !isChanged || value == nil {
			continue
		}
		if f.picklist {
			problems = append(problems, t.problemsWithChoice(f, r, get[int64](changed, f.name))...)
		}
		if f.refers == "Account" && !t.companyIsActive(get[int64](changed, f.name)) {
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
	t.settle(before, after, t.now().UTC(), t.apiUser())
	e.rows[id] = after
	t.setOff("update", after)
	return done(id)
}

// settle keeps the times that follow from a change by a resource.
func (t *Tenant) settle(before, after row, at time.Time, by int64) {
	after["lastActivityDate"], after["lastActivityResourceID"] = at, by
	switch {
	case after["status"] != statusComplete:
		after["completedDate"], after["completedByResourceID"] = nil, nil
	case before["status"] != statusComplete:
		after["completedDate"], after["completedByResourceID"] = at, by
	}
}
