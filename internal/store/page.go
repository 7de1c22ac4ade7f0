package store

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"backupchecks/internal/backup"
)

const (
	defaultLimit = 50
	maxLimit     = 500
	maxCursor    = 4096 // characters
)

// Page is a part of a list. Next asks for the part after it and is empty at the end.
type Page[T any] struct {
	Items []T
	Next  string
}

// limitOf is the number of items for a wish: 50 for none, at most 500.
func limitOf(wish int) int {
	if wish <= 0 {
		return defaultLimit
	}
	return min(wish, maxLimit)
}

// pageOf makes a page of items that were read with a limit of one more than limit. key
// gives the values by which the list is ordered.
func pageOf[T any](items []T, limit int, key func(T) []any) (Page[T], error) {
	if len(items) <= limit {
		return Page[T]{Items: items}, nil
	}
	items = items[:limit]
	text, err := json.Marshal(key(items[limit-1]))
	if err != nil {
		return Page[T]{}, err
	}
	return Page[T]{Items: items, Next: base64.RawURLEncoding.EncodeToString(text)}, nil
}

// readCursor reads a page's Next into the values that its key gave. Cursors come back from
// strangers, so a bad one is an Invalid error.
func readCursor(cursor string, into ...any) error {
	bad := backup.Errorf(backup.Invalid, "The cursor is not valid. Begin again at the first page.").In("cursor")
	if len(cursor) > maxCursor {
		return bad
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return bad.Because(err)
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return bad.Because(err)
	}
	if len(parts) != len(into) {
		return bad
	}
	for i, part := range parts {
		if strings.TrimSpace(string(part)) == "null" {
			return bad
		}
		if err := json.Unmarshal(part, into[i]); err != nil {
			return bad.Because(err)
		}
	}
	return nil
}
