package eml_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/mailin/eml"
)

// mail returns a small mail with that subject.
func mail(subject string) string {
	return "From: jobs@example.com\nSubject: " + subject + "\n\nAll done.\n"
}

// write puts a file with its folders under dir and returns its path.
func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// zipped returns an archive of the files, name and content in turn.
func zipped(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err == nil {
			_, err = io.WriteString(w, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// walk collects what Walk gives, with paths as they are below dir, one line for each item.
func walk(t *testing.T, dir string, paths ...string) []string {
	t.Helper()
	var got []string
	err := eml.Walk(t.Context(), paths, strings.NewReader(mail("from stdin")), func(item eml.Item) error {
		got = append(got, describe(dir, item))
		return nil
	})
	if err != nil {
		t.Fatalf("Walk: %v", err)
	}
	return got
}

func describe(dir string, item eml.Item) string {
	name := filepath.ToSlash(strings.TrimPrefix(item.Path, dir+string(filepath.Separator)))
	switch {
	case item.Skipped:
		return name + ": skipped"
	case item.Err != nil:
		_, sentence := backup.Explain(item.Err)
		return name + ": " + sentence
	}
	_, after, _ := strings.Cut(string(item.Raw), "Subject: ")
	subject, _, _ := strings.Cut(after, "\n")
	return name + ": " + strings.TrimRight(subject, "\r")
}

func TestWalkReadsFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "box/2.EML", mail("upper case"))
	write(t, dir, "box/a.eml", mail("first"))
	write(t, dir, "box/notes.txt", mail("a text"))
	write(t, dir, "box/page.html", "<html>")
	write(t, dir, "box/._a.eml", "what macOS keeps")
	write(t, dir, "box/deep/er/b.eml", mail("deep"))
	write(t, dir, "box/Old.mbox/mbox", "From - Mon Nov 23 17:40:54 2026\n"+mail("of Apple Mail"))
	write(t, dir, "box/outlook.msg", "\xd0\xcf\x11\xe0")
	write(t, dir, "box/all.zip", zipped(t, "in/c.eml", mail("zipped")))

	got := walk(t, dir, filepath.Join(dir, "box"))
	want := []string{
		"box/._a.eml: skipped",
		"box/2.EML: upper case",
		"box/Old.mbox/mbox#1: of Apple Mail",
		"box/a.eml: first",
		"box/all.zip/in/c.eml: zipped",
		"box/deep/er/b.eml: deep",
		"box/notes.txt: skipped",
		"box/outlook.msg: Outlook .msg files cannot be read yet; save the mail as .eml and import that.",
		"box/page.html: skipped",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestWalkAlwaysReadsNamedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := []string{
		write(t, dir, "mail.txt", mail("named as text")),
		write(t, dir, "Inbox", "From - Mon Nov 23 17:40:54 2026\n"+mail("one")+"\nFrom - Mon Nov 23 18:40:54 2026\n"+mail("two")),
		write(t, dir, "archive.bin", zipped(t, "a.eml", mail("in a zip"))),
		write(t, dir, "exported", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"),
		write(t, dir, "empty.eml", ""),
		write(t, dir, "empty.mbox", ""),
		filepath.Join(dir, "nowhere.eml"),
		"-",
	}
	got := walk(t, dir, files...)
	want := []string{
		"mail.txt: named as text",
		"Inbox#1: one",
		"Inbox#2: two",
		"archive.bin/a.eml: in a zip",
		"exported: Outlook .msg files cannot be read yet; save the mail as .eml and import that.",
		"empty.eml: ",
		"empty.mbox: skipped",
		"nowhere.eml: There is no file or folder of this name.",
		"standard input: from stdin",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestWalkReadsMaildirs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "Maildir/cur/1795455654.M1P2.mx:2,S", mail("seen"))
	write(t, dir, "Maildir/new/1795455655.M1P3.mx", mail("fresh"))
	write(t, dir, "Maildir/tmp/1795455656.M1P4.mx", mail("half delivered"))
	write(t, dir, "Maildir/dovecot.index", "index")
	write(t, dir, "Maildir/.Sent/cur/1795455657.M1P5.mx", mail("sent"))
	write(t, dir, "Maildir/.Sent/new/.keep", "")
	write(t, dir, "plain/new/1795455658.txt", mail("no Maildir"))

	maildir := []string{
		"Maildir/.Sent/cur/1795455657.M1P5.mx: sent",
		"Maildir/.Sent/new/.keep: skipped",
		"Maildir/cur/1795455654.M1P2.mx:2,S: seen",
		"Maildir/dovecot.index: skipped",
		"Maildir/new/1795455655.M1P3.mx: fresh",
		"Maildir/tmp/1795455656.M1P4.mx: skipped",
	}
	got := walk(t, dir, dir)
	if diff := cmp.Diff(append(maildir, "plain/new/1795455658.txt: skipped"), got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}

	got = walk(t, dir, filepath.Join(dir, "Maildir", "new"))
	if diff := cmp.Diff([]string{"Maildir/new/1795455655.M1P3.mx: fresh"}, got); diff != "" {
		t.Errorf("the folder of new mails alone (-want +got):\n%s", diff)
	}

	file := write(t, dir, "box.zip", zipped(t, "m/cur/", "", "m/new/", "", "m/cur/1795455654.M1P2.mx", mail("zipped"), "x/1.y", ""))
	got = walk(t, dir, file)
	if diff := cmp.Diff([]string{"box.zip/m/cur/1795455654.M1P2.mx: zipped", "box.zip/x/1.y: skipped"}, got); diff != "" {
		t.Errorf("a Maildir in an archive (-want +got):\n%s", diff)
	}
}

func TestWalkDoesNotFollowLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := write(t, dir, "outside/secret.eml", mail("secret"))
	write(t, dir, "box/a.eml", mail("inside"))
	for name, target := range map[string]string{"file.eml": secret, "folder": filepath.Dir(secret), "loop": "."} {
		if err := os.Symlink(target, filepath.Join(dir, "box", name)); err != nil {
			t.Fatal(err)
		}
	}
	got := walk(t, dir, filepath.Join(dir, "box"))
	want := []string{"box/a.eml: inside", "box/file.eml: skipped", "box/folder: skipped", "box/loop: skipped"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	got = walk(t, dir, filepath.Join(dir, "box", "file.eml"))
	if diff := cmp.Diff([]string{"box/file.eml: secret"}, got); diff != "" {
		t.Errorf("a link named on the command line (-want +got):\n%s", diff)
	}
}

func TestWalkShowsSafePaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "a.zip", zipped(t, "\x1b[2J\nevil.eml", mail("x")))
	got := walk(t, dir, file)
	if diff := cmp.Diff([]string{"a.zip/\uFFFD[2J\uFFFDevil.eml: x"}, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestWalkDoesNotLoadHugeFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "huge.eml", mail("huge"))
	if err := os.Truncate(file, 3<<30); err != nil { // sparse: takes no space
		t.Fatal(err)
	}
	got := walk(t, dir, file)
	if diff := cmp.Diff([]string{"huge.eml: This mail is 3072.0 MB; files over 64 MB are not read."}, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	err := eml.Walk(t.Context(), []string{"-"}, endless{}, func(item eml.Item) error {
		if item.Err == nil {
			t.Errorf("got a mail of %d bytes, want an error", len(item.Raw))
		}
		return nil
	})
	if err != nil {
		t.Errorf("Walk of endless input: %v", err)
	}
}

// endless is input that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestWalkStops(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 3 {
		write(t, dir, fmt.Sprintf("%d.eml", i), mail("x"))
	}
	stop := errors.New("stop")
	calls := 0
	err := eml.Walk(t.Context(), []string{dir}, nil, func(eml.Item) error { calls++; return stop })
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("got %v after %d calls, want the function's error after one", err, calls)
	}

	ctx, cancel := context.WithCancel(t.Context())
	calls = 0
	err = eml.Walk(ctx, []string{dir, dir}, nil, func(eml.Item) error { calls++; cancel(); return nil })
	if !errors.Is(err, context.Canceled) || calls != 1 {
		t.Errorf("got %v after %d calls, want context.Canceled after one", err, calls)
	}
	err = eml.Walk(ctx, []string{"-"}, endless{}, func(eml.Item) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("reading stdin: got %v, want context.Canceled", err)
	}
}

func TestWalkTellsUnreadableFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "torn.zip", zipped(t, "a.eml", mail("x"))[:60])
	sound := zipped(t, "a.eml", strings.Repeat(mail("x"), 50))
	at := strings.Index(sound, "a.eml") + 15
	write(t, dir, "wrong.zip", sound[:at]+"\x00\x00\x00\x00\x00"+sound[at+5:])
	write(t, dir, "nested.zip", zipped(t, "b.zip", zipped(t, "a.eml", mail("x")), "c.msg", "", "d.eml", mail("d")))
	got := walk(t, dir, dir)
	want := []string{
		"nested.zip/b.zip: An archive inside an archive is not read.",
		"nested.zip/c.msg: Outlook .msg files cannot be read yet; save the mail as .eml and import that.",
		"nested.zip/d.eml: d",
		"torn.zip: This file is not a zip archive, or a damaged one.",
		"wrong.zip/a.eml: This file in the archive is damaged.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestCountMatchesItems(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.eml", mail("a"))
	write(t, dir, "b.txt", "text")
	write(t, dir, "c.mbox", "From x Mon Nov 23 17:40:54 2026\n"+mail("one")+"\nFrom x Mon Nov 23 17:40:54 2026\n"+mail("two")+">From here\n")
	var seen int64
	err := eml.Walk(t.Context(), []string{dir}, nil, func(item eml.Item) error {
		seen += item.Bytes
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if total := eml.Count([]string{dir}); seen != total || total == 0 {
		t.Errorf("items sum up to %d bytes, Count says %d", seen, total)
	}
	one := eml.Count([]string{filepath.Join(dir, "b.txt"), filepath.Join(dir, "nowhere"), "-"})
	if one != 4 {
		t.Errorf("Count of one file of 4 bytes and two of unknown size = %d, want 4", one)
	}
}
