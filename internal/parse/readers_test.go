package parse_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

func TestStripReplies(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"RE: FW: Backup failed": "Backup failed", "TR : Sauvegarde": "Sauvegarde", "AW: WG: x": "x", "Re[2]: x": "x", "Antw: x": "x", "SV: x": "x",
		"Report: done": "Report: done", "": "", "RE:": "", "[RE] x": "[RE] x",
	} {
		if got := parse.StripReplies(subject); got != want {
			t.Errorf("StripReplies(%q) = %q, want %q", subject, got, want)
		}
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	labels := parse.ReadLabels("Backup\r\nStart : 10:00\n  Ora d’inizio:\u00a017/04/2026 23:00 \nDauer：3 min\nC:\\x: no\nStart: 11:00\n: nothing\n")
	for _, test := range []struct {
		want  string
		names []string
	}{
		{"10:00", []string{"start"}},
		{"17/04/2026 23:00", []string{"Ora d'inizio"}},
		{"3 min", []string{"Duration", "Dauer"}},
		{"", []string{"End"}},
	} {
		if got := labels.Value(test.names...); got != test.want {
			t.Errorf("Value(%q) = %q, want %q", test.names, got, test.want)
		}
	}
	if got := len(parse.Lines(strings.Repeat("x\n", 50000))); got != 20000 {
		t.Errorf("Lines gives %d lines of 50000, want the limit of 20000", got)
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	cell := func(column int, text string) message.Cell {
		return message.Cell{Text: text, Column: column, ColSpan: 1, RowSpan: 1}
	}
	m := &message.Message{Tables: []message.Table{
		{Rows: [][]message.Cell{{cell(0, "Start time:"), cell(1, "22:00")}}},
		{Rows: [][]message.Cell{
			{cell(0, "Report")},
			{cell(0, "Naam"), cell(2, "Status"), cell(3, "Details")},
			{cell(0, "SRV"), cell(1, "spanned"), cell(2, "OK"), cell(3, "fine")},
			{cell(0, "short row")},
		}},
	}}
	columns, ok := parse.FindColumns(m, "Name|Naam", "Status")
	if !ok {
		t.Fatal("the table was not found by its headers")
	}
	var got []string
	for _, row := range columns.Rows() {
		got = append(got, columns.Text(row, "name")+"="+columns.Text(row, "Status")+"="+columns.Text(row, "details"))
	}
	if diff := cmp.Diff([]string{"SRV=OK=fine", "short row=="}, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if _, ok := parse.FindColumns(m, "Name", "Status"); ok {
		t.Error("a table was found by a header that it does not have")
	}
}

func TestNamedDate(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"zaterdag 1 februari 2020 01:00:29":           "2020-02-01 01:00:29",
		"martedì 29 settembre 2026 23:30:12":          "2026-09-29 23:30:12",
		"mar. 17 giu. 2026 08:00":                     "2026-06-17 08:00:00",
		"Do, 17 Aug 2023 03:41:29":                    "2023-08-17 03:41:29",
		"Montag, 2. März 2026 22:00:05":               "2026-03-02 22:00:05",
		"lundi 3 août 2026 22:00:05":                  "2026-08-03 22:00:05",
		"Tuesday, September 29, 2026 11:30:12 PM":     "2026-09-29 23:30:12",
		"Tuesday, September 29, 2026 12:30:12 a.m.":   "2026-09-29 00:30:12",
		"maandag 2 maart 2026":                        "2026-03-02 00:00:00",
		"23-Okt-2025 10:00":                           "2025-10-23 10:00:00",
		"17/06/2026 10:00":                            "",
		"31 februari 2026":                            "",
		"29 September 2026 25:00":                     "",
		"29 September 2026 13:00 PM":                  "",
		"September":                                   "",
		"":                                            "",
		strings.Repeat("1 May 2026 ", 20):             "",
		"1 May 2026 " + strings.Repeat("0", 90) + "1": "2026-05-01 00:00:00",
	} {
		at, ok := parse.NamedDate(value)
		if got := wall(at, ok); got != want {
			t.Errorf("NamedDate(%q) = %q, want %q", value, got, want)
		}
	}
}

func wall(at time.Time, ok bool) string {
	if !ok {
		return ""
	}
	return at.Format(time.DateTime)
}

func TestNumericDate(t *testing.T) {
	t.Parallel()
	near := time.Date(2026, 6, 5, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		value string
		order parse.Order
		near  *time.Time
		want  string
	}{
		{"17/06/2026 10:00", parse.DayFirst, nil, "2026-06-17 10:00:00"},
		{"05/06/2026 10:00", parse.DayFirst, nil, "2026-06-05 10:00:00"},
		{"05/06/2026 10:00", parse.MonthFirst, nil, "2026-05-06 10:00:00"},
		{"05/06/2026 10:00", parse.Either, nil, ""},
		{"05/06/2026 10:00", parse.Either, &near, "2026-06-05 10:00:00"},
		{"06/05/2026 10:00", parse.Either, &near, "2026-06-05 10:00:00"},
		{"05/06/2025 10:00", parse.Either, &near, ""},
		{"04/04/2026 10:00", parse.Either, nil, "2026-04-04 10:00:00"},
		{"17/06/2026", parse.Either, nil, "2026-06-17 00:00:00"},
		{"06/17/2026", parse.Either, nil, "2026-06-17 00:00:00"},
		{"06/17/2026", parse.DayFirst, nil, ""},
		{"10/14/2017 8:09:58 PM", parse.Either, nil, "2017-10-14 20:09:58"},
		{"05.06.2026 21:30:12", parse.Either, nil, "2026-06-05 21:30:12"},
		{"2026-11-02T01:00:02Z", parse.Either, nil, "2026-11-02 01:00:02"},
		{"2026-11-02 at 01:00", parse.MonthFirst, nil, "2026-11-02 01:00:00"},
		{"2026/09/18 21:00:36", parse.DayFirst, nil, "2026-09-18 21:00:36"},
		{"5/6/26 10:00", parse.DayFirst, nil, ""},
		{"31/02/2026", parse.DayFirst, nil, ""},
		{"17/06/2026 24:10", parse.DayFirst, nil, ""},
		{"99999999999999999999/1/1", parse.DayFirst, nil, ""},
		{"today", parse.DayFirst, nil, ""},
		{"", parse.Either, nil, ""},
	} {
		at, ok := parse.NumericDate(test.value, test.order, test.near)
		if got := wall(at, ok); got != test.want {
			t.Errorf("NumericDate(%q, %v) = %q, want %q", test.value, test.order, got, test.want)
		}
	}
}

func TestInZone(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 2, 10, 22, 6, 20, 0, time.UTC)
	start, end := time.Date(2026, 2, 10, 23, 0, 0, 0, time.UTC), time.Date(2026, 2, 10, 23, 6, 19, 0, time.UTC)
	for _, test := range []struct {
		name       string
		sent       *time.Time
		start, end time.Time
		from, to   string
	}{
		{"sent right after the end, one hour behind the clock", &sent, start, end, "2026-02-10T22:00:00Z", "2026-02-10T22:06:19Z"},
		{"sent days later", new(sent.Add(100*time.Hour + 40*time.Minute)), start, end, "2026-02-10T23:00:00Z", "2026-02-10T23:06:19Z"},
		{"no date", nil, start, end, "2026-02-10T23:00:00Z", "2026-02-10T23:06:19Z"},
		{"no end", &sent, start, time.Time{}, "2026-02-10T23:00:00Z", "nil"},
		{"no times", &sent, time.Time{}, time.Time{}, "nil", "nil"},
	} {
		from, to := parse.InZone(&message.Message{SentAt: test.sent}, test.start, test.end)
		if stamp(from) != test.from || stamp(to) != test.to {
			t.Errorf("%s: %s to %s, want %s to %s", test.name, stamp(from), stamp(to), test.from, test.to)
		}
	}
}

