package app

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"backupchecks/internal/api"
	"backupchecks/internal/backup"
	"backupchecks/internal/web"
)

// readyTimeout bounds how long a readiness check may wait for the database.
const readyTimeout = 3 * time.Second

// handler joins the edges: pages, REST API, health and metrics.
func (a *App) handler() (http.Handler, error) {
	pages, err := web.New(web.Config{
		DB: a.DB, Auth: a.Auth, Ingest: a.Ingest, Review: a.Review, Tickets: a.Tickets, Keys: a.keys,
		Log: a.log, Now: a.now, Version: a.options.Version, BaseURL: a.options.Config.BaseURL,
	})
	if err != nil {
		return nil, err
	}
	rest, err := api.New(api.Config{
		DB: a.DB, Auth: a.Auth, Ingest: a.Ingest, Review: a.Review, Tickets: a.Tickets, Keys: a.keys,
		Log: a.log, Now: a.now, Version: a.options.Version,
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", pages.Handler())
	mux.Handle("/api/", rest.Handler())
	mux.HandleFunc("GET /health/live", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "live"})
	})
	mux.HandleFunc("GET /health/ready", a.ready)

	whole := http.NewServeMux()
	whole.Handle("/", behindProxies(a.options.Config.Proxies, mux))
	whole.Handle("GET /metrics", a.metrics()) // asks who really connected
	return whole, nil
}

func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := a.DB.Ping(ctx); err != nil {
		_, sentence := backup.Explain(err)
		a.log.WarnContext(ctx, "not ready", "err", err)
		answer(w, http.StatusServiceUnavailable, map[string]string{"status": "unavailable", "reason": sentence})
		return
	}
	answer(w, http.StatusOK, map[string]string{"status": "ready"})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}

// metrics answers loopback only, unless configured otherwise: the figures tell outsiders
// how much trouble there is.
func (a *App) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newWorkload(a.DB, a.log))
	inner := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		address := net.ParseIP(host)
		forwarded := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
		if !a.options.Config.MetricsOpen && (err != nil || address == nil || !address.IsLoopback() || forwarded) {
			http.Error(w, "The metrics answer this machine only, unless BACKUPCHECKS_METRICS is set to all.", http.StatusForbidden)
			return
		}
		inner.ServeHTTP(w, r)
	})
}
