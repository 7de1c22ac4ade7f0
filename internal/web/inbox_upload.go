package web

import (
	"fmt"
	"io"
	"mime/multipart"
	"net/http"

	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/store"
)

// uploadView says what became of one uploaded file.
type uploadView struct {
	Name     string
	Sentence string
	Path     string // the address of the mail, empty when there is none
	Fault    bool
}

// uploadMail takes mails as files. Each is kept and read on its own; what cannot be decoded
// waits in the Inbox with the reason, as it does by every other way.
func (s *Server) uploadMail(w http.ResponseWriter, r *http.Request) error {
	if r.MultipartForm == nil || len(r.MultipartForm.File["mail"]) == 0 {
		return s.showInbox(w, r, http.StatusUnprocessableEntity, inboxWish{
			place: inboxPlaceOf(r), uploads: []uploadView{{Sentence: "Choose one or more mails saved as .eml files.", Fault: true}},
		})
	}
	// The server forgets the files of a request that was handed on as a copy.
	defer r.MultipartForm.RemoveAll() //nolint:errcheck // they lie in the folder for temporary files
	var results []uploadView
	for _, file := range r.MultipartForm.File["mail"] {
		result, err := s.acceptFile(r, file)
		if err != nil {
			return err
		}
		results = append(results, result)
	}
	return s.showInbox(w, r, http.StatusOK, inboxWish{place: inboxPlaceOf(r), uploads: results})
}

// uploadedBefore leads somebody who comes back to an upload's address to the list.
func (s *Server) uploadedBefore(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/inbox", http.StatusSeeOther)
	return nil
}

func (s *Server) acceptFile(r *http.Request, header *multipart.FileHeader) (uploadView, error) {
	file, err := header.Open()
	if err != nil {
		return uploadView{}, fmt.Errorf("open upload: %w", err)
	}
	defer file.Close()
	raw, err := io.ReadAll(file)
	if err != nil {
		return uploadView{}, fmt.Errorf("read upload: %w", err)
	}
	result := uploadView{Name: fileName(header.Filename)}
	if len(raw) == 0 {
		result.Sentence, result.Fault = "This file is empty.", true
		return result, nil
	}
	receipt, err := s.ingest.Accept(r.Context(), ingest.Mail{Raw: raw, Source: "upload"})
	if err != nil {
		return result, err
	}
	var msg backup.Message
	err = s.db.Read(r.Context(), func(tx *store.Tx) error {
		msg, err = tx.Message(r.Context(), receipt.MessageID)
		return err
	})
	result.Path, result.Fault = inboxPlace{}.path(receipt.MessageID), msg.Problem != ""
	result.Sentence = receivedSentence(receipt, msg)
	return result, err
}

func receivedSentence(receipt ingest.Receipt, msg backup.Message) string {
	switch {
	case msg.Problem != "":
		return msg.Problem + " It is kept in the Inbox."
	case receipt.Known:
		return "This mail was here before; nothing changed."
	case receipt.State == backup.Filed:
		return "Filed itself and made " + counted(len(receipt.RunIDs), "run") + "."
	case receipt.State == backup.Informational:
		return "Informational; it makes no run."
	}
	return "Waits in the Inbox for a person."
}
