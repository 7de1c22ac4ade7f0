package ingest_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/message"
	"backupchecks/internal/parse/vendors"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func operator() backup.User {
	return backup.User{Name: "olga", Roles: []backup.Role{backup.Operator}}
}

func newStation(t *testing.T, db *store.DB) *ingest.Station {
	t.Helper()
	storetest.At(t, db, "2026-03-10 08:00")
	return ingest.New(ingest.Config{DB: db, Read: vendors.Registry().Read, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
}

// report is a mail of Duplicati as the tests need it. The zero values make a good one.
type report struct {
	job, from, id, result string
	day                   int // of March 2026
	hour                  int // when it began
	sentAfter             time.Duration
	errors                string
}

func (r report) raw() []byte {
	if r.job == "" {
		r.job = "Office files"
	}
	if r.from == "" {
		r.from = "nas@bakery.example"
	}
	if r.result == "" {
		r.result = "Success"
	}
	if r.day == 0 {
		r.day = 9
	}
	began := time.Date(2026, 3, r.day, 20+r.hour, 0, 0, 0, time.UTC)
	sent := began.Add(time.Hour + r.sentAfter)
	if r.id == "" {
		r.id = fmt.Sprintf("%d.%s.%s@bakery.example", sent.UnixNano(), strings.ReplaceAll(r.job, " ", "-"), r.result)
	}
	list := "[]"
	if r.errors != "" {
		list = "[\n    " + r.errors + "\n]"
	}
	return fmt.Appendf(nil, "Message-ID: <%s>\r\nFrom: Backup <%s>\r\nTo: reports@msp.example\r\nDate: %s\r\n"+
		"Subject: Duplicati Backup report for %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+
		"MainOperation: Backup\r\nParsedResult: %s\r\nBeginTime: %s (%d)\r\nEndTime: %s (%d)\r\nWarnings: []\r\nErrors: %s\r\n",
		r.id, r.from, sent.Format(time.RFC1123Z), r.job, r.result,
		began.Format("2006-01-02 15:04:05"), began.Unix(), sent.Format("2006-01-02 15:04:05"), sent.Add(-time.Minute).Unix(), list)
}

func failed(r report) report {
	r.result, r.errors = "Error", "Failed to connect to the storage"
	return r
}

func accept(t *testing.T, s *ingest.Station, r report) ingest.Receipt {
	t.Helper()
	receipt, err := s.Accept(t.Context(), ingest.Mail{Raw: r.raw(), Source: "file"})
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	return receipt
}

func approve(t *testing.T, s *ingest.Station, id backup.MessageID, customer string) ingest.Approved {
	t.Helper()
	approved, err := s.Approve(t.Context(), operator(), id, ingest.Approval{CustomerName: customer})
	if err != nil {
		t.Fatalf("Approve: %v", err)
	}
	return approved
}

func read[T any](t *testing.T, db *store.DB, what func(context.Context, *store.Tx) (T, error)) T {
	t.Helper()
	var found T
	err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
		found, err = what(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func runOf(t *testing.T, db *store.DB, id backup.RunID) backup.Run {
	t.Helper()
	return read(t, db, func(ctx context.Context, tx *store.Tx) (backup.Run, error) { return tx.Run(ctx, id) })
}

func messageOf(t *testing.T, db *store.DB, id backup.MessageID) backup.Message {
	t.Helper()
	return read(t, db, func(ctx context.Context, tx *store.Tx) (backup.Message, error) { return tx.Message(ctx, id) })
}

func TestAMailWaitsUntilItsJobIsApproved(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStation(t, db)
		first := accept(t, s, report{day: 7})
		if first.State != backup.InInbox || first.Known || len(first.RunIDs) != 0 {
			t.Fatalf("Accept of a new job = %+v, want it in the Inbox", first)
		}
		second := accept(t, s, report{day: 8})
		approved := approve(t, s, first.MessageID, "Bakery North")
		if approved.Also != 1 || len(approved.RunIDs) != 1 {
			t.Errorf("Approve = %+v, want one run and the other waiting mail filed", approved)
		}
		if waiting := messageOf(t, db, second.MessageID); waiting.State != backup.Filed || len(waiting.RunIDs) != 1 {
			t.Errorf("the other waiting mail is %s with runs %v, want it filed", waiting.State, waiting.RunIDs)
		}
		third := accept(t, s, failed(report{day: 9}))
		if third.State != backup.Filed || len(third.RunIDs) != 1 {
			t.Fatalf("Accept of a known job = %+v, want a run", third)
		}
		run := runOf(t, db, third.RunIDs[0])
		if run.Status != backup.StatusError || run.Rank != backup.RankError || run.Job.Customer != "Bakery North" || run.Reviewed() {
			t.Errorf("the run is %+v, want an unreviewed error of Bakery North", run)
		}
	})
}

func TestTheSameMailTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStation(t, db)
		first := accept(t, s, report{})
		approve(t, s, first.MessageID, "Bakery North")
		again := accept(t, s, report{})
		if !again.Known || again.MessageID != first.MessageID || again.State != backup.Filed || len(again.RunIDs) != 1 {
			t.Errorf("the same mail again = %+v, want the known one", again)
		}
		relayed := append([]byte("Received: from relay.example by mx.example; Tue, 10 Mar 2026 01:00:00 +0000\r\nX-Spam: no\r\n"), report{}.raw()...)
		receipt, err := s.Accept(t.Context(), ingest.Mail{Raw: relayed, Source: "api"})
		if err != nil || !receipt.Known {
			t.Errorf("the same mail by another way = %+v, %v; want the known one", receipt, err)
		}
	})
}

