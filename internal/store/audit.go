package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// AuditEntry says who did what to what, when and from where. Hash covers the entry and the
// hash of the entry before it, so that nothing can be changed or left out unseen.
type AuditEntry struct {
	ID       int64 // counts from 1 without a gap
	At       time.Time
	Actor    string
	Action   string
	Subject  string
	Origin   string
	Detail   json.RawMessage // nil or one JSON value, kept to the letter
	Previous []byte          // nil for the first entry
	Hash     []byte
}

// AuditFilter chooses entries. Zero values choose all. From is inclusive, To is not.
type AuditFilter struct {
	From, To *time.Time
	Actor    string
	Action   string
	Cursor   string
	Limit    int
}

const auditColumns = `a.id, a.at, a.actor, a.action, a.subject, a.origin, a.detail, a.previous, a.hash`

func scanAudit(r row) (AuditEntry, error) {
	var e AuditEntry
	var detail string
	err := r.Scan(&e.ID, instant{&e.At}, &e.Actor, &e.Action, &e.Subject, &e.Origin, &detail, &e.Previous, &e.Hash)
	if detail != "" {
		e.Detail = json.RawMessage(detail)
	}
	if len(e.Previous) == 0 {
		e.Previous = nil // the first entry, alike on both engines
	}
	return e, err
}

// sum is the hash of an entry. Lengths stand before texts, so that no two entries have the
// same bytes.
func (e AuditEntry) sum() []byte {
	h := sha256.New()
	h.Write(e.Previous)
	var number [8]byte
	for _, n := range []int64{e.ID, millis(e.At)} {
		h.Write(binary.BigEndian.AppendUint64(number[:0], uint64(n)))
	}
	for _, text := range []string{e.Actor, e.Action, e.Subject, e.Origin, string(e.Detail)} {
		h.Write(binary.BigEndian.AppendUint64(number[:0], uint64(len(text))))
		h.Write([]byte(text))
	}
	return h.Sum(nil)
}

// AppendAudit adds an entry at the end of the audit log. ID, Previous and Hash are set
// here, At as well when it is zero. Until the transaction ends, others wait to append.
func (tx *Tx) AppendAudit(ctx context.Context, e AuditEntry) error {
	if order := tx.db.dialect.auditOrder; order != "" {
		if _, err := tx.exec(ctx, order); err != nil {
			return fmt.Errorf("wait for the audit log: %w", err)
		}
	}
	last, err := maybe(ctx, tx, scanAudit, `SELECT `+auditColumns+` FROM audit_log a ORDER BY a.id DESC LIMIT 1`)
	if err != nil {
		return fmt.Errorf("read the last audit entry: %w", err)
	}
	e.ID, e.Previous = 1, []byte{}
	if last != nil {
		e.ID, e.Previous = last.ID+1, last.Hash
	}
	if e.At.IsZero() {
		e.At = tx.now
	}
	if e.Detail != nil && !json.Valid(e.Detail) {
		return fmt.Errorf("audit entry %s: the detail is not JSON", e.Action)
	}
	// Text is hashed as it is stored.
	for _, text := range []*string{&e.Actor, &e.Action, &e.Subject, &e.Origin} {
		*text = cleanText(*text)
	}
	e.Detail = json.RawMessage(cleanText(string(e.Detail)))
	const insert = `INSERT INTO audit_log (id, at, actor, action, subject, origin, detail, previous, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	_, err = tx.exec(ctx, insert, e.ID, millis(e.At), e.Actor, e.Action, e.Subject, e.Origin, string(e.Detail), e.Previous, e.sum())
	if err != nil {
		return fmt.Errorf("append to the audit log: %w", err)
	}
	return nil
}

// AuditEntries lists entries, newest first.
func (tx *Tx) AuditEntries(ctx context.Context, f AuditFilter) (Page[AuditEntry], error) {
	q := newQuery(`SELECT ` + auditColumns + ` FROM audit_log a WHERE 1 = 1`)
	if f.From != nil {
		q.add(` AND a.at >= ?`, millis(*f.From))
	}
	if f.To != nil {
		q.add(` AND a.at < ?`, millis(*f.To))
	}
	if f.Actor != "" {
		q.add(` AND a.actor = ?`, f.Actor)
	}
	if f.Action != "" {
		q.add(` AND a.action = ?`, f.Action)
	}
	if f.Cursor != "" {
		var at, id int64
		if err := readCursor(f.Cursor, &at, &id); err != nil {
			return Page[AuditEntry]{}, err
		}
		q.add(` AND (a.at, a.id) < (?, ?)`, at, id)
	}
	limit := limitOf(f.Limit)
	entries, err := listQuery(ctx, tx, scanAudit, q.add(` ORDER BY a.at DESC, a.id DESC LIMIT ?`, limit+1))
	if err != nil {
		return Page[AuditEntry]{}, fmt.Errorf("list audit entries: %w", err)
	}
	return pageOf(entries, limit, func(e AuditEntry) []any { return []any{millis(e.At), e.ID} })
}

// VerifyAudit recomputes the whole chain and returns how many entries hold, and the first
// that does not: it was changed, or one before it is gone. It reads one entry at a time.
func (tx *Tx) VerifyAudit(ctx context.Context) (checked int64, firstBroken *AuditEntry, err error) {
	stop := errors.New("the chain is broken")
	var previous []byte
	err = tx.each(ctx, func(r row) error {
		entry, err := scanAudit(r)
		if err != nil {
			return err
		}
		if entry.ID != checked+1 || !bytes.Equal(entry.Previous, previous) || !bytes.Equal(entry.Hash, entry.sum()) {
			firstBroken = &entry
			return stop
		}
		previous = entry.Hash
		checked++
		return nil
	}, `SELECT `+auditColumns+` FROM audit_log a ORDER BY a.id`)
	if err != nil && !errors.Is(err, stop) {
		return checked, nil, fmt.Errorf("read the audit log after entry %d: %w", checked, err)
	}
	return checked, firstBroken, nil
}
