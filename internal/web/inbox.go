package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Limits on what one page of the Inbox shows.
const (
	inboxRows     = 50
	maxCustomers  = 5000 // offered while a name is typed
	customersStep = 500
)

type inboxPage struct {
	layout
	Tabs      []inboxTab
	State     backup.MessageState // which tab is shown
	Search    string
	Rows      []mailRow
	Newest    string // the address of the first page, empty on it
	Older     string // the address of the page after this one, empty on the last
	Clear     string // the address of the tab without a search
	Mail      *inboxMailView
	Opened    bool // the address names the mail; on a phone the mail is shown, not the list
	MayAct    bool
	Undo      *inboxUndo
	Uploads   []uploadView
	Customers []string // offered while a name is typed
}

func (*inboxPage) template() string { return "inbox.html" }

type inboxTab struct {
	Label, Path string
	Count       int
	Current     bool
}

// mailRow is a mail as the list shows it.
type mailRow struct {
	ID            backup.MessageID
	Path          string
	Subject       string
	From          string
	When          whenView
	Status        backup.Status
	Understood    bool // a result was read
	Informational bool
	What          string // whose mail it is: product and job
	Confidence    string // empty where the row says as much already
	Troubled      bool
	Current       bool
}

// inboxUndo offers to bring back the mail that was deleted just now.
type inboxUndo struct {
	ID      backup.MessageID
	Subject string
}

// inboxPlace is where in the Inbox a person is; it stands in the address.
type inboxPlace struct {
	state  backup.MessageState
	search string
	after  string // a page's cursor
}

// inboxStates are the tabs, in order.
func inboxStates() []backup.MessageState {
	return []backup.MessageState{backup.InInbox, backup.Informational, backup.Deleted}
}

// inboxPlaceOf reads the place from the address or the form. An unknown tab is the first.
func inboxPlaceOf(r *http.Request) inboxPlace {
	place := inboxPlace{
		state:  backup.MessageState(r.FormValue("show")),
		search: searchOf(r),
		after:  r.FormValue("after"),
	}
	if !slices.Contains(inboxStates(), place.state) {
		place.state = backup.InInbox
	}
	return place
}

