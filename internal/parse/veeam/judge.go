package veeam

import (
	"fmt"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/parse"
)

// judgement is what to believe of a report.
type judgement struct {
	status     backup.Status
	confidence backup.Confidence
	problems   []string
}

func (j *judgement) doubt(limit backup.Confidence, format string, args ...any) {
	j.confidence = j.confidence.AtMost(limit)
	j.problems = append(j.problems, fmt.Sprintf(format, args...))
}

// judge decides the status. The verdict beside the title leads, the subject's tag may only
// make it worse, and counts and rows are a check: trouble stays what the vendor calls it, but
// a success that anything speaks against becomes unknown. alone says that the subject is
// about this report and no other.
func (r report) judge(s subject, alone bool) judgement {
	j := judgement{status: r.verdict, confidence: backup.Sure}
	r.judgeVerdict(&j)
	if alone {
		r.judgeSubject(&j, s)
	}
	if j.status == backup.StatusSuccess {
		for _, against := range r.against(s, alone) {
			j.status = backup.StatusUnknown
			j.doubt(backup.Guess, "The report says success, but %s.", against)
		}
	} else {
		r.judgeRows(&j)
	}
	r.judgeCompleteness(&j)
	if j.status == backup.StatusSuccess && j.confidence == backup.Guess {
		j.status = backup.StatusUnknown // what is missing may tell of trouble
	}
	return j
}

// judgeVerdict looks at the place beside the title.
func (r report) judgeVerdict(j *judgement) {
	switch {
	case r.said == "":
		j.doubt(backup.Guess, "The report has no verdict beside its title.")
	case j.status == backup.StatusUnknown:
		j.doubt(backup.Guess, "The report's verdict %q is no result.", r.said)
	case r.twice:
		j.doubt(backup.Likely, "The report has two verdicts that differ; the worse one counts.")
	}
}

// judgeSubject compares the subject's tag with the verdict.
func (r report) judgeSubject(j *judgement, s subject) {
	s = s.without(r.title.job)
	said := s.worst()
	switch {
	case said == backup.StatusUnknown || said == j.status:
	case j.status == backup.StatusUnknown && said == backup.StatusSuccess:
		// The subject alone is no proof of a success.
	case j.status == backup.StatusUnknown:
		j.status = said
	default:
		j.doubt(backup.Likely, "The subject says %s, the report %s; the worse one counts.", said.Label(), j.status.Label())
		j.status = backup.Worst(j.status, said)
	}
}

// against lists what speaks against a success.
func (r report) against(s subject, alone bool) []string {
	var found []string
	if c := r.labels.counts(); c.failed > 0 || c.warning > 0 {
		found = append(found, fmt.Sprintf("it counts %d errors and %d warnings", c.failed, c.warning))
	}
	if r.progress.done < r.progress.of {
		found = append(found, fmt.Sprintf("only %d of %d %s were processed", r.progress.done, r.progress.of, r.progress.noun))
	}
	if alone && s.issues != backup.StatusUnknown {
		found = append(found, "the subject counts trouble")
	}
	for _, one := range r.rows {
		if one.status != backup.StatusSuccess {
			found = append(found, fmt.Sprintf("%q is listed as %q", one.name, one.word))
			break
		}
		if tellsError(one.message) {
			found = append(found, fmt.Sprintf("the details of %q tell of an error", one.name))
			break
		}
	}
	if tellsError(r.remark) || tellsError(r.closing) {
		found = append(found, "its remark tells of an error")
	}
	return found
}

// judgeRows notes rows that contradict themselves in a report of trouble. A real mail of a
// vCloud job listed a machine as a success whose details were an error. The vendor's word is
// kept, since the run is in trouble anyway.
func (r report) judgeRows(j *judgement) {
	for _, one := range r.objects() {
		if one.status == backup.StatusSuccess && tellsError(one.message) {
			j.doubt(backup.Likely, "%q is listed as a success, but its details tell of an error.", one.name)
			return
		}
	}
}

// tellsError knows the vendor's own mark of an error in a message.
func tellsError(text string) bool {
	for line := range strings.Lines(text) {
		lower := strings.ToLower(line)
		if strings.HasPrefix(lower, "error:") || strings.Contains(lower, " error: ") || strings.HasPrefix(lower, "failed to ") {
			return true
		}
	}
	return false
}

// judgeCompleteness looks for what is missing. A mail that was cut off is never better than
// a guess.
func (r report) judgeCompleteness(j *judgement) {
	counts := r.labels.counts()
	listed, all := len(r.objects()), len(r.rows)
	switch {
	case !r.whole:
		j.doubt(backup.Guess, "The mail seems to be cut off.")
	case r.cutRows:
		j.doubt(backup.Guess, "The mail lists more than %d objects; the rest was not read.", maxRows)
	case !counts.known && all == 0 && r.title.kind != configurationBackup:
		j.doubt(backup.Likely, "The report has neither a summary nor objects.")
	case !counts.known || counts.total() == listed || counts.total() == all:
	case all == 0 && j.status == backup.StatusError:
		// A job that fails before it starts counts machines that it never lists.
	case all < counts.total() && r.title.family != microsoft365:
		j.doubt(backup.Guess, "The report counts %d objects, but lists %d; the mail may be cut off.", counts.total(), all)
	default:
		j.doubt(backup.Likely, "The report counts %d objects, but lists %d.", counts.total(), listed)
	}
	if r.glued || r.where == parse.InBody && !r.signed {
		// Fields without white space may be cut in the wrong place, and text without the
		// product's last line may have lost the end of its last message.
		j.confidence = j.confidence.AtMost(backup.Likely)
	}
}
