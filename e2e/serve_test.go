package e2e_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"backupchecks/internal/secret"
	"backupchecks/internal/store/storetest"
)

func TestServeStartsOnAnEmptyFolderAndStopsCleanly(t *testing.T) {
	begin(t)
	s := newSite(t)
	server := s.serve(t)
	visit(t, server.url+"/health/live").want(t, http.StatusOK)
	visit(t, server.url+"/health/ready").want(t, http.StatusOK)
	if home := visit(t, server.url+"/").want(t, http.StatusOK); !strings.Contains(home.body, `type="password"`) {
		t.Errorf("a visitor is not asked to sign in:\n%s", home.body)
	}
	info, err := os.Stat(filepath.Join(s.dir, "backupchecks.db.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v; want mode 0600", info, err)
	}
	server.terminate(t)
	if code := server.wait(t); code != 0 {
		t.Errorf("exit code %d after SIGTERM, want 0", code)
	}
	if faults := regexp.MustCompile(`"level":"(WARN|ERROR)".*`).FindAllString(server.log(), -1); faults != nil {
		t.Errorf("the log of a calm day holds %q", faults)
	}
}

func TestARequestUnderWayIsAnsweredBeforeTheServerStops(t *testing.T) {
	begin(t)
	o := openOffice(t, "sqlite:backupchecks.db", 1)
	id := o.failedRun(t)
	o.sim.ResetRequests()
	release := o.sim.Hold()
	answered := make(chan answer, 1)
	operator := o.asOperator()
	go func() {
		got, err := operator.try(t, "POST", fmt.Sprintf("/runs/%d/ticket", id), "")
		if err != nil {
			t.Errorf("create: %v", err)
		}
		answered <- got
	}()
	waitFor(t, "Autotask was asked", func() bool { return len(o.sim.Requests()) > 0 })
	o.servers[0].terminate(t)
	waitFor(t, "the server accepts nobody new", func() bool {
		connection, err := net.Dial("tcp", strings.TrimPrefix(o.servers[0].url, "http://"))
		if err == nil {
			_ = connection.Close() // it was only to see
		}
		return err != nil
	})
	release()
	if got := <-answered; got.status != http.StatusCreated {
		t.Errorf("the request under way was answered %d: %s", got.status, got.body)
	}
	if code := o.servers[0].wait(t); code != 0 {
		t.Errorf("exit code %d after SIGTERM, want 0", code)
	}
	o.servers[0] = o.serve(t)
	o.wantOneTicket(t, id)
}

func TestServeStaysUpWhilePostgreSQLIsAway(t *testing.T) {
	begin(t)
	line := newLine(t)
	s := newSite(t)
	s.env["BACKUPCHECKS_DATABASE"], s.env["BACKUPCHECKS_SECRET_KEY"] = line.database, secret.GenerateKey()
	operator := client{token: s.token(t, "operator")}
	server := s.serve(t)
	operator.url = server.url
	visit(t, server.url+"/health/ready").want(t, http.StatusOK)

	line.cut()
	waitFor(t, "the server is not ready", func() bool { return visit(t, server.url+"/health/ready").status == http.StatusServiceUnavailable })
	away := read[struct{ Status, Reason string }](t, visit(t, server.url+"/health/ready"))
	if away.Status != "unavailable" || !strings.HasSuffix(away.Reason, ".") || strings.Contains(away.Reason, "dial") {
		t.Errorf("readiness says %+v, want a reason that is a sentence", away)
	}
	visit(t, server.url+"/health/live").want(t, http.StatusOK)
	for path, got := range map[string]answer{
		"the API": operator.ask(t, "GET", "/runs", ""), "a page": visit(t, server.url+"/sign-in"),
	} {
		if got.status != http.StatusServiceUnavailable {
			t.Errorf("%s answers %d while the database is away, want 503: %s", path, got.status, got.body)
		}
		for _, inside := range []string{"127.0.0.1", "SQLSTATE", "dial", "backupchecks_"} {
			if strings.Contains(got.body, inside) {
				t.Errorf("%s tells visitors about the inside: %s", path, got.body)
			}
		}
	}

	line.mend()
	waitFor(t, "the server is ready again", func() bool { return visit(t, server.url+"/health/ready").status == http.StatusOK })
	operator.ask(t, "GET", "/runs", "").want(t, http.StatusOK)
}

