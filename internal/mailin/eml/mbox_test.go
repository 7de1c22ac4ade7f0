package eml_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/mailin/eml"
)

const fromLine = "From jobs@example.com Mon Nov 23 17:40:54 2026\n"

func TestMboxSplits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, mbox string
		want       []string
	}{
		{
			"two mails", fromLine + "Subject: a\n\nx\n\n" + fromLine + "Subject: b\n\ny\n",
			[]string{"Subject: a\n\nx\n", "Subject: b\n\ny\n"},
		},
		{
			"windows line ends", "From - Mon Nov 23 17:40:54 2026\r\nSubject: a\r\n\r\nx\r\n\r\nFrom - Mon Nov 23 17:40:55 2026\r\nSubject: b\r\n\r\ny\r\n",
			[]string{"Subject: a\r\n\r\nx\r\n", "Subject: b\r\n\r\ny\r\n"},
		},
		{
			"quoted lines", fromLine + "Subject: a\n\n>From here on\n>>From there\n> From is a quotation\n",
			[]string{"Subject: a\n\nFrom here on\n>From there\n> From is a quotation\n"},
		},
		{
			"a sentence that begins with From", fromLine + "Subject: a\n\n\nFrom the logs we see nothing.\n",
			[]string{"Subject: a\n\n\nFrom the logs we see nothing.\n"},
		},
		{
			"no empty line between", fromLine + "Subject: a\n\nx\n" + fromLine + "Subject: b\n\ny\n",
			[]string{"Subject: a\n\nx\n", "Subject: b\n\ny\n"},
		},
		{
			"a bare From line", "From \nSubject: a\n\nx\n\nFrom \nSubject: b\n\ny",
			[]string{"Subject: a\n\nx\n", "Subject: b\n\ny"},
		},
		{
			"no From line at all", "Subject: a\n\nx\n",
			[]string{"Subject: a\n\nx\n"},
		},
		{
			"empty lines first", "\n\n" + fromLine + "Subject: a\n\nx\n",
			[]string{"Subject: a\n\nx\n"},
		},
		{
			"a line longer than the buffer", fromLine + "Subject: a\n\n" + strings.Repeat("From ", 40_000) + "\n\n" + fromLine + "Subject: b\n\n",
			[]string{"Subject: a\n\n" + strings.Repeat("From ", 40_000) + "\n", "Subject: b\n"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := write(t, dir, "a.mbox", test.mbox)
			var got []string
			err := eml.Walk(t.Context(), []string{file}, nil, func(item eml.Item) error {
				got = append(got, string(item.Raw))
				return item.Err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mails (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMboxPassesOverHugeMail(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "a.mbox", fromLine+mail("one")+"\n"+
		fromLine+mail("huge")+strings.Repeat(strings.Repeat("x", 64<<10-1)+"\n", 65<<4)+"\n"+
		fromLine+mail("three"))
	got := walk(t, dir, file)
	want := []string{"a.mbox#1: one", "a.mbox#2: This mail is 65.1 MB; files over 64 MB are not read.", "a.mbox#3: three"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

// bomb returns an archive of many times the same four deflated megabytes of zeros.
func bomb(t *testing.T, files int, name func(int) string) string {
	t.Helper()
	zeros := make([]byte, 4<<20)
	var packed bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err == nil {
		_, err = deflate.Write(zeros)
	}
	if err == nil {
		err = deflate.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range files {
		w, err := z.CreateRaw(&zip.FileHeader{
			Name: name(i), Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(zeros),
			CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(zeros)),
		})
		if err == nil {
			_, err = w.Write(packed.Bytes())
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

func TestArchiveBombsEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, ending := range []string{"eml", "mbox"} {
		file := write(t, dir, ending+".zip", bomb(t, 100, func(i int) string { return fmt.Sprintf("%d.%s", i, ending) }))
		got := walk(t, dir, file)
		last := got[len(got)-1]
		want := "This archive unpacks to much more than mails do; the rest of it was not read."
		if _, sentence, _ := strings.Cut(last, ": "); sentence != want {
			t.Errorf("%s: the last of %d items is %q, want %q", ending, len(got), last, want)
		}
		if len(got) > 6 {
			t.Errorf("%s: %d files were unpacked before the end", ending, len(got))
		}
	}
}

func TestArchiveWithTooManyFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range 100_001 {
		if _, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	got := walk(t, dir, write(t, dir, "many.zip", b.String()))
	if diff := cmp.Diff([]string{"many.zip: This archive has more than 100,000 files and was not read."}, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func FuzzMbox(f *testing.F) {
	f.Add([]byte(fromLine + mail("a") + "\n" + fromLine + mail("b")))
	f.Add([]byte("From \n\nFrom \n"))
	f.Add([]byte(">From x\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		file := write(t, dir, "a.mbox", string(data))
		var seen, kept int64
		err := eml.Walk(t.Context(), []string{file}, nil, func(item eml.Item) error {
			seen += item.Bytes
			kept += int64(len(item.Raw))
			return item.Err
		})
		if err != nil {
			t.Fatal(err)
		}
		if seen > int64(len(data)) || kept > seen {
			t.Errorf("%d bytes gave mails of %d bytes, said to be of %d", len(data), kept, seen)
		}
	})
}
