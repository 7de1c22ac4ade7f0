package ingest

import (
	"context"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Reparse reads a stored mail again with today's parsers. A waiting mail whose reading is
// now sure is filed. A filed mail's runs follow the new reading, except for runs that a
// person has reviewed: those keep their result, and the reading says that it differs.
func (s *Station) Reparse(ctx context.Context, who backup.User, id backup.MessageID) error {
	if err := backup.Require(who, backup.ApproveMail); err != nil {
		return err
	}
	var raw []byte
	var source string
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		msg, err := tx.Message(ctx, id)
		if err != nil {
			return err
		}
		source = msg.Source
		raw, err = tx.RawMessage(ctx, id)
		return err
	})
	if err != nil {
		return err
	}
	again := s.understand(Mail{Raw: raw, Source: source})
	return s.db.Write(ctx, func(tx *store.Tx) error {
		msg, err := tx.Message(ctx, id)
		if err != nil {
			return err
		}
		if err := s.readAgain(ctx, tx, msg, again); err != nil {
			return err
		}
		return audit.Record(ctx, tx, who, audit.MessageReparsed, subject(id), map[string]any{
			"parser": again.row.Reading.Parser, "confidence": again.row.Reading.Confidence,
			"status_before": msg.Reading.Status(), "status": again.row.Reading.Status(),
		})
	})
}

func (s *Station) readAgain(ctx context.Context, tx *store.Tx, msg backup.Message, again understood) error {
	reading := again.row.Reading
	switch msg.State {
	case backup.Filed:
		differs, err := s.updateRuns(ctx, tx, msg, reading)
		if err != nil {
			return err
		}
		reading.Problems = append(reading.Problems, differs...)
	case backup.InInbox:
		runs, err := s.file(ctx, tx, again.filing(msg.ID))
		if err != nil {
			return err
		}
		state := again.row.State
		if runs != nil {
			state = backup.Filed
		}
		if state != backup.InInbox {
			if err := tx.SetMessageState(ctx, msg.ID, state); err != nil {
				return err
			}
		}
	}
	return tx.SetReading(ctx, msg.ID, reading, again.row.Problem)
}

// updateRuns brings the runs that this message made into line with its new reading. It
// returns a sentence for each reviewed run that would have changed.
func (s *Station) updateRuns(ctx context.Context, tx *store.Tx, msg backup.Message, reading backup.Reading) ([]string, error) {
	var differs []string
	for _, id := range msg.RunIDs {
		run, err := tx.Run(ctx, id)
		if err != nil {
			return nil, err
		}
		outcome, found := outcomeFor(run, msg, reading)
		if !found || run.MessageID == nil || *run.MessageID != msg.ID || !outcome.Status.Valid() {
			continue
		}
		if run.Reviewed() {
			if outcome.Status != run.Status {
				differs = append(differs, backup.Errorf(backup.Conflict,
					"Run %d was reviewed as %s and keeps that result; read again, the mail says %s.",
					id, run.Status.Label(), outcome.Status.Label()).Message)
			}
			continue
		}
		run.Status, run.Remark, run.Objects = outcome.Status, outcome.Remark, outcome.Objects
		run.EndedAt, run.Counts = outcome.EndedAt, backup.CountObjects(outcome.Objects)
		if run.Rank, err = rank(ctx, tx, run); err != nil {
			return nil, err
		}
		if err := tx.ReplaceRun(ctx, run); err != nil {
			return nil, err
		}
		if err := rerankNext(ctx, tx, run); err != nil {
			return nil, err
		}
	}
	return differs, nil
}

// outcomeFor finds the outcome of the new reading that the run was made from: the one with
// the run's key, or the only one.
func outcomeFor(run backup.Run, msg backup.Message, reading backup.Reading) (backup.Outcome, bool) {
	for _, outcome := range reading.Outcomes {
		if outcome.Key() == run.Job.Key() {
			return outcome, true
		}
	}
	if len(reading.Outcomes) == 1 && len(msg.RunIDs) == 1 {
		return reading.Outcomes[0], true
	}
	return backup.Outcome{}, false
}
