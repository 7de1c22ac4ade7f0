package autotasksim

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The methods of this file are what people do in Autotask's own pages; the API has none of
// them.

// errNoTicket and errNoCompany answer actions on what is not there.
var (
	errNoTicket  = errors.New("there is no such ticket")
	errNoCompany = errors.New("there is no such company")
)

// AddTicket creates a ticket as a person does and returns its id. Status, priority and queue
// default to New, Medium and the list's default; the company must be active.
func (t *Tenant) AddTicket(ticket Ticket) (int64, error) {
	t.lock()
	defer t.mu.Unlock()
	tickets := t.entities["tickets"]
	r := row{
		"title": ticket.Title, "companyID": ticket.CompanyID, "description": ticket.Description,
		"status": orDefault(t, "status", ticket.Status), "priority": orDefault(t, "priority", ticket.Priority),
		"queueID": orDefault(t, "queueID", ticket.QueueID),
	}
	if ticket.Source != 0 {
		r["source"] = ticket.Source
	}
	if ticket.ExternalID != "" {
		r["externalID"] = ticket.ExternalID
	}
	t.fillFromCategory(r)
	if problems := t.problemsWith(tickets, r, r); len(problems) > 0 {
		return 0, errors.New(strings.Join(problems, " "))
	}
	return t.keepTicket(r, t.person()), nil
}

// orDefault returns value, or the default of the picklist for 0. The caller holds the lock.
func orDefault(t *Tenant, list string, value int64) int64 {
	if value != 0 {
		return value
	}
	for _, choice := range t.seed.Picklists[list] {
		if choice.Default {
			return choice.Value
		}
	}
	return 0
}

// change works on a ticket under the lock.
func (t *Tenant) change(id int64, work func(row)) error {
	t.lock()
	defer t.mu.Unlock()
	r, found := t.entities["tickets"].rows[id]
	if !found {
		return errNoTicket
	}
	work(r)
	return nil
}

// DeleteTicket removes a ticket with its notes and time entries, and leaves a trace in
// DeletedTicketLogs.
func (t *Tenant) DeleteTicket(id int64) error { return t.DeleteTicketBy(id, t.person()) }

// DeleteTicketBy is DeleteTicket by a certain resource.
func (t *Tenant) DeleteTicketBy(id, resourceID int64) error {
	if !slices.ContainsFunc(t.Resources(), func(r Resource) bool { return r.ID == resourceID }) {
		return errors.New("there is no such resource")
	}
	return t.change(id, func(r row) {
		t.entities["deletedticketlogs"].add(row{
			"ticketID": id, "ticketNumber": r["ticketNumber"], "ticketTitle": r["title"],
			"deletedByResourceID": resourceID, "deletedDateTime": t.now().UTC(),
		})
		delete(t.hidden, id)
		delete(t.entities["tickets"].rows, id)
		for _, child := range []string{"ticketnotes", "timeentries"} {
			for childID, childRow := range t.entities[child].rows {
				if childRow["ticketID"] == id {
					delete(t.entities[child].rows, childID)
				}
			}
		}
	})
}

// SetTicketStatus changes a ticket's status, to Complete (5) or back for example.
func (t *Tenant) SetTicketStatus(id, status int64) error {
	if !t.isChoice("status", status) {
		return fmt.Errorf("there is no status %d", status)
	}
	return t.edit(id, func(r row) { r["status"] = status })
}

// ReopenTicket gives a ticket the status of new ones again.
func (t *Tenant) ReopenTicket(id int64) error {
	return t.edit(id, func(r row) { r["status"] = orDefault(t, "status", 0) })
}

// edit changes fields of a ticket as a person does.
func (t *Tenant) edit(id int64, work func(row)) error {
	return t.change(id, func(r row) {
		before := maps.Clone(r)
		work(r)
		t.settle(before, r, t.now().UTC(), t.person())
		t.setOff("update", r)
	})
}

// MoveTicket gives a ticket to another company.
func (t *Tenant) MoveTicket(id, companyID int64) error {
	if err := t.company(companyID, func(row) {}); err != nil {
		return err
	}
	return t.edit(id, func(r row) {
		r["companyID"], r["companyLocationID"] = companyID, 10+companyID
	})
}

// MergeTickets merges a ticket into another of the tenant: a note on each says so, and the
// first is completed. It stays readable.
func (t *Tenant) MergeTickets(id, into int64) error {
	t.lock()
	defer t.mu.Unlock()
	source, foundSource := t.entities["tickets"].rows[id]
	target, foundTarget := t.entities["tickets"].rows[into]
	if !foundSource || !foundTarget {
		return errNoTicket
	}
	if id == into {
		return errors.New("a ticket cannot be merged into itself")
	}
	before := maps.Clone(source)
	source["status"] = statusComplete
	t.settle(before, source, t.now().UTC(), t.person())
	t.setOff("update", source)
	for _, note := range []struct {
		on    int64
		kind  int64
		title string
	}{
		{id, noteMerged, "Merged into " + get[string](target, "ticketNumber")},
		{into, noteAbsorbed, "Absorbed " + get[string](source, "ticketNumber")},
	} {
		t.keepNote(row{
			"ticketID": note.on, "title": note.title, "description": note.title + ".", "noteType": note.kind,
			"publish": int64(2), "creatorResourceID": t.person(),
		})
	}
	return nil
}

