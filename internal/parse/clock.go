package parse

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"backupchecks/internal/message"
)

// A mail tells wall clocks of a machine whose zone it does not name. The readers of this
// file return them as times in UTC with the clock's figures; InZone makes them real times.

// maxClock bounds the text that is searched for a date.
const maxClock = 120 // bytes

// Wall reads a wall clock by explicit layouts of package time, tried in order. White space
// is folded first.
func Wall(value string, layouts ...string) (time.Time, bool) {
	value = Squeeze(value)
	if len(value) > maxClock {
		return time.Time{}, false
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, value); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// NamedDate reads a date whose month is a word, in any of the languages of monthNumber, with
// or without weekday and clock: "zaterdag 1 februari 2020 01:00:29", "Do, 17 Aug 2023
// 03:41:29", "Tuesday, September 29, 2026 11:30:12 PM". The word makes it unambiguous.
func NamedDate(value string) (time.Time, bool) {
	if len(value) > maxClock {
		return time.Time{}, false
	}
	var year, day int
	var month time.Month
	var clock time.Duration
	var half string
	for _, field := range strings.FieldsFunc(strings.ToLower(Squeeze(value)), betweenDateWords) {
		number, err := strconv.Atoi(strings.TrimRight(field, "."))
		switch {
		case err == nil && len(field) == 4 && year == 0:
			year = number
		case err == nil && number >= 1 && number <= 31 && day == 0:
			day = number
		case strings.Contains(field, ":"):
			at, ok := clockOfDay(field)
			if !ok {
				return time.Time{}, false
			}
			clock = at
		case halfName(field) != "":
			half = halfName(field)
		default:
			// The last one counts: "mar. 17 giu. 2026" begins with a Tuesday.
			month = cmp.Or(monthNumber(strings.TrimRight(field, ".")), month)
		}
	}
	if year == 0 || month == 0 || day == 0 {
		return time.Time{}, false
	}
	clock, ok := halfDay(clock, half)
	if !ok {
		return time.Time{}, false
	}
	return onDay(year, month, day, clock)
}

func betweenDateWords(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '-' || r == '/' }

// Order says in which order a numeric date names day, month and year.
type Order int

// The orders. A date that begins with a year of four digits is understood in any order.
const (
	DayFirst Order = iota
	MonthFirst
	Either // both occur; only what can be read in one way alone is read
)

// NumericDate reads a date of figures with or without a clock: "17/06/2026 10:00",
// "2026-11-02T01:00:02", "10/14/2017 8:04:09 PM". It never guesses between day and month:
// Either reads "17/06/2026" and refuses "05/06/2026", unless one of its readings lies within
// two days of the time near and the other does not.
func NumericDate(value string, order Order, near *time.Time) (time.Time, bool) {
	if len(value) > maxClock {
		return time.Time{}, false
	}
	fields := strings.Fields(strings.Replace(Squeeze(value), "T", " ", 1))
	if len(fields) == 0 || len(fields) > 5 {
		return time.Time{}, false
	}
	a, b, c, ok := threeNumbers(strings.TrimRight(fields[0], ","))
	if !ok {
		return time.Time{}, false
	}
	clock, ok := clockFields(fields[1:])
	if !ok {
		return time.Time{}, false
	}
	if a > 31 {
		return onDay(a, time.Month(b), c, clock)
	}
	dayFirst, isDay := onDay(c, time.Month(b), a, clock)
	monthFirst, isMonth := onDay(c, time.Month(a), b, clock)
	switch {
	case order == DayFirst, order == Either && strings.Contains(fields[0], "."): // no country writes month.day.year
		return dayFirst, isDay
	case order == MonthFirst:
		return monthFirst, isMonth
	case isDay != isMonth, isDay && dayFirst.Equal(monthFirst):
		if isDay {
			return dayFirst, true
		}
		return monthFirst, true
	case isDay && near != nil && within(dayFirst, *near) != within(monthFirst, *near):
		if within(dayFirst, *near) {
			return dayFirst, true
		}
		return monthFirst, true
	}
	return time.Time{}, false
}

// within reports whether two times lie at most two days apart.
func within(a, b time.Time) bool { return a.Sub(b).Abs() <= 48*time.Hour }

// threeNumbers cuts "17/06/2026", "17.06.2026" or "2026-06-17".
func threeNumbers(date string) (a, b, c int, ok bool) {
	parts := strings.FieldsFunc(date, func(r rune) bool { return r == '/' || r == '-' || r == '.' })
	if len(parts) != 3 {
		return 0, 0, 0, false
	}
	var numbers [3]int
	for i, part := range parts {
		number, err := strconv.Atoi(part)
		if err != nil || number < 0 || len(part) > 4 {
			return 0, 0, 0, false
		}
		numbers[i] = number
	}
	if len(parts[0]) != 4 && len(parts[2]) != 4 {
		return 0, 0, 0, false // a year of two digits says too little
	}
	return numbers[0], numbers[1], numbers[2], true
}

// clockFields reads what follows a date: nothing, a clock, a clock with AM or PM, or "at" or
// a dash and a clock.
func clockFields(fields []string) (time.Duration, bool) {
	if len(fields) > 0 && !strings.ContainsAny(fields[0], "0123456789") {
		fields = fields[1:]
	}
	if len(fields) == 0 {
		return 0, true
	}
	clock, ok := clockOfDay(fields[0])
	if !ok {
		return 0, false
	}
	if len(fields) == 1 {
		return clock, true
	}
	return halfDay(clock, halfName(fields[1]))
}

// Clock reads a time of day, as the rows of many tables hold it: "01:00:29", "11:30:12 PM".
func Clock(value string) (time.Duration, bool) {
	fields := strings.Fields(Squeeze(value))
	if len(fields) == 0 || len(fields) > 2 {
		return 0, false
	}
	return clockFields(fields)
}

// clockOfDay reads "3:05", "03:05:29" and "03.05.29", with a fraction or a Z left off.
func clockOfDay(text string) (time.Duration, bool) {
	text = strings.TrimRight(text, "Z,;z")
	separator := ":"
	if !strings.Contains(text, ":") {
		separator = "."
	}
	parts := strings.Split(text, separator)
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	limits := []int{24, 60, 61}
	units := []time.Duration{time.Hour, time.Minute, time.Second}
	var total time.Duration
	for i, part := range parts {
		if i == 2 {
			part, _, _ = strings.Cut(part, ".")
		}
		number, err := strconv.Atoi(part)
		if err != nil || number < 0 || number >= limits[i] || len(part) > 2 {
			return 0, false
		}
		total += time.Duration(number) * units[i]
	}
	return total, true
}

// halfName knows "AM", "p.m." and their like; it returns "am", "pm" or nothing.
func halfName(word string) string {
	switch word = strings.ToLower(strings.ReplaceAll(word, ".", "")); word {
	case "am", "pm":
		return word
	}
	return ""
}

// halfDay applies AM or PM; half is empty for a clock of 24 hours.
func halfDay(clock time.Duration, half string) (time.Duration, bool) {
	const noon = 12 * time.Hour
	switch {
	case half == "":
		return clock, true
	case clock >= noon+time.Hour:
		return 0, false
	case half == "am" && clock >= noon:
		return clock - noon, true
	case half == "pm" && clock < noon:
		return clock + noon, true
	}
	return clock, true
}

// onDay makes a time and refuses days that no calendar has.
func onDay(year int, month time.Month, day int, clock time.Duration) (time.Time, bool) {
	if year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 {
		return time.Time{}, false
	}
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day {
		return time.Time{}, false
	}
	return t.Add(clock), true
}

// monthNumber knows the months' names, and their first letters, in English, Dutch, German,
// French, Italian, Spanish, Portuguese, Danish, Norwegian, Swedish and Polish; 0 for any
// other word.
func monthNumber(word string) time.Month {
	names := [12][]string{
		{"jan", "gen", "ene", "styc"},
		{"feb", "fev", "fév", "lut"},
		{"mar", "maa", "mär", "mrt", "mrz"},
		{"apr", "avr", "abr", "kwi"},
		{"may", "mei", "mai", "mag", "maj", "mayo"},
		{"jun", "giu", "juin", "cze"},
		{"jul", "lug", "juil", "lip"},
		{"aug", "aoû", "aou", "ago", "sie"},
		{"sep", "set", "wrz"},
		{"oct", "okt", "ott", "out", "paź"},
		{"nov", "lis"},
		{"dec", "dez", "déc", "dic", "des", "gru"},
	}
	if len([]rune(word)) < 3 || weekday(word) {
		return 0
	}
	for i, starts := range names {
		for _, start := range starts {
			if strings.HasPrefix(word, start) {
				return time.Month(i + 1)
			}
		}
	}
	return 0
}

// weekday knows the weekdays in full that begin like a month.
func weekday(word string) bool {
	switch word {
	case "martedì", "martedi", "mardi", "martes", "maandag":
		return true
	}
	return false
}

// InZone makes real times of a run's wall clocks. Reports are sent when the run ends, so it
// takes the zone of whole hours in which the run ended within twenty minutes before the mail
// was sent. Without one, the clocks are taken as UTC. Zero times become nil.
func InZone(m *message.Message, started, ended time.Time) (from, to *time.Time) {
	offset := zoneOffset(m, ended)
	shift := func(wall time.Time) *time.Time {
		if wall.IsZero() {
			return nil
		}
		return new(wall.Add(-offset))
	}
	return shift(started), shift(ended)
}

// zoneOffset is how far the clock of the machine that wrote the mail is ahead of UTC.
func zoneOffset(m *message.Message, ended time.Time) time.Duration {
	if m.SentAt == nil || ended.IsZero() {
		return 0
	}
	const early, late = -time.Minute, 20 * time.Minute
	for hours := -12; hours <= 14; hours++ {
		offset := time.Duration(hours) * time.Hour
		if delay := m.SentAt.Sub(ended.Add(-offset)); delay >= early && delay <= late {
			return offset
		}
	}
	return 0
}