func stamp(at *time.Time) string {
	if at == nil {
		return "nil"
	}
	return at.Format(time.RFC3339)
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"0:07:26": "7m26s", "00:05:49.3856480": "5m49s", "1.02:03:04": "26h3m4s", "07:26": "7m26s", "26:00:00": "26h0m0s",
		"10min 28s": "10m28s", "2h 11min": "2h11m0s", "0 Second": "0s", "50 Minute 2 Second": "50m2s", "1 hour and 3 minutes": "1h3m0s",
		"0 Stunden, 42 Minuten, 18 Sekunden": "42m18s", "1 uur en 5 minuten": "1h5m0s", "3 heures": "3h0m0s",
		"": "", "soon": "", "5": "", "5 parsecs": "", "1:99:00": "", "-1:00:00": "", "99999999999h": "", "1h 2": "",
	} {
		took, ok := parse.Duration(value)
		got := ""
		if ok {
			got = took.String()
		}
		if got != want {
			t.Errorf("Duration(%q) = %q, want %q", value, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int64{
		"16,5 GB": 17716740096, "1.5 GiB": 1610612736, "1,234.5 MB": 1294467072, "1.234,5 MB": 1294467072, "29,8\u00a0GB": 31997506355,
		"0,0 B": 0, "3 Go": 3221225472, "2 Mo": 2097152, "12 KB": 12288, "1 TiB": 1099511627776, "512 octets": 512, "1 048 576 B": 1048576, "4K": 4096,
		"": -1, "GB": -1, "5": -1, "5 apples": -1, "1,2,3.4.5 GB": -1, "99999999999999999999 TB": -1, "-5 GB": -1,
	} {
		got, ok := parse.Size(value)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("Size(%q) = %d, want %d", value, got, want)
		}
	}
}

func TestStripZeroCounts(t *testing.T) {
	t.Parallel()
	for line, trouble := range map[string]bool{
		"Failure count: 0": false, "Failed backups: 0": false, "0 erreurs": false, "0 errors, 0 warnings": false, "Errors: 0": false,
		"no errors": false, "Keine Fehler": false, "geen fouten": false, "without errors": false, "Error(s): 0": false, "Errors = 0": false,
		"Warnings 0 Errors 0": false, "Failed files: 0, Failed jobs: 0": false,
		"10 erreurs": true, "Failed: 10": true, "Success: 0 Errors: 3": true, "Errors: 0 Warnings: 2": true, "Error 0x80070005": true, "error 0.5": true,
		"Failed backups: 3": true, "0 files, errors occurred": true, "Failed": true, "Warnings 0 Errors 3": true, "errors: 0 of 0 known, failed": true,
		"1.0 errors": true, "#0 failed": true,
	} {
		if status, words := parse.Trouble(line); (status != backup.StatusUnknown) != trouble {
			t.Errorf("Trouble(%q) = %q by %q, want trouble: %t", line, status, words, trouble)
		}
	}
}

func TestTrouble(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]backup.Status{
		"The job completed successfully.": "", "non è stata completata": "error", "nicht erfolgreich": "error", "is niet voltooid": "error",
		"a échoué": "error", "delvist gennemført": "warning", "completed with errors": "error", "Backup was missed": "missed",
		"parzialmente completata": "warning", `Copied D:\Failed transfers\error log.txt`: "", `Copied \\nas\Failed\x failed`: "error",
		"unsuccessful": "error", "incomplete": "error", "failover": "", "The warningless one": "", "❌ x": "error",
	} {
		if got, words := parse.Trouble(line); got != want {
			t.Errorf("Trouble(%q) = %q by %q, want %q", line, got, words, want)
		}
	}
}

