// Package ingest is the fourth station on the way: a reading becomes runs. It stores each
// mail once, asks the parsers, finds the job, and either files the mail as runs or leaves it
// in the Inbox, where a person approves it. It does not fetch mail and does not judge what a
// run means for a person; those are the stations before and after.
package ingest

import (
	"context"
	"log/slog"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/store"
)

// Config is what a Station needs. All fields are required.
type Config struct {
	DB   *store.DB
	Read func(*message.Message) backup.Reading // the parsers' registry
	Log  *slog.Logger
}

// Station stores mails and makes runs of them. It is safe for concurrent use.
type Station struct {
	db   *store.DB
	read func(*message.Message) backup.Reading
	log  *slog.Logger
}

// New returns a Station.
func New(cfg Config) *Station {
	return &Station{db: cfg.DB, read: cfg.Read, log: cfg.Log}
}

// Receipt says what became of one mail.
type Receipt struct {
	MessageID backup.MessageID
	Known     bool // the mail was stored before; nothing changed
	State     backup.MessageState
	RunIDs    []backup.RunID
}

// Mail is a raw mail as it arrived, with the name of the way it came by.
type Mail struct {
	Raw    []byte
	Source string // "file", "upload", "api", or a mail source's name
}

// Accept stores a mail and what it says. The same mail twice is not an error: the second
// time changes nothing. A mail that cannot be decoded is stored too and waits in the Inbox
// with the reason.
func (s *Station) Accept(ctx context.Context, mail Mail) (Receipt, error) {
	receipts, err := s.Store(ctx, s.Understand([]Mail{mail}))
	if err != nil {
		return Receipt{}, err
	}
	return receipts[0], nil
}

// Batch is mails that were understood and are to be stored together.
type Batch struct {
	mails []understood
}

// Understand decodes and reads mails on all processors. It needs no database, so that one
// batch can be understood while another is stored.
func (s *Station) Understand(mails []Mail) Batch { return Batch{s.understandAll(mails)} }

// AcceptAll is Understand and Store in one.
func (s *Station) AcceptAll(ctx context.Context, mails []Mail) ([]Receipt, error) {
	return s.Store(ctx, s.Understand(mails))
}

// Store stores a batch in one transaction: either all of it or nothing. The receipts stand
// in the order of the mails.
func (s *Station) Store(ctx context.Context, batch Batch) ([]Receipt, error) {
	identities := make([][32]byte, len(batch.mails))
	for i, mail := range batch.mails {
		if mail.failed != nil {
			return nil, mail.failed
		}
		identities[i] = mail.row.Identity
	}
	var receipts []Receipt
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		receipts = make([]Receipt, 0, len(batch.mails)) // a retried transaction begins anew
		known, err := tx.KnownMessages(ctx, identities)
		if err != nil {
			return err
		}
		for _, mail := range batch.mails {
			receipt, err := s.store(ctx, tx, mail, known)
			if err != nil {
				return err
			}
			receipts = append(receipts, receipt)
		}
		return nil
	})
	return receipts, err
}

// store adds the mail to the database and files it when it files itself. A mail that is
// stored enters known, for the rest of its batch.
func (s *Station) store(ctx context.Context, tx *store.Tx, mail understood, known map[[32]byte]store.KnownMessage) (Receipt, error) {
	row := mail.row
	if k, is := known[row.Identity]; is {
		return Receipt{MessageID: k.ID, Known: true, State: k.State, RunIDs: k.RunIDs}, nil
	}
	var jobs []backup.Job
	var err error
	if row.State == backup.InInbox {
		if jobs, err = knownJobs(ctx, tx, mail.filing(0)); err != nil {
			return Receipt{}, err
		}
	}
	if jobs != nil {
		row.State = backup.Filed
	}
	id, added, err := tx.AddMessage(ctx, row)
	if err != nil {
		return Receipt{}, err
	}
	if !added { // another process stored it in this moment
		other, err := tx.Message(ctx, id)
		return Receipt{MessageID: id, Known: true, State: other.State, RunIDs: other.RunIDs}, err
	}
	receipt := Receipt{MessageID: id, State: row.State}
	if jobs != nil {
		receipt.RunIDs, err = s.recordAll(ctx, tx, jobs, mail.filing(id))
	}
	known[row.Identity] = store.KnownMessage{ID: id, State: receipt.State, RunIDs: receipt.RunIDs}
	return receipt, err
}

// Delete moves a message out of the Inbox without losing it; Restore brings it back. A
// message that made runs stays with them.
func (s *Station) Delete(ctx context.Context, who backup.User, id backup.MessageID) error {
	return s.change(ctx, who, id, audit.MessageDeleted, func(tx *store.Tx, msg backup.Message) error {
		switch msg.State {
		case backup.Filed:
			return backup.Errorf(backup.Conflict, "Mail %d has made runs and stays with them; it cannot be deleted.", id)
		case backup.Deleted:
			return backup.Errorf(backup.Conflict, "Mail %d is deleted already.", id)
		}
		return tx.SetMessageState(ctx, id, backup.Deleted)
	})
}

// Restore brings a deleted message back to where it was.
func (s *Station) Restore(ctx context.Context, who backup.User, id backup.MessageID) error {
	return s.change(ctx, who, id, audit.MessageRestored, func(tx *store.Tx, msg backup.Message) error {
		if msg.State != backup.Deleted {
			return backup.Errorf(backup.Conflict, "Mail %d is not deleted, so there is nothing to restore.", id)
		}
		_, err := tx.RestoreMessage(ctx, id)
		return err
	})
}

func (s *Station) change(ctx context.Context, who backup.User, id backup.MessageID, action string,
	do func(*store.Tx, backup.Message) error,
) error {
	if err := backup.Require(who, backup.ApproveMail); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		msg, err := lockedMessage(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := do(tx, msg); err != nil {
			return err
		}
		return audit.Record(ctx, tx, who, action, subject(id), map[string]any{"from": msg.State, "mail_subject": msg.Subject})
	})
}
