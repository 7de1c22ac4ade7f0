package autotasksim

import "strconv"

// information answers what the API user may do with an entity.
func information(e *entity) response {
	writes := e.name == "Tickets"
	access := func(may bool) string {
		if may {
			return "All"
		}
		return "None"
	}
	return ok(map[string]any{"info": map[string]any{
		"name": singular(e.name), "canCreate": writes, "canDelete": false, "canQuery": true, "canUpdate": writes,
		"userAccessForCreate": access(writes), "userAccessForDelete": "None", "userAccessForQuery": "All",
		"userAccessForUpdate": access(writes), "hasUserDefinedFields": writes || e.name == "Companies", "supportsWebhookCallouts": writes,
	}})
}

func singular(name string) string {
	if name == "Companies" {
		return "Company"
	}
	if name == "TimeEntries" {
		return "TimeEntry"
	}
	return name[:len(name)-1]
}

// describe answers the fields of an entity with their picklists. The values are texts, while
// records carry numbers, and inactive values stay in the lists.
func (t *Tenant) describe(e *entity) response {
	fields := []map[string]any{}
	for _, f := range e.fields {
		if f.udf != "" {
			continue
		}
		parent := ""
		if f.name == "subIssueType" {
			parent = "issueType"
		}
		fields = append(fields, map[string]any{
			"name": f.name, "dataType": f.kind, "length": f.length, "isRequired": f.required, "isReadOnly": f.readOnly,
			"isQueryable": !f.blind, "isReference": f.refers != "", "referenceEntityType": f.refers,
			"isPickList": f.picklist, "picklistValues": t.choices(f), "picklistParentValueField": parent,
			"isSupportedWebhookField": true,
		})
	}
	return ok(map[string]any{"fields": fields})
}

// choices are a field's picklist values, null for a field without.
func (t *Tenant) choices(f field) []map[string]any {
	if !f.picklist {
		return nil
	}
	values := []map[string]any{}
	for i, choice := range t.seed.Picklists[f.name] {
		values = append(values, map[string]any{
			"value": strconv.FormatInt(choice.Value, 10), "label": t.shown(choice.Label), "isDefaultValue": choice.Default,
			"sortOrder": i + 1, "parentValue": choice.Parent, "isActive": !choice.Inactive, "isSystem": choice.System,
		})
	}
	return values
}

// choice finds a picklist value.
func (t *Tenant) choice(list string, value int64) (Choice, bool) {
	for _, choice := range t.seed.Picklists[list] {
		if choice.Value == value {
			return choice, true
		}
	}
	return Choice{}, false
}

// isChoice reports whether a picklist has a value.
func (t *Tenant) isChoice(list string, value int64) bool {
	t.lock()
	defer t.mu.Unlock()
	_, found := t.choice(list, value)
	return found
}

// label is what a person sees for a picklist value.
func (t *Tenant) label(list string, value any) string {
	number, isNumber := value.(int64)
	if !isNumber {
		return ""
	}
	if choice, found := t.choice(list, number); found {
		return t.shown(choice.Label)
	}
	return strconv.FormatInt(number, 10)
}
