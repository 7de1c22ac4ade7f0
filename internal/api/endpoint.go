package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"backupchecks/internal/backup"
)

// add adds an endpoint. Who asks is known and allowed to before the request is read.
func add[I, O any](a *API, route Route, handle func(context.Context, backup.User, *I) (*O, error)) {
	a.routes = append(a.routes, route)
	huma.Register(a.huma, a.operation(route, reflect.TypeFor[O]()), func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, userFrom(ctx), in)
		if err != nil {
			return nil, a.problem(ctx, route, err)
		}
		return out, nil
	})
}

// operation describes a route. The shapes that go in and out are added by huma.
func (a *API) operation(route Route, output reflect.Type) huma.Operation {
	op := huma.Operation{
		Method: route.Method, Path: route.Path, OperationID: route.Name, Summary: route.Summary,
		Description: "For the roles " + strings.Join(rolesFor(route.Right), ", ") + ".",
		Tags:        []string{section(route.Path)}, DefaultStatus: route.Status,
		Middlewares: huma.Middlewares{a.permit(route)},
		Responses:   map[string]*huma.Response{},
	}
	schemas := a.huma.OpenAPI().Components.Schemas
	fault := map[string]*huma.MediaType{problemType: {Schema: schemas.Schema(reflect.TypeFor[problem](), true, "")}}
	for _, status := range append(slices.Clone(route.Errors), http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: fault}
	}
	op.Responses["default"] = &huma.Response{Description: "Any other failure", Content: fault}
	for _, status := range route.Also {
		body, _ := output.FieldByName("Body")
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{"application/json": {Schema: huma.SchemaFromField(schemas, body, "")}},
		}
	}
	switch output {
	case reflect.TypeFor[rawMessage]():
		op.Responses["200"] = &huma.Response{
			Description: "The mail", Content: map[string]*huma.MediaType{mailType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
		}
	case reflect.TypeFor[messageStored]():
		op.MaxBodyBytes = maxMail + 1 // huma refuses what reaches its limit
	}
	return op
}

// rolesFor returns the roles that have a right.
func rolesFor(right backup.Right) []string {
	var roles []string
	for _, role := range backup.Roles() {
		if backup.May(backup.User{Roles: []backup.Role{role}}, right) {
			roles = append(roles, string(role))
		}
	}
	return roles
}

// section is the heading under which a path is described.
func section(path string) string {
	if strings.Contains(path, "/ticket") {
		return "tickets"
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return name
}

// schemaName names a shape in the document: the Go type without what only Go needs.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if item, isPage := strings.CutPrefix(name, "PageOf"); isPage {
		name = item + "Page"
	}
	return strings.ReplaceAll(name, "Shape", "")
}
