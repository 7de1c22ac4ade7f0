package message_test

import (
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

func TestSubject(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, field, want string }{
		{"plain", "[Success] Daily (2 objects)", "[Success] Daily (2 objects)"},
		{"folded", "[Failed] a long\n\tname\n  of a job", "[Failed] a long name of a job"},
		{"folded without indent", "[Failed] a long\nname", "[Failed] a long name"},
		{"base64 of ASCII", "=?UTF-8?B?W1N1Y2Nlc3NdIERhaWx5?=", "[Success] Daily"},
		{"two sets", "=?iso-8859-1?q?Gr=F6=DFe?= =?utf-8?q?_=E2=9C=93?=", "Größe ✓"},
		{"cut inside a character", "=?utf-8?b?R3LDtsM=?=\n =?utf-8?b?n2U=?=", "Größe"},
		{"words among text", "Job =?utf-8?q?=C3=A9t=C3=A9?= of 3", "Job été of 3"},
		{"spaces inside a word", "=?utf-8?Q?alles in Ordnung?=", "alles in Ordnung"},
		{"no padding", "=?utf-8?b?R3LDtsOfZQ?=", "Größe"},
		{"no end", "=?utf-8?Q?Gr=C3=B6=C3=9Fe", "Größe"},
		{"broken word", "=?utf-8?X?abc?= left", "=?utf-8?X?abc?= left"},
		{"half a word", "50% =? done", "50% =? done"},
		{"unknown set", "=?x-none?q?Gr=F6=DFe?=", "Größe"},
		{"language", "=?utf-8*de?q?Gr=C3=B6=C3=9Fe?=", "Größe"},
		{"bare UTF-8", "Größe", "Größe"},
		{"bare latin", "Gr\xf6\xdfe", "Größe"},
		{"NUL and escape", "=?utf-8?q?a=00b=1B[2J?=", "ab[2J"},
		{"line break inside a word", "=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"},
		{"decomposed", norm.NFD.String("Gravità"), "Gravità"},
		{"empty word", "=?utf-8?q??=", ""},
		{"japanese", "=?iso-2022-jp?B?GyRCJVAlQyUvJSIlQyVXGyhC?=", "バックアップ"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := decode(t, []byte("Subject: "+test.field+"\nFrom: a@example.com\n\n"))
			if m.Subject != test.want {
				t.Errorf("subject: got %q, want %q", m.Subject, test.want)
			}
			if m.From != "a@example.com" {
				t.Errorf("the field after the subject was lost: From is %q", m.From)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	tests := []struct{ field, name, address string }{
		{"nas@example.com", "", "nas@example.com"},
		{"<NAS@Example.COM>", "", "nas@example.com"},
		{"NAS <nas@example.com>", "NAS", "nas@example.com"},
		{`"Night, \"the\" backup" <nas@example.com>`, `Night, "the" backup`, "nas@example.com"},
		{"nas@example.com (The NAS)", "The NAS", "nas@example.com"},
		{"=?utf-8?q?B=C3=BCro=2C_NAS?= <nas@example.com>", "Büro, NAS", "nas@example.com"},
		{`"=?utf-8?q?B=C3=BCro?=" <nas@example.com>`, "Büro", "nas@example.com"},
		{"a@example.com, b@example.com", "", "a@example.com"},
		{"Operators: a@example.com, b@example.com;", "", "a@example.com"},
		{"undisclosed-recipients:;", "", ""},
		{"Backup: nightly <nas@example.com>", "Backup: nightly", "nas@example.com"},
		{"Backup Server", "Backup Server", ""},
		{"Backup Server nas@example.com", "", "nas@example.com"},
		{`"unclosed <nas@example.com>`, "", "nas@example.com"},
		{"", "", ""},
	}
	for _, test := range tests {
		m := decode(t, []byte("From: "+test.field+"\nTo: "+test.field+"\n\n"))
		if m.FromName != test.name || m.From != test.address || m.To != test.address {
			t.Errorf("%s: got %q <%s>, to <%s>, want %q <%s>", test.field, m.FromName, m.From, m.To, test.name, test.address)
		}
	}
	if m := decode(t, []byte("Sender: nas@example.com\n\n")); m.From != "nas@example.com" {
		t.Errorf("without From: got %q, want the sender", m.From)
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 23, 21, 10, 5, 0, time.UTC)
	for _, field := range []string{
		"Mon, 23 Nov 2026 22:10:05 +0100", "23 Nov 2026 22:10:05 +0100 (CET)", "Mon, 23 Nov 2026 21:10:05 GMT",
		"Mon, 23 Nov 2026 22:10:05 CET", "Mon, 23 Nov 2026 16:10:05 EST", "Mon, 23 Nov 2026 13:10:05 pst", "2026-11-23T21:10:05Z",
		"2026-11-23 22:10:05 +0100", "Mon Nov 23 22:10:05 2026 +0100", "Mon, 23 Nov 2026 21:10:05", "Mon,  23 Nov 2026\n 21:10:05 -0000",
	} {
		m := decode(t, []byte("From: a@example.com\nDate: "+field+"\n\n"))
		if m.SentAt == nil || !m.SentAt.Equal(want) || m.SentAt.Location() != time.UTC {
			t.Errorf("%s: got %v, want %v", field, m.SentAt, want)
		}
	}
	for _, field := range []string{"", "yesterday", "(only a comment)", "Mon, 23 Nov 1066 21:10:05 +0000", "Mon, 99 Nov 2026 21:10:05 +0000"} {
		if m := decode(t, []byte("From: a@example.com\nDate: "+field+"\n\n")); m.SentAt != nil {
			t.Errorf("%q: got %v, want none", field, m.SentAt)
		}
	}
}

func TestMailID(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"<a.b@example.com>": "a.b@example.com", " \n <a.b@example.com> (x)": "a.b@example.com", "a.b@example.com": "a.b@example.com",
		"<a.b\n @example.com>": "a.b@example.com", "": "", "<unclosed@example.com": "unclosed@example.com",
	} {
		if m := decode(t, []byte("From: a@example.com\nMessage-ID: "+field+"\n\n")); m.MailID != want {
			t.Errorf("%q: got %q, want %q", field, m.MailID, want)
		}
	}
}

func TestCharacterSets(t *testing.T) {
	t.Parallel()
	const (
		dutch  = "De back-up van gisteren is voltooid, maar één machine is overgeslagen. De ruimte op de schijf is bijna vol; controleer de coördinaten."
		czech  = "Záloha byla úspěšně dokončena. Žádné chyby nebyly nalezeny. Příští úloha začne zítra v půlnoci. Zkontrolujte prosím protokol událostí."
		polish = "Kopia zapasowa została zakończona pomyślnie. Żadne błędy nie wystąpiły. Następne zadanie rozpocznie się jutro. Proszę sprawdzić dziennik."
		russia = "Резервное копирование успешно завершено. Ошибок не обнаружено. Следующее задание начнется завтра в полночь. Проверьте журнал событий."
	)
	encode := func(set *charmap.Charmap, text string) string {
		b, err := set.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(dutch)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, contentType, body, want string }{
		{"as declared", "text/plain; charset=iso-8859-2", encode(charmap.ISO8859_2, polish), polish},
		{"short, as declared", "text/plain; charset=windows-1251", encode(charmap.Windows1251, "Ошибка"), "Ошибка"},
		{"UTF-8 called latin", "text/plain; charset=iso-8859-1", "één", "één"},
		{"latin called UTF-8", "text/plain; charset=utf-8", encode(charmap.Windows1252, dutch), dutch},
		{"latin called ASCII", "text/plain; charset=us-ascii", encode(charmap.Windows1252, "1,5 € für"), "1,5 € für"},
		{"undeclared Czech", "text/plain", encode(charmap.Windows1250, czech), czech},
		{"undeclared Russian", "text/plain; charset=utf-8", encode(charmap.Windows1251, russia), russia},
		{"latin is believed", "text/plain; charset=windows-1252", encode(charmap.Windows1252, dutch), dutch},
		{"declared in the HTML", "text/html", "<meta charset=windows-1251>" + encode(charmap.Windows1251, "Ошибка"), "Ошибка"},
		{"UTF-8 called UTF-16 in the HTML", "text/html; charset=utf-8", "<?xml version=\"1.0\" encoding=\"utf-16\"?><p>één", "één"},
		{"with a mark", "text/plain; charset=us-ascii", utf16, dutch},
		{"UTF-8 with a mark", "text/plain", "\xef\xbb\xbféén", "één"},
		{"UTF-8 with one broken place", "text/plain; charset=utf-8", "één héél\xc3 één", "één héél\uFFFD één"},
		{"unknown set", "text/plain; charset=x-none", "één", "één"},
		{"decomposed", "text/plain; charset=utf-8", norm.NFD.String("gravità"), "gravità"},
		{"shift_jis", "text/plain; charset=shift_jis", "\x83o\x83b\x83N\x83A\x83b\x83v", "バックアップ"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := decode(t, []byte("From: a@example.com\nContent-Type: "+test.contentType+"\n\n"+test.body))
			if m.Text != test.want {
				t.Errorf("got %q, want %q", m.Text, test.want)
			}
		})
	}
}
