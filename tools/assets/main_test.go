package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backupchecks/internal/web/assets"
)

const triangle = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor">
	<path stroke="none" d="M0 0h24v24H0z" fill="none" /><path d="M12 3l9 16H3z" /></svg>`

// sources is a folder like internal/web/assets, with one small package.
func sources(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"css/app.css":                        `@import "look/look.css"; .ours { color: light-dark(#fff, #000) }`,
		"js/app.js":                          `import { two } from "./two.js"; console.log(two)`,
		"js/two.js":                          `export const two = 1 + 1`,
		"icons.txt":                          "# ours\n\nwarn = outline/triangle\n",
		"favicon.svg":                        "<svg/>",
		"dist/.gitkeep":                      "",
		"dist/app-OLD.js":                    "from an earlier build",
		"node_modules/look/package.json":     `{"name": "look", "version": "1.2.3", "license": "MIT", "author": "Example Authors"}`,
		"node_modules/look/look.css":         ".theirs { color: red }",
		"node_modules/@x/words/package.json": `{"name": "@x/words", "version": "2.0.0", "license": "0BSD"}`,
		"node_modules/@x/words/LICENSE":      "Permission to use",
		"node_modules/@tabler/icons/icons/outline/triangle.svg": triangle,
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// fetch returns what the pages get under the name.
func fetch(t *testing.T, dir, name string) (path, body string) {
	t.Helper()
	set, err := assets.Load(os.DirFS(filepath.Join(dir, "dist")))
	if err != nil {
		t.Fatal(err)
	}
	if path, err = set.Path(name); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	set.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return path, w.Body.String()
}

func TestBuild(t *testing.T) {
	t.Parallel()
	dir := sources(t)
	if err := run(dir); err != nil {
		t.Fatal(err)
	}
	for name, wants := range map[string][]string{
		"app.css":      {".theirs", ".ours", "light-dark("},
		"app.js":       {"console.log("},
		"icons.svg":    {`<symbol id="warn" viewBox="0 0 24 24" fill="none" stroke="currentColor"`, `<path d="M12 3l9 16H3z"/></symbol>`},
		"favicon.svg":  {"<svg/>"},
		"licences.txt": {"look 1.2.3, licence MIT", "Example Authors", "@x/words 2.0.0, licence 0BSD", "Permission to use"},
	} {
		_, body := fetch(t, dir, name)
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s is %q, want %q in it", name, body, want)
			}
		}
	}
	if _, body := fetch(t, dir, "icons.svg"); strings.Contains(body, "M0 0h24v24H0z") {
		t.Errorf("icons.svg keeps the invisible square: %s", body)
	}
	if _, err := os.Stat(filepath.Join(dir, "dist", "app-OLD.js")); err == nil {
		t.Error("what an earlier build left is still there")
	}
	if _, err := os.Stat(filepath.Join(dir, "dist", ".gitkeep")); err != nil {
		t.Errorf(".gitkeep is gone: %v", err)
	}
}

func TestNameChangesWithContent(t *testing.T) {
	t.Parallel()
	dir := sources(t)
	var names []string
	for _, two := range []string{"2", "2", "3"} {
		if err := os.WriteFile(filepath.Join(dir, "js", "two.js"), []byte("export const two = "+two), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := run(dir); err != nil {
			t.Fatal(err)
		}
		name, _ := fetch(t, dir, "app.js")
		names = append(names, name)
	}
	if names[0] != names[1] || names[1] == names[2] {
		t.Errorf("names %q, want the first two alike and the third another", names)
	}
}

func TestFailedBuildLeavesTheLastOne(t *testing.T) {
	t.Parallel()
	for what, breakIt := range map[string]func(dir string) error{
		"there is no":       func(dir string) error { return os.RemoveAll(filepath.Join(dir, "node_modules")) },
		"Could not resolve": func(dir string) error { return os.Remove(filepath.Join(dir, "js", "two.js")) },
		"icon gone": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "icons.txt"), []byte("gone = outline/gone"), 0o644)
		},
		"is not of the form": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "icons.txt"), []byte("triangle"), 0o644)
		},
	} {
		dir := sources(t)
		if err := run(dir); err != nil {
			t.Fatal(err)
		}
		if err := breakIt(dir); err != nil {
			t.Fatal(err)
		}
		if err := run(dir); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("run: %v, want an error with %q", err, what)
		}
		if _, body := fetch(t, dir, "app.js"); !strings.Contains(body, "console.log(") {
			t.Errorf("after %q the last build is gone", what)
		}
	}
}
