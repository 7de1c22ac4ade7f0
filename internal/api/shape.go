package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Paging is what every list takes.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"4096" doc:"The next of the page before; without it, the first page."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many items a page has at most."`
}

// pageOf is what every list answers.
type pageOf[T any] struct {
	Items []T     `json:"items" nullable:"false"`
	Next  *string `json:"next" doc:"The cursor of the next page; null on the last one."`
}

func shapePage[S, T any](page store.Page[S], shape func(S) T) pageOf[T] {
	return pageOf[T]{Items: each(page.Items, shape), Next: orNil(page.Next)}
}

// each shapes all items. The result is never nil, so that JSON shows an empty list.
func each[S, T any](items []S, shape func(S) T) []T {
	shaped := make([]T, len(items))
	for i, item := range items {
		shaped[i] = shape(item)
	}
	return shaped
}

// orNil is nil for the zero value, so that JSON shows null for what is not known.
func orNil[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// orNull is a shape that may be missing. It stands in for a pointer, because huma describes a
// pointer to a struct as one that is always there.
type orNull[T any] struct{ value *T }

// MarshalJSON writes the shape or null.
func (o orNull[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.value) }

// Schema describes the shape or null.
func (o orNull[T]) Schema(schemas huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{schemas.Schema(reflect.TypeFor[T](), true, ""), {Type: "null"}}}
}

// nullable is a member of a change that may be left out, null or a value.
type nullable[T any] struct {
	given bool
	value *T
}

// UnmarshalJSON notes that the member is there.
func (n *nullable[T]) UnmarshalJSON(text []byte) error {
	n.given = true
	return json.Unmarshal(text, &n.value)
}

// Schema describes the value or null.
func (n nullable[T]) Schema(schemas huma.Registry) *huma.Schema {
	return schemas.Schema(reflect.TypeFor[*T](), true, "")
}

// into changes a field when the member was given.
func (n nullable[T]) into(field **T) {
	if n.given {
		*field = n.value
	}
}

// into changes a field when the member was given.
func into[T any](member, field *T) {
	if member != nil {
		*field = *member
	}
}

// moment is a time in a filter: a time after RFC 3339, or a date, which stands for the whole
// day in UTC.
type moment struct {
	at  time.Time
	day bool
}

// UnmarshalText reads a time or a date.
func (m *moment) UnmarshalText(text []byte) error {
	at, err := time.Parse(time.DateOnly, string(text))
	m.day = err == nil
	if err != nil {
		// A plus that was not escaped arrives as a space.
		at, err = time.Parse(time.RFC3339, strings.ReplaceAll(string(text), " ", "+"))
	}
	m.at = at.UTC()
	return err
}

// Schema describes a time or a date.
func (m moment) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Examples: []any{"2026-03-01T08:00:00Z", "2026-03-01"}}
}

// Period is a time span in a filter.
type Period struct {
	From moment `query:"from" doc:"Not before this time, or this day in UTC."`
	To   moment `query:"to" doc:"Before this time, or up to the end of this day in UTC."`
}

// bounds are the times of the period, the second one exclusive; nil where it is open.
func (p Period) bounds() (from, to *time.Time) {
	if p.To.day {
		p.To.at = p.To.at.AddDate(0, 0, 1)
	}
	return orNil(p.From.at), orNil(p.To.at)
}

// optional is a parameter whose absence means something else than its zero value.
type optional[T any] struct {
	value T
	given bool
}

// Schema describes the value.
func (o optional[T]) Schema(schemas huma.Registry) *huma.Schema {
	return schemas.Schema(reflect.TypeFor[T](), true, "")
}

// Receiver is where huma puts the value.
func (o *optional[T]) Receiver() reflect.Value { return reflect.ValueOf(&o.value).Elem() }

// OnParamSet is told by huma whether there was one.
func (o *optional[T]) OnParamSet(given bool, _ any) { o.given = given }

func (o optional[T]) pointer() *T {
	if !o.given {
		return nil
	}
	return &o.value
}

// PathID is the id in a path.
type PathID struct {
	ID int64 `path:"id"`
}

// customerRef names a customer inside another shape.
type customerRef struct {
	ID   backup.CustomerID `json:"id"`
	Name string            `json:"name"`
}
