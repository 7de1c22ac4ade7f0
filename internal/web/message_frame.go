package web

import (
	"html"
	"net/http"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/store"
)

// messageFrame answers with a mail as HTML for a sealed frame: whatever the mail holds, it
// runs nothing, loads nothing and leads nowhere. What cannot be shown is said in the frame.
func (s *Server) messageFrame(w http.ResponseWriter, r *http.Request) error {
	status := http.StatusOK
	var page string
	raw, err := s.rawMessage(r)
	switch kind, sentence := backup.Explain(err); {
	case err == nil:
		page = framePage(raw)
	case kind == backup.NotFound:
		status, page = http.StatusNotFound, noteInFrame(sentence)
	default:
		return err
	}
	header := w.Header()
	header.Set("Content-Security-Policy", message.FramePolicy)
	header.Set("X-Frame-Options", "SAMEORIGIN")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// The only failure left is a visitor who went away.
	_, _ = strings.NewReader(page).WriteTo(w)
	return nil
}

// framePage is the mail, or why there is nothing of it to show.
func framePage(raw []byte) string {
	mail, err := message.Decode(raw)
	if err != nil {
		_, sentence := backup.Explain(err)
		return noteInFrame(sentence)
	}
	if page, ok := mail.Page(); ok {
		return page
	}
	return noteInFrame("This mail has no text. What it holds is in its attachments.")
}

// noteInFrame is one of our own sentences as the page of the frame.
func noteInFrame(sentence string) string {
	return `<p style="font:14px sans-serif;color:#555">` + html.EscapeString(sentence) + `</p>`
}

// rawMessage reads the mail that the path names, as it came.
func (s *Server) rawMessage(r *http.Request) (raw []byte, err error) {
	id, err := pathID[backup.MessageID](r, "id")
	if err != nil {
		return nil, err
	}
	err = s.db.Read(r.Context(), func(tx *store.Tx) error {
		if _, err := tx.Message(r.Context(), id); err != nil {
			return err
		}
		raw, err = tx.RawMessage(r.Context(), id)
		return err
	})
	return raw, err
}
