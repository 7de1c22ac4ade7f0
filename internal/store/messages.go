package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"backupchecks/internal/backup"
)

// NewMessage is a mail to be stored. Raw is kept beside the message; see DB.Pack.
type NewMessage struct {
	Identity [32]byte // the same for the same mail, by whatever way it came
	State    backup.MessageState
	Source   string
	MailID   string
	From     string
	To       string
	Subject  string
	SentAt   *time.Time
	Size     int    // bytes of the raw mail
	Problem  string // why it could not be decoded; empty when it was
	Reading  backup.Reading
	Raw      PackedMail // the zero value when it is not to be kept
}

// MessageFilter chooses messages. Without a State all but the deleted ones are meant.
// Search looks for text anywhere in sender, recipient and subject.
type MessageFilter struct {
	State  backup.MessageState
	Cursor string
	Limit  int
	Search string
}

// A message's head is all of it but the reading, which can be long.
const (
	headColumns    = `m.id, m.state, m.source, m.mail_id, m.sender, m.recipient, m.subject, m.sent_at, m.received_at, m.size, m.problem`
	messageColumns = headColumns + `, m.reading`
)

func headFields(m *backup.Message) []any {
	return []any{
		&m.ID, &m.State, &m.Source, &m.MailID, &m.From, &m.To, &m.Subject,
		maybeInstant{&m.SentAt},
		instant{&m.ReceivedAt},
		&m.Size, &m.Problem,
	}
}

func scanHead(r row) (backup.Message, error) {
	var m backup.Message
	err := r.Scan(headFields(&m)...)
	return m, err
}

func scanMessage(r row) (backup.Message, error) {
	var m backup.Message
	var reading string
	if err := r.Scan(append(headFields(&m), &reading)...); err != nil {
		return m, err
	}
	if err := json.Unmarshal([]byte(reading), &m.Reading); err != nil {
		return m, fmt.Errorf("reading of message %d: %w", m.ID, err)
	}
	return m, nil
}

// AddMessage stores a mail, once: for a known identity it returns the known id and false,
// and changes nothing.
func (tx *Tx) AddMessage(ctx context.Context, m NewMessage) (id backup.MessageID, added bool, err error) {
	reading, err := json.Marshal(m.Reading)
	if err != nil {
		return 0, false, fmt.Errorf("encode the reading: %w", err)
	}
	const insert = `INSERT INTO messages (identity, state, source, mail_id, sender, recipient, subject, search_key,
			sent_at, received_at, size, problem, parser, confidence, status, reading)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (identity) DO NOTHING RETURNING id`
	id, err = one(ctx, tx, value[backup.MessageID], insert,
		m.Identity[:], m.State, m.Source, m.MailID, m.From, m.To, m.Subject, backup.Fold(m.From+" "+m.To+" "+m.Subject),
		millisOrNil(m.SentAt), millis(tx.now), m.Size, m.Problem,
		m.Reading.Parser, string(m.Reading.Confidence), string(m.Reading.Status()), string(reading))
	if errors.Is(err, sql.ErrNoRows) {
		id, err = one(ctx, tx, value[backup.MessageID], `SELECT id FROM messages WHERE identity = $1`, m.Identity[:])
		if err != nil {
			return 0, false, fmt.Errorf("find the known message: %w", err)
		}
		return id, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("add message: %w", err)
	}
	if err := tx.addRaw(ctx, id, m.Raw); err != nil {
		return 0, false, err
	}
	if m.State == backup.InInbox {
		err = tx.addKeys(ctx, id, m.From, m.Reading)
	}
	return id, err == nil, err
}

func (tx *Tx) addRaw(ctx context.Context, id backup.MessageID, raw PackedMail) error {
	if raw.data == nil {
		return nil
	}
	if _, err := tx.exec(ctx, `INSERT INTO message_raws (message_id, encoding, data) VALUES ($1, $2, $3)`, id, rawEncoding, raw.data); err != nil {
		return fmt.Errorf("keep the raw mail of message %d: %w", id, err)
	}
	return nil
}

