package synology

import (
	"slices"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/parse"
)

// product is one of Synology's backup products.
type product struct {
	name      string // of its parser
	label     string // the kind of job
	grade     string
	unproven  bool
	names     []string // folded words that show whose mail it is
	sentences []sentence
}

// sentence is how a product tells of a task in one language:
//
//	… <lead> <task> <on> <nas> <tail>
//
// Trouble is found by its words anywhere in the tail. Success must be the whole tail, so
// that "completed, but" or a wording not seen yet stays unknown.
type sentence struct {
	lead    string   // folded words before the task's name
	on      string   // the folded word before the NAS's name; empty where the tail follows the task
	success []string // folded
	partial []string // folded words
	failed  []string // folded words
	device  bool     // the task is a device; counts only in a line that begins with the NAS in brackets
	own     bool     // nobody else writes it, so that it needs no other sign of Synology
	proven  bool     // seen in a real mail or in an administrator's parser
	failing bool     // only its failures were seen
}

func english() sentence {
	return sentence{
		on: "on", proven: true,
		success: []string{
			"has been completed", "was completed", "completed successfully", "has been completed successfully", "was completed successfully",
			"has completed successfully", "successfully completed", "completed", "has completed", "successful",
		},
		partial: []string{"partially", "with warnings", "warning", "partial"},
		failed:  []string{"failed", "not", "cancelled", "canceled", "aborted", "interrupted", "suspended", "unsuccessful", "error", "errors", "unable"},
	}
}

func italian() sentence {
	return sentence{
		on: "su", proven: true,
		success: []string{"completata", "è stata completata", "è stata completata correttamente", "riuscita"},
		partial: []string{"parzialmente", "parziale"},
		failed:  []string{"non", "fallita", "fallito", "annullata", "interrotta", "errore", "errori"},
	}
}

func danish() sentence {
	return sentence{
		on: "på", proven: true,
		success: []string{"er fuldført", "fuldført", "er gennemført", "blev fuldført"},
		partial: []string{"delvist", "delvis"},
		failed:  []string{"ikke", "mislykkedes", "mislykket", "fejl", "fejlede", "annulleret", "afbrudt"},
	}
}

func german() sentence {
	return sentence{
		on:      "auf",
		success: []string{"ist abgeschlossen", "wurde abgeschlossen", "wurde erfolgreich abgeschlossen", "abgeschlossen", "erfolgreich abgeschlossen"},
		partial: []string{"teilweise", "warnungen", "warnung"},
		failed:  []string{"fehlgeschlagen", "nicht", "abgebrochen", "fehler", "fehlern", "unterbrochen"},
	}
}

func french() sentence {
	return sentence{
		on:      "sur",
		success: []string{"est terminée", "a été effectuée", "a réussi", "est terminée avec succès", "terminée"},
		partial: []string{"partiellement", "partielle", "avertissement", "avertissements"},
		failed:  []string{"a échoué", "échoué", "échec", "pas", "annulée", "interrompue", "erreur", "erreurs"},
	}
}

// dutch is a translation of ours; no Dutch mail was seen yet.
func dutch() sentence {
	return sentence{
		on:      "op",
		success: []string{"is voltooid", "voltooid", "is met succes voltooid", "is geslaagd"},
		partial: []string{"gedeeltelijk", "deels", "waarschuwing", "waarschuwingen"},
		failed:  []string{"mislukt", "niet", "geannuleerd", "afgebroken", "fout", "fouten", "onderbroken"},
	}
}

// led returns the sentence of a language with its lead; on replaces the word before the
// NAS's name where it is given, and "-" takes it away.
func led(s sentence, lead, on string) sentence {
	s.lead = lead
	switch on {
	case "":
	case "-":
		s.on = ""
	default:
		s.on = on
	}
	return s
}

// products lists what can be read. A mail is tried against the sentences in order.
func products() []product {
	activeBackup := []sentence{
		led(english(), "backup task", ""), led(italian(), "attività di backup", ""), led(italian(), "attività backup", ""),
		led(danish(), "backupopgaven", ""), led(danish(), "backupopgave", ""),
		led(german(), "sicherungsaufgabe", ""), led(french(), "tâche de sauvegarde", ""), led(dutch(), "back-uptaak", ""),
	}
	device := led(english(), "backup task for", "-")
	device.device, device.proven, device.success = true, false, nil
	hyper := led(english(), "data backup task", "")
	hyper.own = true
	hyperGerman := led(german(), "die datensicherung", "")
	hyperGerman.failing = true
	networkFrench := led(french(), "network backup - la tâche", "-")
	networkFrench.failing = true
	return []product{
		{
			name: "synology-active-backup", label: "Active Backup for Business", grade: "E1",
			names: []string{"active backup for business"}, sentences: append(slices.Clone(activeBackup), device),
		},
		{
			name: "synology-m365", label: "Active Backup for Microsoft 365", grade: "E1",
			names: []string{"active backup for microsoft 365", "active backup for office 365"}, sentences: activeBackup,
		},
		{
			name: "synology-hyper-backup", label: "Hyper Backup", grade: "E1",
			names:     []string{"hyper backup", "sy.to/", "a new system event occurred on your"},
			sentences: []sentence{hyper, hyperGerman, led(dutch(), "gegevensback-uptaak", "")},
		},
		{
			name: "synology-network-backup", label: "Network Backup", grade: "E4",
			names:     []string{"network backup -"},
			sentences: []sentence{networkFrench, led(english(), "network backup - task", "-")},
		},
		{
			name: "synology-snapshot-replication", label: "Snapshot Replication", grade: "E3",
			names:     []string{"snapshot replication"},
			sentences: []sentence{led(english(), "snapshot replication task", "-")},
		},
		{
			name: "synology-c2", label: "C2 Backup", grade: "E1",
			names:     []string{"synology c2"},
			sentences: []sentence{led(reversed(), "synology c2 cloud backup -", "")},
		},
	}
}

