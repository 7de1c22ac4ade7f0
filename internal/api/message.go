package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/store"
)

const (
	mailType = "message/rfc822"
	maxMail  = 64 << 20 // bytes of one mail; the store takes no more either
)

// messageShape is a mail. Lists leave out its reading unless asked.
type messageShape struct {
	ID         backup.MessageID    `json:"id"`
	State      backup.MessageState `json:"state" enum:"inbox,filed,informational,deleted"`
	Source     string              `json:"source" doc:"The way it came by: file, upload, api, or the name of a mail source."`
	From       string              `json:"from"`
	To         string              `json:"to"`
	Subject    string              `json:"subject"`
	SentAt     *time.Time          `json:"sent_at"`
	ReceivedAt time.Time           `json:"received_at"`
	Size       int                 `json:"size" doc:"Bytes of the mail as it came."`
	Problem    string              `json:"problem" doc:"Why it could not be decoded; empty when it was."`
	Customer   orNull[customerRef] `json:"customer"`
	Reading    *readingShape       `json:"reading,omitempty"`
	RunIDs     []backup.RunID      `json:"run_ids" nullable:"false"`
}

// readingShape is what the parsers made of a mail.
type readingShape struct {
	Parser        *string           `json:"parser" doc:"Null when no parser knows the mail."`
	Confidence    backup.Confidence `json:"confidence" enum:"sure,likely,guess,none"`
	Informational bool              `json:"informational"`
	Outcomes      []outcomeShape    `json:"outcomes" nullable:"false"`
	Evidence      []backup.Evidence `json:"evidence" nullable:"false"`
	Problems      []string          `json:"problems" nullable:"false"`
}

// outcomeShape is one job's result inside a reading.
type outcomeShape struct {
	Software     string        `json:"software"`
	Type         string        `json:"type"`
	Job          string        `json:"job"`
	CustomerHint string        `json:"customer_hint"`
	Status       backup.Status `json:"status" doc:"success, warning, error or missed; empty when the mail does not say."`
	StartedAt    *time.Time    `json:"started_at"`
	EndedAt      *time.Time    `json:"ended_at"`
	Remark       string        `json:"remark"`
	Objects      []objectShape `json:"objects" nullable:"false"`
	Attempt      int           `json:"attempt" doc:"1 for the first retry; 0 when the run is no retry."`
}

// objectShape is one thing that a run backed up.
type objectShape struct {
	Name    string        `json:"name"`
	Type    string        `json:"type"`
	Status  backup.Status `json:"status" doc:"success, warning, error or missed; empty when the mail does not say."`
	Message string        `json:"message"`
}

func shapeObject(o backup.Object) objectShape { return objectShape(o) }

func shapeMessage(m backup.Message) messageShape {
	shape := shapeHead(m)
	shape.Reading = new(shapeReading(m.Reading))
	return shape
}

// shapeHead is a mail without its reading.
func shapeHead(m backup.Message) messageShape {
	shape := messageShape{
		ID: m.ID, State: m.State, Source: m.Source, From: m.From, To: m.To, Subject: m.Subject,
		SentAt: m.SentAt, ReceivedAt: m.ReceivedAt, Size: m.Size, Problem: m.Problem,
		RunIDs: append([]backup.RunID{}, m.RunIDs...),
	}
	if m.Customer != nil {
		shape.Customer.value = &customerRef{ID: m.Customer.ID, Name: m.Customer.Name}
	}
	return shape
}

func shapeReading(r backup.Reading) readingShape {
	return readingShape{
		Parser: orNil(r.Parser), Confidence: r.Confidence, Informational: r.Informational,
		Outcomes: each(r.Outcomes, shapeOutcome),
		Evidence: append([]backup.Evidence{}, r.Evidence...), Problems: append([]string{}, r.Problems...),
	}
}

func shapeOutcome(o backup.Outcome) outcomeShape {
	return outcomeShape{
		Software: o.Software, Type: o.Type, Job: o.Job, CustomerHint: o.CustomerHint, Status: o.Status,
		StartedAt: o.StartedAt, EndedAt: o.EndedAt, Remark: o.Remark, Objects: each(o.Objects, shapeObject), Attempt: o.Attempt,
	}
}

type messageBody struct{ Body messageShape }

// message answers with a stored mail as it is now.
func (a *API) message(ctx context.Context, id backup.MessageID) (messageShape, error) {
	var found backup.Message
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
		found, err = tx.Message(ctx, id)
		return err
	})
	return shapeMessage(found), err
}

