package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestCustomers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		added := s.ask(t, operator, "POST", "/customers", `{"name":"  Bakery North "}`).want(t, 201)
		added.has(t, "name", "Bakery North").has(t, "active", true).has(t, "autotask.status", "missing").has(t, "autotask.company_id", nil).has(t, "autotask.synced_at", nil)
		s.ask(t, operator, "POST", "/customers", `{"name":"bakery  north"}`).want(t, 409).has(t, "errors.0.field", "name")
		s.ask(t, operator, "POST", "/customers", `{"name":" "}`).want(t, 422).has(t, "errors.0.location", "body.name")
		s.ask(t, operator, "POST", "/customers", `{}`).want(t, 422).says(t, "required property name")
		s.ask(t, operator, "POST", "/customers", `{"name":"`+strings.Repeat("n", 201)+`"}`).want(t, 422)
		other := s.ask(t, operator, "POST", "/customers", `{"name":"Acme"}`).want(t, 201)

		path := fmt.Sprintf("/customers/%d", added.id(t, "id"))
		s.ask(t, operator, "PATCH", path, `{"name":"Bakery South"}`).want(t, 200).has(t, "name", "Bakery South").has(t, "active", true)
		s.ask(t, operator, "PATCH", path, `{"active":false}`).want(t, 200).has(t, "name", "Bakery South").has(t, "active", false)
		s.ask(t, operator, "PATCH", path, `{}`).want(t, 200).has(t, "active", false)
		s.ask(t, operator, "PATCH", path, `{"name":"ACME"}`).want(t, 409)
		s.ask(t, operator, "PATCH", path, `{"name":null}`).want(t, 200).has(t, "name", "Bakery South")
		s.ask(t, viewer, "GET", path, "").want(t, 200).has(t, "name", "Bakery South")

		s.ask(t, viewer, "GET", "/customers", "").want(t, 200).length(t, "items", 2).has(t, "items.0.name", "Acme")
		s.ask(t, viewer, "GET", "/customers?search=south", "").want(t, 200).length(t, "items", 1)
		first := s.ask(t, viewer, "GET", "/customers?limit=1", "").want(t, 200)
		s.ask(t, viewer, "GET", fmt.Sprintf("/customers?limit=1&cursor=%v", first.at(t, "next")), "").want(t, 200).has(t, "items.0.name", "Bakery South").has(t, "next", nil)

		storetest.Job(t, db, "Acme", "Nightly")
		s.ask(t, operator, "DELETE", fmt.Sprintf("/customers/%d", other.id(t, "id")), "").want(t, 409).says(t, "still has 1 jobs")
		s.ask(t, operator, "DELETE", path, "").want(t, 204)
		for _, method := range []string{"GET", "DELETE", "PATCH"} {
			body := ""
			if method == "PATCH" {
				body = `{"active":true}`
			}
			s.ask(t, operator, method, path, body).want(t, 404).says(t, "There is no customer")
		}
	})
}

