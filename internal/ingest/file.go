package ingest

import (
	"context"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// retryWindow is how long after a troubled run a retry still belongs to it. A product
// retries within its job window; the next night's run is never a retry.
const retryWindow = 20 * time.Hour

// file makes the runs of a waiting message whose reading is sure and whose jobs are all
// known. It returns nil runs when the message has to stay in the Inbox.
func (s *Station) file(ctx context.Context, tx *store.Tx, mail filing) ([]backup.RunID, error) {
	jobs, err := knownJobs(ctx, tx, mail)
	if err != nil || jobs == nil {
		return nil, err
	}
	return s.recordAll(ctx, tx, jobs, mail)
}

// knownJobs returns the job of each outcome, or nil when the message cannot file itself.
func knownJobs(ctx context.Context, tx *store.Tx, mail filing) ([]backup.Job, error) {
	if !mail.reading.FilesItself() {
		return nil, nil
	}
	jobs := make([]backup.Job, 0, len(mail.reading.Outcomes))
	for _, outcome := range mail.reading.Outcomes {
		job, err := knownJob(ctx, tx, outcome, mail.sender)
		if err != nil || job == nil {
			return nil, err
		}
		jobs = append(jobs, *job)
	}
	return jobs, nil
}

// recordAll makes the runs of the message's outcomes.
func (s *Station) recordAll(ctx context.Context, tx *store.Tx, jobs []backup.Job, mail filing) ([]backup.RunID, error) {
	runs := make([]backup.RunID, 0, len(jobs))
	for i, outcome := range mail.reading.Outcomes {
		run, err := s.record(ctx, tx, jobs[i], mail, outcome)
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	return runs, nil
}

// knownJob finds the one job that a person has approved for this key from this sender. The
// same job name exists at many customers, so the key alone proves nothing; and where one
// sender relays for several customers, only the customer's name in the mail can tell them
// apart. In doubt there is none, and the mail waits.
func knownJob(ctx context.Context, tx *store.Tx, outcome backup.Outcome, sender string) (*backup.Job, error) {
	jobs, err := tx.JobsBySender(ctx, outcome.Key(), sender)
	if err != nil {
		return nil, err
	}
	if len(jobs) == 1 {
		return &jobs[0], nil
	}
	var named *backup.Job
	for i, job := range jobs {
		if outcome.CustomerHint == "" || backup.Fold(job.Customer) != backup.Fold(outcome.CustomerHint) {
			continue
		}
		if named != nil {
			return nil, nil
		}
		named = &jobs[i]
	}
	return named, nil
}

// record makes a run of an outcome, or adds the mail to the run that it tells of again.
func (s *Station) record(ctx context.Context, tx *store.Tx, job backup.Job, mail filing, outcome backup.Outcome) (backup.RunID, error) {
	run := backup.Run{
		Job: job, Status: outcome.Status, StartedAt: outcome.StartedAt, EndedAt: outcome.EndedAt,
		ReceivedAt: mail.toldAt(tx.Now()), Remark: outcome.Remark, Objects: outcome.Objects,
		Counts: backup.CountObjects(outcome.Objects), Attempts: 1, MessageID: &mail.message,
	}
	same, err := sameRun(ctx, tx, run, outcome.Attempt)
	if err != nil {
		return 0, err
	}
	if same != nil {
		return same.ID, s.tellAgain(ctx, tx, *same, run, outcome.Attempt)
	}
	if run.Rank, err = rank(ctx, tx, run); err != nil {
		return 0, err
	}
	if run.ID, err = tx.AddRun(ctx, run); err != nil {
		return 0, err
	}
	return run.ID, rerankNext(ctx, tx, run)
}

// sameRun finds the run that the mail tells of again: one with the same start, or, for a
// retry, the troubled run just before it.
func sameRun(ctx context.Context, tx *store.Tx, run backup.Run, attempt int) (*backup.Run, error) {
	if run.StartedAt != nil {
		same, err := tx.RunByStart(ctx, run.Job.ID, *run.StartedAt)
		if err != nil || same != nil {
			return same, err
		}
	}
	if attempt == 0 {
		return nil, nil
	}
	before, err := tx.RunBefore(ctx, run.Job.ID, run.At(), 0)
	if err != nil || before == nil || before.Status == backup.StatusSuccess || run.At().Sub(before.At()) > retryWindow {
		return nil, err
	}
	return before, nil
}

// tellAgain adds another mail to a run. The mail that was sent later, or the later retry,
// has the last word; where neither is known to be later, the worse status stands. A review
// is taken back when the result changes, because the person judged something else.
func (s *Station) tellAgain(ctx context.Context, tx *store.Tx, old, told backup.Run, attempt int) error {
	later := attempt > 0 || told.ReceivedAt.After(old.ReceivedAt)
	undecided := attempt == 0 && told.ReceivedAt.Equal(old.ReceivedAt)
	if undecided {
		later = backup.Worst(old.Status, told.Status) == told.Status && told.Status != old.Status
	}
	if attempt > 0 && told.ReceivedAt.Before(old.ReceivedAt) {
		later = false // an older retry that arrives late
	}
	if !later {
		return tx.AddAttempt(ctx, old.ID, *told.MessageID)
	}
	told.ID, told.Attempts = old.ID, old.Attempts+1
	told.StartedAt = firstStart(old, told)
	var err error
	if told.Rank, err = rank(ctx, tx, told); err != nil {
		return err
	}
	if err := tx.ReplaceRun(ctx, told); err != nil {
		return err
	}
	if old.Reviewed() && told.Status != old.Status {
		if err := tx.ClearReview(ctx, old.ID); err != nil {
			return err
		}
	}
	return rerankNext(ctx, tx, told)
}

// firstStart keeps the start of the first attempt: the run began then.
func firstStart(old, told backup.Run) *time.Time {
	if old.StartedAt != nil {
		return old.StartedAt
	}
	return told.StartedAt
}

// rank places the run in the order of Run Checks by comparing it with the one before it.
func rank(ctx context.Context, tx *store.Tx, run backup.Run) (backup.Rank, error) {
	previous, err := tx.NearBefore(ctx, run.Job.ID, run.At(), run.ID)
	if err != nil || previous == nil {
		return backup.RankOf(run.Outcome(), nil), err
	}
	before := backup.Outcome{Status: previous.Status, Remark: previous.Remark}
	if sameKind(run.Status, previous.Status) {
		if before.Objects, err = tx.RunObjects(ctx, previous.ID); err != nil {
			return 0, err
		}
	}
	return backup.RankOf(run.Outcome(), &before), nil
}

// sameKind reports whether two runs may be the same trouble, so that their objects count.
func sameKind(a, b backup.Status) bool { return a == b && a != backup.StatusSuccess }

// rerankNext places the run after this one anew: mails may arrive in any order, and what
// that run is compared with has changed.
func rerankNext(ctx context.Context, tx *store.Tx, run backup.Run) error {
	next, err := tx.NearAfter(ctx, run.Job.ID, run.At(), run.ID)
	if err != nil || next == nil || next.Reviewed {
		return err
	}
	after := backup.Outcome{Status: next.Status, Remark: next.Remark}
	if sameKind(run.Status, next.Status) {
		if after.Objects, err = tx.RunObjects(ctx, next.ID); err != nil {
			return err
		}
	}
	place := backup.RankOf(after, new(run.Outcome()))
	if place == next.Rank {
		return nil
	}
	return tx.SetRank(ctx, next.ID, place)
}