func TestCutWords(t *testing.T) {
	t.Parallel()
	before, after, ok := parse.CutWords("Ĳs—TASK  Über on NAS on off", "task")
	if before != "Ĳs—" || after != "Über on NAS on off" || !ok {
		t.Errorf("CutWords = %q, %q, %t", before, after, ok)
	}
	before, after, ok = parse.CutLastWords("Über on NAS on off", "on")
	if before != "Über on NAS" || after != "off" || !ok {
		t.Errorf("CutLastWords = %q, %q, %t", before, after, ok)
	}
	if _, _, ok = parse.CutWords("taskforce", "task"); ok {
		t.Error("a part of a word was taken for the word")
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text  string
		limit int
		want  string
	}{{"short", 10, "short"}, {"éééé", 6, "é…"}, {"long enough", 8, "long…"}, {"x", 0, "…"}} {
		if got := parse.Cut(test.text, test.limit); got != test.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", test.text, test.limit, got, test.want)
		}
	}
	var trail parse.Trail
	for range 200 {
		trail.Add("status", strings.Repeat("x", 1000), parse.InBody)
	}
	if found := trail.Evidence(); len(found) != 100 || len(found[0].Text) > 300 {
		t.Errorf("a trail keeps %d notes of %d bytes, want at most 100 of 300", len(found), len(found[0].Text))
	}
}
