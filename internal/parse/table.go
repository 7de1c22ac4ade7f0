package parse

import (
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
)

// Columns is a table read by the words of its header row, so that added or moved columns do
// no harm.
type Columns struct {
	Table   message.Table
	Head    int // the index of the header row
	columns map[string]int
}

// FindColumns returns the first table of the message with a row that holds all the headers.
// A header may list synonyms: "Name|Naam". Headers are compared folded.
func FindColumns(m *message.Message, headers ...string) (Columns, bool) {
	for _, table := range m.Tables {
		if columns, ok := ReadColumns(table, headers...); ok {
			return columns, true
		}
	}
	return Columns{}, false
}

// ReadColumns is FindColumns for one table.
func ReadColumns(table message.Table, headers ...string) (Columns, bool) {
	for i, row := range table.Rows {
		if columns, ok := matchHeaders(row, headers); ok {
			return Columns{Table: table, Head: i, columns: columns}, true
		}
	}
	return Columns{}, false
}

// matchHeaders returns the grid column of every header in a row, under all its synonyms.
func matchHeaders(row []message.Cell, headers []string) (map[string]int, bool) {
	if len(row) < len(headers) {
		return nil, false
	}
	at := make(map[string]int, len(row))
	for _, cell := range row {
		name := backup.Fold(cell.Text)
		if _, twice := at[name]; !twice {
			at[name] = cell.Column
		}
	}
	columns := map[string]int{}
	for _, header := range headers {
		found := -1
		for synonym := range strings.SplitSeq(header, "|") {
			if column, ok := at[backup.Fold(synonym)]; ok {
				found = column
				break
			}
		}
		if found < 0 {
			return nil, false
		}
		for synonym := range strings.SplitSeq(header, "|") {
			columns[backup.Fold(synonym)] = found
		}
	}
	for name, column := range at {
		if _, ok := columns[name]; !ok {
			columns[name] = column
		}
	}
	return columns, true
}

// Rows returns the rows below the header.
func (c Columns) Rows() [][]message.Cell { return c.Table.Rows[c.Head+1:] }

// Cell returns the cell of a row that stands under the header. The header may be any word of
// the header row, asked for or not.
func (c Columns) Cell(row []message.Cell, header string) (message.Cell, bool) {
	column, ok := c.columns[backup.Fold(header)]
	if !ok {
		return message.Cell{}, false
	}
	for _, cell := range row {
		if cell.Column == column {
			return cell, true
		}
	}
	return message.Cell{}, false
}

// Text is the text of the cell under the header; empty without one.
func (c Columns) Text(row []message.Cell, header string) string {
	cell, _ := c.Cell(row, header)
	return cell.Text
}
