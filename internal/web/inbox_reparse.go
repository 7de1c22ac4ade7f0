package web

import (
	"net/http"
	"reflect"

	"backupchecks/internal/backup"
)

// reparseMail reads a mail again with today's parsers and says what that changed.
func (s *Server) reparseMail(w http.ResponseWriter, r *http.Request) error {
	before, err := s.inboxMessage(r)
	if err != nil {
		return err
	}
	if err := s.ingest.Reparse(r.Context(), userFrom(r.Context()), before.ID); err != nil {
		return err
	}
	after, err := s.inboxMessage(r)
	if err != nil {
		return err
	}
	next := inboxPlaceOf(r).first().path(after.ID)
	if before.State != after.State && after.State == backup.Filed {
		if next, err = s.pathAfter(r, before); err != nil {
			return err
		}
	}
	return s.done(w, r, reparsedSentence(before, after), "%s", next)
}

func reparsedSentence(before, after backup.Message) string {
	switch {
	case before.State != after.State && after.State == backup.Filed:
		return "Read again: it files itself now and made " + counted(len(after.RunIDs), "run") + "."
	case before.State != after.State && after.State == backup.Informational:
		return "Read again: it is informational and makes no run."
	case !reflect.DeepEqual(before.Reading, after.Reading):
		return "Read again with today's parsers: the reading has changed."
	}
	return "Read again with today's parsers: nothing has changed."
}