// reversed is the sentence of C2, where the result stands before the NAS:
// "<task> successful on <nas>".
func reversed() sentence {
	s := english()
	s.on = "<on"
	return s
}

// hit is what a sentence told.
type hit struct {
	task   string
	nas    string
	tail   string // the words behind the names; empty when the line breaks off there
	status backup.Status
	proven bool
	device bool
}

// match finds the sentence in a line.
func (s sentence) match(line proseLine) (hit, bool) {
	if !strings.Contains(line.folded, s.lead) {
		return hit{}, false // most lines of most mails
	}
	_, rest, ok := parse.CutWords(line.text, s.lead)
	tag, _ := bracketed(line.text)
	if !ok || s.device && tag == "" {
		return hit{}, false
	}
	h := hit{device: s.device}
	merged := false // task and verdict are not parted
	switch {
	case s.on == "<on":
		var told string
		told, h.nas, ok = parse.CutLastWords(rest, "on")
		h.task, h.tail = s.cutSuffix(told)
		merged = true
	case s.on == "":
		h.task, h.tail = bracketed(rest)
		if h.task == "" {
			h.task, h.tail = s.cutSuffix(rest)
			merged = true
		}
	default:
		h.task, rest, ok = cutTask(rest, s.on)
		h.nas, h.tail = firstName(rest)
	}
	h.tail = strings.TrimRight(h.tail, " .!")
	h.status = s.status(h.tail)
	if merged && h.status == backup.StatusSuccess && s.status(h.task) != backup.StatusUnknown {
		h.status = backup.StatusUnknown // "failed" may be the task's name or the verdict
	}
	h.proven = s.proven || s.failing && h.status == backup.StatusError
	if h.nas == "" && tag != "CMS" {
		h.nas = tag
	}
	return h, ok && (h.task != "" || h.nas != "")
}

// status tells what the words behind the names mean.
func (s sentence) status(tail string) backup.Status {
	folded := backup.Fold(tail)
	switch {
	case slices.ContainsFunc(s.failed, func(words string) bool { return parse.HasWords(folded, words) }):
		return backup.StatusError
	case slices.ContainsFunc(s.partial, func(words string) bool { return parse.HasWords(folded, words) }):
		return backup.StatusWarning
	case slices.Contains(s.success, folded):
		return backup.StatusSuccess
	}
	return backup.StatusUnknown
}

// cutTask parts the task from the NAS at the last place that can part them: tasks may have
// the word in their name. A task in brackets ends at its bracket. A sentence without a task
// begins with the word.
func cutTask(rest, on string) (task, after string, ok bool) {
	if task, after := bracketed(rest); task != "" {
		before, after, ok := parse.CutWords(after, on)
		return task, after, ok && before == ""
	}
	if before, after, ok := parse.CutWords(rest, on); ok && before == "" {
		return "", after, true
	}
	task, after, ok = parse.CutLastWords(rest, on)
	return strings.Trim(task, `"'`), after, ok
}

// bracketed cuts "[task] rest". The task may hold brackets itself: it ends at the last one
// that is followed by a word and not by another bracket's name.
func bracketed(text string) (task, rest string) {
	if !strings.HasPrefix(text, "[") {
		return "", text
	}
	depth := 0
	for i, r := range text {
		switch r {
		case '[':
			depth++
		case ']':
			depth--
		}
		if depth == 0 {
			return strings.TrimSpace(text[1:i]), strings.TrimSpace(text[i+1:])
		}
	}
	return "", text
}

// firstName cuts the NAS's name, which has no spaces, off what follows it.
func firstName(text string) (name, rest string) {
	if name, rest := bracketed(text); name != "" {
		return name, rest
	}
	name, rest, _ = strings.Cut(text, " ")
	if rest == "" {
		name = strings.TrimRight(name, ".!")
	}
	return name, strings.TrimSpace(rest)
}

// cutSuffix parts a task from the verdict where nothing stands between them: the verdict is
// the longest known ending of the text.
func (s sentence) cutSuffix(text string) (task, tail string) {
	trimmed := strings.TrimRight(text, " .!")
	best := ""
	for _, words := range slices.Concat(s.failed, s.partial, s.success) {
		before, after, ok := parse.CutLastWords(trimmed, words)
		if ok && after == "" && before != "" && len(words) > len(best) {
			best, task, tail = words, before, words
		}
	}
	if best == "" {
		return text, ""
	}
	return task, tail
}
