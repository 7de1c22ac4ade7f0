package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/store/storetest"
)

func TestCustomerIsMappedRenamedBrokenAndCleared(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	s.setUp(t, ready())
	acme := storetest.Customer(t, s.db, "Acme")
	path := fmt.Sprintf("/customers/%d", acme.ID)
	site := s.as(t, "operator")

	page := site.Get(t, path).Has(t, "#mapping .mapping", "No company").Has(t, "#mapping", "Tickets cannot be created")
	s.wantSilence(t)
	page = page.Submit(t, "#find-company", "company", "acme").Has(t, ".companies li", "Acme B.V. Id 175 · A-17")
	if got := page.Attr(t, "#company", "value"); got != "acme" {
		t.Errorf("the search says %q, want what the person typed", got)
	}
	page = page.Submit(t, "#map-175").Has(t, ".flash", "The customer is mapped to Acme B.V.").
		Has(t, "#mapping .mapping-ok", "OK").Has(t, "#mapping dd", "175")

	if err := s.sim.RenameCompany(acmeCompany, "Acme Holding"); err != nil {
		t.Fatal(err)
	}
	page = page.Submit(t, "#refresh-mapping").Has(t, ".flash", "called Acme Holding in Autotask now").
		Has(t, "#mapping .mapping-renamed", "Renamed").Has(t, "#mapping dd", "Acme Holding").Has(t, "h1", "Acme")
	site.Get(t, "/customers").Has(t, "#customers td", "Confirm the new name")
	page = page.Submit(t, "#confirm-name").Has(t, "#mapping .mapping-ok", "OK").HasNot(t, "#confirm-name")

	if err := s.sim.DeleteCompany(acmeCompany); err != nil {
		t.Fatal(err)
	}
	page = page.Submit(t, "#refresh-mapping").Has(t, "#mapping .mapping-invalid", "Broken").
		Has(t, "#mapping", "Tickets cannot be created for this customer.")
	site.Get(t, "/customers").Has(t, "#customers td", "Choose another company")

	page.Submit(t, "#clear-mapping").Has(t, ".flash", "The mapping is cleared.").Has(t, "#mapping .mapping", "No company")
	if got := s.customer(t, acme.ID); got.Mapping.CompanyID != nil || got.Name != "Acme" {
		t.Errorf("stored: %+v, want Acme without a company", got)
	}
}

func TestCompaniesAreSearchedWhileTyping(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	s.setUp(t, ready())
	acme := storetest.Customer(t, s.db, "Acme")
	site := s.as(t, "operator")
	ask := func(text string) string {
		page := site.Ask(t, fmt.Sprintf("/customers/%d/companies?company=%s", acme.ID, text), "HX-Request", "true")
		if strings.Contains(page.Body, "<html") {
			t.Errorf("the search for %q answers with a whole page", text)
		}
		return page.Text("body")
	}
	ask("")
	ask("k")
	s.wantSilence(t)
	if got := ask("kestrel"); !strings.Contains(got, "Id 185 · K-11") || !strings.Contains(got, "Id 186 · K-12") {
		t.Errorf("two companies of one name: %q, want both told apart by id and number", got)
	}
	if got := ask("lindenhof"); !strings.Contains(got, "Inactive in Autotask") || strings.Contains(got, "Use this company") {
		t.Errorf("an inactive company: %q, want it shown and not offered", got)
	}
	if got := ask("xyzzy"); !strings.Contains(got, "Autotask has no company whose name or number holds “xyzzy”.") {
		t.Errorf("nothing found: %q", got)
	}
}

