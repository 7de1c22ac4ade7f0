package veeam_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
	"backupchecks/internal/parse/veeam"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// registry reads with Veeam's parsers and nothing to fall back on.
func registry() *parse.Registry {
	return parse.NewRegistry(veeam.Parsers(), parse.Parser{
		Name:  "nobody",
		Claim: func(*message.Message) int { return 0 },
	})
}

// goldenMails returns the files of all golden mails.
func goldenMails(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*/mail.eml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden mails: %v", err)
	}
	return files
}

func load(t testing.TB, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func decode(t testing.TB, raw []byte) *message.Message {
	t.Helper()
	m, err := message.Decode(raw)
	if err != nil {
		t.Fatalf("Decode: %v", err)
	}
	return m
}

func TestGoldenMails(t *testing.T) {
	t.Parallel()
	for _, file := range goldenMails(t) {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			reading := registry().Read(decode(t, load(t, file)))
			got, err := json.MarshalIndent(reading, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			check(t, filepath.Join(filepath.Dir(file), "want.json"), append(got, '\n'))
		})
	}
}

// check compares got with the golden file, or rewrites it under -update.
func check(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("no golden file; run go test -update and look at the diff: %v", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// The sender is free text of an administrator: it neither makes nor breaks a claim.
func TestSenderDoesNotCount(t *testing.T) {
	t.Parallel()
	for _, file := range goldenMails(t) {
		m := decode(t, load(t, file))
		want := registry().Explain(m)
		m.From, m.FromName = "somebody@example.org", "Somebody"
		if diff := cmp.Diff(want, registry().Explain(m)); diff != "" {
			t.Errorf("%s: another sender changes the claims (-want +got):\n%s", file, diff)
		}
	}
	other := &message.Message{From: "veeam@example.com", FromName: "Veeam Backup", Subject: "Lunch on Friday", Text: "Who comes?"}
	if claims := registry().Explain(other); len(claims) != 0 {
		t.Errorf("Explain(mail of no report from veeam@) = %v, want no claims", claims)
	}
}

// Words of success put anywhere into a mail of trouble never make it a success.
func TestNoFalseSuccess(t *testing.T) {
	t.Parallel()
	for _, file := range goldenMails(t) {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			raw := load(t, file)
			status := registry().Read(decode(t, raw)).Status()
			if status == backup.StatusSuccess || bytes.Contains(raw, []byte("base64")) {
				return
			}
			for _, mutant := range mutants(raw) {
				if got := registry().Read(decode(t, mutant)).Status(); got == backup.StatusSuccess {
					t.Fatalf("a mail read as %s is read as a success with words added:\n%s", status.Label(), mutant)
				}
			}
		})
	}
}

// mutants adds words of success to a mail: in front of its subject, and at the places of its
// body where a line or a cell begins, which take turns among the words.
func mutants(raw []byte) [][]byte {
	var all [][]byte
	for _, words := range []string{"[Success] ", "[Success] Daily (2 objects) "} {
		all = append(all, bytes.Replace(raw, []byte("Subject: "), []byte("Subject: "+words), 1))
	}
	head, body, _ := bytes.Cut(raw, []byte("\n\n"))
	words := []string{"Success\n", "<div>Success</div>", "<td>Success</td>", "Success 2 of 2 VMs processed\n", "[Success]"}
	text, turn := string(body), 0
	for i := range text {
		if text[i] != '>' && text[i] != '\n' {
			continue
		}
		all = append(all, []byte(string(head)+"\n\n"+text[:i+1]+words[turn%len(words)]+text[i+1:]))
		turn++
	}
	return all
}

