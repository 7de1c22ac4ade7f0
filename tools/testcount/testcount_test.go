package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sampleModule is a module whose packages end in every way that a package can.
func sampleModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":             "module sample\n\ngo 1.26\n",
		"good/x_test.go":     "package good\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Run(\"one/half\", func(t *testing.T) {}) }\nfunc TestB(t *testing.T) {}\n",
		"bad/x_test.go":      "package bad\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Error(\"the reason\") }\nfunc TestB(t *testing.T) {}\n",
		"broken/x_test.go":   "package broken\nimport \"testing\"\nfunc TestA(t *testing.T) { undeclared() }\n",
		"dies/x_test.go":     "package dies\nimport (\"os\"; \"testing\")\nfunc TestA(t *testing.T) { os.Exit(3) }\n",
		"panics/x_test.go":   "package panics\nimport \"testing\"\nfunc TestA(t *testing.T) { panic(\"the panic\") }\n",
		"skips/x_test.go":    "package skips\nimport \"testing\"\nfunc TestCorpus(t *testing.T) { t.Skip(\"no samples\") }\nfunc TestB(t *testing.T) {}\n",
		"untested/x.go":      "package untested\n",
		"none/x_test.go":     "package none\n",
		"refuses/x_test.go":  "package refuses\nimport (\"os\"; \"testing\")\nfunc TestMain(m *testing.M) { println(\"no database\"); os.Exit(1) }\nfunc TestA(t *testing.T) {}\n",
		"excluded/x_test.go": "//go:build never\n\npackage excluded\n",
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

func TestEveryEndOfAPackageIsCounted(t *testing.T) {
	t.Parallel()
	dir := sampleModule(t)
	for _, tc := range []struct {
		pkg     string
		maySkip string
		closing string // the last line
		shows   string // and somewhere before
		well    bool
	}{
		{"./good", "^$", "3 passed, 0 failed", "3 tests", true},
		{"./bad", "^$", "1 passed, 1 failed", "the reason", false},
		{"./broken", "^$", "0 passed, 1 failed", "undefined: undeclared", false},
		{"./dies", "^$", "0 passed, 1 failed", "TestA did not end", false},
		{"./panics", "^$", "0 passed, 1 failed", "the panic", false},
		{"./refuses", "^$", "0 passed, 1 failed", "no database", false},
		{"./skips", "^TestCorpus$", "1 passed, 0 failed, 1 skipped", "no samples", true},
		{"./skips", "^TestOther$", "1 passed, 0 failed, 1 skipped", "may not be: sample/skips: TestCorpus", false},
		{"./untested", "^$", "0 passed, 0 failed", "no test ran", false},
		{"./none", "^$", "0 passed, 0 failed", "no test ran", false},
		{"./missing", "^$", "0 passed, 1 failed", "missing", false},
	} {
		t.Run(tc.pkg+" skipping "+tc.maySkip, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			tally, err := run(t.Context(), dir, &out, t.Output(), regexp.MustCompile(tc.maySkip), []string{tc.pkg})
			if err != nil {
				t.Fatalf("run(%s): %v\n%s", tc.pkg, err, &out)
			}
			well := tally.close(&out)
			if !strings.HasSuffix(out.String(), "\n"+tc.closing+"\n") {
				t.Errorf("run(%s): want the last line %q, got:\n%s", tc.pkg, tc.closing, &out)
			}
			if !strings.Contains(out.String(), tc.shows) {
				t.Errorf("run(%s): want %q shown, got:\n%s", tc.pkg, tc.shows, &out)
			}
			if well != tc.well {
				t.Errorf("run(%s): close reports %v, want %v", tc.pkg, well, tc.well)
			}
		})
	}
}

func TestGoTestThatCannotRunIsAnError(t *testing.T) {
	t.Parallel()
	tally, err := run(t.Context(), sampleModule(t), t.Output(), t.Output(), regexp.MustCompile("^$"), []string{"-count=many", "./good"})
	if err == nil {
		t.Errorf("run with an unknown flag: got %+v, want an error", tally)
	}
}
