package api

import (
	"bytes"
	"cmp"
	_ "embed" // for the page's template and style
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html
var docsTemplate string

//go:embed docs.css
var docsStyle []byte

// docsPolicy lets the page load its own style and nothing else. It needs no script.
const docsPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// describe makes the OpenAPI document and the page for people, and serves both to everybody:
// they tell nothing that is not in the source.
func (a *API) describe() error {
	open := a.huma.OpenAPI()
	// huma notes its own shape of an error, which no answer has.
	maps.DeleteFunc(open.Components.Schemas.Map(), func(name string, _ *huma.Schema) bool {
		return name == "ErrorModel" || name == "ErrorDetail"
	})
	var err error
	if a.document, err = json.MarshalIndent(open, "", "  "); err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	a.document = append(a.document, '\n')
	if a.docs, err = renderDocs(open, a.routes, a.version); err != nil {
		return fmt.Errorf("write the page about the API: %w", err)
	}
	a.mux.HandleFunc("GET "+base+"/openapi.json", serve("application/openapi+json", a.document))
	a.mux.HandleFunc("GET /api/docs/style.css", serve("text/css; charset=utf-8", docsStyle))
	a.mux.HandleFunc("GET /api/docs", serve("text/html; charset=utf-8", a.docs))
	a.mux.Handle("GET /api/{$}", http.RedirectHandler("/api/docs", http.StatusSeeOther))
	return nil
}

func serve(contentType string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Content-Security-Policy", docsPolicy)
		_, _ = w.Write(content) // the client may be gone
	}
}

// docsPage is what the page for people shows.
type docsPage struct {
	Base     string
	Version  string
	Sections []docsSection
	Shapes   []docsShape
}

type docsSection struct {
	Name       string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary, Roles string
	Parameters                       []docsMember
	Takes                            []docsMember // members of a JSON body
	TakesType                        string       // of a body that is not JSON
	Answers                          []docsAnswer
}

type docsAnswer struct {
	Status string
	Text   string
	Shape  docsType
}

type docsShape struct {
	Name    string
	Members []docsMember
}

type docsMember struct {
	Name     string
	Required bool
	Type     docsType
	Text     string
}

// docsType is a type in words, with the shape that it leads to.
type docsType struct {
	Words string
	Shape string // empty for what is no shape
}

// renderDocs writes the page from the OpenAPI document, in the order of the routes.
func renderDocs(open *huma.OpenAPI, routes []Route, version string) ([]byte, error) {
	page := docsPage{Base: base, Version: version}
	shapes := open.Components.Schemas.Map()
	for _, route := range routes {
		name := section(route.Path)
		at := slices.IndexFunc(page.Sections, func(s docsSection) bool { return s.Name == name })
		if at < 0 {
			at = len(page.Sections)
			page.Sections = append(page.Sections, docsSection{Name: name})
		}
		page.Sections[at].Operations = append(page.Sections[at].Operations, docsFor(operationOf(open, route), route, shapes))
	}
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		if !strings.HasSuffix(name, "Request") {
			page.Shapes = append(page.Shapes, docsShape{Name: name, Members: members(shapes[name])})
		}
	}
	layout, err := template.New("docs").Parse(docsTemplate)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = layout.Execute(&out, page)
	return out.Bytes(), err
}

func operationOf(open *huma.OpenAPI, route Route) *huma.Operation {
	item := open.Paths[route.Path]
	switch route.Method {
	case post:
		return item.Post
	case put:
		return item.Put
	case patch:
		return item.Patch
	case del:
		return item.Delete
	}
	return item.Get
}

func docsFor(op *huma.Operation, route Route, shapes map[string]*huma.Schema) docsOperation {
	doc := docsOperation{
		ID: route.Name, Method: route.Method, Path: base + route.Path, Summary: route.Summary,
		Roles: strings.Join(rolesFor(route.Right), ", "),
	}
	for _, parameter := range op.Parameters {
		doc.Parameters = append(doc.Parameters, docsMember{
			Name: parameter.Name, Required: parameter.Required, Type: typeOf(parameter.Schema),
			Text: cmp.Or(parameter.Description, parameter.Schema.Description),
		})
	}
	if op.RequestBody != nil {
		for kind, media := range op.RequestBody.Content {
			if kind == jsonType {
				doc.Takes = members(shapes[shapeOf(media.Schema)])
			} else {
				doc.TakesType = kind
			}
		}
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		if slices.Contains([]string{"401", "403", "422", "default"}, status) {
			continue // the same everywhere; the top of the page tells of them
		}
		answer := docsAnswer{Status: status, Text: op.Responses[status].Description}
		for kind, media := range op.Responses[status].Content {
			answer.Shape = typeOf(media.Schema)
			if kind == mailType {
				answer.Shape = docsType{Words: mailType}
			}
		}
		doc.Answers = append(doc.Answers, answer)
	}
	return doc
}

// members lists the members of an object, those that must be there first.
func members(schema *huma.Schema) []docsMember {
	if schema == nil {
		return nil
	}
	var list []docsMember
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		property := schema.Properties[name]
		list = append(list, docsMember{
			Name: name, Required: slices.Contains(schema.Required, name), Type: typeOf(property), Text: property.Description,
		})
	}
	slices.SortStableFunc(list, func(a, b docsMember) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return list
}

// shapeOf is the name of the shape that a schema refers to; empty for none.
func shapeOf(schema *huma.Schema) string {
	return schema.Ref[strings.LastIndex(schema.Ref, "/")+1:]
}

// typeOf says in words what a schema takes.
func typeOf(schema *huma.Schema) docsType {
	var kind docsType
	switch {
	case schema.Ref != "":
		kind = docsType{Words: shapeOf(schema), Shape: shapeOf(schema)}
	case len(schema.AnyOf) > 0:
		kind = typeOf(schema.AnyOf[0])
		kind.Words += " or null"
	case schema.Type == huma.TypeArray:
		kind = typeOf(schema.Items)
		kind.Words = "list of " + kind.Words
	case schema.Format == "date-time":
		kind.Words = "time"
	case len(schema.Enum) > 0:
		words := make([]string, len(schema.Enum))
		for i, value := range schema.Enum {
			words[i] = fmt.Sprint(value)
		}
		kind.Words = strings.Join(words, ", ")
	default:
		kind.Words = cmp.Or(schema.Type, "anything")
	}
	if schema.Nullable {
		kind.Words += " or null"
	}
	return kind
}
