package demo

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"backupchecks/internal/backup"
)

// veeamKind is a kind of job of one of Veeam's products.
type veeamKind struct {
	parser  string
	kind    string // as Backupchecks calls it
	title   string // as the mail calls it, before "job:"
	product string // in the last line
	made    string // the line below the title; empty: who created the job
	noun    string // what is processed; empty: not told
}

const (
	vbrProduct   = "Veeam Backup & Replication 12.3.2.3617"
	agentProduct = "Veeam Agent for Microsoft Windows"
	m365Product  = "Veeam Backup for Microsoft 365"
)

func veeamBackup() writer {
	return veeamKind{"veeam-vbr", "Backup", "Backup", vbrProduct, "", "VMs"}.write
}

func veeamCopy() writer {
	return veeamKind{"veeam-vbr", "Backup Copy", "Backup Copy", vbrProduct, "", "VMs"}.write
}

func veeamReplica() writer {
	return veeamKind{"veeam-vbr", "Replication", "Replication", vbrProduct, "", "VMs"}.write
}

func veeamSure() writer {
	return veeamKind{"veeam-vbr", "SureBackup", "SureBackup", vbrProduct, "", "VMs"}.write
}

func veeamTape() writer {
	return veeamKind{"veeam-vbr", "Backup to Tape", "Backup to tape", vbrProduct, "", "objects"}.write
}

func veeamFiles() writer {
	return veeamKind{"veeam-vbr", "File Backup", "File Backup", vbrProduct, "", "objects"}.write
}

func veeamAgent() writer {
	return veeamKind{"veeam-agent", "Agent Backup", "Agent Backup", agentProduct + " 6.3.2.1302", agentProduct, ""}.write
}

func veeam365() writer {
	return veeamKind{"veeam-m365", "Microsoft 365 Backup", "Backup", m365Product + " 8.1.3.34", m365Product, "objects"}.write
}

// veeamVerdict is the word beside the title. The subject of a failure says "Failed".
func veeamVerdict(status backup.Status) (word, tag, color string) {
	switch status {
	case backup.StatusError:
		return "Error", "Failed", "#fb9895"
	case backup.StatusWarning:
		return "Warning", "Warning", "#ffd96c"
	}
	return "Success", "Success", "#00b050"
}

// write makes the mail of a run: one table with the summary and a row for each object.
func (k veeamKind) write(r run) (letter, Meaning) {
	name := r.job.name
	if r.attempt > 0 {
		name = fmt.Sprintf("%s (Retry %d)", name, r.attempt)
	}
	made := k.made
	if made == "" {
		at := time.Date(2025, time.March, 3+len(r.job.name)%20, 9, 12, 0, 0, time.UTC)
		made = fmt.Sprintf(`Created by %s\backup.admin at %s.`, r.customer.prefix, r.customer.locale.shortDate(at))
	}
	_, tag, _ := veeamVerdict(r.status)
	counts := r.counts()
	subject := fmt.Sprintf("[%s] %s (%d objects)", tag, name, len(r.objects))
	switch {
	case counts.Error > 0:
		subject += fmt.Sprintf(" %d failed", counts.Error)
	case counts.Warning == 1:
		subject += " 1 warning"
	case counts.Warning > 1:
		subject += fmt.Sprintf(" %d warnings", counts.Warning)
	}
	l := letter{
		name: "Backup " + r.customer.prefix, from: "veeam@" + r.customer.domain, subject: subject, sent: r.sent(),
		html: k.page(r, k.title+" job: "+name, made), plain64: r.customer.locale == danish,
	}
	return l, r.meaning(k.parser, k.kind, counts)
}

// page is the HTML of the report.
func (k veeamKind) page(r run, title, made string) string {
	var b strings.Builder
	word, _, color := veeamVerdict(r.status)
	b.WriteString(veeamHead)
	fmt.Fprintf(&b, `<tr><td style="background-color:%s;color:white;font-size:16px;padding:10px">%s<div class="jobDescription" style="font-size:12px">%s</div></td>`,
		color, html.EscapeString(title), html.EscapeString(made))
	fmt.Fprintf(&b, `<td style="background-color:%s;color:white;font-size:16px;padding:10px">%s`, color, word)
	if k.noun != "" {
		fmt.Fprintf(&b, `<div class="jobDescription" style="font-size:12px">%d of %d %s processed</div>`, len(r.objects), len(r.objects), k.noun)
	}
	b.WriteString("</td></tr>\n<tr><td colspan=\"2\"><table class=\"inner\" width=\"100%\" cellspacing=\"0\" cellpadding=\"3\">\n")
	fmt.Fprintf(&b, "<tr><td colspan=\"9\" class=\"sessionDetails\"><span>%s</span></td></tr>\n", r.customer.locale.longDate(r.start))
	r.veeamSummary(&b)
	if len(r.objects) > 0 {
		r.veeamRows(&b)
	}
	fmt.Fprintf(&b, "</table></td></tr></table>\n<p style=\"font-size:11px;color:#626365\">%s</p>\n</body></html>\n", html.EscapeString(k.product))
	return b.String()
}

