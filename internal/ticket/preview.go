package ticket

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// Preview is exactly what creating the ticket would send, and what stands in its way.
type Preview struct {
	Run         backup.Run
	Customer    backup.Customer
	Title       string
	Description string
	Company     string // the mapped company with its id: "ACME Holding B.V. (175)"
	Queue       string
	Source      string
	Status      string
	Priority    string
	BlockedBy   []Block         // empty when the ticket can be created
	OpenOfJob   []backup.Ticket // open tickets of other runs of this job

	priorityID int64
	settings   settings.AutotaskSettings
}

// Block is one reason why a ticket cannot be created, as a sentence, with the page on which
// it can be cured. Cure may be empty.
type Block struct {
	Sentence string
	Cure     string // a path: "/settings/autotask"
}

// Preview says what would be sent for the run, without asking Autotask.
func (s *Station) Preview(ctx context.Context, who backup.User, id backup.RunID) (Preview, error) {
	if err := backup.Require(who, backup.ManageTickets); err != nil {
		return Preview{}, err
	}
	var preview Preview
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		var err error
		preview, err = s.preview(ctx, tx, id)
		return err
	})
	return preview, err
}

func (s *Station) preview(ctx context.Context, tx *store.Tx, id backup.RunID) (Preview, error) {
	run, err := tx.Run(ctx, id)
	if err != nil {
		return Preview{}, err
	}
	customer, err := tx.Customer(ctx, run.Job.CustomerID)
	if err != nil {
		return Preview{}, err
	}
	set, err := s.settings(ctx, tx)
	if err != nil {
		return Preview{}, err
	}
	reference, err := settings.LoadReference(ctx, tx)
	if err != nil {
		return Preview{}, err
	}
	general, err := settings.LoadGeneral(ctx, tx)
	if err != nil {
		return Preview{}, err
	}
	open, err := tx.OpenTicketsOfJob(ctx, run.Job.ID, 10)
	if err != nil {
		return Preview{}, err
	}
	content := Compose(run, link(set.BaseURL, run.ID), general.Location(), set.MaxObjects)
	preview := Preview{
		Run: run, Customer: customer, Title: content.Title, Description: content.Description,
		Company: companyLabel(customer.Mapping), OpenOfJob: open, settings: set,
		Queue: reference.Label(reference.Queues, set.QueueID), Source: reference.Label(reference.Sources, set.SourceID),
		Status: reference.Label(reference.Statuses, set.StatusID),
	}
	if priority := priorityFor(run.Status, set); priority != nil {
		preview.priorityID = *priority
		preview.Priority = reference.Label(reference.Priorities, priority)
	}
	preview.BlockedBy = blocks(run, customer, set)
	return preview, nil
}

// priorityFor maps a run's status to a priority; nil when none is chosen. A missed run counts
// as an error unless it has a priority of its own.
func priorityFor(status backup.Status, set settings.AutotaskSettings) *int64 {
	switch status {
	case backup.StatusWarning:
		return set.PriorityWarning
	case backup.StatusError:
		return set.PriorityError
	case backup.StatusMissed:
		return cmp.Or(set.PriorityMissed, set.PriorityError)
	}
	return nil
}

const settingsPage = "/settings/autotask"

// blocks lists everything that stands in the way of creating a ticket for the run.
func blocks(run backup.Run, customer backup.Customer, set settings.AutotaskSettings) []Block {
	var all []Block
	add := func(blocked bool, cure, sentence string, args ...any) {
		if blocked {
			all = append(all, Block{Sentence: fmt.Sprintf(sentence, args...), Cure: cure})
		}
	}
	add(!set.Enabled, settingsPage, "The Autotask integration is switched off.")
	add(!set.PasswordSet || set.UserName == "" || set.TrackingIdentifier == "", settingsPage,
		"The Autotask credentials are not complete.")
	add(set.BaseURL == "", settingsPage, "The base URL of Backupchecks is not set, so the ticket could not link to this run.")
	add(set.QueueID == nil, settingsPage, "No queue is chosen for new tickets.")
	add(set.SourceID == nil, settingsPage, "No source is chosen for new tickets.")
	add(set.StatusID == nil, settingsPage, "No status is chosen for new tickets.")
	trouble := run.Status != backup.StatusSuccess
	add(!trouble, "", "This run succeeded, so there is no trouble to open a ticket for.")
	add(trouble && priorityFor(run.Status, set) == nil, settingsPage, "No priority is chosen for runs with status %s.", run.Status.Label())

	page := fmt.Sprintf("/customers/%d", customer.ID)
	mapping := customer.Mapping
	switch {
	case mapping.CompanyID == nil:
		add(true, page, "Customer %s has no company in Autotask yet.", customer.Name)
	case mapping.Environment != set.Tenant():
		add(true, page, "The Autotask company of customer %s was chosen under another environment.", customer.Name)
	case !mapping.AllowsTickets():
		add(true, page, "The Autotask company of customer %s is no longer usable: it was deleted, made inactive or cannot be read.", customer.Name)
	}
	return all
}

func companyLabel(mapping backup.Mapping) string {
	if mapping.CompanyID == nil {
		return ""
	}
	return fmt.Sprintf("%s (%d)", mapping.CompanyName, *mapping.CompanyID)
}

// link is the address of the run's Job Details page, which every ticket carries.
func link(baseURL string, id backup.RunID) string {
	address, err := url.JoinPath(baseURL, fmt.Sprintf("/runs/%d", id))
	if err != nil {
		return strings.TrimRight(baseURL, "/") + fmt.Sprintf("/runs/%d", id)
	}
	return address
}

// dueIn is when a new ticket is due. Autotask demands a due date unless the tenant's ticket
// category supplies one, so one is always sent.
const dueIn = 24 * time.Hour
