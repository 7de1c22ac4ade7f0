package web_test

import (
	"log/slog"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"backupchecks/internal/auth"
	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/parse/vendors"
	"backupchecks/internal/review"
	"backupchecks/internal/secret"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/ticket"
	"backupchecks/internal/web"
	"backupchecks/internal/web/webtest"
)

// What the simulator's default tenant has.
const (
	acmeCompany     = 175
	birchCompany    = 176
	inactiveCompany = 187
	helpdeskQueue   = 29682833
)

// apiPassword is the API user's secret in the simulator, unlikely to stand on a page by chance.
const apiPassword = "pl4nted~secret"

// tenantScene is a site with a simulated Autotask behind it that nothing is set up for yet.
type tenantScene struct {
	scene
	sim     *autotasksim.Server
	station *ticket.Station
	keys    secret.Keys
}

func newTenantScene(t *testing.T) tenantScene {
	t.Helper()
	sim, err := autotasksim.New(autotasksim.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	sim.SetUser(autotasksim.User{Name: "api@example.com", Secret: apiPassword, IntegrationCode: "TRACKING-ID"})
	autotask := httptest.NewServer(sim)
	t.Cleanup(autotask.Close)
	keys, err := secret.ParseKeys(secret.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	station := ticket.New(ticket.Config{DB: db, Keys: keys, Log: log, Now: time.Now, DiscoveryURL: autotask.URL})
	cost := &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	signIn, err := auth.New(auth.Config{DB: db, Log: log, Now: time.Now, Cost: cost})
	if err != nil {
		t.Fatal(err)
	}
	server, err := web.New(web.Config{
		DB: db, Auth: signIn, Log: log, Now: time.Now, Version: "test", Tickets: station, Keys: keys,
		Ingest: ingest.New(ingest.Config{DB: db, Read: vendors.Registry().Read, Log: log}),
		Review: review.New(db),
	})
	if err != nil {
		t.Fatal(err)
	}
	s := tenantScene{
		scene: scene{Site: webtest.New(t, server.Handler()), db: db, auth: signIn, server: server},
		sim:   sim, station: station, keys: keys,
	}
	for _, role := range backup.Roles() {
		s.addUser(t, string(role), role)
	}
	return s
}

// admin is an administrator for acts that are no test of the pages.
func admin() backup.User { return backup.User{Name: "ada", Roles: []backup.Role{backup.Admin}} }

// ready returns settings with which tickets can be created.
func ready() settings.AutotaskSettings {
	set := settings.DefaultAutotask()
	set.Enabled, set.UserName, set.TrackingIdentifier = true, "api@example.com", "TRACKING-ID"
	set.BaseURL = "https://backups.example.com"
	set.QueueID, set.SourceID, set.StatusID = new(int64(helpdeskQueue)), new(int64(8)), new(int64(1))
	set.PriorityError, set.PriorityWarning = new(int64(1)), new(int64(2))
	return set
}

// setUp stores settings with the API user's password and reads the reference data.
func (s tenantScene) setUp(t *testing.T, set settings.AutotaskSettings) {
	t.Helper()
	err := s.db.Write(t.Context(), func(tx *store.Tx) error {
		return settings.SaveAutotask(t.Context(), tx, admin(), s.keys, set, new(secret.New(apiPassword)))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.station.RefreshReference(t.Context(), admin()); err != nil {
		t.Fatal(err)
	}
	s.sim.ResetRequests()
}

// stored returns the settings as they are kept.
func (s tenantScene) stored(t *testing.T) (set settings.AutotaskSettings, ref settings.Reference) {
	t.Helper()
	err := s.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		if set, err = settings.LoadAutotask(t.Context(), tx); err != nil {
			return err
		}
		ref, err = settings.LoadReference(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return set, ref
}

// customer returns a customer as it is kept.
func (s tenantScene) customer(t *testing.T, id backup.CustomerID) (found backup.Customer) {
	t.Helper()
	err := s.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		found, err = tx.Customer(t.Context(), id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// wantSilence expects that Autotask was not asked for anything.
func (s tenantScene) wantSilence(t *testing.T) {
	t.Helper()
	var routes []string
	for _, request := range s.sim.Requests() {
		routes = append(routes, request.Route)
	}
	if len(routes) > 0 {
		t.Errorf("Autotask was asked for %s, want silence", strings.Join(slices.Compact(routes), ", "))
	}
}

// values makes form values of names and values in turn.
func values(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// hostileNames are names that try to become markup, script or another form.
func hostileNames() []string {
	return []string{
		`<script>alert(1)</script>`,
		`"><img src=x onerror=alert(1)>`,
		`' onmouseover='alert(1)`,
		`</option></select><svg onload=alert(1)>`,
		`javascript:alert(1)`,
		`{{.Secret}} ${7*7} <%= 1 %>`,
		`</title><meta http-equiv=refresh content=0>`,
		`<a href="https://evil.example/">Acme</a>`,
		"Acme \u202eevil\u202c & <Söhne>",
	}
}
