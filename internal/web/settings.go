package web

import (
	"net/http"

	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// settingsFrame is what pages under Settings share: the list of the sections beside them.
type settingsFrame struct {
	layout
	Sections []settingsSection
}

// settingsSection is a page under Settings.
type settingsSection struct {
	Path, Group, Label, Icon string
	About                    string // what is set there, as a sentence
	Begins                   bool   // the first of its group
	Current                  bool
}

// inSettings begins a page under Settings; path is that of its section.
func inSettings(path, title string) settingsFrame {
	sections := []settingsSection{
		{Path: "/settings/general", Label: "General", Icon: "clock", About: "The time zone in which days are judged, and the address of this site."},
		{Path: "/settings/autotask", Group: "Extensions & Integrations", Label: "Autotask", Icon: "ticket", About: "The connection to Autotask, and how its tickets are made and resolved."},
		{Path: "/settings/users", Group: "Access", Label: "Users", Icon: "users", About: "Who may sign in, and with which roles."},
		{Path: "/settings/tokens", Group: "Access", Label: "API tokens", Icon: "key", About: "Tokens with which scripts use the REST API for a user."},
		{Path: "/settings/audit", Group: "Records", Label: "Audit log", Icon: "history", About: "Who did what, when and from where."},
	}
	for i := range sections {
		sections[i].Current = sections[i].Path == path
		sections[i].Begins = sections[i].Group != "" && (i == 0 || sections[i-1].Group != sections[i].Group)
	}
	return settingsFrame{layout: layout{Title: title}, Sections: sections}
}

type settingsPage struct {
	settingsFrame
	TimeZone string
	Autotask string // how far the integration is, in words
}

func (*settingsPage) template() string { return "settings.html" }

func (s *Server) settingsPage(w http.ResponseWriter, r *http.Request) error {
	page := &settingsPage{settingsFrame: inSettings("/settings", "Settings")}
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		general, err := settings.LoadGeneral(r.Context(), tx)
		if err != nil {
			return err
		}
		page.TimeZone = general.TimeZone
		autotask, err := settings.LoadAutotask(r.Context(), tx)
		page.Autotask = autotaskProgress(autotask)
		return err
	})
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, page)
}

func autotaskProgress(set settings.AutotaskSettings) string {
	switch {
	case set.Enabled:
		return "On, " + environmentLabel(set.Environment)
	case set.UserName == "" && !set.PasswordSet:
		return "Off, not set up"
	}
	return "Off"
}

func environmentLabel(environment string) string {
	if environment == settings.Production {
		return "Production"
	}
	return "Sandbox"
}
