package config_test

import (
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/config"
)

var update = flag.Bool("update", false, "write docs/configuration.md anew")

func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func aKey() string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
}

func TestTheDefaultsNeedNothing(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load(env(nil))
	if err != nil {
		t.Fatalf("Load without any variable: %v", err)
	}
	if cfg.Listen != "127.0.0.1:8080" || cfg.SQLitePath() != "backupchecks.db" || cfg.KeyFile() != "backupchecks.db.key" || cfg.IsPostgres() {
		t.Errorf("Load = %+v", cfg)
	}
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := config.Load(env(map[string]string{
		"BACKUPCHECKS_DATABASE":               "mysql://x",
		"BACKUPCHECKS_LISTEN":                 "8080",
		"BACKUPCHECKS_BASE_URL":               "backups.example.com",
		"BACKUPCHECKS_TRUSTED_PROXIES":        "proxy.example.com",
		"BACKUPCHECKS_SECRET_KEY":             "short",
		"BACKUPCHECKS_AUTOTASK_DISCOVERY_URL": "/zone",
		"BACKUPCHECKS_METRICS":                "everyone",
		"BACKUPCHECKS_LOG":                    "loud",
		"BACKUPCHECKS_LOG_FORMAT":             "xml",
	}))
	if err == nil {
		t.Fatal("Load took it all")
	}
	for _, line := range config.Lines(env(nil)) {
		if strings.Count(err.Error(), line.Name+":") != 1 {
			t.Errorf("the faults do not name %s once:\n%v", line.Name, err)
		}
	}
}

func TestPostgresNeedsAKey(t *testing.T) {
	t.Parallel()
	address := map[string]string{"BACKUPCHECKS_DATABASE": "postgres://app:hunter2@db.example.com/backupchecks"}
	if _, err := config.Load(env(address)); err == nil || !strings.Contains(err.Error(), "BACKUPCHECKS_SECRET_KEY: a key is required") {
		t.Errorf("Load without a key: %v", err)
	}
	address["BACKUPCHECKS_SECRET_KEY"] = aKey()
	if _, err := config.Load(env(address)); err != nil {
		t.Errorf("Load with a key: %v", err)
	}
}

func TestSecretsComeFromFilesToo(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(aKey()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(env(map[string]string{"BACKUPCHECKS_SECRET_KEY_FILE": file}))
	if err != nil || cfg.SecretKeys.Reveal() != aKey() {
		t.Errorf("Load from a file: %v", err)
	}
	_, err = config.Load(env(map[string]string{"BACKUPCHECKS_SECRET_KEY_FILE": file, "BACKUPCHECKS_SECRET_KEY": aKey()}))
	if err == nil || !strings.Contains(err.Error(), "keep one") {
		t.Errorf("Load with both: %v, want a fault", err)
	}
	_, err = config.Load(env(map[string]string{"BACKUPCHECKS_SECRET_KEY_FILE": file + ".gone"}))
	if err == nil || !strings.Contains(err.Error(), "BACKUPCHECKS_SECRET_KEY") {
		t.Errorf("Load with a missing file: %v, want a fault that names the variable", err)
	}
}

func TestTheFileHoldsTheSameLines(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "backupchecks.conf")
	text := "# our instance\n\nBACKUPCHECKS_LISTEN = 127.0.0.1:9000\nBACKUPCHECKS_LOG=debug\nBACKUPCHECKS_SECRET_KEY=" + aKey() + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(env(map[string]string{"BACKUPCHECKS_CONFIG": file, "BACKUPCHECKS_LOG": "warn"}))
	if err != nil || cfg.Listen != "127.0.0.1:9000" || cfg.LogLevel.String() != "WARN" || cfg.SecretKeys.Reveal() != aKey() {
		t.Errorf("Load = %+v, %v; want the file's address and key and the environment's level", cfg, err)
	}
	if err := os.WriteFile(file, []byte("BACKUPCHECKS_LISTN=x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(env(map[string]string{"BACKUPCHECKS_CONFIG": file})); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("Load of a misspelt line: %v, want the line named", err)
	}
}

func TestTrustedProxies(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"":                            "[]",
		"127.0.0.1":                   "[127.0.0.1/32]",
		" 10.0.3.7/24 ,2001:db8::1":   "[10.0.3.0/24 2001:db8::1/128]",
		"::ffff:192.0.2.1, fe80::1%a": "[192.0.2.1/32 fe80::1/128]",
		"localhost":                   `"localhost" is not an IP address`,
		"127.0.0.1,":                  `"" is not an IP address`,
		"127.0.0.1:8080":              "is not an IP address",
		"::ffff:10.0.0.0/104":         "is not an IP address",
		"10.0.0.0/33":                 "is not an IP address",
		"127.0.0.1, 0.0.0.0/0":        "0.0.0.0/0 would believe everybody",
		"::/0":                        "::/0 would believe everybody",
	} {
		cfg, err := config.Load(env(map[string]string{"BACKUPCHECKS_TRUSTED_PROXIES": given}))
		got := fmt.Sprint(cfg.Proxies)
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != want || !strings.Contains(got, want) {
			t.Errorf("trusted proxies %q: got %s, want %s", given, got, want)
		}
	}
}

