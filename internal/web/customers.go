package web

import (
	"net/http"

	"backupchecks/internal/backup"
	"backupchecks/internal/customer"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

type customersPage struct {
	layout
	Search    string
	Customers []customerRow
	MayEdit   bool
	Off       bool // the Autotask integration is off
	Form      customerForm
	Faults    faults
	pager
}

func (*customersPage) template() string { return "customers.html" }

type customerRow struct {
	ID      backup.CustomerID
	Name    string
	Active  bool
	Mapping mappingView
}

type customerForm struct {
	Name   string
	Active bool
}

func (s *Server) customersPage(w http.ResponseWriter, r *http.Request) error {
	return s.showCustomers(w, r, http.StatusOK, &customersPage{})
}

func (s *Server) addCustomer(w http.ResponseWriter, r *http.Request) error {
	name := r.FormValue("name")
	var added backup.Customer
	err := s.db.Write(r.Context(), func(tx *store.Tx) (err error) {
		added, err = customer.Add(r.Context(), tx, userFrom(r.Context()), name)
		return err
	})
	if wrong := refusal(err, "name"); wrong != nil {
		return s.showCustomers(w, r, statusOf(backup.KindOf(err)), &customersPage{Form: customerForm{Name: name}, Faults: wrong})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "The customer "+added.Name+" is added.", "/customers/%d", added.ID)
}

func (s *Server) showCustomers(w http.ResponseWriter, r *http.Request, status int, page *customersPage) error {
	page.Title, page.Search = "Customers", searchOf(r)
	page.MayEdit = backup.May(userFrom(r.Context()), backup.EditCustomers)
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		clock, err := readClock(r.Context(), tx)
		if err != nil {
			return err
		}
		set, err := settings.LoadAutotask(r.Context(), tx)
		if err != nil {
			return err
		}
		page.Off = !set.Enabled
		found, err := tx.Customers(r.Context(), store.CustomerFilter{Search: page.Search, Cursor: r.FormValue("cursor")})
		if err != nil {
			return err
		}
		page.pager = pagerOf(r, found.Next)
		for _, one := range found.Items {
			page.Customers = append(page.Customers, customerRow{
				ID: one.ID, Name: one.Name, Active: one.Active, Mapping: viewMapping(one.Mapping, set, clock),
			})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.show(w, r, status, page)
}
