package autotasksim

import "strings"

// kind is the data type of a field, in Autotask's words.
type kind string

const (
	integer  kind = "integer"
	text     kind = "string"
	datetime kind = "datetime"
	boolean  kind = "boolean"
	double   kind = "double"
)

// field describes one field of an entity.
type field struct {
	name     string
	kind     kind
	length   int // of strings, in UTF-16 units
	required bool
	readOnly bool
	picklist bool   // its values are in the seed under the field's name
	refers   string // the entity that it points to
	blind    bool   // cannot be queried
	udf      string // the tenant's name for a field that it added; empty for the service's own
	label    string // of such a field
}

// row is a record: values by field name. A missing value is null.
type row map[string]any

// entity is one kind of record with its rows, which are kept in the order of their ids.
type entity struct {
	name   string
	fields []field
	rows   map[int64]row
	nextID int64
}

// field finds a field by its name, whatever the case.
func (e *entity) field(name string) (field, bool) {
	for _, f := range e.fields {
		if strings.EqualFold(f.name, name) {
			return f, true
		}
	}
	return field{}, false
}

// add keeps a row under the next id and returns the id.
func (e *entity) add(r row) int64 {
	id := e.nextID
	e.nextID++
	r["id"] = id
	e.rows[id] = r
	return id
}

// newEntities makes the entities without rows. Tickets number from 10001 on, and what a
// tenant makes otherwise from 29682801 on, as in the real service.
func newEntities(seed Seed) map[string]*entity {
	const tenantMade = 29682801
	entities := map[string]*entity{}
	for _, e := range []*entity{
		{name: "Companies", nextID: tenantMade, fields: companyFields()},
		{name: "Tickets", nextID: 10001, fields: append(ticketFields(), udfFields(seed.UserDefinedFields)...)},
		{name: "TicketNotes", nextID: tenantMade, fields: noteFields()},
		{name: "TimeEntries", nextID: 1001, fields: timeEntryFields()},
		{name: "Resources", nextID: tenantMade, fields: resourceFields()},
		{name: "DeletedTicketLogs", nextID: 1, fields: deletedTicketFields()},
	} {
		e.rows = map[int64]row{}
		entities[strings.ToLower(e.name)] = e
	}
	return entities
}

func companyFields() []field {
	return []field{
		{name: "id", kind: integer, readOnly: true},
		{name: "companyName", kind: text, length: 100, required: true},
		{name: "companyNumber", kind: text, length: 50},
		{name: "companyType", kind: integer, required: true},
		{name: "isActive", kind: boolean},
		{name: "createDate", kind: datetime, readOnly: true},
	}
}

func ticketFields() []field {
	return []field{
		{name: "id", kind: integer, readOnly: true},
		{name: "ticketNumber", kind: text, length: 50, readOnly: true},
		{name: "title", kind: text, length: 255, required: true},
		{name: "companyID", kind: integer, required: true, refers: "Account"},
		{name: "companyLocationID", kind: integer},
		{name: "status", kind: integer, required: true, picklist: true},
		{name: "priority", kind: integer, required: true, picklist: true},
		{name: "queueID", kind: integer, picklist: true},
		{name: "dueDateTime", kind: datetime},
		{name: "description", kind: text, length: 8000},
		{name: "resolution", kind: text, length: 32000},
		{name: "source", kind: integer, picklist: true},
		{name: "ticketType", kind: integer, picklist: true},
		{name: "ticketCategory", kind: integer, picklist: true},
		{name: "issueType", kind: integer, picklist: true},
		{name: "subIssueType", kind: integer, picklist: true},
		{name: "assignedResourceID", kind: integer},
		{name: "assignedResourceRoleID", kind: integer},
		{name: "contactID", kind: integer},
		{name: "billingCodeID", kind: integer},
		{name: "externalID", kind: text, length: 50},
		{name: "estimatedHours", kind: double},
		{name: "createDate", kind: datetime, readOnly: true},
		{name: "creatorResourceID", kind: integer, readOnly: true},
		{name: "creatorType", kind: integer, readOnly: true, blind: true},
		{name: "completedDate", kind: datetime, readOnly: true},
		{name: "completedByResourceID", kind: integer, readOnly: true},
		{name: "lastActivityDate", kind: datetime, readOnly: true},
		{name: "lastActivityResourceID", kind: integer, readOnly: true},
		{name: "lastActivityPersonType", kind: integer, readOnly: true, blind: true},
	}
}

func noteFields() []field {
	return []field{
		{name: "id", kind: integer, readOnly: true},
		{name: "ticketID", kind: integer, required: true},
		{name: "title", kind: text, length: 250},
		{name: "description", kind: text, length: 32000, required: true},
		{name: "noteType", kind: integer, required: true, picklist: true},
		{name: "publish", kind: integer, required: true, picklist: true},
		{name: "createDateTime", kind: datetime, readOnly: true},
		{name: "creatorResourceID", kind: integer, readOnly: true},
		{name: "lastActivityDate", kind: datetime, readOnly: true},
	}
}

func timeEntryFields() []field {
	return []field{
		{name: "id", kind: integer, readOnly: true},
		{name: "ticketID", kind: integer},
		{name: "resourceID", kind: integer, required: true},
		{name: "roleID", kind: integer},
		{name: "dateWorked", kind: datetime},
		{name: "startDateTime", kind: datetime},
		{name: "endDateTime", kind: datetime},
		{name: "hoursWorked", kind: double},
		{name: "summaryNotes", kind: text, length: 32000},
		{name: "internalNotes", kind: text, length: 32000},
		{name: "createDateTime", kind: datetime, readOnly: true},
	}
}

func deletedTicketFields() []field {
	return []field{
		{name: "id", kind: integer, readOnly: true},
		{name: "ticketID", kind: integer, readOnly: true},
		{name: "ticketNumber", kind: text, readOnly: true},
		{name: "ticketTitle", kind: text, readOnly: true},
		{name: "deletedByResourceID", kind: integer, readOnly: true},
		{name: "deletedDateTime", kind: datetime, readOnly: true},
	}
}
