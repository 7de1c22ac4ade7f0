package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestCustomerIsAddedEditedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "operator")

	page := site.Get(t, "/customers").Has(t, ".empty", "There are no customers yet").Submit(t, "#add-customer", "name", " Acme ")
	page.Has(t, ".flash", "The customer Acme is added.").Has(t, "h1", "Acme")

	again := site.Get(t, "/customers").Submit(t, "#add-customer", "name", "ACME")
	again.Has(t, ".field-fault", "A customer named ACME is already there.")
	if got := again.Attr(t, "#name", "value"); again.Status != http.StatusConflict || got != "ACME" {
		t.Errorf("status %d, name %q; want 409 and what the person typed", again.Status, got)
	}
	if empty := site.Post(t, "/customers", url.Values{}); empty.Status != http.StatusUnprocessableEntity {
		t.Errorf("no name: status %d, want 422", empty.Status)
	}

	page = page.Submit(t, "#edit-customer", "name", "Acme Holding").Has(t, ".flash", "The customer is saved.").Has(t, "h1", "Acme Holding")
	page = site.Post(t, page.Path, values("name", "Acme Holding")).Has(t, ".page-head .chip", "Inactive")
	site.Get(t, "/customers").Has(t, "#customers .is-off", "Acme Holding")

	refused := page.Submit(t, "#delete-customer", "confirm", "acme")
	refused.Has(t, ".danger .field-fault", "type its name: Acme Holding")
	if refused.Status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong name: status %d, want 422", refused.Status)
	}
	gone := refused.Submit(t, "#delete-customer", "confirm", "Acme Holding").Has(t, ".flash", "The customer Acme Holding is deleted.")
	if gone.Path != "/customers" {
		t.Errorf("after the deletion the address is %s, want /customers", gone.Path)
	}
}

func TestCustomerWithJobsStays(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	job := storetest.Job(t, s.db, "Acme", "Daily Servers")
	site := s.as(t, "operator")
	path := fmt.Sprintf("/customers/%d", job.CustomerID)
	site.Get(t, path).HasNot(t, "#delete-customer").
		Has(t, "main", "A customer with jobs cannot be deleted.").
		Has(t, "#jobs a[href='/jobs/"+fmt.Sprint(job.ID)+"']", "Daily Servers")
	page := site.Post(t, path+"/delete", values("confirm", "Acme"))
	page.Has(t, ".field-fault", "The customer still has 1 jobs.")
	if page.Status != http.StatusConflict {
		t.Errorf("status %d, want 409", page.Status)
	}
}

func TestCustomersAreSearchedAndRead(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	const customers = 120
	for i := range customers {
		storetest.Customer(t, s.db, fmt.Sprintf("Customer %03d", i))
	}
	site := s.as(t, "viewer")
	seen := 0
	page := site.Get(t, "/customers?q=customer&cursor=")
	for part := range 4 {
		seen += page.Count(t, "#customers tbody tr")
		if page.Count(t, ".pager a[rel=next]") == 0 {
			break
		}
		if part == 3 {
			t.Fatal("the list does not end")
		}
		page = page.Click(t, ".pager a[rel=next]")
	}
	if seen != customers {
		t.Errorf("the parts of the list hold %d customers, want %d", seen, customers)
	}
	page.Click(t, ".pager a:not([rel])").Has(t, "#customers tr", "Customer 000")
	site.Get(t, "/customers").Submit(t, "#search", "q", "mer 07").
		Has(t, "#customers tr", "Customer 070").HasNot(t, ".pager")
	site.Get(t, "/customers?q=%25").Has(t, ".empty", "Nothing holds “%”.")
	if bad := site.Ask(t, "/customers?cursor=!"); bad.Status != http.StatusUnprocessableEntity {
		t.Errorf("a broken cursor: status %d, want 422", bad.Status)
	}
}

func TestViewerSeesCustomersButChangesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	acme := storetest.Customer(t, s.db, "Acme")
	site := s.as(t, "viewer")
	site.Get(t, "/customers").Has(t, "#customers a", "Acme").HasNot(t, "#add-customer")
	site.Get(t, fmt.Sprintf("/customers/%d", acme.ID)).HasNot(t, "main form").HasNot(t, "a[href='/settings/autotask']")
	if page := site.Post(t, fmt.Sprintf("/customers/%d", acme.ID), values("name", "Mine")); page.Status != http.StatusForbidden {
		t.Errorf("status %d, want 403", page.Status)
	}
}

