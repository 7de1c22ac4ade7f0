// Package internal_test holds the rules of the source tree: who may import whom, how long a
// file may be, and that every package says what it is for.
package internal_test

import (
	"bufio"
	"bytes"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	module   = "backupchecks/internal/"
	maxLines = 600 // of a file that somebody wrote; at 400 it is time to look for the seam
)

// layer is a group of packages that stand side by side and do not know each other.
type layer struct {
	name     string
	packages []string
}

// layers lists the packages from the ground up. A package may import only packages of an
// earlier layer. Adding a package means deciding where it stands, here and in ARCHITECTURE.md.
var layers = []layer{
	{"The words", []string{"backup", "secret"}},
	{"What is known of the world outside", []string{"message", "autotask"}},
	{"Contracts of the way in", []string{"mailin", "parse"}},
	{"Sources and vendors", []string{"mailin/eml", "parse/veeam", "parse/synology", "parse/proxmox", "parse/duplicati", "parse/generic"}},
	{"The list of vendors", []string{"parse/vendors"}},
	{"The database", []string{"store"}},
	{"What was done", []string{"audit"}},
	{"Side rooms", []string{"auth", "settings", "customer", "task"}},
	{"What pages are sent with", []string{"web/assets"}},
	{"Stations", []string{"ingest", "review", "ticket"}},
	{"Edges", []string{"web", "api"}},
	{"Settings from outside", []string{"config"}},
	{"The whole", []string{"app"}},
	{"Stand-ins, for tests and the demo", []string{"autotask/autotasksim", "store/storetest", "web/webtest"}},
	{"The demo", []string{"demo"}},
	{"The commands", []string{"cli"}},
}

// ownWords lists packages that speak a service's words and must not know ours, so that they
// can be tested against the service's simulator alone.
var ownWords = []string{"autotask", "autotask/autotasksim"}

func TestImports(t *testing.T) {
	t.Parallel()
	level := map[string]int{}
	for i, l := range layers {
		for _, name := range l.packages {
			level[name] = i
		}
	}
	for name, imports := range programImports(t) {
		at, known := level[name]
		if !known {
			t.Errorf("%s stands in no layer; give it a place in layers and in ARCHITECTURE.md", name)
			continue
		}
		for _, path := range imports {
			to, ours := strings.CutPrefix(path, module)
			switch {
			case ours && level[to] >= at:
				t.Errorf("%s imports %s, which is not below it", name, to)
			case to == "backup" && slices.Contains(ownWords, name):
				t.Errorf("%s imports backup; it speaks its service's words only", name)
			case name == "backup" && strings.Contains(path, "."):
				t.Errorf("backup imports %s; it uses the standard library only", path)
			}
		}
	}
}

func TestLayersNameOnlyPackagesThatExist(t *testing.T) {
	t.Parallel()
	found := programImports(t)
	for _, l := range layers {
		for _, name := range l.packages {
			if _, ok := found[name]; !ok {
				t.Errorf("layers names %s, which has no program code; take it out", name)
			}
		}
	}
}

func TestArchitecturePageListsTheLayers(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []layer
	for line := range strings.Lines(string(page)) {
		if rest, ok := strings.CutPrefix(line, "| **"); ok {
			name, _, _ := strings.Cut(rest, "**")
			listed = append(listed, layer{name: name})
		}
		if rest, ok := strings.CutPrefix(line, "| `"); ok && len(listed) > 0 {
			name, _, _ := strings.Cut(rest, "`")
			last := &listed[len(listed)-1]
			last.packages = append(last.packages, name)
		}
	}
	if diff := cmp.Diff(layers, listed, cmp.AllowUnexported(layer{})); diff != "" {
		t.Errorf("ARCHITECTURE.md lists other packages than layers (-layers +page):\n%s", diff)
	}
}

func TestMainOnlyCallsTheCommands(t *testing.T) {
	t.Parallel()
	pkg, err := build.ImportDir("../cmd/backupchecks", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pkg.Imports {
		if strings.HasPrefix(path, module) && path != module+"cli" {
			t.Errorf("cmd/backupchecks imports %s, want nothing of ours but cli", path)
		}
	}
}

// programImports returns the imports of each package under internal, without those of its
// tests, by the package's path below internal.
func programImports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if notOurs(d.Name()) {
			return filepath.SkipDir
		}
		pkg, err := build.ImportDir(dir, 0)
		if err == nil && len(pkg.GoFiles) > 0 {
			found[filepath.ToSlash(dir)] = pkg.Imports
		}
		return nil // a folder without program code is no fault
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestNoFileIsTooLong(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(text, []byte("\n")); lines > maxLines && !generated(text) {
			t.Errorf("%s has %d lines, more than %d; find its seam", file, lines, maxLines)
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	comments := map[string]string{} // by folder; empty until one of its files has a comment
	for _, file := range goFiles(t) {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		dir := filepath.Dir(file)
		comments[dir] += packageComment(tree)
	}
	if len(comments) < 10 {
		t.Fatalf("found %d packages, so few that the search must be wrong", len(comments))
	}
	for dir, comment := range comments {
		if comment == "" {
			t.Errorf("%s has no package comment; say what it is for and where it stands", dir)
		}
	}
}

// packageComment returns the comment of the file's package clause when it is of the usual form.
func packageComment(file *ast.File) string {
	comment := file.Doc.Text()
	if strings.HasPrefix(comment, "Package "+file.Name.Name) || strings.HasPrefix(comment, "Command ") {
		return comment
	}
	return ""
}

// goFiles returns all Go files of the project.
func goFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && notOurs(d.Name()):
			return filepath.SkipDir
		case !d.IsDir() && strings.HasSuffix(path, ".go"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// notOurs reports whether a folder of that name holds nothing that somebody here wrote in Go.
func notOurs(folder string) bool {
	hidden := strings.HasPrefix(folder, ".") && folder != "." && folder != ".."
	return hidden || slices.Contains([]string{"testdata", "node_modules", "bin", "dist", "tmp"}, folder)
}

// generated reports whether a Go file says that it is generated.
func generated(text []byte) bool {
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "// Code generated ") && strings.HasSuffix(line, " DO NOT EDIT.") {
			return true
		}
		if strings.HasPrefix(line, "package ") {
			return false
		}
	}
	return false
}
