package ticket_test

import (
	"context"
	"encoding/base64"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/secret"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/ticket"
)

func TestMain(m *testing.M) {
	// The models play some long days by default; the command line still wins.
	for name, value := range map[string]string{"rapid.checks": "12", "rapid.steps": "60"} {
		if err := flag.Set(name, value); err != nil {
			panic(err) // rapid has no such flag any more
		}
	}
	storetest.Main(m)
}

// The ids of the simulator's default tenant that the tests choose.
const (
	acmeCompany   = 175
	helpdeskQueue = 29682833
	monitoring    = 8 // the source "Monitoring Alert"
	statusNew     = 1
	complete      = 5
	high, medium  = 1, 2
)

// office is a Backupchecks with Autotask beside it.
type office struct {
	db       *store.DB
	sim      *autotasksim.Server
	address  string
	station  *ticket.Station
	operator backup.User
	admin    backup.User
	keys     secret.Keys
	before   atomic.Value // a func(*http.Request) that is called before Autotask sees a request
}

// openOffice sets up a database, a simulated Autotask and a station that is ready to create
// tickets for the customer Acme.
func openOffice(t *testing.T, db *store.DB) *office {
	t.Helper()
	return openOfficeWith(t, db, autotasksim.DefaultSeed())
}

// openOfficeWith is openOffice with an Autotask that was set up in another way.
func openOfficeWith(t *testing.T, db *store.DB, seed autotasksim.Seed) *office {
	t.Helper()
	sim, err := autotasksim.New(autotasksim.Options{Now: time.Now, Seed: &seed})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.ParseKeys(base64.StdEncoding.EncodeToString([]byte("a key of thirty-two bytes, no mo")))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{
		db: db, sim: sim, keys: keys,
		operator: backup.User{Name: "olga", Roles: []backup.Role{backup.Operator}},
		admin:    backup.User{Name: "ada", Roles: []backup.Role{backup.Admin}},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before, set := o.before.Load().(func(*http.Request)); set {
			before(r)
		}
		sim.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	o.address = server.URL
	o.station = o.newStation(t)
	o.saveSettings(t, nil)
	if _, err := o.station.RefreshReference(t.Context(), o.admin); err != nil {
		t.Fatalf("RefreshReference: %v", err)
	}
	customer := storetest.Customer(t, db, "Acme")
	if _, err := o.station.Map(t.Context(), o.operator, customer.ID, acmeCompany); err != nil {
		t.Fatalf("Map: %v", err)
	}
	sim.ResetRequests()
	return o
}

// newStation is a further process on the same database and the same Autotask.
func (o *office) newStation(t *testing.T) *ticket.Station {
	t.Helper()
	return o.stationAt(t, time.Now)
}

// stationAt is a further process with a clock of its own.
func (o *office) stationAt(t *testing.T, now func() time.Time) *ticket.Station {
	t.Helper()
	return ticket.New(ticket.Config{
		DB: o.db, Keys: o.keys, DiscoveryURL: o.address, Now: now,
		Log:  slog.New(slog.NewTextHandler(t.Output(), nil)),
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
}

// settleAfter lets time pass and settles what is unclear.
func (o *office) settleAfter(t *testing.T, by time.Duration) {
	t.Helper()
	storetest.Advance(t, o.db, by)
	if err := o.newStation(t).Settle(t.Context()); err != nil {
		t.Fatalf("Settle: %v", err)
	}
}

func (o *office) saveSettings(t *testing.T, change func(*settings.AutotaskSettings)) {
	t.Helper()
	err := o.db.Write(t.Context(), func(tx *store.Tx) error {
		set, err := settings.LoadAutotask(t.Context(), tx)
		if err != nil {
			return err
		}
		set.Enabled, set.UserName, set.TrackingIdentifier = true, "api@example.com", "TRACKING-ID"
		set.BaseURL = "https://backups.example.com"
		set.QueueID, set.SourceID, set.StatusID = new(int64(helpdeskQueue)), new(int64(monitoring)), new(int64(statusNew))
		set.PriorityError, set.PriorityWarning = new(int64(high)), new(int64(medium))
		set.AllowResolve = true
		if change != nil {
			change(&set)
		}
		return settings.SaveAutotask(t.Context(), tx, o.admin, o.keys, set, new(secret.New("secret")))
	})
	if err != nil {
		t.Fatalf("save the Autotask settings: %v", err)
	}
}

// run makes a failed run of Acme.
func (o *office) run(t *testing.T, options ...storetest.RunOption) backup.Run {
	t.Helper()
	return storetest.Run(t, o.db, append([]storetest.RunOption{storetest.Failed}, options...)...)
}

// tickets returns every ticket the run ever had, newest first.
func (o *office) tickets(t *testing.T, id backup.RunID) []backup.Ticket {
	t.Helper()
	var tickets []backup.Ticket
	err := o.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		tickets, err = tx.TicketsOfRun(t.Context(), id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tickets
}

// creates counts the requests to create a ticket that reached the simulator.
func (o *office) creates() int { return o.requests("POST Tickets") }

func (o *office) requests(route string) int {
	count := 0
	for _, request := range o.sim.Requests() {
		if strings.EqualFold(request.Route, route) {
			count++
		}
	}
	return count
}

// wantOneTicket checks that Autotask holds exactly one ticket for the run and that the run
// shows it.
func (o *office) wantOneTicket(t *testing.T, id backup.RunID) backup.Ticket {
	t.Helper()
	held := o.sim.Tickets()
	if len(held) != 1 {
		t.Fatalf("Autotask holds %d tickets, want exactly one", len(held))
	}
	shown := o.tickets(t, id)
	active := slices.IndexFunc(shown, func(ticket backup.Ticket) bool { return ticket.Active })
	if active < 0 || shown[active].AutotaskID == nil || *shown[active].AutotaskID != held[0].ID || shown[active].Number != held[0].TicketNumber {
		t.Fatalf("the run shows %+v, want ticket %s as the active one", shown, held[0].TicketNumber)
	}
	return shown[active]
}

func (o *office) hide(t *testing.T, id int64, hidden bool) {
	t.Helper()
	if err := o.sim.HideTicket(id, hidden); err != nil {
		t.Fatal(err)
	}
}
