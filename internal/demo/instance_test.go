package demo_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/demo"
	"backupchecks/internal/store"
)

// openDemo opens a demo in a folder for temporary files of its own, and returns that folder.
func openDemo(t *testing.T) (*demo.Instance, string) {
	t.Helper()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	instance, err := demo.Open(t.Context(), demo.Options{
		Listen: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Now: time.Now, Seed: 1, Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	return instance, temp
}

// TestDemo opens the demo once, since that takes seconds, and looks at it from all sides.
func TestDemo(t *testing.T) { //nolint:paralleltest // it sets TMPDIR
	instance, temp := openDemo(t)
	if err := instance.App.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Run("customers", func(t *testing.T) { testCustomers(t, instance) })
	t.Run("run checks", func(t *testing.T) { testRunChecks(t, instance) })
	t.Run("inbox", func(t *testing.T) { testInbox(t, instance) })
	t.Run("tickets", func(t *testing.T) { testTickets(t, instance) })
	t.Run("users", func(t *testing.T) { testUsers(t, instance) })
	t.Run("audit", func(t *testing.T) { testAudit(t, instance) })

	stopping, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	if err := instance.App.Stop(stopping); err != nil {
		t.Errorf("stop: %v", err)
	}
	if err := instance.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("after closing, the temporary folder holds %v (%v), want nothing", left, err)
	}
}

func read(t *testing.T, instance *demo.Instance, fn func(context.Context, *store.Tx) error) {
	t.Helper()
	if err := instance.App.DB.Read(t.Context(), func(tx *store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// testCustomers compares the customers with the companies that the simulator has.
func testCustomers(t *testing.T, instance *demo.Instance) {
	var customers []backup.Customer
	read(t, instance, func(ctx context.Context, tx *store.Tx) error {
		page, err := tx.Customers(ctx, store.CustomerFilter{Limit: 100})
		customers = page.Items
		return err
	})
	if len(customers) != 12 {
		t.Errorf("got %d customers, want 12", len(customers))
	}
	companies := instance.Simulator.Companies()
	for _, c := range customers {
		if !c.Mapping.AllowsTickets() {
			t.Errorf("%s is not mapped: %+v", c.Name, c.Mapping)
			continue
		}
		i := slices.IndexFunc(companies, func(company autotasksim.Company) bool { return company.ID == *c.Mapping.CompanyID })
		if i < 0 || !companies[i].IsActive || companies[i].CompanyName != c.Mapping.CompanyName || !strings.HasPrefix(c.Name, companies[i].CompanyName) {
			t.Errorf("%s is mapped to company %d, %q", c.Name, *c.Mapping.CompanyID, c.Mapping.CompanyName)
		}
	}
}

// testRunChecks looks at what waits for the operator: the last night alone, with the trouble
// in the places that the plan gives it.
func testRunChecks(t *testing.T, instance *demo.Instance) {
	var counts map[backup.Rank]int
	var runs []backup.Run
	var reviewed store.Page[backup.Run]
	read(t, instance, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if counts, err = tx.UnreviewedCounts(ctx); err != nil {
			return err
		}
		if runs, err = tx.UnreviewedRuns(ctx, 500); err != nil {
			return err
		}
		reviewed, err = tx.Runs(ctx, store.RunFilter{Reviewed: new(true), Limit: 1})
		return err
	})
	want := map[backup.Rank]int{backup.RankError: 8, backup.RankWarning: 6, backup.RankSame: 7, backup.RankChanged: 4}
	for rank, n := range want {
		if counts[rank] != n {
			t.Errorf("%d runs have rank %d, want %d", counts[rank], rank, n)
		}
	}
	if counts[backup.RankClean] < 250 {
		t.Errorf("%d runs are clean, want at least 250", counts[backup.RankClean])
	}
	for _, run := range runs {
		if age := time.Since(run.At()); age < 0 || age > 40*time.Hour {
			t.Errorf("a run of %s waits for review that began %v ago", run.Job.Name, age)
		}
		if run.Job.Name == "Warenwirtschaft" && (run.Status != backup.StatusSuccess || run.Attempts != 2) {
			t.Errorf("the retried run ended as %s after %d mails, want a success after 2", run.Status, run.Attempts)
		}
	}
	if len(reviewed.Items) == 0 || reviewed.Items[0].ReviewedBy != "operator" {
		t.Errorf("the last reviewed run is %+v, want one reviewed by operator", reviewed.Items)
	}
}

func testInbox(t *testing.T, instance *demo.Instance) {
	var waiting, news []backup.Message
	read(t, instance, func(ctx context.Context, tx *store.Tx) error {
		page, err := tx.Messages(ctx, store.MessageFilter{State: backup.InInbox, Limit: 100})
		if err != nil {
			return err
		}
		waiting = page.Items
		page, err = tx.Messages(ctx, store.MessageFilter{State: backup.Informational, Limit: 100})
		news = page.Items
		return err
	})
	if len(waiting) != 8 || len(news) != 3 {
		t.Errorf("%d mails wait and %d are news, want 8 and 3", len(waiting), len(news))
	}
	parsers := map[string]bool{}
	for _, msg := range waiting {
		parsers[msg.Reading.Parser] = true
	}
	for _, parser := range []string{"", "generic", "veeam-vbr", "duplicati"} {
		if !parsers[parser] {
			t.Errorf("no waiting mail was read by %q", parser)
		}
	}
}

// testTickets expects the tickets of earlier mornings, as old as they look, on both sides.
func testTickets(t *testing.T, instance *demo.Instance) {
	var rows []store.TicketRow
	read(t, instance, func(ctx context.Context, tx *store.Tx) error {
		page, err := tx.Tickets(ctx, store.TicketFilter{Limit: 50})
		rows = page.Items
		return err
	})
	ages := map[string]int{}
	for _, row := range rows {
		if row.State != backup.TicketOpen || row.CreatedBy != "operator" || !strings.HasPrefix(row.URL, instance.SimulatorURL) {
			t.Errorf("ticket %s is %s, made by %s, at %s", row.Number, row.State, row.CreatedBy, row.URL)
		}
		ages[row.Run.Job.Name] = int(time.Since(row.CreatedAt).Round(24*time.Hour) / (24 * time.Hour))
		held, found := instance.Simulator.Ticket(*row.AutotaskID)
		if !found || held.TicketNumber != row.Number || !held.CreateDate.Equal(row.CreatedAt) {
			t.Errorf("the simulator holds %+v, want ticket %s of %s", held, row.Number, row.CreatedAt)
		}
		if !strings.Contains(held.Description, instance.URL+"/") {
			t.Errorf("ticket %s does not link to %s:\n%s", row.Number, instance.URL, held.Description)
		}
	}
	for job, days := range map[string]int{"Kopie Kluis": 3, "v-daily": 1, "Surgery PCs": 2} {
		if age, made := ages[job]; !made || age < days || age > days+1 {
			t.Errorf("the ticket of %s is %d days old (made: %v), want %d", job, age, made, days)
		}
	}
	if got := len(instance.Simulator.Tickets()); got != len(rows) || got != 3 {
		t.Errorf("the simulator holds %d tickets and Backupchecks %d, want 3", got, len(rows))
	}
}

// testUsers signs every user in through the pages.
func testUsers(t *testing.T, instance *demo.Instance) {
	for _, user := range demo.Users() {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		form := url.Values{"name": {string(user)}, "password": {demo.Password}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, instance.URL+"/sign-in", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := browser.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.Body.Close() != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != http.StatusSeeOther {
			t.Errorf("%s was not signed in: %s\n%s", user, answer.Status, body)
		}
	}
}

func testAudit(t *testing.T, instance *demo.Instance) {
	read(t, instance, func(ctx context.Context, tx *store.Tx) error {
		checked, broken, err := tx.VerifyAudit(ctx)
		if err == nil && (broken != nil || checked < 300) {
			t.Errorf("the audit log has %d entries, broken at %v; want more than 300, whole", checked, broken)
		}
		return err
	})
}

func TestAddressesOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"0.0.0.0:8080", ":8080", "192.0.2.7:8080", "[::]:8080", "backup.example:8080", "127.0.0.1", ""} {
		_, err := demo.Open(t.Context(), demo.Options{Listen: listen, Log: slog.New(slog.DiscardHandler), Now: time.Now})
		if kind, sentence := backup.Explain(err); kind != backup.Forbidden && kind != backup.Invalid {
			t.Errorf("listening on %q: got %q, want a refusal", listen, sentence)
		}
	}
}

func TestBusyPort(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = demo.Open(t.Context(), demo.Options{Listen: taken.Addr().String(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	kind, sentence := backup.Explain(err)
	if kind != backup.Unavailable || !strings.Contains(sentence, taken.Addr().String()) || !strings.Contains(sentence, "--listen") {
		t.Errorf("got %q, want a sentence that names the address and --listen", sentence)
	}
}
