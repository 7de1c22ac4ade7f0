package ingest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/message"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

// teller makes mails that say exactly what a test wants to be read: the reading stands in
// the mail as JSON.
type teller struct {
	db *store.DB
	*ingest.Station
	sent int
}

func newTeller(t *testing.T, db *store.DB) *teller {
	t.Helper()
	storetest.At(t, db, "2026-03-10 08:00")
	read := func(msg *message.Message) backup.Reading {
		var reading backup.Reading
		if err := json.Unmarshal([]byte(msg.Text), &reading); err != nil {
			t.Errorf("a test's mail cannot be read: %v", err)
		}
		return reading
	}
	return &teller{db: db, Station: ingest.New(ingest.Config{DB: db, Read: read, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})}
}

func (s *teller) mail(t *testing.T, reading backup.Reading) ingest.Mail {
	t.Helper()
	s.sent++
	text, err := json.Marshal(reading)
	if err != nil {
		t.Fatal(err)
	}
	return ingest.Mail{Source: "file", Raw: fmt.Appendf(nil,
		"Message-ID: <%d@bakery.example>\r\nFrom: veeam@bakery.example\r\nDate: %s\r\nSubject: Backup\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		s.sent, at("2026-03-09 20:00").Add(time.Duration(s.sent)*time.Minute).Format(time.RFC1123Z), text)}
}

func (s *teller) tell(t *testing.T, outcomes ...backup.Outcome) ingest.Receipt {
	t.Helper()
	receipt, err := s.Accept(t.Context(), s.mail(t, sure(outcomes...)))
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	return receipt
}

// known makes the job known to the sender by approving an old run of it.
func (s *teller) known(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		first := s.tell(t, outcome(name, backup.StatusSuccess, "2026-03-01 20:00"))
		if _, err := s.Approve(t.Context(), operator(), first.MessageID, ingest.Approval{CustomerName: "Bakery North"}); err != nil {
			t.Fatal(err)
		}
	}
}

func sure(outcomes ...backup.Outcome) backup.Reading {
	return backup.Reading{Parser: "test", Confidence: backup.Sure, Outcomes: outcomes}
}

func at(text string) time.Time {
	moment, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return moment
}

func outcome(job string, status backup.Status, start string, objects ...backup.Object) backup.Outcome {
	o := backup.Outcome{Software: "Veeam", Type: "Backup", Job: job, Status: status, Objects: objects}
	if start != "" {
		o.StartedAt, o.EndedAt = new(at(start)), new(at(start).Add(30*time.Minute))
	}
	return o
}

func retry(n int, o backup.Outcome) backup.Outcome {
	o.Attempt = n
	return o
}

func thing(name string, status backup.Status) backup.Object {
	return backup.Object{Name: name, Type: "vm", Status: status}
}

func (s *teller) status(t *testing.T, receipt ingest.Receipt) backup.Status {
	t.Helper()
	if len(receipt.RunIDs) == 0 {
		t.Fatalf("the mail made no run: %+v", receipt)
	}
	return runOf(t, s.db, receipt.RunIDs[0]).Status
}

func TestOneMachinesSuccessDoesNotReplaceAnothersFailure(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][2]backup.Outcome{
		"failure first": {outcome("Daily", backup.StatusError, "2026-03-09 20:00", thing("PC1", backup.StatusError)), outcome("Daily", backup.StatusSuccess, "2026-03-09 20:00", thing("PC2", backup.StatusSuccess))},
		"success first": {outcome("Daily", backup.StatusSuccess, "2026-03-09 20:00", thing("PC2", backup.StatusSuccess)), outcome("Daily", backup.StatusError, "2026-03-09 20:00", thing("PC1", backup.StatusError))},
	} {
		s := newTeller(t, storetest.Open(t))
		s.known(t, "Daily")
		s.tell(t, order[0])
		run := runOf(t, s.db, s.tell(t, order[1]).RunIDs[0])
		if run.Status != backup.StatusError || run.Rank != backup.RankError || len(run.Objects) != 2 {
			t.Errorf("%s: the run is %s with %d objects, want an error with both machines", name, run.Status, len(run.Objects))
		}
	}
}

func TestARetryBettersItsOwnRunAlone(t *testing.T) {
	t.Parallel()
	s := newTeller(t, storetest.Open(t))
	s.known(t, "Daily")
	first := s.tell(t, outcome("Daily", backup.StatusError, "2026-03-09 01:00", thing("SQL", backup.StatusError), thing("DC", backup.StatusSuccess)))
	better := s.tell(t, retry(1, outcome("Daily", backup.StatusSuccess, "2026-03-09 01:40", thing("SQL", backup.StatusSuccess))))
	if better.RunIDs[0] != first.RunIDs[0] {
		t.Fatalf("the retry made run %v, want it told of run %v", better.RunIDs, first.RunIDs)
	}
	run := runOf(t, s.db, first.RunIDs[0])
	if run.Status != backup.StatusSuccess || run.Retry != 1 || run.Attempts != 2 || len(run.Objects) != 2 || run.StartedAt.Hour() != 1 || run.StartedAt.Minute() != 0 {
		t.Errorf("after the retry the run is %+v, want a success of both objects since 01:00", run)
	}
	again := s.tell(t, retry(1, outcome("Daily", backup.StatusError, "2026-03-09 01:00", thing("SQL", backup.StatusError))))
	if s.status(t, again) != backup.StatusError {
		t.Error("the same retry told again as a failure left the run a success")
	}
}

