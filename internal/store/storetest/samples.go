package storetest

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Customer returns the customer with the name and makes it where there is none.
func Customer(t testing.TB, db *store.DB, name string) backup.Customer {
	t.Helper()
	var customer backup.Customer
	write(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		customer, err = ensureCustomer(ctx, tx, name)
		return err
	})
	return customer
}

func ensureCustomer(ctx context.Context, tx *store.Tx, name string) (backup.Customer, error) {
	customer, err := tx.CustomerByName(ctx, name)
	if err != nil && backup.KindOf(err) == backup.NotFound {
		return tx.AddCustomer(ctx, name)
	}
	return customer, err
}

// Job returns the customer's Veeam backup job with the name; customer and job are made
// where there are none.
func Job(t testing.TB, db *store.DB, customer, name string) backup.Job {
	t.Helper()
	var job backup.Job
	write(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		job, err = ensureJob(ctx, tx, customer, name)
		return err
	})
	return job
}

func ensureJob(ctx context.Context, tx *store.Tx, customer, name string) (backup.Job, error) {
	c, err := ensureCustomer(ctx, tx, customer)
	if err != nil {
		return backup.Job{}, err
	}
	return tx.AddJob(ctx, backup.Job{CustomerID: c.ID, Software: "Veeam", Type: "Backup", Name: name})
}

// User adds a user named after the first role, with the password hash "no password".
func User(t testing.TB, db *store.DB, roles ...backup.Role) backup.User {
	t.Helper()
	var user backup.User
	write(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		user, err = tx.AddUser(ctx, string(roles[0]), "no password", roles)
		return err
	})
	return user
}

// Message stores a mail from backup@acme.example that waits in the inbox and tells of the
// outcomes. Each call stores another mail.
func Message(t testing.TB, db *store.DB, outcomes ...backup.Outcome) backup.Message {
	t.Helper()
	var message backup.Message
	write(t, db, func(ctx context.Context, tx *store.Tx) error {
		raw := []byte("From: backup@acme.example\r\nMessage-ID: <" + rand.Text() + "@acme.example>\r\n\r\nBackup report\r\n")
		packed, err := db.Pack(raw)
		if err != nil {
			return err
		}
		mail := store.NewMessage{
			State: backup.InInbox, Source: "file", MailID: rand.Text() + "@acme.example",
			From: "backup@acme.example", To: "reports@example.com", Subject: "Backup report",
			Size: len(raw), Raw: packed,
			Reading: backup.Reading{Parser: "veeam-vbr", Confidence: backup.Likely, Outcomes: outcomes},
		}
		rand.Read(mail.Identity[:])
		id, _, err := tx.AddMessage(ctx, mail)
		if err != nil {
			return err
		}
		message, err = tx.Message(ctx, id)
		return err
	})
	return message
}

// RunOption changes the run that Run makes.
type RunOption func(*sample)

type sample struct {
	run      backup.Run
	now      time.Time
	started  time.Time
	reviewer string
}

// Failed makes the run an error with one object that failed.
func Failed(s *sample) {
	s.run.Status = backup.StatusError
	s.run.Objects = []backup.Object{
		{Name: "DC01", Type: "vm", Status: backup.StatusSuccess},
		{Name: "SQL01", Type: "vm", Status: backup.StatusError, Message: "The disk is full."},
	}
}

// Warned makes the run a warning with one object that was warned of.
func Warned(s *sample) {
	s.run.Status = backup.StatusWarning
	s.run.Objects = []backup.Object{
		{Name: "DC01", Type: "vm", Status: backup.StatusSuccess},
		{Name: "SQL01", Type: "vm", Status: backup.StatusWarning, Message: "The disk is nearly full."},
	}
}

// Missed makes the run a missed one.
func Missed(s *sample) {
	s.run.Status = backup.StatusMissed
	s.run.Objects = nil
}

// Yesterday has the run begin a day before the store's time.
func Yesterday(s *sample) { s.started = s.now.AddDate(0, 0, -1) }

// Started has the run begin at a time.
func Started(at time.Time) RunOption { return func(s *sample) { s.started = at } }

// Of makes it a run of the job; without it the job is "Daily Servers" of Acme.
func Of(job backup.Job) RunOption { return func(s *sample) { s.run.Job = job } }

// From has the run told of by the message.
func From(message backup.MessageID) RunOption {
	return func(s *sample) { s.run.MessageID = &message }
}

// Remark gives the run an overall remark.
func Remark(text string) RunOption { return func(s *sample) { s.run.Remark = text } }

// Objects gives the run its objects.
func Objects(objects ...backup.Object) RunOption {
	return func(s *sample) { s.run.Objects = objects }
}

// ReviewedBy has the run reviewed.
func ReviewedBy(name string) RunOption { return func(s *sample) { s.reviewer = name } }

// Run stores a run and returns it as it reads from the store. Without options it is a
// success of two machines that began an hour before the store's time. A start that the job
// already has moves on by a minute. The rank follows from the job's run before.
func Run(t testing.TB, db *store.DB, options ...RunOption) backup.Run {
	t.Helper()
	var run backup.Run
	write(t, db, func(ctx context.Context, tx *store.Tx) error {
		s := sample{now: tx.Now(), started: tx.Now().Add(-time.Hour)}
		s.run.Status = backup.StatusSuccess
		s.run.Objects = []backup.Object{
			{Name: "DC01", Type: "vm", Status: backup.StatusSuccess},
			{Name: "SQL01", Type: "vm", Status: backup.StatusSuccess},
		}
		for _, option := range options {
			option(&s)
		}
		id, err := s.add(ctx, tx)
		if err != nil {
			return err
		}
		run, err = tx.Run(ctx, id)
		return err
	})
	return run
}

func (s *sample) add(ctx context.Context, tx *store.Tx) (backup.RunID, error) {
	var err error
	if s.run.Job.ID == 0 {
		if s.run.Job, err = ensureJob(ctx, tx, "Acme", "Daily Servers"); err != nil {
			return 0, err
		}
	}
	for {
		taken, err := tx.RunByStart(ctx, s.run.Job.ID, s.started)
		if err != nil {
			return 0, err
		}
		if taken == nil {
			break
		}
		s.started = s.started.Add(time.Minute)
	}
	s.run.StartedAt = &s.started
	s.run.EndedAt = new(s.started.Add(30 * time.Minute))
	s.run.ReceivedAt = s.started.Add(31 * time.Minute)
	before, err := tx.RunBefore(ctx, s.run.Job.ID, s.started, 0)
	if err != nil {
		return 0, err
	}
	var previous *backup.Outcome
	if before != nil {
		previous = new(before.Outcome())
	}
	s.run.Rank = backup.RankOf(s.run.Outcome(), previous)
	id, err := tx.AddRun(ctx, s.run)
	if err != nil || s.reviewer == "" {
		return id, err
	}
	_, err = tx.ReviewRuns(ctx, []backup.RunID{id}, s.reviewer, "")
	return id, err
}

func write(t testing.TB, db *store.DB, fn func(context.Context, *store.Tx) error) {
	t.Helper()
	ctx := t.Context()
	if err := db.Write(ctx, func(tx *store.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatalf("store a sample: %v", err)
	}
}
