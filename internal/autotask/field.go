package autotask

import (
	"context"
	"strconv"
	"strings"
)

// Field describes a field of an entity. The lists of queues, sources, statuses and
// priorities exist only as the PicklistValues of the ticket's fields.
type Field struct {
	Name                     string
	DataType                 string
	Length                   int64 // 0 for other types than strings
	IsRequired               bool  // by the entity; a ticket category may require more
	IsReadOnly               bool
	IsQueryable              bool
	IsPickList               bool
	PicklistParentValueField string
	PicklistValues           []PicklistValue
}

// PicklistValue is one choice. Labels are the tenant's own and change; Value is what lasts.
type PicklistValue struct {
	Value          string // a number as text
	Label          string
	ParentValue    string
	SortOrder      int64
	IsDefaultValue bool
	IsActive       bool // inactive values are shown on old tickets and refused on new ones
	IsSystem       bool
}

// ID returns the value as tickets carry it, and false when it is not a number.
func (v PicklistValue) ID() (int64, bool) {
	id, err := strconv.ParseInt(v.Value, 10, 64)
	return id, err == nil
}

// Picklist returns the values of the named field, whatever the case of its name, and nil
// when there is no such field or it has no list.
func Picklist(fields []Field, name string) []PicklistValue {
	for _, field := range fields {
		if strings.EqualFold(field.Name, name) {
			return field.PicklistValues
		}
	}
	return nil
}

// EntityInformation tells what the user may do with an entity.
type EntityInformation struct {
	Name                string
	CanCreate           bool
	CanQuery            bool
	CanUpdate           bool
	UserAccessForCreate string
	UserAccessForQuery  string
	UserAccessForUpdate string
}

// fieldsAnswer is the description of an entity's fields on the wire.
type fieldsAnswer struct {
	Fields []struct {
		Name                     text
		DataType                 text
		Length                   number
		IsRequired               flag
		IsReadOnly               flag
		IsQueryable              flag
		IsPickList               flag
		PicklistParentValueField text
		PicklistValues           []struct {
			Value          text
			Label          text
			ParentValue    text
			SortOrder      number
			IsDefaultValue flag
			IsActive       flag
			IsSystem       flag
		}
	}
}

// TicketFields returns the fields of tickets with their picklists. The answer is large;
// keep it for hours.
func (c *Client) TicketFields(ctx context.Context) ([]Field, error) {
	var answer fieldsAnswer
	err := c.read(ctx, call{op: "get ticket fields", entity: "Tickets", path: "Tickets/entityInformation/fields"}, &answer)
	if err != nil {
		return nil, err
	}
	fields := make([]Field, 0, len(answer.Fields))
	for _, f := range answer.Fields {
		field := Field{
			Name: string(f.Name), DataType: string(f.DataType), Length: f.Length.value,
			IsRequired: bool(f.IsRequired), IsReadOnly: bool(f.IsReadOnly), IsQueryable: bool(f.IsQueryable),
			IsPickList: bool(f.IsPickList), PicklistParentValueField: string(f.PicklistParentValueField),
		}
		for _, v := range f.PicklistValues {
			field.PicklistValues = append(field.PicklistValues, PicklistValue{
				Value: string(v.Value), Label: string(v.Label), ParentValue: string(v.ParentValue),
				SortOrder: v.SortOrder.value, IsDefaultValue: bool(v.IsDefaultValue),
				IsActive: bool(v.IsActive), IsSystem: bool(v.IsSystem),
			})
		}
		fields = append(fields, field)
	}
	return fields, nil
}

// TicketInformation tells what the user may do with tickets.
func (c *Client) TicketInformation(ctx context.Context) (EntityInformation, error) {
	var answer struct {
		Info *struct {
			Name                text
			CanCreate           flag
			CanQuery            flag
			CanUpdate           flag
			UserAccessForCreate text
			UserAccessForQuery  text
			UserAccessForUpdate text
		}
	}
	const op = "get ticket information"
	if err := c.read(ctx, call{op: op, entity: "Tickets", path: "Tickets/entityInformation"}, &answer); err != nil {
		return EntityInformation{}, err
	}
	if answer.Info == nil {
		return EntityInformation{}, badAnswer(op, "the answer lacks its info")
	}
	info := answer.Info
	return EntityInformation{
		Name: string(info.Name), CanCreate: bool(info.CanCreate), CanQuery: bool(info.CanQuery),
		CanUpdate: bool(info.CanUpdate), UserAccessForCreate: string(info.UserAccessForCreate),
		UserAccessForQuery: string(info.UserAccessForQuery), UserAccessForUpdate: string(info.UserAccessForUpdate),
	}, nil
}

// Threshold tells how much of the hourly budget is used, by all integrations of the tenant
// together.
type Threshold struct {
	ExternalRequestThreshold     int64 // requests allowed in the timeframe
	RequestThresholdTimeframe    int64 // minutes
	CurrentTimeframeRequestCount int64 // requests used
}

// Threshold asks how much of the hourly budget is used. The question itself counts.
func (c *Client) Threshold(ctx context.Context) (Threshold, error) {
	var answer struct {
		ExternalRequestThreshold     number
		RequestThresholdTimeframe    number
		CurrentTimeframeRequestCount number
	}
	const op = "get request threshold"
	err := c.read(ctx, call{op: op, entity: "ThresholdInformation", path: "ThresholdInformation"}, &answer)
	if err != nil {
		return Threshold{}, err
	}
	if !answer.ExternalRequestThreshold.set || !answer.CurrentTimeframeRequestCount.set {
		return Threshold{}, badAnswer(op, "the answer lacks the numbers")
	}
	return Threshold{
		answer.ExternalRequestThreshold.value, answer.RequestThresholdTimeframe.value,
		answer.CurrentTimeframeRequestCount.value,
	}, nil
}
