// Package assets serves what the pages load: style, script and icons. tools/assets builds
// them from the sources beside this file and from npm into dist, which is embedded here and
// never committed; with an empty dist the pages still work, only plainer.
package assets

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// Prefix is the path under which a Set is served.
const Prefix = "/assets/"

// Set is a set of built files, each known by the name that templates use and served under a
// name that holds the hash of its content.
type Set struct {
	built  map[string]string // "app.css": "app-5KD2W6HQ.css"
	bodies map[string]file   // by the hashed name
}

type file struct {
	mime         string
	plain, small []byte // small is gzipped, nil where that saves nothing
}

// Built returns the set that was embedded when the program was built. It is empty when
// nobody ran tools/assets before.
func Built() (*Set, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("open embedded assets: %w", err)
	}
	return Load(files)
}

// Load reads a set from a folder as tools/assets makes it: manifest.json, the files that it
// names, and beside each maybe the same compressed, ending in .gz. Without a manifest the set
// is empty.
func Load(files fs.FS) (*Set, error) {
	set := &Set{built: map[string]string{}, bodies: map[string]file{}}
	text, err := fs.ReadFile(files, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return set, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read asset manifest: %w", err)
	}
	if err := json.Unmarshal(text, &set.built); err != nil {
		return nil, fmt.Errorf("read asset manifest: %w", err)
	}
	for name, hashed := range set.built {
		one := file{mime: mimeType(hashed)}
		if one.plain, err = fs.ReadFile(files, hashed); err != nil {
			return nil, fmt.Errorf("read asset %s: %w", name, err)
		}
		if one.small, err = fs.ReadFile(files, hashed+".gz"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read asset %s: %w", name, err)
		}
		set.bodies[hashed] = one
	}
	return set, nil
}

// mimeType does not ask the machine, whose answers differ.
func mimeType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// Empty reports whether the set was never built.
func (s *Set) Empty() bool { return len(s.built) == 0 }

// Path returns the address of an asset, such as "/assets/app-5KD2W6HQ.css" for "app.css". In
// an empty set every asset has the empty address; in a built one an unknown name is an error.
func (s *Set) Path(name string) (string, error) {
	if s.Empty() {
		return "", nil
	}
	hashed, found := s.built[name]
	if !found {
		return "", fmt.Errorf("no asset is called %q", name)
	}
	return Prefix + hashed, nil
}

// ServeHTTP answers with a file under its hashed name, to be kept for a year: a changed file
// has another name.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one, found := s.bodies[strings.TrimPrefix(r.URL.Path, Prefix)]
	if !found {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", one.mime)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Add("Vary", "Accept-Encoding")
	body := one.plain
	if one.small != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		body = one.small
	}
	// The only failure left is a visitor who went away.
	_, _ = w.Write(body)
}
