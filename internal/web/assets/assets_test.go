package assets_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"backupchecks/internal/web/assets"
)

func built(t *testing.T) *assets.Set {
	t.Helper()
	set, err := assets.Load(fstest.MapFS{
		"manifest.json":   {Data: []byte(`{"app.css": "app-1A2B.css", "icons.svg": "icons-3C4D.svg"}`)},
		"app-1A2B.css":    {Data: []byte("body{}")},
		"app-1A2B.css.gz": {Data: []byte("compressed")},
		"icons-3C4D.svg":  {Data: []byte("<svg/>")},
		"left-over.js":    {Data: []byte("from an earlier build")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestPath(t *testing.T) {
	t.Parallel()
	set := built(t)
	if path, err := set.Path("app.css"); err != nil || path != "/assets/app-1A2B.css" {
		t.Errorf("Path(app.css): %q, %v", path, err)
	}
	if path, err := set.Path("ap.css"); err == nil {
		t.Errorf("Path(ap.css): %q, want an error", path)
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	set := built(t)
	for _, test := range []struct {
		path, encoding string
		status         int
		kind, body     string
	}{
		{"/assets/app-1A2B.css", "", 200, "text/css; charset=utf-8", "body{}"},
		{"/assets/app-1A2B.css", "br, gzip", 200, "text/css; charset=utf-8", "compressed"},
		{"/assets/icons-3C4D.svg", "gzip", 200, "image/svg+xml", "<svg/>"},
		{"/assets/left-over.js", "", 404, "text/plain; charset=utf-8", "404 page not found\n"},
		{"/assets/", "", 404, "text/plain; charset=utf-8", "404 page not found\n"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, test.path, nil)
		r.Header.Set("Accept-Encoding", test.encoding)
		w := httptest.NewRecorder()
		set.ServeHTTP(w, r)
		if w.Code != test.status || w.Header().Get("Content-Type") != test.kind || w.Body.String() != test.body {
			t.Errorf("%s (%s): %d %s %q, want %d %s %q", test.path, test.encoding,
				w.Code, w.Header().Get("Content-Type"), w.Body, test.status, test.kind, test.body)
		}
	}
}

func TestWithoutABuild(t *testing.T) {
	t.Parallel()
	set, err := assets.Load(fstest.MapFS{".gitkeep": {}})
	if err != nil {
		t.Fatal(err)
	}
	path, err := set.Path("app.css")
	if !set.Empty() || path != "" || err != nil {
		t.Errorf("empty %t, Path %q, %v; want an empty set that refuses nothing", set.Empty(), path, err)
	}
}

func TestManifestOfAMissingFile(t *testing.T) {
	t.Parallel()
	_, err := assets.Load(fstest.MapFS{"manifest.json": {Data: []byte(`{"app.css": "app-1A2B.css"}`)}})
	if err == nil {
		t.Error("a manifest that names a missing file is accepted")
	}
}
