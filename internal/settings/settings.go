// Package settings holds what an administrator changes while the program runs: the site and
// the Autotask integration. It stands beside the data's way; stations and pages read it from
// the store with each use, so that a change bites at once and in every process. What is fixed
// at start belongs to package config. Secrets are kept encrypted and leave only as
// secret.String.
package settings

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

const (
	generalKey       = "general"
	maxURL           = 500 // bytes of a base URL; it goes into every ticket
	defaultTimeZone  = "Europe/Amsterdam"
	maxTimeZoneBytes = 64
)

// General holds the settings of the whole site. Its JSON is how they are stored.
type General struct {
	TimeZone  string    `json:"time_zone"` // an IANA name; days and schedules are judged in it
	BaseURL   string    `json:"base_url"`  // the address users see; empty when it is not known
	UpdatedAt time.Time `json:"updated_at"`
}

// Location returns the site's time zone, and UTC when the stored name is not known to this
// program.
func (g General) Location() *time.Location {
	zone, err := time.LoadLocation(g.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Validate returns all faults, joined, each an Invalid error that names its field.
func (g General) Validate() error {
	var faults []error
	// Local would be whatever the server's clock says, and the empty name means UTC to the
	// standard library.
	_, err := time.LoadLocation(g.TimeZone)
	if err != nil || g.TimeZone == "" || g.TimeZone == "Local" || len(g.TimeZone) > maxTimeZoneBytes {
		faults = append(faults, backup.Errorf(backup.Invalid,
			"%q is no known time zone. Use a name such as Europe/Amsterdam.", shorten(g.TimeZone, maxTimeZoneBytes)).In("time_zone"))
	}
	if g.BaseURL != "" {
		if fault := checkBaseURL(g.BaseURL); fault != nil {
			faults = append(faults, fault.In("base_url"))
		}
	}
	return errors.Join(faults...)
}

// LoadGeneral returns the stored settings of the site, and the defaults for what was never
// set.
func LoadGeneral(ctx context.Context, tx *store.Tx) (General, error) {
	general := General{TimeZone: defaultTimeZone}
	if _, err := tx.Setting(ctx, generalKey, &general); err != nil {
		return General{}, fmt.Errorf("load the general settings: %w", err)
	}
	return general, nil
}

// SaveGeneral validates and stores the settings of the site, and records the change. It is
// Forbidden without the right to change settings, and Invalid with all faults joined.
func SaveGeneral(ctx context.Context, tx *store.Tx, who backup.User, general General) error {
	if err := backup.Require(who, backup.ManageSettings); err != nil {
		return err
	}
	general.TimeZone = strings.TrimSpace(general.TimeZone)
	general.BaseURL = trimURL(general.BaseURL)
	general.UpdatedAt = tx.Now()
	if err := general.Validate(); err != nil {
		return err
	}
	before, err := LoadGeneral(ctx, tx)
	if err != nil {
		return err
	}
	if err := tx.SetSetting(ctx, generalKey, general); err != nil {
		return fmt.Errorf("save the general settings: %w", err)
	}
	return audit.Record(ctx, tx, who, audit.SettingsChanged, generalKey, map[string]any{"before": before, "after": general})
}

// checkBaseURL returns the fault of an address that links are made from, or nil. It must
// stand in a ticket as it is, so nothing may follow the path.
func checkBaseURL(address string) *backup.Error {
	parsed, err := url.Parse(address)
	switch {
	case len(address) > maxURL:
		return backup.Errorf(backup.Invalid, "The base URL is longer than %d characters.", maxURL)
	case err != nil || strings.ContainsFunc(address, unicode.IsSpace):
		return backup.Errorf(backup.Invalid, "The base URL is no valid address. Use one such as https://backupchecks.example.com.")
	case parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "":
		return backup.Errorf(backup.Invalid, "The base URL must begin with https:// or http:// and a host name.")
	case parsed.User != nil:
		return backup.Errorf(backup.Invalid, "The base URL must not hold a user name or password.")
	case parsed.RawQuery != "" || parsed.ForceQuery || strings.Contains(address, "#"):
		return backup.Errorf(backup.Invalid, "The base URL must end after the host or the path, without ? or #.")
	}
	return nil
}

// trimURL takes away what people paste along: spaces around, and the slash at the end that
// would double in links.
func trimURL(address string) string {
	return strings.TrimRight(strings.TrimSpace(address), "/")
}

// shorten cuts text for a sentence.
func shorten(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}
