// Package config says how an instance is set up: one table of settings, read from the
// environment or a file of the same lines, checked all at once. What an administrator
// changes while the program runs lives in the database instead. It stands beside the way,
// just below app, and nobody else reads the environment.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"backupchecks/internal/secret"
)

// Config is the configuration in force.
type Config struct {
	Database    string // "sqlite:PATH" or "postgres://…"; may hold a password, so print Masked
	Listen      string
	BaseURL     string         // without a final slash; empty when not set
	Proxies     []netip.Prefix // whose X-Forwarded-For is believed
	SecretKeys  secret.String  // a comma list of base64 keys, newest first; empty: from the key file
	AutotaskURL string         // zone discovery; empty for the vendor's
	MetricsOpen bool           // /metrics answers other addresses than loopback
	LogLevel    slog.Level
	LogJSON     bool
}

// setting is one row of the table: what it is called, what it is without a value, and what
// it means.
type setting struct {
	name    string
	initial string
	meaning string
	secret  bool // also readable from the file that NAME_FILE names, and masked when shown
	apply   func(*Config, string) error
}

// settings is the table. docs/configuration.md is made from it.
func settings() []setting {
	return []setting{
		{"BACKUPCHECKS_DATABASE", "sqlite:backupchecks.db", "Where the data lives: `sqlite:PATH` or `postgres://…`.", true, applyDatabase},
		{"BACKUPCHECKS_LISTEN", "127.0.0.1:8080", "The HTTP address. Port 0 picks one, and the log line `listening` names it.", false, applyListen},
		{"BACKUPCHECKS_BASE_URL", "", "The address that users and tickets see.", false, applyBaseURL},
		{"BACKUPCHECKS_TRUSTED_PROXIES", "", "The reverse proxies in front, whose `X-Forwarded-For` is believed: a comma list of IP addresses and ranges, such as `127.0.0.1, 10.0.3.0/24`.", false, applyProxies},
		{"BACKUPCHECKS_SECRET_KEY", "", "Encrypts stored secrets: 32 random bytes in base64 (`openssl rand -base64 32`); a comma list, newest first, during rotation. Generated into a file beside an SQLite database, required with PostgreSQL.", true, applyKeys},
		{"BACKUPCHECKS_AUTOTASK_DISCOVERY_URL", "", "Set only for a simulator or a proxy: the zone discovery address. Only then may Autotask addresses be plain http or private. Without it, the vendor's.", false, applyAutotask},
		{"BACKUPCHECKS_METRICS", "loopback", "Who may read `/metrics`: `loopback` or `all`.", false, applyMetrics},
		{"BACKUPCHECKS_LOG", "info", "The log level: `debug`, `info`, `warn` or `error`.", false, applyLevel},
		{"BACKUPCHECKS_LOG_FORMAT", "text", "The log format: `text` or `json`.", false, applyFormat},
	}
}

// Load reads the configuration through getenv, and from the file that BACKUPCHECKS_CONFIG
// names; the environment wins. All faults are reported at once, each naming its variable.
func Load(getenv func(string) string) (Config, error) {
	fromFile, err := readFile(getenv("BACKUPCHECKS_CONFIG"))
	faults := []error{err}
	value := func(name string) string {
		if set := getenv(name); set != "" {
			return set
		}
		return fromFile[name]
	}
	var cfg Config
	for _, s := range settings() {
		given, err := s.value(value)
		if err == nil {
			err = s.apply(&cfg, given)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", s.name, err))
		}
	}
	if cfg.IsPostgres() && cfg.SecretKeys.Reveal() == "" && value("BACKUPCHECKS_SECRET_KEY_FILE") == "" && value("BACKUPCHECKS_SECRET_KEY") == "" {
		faults = append(faults, errors.New("BACKUPCHECKS_SECRET_KEY: a key is required with PostgreSQL; make one with: openssl rand -base64 32"))
	}
	return cfg, errors.Join(faults...)
}

// value finds the setting's value: as given, from the file that NAME_FILE names, or the
// initial one.
func (s setting) value(get func(string) string) (string, error) {
	given := get(s.name)
	path := ""
	if s.secret {
		path = get(s.name + "_FILE")
	}
	switch {
	case given != "" && path != "":
		return "", fmt.Errorf("is set both directly and by %s_FILE; keep one", s.name)
	case path != "":
		data, err := os.ReadFile(path) //nolint:gosec // the administrator names the file
		if err != nil {
			return "", fmt.Errorf("the file of %s_FILE cannot be read: %w", s.name, err)
		}
		return strings.TrimSpace(string(data)), nil
	case given != "":
		return given, nil
	}
	return s.initial, nil
}

