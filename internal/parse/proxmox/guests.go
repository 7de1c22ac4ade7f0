package proxmox

import (
	"slices"
	"strings"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// Limits on what a mail can make of us.
const (
	maxGuests = 5000
	maxLogs   = 20000 // lines
)

// guest is a row of the table.
type guest struct {
	id     string
	name   string
	status string // "ok", "err" or "aborted", in lower case
	size   string
	file   string
	line   string // the row, for evidence
	where  string
}

// readGuests reads the table from the HTML and from the text. A mail has both; a relay may
// drop one. Where they differ, the worse counts.
func readGuests(m *message.Message) []guest {
	guests := tableGuests(m)
	for _, other := range textGuests(m.Text) {
		i := slices.IndexFunc(guests, func(g guest) bool { return g.id == other.id })
		switch {
		case i < 0 && len(guests) < maxGuests:
			guests = append(guests, other)
		case i >= 0 && backup.Worst(guests[i].result(), other.result()) != guests[i].result():
			guests[i] = other
		}
	}
	return guests
}

func tableGuests(m *message.Message) []guest {
	columns, ok := parse.FindColumns(m, "VMID", "Name", "Status")
	if !ok {
		return nil
	}
	var guests []guest
	for _, row := range columns.Rows() {
		g := guest{
			id: columns.Text(row, "VMID"), name: columns.Text(row, "Name"), status: backup.Fold(columns.Text(row, "Status")),
			size: columns.Text(row, "Size"), file: columns.Text(row, "Filename"), where: parse.InTable,
		}
		if !isID(g.id) || len(guests) >= maxGuests {
			continue
		}
		var cells []string
		for _, cell := range row {
			cells = append(cells, cell.Text)
		}
		g.line = strings.Join(cells, " ")
		guests = append(guests, g)
	}
	return guests
}

// textGuests reads the table of fixed columns. It ends with an empty line or the totals.
func textGuests(text string) []guest {
	var guests []guest
	var head []column
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		folded := backup.Fold(line)
		switch {
		case head == nil:
			if isGuestHeader(folded) {
				head = headColumns(line)
			}
			continue
		case folded == "" || strings.HasPrefix(folded, "total"):
			if len(guests) > 0 || folded != "" {
				return guests
			}
			continue
		}
		g, ok := cutRow(line, head)
		if !ok || len(guests) >= maxGuests {
			return guests
		}
		guests = append(guests, g)
	}
	return guests
}

// isGuestHeader knows the header line, in the capitals of older versions too.
func isGuestHeader(folded string) bool {
	return strings.HasPrefix(folded, "vmid name") && parse.HasWords(folded, "status")
}

// column is where a header begins, counted in letters.
type column struct {
	name  string
	start int
}

func headColumns(line string) []column {
	var columns []column
	inside := false
	for i, r := range []rune(line) {
		switch {
		case r == ' ' || r == '\t':
			inside = false
		case inside:
			columns[len(columns)-1].name += string(r)
		default:
			inside = true
			columns = append(columns, column{name: string(r), start: i})
		}
	}
	for i := range columns {
		columns[i].name = backup.Fold(columns[i].name)
	}
	return columns
}

// cutRow reads a row by the header's columns, since names may hold spaces. Where the row
// does not keep to them, as in old versions and after relays that squeeze white space, its
// words are read instead.
func cutRow(line string, head []column) (guest, bool) {
	letters := []rune(line)
	cells := map[string]string{}
	for i, c := range head {
		if c.start >= len(letters) {
			break
		}
		end := len(letters)
		if i+1 < len(head) {
			end = min(head[i+1].start, end)
		}
		if i > 0 && letters[c.start-1] != ' ' && letters[c.start-1] != '\t' {
			cells = nil
			break
		}
		cells[c.name] = strings.TrimSpace(string(letters[c.start:end]))
	}
	g := guest{id: cells["vmid"], name: cells["name"], status: backup.Fold(cells["status"]), size: cells["size"], file: cells["filename"]}
	if !isID(g.id) || statusOf(g.status) == backup.StatusUnknown {
		g = cutWords(strings.Fields(line))
	}
	g.line, g.where = strings.TrimSpace(line), parse.InBody
	return g, isID(g.id)
}

// cutWords reads a row by its words: an id, a name, a status followed by a figure. A row
// whose status is not known keeps it unknown.
func cutWords(words []string) guest {
	if len(words) == 0 {
		return guest{}
	}
	g := guest{id: words[0], file: words[len(words)-1]}
	for i := len(words) - 2; i > 0; i-- {
		status := backup.Fold(words[i])
		if statusOf(status) != backup.StatusUnknown && words[i+1][0] >= '0' && words[i+1][0] <= '9' {
			g.name, g.status = strings.Join(words[1:i], " "), status
			return g
		}
	}
	if len(words) > 1 {
		g.name = words[1]
	}
	return g
}

func isID(text string) bool {
	return text != "" && len(text) <= 12 && strings.Trim(text, "0123456789") == ""
}

func statusOf(word string) backup.Status {
	switch word {
	case "ok":
		return backup.StatusSuccess
	case "err", "error", "failed", "aborted":
		return backup.StatusError
	}
	return backup.StatusUnknown
}

func (g guest) result() backup.Status { return statusOf(g.status) }

// empty reports whether a good backup says that it has no bytes at all.
func (g guest) empty() bool {
	size, ok := parse.Size(g.size)
	return ok && size == 0 && g.result() == backup.StatusSuccess
}

// object is the guest with what its log complains of. A guest may complain and still be
// backed up: "fs-freeze failed" stands in good runs.
func (g guest) object(logs []logLine) backup.Object {
	const maxComplaints = 20
	var complaints []string
	for _, line := range logs {
		if line.id == g.id && line.bad && len(complaints) < maxComplaints {
			complaints = append(complaints, line.said)
		}
	}
	name := g.name
	if name == "" {
		name = g.id
	}
	return backup.Object{Name: name, Type: "vm", Status: g.result(), Message: parse.Cut(strings.Join(complaints, "\n"), 2000)}
}

// logLine is a line of the logs: "102: 2026-09-28 03:01:04 ERROR: Backup of VM 102 failed".
type logLine struct {
	id   string
	at   time.Time // the host's clock
	bad  bool
	said string // behind the level
	text string
}

// readLogs reads the guests' log lines.
func readLogs(text string) []logLine {
	var logs []logLine
	for _, line := range parse.Lines(text) {
		id, rest, found := strings.Cut(line, ": ")
		if !found || !isID(id) || len(logs) >= maxLogs {
			continue
		}
		const stamp = len("2006-01-02 15:04:05")
		if len(rest) <= stamp {
			continue
		}
		at, ok := parse.Wall(rest[:stamp], time.DateTime)
		if !ok {
			continue
		}
		said, bad := strings.CutPrefix(strings.TrimSpace(rest[stamp:]), "ERROR: ")
		logs = append(logs, logLine{id: id, at: at, bad: bad, said: said, text: line})
	}
	return logs
}
