// Package audit writes down who did what, when and from where, before and after. It stands
// right above the store, because stations, settings and sign-in all record into it, each in
// the transaction of the act itself: an act that is undone leaves no entry, and none is done
// without one. The store chains the entries, so that a changed or missing one is found.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Limits on one entry. Entries are never deleted, and parts of them come from outside, such
// as the name somebody tried to sign in with.
const (
	maxActor   = 200       // characters
	maxSubject = 500       // characters
	maxOrigin  = 200       // characters
	maxDetail  = 256 << 10 // bytes of JSON
)

// Record appends an entry to the audit log in tx. Action is one of the constants of this
// package; subject names what was acted on ("run 7"); detail is anything that can become
// JSON, or nil. A secret.String in detail becomes a mask. Where the act came from is taken
// from ctx, see WithOrigin. Names that are too long are cut, and a detail that is too large
// is replaced by a note of its size.
func Record(ctx context.Context, tx *store.Tx, who backup.User, action, subject string, detail any) error {
	data, err := encode(detail)
	if err != nil {
		return fmt.Errorf("record %s of %s: %w", action, subject, err)
	}
	err = tx.AppendAudit(ctx, store.AuditEntry{
		At:      tx.Now(),
		Actor:   clean(who.Name, maxActor),
		Action:  action,
		Subject: clean(subject, maxSubject),
		Origin:  clean(originFrom(ctx).String(), maxOrigin),
		Detail:  data,
	})
	if err != nil {
		return fmt.Errorf("record %s of %s: %w", action, subject, err)
	}
	return nil
}

// Verify walks the whole log and checks its chain. It returns how many entries were looked
// at and the first that does not follow from the one before it, nil when all do.
func Verify(ctx context.Context, db *store.DB) (checked int64, broken *store.AuditEntry, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		var err error
		checked, broken, err = tx.VerifyAudit(ctx)
		return err
	})
	if err != nil {
		return checked, nil, fmt.Errorf("verify the audit log: %w", err)
	}
	return checked, broken, nil
}

func encode(detail any) (json.RawMessage, error) {
	if detail == nil {
		return json.RawMessage("{}"), nil
	}
	data, err := json.Marshal(detail)
	if err != nil {
		return nil, err
	}
	if len(data) > maxDetail {
		return json.Marshal(map[string]int{"omitted_bytes": len(data)})
	}
	return data, nil
}

// clean makes text fit for both databases and for one line on a page: PostgreSQL refuses
// broken UTF-8 and zero bytes, and a line break could fake an entry in an export.
func clean(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}
