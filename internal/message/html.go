package message

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// page is what an HTML text says.
type page struct {
	text     string
	tables   []Table
	problems []string
}

// readHTML reads the text and the tables of an HTML page in one pass over its tags. It
// builds no tree, because a tree of hostile HTML can be thousands of times its size.
func readHTML(src string) page {
	r := &htmlReader{}
	z := html.NewTokenizer(strings.NewReader(src))
	hidden := atom.Atom(0) // the element whose contents are not text
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		if kind == html.TextToken {
			if hidden == 0 {
				r.text(string(z.Text()))
			}
			continue
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken && kind != html.EndTagToken {
			continue
		}
		t := z.Token()
		switch {
		case hidden != 0:
			if kind == html.EndTagToken && t.DataAtom == hidden {
				hidden = 0
			}
		case kind == html.EndTagToken:
			r.end(t.DataAtom)
		case isHidden(t.DataAtom):
			hidden = t.DataAtom
		default:
			r.start(t)
		}
	}
	for r.table() != nil {
		r.closeTable()
	}
	return page{clean(string(r.all.text)), r.tables, r.problems}
}

// isHidden says whether an element's contents are never shown. The tokenizer hands each
// of them on as one text up to the end tag.
func isHidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Title, atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript:
		return true
	}
	return false
}

// isBlock says whether an element begins and ends a line.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Li,
		atom.Dl, atom.Dt, atom.Dd, atom.Hr, atom.Blockquote, atom.Pre, atom.Center, atom.Form, atom.Fieldset,
		atom.Section, atom.Article, atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Aside, atom.Address,
		atom.Figure, atom.Figcaption, atom.Caption, atom.Br, atom.Body, atom.Legend, atom.Option, atom.Details,
		atom.Summary, atom.Listing, atom.Xmp, atom.Textarea:
		return true
	}
	return false
}

// htmlReader follows the tags of a page.
type htmlReader struct {
	all      flow
	tables   []Table
	cells    int
	open     []openTable
	ignored  int // tables inside the deepest one that is followed
	pre      int // open elements whose line breaks count
	preStart bool
	problems []string
}

// openTable is a table that has not ended.
type openTable struct {
	index    int   // in tables; -1 when the table is over the limit
	rows     int   // that have ended
	taken    []int // for each column, the number of the row at which a cell above has ended
	row      []Cell
	inRow    bool
	rowCells int       // cells begun in this row, kept or not
	column   int       // after the last cell
	cell     *openCell // nil between cells
}

// openCell is a cell that has not ended.
type openCell struct {
	Cell
	own   flow
	start int         // where its text begins in the page's
	stack []atom.Atom // the elements open in it
	kept  bool        // it is within the limits
	held  bool        // it held a table
}

// table returns the innermost open table, or nil.
func (r *htmlReader) table() *openTable {
	if len(r.open) == 0 {
		return nil
	}
	return &r.open[len(r.open)-1]
}

// cell returns the innermost open cell, or nil.
func (r *htmlReader) cell() *openCell {
	for i := len(r.open) - 1; i >= 0; i-- {
		if c := r.open[i].cell; c != nil {
			return c
		}
	}
	return nil
}

func (r *htmlReader) problem(sentence string) {
	if !slices.Contains(r.problems, sentence) {
		r.problems = append(r.problems, sentence)
	}
}

// text adds text to the page and to the innermost cell.
func (r *htmlReader) text(s string) {
	c := r.cell()
	if r.preStart {
		r.preStart = false
		s = strings.TrimPrefix(strings.TrimPrefix(s, "\r"), "\n") // not part of the text
	}
	if r.pre > 0 {
		r.all.pre(s)
		if c != nil {
			c.own.pre(s)
		}
		return
	}
	r.all.fold(s)
	if c != nil {
		c.own.fold(s)
	}
}

// br ends the line. At the beginning of a cell there is no line to end.
func (r *htmlReader) br() {
	c := r.cell()
	if c == nil {
		r.all.br(0)
		return
	}
	r.all.br(c.start)
	c.own.br(0)
}

func (r *htmlReader) start(t html.Token) {
	switch t.DataAtom {
	case atom.Table:
		r.openTable()
	case atom.Tr:
		r.openRow()
	case atom.Td, atom.Th:
		r.openCell(t)
	case atom.Thead, atom.Tbody, atom.Tfoot, atom.Caption:
		if r.ignored == 0 {
			r.closeRow()
		}
	default:
		if t.DataAtom == atom.Pre || t.DataAtom == atom.Listing || t.DataAtom == atom.Xmp {
			r.pre++
			r.preStart = true
		}
		if isBlock(t.DataAtom) {
			r.br()
		}
		if c := r.cell(); c != nil {
			c.element(t)
		}
	}
}

