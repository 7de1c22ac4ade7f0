package main

import (
	"os/exec"
	"path/filepath"
)

// need is something outside the checkout that the tests use. It is there when one of its
// programs is in the PATH or one of its files exists.
type need struct {
	Package  string   // the Debian package
	Programs []string // any of these will do
	Files    []string // or any file that one of these patterns names
	Why      string   // for docs/development.md and for the person who has to install it
}

// needs lists what the tests use. docs/development.md repeats it; a test compares them.
func needs() []need {
	return []need{
		{
			Package:  "git",
			Programs: []string{"git"},
			Why:      "version numbers, and the checks over all files of the project",
		},
		{
			Package:  "gcc",
			Programs: []string{"gcc", "clang"},
			Why:      "the race detector, with which all tests run; the program itself needs no C",
		},
		{
			Package: "libc6-dev",
			Files:   []string{"/usr/include/stdlib.h", "/usr/include/*/stdlib.h"},
			Why:     "the C library's headers, for the race detector",
		},
		{
			Package:  "postgresql",
			Programs: []string{"initdb"},
			Files:    []string{"/usr/lib/postgresql/*/bin/initdb"},
			Why:      "every test of the database runs on SQLite and on PostgreSQL",
		},
		{
			Package:  "chromium",
			Programs: []string{"chromium", "chromium-browser", "google-chrome"},
			Why:      "the journeys of people through the pages, in a real browser",
		},
		{
			Package: "fonts-dejavu-core",
			Files:   []string{"/usr/share/fonts/*/*/*.ttf", "/usr/share/fonts/*/*/*.otf", "/usr/share/fonts/*/*.ttf", "/System/Library/Fonts/*"},
			Why:     "letters for the browser and the screenshots",
		},
	}
}

// onThisMachine reports whether n is there.
func onThisMachine(n need) bool {
	for _, program := range n.Programs {
		if _, err := exec.LookPath(program); err == nil {
			return true
		}
	}
	for _, pattern := range n.Files {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}
