package web_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"backupchecks/internal/message"
	"backupchecks/internal/web/webtest"
)

// attacks are texts that would do something on a page that does not escape them: in text, in
// a quoted value, in an address, in a field and in a list.
func attacks() []string {
	return []string{
		`<script>alert(1)</script>`,
		`"><img src=x onerror=alert(1)>`,
		`' onmouseover='alert(1)`,
		`</textarea></title></style><svg onload=alert(1)>`,
		`javascript:alert(1)//"; hx-get="/sign-out" hx-trigger="load`,
		`<form action="https://evil.example"><button>Approve`,
		`{{.Secret}}${alert(1)}`,
		`</option></select><iframe srcdoc="<script>alert(1)</script>">`,
		"\u202egnp.exe\u202c<base href=//evil.example>",
		`<!--<plaintext>`,
	}
}

// harmless fails when the page holds anything that only an attack can have put there.
func harmless(t *testing.T, page *webtest.Page, attack string) {
	t.Helper()
	for css, want := range map[string]int{"script": page.Count(t, "head script"), "base": 0, "img": 0, "iframe[srcdoc]": 0, "plaintext": 0, "[onload], [onerror], [onmouseover]": 0, "form[action^=http]": 0} {
		if got := page.Count(t, css); got != want {
			t.Errorf("with %q the page has %d of %s, want %d", attack, got, css, want)
		}
	}
	for _, css := range []string{`a[href^="javascript"]`, `[hx-get="/sign-out"]`, `[hx-trigger="load"]`} {
		page.HasNot(t, css)
	}
}

func TestHostileMailsStayText(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "operator")
	for i, attack := range attacks() {
		encoded := "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(attack)) + "?="
		raw := fmt.Sprintf("From: %s <x%d@evil.example>\r\nTo: reports@example.net\r\nSubject: %s backup failed\r\nMessage-ID: <%d@evil.example>\r\n"+
			"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+
			"The backup job failed: %s\r\n--b\r\nContent-Type: application/octet-stream\r\n"+
			"Content-Disposition: attachment; filename*=utf-8''%s\r\n\r\nx\r\n--b--\r\n", encoded, i, encoded, i, attack, url.PathEscape(attack))
		page := site.Upload(t, "/inbox/upload", "mail", attack+".eml", raw)
		harmless(t, page, attack)
		msg := s.deliver(t, raw) // known by now
		page = site.Get(t, inboxPath(msg))
		harmless(t, page, attack)
		page.Has(t, ".mail-text", "The backup job failed: ").Has(t, ".files", "1 bytes")
		part := site.Ask(t, inboxPath(msg), "HX-Request", "true", "HX-Target", "mail")
		harmless(t, part, attack)
		// What a person enters is as hostile as what a mail holds.
		refused := site.Post(t, inboxPath(msg, "approve"), url.Values{"customer": {""}, "job-0": {attack}, "type-0": {attack}, "q": {attack}})
		harmless(t, refused, attack)
		filed := site.Post(t, inboxPath(msg, "approve"), url.Values{"customer": {attack}, "job-0": {attack}, "status-0": {"error"}, "q": {attack}})
		filed.Has(t, ".flash", "Made 1 run")
		harmless(t, filed, attack)
		harmless(t, site.Get(t, "/inbox?"+url.Values{"q": {attack}}.Encode()), attack)
		harmless(t, site.Get(t, inboxPath(msg)), attack)
	}
}

func TestMailIsSealedInItsFrame(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "viewer")
	raw := "From: a@evil.example\r\nSubject: x\r\nMessage-ID: <f@evil.example>\r\nContent-Type: text/html\r\n\r\n" +
		"<p>Hello</p><script>parent.alert(1)</script><meta http-equiv=refresh content='0;url=//evil.example'>"
	msg := s.deliver(t, raw)
	frame := site.Get(t, fmt.Sprintf("/messages/%d/frame", msg.ID))
	for name, want := range map[string]string{
		"Content-Security-Policy": message.FramePolicy, "X-Frame-Options": "SAMEORIGIN", "Content-Type": "text/html; charset=utf-8",
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
	} {
		if got := frame.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	frame.Has(t, "p", "Hello").HasNot(t, "script, meta")

	picture := s.deliver(t, "\x89PNG\r\n\x1a\n picture")
	site.Get(t, fmt.Sprintf("/messages/%d/frame", picture.ID)).Has(t, "p", "This file is not a mail")

	file := site.Get(t, fmt.Sprintf("/messages/%d/raw", msg.ID))
	if file.Body != raw || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the original is %q as %q, want it as it came and as a file", file.Body, file.Header.Get("Content-Disposition"))
	}
	for _, kind := range []string{"frame", "raw"} {
		if gone := site.Ask(t, "/messages/999/"+kind); gone.Status != http.StatusNotFound {
			t.Errorf("the %s of a message that is not there: status %d, want 404", kind, gone.Status)
		}
		if refused := s.as(t, "reporter").Ask(t, fmt.Sprintf("/messages/%d/%s", msg.ID, kind)); refused.Status != http.StatusForbidden {
			t.Errorf("the %s as reporter: status %d, want 403", kind, refused.Status)
		}
	}
}
