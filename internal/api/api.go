// Package api answers programs: REST under /api/v1 with its OpenAPI document, and a page at
// /api/docs that people read it on. It stands at the edge and holds no rules of its own: it
// turns a request into a call to a station or a read from the store, and the answer, or the
// failure, into JSON.
//
// To add an endpoint: a line in install, a handler in the file of its noun, the shapes of what
// goes in and out beside it, then go test ./internal/api -update.
package api

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"backupchecks/internal/auth"
	"backupchecks/internal/ingest"
	"backupchecks/internal/review"
	"backupchecks/internal/secret"
	"backupchecks/internal/store"
	"backupchecks/internal/ticket"
)

// base is where the endpoints are; the page for people stands beside it.
const base = "/api/v1"

// Config is what an API needs. All fields are required but Version.
type Config struct {
	DB      *store.DB
	Auth    *auth.Service
	Ingest  *ingest.Station
	Review  *review.Station
	Tickets *ticket.Station
	Keys    secret.Keys // for the secrets that settings hold
	Log     *slog.Logger
	Now     func() time.Time
	Version string // of the program; shown at the foot of the page for people
}

// API answers requests below /api/. It is safe for concurrent use.
type API struct {
	db      *store.DB
	auth    *auth.Service
	ingest  *ingest.Station
	review  *review.Station
	tickets *ticket.Station
	keys    secret.Keys
	log     *slog.Logger
	now     func() time.Time
	version string

	huma     huma.API
	mux      *http.ServeMux
	routes   []Route
	document []byte // the OpenAPI document
	docs     []byte // the page for people
	handler  http.Handler
}

// New makes an API. It returns an error that names a missing field.
func New(cfg Config) (*API, error) {
	switch {
	case cfg.DB == nil:
		return nil, errors.New("api: Config.DB is missing")
	case cfg.Auth == nil:
		return nil, errors.New("api: Config.Auth is missing")
	case cfg.Ingest == nil:
		return nil, errors.New("api: Config.Ingest is missing")
	case cfg.Review == nil:
		return nil, errors.New("api: Config.Review is missing")
	case cfg.Tickets == nil:
		return nil, errors.New("api: Config.Tickets is missing")
	case cfg.Keys.IsZero():
		return nil, errors.New("api: Config.Keys is missing")
	case cfg.Log == nil:
		return nil, errors.New("api: Config.Log is missing")
	case cfg.Now == nil:
		return nil, errors.New("api: Config.Now is missing")
	}
	a := &API{
		db: cfg.DB, auth: cfg.Auth, ingest: cfg.Ingest, review: cfg.Review, tickets: cfg.Tickets,
		keys: cfg.Keys, log: cfg.Log, now: cfg.Now, version: cfg.Version, mux: http.NewServeMux(),
	}
	a.huma = humago.NewWithPrefix(a.mux, base, a.humaConfig())
	a.install()
	if err := a.describe(); err != nil {
		return nil, err
	}
	a.mux.HandleFunc(everything, a.nothingHere)
	a.handler = requestID(a.logRequests(a.recoverPanics(secure(a.mux))))
	return a, nil
}

// humaConfig is written out instead of taken from huma's defaults, because those add links to
// schemas, which are made from the Host header, and a page for people that loads from abroad.
func (a *API) humaConfig() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "Backupchecks",
				Version:     "1",
				Description: "Mails about backups, the runs they tell of, reviews and Autotask tickets. A token acts with all roles of its user.",
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token": {Type: "http", Scheme: "bearer", BearerFormat: tokenFormat, Description: "An API token of Backupchecks."},
				},
			},
			Security: []map[string][]string{{"token": {}}},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{a.reword},
	}
}

// Handler answers everything below /api/.
func (a *API) Handler() http.Handler { return a.handler }

// Routes lists all endpoints.
func (a *API) Routes() []Route { return a.routes }

// Document is the OpenAPI document, as it is served.
func (a *API) Document() []byte { return a.document }
