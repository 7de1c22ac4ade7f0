package message

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"backupchecks/internal/backup"
)

// Decode reads a raw mail. The message is never nil: beside an error, which is always of
// kind Invalid and names the limit or fault in a sentence, it holds what the headers say,
// the size and the identity, so that the mail can be kept and shown. Faults that still let
// the mail be read are in its Problems.
//
// Identity is the same for one mail however it was fetched: it is made of the Message-ID,
// the subject, the sender and the decoded contents, and of nothing that servers on the way
// add or re-encode. The Date counts only in a mail without Message-ID, so that two nights'
// equal mails remain two. A mail that cannot be read is identified by its bytes without
// those fields.
func Decode(raw []byte) (*Message, error) {
	d := &decoder{}
	return d.message(raw, 0)
}

// decoder is the work on one mail and those attached to it.
type decoder struct {
	splitter splitter
}

// message decodes one mail. depth counts the mails around it.
func (d *decoder) message(raw []byte, depth int) (*Message, error) {
	m := &Message{Size: len(raw)}
	h, body, whole := readHeader(skipPreamble(raw))
	m.readHeader(h)
	root, err := d.structure(raw, h, body, whole)
	if err != nil {
		m.Identity = rawIdentity(m, raw)
		return m, err
	}
	c := d.contents(m, &root)
	m.Identity = identity(m, c)
	for _, nested := range c.mails {
		d.nest(m, nested, depth)
	}
	return m, nil
}

// structure splits a mail into parts, unless it is none or is over a limit.
func (d *decoder) structure(raw []byte, h header, body []byte, whole bool) (part, error) {
	switch {
	case len(bytes.TrimSpace(raw)) == 0:
		return part{}, backup.Errorf(backup.Invalid, "This file is empty.")
	case len(raw) > MaxSize:
		return part{}, backup.Errorf(backup.Invalid,
			"This mail is %s; mails over %d MB are kept but not read.", megabytes(len(raw)), MaxSize>>20)
	case !h.looksLikeMail():
		return part{}, backup.Errorf(backup.Invalid, "This file is not a mail: it has no headers.")
	case !whole:
		return part{}, backup.Errorf(backup.Invalid,
			"The headers of this mail are longer than %d MB; it is kept but not read.", maxHeader>>20)
	}
	return d.splitter.part(h, body, 0, "text/plain")
}

// megabytes writes a size with one decimal, rounded up, so that what is over a limit also
// reads so.
func megabytes(n int) string {
	return fmt.Sprintf("%.1f MB", math.Ceil(float64(n)/(1<<20)*10)/10)
}

// readHeader fills in what the header says.
func (m *Message) readHeader(h header) {
	m.MailID = mailID(h.get("message-id"))
	m.Subject = oneLine(decodeWords(h.get("subject")))
	m.SentAt = date(h.get("date"))
	m.FromName, m.From = firstAddress(first(h.get("from"), h.get("sender")))
	_, m.To = firstAddress(h.get("to"))
}

// contents is what the parts of a mail hold, as far as its identity needs it.
type contents struct {
	plain string   // the text parts, without text made of HTML
	mails [][]byte // the attached mails
}

// contents sorts the parts of a mail into text, HTML, attachments and mails.
func (d *decoder) contents(m *Message, root *part) contents {
	var c contents
	var plain, rich []string
	size := 0 // bytes of both
	if root.isDamaged() {
		m.problem("This mail was cut off or damaged on the way: the ends of its parts are missing.")
	}
	root.leaves(func(p *part) {
		data, torn := p.decoded()
		if torn {
			m.problem("A part of this mail was cut off or damaged on the way; what could be read of it is shown.")
		}
		isText, isHTML := p.contentType == "text/plain", p.contentType == "text/html"
		switch {
		case p.contentType == "message/rfc822" || p.contentType == "message/global":
			c.mails = append(c.mails, data)
		case isText && p.isBody(len(plain) > 0), isHTML && p.isBody(len(rich) > 0):
			if room := maxText - size; len(data) > room {
				m.problem("The text of this mail is longer than 10 MB; the rest of it was not read.")
				data = data[:room]
			}
			size += len(data)
			if text := clean(decodeText(data, p.charset, isHTML)); isHTML {
				rich = append(rich, text)
			} else {
				plain = append(plain, text)
			}
		default:
			m.Attachments = append(m.Attachments, Attachment{
				Name:        p.fileName,
				ContentType: oneLine(p.contentType),
				Charset:     oneLine(p.charset),
				ContentID:   p.contentID,
				Data:        data,
			})
		}
	})
	c.plain = strings.Join(plain, "\n")
	m.HTML = strings.Join(rich, "\n")
	if m.HTML == "" && looksLikeHTML(c.plain) {
		m.HTML, c.plain = c.plain, "" // a script that forgot its Content-Type
	}
	m.Text = c.plain
	if m.HTML != "" {
		page := readHTML(m.HTML)
		m.Tables = page.tables
		for _, sentence := range page.problems {
			m.problem(sentence)
		}
		if strings.TrimSpace(m.Text) == "" {
			m.Text = page.text
		}
	}
	return c
}

// isBody says whether a text part is shown as the mail's text rather than kept as a file.
// Some programs give their only text a file name, so a name alone does not decide.
func (p *part) isBody(haveOne bool) bool {
	if p.disposition == "attachment" {
		return false
	}
	return p.fileName == "" || !haveOne
}

// looksLikeHTML says whether a text begins as an HTML page does.
func looksLikeHTML(text string) bool {
	start := strings.TrimSpace(text[:min(len(text), 1024)])
	start = strings.ToLower(start[:min(len(start), 14)])
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// nest decodes an attached mail into m.
func (d *decoder) nest(m *Message, raw []byte, depth int) {
	if depth+1 > maxMailDepth {
		m.problem("This mail holds mails inside one another deeper than 3 levels; the innermost were not read.")
		return
	}
	nested, err := d.message(raw, depth+1)
	if err != nil {
		_, sentence := backup.Explain(err)
		m.problem("An attached mail was not read. " + sentence)
		return
	}
	m.Nested = append(m.Nested, nested)
}

// problem remembers a fault once.
func (m *Message) problem(sentence string) {
	if len(m.Problems) < maxProblems && !slices.Contains(m.Problems, sentence) {
		m.Problems = append(m.Problems, sentence)
	}
}

// Text returns a text attachment as text, whatever its character set, cleaned like the text
// of the message and cut at 10 MB. It is a guess for a file that is not text.
func (a Attachment) Text() string {
	data := a.Data[:min(len(a.Data), maxText)]
	return clean(decodeText(data, a.Charset, a.ContentType == "text/html"))
}
