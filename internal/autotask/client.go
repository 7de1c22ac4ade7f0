package autotask

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"backupchecks/internal/secret"
)

// DefaultDiscoveryURL is where the service tells any user's zone.
const DefaultDiscoveryURL = "https://webservices.autotask.net/ATServicesRest/V1.0/zoneInformation"

// Config holds what a client needs. Now is required; zero values of the others are useful,
// save the credentials.
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
	cfg Config
}

// New checks cfg and makes a client. It sends nothing.
func New(cfg Config) (*Client, error) {
	return &Client{cfg: cfg}, nil
}
