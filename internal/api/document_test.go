package api_test

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write openapi.json anew")

func TestDocumentIsFresh(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	if *update {
		if err := os.WriteFile("openapi.json", s.api.Document(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatalf("no golden file; run go test ./internal/api -update and look at the diff: %v", err)
	}
	if diff := cmp.Diff(string(want), string(s.api.Document())); diff != "" {
		t.Errorf("openapi.json is stale; run go test ./internal/api -update and look at the diff (-file +program):\n%s", diff)
	}
	served := s.send(t, nobody, "GET", "/api/v1/openapi.json", "", "").want(t, 200)
	if served.text != string(s.api.Document()) {
		t.Error("the document that is served is another one")
	}
}

// document is what a generator of clients reads.
type document struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		OperationID string
		Responses   map[string]any
	}
	Components struct{ Schemas map[string]any }
}

func TestDocumentHoldsTogether(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	var doc document
	if err := json.Unmarshal(s.api.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") {
		t.Errorf("OpenAPI %s, want 3.1", doc.OpenAPI)
	}
	seen := map[string]bool{}
	for _, route := range s.api.Routes() {
		operation, found := doc.Paths[route.Path][strings.ToLower(route.Method)]
		switch {
		case !found || operation.OperationID != route.Name:
			t.Errorf("%s %s is described as %q, want %q", route.Method, route.Path, operation.OperationID, route.Name)
		case seen[route.Name]:
			t.Errorf("two operations are called %s", route.Name)
		case operation.Responses["401"] == nil || operation.Responses["default"] == nil:
			t.Errorf("%s does not say how it fails", route.Name)
		}
		seen[route.Name] = true
	}
	for _, match := range regexp.MustCompile(`"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(string(s.api.Document()), -1) {
		if doc.Components.Schemas[match[1]] == nil {
			t.Errorf("the document refers to %s, which it does not describe", match[1])
		}
	}
	for _, trace := range []string{"$schema", "ErrorModel", "unpkg", s.address} {
		if strings.Contains(string(s.api.Document()), trace) {
			t.Errorf("the document holds %q", trace)
		}
	}
}

func TestDocsPage(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	page := s.send(t, nobody, "GET", "/api/docs", "", "").want(t, 200)
	if got := page.header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("content type %q, want HTML", got)
	}
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q is not strict", policy)
	}
	for _, route := range s.api.Routes() {
		if !strings.Contains(page.text, `id="`+route.Name+`"`) {
			t.Errorf("the page does not describe %s", route.Name)
		}
	}
	ids := map[string]bool{}
	for _, match := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page.text, -1) {
		if ids[match[1]] {
			t.Errorf("two places of the page are called %s", match[1])
		}
		ids[match[1]] = true
	}
	for _, match := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page.text, -1) {
		if !ids[match[1]] {
			t.Errorf("the page leads to #%s, which is not there", match[1])
		}
	}
	for _, outside := range regexp.MustCompile(`(?:src|href)="(https?:|//)[^"]*"`).FindAllString(page.text, -1) {
		t.Errorf("the page loads or leads abroad: %s", outside)
	}
	style := s.send(t, nobody, "GET", "/api/docs/style.css", "", "").want(t, 200)
	if got := style.header.Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("style: content type %q", got)
	}
	if got := s.send(t, nobody, "GET", "/api/", "", ""); got.status != 303 || got.header.Get("Location") != "/api/docs" {
		t.Errorf("GET /api/: status %d to %q, want the page", got.status, got.header.Get("Location"))
	}
}
