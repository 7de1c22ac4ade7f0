package demo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"

	"backupchecks/internal/backup"
)

// Mail is one mail of the demo, with what it was written to say.
type Mail struct {
	Raw      []byte
	SentAt   time.Time
	Customer string // whose job it tells of; empty for mail that belongs to nobody's job
	Waits    bool   // nobody approves it: it stays in the Inbox
	Ticket   bool   // the operator made a ticket of its run
	Meaning  Meaning
}

// Meaning is what a reader must make of a mail. A mail without a job has no Job and no Type.
type Meaning struct {
	Parser        string // empty when nobody's
	Confidence    backup.Confidence
	Informational bool
	Type          string
	Job           string
	Status        backup.Status
	Attempt       int
	StartedAt     time.Time // UTC; zero when the mail does not say
	Objects       backup.ObjectCounts
}

// recipient is the mailbox that all reports go to.
const recipient = "backups@servicedesk.example"

// letter is a mail before it is put into the form in which mails travel.
type letter struct {
	name    string // the sender's display name; may be empty
	from    string
	subject string
	sent    time.Time
	text    string
	html    string
	plain64 bool // the parts travel as base64, as some products send them
}

// raw is the letter as it travels. Its Message-ID is made of what it says, so that the same
// demo always holds the same mails.
func (l letter) raw() []byte {
	var b bytes.Buffer
	id := fmt.Sprintf("%d.%08x@%s", l.sent.Unix(), checksum(l.from, l.subject, l.text, l.html), domainOf(l.from))
	header(&b, "From", (&mail.Address{Name: l.name, Address: l.from}).String())
	header(&b, "To", recipient)
	header(&b, "Subject", subjectLine(l.subject))
	header(&b, "Date", l.sent.Format(time.RFC1123Z))
	header(&b, "Message-ID", "<"+id+">")
	header(&b, "MIME-Version", "1.0")
	if l.text != "" && l.html != "" {
		boundary := fmt.Sprintf("=_%016x", checksum(id))
		header(&b, "Content-Type", `multipart/alternative; boundary="`+boundary+`"`)
		b.WriteString("\r\n")
		for _, part := range [][2]string{{"text/plain", l.text}, {"text/html", l.html}} {
			b.WriteString("--" + boundary + "\r\n")
			l.part(&b, part[0], part[1])
		}
		b.WriteString("--" + boundary + "--\r\n")
		return b.Bytes()
	}
	if l.html != "" {
		l.part(&b, "text/html", l.html)
	} else {
		l.part(&b, "text/plain", l.text)
	}
	return b.Bytes()
}

func header(b *bytes.Buffer, name, value string) { b.WriteString(name + ": " + value + "\r\n") }

// part writes the headers of a part, an empty line and its encoded body.
func (l letter) part(b *bytes.Buffer, contentType, body string) {
	header(b, "Content-Type", contentType+"; charset=utf-8")
	if l.plain64 {
		header(b, "Content-Transfer-Encoding", "base64")
		b.WriteString("\r\n")
		encoded := base64.StdEncoding.EncodeToString([]byte(body))
		const width = 76
		for len(encoded) > width {
			b.WriteString(encoded[:width] + "\r\n")
			encoded = encoded[width:]
		}
		b.WriteString(encoded + "\r\n")
		return
	}
	header(b, "Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(b)
	_, _ = w.Write([]byte(strings.ReplaceAll(body, "\n", "\r\n"))) // a buffer takes everything
	_ = w.Close()
	b.WriteString("\r\n")
}

// subjectLine encodes a subject and folds a long one.
func subjectLine(subject string) string {
	encoded := mime.QEncoding.Encode("utf-8", subject)
	const width = 70
	if encoded != subject || len(subject) <= width {
		return encoded
	}
	if at := strings.LastIndexByte(subject[:width], ' '); at > 0 {
		return subject[:at] + "\r\n" + subject[at:]
	}
	return subject
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}

// checksum is the FNV-1a hash of some texts.
func checksum(texts ...string) uint64 {
	sum := uint64(14695981039346656037)
	for _, text := range texts {
		for i := range len(text) {
			sum = (sum ^ uint64(text[i])) * 1099511628211
		}
		sum = (sum ^ 0xff) * 1099511628211
	}
	return sum
}
