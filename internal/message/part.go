package message

import (
	"bytes"
	"slices"
	"strings"

	"github.com/jhillyerd/enmime/v2/mediatype"

	"backupchecks/internal/backup"
)

// part is one entity of a mail: a leaf with a body, or a multipart with children. Bodies are
// slices of the raw mail; splitting copies nothing.
type part struct {
	header      header
	contentType string // in lower case, without parameters
	charset     string
	disposition string
	fileName    string
	contentID   string
	body        []byte // of a leaf, still encoded for transfer
	children    []part
	damaged     bool // its parts could not be told apart, or its last one has no end
}

// splitter splits a mail into its parts and counts what that costs, for the mail and those
// attached to it together, so that a few bytes cannot ask for much work.
type splitter struct {
	multiparts, parts int
}

// part reads one entity. Only boundaries that a multipart declared split anything, and each
// is looked for in its own multipart alone, so a report full of "--" lines is just text.
func (s *splitter) part(h header, body []byte, depth int, fallback string) (part, error) {
	p := part{header: h, body: body}
	contentType, params := mediaType(h.get("content-type"))
	if contentType == "" {
		contentType = fallback
	}
	p.contentType = contentType
	p.charset = params["charset"]
	disposition, dispositionParams := mediaType(h.get("content-disposition"))
	p.disposition = disposition
	p.fileName = fileName(first(dispositionParams["filename"], params["name"], params["file"]))
	p.contentID = mailID(h.get("content-id"))
	boundary := strings.TrimRight(params["boundary"], " \t")
	if !strings.HasPrefix(contentType, "multipart/") {
		return p, nil
	}
	if boundary == "" || !bytes.Contains(body, []byte("--"+boundary)) {
		p.contentType, p.damaged = "text/plain", true // nothing says where its parts are: show it as it is
		return p, nil
	}
	if s.multiparts++; s.multiparts > maxMultiparts {
		return p, backup.Errorf(backup.Invalid,
			"This mail has more than %d multiparts; it is kept but not read.", maxMultiparts)
	}
	if depth >= maxPartDepth {
		return p, backup.Errorf(backup.Invalid,
			"This mail has parts inside one another deeper than %d levels; it is kept but not read.", maxPartDepth)
	}
	err := s.children(&p, boundary, depth)
	p.body = nil // its children have it
	return p, err
}

// children splits the body of a multipart. A missing last boundary ends with the body.
func (s *splitter) children(p *part, boundary string, depth int) error {
	fallback := "text/plain"
	if p.contentType == "multipart/digest" {
		fallback = "message/rfc822"
	}
	body, delimiter := p.body, []byte("--"+boundary)
	start := -1 // where the current part begins; -1 in the text before the first
	add := func(end int) error {
		if start < 0 {
			return nil
		}
		entity := body[start:max(start, end)]
		h, content, whole := readHeader(entity)
		if !whole || len(h) == 0 && content == nil {
			content = entity // a part without a header and its empty line
		}
		child, err := s.part(h, content, depth+1, fallback)
		p.children = append(p.children, child)
		return err
	}
	for at := 0; at < len(body); {
		found, next, last := nextBoundary(body, delimiter, at)
		if found < 0 {
			break
		}
		if s.parts++; s.parts > maxParts {
			return backup.Errorf(backup.Invalid,
				"This mail has more than 2,000 part boundaries; it is kept but not read.")
		}
		if err := add(beforeBreak(body, found)); err != nil {
			return err
		}
		start, at = next, next
		if last {
			return nil
		}
	}
	p.damaged = true
	return add(len(body))
}

// nextBoundary finds the next line that is the delimiter, at or after an offset that begins
// a line. It returns where the line begins, where the next one does, and whether it is the
// closing one; or -1.
func nextBoundary(body, delimiter []byte, at int) (found, next int, last bool) {
	for at < len(body) {
		i := bytes.Index(body[at:], delimiter)
		if i < 0 {
			return -1, 0, false
		}
		i += at
		text, next := cutLine(body, i)
		if i == 0 || body[i-1] == '\n' {
			rest, closing := bytes.CutPrefix(text[len(delimiter):], []byte("--"))
			if len(bytes.TrimSpace(rest)) == 0 {
				return i, next, closing
			}
		}
		at = i + len(delimiter)
	}
	return -1, 0, false
}

// beforeBreak returns the offset without the line break before it, which belongs to the
// boundary and not to the part.
func beforeBreak(body []byte, at int) int {
	return lineEnd(body[:at])
}

// leaves calls fn for every part that is no multipart, in order.
func (p *part) leaves(fn func(leaf *part)) {
	if !strings.HasPrefix(p.contentType, "multipart/") {
		fn(p)
		return
	}
	for i := range p.children {
		p.children[i].leaves(fn)
	}
}

// isDamaged says whether this part or one in it is.
func (p *part) isDamaged() bool {
	return p.damaged || slices.ContainsFunc(p.children, func(c part) bool { return c.isDamaged() })
}

// decoded undoes the transfer encoding of a leaf. torn says that something was missing.
func (p *part) decoded() (data []byte, torn bool) {
	switch strings.ToLower(strings.TrimSpace(p.header.get("content-transfer-encoding"))) {
	case "base64":
		text := decodeBase64(p.body)
		return text.data, text.torn
	case "quoted-printable":
		return decodeQuoted(p.body), false
	}
	return bytes.Clone(p.body), false
}

// mediaType reads a Content-Type or Content-Disposition. When the parameters are beyond
// repair, the type alone is returned.
func mediaType(value string) (name string, params map[string]string) {
	if value == "" || len(value) > maxParameters {
		return "", nil
	}
	name, params, _, err := mediatype.Parse(value)
	if err != nil {
		name, _, _ = strings.Cut(value, ";")
		params = nil
	}
	return strings.ToLower(strings.TrimSpace(name)), params
}

// first returns the first of the values that is not empty.
func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
