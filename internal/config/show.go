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
		if err != nil {
			value = "(" + err.Error() + ")"
		}
		lines = append(lines, Line{Name: s.name, Value: s.masked(value), Meaning: s.meaning})
	}
	return lines
}

func (s setting) masked(value string) string {
	switch {
	case !s.secret || value == "" || strings.HasPrefix(value, "sqlite:"):
		return value
	case s.name == "BACKUPCHECKS_DATABASE":
		return maskPassword(value)
	}
	return mask
}

// maskPassword hides the password of a database address and leaves the rest readable.
func maskPassword(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return mask
	}
	query := parsed.Query()
	if query.Has("password") {
		query.Set("password", "xxxxx")
		parsed.RawQuery = query.Encode()
	}
	return parsed.Redacted()
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
