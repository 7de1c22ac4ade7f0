package ingest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// retryWindow is how long after an attempt ended the next one may begin and still belong to
// the same run. Products retry within minutes; what begins later is a run of its own, even
// when its first mail is about a retry.
const retryWindow = 2 * time.Hour

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

// recordAll makes the runs of the message's outcomes, or adds the message to those it tells
// of again.
func (s *Station) recordAll(ctx context.Context, tx *store.Tx, jobs []backup.Job, mail filing) ([]backup.RunID, error) {
	if err := lockJobs(ctx, tx, jobs); err != nil {
		return nil, err
	}
	runs := make([]backup.RunID, 0, len(jobs))
	for i, outcome := range mail.reading.Outcomes {
		run, err := s.record(ctx, tx, jobs[i], mail, outcome)
		if err != nil {
			return nil, err
		}
		if i > 0 { // a run's first outcome is noted with the run
			if err := tx.TellOf(ctx, run, mail.message, i); err != nil {
				return nil, err
			}
		}
		runs = append(runs, run)
	}
	return runs, nil
}

// lockJobs keeps other processes from telling of the same runs meanwhile. The order is the
// same for everybody, so that two never wait for each other.
func lockJobs(ctx context.Context, tx *store.Tx, jobs []backup.Job) error {
	ids := make([]backup.JobID, len(jobs))
	for i, job := range jobs {
		ids[i] = job.ID
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if err := tx.LockJob(ctx, id); err != nil {
			return err
		}
	}
	return nil
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
		Attempts: 1, Retry: outcome.Attempt, MessageID: &mail.message,
	}
	same, err := sameRun(ctx, tx, run)
	if err != nil {
		return 0, err
	}
	if same != nil {
		return same.ID, s.tellAgain(ctx, tx, *same, run)
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
// retry, the troubled attempt that ended just before it began.
func sameRun(ctx context.Context, tx *store.Tx, run backup.Run) (*backup.Run, error) {
	if run.StartedAt != nil {
		same, err := tx.RunByStart(ctx, run.Job.ID, *run.StartedAt)
		if err != nil || same != nil {
			return same, err
		}
	}
	if run.Retry == 0 {
		return nil, nil
	}
	before, err := tx.RunBefore(ctx, run.Job.ID, run.At(), 0)
	if err != nil || before == nil || before.Status == backup.StatusSuccess || before.Retry >= run.Retry {
		return nil, err
	}
	ended := before.ReceivedAt
	if before.EndedAt != nil {
		ended = *before.EndedAt
	}
	if run.At().Sub(ended) > retryWindow {
		return nil, nil
	}
	return before, nil
}

// tellAgain adds another mail to a run. Only a later retry can better a result; otherwise the
// worse one stands, whichever mail came first, because two machines may run a job of the same
// name at the same minute. What a person reviewed counts no longer when the trouble differs.
func (s *Station) tellAgain(ctx context.Context, tx *store.Tx, old, told backup.Run) error {
	merged := merge(old, told)
	if unchanged(old, merged) {
		return tx.AddAttempt(ctx, old.ID, *told.MessageID)
	}
	var err error
	if merged.Rank, err = rank(ctx, tx, merged); err != nil {
		return err
	}
	if err := tx.ReplaceRun(ctx, merged); err != nil {
		return err
	}
	if merged.MessageID != told.MessageID {
		if err := tx.TellOf(ctx, old.ID, *told.MessageID, 0); err != nil {
			return err
		}
	}
	if old.Reviewed() && !sameResult(old, merged) {
		if err := tx.ClearReview(ctx, old.ID); err != nil {
			return err
		}
	}
	return rerankNext(ctx, tx, merged)
}

// merge is the run as all its mails tell it. It keeps the start of the first attempt.
func merge(old, told backup.Run) backup.Run {
	retried := told.Retry > old.Retry
	base, other := old, told
	if retried || backup.Worst(old.Status, told.Status) != old.Status {
		base, other = told, old
	}
	base.ID, base.Job, base.Attempts = old.ID, old.Job, old.Attempts+1
	base.Retry = max(old.Retry, told.Retry)
	base.StartedAt = cmp.Or(old.StartedAt, told.StartedAt)
	base.ReviewedAt, base.ReviewedBy, base.Note = old.ReviewedAt, old.ReviewedBy, old.Note
	base.Objects = mergeObjects(base.Objects, other.Objects, retried)
	for _, object := range base.Objects {
		// An object that failed, and of which the retry says nothing, has still failed.
		base.Status = backup.Worst(base.Status, worstOf(object, other.Objects, retried))
	}
	base.Counts = backup.CountObjects(base.Objects)
	return base
}

// worstOf is what an object taken over from the other mail adds to the run's status.
func worstOf(object backup.Object, others []backup.Object, retried bool) backup.Status {
	if retried && slices.Contains(others, object) {
		return object.Status
	}
	return backup.StatusSuccess
}

// mergeObjects adds the objects of the other mail. Of an object in both, a retry's own word
// stands; without a retry the worse one.
func mergeObjects(base, others []backup.Object, retried bool) []backup.Object {
	type name struct{ name, kind string }
	at := map[name]int{}
	merged := slices.Clone(base)
	for i, object := range merged {
		at[name{object.Name, object.Type}] = i
	}
	for _, object := range others {
		i, both := at[name{object.Name, object.Type}]
		switch {
		case !both:
			merged = append(merged, object)
		case !retried && backup.Worst(merged[i].Status, object.Status) != merged[i].Status:
			merged[i] = object
		}
	}
	return merged
}

// unchanged reports whether a mail told nothing new.
func unchanged(old, merged backup.Run) bool {
	return old.Status == merged.Status && old.Remark == merged.Remark && old.Retry == merged.Retry && slices.Equal(old.Objects, merged.Objects)
}

// sameResult reports whether a person who reviewed the one has judged the other as well.
func sameResult(a, b backup.Run) bool {
	if a.Status == backup.StatusSuccess {
		return b.Status == backup.StatusSuccess
	}
	return backup.RankOf(b.Outcome(), new(a.Outcome())) == backup.RankSame
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
