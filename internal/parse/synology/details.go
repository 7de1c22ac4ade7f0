package synology

import (
	"strings"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// detail is the value of a label, with the line it stands in.
type detail struct {
	value string
	line  string
}

// details are the lines of labels below the sentence.
type details struct {
	task, nas, start, end, took, devices, event detail
}

// The labels in the languages in which they are known, folded.
func taskLabels() []string {
	return []string{"backup task", "task name", "task", "datensicherungsaufgabe", "sicherungsaufgabe", "attività di backup", "nome attività", "tâche de sauvegarde", "back-uptaak", "backupopgave"}
}

func startLabels() []string {
	return []string{"start", "start time", "startzeit", "ora d'inizio", "ora inizio", "heure de début", "starttijd", "begintijd", "starttidspunkt", "hora de inicio"}
}

func endLabels() []string {
	return []string{"end", "end time", "ende", "endzeit", "ora di fine", "ora fine", "heure de fin", "eindtijd", "sluttidspunkt", "hora de finalización"}
}

func durationLabels() []string {
	return []string{"duration", "dauer", "durata", "durée", "duur", "varighed", "duración"}
}

func deviceLabels() []string {
	return []string{"device list", "devices", "device", "elenco dispositivi", "dispositivo", "geräteliste", "gerät", "liste des périphériques", "apparatenlijst", "enhedsliste", "lista de dispositivos"}
}

func otherLabels() []string {
	return []string{
		"transferred size", "backup target", "backup destination", "sicherungsziel", "dimensioni trasferite", "übertragene größe",
		"destination de sauvegarde", "back-updoel", "data transferred", "target",
	}
}

func signOffs() []string { return []string{"from", "von", "da", "de", "van", "fra"} }

// readDetails reads the labels of a mail's text.
func readDetails(m *message.Message) details {
	lines := parse.Lines(parse.Cut(m.Text, 20000))
	labels := parse.ReadLabels(strings.Join(lines, "\n"))
	d := details{
		task: value(lines, labels, taskLabels(), false), start: value(lines, labels, startLabels(), true),
		end: value(lines, labels, endLabels(), true), took: value(lines, labels, durationLabels(), false),
		devices: value(lines, labels, deviceLabels(), true),
	}
	for _, line := range lines {
		if _, after, ok := parse.CutWords(line, "a new system event occurred on your"); ok {
			if _, at, ok := parse.CutWords(after, "on"); ok {
				d.event = detail{strings.TrimRight(at, "."), line}
			}
		}
		for _, word := range signOffs() {
			name, ok := cutLabel(line, word)
			if ok && name != "" && !strings.ContainsAny(name, " :") {
				d.nas = detail{name, line}
			}
		}
	}
	return d
}

// value finds a label with its colon or, in the older layout, one that is only a line's
// beginning.
func value(lines []string, labels parse.Labels, names []string, bare bool) detail {
	if label, ok := labels.Get(names...); ok && label.Value != "" {
		return detail{label.Value, label.Line}
	}
	if !bare {
		return detail{}
	}
	for _, line := range lines {
		for _, name := range names {
			if after, ok := cutLabel(line, name); ok && after != "" && !strings.Contains(name+after, ": ") {
				return detail{after, line}
			}
		}
	}
	return detail{}
}

// cutLabel cuts the label off the front of a line.
func cutLabel(line, label string) (string, bool) {
	before, after, ok := parse.CutWords(line, label)
	return after, ok && before == ""
}

// isDetail reports whether a line is one of the known labels with its value.
func isDetail(line string) bool {
	name, _, found := strings.Cut(line, ":")
	if !found {
		return false
	}
	folded := backup.Fold(name)
	for _, known := range [][]string{taskLabels(), startLabels(), endLabels(), durationLabels(), deviceLabels(), otherLabels()} {
		for _, label := range known {
			if folded == label {
				return true
			}
		}
	}
	return false
}

// fill adds what the labels tell to the only outcome of a mail.
func (d details) fill(o *backup.Outcome, m *message.Message, trail *parse.Trail) {
	if o.Job != "" && o.Job == d.task.value {
		trail.Add("job", d.task.line, parse.InBody)
	}
	if o.CustomerHint == "" && d.nas.value != "" {
		o.CustomerHint = d.nas.value
		trail.Add("customer_hint", d.nas.line, parse.InBody)
	}
	d.fillTimes(o, m, trail)
	for name := range strings.SplitSeq(d.devices.value, ",") {
		if name = strings.TrimSpace(name); name == "" || len(o.Objects) >= maxDevices {
			continue
		}
		o.Objects = append(o.Objects, backup.Object{
			Name: name, Type: "computer", Status: o.Status,
			Message: "The mail gives the result of the whole task, not of each device.",
		})
	}
	if len(o.Objects) > 0 {
		trail.Add("objects", d.devices.line, parse.InBody)
	}
}

// maxDevices bounds the objects that one line can make.
const maxDevices = 1000

// fillTimes reads start and end. Where one is missing, the duration gives it.
func (d details) fillTimes(o *backup.Outcome, m *message.Message, trail *parse.Trail) {
	started, hasStart := d.wall(d.start, m)
	ended, hasEnd := d.wall(d.end, m)
	if !hasEnd && !hasStart {
		// The notice's own time is when the task ended.
		ended, hasEnd = d.wall(d.event, m)
		d.end = d.event
	}
	took, hasTook := parse.Duration(d.took.value)
	if hasStart && !hasEnd && hasTook {
		ended = started.Add(took)
		d.end = d.took
	}
	o.StartedAt, o.EndedAt = parse.InZone(m, started, ended)
	if o.StartedAt != nil {
		trail.Add("started_at", d.start.line, parse.InBody)
	}
	if o.EndedAt != nil {
		trail.Add("ended_at", d.end.line, parse.InBody)
	}
}

// wall reads a wall clock. Italian mails write the day first; elsewhere the order of a
// date's figures is not known, so what could be read in two ways is decided by the day on
// which the mail was sent, or left unread.
func (d details) wall(at detail, m *message.Message) (time.Time, bool) {
	if t, ok := parse.NamedDate(at.value); ok {
		return t, true
	}
	order := parse.Either
	if label := backup.Fold(at.line); strings.HasPrefix(label, "ora ") {
		order = parse.DayFirst
	}
	return parse.NumericDate(at.value, order, m.SentAt)
}
