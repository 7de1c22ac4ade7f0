package demo

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"backupchecks/internal/backup"
)

// vzdump writes the report on the guests of a host, as text and as HTML.
func vzdump(r run) (letter, Meaning) {
	r = r.oneByOne()
	host := r.job.server + "." + r.customer.domain
	verdict := "backup successful"
	if r.status != backup.StatusSuccess {
		verdict = "backup failed"
		if r.remark != "" {
			verdict += ": " + r.remark
		} else if r.counts().Error > 1 {
			verdict += ": multiple problems"
		}
	}
	g := vzdumpGuests(r)
	l := letter{
		name: "vzdump backup tool", from: "root@" + host, sent: r.sent(), text: g.text(r), html: g.page(r),
		subject: fmt.Sprintf("vzdump backup status (%s): %s", host, verdict),
	}
	meaning := r.meaning("proxmox-vzdump", "vzdump", r.counts())
	meaning.Job = host + " / vzdump"
	meaning.StartedAt = noTime()
	if len(r.objects) > 0 {
		meaning.StartedAt = r.objects[0].start.UTC()
	}
	return l, meaning
}

// guests are the rows of the table and the lines of the log.
type guests struct {
	rows  [][]string // VMID, Name, Status, Time, Size, Filename
	logs  []string
	total float64
}

func vzdumpGuests(r run) guests {
	var g guests
	var ids []string
	for i, o := range r.objects {
		id := strconv.Itoa(100 + i)
		ids = append(ids, id)
		log := func(at time.Time, line string) {
			g.logs = append(g.logs, fmt.Sprintf("%s: %s %s", id, at.Format(time.DateTime), line))
		}
		log(o.start, "INFO: Starting Backup of VM "+id+" (qemu)")
		log(o.start.Add(time.Second), "INFO: VM Name: "+o.name)
		if o.status == backup.StatusSuccess {
			file := fmt.Sprintf("vm/%s/%s", id, o.start.UTC().Format(time.RFC3339))
			g.rows = append(g.rows, []string{id, o.name, "ok", minutes(o.end.Sub(o.start)), fmt.Sprintf("%.1f GiB", o.size), file})
			g.total += o.size
			log(o.end, "INFO: Finished Backup of VM "+id+" ("+clockOf(o.end.Sub(o.start))+")")
			continue
		}
		g.rows = append(g.rows, []string{id, o.name, "err", minutes(o.end.Sub(o.start)), "0 B", "null"})
		log(o.end, "ERROR: Backup of VM "+id+" failed - "+o.message)
	}
	if len(ids) > 0 {
		g.logs = append([]string{"vzdump " + strings.Join(ids, " ") + " --mode snapshot --storage backups --quiet 1", ""}, g.logs...)
	}
	return g
}

func (g guests) totals(r run) string {
	return fmt.Sprintf("Total running time: %s\nTotal size: %.1f GiB\n", minutes(r.end.Sub(r.start)), g.total)
}

func (g guests) text(r run) string {
	var b strings.Builder
	if r.remark != "" {
		b.WriteString(r.remark + "\n")
	}
	b.WriteString("\nDetails\n=======\n")
	fmt.Fprintf(&b, "%-7s %-18s %-10s %-11s %-12s %s\n", "VMID", "Name", "Status", "Time", "Size", "Filename")
	for _, row := range g.rows {
		fmt.Fprintf(&b, "%-7s %-18s %-10s %-11s %-12s %s\n", row[0], row[1], row[2], row[3], row[4], row[5])
	}
	b.WriteString("\n" + g.totals(r) + "\nLogs\n====\n" + strings.Join(g.logs, "\n") + "\n")
	return b.String()
}

func (g guests) page(r run) string {
	var b strings.Builder
	b.WriteString("<html><body>\n")
	if r.remark != "" {
		b.WriteString("<p>" + html.EscapeString(r.remark) + "</p>\n")
	}
	b.WriteString("<h1 style=\"font-size:1.2em\">Details</h1>\n<table style=\"border:1px solid\">\n<tr><th>VMID</th><th>Name</th><th>Status</th><th>Time</th><th>Size</th><th>Filename</th></tr>\n")
	for _, row := range g.rows {
		b.WriteString("<tr>")
		for _, cell := range row {
			// The product closes its cells with the wrong tag.
			fmt.Fprintf(&b, "<td style=\"border:1px solid\">%s</th>", html.EscapeString(cell))
		}
		b.WriteString("</tr>\n")
	}
	fmt.Fprintf(&b, "</table><br/>\n%s<h1 style=\"font-size:1.2em\">Logs</h1>\n<pre>%s</pre>\n</body></html>\n",
		strings.ReplaceAll(g.totals(r), "\n", "<br/>\n"), html.EscapeString(strings.Join(g.logs, "\n")))
	return b.String()
}

// minutes writes a duration as Proxmox does: "10min 28s".
func minutes(d time.Duration) string {
	d = d.Round(time.Second)
	switch seconds := int(d / time.Second); {
	case seconds < 60:
		return fmt.Sprintf("%ds", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%dmin %ds", seconds/60, seconds%60)
	default:
		return fmt.Sprintf("%dh %dmin %ds", seconds/3600, seconds/60%60, seconds%60)
	}
}

func clockOf(d time.Duration) string {
	seconds := int(d.Round(time.Second) / time.Second)
	return fmt.Sprintf("%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}

// pbsKind is a job of a Proxmox Backup Server, whose mails give no times.
type pbsKind struct {
	kind    string
	subject string // a format for the datastore
	verdict string // the sentence of the body, without its end
}

func pbsVerify() writer {
	return pbsKind{"Verify", "Verify Datastore '%s'", "Verification"}.write
}

func pbsSync() writer {
	return pbsKind{"Sync", "Sync remote 'offsite' datastore '%s'", "Synchronization"}.write
}

func pbsPrune() writer {
	return pbsKind{"Prune", "Pruning datastore '%s'", "Pruning"}.write
}

// write makes the mail. The job's only object is its datastore.
func (k pbsKind) write(r run) (letter, Meaning) {
	host, datastore := r.job.server+"."+r.customer.domain, r.job.objects[0]
	end, sentence := "successful", k.verdict+" successful."
	if r.status != backup.StatusSuccess {
		end, sentence = "failed", k.verdict+" failed: "+r.remark
	}
	text := fmt.Sprintf("\nJob ID:    %s\nDatastore: %s\n\n%s\n\n\nPlease visit the web interface for further details:\n\n<https://%s:8007/#DataStore-%s>\n",
		r.job.name, datastore, sentence, host, datastore)
	l := letter{
		name: "Proxmox Backup Server", from: "root@" + host, sent: r.sent(), text: text,
		subject: fmt.Sprintf(k.subject, datastore) + " " + end,
	}
	meaning := r.meaning("proxmox-backup-server", k.kind, backup.ObjectCounts{})
	meaning.StartedAt = noTime()
	return l, meaning
}
