package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDevelopmentPageListsWhatTheTestsNeed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/development.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| `") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	var want []string
	for _, n := range needs() {
		want = append(want, fmt.Sprintf("| `%s` | %s |", n.Package, n.Why))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/development.md lists other packages than needs (-needs +page):\n%s", diff)
	}
}

func TestLackingKeepsOnlyWhatIsNotThere(t *testing.T) {
	t.Parallel()
	missing := lacking(needs(), func(n need) bool { return n.Package != "chromium" })
	if len(missing) != 1 || missing[0].Package != "chromium" {
		t.Errorf("lacking with all but chromium there: got %v, want chromium alone", missing)
	}
	if got := request(missing); !strings.Contains(got, "apt-get install --no-install-recommends chromium") {
		t.Errorf("request(chromium) names no command to install it:\n%s", got)
	}
}

func TestNeedIsThereByProgramOrByFile(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		need need
		want bool
	}{
		{"a program in the PATH", need{Programs: []string{"no-such-program", "go"}}, true},
		{"a file that exists", need{Files: []string{"/no/such/*", "/et?/passwd"}}, true},
		{"neither", need{Programs: []string{"no-such-program"}, Files: []string{"/no/such/*"}}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := onThisMachine(tc.need); got != tc.want {
				t.Errorf("onThisMachine(%+v): got %v, want %v", tc.need, got, tc.want)
			}
		})
	}
}