func TestHostileNamesOfCustomersAreText(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "admin")
	for _, name := range hostileNames() {
		page := site.Post(t, "/customers", values("name", name))
		wantText(t, page.Path, page.Body, name)
		page.Has(t, "h1", strings.Join(strings.Fields(name), " "))
	}
	for _, path := range []string{"/customers", "/settings/audit"} {
		page := site.Get(t, path)
		for _, name := range hostileNames() {
			wantText(t, path, page.Body, name)
		}
	}
	err := s.db.Read(t.Context(), func(tx *store.Tx) error {
		found, err := tx.Customers(t.Context(), store.CustomerFilter{})
		if len(found.Items) != len(hostileNames()) {
			t.Errorf("%d customers, want %d", len(found.Items), len(hostileNames()))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wantText expects that a hostile name did not become markup.
func wantText(t *testing.T, where, body, name string) {
	t.Helper()
	if strings.ContainsAny(name, "<>") && strings.Contains(body, name) {
		t.Errorf("%s holds %q as markup", where, name)
	}
	if strings.Contains(body, `href="javascript:`) {
		t.Errorf("%s links to a script", where)
	}
}

func TestJobsAreFilteredAndArchived(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	daily := storetest.Job(t, s.db, "Acme", "Daily Servers")
	storetest.Job(t, s.db, "Globex", "Daily Files")
	addJob(t, s.db, backup.Job{CustomerID: daily.CustomerID, Software: "Proxmox VE", Type: "vzdump", Name: "pve1"})
	site := s.as(t, "operator")
	for query, want := range map[string]int{
		"": 3, "?q=daily": 2, "?q=globex": 1, "?customer=acme": 2, "?customer=Nobody": 0, "?software=proxmox+ve": 1,
		"?software=Nothing": 0, "?archived=yes": 0, "?archived=all": 3, "?customer=Acme&software=Veeam&q=servers": 1,
	} {
		if got := site.Get(t, "/jobs"+query).Count(t, "#jobs tbody tr"); got != want {
			t.Errorf("/jobs%s lists %d jobs, want %d", query, got, want)
		}
	}
	page := site.Get(t, "/jobs?customer=Acme&q=daily").Has(t, "#software-names", "").
		Submit(t, fmt.Sprintf("#archive-%d", daily.ID), "archived", "true")
	page.Has(t, ".flash", "The job Daily Servers is archived").Has(t, ".empty", "No job fits")
	site.Get(t, "/jobs?archived=yes").Has(t, "#jobs .is-off", "Daily Servers").
		Submit(t, fmt.Sprintf("#archive-%d", daily.ID), "archived", "false").Has(t, ".flash", "is in use again").HasNot(t, "#jobs")
	away := site.Post(t, fmt.Sprintf("/jobs/%d/archive", daily.ID), values("archived", "true", "next", "https://evil.example/jobs"))
	if away.Path != "/jobs" {
		t.Errorf("a foreign next leads to %s, want /jobs", away.Path)
	}
	s.as(t, "viewer").Get(t, "/jobs").Has(t, "#jobs a", "pve1").HasNot(t, "#jobs form")
}

// One software of many customers may begin far down the list.
func TestJobsOfOneSoftwareAreFoundBehindManyOthers(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	acme := storetest.Customer(t, s.db, "Acme")
	err := s.db.Write(t.Context(), func(tx *store.Tx) error {
		for i := range 510 {
			if _, err := tx.AddJob(t.Context(), backup.Job{CustomerID: acme.ID, Software: "Alpha", Type: "Backup", Name: fmt.Sprintf("job %03d", i)}); err != nil {
				return err
			}
		}
		_, err := tx.AddJob(t.Context(), backup.Job{CustomerID: acme.ID, Software: "Zeta", Type: "Backup", Name: "the only one"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page := s.as(t, "viewer").Get(t, "/jobs?software=zeta").Has(t, "#jobs tr", "the only one")
	if got := page.Count(t, "#jobs tbody tr"); got != 1 {
		t.Errorf("%d jobs of Zeta, want one", got)
	}
}

func addJob(t *testing.T, db *store.DB, job backup.Job) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.AddJob(t.Context(), job)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