// KnownMessage is a mail that is stored already.
type KnownMessage struct {
	ID     backup.MessageID
	State  backup.MessageState
	RunIDs []backup.RunID
}

// KnownMessages returns those of the mails that are stored already, by identity, with one
// query for each 200 of them.
func (tx *Tx) KnownMessages(ctx context.Context, identities [][32]byte) (map[[32]byte]KnownMessage, error) {
	known := map[[32]byte]KnownMessage{}
	for some := range slices.Chunk(identities, chunk) {
		values := make([][]byte, len(some))
		for i := range some {
			values[i] = some[i][:]
		}
		q := in(newQuery(`SELECT m.identity, m.id, m.state, r.run_id FROM messages m
			LEFT JOIN run_messages r ON r.message_id = m.id WHERE m.identity IN `), "", values).add(` ORDER BY m.id, r.run_id`)
		err := tx.eachQuery(ctx, func(r row) error {
			var identity []byte
			var message KnownMessage
			var run *backup.RunID
			if err := r.Scan(&identity, &message.ID, &message.State, &run); err != nil {
				return err
			}
			key := [32]byte(identity)
			message.RunIDs = known[key].RunIDs
			if run != nil {
				message.RunIDs = append(message.RunIDs, *run)
			}
			known[key] = message
			return nil
		}, q)
		if err != nil {
			return nil, fmt.Errorf("find known messages: %w", err)
		}
	}
	return known, nil
}

// LockMessage keeps others from deciding on the message until the transaction ends. On
// SQLite a writing transaction is alone anyway.
func (tx *Tx) LockMessage(ctx context.Context, id backup.MessageID) error {
	_, err := one(ctx, tx, value[backup.MessageID], `SELECT id FROM messages WHERE id = $1`+tx.db.dialect.forUpdate, id)
	_, err = found(id, err, "message", id)
	return err
}

// SetCorrections keeps what a person corrected of the message's reading, as JSON.
func (tx *Tx) SetCorrections(ctx context.Context, id backup.MessageID, corrections any) error {
	data, err := json.Marshal(corrections)
	if err != nil {
		return fmt.Errorf("encode the corrections: %w", err)
	}
	rows, err := tx.exec(ctx, `UPDATE messages SET corrections = $2 WHERE id = $1`, id, string(data))
	return changed(rows, err, "message", id)
}

// Corrections reads what SetCorrections kept into *into, which stays as it is when a person
// corrected nothing.
func (tx *Tx) Corrections(ctx context.Context, id backup.MessageID, into any) error {
	data, err := one(ctx, tx, value[string], `SELECT corrections FROM messages WHERE id = $1`, id)
	if data, err = found(data, err, "message", id); err != nil || data == "" {
		return err
	}
	if err := json.Unmarshal([]byte(data), into); err != nil {
		return fmt.Errorf("corrections of message %d: %w", id, err)
	}
	return nil
}

// RawMessage returns the mail as it came.
func (tx *Tx) RawMessage(ctx context.Context, id backup.MessageID) ([]byte, error) {
	var encoding string
	var packed []byte
	err := tx.tx.QueryRowContext(ctx, `SELECT encoding, data FROM message_raws WHERE message_id = $1`, id).Scan(&encoding, &packed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, backup.Errorf(backup.NotFound, "The original mail of message %d is not kept.", id)
	}
	if err != nil {
		return nil, fmt.Errorf("read the raw mail of message %d: %w", id, err)
	}
	raw, err := tx.db.raws.unpack(encoding, packed)
	if err != nil {
		return nil, fmt.Errorf("unpack the raw mail of message %d: %w", id, err)
	}
	return raw, nil
}

