package webtest

import (
	"net/url"

	"golang.org/x/net/html"
)

// defaults is what a browser sends for a form that nobody touched.
func defaults(form *html.Node) url.Values {
	values := url.Values{}
	for field := range form.Descendants() {
		name := attr(field, "name")
		_, disabled := hasAttr(field, "disabled")
		if field.Type != html.ElementNode || name == "" || disabled {
			continue
		}
		switch field.Data {
		case "input":
			if value, sent := inputValue(field); sent {
				values.Add(name, value)
			}
		case "textarea":
			values.Add(name, rawText(field))
		case "select":
			for _, value := range chosen(field) {
				values.Add(name, value)
			}
		}
	}
	return values
}

func inputValue(field *html.Node) (value string, sent bool) {
	value, given := hasAttr(field, "value")
	switch attr(field, "type") {
	case "checkbox", "radio":
		if !given {
			value = "on"
		}
		_, sent = hasAttr(field, "checked")
		return value, sent
	case "submit", "button", "image", "reset", "file":
		return "", false
	}
	return value, true
}

// chosen returns the values of a select's chosen options; without one the first counts, unless
// several may be chosen.
func chosen(field *html.Node) []string {
	var values []string
	first := ""
	for i, option := range options(field) {
		if i == 0 {
			first = optionValue(option)
		}
		if _, on := hasAttr(option, "selected"); on {
			values = append(values, optionValue(option))
		}
	}
	if _, multiple := hasAttr(field, "multiple"); multiple || len(values) > 0 || len(options(field)) == 0 {
		return values
	}
	return []string{first}
}

func options(field *html.Node) []*html.Node {
	var found []*html.Node
	for node := range field.Descendants() {
		if node.Type == html.ElementNode && node.Data == "option" {
			found = append(found, node)
		}
	}
	return found
}

func optionValue(option *html.Node) string {
	if value, given := hasAttr(option, "value"); given {
		return value
	}
	return textOf(option)
}

// accepts reports whether a person could give that value to that field of the form.
func accepts(form *html.Node, name, value string) bool {
	for field := range form.Descendants() {
		_, disabled := hasAttr(field, "disabled")
		if field.Type != html.ElementNode || attr(field, "name") != name || disabled {
			continue
		}
		switch field.Data {
		case "textarea":
			return true
		case "button":
			if attr(field, "value") == value {
				return true
			}
		case "select":
			for _, option := range options(field) {
				if optionValue(option) == value {
					return true
				}
			}
		case "input":
			switch attr(field, "type") {
			case "checkbox", "radio", "submit", "hidden":
				own, given := hasAttr(field, "value")
				if own == value || !given && value == "on" {
					return true
				}
			default:
				return true
			}
		}
	}
	return false
}

func rawText(field *html.Node) string {
	text := ""
	for node := range field.ChildNodes() {
		text += node.Data
	}
	return text
}