func TestMetricsAnswerThisMachineOnly(t *testing.T) {
	begin(t)
	s := newSite(t)
	server := s.serve(t)
	metrics := visit(t, server.url+"/metrics").want(t, http.StatusOK)
	for _, name := range []string{"backupchecks_inbox_messages 0", `backupchecks_unreviewed_runs{place="error"} 0`, "go_goroutines"} {
		if !strings.Contains(metrics.body, name) {
			t.Errorf("the metrics lack %s:\n%s", name, metrics.body)
		}
	}
	visit(t, server.url+"/metrics", "X-Forwarded-For", "192.0.2.7").want(t, http.StatusForbidden)
	s.env["BACKUPCHECKS_METRICS"], s.env["BACKUPCHECKS_DATABASE"] = "all", "sqlite:second.db"
	visit(t, s.serve(t).url+"/metrics", "X-Forwarded-For", "192.0.2.7").want(t, http.StatusOK)
}

func TestServeRefusesToStartWithASentence(t *testing.T) {
	begin(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		variable, value string
		says            string
	}{
		"a busy port":             {"BACKUPCHECKS_LISTEN", taken.Addr().String(), "cannot be listened on; another program may be using it"},
		"an unknown database":     {"BACKUPCHECKS_DATABASE", "oracle:orders", "must begin with sqlite: or postgres://"},
		"a folder that is absent": {"BACKUPCHECKS_DATABASE", "sqlite:no/such/folder/b.db", "folder must exist"},
		"PostgreSQL without key":  {"BACKUPCHECKS_DATABASE", "postgres://app@127.0.0.1:1/none", "a key is required with PostgreSQL"},
		"a key that is none":      {"BACKUPCHECKS_SECRET_KEY", "short", "BACKUPCHECKS_SECRET_KEY"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.env[c.variable] = c.value
			s.wantRefusal(t, c.says)
		})
	}
	t.Run("a PostgreSQL database that is absent", func(t *testing.T) {
		s := newSite(t)
		s.env["BACKUPCHECKS_SECRET_KEY"] = secret.GenerateKey()
		s.env["BACKUPCHECKS_DATABASE"] = strings.Replace(storetest.PostgresURL(t), "/backupchecks_", "/no_such_", 1)
		s.wantRefusal(t, "The PostgreSQL database no_such_")
	})
}

// wantRefusal checks that the server does not start, and says why in words for a person.
func (s *site) wantRefusal(t *testing.T, says string) {
	t.Helper()
	server, listening := s.start(t, "serve")
	if code := server.wait(t); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	select {
	case url := <-listening:
		t.Errorf("it listened at %s first", url)
	default:
	}
	log := server.log()
	if !strings.Contains(log, "backupchecks: ") || !strings.Contains(log, says) {
		t.Errorf("it says %q, want a sentence with %q", log, says)
	}
	for _, foreign := range []string{"panic", "goroutine ", "0xc0", "&{"} {
		if strings.Contains(log, foreign) {
			t.Errorf("what it says holds %q: %s", foreign, log)
		}
	}
}

func TestASecondServerOnOneSQLiteFileIsRefused(t *testing.T) {
	begin(t)
	s := newSite(t)
	first := s.serve(t)
	s.wantRefusal(t, "backupchecks.db")
	visit(t, first.url+"/health/ready").want(t, http.StatusOK)
	first.kill()
	visit(t, s.serve(t).url+"/health/ready").want(t, http.StatusOK) // a dead server holds nothing
}

func TestALostKeyIsNamedAndLosesNothing(t *testing.T) {
	begin(t)
	o := openOffice(t, "sqlite:backupchecks.db", 1)
	o.servers[0].terminate(t)
	o.servers[0].wait(t)
	key, away := filepath.Join(o.dir, "backupchecks.db.key"), filepath.Join(o.dir, "away")
	if err := os.Rename(key, away); err != nil {
		t.Fatal(err)
	}
	o.wantRefusal(t, "but the database holds encrypted secrets")
	o.env["BACKUPCHECKS_SECRET_KEY"] = secret.GenerateKey()
	o.wantRefusal(t, `does not open the stored secret "autotask.password"`)

	delete(o.env, "BACKUPCHECKS_SECRET_KEY")
	if err := os.Rename(away, key); err != nil {
		t.Fatal(err)
	}
	o.servers[0] = o.serve(t)
	o.asAdmin().ask(t, "POST", "/settings/autotask/test", "").want(t, http.StatusOK)
}
