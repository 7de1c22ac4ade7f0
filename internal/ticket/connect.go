package ticket

import (
	"context"
	"fmt"

	"backupchecks/internal/audit"
	"backupchecks/internal/autotask"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// TestConnection checks the stored credentials against Autotask and returns the zone's
// name. It is an administrator's own act and works while the integration is off.
func (s *Station) TestConnection(ctx context.Context, who backup.User) (string, error) {
	if err := backup.Require(who, backup.ManageSettings); err != nil {
		return "", err
	}
	desk, err := s.anyDesk(ctx)
	if err != nil {
		return "", err
	}
	zone, err := desk.client.Zone(ctx)
	if err != nil {
		return "", explain(err)
	}
	info, err := desk.client.TicketInformation(ctx)
	if err != nil {
		return "", explain(err)
	}
	if !info.CanCreate || !info.CanQuery {
		return "", backup.Errorf(backup.Refused, "The connection works, but the API user's security level does not allow it to find and create tickets.")
	}
	return zone.Name, nil
}

// RefreshReference loads the queues, sources, statuses and priorities of the tenant and
// keeps them for Settings. It is an administrator's own act and works while the
// integration is off.
func (s *Station) RefreshReference(ctx context.Context, who backup.User) (settings.Reference, error) {
	if err := backup.Require(who, backup.ManageSettings); err != nil {
		return settings.Reference{}, err
	}
	desk, err := s.anyDesk(ctx)
	if err != nil {
		return settings.Reference{}, err
	}
	fields, err := desk.client.TicketFields(ctx)
	if err != nil {
		return settings.Reference{}, explain(err)
	}
	reference := settings.Reference{
		Tenant: desk.set.Tenant(),
		Queues: choices(fields, "queueID"), Sources: choices(fields, "source"),
		Statuses: choices(fields, "status"), Priorities: choices(fields, "priority"),
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		reference.SyncedAt = tx.Now()
		if _, err := settings.SaveReference(ctx, tx, reference); err != nil {
			return err
		}
		return audit.Record(ctx, tx, who, audit.ReferenceRefreshed, "autotask", map[string]any{
			"queues": len(reference.Queues), "sources": len(reference.Sources),
		})
	})
	return reference, err
}

func choices(fields []autotask.Field, name string) []settings.Choice {
	values := autotask.Picklist(fields, name)
	list := make([]settings.Choice, 0, len(values))
	for _, value := range values {
		if id, ok := value.ID(); ok {
			list = append(list, settings.Choice{ID: id, Label: value.Label, Active: value.IsActive, Default: value.IsDefaultValue})
		}
	}
	return list
}

// Company is a company as found in Autotask. Its id leads; the name is for display only.
type Company struct {
	ID     int64
	Name   string
	Number string
	Active bool
}

// companyLimit is how many companies one search returns.
const companyLimit = 50

// Companies searches the tenant's companies by a part of their name or number.
func (s *Station) Companies(ctx context.Context, who backup.User, query string) ([]Company, error) {
	if err := backup.Require(who, backup.EditCustomers); err != nil {
		return nil, err
	}
	desk, err := s.desk(ctx)
	if err != nil {
		return nil, err
	}
	found, err := desk.client.Companies(ctx, query, companyLimit)
	if err != nil {
		return nil, explain(err)
	}
	companies := make([]Company, len(found))
	for i, company := range found {
		companies[i] = Company{ID: company.ID, Name: company.CompanyName, Number: company.CompanyNumber, Active: company.IsActive}
	}
	return companies, nil
}

