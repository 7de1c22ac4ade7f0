package web

import (
	"strings"
	"testing"

	"backupchecks/internal/backup"
)

func TestSplitProofs(t *testing.T) {
	t.Parallel()
	// What stands in the subject begins with "subject: ".
	for _, test := range []struct {
		name   string
		status backup.Status
		said   []string
		want   string // the proofs, and after a bar the rest
	}{
		{
			"the deciding count is the last", backup.StatusError,
			[]string{"subject: Nightly", "1 of 3 machines", "3 machines in 4 min", "Success 2", "Warning 0", "Error 1"},
			"Error 1; subject: Nightly | 1 of 3 machines; 3 machines in 4 min; Success 2; Warning 0",
		},
		{"the same mail of a good run", backup.StatusSuccess, []string{"Success 2", "Warning 0", "Error 0"}, "Success 2 | Warning 0; Error 0"},
		{"numbers in front", backup.StatusWarning, []string{"0 errors, 2 warnings", "5 successful, 0 warnings"}, "0 errors, 2 warnings | 5 successful, 0 warnings"},
		{"a tag and a line", backup.StatusError, []string{"subject: [Failed] Nightly", "Completed 12 files", "Result: failed."}, "subject: [Failed] Nightly; Result: failed. | Completed 12 files"},
		{"a tag that was overruled", backup.StatusWarning, []string{"subject: [Success] Nightly", "Ended with warnings"}, "Ended with warnings | subject: [Success] Nightly"},
		{"a denied success", backup.StatusError, []string{"The backup is not completed"}, "The backup is not completed | "},
		{"a denied error", backup.StatusSuccess, []string{"no errors", "Finished without warnings"}, "Finished without warnings | no errors"},
		{"a time is no count", backup.StatusError, []string{"web01 error 00:12:01"}, "web01 error 00:12:01 | "},
		{"a language that is not known", backup.StatusError, []string{"Success 1", "subject: Kopia epäonnistui", "Tulos"}, "subject: Kopia epäonnistui | Tulos; Success 1"},
		{"only words of others", backup.StatusSuccess, []string{"Error 0", "Warning 0"}, "Error 0; Warning 0 | "},
		{"a long list", backup.StatusError, []string{"a failed", "b failed", "c failed", "d failed", "e failed"}, "a failed; b failed; c failed; d failed | e failed"},
		{"nothing", backup.StatusMissed, nil, " | "},
	} {
		var said []evidenceView
		for _, text := range test.said {
			where := "body"
			if subject, is := strings.CutPrefix(text, "subject: "); is {
				text, where = subject, "subject"
			}
			said = append(said, evidenceView{Text: text, Where: where})
		}
		proofs, rest := splitProofs(test.status, said)
		if got := wordsOf(proofs) + " | " + wordsOf(rest); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
	}
}

func wordsOf(said []evidenceView) string {
	var words []string
	for _, one := range said {
		if one.Where == "subject" {
			one.Text = "subject: " + one.Text
		}
		words = append(words, one.Text)
	}
	return strings.Join(words, "; ")
}
