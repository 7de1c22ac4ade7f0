package ingest_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/message"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

// again is a station whose parsers now read every mail in another way.
func (s *teller) again(reading backup.Reading) *ingest.Station {
	return ingest.New(ingest.Config{
		DB: s.db, Log: slog.New(slog.DiscardHandler),
		Read: func(*message.Message) backup.Reading { return reading },
	})
}

func reparse(t *testing.T, s *ingest.Station, id backup.MessageID) {
	t.Helper()
	if err := s.Reparse(t.Context(), operator(), id); err != nil {
		t.Fatalf("Reparse: %v", err)
	}
}

func TestReparseKeepsWhatAPersonCorrected(t *testing.T) {
	t.Parallel()
	s := newTeller(t, storetest.Open(t))
	kind := outcome("Daily", backup.StatusSuccess, "2026-03-09 20:00")
	waiting := s.tell(t, kind)
	approved, err := s.Approve(t.Context(), operator(), waiting.MessageID, ingest.Approval{
		CustomerName: "Bakery North", Corrections: []ingest.Correction{{Status: backup.StatusError}},
	})
	if err != nil {
		t.Fatal(err)
	}
	reparse(t, s.again(sure(kind)), waiting.MessageID)
	if run := runOf(t, s.db, approved.RunIDs[0]); run.Status != backup.StatusError {
		t.Errorf("after reading again the run is %s, want the person's error", run.Status)
	}
}

func TestNobodyBettersWhatWasReadForCertain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reading backup.Reading
		choice  backup.Status
		allowed bool
	}{
		"a sure error as success":      {sure(outcome("A", backup.StatusError, "")), backup.StatusSuccess, false},
		"a sure error as warning":      {sure(outcome("A", backup.StatusError, "")), backup.StatusWarning, false},
		"a sure success as error":      {sure(outcome("A", backup.StatusSuccess, "")), backup.StatusError, true},
		"an unknown result as success": {sure(outcome("A", backup.StatusUnknown, "")), backup.StatusSuccess, true},
		"a likely error as warning":    {backup.Reading{Confidence: backup.Likely, Outcomes: []backup.Outcome{outcome("A", backup.StatusError, "")}}, backup.StatusWarning, true},
		"a guessed error as success":   {backup.Reading{Confidence: backup.Guess, Outcomes: []backup.Outcome{outcome("A", backup.StatusError, "")}}, backup.StatusSuccess, true},
		"anything as missed":           {sure(outcome("A", backup.StatusUnknown, "")), backup.StatusMissed, false},
	} {
		s := newTeller(t, storetest.Open(t))
		receipt, err := s.Accept(t.Context(), s.mail(t, c.reading))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Approve(t.Context(), operator(), receipt.MessageID, ingest.Approval{
			CustomerName: "Bakery North", Corrections: []ingest.Correction{{Status: c.choice}},
		})
		if allowed := err == nil; allowed != c.allowed || !allowed && backup.KindOf(err) != backup.Invalid {
			t.Errorf("%s: %v, want allowed %v", name, err, c.allowed)
		}
	}
}

func TestReparseGivesEachRunItsOwnOutcome(t *testing.T) {
	t.Parallel()
	s := newTeller(t, storetest.Open(t))
	s.known(t, "J")
	early, late := outcome("J", backup.StatusSuccess, "2026-03-08 20:00"), outcome("J", backup.StatusError, "2026-03-08 22:00", thing("SQL", backup.StatusError))
	mail := s.tell(t, early, late)
	reparse(t, s.again(sure(late, early)), mail.MessageID) // in another order
	if run := runOf(t, s.db, mail.RunIDs[0]); run.Status != backup.StatusSuccess {
		t.Errorf("the run of 20:00 is %s, want its own success", run.Status)
	}
	if run := runOf(t, s.db, mail.RunIDs[1]); run.Status != backup.StatusError || len(run.Objects) != 1 {
		t.Errorf("the run of 22:00 is %s with %d objects, want its own error", run.Status, len(run.Objects))
	}
}

