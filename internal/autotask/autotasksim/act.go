package autotasksim

import (
	"errors"
	"fmt"
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
func (s *Server) AddTicket(ticket Ticket) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tickets := s.entities["tickets"]
	r := row{
		"title": ticket.Title, "companyID": ticket.CompanyID, "description": ticket.Description,
		"status": orDefault(s, "status", ticket.Status), "priority": orDefault(s, "priority", ticket.Priority),
		"queueID": orDefault(s, "queueID", ticket.QueueID),
	}
	if ticket.Source != 0 {
		r["source"] = ticket.Source
	}
	if ticket.ExternalID != "" {
		r["externalID"] = ticket.ExternalID
	}
	s.fillFromCategory(r)
	if problems := s.problemsWith(tickets, r, r); len(problems) > 0 {
		return 0, errors.New(strings.Join(problems, " "))
	}
	return s.keepTicket(r), nil
}

// orDefault returns value, or the default of the picklist for 0.
func orDefault(s *Server, list string, value int64) int64 {
	if value != 0 {
		return value
	}
	for _, choice := range s.seed.Picklists[list] {
		if choice.Default {
			return choice.Value
		}
	}
	return 0
}

// change works on a ticket under the lock.
func (s *Server) change(id int64, work func(row)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, found := s.entities["tickets"].rows[id]
	if !found {
		return errNoTicket
	}
	work(r)
	return nil
}

// DeleteTicket removes a ticket with its notes and time entries, and leaves a trace in
// DeletedTicketLogs.
func (s *Server) DeleteTicket(id int64) error {
	return s.change(id, func(r row) {
		s.entities["deletedticketlogs"].add(row{
			"ticketID": id, "ticketNumber": r["ticketNumber"], "ticketTitle": r["title"],
			"deletedByResourceID": apiResource + 1, "deletedDateTime": s.now().UTC(),
		})
		delete(s.entities["tickets"].rows, id)
		for _, child := range []string{"ticketnotes", "timeentries"} {
			for childID, childRow := range s.entities[child].rows {
				if childRow["ticketID"] == id {
					delete(s.entities[child].rows, childID)
				}
			}
		}
	})
}

// SetTicketStatus changes a ticket's status, to Complete (5) or back for example.
func (s *Server) SetTicketStatus(id, status int64) error {
	if _, found := s.choice("status", status); !found {
		return fmt.Errorf("there is no status %d", status)
	}
	return s.change(id, func(r row) {
		before := row{"status": r["status"]}
		r["status"] = status
		s.settle(before, r)
	})
}

// MoveTicket gives a ticket to another company.
func (s *Server) MoveTicket(id, companyID int64) error {
	return s.change(id, func(r row) {
		r["companyID"], r["companyLocationID"] = companyID, nil
		s.settle(r, r)
	})
}

// HideTicket takes the right to see a ticket from the API users, or gives it back.
func (s *Server) HideTicket(id int64, hidden bool) error {
	return s.change(id, func(row) { s.hidden[id] = hidden })
}

// AddTimeEntry adds time that somebody worked on a ticket.
func (s *Server) AddTimeEntry(ticketID int64, hours float64, summary string) error {
	return s.change(ticketID, func(r row) {
		now := s.now().UTC()
		s.entities["timeentries"].add(row{
			"ticketID": ticketID, "resourceID": apiResource + 1, "roleID": int64(29682801), "hoursWorked": hours,
			"dateWorked": now, "createDateTime": now, "summaryNotes": summary,
		})
		r["lastActivityDate"] = now
	})
}

// AddNote adds a note as a person does. Publish 2 is internal.
func (s *Server) AddNote(ticketID int64, title, description string, publish int64) error {
	return s.change(ticketID, func(row) {
		s.keepNote(row{
			"ticketID": ticketID, "title": title, "description": description, "noteType": int64(3), "publish": publish,
		})
	})
}

// company works on a company under the lock.
func (s *Server) company(id int64, work func(row)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, found := s.entities["companies"].rows[id]
	if !found {
		return errNoCompany
	}
	work(r)
	return nil
}

// RenameCompany gives a company another name.
func (s *Server) RenameCompany(id int64, name string) error {
	if name = strings.TrimSpace(name); name == "" {
		return errors.New("a company needs a name")
	}
	return s.company(id, func(r row) { r["companyName"] = name })
}

// SetCompanyActive makes a company active or inactive.
func (s *Server) SetCompanyActive(id int64, active bool) error {
	return s.company(id, func(r row) { r["isActive"] = active })
}

// DeleteCompany removes a company without tickets.
func (s *Server) DeleteCompany(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ticket := range s.entities["tickets"].rows {
		if ticket["companyID"] == id {
			return errors.New("the company has tickets")
		}
	}
	if _, found := s.entities["companies"].rows[id]; !found {
		return errNoCompany
	}
	delete(s.entities["companies"].rows, id)
	return nil
}

// SetChoice changes a picklist value, or adds one: a label renamed, a value made inactive.
func (s *Server) SetChoice(list string, choice Choice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, old := range s.seed.Picklists[list] {
		if old.Value == choice.Value {
			s.seed.Picklists[list][i] = choice
			return
		}
	}
	s.seed.Picklists[list] = append(s.seed.Picklists[list], choice)
}

// SetUser changes an API user, or adds one, and unlocks it.
func (s *Server) SetUser(user User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.failures, user.Name)
	for i, old := range s.seed.Users {
		if strings.EqualFold(old.Name, user.Name) {
			s.seed.Users[i] = user
			return
		}
	}
	s.seed.Users = append(s.seed.Users, user)
}

// MoveZone moves the tenant to another zone: its API has another address, and the old one
// answers 401. The name becomes part of the address.
func (s *Server) MoveZone(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zonePath = "/" + strings.Trim(name, "/")
}
