package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backupchecks/internal/app"
	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/secret"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// Password is that of every user of the demo.
const Password = "demo"

// nightsPlayed is how many nights the instance has seen: two weeks and the last one.
const nightsPlayed = 15

// Users lists the users of the demo; each has the role of that name.
func Users() []backup.Role { return backup.Roles() }

// story is the two weeks that the instance has behind it, played through its own stations.
type story struct {
	clock     *clock
	nights    []Night
	app       *app.App
	keys      secret.Keys
	admin     backup.User
	operator  backup.User
	customers map[string]backup.CustomerID // by name
}

// newStory makes the mails of the nights up to the last one that has ended. A night is over
// when the service desk begins to work.
func newStory(o Options, c *clock) *story {
	const begin = "08:00"
	morning := o.Now().In(location(siteZone))
	if morning.Before(siteTime(morning, begin)) {
		morning = morning.AddDate(0, 0, -1)
	}
	return &story{clock: c, nights: Nights(o.Seed, morning, nightsPlayed), customers: map[string]backup.CustomerID{}}
}

// play sets the instance up and works through the nights: on each morning the mails come in,
// the operator approves what is new, makes tickets and reviews every run. Only the last
// night is left as it came.
func (s *story) play(ctx context.Context, a *app.App, keys secret.Keys, url string) error {
	s.app, s.keys = a, keys
	s.clock.set(siteTime(s.nights[0].Morning, "07:00"))
	if err := s.addUsers(ctx); err != nil {
		return err
	}
	if err := s.setUpSite(ctx, url); err != nil {
		return err
	}
	for i, night := range s.nights {
		s.clock.set(siteTime(night.Morning, "07:45"))
		receipts, err := s.receive(ctx, night)
		if err != nil {
			return fmt.Errorf("play the night before %s: %w", night.Morning.Format(time.DateOnly), err)
		}
		if i == len(s.nights)-1 {
			break
		}
		if err := s.work(ctx, night, receipts, i == 0); err != nil {
			return fmt.Errorf("play the morning of %s: %w", night.Morning.Format(time.DateOnly), err)
		}
	}
	return nil
}

func (s *story) addUsers(ctx context.Context) error {
	setUp := backup.System("demo")
	for _, role := range Users() {
		user, err := s.app.Auth.AddUser(ctx, setUp, string(role), Password, []backup.Role{role})
		if err != nil {
			return fmt.Errorf("add user %s: %w", role, err)
		}
		switch role {
		case backup.Admin:
			s.admin = user
		case backup.Operator:
			s.operator = user
		}
	}
	return nil
}

// setUpSite fills the settings as an administrator does: first the credentials, then, with
// the tenant's lists at hand, what new tickets look like.
func (s *story) setUpSite(ctx context.Context, url string) error {
	api := autotasksim.DefaultSeed().Users[0]
	set := settings.DefaultAutotask()
	set.UserName, set.TrackingIdentifier, set.BaseURL, set.AllowResolve = api.Name, api.IntegrationCode, url, true
	password := secret.New(api.Secret)
	err := s.app.DB.Write(ctx, func(tx *store.Tx) error {
		if err := settings.SaveGeneral(ctx, tx, s.admin, settings.General{TimeZone: siteZone, BaseURL: url}); err != nil {
			return err
		}
		return settings.SaveAutotask(ctx, tx, s.admin, s.keys, set, &password)
	})
	if err != nil {
		return fmt.Errorf("save the settings: %w", err)
	}
	reference, err := s.app.Tickets.RefreshReference(ctx, s.admin)
	if err != nil {
		return fmt.Errorf("read the simulator's lists: %w", err)
	}
	for _, one := range []struct {
		id    **int64
		list  []settings.Choice
		label string
	}{
		{&set.QueueID, reference.Queues, "Helpdesk"},
		{&set.SourceID, reference.Sources, "Monitoring Alert"},
		{&set.StatusID, reference.Statuses, "New"},
		{&set.PriorityWarning, reference.Priorities, "Medium"},
		{&set.PriorityError, reference.Priorities, "High"},
	} {
		at := slices.IndexFunc(one.list, func(c settings.Choice) bool { return c.Label == one.label })
		if at < 0 {
			return fmt.Errorf("the simulator's lists have no %q", one.label)
		}
		*one.id = &one.list[at].ID
	}
	set.Enabled = true
	return s.app.DB.Write(ctx, func(tx *store.Tx) error {
		return settings.SaveAutotask(ctx, tx, s.admin, s.keys, set, nil)
	})
}

// receive stores the mails of a night. The receipts stand in the order of its mails.
func (s *story) receive(ctx context.Context, night Night) ([]ingest.Receipt, error) {
	mails := make([]ingest.Mail, len(night.Mails))
	for i, mail := range night.Mails {
		mails[i] = ingest.Mail{Raw: mail.Raw, Source: "file"}
	}
	return s.app.Ingest.AcceptAll(ctx, mails)
}

// work is the operator's morning.
func (s *story) work(ctx context.Context, night Night, receipts []ingest.Receipt, first bool) error {
	s.clock.set(siteTime(night.Morning, "08:20"))
	if err := s.approve(ctx, night, receipts); err != nil {
		return err
	}
	if first {
		if err := s.mapCustomers(ctx); err != nil {
			return err
		}
	}
	s.clock.set(siteTime(night.Morning, "08:50"))
	var runs []backup.RunID
	for i, receipt := range receipts {
		runs = append(runs, receipt.RunIDs...)
		if !night.Mails[i].Ticket {
			continue
		}
		if _, err := s.app.Tickets.Create(ctx, s.operator, receipt.RunIDs[0]); err != nil {
			return fmt.Errorf("make a ticket: %w", err)
		}
	}
	_, err := s.app.Review.Runs(ctx, s.operator, runs, "")
	return err
}

// approve takes the mails of jobs that were not known out of the Inbox, and notes their runs
// in the receipts.
func (s *story) approve(ctx context.Context, night Night, receipts []ingest.Receipt) error {
	for i, receipt := range receipts {
		mail := night.Mails[i]
		if receipt.State != backup.InInbox || mail.Waits {
			continue
		}
		approved, err := s.app.Ingest.Approve(ctx, s.operator, receipt.MessageID, ingest.Approval{CustomerName: mail.Customer})
		if err != nil {
			return fmt.Errorf("approve %s of %s: %w", mail.Meaning.Job, mail.Customer, err)
		}
		receipts[i].RunIDs = approved.RunIDs
		s.customers[approved.Customer.Name] = approved.Customer.ID
	}
	return nil
}

// mapCustomers ties the customers to their companies.
func (s *story) mapCustomers(ctx context.Context) error {
	for _, c := range Customers() {
		id, known := s.customers[c.Name]
		if !known {
			return fmt.Errorf("no mail of %s was approved", c.Name)
		}
		if _, err := s.app.Tickets.Map(ctx, s.operator, id, c.CompanyID); err != nil {
			return fmt.Errorf("map %s: %w", c.Name, err)
		}
	}
	return nil
}
