package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backupchecks/internal/backup"
)

// The actions in a run's review history.
const (
	Reviewed   = "reviewed"
	Unreviewed = "unreviewed" // by a person
	Cleared    = "cleared"    // because a later mail changed the run
)

// Review is one entry of a run's review history.
type Review struct {
	Action string // Reviewed, Unreviewed or Cleared
	By     string // the user's name; empty when Cleared
	Note   string
	At     time.Time
}

// ReviewRuns marks runs as looked at and returns how many were not before. Those that were
// keep their mark. An unknown id is NotFound, and then none is marked.
func (tx *Tx) ReviewRuns(ctx context.Context, ids []backup.RunID, by, note string) (int, error) {
	return tx.changeReviews(ctx, ids, Review{Action: Reviewed, By: by, Note: note}, func(ids []backup.RunID) *query {
		q := newQuery(`UPDATE runs SET reviewed_at = ?, reviewed_by = ?, note = ? WHERE reviewed_at IS NULL`, millis(tx.now), by, note)
		return in(q, ` AND id IN `, ids)
	})
}

// UnreviewRuns takes the marks back and returns how many there were. An unknown id is
// NotFound, and then no mark is taken.
func (tx *Tx) UnreviewRuns(ctx context.Context, ids []backup.RunID, by string) (int, error) {
	return tx.changeReviews(ctx, ids, Review{Action: Unreviewed, By: by}, unreview)
}

// ClearReview takes the mark from a run that a later mail changed.
func (tx *Tx) ClearReview(ctx context.Context, id backup.RunID) error {
	_, err := tx.changeReviews(ctx, []backup.RunID{id}, Review{Action: Cleared}, unreview)
	return err
}

func unreview(ids []backup.RunID) *query {
	return in(newQuery(`UPDATE runs SET reviewed_at = NULL, reviewed_by = '', note = '' WHERE reviewed_at IS NOT NULL`), ` AND id IN `, ids)
}

// changeReviews changes the marks of the runs and writes an entry for each one changed.
func (tx *Tx) changeReviews(ctx context.Context, ids []backup.RunID, entry Review, update func([]backup.RunID) *query) (int, error) {
	ids = uniqueIDs(ids)
	if err := tx.mustExist(ctx, ids); err != nil {
		return 0, err
	}
	total := 0
	for ids := range slices.Chunk(ids, chunk) {
		changed, err := listQuery(ctx, tx, value[backup.RunID], update(ids).add(` RETURNING id`))
		if err != nil {
			return 0, fmt.Errorf("change reviews: %w", err)
		}
		if err := tx.addReviews(ctx, changed, entry); err != nil {
			return 0, err
		}
		total += len(changed)
	}
	return total, nil
}

// mustExist returns NotFound with the first of the sorted ids that is no run.
func (tx *Tx) mustExist(ctx context.Context, ids []backup.RunID) error {
	for ids := range slices.Chunk(ids, chunk) {
		known, err := listQuery(ctx, tx, value[backup.RunID], in(newQuery(`SELECT id FROM runs WHERE id IN `), "", ids).add(` ORDER BY id`))
		if err != nil {
			return fmt.Errorf("look for runs: %w", err)
		}
		for i, id := range ids {
			if i == len(known) || known[i] != id {
				return notFound("run", id)
			}
		}
	}
	return nil
}

func (tx *Tx) addReviews(ctx context.Context, ids []backup.RunID, entry Review) error {
	if len(ids) == 0 {
		return nil
	}
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = []any{id, entry.Action, entry.By, entry.Note, millis(tx.now)}
	}
	if _, err := tx.execQuery(ctx, newQuery(`INSERT INTO reviews (run_id, action, actor, note, at) VALUES `).rows(rows)); err != nil {
		return fmt.Errorf("write the review history: %w", err)
	}
	return nil
}

// Reviews returns a run's review history, oldest first.
func (tx *Tx) Reviews(ctx context.Context, id backup.RunID) ([]Review, error) {
	reviews, err := list(ctx, tx, func(r row) (Review, error) {
		var review Review
		err := r.Scan(&review.Action, &review.By, &review.Note, instant{&review.At})
		return review, err
	}, `SELECT action, actor, note, at FROM reviews WHERE run_id = $1 ORDER BY id`, id)
	if err != nil {
		return nil, fmt.Errorf("read reviews of run %d: %w", id, err)
	}
	return reviews, nil
}
