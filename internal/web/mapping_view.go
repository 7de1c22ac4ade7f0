package web

import (
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
)

// mappingView is a customer's company in Autotask as pages show it: a word and a shape, and
// what to do about it.
type mappingView struct {
	Mapped    bool
	CompanyID int64
	Company   string
	State     string // "ok", "renamed", "missing", "invalid" or "elsewhere"
	Word      string
	Icon      string
	Cure      string // what to do, in a few words; empty where nothing is
	Sentence  string // what the state means
	Synced    *whenView
}

// viewMapping judges the mapping under the tenant that the settings name now.
func viewMapping(m backup.Mapping, set settings.AutotaskSettings, clock clock) mappingView {
	view := mappingView{Company: m.CompanyName, Synced: clock.maybe(m.SyncedAt)}
	if m.CompanyID == nil {
		view.State, view.Word, view.Icon = "missing", "No company", "help-circle"
		view.Cure, view.Sentence = "Choose a company", "Tickets cannot be created for this customer before a company is chosen."
		return view
	}
	view.Mapped, view.CompanyID = true, *m.CompanyID
	switch {
	case m.Environment != set.Tenant():
		view.State, view.Word, view.Icon = "elsewhere", "Other environment", "history"
		view.Cure = "Choose the company anew"
		view.Sentence = "This company was chosen under another Autotask environment or API user, so the mapping is inactive."
	case m.Status == backup.MappingOK:
		view.State, view.Word, view.Icon = "ok", "OK", "circle-check"
		view.Sentence = "The company was found in Autotask under this name."
	case m.Status == backup.MappingRenamed:
		view.State, view.Word, view.Icon = "renamed", "Renamed", "pencil"
		view.Cure = "Confirm the new name"
		view.Sentence = "The company has a new name in Autotask. It is the same company, tickets are created as before, and the customer's own name here does not change."
	default:
		view.State, view.Word, view.Icon = "invalid", "Broken", "alert-triangle"
		view.Cure = "Choose another company"
		view.Sentence = "The company was deleted or is inactive in Autotask, or the API user may not see it. Tickets cannot be created for this customer."
	}
	return view
}
