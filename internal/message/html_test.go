package message_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/message"
)

// page decodes a mail of that HTML.
func page(t *testing.T, html string) *message.Message {
	t.Helper()
	return decode(t, []byte("From: a@example.com\nContent-Type: text/html; charset=utf-8\n\n"+html))
}

func TestHTMLText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, html, want string }{
		{"blocks", "<div>one</div><p>two<p>three<h1>four</h1>five", "one\ntwo\nthree\nfour\nfive"},
		{"breaks", "one<br>two<br/><br>three", "one\ntwo\nthree"},
		{"white space", " a\n  <b>b</b>\t c&nbsp;&nbsp;d ", "a b c d"},
		{"words across tags", "<b>un</b>broken", "unbroken"},
		{"entities", "a &lt;b&gt; &amp;amp; &euro; &#233; &nosuch;", "a <b> &amp; € é &nosuch;"},
		{"what is not text", "<head><title>t</title><style>p{}</style></head><script>var x='<p>';</script><!-- c -->text<noscript>n</noscript>", "text"},
		{"list", "<ul><li>one<li>two</ul>", "one\ntwo"},
		{"rows", "<table><tr><td>a</td><td>b</td></tr><tr><td>c<td>d</table>after", "a\tb\nc\td\nafter"},
		{"paragraphs in cells", "<table><tr><td><p>a</p></td><td><div>b</div></td></tr><tr><td><p>c</p></td></tr></table>", "a\tb\nc"},
		{"lines in a cell", "<table><tr><td>SQL01</td><td>Failed</td><td>one<br>two</td></tr></table>", "SQL01\tFailed\tone\ntwo"},
		{"empty cells", "<table><tr><td></td><td>a</td><td> </td><td>b</td><td></td></tr><tr><td></td></tr><tr><td>c</td></tr></table>", "a\t\tb\nc"},
		{"layout tables", "<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td><td><table><tr><td>c</td><td>d</td></tr></table></td></tr></table>", "a\tb\nc\td"},
		{"cells without table", "<tr><td>a</td><td>b</td></tr>c", "a b\nc"},
		{"preformatted", "x<pre>\n a  b\r\n\nc\n</pre>y", "x\n a  b\n\nc\ny"},
		{"unfinished", "<p>one<table><tr><td>two<b", "one\ntwo"},
		{"only tags", "<div><br></div>", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := page(t, test.html).Text; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// grid draws tables: one line for each row, a cell as column:text.
func grid(tables []message.Table) []string {
	var lines []string
	for i, table := range tables {
		lines = append(lines, fmt.Sprintf("table %d in %d", i, table.Parent))
		for _, row := range table.Rows {
			var cells []string
			for _, c := range row {
				cells = append(cells, fmt.Sprintf("%d:%s", c.Column, c.Text))
			}
			lines = append(lines, strings.Join(cells, " | "))
		}
	}
	return lines
}

func TestTables(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, html string
		want       []string
	}{
		{"plain", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", []string{"table 0 in -1", "0:a | 1:b", "0:c"}},
		{"ends left out", "<table><tr><td>a<td>b<tr><td>c</table>", []string{"table 0 in -1", "0:a | 1:b", "0:c"}},
		{"sections", "<table><caption>c</caption><thead><tr><th>n</th></tr></thead><tbody><tr><td>a</td></tr></tbody></table>", []string{"table 0 in -1", "0:n", "0:a"}},
		{"cell closed as header", "<table><tr><td>a</th><td>b</th></tr><tr><th>c</td></tr></table>", []string{"table 0 in -1", "0:a | 1:b", "0:c"}},
		{"cell without row", "<table><td>a<td>b</table>", []string{"table 0 in -1", "0:a | 1:b"}},
		{"colspan", "<table><tr><td colspan=2>a</td><td>b</td></tr><tr><td>c</td><td>d</td><td>e</td></tr></table>", []string{"table 0 in -1", "0:a | 2:b", "0:c | 1:d | 2:e"}},
		{
			"rowspan", "<table><tr><td>a</td><td>b</td><td rowspan=3>m</td></tr><tr><td>c</td><td>d</td><td>x</td></tr><tr><td rowspan=2>e</td><td>f</td></tr><tr><td>g</td></tr></table>",
			[]string{"table 0 in -1", "0:a | 1:b | 2:m", "0:c | 1:d | 3:x", "0:e | 1:f", "1:g"},
		},
		{"both spans", "<table><tr><td rowspan=2 colspan=2>a</td><td>b</td></tr><tr><td>c</td></tr><tr><td>d</td></tr></table>", []string{"table 0 in -1", "0:a | 2:b", "2:c", "0:d"}},
		{"rowspan to the end", "<table><tr><td rowspan=0>a</td><td>b</td></tr><tr><td>c</td></tr></table>", []string{"table 0 in -1", "0:a | 1:b", "1:c"}},
		{"senseless spans", "<table><tr><td colspan=-1 rowspan=x>a</td><td colspan=0>b</td><td>c</td></tr></table>", []string{"table 0 in -1", "0:a | 1:b | 2:c"}},
		{
			"nested", "<table><tr><td>a<table><tr><td>x</td></tr></table>b</td><td>c</td></tr></table><table><tr><td>d</td></tr></table>",
			[]string{"table 0 in -1", "0:a\nb | 1:c", "table 1 in 0", "0:x", "table 2 in -1", "0:d"},
		},
		{"never closed", "<table><tr><td>a<table><tr><td>b", []string{"table 0 in -1", "0:a", "table 1 in 0", "0:b"}},
		{"closed too often", "</table><table><tr><td>a</td></tr></table></table></td><table><tr><td>b</td></tr></table>", []string{"table 0 in -1", "0:a", "table 1 in -1", "0:b"}},
		{"empty rows", "<table><tr></tr><tr><td>a</td></tr></table>", []string{"table 0 in -1", "0:a"}},
		{"lines of a cell", "<table><tr><td>a &nbsp; b<br>c<div>d</div></td></tr></table>", []string{"table 0 in -1", "0:a b\nc\nd"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, grid(page(t, test.html).Tables)); diff != "" {
				t.Errorf("tables (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCell(t *testing.T) {
	t.Parallel()
	m := page(t, `<table><tr><TH CLASS="x_head x_x_wide" STYLE="Color: RED" BGCOLOR="#FB9895" ColSpan=2 rowspan="3">`+
		`<span class=x_inner>Na<b class=deep>me</b></span><p class="one">x<p class=two>y<br class=three></th></tr></table>`)
	want := []message.Table{{Parent: -1, Rows: [][]message.Cell{{{
		Text: "Name\nx\ny", Classes: []string{"head", "wide", "inner", "one", "two"},
		Style: "color: red;bgcolor:#fb9895", Header: true, ColSpan: 2, RowSpan: 3,
	}}}}}
	if diff := cmp.Diff(want, m.Tables); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
}

func TestTableLimits(t *testing.T) {
	t.Parallel()
	row := "<tr>" + strings.Repeat("<td>a</td>", 8) + "</tr>"
	tests := []struct {
		name, html, problem string
		tables, cells       int
	}{
		{"rows", "<table>" + strings.Repeat(row, 100_000) + "</table>", "The tables of this mail have more than 100,000 cells; the rest were read as text.", 1, 100_000},
		{"tables", strings.Repeat("<table><tr><td>a</td></tr></table>", 20_000), "This mail has more than 10,000 tables; the rest were read as text.", 10_000, 10_000},
		{"levels", strings.Repeat("<table><tr><td>a", 60), "The tables of this mail are inside one another deeper than 50 levels; the innermost were read as text.", 50, 50},
		{"elements", "<table><tr><td>" + strings.Repeat("<div class=c>", 100_000) + "</table>", "", 1, 1},
		{"columns", "<table>" + strings.Repeat("<tr><td colspan=1000 rowspan=60000>", 30_000), "", 1, 30_000},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := page(t, test.html)
			cells := 0
			for _, table := range m.Tables {
				for _, row := range table.Rows {
					cells += len(row)
				}
			}
			if len(m.Tables) != test.tables || cells != test.cells {
				t.Errorf("got %d tables with %d cells, want %d with %d", len(m.Tables), cells, test.tables, test.cells)
			}
			if want, got := strings.Count(test.html, "<td>a"), strings.Count(m.Text, "a"); got != want {
				t.Errorf("the text has %d of %d cells", got, want)
			}
			if got := strings.Join(m.Problems, " "); got != test.problem {
				t.Errorf("problems: got %q, want %q", got, test.problem)
			}
		})
	}
}

// TestHTMLMemory is not parallel: it measures. The page makes a tree builder copy 400
// elements into each of its paragraphs.
func TestHTMLMemory(t *testing.T) {
	var b strings.Builder
	b.WriteString("From: a@example.com\nContent-Type: text/html\n\n<p>")
	for i := range 400 {
		fmt.Fprintf(&b, "<font color=c%d>", i)
	}
	b.WriteString(strings.Repeat("</p><p>x", 50_000))
	raw := []byte(b.String())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m, err := message.Decode(raw)
	runtime.ReadMemStats(&after)
	if err != nil || strings.Count(m.Text, "x") != 50_000 {
		t.Fatalf("Decode: %v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 100*uint64(len(raw)) {
		t.Errorf("decoding %d bytes allocated %d, want less than a hundred times as much", len(raw), used)
	}
}
