package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindNamesEveryTarget(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range map[string]string{
		"a/x_test.go": "package a\n\nfunc FuzzOne(f *testing.F) {}\n\nfunc FuzzTwo(fuzz *testing.F) {}\n",
		"a/x.go":      "package a\n\nfunc FuzzNotATest(f *testing.F) {}\n",
		"b/x_test.go": "package b\n\nfunc TestOnly(t *testing.T) {}\n\n// func FuzzComment(f *testing.F) {}\n",
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := find(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []target{{filepath.Join(root, "a"), "FuzzOne"}, {filepath.Join(root, "a"), "FuzzTwo"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(target{})); diff != "" {
		t.Errorf("find (-want +got):\n%s", diff)
	}
}

func TestNothingToFuzzIsAFault(t *testing.T) {
	t.Parallel()
	if err := fuzzAll(t.Context(), t.TempDir(), 0); err == nil {
		t.Error("fuzzAll without a target: got no error, so a renamed folder would pass for fuzzed")
	}
}
