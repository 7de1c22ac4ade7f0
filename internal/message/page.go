package message

import (
	"encoding/base64"
	"html"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// FramePolicy is the Content-Security-Policy under which a page made by Page is served, in
// a frame with an empty sandbox attribute. It, and not Page, is what makes hostile HTML
// harmless; the header also covers a person who opens the address of the frame itself.
const FramePolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

// Page returns the mail as HTML for the sealed frame, in UTF-8: its HTML with attached
// pictures put in, or its text. It is false for a mail that has neither. Elements that run,
// load or redirect are taken out as a second layer behind FramePolicy.
func (m *Message) Page() (page string, ok bool) {
	if strings.TrimSpace(m.HTML) == "" {
		if m.Text == "" {
			return "", false
		}
		return `<pre style="white-space:pre-wrap">` + html.EscapeString(m.Text) + "</pre>", true
	}
	w := pageWriter{message: m, room: maxPictures}
	z := nethtml.NewTokenizer(strings.NewReader(m.HTML))
	skip := atom.Atom(0)
	for {
		kind := z.Next()
		if kind == nethtml.ErrorToken {
			return w.out.String(), true
		}
		raw := string(z.Raw())
		if kind == nethtml.CommentToken || kind == nethtml.DoctypeToken {
			continue // browsers and we might disagree where a comment ends
		}
		if kind == nethtml.TextToken {
			if skip == 0 {
				w.out.WriteString(raw)
			}
			continue
		}
		t := z.Token()
		switch {
		case skip != 0:
			if kind == nethtml.EndTagToken && t.DataAtom == skip {
				skip = 0
			}
		case isTakenOut(t.DataAtom):
			if kind != nethtml.EndTagToken && isRawText(t.DataAtom) {
				skip = t.DataAtom
			}
		case strings.Contains(strings.ToLower(raw), "cid:"):
			w.out.WriteString(w.withPictures(t).String())
		default:
			w.out.WriteString(raw)
		}
	}
}

// isTakenOut says whether a page goes without these elements. svg and math are among them
// because they change how a browser reads what stands inside.
func isTakenOut(a atom.Atom) bool {
	switch a {
	case atom.Base, atom.Link, atom.Meta, atom.Object, atom.Embed, atom.Applet, atom.Frame, atom.Frameset,
		atom.Svg, atom.Math, atom.Template, atom.Plaintext:
		return true
	}
	return isRawText(a)
}

// isRawText says whether the contents of an element go with it.
func isRawText(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Iframe, atom.Noscript, atom.Noembed, atom.Noframes, atom.Xmp:
		return true
	}
	return false
}

// pageWriter writes the page of a message.
type pageWriter struct {
	message *Message
	out     strings.Builder
	room    int // bytes of pictures that may still be put in
}

// withPictures replaces a tag's references to attached pictures with the pictures.
func (w *pageWriter) withPictures(t nethtml.Token) nethtml.Token {
	for i, a := range t.Attr {
		value := strings.TrimSpace(a.Val)
		if (a.Key != "src" && a.Key != "background") || len(value) < 4 || !strings.EqualFold(value[:4], "cid:") {
			continue
		}
		if picture := w.picture(value[4:]); picture != "" {
			t.Attr[i].Val = picture
		}
	}
	return t
}

// picture returns the attachment with that Content-ID as a data: address, or "".
func (w *pageWriter) picture(id string) string {
	for _, a := range w.message.Attachments {
		if a.ContentID == "" || a.ContentID != strings.Trim(id, "<>") || !isPicture(a.ContentType) {
			continue
		}
		if len(a.Data) > w.room {
			return ""
		}
		w.room -= len(a.Data)
		return "data:" + a.ContentType + ";base64," + base64.StdEncoding.EncodeToString(a.Data)
	}
	return ""
}

// isPicture says whether a type is a picture that holds nothing but dots.
func isPicture(contentType string) bool {
	switch contentType {
	case "image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/bmp":
		return true
	}
	return false
}
