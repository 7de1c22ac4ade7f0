package webtest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Page is what the site answered.
type Page struct {
	Status int
	Path   string // where redirects led
	Header http.Header
	Body   string

	site    *Site
	request string // for failure texts: "GET /inbox"
	root    *html.Node
}

// Has expects an element that css selects and that holds text; an empty text fits any.
func (p *Page) Has(t testing.TB, css, text string) *Page {
	t.Helper()
	var seen []string
	for _, node := range p.all(t, css) {
		words := textOf(node)
		if strings.Contains(words, text) {
			return p
		}
		seen = append(seen, words)
	}
	t.Errorf("%s: no %s with %q; got %q on the page:\n%s", p.request, css, text, seen, p.Text("body"))
	return p
}

// HasNot expects that css selects nothing.
func (p *Page) HasNot(t testing.TB, css string) *Page {
	t.Helper()
	if found := p.all(t, css); len(found) > 0 {
		t.Errorf("%s: got %d of %s, want none; the first says %q", p.request, len(found), css, textOf(found[0]))
	}
	return p
}

// Count returns how many elements css selects.
func (p *Page) Count(t testing.TB, css string) int {
	t.Helper()
	return len(p.all(t, css))
}

// Text returns the words of the first element that css selects, with single spaces, and the
// empty string when there is none.
func (p *Page) Text(css string) string {
	selector, err := cascadia.Parse(css)
	if err != nil {
		return ""
	}
	node := cascadia.Query(p.root, selector)
	if node == nil {
		return ""
	}
	return textOf(node)
}

// Attr returns an attribute of the first element that css selects. The test ends when there is
// no such element.
func (p *Page) Attr(t testing.TB, css, name string) string {
	t.Helper()
	return attr(p.one(t, css), name)
}

// Attrs returns an attribute of every element that css selects, in their order.
func (p *Page) Attrs(t testing.TB, css, name string) []string {
	t.Helper()
	var values []string
	for _, node := range p.all(t, css) {
		values = append(values, attr(node, name))
	}
	return values
}

// Click follows the link that css selects.
func (p *Page) Click(t testing.TB, css string) *Page {
	t.Helper()
	node := p.one(t, css)
	if node.Data != "a" {
		t.Fatalf("%s: %s is a %s, not a link", p.request, css, node.Data)
	}
	return p.site.Get(t, p.resolve(t, attr(node, "href")))
}

// Submit fills in the form that css selects and sends it. Fields are names and values in turn;
// each must be on the form, and so must the values of choices. The rest of the form is sent as
// the page has it. A field that is a button is pressed.
func (p *Page) Submit(t testing.TB, css string, fields ...string) *Page {
	t.Helper()
	form := p.one(t, css)
	if form.Data != "form" {
		t.Fatalf("%s: %s is a %s, not a form", p.request, css, form.Data)
	}
	values := defaults(form)
	for i := 0; i+1 < len(fields); i += 2 {
		name, value := fields[i], fields[i+1]
		if !accepts(form, name, value) {
			t.Fatalf("%s: form %s does not take %s=%q:\n%s", p.request, css, name, value, textOf(form))
		}
		values.Set(name, value)
	}
	target := p.resolve(t, attr(form, "action"))
	if strings.EqualFold(attr(form, "method"), "post") {
		return p.site.Post(t, target, values)
	}
	address, _, _ := strings.Cut(target, "?")
	return p.site.Ask(t, address+"?"+values.Encode())
}

// resolve makes a path of an address on the page. An empty one is the page itself.
func (p *Page) resolve(t testing.TB, address string) string {
	t.Helper()
	target, err := (&url.URL{Path: p.Path}).Parse(address)
	if err != nil || target.Host != "" {
		t.Fatalf("%s: address %q leads away from the site", p.request, address)
	}
	return target.RequestURI()
}

// all returns the elements that css selects.
func (p *Page) all(t testing.TB, css string) []*html.Node {
	t.Helper()
	selector, err := cascadia.ParseGroup(css)
	if err != nil {
		t.Fatalf("selector %q: %v", css, err)
	}
	return cascadia.QueryAll(p.root, selector)
}

// one returns the only element that css selects; more would make the test depend on order.
func (p *Page) one(t testing.TB, css string) *html.Node {
	t.Helper()
	found := p.all(t, css)
	if len(found) != 1 {
		t.Fatalf("%s: got %d of %s, want one on the page:\n%s", p.request, len(found), css, p.Text("body"))
	}
	return found[0]
}

// textOf returns the words under node, with single spaces.
func textOf(node *html.Node) string {
	var words []string
	for inner := range node.Descendants() {
		if inner.Type == html.TextNode && inner.Parent.Data != "script" && inner.Parent.Data != "style" {
			words = append(words, inner.Data)
		}
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

func attr(node *html.Node, name string) string {
	value, _ := hasAttr(node, name)
	return value
}

func hasAttr(node *html.Node, name string) (string, bool) {
	for _, one := range node.Attr {
		if one.Key == name {
			return one.Val, true
		}
	}
	return "", false
}
