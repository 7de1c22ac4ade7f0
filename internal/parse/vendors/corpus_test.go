package vendors_test

import (
	"bytes"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse/vendors"
)

// sample is a line of the corpus's index.
type sample struct {
	file    string
	job     string
	status  string // "success", "warning", …, "informational", "unknown", or free words
	objects string
}

// TestCorpus reads a folder of sample mails of many vendors, which lies beside the project
// where it exists. Whatever a sample is, nothing may be called a success that is none.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := corpusDir(t)
	if dir == "" {
		t.Log("no corpus beside the project; nothing to compare")
		return
	}
	registry := vendors.Registry()
	var f figures
	for _, s := range corpusIndex(t, dir) {
		if !readable(s.file) {
			continue
		}
		for i, m := range corpusMails(t, dir, s) {
			f.compare(t, s, s.statusOf(i), registry.Read(m))
		}
	}
	t.Logf("%d mails: %d claimed, of which %d have the index's status, %d its job and %d its number of objects; %d only listed; %d guessed at; %d left to a person",
		f.mails, f.claimed, f.status, f.job, f.objects, f.listed, f.guessed, f.unread)
	if f.mails == 0 {
		t.Error("the corpus is there, but its index lists no mail")
	}
}

// figures counts what became of the corpus.
type figures struct {
	mails, claimed, status, job, objects int
	listed                               int // claimed, but the index gives no result to compare with
	guessed, unread                      int
}

// compare counts a reading and holds it against the index: no success may be false, and a
// vendor's own parser must read the status that the index gives.
func (f *figures) compare(t *testing.T, s sample, want string, reading backup.Reading) {
	t.Helper()
	f.mails++
	got := describe(reading)
	if got == string(backup.StatusSuccess) && got != want {
		t.Errorf("%s: read as a success, want %s (parser %q)", s.file, want, reading.Parser)
	}
	switch {
	case reading.Parser == "":
		f.unread++
		return
	case reading.Parser == "generic":
		f.guessed++
		return
	case want == "various":
		f.listed++
		return
	}
	f.claimed++
	if got == want {
		f.status++
	} else {
		t.Errorf("%s: %s reads it as %s, want %s", s.file, reading.Parser, got, want)
	}
	if jobs(reading) == s.job || s.job == "-" {
		f.job++
	} else {
		t.Logf("%s: job %q, the index says %q", s.file, jobs(reading), s.job)
	}
	if fmt.Sprint(objects(reading)) == s.objectCount() {
		f.objects++
	} else {
		t.Logf("%s: %d objects, the index says %q", s.file, objects(reading), s.objects)
	}
}

// corpusDir looks for the corpus beside the project, upwards from the package's folder.
func corpusDir(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for range 12 {
		candidate := filepath.Join(dir, "shared", "samples")
		if _, err := os.Stat(filepath.Join(candidate, "README.md")); err == nil {
			return candidate
		}
		dir = filepath.Dir(dir)
	}
	return ""
}

// corpusIndex reads the table of the corpus's README.
func corpusIndex(t *testing.T, dir string) []sample {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var samples []sample
	for line := range strings.Lines(string(raw)) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) < 8 || !strings.Contains(cells[0], "/") {
			continue
		}
		samples = append(samples, sample{
			file: strings.TrimPrefix(cells[0], "| "), job: cells[5], status: cells[6], objects: cells[7],
		})
	}
	return samples
}

func readable(file string) bool {
	switch filepath.Ext(file) {
	case ".eml", ".txt", ".html":
		return true
	}
	return false
}

// statusOf is the expected status of the mail with this number in a file of several.
func (s sample) statusOf(i int) string {
	if parts := strings.Split(s.status, " / "); len(parts) > 1 {
		if i < len(parts) {
			return parts[i]
		}
		return "various"
	}
	return s.status
}

func (s sample) objectCount() string {
	count, _, _ := strings.Cut(s.objects, " ")
	if count == "-" || count == "" {
		return "0"
	}
	return count
}

// corpusMails decodes a sample. A file that is no mail becomes one: its first line is the
// subject. A file of bare subjects becomes a mail for each line.
func corpusMails(t *testing.T, dir string, s sample) []*message.Message {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(s.file)))
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(s.file) == ".eml" {
		return []*message.Message{decode(t, raw)}
	}
	if strings.Contains(s.file, "subject") && strings.Count(strings.TrimSpace(string(raw)), "\n") > 0 {
		var mails []*message.Message
		for line := range strings.Lines(string(raw)) {
			if line = strings.TrimSpace(line); line != "" {
				mails = append(mails, decode(t, asMail(line, "text/plain", nil)))
			}
		}
		return mails
	}
	first, rest, _ := bytes.Cut(raw, []byte("\n"))
	subject, kind := strings.TrimSpace(string(first)), "text/plain"
	if filepath.Ext(s.file) == ".html" {
		kind = "text/html"
	}
	if strings.HasPrefix(subject, "<") {
		return []*message.Message{decode(t, asMail("", kind, raw))}
	}
	if kind == "text/html" {
		return []*message.Message{decode(t, asMail(strings.TrimPrefix(subject, "Subject: "), kind, rest))}
	}
	return []*message.Message{decode(t, asMail(strings.TrimPrefix(subject, "Subject: "), kind, raw))}
}

// asMail makes a mail of a subject and a body.
func asMail(subject, kind string, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: sender@example.com\r\nTo: reports@example.net\r\nSubject: %s\r\n", mime.QEncoding.Encode("utf-8", subject))
	fmt.Fprintf(&b, "Date: Mon, 23 Nov 2026 03:05:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n", kind)
	b.Write(body)
	return b.Bytes()
}

func decode(tb testing.TB, raw []byte) *message.Message {
	tb.Helper()
	m, err := message.Decode(raw)
	if err != nil {
		tb.Fatalf("Decode: %v", err)
	}
	return m
}

// describe is a reading's result in the words of the index.
func describe(r backup.Reading) string {
	switch {
	case r.Informational:
		return "informational"
	case len(r.Outcomes) == 0 || r.Status() == backup.StatusUnknown:
		return "unknown"
	}
	return string(r.Status())
}

func jobs(r backup.Reading) string {
	var names []string
	for _, outcome := range r.Outcomes {
		names = append(names, outcome.Job)
	}
	return strings.Join(names, ", ")
}

func objects(r backup.Reading) int {
	n := 0
	for _, outcome := range r.Outcomes {
		n += len(outcome.Objects)
	}
	return n
}