// Message returns one message with its reading, the runs it told of, and the customer of
// the first of them.
func (tx *Tx) Message(ctx context.Context, id backup.MessageID) (backup.Message, error) {
	m, err := one(ctx, tx, scanMessage, `SELECT `+messageColumns+` FROM messages m WHERE m.id = $1`, id)
	if m, err = found(m, err, "message", id); err != nil {
		return m, err
	}
	messages := []backup.Message{m}
	err = tx.addRuns(ctx, messages)
	return messages[0], err
}

// Messages lists messages with their readings and runs, newest first.
func (tx *Tx) Messages(ctx context.Context, f MessageFilter) (Page[backup.Message], error) {
	limit := limitOf(f.Limit)
	q, err := messagesQuery(f, limit+1)
	if err != nil {
		return Page[backup.Message]{}, err
	}
	messages, err := listQuery(ctx, tx, scanMessage, q)
	if err != nil {
		return Page[backup.Message]{}, fmt.Errorf("list messages: %w", err)
	}
	page, err := pageOf(messages, limit, func(m backup.Message) []any { return []any{millis(m.ReceivedAt), m.ID} })
	if err != nil {
		return page, err
	}
	return page, tx.addRuns(ctx, page.Items)
}

func messagesQuery(f MessageFilter, limit int) (*query, error) {
	q := newQuery(`SELECT ` + messageColumns + ` FROM messages m`)
	if f.State == "" {
		q.add(` WHERE m.state <> ?`, backup.Deleted)
	} else {
		q.add(` WHERE m.state = ?`, f.State)
	}
	if f.Search != "" {
		q.add(` AND m.search_key LIKE ? ESCAPE '!'`, searchPattern(f.Search))
	}
	if f.Cursor != "" {
		var at, id int64
		if err := readCursor(f.Cursor, &at, &id); err != nil {
			return nil, err
		}
		q.add(` AND (m.received_at, m.id) < (?, ?)`, at, id)
	}
	return q.add(` ORDER BY m.received_at DESC, m.id DESC LIMIT ?`, limit), nil
}

// addRuns fills RunIDs and Customer of the messages by one query.
func (tx *Tx) addRuns(ctx context.Context, messages []backup.Message) error {
	if len(messages) == 0 {
		return nil
	}
	at := map[backup.MessageID]*backup.Message{}
	ids := make([]backup.MessageID, len(messages))
	for i := range messages {
		ids[i] = messages[i].ID
		at[ids[i]] = &messages[i]
	}
	q := in(newQuery(`SELECT rm.message_id, rm.run_id, `+customerColumns+` FROM run_messages rm
		JOIN runs r ON r.id = rm.run_id JOIN jobs j ON j.id = r.job_id JOIN customers c ON c.id = j.customer_id
		WHERE rm.message_id IN `), "", ids)
	err := tx.eachQuery(ctx, func(r row) error {
		var message backup.MessageID
		var run backup.RunID
		var customer backup.Customer
		if err := r.Scan(append([]any{&message, &run}, customerFields(&customer)...)...); err != nil {
			return err
		}
		m := at[message]
		m.RunIDs = append(m.RunIDs, run)
		if m.Customer == nil {
			m.Customer = &customer
		}
		return nil
	}, q.add(` ORDER BY rm.message_id, rm.run_id`))
	if err != nil {
		return fmt.Errorf("find the runs of messages: %w", err)
	}
	return nil
}

// WaitingByKey returns messages in the inbox that have an outcome with the job key and come
// from sender, oldest first.
func (tx *Tx) WaitingByKey(ctx context.Context, key, sender string, limit int) ([]backup.Message, error) {
	messages, err := list(ctx, tx, scanMessage, `SELECT `+messageColumns+`
		FROM message_keys k JOIN messages m ON m.id = k.message_id
		WHERE k.job_key = $1 AND k.sender = $2 AND m.state = 'inbox'
		ORDER BY m.received_at, m.id LIMIT $3`, key, sender, limitOf(limit))
	if err != nil {
		return nil, fmt.Errorf("find waiting messages: %w", err)
	}
	return messages, tx.addRuns(ctx, messages)
}

