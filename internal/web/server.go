// Package web shows the pages: it turns a request into a call to a station or a read from the
// store, and the answer into HTML. It holds no rules of its own; what a page may show or do is
// asked of package backup, and changes are made by the stations. It stands at the edge.
//
// To add a page: a file for the action with its page struct and handler, a template of the
// same name under templates, a line in pages and a line in routes.
package web

import (
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"backupchecks/internal/auth"
	"backupchecks/internal/ingest"
	"backupchecks/internal/review"
	"backupchecks/internal/secret"
	"backupchecks/internal/store"
	"backupchecks/internal/ticket"
	"backupchecks/internal/web/assets"
)

// Config is what a Server needs.
type Config struct {
	DB      *store.DB        // required
	Auth    *auth.Service    // required
	Ingest  *ingest.Station  // required
	Review  *review.Station  // required
	Tickets *ticket.Station  // required
	Keys    secret.Keys      // required to store secrets
	Log     *slog.Logger     // required
	Now     func() time.Time // required
	Version string           // shown at the foot of each page
	BaseURL string           // the address that people use; empty when not known
}

// Server answers requests for pages. It is safe for concurrent use.
type Server struct {
	db        *store.DB
	auth      *auth.Service
	ingest    *ingest.Station
	review    *review.Station
	tickets   *ticket.Station
	keys      secret.Keys
	log       *slog.Logger
	now       func() time.Time
	version   string
	https     bool
	assets    *assets.Set
	templates map[string]*template.Template
	routes    []Route
	handler   http.Handler
}

// New makes a Server. It returns an error that names a missing field, a wrong base address, or
// the template that cannot be read.
func New(cfg Config) (*Server, error) {
	switch {
	case cfg.DB == nil:
		return nil, errors.New("web: Config.DB is missing")
	case cfg.Auth == nil:
		return nil, errors.New("web: Config.Auth is missing")
	case cfg.Ingest == nil || cfg.Review == nil || cfg.Tickets == nil:
		return nil, errors.New("web: Config.Ingest, Review and Tickets are missing")
	case cfg.Log == nil:
		return nil, errors.New("web: Config.Log is missing")
	case cfg.Now == nil:
		return nil, errors.New("web: Config.Now is missing")
	}
	built, err := assets.Built()
	if err != nil {
		return nil, err
	}
	if built.Empty() {
		cfg.Log.Warn("web assets are not built, pages have no style; run go run ./tools/assets")
	}
	templates, err := parseTemplates(built)
	if err != nil {
		return nil, err
	}
	s := &Server{
		db: cfg.DB, auth: cfg.Auth, ingest: cfg.Ingest, review: cfg.Review, tickets: cfg.Tickets, keys: cfg.Keys, log: cfg.Log, now: cfg.Now, version: cfg.Version,
		assets: built, templates: templates,
	}
	cross := http.NewCrossOriginProtection()
	if cfg.BaseURL != "" {
		base, err := url.Parse(cfg.BaseURL)
		if err != nil || base.Host == "" {
			return nil, fmt.Errorf("web: Config.BaseURL %q is not an address", cfg.BaseURL)
		}
		s.https = base.Scheme == "https"
		if err := cross.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
			return nil, fmt.Errorf("web: trust Config.BaseURL: %w", err)
		}
	}
	cross.SetDenyHandler(http.HandlerFunc(s.refuseForeignForm))

	mux := http.NewServeMux()
	s.install(mux)
	s.handler = requestID(s.logRequests(s.recoverPanics(s.secure(cross.Handler(mux)))))
	return s, nil
}

// Handler answers every request that is not for the API.
func (s *Server) Handler() http.Handler { return s.handler }

// Routes lists all routes of the pages.
func (s *Server) Routes() []Route { return s.routes }
