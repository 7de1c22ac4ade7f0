// Package veeam reads the mails of Veeam's products: Backup & Replication jobs of all kinds,
// Agents, Backup for Microsoft 365 and the report on a scale-out repository. They share one
// layout, a table for each job, so they share one reader; the parsers differ in what they
// claim. It stands under parse/vendors.
//
// The sender and the subject of these mails are free text of an administrator. A mail is
// therefore recognised by the title cell of its table, and a success is believed only where
// that table says so itself and nothing in the mail speaks against it.
package veeam

import (
	"fmt"
	"slices"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

const software = "Veeam"

// family is a product with mails of its own.
type family int

const (
	nobody family = iota
	replication
	agent
	microsoft365
	scaleOut
)

// Parsers returns the parsers of Veeam's products. They never claim the same message.
func Parsers() []parse.Parser {
	return []parse.Parser{
		parser(replication, "veeam-vbr", "Veeam Backup & Replication", "E1"),
		parser(agent, "veeam-agent", "Veeam Agent", "E2"),
		parser(microsoft365, "veeam-m365", "Veeam Backup for Microsoft 365", "E3"),
		unproven(parser(scaleOut, "veeam-sobr", "Veeam scale-out repository report", "E2")),
	}
}

func parser(of family, name, product, grade string) parse.Parser {
	return parse.Parser{
		Name: name, Product: product, Grade: grade,
		Claim: func(m *message.Message) int {
			if whose, score := claim(m); whose == of {
				return score
			}
			return 0
		},
		Read: func(m *message.Message) (backup.Reading, error) { return read(m, product) },
	}
}

// unproven marks a parser whose mails are known from the vendor's description only.
func unproven(p parse.Parser) parse.Parser {
	p.Unproven = true
	return p
}

// Scores of a claim. A subject alone proves little: any script may write one like it.
const (
	byReport  = 95 // a job's table, or its text, with labels that no other product prints together
	byTitle   = 75 // a title and a verdict, nothing else
	byFooter  = 50 // the product's own last line, and nothing that can be read
	bySubject = 30 // "[Warning] Daily (3 objects)"
)

// claim says whose mail it is and how surely. The sender never counts.
func claim(m *message.Message) (family, int) {
	if heads := findHeads(m); len(heads) > 0 {
		if heads[0].origin != "" || hasOwnLabels(m.Text) {
			return heads[0].title.family, byReport
		}
		return heads[0].title.family, byTitle
	}
	if of := footerFamily(m); of != nobody {
		return of, byFooter
	}
	if subject := readSubject(m.Subject); subject.tagged && subject.counted {
		return replication, bySubject
	}
	return nobody, 0
}

// read turns a claimed message into a reading.
func read(m *message.Message, product string) (backup.Reading, error) {
	subject := readSubject(m.Subject)
	reports := findReports(m)
	if len(reports) == 0 {
		return readBare(subject, product)
	}
	reading := backup.Reading{Confidence: backup.Sure}
	var trail parse.Trail
	reports = withoutRepeats(reports)
	for _, r := range reports {
		judgement := r.judge(subject, len(reports) == 1)
		outcome := r.outcome(m, subject)
		outcome.Status = judgement.status
		reading.Outcomes = append(reading.Outcomes, outcome)
		reading.Confidence = reading.Confidence.AtMost(judgement.confidence)
		reading.Problems = append(reading.Problems, judgement.problems...)
		r.prove(&trail)
	}
	subject.prove(&trail, reading.Outcomes)
	doubtUntoldTrouble(&reading, subject)
	reading.Evidence = trail.Evidence()
	return reading, nil
}

// withoutRepeats drops reports that say again what another one says: long threads quote
// themselves.
func withoutRepeats(reports []report) []report {
	var kept []report
	for _, r := range reports {
		if !slices.ContainsFunc(kept, r.repeats) {
			kept = append(kept, r)
		}
	}
	return kept
}

// doubtUntoldTrouble takes back successes of a mail with several jobs when its subject tells
// of trouble that none of them shows: some part of the mail was not read.
func doubtUntoldTrouble(reading *backup.Reading, s subject) {
	if len(reading.Outcomes) < 2 {
		return
	}
	reading.Confidence = reading.Confidence.AtMost(backup.Likely)
	said := s.worst()
	if said == backup.StatusUnknown || backup.Worst(reading.Status(), said) == reading.Status() {
		return
	}
	for i := range reading.Outcomes {
		if reading.Outcomes[i].Status == backup.StatusSuccess {
			reading.Outcomes[i].Status = backup.StatusUnknown
		}
	}
	reading.Problems = append(reading.Problems, fmt.Sprintf("The subject says %s, but no job in the mail does.", said.Label()))
}

// readBare reads a message without a report in its body: the subject is all there is. Its
// word is taken for trouble but never for a success.
func readBare(s subject, product string) (backup.Reading, error) {
	if !s.tagged || s.job == "" {
		return backup.Reading{}, backup.Errorf(backup.Invalid, "The mail comes from %s, but it holds no report of a job.", product)
	}
	status := s.worst()
	problems := []string{"The mail has no readable report; only its subject tells of a job."}
	if status == backup.StatusSuccess {
		status = backup.StatusUnknown
		problems = append(problems, "A success is not believed on the word of the subject alone.")
	}
	tenant, job := splitTenant(s.job)
	outcome := backup.Outcome{
		Software: software, Type: s.kind(), Job: job, CustomerHint: s.hint(tenant),
		Status: status, Attempt: s.attempt, Objects: []backup.Object{},
	}
	var trail parse.Trail
	trail.Add("job", s.job, parse.InSubject)
	s.prove(&trail, []backup.Outcome{outcome})
	return backup.Reading{
		Confidence: backup.Guess, Outcomes: []backup.Outcome{outcome},
		Evidence: trail.Evidence(), Problems: problems,
	}, nil
}
