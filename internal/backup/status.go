package backup

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Status is the result of a run or of one object in it. The zero value means that it is not
// known; a reading may hold it, a run never does.
type Status string

// The statuses. Their text is fixed: the API, the database and the pages share it.
const (
	StatusUnknown Status = ""
	StatusSuccess Status = "success"
	StatusWarning Status = "warning"
	StatusError   Status = "error"
	StatusMissed  Status = "missed"
)

// Statuses lists the statuses a run can have, worst first.
func Statuses() []Status { return []Status{StatusError, StatusMissed, StatusWarning, StatusSuccess} }

// Valid reports whether s is a status that a run can have.
func (s Status) Valid() bool {
	return s == StatusSuccess || s == StatusWarning || s == StatusError || s == StatusMissed
}

// Label is the word for a person: "Error", "Missed", "Warning", "Success" or "Unknown".
func (s Status) Label() string {
	switch s {
	case StatusSuccess:
		return "Success"
	case StatusWarning:
		return "Warning"
	case StatusError:
		return "Error"
	case StatusMissed:
		return "Missed"
	}
	return "Unknown"
}

// severity orders statuses from harmless to bad. Unknown is worse than a success and better
// than anything that was said to be wrong.
func (s Status) severity() int {
	switch s {
	case StatusError:
		return 4
	case StatusMissed:
		return 3
	case StatusWarning:
		return 2
	case StatusSuccess:
		return 0
	}
	return 1
}

// Worst returns the worse of a and b: error, missed, warning, unknown, success.
func Worst(a, b Status) Status {
	if b.severity() > a.severity() {
		return b
	}
	return a
}

// Rank is a run's place in the order of Run Checks, lowest first.
type Rank int

// The ranks, in the order in which a person works through them.
const (
	RankError Rank = iota
	RankMissed
	RankWarning
	RankChanged // a success after a run that was none
	RankSame    // the same trouble as the run before it
	RankClean
)

// RankOf says where a run with this status, remark and objects stands in Run Checks, given
// the run of the same job before it. previous is nil for the first run of a job.
func RankOf(run Outcome, previous *Outcome) Rank {
	if previous != nil && run.Status != StatusSuccess && run.Status == previous.Status && sameTrouble(run, *previous) {
		return RankSame
	}
	switch run.Status {
	case StatusError, StatusUnknown:
		return RankError
	case StatusMissed:
		return RankMissed
	case StatusWarning:
		return RankWarning
	}
	if previous != nil && previous.Status != StatusSuccess {
		return RankChanged
	}
	return RankClean
}

// sameTrouble reports whether two troubled runs tell the same: the same objects with the same
// status and the same words, and the same remark.
func sameTrouble(a, b Outcome) bool {
	return withoutMoments(a.Remark) == withoutMoments(b.Remark) && maps.Equal(troubled(a.Objects), troubled(b.Objects))
}

// withoutMoments folds a remark and drops the dates and times in it: a log line of tonight
// and the same line of last night tell of the same trouble.
func withoutMoments(remark string) string {
	words := strings.Fields(Fold(remark))
	return strings.Join(slices.DeleteFunc(words, isMoment), " ")
}

// isMoment reports whether a word is a date, a time of day or an offset from UTC: digits
// with at least one colon, or with a year of four digits and two hyphens, slashes or points,
// and nothing else. An IP address or a version has no year.
func isMoment(word string) bool {
	word = strings.Trim(word, "[](),;")
	digits, colons, others, row, year := 0, 0, 0, 0, false
	for _, r := range word {
		row++
		if !unicode.IsDigit(r) {
			row = 0
		}
		year = year || row == 4
		switch {
		case row > 0:
			digits++
		case r == ':':
			colons++
		case strings.ContainsRune("-/.+tz", r):
			others++
		default:
			return false
		}
	}
	signed := len(word) > 1 && (word[0] == '+' || word[0] == '-') && digits >= 2
	return digits > 0 && (colons > 0 || others >= 2 && year || signed)
}

// troubled returns what went wrong with each object, by name.
func troubled(objects []Object) map[string]string {
	bad := map[string]string{}
	for _, object := range objects {
		if object.Status != StatusSuccess {
			bad[object.Name] += string(object.Status) + " " + withoutMoments(object.Message) + "\n"
		}
	}
	return bad
}
