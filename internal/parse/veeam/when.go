package veeam

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// times returns when the run began and ended.
//
// The mail tells the wall clock of the backup server and no zone. parse.InZone finds the
// zone in which the run ended just before the mail's Date; where none fits, the clocks are
// taken as UTC. A forwarded mail has the Date of whoever forwarded it, which would fit some
// zone by chance, so its clocks are always taken as UTC.
func (r report) times(m *message.Message, relayed bool) (from, to *time.Time) {
	started, ended := r.walls(m.SentAt)
	if relayed {
		return wallAsUTC(started), wallAsUTC(ended)
	}
	if ended.IsZero() && r.brief() {
		from, _ = parse.InZone(m, started, started)
		return from, nil
	}
	return parse.InZone(m, started, ended)
}

// brief reports whether the mail is sent right after the start that it tells, and has no end.
func (r report) brief() bool {
	return r.title.kind == configurationBackup || r.title.family == scaleOut
}

func wallAsUTC(wall time.Time) *time.Time {
	if wall.IsZero() {
		return nil
	}
	return &wall
}

// walls reads the clocks: the long date below the title, and "End time", which is mostly a
// clock without a date. Zero times are unknown.
func (r report) walls(sent *time.Time) (started, ended time.Time) {
	started, ok := readMoment(r.moment, sent)
	if !ok {
		started, ok = readMoment(r.labels["start time"], sent)
	}
	took, timed := parse.Duration(r.labels["duration"])
	if end, dated := readMoment(r.labels["end time"], sent); dated {
		ended = end
	} else if clock, known := parse.Clock(r.labels["end time"]); known && ok {
		ended = midnight(started).Add(clock)
		if ended.Before(started) {
			ended = ended.AddDate(0, 0, 1)
		}
		if timed {
			ended = laterDay(started, ended, took)
		}
	}
	if ok && timed && !ended.IsZero() {
		started = acrossChange(started, ended, took)
	}
	return started, ended
}

func midnight(t time.Time) time.Time { return t.Truncate(24 * time.Hour) }

// laterDay moves the end of a run that took days to the day its duration tells.
func laterDay(started, ended time.Time, took time.Duration) time.Time {
	const slack = time.Hour + 2*time.Minute // a night in which the clocks change
	for range int(took/(24*time.Hour)) + 1 {
		if started.Add(took).Sub(ended) <= slack {
			break
		}
		ended = ended.AddDate(0, 0, 1)
	}
	return ended
}

// acrossChange corrects the start of a run in whose night the clocks changed, so that start
// and end are told on the same clock: the duration differs by an hour then.
func acrossChange(started, ended time.Time, took time.Duration) time.Time {
	off := (ended.Sub(started) - took).Abs()
	if off >= time.Hour-2*time.Minute && off <= time.Hour+2*time.Minute {
		return ended.Add(-took)
	}
	return started
}

// maxMoment bounds what may be a date.
const maxMoment = 120 // bytes

// isMoment reports whether a line is a date with a clock and nothing else.
func isMoment(text string) bool {
	text = parse.Squeeze(text)
	if len(text) > maxMoment || !momentClock.MatchString(text) {
		return false
	}
	const short = 3 // letters: "den", "de", "PM" and their like stand between the names
	for _, word := range strings.FieldsFunc(strings.ToLower(text), notLetter) {
		_, day := weekdayOf(word)
		if !day && monthOf(word) == 0 && word != "feira" && utf8.RuneCountInString(word) > short {
			return false
		}
	}
	_, ok := readMoment(text, nil)
	return ok || slashDate.MatchString(text)
}

func notLetter(r rune) bool { return betweenWords(r) || unicode.IsDigit(r) }

