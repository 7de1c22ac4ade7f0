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
	for {
		kind := z.Next()
		if kind == nethtml.ErrorToken {
			return w.out.String(), true
		}
		raw := string(z.Raw()) // before Token, which decodes in place
		w.token(raw, z.Token())
	}
}

// token writes one token of the page, given as it stands in the source too. Comments are
// left out, because browsers and we might disagree where they end.
func (w *pageWriter) token(raw string, t nethtml.Token) {
	isStart := t.Type == nethtml.StartTagToken || t.Type == nethtml.SelfClosingTagToken
	switch {
	case w.skip != 0:
		if t.Type == nethtml.EndTagToken && t.DataAtom == w.skip {
			w.skip = 0
		}
	case t.Type == nethtml.TextToken && w.verbatim:
		w.out.WriteString(raw)
	case t.Type == nethtml.TextToken:
		// Else "<<meta>script>" would leave a tag.
		w.out.WriteString(strings.ReplaceAll(raw, "<", "&lt;"))
	case !isStart && t.Type != nethtml.EndTagToken:
	case isTakenOut(t.DataAtom):
		if isStart && isRawText(t.DataAtom) {
			w.skip = t.DataAtom
		}
	case strings.Contains(strings.ToLower(raw), "cid:"):
		w.out.WriteString(w.withPictures(t).String())
	default:
		w.out.WriteString(raw)
	}
	w.verbatim = isStart && w.skip == 0 &&
		(t.DataAtom == atom.Style || t.DataAtom == atom.Title || t.DataAtom == atom.Textarea)
}

// isTakenOut says whether a page goes without these elements. svg, math and select are among
// them because they change how a browser reads what stands inside.
func isTakenOut(a atom.Atom) bool {
	switch a {
	case atom.Base, atom.Link, atom.Meta, atom.Object, atom.Embed, atom.Applet, atom.Frame, atom.Frameset,
		atom.Svg, atom.Math, atom.Select, atom.Template:
		return true
	}
	return isRawText(a)
}

// isRawText says whether the contents of an element go with it.
func isRawText(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Iframe, atom.Noscript, atom.Noembed, atom.Noframes, atom.Xmp, atom.Plaintext:
		return true
	}
	return false
}

// pageWriter writes the page of a message.
type pageWriter struct {
	message  *Message
	out      strings.Builder
	room     int       // bytes of pictures that may still be put in
	skip     atom.Atom // the element that is being taken out with its contents
	verbatim bool      // the next text is that of an element that holds no tags
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
