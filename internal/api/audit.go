package api

import (
	"context"
	"encoding/json"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

type auditShape struct {
	ID      int64           `json:"id" doc:"Counts from 1 without a gap."`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"`
	Action  string          `json:"action"`
	Subject string          `json:"subject" doc:"What was acted on: run 7."`
	Origin  string          `json:"origin" doc:"Where the act came from: an address and the request's id, or a word."`
	Detail  json.RawMessage `json:"detail" doc:"Whatever the action notes, before and after a change."`
}

func shapeAudit(e store.AuditEntry) auditShape {
	return auditShape{ID: e.ID, At: e.At, Actor: e.Actor, Action: e.Action, Subject: e.Subject, Origin: e.Origin, Detail: e.Detail}
}

func (a *API) listAudit(ctx context.Context, _ backup.User, in *struct {
	Paging
	Period
	Actor  string `query:"actor" maxLength:"200"`
	Action string `query:"action" maxLength:"200"`
},
) (*struct{ Body pageOf[auditShape] }, error) {
	from, to := in.bounds()
	var page store.Page[store.AuditEntry]
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
		page, err = tx.AuditEntries(ctx, store.AuditFilter{
			From: from, To: to, Actor: in.Actor, Action: in.Action, Cursor: in.Cursor, Limit: in.Limit,
		})
		return err
	})
	return &struct{ Body pageOf[auditShape] }{shapePage(page, shapeAudit)}, err
}
