package ticket

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"backupchecks/internal/backup"
)

// Limits of Autotask's ticket fields, in UTF-16 code units, and our own on how much of one
// message is a signal and not a log.
const (
	maxTitle       = 255
	maxDescription = 8000
	maxMessage     = 400  // runes of one object's or remark's text
	maxListed      = 5000 // runes of all listed messages together
	maxRemark      = 2000
	maxName        = 120
)

// Content is the title and the description of a ticket.
type Content struct {
	Title       string
	Description string
}

// Compose writes what a ticket says about a run. It is pure: a preview and the ticket sent
// later are the same. link is the address of the run's page, zone the one in which times are
// shown, maxObjects how many objects are listed.
func Compose(run backup.Run, link string, zone *time.Location, maxObjects int) Content {
	return Content{
		Title: cut(fmt.Sprintf("[Backupchecks] %s - %s - %s",
			oneLine(run.Job.Customer), oneLine(run.Job.Name), run.Status.Label()), maxTitle),
		Description: description(run, link, zone, maxObjects),
	}
}

func description(run backup.Run, link string, zone *time.Location, maxObjects int) string {
	var head strings.Builder
	fmt.Fprintf(&head, "Job: %s\n", shorten(oneLine(run.Job.Name), maxName))
	fmt.Fprintf(&head, "Backup: %s\n", oneLine(strings.TrimSpace(run.Job.Software+" "+run.Job.Type)))
	fmt.Fprintf(&head, "Customer: %s\n", shorten(oneLine(run.Job.Customer), maxName))
	fmt.Fprintf(&head, "Run: %s\n", when(run, zone))
	fmt.Fprintf(&head, "Status: %s\n", run.Status.Label())

	body := trouble(run, maxObjects)
	foot := "\n\nFull details in Backupchecks:\n" + link
	room := maxDescription - units(head.String()) - units(foot) - 1
	if body != "" {
		body = "\n" + cut(body, room)
	}
	return head.String() + body + foot
}

// when says when the run was, with its zone. A missed run never started; what is known is
// when it was found missing.
func when(run backup.Run, zone *time.Location) string {
	const layout = "2006-01-02 15:04"
	if run.StartedAt == nil {
		word := "reported"
		if run.Status == backup.StatusMissed {
			word = "expected"
		}
		return fmt.Sprintf("%s %s (%s)", word, run.ReceivedAt.In(zone).Format(layout), zone)
	}
	start := run.StartedAt.In(zone)
	if run.EndedAt == nil {
		return fmt.Sprintf("%s (%s)", start.Format(layout), zone)
	}
	end := run.EndedAt.In(zone)
	ended := end.Format("15:04")
	if end.YearDay() != start.YearDay() || end.Year() != start.Year() {
		ended = end.Format(layout)
	}
	return fmt.Sprintf("%s - %s (%s)", start.Format(layout), ended, zone)
}

// trouble is the signal: the overall remark where there is one, or else the objects.
func trouble(run backup.Run, maxObjects int) string {
	bad := badObjects(run.Objects)
	if remark := plain(run.Remark, maxRemark); remark != "" {
		return underRemark(remark, bad, maxObjects)
	}
	return objectLines(bad, maxObjects)
}

func underRemark(remark string, bad []backup.Object, maxObjects int) string {
	if len(bad) == 0 {
		return remark
	}
	names := make([]string, 0, min(len(bad), maxObjects))
	for _, object := range bad[:min(len(bad), maxObjects)] {
		names = append(names, shorten(oneLine(object.Name), maxName))
	}
	text := remark + "\n\nAffected objects: " + strings.Join(names, ", ")
	if more := len(bad) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if len(bad) > 1 {
		text += "\nMultiple objects reported errors. See Backupchecks for full details."
	}
	return text
}