func TestOneMessageIDOverDifferentContentIsTwoMessages(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := newStation(t, db)
	first := accept(t, s, report{id: "one@bakery.example"})
	other := accept(t, s, failed(report{id: "one@bakery.example"}))
	if other.Known || other.MessageID == first.MessageID {
		t.Errorf("another content under the same Message-ID = %+v, want a message of its own", other)
	}
}

func TestAnotherSendersJobOfTheSameNameWaits(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := newStation(t, db)
	approve(t, s, accept(t, s, report{}).MessageID, "Bakery North")
	foreign := accept(t, s, report{from: "nas@school.example", day: 8})
	if foreign.State != backup.InInbox {
		t.Fatalf("a job of the same name from another sender = %+v, want it in the Inbox", foreign)
	}
	approve(t, s, foreign.MessageID, "South School")
	for from, customer := range map[string]string{"nas@bakery.example": "Bakery North", "nas@school.example": "South School"} {
		receipt := accept(t, s, report{from: from, day: 6})
		if receipt.State != backup.Filed {
			t.Fatalf("a later mail from %s = %+v, want it filed", from, receipt)
		}
		if run := runOf(t, db, receipt.RunIDs[0]); run.Job.Customer != customer {
			t.Errorf("a mail from %s became a run of %s, want %s", from, run.Job.Customer, customer)
		}
	}
}

func TestASharedSenderAndJobNameIsNotGuessed(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := newStation(t, db)
	const relay = "relay@vendor.example"
	first := accept(t, s, report{from: relay, day: 5})
	approve(t, s, first.MessageID, "Bakery North")
	school := storetest.Customer(t, db, "South School")
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		job, err := tx.AddJob(t.Context(), backup.Job{CustomerID: school.ID, Software: "Duplicati", Type: "Backup", Name: "Office files"})
		if err != nil {
			return err
		}
		return tx.AddJobSender(t.Context(), job.ID, messageKey(t, tx, first.MessageID), relay)
	})
	if err != nil {
		t.Fatal(err)
	}
	if later := accept(t, s, report{from: relay, day: 6}); later.State != backup.InInbox {
		t.Errorf("a mail that two customers may own = %+v, want it in the Inbox", later)
	}
}

