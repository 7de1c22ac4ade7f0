package autotask

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Filter is one condition of a query. Filters are made by the functions of this file only,
// because Autotask silently ignores an operator that it does not know and answers
// everything.
type Filter struct {
	operator string
	field    string
	value    any
	items    []Filter
}

// Eq asks for rows whose field equals value.
func Eq(field string, value any) Filter { return Filter{operator: "eq", field: field, value: value} }

// NotEq asks for rows whose field does not equal value.
func NotEq(field string, value any) Filter {
	return Filter{operator: "noteq", field: field, value: value}
}

// Gte asks for rows whose field is value or more.
func Gte(field string, value any) Filter { return Filter{operator: "gte", field: field, value: value} }

// Contains asks for rows whose text field holds value, whatever its case.
func Contains(field, value string) Filter {
	return Filter{operator: "contains", field: field, value: value}
}

// In asks for rows whose field is one of values, of which Autotask takes at most 500.
func In(field string, values []int64) Filter {
	return Filter{operator: "in", field: field, value: values}
}

// Or asks for rows that meet one of the filters.
func Or(filters ...Filter) Filter { return Filter{operator: "or", items: filters} }

// MarshalJSON writes the filter as Autotask reads it.
func (f Filter) MarshalJSON() ([]byte, error) {
	if f.items != nil {
		return json.Marshal(map[string]any{"op": f.operator, "items": f.items})
	}
	return json.Marshal(map[string]any{"op": f.operator, "field": f.field, "value": f.value})
}

// The limits of a query.
const (
	maxPageSize = 500 // what Autotask sends at most
	maxPages    = 200
)

// search is a query for the rows of an entity.
type search struct {
	op       string
	entity   string
	fields   []string // nil for all
	filters  []Filter // all must hold
	limit    int      // rows wanted; 0 for all
	pageSize int      // 0 for the largest
}

// row is a record on the wire, which reads itself into the exported type.
type row[T any] interface{ read() (T, error) }

// query returns the rows of a search in the order of their ids. The page after each is asked
// for as the first was, with the same method and body; Autotask refuses it otherwise.
func query[R row[T], T any](ctx context.Context, c *Client, s search) ([]T, error) {
	call := call{op: s.op, method: http.MethodPost, entity: s.entity, path: s.entity + "/query", body: s.body()}
	var found []T
	for range maxPages {
		var page struct {
			Items       *[]R
			PageDetails struct{ NextPageURL text }
		}
		if err := c.read(ctx, call, &page); err != nil {
			return nil, err
		}
		if page.Items == nil {
			return nil, badAnswer(s.op, "the answer lacks its items")
		}
		for _, row := range *page.Items {
			item, err := row.read()
			if err != nil {
				return nil, &Error{Op: s.op, Kind: BadAnswer, Err: err}
			}
			if found = append(found, item); len(found) == s.limit {
				return found, nil
			}
		}
		next := string(page.PageDetails.NextPageURL)
		if next == "" {
			return found, nil
		}
		if next == call.path || len(*page.Items) == 0 {
			return nil, badAnswer(s.op, "the pages do not end")
		}
		call.path = next
	}
	return nil, &Error{Op: s.op, Kind: BadAnswer, Err: fmt.Errorf("there are more than %d pages", maxPages)}
}

// body is what the search sends.
func (s search) body() any {
	size := maxPageSize
	for _, smaller := range []int{s.pageSize, s.limit} {
		if smaller > 0 {
			size = min(size, smaller)
		}
	}
	return struct {
		MaxRecords    int      `json:"MaxRecords"`
		IncludeFields []string `json:"IncludeFields,omitempty"`
		Filter        []Filter `json:"Filter"`
	}{size, s.fields, s.filters}
}

// getItem returns one record. Autotask answers 200 and an empty item for a record that does
// not exist; 404 was seen too.
func getItem[R row[T], T any](ctx context.Context, c *Client, op, entity string, id int64) (T, error) {
	var none T
	var answer struct{ Item *R }
	err := c.read(ctx, call{op: op, entity: entity, path: fmt.Sprintf("%s/%d", entity, id)}, &answer)
	if err != nil {
		return none, err
	}
	if answer.Item == nil {
		return none, &Error{Op: op, Kind: NotFound, Status: http.StatusOK}
	}
	item, err := (*answer.Item).read()
	if err != nil {
		return none, &Error{Op: op, Kind: BadAnswer, Err: err}
	}
	return item, nil
}
