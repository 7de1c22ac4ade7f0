package message_test

import (
	"strings"
	"testing"

	"backupchecks/internal/message"
)

func TestIdentityIsTheSameByAnyWay(t *testing.T) {
	t.Parallel()
	const head = "From: \"NAS\" <nas@example.com>\nSubject: Größe der Sicherung\nDate: Mon, 23 Nov 2026 22:10:00 +0100\nMessage-ID: <1@example.com>\n"
	const encoded = "From: NAS <NAS@example.com>\nSubject: =?utf-8?b?R3LDtsOfZSBkZXI=?=\n =?utf-8?q?_Sicherung?=\nDate: Mon, 23 Nov 2026 21:10:00 GMT\nMessage-ID:\n <1@example.com>\n"
	ways := map[string][]byte{
		"as sent":          []byte(head + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nfertig: 5 Größen\n"),
		"with line ends":   crlf(head + "Content-Type: text/plain; charset=utf-8\n\nfertig: 5 Größen\n\n"),
		"quoted-printable": crlf(encoded + "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nfertig: =\n5 Gr=F6=DFen\n"),
		"base64":           []byte(encoded + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nZmVydGlnOiA1IEdyw7bDn2Vu\n"),
		"through servers": []byte("Return-Path: <bounce@example.com>\nReceived: by mx.example.net; Mon, 23 Nov 2026 22:11:00 +0100\nDelivered-To: ops@example.net\n" +
			"X-Spam-Score: 1\nDKIM-Signature: v=1\n" + head + "Content-Type: text/plain; charset=utf-8\n\nfertig: 5 Größen  \n"),
		"from an mbox": []byte("From nas@example.com Mon Nov 23 22:10:00 2026\n" + head + "\nfertig: 5 Größen\n\n"),
	}
	want := decode(t, ways["as sent"]).Identity
	for name, raw := range ways {
		if got := decode(t, raw).Identity; got != want {
			t.Errorf("%s: the identity is %x, want %x", name, got, want)
		}
	}
}

func TestIdentityIsStable(t *testing.T) {
	t.Parallel()
	got := decode(t, []byte(fullMail)).Identity
	if other := decode(t, crlf(fullMail)).Identity; other != got {
		t.Errorf("with other line ends the identity is %x, want %x", other, got)
	}
	again := decode(t, []byte(strings.Replace(fullMail, "image/png", "image/gif", 1))).Identity
	if again != got {
		t.Error("the identity depends on the label of an attachment, want its contents alone")
	}
}

func TestIdentityTellsMailsApart(t *testing.T) {
	t.Parallel()
	const night1, night2 = "Date: Mon, 23 Nov 2026 22:10:00 +0100\n", "Date: Tue, 24 Nov 2026 22:10:00 +0100\n"
	html := func(body string) string { return "Content-Type: text/html\n\n" + body }
	file := func(data string) string {
		return "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: application/pdf\n\n" + data + "\n--b--\n"
	}
	mails := map[string]string{
		"a mail":             "From: a@example.com\nSubject: s\nMessage-ID: <1@example.com>\n" + night1 + "\ntext",
		"another id":         "From: a@example.com\nSubject: s\nMessage-ID: <2@example.com>\n" + night1 + "\ntext",
		"another subject":    "From: a@example.com\nSubject: t\nMessage-ID: <1@example.com>\n" + night1 + "\ntext",
		"another sender":     "From: b@example.com\nSubject: s\nMessage-ID: <1@example.com>\n" + night1 + "\ntext",
		"another text":       "From: a@example.com\nSubject: s\nMessage-ID: <1@example.com>\n" + night1 + "\ntexts",
		"HTML":               "From: a@example.com\nSubject: s\nMessage-ID: <1@example.com>\n" + html("text"),
		"other HTML":         "From: a@example.com\nSubject: s\nMessage-ID: <1@example.com>\n" + html("<b>text"),
		"a file":             "From: a@example.com\nSubject: s\nMessage-ID: <1@example.com>\n" + file("1"),
		"another file":       "From: a@example.com\nSubject: s\nMessage-ID: <1@example.com>\n" + file("2"),
		"no id":              "From: a@example.com\nSubject: s\n" + night1 + "\ntext",
		"no id, next night":  "From: a@example.com\nSubject: s\n" + night2 + "\ntext",
		"no id, no date":     "From: a@example.com\nSubject: s\n\ntext",
		"moved between them": "From: a@example.com\nSubject: st\nMessage-ID: <1@example.com>\n" + night1 + "\next",
	}
	seen := map[[32]byte]string{}
	for name, raw := range mails {
		id := decode(t, []byte(raw)).Identity
		if other, ok := seen[id]; ok {
			t.Errorf("%q and %q have one identity", name, other)
		}
		seen[id] = name
	}
	a, b := mails["a mail"], strings.Replace(mails["a mail"], night1, night2, 1)
	if decode(t, []byte(a)).Identity != decode(t, []byte(b)).Identity {
		t.Error("the date changes the identity of a mail with a Message-ID, want it to count only without")
	}
}

func TestIdentityOfUnreadableMail(t *testing.T) {
	t.Parallel()
	const bomb = "From: a@example.com\nMessage-ID: <1@example.com>\nContent-Type: multipart/mixed; boundary=b\n\n"
	body := strings.Repeat("--b\n\nx\n", 2100)
	identity := func(raw []byte) [32]byte {
		m, err := message.Decode(raw)
		if err == nil {
			t.Fatal("the bomb was read")
		}
		return m.Identity
	}
	want := identity([]byte(bomb + body))
	received := "Received: from x\n\tby y\nX-Spam: no\n"
	if got := identity(crlf(received + bomb + body)); got != want {
		t.Error("servers on the way change the identity of an unreadable mail")
	}
	if got := identity([]byte(bomb + body + "more")); got == want {
		t.Error("two unreadable mails have one identity")
	}
	if got := identity([]byte(strings.TrimSuffix(bomb, "\n") + received + "\n" + body)); got != want {
		t.Error("the place of a transport field changes the identity")
	}
	if got := identity([]byte(bomb + "\n" + received + body)); got == want {
		t.Error("lines of the body that look like transport fields were left out")
	}
}