// Map ties the customer to a company after reading it from Autotask. A company belongs to
// one customer at most.
func (s *Station) Map(ctx context.Context, who backup.User, id backup.CustomerID, companyID int64) (backup.Mapping, error) {
	return s.remap(ctx, who, id, audit.CustomerMapped, func(desk desk, _ backup.Mapping) (backup.Mapping, error) {
		company, err := desk.client.Company(ctx, companyID)
		if autotask.KindOf(err) == autotask.NotFound {
			return backup.Mapping{}, backup.Errorf(backup.Invalid, "Autotask has no company %d, or the API user may not see it.", companyID).In("company_id").Because(err)
		}
		if err != nil {
			return backup.Mapping{}, explain(err)
		}
		if !company.IsActive {
			return backup.Mapping{}, backup.Errorf(backup.Invalid, "Company %s is inactive in Autotask, so it cannot have new tickets.", company.CompanyName).In("company_id")
		}
		return backup.Mapping{
			CompanyID: &companyID, CompanyName: company.CompanyName,
			Status: backup.MappingOK, Environment: desk.set.Tenant(),
		}, nil
	})
}

// RefreshMapping reads the customer's company again. A new name is taken over and marked
// until a person has seen it; a company that is gone or inactive blocks tickets.
func (s *Station) RefreshMapping(ctx context.Context, who backup.User, id backup.CustomerID) (backup.Mapping, error) {
	return s.remap(ctx, who, id, audit.MappingChecked, func(desk desk, mapping backup.Mapping) (backup.Mapping, error) {
		if mapping.CompanyID == nil {
			return backup.Mapping{}, backup.Errorf(backup.Conflict, "The customer has no company in Autotask to refresh.")
		}
		if mapping.Environment != desk.set.Tenant() {
			return backup.Mapping{}, backup.Errorf(backup.Conflict, "The company was chosen under another environment; choose it anew.")
		}
		company, err := desk.client.Company(ctx, *mapping.CompanyID)
		if err != nil && autotask.KindOf(err) != autotask.NotFound {
			return backup.Mapping{}, explain(err)
		}
		switch {
		case err != nil || !company.IsActive:
			mapping.Status = backup.MappingInvalid
		case company.CompanyName != mapping.CompanyName:
			mapping.CompanyName, mapping.Status = company.CompanyName, backup.MappingRenamed
		case mapping.Status != backup.MappingRenamed:
			mapping.Status = backup.MappingOK
		}
		return mapping, nil
	})
}

// Unmap takes the company from the customer. Tickets made before stay.
func (s *Station) Unmap(ctx context.Context, who backup.User, id backup.CustomerID) (backup.Mapping, error) {
	if err := backup.Require(who, backup.EditCustomers); err != nil {
		return backup.Mapping{}, err
	}
	none := backup.Mapping{Status: backup.MappingMissing}
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		before, err := tx.Customer(ctx, id)
		if err != nil {
			return err
		}
		return saveMapping(ctx, tx, who, before, none, audit.CustomerUnmapped)
	})
	return none, err
}

// remap asks Autotask outside of any transaction and then stores what it learned.
func (s *Station) remap(ctx context.Context, who backup.User, id backup.CustomerID, action string,
	ask func(desk, backup.Mapping) (backup.Mapping, error),
) (backup.Mapping, error) {
	if err := backup.Require(who, backup.EditCustomers); err != nil {
		return backup.Mapping{}, err
	}
	var customer backup.Customer
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		var err error
		customer, err = tx.Customer(ctx, id)
		return err
	})
	if err != nil {
		return backup.Mapping{}, err
	}
	desk, err := s.desk(ctx)
	if err != nil {
		return backup.Mapping{}, err
	}
	mapping, err := ask(desk, customer.Mapping)
	if err != nil {
		return backup.Mapping{}, err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		mapping.SyncedAt = new(tx.Now())
		return saveMapping(ctx, tx, who, customer, mapping, action)
	})
	return mapping, err
}

func saveMapping(ctx context.Context, tx *store.Tx, who backup.User, before backup.Customer, after backup.Mapping, action string) error {
	if err := tx.SetMapping(ctx, before.ID, after); err != nil {
		return err
	}
	return audit.Record(ctx, tx, who, action, fmt.Sprintf("customer %d", before.ID), map[string]any{
		"customer": before.Name, "before": before.Mapping.CompanyID, "after": after.CompanyID,
		"company": after.CompanyName, "status": after.Status,
	})
}
