package generic

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"backupchecks/internal/backup"
	"backupchecks/internal/parse"
)

// verdict is what the words of a mail come to.
type verdict struct {
	status  backup.Status
	line    textLine // that proved it
	tag     bool     // a tag in the subject says the status
	problem string
}

// judge reads the lines: a tag in the subject first, then words of trouble in the subject
// and in the body, and words of success last and only where nothing tells of trouble.
func judge(lines []textLine, text string) verdict {
	v := judgeLines(lines)
	if v.status == backup.StatusSuccess && troubleBelow(text) {
		return verdict{line: v.line, tag: v.tag, problem: "The mail says success, but further down it tells of trouble, or it is too long to be sure."}
	}
	return v
}

// troubleBelow looks at the whole text, the lines that are too far down to give a verdict
// included.
func troubleBelow(text string) bool {
	if len(text) > maxDoubt {
		return true
	}
	return slices.ContainsFunc(parse.Lines(text), func(line string) bool { return troubleNow(line) != backup.StatusUnknown })
}

func judgeLines(lines []textLine) verdict {
	subject := lines[0]
	tagged := tagStatus(subject.text)
	if tagged != backup.StatusUnknown && tagged != backup.StatusSuccess {
		return verdict{status: tagged, line: subject, tag: true}
	}
	if v := findTrouble(lines); v.status != backup.StatusUnknown {
		if tagged == backup.StatusSuccess {
			v.tag = true
			v.problem = "The subject says success, but the mail also tells of trouble."
		}
		return v
	}
	if doubtful := firstDoubt(lines); doubtful.text != "" {
		return verdict{tag: tagged != backup.StatusUnknown, problem: fmt.Sprintf("The mail does not tell clearly how the run ended: %q.", parse.Cut(doubtful.text, 200))}
	}
	if tagged == backup.StatusSuccess {
		return verdict{status: tagged, line: subject, tag: true}
	}
	for _, line := range lines {
		if saysSuccess(line.text) {
			return verdict{status: backup.StatusSuccess, line: line}
		}
	}
	return verdict{}
}

// findTrouble returns the worst trouble of the subject, or else the worst of the body, by the
// line that comes first.
func findTrouble(lines []textLine) verdict {
	if status := troubleNow(lines[0].text); status != backup.StatusUnknown {
		return verdict{status: status, line: lines[0]}
	}
	var worst verdict
	for _, line := range lines[1:] {
		status := troubleNow(line.text)
		if status != backup.StatusUnknown && backup.Worst(worst.status, status) != worst.status {
			worst = verdict{status: status, line: line}
		}
	}
	return worst
}

// troubleNow is the trouble that a line tells of this run, without the names of fields about
// earlier ones: "Most recent failed operation: 2026-02-01".
func troubleNow(line string) backup.Status {
	folded := parse.StripZeroCounts(line)
	name, value, found := strings.Cut(folded, ":")
	if value = strings.TrimSpace(value); found && value != "" && value[0] >= '0' && value[0] <= '9' && history(name+":") == "" {
		folded = value
	}
	status, _ := parse.Trouble(folded)
	return status
}

// tagStatus reads "[Success]", "[WARNING]", "[Info]" and their like anywhere in a subject,
// and the signs ✅ ⚠ ❌. The worst tag counts.
func tagStatus(subject string) backup.Status {
	status, found := backup.StatusUnknown, false
	note := func(s backup.Status) {
		if !found {
			status, found = s, true
		}
		status = backup.Worst(status, s)
	}
	rest := subject
	for {
		_, after, ok := strings.Cut(rest, "[")
		if !ok {
			break
		}
		tag, after, ok := strings.Cut(after, "]")
		if !ok {
			break
		}
		switch strings.Trim(backup.Fold(tag), " .!") {
		case "success", "successful", "succeeded", "ok", "erfolg", "erfolgreich", "succès", "gelukt", "geslaagd":
			note(backup.StatusSuccess)
		case "warning", "warn", "warnung", "waarschuwing", "avertissement":
			note(backup.StatusWarning)
		case "failed", "failure", "fail", "error", "err", "critical", "fehler", "fout", "mislukt", "erreur", "échec":
			note(backup.StatusError)
		case "missed":
			note(backup.StatusMissed)
		}
		rest = after
	}
	signs := []struct {
		sign   string
		status backup.Status
	}{{"❌", backup.StatusError}, {"⚠", backup.StatusWarning}, {"✅", backup.StatusSuccess}}
	for _, s := range signs {
		if strings.Contains(subject, s.sign) {
			note(s.status)
		}
	}
	return status
}

