package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestSettingsChangeWhatIsGiven(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		fresh := s.ask(t, admin, "GET", "/settings/autotask", "").want(t, 200)
		fresh.has(t, "enabled", false).has(t, "environment", "sandbox").has(t, "password_set", false).has(t, "queue_id", nil).
			has(t, "max_objects", float64(10)).has(t, "updated_at", nil)
		changed := s.ask(t, admin, "PATCH", "/settings/autotask", `{"username":" api@example.com ","password":"pl4nted~secret","queue_id":8,"priority_missed":1}`).want(t, 200)
		changed.has(t, "username", "api@example.com").has(t, "password_set", true).has(t, "queue_id", float64(8)).has(t, "environment", "sandbox").has(t, "enabled", false)
		changed = s.ask(t, admin, "PATCH", "/settings/autotask", `{"queue_id":null,"allow_resolve":true}`).want(t, 200)
		changed.has(t, "queue_id", nil).has(t, "allow_resolve", true).has(t, "priority_missed", float64(1)).has(t, "password_set", true)
		s.ask(t, admin, "PATCH", "/settings/autotask", `{"password":""}`).want(t, 200).has(t, "password_set", false)
	})
}

func TestThePasswordIsNeverShown(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	const planted = "pl4nted~secret"
	answers := []*answer{
		s.ask(t, admin, "PATCH", "/settings/autotask", `{"password":"`+planted+`"}`).want(t, 200),
		s.ask(t, admin, "GET", "/settings/autotask", "").want(t, 200),
		s.ask(t, admin, "GET", "/audit", "").want(t, 200),
		s.ask(t, admin, "PATCH", "/settings/autotask", `{"password":"`+planted+`","colour":1}`).want(t, 422),
		s.ask(t, admin, "PATCH", "/settings/autotask", `{"password":["`+planted+`"]}`).want(t, 422),
		s.ask(t, admin, "PATCH", "/settings/autotask", `{"password":"`+planted+`"`).want(t, 400),
		s.ask(t, admin, "PATCH", "/settings/autotask", `{"password":"`+planted+`\n"}`).want(t, 422),
		s.ask(t, admin, "PATCH", "/settings/autotask", `{"`+planted[:4]+`":"`+planted+`"}`).want(t, 422),
	}
	for _, got := range answers {
		if strings.Contains(got.text, planted) {
			t.Errorf("%s shows the password:\n%s", got.request, got.text)
		}
	}
	answers[0].lacks(t, "", "password")
}

func TestFaultsOfSettingsComeAllAtOnce(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	faulty := s.ask(t, admin, "PATCH", "/settings/autotask", `{"enabled":true,"max_objects":51,"base_url":"ftp://x"}`).want(t, 422)
	var problem struct {
		Errors []struct{ Message, Field, Location string }
	}
	if err := json.Unmarshal([]byte(faulty.text), &problem); err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, fault := range problem.Errors {
		named[fault.Location] = strings.HasSuffix(fault.Message, ".") && fault.Location == "body."+fault.Field
	}
	for _, field := range []string{"max_objects", "base_url", "username", "password", "tracking_identifier", "queue_id", "source_id", "status_id", "priority_warning", "priority_error"} {
		if !named["body."+field] {
			t.Errorf("no sentence about %s in:\n%s", field, faulty.text)
		}
	}
	s.ask(t, admin, "GET", "/settings/autotask", "").want(t, 200).has(t, "enabled", false).has(t, "max_objects", float64(10))
	s.ask(t, admin, "PATCH", "/settings/autotask", `{"environment":"test"}`).want(t, 422).has(t, "errors.0.field", "environment")
	s.ask(t, admin, "PATCH", "/settings/autotask", `{"password_set":true}`).want(t, 422)
}

func TestConnectionAndReference(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	s.ask(t, admin, "POST", "/settings/autotask/test", "").want(t, 422).says(t, "credentials are not complete")
	s.connect(t)
	s.ask(t, admin, "POST", "/settings/autotask/test", "").want(t, 200).has(t, "ok", true).has(t, "zone", "EU1 (English Europe and Asia)")
	reference := s.ask(t, admin, "POST", "/settings/autotask/refresh", "").want(t, 200)
	reference.length(t, "queues", 6).length(t, "priorities", 4).has(t, "queues.3.label", "Helpdesk").has(t, "queues.3.id", float64(helpdeskQueue)).says(t, `"synced_at":"20`)
	s.ask(t, admin, "PATCH", "/settings/autotask", `{"queue_id":4711}`).want(t, 422).has(t, "errors.0.field", "queue_id")

	s.sim.SetUser(autotasksim.User{Name: "api@example.com", Secret: "changed", IntegrationCode: "TRACKING-ID"})
	s.ask(t, admin, "PATCH", "/settings/autotask", `{"password":"wrong"}`).want(t, 200)
	s.ask(t, admin, "POST", "/settings/autotask/test", "").want(t, 502).says(t, "refused the credentials")
}

func TestAuditListsWhatWasDone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		storetest.At(t, db, "2026-03-10 08:00")
		added := s.ask(t, operator, "POST", "/customers", `{"name":"Bakery North"}`).want(t, 201)
		storetest.At(t, db, "2026-03-11 08:00")
		s.ask(t, admin, "PATCH", "/settings/autotask", `{"max_objects":5}`).want(t, 200)

		entries := s.ask(t, admin, "GET", "/audit?from=2026-03-10&to=2026-03-11", "").want(t, 200).length(t, "items", 2)
		entries.has(t, "items.0.action", "settings_changed").has(t, "items.0.actor", "admin").has(t, "items.0.at", "2026-03-11T08:00:00Z")
		entries.has(t, "items.1.action", "customer_added").has(t, "items.1.actor", "operator").has(t, "items.1.detail.name", "Bakery North")
		entries.has(t, "items.1.origin", "127.0.0.1, request "+added.header.Get("X-Request-ID"))

		s.ask(t, admin, "GET", "/audit?to=2026-03-10&from=2026-03-10", "").want(t, 200).length(t, "items", 1)
		s.ask(t, admin, "GET", "/audit?actor=operator&from=2026-03-10&to=2026-03-12", "").want(t, 200).length(t, "items", 1)
		s.ask(t, admin, "GET", "/audit?action=settings_changed", "").want(t, 200).length(t, "items", 1)
		first := s.ask(t, admin, "GET", "/audit?limit=1", "").want(t, 200)
		cursor, _ := first.at(t, "next").(string)
		second := s.ask(t, admin, "GET", "/audit?limit=1&cursor="+cursor, "").want(t, 200)
		if first.id(t, "items.0.id") <= second.id(t, "items.0.id") {
			t.Errorf("the second page begins with %d after %d", second.id(t, "items.0.id"), first.id(t, "items.0.id"))
		}
	})
}
