package autotasksim

import (
	"maps"
	"net/http"
	"strconv"
)

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
	case http.MethodPost, http.MethodPatch:
		sent, refusal := decode(call.body)
		if refusal != nil {
			return *refusal
		}
		sent["ticketid"] = id
		if call.Method == http.MethodPatch {
			return t.updateNote(notes, id, sent)
		}
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

// updateNote changes the fields of a note that were sent.
func (t *Tenant) updateNote(notes *entity, ticketID int64, sent sentFields) response {
	id, err := wholeNumber(sent["id"])
	if err != nil {
		return failed("Missing Required Field: id")
	}
	before, found := notes.rows[id]
	if !found || before["ticketID"] != ticketID || !t.visible(notes, before) {
		return failed("No matching records found. The logged in Resource may not have the required permissions to update the data.")
	}
	changed, problems := notes.read(sent)
	after := maps.Clone(before)
	maps.Copy(after, changed)
	if len(problems) == 0 {
		problems = t.problemsWith(notes, after, changed)
	}
	ticket := t.entities["tickets"].rows[ticketID]
	if t.categoryOf(ticket).RequireNoteTitle && empty(after["title"]) {
		problems = append(problems, "Missing Required Field: title")
	}
	if len(problems) > 0 {
		return failed(problems...)
	}
	after["lastActivityDate"] = t.now().UTC()
	ticket["lastActivityDate"], notes.rows[id] = t.now().UTC(), after
	return done(id)
}

// keepNote keeps a checked note; it counts as activity on its ticket.
func (t *Tenant) keepNote(r row) int64 {
	now := t.now().UTC()
	r["createDateTime"], r["lastActivityDate"] = now, now
	if empty(r["creatorResourceID"]) { // which the API cannot set
		r["creatorResourceID"] = t.apiUser()
	}
	ticket := t.entities["tickets"].rows[get[int64](r, "ticketID")]
	ticket["lastActivityDate"] = now
	id := t.entities["ticketnotes"].add(r)
	t.setOff("note", ticket)
	return id
}
