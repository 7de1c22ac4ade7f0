package autotasksim

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Tenant is one customer of the service with its own users, data, limits and zone. It is safe
// for concurrent use.
type Tenant struct {
	opts     Options
	location *time.Location
	now      func() time.Time
	root     string // before the paths of the tenant's pages; empty for the first tenant
	ui       http.Handler

	mu       sync.Mutex
	seed     Seed
	entities map[string]*entity // by name in lower case
	counters map[string]int     // tickets numbered, by day
	hidden   map[int64]bool     // tickets that the API users may not see
	failures map[string]int     // refused sign-ins, by user
	zonePath string             // before /ATServicesRest; changes when the tenant moves
	labels   map[string]string  // in the tenant's language, by the English label
	pending  []pendingChange    // what workflow rules will do, by time
	hour     []time.Time        // of the requests that count towards the hourly limit
}

// newTenant fills a tenant from its complete seed.
func newTenant(seed Seed, opts Options) (*Tenant, error) {
	location, err := seed.location()
	if err != nil {
		return nil, err
	}
	t := &Tenant{
		opts: opts, seed: seed, location: location, now: opts.Now, zonePath: zonePath(seed.Zone),
		entities: newEntities(seed), counters: map[string]int{}, hidden: map[int64]bool{}, failures: map[string]int{},
	}
	for _, company := range seed.Companies {
		t.entities["companies"].rows[company.ID] = row{
			"id": company.ID, "companyName": company.Name, "companyNumber": company.Number,
			"companyType": orElse(company.Type, 1), "isActive": !company.Inactive, "createDate": t.now().UTC(),
		}
	}
	for _, resource := range seed.Resources {
		t.entities["resources"].rows[resource.ID] = row{
			"id": resource.ID, "firstName": resource.FirstName, "lastName": resource.LastName, "userName": resource.UserName,
			"isActive": !resource.Inactive,
		}
	}
	if err := t.speak(seed.Language); err != nil {
		return nil, err
	}
	if err := t.checkRules(); err != nil {
		return nil, err
	}
	return t, nil
}

// zonePath is what stands before the API's path in a zone of this name.
func zonePath(zone string) string {
	if zone = strings.Trim(zone, "/"); zone == "" {
		return ""
	}
	return "/" + zone
}

// CI returns the tenant's number.
func (t *Tenant) CI() int64 { return t.seed.CI }

// knows reports whether a user is one of the tenant's.
func (t *Tenant) knows(userName string) bool {
	t.lock()
	defer t.mu.Unlock()
	return t.user(userName) >= 0
}

// user finds a user by name, whatever the case; -1 if there is none.
func (t *Tenant) user(name string) int {
	return slices.IndexFunc(t.seed.Users, func(u User) bool { return strings.EqualFold(u.Name, name) })
}

// base is the address of this server, without a final slash.
func (t *Tenant) base(r *http.Request) string {
	if t.opts.BaseURL != "" {
		return strings.TrimRight(t.opts.BaseURL, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// zoneInformation answers where the tenant is. It wants no credentials.
func (t *Tenant) zoneInformation(r *http.Request) response {
	t.lock()
	defer t.mu.Unlock()
	return ok(struct {
		ZoneName string `json:"zoneName"`
		URL      string `json:"url"`
		WebURL   string `json:"webUrl"`
		CI       int64  `json:"ci"`
	}{t.seed.ZoneName, t.base(r) + t.zonePath + apiRoot + "/", t.base(r) + t.root + "/", t.seed.CI})
}

// authenticate returns the API user of a request that came to the zone with the prefix.
// Whatever is wrong with zone, name or secret, the answer is the same empty 401. Enough wrong
// secrets lock the user, and then it stays so.
func (t *Tenant) authenticate(r *http.Request, prefix string) (User, *response) {
	refused := &response{status: http.StatusUnauthorized}
	i := t.user(r.Header.Get("UserName"))
	if i < 0 || !strings.EqualFold(prefix, t.zonePath) { // another zone does not know the user
		return User{}, refused
	}
	user := t.seed.Users[i]
	if t.failures[user.Name] >= t.opts.LockAfter || user.Inactive {
		return user, refused
	}
	if r.Header.Get("Secret") != user.Secret {
		t.failures[user.Name]++
		return user, refused
	}
	if r.Header.Get("ApiIntegrationCode") != user.IntegrationCode {
		if t.opts.BadCodeAs401 {
			return user, refused
		}
		return user, new(failed("IntegrationCode is invalid."))
	}
	t.failures[user.Name] = 0
	return user, nil
}

// LockedUsers lists the API users whose sign-ins failed too often.
func (t *Tenant) LockedUsers() []string {
	t.lock()
	defer t.mu.Unlock()
	var locked []string
	for _, user := range t.seed.Users {
		if t.failures[user.Name] >= t.opts.LockAfter {
			locked = append(locked, user.Name)
		}
	}
	return locked
}

// UnlockUsers lets all locked users sign in again.
func (t *Tenant) UnlockUsers() {
	t.lock()
	defer t.mu.Unlock()
	clear(t.failures)
}
