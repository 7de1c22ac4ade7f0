package message_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
)

// texts returns every string of a message.
func texts(m *message.Message) []string {
	all := []string{m.MailID, m.From, m.FromName, m.To, m.Subject, m.Text, m.HTML}
	all = append(all, m.Problems...)
	for _, a := range m.Attachments {
		all = append(all, a.Name, a.ContentType, a.Charset, a.ContentID, a.Text())
	}
	for _, table := range m.Tables {
		for _, row := range table.Rows {
			for _, c := range row {
				all = append(append(all, c.Text, c.Style), c.Classes...)
			}
		}
	}
	for _, nested := range m.Nested {
		all = append(all, texts(nested)...)
	}
	return all
}

// check fails for a message that breaks what package message promises of every mail.
func check(t *testing.T, raw []byte, m *message.Message) {
	t.Helper()
	total := 0
	for _, s := range texts(m) {
		total += len(s)
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r\x1b") || !norm.NFC.IsNormalString(s) {
			t.Errorf("not clean: %q", s)
		}
	}
	// A byte of windows-1252 is up to three of UTF-8, HTML is kept as text and as cells too,
	// and the texts of attachments are counted again.
	if most := 40*len(raw) + 4096; total > most {
		t.Errorf("%d bytes became %d of text, want at most %d", len(raw), total, most)
	}
	for _, line := range []string{m.Subject, m.FromName, m.From, m.To, m.MailID} {
		if strings.Contains(line, "\n") {
			t.Errorf("a line break in %q", line)
		}
	}
	for i, table := range m.Tables {
		if table.Parent >= i || table.Parent < -1 {
			t.Errorf("table %d stands in table %d", i, table.Parent)
		}
		for _, row := range table.Rows {
			next := 0
			for _, c := range row {
				if c.Column < next || c.ColSpan < 1 || c.RowSpan < 1 {
					t.Errorf("table %d: a cell at column %d over %d columns and %d rows, after column %d", i, c.Column, c.ColSpan, c.RowSpan, next)
				}
				next = c.Column + c.ColSpan
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(fullMail))
	f.Add(crlf(fullMail))
	f.Add([]byte("From: =?utf-8?b?R3LD?= <a@b>\nSubject: =?iso-2022-jp?B?GyRC?= =?utf-8?q?=C3?=\n\n"))
	f.Add([]byte("Content-Type: multipart/digest; boundary=\"b\"\n\n--b\n\nSubject: x\n\n--b--"))
	f.Add([]byte("Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n//5hAGIA"))
	f.Add([]byte("Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<table><td>=C3=\n=B6<td =3D>"))
	f.Add([]byte("\xef\xbb\xbfFrom x\nSubject: a\u0301\u0301\u0301\n\n\xff\xfea\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := message.Decode(raw)
		if m == nil {
			t.Fatal("no message")
		}
		if err != nil && backup.KindOf(err) != backup.Invalid {
			t.Errorf("an error that is no sentence: %v", err)
		}
		check(t, raw, m)
		again, _ := message.Decode(raw)
		if diff := cmp.Diff(m, again); diff != "" {
			t.Errorf("the second time differs:\n%s", diff)
		}
		if err != nil {
			return
		}
		received, err := message.Decode(append([]byte("Received: by x\nX-Y: z\n"), raw...))
		if err == nil && received.MailID == m.MailID && received.Subject == m.Subject &&
			received.From == m.From && received.Text == m.Text && received.Identity != m.Identity {
			t.Error("fields that servers add change the identity")
		}
	})
}

func FuzzTables(f *testing.F) {
	f.Add("<table><tr><td rowspan=2>a</th><td class='x_b'>b<table><td>c</table></table>")
	f.Add("<table><caption><tr><table></tr></td><th colspan=1001><pre>\n\na</pre>")
	f.Add("<TABLE><tbody><tr><td><p class=x>&nbsp;<br>e\u0301</tbody>&#0;&#x110000;")
	f.Fuzz(func(t *testing.T, html string) {
		raw := []byte("From: a@example.com\nContent-Type: text/html; charset=utf-8\n\n" + html)
		m, err := message.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		check(t, raw, m)
		for _, line := range strings.Split(m.Text, "\n") {
			if !strings.Contains(strings.ToLower(m.HTML), "<pre") && strings.Contains(line, "  ") && !strings.Contains(line, "<") {
				t.Errorf("white space is not folded in %q", line)
			}
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Add("<p>a<script>b</script><img src='cid:1'>")
	f.Add("<<meta>script>alert(1)</script><svg><style><img src=x></style>")
	f.Add("<select><style><script></select><textarea></title><title></textarea><iframe>")
	f.Add("<noscript><p title='</noscript><script>x</script>'><!--><base href=x>-->")
	f.Fuzz(func(t *testing.T, html string) {
		m := &message.Message{HTML: strings.ToValidUTF8(html, ""), Attachments: []message.Attachment{
			{ContentType: "image/png", ContentID: "1", Data: []byte("dots")},
		}}
		page, ok := m.Page()
		if ok == (strings.TrimSpace(m.HTML) == "") {
			t.Errorf("Page says %t for %q", ok, m.HTML)
		}
		if !utf8.ValidString(page) || len(page) > 20*len(html)+100 {
			t.Errorf("%d bytes became a page of %d: %q", len(html), len(page), page)
		}
		if found := forbidden(t, page); len(found) > 0 {
			t.Errorf("the page %q still has %q", page, found)
		}
	})
}
