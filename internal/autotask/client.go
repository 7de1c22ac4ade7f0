package autotask

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"backupchecks/internal/secret"
)

// DefaultDiscoveryURL is where the service tells any user's zone.
const DefaultDiscoveryURL = "https://webservices.autotask.net" + discoveryPath

// Config holds what a client needs. The credentials and Now are required.
type Config struct {
	// DiscoveryURL is the zone discovery address; its path may be left out in part or
	// whole. Empty means DefaultDiscoveryURL.
	DiscoveryURL    string
	UserName        string
	Secret          secret.String
	IntegrationCode string // the tracking identifier

	// AllowPrivate lifts the rule that addresses are https, in the service's domain and not
	// in a private network. Set it only when somebody set DiscoveryURL explicitly, for a
	// simulator or a proxy.
	AllowPrivate bool

	// Transport carries the requests. Nil means one that looks at each address when dialling;
	// with another, that is the other's business.
	Transport http.RoundTripper

	Log   *slog.Logger                                     // nil: no log
	Now   func() time.Time                                 // the clock
	Sleep func(ctx context.Context, d time.Duration) error // waits, or returns ctx's error; nil: a timer
}

// Client talks to one tenant. Make one for a tenant and process: the limits of requests in
// flight hold for each Client. It is safe for concurrent use.
type Client struct {
	userName        string
	secret          secret.String
	integrationCode string

	discovery url.URL // complete, save the user
	rules     addressRules
	http      *http.Client
	log       *slog.Logger
	now       func() time.Time
	sleep     func(ctx context.Context, d time.Duration) error

	locating slot // held while the zone is asked for
	trial    slot // held by a request while nothing shows that the credentials are good

	mu          sync.Mutex
	slots       map[string]slot // by entity
	zone        *Zone           // nil until known
	proven      bool            // the service accepted the credentials
	broken      *Error          // why nothing more is sent; nil while all is well
	pausedUntil time.Time       // the service asked to be left alone until then
}

// New checks cfg and makes a client. It sends nothing.
func New(cfg Config) (*Client, error) {
	if err := checkCredentials(cfg); err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		return nil, errors.New("autotask: the clock (Now) is missing")
	}
	discovery, err := discoveryURL(cmp.Or(cfg.DiscoveryURL, DefaultDiscoveryURL))
	if err != nil {
		return nil, err
	}
	rules := addressRules{allowPrivate: cfg.AllowPrivate, discoveryHost: discovery.Hostname()}
	if err := rules.check(discovery); err != nil {
		return nil, fmt.Errorf("autotask: discovery address: %w", err)
	}
	transport := cfg.Transport
	if transport == nil {
		transport = guardedTransport(cfg.AllowPrivate)
	}
	c := &Client{
		userName: cfg.UserName, secret: cfg.Secret, integrationCode: cfg.IntegrationCode,
		discovery: *discovery, rules: rules, log: cfg.Log, now: cfg.Now, sleep: cfg.Sleep,
		// A redirect is an answer like any other: following it could carry credentials away.
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
		locating: newSlot(1), trial: newSlot(1), slots: map[string]slot{},
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	return c, nil
}

// Close lets go of idle connections. Use it when another client takes over.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// checkCredentials reports credentials that are missing or cannot stand in a header. They
// are not trimmed: secrets may begin or end with anything.
func checkCredentials(cfg Config) error {
	credentials := []struct{ name, value string }{
		{"user name", cfg.UserName}, {"secret", cfg.Secret.Reveal()}, {"tracking identifier", cfg.IntegrationCode},
	}
	for _, credential := range credentials {
		if credential.value == "" {
			return fmt.Errorf("autotask: the %s is missing", credential.name)
		}
		if strings.ContainsFunc(credential.value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fmt.Errorf("autotask: the %s holds a control character", credential.name)
		}
	}
	return nil
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// slot lets a number of holders in at a time.
type slot chan struct{}

func newSlot(holders int) slot { return make(slot, holders) }

// take waits for a place, or returns ctx's error. After nil, leave must follow.
func (s slot) take(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	default:
	}
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s slot) leave() { <-s }

// inFlight is how many requests may run at once for each entity. Autotask takes three for
// a tracking identifier and entity; one is left to other programs that share it.
const inFlight = 2

// entitySlot returns the slot that all requests for the entity share.
func (c *Client) entitySlot(entity string) slot {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.slots[entity] == nil {
		c.slots[entity] = newSlot(inFlight)
	}
	return c.slots[entity]
}
