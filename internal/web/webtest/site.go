// Package webtest is a small client for tests of pages, in the words of a person: sign in,
// open a page, read it, fill in its forms and press its links. Every whole page it sees is also
// checked for well-formed HTML and for what a screen reader needs. It is for tests only.
package webtest

import (
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Site is one person's browser in front of a site: it keeps cookies and follows redirects.
type Site struct {
	server *httptest.Server
	client *http.Client
}

// New serves h on a port of its own until the test ends.
func New(t testing.TB, h http.Handler) *Site {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return browser(t, server)
}

// Other returns the browser of somebody else in front of the same site, with no cookies yet.
func (s *Site) Other(t testing.TB) *Site {
	t.Helper()
	return browser(t, s.server)
}

func browser(t testing.TB, server *httptest.Server) *Site {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := *server.Client()
	client.Jar = jar
	return &Site{server: server, client: &client}
}

// URL is the address of the site, without a slash at the end.
func (s *Site) URL() string { return s.server.URL }

// Cookie returns the cookie of that name, and nil when there is none.
func (s *Site) Cookie(t testing.TB, name string) *http.Cookie {
	t.Helper()
	address, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range s.client.Jar.Cookies(address) {
		if cookie.Name == name {
			return cookie
		}
	}
	return nil
}

// SignIn signs a person in through the sign-in page and returns the page that follows. The
// test ends when that fails.
func (s *Site) SignIn(t testing.TB, name, password string) *Page {
	t.Helper()
	page := s.Get(t, "/sign-in").Submit(t, "form#sign-in", "name", name, "password", password)
	if page.Path == "/sign-in" {
		t.Fatalf("sign-in of %s failed with status %d:\n%s", name, page.Status, page.Text("main"))
	}
	return page
}

// Get opens a page and expects it to be there.
func (s *Site) Get(t testing.TB, path string) *Page {
	t.Helper()
	page := s.Ask(t, path)
	if page.Status != http.StatusOK {
		t.Errorf("GET %s: status %d, want 200:\n%s", path, page.Status, page.Text("body"))
	}
	return page
}

// Ask opens a page, whatever its status. headers are names and values in turn.
func (s *Site) Ask(t testing.TB, path string, headers ...string) *Page {
	t.Helper()
	return s.send(t, http.MethodGet, path, nil, headers)
}

// Post sends a form that is on no page, as a script would. headers are names and values in
// turn; without them it looks like a form of the site itself.
func (s *Site) Post(t testing.TB, path string, form url.Values, headers ...string) *Page {
	t.Helper()
	return s.send(t, http.MethodPost, path, form, headers)
}

// Upload sends files as a form with a field for files would: names and contents in turn.
func (s *Site) Upload(t testing.TB, path, field string, files ...string) *Page {
	t.Helper()
	var body strings.Builder
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(files); i += 2 {
		part, err := form.CreateFormFile(field, files[i])
		if err == nil {
			_, err = io.WriteString(part, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return s.sendBody(t, http.MethodPost, path, strings.NewReader(body.String()), []string{"Content-Type", form.FormDataContentType()})
}

func (s *Site) send(t testing.TB, method, path string, form url.Values, headers []string) *Page {
	t.Helper()
	if form == nil {
		return s.sendBody(t, method, path, http.NoBody, headers)
	}
	return s.sendBody(t, method, path, strings.NewReader(form.Encode()), headers)
}

// sendBody sends a request, as a form of the site itself where the headers do not say otherwise.
func (s *Site) sendBody(t testing.TB, method, path string, body io.Reader, headers []string) *Page {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.server.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := s.client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s: read answer: %v", method, path, err)
	}
	page := &Page{
		Status: answer.StatusCode, Path: answer.Request.URL.Path, Header: answer.Header, Body: string(text),
		site: s, request: method + " " + path,
	}
	if page.root, err = html.Parse(strings.NewReader(page.Body)); err != nil {
		t.Fatalf("%s: %v", page.request, err)
	}
	// A mail in its sealed frame is whatever its sender wrote.
	sealed := strings.HasPrefix(answer.Header.Get("Content-Security-Policy"), "sandbox")
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") && !sealed {
		for _, fault := range page.check() {
			t.Errorf("%s: %s", page.request, fault)
		}
	}
	return page
}
