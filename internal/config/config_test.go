package config_test

import (
	"encoding/base64"
	"flag"
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

func TestShownValuesHoldNoSecret(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"postgres://app:hunter2@db.example.com/backupchecks",
		"postgres:///backupchecks?host=/run&user=app&password=hunter2",
	} {
		var all strings.Builder
		for _, line := range config.Lines(env(map[string]string{"BACKUPCHECKS_DATABASE": address, "BACKUPCHECKS_SECRET_KEY": aKey()})) {
			all.WriteString(line.Name + "=" + line.Value + "\n")
		}
		if strings.Contains(all.String(), "hunter2") || strings.Contains(all.String(), aKey()) {
			t.Errorf("a secret is shown:\n%s", all.String())
		}
		if !strings.Contains(all.String(), "backupchecks") {
			t.Errorf("the rest of the address is not shown:\n%s", all.String())
		}
	}
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
