// Package review is the sixth station on the way: people decide. It marks runs as looked at
// and takes such marks back. It does not open tickets; that is the station after it.
package review

import (
	"context"
	"fmt"
	"slices"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Limits on what one request may review. A morning has some hundreds of runs.
const (
	maxRuns = 5000
	maxNote = 2000 // characters
)

// Station records reviews. It is safe for concurrent use.
type Station struct {
	db *store.DB
}

// New returns a Station on the database.
func New(db *store.DB) *Station { return &Station{db: db} }

// Runs marks all the runs as reviewed, or none of them. Runs that were reviewed before keep
// their mark and are not counted in the result. An unknown id is NotFound.
func (s *Station) Runs(ctx context.Context, who backup.User, ids []backup.RunID, note string) (int, error) {
	return s.RunsAsOf(ctx, who, ids, note, 0)
}

// RunsAsOf is Runs for what a person saw when seen was the newest mail. A run of which a
// later mail tells is a Conflict: nobody has judged what it says now. Zero looks at nothing.
func (s *Station) RunsAsOf(ctx context.Context, who backup.User, ids []backup.RunID, note string, seen backup.MessageID) (int, error) {
	if err := check(who, ids); err != nil {
		return 0, err
	}
	if len([]rune(note)) > maxNote {
		return 0, backup.Errorf(backup.Invalid, "A note may have at most %d characters.", maxNote).In("note")
	}
	return s.apply(ctx, who, audit.RunsReviewed, ids, note, func(tx *store.Tx, ids []backup.RunID) (int, error) {
		if err := stillAsSeen(ctx, tx, ids, seen); err != nil {
			return 0, err
		}
		return tx.ReviewRuns(ctx, ids, who.Name, note)
	})
}

func stillAsSeen(ctx context.Context, tx *store.Tx, ids []backup.RunID, seen backup.MessageID) error {
	if seen == 0 {
		return nil
	}
	changed, err := tx.RunsToldSince(ctx, ids, seen)
	if err != nil || len(changed) == 0 {
		return err
	}
	run, err := tx.Run(ctx, changed[0])
	if err != nil {
		return err
	}
	return backup.Errorf(backup.Conflict, "A later mail told of %s of %s meanwhile: it is now %s. Please look at it again.",
		run.Job.Name, run.Job.Customer, run.Status.Label())
}

// Undo takes the mark back from all the runs, or from none of them. Runs without a mark are
// not counted in the result.
func (s *Station) Undo(ctx context.Context, who backup.User, ids []backup.RunID) (int, error) {
	if err := check(who, ids); err != nil {
		return 0, err
	}
	return s.apply(ctx, who, audit.RunsUnreviewed, ids, "", func(tx *store.Tx, ids []backup.RunID) (int, error) {
		return tx.UnreviewRuns(ctx, ids, who.Name)
	})
}

func (s *Station) apply(ctx context.Context, who backup.User, action string, ids []backup.RunID, note string,
	change func(*store.Tx, []backup.RunID) (int, error),
) (int, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	changed := 0
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		var err error
		if changed, err = change(tx, ids); err != nil {
			return err
		}
		if changed == 0 {
			return nil
		}
		return audit.Record(ctx, tx, who, action, fmt.Sprintf("%d runs", changed), map[string]any{"runs": ids, "note": note})
	})
	return changed, err
}

func check(who backup.User, ids []backup.RunID) error {
	if err := backup.Require(who, backup.ReviewRuns); err != nil {
		return err
	}
	if len(ids) == 0 {
		return backup.Errorf(backup.Invalid, "No run was named.").In("ids")
	}
	if len(ids) > maxRuns {
		return backup.Errorf(backup.Invalid, "At most %d runs can be reviewed at once.", maxRuns).In("ids")
	}
	return nil
}
