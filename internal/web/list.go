package web

import (
	"net/http"
	"net/url"
	"strings"
)

// maxSearch is how much of a text to search for is looked at, in bytes.
const maxSearch = 200

// pager leads on in a list that is read part by part. An empty address leads nowhere.
type pager struct {
	First string
	Next  string
}

// pagerOf returns the pager for a list that r asked for and that goes on at next. The
// filters stay in the address.
func pagerOf(r *http.Request, next string) pager {
	address := func(cursor string) string {
		values := url.Values{}
		for name, given := range r.URL.Query() {
			if name != "cursor" && len(given) > 0 && given[0] != "" {
				values[name] = given
			}
		}
		if cursor != "" {
			values.Set("cursor", cursor)
		}
		return (&url.URL{Path: r.URL.Path, RawQuery: values.Encode()}).RequestURI()
	}
	var p pager
	if r.FormValue("cursor") != "" {
		p.First = address("")
	}
	if next != "" {
		p.Next = address(next)
	}
	return p
}

// searchOf returns the text to search for in a list.
func searchOf(r *http.Request) string {
	text := strings.TrimSpace(r.FormValue("q"))
	return strings.ToValidUTF8(text[:min(len(text), maxSearch)], "")
}