func TestShownDatabaseHoldsNoSecret(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"sqlite:/var/lib/backups.db":                                                               "sqlite:/var/lib/backups.db",
		"postgres://app:TOPSECRET@db.example.com/backupchecks":                                     "postgres://app:xxxxx@db.example.com/backupchecks",
		"postgres:///b?host=/run&user=app&password=TOPSECRET&application_name=x&connect_timeout=3": "postgres:///b?application_name=x&connect_timeout=3&host=%2Frun&password=xxxxx&user=app",
		"postgresql://app@db.example.com:5432/b?sslmode=verify-full&sslpassword=TOPSECRET":         "postgresql://app@db.example.com:5432/b?sslmode=verify-full&sslpassword=xxxxx",
		"postgres://app@db.example.com/b?pool_max_conns=4&password=TOPSECRET&password=TOPSECRET2":  "postgres://app@db.example.com/b?password=xxxxx&password=xxxxx&pool_max_conns=4",
		"postgres://app@db.example.com/b?pool_secret=TOPSECRET&options=-c%20x.y%3DTOPSECRET":       "postgres://app@db.example.com/b?options=xxxxx&pool_secret=xxxxx",

		// What is no address, or one whose password was not escaped.
		"host=db.example.com password=TOPSECRET": "•••",
		"mysql:root:TOPSECRET@tcp(db)/b":         "•••",
		"mysql://root:TOPSECRET@db/b":            "mysql://root:xxxxx@db/b",
		"postgres://app:1#TOPSECRET@db/b":        "•••",
		"postgres://app:1/TOPSECRET@db/b":        "•••",
		"postgres://app:1?TOPSECRET@db/b":        "•••",
		"postgres://app:TOPSECRET#@db/b":         "•••",
		"postgres://app:%TOPSECRET@db/b":         "•••",
	} {
		got := shown(t, map[string]string{"BACKUPCHECKS_DATABASE": given}, "BACKUPCHECKS_DATABASE")
		if got != want {
			t.Errorf("%s is shown as %s, want %s", given, got, want)
		}
	}
}

func TestShownKeysAreMasked(t *testing.T) {
	t.Parallel()
	if got := shown(t, map[string]string{"BACKUPCHECKS_SECRET_KEY": aKey()}, "BACKUPCHECKS_SECRET_KEY"); got != "•••" {
		t.Errorf("a key is shown as %s", got)
	}
	both := map[string]string{"BACKUPCHECKS_DATABASE": "postgres://app:TOPSECRET@db/b", "BACKUPCHECKS_DATABASE_FILE": "database.txt"}
	if got := shown(t, both, "BACKUPCHECKS_DATABASE"); !strings.Contains(got, "keep one") || strings.Contains(got, "TOPSECRET") {
		t.Errorf("an address given twice is shown as %s, want the fault", got)
	}
}

// shown is how a setting is shown.
func shown(t *testing.T, values map[string]string, name string) string {
	t.Helper()
	for _, line := range config.Lines(env(values)) {
		if line.Name == name {
			return line.Value
		}
	}
	t.Fatalf("%s is not shown", name)
	return ""
}

func TestTheConfigurationPageIsFresh(t *testing.T) {
	t.Parallel()
	const page = "../../docs/configuration.md"
	if *update {
		if err := os.WriteFile(page, []byte(config.Markdown()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatalf("%v; run make golden and look at the diff", err)
	}
	if diff := cmp.Diff(config.Markdown(), string(got)); diff != "" {
		t.Errorf("docs/configuration.md is stale; run make golden (-want +got):\n%s", diff)
	}
}