func messageKey(t *testing.T, tx *store.Tx, id backup.MessageID) string {
	t.Helper()
	msg, err := tx.Message(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return msg.Reading.Outcomes[0].Key()
}

func TestACorrectedNameStaysFound(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := newStation(t, db)
	first := accept(t, s, report{day: 7})
	_, err := s.Approve(t.Context(), operator(), first.MessageID, ingest.Approval{
		CustomerName: "Bakery North", Corrections: []ingest.Correction{{Job: "Files of the office"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	later := accept(t, s, report{day: 8})
	if later.State != backup.Filed {
		t.Fatalf("the next mail = %+v, want it filed under the corrected job", later)
	}
	if run := runOf(t, db, later.RunIDs[0]); run.Job.Name != "Files of the office" {
		t.Errorf("the run's job is %q, want the corrected name", run.Job.Name)
	}
}

func TestSeveralMailsOfOneRunAreOneRun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStation(t, db)
		approve(t, s, accept(t, s, report{day: 7}).MessageID, "Bakery North")
		first := accept(t, s, report{day: 8})
		later := accept(t, s, failed(report{day: 8, sentAfter: time.Hour}))
		if later.RunIDs[0] != first.RunIDs[0] {
			t.Fatalf("a later mail of the same start made run %v, want %v", later.RunIDs, first.RunIDs)
		}
		run := runOf(t, db, first.RunIDs[0])
		if run.Status != backup.StatusError || run.Attempts != 2 {
			t.Errorf("the run is %s after %d mails, want the later mail's error after 2", run.Status, run.Attempts)
		}
		if runs := messageOf(t, db, later.MessageID).RunIDs; len(runs) != 1 || runs[0] != run.ID {
			t.Errorf("the later mail tells of runs %v, want %d", runs, run.ID)
		}
	})
}

func TestAnEarlierMailThatArrivesLateDoesNotHideAFailure(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := newStation(t, db)
	approve(t, s, accept(t, s, report{day: 7}).MessageID, "Bakery North")
	later := accept(t, s, failed(report{day: 8, sentAfter: time.Hour}))
	accept(t, s, report{day: 8, id: "early@bakery.example"})
	if run := runOf(t, db, later.RunIDs[0]); run.Status != backup.StatusError {
		t.Errorf("the run is %s, want the later mail's error", run.Status)
	}
	same := accept(t, s, report{day: 8, sentAfter: time.Hour, id: "same-moment@bakery.example"})
	if run := runOf(t, db, same.RunIDs[0]); run.Status != backup.StatusError {
		t.Errorf("two mails of the same moment leave the run as %s, want the worse", run.Status)
	}
}

func TestALaterMailTakesTheReviewBack(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := newStation(t, db)
	approve(t, s, accept(t, s, report{day: 7}).MessageID, "Bakery North")
	good := accept(t, s, report{day: 8})
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ReviewRuns(t.Context(), good.RunIDs, "olga", "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	accept(t, s, failed(report{day: 8, sentAfter: time.Hour}))
	if run := runOf(t, db, good.RunIDs[0]); run.Reviewed() || run.Status != backup.StatusError {
		t.Errorf("the run is %s, reviewed %v; want an error that nobody has seen", run.Status, run.Reviewed())
	}
}

func TestMailsInAnyOrderRankTheSame(t *testing.T) {
	t.Parallel()
	days := []int{5, 6, 7, 8, 9}
	troubled := map[int]bool{6: true, 7: true, 9: true}
	want := map[int]backup.Rank{5: backup.RankClean, 6: backup.RankError, 7: backup.RankSame, 8: backup.RankChanged, 9: backup.RankError}
	for _, order := range [][]int{{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}} {
		db := storetest.Open(t)
		s := newStation(t, db)
		approve(t, s, accept(t, s, report{day: 1}).MessageID, "Bakery North")
		runs := map[int]backup.RunID{}
		for _, i := range order {
			mail := report{day: days[i]}
			if troubled[days[i]] {
				mail = failed(mail)
			}
			runs[days[i]] = accept(t, s, mail).RunIDs[0]
		}
		for day, rank := range want {
			if run := runOf(t, db, runs[day]); run.Rank != rank {
				t.Errorf("order %v: the run of day %d has rank %d, want %d", order, day, run.Rank, rank)
			}
		}
	}
}

func TestWhatCannotBeReadIsKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStation(t, db)
		for name, raw := range map[string]string{
			"an empty file": "",
			"a picture":     "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00",
			"many parts":    "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + strings.Repeat("--x\r\n\r\nhi\r\n", 5000),
		} {
			receipt, err := s.Accept(t.Context(), ingest.Mail{Raw: []byte(raw), Source: "file"})
			if err != nil || receipt.State != backup.InInbox {
				t.Fatalf("Accept of %s = %+v, %v; want it in the Inbox", name, receipt, err)
			}
			msg := messageOf(t, db, receipt.MessageID)
			if msg.Problem == "" || !strings.HasSuffix(msg.Problem, ".") {
				t.Errorf("%s shows the reason %q, want a sentence", name, msg.Problem)
			}
			kept := read(t, db, func(ctx context.Context, tx *store.Tx) ([]byte, error) { return tx.RawMessage(ctx, msg.ID) })
			if string(kept) != raw {
				t.Errorf("%s was not kept as it came", name)
			}
			if _, err := s.Approve(t.Context(), operator(), msg.ID, ingest.Approval{CustomerName: "X"}); backup.KindOf(err) != backup.Invalid {
				t.Errorf("Approve of %s: %v, want invalid", name, err)
			}
		}
	})
}

func TestApproveRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := newStation(t, db)
	first := accept(t, s, report{})
	viewer := backup.User{Name: "vera", Roles: []backup.Role{backup.Viewer}}
	for name, c := range map[string]struct {
		who      backup.User
		id       backup.MessageID
		decision ingest.Approval
		want     backup.Kind
	}{
		"a viewer":            {viewer, first.MessageID, ingest.Approval{CustomerName: "X"}, backup.Forbidden},
		"an unknown message":  {operator(), 999, ingest.Approval{CustomerName: "X"}, backup.NotFound},
		"no customer":         {operator(), first.MessageID, ingest.Approval{}, backup.Invalid},
		"an unknown customer": {operator(), first.MessageID, ingest.Approval{CustomerID: 77}, backup.NotFound},
		"too many results":    {operator(), first.MessageID, ingest.Approval{CustomerName: "X", Corrections: make([]ingest.Correction, 2)}, backup.Invalid},
	} {
		if _, err := s.Approve(t.Context(), c.who, c.id, c.decision); backup.KindOf(err) != c.want || err == nil {
			t.Errorf("Approve by %s: %v, want kind %v", name, err, c.want)
		}
	}
	approve(t, s, first.MessageID, "Bakery North")
	if _, err := s.Approve(t.Context(), operator(), first.MessageID, ingest.Approval{CustomerName: "Y"}); backup.KindOf(err) != backup.Conflict {
		t.Errorf("a second Approve: %v, want a conflict", err)
	}
}

func TestDeleteAndRestore(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := newStation(t, db)
	first := accept(t, s, report{})
	if err := s.Delete(t.Context(), operator(), first.MessageID); err != nil {
		t.Fatal(err)
	}
	if msg := messageOf(t, db, first.MessageID); msg.State != backup.Deleted {
		t.Errorf("after Delete the mail is %s", msg.State)
	}
	if again := accept(t, s, report{}); !again.Known || again.State != backup.Deleted {
		t.Errorf("the deleted mail again = %+v, want it known and still deleted", again)
	}
	if err := s.Restore(t.Context(), operator(), first.MessageID); err != nil {
		t.Fatal(err)
	}
	approve(t, s, first.MessageID, "Bakery North")
	if err := s.Delete(t.Context(), operator(), first.MessageID); backup.KindOf(err) != backup.Conflict {
		t.Errorf("Delete of a filed mail: %v, want a conflict", err)
	}
}

func TestReparseNeverChangesAReviewedRunSilently(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	misread := func(status backup.Status) *ingest.Station {
		storetest.At(t, db, "2026-03-10 08:00")
		return ingest.New(ingest.Config{DB: db, Log: slog.New(slog.DiscardHandler), Read: func(msg *message.Message) backup.Reading {
			reading := vendors.Registry().Read(msg)
			for i := range reading.Outcomes {
				reading.Outcomes[i].Status = status
			}
			return reading
		}})
	}
	s := misread(backup.StatusWarning)
	open, reviewed := accept(t, s, report{day: 7}), accept(t, s, report{day: 8})
	approve(t, s, open.MessageID, "Bakery North")
	openRun, reviewedRun := messageOf(t, db, open.MessageID).RunIDs[0], messageOf(t, db, reviewed.MessageID).RunIDs[0]
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ReviewRuns(t.Context(), []backup.RunID{reviewedRun}, "olga", "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	better := misread(backup.StatusSuccess)
	for _, id := range []backup.MessageID{open.MessageID, reviewed.MessageID} {
		if err := better.Reparse(t.Context(), operator(), id); err != nil {
			t.Fatal(err)
		}
	}
	if run := runOf(t, db, openRun); run.Status != backup.StatusSuccess {
		t.Errorf("the unreviewed run is %s, want the new reading's success", run.Status)
	}
	if run := runOf(t, db, reviewedRun); run.Status != backup.StatusWarning || !run.Reviewed() {
		t.Errorf("the reviewed run is %s, reviewed %v; want what the person reviewed", run.Status, run.Reviewed())
	}
	if problems := messageOf(t, db, reviewed.MessageID).Reading.Problems; len(problems) == 0 || !strings.Contains(problems[len(problems)-1], "was reviewed as Warning") {
		t.Errorf("the difference is not told: %q", problems)
	}
}

func TestABatchIsStoredWholeAndInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStation(t, db)
		var mails []ingest.Mail
		for day := 1; day <= 9; day++ {
			mails = append(mails, ingest.Mail{Raw: report{day: day}.raw(), Source: "file"})
		}
		mails = append(mails, mails[3])
		receipts, err := s.AcceptAll(t.Context(), mails)
		if err != nil || len(receipts) != 10 {
			t.Fatalf("Store: %d receipts, %v", len(receipts), err)
		}
		if !receipts[9].Known || receipts[9].MessageID != receipts[3].MessageID {
			t.Errorf("a mail twice in a batch = %+v, want the known one", receipts[9])
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.AcceptAll(ended, []ingest.Mail{{Raw: report{day: 20}.raw()}}); err == nil {
			t.Error("Store after the end of its context stored something")
		}
	})
}
