package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

type auditPage struct {
	settingsFrame
	Form     auditForm
	Faults   faults
	Entries  []auditRow
	Actions  []auditGroup
	Filtered bool
	pager
}

func (*auditPage) template() string { return "settings_audit.html" }

// auditForm chooses entries; it lives in the address.
type auditForm struct {
	Actor, Action string
	From, To      string // days, both included
}

// auditRow is an entry as the list shows it.
type auditRow struct {
	ID                     int64
	At                     whenView
	Actor, Action, Subject string
	Link                   string // the page of the subject, where there is one
	Origin                 string
	Facts                  []auditFact
	Left                   int // facts that are not shown
}

func (s *Server) auditPage(w http.ResponseWriter, r *http.Request) error {
	page := &auditPage{
		settingsFrame: inSettings("/settings/audit", "Audit log"),
		Form:          auditForm{Actor: strings.TrimSpace(r.FormValue("actor")), Action: r.FormValue("action"), From: r.FormValue("from"), To: r.FormValue("to")},
	}
	page.Filtered = page.Form != auditForm{}
	page.Actions = auditGroups(page.Form.Action)
	status := http.StatusOK
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		clock, err := readClock(r.Context(), tx)
		if err != nil {
			return err
		}
		filter := store.AuditFilter{Actor: page.Form.Actor, Action: page.Form.Action, Cursor: r.FormValue("cursor")}
		if filter.From, err = dayOf(page.Form.From, clock.zone, 0); err == nil {
			filter.To, err = dayOf(page.Form.To, clock.zone, 1)
		}
		if page.Faults = faultsOf(err); page.Faults != nil {
			status = http.StatusUnprocessableEntity
			return nil
		}
		found, err := tx.AuditEntries(r.Context(), filter)
		if err != nil {
			return err
		}
		page.pager = pagerOf(r, found.Next)
		for _, entry := range found.Items {
			page.Entries = append(page.Entries, auditRowOf(clock, entry))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.show(w, r, status, page)
}

// dayOf returns the begin of a day in a zone, some days later, and nil for no day.
func dayOf(day string, zone *time.Location, later int) (*time.Time, error) {
	if day == "" {
		return nil, nil
	}
	begin, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return nil, backup.Errorf(backup.Invalid, "Enter a day as a date, such as 2026-12-31.").In("day").Because(err)
	}
	return new(begin.AddDate(0, 0, later)), nil
}

func auditRowOf(clock clock, entry store.AuditEntry) auditRow {
	row := auditRow{
		ID: entry.ID, At: clock.at(entry.At), Actor: entry.Actor, Action: auditWord(entry.Action),
		Subject: entry.Subject, Link: auditLink(entry.Subject), Origin: entry.Origin,
	}
	row.Facts, row.Left = auditFacts(clock, entry.Detail)
	return row
}

// auditLink is the page of what an entry was about, and empty where it has none.
func auditLink(subject string) string {
	kind, id, _ := strings.Cut(subject, " ")
	if _, err := strconv.ParseInt(id, 10, 64); err != nil {
		return ""
	}
	switch kind {
	case "run", "job", "customer":
		return "/" + kind + "s/" + id
	}
	return ""
}
