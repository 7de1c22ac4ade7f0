package web

import (
	"net/http"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

type tokensPage struct {
	settingsFrame
	Users  []string // who may have a token
	Form   tokenForm
	Faults faults
	Token  string // just made, and shown this once
	Tokens []tokenRow
}

func (*tokensPage) template() string { return "settings_tokens.html" }

type tokenForm struct {
	User, Label string
	Expires     string // a day, "2026-12-31", at the end of which the token ends; or empty
}

type tokenRow struct {
	ID          store.TokenID
	Label, User string
	Made        whenView
	Used, Ends  *whenView
	Expired     bool
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
		c, err = readClock(r.Context(), tx)
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
	tokens, err := s.auth.Tokens(r.Context(), userFrom(r.Context()))
	if err != nil {
		return err
	}
	err = s.db.Read(r.Context(), func(tx *store.Tx) error {
		clock, err := readClock(r.Context(), tx)
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
		page.Tokens = tokenRows(clock, tokens)
		return nil
	})
	if err != nil {
		return err
	}
	return s.show(w, r, status, page)
}

func tokenRows(clock clock, tokens []store.Token) []tokenRow {
	rows := make([]tokenRow, 0, len(tokens))
	for _, token := range tokens {
		rows = append(rows, tokenRow{
			ID: token.ID, Label: token.Label, User: token.User, Made: clock.at(token.CreatedAt), Used: clock.maybe(token.LastUsedAt),
			Ends: clock.maybe(token.ExpiresAt), Expired: token.ExpiresAt != nil && !token.ExpiresAt.After(clock.now),
		})
	}
	return rows
}

// revokeToken makes a token void at once. One that somebody else revoked meanwhile is as void.
func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[store.TokenID](r, "id")
	if err != nil {
		return err
	}
	token, err := s.auth.RevokeToken(r.Context(), userFrom(r.Context()), id)
	if backup.KindOf(err) == backup.NotFound {
		return s.done(w, r, "The token was revoked before.", "/settings/tokens")
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "The token "+token.Label+" of "+token.User+" is revoked: it is refused from now on.", "/settings/tokens")
}
