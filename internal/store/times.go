package store

import (
	"fmt"
	"time"
)

// millis is how both engines keep a time.
func millis(t time.Time) int64 { return t.UnixMilli() }

// millisOrNil is millis for a time that may be unknown.
func millisOrNil(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	return new(t.UnixMilli())
}

// instant scans a time.
type instant struct{ into *time.Time }

// Scan implements sql.Scanner.
func (s instant) Scan(src any) error {
	at, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is kept as %T", src)
	}
	*s.into = time.UnixMilli(at).UTC()
	return nil
}

// maybeInstant scans a time that may be unknown.
type maybeInstant struct{ into **time.Time }

// Scan implements sql.Scanner.
func (s maybeInstant) Scan(src any) error {
	if src == nil {
		*s.into = nil
		return nil
	}
	*s.into = new(time.Time)
	return instant{*s.into}.Scan(src)
}
