package message_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
)

// crlf gives a mail the line ends it has on the wire.
func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

// decode decodes a mail that must be readable.
func decode(t *testing.T, raw []byte) *message.Message {
	t.Helper()
	m, err := message.Decode(raw)
	if err != nil {
		t.Fatalf("Decode: %v", err)
	}
	return m
}

const fullMail = `Received: from nas.example.net by mx.example.com; Mon, 23 Nov 2026 22:10:01 +0100
From: "Backup, Night" <Backup@NAS.example.net>
To: Operators <ops@example.com>, second@example.com
Subject: =?utf-8?Q?[Warning]_Sicherung_f=C3=BC?=
 =?utf-8?Q?r_Stra=C3=9Fe?= 12
Date: Mon, 23 Nov 2026 22:10:00 +0100
Message-ID:
 <42.nas@example.net>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

This is a message in parts.
--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=F6=DFe: 12 GB, alles=20
in Ordnung
--inner
Content-Type: text/html; charset=utf-8

<p>Größe: <b>12 GB</b></p>
--inner--
--outer
Content-Type: text/csv; name="=?utf-8?q?=C3=BCbersicht.csv?="
Content-Disposition: attachment; filename="C:\\logs\\übersicht.csv"
Content-Transfer-Encoding: base64

bmFtZTtzdGF0dXMK
--outer
Content-Type: image/png
Content-ID: <logo@example.net>
Content-Disposition: inline

not really
--outer
Content-Type: message/rfc822

From: inner@example.org
Subject: the forwarded one
Content-Type: text/plain

inner text
--outer--
epilogue
`

func TestDecode(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 11, 23, 21, 10, 0, 0, time.UTC)
	for _, raw := range [][]byte{[]byte(fullMail), crlf(fullMail), []byte("From x Mon Nov 23 22:10:01 2026\n" + fullMail)} {
		m := decode(t, raw)
		m.Text = strings.ReplaceAll(m.Text, "alles \n", "alles\n")
		if len(m.Nested) != 1 || m.Nested[0].Text != "inner text" || m.Nested[0].Subject != "the forwarded one" {
			t.Fatalf("attached mails: got %+v", m.Nested)
		}
		attachments := m.Attachments
		m.Nested, m.Attachments, m.Identity = nil, nil, [32]byte{}
		want := &message.Message{
			MailID: "42.nas@example.net", From: "backup@nas.example.net", FromName: "Backup, Night", To: "ops@example.com",
			Subject: "[Warning] Sicherung für Straße 12", SentAt: &sent, Text: "Größe: 12 GB, alles\nin Ordnung",
			HTML: "<p>Größe: <b>12 GB</b></p>", Size: len(raw),
		}
		if diff := cmp.Diff(want, m); diff != "" {
			t.Errorf("message (-want +got):\n%s", diff)
		}
		wantAttachments := []message.Attachment{
			{Name: "übersicht.csv", ContentType: "text/csv", Data: []byte("name;status\n")},
			{ContentType: "image/png", ContentID: "logo@example.net", Data: []byte("not really")},
		}
		if diff := cmp.Diff(wantAttachments, attachments); diff != "" {
			t.Errorf("attachments (-want +got):\n%s", diff)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	const head = "From: nas@example.com\nSubject: the subject\nDate: Mon, 23 Nov 2026 22:10:00 +0000\nMessage-ID: <1@example.com>\n"
	deep := strings.Builder{}
	for i := range 30 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	var wide strings.Builder
	for i := range 70 {
		fmt.Fprintf(&wide, "--b\nContent-Type: multipart/mixed; boundary=c%d\n\n--c%d\n\nx\n--c%d--\n", i, i, i)
	}
	tests := []struct{ name, raw, want string }{
		{"nothing", "", "This file is empty."},
		{"white space", " \r\n\r\n", "This file is empty."},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR: x\x00\n\n", "This file is not a mail: it has no headers."},
		{"a text", "Note: buy discs\n\nand tapes", "This file is not a mail: it has no headers."},
		{"too large", head + "\n" + strings.Repeat("x", message.MaxSize), "This mail is 50.1 MB; mails over 50 MB are kept but not read."},
		{"endless header", head + strings.Repeat("X-A: b\n", 200_000), "The headers of this mail are longer than 1 MB; it is kept but not read."},
		{
			"a bomb of parts", head + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 100_000),
			"This mail has more than 2,000 part boundaries; it is kept but not read.",
		},
		{
			"a bomb of levels", head + deep.String(),
			"This mail has parts inside one another deeper than 20 levels; it is kept but not read.",
		},
		{
			"a bomb of multiparts", head + "Content-Type: multipart/mixed; boundary=b\n\n" + wide.String(),
			"This mail has more than 64 multiparts; it is kept but not read.",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m, err := message.Decode([]byte(test.raw))
			kind, sentence := backup.Explain(err)
			if err == nil || kind != backup.Invalid || sentence != test.want {
				t.Fatalf("got %v, want an Invalid error %q", err, test.want)
			}
			if m == nil || m.Size != len(test.raw) || m.Identity == [32]byte{} {
				t.Fatalf("the message beside the error lacks its size or identity: %+v", m)
			}
			if !strings.HasPrefix(test.raw, head) {
				return
			}
			if m.Subject != "the subject" || m.From != "nas@example.com" || m.MailID != "1@example.com" || m.SentAt == nil {
				t.Errorf("the message beside the error lacks headers: %+v", m)
			}
		})
	}
}

