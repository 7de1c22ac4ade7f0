// Package synology reads the mails of Synology's backup products: Hyper Backup, Active Backup
// for Business and for Microsoft 365, Snapshot Replication, network backup and C2, and knows
// the news of updates that are no runs. It stands on the third station, beside the other
// vendors.
//
// The mails are plain sentences in the language of the NAS, followed by lines of labels, so
// the package is a table of sentences (sentences.go) and one way to read them.
package synology

import (
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// Parsers returns the parsers of Synology's products, in order.
func Parsers() []parse.Parser {
	var parsers []parse.Parser
	for _, p := range products() {
		parsers = append(parsers, parse.Parser{
			Name: p.name, Product: "Synology " + p.label, Grade: p.grade, Unproven: p.unproven,
			Claim: p.claim, Read: p.read,
		})
	}
	return append(parsers, parse.Parser{
		Name: "synology-update", Product: "Synology update notices", Grade: "E3",
		Claim: claimNews, Read: readNews,
	})
}

// maxProse is how many lines of a body are searched for a sentence: the sentence opens the
// mail, and what follows may be anything.
const (
	maxProse = 25
	maxLine  = 2000 // bytes of each of them
)

// proseLine is the subject or one of the first lines of the body.
type proseLine struct {
	text   string
	folded string
	where  string
}

func newLine(text, where string) proseLine {
	text = parse.Squeeze(parse.Cut(text, maxLine))
	return proseLine{text, backup.Fold(text), where}
}

// prose returns the subject and the first lines of the body that hold anything.
func prose(m *message.Message) []proseLine {
	lines := []proseLine{newLine(parse.StripReplies(m.Subject), parse.InSubject)}
	for line := range strings.Lines(m.Text) {
		if len(lines) > maxProse {
			break
		}
		if line := newLine(line, parse.InBody); line.text != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// claim is high when the mail holds one of the product's sentences and names Synology or the
// product anywhere. The sentence alone is enough where it names the product itself.
func (p product) claim(m *message.Message) int {
	const named, anonymous = 90, 60
	found := 0
	for _, line := range prose(m) {
		for _, s := range p.sentences {
			hit, ok := s.match(line)
			switch {
			case !ok:
			case p.named(m):
				found = max(found, named)
			case s.own && hit.nas != "":
				found = max(found, anonymous)
			case s.device:
				found = max(found, 30) // anybody could write it
			}
		}
	}
	return found
}

// named reports whether the mail names the product, or shows that a Synology sent it.
func (p product) named(m *message.Message) bool {
	if strings.HasSuffix(m.From, "synologynotification.com") {
		return true
	}
	subject, text := backup.Fold(m.Subject), backup.Fold(parse.Cut(m.Text, 20000))
	for _, word := range p.names {
		if strings.Contains(subject, word) || strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// found is a sentence that was found in a mail.
type found struct {
	hit  hit
	line proseLine
}

// read makes an outcome of every task that the sentences tell of.
func (p product) read(m *message.Message) (backup.Reading, error) {
	lines := prose(m)
	details := readDetails(m)
	var order []string
	tasks := map[string][]found{}
	for _, line := range lines {
		for _, s := range p.sentences {
			h, ok := s.match(line)
			if !ok {
				continue
			}
			if h.task == "" {
				h.task = details.task.value
			}
			key := backup.Fold(h.task)
			if _, known := tasks[key]; !known {
				order = append(order, key)
			}
			tasks[key] = append(tasks[key], found{h, line})
			break
		}
	}
	if len(order) == 0 {
		return backup.Reading{}, backup.Errorf(backup.Invalid, "The mail is from %s, but its sentence was not found.", p.label)
	}
	reading := backup.Reading{Confidence: backup.Sure}
	var trail parse.Trail
	for _, key := range order {
		outcome, sure := p.outcome(tasks[key], &trail, &reading)
		reading.Confidence = reading.Confidence.AtMost(sure)
		if len(order) == 1 {
			details.fill(&outcome, m, &trail)
		}
		reading.Outcomes = append(reading.Outcomes, outcome)
	}
	if problem := doubt(lines, tasks); problem != "" && reading.Status() == backup.StatusSuccess {
		for i := range reading.Outcomes {
			reading.Outcomes[i].Status = backup.StatusUnknown
		}
		reading.Problems = append(reading.Problems, problem)
	}
	reading.Evidence = trail.Evidence()
	return reading, nil
}

// outcome joins what the sentences tell of one task. The worst counts: the subject may keep
// silent about what the body says, and neither may hide the other's trouble.
func (p product) outcome(all []found, trail *parse.Trail, reading *backup.Reading) (backup.Outcome, backup.Confidence) {
	outcome := backup.Outcome{Software: "Synology", Type: p.label, Job: all[0].hit.task}
	sure := backup.Sure
	if outcome.Job != "" && strings.Contains(all[0].line.text, outcome.Job) {
		trail.Add("job", all[0].line.text, all[0].line.where)
	}
	told, remarkAt := false, ""
	for _, f := range all {
		if outcome.CustomerHint == "" && f.hit.nas != "" {
			outcome.CustomerHint = f.hit.nas
			trail.Add("customer_hint", f.line.text, f.line.where)
		}
		if f.hit.tail == "" {
			continue // a subject that names the task only
		}
		trail.Add("status", f.line.text, f.line.where)
		if !f.hit.proven {
			sure = backup.Likely
		}
		if told && f.hit.status != outcome.Status {
			reading.Problems = append(reading.Problems, "The mail's subject and its text do not tell the same result.")
		}
		if !told {
			outcome.Status = f.hit.status
		}
		outcome.Status = backup.Worst(outcome.Status, f.hit.status)
		told = true
		if outcome.Status != backup.StatusSuccess && f.hit.status != backup.StatusSuccess && (outcome.Remark == "" || f.line.where == parse.InBody) {
			outcome.Remark, remarkAt = parse.Cut(f.line.text, 500), f.line.where
		}
	}
	trail.Add("remark", outcome.Remark, remarkAt)
	if all[0].hit.device {
		outcome.Objects = []backup.Object{{Name: outcome.Job, Type: "computer", Status: outcome.Status}}
		trail.Add("objects", all[0].line.text, all[0].line.where)
	}
	return outcome, sure
}

// doubt returns a sentence when a mail of success holds words of trouble beside its sentences
// and labels: "However, some files …". Such a mail is neither believed nor turned around.
func doubt(lines []proseLine, tasks map[string][]found) string {
	known := map[string]bool{}
	for _, all := range tasks {
		for _, f := range all {
			known[f.line.text] = true
		}
	}
	for _, line := range lines {
		if known[line.text] || line.where == parse.InBody && isDetail(line.text) {
			continue
		}
		if status, words := parse.Trouble(line.text); status != backup.StatusUnknown {
			return "The mail says success, but it also says \"" + words + "\"."
		}
	}
	return ""
}
