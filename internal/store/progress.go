package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backupchecks/internal/backup"
)

// recentReviews bounds how far back the review history is read. It is more than a day of
// reviews, and spares the history an index of its own.
const recentReviews = 5000

// ReviewEntry is one entry of the review history, with its place in it.
type ReviewEntry struct {
	ID    int64
	RunID backup.RunID
	Review
}

const reviewEntryColumns = `e.id, e.run_id, e.action, e.actor, e.note, e.at`

func scanReviewEntry(r row) (ReviewEntry, error) {
	var e ReviewEntry
	err := r.Scan(&e.ID, &e.RunID, &e.Action, &e.By, &e.Note, instant{&e.At})
	return e, err
}

// CountReviewed says how many runs were marked as reviewed since a time and still are. It
// counts at most the latest 5,000 acts.
func (tx *Tx) CountReviewed(ctx context.Context, since time.Time) (int, error) {
	count, err := one(ctx, tx, value[int], `SELECT count(*) FROM runs WHERE reviewed_at >= $1 AND id IN (
		SELECT run_id FROM (SELECT run_id, at FROM reviews ORDER BY id DESC LIMIT $2) recent WHERE at >= $1)`, millis(since), recentReviews)
	if err != nil {
		return 0, fmt.Errorf("count reviewed runs: %w", err)
	}
	return count, nil
}

// LastReview returns the newest act of reviewing; nil before the first.
func (tx *Tx) LastReview(ctx context.Context) (*ReviewEntry, error) {
	entry, err := maybe(ctx, tx, scanReviewEntry, `SELECT `+reviewEntryColumns+` FROM reviews e WHERE e.action = $1 ORDER BY e.id DESC LIMIT 1`, Reviewed)
	if err != nil {
		return nil, fmt.Errorf("read the last review: %w", err)
	}
	return entry, nil
}

// ReviewsSince lists the acts after the entry with the id, oldest first and at most 5,000.
func (tx *Tx) ReviewsSince(ctx context.Context, id int64) ([]ReviewEntry, error) {
	entries, err := list(ctx, tx, scanReviewEntry, `SELECT `+reviewEntryColumns+` FROM reviews e WHERE e.id > $1 ORDER BY e.id LIMIT $2`, id, recentReviews)
	if err != nil {
		return nil, fmt.Errorf("list new reviews: %w", err)
	}
	return entries, nil
}

// LastReviewed returns the runs of the person's newest act of reviewing since a time, and when
// it was; nil when there is none or one of them is no longer marked by it.
func (tx *Tx) LastReviewed(ctx context.Context, by string, since time.Time) (ids []backup.RunID, at time.Time, err error) {
	entries, err := list(ctx, tx, scanReviewEntry, `SELECT `+reviewEntryColumns+`
		FROM (SELECT * FROM reviews ORDER BY id DESC LIMIT $3) e JOIN runs r ON r.id = e.run_id
		WHERE e.actor = $1 AND e.action = 'reviewed' AND e.at >= $2 AND r.reviewed_at = e.at AND r.reviewed_by = $1
		ORDER BY e.id DESC`, by, millis(since), recentReviews)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("find the last reviews of a person: %w", err)
	}
	for _, entry := range entries {
		if at.IsZero() {
			at = entry.At
		}
		if !entry.At.Equal(at) {
			break
		}
		ids = append(ids, entry.RunID)
	}
	return ids, at, nil
}

// LastReviewID is the place of the newest act in the review history; 0 before the first.
func (tx *Tx) LastReviewID(ctx context.Context) (int64, error) {
	id, err := one(ctx, tx, value[int64], `SELECT coalesce(max(id), 0) FROM reviews`)
	if err != nil {
		return 0, fmt.Errorf("read the end of the review history: %w", err)
	}
	return id, nil
}

// NewestRunID is the id of the run that was stored last; 0 before the first.
func (tx *Tx) NewestRunID(ctx context.Context) (backup.RunID, error) {
	id, err := one(ctx, tx, value[backup.RunID], `SELECT coalesce(max(id), 0) FROM runs`)
	if err != nil {
		return 0, fmt.Errorf("read the newest run: %w", err)
	}
	return id, nil
}

// NewestMessageID is the id of the mail that was stored last; 0 before the first.
func (tx *Tx) NewestMessageID(ctx context.Context) (backup.MessageID, error) {
	id, err := one(ctx, tx, value[backup.MessageID], `SELECT coalesce(max(id), 0) FROM messages`)
	if err != nil {
		return 0, fmt.Errorf("read the newest message: %w", err)
	}
	return id, nil
}

// RunsToldSince returns those of the runs of which a mail told that was stored after another.
func (tx *Tx) RunsToldSince(ctx context.Context, runs []backup.RunID, after backup.MessageID) ([]backup.RunID, error) {
	var told []backup.RunID
	for ids := range slices.Chunk(uniqueIDs(runs), chunk) {
		q := in(newQuery(`SELECT DISTINCT run_id FROM run_messages WHERE run_id IN `), "", ids).add(` AND message_id > ? ORDER BY run_id`, after)
		some, err := listQuery(ctx, tx, value[backup.RunID], q)
		if err != nil {
			return nil, fmt.Errorf("find runs told of since: %w", err)
		}
		told = append(told, some...)
	}
	return told, nil
}

// LastMailAt says when the newest mail was stored; nil before the first.
func (tx *Tx) LastMailAt(ctx context.Context) (*time.Time, error) {
	at, err := one(ctx, tx, func(r row) (at *time.Time, err error) {
		err = r.Scan(maybeInstant{&at})
		return at, err
	}, `SELECT max(received_at) FROM messages`)
	if err != nil {
		return nil, fmt.Errorf("read when the newest mail came: %w", err)
	}
	return at, nil
}