// path is the address of the place with a mail opened, or, for none, of the list.
func (p inboxPlace) path(mail backup.MessageID) string {
	address := "/inbox"
	query := url.Values{}
	if mail != 0 {
		address += "/" + strconv.FormatInt(int64(mail), 10)
	} else if p.state != backup.InInbox {
		query.Set("show", string(p.state))
	}
	if p.search != "" {
		query.Set("q", p.search)
	}
	if p.after != "" {
		query.Set("after", p.after)
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// first is the same place at the first page of the list.
func (p inboxPlace) first() inboxPlace { return inboxPlace{state: p.state, search: p.search} }

// inboxWish is what to show of the Inbox.
type inboxWish struct {
	place   inboxPlace
	mail    backup.MessageID // zero opens the first one listed
	undo    backup.MessageID
	form    *approveForm // what was entered and refused; nil for a fresh form
	uploads []uploadView
}

// inbox lists the mails, with the first one opened where there is room for it.
func (s *Server) inbox(w http.ResponseWriter, r *http.Request) error {
	return s.showInbox(w, r, http.StatusOK, inboxWish{place: inboxPlaceOf(r), undo: undoOf(r)})
}

// inboxMail shows one mail beside the list, or alone where only that is asked for.
func (s *Server) inboxMail(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.MessageID](r, "id")
	if err != nil {
		return err
	}
	if !isPart(r) || r.Header.Get("HX-Target") != "mail" {
		return s.showInbox(w, r, http.StatusOK, inboxWish{place: inboxPlaceOf(r), mail: id, undo: undoOf(r)})
	}
	var study mailStudy
	err = s.db.Read(r.Context(), func(tx *store.Tx) error {
		study, err = s.studyMail(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	return s.part(w, http.StatusOK, "inbox_mail", s.viewMail(r, study, inboxPlaceOf(r), nil))
}

func undoOf(r *http.Request) backup.MessageID {
	id, err := strconv.ParseInt(r.FormValue("undo"), 10, 64)
	if err != nil {
		return 0
	}
	return backup.MessageID(id)
}

// showInbox answers with the whole page.
func (s *Server) showInbox(w http.ResponseWriter, r *http.Request, status int, wish inboxWish) error {
	if r.Method == http.MethodPost {
		// The address of an action is none to come back to.
		w.Header().Set("HX-Push-Url", "false")
	}
	page := &inboxPage{
		layout: layout{Title: "Inbox"}, Opened: wish.mail != 0, Uploads: wish.uploads,
		MayAct: backup.May(userFrom(r.Context()), backup.ApproveMail),
	}
	var study *mailStudy
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		var err error
		study, err = s.fillInbox(r.Context(), tx, page, &wish)
		return err
	})
	if err != nil {
		return err
	}
	if study != nil {
		page.Mail = s.viewMail(r, *study, wish.place, wish.form)
	}
	return s.show(w, r, status, page)
}

// fillInbox reads the list and the mail to open. The tab follows the mail that was asked for.
func (s *Server) fillInbox(ctx context.Context, tx *store.Tx, page *inboxPage, wish *inboxWish) (*mailStudy, error) {
	var study *mailStudy
	if wish.mail != 0 {
		found, err := s.studyMail(ctx, tx, wish.mail)
		if err != nil {
			return nil, err
		}
		study = &found
		wish.place.state = tabOf(found.message.State)
	}
	messages, next, err := inboxMessages(ctx, tx, wish.place, study)
	if err != nil {
		return nil, err
	}
	if study == nil && len(messages) > 0 {
		first, err := s.studyMail(ctx, tx, messages[0].ID)
		if err != nil {
			return nil, err
		}
		study = &first
	}
	opened := backup.MessageID(0)
	if study != nil {
		opened = study.message.ID
	}
	now, err := readClock(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, msg := range messages {
		page.Rows = append(page.Rows, rowOf(msg, now, wish.place, opened))
	}
	page.place(wish.place, next)
	if err := page.surroundList(ctx, tx, *wish); err != nil {
		return nil, err
	}
	return study, nil
}

// tabOf is the tab in whose list a mail stands; a filed one has left them all.
func tabOf(state backup.MessageState) backup.MessageState {
	if slices.Contains(inboxStates(), state) {
		return state
	}
	return backup.InInbox
}

// inboxMessages reads a page of the list. A mail that was asked for and lies on a later page
// heads the list, so that the ones after it can be reached.
func inboxMessages(ctx context.Context, tx *store.Tx, place inboxPlace, study *mailStudy) ([]backup.Message, string, error) {
	filter := store.MessageFilter{State: place.state, Search: place.search, Cursor: place.after, Limit: inboxRows}
	page, err := tx.Messages(ctx, filter)
	if err != nil || study == nil || study.message.State != place.state {
		return page.Items, page.Next, err
	}
	opened := study.message
	if slices.ContainsFunc(page.Items, func(m backup.Message) bool { return m.ID == opened.ID }) {
		return page.Items, page.Next, nil
	}
	filter.Cursor = store.MessageCursor(opened)
	page, err = tx.Messages(ctx, filter)
	return append([]backup.Message{opened}, page.Items...), page.Next, err
}

// place fills in what leads from this part of the list to others.
func (page *inboxPage) place(place inboxPlace, next string) {
	page.State, page.Search = place.state, place.search
	page.Clear = inboxPlace{state: place.state}.path(0)
	if next != "" {
		page.Older = inboxPlace{state: place.state, search: place.search, after: next}.path(0)
	}
	if place.after != "" {
		page.Newest = place.first().path(0)
	}
	for _, state := range inboxStates() {
		page.Tabs = append(page.Tabs, inboxTab{
			Label: tabLabel(state), Path: inboxPlace{state: state, search: place.search}.path(0), Current: state == place.state,
		})
	}
}

func tabLabel(state backup.MessageState) string {
	switch state {
	case backup.Informational:
		return "Informational"
	case backup.Deleted:
		return "Deleted"
	}
	return "Waiting"
}

// surroundList reads what stands around the list.
func (page *inboxPage) surroundList(ctx context.Context, tx *store.Tx, wish inboxWish) error {
	var err error
	if page.Tabs[0].Count, err = tx.InboxCount(ctx); err != nil {
		return err
	}
	if !page.MayAct {
		return nil
	}
	if wish.undo != 0 {
		msg, err := tx.Message(ctx, wish.undo)
		if err != nil && backup.KindOf(err) != backup.NotFound {
			return err
		}
		if err == nil && msg.State == backup.Deleted {
			page.Undo = &inboxUndo{ID: msg.ID, Subject: subjectOf(msg)}
		}
	}
	page.Customers, err = customerNames(ctx, tx)
	return err
}

func customerNames(ctx context.Context, tx *store.Tx) ([]string, error) {
	var names []string
	filter := store.CustomerFilter{Limit: customersStep}
	for len(names) < maxCustomers {
		page, err := tx.Customers(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, customer := range page.Items {
			names = append(names, customer.Name)
		}
		if filter.Cursor = page.Next; page.Next == "" {
			break
		}
	}
	return names, nil
}

func rowOf(msg backup.Message, now clock, place inboxPlace, opened backup.MessageID) mailRow {
	row := mailRow{
		ID: msg.ID, Path: place.path(msg.ID), Subject: subjectOf(msg), From: senderOf(msg), When: now.at(msg.ReceivedAt),
		Status: msg.Reading.Status(), Understood: len(msg.Reading.Outcomes) > 0, Informational: msg.Reading.Informational,
		What: whatOf(msg.Reading), Current: msg.ID == opened,
	}
	if row.Understood {
		row.Confidence = confidenceWord(msg.Reading)
	}
	if msg.SentAt != nil {
		row.When = now.at(*msg.SentAt)
	}
	row.Troubled = !row.Informational && row.Status != backup.StatusSuccess
	return row
}

// whatOf names what a mail is about in a few words: product and job of its first result.
func whatOf(reading backup.Reading) string {
	if len(reading.Outcomes) == 0 {
		return reading.Parser
	}
	first := reading.Outcomes[0]
	var words []string
	for _, word := range []string{first.Software, first.Job} {
		if word != "" {
			words = append(words, word)
		}
	}
	what := strings.Join(words, " · ")
	if more := len(reading.Outcomes) - 1; more > 0 {
		what += " and " + strconv.Itoa(more) + " more"
	}
	return what
}

// confidenceWord says how sure the reading is, in a word or two.
func confidenceWord(reading backup.Reading) string {
	switch {
	case reading.Informational:
		return "informational"
	case reading.Confidence == backup.None:
		return "not understood"
	}
	return string(reading.Confidence)
}

func subjectOf(msg backup.Message) string {
	if strings.TrimSpace(msg.Subject) == "" {
		return "(no subject)"
	}
	return msg.Subject
}

func senderOf(msg backup.Message) string {
	if msg.From == "" {
		return "unknown sender"
	}
	return msg.From
}
