package message_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"backupchecks/internal/message"
)

func TestPage(t *testing.T) {
	t.Parallel()
	png := message.Attachment{ContentType: "image/png", ContentID: "logo@x", Data: []byte("dots")}
	svg := message.Attachment{ContentType: "image/svg+xml", ContentID: "svg", Data: []byte("<svg/>")}
	tests := []struct{ name, html, want string }{
		{"plain HTML", "<p>one</p>", "<p>one</p>"},
		{"head", "<!DOCTYPE html><html><head><meta charset=x><base href=//evil.example><link rel=stylesheet href=//evil.example><title>t</title><style>p > a{}</style></head>", "<html><head><title>t</title><style>p > a{}</style></head>"},
		{"refresh", `a<META http-equiv=refresh content="0;url=//evil.example">b`, "ab"},
		{"script", "a<script>alert('<p>')</script>b<SCRIPT src=x />c</script>d", "abd"},
		{"frames", "a<iframe src=x><p>no</p></iframe>b<object data=x>c</object><embed src=x>", "abc"},
		{"a tag made by taking one out", "a<<meta>script>alert(1)</script>", "a&lt;script>alert(1)"},
		{"unread raw text", "a<noscript><script>x</script></noscript>b<plaintext>c<script>", "ab"},
		{"foreign content", "<svg><style><script>x</script></style></svg>", "<style><script>x</script></style>"},
		{"decoding in place", "&#00.Ѩ", "&#00.Ѩ"},
		{"comment", "a<!--[if mso]><script>x</script><![endif]-->b", "ab"},
		{"picture", `<img src="cid:logo@x" alt="a">`, `<img src="data:image/png;base64,ZG90cw==" alt="a">`},
		{"background", `<td background='CID:logo@x'>`, `<td background="data:image/png;base64,ZG90cw==">`},
		{"picture that runs", `<img src="cid:svg">`, `<img src="cid:svg">`},
		{"missing picture", `<img src="cid:none">`, `<img src="cid:none">`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := &message.Message{HTML: test.html, Attachments: []message.Attachment{png, svg}}
			if got, ok := m.Page(); !ok || got != test.want {
				t.Errorf("got %q, %t\nwant %q", got, ok, test.want)
			}
		})
	}
}

func TestPageOfText(t *testing.T) {
	t.Parallel()
	m := &message.Message{Text: "a < b & <script>"}
	want := `<pre style="white-space:pre-wrap">a &lt; b &amp; &lt;script&gt;</pre>`
	if got, ok := m.Page(); !ok || got != want {
		t.Errorf("got %q, %t, want %q", got, ok, want)
	}
	if got, ok := new(message.Message).Page(); ok || got != "" {
		t.Errorf("an empty mail: got %q, %t, want none", got, ok)
	}
}

func TestPageLimitsPictures(t *testing.T) {
	t.Parallel()
	m := &message.Message{
		HTML:        strings.Repeat(`<img src="cid:big">`, 10),
		Attachments: []message.Attachment{{ContentType: "image/gif", ContentID: "big", Data: bytes.Repeat([]byte("x"), 2<<20)}},
	}
	got, _ := m.Page()
	if in, out := strings.Count(got, "data:"), strings.Count(got, "cid:"); in != 2 || out != 8 {
		t.Errorf("put in %d pictures of 2 MB and left %d, want 2 and 8", in, out)
	}
}

// forbidden lists the elements that a browser would build from a page and must not, as
// x/net/html builds them: another reader than the one that wrote the page.
func forbidden(t *testing.T, page string) []string {
	t.Helper()
	root, err := html.ParseWithOptions(strings.NewReader(page), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil // deeper than the parser goes
	}
	var found []string
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case strings.Contains(" script base link meta object embed applet iframe frame noscript svg math ", " "+n.Data+" "):
			found = append(found, n.Data)
		}
	}
	return found
}