// readFile reads NAME=VALUE lines. Empty lines and lines that begin with # say nothing; a
// value is taken as it stands, because secrets hold every character.
func readFile(path string) (map[string]string, error) {
	values := map[string]string{}
	if path == "" {
		return values, nil
	}
	data, err := os.ReadFile(path) //nolint:gosec // the administrator names the file
	if err != nil {
		return values, fmt.Errorf("BACKUPCHECKS_CONFIG: the file cannot be read: %w", err)
	}
	known := map[string]bool{}
	for _, s := range settings() {
		known[s.name] = true
		known[s.name+"_FILE"] = s.secret
	}
	var faults []error
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); !found || !known[name] {
			faults = append(faults, fmt.Errorf("BACKUPCHECKS_CONFIG: line %d of %s is not a known NAME=VALUE", i+1, path))
			continue
		}
		values[name] = strings.TrimSpace(value)
	}
	return values, errors.Join(faults...)
}

// IsPostgres reports whether the database is PostgreSQL.
func (c Config) IsPostgres() bool {
	return strings.HasPrefix(c.Database, "postgres://") || strings.HasPrefix(c.Database, "postgresql://")
}

// SQLitePath is the path of the SQLite database, and empty for PostgreSQL.
func (c Config) SQLitePath() string {
	path, _ := strings.CutPrefix(c.Database, "sqlite:")
	if c.IsPostgres() {
		return ""
	}
	return path
}

// KeyFile is the file that holds the generated secret key beside an SQLite database.
func (c Config) KeyFile() string {
	if c.IsPostgres() {
		return ""
	}
	return c.SQLitePath() + ".key"
}

func applyDatabase(c *Config, value string) error {
	path, isSQLite := strings.CutPrefix(value, "sqlite:")
	c.Database = value
	switch {
	case isSQLite && path == "":
		return errors.New("names no file; write sqlite:PATH")
	case isSQLite && filepath.Clean(path) == string(filepath.Separator):
		return errors.New("names a folder, not a file")
	case isSQLite:
		return nil
	case c.IsPostgres():
		if address, err := url.Parse(value); err != nil || address.Host == "" && address.Query().Get("host") == "" {
			return errors.New("is not a valid postgres:// address")
		}
		return nil
	}
	return errors.New("must begin with sqlite: or postgres://")
}

func applyListen(c *Config, value string) error {
	c.Listen = value
	if _, _, err := net.SplitHostPort(value); err != nil {
		return errors.New("must be HOST:PORT, for example 127.0.0.1:8080")
	}
	return nil
}

func applyBaseURL(c *Config, value string) error {
	c.BaseURL = strings.TrimRight(value, "/")
	if value == "" {
		return nil
	}
	return absolute(value)
}

func applyProxies(c *Config, value string) error {
	c.Proxies = nil
	if value == "" {
		return nil
	}
	for item := range strings.SplitSeq(value, ",") {
		proxy, err := parseProxy(strings.TrimSpace(item))
		if err != nil {
			return err
		}
		c.Proxies = append(c.Proxies, proxy)
	}
	return nil
}

func parseProxy(item string) (netip.Prefix, error) {
	if one, err := netip.ParseAddr(item); err == nil {
		one = one.Unmap().WithZone("")
		return netip.PrefixFrom(one, one.BitLen()), nil
	}
	many, err := netip.ParsePrefix(item)
	switch {
	case err != nil || many.Addr().Is4In6():
		return many, fmt.Errorf("%q is not an IP address or range; write for example 127.0.0.1, 10.0.3.0/24", item)
	case many.Bits() == 0:
		return many, fmt.Errorf("%s would believe everybody; name the proxies only", item)
	}
	return many.Masked(), nil
}

func applyAutotask(c *Config, value string) error {
	c.AutotaskURL = value
	if value == "" {
		return nil
	}
	return absolute(value)
}

func absolute(value string) error {
	address, err := url.Parse(value)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return errors.New("must be an absolute http or https address")
	}
	return nil
}

func applyKeys(c *Config, value string) error {
	c.SecretKeys = secret.New(value)
	if value == "" {
		return nil
	}
	_, err := secret.ParseKeys(value)
	return err
}

func applyMetrics(c *Config, value string) error {
	c.MetricsOpen = value == "all"
	if value != "all" && value != "loopback" {
		return errors.New("must be loopback or all")
	}
	return nil
}

func applyLevel(c *Config, value string) error {
	if err := c.LogLevel.UnmarshalText([]byte(value)); err != nil {
		return errors.New("must be debug, info, warn or error")
	}
	return nil
}

func applyFormat(c *Config, value string) error {
	c.LogJSON = value == "json"
	if value != "json" && value != "text" {
		return errors.New("must be text or json")
	}
	return nil
}