func successWords() []string {
	return []string{
		"successful", "successfully", "success", "succeeded", "completed", "completed ok", "finished ok",
		"voltooid", "geslaagd", "gelukt", "succesvol", "erfolgreich", "abgeschlossen",
		"réussi", "réussie", "réussite", "terminée", "succès", "completata", "completato", "riuscita", "riuscito", "successo",
		"fuldført", "gennemført", "slutförd", "fullført", "vellykket", "completado", "completada", "terminado", "correctamente", "éxito",
	}
}

// saysSuccess reports whether a line says that a run succeeded.
func saysSuccess(line string) bool {
	folded := history(parse.StripZeroCounts(line))
	for _, words := range successWords() {
		if parse.HasWords(folded, words) {
			return true
		}
	}
	return false
}

// history takes out what a mail tells of earlier runs: "Last successful sync: …".
func history(folded string) string {
	for _, before := range []string{"last ", "most recent ", "previous ", "latest ", "letzte ", "letztes ", "letzter ", "laatste ", "vorige ", "dernière ", "dernier ", "ultima ", "ultimo ", "última ", "último ", "sidste "} {
		for {
			at := strings.Index(folded, before)
			if at < 0 {
				break
			}
			folded = folded[:at] + restOfField(folded[at+len(before):])
		}
	}
	return folded
}

// restOfField cuts the words of a field's name: all up to the colon, or three words.
func restOfField(text string) string {
	if name, value, found := strings.Cut(text, ":"); found && len(name) < 60 {
		return value
	}
	words := strings.SplitN(text, " ", 4)
	if len(words) < 4 {
		return ""
	}
	return words[3]
}

// firstDoubt returns the first line that speaks of success without saying that it happened:
// denied, hoped for, still under way, or of less than all.
func firstDoubt(lines []textLine) textLine {
	for _, line := range lines {
		folded := backup.Fold(line.text)
		if lessThanAll(folded) || saysSuccess(line.text) && hedged(folded) {
			return line
		}
	}
	return textLine{}
}

// hedged reports whether a sentence denies or only expects what its words say.
func hedged(folded string) bool {
	for _, words := range []string{
		"not", "no", "never", "nor", "neither", "without", "but", "although", "n't", "don't", "didn't", "isn't", "wasn't", "hasn't",
		"if", "when", "once", "until", "unless", "will", "would", "should", "may", "might", "after", "before", "expected", "in progress", "running", "started", "starting", "pending", "almost", "nearly",
		"nicht", "kein", "keine", "nie", "ohne", "wenn", "sobald", "falls", "bis", "wird", "aber", "gestartet",
		"niet", "geen", "nooit", "zonder", "als", "zodra", "wanneer", "tot", "wordt", "maar", "gestart",
		"pas", "jamais", "sans", "si", "lorsque", "quand", "mais", "sera", "ne",
		"non", "mai", "senza", "se", "quando", "ma", "sarà", "no", "nunca", "sin", "cuando", "pero", "será",
		"ikke", "aldrig", "uden", "hvis", "når", "men", "inte", "utan", "om",
	} {
		if parse.HasWords(folded, words) {
			return true
		}
	}
	return false
}

// lessThanAll finds "3 of 5", "3/5 succeeded" and "97%" beside words of success: not
// everything was done.
func lessThanAll(folded string) bool {
	if !saysSuccess(folded) {
		return false
	}
	words := strings.FieldsFunc(folded, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("(),;:", r) })
	for i, word := range words {
		if percent, ok := strings.CutSuffix(word, "%"); ok {
			if n, err := strconv.ParseFloat(strings.Replace(percent, ",", ".", 1), 64); err == nil && n < 100 {
				return true
			}
		}
		if done, all, ok := strings.Cut(word, "/"); ok && less(done, all) {
			return true
		}
		if i > 0 && i+1 < len(words) && isOf(word) && less(words[i-1], words[i+1]) {
			return true
		}
	}
	return false
}

func isOf(word string) bool {
	switch word {
	case "of", "von", "van", "de", "di", "sur", "su", "af", "out":
		return true
	}
	return false
}

// less reports whether two words are numbers and the first is the smaller.
func less(a, b string) bool {
	first, err := strconv.Atoi(a)
	if err != nil {
		return false
	}
	second, err := strconv.Atoi(b)
	return err == nil && first < second
}

// hasBackupWord knows the words for a backup in the languages of the mails.
func hasBackupWord(line string) bool {
	folded := backup.Fold(line)
	for _, part := range []string{
		"backup", "back-up", "reservekopie", "sicherung", "sauvegarde", "attività", "respaldo", "copia de seguridad", "sikkerhedskopi", "säkerhetskopi",
		"snapshot", "replica", "archiv", "vzdump", "veeam", "duplicati", "restic", "borg", "rsync", "synology",
	} {
		if strings.Contains(folded, part) {
			return true
		}
	}
	return false
}