func TestMappingRefusals(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	s.setUp(t, ready())
	first, second := storetest.Customer(t, s.db, "First"), storetest.Customer(t, s.db, "Second")
	if _, err := s.station.Map(t.Context(), admin(), first.ID, acmeCompany); err != nil {
		t.Fatal(err)
	}
	site := s.as(t, "operator")
	path := fmt.Sprintf("/customers/%d/mapping", second.ID)
	for _, test := range []struct {
		company string
		status  int
		want    string
	}{
		{"175", http.StatusConflict, "The company is already mapped to the customer First."},
		{"187", http.StatusUnprocessableEntity, "Lindenhof Bakeries is inactive in Autotask"},
		{"4711", http.StatusUnprocessableEntity, "Autotask has no company 4711"},
		{"", http.StatusUnprocessableEntity, "Choose one of the companies"},
		{"-1", http.StatusUnprocessableEntity, "Choose one of the companies"},
		{"x", http.StatusUnprocessableEntity, "Choose one of the companies"},
	} {
		page := site.Post(t, path, values("company_id", test.company)).Has(t, "#mapping [role=alert]", test.want)
		if page.Status != test.status {
			t.Errorf("company %q: status %d, want %d", test.company, page.Status, test.status)
		}
	}
	page := site.Post(t, path+"/refresh", nil).Has(t, "#mapping [role=alert]", "has no company in Autotask to refresh")
	if page.Status != http.StatusConflict {
		t.Errorf("refresh without a company: status %d, want 409", page.Status)
	}
	site.Post(t, path, values("company_id", "0")).Has(t, "#mapping dd", "Our Own Service Desk").Has(t, "#mapping .mapping-ok", "OK")
}

func TestNothingIsAskedOfAutotaskWhileItIsOff(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	s.setUp(t, ready())
	acme := storetest.Customer(t, s.db, "Acme")
	if _, err := s.station.Map(t.Context(), admin(), acme.ID, acmeCompany); err != nil {
		t.Fatal(err)
	}
	off := ready()
	off.Enabled = false
	s.setUp(t, off)
	path := fmt.Sprintf("/customers/%d", acme.ID)

	site := s.as(t, "admin")
	site.Get(t, path+"?company=birch").Has(t, "#mapping [role=note]", "switched off, so nothing is asked of Autotask").
		Has(t, "#mapping a[href='/settings/autotask']", "Open the Autotask settings").
		Has(t, "#mapping dd", "Acme B.V.").HasNot(t, "#find-company").HasNot(t, "#refresh-mapping")
	s.as(t, "operator").Get(t, path).Has(t, "#mapping [role=note]", "An administrator can switch it on")
	site.Ask(t, path+"/companies?company=birch", "HX-Request", "true").Has(t, "[role=alert]", "The Autotask integration is switched off.")
	for _, act := range []string{"/mapping?company_id=176", "/mapping/refresh"} {
		page := site.Post(t, path+act, nil).Has(t, "#mapping [role=alert]", "The Autotask integration is switched off.")
		if page.Status != http.StatusConflict {
			t.Errorf("%s: status %d, want 409", act, page.Status)
		}
	}
	site.Get(t, path).Submit(t, "#clear-mapping").Has(t, "#mapping .mapping", "No company")
	site.Get(t, "/customers").Has(t, "main", "nothing is asked of Autotask")
	site.Get(t, "/tickets")
	s.wantSilence(t)
}

func TestHostileNamesOfCompaniesAreText(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	s.setUp(t, ready())
	acme := storetest.Customer(t, s.db, "Acme")
	site := s.as(t, "operator")
	path := fmt.Sprintf("/customers/%d", acme.ID)
	for _, name := range hostileNames() {
		if err := s.sim.RenameCompany(birchCompany, name); err != nil {
			t.Fatal(err)
		}
		found := site.Get(t, path+"?company=B-20").Has(t, ".companies li", strings.Join(strings.Fields(name), " "))
		wantText(t, "the search", found.Body, name)
		page := found.Submit(t, "#map-176")
		wantText(t, "the customer's page", page.Body, name)
		wantText(t, "the list", site.Get(t, "/customers").Body, name)
		if got := s.customer(t, acme.ID).Mapping; got.CompanyName != strings.TrimSpace(name) || got.Status != backup.MappingOK {
			t.Errorf("stored as %+v, want the name %q", got, name)
		}
	}
}
