package web

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// An action without words would show as it is stored, and could not be filtered for.
func TestEveryActionHasWords(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../audit/action.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	ast.Inspect(file, func(node ast.Node) bool {
		literal, is := node.(*ast.BasicLit)
		if !is || literal.Kind != token.STRING {
			return true
		}
		action, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		if count++; auditWord(action) == action {
			t.Errorf("the action %s has no words", action)
		}
		return true
	})
	named := 0
	for _, group := range auditWords() {
		named += len(group.Actions)
	}
	if count == 0 || named != count {
		t.Errorf("words for %d actions, want %d", named, count)
	}
}

func TestAuditFacts(t *testing.T) {
	t.Parallel()
	at := clock{zone: time.FixedZone("", 3600), now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	for _, test := range []struct {
		detail string
		want   []auditFact
		left   int
	}{
		{``, nil, 0},
		{`{}`, nil, 0},
		{`null`, nil, 0},
		{`not JSON`, nil, 0},
		{`"text"`, []auditFact{{Name: "Detail", After: "text"}}, 0},
		{`{"label":"x","expires":null,"empty":""}`, []auditFact{{Name: "Label", After: "x"}}, 0},
		{`{"expires":"2026-11-23T08:00:00Z"}`, []auditFact{{Name: "Expires", After: "Mon 23 Nov 09:00"}}, 0},
		{`{"company_id":9007199254740993,"base_url":"https://x.example"}`, []auditFact{{Name: "Base URL", After: "https://x.example"}, {Name: "Company id", After: "9007199254740993"}}, 0},
		{`{"roles":["admin","viewer"]}`, []auditFact{{Name: "Roles", After: "admin, viewer"}}, 0},
		{`{"before":{"a":1,"b":2,"updated_at":"x"},"after":{"a":1,"b":null,"updated_at":"y"}}`, []auditFact{{Name: "B", Before: "2", After: "–", Changed: true}}, 0},
		{`{"before":{"a":1},"after":{"a":1}}`, []auditFact{{Name: "Changed", After: "nothing"}}, 0},
		{`{"before":null,"after":175}`, []auditFact{{Name: "Changed", Before: "–", After: "175", Changed: true}}, 0},
		{`{"before":175,"after":175,"status":"ok"}`, []auditFact{{Name: "Status", After: "ok"}}, 0},
		{`{"before":175}`, []auditFact{{Name: "Before", After: "175"}}, 0},
		{`{"a":{"b":{"c":{"d":{"e":1}}}}}`, []auditFact{{Name: "A, b, c, d", After: `{"e":1}`}}, 0},
		{`{"long":"` + strings.Repeat("é", 400) + `"}`, []auditFact{{Name: "Long", After: strings.Repeat("é", 300) + "…"}}, 0},
	} {
		got, left := auditFacts(at, json.RawMessage(test.detail))
		if diff := cmp.Diff(test.want, got); diff != "" || left != test.left {
			t.Errorf("auditFacts(%s) leaves %d (-want +got):\n%s", test.detail, left, diff)
		}
	}
	many := map[string]int{}
	for i := range 30 {
		many[strconv.Itoa(i)] = i
	}
	text, err := json.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	if facts, left := auditFacts(at, text); len(facts) != maxFacts || left != 30-maxFacts {
		t.Errorf("30 facts: %d shown and %d left", len(facts), left)
	}
}

func TestTimeZonesAreKnown(t *testing.T) {
	t.Parallel()
	names := strings.Fields(timeZoneNames)
	if len(names) < 300 {
		t.Errorf("%d time zones, want all that people live in", len(names))
	}
	for _, name := range names {
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("time zone %s: %v", name, err)
		}
	}
}
