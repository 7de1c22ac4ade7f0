package message_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"backupchecks/internal/message"
)

// report is a mail with an HTML table of that many objects.
func report(objects int) []byte {
	var b strings.Builder
	b.WriteString("From: backup@example.com\nSubject: [Warning] Daily =?utf-8?q?f=C3=BCr?= all\nDate: Mon, 23 Nov 2026 22:10:00 +0100\n" +
		"Message-ID: <1@example.com>\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n" +
		"Content-Transfer-Encoding: quoted-printable\n\n<html><head><style>td {color: red}</style></head><body><table>")
	for i := range objects {
		fmt.Fprintf(&b, "<tr><td style=3D\"font-family: tahoma\" nowrap=3D\"\">SRV%04d</td><td bgcolor=3D\"#00b050\">Success</td>=\n"+
			"<td>22:00:%02d</td><td>%d,5 GB</td><td><span class=3D\"small_label\">Gr=C3=B6=C3=9Fe<br></span></td></tr>\n", i, i%60, i)
	}
	b.WriteString("</table></body></html>\n--b--\n")
	return []byte(b.String())
}

func benchmarkDecode(b *testing.B, raw []byte) {
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := message.Decode(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeText(b *testing.B) {
	benchmarkDecode(b, []byte("From: nas@example.com\nSubject: done\nContent-Type: text/plain; charset=utf-8\n\n"+strings.Repeat("Größe: 12 GB in Ordnung\n", 40)))
}

func BenchmarkDecode10Objects(b *testing.B)   { benchmarkDecode(b, report(10)) }
func BenchmarkDecode200Objects(b *testing.B)  { benchmarkDecode(b, report(200)) }
func BenchmarkDecode5000Objects(b *testing.B) { benchmarkDecode(b, report(5000)) }

func BenchmarkDecodeLatin(b *testing.B) {
	benchmarkDecode(b, []byte("From: nas@example.com\nContent-Type: text/plain; charset=iso-8859-1\n\n"+strings.Repeat("Gr\xf6\xdfe: 12 GB in Ordnung\n", 40)))
}

func BenchmarkDecodeAttachment(b *testing.B) {
	data := base64.StdEncoding.EncodeToString(make([]byte, 5<<20))
	var lines strings.Builder
	for len(data) > 0 {
		n := min(76, len(data))
		lines.WriteString(data[:n] + "\r\n")
		data = data[n:]
	}
	benchmarkDecode(b, []byte("From: nas@example.com\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"+lines.String()))
}

func BenchmarkPage(b *testing.B) {
	m, err := message.Decode(report(200))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		m.Page()
	}
}
