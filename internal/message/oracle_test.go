package message_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/quotedprintable"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jhillyerd/enmime/v2"
	"pgregory.net/rapid"

	"backupchecks/internal/message"
)

// drawLines draws a text whose lines could be taken for boundaries, headers or encodings.
func drawLines(t *rapid.T, label string) string {
	line := rapid.SampledFrom([]string{
		"Backup of SRV01 is done.", "Größe: 12,5 GB – 100 %", "", "--", "--b0 is not a boundary", "--b", "From: nobody",
		"a = b =3D c", "a trailing space ", strings.Repeat("long ", 60), ".", "\tindented", "✓ 漢字", "<p>tags & entities</p>",
	})
	return strings.Join(rapid.SliceOfN(line, 1, 8).Draw(t, label), "\n")
}

// drawLeaf draws a part that is no multipart.
func drawLeaf(t *rapid.T, contentType string) string {
	var body strings.Builder
	text := drawLines(t, contentType)
	encoding := rapid.SampledFrom([]string{"8bit", "quoted-printable", "base64"}).Draw(t, "encoding")
	switch encoding {
	case "quoted-printable":
		w := quotedprintable.NewWriter(&body)
		_, err := w.Write([]byte(text))
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	case "base64":
		encoded := base64.StdEncoding.EncodeToString([]byte(text))
		for len(encoded) > 0 {
			n := min(76, len(encoded))
			body.WriteString(encoded[:n] + "\n")
			encoded = encoded[n:]
		}
	default:
		body.WriteString(text)
	}
	encoded := strings.ReplaceAll(body.String(), "\r\n", "\n")
	return fmt.Sprintf("Content-Type: %s\nContent-Transfer-Encoding: %s\n\n%s\n", contentType, encoding, encoded)
}

// drawPart draws a part: a leaf, or a multipart of parts.
func drawPart(t *rapid.T, depth int) string {
	kinds := []string{"text", "html", "file", "alternative", "mixed", "related"}
	if depth == 3 {
		kinds = kinds[:3]
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "part"); kind {
	case "text":
		return drawLeaf(t, "text/plain; charset=utf-8")
	case "html":
		return drawLeaf(t, "text/html; charset=\"utf-8\"")
	case "file":
		return drawLeaf(t, "application/pdf; name=a.pdf\nContent-Disposition: attachment")
	default:
		var b strings.Builder
		fmt.Fprintf(&b, "Content-Type: multipart/%s;\n boundary=\"b%d b\"\n\nno part\n", kind, depth)
		for range rapid.IntRange(1, 3).Draw(t, "parts") {
			fmt.Fprintf(&b, "--b%d b\n%s\n", depth, drawPart(t, depth+1))
		}
		fmt.Fprintf(&b, "--b%d b--\nno part\n", depth)
		return b.String()
	}
}

// TestDecodeAgreesWithEnmime compares the reading of well-formed mails with another one. Its
// choice of what is text differs, so the parts are compared and not its choice.
func TestDecodeAgreesWithEnmime(t *testing.T) {
	t.Parallel()
	parser := enmime.NewParser(enmime.DisableTextConversion(true), enmime.DisableCharacterDetection(true))
	rapid.Check(t, func(t *rapid.T) {
		raw := []byte("From: nas@example.com\nSubject: =?utf-8?q?Gr=C3=B6=C3=9Fe?= of\n all\n" + drawPart(t, 0))
		if rapid.Bool().Draw(t, "line ends of the wire") {
			raw = crlf(string(raw))
		}
		m, err := message.Decode(raw)
		if err != nil {
			t.Fatalf("Decode: %v", err)
		}
		envelope, err := parser.ReadEnvelope(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("enmime: %v", err)
		}
		var plain, rich, files []string
		envelope.Root.DepthMatchAll(func(p *enmime.Part) bool {
			text := strings.ReplaceAll(string(p.Content), "\r\n", "\n")
			switch p.ContentType {
			case "text/plain":
				plain = append(plain, text)
			case "text/html":
				rich = append(rich, text)
			case "application/pdf":
				files = append(files, text)
			}
			return false
		})
		var gotFiles []string
		for _, a := range m.Attachments {
			gotFiles = append(gotFiles, strings.ReplaceAll(string(a.Data), "\r\n", "\n"))
		}
		if m.Subject != envelope.GetHeader("Subject") {
			t.Errorf("subject: got %q, enmime has %q", m.Subject, envelope.GetHeader("Subject"))
		}
		// A last line break may be counted to the text or to the boundary.
		if want := strings.Join(plain, "\n"); strings.TrimSpace(want) != "" {
			if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(m.Text)); diff != "" {
				t.Errorf("text (-enmime +got):\n%s", diff)
			}
		}
		if diff := cmp.Diff(strings.TrimSpace(strings.Join(rich, "\n")), strings.TrimSpace(m.HTML)); diff != "" {
			t.Errorf("HTML (-enmime +got):\n%s", diff)
		}
		if diff := cmp.Diff(files, gotFiles); diff != "" {
			t.Errorf("files (-enmime +got):\n%s", diff)
		}
	})
}