func TestDecodeReadsLongListsOfDashes(t *testing.T) {
	t.Parallel()
	report := strings.Repeat("-- \nSRV01\n--\n--------\n--b1\n", 20_000)
	m := decode(t, []byte("From: nas@example.com\n\n"+report))
	if got, want := m.Text, strings.TrimRight(report, ""); got != want {
		t.Errorf("a plain report of dashes: got %d bytes of text, want %d", len(got), len(want))
	}
	m = decode(t, []byte("From: nas@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n"+report+"\n--b--\n"))
	if m.Text != report || len(m.Problems) > 0 {
		t.Errorf("a report of dashes in a part: got %d bytes of text, want %d; problems %q", len(m.Text), len(report), m.Problems)
	}
}

func TestDecodeToleratesFaults(t *testing.T) {
	t.Parallel()
	const torn = "A part of this mail was cut off or damaged on the way; what could be read of it is shown."
	const open = "This mail was cut off or damaged on the way: the ends of its parts are missing."
	text := strings.Repeat("Backup of SRV01 is done. ", 100)
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	tests := []struct {
		name, raw, text string
		problems        []string
	}{
		{"base64 cut off", "Content-Transfer-Encoding: base64\n\n" + encoded[:1001], text[:750], []string{torn}},
		{"foreign signs in base64", "Content-Transfer-Encoding: base64\n\n" + encoded[:4] + "*" + encoded[4:], text, []string{torn}},
		{"base64 in odd lines", "Content-Transfer-Encoding: BASE64 \n\n" + encoded[:7] + "\r\n\r\n  " + encoded[7:], text, nil},
		{"quoted-printable with stray signs", "Content-Transfer-Encoding: quoted-printable\n\na=3Db =ZZ = 5=\n0%", "a=b =ZZ = 50%", nil},
		{"unknown encoding", "Content-Transfer-Encoding: x-none\n\nplain", "plain", nil},
		{"no last boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nplain\n", "plain\n", []string{open}},
		{"no boundary at all", "Content-Type: multipart/mixed; boundary=b\n\nplain\n", "plain\n", []string{open}},
		{"undeclared boundary", "Content-Type: multipart/mixed\n\nplain\n", "plain\n", []string{open}},
		{"part without header", "Content-Type: multipart/mixed; boundary=b\n\n--b\nplain\n--b--\n", "plain", nil},
		{"broken type", "Content-Type: text/plain; charset=\"\n\nplain", "plain", nil},
		{"senseless type", "Content-Type: ;;;\n\nplain", "plain", nil},
		{"space before colon", "Content-Type : text/plain\n\nplain", "plain", nil},
		{"HTML that calls itself text", "Content-Type: text/plain\n\n <!DOCTYPE HTML><p>one<p>two", "one\ntwo", nil},
		{"empty text beside HTML", "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n \n--b\nContent-Type: text/html\n\n<p>rich\n--b--", "rich", nil},
		{"only text has a name", "Content-Type: text/plain; name=body.txt\n\nplain", "plain", nil},
		{"no body", "X-Nothing: more", "", nil},
		{"line ends converted twice", "\r\r\none\r\r\ntwo", "one\ntwo", nil},
		{"control characters", "\na\x00b\x07c\rd\x7f", "abc\nd", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := decode(t, []byte("From: nas@example.com\n"+test.raw))
			if m.Text != test.text {
				t.Errorf("text: got %q, want %q", m.Text, test.text)
			}
			if diff := cmp.Diff(test.problems, m.Problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeKeepsNamedTextsAsFiles(t *testing.T) {
	t.Parallel()
	m := decode(t, []byte("From: nas@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee the log.\n"+
		"--b\nContent-Type: text/plain; charset=windows-1252; name=\"../job.log\"\nContent-Disposition: inline\n\nGr\xf6\xdfe\n--b--\n"))
	if m.Text != "See the log." || len(m.Attachments) != 1 {
		t.Fatalf("got text %q and %d attachments, want the text alone and one file", m.Text, len(m.Attachments))
	}
	log := m.Attachments[0]
	if log.Name != "job.log" || string(log.Data) != "Gr\xf6\xdfe" || log.Text() != "Größe" {
		t.Errorf("got file %q with %q read as %q", log.Name, log.Data, log.Text())
	}
}

func TestDecodeLimitsText(t *testing.T) {
	t.Parallel()
	row := "SRV01 é done\n"
	m := decode(t, []byte("From: nas@example.com\n\n"+strings.Repeat(row, 20<<20/len(row))))
	if len(m.Text) > 10<<20 || len(m.Text) < 10<<20-4 {
		t.Errorf("kept %d bytes of text, want 10 MB", len(m.Text))
	}
	if want := []string{"The text of this mail is longer than 10 MB; the rest of it was not read."}; !cmp.Equal(m.Problems, want) {
		t.Errorf("problems: got %q, want %q", m.Problems, want)
	}
}

func TestDecodeLimitsNesting(t *testing.T) {
	t.Parallel()
	raw := "Subject: level 6\n\ntext"
	for i := 5; i >= 0; i-- {
		raw = fmt.Sprintf("Subject: level %d\nContent-Type: message/rfc822\n\n%s", i, raw)
	}
	m, depth := decode(t, []byte(raw)), 0
	for ; len(m.Nested) > 0; depth++ {
		m = m.Nested[0]
	}
	if depth != 3 || m.Subject != "level 3" {
		t.Errorf("read %d levels down to %q, want 3", depth, m.Subject)
	}
	want := []string{"This mail holds mails inside one another deeper than 3 levels; the innermost were not read."}
	if !cmp.Equal(m.Problems, want) {
		t.Errorf("problems: got %q, want %q", m.Problems, want)
	}

	bomb := "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 2100)
	m = decode(t, []byte("Subject: outer\nContent-Type: message/rfc822\n\n"+bomb))
	want = []string{"An attached mail was not read. This mail has more than 2,000 part boundaries; it is kept but not read."}
	if len(m.Nested) != 0 || !cmp.Equal(m.Problems, want) {
		t.Errorf("a bomb in an attached mail: got %d mails and problems %q, want none and %q", len(m.Nested), m.Problems, want)
	}
}

func TestDecodeDoesNotChangeItsInput(t *testing.T) {
	t.Parallel()
	raw := crlf(fullMail)
	before := bytes.Clone(raw)
	m := decode(t, raw)
	if !bytes.Equal(raw, before) {
		t.Fatal("Decode changed the raw mail")
	}
	clear(raw)
	if got := string(m.Attachments[1].Data); got != "not really" {
		t.Errorf("an attachment changed with the raw mail: got %q", got)
	}
}