// objectLines lists at most limit objects, each message once: objects that say the same
// stand together.
func objectLines(bad []backup.Object, limit int) string {
	if len(bad) == 0 {
		return ""
	}
	shown := bad[:min(len(bad), limit)]
	room := min(maxMessage, maxListed/len(shown))
	var order []string
	groups := map[string][]backup.Object{}
	for _, object := range shown {
		said := object.Status.Label() + "\x00" + backup.Fold(plain(object.Message, room))
		if groups[said] == nil {
			order = append(order, said)
		}
		groups[said] = append(groups[said], object)
	}
	var b strings.Builder
	b.WriteString("Affected objects:")
	for _, said := range order {
		b.WriteString("\n" + groupLine(groups[said], room))
	}
	if more := len(bad) - len(shown); more > 0 {
		fmt.Fprintf(&b, "\nAnd %d additional objects reported similar errors.", more)
	}
	return b.String()
}

func groupLine(group []backup.Object, room int) string {
	names := make([]string, len(group))
	for i, object := range group {
		names[i] = shorten(oneLine(object.Name), maxName)
	}
	line := "- " + names[0]
	same := ""
	if len(group) > 1 {
		same = fmt.Sprintf(" (and %d more with the same message: %s)", len(group)-1, strings.Join(names[1:], ", "))
	}
	line += " (" + group[0].Status.Label() + ")"
	if said := plain(group[0].Message, room); said != "" {
		line += ": " + strings.ReplaceAll(said, "\n", "\n  ")
	}
	return line + same
}

// badObjects returns the objects that did not succeed, the worst first and otherwise in the
// order of the mail.
func badObjects(objects []backup.Object) []backup.Object {
	var bad []backup.Object
	for _, status := range []backup.Status{backup.StatusError, backup.StatusMissed, backup.StatusWarning, backup.StatusUnknown} {
		for _, object := range objects {
			if object.Status == status {
				bad = append(bad, object)
			}
		}
	}
	return bad
}

// plain makes a mail's text fit for a ticket: no control characters, no stack frames, no
// line twice, not too long.
func plain(text string, limit int) string {
	var kept []string
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		line = oneLine(line)
		if line == "" || stackFrame(line) || seen[line] {
			continue
		}
		seen[line] = true
		kept = append(kept, line)
	}
	return shorten(strings.Join(kept, "\n"), limit)
}

// stackFrame reports whether a line is part of a stack trace of .NET, Java, Python or Go.
func stackFrame(line string) bool {
	at, isAt := strings.CutPrefix(line, "at ")
	switch {
	case isAt && strings.Contains(at, "(") && !strings.Contains(strings.SplitN(at, "(", 2)[0], " "):
		return true
	case strings.HasPrefix(line, "Traceback (most recent call last)"), strings.HasPrefix(line, "goroutine "),
		strings.HasPrefix(line, "--- End of "), strings.HasPrefix(line, `File "`) && strings.Contains(line, ", line "):
		return true
	}
	return false
}

// oneLine folds white space and drops control characters.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == '\u00a0' || r == '\u2028' || r == '\u2029'
	}), " ")
}

// shorten cuts text to a number of runes, on a word where one is near.
func shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	runes := []rune(text)[:limit-1]
	return onWord(string(runes)) + "…"
}

// units counts UTF-16 code units, as Autotask counts.
func units(text string) int { return len(utf16.Encode([]rune(text))) }

// cut shortens text to a number of UTF-16 code units, on a word where one is near.
func cut(text string, limit int) string {
	if units(text) <= limit {
		return text
	}
	count := 0
	for i, r := range text {
		count += max(utf16.RuneLen(r), 1)
		if count > limit-1 {
			return onWord(text[:i]) + "…"
		}
	}
	return text
}

// onWord drops a word that was cut in two, unless that would lose much.
func onWord(text string) string {
	if at := strings.LastIndexAny(text, " \n"); at > len(text)-40 && at > 0 {
		return strings.TrimRight(text[:at], " \n")
	}
	return text
}
