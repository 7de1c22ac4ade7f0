package ingest

import (
	"context"
	"fmt"
	"strings"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Reparse reads a stored mail again with today's parsers. A waiting or informational mail
// whose reading is now sure is filed. A filed mail's runs follow the new reading and what a
// person corrected in it, except for runs that a person has reviewed: those keep their
// result, and the reading says that it differs.
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
		msg, err := lockedMessage(ctx, tx, id)
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
	reading, state := again.row.Reading, msg.State
	switch msg.State {
	case backup.Filed:
		told, err := s.updateRuns(ctx, tx, msg, reading)
		if err != nil {
			return err
		}
		reading.Problems = append(reading.Problems, told.problems...)
		if told.more {
			state = backup.InInbox
		}
	case backup.InInbox, backup.Informational:
		runs, err := s.file(ctx, tx, again.filing(msg.ID))
		if err != nil {
			return err
		}
		state = again.row.State
		if runs != nil {
			state = backup.Filed
		}
	}
	if state != msg.State {
		if err := tx.SetMessageState(ctx, msg.ID, state); err != nil {
			return err
		}
	}
	return tx.SetReading(ctx, msg.ID, reading, again.row.Problem)
}

// retold is what came of reading a filed mail again.
type retold struct {
	problems []string // sentences: what could not be brought into line
	more     bool     // the mail tells of a job that has no run yet, and waits for a person again
}

// updateRuns brings the runs that this message told of into line with its new reading. A
// reviewed run keeps what the person judged, and a success that the mail no longer proves is
// none; whatever cannot be matched for certain stays as it is and is told.
func (s *Station) updateRuns(ctx context.Context, tx *store.Tx, msg backup.Message, reading backup.Reading) (retold, error) {
	var result retold
	outcomes, fits, err := withCorrections(ctx, tx, msg, reading)
	if err != nil {
		return result, err
	}
	if !fits {
		result.problems = append(result.problems, "What a person corrected in this mail no longer fits its new reading; its runs keep their results.")
		return result, nil
	}
	told, err := tx.ToldRuns(ctx, msg.ID)
	if err != nil {
		return result, err
	}
	places, ambiguous := match(told, msg.Reading.Outcomes, reading.Outcomes)
	for _, id := range ambiguous {
		result.problems = append(result.problems, fmt.Sprintf("Read again, this mail does not tell for certain of run %d any more; the run keeps its result.", id))
	}
	for place, outcome := range outcomes {
		id, found := places[place]
		if !found {
			result.more = true
			result.problems = append(result.problems, fmt.Sprintf("Read again, this mail also tells of job %q, which has no run of it yet.", outcome.Job))
			continue
		}
		if err := tx.TellOf(ctx, id, msg.ID, place); err != nil {
			return result, err
		}
		problem, err := updateRun(ctx, tx, id, outcome)
		if err != nil {
			return result, err
		}
		if problem != "" {
			result.problems = append(result.problems, problem)
		}
	}
	return result, nil
}

// withCorrections applies what a person corrected to the new reading. It reports false when
// the corrections were made for another number of results.
func withCorrections(ctx context.Context, tx *store.Tx, msg backup.Message, reading backup.Reading) ([]backup.Outcome, bool, error) {
	var corrections []Correction
	if err := tx.Corrections(ctx, msg.ID, &corrections); err != nil || len(corrections) == 0 {
		return reading.Outcomes, true, err
	}
	if len(corrections) != len(reading.Outcomes) {
		return nil, false, nil
	}
	outcomes := make([]backup.Outcome, len(reading.Outcomes))
	for i, outcome := range reading.Outcomes {
		outcomes[i] = corrections[i].apply(outcome)
	}
	return outcomes, true, nil
}

// match finds for each place of the new reading the run that the same outcome of the old one
// made: the same job with the same start. Runs that no place or several could have made are
// ambiguous.
func match(told []store.ToldRun, before, after []backup.Outcome) (places map[int]backup.RunID, ambiguous []backup.RunID) {
	places = map[int]backup.RunID{}
	for _, run := range told {
		var fitting []int
		for place, outcome := range after {
			if run.Outcome < len(before) && sameOutcome(before[run.Outcome], outcome) {
				fitting = append(fitting, place)
			}
		}
		if len(fitting) != 1 {
			ambiguous = append(ambiguous, run.ID)
			continue
		}
		places[fitting[0]] = run.ID
	}
	return places, ambiguous
}

func sameOutcome(a, b backup.Outcome) bool {
	if a.Key() != b.Key() || (a.StartedAt == nil) != (b.StartedAt == nil) {
		return false
	}
	return a.StartedAt == nil || a.StartedAt.Equal(*b.StartedAt)
}

// updateRun gives the run the new outcome, or returns why it does not. Where several mails
// told of the run, one of them read again may worsen it and never better it.
func updateRun(ctx context.Context, tx *store.Tx, id backup.RunID, outcome backup.Outcome) (string, error) {
	run, err := tx.Run(ctx, id)
	if err != nil {
		return "", err
	}
	after := run
	switch {
	case !outcome.Status.Valid():
		after.Status = backup.Worst(run.Status, backup.StatusWarning)
		after.Remark = strings.TrimSpace("Read again, the mail no longer says how this run ended. " + run.Remark)
	case run.Attempts > 1:
		if backup.Worst(run.Status, outcome.Status) == run.Status || outcome.Attempt < run.Retry {
			return "", nil
		}
		after.Status, after.Remark = outcome.Status, outcome.Remark
	default:
		after.Status, after.Remark, after.Objects, after.EndedAt = outcome.Status, outcome.Remark, outcome.Objects, outcome.EndedAt
	}
	if run.Reviewed() {
		if sameResult(run, after) {
			return "", nil
		}
		return fmt.Sprintf("Run %d was reviewed as %s and keeps that result; read again, the mail says %s.",
			id, run.Status.Label(), outcome.Status.Label()), nil
	}
	if after.Rank, err = rank(ctx, tx, after); err != nil {
		return "", err
	}
	if err := tx.ReplaceRun(ctx, after); err != nil {
		return "", err
	}
	return "", rerankNext(ctx, tx, after)
}