func TestReparseTellsWhatItCannotMatch(t *testing.T) {
	t.Parallel()
	s := newTeller(t, storetest.Open(t))
	s.known(t, "J")
	mail := s.tell(t, outcome("J", backup.StatusSuccess, "2026-03-08 20:00"))
	reparse(t, s.again(sure(outcome("J", backup.StatusSuccess, "2026-03-08 21:00"))), mail.MessageID)
	msg := messageOf(t, s.db, mail.MessageID)
	if text := strings.Join(msg.Reading.Problems, " "); !strings.Contains(text, fmt.Sprintf("run %d", mail.RunIDs[0])) {
		t.Errorf("the run that was lost sight of is not told: %q", text)
	}
}

func TestReparseEndsASuccessThatIsNoLongerProven(t *testing.T) {
	t.Parallel()
	s := newTeller(t, storetest.Open(t))
	s.known(t, "J")
	mail := s.tell(t, outcome("J", backup.StatusSuccess, "2026-03-08 20:00"))
	unproven := sure(outcome("J", backup.StatusUnknown, "2026-03-08 20:00"), outcome("K", backup.StatusError, "2026-03-08 20:30"))
	unproven.Confidence = backup.Guess
	reparse(t, s.again(unproven), mail.MessageID)
	if run := runOf(t, s.db, mail.RunIDs[0]); run.Status != backup.StatusWarning || !strings.Contains(run.Remark, "no longer says") {
		t.Errorf("the run is %s (%s), want a warning that says why", run.Status, run.Remark)
	}
	msg := messageOf(t, s.db, mail.MessageID)
	if msg.State != backup.InInbox || !strings.Contains(strings.Join(msg.Reading.Problems, " "), `"K"`) {
		t.Errorf("the mail is %s with problems %q, want it back in the Inbox because of job K", msg.State, msg.Reading.Problems)
	}
	approved, err := s.Approve(t.Context(), operator(), mail.MessageID, ingest.Approval{
		CustomerName: "Bakery North", Corrections: []ingest.Correction{{Status: backup.StatusWarning}, {}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if approved.RunIDs[0] != mail.RunIDs[0] || approved.RunIDs[1] == mail.RunIDs[0] {
		t.Errorf("approving again made runs %v, want the old one and one new", approved.RunIDs)
	}
}

func TestReparseBringsTroubleOutOfNews(t *testing.T) {
	t.Parallel()
	s := newTeller(t, storetest.Open(t))
	s.known(t, "J")
	news, err := s.Accept(t.Context(), s.mail(t, backup.Reading{Parser: "test", Confidence: backup.Sure, Informational: true}))
	if err != nil || news.State != backup.Informational {
		t.Fatalf("Accept = %+v, %v", news, err)
	}
	reparse(t, s.again(sure(outcome("J", backup.StatusError, "2026-03-08 20:00"))), news.MessageID)
	msg := messageOf(t, s.db, news.MessageID)
	if msg.State != backup.Filed || len(msg.RunIDs) != 1 {
		t.Errorf("the mail is %s with runs %v, want it filed", msg.State, msg.RunIDs)
	}
}

func TestAnArchivedJobIsInUseAgainWhenItsMailIsApproved(t *testing.T) {
	t.Parallel()
	s := newTeller(t, storetest.Open(t))
	s.known(t, "J")
	archived := runOf(t, s.db, s.tell(t, outcome("J", backup.StatusSuccess, "2026-03-07 20:00")).RunIDs[0]).Job
	archived.Archived = true
	err := s.db.Write(t.Context(), func(tx *store.Tx) error { return tx.UpdateJob(t.Context(), archived) })
	if err != nil {
		t.Fatal(err)
	}
	waiting := s.tell(t, outcome("J", backup.StatusSuccess, "2026-03-08 20:00"))
	if waiting.State != backup.InInbox {
		t.Fatalf("a mail of an archived job is %s, want it in the Inbox", waiting.State)
	}
	approve(t, s.Station, waiting.MessageID, "Bakery North")
	if next := s.tell(t, outcome("J", backup.StatusSuccess, "2026-03-09 20:00")); next.State != backup.Filed {
		t.Errorf("the next mail is %s, want the job in use again", next.State)
	}
}
