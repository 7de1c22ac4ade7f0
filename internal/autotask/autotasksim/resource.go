package autotasksim

import (
	"errors"
	"slices"
	"strings"
)

// Resource is somebody who works in the tenant. The first one in the seed stands behind the
// API users, and the second is who acts in Autotask's pages unless told otherwise.
type Resource struct {
	ID        int64  `json:"id"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	UserName  string `json:"userName"`
	Inactive  bool   `json:"inactive"`
}

// Name is the whole name.
func (r Resource) Name() string { return strings.TrimSpace(r.FirstName + " " + r.LastName) }

// apiUser returns the resource behind the API users.
func (t *Tenant) apiUser() int64 { return t.seed.Resources[0].ID }

// person returns the resource that acts in the pages.
func (t *Tenant) person() int64 { return t.seed.Resources[min(1, len(t.seed.Resources)-1)].ID }

// Resources returns everybody who works in the tenant.
func (t *Tenant) Resources() []Resource {
	t.lock()
	defer t.mu.Unlock()
	return slices.Clone(t.seed.Resources)
}

// nameOf returns a resource's name, "" for one that is not there.
func (t *Tenant) nameOf(id int64) string {
	for _, resource := range t.seed.Resources {
		if resource.ID == id {
			return resource.Name()
		}
	}
	return ""
}

// checkResources reports resources that cannot be told apart.
func (s Seed) checkResources() error {
	seen := map[int64]bool{}
	for _, resource := range s.Resources {
		if seen[resource.ID] || resource.ID <= 0 {
			return errors.New("a resource needs an id of its own that is greater than 0")
		}
		seen[resource.ID] = true
	}
	if len(s.Resources) == 0 {
		return errors.New("a tenant needs the resource behind its API users")
	}
	return nil
}

func resourceFields() []field {
	return []field{
		{name: "id", kind: integer, readOnly: true},
		{name: "firstName", kind: text, length: 50, required: true},
		{name: "lastName", kind: text, length: 50, required: true},
		{name: "userName", kind: text, length: 32, required: true},
		{name: "isActive", kind: boolean},
	}
}