var (
	// With seconds the parts may be divided by points, as in Finland and Denmark.
	momentClock = regexp.MustCompile(`(\d{1,2})(?::(\d{2})(?::(\d{2}))?|\.(\d{2})\.(\d{2}))(?:[^\d:.]|$)`)
	slashDate   = regexp.MustCompile(`^(?:\pL+,? )?\d{1,4}([/.-])\d{1,2}[/.-]\d{1,4},? \d{1,2}[:.]\d{2}`)
	eastDate    = regexp.MustCompile(`(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]`)
	morning     = regexp.MustCompile(`(?i)(?:^|[\s\d])(?:a\.?\s?m\.?|πμ|π\.μ\.|上午|午前|오전)(?:\s|\d|$)`)
	afternoon   = regexp.MustCompile(`(?i)(?:^|[\s\d])(?:p\.?\s?m\.?|μμ|μ\.μ\.|下午|午後|오후)(?:\s|\d|$)`)
)

// readMoment reads a date with a clock as Windows writes it in the country of the server:
// "zaterdag 1 februari 2020 01:00:29", "2026-11-23 01:00:03", "11/23/2026 10:00:12 PM". The
// clock's figures are returned as UTC. sent decides between day and month where figures
// leave that open.
func readMoment(text string, sent *time.Time) (time.Time, bool) {
	text = parse.Squeeze(text)
	if text == "" || len(text) > maxMoment {
		return time.Time{}, false
	}
	clock, rest, ok := cutClock(text)
	if !ok {
		return time.Time{}, false
	}
	day, ok := wordDate(rest)
	if !ok {
		day, ok = numericDay(rest, sent)
	}
	if !ok {
		return time.Time{}, false
	}
	return day.Add(clock), true
}

// cutClock takes the clock out of a text.
func cutClock(text string) (time.Duration, string, bool) {
	found := momentClock.FindAllStringSubmatchIndex(text, -1)
	if found == nil {
		return 0, "", false
	}
	at := found[len(found)-1]
	part := func(i int) string {
		if at[2*i] < 0 {
			return ""
		}
		return text[at[2*i]:at[2*i+1]]
	}
	minutes, seconds := part(2)+part(4), part(3)+part(5)
	if seconds == "" {
		seconds = "00"
	}
	figures := part(1) + ":" + minutes + ":" + seconds
	switch {
	case afternoon.MatchString(text):
		figures += " PM"
	case morning.MatchString(text):
		figures += " AM"
	}
	clock, ok := parse.Clock(figures)
	end := at[2]
	for _, edge := range at[2:] {
		end = max(end, edge) // the match itself holds the letter after the clock
	}
	return clock, text[:at[0]] + " " + text[end:], ok
}

// numericDay reads a date of figures. Only with strokes may the month stand first.
func numericDay(text string, sent *time.Time) (time.Time, bool) {
	if found := eastDate.FindStringSubmatch(text); found != nil {
		text = found[1] + "-" + found[2] + "-" + found[3]
	}
	for field := range strings.FieldsSeq(text) {
		field = strings.Trim(field, ",.")
		order := parse.DayFirst
		if strings.Contains(field, "/") {
			order = parse.Either
		}
		if t, ok := parse.NumericDate(field, order, sent); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

// wordDate reads a date whose month is a word: "Montag, 23. November 2026". A weekday that
// does not fit the date makes it no date.
func wordDate(text string) (time.Time, bool) {
	var year, day int
	var month time.Month
	weekday, named := time.Sunday, false
	for _, word := range strings.FieldsFunc(strings.ToLower(text), betweenWords) {
		number, err := strconv.Atoi(word)
		switch {
		case err == nil && len(word) == 4 && year == 0:
			year = number
		case err == nil && len(word) <= 2 && day == 0:
			day = number
		case err == nil:
			return time.Time{}, false
		default:
			if m := monthOf(word); m != 0 && month == 0 {
				month = m
			} else if d, ok := weekdayOf(word); ok && !named {
				weekday, named = d, true
			}
		}
	}
	if year < 1990 || year > 2200 || month == 0 || day < 1 {
		return time.Time{}, false
	}
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day || named && t.Weekday() != weekday {
		return time.Time{}, false
	}
	return t, true
}
