package web

import (
	"fmt"
	"net/http"

	"backupchecks/internal/backup"
)

// messageRaw answers with a mail as it came, to be saved as a file and never shown.
func (s *Server) messageRaw(w http.ResponseWriter, r *http.Request) error {
	raw, err := s.rawMessage(r)
	if err != nil {
		return err
	}
	id, err := pathID[backup.MessageID](r, "id")
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Content-Type", "message/rfc822")
	header.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="mail-%d.eml"`, id))
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	// The only failure left is a visitor who went away.
	_, _ = w.Write(raw)
	return nil
}