// A mail that was cut off on its way is never sure, unless nothing was lost, and it never
// turns trouble into a success.
func TestCutMailIsNeverSure(t *testing.T) {
	t.Parallel()
	for _, file := range goldenMails(t) {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			raw := load(t, file)
			whole := registry().Read(decode(t, raw))
			start := bytes.Index(raw, []byte("\n\n"))
			for end := start + 2; end < len(raw); end += 31 {
				got := registry().Read(decode(t, raw[:end]))
				if got.Confidence == backup.Sure && !cmp.Equal(got.Outcomes, whole.Outcomes) {
					t.Fatalf("cut at byte %d of %d the mail is sure of something else (-whole +cut):\n%s",
						end, len(raw), cmp.Diff(whole.Outcomes, got.Outcomes))
				}
				if got.Status() == backup.StatusSuccess && whole.Status() != backup.StatusSuccess {
					t.Fatalf("cut at byte %d of %d the mail is a success", end, len(raw))
				}
			}
		})
	}
}

// Relays that keep only the text must not change what a mail tells.
func TestTextTellsTheSame(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"backup-success", "warning-all-green", "retry-success", "backup-copy", "replica-failed", "agent-windows", "folded-subject"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := decode(t, load(t, filepath.Join("testdata", name, "mail.eml")))
			want := registry().Read(m)
			m.HTML, m.Tables = "", nil
			got := registry().Read(m)
			if diff := cmp.Diff(want.Outcomes, got.Outcomes); diff != "" {
				t.Errorf("as text the mail tells something else (-html +text):\n%s\n%s", diff, m.Text)
			}
		})
	}
}

// The same report twice in one mail, as in a long thread, is one outcome.
func TestRepeatedReport(t *testing.T) {
	t.Parallel()
	raw := string(load(t, "testdata/retry-success/mail.eml"))
	head, body, _ := strings.Cut(raw, "\n\n")
	reading := registry().Read(decode(t, []byte(head+"\n\n"+body+body)))
	if len(reading.Outcomes) != 1 || reading.Status() != backup.StatusSuccess {
		t.Errorf("a mail that quotes itself has %d outcomes, %s; want 1, Success", len(reading.Outcomes), reading.Status().Label())
	}
	failed := strings.Replace(head, "[Success]", "[Failed]", 1)
	if got := registry().Read(decode(t, []byte(failed+"\n\n"+body+body))).Status(); got != backup.StatusError {
		t.Errorf("a mail that quotes itself, with [Failed] in the subject, is %s; want Error", got.Label())
	}
}

// Nobody's mail stays nobody's.
func TestClaimsNoOthers(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, subject, text string }{
		{"a tag without a count", "[Success] Hyper store", "Backup finished.\n"},
		{"a sentence about a job", "About the backup job: nightly", "The backup job: nightly has to change.\nSuccess depends on it.\n"},
		{"another product's words", "Backup job: files", "Job name: files\nJob status: Success\nStart time: 01:00\n"},
		{"an unknown tag", "[Urgent] Order (3 items)", "Please sign.\n"},
	}
	for _, test := range tests {
		m := &message.Message{Subject: test.subject, Text: test.text}
		if claims := registry().Explain(m); len(claims) != 0 {
			t.Errorf("Explain(%s) = %v, want no claims", test.name, claims)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, file := range goldenMails(f) {
		f.Add(load(f, file))
	}
	reg := registry()
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := message.Decode(raw)
		if err != nil {
			return
		}
		for _, claim := range reg.Explain(m) {
			if claim.Problem != "" {
				t.Errorf("%s: %s", claim.Parser, claim.Problem)
			}
		}
		reading := reg.Read(m)
		for _, outcome := range reading.Outcomes {
			if outcome.Job == "" {
				t.Errorf("an outcome has no job: %+v", outcome)
			}
			if outcome.Status == backup.StatusSuccess && backup.CountObjects(outcome.Objects).Bad() > 0 {
				t.Errorf("a success has objects in trouble: %+v", outcome)
			}
			if outcome.StartedAt != nil && outcome.EndedAt != nil && outcome.EndedAt.Before(*outcome.StartedAt) && reading.Confidence == backup.Sure {
				t.Errorf("a sure reading ends before it starts: %+v", outcome)
			}
		}
		for _, problem := range reading.Problems {
			if strings.Contains(problem, "broke") {
				t.Error(problem)
			}
		}
	})
}
