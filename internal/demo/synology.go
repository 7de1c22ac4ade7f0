package demo

import (
	"fmt"
	"strings"

	"backupchecks/internal/backup"
)

// Synology's mails are sentences in the language of the NAS; those below are the ones that
// are known from real mails.

// nasMail is what all mails of a NAS share.
func nasMail(r run, subject, text string) letter {
	return letter{name: r.job.server, from: "nas@" + r.customer.domain, subject: subject, sent: r.sent(), text: text}
}

// nasTimes are the lines below the sentence of a task.
func nasTimes(r run) string {
	return fmt.Sprintf("Start time: %s\nEnd time: %s\n", r.start.Format("2006-01-02 15:04:05"), r.end.Format("2006-01-02 15:04:05"))
}

// hyperBackup tells of one task on one NAS, and not of the folders in it.
func hyperBackup(r run) (letter, Meaning) {
	tail := "completed successfully"
	switch r.status {
	case backup.StatusError:
		tail = "failed"
	case backup.StatusWarning:
		tail = "partially completed"
	}
	nas := r.job.server
	sentence := fmt.Sprintf("Data backup task [%s] on %s %s", r.job.name, nas, tail)
	text := "Dear user,\n\n" + sentence + ".\n\nBackup Task: " + r.job.name + "\n" + nasTimes(r)
	if r.remark != "" {
		text += "\n" + r.remark + "\n"
	}
	text += "\nFrom " + nas + "\n\nHyper Backup: https://sy.to/backup\n"
	return nasMail(r, "["+nas+"] "+sentence, text), r.meaning("synology-hyper-backup", "Hyper Backup", backup.ObjectCounts{})
}

// hyperBackupGerman tells of a failure in German. Its successes are worded in a way that
// nobody has shown yet, so this NAS mails of failures only.
func hyperBackupGerman(r run) (letter, Meaning) {
	nas := r.job.server
	sentence := "Die Datensicherung auf " + nas + " ist fehlgeschlagen."
	text := fmt.Sprintf("Sehr geehrter Benutzer,\n\n%s\n\nDatensicherungsaufgabe: %s\nSicherungsziel: Externe Platte / %s.hbk\nStart: %s\nDauer: %d Minute %d Second\n\nVon %s\n\nHyper Backup: https://sy.to/backup\n",
		sentence, r.job.name, nas, r.start.Format("Mon, 2 Jan 2006 15:04:05"), int(r.end.Sub(r.start).Minutes()), int(r.end.Sub(r.start).Seconds())%60, nas)
	return nasMail(r, sentence, text), r.meaning("synology-hyper-backup", "Hyper Backup", backup.ObjectCounts{})
}

// activeBackup tells of a task in English and names its devices, but not how each ended.
func activeBackup(r run) (letter, Meaning) {
	tail := "has been completed"
	switch r.status {
	case backup.StatusError:
		tail = "has failed"
	case backup.StatusWarning:
		tail = "was partially completed"
	}
	nas := r.job.server
	sentence := fmt.Sprintf("backup task %s on %s %s", r.job.name, nas, tail)
	text := "The " + sentence + ".\n\n" + nasTimes(r) + "Transferred size: " + r.customer.locale.size(r.read()) +
		"\nDevice list: " + strings.Join(r.job.objects, ", ") + "\n\nFrom " + nas + "\n"
	return nasMail(r, nas+" Active Backup for Business - "+sentence, text), r.meaning("synology-active-backup", "Active Backup for Business", r.asOne())
}

func activeBackupDanish(r run) (letter, Meaning) {
	tail := "er fuldført"
	switch r.status {
	case backup.StatusError:
		tail = "mislykkedes"
	case backup.StatusWarning:
		tail = "er delvist gennemført"
	}
	nas := r.job.server
	sentence := fmt.Sprintf("%s på %s %s", r.job.name, nas, tail)
	text := "Backupopgaven " + sentence + ".\n\nStarttidspunkt: " + r.start.Format("2006-01-02 15:04:05") +
		"\nSluttidspunkt: " + r.end.Format("2006-01-02 15:04:05") + "\nEnhedsliste: " + strings.Join(r.job.objects, ", ") + "\n\nFra " + nas + "\n"
	return nasMail(r, nas+" Active Backup for Business - backupopgave "+sentence, text), r.meaning("synology-active-backup", "Active Backup for Business", r.asOne())
}

func activeBackupItalian(r run) (letter, Meaning) {
	short, long := "completata", "è stata completata"
	switch r.status {
	case backup.StatusError:
		short, long = "non completata", "non è stata completata"
	case backup.StatusWarning:
		short, long = "parzialmente completata", "è stata parzialmente completata"
	}
	nas := r.job.server
	text := fmt.Sprintf("L'attività di backup %s su %s %s.\n\nOra d’inizio: %s\nOra di fine: %s\nElenco dispositivi: %s\n\nDa %s\n",
		r.job.name, nas, long, r.start.Format("02/01/2006 15:04:05"), r.end.Format("02/01/2006 15:04:05"), strings.Join(r.job.objects, ", "), nas)
	subject := fmt.Sprintf("%s Active Backup for Business - attività di backup %s su %s %s", nas, r.job.name, nas, short)
	return nasMail(r, subject, text), r.meaning("synology-active-backup", "Active Backup for Business", r.asOne())
}

// activeBackup365 tells of a tenant's mailboxes and sites as one task, without times.
func activeBackup365(r run) (letter, Meaning) {
	tail := "was completed"
	switch r.status {
	case backup.StatusError:
		tail = "failed"
	case backup.StatusWarning:
		tail = "was partially completed"
	}
	nas := r.job.server
	sentence := fmt.Sprintf("backup task [%s] on [%s] %s", r.job.name, nas, tail)
	text := "Active Backup for Microsoft 365 - " + sentence + "\n\nFrom " + nas + "\n"
	meaning := r.meaning("synology-m365", "Active Backup for Microsoft 365", backup.ObjectCounts{})
	meaning.StartedAt = noTime()
	return nasMail(r, "Active Backup for Microsoft 365 - "+sentence, text), meaning
}