func (r *htmlReader) end(a atom.Atom) {
	switch a {
	case atom.Table:
		if r.ignored > 0 {
			r.ignored--
			r.br()
			return
		}
		r.closeTable()
	case atom.Tr, atom.Thead, atom.Tbody, atom.Tfoot:
		if r.ignored == 0 {
			r.closeRow()
		}
	case atom.Td, atom.Th: // either ends the cell: "<td>…</th>" is seen in the wild
		if r.ignored == 0 {
			r.closeCell()
		}
	default:
		if (a == atom.Pre || a == atom.Listing || a == atom.Xmp) && r.pre > 0 {
			r.pre--
		}
		if isBlock(a) && a != atom.Br {
			r.br()
		}
		if c := r.cell(); c != nil {
			c.endElement(a)
		}
	}
}

// element notes an element that begins in the cell; one directly in it lends it its classes.
func (c *openCell) element(t html.Token) {
	if len(c.stack) > 0 && isBlock(t.DataAtom) && !isVoid(t.DataAtom) && c.stack[len(c.stack)-1] == atom.P {
		c.stack = c.stack[:len(c.stack)-1] // the end of a paragraph may be left out
	}
	if len(c.stack) == 0 {
		c.addClasses(t)
	}
	if isVoid(t.DataAtom) || t.Type == html.SelfClosingTagToken && t.DataAtom == 0 {
		return
	}
	if len(c.stack) < maxOpen {
		c.stack = append(c.stack, t.DataAtom)
	}
}

// endElement forgets an element and those left open in it.
func (c *openCell) endElement(a atom.Atom) {
	for i := len(c.stack) - 1; i >= 0; i-- {
		if c.stack[i] == a {
			c.stack = c.stack[:i]
			return
		}
	}
}

// isVoid says whether an element has no end tag.
func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Img, atom.Hr, atom.Input, atom.Meta, atom.Link, atom.Wbr, atom.Col, atom.Area, atom.Base,
		atom.Embed, atom.Param, atom.Source, atom.Track:
		return true
	}
	return false
}

// addClasses adds the classes of a tag without the "x_" that Outlook puts before each when
// a mail is forwarded.
func (c *openCell) addClasses(t html.Token) {
	for _, a := range t.Attr {
		if a.Key != "class" {
			continue
		}
		for name := range strings.FieldsSeq(a.Val) {
			for strings.HasPrefix(name, "x_") {
				name = name[2:]
			}
			if name != "" && len(c.Classes) < maxClasses {
				c.Classes = append(c.Classes, clean(name))
			}
		}
	}
}

// flow collects text as a reader sees it: white space folded, a line for each block.
type flow struct {
	text    []byte
	newline bool
	space   bool
	tabs    int
}

// fold adds text with its white space, no-break spaces too, folded.
func (f *flow) fold(s string) {
	for s != "" {
		end := strings.IndexFunc(s, unicode.IsSpace)
		if end == 0 {
			f.space = true
			s = strings.TrimLeftFunc(s, unicode.IsSpace)
			continue
		}
		if end < 0 {
			end = len(s)
		}
		f.word(s[:end])
		s = s[end:]
	}
}

// pre adds text with its spaces and line breaks as they are.
func (f *flow) pre(s string) {
	for i, l := range strings.Split(s, "\n") {
		if i > 0 {
			f.flush()
			f.text = append(f.text, '\n')
		}
		if l = strings.TrimSuffix(l, "\r"); l != "" {
			f.space = false
			f.flush()
			f.text = append(f.text, l...)
		}
	}
}

// word adds a word after the white space that is due.
func (f *flow) word(s string) {
	f.flush()
	f.text = append(f.text, s...)
}

// flush writes the white space that is due.
func (f *flow) flush() {
	if n := len(f.text); n > 0 && f.text[n-1] != '\n' {
		switch {
		case f.newline:
			f.text = append(f.text, '\n')
		case f.tabs > 0:
			f.text = append(f.text, strings.Repeat("\t", f.tabs)...)
		case f.space && f.text[n-1] != '\t':
			f.text = append(f.text, ' ')
		}
	}
	f.newline, f.space, f.tabs = false, false, 0
}

// br makes a line break due, unless nothing was written since start.
func (f *flow) br(start int) {
	if len(f.text) > start {
		f.newline, f.tabs = true, 0
	}
	f.space = false
}
