package autotasksim

import (
	"bytes"
	_ "embed" // for the default seed
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the tenant's zone, on systems without a database of zones
)

// defaultSeed is the tenant that a simulator plays unless told otherwise.
//
//go:embed seed.json
var defaultSeed []byte

// Seed is a tenant to play: who may call, and what is there at the start.
type Seed struct {
	Zone       string              `json:"zone,omitempty"` // stands in the API's address before /ATServicesRest; empty: nothing does
	ZoneName   string              `json:"zoneName"`
	CI         int64               `json:"ci"`       // the tenant's number
	TimeZone   string              `json:"timeZone"` // whose dates ticket numbers carry
	Users      []User              `json:"users"`
	Companies  []SeedCompany       `json:"companies"`
	Picklists  map[string][]Choice `json:"picklists"` // by field: queueID, source, status, priority, …
	Categories []Category          `json:"categories"`
	Resources  []Resource          `json:"resources"`

	UserDefinedFields []UserDefinedField `json:"userDefinedFields,omitempty"` // of tickets
	Rules             []Rule             `json:"rules,omitempty"`             // workflow rules
	FoldDuplicates    bool               `json:"foldDuplicates,omitempty"`    // a new ticket with company and title of an open one becomes a note on that
	Language          string             `json:"language,omitempty"`          // of the labels: "de", "nl"; empty: English

	// Tenants are further tenants. Each needs a number (ci) and users of its own; a sandbox is
	// such a tenant.
	Tenants []Seed `json:"tenants,omitempty"`
}

// User is an API user. In the real service a user name, its secret and the tracking
// identifier are needed together.
type User struct {
	Name            string   `json:"name"`
	Secret          string   `json:"secret"`
	IntegrationCode string   `json:"integrationCode"`
	Inactive        bool     `json:"inactive"`
	Denied          []string `json:"denied"` // entities that the security level hides
}

// SeedCompany is a company at the start. ID 0 is the tenant's own.
type SeedCompany struct {
	ID       int64  `json:"id"`
	Name     string `json:"companyName"`
	Number   string `json:"companyNumber"`
	Type     int64  `json:"companyType"` // 0 stands for 1, a customer
	Inactive bool   `json:"inactive"`
}

// Choice is a value of a picklist.
type Choice struct {
	Value    int64  `json:"value"`
	Label    string `json:"label"`
	Parent   string `json:"parent"` // the parent's value, for subIssueType
	Default  bool   `json:"default"`
	Inactive bool   `json:"inactive"`
	System   bool   `json:"system"`
}

// Category is a ticket category with what it demands. Tickets without one get the default
// of the picklist ticketCategory.
type Category struct {
	Value             int64            `json:"value"`
	Required          []string         `json:"required"`           // further fields of a new ticket
	Defaults          map[string]int64 `json:"defaults,omitempty"` // fill such fields, so that they need not be given
	DueHours          float64          `json:"dueHours"`           // fills the due date; 0: it must be given
	RequireNoteTitle  bool             `json:"requireNoteTitle"`   // on notes
	RequireResolution bool             `json:"requireResolution"`  // to complete a ticket
}

// DefaultSeed returns the tenant played unless told otherwise: some companies, the usual
// picklists, and the API user api@example.com with the secret "secret" and the tracking
// identifier "TRACKING-ID".
func DefaultSeed() Seed {
	seed, err := readSeed(defaultSeed)
	if err != nil {
		panic("autotasksim: the embedded seed is broken: " + err.Error()) // a fault of the program
	}
	return seed
}

// ReadSeed reads a seed from JSON. Whole sections that are left out come from the default
// seed; unknown members are an error.
func ReadSeed(data []byte) (Seed, error) {
	seed, err := readSeed(data)
	if err != nil {
		return Seed{}, err
	}
	return seed.complete(), nil
}

func readSeed(data []byte) (Seed, error) {
	var seed Seed
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&seed); err != nil {
		return Seed{}, fmt.Errorf("read seed: %w", err)
	}
	return seed, nil
}

// orElse returns value, or standard for the zero value.
func orElse[T comparable](value, standard T) T {
	var zero T
	if value == zero {
		return standard
	}
	return value
}

// complete fills whole sections that are missing from the default seed. What it returns
// shares nothing with s that the simulator changes.
func (s Seed) complete() Seed {
	standard := DefaultSeed()
	s.ZoneName, s.TimeZone = orElse(s.ZoneName, standard.ZoneName), orElse(s.TimeZone, standard.TimeZone)
	s.CI = orElse(s.CI, standard.CI)
	if s.Users == nil {
		s.Users = standard.Users
	}
	if s.Companies == nil {
		s.Companies = standard.Companies
	}
	if s.Resources == nil {
		s.Resources = standard.Resources
	}
	if s.Categories == nil {
		s.Categories = standard.Categories
	}
	lists := standard.Picklists
	for name, choices := range s.Picklists {
		lists[name] = slices.Clone(choices)
	}
	s.Picklists, s.Users = lists, slices.Clone(s.Users)
	s.Tenants = slices.Clone(s.Tenants)
	for i, tenant := range s.Tenants {
		s.Tenants[i] = tenant.complete()
	}
	return s
}

// checkTenants reports tenants that could not be told apart.
func (s Seed) checkTenants() error {
	numbers, names := map[int64]bool{}, map[string]bool{}
	for _, tenant := range append([]Seed{s}, s.Tenants...) {
		if numbers[tenant.CI] {
			return fmt.Errorf("two tenants have the number (ci) %d", tenant.CI)
		}
		numbers[tenant.CI] = true
		for _, user := range tenant.Users {
			name := strings.ToLower(user.Name)
			if names[name] {
				return fmt.Errorf("the user %s is there twice", user.Name)
			}
			names[name] = true
		}
	}
	for _, tenant := range s.Tenants {
		if len(tenant.Tenants) > 0 {
			return errors.New("a tenant has tenants")
		}
	}
	return nil
}

// location checks the seed and returns the tenant's time zone.
func (s Seed) location() (*time.Location, error) {
	seen := map[int64]bool{}
	for _, company := range s.Companies {
		if seen[company.ID] || company.ID < 0 {
			return nil, fmt.Errorf("the company id %d is taken or negative", company.ID)
		}
		seen[company.ID] = true
	}
	for _, user := range s.Users {
		if user.Name == "" || user.Secret == "" || user.IntegrationCode == "" {
			return nil, errors.New("a user needs a name, a secret and a tracking identifier")
		}
	}
	if err := errors.Join(s.checkResources(), s.checkFields()); err != nil {
		return nil, err
	}
	return time.LoadLocation(s.TimeZone)
}