// SetReading replaces what the parsers made of a message, and its problem.
func (tx *Tx) SetReading(ctx context.Context, id backup.MessageID, reading backup.Reading, problem string) error {
	text, err := json.Marshal(reading)
	if err != nil {
		return fmt.Errorf("encode the reading: %w", err)
	}
	const update = `UPDATE messages SET reading = $1, parser = $2, confidence = $3, status = $4, problem = $5 WHERE id = $6`
	rows, err := tx.exec(ctx, update, string(text), reading.Parser, string(reading.Confidence), string(reading.Status()), problem, id)
	if err := changed(rows, err, "message", id); err != nil {
		return err
	}
	return tx.refreshKeys(ctx, id)
}

// SetMessageState moves a message to a state and keeps the one it leaves, for
// RestoreMessage.
func (tx *Tx) SetMessageState(ctx context.Context, id backup.MessageID, state backup.MessageState) error {
	const update = `UPDATE messages SET previous_state = CASE WHEN state = $1 THEN previous_state ELSE state END, state = $1 WHERE id = $2`
	rows, err := tx.exec(ctx, update, string(state), id)
	if err := changed(rows, err, "message", id); err != nil {
		return err
	}
	return tx.refreshKeys(ctx, id)
}

// RestoreMessage puts a deleted message back where it was, and returns that state. A
// message that is not deleted is a Conflict.
func (tx *Tx) RestoreMessage(ctx context.Context, id backup.MessageID) (backup.MessageState, error) {
	state, err := one(ctx, tx, value[backup.MessageState], `SELECT state FROM messages WHERE id = $1`, id)
	if state, err = found(state, err, "message", id); err != nil {
		return "", err
	}
	if state != backup.Deleted {
		return "", backup.Errorf(backup.Conflict, "Message %d is not deleted.", id)
	}
	// A message that was stored as deleted has never been anywhere else.
	const update = `UPDATE messages SET state = CASE WHEN previous_state = '' THEN 'inbox' ELSE previous_state END, previous_state = 'deleted'
		WHERE id = $1 RETURNING state`
	state, err = one(ctx, tx, value[backup.MessageState], update, id)
	if err != nil {
		return "", fmt.Errorf("restore message %d: %w", id, err)
	}
	return state, tx.refreshKeys(ctx, id)
}

// refreshKeys keeps message_keys true for one message: its jobs' keys while it waits in the
// inbox, nothing otherwise. So the table stays as small as the inbox.
func (tx *Tx) refreshKeys(ctx context.Context, id backup.MessageID) error {
	m, err := one(ctx, tx, scanMessage, `SELECT `+messageColumns+` FROM messages m WHERE m.id = $1`, id)
	if err != nil {
		return fmt.Errorf("read message %d: %w", id, err)
	}
	if _, err := tx.exec(ctx, `DELETE FROM message_keys WHERE message_id = $1`, id); err != nil {
		return fmt.Errorf("remove keys of message %d: %w", id, err)
	}
	if m.State != backup.InInbox {
		return nil
	}
	return tx.addKeys(ctx, id, m.From, m.Reading)
}

func (tx *Tx) addKeys(ctx context.Context, id backup.MessageID, sender string, reading backup.Reading) error {
	const insert = `INSERT INTO message_keys (message_id, job_key, sender) VALUES ($1, $2, $3) ON CONFLICT (message_id, job_key) DO NOTHING`
	for _, outcome := range reading.Outcomes {
		if outcome.Job == "" {
			continue
		}
		if _, err := tx.exec(ctx, insert, id, outcome.Key(), sender); err != nil {
			return fmt.Errorf("add key of message %d: %w", id, err)
		}
	}
	return nil
}

// InboxCount says how many messages wait for a person.
func (tx *Tx) InboxCount(ctx context.Context) (int, error) {
	count, err := one(ctx, tx, value[int], `SELECT count(*) FROM messages WHERE state = 'inbox'`)
	if err != nil {
		return 0, fmt.Errorf("count the inbox: %w", err)
	}
	return count, nil
}
