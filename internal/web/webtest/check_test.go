package webtest

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// whole puts content into a page that is otherwise without fault.
func whole(content string) string {
	return `<!doctype html><html lang="en"><head><title>T</title></head><body><main><h1>T</h1>` + content + `</main></body></html>`
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ body, want string }{
		{whole(`<p>Fine.<br></p><svg><use href="#x"/></svg><label for="a">A</label><input id="a" name="a">`), ""},
		{`<li>A part of a page needs no title.</li>`, ""},
		{`<button aria-describedby="elsewhere">A part may refer to the page.</button>`, ""},
		{whole(`<p><b></p></b>`), "closes </p>"},
		{whole(`<div>`), "closes </main>"},
		{`<div>`, "leaves open: div"},
		{whole(`<div/>`), "closes <div/> in itself"},
		{whole(`<p id="a"></p><p id="a"></p>`), `two elements have the id "a"`},
		{whole(`<h3>Deep</h3>`), "skips a level"},
		{whole(`<h1>Again</h1>`), "2 <h1>"},
		{strings.Replace(whole(``), ` lang="en"`, ``, 1), "language"},
		{strings.Replace(whole(``), `<title>T</title>`, `<title></title>`, 1), "no title"},
		{whole(`<input name="a">`), `<input name="a"> has no label`},
		{whole(`<label>A <select name="a"></select></label>`), ""},
		{whole(`<label for="gone">A</label>`), "refers to nothing"},
		{whole(`<button><svg></svg></button>`), "no name"},
		{whole(`<button aria-label="Close"><svg></svg></button>`), ""},
		{whole(`<a href="/"><img src="/x.png" alt="Start"></a>`), ""},
		{whole(`<img src="/x.png">`), "no alt"},
		{whole(`<iframe src="/mail"></iframe>`), "no title"},
		{whole(`<p style="color:red">x</p>`), "blocked"},
		{whole(`<p onclick="x()">x</p>`), "blocked"},
		{whole(`<script>x()</script>`), "policy blocks it"},
		{whole(`<table><tr><td>1</td></tr></table>`), "no heading cells"},
	} {
		page := &Page{Body: test.body}
		var err error
		if page.root, err = html.Parse(strings.NewReader(test.body)); err != nil {
			t.Fatal(err)
		}
		faults := strings.Join(page.check(), "; ")
		if test.want == "" && faults != "" || !strings.Contains(faults, test.want) {
			t.Errorf("check(%s): %q, want %q", test.body, faults, test.want)
		}
	}
}

func TestFormDefaults(t *testing.T) {
	t.Parallel()
	root, err := html.Parse(strings.NewReader(`<form>
		<input name="text" value="a"><input type="hidden" name="hidden" value="b">
		<input type="checkbox" name="on" checked><input type="checkbox" name="off" value="1">
		<input type="radio" name="radio" value="1"><input type="radio" name="radio" value="2" checked>
		<select name="first"><option value="1">One<option>Two</select>
		<select name="second"><option>One<option selected>Two</select>
		<select name="many" multiple><option>One</select>
		<textarea name="area">c &lt; d</textarea>
		<input name="gone" value="x" disabled><button name="act" value="x">Act</button></form>`))
	if err != nil {
		t.Fatal(err)
	}
	got := defaults(root).Encode()
	want := "area=c+%3C+d&first=1&hidden=b&on=on&radio=2&second=Two&text=a"
	if got != want {
		t.Errorf("defaults: %s, want %s", got, want)
	}
	for _, test := range []struct {
		name, value string
		want        bool
	}{
		{"text", "anything", true},
		{"act", "x", true},
		{"act", "y", false},
		{"first", "Two", true},
		{"first", "3", false},
		{"radio", "1", true},
		{"gone", "x", false},
		{"hidden", "z", false},
		{"missing", "x", false},
	} {
		if got := accepts(root, test.name, test.value); got != test.want {
			t.Errorf("accepts(%s=%s): %t, want %t", test.name, test.value, got, test.want)
		}
	}
}