type messageStored struct {
	Status int
	Body   messageShape
}

func (a *API) addMessage(ctx context.Context, _ backup.User, in *struct {
	RawBody []byte `contentType:"message/rfc822"`
},
) (*messageStored, error) {
	receipt, err := a.ingest.Accept(ctx, ingest.Mail{Raw: in.RawBody, Source: "api"})
	if err != nil {
		return nil, err
	}
	stored := &messageStored{Status: http.StatusCreated}
	if receipt.Known {
		stored.Status = http.StatusOK
	}
	stored.Body, err = a.message(ctx, receipt.MessageID)
	return stored, err
}

func (a *API) listMessages(ctx context.Context, _ backup.User, in *struct {
	Paging
	State  backup.MessageState `query:"state" enum:"inbox,filed,informational,deleted" doc:"Without it, all but the deleted ones."`
	Search string              `query:"search" maxLength:"200" doc:"Text in sender, recipient or subject."`
	Expand string              `query:"expand" enum:"reading" doc:"Adds the reading of each mail."`
},
) (*struct{ Body pageOf[messageShape] }, error) {
	var page store.Page[backup.Message]
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
		page, err = tx.Messages(ctx, store.MessageFilter{State: in.State, Search: in.Search, Cursor: in.Cursor, Limit: in.Limit})
		return err
	})
	shape := shapeHead
	if in.Expand == "reading" {
		shape = shapeMessage
	}
	return &struct{ Body pageOf[messageShape] }{shapePage(page, shape)}, err
}

func (a *API) getMessage(ctx context.Context, _ backup.User, in *PathID) (*messageBody, error) {
	shape, err := a.message(ctx, backup.MessageID(in.ID))
	return &messageBody{shape}, err
}

type rawMessage struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a *API) getRawMessage(ctx context.Context, _ backup.User, in *PathID) (*rawMessage, error) {
	answer := &rawMessage{ContentType: mailType, Disposition: fmt.Sprintf(`attachment; filename="message-%d.eml"`, in.ID)}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		if _, err := tx.Message(ctx, backup.MessageID(in.ID)); err != nil {
			return err
		}
		var err error
		answer.Body, err = tx.RawMessage(ctx, backup.MessageID(in.ID))
		return err
	})
	return answer, err
}

type correctionShape struct {
	Job    string        `json:"job,omitempty" maxLength:"500"`
	Type   string        `json:"type,omitempty" maxLength:"200"`
	Status backup.Status `json:"status,omitempty" enum:"success,warning,error,missed"`
}

func (a *API) approveMessage(ctx context.Context, who backup.User, in *struct {
	PathID
	Body struct {
		CustomerID   backup.CustomerID `json:"customer_id,omitempty" doc:"Leads when both are given."`
		CustomerName string            `json:"customer_name,omitempty" maxLength:"200" doc:"Made when there is no such customer."`
		Outcomes     []correctionShape `json:"outcomes,omitempty" nullable:"false" maxItems:"1000" doc:"Corrections, one for each outcome in its order. What is left out stays as it was read."`
	}
},
) (*messageBody, error) {
	decision := ingest.Approval{CustomerID: in.Body.CustomerID, CustomerName: in.Body.CustomerName}
	for _, correction := range in.Body.Outcomes {
		decision.Corrections = append(decision.Corrections, ingest.Correction(correction))
	}
	if _, err := a.ingest.Approve(ctx, who, backup.MessageID(in.ID), decision); err != nil {
		return nil, err
	}
	shape, err := a.message(ctx, backup.MessageID(in.ID))
	return &messageBody{shape}, err
}

func (a *API) reparseMessage(ctx context.Context, who backup.User, in *PathID) (*messageBody, error) {
	if err := a.ingest.Reparse(ctx, who, backup.MessageID(in.ID)); err != nil {
		return nil, err
	}
	return a.getMessage(ctx, who, in)
}

func (a *API) deleteMessage(ctx context.Context, who backup.User, in *PathID) (*struct{}, error) {
	return nil, a.ingest.Delete(ctx, who, backup.MessageID(in.ID))
}

func (a *API) restoreMessage(ctx context.Context, who backup.User, in *PathID) (*messageBody, error) {
	if err := a.ingest.Restore(ctx, who, backup.MessageID(in.ID)); err != nil {
		return nil, err
	}
	return a.getMessage(ctx, who, in)
}
