package demo

import (
	"fmt"
	"strings"
	"time"
)

// locale is how a machine writes dates and figures: reports follow the machine that sends
// them, while their labels stay English.
type locale int

const (
	american locale = iota
	british
	dutch
	german
	danish
)

// longDate is the date with its clock as Windows writes it in full.
func (l locale) longDate(t time.Time) string {
	switch l {
	case american:
		return t.Format("Monday, January 2, 2006 3:04:05 PM")
	case dutch:
		return fmt.Sprintf("%s %d %s %s", l.weekday(t), t.Day(), l.month(t), t.Format("2006 15:04:05"))
	case german:
		return fmt.Sprintf("%s, %d. %s %s", l.weekday(t), t.Day(), l.month(t), t.Format("2006 15:04:05"))
	case danish:
		return fmt.Sprintf("%d. %s %s", t.Day(), l.month(t), t.Format("2006 15:04:05"))
	}
	return t.Format("2 January 2006 15:04:05")
}

func (l locale) month(t time.Time) string {
	names := map[locale]string{
		dutch:  "januari februari maart april mei juni juli augustus september oktober november december",
		german: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
		danish: "januar februar marts april maj juni juli august september oktober november december",
	}
	return strings.Fields(names[l])[t.Month()-1]
}

func (l locale) weekday(t time.Time) string {
	names := map[locale]string{
		dutch:  "zondag maandag dinsdag woensdag donderdag vrijdag zaterdag",
		german: "Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag",
	}
	return strings.Fields(names[l])[t.Weekday()]
}

// clock is the time of day as a table shows it.
func (l locale) clock(t time.Time) string {
	if l == american {
		return t.Format("3:04:05 PM")
	}
	return t.Format("15:04:05")
}

// shortDate is a date of figures with hours and minutes.
func (l locale) shortDate(t time.Time) string {
	switch l {
	case american:
		return t.Format("1/2/2006 3:04 PM")
	case dutch:
		return t.Format("2-1-2006 15:04")
	case german:
		return t.Format("02.01.2006 15:04")
	case danish:
		return t.Format("02-01-2006 15:04")
	}
	return t.Format("02/01/2006 15:04")
}

// stamp is a date of figures with seconds.
func (l locale) stamp(t time.Time) string {
	if l == american {
		return t.Format("1/2/2006 3:04:05 PM")
	}
	return strings.TrimSuffix(l.shortDate(t), t.Format("15:04")) + t.Format("15:04:05")
}

// size writes gigabytes, as MB or TB where that is shorter.
func (l locale) size(gb float64) string {
	text := fmt.Sprintf("%.1f GB", gb)
	switch {
	case gb >= 1000:
		text = fmt.Sprintf("%.1f TB", gb/1024)
	case gb < 1:
		text = fmt.Sprintf("%.1f MB", gb*1024)
	}
	return l.decimal(text)
}

// decimal puts the locale's sign before decimals.
func (l locale) decimal(text string) string {
	if l == american || l == british {
		return text
	}
	return strings.Replace(text, ".", ",", 1)
}

// took writes a duration as hours, minutes and seconds: "0:07:26".
func took(d time.Duration) string {
	seconds := int(d / time.Second)
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}
