package api

import (
	"context"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/customer"
	"backupchecks/internal/store"
	"backupchecks/internal/ticket"
)

type customerShape struct {
	ID        backup.CustomerID `json:"id"`
	Name      string            `json:"name"`
	Active    bool              `json:"active"`
	Autotask  mappingShape      `json:"autotask"`
	CreatedAt time.Time         `json:"created_at"`
}

// mappingShape ties a customer to a company in Autotask. The id leads.
type mappingShape struct {
	CompanyID   *int64               `json:"company_id"`
	CompanyName string               `json:"company_name"`
	Status      backup.MappingStatus `json:"status" enum:"ok,renamed,missing,invalid"`
	SyncedAt    *time.Time           `json:"synced_at"`
}

func shapeCustomer(c backup.Customer) customerShape {
	return customerShape{ID: c.ID, Name: c.Name, Active: c.Active, Autotask: shapeMapping(c.Mapping), CreatedAt: c.CreatedAt}
}

func shapeMapping(m backup.Mapping) mappingShape {
	return mappingShape{CompanyID: m.CompanyID, CompanyName: m.CompanyName, Status: m.Status, SyncedAt: m.SyncedAt}
}

type customerBody struct{ Body customerShape }

func (a *API) listCustomers(ctx context.Context, _ backup.User, in *struct {
	Paging
	Search string `query:"search" maxLength:"200" doc:"Text in the name."`
},
) (*struct{ Body pageOf[customerShape] }, error) {
	var page store.Page[backup.Customer]
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
		page, err = tx.Customers(ctx, store.CustomerFilter{Search: in.Search, Cursor: in.Cursor, Limit: in.Limit})
		return err
	})
	return &struct{ Body pageOf[customerShape] }{shapePage(page, shapeCustomer)}, err
}

func (a *API) getCustomer(ctx context.Context, _ backup.User, in *PathID) (*customerBody, error) {
	var found backup.Customer
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
		found, err = tx.Customer(ctx, backup.CustomerID(in.ID))
		return err
	})
	return &customerBody{shapeCustomer(found)}, err
}

func (a *API) addCustomer(ctx context.Context, who backup.User, in *struct {
	Body struct {
		Name string `json:"name" maxLength:"200"`
	}
},
) (*customerBody, error) {
	var added backup.Customer
	err := a.db.Write(ctx, func(tx *store.Tx) (err error) {
		added, err = customer.Add(ctx, tx, who, in.Body.Name)
		return err
	})
	return &customerBody{shapeCustomer(added)}, err
}

func (a *API) updateCustomer(ctx context.Context, who backup.User, in *struct {
	PathID
	Body struct {
		Name   *string `json:"name,omitempty" maxLength:"200"`
		Active *bool   `json:"active,omitempty"`
	}
},
) (*customerBody, error) {
	var changed backup.Customer
	err := a.db.Write(ctx, func(tx *store.Tx) (err error) {
		changed, err = customer.Update(ctx, tx, who, backup.CustomerID(in.ID), customer.Change{Name: in.Body.Name, Active: in.Body.Active})
		return err
	})
	return &customerBody{shapeCustomer(changed)}, err
}

func (a *API) removeCustomer(ctx context.Context, who backup.User, in *PathID) (*struct{}, error) {
	return nil, a.db.Write(ctx, func(tx *store.Tx) error {
		return customer.Remove(ctx, tx, who, backup.CustomerID(in.ID))
	})
}

type mappingBody struct{ Body mappingShape }

func (a *API) mapCustomer(ctx context.Context, who backup.User, in *struct {
	PathID
	Body struct {
		CompanyID int64 `json:"company_id" minimum:"0" doc:"0 is a company too: the tenant's own."`
	}
},
) (*mappingBody, error) {
	mapping, err := a.tickets.Map(ctx, who, backup.CustomerID(in.ID), in.Body.CompanyID)
	return &mappingBody{shapeMapping(mapping)}, err
}

func (a *API) unmapCustomer(ctx context.Context, who backup.User, in *PathID) (*mappingBody, error) {
	mapping, err := a.tickets.Unmap(ctx, who, backup.CustomerID(in.ID))
	return &mappingBody{shapeMapping(mapping)}, err
}

func (a *API) refreshMapping(ctx context.Context, who backup.User, in *PathID) (*mappingBody, error) {
	mapping, err := a.tickets.RefreshMapping(ctx, who, backup.CustomerID(in.ID))
	return &mappingBody{shapeMapping(mapping)}, err
}

type companyShape struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Number string `json:"number"`
	Active bool   `json:"active"`
}

func shapeCompany(c ticket.Company) companyShape { return companyShape(c) }

func (a *API) searchCompanies(ctx context.Context, who backup.User, in *struct {
	Query string `query:"query" maxLength:"200" doc:"A part of the name or number."`
},
) (*struct{ Body pageOf[companyShape] }, error) {
	found, err := a.tickets.Companies(ctx, who, in.Query)
	return &struct{ Body pageOf[companyShape] }{pageOf[companyShape]{Items: each(found, shapeCompany)}}, err
}
