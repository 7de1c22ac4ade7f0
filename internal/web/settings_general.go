package web

import (
	_ "embed" // for the names of the time zones
	"net/http"
	"strings"

	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// timeZoneNames is what the field for the time zone proposes, a name a line; every other name
// of the IANA database is accepted too.
//
//go:embed time_zones.txt
var timeZoneNames string

type generalPage struct {
	settingsFrame
	Form   settings.General
	Faults faults
	Zones  []string
	Now    string // the time now in the zone, which shows whether it is the right one
}

func (*generalPage) template() string { return "settings_general.html" }

func (s *Server) generalPage(w http.ResponseWriter, r *http.Request) error {
	var general settings.General
	err := s.db.Read(r.Context(), func(tx *store.Tx) (err error) {
		general, err = settings.LoadGeneral(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return s.showGeneral(w, r, http.StatusOK, general, nil)
}

func (s *Server) saveGeneral(w http.ResponseWriter, r *http.Request) error {
	general := settings.General{TimeZone: r.FormValue("time_zone"), BaseURL: r.FormValue("base_url")}
	err := s.db.Write(r.Context(), func(tx *store.Tx) error {
		return settings.SaveGeneral(r.Context(), tx, userFrom(r.Context()), general)
	})
	if wrong := faultsOf(err); wrong != nil {
		return s.showGeneral(w, r, http.StatusUnprocessableEntity, general, wrong)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "The general settings are saved.", "/settings/general")
}

func (s *Server) showGeneral(w http.ResponseWriter, r *http.Request, status int, general settings.General, wrong faults) error {
	page := &generalPage{
		settingsFrame: inSettings("/settings/general", "General settings"),
		Form:          general, Faults: wrong, Zones: strings.Fields(timeZoneNames),
	}
	if wrong.In("time_zone") == "" {
		page.Now = s.now().In(general.Location()).Format("Mon 2 Jan 2006 15:04 (UTC-07:00)")
	}
	return s.show(w, r, status, page)
}
