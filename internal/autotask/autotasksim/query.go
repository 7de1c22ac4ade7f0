package autotasksim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The limits of a query.
const (
	maxPageSize   = 500
	maxConditions = 500
)

// queryBody is a query; the case of its names is free.
type queryBody struct {
	MaxRecords    int
	IncludeFields []string
	Filter        []condition
}

// condition is a condition or a group of them.
type condition struct {
	Op    string
	Field string
	UDF   bool // Field is the name of a user-defined field
	Value any
	Items []condition
}

// query answers a query, a count, or a next page of a query. The next page of a query by POST
// wants POST and the same body again; that of a query by GET carries its search.
func (t *Tenant) query(call apiCall, e *entity, rest string) response {
	data := call.body
	if search := call.URL.Query().Get("search"); call.Method == http.MethodGet && search != "" {
		data = []byte(search)
	} else if call.Method == http.MethodGet && rest == "query/next" || call.Method != http.MethodPost && call.Method != http.MethodGet {
		return wrongVerb(call.Request)
	}
	var body queryBody
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if len(bytes.TrimSpace(data)) == 0 {
		return failed("Value cannot be null.\r\nParameter name: filters")
	}
	if err := decoder.Decode(&body); err != nil {
		return response{status: http.StatusBadRequest, body: map[string]string{"Message": "The request is invalid."}}
	}
	if len(body.Filter) == 0 {
		return failed("Value cannot be null.\r\nParameter name: filters")
	}
	if problem := e.problem(body); problem != "" {
		return failed(problem)
	}
	found := t.matching(e, body.Filter)
	if rest == "query/count" {
		return ok(map[string]int{"queryCount": len(found)})
	}
	return t.page(call, e, body, found, string(data))
}

// matching returns the ids of the rows that meet all conditions, in order.
func (t *Tenant) matching(e *entity, filter []condition) []int64 {
	var found []int64
	for _, id := range slices.Sorted(maps.Keys(e.rows)) {
		if t.visible(e, e.rows[id]) && e.meets(e.rows[id], condition{Op: "and", Items: filter}) {
			found = append(found, id)
		}
	}
	return found
}

// visible reports whether the API users may see a record. What belongs to a hidden ticket is
// hidden with it.
func (t *Tenant) visible(e *entity, r row) bool {
	switch e.name {
	case "Tickets":
		return !t.hidden[get[int64](r, "id")]
	case "TicketNotes", "TimeEntries":
		return !t.hidden[get[int64](r, "ticketID")]
	default:
		return true
	}
}

// paging is what the address of a next page carries.
type paging struct {
	PageSize    int     `json:"pageSize"`
	PreviousIDs []int64 `json:"previousIds"`
	NextIDs     []int64 `json:"nextIds"`
}

// page answers a page of the rows found. There is no sorting: rows come by id.
func (t *Tenant) page(call apiCall, e *entity, body queryBody, found []int64, search string) response {
	size := body.MaxRecords
	if size <= 0 || size > maxPageSize {
		size = maxPageSize
	}
	if asked := call.URL.Query().Get("paging"); asked != "" {
		var at paging
		if json.Unmarshal([]byte(asked), &at) != nil || len(at.NextIDs) != 1 || at.PageSize < 1 || at.PageSize > maxPageSize {
			return failed("The paging parameter is not valid.")
		}
		size = at.PageSize
		found = slices.DeleteFunc(found, func(id int64) bool { return id <= at.NextIDs[0] })
	}
	var next any
	if len(found) > size {
		found = found[:size]
		link, _ := json.Marshal(paging{size, found[:1], found[size-1:]}) // numbers always encode
		values := url.Values{"paging": {string(link)}}
		if call.Method == http.MethodGet {
			values.Set("search", search)
		}
		next = fmt.Sprintf("%s%s%s/V1.0/%s/query/next?%s", t.base(call.Request), t.zonePath, apiRoot, e.name, values.Encode())
	}
	items := []map[string]any{}
	for _, id := range found {
		items = append(items, e.show(e.rows[id], body.IncludeFields))
	}
	return ok(map[string]any{
		"items":       items,
		"pageDetails": map[string]any{"count": len(items), "requestCount": size, "prevPageUrl": nil, "nextPageUrl": next},
	})
}

// problem returns why a query is refused, "" if it is not.
func (e *entity) problem(body queryBody) string {
	for _, name := range body.IncludeFields {
		if _, found := e.field(name); !found {
			return fmt.Sprintf("Unable to find %s in the %s entity.", name, e.name)
		}
	}
	conditions := 0
	problem := e.problemIn(body.Filter, &conditions)
	if problem == "" && conditions > maxConditions {
		return "Queries are limited to 500 or fewer 'OR' conditions."
	}
	if problem == "" && countUserDefined(body.Filter) > 1 {
		return "Queries are limited to one user-defined field."
	}
	return problem
}

