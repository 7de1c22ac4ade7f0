package web

import (
	"net/http"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/customer"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// jobsShown is how many of a customer's jobs its page lists; the others are in Jobs.
const jobsShown = 100

type customerPage struct {
	layout
	ID        backup.CustomerID
	Name      string
	Active    bool
	Created   whenView
	Mapping   mappingView
	Companies companySearch
	Jobs      []jobRow
	MoreJobs  bool
	MayEdit   bool
	MaySet    bool // may open the settings
	Form      customerForm
	Faults    faults
	Problem   string // why an act on the mapping failed
}

func (*customerPage) template() string { return "customer.html" }

func (s *Server) customerPage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.CustomerID](r, "id")
	if err != nil {
		return err
	}
	return s.showCustomer(w, r, http.StatusOK, id, &customerPage{})
}

func (s *Server) updateCustomer(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.CustomerID](r, "id")
	if err != nil {
		return err
	}
	form := customerForm{Name: r.FormValue("name"), Active: r.FormValue("active") == "on"}
	err = s.db.Write(r.Context(), func(tx *store.Tx) error {
		_, err := customer.Update(r.Context(), tx, userFrom(r.Context()), id, customer.Change{Name: &form.Name, Active: &form.Active})
		return err
	})
	if wrong := refusal(err, "name"); wrong != nil {
		return s.showCustomer(w, r, statusOf(backup.KindOf(err)), id, &customerPage{Form: form, Faults: wrong})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "The customer is saved.", "/customers/%d", id)
}

// deleteCustomer wants the name typed, so that nobody deletes a customer by a slip.
func (s *Server) deleteCustomer(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.CustomerID](r, "id")
	if err != nil {
		return err
	}
	var name string
	err = s.db.Write(r.Context(), func(tx *store.Tx) error {
		one, err := tx.Customer(r.Context(), id)
		if err != nil {
			return err
		}
		if name = one.Name; strings.TrimSpace(r.FormValue("confirm")) != name {
			return backup.Errorf(backup.Invalid, "To delete the customer, type its name: %s", name).In("confirm")
		}
		return customer.Remove(r.Context(), tx, userFrom(r.Context()), id)
	})
	if wrong := refusal(err, "confirm"); wrong != nil {
		return s.showCustomer(w, r, statusOf(backup.KindOf(err)), id, &customerPage{Faults: wrong})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "The customer "+name+" is deleted.", "/customers")
}

// showCustomer fills the page around what came of an act, if there was one.
func (s *Server) showCustomer(w http.ResponseWriter, r *http.Request, status int, id backup.CustomerID, page *customerPage) error {
	user := userFrom(r.Context())
	page.ID = id
	page.MayEdit, page.MaySet = backup.May(user, backup.EditCustomers), backup.May(user, backup.ManageSettings)
	var set settings.AutotaskSettings
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		clock, err := readClock(r.Context(), tx)
		if err != nil {
			return err
		}
		if set, err = settings.LoadAutotask(r.Context(), tx); err != nil {
			return err
		}
		one, err := tx.Customer(r.Context(), id)
		if err != nil {
			return err
		}
		page.Title, page.Name, page.Active, page.Created = one.Name, one.Name, one.Active, clock.at(one.CreatedAt)
		page.Mapping = viewMapping(one.Mapping, set, clock)
		if page.Faults.In("name") == "" {
			page.Form = customerForm{Name: one.Name, Active: one.Active}
		}
		jobs, err := tx.Jobs(r.Context(), store.JobFilter{CustomerID: id, Limit: jobsShown})
		page.Jobs, page.MoreJobs = jobRows(jobs.Items), jobs.Next != ""
		return err
	})
	if err != nil {
		return err
	}
	page.Companies.ID, page.Companies.Off = id, !set.Enabled
	if page.MayEdit && set.Enabled && r.Method == http.MethodGet {
		if err := s.searchCompanies(r, &page.Companies); err != nil {
			return err
		}
	}
	return s.show(w, r, status, page)
}
