package parse

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"backupchecks/internal/backup"
)

// Duration reads how long something took: "0:07:26", "00:05:49.38", "1.02:03:04" (days in
// front), "2h 11min", "1 hour 3 minutes", "0 Stunden, 42 Minuten, 18 Sekunden".
func Duration(value string) (time.Duration, bool) {
	value = backup.Fold(value)
	if value == "" || len(value) > maxClock {
		return 0, false
	}
	if strings.Contains(value, ":") {
		return clockDuration(value)
	}
	return wordDuration(value)
}

// clockDuration reads hours:minutes:seconds, also with more than 24 hours.
func clockDuration(value string) (time.Duration, bool) {
	parts := strings.Split(value, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	if len(parts) == 2 {
		parts = append([]string{"0"}, parts...)
	}
	days := "0"
	if before, after, found := strings.Cut(parts[0], "."); found {
		days, parts[0] = before, after
	}
	second, _, _ := strings.Cut(strings.Replace(parts[2], ",", ".", 1), ".")
	var total time.Duration
	for i, part := range []string{days, parts[0], parts[1], second} {
		number, err := strconv.Atoi(part)
		if err != nil || number < 0 || number > 100000 || i > 1 && number > 59 {
			return 0, false
		}
		total += time.Duration(number) * []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second}[i]
	}
	return total, true
}

// wordDuration reads pairs of a number and a unit.
func wordDuration(value string) (time.Duration, bool) {
	var total time.Duration
	found := false
	for value = trimBetween(value); value != ""; value = trimBetween(value) {
		digits := len(value) - len(strings.TrimLeft(value, "0123456789"))
		number, err := strconv.Atoi(value[:digits])
		if err != nil || number > 1000000 {
			return 0, false
		}
		value = strings.TrimLeft(value[digits:], " ")
		end := strings.IndexFunc(value, func(r rune) bool { return !unicode.IsLetter(r) })
		if end < 0 {
			end = len(value)
		}
		unit := durationUnit(value[:end])
		if unit == 0 {
			return 0, false
		}
		total += time.Duration(number) * unit
		value = value[end:]
		found = true
	}
	return total, found
}

// trimBetween takes off what may stand between two pairs.
func trimBetween(value string) string {
	value = strings.TrimLeft(value, " ,.")
	for _, and := range []string{"and ", "und ", "en ", "et ", "e "} {
		value = strings.TrimPrefix(value, and)
	}
	return value
}

// durationUnit knows units by their names in several languages; 0 for any other word.
func durationUnit(word string) time.Duration {
	switch word {
	case "d", "day", "days", "tag", "tage", "dag", "dagen", "jour", "jours", "giorno", "giorni", "dage":
		return 24 * time.Hour
	case "h", "hr", "hrs", "hour", "hours", "stunde", "stunden", "std", "uur", "uren", "heure", "heures", "ora", "ore", "time", "timer":
		return time.Hour
	case "m", "min", "mins", "minute", "minutes", "minuten", "minuut", "minuto", "minuti", "minut", "minutter":
		return time.Minute
	case "s", "sec", "secs", "second", "seconds", "sekunde", "sekunden", "sek", "seconde", "seconden", "secondes", "secondo", "secondi", "sekund", "sekunder":
		return time.Second
	}
	return 0
}

// Size reads an amount of data in bytes: "16,5 GB", "1.2 GiB", "1,234.5 MB", "3 Go", "0 B".
// Units are powers of 1024, as backup products mean them.
func Size(value string) (int64, bool) {
	value = Squeeze(value)
	end := strings.LastIndexFunc(value, unicode.IsDigit) + 1
	if end == 0 || len(value) > maxClock {
		return 0, false
	}
	number, ok := decimal(value[:end])
	factor := sizeUnit(strings.ToLower(strings.TrimSpace(value[end:])))
	if !ok || factor == 0 {
		return 0, false
	}
	bytes := number * factor
	if bytes < 0 || bytes >= math.MaxInt64 {
		return 0, false
	}
	return int64(math.Round(bytes)), true
}

// sizeUnit is the number of bytes in a unit; 0 for an unknown one.
func sizeUnit(unit string) float64 {
	switch unit {
	case "b", "byte", "bytes", "o", "octet", "octets":
		return 1
	}
	if unit == "" || !slices.Contains([]string{"", "b", "o", "ib"}, unit[1:]) {
		return 0
	}
	power := strings.IndexByte("kmgtp", unit[0]) + 1
	if power == 0 {
		return 0
	}
	return math.Pow(1024, float64(power))
}

// decimal reads a number with a decimal comma or point and with the other one, a space or an
// apostrophe between thousands. A single separator followed by other than three digits is
// the decimal one; followed by three it is read as decimal too, as products print sizes.
func decimal(text string) (float64, bool) {
	text = strings.NewReplacer(" ", "", "'", "", "’", "").Replace(Squeeze(text))
	comma, point := strings.LastIndexByte(text, ','), strings.LastIndexByte(text, '.')
	switch {
	case comma > point && point >= 0:
		text = strings.ReplaceAll(text, ".", "")
	case point > comma && comma >= 0:
		text = strings.ReplaceAll(text, ",", "")
	case strings.Count(text, ",") > 1:
		text = strings.ReplaceAll(text, ",", "")
	case strings.Count(text, ".") > 1:
		text = strings.ReplaceAll(text, ".", "")
	}
	text = strings.ReplaceAll(text, ",", ".")
	if text == "" || strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}
