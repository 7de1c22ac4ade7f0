package webtest

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html"
)

// void elements have no end tag.
func void(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr":
		return true
	}
	return false
}

// check returns what is wrong with the page: tags that do not match, and what keeps a screen
// reader or a keyboard from using it. For a part of a page it leaves out what only a whole one
// has.
func (p *Page) check() []string {
	whole := strings.HasPrefix(strings.TrimSpace(p.Body), "<!doctype html>")
	faults := append(balance(p.Body), p.checkElements(whole)...)
	if whole {
		faults = append(faults, p.checkDocument()...)
	}
	return faults
}

// balance checks that every tag is closed where it should be; a parser would silently repair it.
func balance(body string) []string {
	var faults, open []string
	tokens := html.NewTokenizer(strings.NewReader(body))
	foreign := 0
	for {
		kind := tokens.Next()
		token := tokens.Token()
		switch kind {
		case html.ErrorToken:
			if err := tokens.Err(); !errors.Is(err, io.EOF) {
				faults = append(faults, "HTML cannot be read: "+err.Error())
			}
			if len(open) > 0 {
				faults = append(faults, fmt.Sprintf("HTML leaves open: %s", strings.Join(open, ", ")))
			}
			return faults
		case html.StartTagToken:
			if void(token.Data) {
				continue
			}
			if token.Data == "svg" {
				foreign++
			}
			open = append(open, token.Data)
		case html.SelfClosingTagToken:
			if !void(token.Data) && foreign == 0 {
				faults = append(faults, fmt.Sprintf("HTML closes <%s/> in itself, which browsers do not", token.Data))
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				return append(faults, fmt.Sprintf("HTML closes </%s> where %v is open", token.Data, open))
			}
			if token.Data == "svg" {
				foreign--
			}
			open = open[:len(open)-1]
		}
	}
}

// checkDocument checks what a whole page needs.
func (p *Page) checkDocument() []string {
	var faults []string
	count := map[string]int{}
	level := 1
	for node := range p.root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		count[node.Data]++
		if node.Data == "html" && attr(node, "lang") == "" {
			faults = append(faults, "the page does not name its language")
		}
		if node.Data == "title" && textOf(node) == "" {
			faults = append(faults, "the page has no title")
		}
		if inside(node, "dialog") {
			continue
		}
		if next := heading(node.Data); next > 0 {
			if next > level+1 {
				faults = append(faults, fmt.Sprintf("heading <%s> %q skips a level", node.Data, textOf(node)))
			}
			level = next
		}
	}
	for _, name := range []string{"title", "h1", "main"} {
		if count[name] != 1 {
			faults = append(faults, fmt.Sprintf("the page has %d <%s>, want one", count[name], name))
		}
	}
	return faults
}

func heading(name string) int {
	if len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' {
		return int(name[1] - '0')
	}
	return 0
}

// checkElements checks each element on its own and, in a whole page, where it refers to others.
func (p *Page) checkElements(whole bool) []string {
	var faults []string
	ids := map[string]bool{}
	labelled := map[string]bool{}
	for node := range p.root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		if id, given := hasAttr(node, "id"); given {
			if ids[id] {
				faults = append(faults, fmt.Sprintf("two elements have the id %q", id))
			}
			ids[id] = true
		}
		if node.Data == "label" {
			labelled[attr(node, "for")] = true
		}
	}
	for node := range p.root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		faults = append(faults, checkElement(node, labelled)...)
		if whole {
			faults = append(faults, checkReferences(node, ids)...)
		}
	}
	return faults
}

// checkReferences checks that whatever the element names by id is there.
func checkReferences(node *html.Node, ids map[string]bool) []string {
	var faults []string
	for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "data-opens"} {
		for _, id := range strings.Fields(attr(node, name)) {
			if !ids[id] {
				faults = append(faults, fmt.Sprintf("<%s %s=%q> refers to nothing on the page", node.Data, name, id))
			}
		}
	}
	return faults
}

func checkElement(node *html.Node, labelled map[string]bool) []string {
	var faults []string
	for _, one := range node.Attr {
		if one.Key == "style" || strings.HasPrefix(one.Key, "on") || strings.HasPrefix(one.Key, "hx-on") {
			faults = append(faults, fmt.Sprintf("<%s %s> would be blocked by the page's own policy", node.Data, one.Key))
		}
	}
	switch node.Data {
	case "img", "iframe":
		name := map[string]string{"img": "alt", "iframe": "title"}[node.Data]
		if _, given := hasAttr(node, name); !given {
			faults = append(faults, fmt.Sprintf("<%s> has no %s", node.Data, name))
		}
	case "a", "button", "summary":
		if accessibleText(node) == "" && attr(node, "aria-label") == "" && attr(node, "aria-labelledby") == "" {
			faults = append(faults, fmt.Sprintf("<%s %v> has no name that can be read out", node.Data, node.Attr))
		}
	case "input", "select", "textarea":
		hidden := attr(node, "type") == "hidden" || attr(node, "type") == "submit"
		if !hidden && !labelled[attr(node, "id")] && !inside(node, "label") && attr(node, "aria-label") == "" && attr(node, "aria-labelledby") == "" {
			faults = append(faults, fmt.Sprintf("<%s name=%q> has no label", node.Data, attr(node, "name")))
		}
	case "script", "style":
		if _, loaded := hasAttr(node, "src"); !loaded {
			faults = append(faults, fmt.Sprintf("<%s> stands in the page itself, where the policy blocks it", node.Data))
		}
	case "table":
		if !holds(node, "th") {
			faults = append(faults, "a table has no heading cells")
		}
	}
	return faults
}

// accessibleText is the text that is read out, with the names of pictures.
func accessibleText(node *html.Node) string {
	text := textOf(node)
	for inner := range node.Descendants() {
		if inner.Type == html.ElementNode {
			text += attr(inner, "alt") + attr(inner, "aria-label")
		}
	}
	return strings.TrimSpace(text)
}

func inside(node *html.Node, name string) bool {
	for outer := range node.Ancestors() {
		if outer.Data == name {
			return true
		}
	}
	return false
}

func holds(node *html.Node, name string) bool {
	for inner := range node.Descendants() {
		if inner.Type == html.ElementNode && inner.Data == name {
			return true
		}
	}
	return false
}
