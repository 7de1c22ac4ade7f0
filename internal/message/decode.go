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
	splitter splitter // counts for all of them
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

// contents sorts the parts of a mail into text, HTML, files and mails.
type contents struct {
	message *Message
	texts   []string // the text parts, without text made of HTML
	pages   []string // the HTML parts
	size    int      // bytes of both
	mails   [][]byte // the attached mails
}

// contents reads the parts of a mail into m.
func (d *decoder) contents(m *Message, root *part) contents {
	c := contents{message: m}
	if root.isDamaged() {
		m.problem("This mail was cut off or damaged on the way: the ends of its parts are missing.")
	}
	root.leaves(c.add)
	m.HTML, m.Text = strings.Join(c.pages, "\n"), strings.Join(c.texts, "\n")
	if m.HTML == "" && looksLikeHTML(m.Text) { // from a script that forgot its Content-Type
		m.HTML, m.Text = m.Text, ""
		c.texts = nil
	}
	if m.HTML == "" {
		return c
	}
	page := readHTML(m.HTML)
	m.Tables = page.tables
	for _, sentence := range page.problems {
		m.problem(sentence)
	}
	if strings.TrimSpace(m.Text) == "" {
		m.Text = page.text
	}
	return c
}

// add sorts one part.
func (c *contents) add(p *part) {
	data, torn := p.decoded()
	if torn {
		c.message.problem("A part of this mail was cut off or damaged on the way; what could be read of it is shown.")
	}
	switch {
	case p.contentType == "message/rfc822", p.contentType == "message/global":
		c.mails = append(c.mails, data)
	case p.contentType == "text/plain" && p.isBody(len(c.texts) > 0):
		c.texts = append(c.texts, c.text(data, p.charset, false))
	case p.contentType == "text/html" && p.isBody(len(c.pages) > 0):
		c.pages = append(c.pages, c.text(data, p.charset, true))
	default:
		c.message.Attachments = append(c.message.Attachments, Attachment{
			Name:        p.fileName,
			ContentType: oneLine(p.contentType),
			Charset:     oneLine(p.charset),
			ContentID:   p.contentID,
			Data:        data,
		})
	}
}

// text decodes a text part, as far as there is room for it.
func (c *contents) text(data []byte, charset string, isHTML bool) string {
	if room := maxText - c.size; len(data) > room {
		c.message.problem("The text of this mail is longer than 10 MB; the rest of it was not read.")
		data = data[:room]
	}
	c.size += len(data)
	return clean(decodeText(data, charset, isHTML))
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
