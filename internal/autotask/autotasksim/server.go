package autotasksim

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options say what is played and how strictly. The zero value, with a clock, plays the
// default tenant as today's service.
type Options struct {
	Now  func() time.Time // the clock; required
	Seed *Seed            // nil: DefaultSeed
	Log  *slog.Logger     // nil: no log

	BaseURL        string // the address in answers, such as "http://127.0.0.1:9000"; empty: that of each request
	MissingAs404   bool   // answers 404 for a record that does not exist, as the service once did
	BadCodeAs401   bool   // answers 401 for a bad tracking identifier, as was reported once
	ThreadsAs500   bool   // answers 500 with Itgenatr005 for too many requests at once, not 429
	StrictCase     bool   // takes paths only in the documented case
	LockAfter      int    // failures that lock a user; 0: 10
	ThreadLimit    int    // requests at once for an entity and tracking identifier; 0: 3
	HourlyLimit    int    // requests in 60 minutes; 0: 10,000
	LatencyByUsage bool   // slows down by 0.5 s from half and 1 s from three quarters of the hourly limit
}

// Server plays the service for the tenants of a seed. Its methods for tickets, companies and
// users are those of the first tenant; TenantOf leads to the others. It is safe for
// concurrent use.
type Server struct {
	*Tenant

	tenants []*Tenant // the first is the embedded one
	opts    Options
	log     *slog.Logger
	traffic traffic
	line    line
}

// New makes a server from opts.
func New(opts Options) (*Server, error) {
	if opts.Now == nil {
		return nil, errors.New("autotasksim: the clock (Now) is missing")
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	seed := DefaultSeed()
	if opts.Seed != nil {
		seed = opts.Seed.complete()
	}
	opts.LockAfter, opts.ThreadLimit, opts.HourlyLimit = orElse(opts.LockAfter, 10), orElse(opts.ThreadLimit, 3), orElse(opts.HourlyLimit, 10_000)
	if err := seed.checkTenants(); err != nil {
		return nil, fmt.Errorf("autotasksim: seed: %w", err)
	}
	s := &Server{opts: opts, log: opts.Log, traffic: newTraffic()}
	for i, seed := range append([]Seed{seed}, seed.Tenants...) {
		tenant, err := newTenant(seed, opts)
		if err != nil {
			return nil, fmt.Errorf("autotasksim: seed: %w", err)
		}
		if i > 0 {
			tenant.root = "/tenants/" + strconv.FormatInt(seed.CI, 10)
		}
		tenant.ui = s.routes(tenant)
		s.tenants = append(s.tenants, tenant)
	}
	s.Tenant = s.tenants[0]
	return s, nil
}

// Tenants returns all tenants in the order of the seed.
func (s *Server) Tenants() []*Tenant { return slices.Clone(s.tenants) }

// TenantOf returns the tenant that an API user belongs to, nil for a user that no tenant
// knows. Which tenant is meant is decided by the user name alone, as in the real service.
func (s *Server) TenantOf(userName string) *Tenant {
	for _, tenant := range s.tenants {
		if tenant.knows(userName) {
			return tenant
		}
	}
	return nil
}

// apiRoot stands in the path of every API call.
const apiRoot = "/ATServicesRest"

// ServeHTTP answers API calls below /ATServicesRest, which a moved tenant has under another
// prefix, and pages elsewhere.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	prefix, path, found := cut(r.URL.Path, apiRoot, s.opts.StrictCase)
	if !found {
		s.pagesFor(r.URL.Path).ServeHTTP(w, r)
		return
	}
	s.serveAPI(w, r, prefix, strings.TrimRight(path, "/"))
}

// cut splits path around the first root that is a whole part of it.
func cut(path, root string, strict bool) (before, after string, found bool) {
	if !strict {
		at := strings.Index(strings.ToLower(path), strings.ToLower(root))
		if at < 0 {
			return path, "", false
		}
		before, after = path[:at], path[at+len(root):]
	} else if before, after, found = strings.Cut(path, root); !found {
		return path, "", false
	}
	return before, after, after == "" || after[0] == '/'
}

// pagesFor returns the pages of the tenant that a path names, those of the first tenant for
// all other paths.
func (s *Server) pagesFor(path string) http.Handler {
	for _, tenant := range s.tenants[1:] {
		if rest, found := strings.CutPrefix(path, tenant.root); found && (rest == "" || rest[0] == '/') {
			return http.StripPrefix(tenant.root, tenant.ui)
		}
	}
	return s.tenants[0].ui
}
