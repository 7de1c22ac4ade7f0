package web

import (
	"encoding/json"
	"net/http"
	"time"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

type tokensPage struct {
	settingsFrame
	Users  []string // who may have a token
	Form   tokenForm
	Faults faults
	Token  string // just made, and shown this once
	Made   []tokenRow
	More   bool // older ones are in the audit log
}

func (*tokensPage) template() string { return "settings_tokens.html" }

type tokenForm struct {
	User, Label string
	Expires     string // a day, "2026-12-31", at the end of which the token ends; or empty
}

// tokenRow is a token as the audit log remembers its making.
type tokenRow struct {
	Label, User, By string
	At              whenView
	Expires         *whenView
	Expired         bool
}

func (s *Server) tokensPage(w http.ResponseWriter, r *http.Request) error {
	return s.showTokens(w, r, http.StatusOK, &tokensPage{Form: tokenForm{User: userFrom(r.Context()).Name}})
}

// createToken shows the token in its answer and nowhere else: a redirect would have to keep
// it somewhere on the way.
func (s *Server) createToken(w http.ResponseWriter, r *http.Request) error {
	form := tokenForm{User: r.FormValue("user"), Label: r.FormValue("name"), Expires: r.FormValue("expires")}
	expires, err := s.endOfDay(r, form.Expires)
	token := ""
	if err == nil {
		token, err = s.auth.CreateToken(r.Context(), userFrom(r.Context()), form.User, form.Label, expires)
	}
	if backup.KindOf(err) == backup.NotFound {
		err = backup.Errorf(backup.Invalid, "Choose a user for whom the token acts.").In("user").Because(err)
	}
	if wrong := faultsOf(err); wrong != nil {
		return s.showTokens(w, r, http.StatusUnprocessableEntity, &tokensPage{Form: form, Faults: wrong})
	}
	if err != nil {
		return err
	}
	return s.showTokens(w, r, http.StatusOK, &tokensPage{Form: tokenForm{User: form.User}, Token: token})
}

// endOfDay returns when a day of the site's zone is over, and nil for no day.
func (s *Server) endOfDay(r *http.Request, day string) (*time.Time, error) {
	if day == "" {
		return nil, nil
	}
	var c clock
	err := s.db.Read(r.Context(), func(tx *store.Tx) (err error) {
		c, err = s.clock(r.Context(), tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	begin, err := time.ParseInLocation(time.DateOnly, day, c.zone)
	if err != nil {
		return nil, backup.Errorf(backup.Invalid, "Enter the last day as a date, such as 2026-12-31.").In("expires").Because(err)
	}
	return new(begin.AddDate(0, 0, 1)), nil
}

func (s *Server) showTokens(w http.ResponseWriter, r *http.Request, status int, page *tokensPage) error {
	page.settingsFrame = inSettings("/settings/tokens", "API tokens")
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		clock, err := s.clock(r.Context(), tx)
		if err != nil {
			return err
		}
		users, err := tx.Users(r.Context())
		if err != nil {
			return err
		}
		for _, user := range users {
			if !user.Disabled {
				page.Users = append(page.Users, user.Name)
			}
		}
		made, err := tx.AuditEntries(r.Context(), store.AuditFilter{Action: audit.TokenCreated})
		page.Made, page.More = tokenRows(clock, made.Items), made.Next != ""
		return err
	})
	if err != nil {
		return err
	}
	return s.show(w, r, status, page)
}

func tokenRows(clock clock, entries []store.AuditEntry) []tokenRow {
	rows := make([]tokenRow, 0, len(entries))
	for _, entry := range entries {
		var detail struct {
			Label   string     `json:"label"`
			Expires *time.Time `json:"expires"`
		}
		// An entry that cannot be read still says whose token was made and when.
		_ = json.Unmarshal(entry.Detail, &detail)
		rows = append(rows, tokenRow{
			Label: detail.Label, User: auditSubject(entry.Subject, "user"), By: entry.Actor, At: clock.at(entry.At),
			Expires: clock.maybe(detail.Expires), Expired: detail.Expires != nil && !detail.Expires.After(clock.now),
		})
	}
	return rows
}