func TestARetryOfTheNextRunLeavesAnOlderFailure(t *testing.T) {
	t.Parallel()
	s := newTeller(t, storetest.Open(t))
	s.known(t, "Hourly")
	morning := s.tell(t, retry(3, outcome("Hourly", backup.StatusError, "2026-03-09 06:40")))
	evening := s.tell(t, retry(1, outcome("Hourly", backup.StatusSuccess, "2026-03-09 18:12")))
	if s.status(t, morning) != backup.StatusError || evening.RunIDs[0] == morning.RunIDs[0] {
		t.Errorf("the evening's retry took the morning's run: %v, %v", morning.RunIDs, evening.RunIDs)
	}
	soon := s.tell(t, retry(1, outcome("Hourly", backup.StatusSuccess, "2026-03-09 07:30"))) // within the window, but no later retry
	if s.status(t, morning) != backup.StatusError || soon.RunIDs[0] == morning.RunIDs[0] {
		t.Error("a first retry took the run of a third one")
	}
}

func TestARetryThatIsSilentAboutAnObjectProvesNothingOfIt(t *testing.T) {
	t.Parallel()
	s := newTeller(t, storetest.Open(t))
	s.known(t, "Daily")
	first := s.tell(t, outcome("Daily", backup.StatusError, "2026-03-09 01:00", thing("SQL", backup.StatusError), thing("FS", backup.StatusError)))
	s.tell(t, retry(1, outcome("Daily", backup.StatusSuccess, "2026-03-09 01:40", thing("SQL", backup.StatusSuccess))))
	if run := runOf(t, s.db, first.RunIDs[0]); run.Status != backup.StatusError || run.Counts.Error != 1 {
		t.Errorf("the run is %s with %d failed objects, want an error, because FS was never told to be good", run.Status, run.Counts.Error)
	}
}

func TestAReviewEndsWhenTheTroubleDiffers(t *testing.T) {
	t.Parallel()
	s := newTeller(t, storetest.Open(t))
	s.known(t, "Daily")
	first := s.tell(t, outcome("Daily", backup.StatusError, "2026-03-09 01:00", thing("TEST1", backup.StatusError)))
	err := s.db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ReviewRuns(t.Context(), first.RunIDs, "olga", "known")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.tell(t, outcome("Daily", backup.StatusError, "2026-03-09 01:00", thing("TEST1", backup.StatusError)))
	if run := runOf(t, s.db, first.RunIDs[0]); !run.Reviewed() {
		t.Error("the same trouble told again took the review back")
	}
	s.tell(t, retry(1, outcome("Daily", backup.StatusError, "2026-03-09 01:40", thing("SQL01", backup.StatusError))))
	if run := runOf(t, s.db, first.RunIDs[0]); run.Reviewed() {
		t.Error("other trouble left the review standing")
	}
}

func TestMailsOfOneRunToldAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newTeller(t, db)
		s.known(t, "Daily")
		mails := make([]ingest.Mail, 16)
		for i := range mails {
			status := backup.StatusSuccess
			if i == 7 {
				status = backup.StatusError
			}
			mails[i] = s.mail(t, sure(outcome("Daily", status, "2026-03-09 20:00", thing(fmt.Sprint("VM", i), status))))
		}
		var all sync.WaitGroup
		for _, mail := range mails {
			all.Go(func() {
				if receipt, err := s.Accept(t.Context(), mail); err != nil || len(receipt.RunIDs) != 1 {
					t.Errorf("Accept = %+v, %v; want the one run", receipt, err)
				}
			})
		}
		all.Wait()
		runs := read(t, db, func(ctx context.Context, tx *store.Tx) (store.Page[backup.Run], error) {
			return tx.Runs(ctx, store.RunFilter{From: new(at("2026-03-09 00:00"))})
		})
		if len(runs.Items) != 1 {
			t.Fatalf("%d runs, want one", len(runs.Items))
		}
		if run := runOf(t, db, runs.Items[0].ID); run.Status != backup.StatusError || run.Attempts != 16 || len(run.Objects) != 16 {
			t.Errorf("the run is %s of %d mails with %d objects, want an error of 16 with 16", run.Status, run.Attempts, len(run.Objects))
		}
	})
}

func TestApprovalsOfOneMailAtOnceMakeOneRun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newTeller(t, db)
		waiting := s.tell(t, outcome("Daily", backup.StatusSuccess, ""))
		var all sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 8 {
			all.Go(func() {
				_, err := s.Approve(t.Context(), operator(), waiting.MessageID, ingest.Approval{CustomerName: "Bakery North"})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case backup.KindOf(err) != backup.Conflict:
					t.Errorf("Approve: %v, want a conflict", err)
				}
			})
		}
		all.Wait()
		if runs := messageOf(t, db, waiting.MessageID).RunIDs; won != 1 || len(runs) != 1 {
			t.Errorf("%d approvals won and made runs %v, want one and one", won, runs)
		}
	})
}
