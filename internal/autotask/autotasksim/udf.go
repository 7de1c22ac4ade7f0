package autotasksim

import (
	"fmt"
	"strings"
)

// UserDefinedField is a field that the tenant added to its tickets. Its values are texts.
type UserDefinedField struct {
	Name     string `json:"name"`
	Label    string `json:"label"`
	Length   int    `json:"length"` // in UTF-16 units; 0: 255
	Required bool   `json:"required"`
}

// udfFields are the fields of tickets that the tenant added. In a row they stand under a name
// that no other field can have.
func udfFields(defined []UserDefinedField) []field {
	var fields []field
	for _, f := range defined {
		fields = append(fields, field{
			name: udfName(f.Name), kind: text, length: orElse(f.Length, 255), required: f.Required, udf: f.Name, label: orElse(f.Label, f.Name),
		})
	}
	return fields
}

func udfName(name string) string { return "userDefinedFields." + name }

// checkFields reports user-defined fields that cannot be told apart.
func (s Seed) checkFields() error {
	seen := map[string]bool{}
	for _, f := range s.UserDefinedFields {
		if name := strings.ToLower(f.Name); name == "" || seen[name] || f.Length < 0 {
			return fmt.Errorf("the user-defined field %q needs a name of its own and a length that is not negative", f.Name)
		}
		seen[strings.ToLower(f.Name)] = true
	}
	return nil
}

// takeUserDefined puts the user-defined fields that were sent, a list of names and values,
// beside the others.
func (e *entity) takeUserDefined(sent sentFields) (problems []string) {
	list, isList := sent["userdefinedfields"].([]any)
	if !isList {
		return nil
	}
	for _, item := range list {
		pair := sentFields{}
		if members, isPair := item.(map[string]any); isPair {
			pair = lowered(members)
		}
		name, _ := pair["name"].(string)
		if _, found := e.field(udfName(name)); !found {
			problems = append(problems, fmt.Sprintf("User-defined field %s does not exist.", name))
			continue
		}
		sent[strings.ToLower(udfName(name))] = pair["value"]
	}
	return problems
}

// userDefined are the user-defined fields of a row as they are sent.
func (e *entity) userDefined(r row) []map[string]any {
	shown := []map[string]any{}
	for _, f := range e.fields {
		if f.udf != "" {
			shown = append(shown, map[string]any{"name": f.udf, "value": r[f.name]})
		}
	}
	return shown
}

// describeUserDefined answers the fields that the tenant added to an entity. Entities that
// cannot have such fields have no such route.
func describeUserDefined(call apiCall, e *entity) response {
	if e.name != "Tickets" && e.name != "Companies" {
		return noRoute(call.Request)
	}
	fields := []map[string]any{}
	for _, f := range e.fields {
		if f.udf == "" {
			continue
		}
		fields = append(fields, map[string]any{
			"name": f.udf, "label": f.label, "type": "string", "length": f.length, "description": "", "isRequired": f.required,
			"isReadOnly": false, "isActive": true, "isQueryable": true, "isPickList": false, "picklistValues": nil, "defaultValue": "",
		})
	}
	return ok(map[string]any{"fields": fields})
}

// fieldOf finds the field that a condition is about.
func (e *entity) fieldOf(c condition) (field, bool) {
	if c.UDF {
		return e.field(udfName(c.Field))
	}
	if f, found := e.field(c.Field); found && f.udf == "" {
		return f, true
	}
	return field{}, false
}

// countUserDefined counts the conditions on user-defined fields.
func countUserDefined(conditions []condition) int {
	count := 0
	for _, c := range conditions {
		if c.Items != nil {
			count += countUserDefined(c.Items)
		} else if c.UDF {
			count++
		}
	}
	return count
}
