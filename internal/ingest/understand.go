package ingest

import (
	"crypto/sha256"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/store"
)

// understood is a mail after decoding and reading, before the database knows of it: the row
// to be stored. The decoded mail itself is let go, because its tables take far more memory
// than what was read in them.
type understood struct {
	row    store.NewMessage
	failed error // why it cannot be stored at all
}

// understand decodes, reads and packs a mail: all that needs no database. What cannot be
// decoded is kept with the reason.
func (s *Station) understand(mail Mail) understood {
	packed, failed := s.db.Pack(mail.Raw)
	msg, err := s.decode(mail.Raw)
	row := store.NewMessage{
		Identity: msg.Identity, Source: mail.Source, MailID: msg.MailID, From: msg.From, To: msg.To,
		Subject: msg.Subject, SentAt: msg.SentAt, Size: len(mail.Raw), Raw: packed,
	}
	if err != nil {
		_, row.Problem = backup.Explain(err)
		row.Reading = unreadable(row.Problem)
	} else {
		row.Reading = s.read(msg)
	}
	row.State = firstState(row.Reading)
	return understood{row: row, failed: failed}
}

// decode decodes a mail. Strangers write mail, and decoding it is much code: a fault of ours
// there must cost this mail its reading, not the process its life.
func (s *Station) decode(raw []byte) (msg *message.Message, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			s.log.Error("decoding a mail panicked", "fault", fault, "stack", string(debug.Stack()))
			msg = &message.Message{Identity: sha256.Sum256(raw), Size: len(raw)}
			err = backup.Errorf(backup.Invalid, "This mail could not be decoded because of a fault in Backupchecks; it is kept.")
		}
	}()
	return message.Decode(raw)
}

// understandAll understands mails on all processors; this is where importing spends its
// time.
func (s *Station) understandAll(mails []Mail) []understood {
	all := make([]understood, len(mails))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(mails)) {
		workers.Go(func() {
			for i := range next {
				all[i] = s.understand(mails[i])
			}
		})
	}
	for i := range mails {
		next <- i
	}
	close(next)
	workers.Wait()
	return all
}

func unreadable(problem string) backup.Reading {
	return backup.Reading{
		Confidence: backup.None,
		Outcomes:   []backup.Outcome{}, Evidence: []backup.Evidence{}, Problems: []string{problem},
	}
}

// firstState is where a message begins: informational mail never waits for anybody.
func firstState(reading backup.Reading) backup.MessageState {
	if reading.Informational && reading.Confidence == backup.Sure {
		return backup.Informational
	}
	return backup.InInbox
}

func (u understood) filing(id backup.MessageID) filing {
	return filing{message: id, sender: u.row.From, sentAt: u.row.SentAt, reading: u.row.Reading}
}

// filing is what is needed of a message to make runs of it.
type filing struct {
	message backup.MessageID
	sender  string
	sentAt  *time.Time
	reading backup.Reading
}

// filingOf is the filing of a stored message.
func filingOf(msg backup.Message) filing {
	return filing{message: msg.ID, sender: msg.From, sentAt: msg.SentAt, reading: msg.Reading}
}

// toldAt is when the mail told of its runs: when it was sent, unless it claims to come from
// the future or does not say.
func (f filing) toldAt(now time.Time) time.Time {
	if f.sentAt == nil || f.sentAt.After(now) {
		return now
	}
	return *f.sentAt
}

func subject(id backup.MessageID) string { return fmt.Sprintf("message %d", id) }
