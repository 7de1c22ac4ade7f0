package veeam

import (
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// place is where in the tables of a message a title stands.
type place struct {
	table, row int
}

// tableHeads finds the titles in the tables of a message.
func tableHeads(m *message.Message) ([]report, []place) {
	var heads []report
	var places []place
	for t, table := range m.Tables {
		for i, line := range table.Rows {
			if isObjectHead(line) {
				break // what follows are names of objects, not titles
			}
			r, ok := readTitleRow(line)
			if !ok {
				continue
			}
			heads = append(heads, r)
			places = append(places, place{t, i})
			if len(heads) == maxReports {
				return heads, places
			}
		}
	}
	return heads, places
}

// tableReports reads what follows each title in the tables of a message.
func tableReports(m *message.Message) []report {
	reports, places := tableHeads(m)
	for i := range reports {
		end := place{len(m.Tables), 0}
		if i+1 < len(places) {
			end = places[i+1]
		}
		reports[i].whole = htmlEnds(m.HTML)
		reports[i].readTables(m.Tables, places[i], end)
		reports[i].settleRows()
	}
	return reports
}

// readTitleRow knows the head of a job's table: the title with its description in one cell,
// the verdict with the number of objects in the next.
func readTitleRow(line []message.Cell) (report, bool) {
	for i := range len(line) - 1 {
		first, rest, _ := strings.Cut(line[i].Text, "\n")
		t, ok := readTitle(first, rest)
		if !ok {
			continue
		}
		r := report{title: t, where: parse.InTable, labels: labels{}, origin: parse.Squeeze(rest)}
		if !describes(r.origin) {
			_, r.origin = cutDescription(parse.Squeeze(first), true)
		}
		known := r.readVerdictCell(line[i+1].Text)
		// A sentence in a cell may read like a title. Beside a real one stands a verdict, or
		// at least a description below.
		if known || r.origin != "" {
			return r, true
		}
	}
	return report{}, false
}

// readVerdictCell reads "Success", below it "3 of 3 VMs processed". It reports whether a
// verdict was known.
func (r *report) readVerdictCell(text string) bool {
	first, rest, _ := strings.Cut(text, "\n")
	r.said = parse.Cut(parse.Squeeze(first), maxName)
	status, done, ok := readVerdict(first)
	r.verdict, r.progress = status, done
	for line := range strings.Lines(rest) {
		if done, known := readProgress(line); known {
			r.progress = done
		} else if other, _, known := readVerdict(line); known {
			r.hear(other)
		}
	}
	return ok
}

// hear takes one more word in the place of the verdict. The worse one counts.
func (r *report) hear(status backup.Status) {
	r.twice = r.twice || status != r.verdict
	r.verdict = backup.Worst(r.verdict, status)
}

// readTables reads everything between two titles.
func (r *report) readTables(tables []message.Table, from, to place) {
	for t := from.table; t < len(tables) && t <= to.table; t++ {
		rows := tables[t].Rows
		if t == to.table {
			rows = rows[:to.row]
		}
		if t == from.table {
			rows = rows[min(from.row+1, len(rows)):]
		}
		r.readTable(message.Table{Rows: rows, Parent: tables[t].Parent})
	}
}

// readTable reads the summary above the objects, and the objects.
func (r *report) readTable(table message.Table) {
	for i, line := range table.Rows {
		if isObjectHead(line) {
			if columns, ok := parse.ReadColumns(message.Table{Rows: table.Rows[i:]}, "Name", "Status"); ok {
				r.readObjects(columns)
			}
			return
		}
		r.readSummaryRow(line)
	}
}

// isObjectHead knows the header of the objects by its words: the class of the row gets lost
// on the way, and columns differ with the kind of job.
func isObjectHead(line []message.Cell) bool {
	name, status := false, false
	for _, cell := range line {
		switch backup.Fold(cell.Text) {
		case "name":
			name = true
		case "status":
			status = true
		}
	}
	return name && status
}

// readSummaryRow reads pairs of label and value, the long date and the remark, which stands
// in a cell over three rows at the right.
func (r *report) readSummaryRow(line []message.Cell) {
	for i := 0; i < len(line); i++ {
		cell := line[i]
		label := backup.Fold(strings.TrimSuffix(strings.TrimSpace(cell.Text), ":"))
		switch {
		case r.labels.known(label) && i+1 < len(line):
			i++
			r.labels.add(label, line[i].Text)
		case len(line) == 1 && r.moment == "" && isMoment(cell.Text):
			r.moment = parse.Squeeze(cell.Text)
		case r.remark == "" && len(r.labels) > 0 && (cell.RowSpan > 1 || hasClass(cell, "small_label")):
			r.remark = tidy(cell.Text)
		case lastLine.MatchString(parse.Squeeze(cell.Text)):
			r.signed = true
		}
	}
}

func hasClass(cell message.Cell, class string) bool {
	for _, one := range cell.Classes {
		if strings.EqualFold(one, class) {
			return true
		}
	}
	return false
}

// readObjects reads the rows below the header until another header, or the end.
func (r *report) readObjects(columns parse.Columns) {
	for _, line := range columns.Rows() {
		if isObjectHead(line) {
			return
		}
		if len(line) == 1 && line[0].ColSpan > 1 {
			r.readLoneCell(line[0].Text)
			continue
		}
		name, word := columns.Text(line, "Name"), columns.Text(line, "Status")
		if parse.Squeeze(name+word) != "" {
			r.addRow(name, word, columns.Text(line, "Details"))
		}
	}
}

// readLoneCell reads a row of a single wide cell among the objects: the heading "Details", or a
// message on all of them.
func (r *report) readLoneCell(text string) {
	switch bare := parse.Squeeze(text); {
	case bare == "" || strings.EqualFold(bare, "details"):
	case lastLine.MatchString(bare):
		r.signed = true
	default:
		r.closing = tidy(r.closing + "\n" + text)
	}
}

// htmlEnds reports whether the HTML closes what it opened. A mail that was cut on its way
// leaves its tables open.
func htmlEnds(html string) bool {
	lower := strings.ToLower(html)
	opened := strings.Count(lower, "<table") - strings.Count(lower, "</table")
	document := strings.Contains(lower, "<html") && !strings.Contains(lower, "</html")
	return opened <= 0 && !document
}