// problemIn looks for a reason to refuse in conditions and counts the alternatives.
func (e *entity) problemIn(conditions []condition, alternatives *int) string {
	for _, c := range conditions {
		if c.Items != nil {
			if strings.EqualFold(c.Op, "or") {
				*alternatives += len(c.Items)
			}
			if problem := e.problemIn(c.Items, alternatives); problem != "" {
				return problem
			}
			continue
		}
		f, found := e.fieldOf(c)
		if !found {
			return fmt.Sprintf("Unable to find %s in the %s entity.", c.Field, e.name)
		}
		if f.blind {
			return fmt.Sprintf("The field %s is not queryable.", f.name)
		}
		if values, isList := c.Value.([]any); isList {
			*alternatives += len(values)
		}
		if problem := f.problemWith(c); problem != "" {
			return problem
		}
	}
	return ""
}

// problemWith returns why a condition on the field is refused.
func (f field) problemWith(c condition) string {
	switch c.Op {
	case "contains", "beginsWith", "endsWith":
		if f.kind == integer {
			return fmt.Sprintf("The operator %s is not valid for the field %s.", c.Op, f.name)
		}
	case "eq", "noteq", "gt", "gte", "lt", "lte", "in", "notIn":
		for _, sent := range listOf(c.Value) {
			if _, problem := f.value(sent); problem != "" {
				return problem
			}
		}
	}
	return ""
}

func listOf(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}

// meets reports whether a row meets a condition. An operator that is not known is ignored, so
// that every row meets it: the service does the same, without a word.
func (e *entity) meets(r row, c condition) bool {
	one := func(item condition) bool { return e.meets(r, item) }
	switch c.Op {
	case "and":
		return !slices.ContainsFunc(c.Items, func(item condition) bool { return !one(item) })
	case "or":
		return slices.ContainsFunc(c.Items, one)
	}
	f, _ := e.fieldOf(c)
	have := r[f.name]
	switch c.Op {
	case "exist":
		return have != nil
	case "notExist":
		return have == nil
	case "in", "notIn":
		among := slices.ContainsFunc(listOf(c.Value), func(sent any) bool {
			value, _ := f.value(sent)
			return have != nil && value != nil && compare(have, value) == 0
		})
		return among == (c.Op == "in")
	}
	test := comparison(c.Op)
	if test == nil {
		return true
	}
	value, _ := f.value(c.Value)
	if have == nil || value == nil { // a comparison with null is never true
		return false
	}
	return test(have, value)
}

// comparison returns what an operator tests, nil for an unknown one.
func comparison(op string) func(have, value any) bool {
	folded := func(v any) string { return strings.ToLower(fmt.Sprint(v)) }
	switch op {
	case "eq":
		return func(have, value any) bool { return compare(have, value) == 0 }
	case "noteq":
		return func(have, value any) bool { return compare(have, value) != 0 }
	case "gt":
		return func(have, value any) bool { return compare(have, value) > 0 }
	case "gte":
		return func(have, value any) bool { return compare(have, value) >= 0 }
	case "lt":
		return func(have, value any) bool { return compare(have, value) < 0 }
	case "lte":
		return func(have, value any) bool { return compare(have, value) <= 0 }
	case "contains":
		return func(have, value any) bool { return strings.Contains(folded(have), folded(value)) }
	case "beginsWith":
		return func(have, value any) bool { return strings.HasPrefix(folded(have), folded(value)) }
	case "endsWith":
		return func(have, value any) bool { return strings.HasSuffix(folded(have), folded(value)) }
	}
	return nil
}

// compare orders two values of one kind. Texts compare as in the service's database, without
// regard to case and trailing spaces.
func compare(a, b any) int {
	switch a := a.(type) {
	case int64:
		if b, ok := b.(int64); ok {
			return int(max(-1, min(1, a-b)))
		}
	case float64:
		if b, ok := b.(float64); ok {
			return int(max(-1, min(1, (a-b)*1e9)))
		}
	case time.Time:
		if b, ok := b.(time.Time); ok {
			return a.Compare(b)
		}
	case bool:
		return strings.Compare(strconv.FormatBool(a), fmt.Sprint(b))
	}
	norm := func(v any) string { return strings.ToLower(strings.TrimRight(fmt.Sprint(v), " ")) }
	return strings.Compare(norm(a), norm(b))
}
