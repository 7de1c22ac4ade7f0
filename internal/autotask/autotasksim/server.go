package autotasksim

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
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

// Server plays one tenant. It is safe for concurrent use.
type Server struct {
	opts     Options
	seed     Seed
	location *time.Location
	now      func() time.Time
	log      *slog.Logger
	ui       http.Handler

	mu       sync.Mutex
	entities map[string]*entity // by name in lower case
	counters map[string]int     // tickets numbered, by day
	hidden   map[int64]bool     // tickets that the API user may not see
	failures map[string]int     // refused sign-ins, by user
	zonePath string             // before /ATServicesRest; changes when the tenant moves
	faults   []*pendingFault
	traffic  traffic
	held     chan struct{} // closed when requests go on; nil while none are held
}

// New makes a server from opts.
func New(opts Options) (*Server, error) {
	if opts.Now == nil {
		return nil, errors.New("autotasksim: the clock (Now) is missing")
	}
	seed := DefaultSeed()
	if opts.Seed != nil {
		seed = opts.Seed.complete()
	}
	location, err := seed.location()
	if err != nil {
		return nil, fmt.Errorf("autotasksim: seed: %w", err)
	}
	opts.LockAfter, opts.ThreadLimit, opts.HourlyLimit = orElse(opts.LockAfter, 10), orElse(opts.ThreadLimit, 3), orElse(opts.HourlyLimit, 10_000)
	s := &Server{
		opts: opts, seed: seed, location: location, now: opts.Now, log: opts.Log,
		entities: newEntities(), counters: map[string]int{}, hidden: map[int64]bool{}, failures: map[string]int{},
		traffic: newTraffic(),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	companies := s.entities["companies"]
	for _, company := range seed.Companies {
		companies.rows[company.ID] = row{
			"id": company.ID, "companyName": company.Name, "companyNumber": company.Number,
			"companyType": int64(orElse(int(company.Type), 1)), "isActive": !company.Inactive, "createDate": s.now().UTC(),
		}
	}
	s.ui = s.routes()
	return s, nil
}

func orElse(value, standard int) int {
	if value == 0 {
		return standard
	}
	return value
}

// apiRoot stands in the path of every API call.
const apiRoot = "/ATServicesRest"

// ServeHTTP answers API calls below /ATServicesRest, which a moved tenant has under another
// prefix, and pages elsewhere.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	prefix, path, found := cut(r.URL.Path, apiRoot, s.opts.StrictCase)
	if !found {
		s.ui.ServeHTTP(w, r)
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

// base is the address of this server, without a final slash.
func (s *Server) base(r *http.Request) string {
	if s.opts.BaseURL != "" {
		return strings.TrimRight(s.opts.BaseURL, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// zoneInformation answers where a user's tenant is. It wants no credentials.
func (s *Server) zoneInformation(r *http.Request) response {
	name := r.URL.Query().Get("user")
	known := slices.ContainsFunc(s.seed.Users, func(u User) bool { return strings.EqualFold(u.Name, name) })
	if !known {
		return failed("Zone information could not be determined")
	}
	return ok(struct {
		ZoneName string `json:"zoneName"`
		URL      string `json:"url"`
		WebURL   string `json:"webUrl"`
		CI       int64  `json:"ci"`
	}{s.seed.ZoneName, s.base(r) + s.zonePath + apiRoot + "/", s.base(r) + "/", s.seed.CI})
}

// authenticate returns the API user of a request. Whatever is wrong with name or secret, the
// answer is the same empty 401; enough of them lock the user, and then it stays so.
func (s *Server) authenticate(r *http.Request) (User, *response) {
	refused := &response{status: http.StatusUnauthorized}
	name := r.Header.Get("UserName")
	i := slices.IndexFunc(s.seed.Users, func(u User) bool { return strings.EqualFold(u.Name, name) })
	if i < 0 {
		return User{}, refused
	}
	user := s.seed.Users[i]
	if s.failures[user.Name] >= s.opts.LockAfter || user.Inactive {
		return user, refused
	}
	if r.Header.Get("Secret") != user.Secret {
		s.failures[user.Name]++
		return user, refused
	}
	if r.Header.Get("ApiIntegrationCode") != user.IntegrationCode {
		if s.opts.BadCodeAs401 {
			return user, refused
		}
		return user, new(failed("IntegrationCode is invalid."))
	}
	s.failures[user.Name] = 0
	return user, nil
}
