package config

import (
	"fmt"
	"net/url"
	"strings"
)

const mask = "•••"

// Line is one setting with its value in force, fit to be shown: secrets are masked.
type Line struct {
	Name, Value, Meaning string
}

// Lines returns the configuration in force, in the order of the table. It shows values
// even where they are faulty.
func Lines(getenv func(string) string) []Line {
	fromFile, _ := readFile(getenv("BACKUPCHECKS_CONFIG")) // Load reports what is wrong with the file
	get := func(name string) string {
		if set := getenv(name); set != "" {
			return set
		}
		return fromFile[name]
	}
	lines := make([]Line, 0, len(settings()))
	for _, s := range settings() {
		value, err := s.value(get)
		if value = s.masked(value); err != nil {
			value = "(" + err.Error() + ")"
		}
		lines = append(lines, Line{Name: s.name, Value: value, Meaning: s.meaning})
	}
	return lines
}

func (s setting) masked(value string) string {
	switch {
	case !s.secret || value == "" || strings.HasPrefix(value, "sqlite:"):
		return value
	case s.name == "BACKUPCHECKS_DATABASE":
		return maskAddress(value)
	}
	return mask
}

// maskAddress hides every part of a database address that is, or may be, a secret: the
// password, and the value of each parameter that is not known to be harmless. An address that
// does not read as one is hidden whole, because a password with a stray # or / in it moves to
// parts that are shown.
func maskAddress(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme == "" || parsed.Opaque != "" || parsed.Fragment != "" || strings.Contains(parsed.EscapedPath(), "@") {
		return mask
	}
	query := parsed.Query()
	for name, values := range query {
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_.") != "" {
			return mask
		}
		for i := range values {
			if !harmless(name) {
				values[i] = "xxxxx" // as Redacted writes
			}
		}
	}
	parsed.RawQuery = query.Encode()
	return parsed.Redacted()
}

// harmless reports whether the parameter of a PostgreSQL address never holds a secret.
func harmless(parameter string) bool {
	switch parameter {
	case "host", "port", "dbname", "user", "sslmode", "application_name", "connect_timeout", "target_session_attrs",
		"pool_max_conns", "pool_min_conns", "pool_min_idle_conns", "pool_max_conn_lifetime", "pool_max_conn_lifetime_jitter",
		"pool_max_conn_idle_time", "pool_health_check_period":
		return true
	}
	return false
}

// Markdown returns the page docs/configuration.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString("# Configuration\n\n" +
		"Set as environment variables, or as the same `NAME=VALUE` lines in a file named by\n" +
		"`BACKUPCHECKS_CONFIG`; the environment wins. All faults are reported at once. This page is\n" +
		"made from the program's own table by `make golden`.\n\n" +
		"| variable | default | meaning |\n| --- | --- | --- |\n")
	for _, s := range settings() {
		initial := "–"
		if s.initial != "" {
			initial = "`" + s.initial + "`"
		}
		meaning := s.meaning
		if s.secret {
			meaning += fmt.Sprintf(" Also from a file, by `%s_FILE`.", s.name)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.name, initial, meaning)
	}
	return b.String()
}
