package ingest

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/store"
)

// understood is a mail after decoding and reading, before the database knows of it.
type understood struct {
	mail    Mail
	message *message.Message
	reading backup.Reading
	problem string // why it could not be decoded
}

// understand decodes and reads a mail. It never fails: what cannot be decoded is kept with
// the reason.
func (s *Station) understand(mail Mail) understood {
	msg, err := message.Decode(mail.Raw)
	if err != nil {
		_, problem := backup.Explain(err)
		return understood{mail: mail, message: msg, reading: unreadable(problem), problem: problem}
	}
	return understood{mail: mail, message: msg, reading: s.read(msg)}
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

// state is where the message begins: informational mail never waits for anybody.
func (u understood) state() backup.MessageState {
	if u.reading.Informational && u.reading.Confidence == backup.Sure {
		return backup.Informational
	}
	return backup.InInbox
}

func (u understood) row() store.NewMessage {
	return store.NewMessage{
		Identity: u.message.Identity, State: u.state(), Source: u.mail.Source,
		MailID: u.message.MailID, From: u.message.From, To: u.message.To, Subject: u.message.Subject,
		SentAt: u.message.SentAt, Size: len(u.mail.Raw), Problem: u.problem,
		Reading: u.reading, Raw: u.mail.Raw,
	}
}

func (u understood) filing(id backup.MessageID) filing {
	return filing{message: id, sender: u.message.From, sentAt: u.message.SentAt, reading: u.reading}
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
