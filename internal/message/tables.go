package message

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// openTable begins a table inside the innermost cell.
func (r *htmlReader) openTable() {
	r.br()
	r.all.br(0) // also where it stands first in its cell
	if c := r.cell(); c != nil {
		c.held = true
	}
	if len(r.open) >= maxTableDepth {
		r.ignored++
		r.problem("The tables of this mail are inside one another deeper than 50 levels; the innermost were read as text.")
		return
	}
	t := openTable{index: -1}
	if len(r.tables) < maxTables {
		parent := -1
		if outer := r.table(); outer != nil {
			parent = outer.index
		}
		t.index = len(r.tables)
		r.tables = append(r.tables, Table{Parent: parent})
	} else {
		r.problem("This mail has more than 10,000 tables; the rest were read as text.")
	}
	r.open = append(r.open, t)
}

// closeTable ends the innermost table, if there is one.
func (r *htmlReader) closeTable() {
	if r.table() == nil {
		return
	}
	r.closeRow()
	r.open = r.open[:len(r.open)-1]
	r.br()
}

// openRow begins a row, and ends one that was left open.
func (r *htmlReader) openRow() {
	if r.table() == nil || r.ignored > 0 {
		r.br()
		return
	}
	r.closeRow()
	r.table().inRow = true
}

// closeRow ends the row of the innermost table, if there is one.
func (r *htmlReader) closeRow() {
	t := r.table()
	if t == nil {
		r.br()
		return
	}
	r.closeCell()
	if t.inRow {
		if t.index >= 0 && len(t.row) > 0 {
			r.tables[t.index].Rows = append(r.tables[t.index].Rows, t.row)
		}
		t.rows++
	}
	t.inRow, t.row, t.column, t.rowCells = false, nil, 0, 0
	r.br()
}

// openCell begins a cell, and ends one that was left open.
func (r *htmlReader) openCell(tag html.Token) {
	t := r.table()
	if t == nil || r.ignored > 0 {
		r.all.space = true
		return
	}
	r.closeCell()
	t.inRow = true
	if t.rowCells++; t.rowCells > 1 {
		r.all.tabs++
	}
	c := &openCell{start: len(r.all.text), kept: t.index >= 0}
	if r.cells++; r.cells > maxCells {
		c.kept = false
		r.problem("The tables of this mail have more than 100,000 cells; the rest were read as text.")
	}
	c.Header = tag.DataAtom == atom.Th
	c.ColSpan, c.RowSpan = 1, 1
	var style []string
	for _, a := range tag.Attr {
		switch a.Key {
		case "colspan":
			c.ColSpan = span(a.Val, maxColumns)
		case "rowspan":
			c.RowSpan = span(a.Val, 65534)
		case "style":
			style = append(style, a.Val)
		case "bgcolor":
			style = append(style, "bgcolor:"+a.Val)
		}
	}
	c.Style = oneLine(strings.ToLower(strings.Join(style, ";")))
	c.addClasses(tag)
	if c.kept {
		t.place(&c.Cell)
	}
	t.cell = c
}

// span reads a colspan or rowspan. A rowspan of 0 means all rows that follow.
func span(value string, most int) int {
	n, err := strconv.Atoi(strings.TrimSpace(value))
	switch {
	case err != nil || n < 0:
		return 1
	case n == 0 && most > maxColumns, n > most:
		return most
	}
	return max(n, 1)
}

// place gives a cell the next column that no cell of an earlier row reaches into.
func (t *openTable) place(c *Cell) {
	for t.column < len(t.taken) && t.taken[t.column] > t.rows {
		t.column++
	}
	c.Column = t.column
	t.column += c.ColSpan
	if c.RowSpan == 1 {
		return
	}
	for len(t.taken) < min(t.column, maxColumns) {
		t.taken = append(t.taken, 0)
	}
	for i := c.Column; i < min(t.column, len(t.taken)); i++ {
		t.taken[i] = t.rows + c.RowSpan
	}
}

// closeCell ends the cell of the innermost table, if there is one.
func (r *htmlReader) closeCell() {
	t := r.table()
	if t == nil || t.cell == nil {
		return
	}
	c := t.cell
	t.cell = nil
	if len(r.all.text) > c.start {
		r.all.newline = c.held // a block that ends with its cell does not break the row
	}
	r.all.space = false
	if c.kept {
		c.Text = clean(strings.TrimSpace(string(c.own.text)))
		t.row = append(t.row, c.Cell)
	}
}
