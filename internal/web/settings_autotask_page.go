package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/ticket"
)

// autotaskPage shows the settings of the integration, as stored or as a person just sent them.
type autotaskPage struct {
	settingsFrame
	Form       settings.AutotaskSettings
	Stored     settings.AutotaskSettings
	MaxObjects string
	Faults     faults
	General    string // the fault that belongs to no field

	Selects      autotaskSelects
	SuggestedURL bool // the base URL is the site's own and not stored here yet
	SyncedAt     *whenView
	Outcome      autotaskOutcome

	ResolvedNote, TimeEntriesNote string
}

func (*autotaskPage) template() string { return "settings_autotask.html" }

// autotaskSelects are the fields that are chosen from the tenant's lists.
type autotaskSelects struct {
	Source, Queue, Status                          choiceView
	PriorityWarning, PriorityError, PriorityMissed choiceView
	Complete                                       choiceView
}

// choiceView is a field that is chosen from a list.
type choiceView struct {
	Name, Label, Hint string
	None              string // what no choice is called
	Options           []optionView
	Suggested         bool // nothing is stored; what is preselected is a proposal
	Fault             string
}

type optionView struct {
	Value, Label string
	Selected     bool
}

func (s *Server) showStoredAutotask(w http.ResponseWriter, r *http.Request, outcome autotaskOutcome) error {
	return s.showAutotask(w, r, http.StatusOK, nil, nil, outcome)
}

// showAutotask shows the page with what is stored, or with the form that a person sent.
func (s *Server) showAutotask(w http.ResponseWriter, r *http.Request, status int, form *autotaskForm, wrong faults, outcome autotaskOutcome) error {
	page := &autotaskPage{
		settingsFrame: inSettings("/settings/autotask", "Autotask settings"),
		Faults:        wrong, General: wrong.In(""), Outcome: outcome,
		ResolvedNote: ticket.ResolvedNote, TimeEntriesNote: ticket.TimeEntriesNote,
	}
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		clock, err := readClock(r.Context(), tx)
		if err != nil {
			return err
		}
		if page.Stored, err = settings.LoadAutotask(r.Context(), tx); err != nil {
			return err
		}
		ref, err := settings.LoadReference(r.Context(), tx)
		if err != nil {
			return err
		}
		if !ref.SyncedAt.IsZero() {
			page.SyncedAt = new(clock.at(ref.SyncedAt))
		}
		page.Form, page.MaxObjects = page.Stored, strconv.Itoa(page.Stored.MaxObjects)
		if form != nil {
			page.Form, page.MaxObjects = form.Set, form.MaxObjects
		}
		page.Selects = selectsOf(page.Form, ref, wrong, form == nil)
		if general, err := settings.LoadGeneral(r.Context(), tx); err == nil && form == nil && page.Form.BaseURL == "" && general.BaseURL != "" {
			page.Form.BaseURL, page.SuggestedURL = general.BaseURL, true
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.show(w, r, status, page)
}

// selectsOf fills the fields. With suggest, a field without a choice proposes the value that
// carries the usual label; it is stored only when the person saves.
func selectsOf(set settings.AutotaskSettings, ref settings.Reference, wrong faults, suggest bool) autotaskSelects {
	field := func(name, label, hint string, id *int64, list []settings.Choice, usual string) choiceView {
		view := choiceView{Name: name, Label: label, Hint: hint, None: "Not chosen", Fault: wrong.In(name)}
		if id == nil && suggest {
			if proposed := labelled(list, usual); proposed != nil {
				id, view.Suggested = proposed, true
			}
		}
		view.Options = optionsOf(list, id, ref.SyncedAt.IsZero())
		return view
	}
	var complete *int64
	if set.CompleteStatusID != 0 {
		complete = &set.CompleteStatusID
	}
	selects := autotaskSelects{
		Source:          field("source_id", "Ticket source", "Where a ticket is said to come from.", set.SourceID, ref.Sources, "Monitoring Alert"),
		Queue:           field("queue_id", "Queue", "Where new tickets wait.", set.QueueID, ref.Queues, "Helpdesk"),
		Status:          field("status_id", "Status", "Of a new ticket.", set.StatusID, ref.Statuses, "New"),
		PriorityWarning: field("priority_warning", "Priority for a warning", "", set.PriorityWarning, ref.Priorities, "Medium"),
		PriorityError:   field("priority_error", "Priority for an error", "", set.PriorityError, ref.Priorities, "High"),
		PriorityMissed:  field("priority_missed", "Priority for a missed run", "", set.PriorityMissed, ref.Priorities, ""),
		Complete:        field("complete_status_id", "Status that means complete", "Resolving a ticket sets it, and a ticket in it counts as closed.", complete, ref.Statuses, "Complete"),
	}
	selects.PriorityMissed.None = "As for an error"
	return selects
}

// labelled returns the id of the active value that has the label, and nil without one or
// with several.
func labelled(list []settings.Choice, label string) *int64 {
	var found []int64
	for _, choice := range list {
		if choice.Active && label != "" && backup.Fold(choice.Label) == backup.Fold(label) {
			found = append(found, choice.ID)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return &found[0]
}

// optionsOf offers the active values by label. The chosen one stays, and says what became of
// it, when it is inactive, gone or not known because the lists were never read.
func optionsOf(list []settings.Choice, chosen *int64, unread bool) []optionView {
	list = slices.SortedStableFunc(slices.Values(list), func(a, b settings.Choice) int { return cmp.Compare(backup.Fold(a.Label), backup.Fold(b.Label)) })
	var options []optionView
	known := chosen == nil
	for _, choice := range list {
		selected := chosen != nil && choice.ID == *chosen
		known = known || selected
		label := choice.Label
		switch {
		case choice.Active:
		case selected:
			label += " (inactive in Autotask)"
		default:
			continue
		}
		options = append(options, optionView{Value: strconv.FormatInt(choice.ID, 10), Label: label, Selected: selected})
	}
	if !known {
		id := strconv.FormatInt(*chosen, 10)
		label := "Id " + id + " (no longer in Autotask)"
		if unread {
			label = "Id " + id + " (the lists are not read yet)"
		}
		options = append(options, optionView{Value: id, Label: label, Selected: true})
	}
	return options
}
