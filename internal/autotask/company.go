package autotask

import (
	"context"
	"errors"
	"strings"
)

// Company is a customer, vendor or prospect of the tenant. ID 0 is the tenant's own.
// Neither name nor number is unique.
type Company struct {
	ID            int64
	CompanyName   string
	CompanyNumber string
	IsActive      bool
}

// companyRow is a company on the wire.
type companyRow struct {
	ID            number `json:"id"`
	CompanyName   text   `json:"companyName"`
	CompanyNumber text   `json:"companyNumber"`
	IsActive      flag   `json:"isActive"`
}

func (r companyRow) read() (Company, error) {
	if !r.ID.set {
		return Company{}, errors.New("the company lacks its id")
	}
	return Company{
		ID: r.ID.value, CompanyName: string(r.CompanyName), CompanyNumber: string(r.CompanyNumber),
		IsActive: bool(r.IsActive),
	}, nil
}

// Companies returns companies, active or not, whose name or number holds text, in the order
// of their ids, at most limit of them. An empty text finds all.
func (c *Client) Companies(ctx context.Context, text string, limit int) ([]Company, error) {
	text = strings.TrimSpace(text)
	filter := Gte("id", 0)
	if text != "" {
		filter = Or(Contains("companyName", text), Contains("companyNumber", text))
	}
	return query[companyRow](ctx, c, search{
		op: "search companies", entity: "Companies", filters: []Filter{filter}, limit: limit,
		fields: []string{"id", "companyName", "companyNumber", "isActive"},
	})
}

// Company returns one company, and an error of kind NotFound when there is none or the user
// may not see it.
func (c *Client) Company(ctx context.Context, id int64) (Company, error) {
	const op = "get company"
	company, err := getItem[companyRow](ctx, c, op, "Companies", id)
	if err == nil && company.ID != id {
		return Company{}, badAnswer(op, "the answer is another company")
	}
	return company, err
}
