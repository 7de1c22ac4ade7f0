package autotasksim

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// value turns what a caller sent for a field into what is kept: int64, string, time.Time,
// bool, float64, or nil for null. problem is the text of a refusal.
func (f field) value(sent any) (value any, problem string) {
	if sent == nil {
		return nil, ""
	}
	var err error
	switch f.kind {
	case integer:
		value, err = wholeNumber(sent)
	case double:
		value, err = strconv.ParseFloat(plain(sent), 64)
	case boolean:
		value, err = strconv.ParseBool(plain(sent))
	case datetime:
		value, err = parseTime(plain(sent))
	case text:
		value = plain(sent)
	}
	if err != nil {
		// The wording is known for integers only.
		names := map[kind]string{integer: "int", double: "decimal", boolean: "bit", datetime: "datetime"}
		return nil, fmt.Sprintf("Conversion failed when converting varchar '%s' to data type %s", plain(sent), names[f.kind])
	}
	return value, ""
}

// check returns the text of a refusal for a text that is too long, "" otherwise. The
// wording is not known; that it is refused and not cut is.
func (f field) check(value any) string {
	if content, ok := value.(string); ok && f.length > 0 && len(utf16.Encode([]rune(content))) > f.length {
		return fmt.Sprintf("The value of field %s exceeds the maximum length of %d.", orElse(f.udf, f.name), f.length)
	}
	return ""
}

// plain is the text of a JSON value.
func plain(sent any) string {
	switch v := sent.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		return fmt.Sprint(sent)
	}
}

// wholeNumber reads 5, 5.0 and "5".
func wholeNumber(sent any) (int64, error) {
	if number, err := strconv.ParseInt(plain(sent), 10, 64); err == nil {
		return number, nil
	}
	number, err := strconv.ParseFloat(plain(sent), 64)
	if err == nil && number != math.Trunc(number) {
		err = strconv.ErrSyntax
	}
	return int64(number), err
}

// parseTime reads a time in UTC, with or without fraction and zone.
func parseTime(sent string) (time.Time, error) {
	var at time.Time
	var err error
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999", time.DateTime, time.DateOnly} {
		if at, err = time.Parse(layout, sent); err == nil {
			return at.UTC(), nil
		}
	}
	return at, err
}

// show is a row as it is sent: all fields, or those named in include, null where missing.
func (e *entity) show(r row, include []string) map[string]any {
	shown := map[string]any{}
	for _, f := range e.fields {
		if f.udf != "" || include != nil && !containsFold(include, f.name) {
			continue
		}
		value := r[f.name]
		if at, ok := value.(time.Time); ok {
			value = at.Format("2006-01-02T15:04:05.000Z")
		}
		shown[f.name] = value
	}
	if include == nil {
		shown["userDefinedFields"] = e.userDefined(r)
	}
	return shown
}

func containsFold(list []string, name string) bool {
	for _, item := range list {
		if strings.EqualFold(item, name) {
			return true
		}
	}
	return false
}
