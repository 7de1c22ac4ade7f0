package autotask

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Autotask's types vary between entities and releases: ids come as numbers and as strings,
// booleans as 0 and 1, times with and without fraction and zone. These types take them all;
// null and "" leave the zero value.

// number is a whole number.
type number struct {
	value int64
	set   bool
}

// UnmarshalJSON takes 5, 5.0 and "5".
func (n *number) UnmarshalJSON(data []byte) error {
	text, err := scalar(data)
	if err != nil || text == "" {
		return err
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		float, floatErr := strconv.ParseFloat(text, 64)
		if floatErr != nil || float != float64(int64(float)) {
			return fmt.Errorf("%q is not a whole number", text)
		}
		value = int64(float)
	}
	*n = number{value, true}
	return nil
}

// pointer returns the number, nil when there is none.
func (n number) pointer() *int64 {
	if !n.set {
		return nil
	}
	return &n.value
}

// decimal is a number with a fraction.
type decimal float64

// UnmarshalJSON takes 1.5 and "1.5".
func (d *decimal) UnmarshalJSON(data []byte) error {
	text, err := scalar(data)
	if err != nil || text == "" {
		return err
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("%q is not a number", text)
	}
	*d = decimal(value)
	return nil
}

// flag is a truth value.
type flag bool

// UnmarshalJSON takes true, 1, "1" and "true", and their opposites.
func (f *flag) UnmarshalJSON(data []byte) error {
	text, err := scalar(data)
	if err != nil || text == "" {
		return err
	}
	value, err := strconv.ParseBool(strings.ToLower(text))
	if err != nil {
		return fmt.Errorf("%q is not true or false", text)
	}
	*f = flag(value)
	return nil
}

// text is a string that Autotask may send as a number.
type text string

// UnmarshalJSON takes "a" and 5.
func (s *text) UnmarshalJSON(data []byte) error {
	value, err := scalar(data)
	*s = text(value)
	return err
}

// moment is a time in UTC, nil when unknown.
type moment struct{ value *time.Time }

// UnmarshalJSON takes a date with an optional time, fraction and zone; without a zone it is
// UTC, which is what the service keeps everywhere.
func (m *moment) UnmarshalJSON(data []byte) error {
	text, err := scalar(data)
	if err != nil || text == "" {
		return err
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateTime, time.DateOnly} {
		if value, err := time.Parse(layout, text); err == nil {
			m.value = new(value.UTC())
			return nil
		}
	}
	return fmt.Errorf("%q is not a time", text)
}

// scalar returns the text of a JSON string, number, boolean or null ("").
func scalar(data []byte) (string, error) {
	data = bytes.TrimSpace(data)
	switch {
	case len(data) == 0 || bytes.Equal(data, []byte("null")):
		return "", nil
	case data[0] == '"':
		var value string
		err := json.Unmarshal(data, &value)
		return value, err
	case data[0] == '{' || data[0] == '[':
		return "", fmt.Errorf("got %.20q where a single value belongs", data)
	}
	return string(data), nil
}
