package web

import (
	"fmt"
	"net/http"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
)

// maxShownText is how much of a mail's text is shown beside the frame, in bytes.
const maxShownText = 256 << 10

// inboxMailView is one mail as the Inbox shows it: what was read, the form to approve it, and the
// mail itself.
type inboxMailView struct {
	ID         backup.MessageID
	State      backup.MessageState
	Back       string // the address of the list
	Subject    []passage
	From       string
	FromName   string
	To         string
	Sent       *whenView
	Received   whenView
	Zone       string
	Source     string
	Size       string
	Files      []attachmentView
	FramePath  string
	RawPath    string
	Problem    string // why it could not be decoded
	Text       []passage
	TextIsCut  bool
	TextFirst  bool // the mail has no HTML, so that its text says all
	Parser     string
	Confidence string
	Why        string // why it waits
	Results    []inboxResult
	Proofs     []proofView // those that stand at no field
	Problems   []string
	Runs       []backup.RunID
	Customer   string // whose runs it made
	MayAct     bool
	CanApprove bool
	Blocked    string // why it cannot be approved
	Similar    int    // waiting mails that will be filed with it
	Search     string
	Form       approveForm
}

type attachmentView struct{ Name, Type, Size string }

func (s *Server) viewMail(r *http.Request, study mailStudy, place inboxPlace, form *approveForm) *inboxMailView {
	msg, now := study.message, study.clock
	view := &inboxMailView{
		ID: msg.ID, State: msg.State, Back: place.path(0), From: senderOf(msg), To: msg.To,
		Sent: now.maybe(msg.SentAt), Received: now.at(msg.ReceivedAt), Zone: now.zone.String(), Source: msg.Source, Size: sizeOf(msg.Size),
		FramePath: fmt.Sprintf("/messages/%d/frame", msg.ID), RawPath: fmt.Sprintf("/messages/%d/raw", msg.ID),
		Problem: msg.Problem, Parser: msg.Reading.Parser, Confidence: confidenceWord(msg.Reading), Why: study.why(),
		Runs: msg.RunIDs, MayAct: backup.May(userFrom(r.Context()), backup.ApproveMail), Similar: study.similar,
		Search: place.search,
	}
	if msg.Customer != nil {
		view.Customer = msg.Customer.Name
	}
	view.Subject = markProofs(subjectOf(msg), proofTexts(msg.Reading))
	if form == nil {
		form = freshForm(study)
	}
	view.Form = *form
	view.readOut(study)
	view.CanApprove = msg.State == backup.InInbox && len(msg.Reading.Outcomes) > 0
	if msg.State == backup.InInbox && !view.CanApprove {
		view.Blocked = "There is no result in this mail to make a run of, so it cannot be approved. Delete it if nobody needs it, or read it again after an update."
	}
	view.showMail(study)
	return view
}

// showMail fills in what only the mail itself knows: its text and its files.
func (v *inboxMailView) showMail(study mailStudy) {
	mail, err := message.Decode(study.raw)
	if err != nil {
		return
	}
	v.FromName = mail.FromName
	for _, file := range mail.Attachments {
		v.Files = append(v.Files, attachmentView{Name: fileName(file.Name), Type: file.ContentType, Size: sizeOf(len(file.Data))})
	}
	text := strings.TrimSpace(mail.Text)
	if len(text) > maxShownText {
		text, v.TextIsCut = strings.ToValidUTF8(text[:maxShownText], ""), true
	}
	v.TextFirst = strings.TrimSpace(mail.HTML) == "" && text != ""
	v.Text = markProofs(text, proofTexts(study.message.Reading))
}

func fileName(name string) string {
	if name == "" {
		return "without a name"
	}
	return name
}

// sizeOf says a number of bytes as people do.
func sizeOf(bytes int) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d bytes", bytes)
	case bytes < 1<<20:
		return fmt.Sprintf("%.0f KB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
}