const veeamHead = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style>
body{font-family:Tahoma,sans-serif;font-size:12px}
.inner td{border:1px solid #a7a9ac;white-space:nowrap}
.processObjectsHeader td{background-color:#e3e3e3}
.small_label{font-size:10px;white-space:normal}
</style></head><body>
<table class="outer" width="100%" cellspacing="0" cellpadding="0">
`

// veeamSummary writes the three rows of counts, times and sizes, with the remark beside them.
func (r run) veeamSummary(b *strings.Builder) {
	loc, counts := r.customer.locale, r.counts()
	var size, read float64
	for _, o := range r.objects {
		size += o.size
		read += o.read
	}
	row := func(pairs ...string) {
		b.WriteString("<tr>")
		for i := 0; i < len(pairs); i += 2 {
			fmt.Fprintf(b, "<td><b>%s</b></td><td>%s</td>", pairs[i], pairs[i+1])
		}
	}
	row("Success", strconv.Itoa(counts.Success), "Start time", loc.clock(r.start), "Total size", loc.size(size), "Backup size", loc.size(read*0.5))
	fmt.Fprintf(b, "<td rowspan=\"3\" style=\"vertical-align:top\"><span class=\"small_label\">%s</span></td></tr>\n", lines(r.remark))
	row("Warning", strconv.Itoa(counts.Warning), "End time", loc.clock(r.end), "Data read", loc.size(read), "Dedupe", loc.decimal("1.3")+"x")
	b.WriteString("</tr>\n")
	row("Error", strconv.Itoa(counts.Error), "Duration", took(r.end.Sub(r.start)), "Transferred", loc.size(read*0.6), "Compression", loc.decimal("1.8")+"x")
	b.WriteString("</tr>\n")
}

// veeamRows writes the objects.
func (r run) veeamRows(b *strings.Builder) {
	b.WriteString("<tr><td colspan=\"9\">Details</td></tr>\n<tr class=\"processObjectsHeader\">")
	for _, head := range []string{"Name", "Status", "Start time", "End time", "Size", "Read", "Transferred", "Duration", "Details"} {
		fmt.Fprintf(b, "<td><b>%s</b></td>", head)
	}
	b.WriteString("</tr>\n")
	loc := r.customer.locale
	for _, o := range r.objects {
		word, _, color := veeamVerdict(o.status)
		style := ""
		if o.status != backup.StatusSuccess {
			style = ` style="color:` + color + `"`
		}
		fmt.Fprintf(b, "<tr><td>%s</td><td><span%s>%s</span></td>", html.EscapeString(o.name), style, word)
		for _, cell := range []string{loc.clock(o.start), loc.clock(o.end), loc.size(o.size), loc.size(o.read), loc.size(o.read * 0.6), took(o.end.Sub(o.start))} {
			fmt.Fprintf(b, "<td>%s</td>", cell)
		}
		fmt.Fprintf(b, "<td><span class=\"small_label\">%s</span></td></tr>\n", lines(o.message))
	}
}

// lines is a text as HTML with its line breaks.
func lines(text string) string { return strings.ReplaceAll(html.EscapeString(text), "\n", "<br>") }

// veeamConfiguration writes the short mail on the backup of the server's own configuration:
// it is sent right after the start and lists nothing.
func veeamConfiguration() writer {
	return func(r run) (letter, Meaning) {
		word, tag, color := veeamVerdict(r.status)
		page := veeamHead + fmt.Sprintf(`<tr><td style="background-color:%s">%s<div class="jobDescription">Created by SYSTEM at %s.</div></td><td style="background-color:%s">%s</td></tr>`+"\n",
			color, html.EscapeString(r.job.name), r.customer.locale.shortDate(r.start.AddDate(-1, 0, 0)), color, word)
		page += fmt.Sprintf(`<tr><td colspan="2"><table class="inner"><tr><td colspan="9" class="sessionDetails"><span>%s</span></td></tr>`+"\n", r.customer.locale.longDate(r.start))
		page += fmt.Sprintf(`<tr><td><b>Backup size</b></td><td>%s</td><td rowspan="3"><span class="small_label">%s</span></td></tr></table></td></tr></table><p>%s</p></body></html>`+"\n",
			r.customer.locale.size(0.1), lines(r.remark), html.EscapeString(vbrProduct))
		l := letter{
			name: "Backup " + r.customer.prefix, from: "veeam@" + r.customer.domain, html: page,
			subject: fmt.Sprintf("[%s] Backup Configuration Job (1 objects)", tag), sent: r.start.Add(95 * time.Second),
		}
		return l, r.meaning("veeam-vbr", "Configuration Backup", backup.ObjectCounts{})
	}
}
