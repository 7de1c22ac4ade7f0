package autotask

import "encoding/json"

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