// HideTicket takes the right to see a ticket from the API users, or gives it back.
func (t *Tenant) HideTicket(id int64, hidden bool) error {
	return t.change(id, func(row) { t.hidden[id] = hidden })
}

// AddTimeEntry adds time that somebody worked on a ticket.
func (t *Tenant) AddTimeEntry(ticketID int64, hours float64, summary string) error {
	return t.change(ticketID, func(r row) {
		now := t.now().UTC()
		t.entities["timeentries"].add(row{
			"ticketID": ticketID, "resourceID": t.person(), "roleID": int64(29682801), "hoursWorked": hours,
			"dateWorked": now, "createDateTime": now, "summaryNotes": summary,
		})
		r["lastActivityDate"] = now
	})
}

// AddNote adds a note as a person does. Publish 2 is internal.
func (t *Tenant) AddNote(ticketID int64, title, description string, publish int64) error {
	return t.change(ticketID, func(row) {
		t.keepNote(row{
			"ticketID": ticketID, "title": title, "description": description, "noteType": int64(3), "publish": publish,
			"creatorResourceID": t.person(),
		})
	})
}

// company works on a company under the lock.
func (t *Tenant) company(id int64, work func(row)) error {
	t.lock()
	defer t.mu.Unlock()
	r, found := t.entities["companies"].rows[id]
	if !found {
		return errNoCompany
	}
	work(r)
	return nil
}

// RenameCompany gives a company another name.
func (t *Tenant) RenameCompany(id int64, name string) error {
	if name = strings.TrimSpace(name); name == "" {
		return errors.New("a company needs a name")
	}
	return t.company(id, func(r row) { r["companyName"] = name })
}

// SetCompanyActive makes a company active or inactive.
func (t *Tenant) SetCompanyActive(id int64, active bool) error {
	return t.company(id, func(r row) { r["isActive"] = active })
}

// DeleteCompany removes a company without tickets.
func (t *Tenant) DeleteCompany(id int64) error {
	t.lock()
	defer t.mu.Unlock()
	for _, ticket := range t.entities["tickets"].rows {
		if ticket["companyID"] == id {
			return errors.New("the company has tickets")
		}
	}
	if _, found := t.entities["companies"].rows[id]; !found {
		return errNoCompany
	}
	delete(t.entities["companies"].rows, id)
	return nil
}

// SetChoice changes a picklist value, or adds one: a label renamed, a value made inactive.
func (t *Tenant) SetChoice(list string, choice Choice) {
	t.lock()
	defer t.mu.Unlock()
	for i, old := range t.seed.Picklists[list] {
		if old.Value == choice.Value {
			t.seed.Picklists[list][i] = choice
			return
		}
	}
	t.seed.Picklists[list] = append(t.seed.Picklists[list], choice)
}

// SetChoiceActive makes a picklist value active or inactive.
func (t *Tenant) SetChoiceActive(list string, value int64, active bool) error {
	return t.changeChoice(list, value, func(c *Choice) { c.Inactive = !active })
}

// RenameChoice gives a picklist value another label.
func (t *Tenant) RenameChoice(list string, value int64, label string) error {
	if label = strings.TrimSpace(label); label == "" {
		return errors.New("a value needs a label")
	}
	return t.changeChoice(list, value, func(c *Choice) { c.Label = label })
}

// changeChoice works on a picklist value under the lock.
func (t *Tenant) changeChoice(list string, value int64, work func(*Choice)) error {
	t.lock()
	defer t.mu.Unlock()
	choices := t.seed.Picklists[list]
	i := slices.IndexFunc(choices, func(c Choice) bool { return c.Value == value })
	if i < 0 {
		return fmt.Errorf("the list %s has no value %d", list, value)
	}
	work(&choices[i])
	return nil
}

// Deny takes the right to an entity, such as "DeletedTicketLogs", from all API users, or
// gives it back.
func (t *Tenant) Deny(entity string, denied bool) error {
	t.lock()
	defer t.mu.Unlock()
	e := t.entities[strings.ToLower(entity)]
	if e == nil {
		return fmt.Errorf("there is no entity %q", entity)
	}
	for i, user := range t.seed.Users {
		names := slices.DeleteFunc(slices.Clone(user.Denied), func(name string) bool { return strings.EqualFold(name, e.name) })
		if denied {
			names = append(names, e.name)
		}
		t.seed.Users[i].Denied = names
	}
	return nil
}

// SetUser changes an API user, or adds one, and unlocks it.
func (t *Tenant) SetUser(user User) {
	t.lock()
	defer t.mu.Unlock()
	delete(t.failures, user.Name)
	for i, old := range t.seed.Users {
		if strings.EqualFold(old.Name, user.Name) {
			t.seed.Users[i] = user
			return
		}
	}
	t.seed.Users = append(t.seed.Users, user)
}

// MoveZone moves the tenant to another zone: its API has another address, and the old one
// answers 401. The name becomes part of the address.
func (t *Tenant) MoveZone(name string) {
	t.lock()
	defer t.mu.Unlock()
	t.zonePath = zonePath(name)
}