func TestMappings(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	off := storetest.Customer(t, s.db, "Offline")
	s.ask(t, operator, "PUT", fmt.Sprintf("/customers/%d/autotask", off.ID), `{"company_id":175}`).want(t, 422)
	s.connect(t)
	acme := storetest.Customer(t, s.db, "Acme")
	path := fmt.Sprintf("/customers/%d/autotask", acme.ID)
	s.ask(t, viewer, "GET", fmt.Sprintf("/customers/%d", acme.ID), "").want(t, 200).has(t, "autotask.company_name", "Acme B.V.").has(t, "autotask.status", "ok")

	if err := s.sim.RenameCompany(acmeCompany, "Acme Holding"); err != nil {
		t.Fatal(err)
	}
	s.ask(t, operator, "POST", path+"/refresh", "").want(t, 200).has(t, "status", "renamed").has(t, "company_name", "Acme Holding").has(t, "company_id", float64(175))
	if err := s.sim.SetCompanyActive(acmeCompany, false); err != nil {
		t.Fatal(err)
	}
	s.ask(t, operator, "POST", path+"/refresh", "").want(t, 200).has(t, "status", "invalid")

	other := fmt.Sprintf("/customers/%d/autotask", storetest.Customer(t, s.db, "Birch").ID)
	s.ask(t, operator, "PUT", other, `{"company_id":175}`).want(t, 422).says(t, "inactive")
	s.ask(t, operator, "PUT", other, `{"company_id":4711}`).want(t, 422).has(t, "errors.0.location", "body.company_id")
	s.ask(t, operator, "PUT", other, `{"company_id":0}`).want(t, 200).has(t, "company_id", float64(0))
	s.ask(t, operator, "PUT", path, `{"company_id":0}`).want(t, 409).says(t, "already mapped to the customer Birch")
	s.ask(t, operator, "PUT", path, `{"company_id":null}`).want(t, 422)
	s.ask(t, operator, "DELETE", path, "").want(t, 200).has(t, "status", "missing").has(t, "company_id", nil)
	s.ask(t, operator, "POST", path+"/refresh", "").want(t, 409)
	for _, method := range []string{"PUT", "DELETE"} {
		body := ""
		if method == "PUT" {
			body = `{"company_id":176}`
		}
		s.ask(t, operator, method, "/customers/4711/autotask", body).want(t, 404)
	}
}

func TestCompanies(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	s.ask(t, operator, "GET", "/autotask/companies?query=acme", "").want(t, 422).says(t, "credentials are not complete")
	s.connect(t)
	found := s.ask(t, operator, "GET", "/autotask/companies?query=acme", "").want(t, 200).length(t, "items", 1).has(t, "next", nil)
	found.has(t, "items.0.id", float64(175)).has(t, "items.0.name", "Acme B.V.").has(t, "items.0.number", "A-17").has(t, "items.0.active", true)
	s.ask(t, operator, "GET", "/autotask/companies?query=nobody", "").want(t, 200).length(t, "items", 0)
}

func TestJobs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		job := storetest.Job(t, db, "Acme", "Nightly")
		taken := storetest.Job(t, db, "Bakery North", "Nightly")
		free := storetest.Customer(t, db, "Canal House")
		path := fmt.Sprintf("/jobs/%d", job.ID)
		s.ask(t, viewer, "GET", path, "").want(t, 200).has(t, "name", "Nightly").has(t, "software", "Veeam").has(t, "type", "Backup").
			has(t, "customer.name", "Acme").has(t, "archived", false)
		s.ask(t, viewer, "GET", "/jobs", "").want(t, 200).length(t, "items", 2).has(t, "next", nil)
		s.ask(t, viewer, "GET", fmt.Sprintf("/jobs?customer_id=%d", taken.CustomerID), "").want(t, 200).length(t, "items", 1).has(t, "items.0.id", float64(taken.ID))

		s.ask(t, operator, "PATCH", path, `{"archived":true}`).want(t, 200).has(t, "archived", true)
		s.ask(t, viewer, "GET", "/jobs?archived=true", "").want(t, 200).length(t, "items", 1).has(t, "items.0.id", float64(job.ID))
		s.ask(t, viewer, "GET", "/jobs?archived=false", "").want(t, 200).length(t, "items", 1).has(t, "items.0.id", float64(taken.ID))

		s.ask(t, operator, "PATCH", path, fmt.Sprintf(`{"customer_id":%d}`, free.ID)).want(t, 200).has(t, "customer.name", "Canal House").has(t, "archived", true)
		s.ask(t, operator, "PATCH", path, fmt.Sprintf(`{"customer_id":%d}`, taken.CustomerID)).want(t, 409)
		s.ask(t, operator, "PATCH", path, `{"customer_id":4711}`).want(t, 422).has(t, "errors.0.location", "body.customer_id")
		s.ask(t, operator, "PATCH", path, `{"name":"Other"}`).want(t, 422).says(t, "Unexpected property.")
		s.ask(t, operator, "PATCH", "/jobs/4711", `{"archived":true}`).want(t, 404)
		s.ask(t, viewer, "GET", "/jobs/4711", "").want(t, 404)
		s.ask(t, viewer, "PATCH", path, `{"archived":false}`).want(t, http.StatusForbidden)
	})
}
