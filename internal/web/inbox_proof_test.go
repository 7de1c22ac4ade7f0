package web

import (
	"strings"
	"testing"
)

// marked writes passages with the proof in brackets.
func marked(passages []passage) string {
	var b strings.Builder
	for _, one := range passages {
		if one.Proof {
			b.WriteString("[" + one.Text + "]")
		} else {
			b.WriteString(one.Text)
		}
	}
	return b.String()
}

func TestMarkProofs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text       string
		quotations []string
		want       string
	}{
		{"Result: Warning\nDone", []string{"Result: Warning"}, "[Result: Warning]\nDone"},
		{"Errors 0\nError", []string{"Error"}, "Errors 0\n[Error]"}, // whole words only
		{"Start time\t02:00:00\tSize", []string{"Start time 02:00:00"}, "[Start time\t02:00:00]\tSize"},
		{"one\r\n\r\n  two three", []string{"one two"}, "[one\r\n\r\n  two] three"},
		{"a long sentence that goes on", []string{"a long sentence…"}, "[a long sentence] that goes on"},
		{"abcd efgh", []string{"abcd", "efgh", "abcd efgh"}, "[abcd efgh]"},
		{"one two three", []string{"one two", "two three"}, "[one two three]"},
		{"Ordner é übrig", []string{"é", "übrig"}, "Ordner [é] [übrig]"},
		{"nothing here", []string{"", " ", "…", "else"}, "nothing here"},
		{"broken \xff byte", []string{"byte"}, "broken \xff [byte]"},
		{"(2 of 2)", []string{"(2 of 2)"}, "[(2 of 2)]"},
		{"", []string{"x"}, ""},
	} {
		if got := marked(markProofs(test.text, test.quotations)); got != test.want {
			t.Errorf("markProofs(%q, %q): %q, want %q", test.text, test.quotations, got, test.want)
		}
	}
}

// However strange the mail, nothing of its text is lost or doubled.
func FuzzMarkProofs(f *testing.F) {
	f.Add("Start\ttime 02:00", "Start time")
	f.Add("\u00a0\xff\u200b x", "\xff")
	f.Add("aaaa", "a")
	f.Fuzz(func(t *testing.T, text, quotation string) {
		passages := markProofs(text, []string{quotation, text})
		whole := ""
		for _, one := range passages {
			if one.Text == "" {
				t.Errorf("an empty passage in %+v", passages)
			}
			whole += one.Text
		}
		if whole != text {
			t.Errorf("the passages say %q, want %q", whole, text)
		}
	})
}
