package demo

import (
	"slices"

	"backupchecks/internal/backup"
)

// trouble is what goes wrong with a job in some nights, counted back from the last one,
// which is 0.
type trouble struct {
	customer string // its prefix
	job      string // its name; of a job called vzdump, its host
	first    int    // the earliest of the nights
	last     int    // the latest of them
	status   backup.Status
	remark   string   // on the whole run
	objects  []string // those in trouble
	message  string   // about each of them
	empty    bool     // the run failed before it came to its objects
	retried  bool     // a second try in the same night went well
	cut      bool     // the end of the mail was lost on the way
	ticket   bool     // the operator made a ticket of the first night's run
}

// troubles is the plan of the demo. Whatever else goes wrong lies further back.
func troubles() []trouble {
	return slices.Concat(newErrors(), newWarnings(), oldTroubles(), recoveries(), accidents())
}

// newErrors were not there yesterday.
func newErrors() []trouble {
	return []trouble{
		{
			customer: "ACM", job: "SQL Servers", status: backup.StatusError, objects: []string{"ACM-SQL02"},
			message: "Error: The guest refused the credentials of the backup service: the user name or password is incorrect.\nProcessing finished with errors.",
		},
		{
			customer: "EFL", job: "Depot Servers", status: backup.StatusError,
			objects: []string{"EFL-DEPOT01", "EFL-DEPOT02", "EFL-DEPOT03", "EFL-DEPOT04", "EFL-DEPOT05", "EFL-DEPOT06", "EFL-DEPOT08", "EFL-DEPOT09", "EFL-DEPOT11", "EFL-DEPOT12", "EFL-DEPOT14"},
			message: "Error: The virtualization host esx-depot.eastfield.example cannot be reached: no answer within 300 seconds.",
		},
		{customer: "BSD", job: "Imaging Archive", status: backup.StatusError, remark: "The destination is full. Please free some space or change the retention policy."},
		{
			customer: "CHH", job: "pve-lagune", status: backup.StatusError, empty: true,
			remark: "could not activate storage 'backups': the server pbs01.canalhouse.example does not answer",
		},
		{
			customer: "KES", job: "CNC Programs", status: backup.StatusError,
			remark: "The remote folder could not be listed: 401 Unauthorized\nFound 3 files that are missing from the remote storage, please run repair",
		},
		{
			customer: "FJS", job: "FJS-BRO06", status: backup.StatusError, objects: []string{"FJS-BRO06"},
			message: "Error: The backup target ran out of space: 0.2 GB are free, 6.1 GB are needed.",
		},
		{customer: "HVS", job: "Library", status: backup.StatusError, empty: true, remark: "All machines were excluded from the task list."},
		{
			customer: "KEN", job: "pve2", status: backup.StatusError, objects: []string{"git01", "mail01"},
			message: "the snapshot of the disk could not be made: the volume group has no free space",
		},
	}
}

// newWarnings were not there yesterday. In some of them all objects are fine.
func newWarnings() []trouble {
	return []trouble{
		{
			customer: "JUN", job: "Partners", status: backup.StatusWarning, objects: []string{"c.peeters@juniper.example"},
			message: "12 items were skipped: the mailbox is being moved to another server.",
		},
		{
			customer: "IJS", job: "Projectarchief", status: backup.StatusWarning,
			remark: "The repository Archive-01 is getting low on free space: 7.4 % are left.",
		},
		{customer: "DGS", job: "Infrastructuur", status: backup.StatusWarning, remark: "The support contract of this installation ends in 21 days."},
		{
			customer: "KES", job: "KES-FIELD05", status: backup.StatusWarning,
			remark: "Failed to process path: C:\\Users\\survey\\AppData\\Local\\cache.db\nFailed to process path: D:\\Sites\\open.lock",
		},
		{customer: "FJS", job: "Bogholderi", status: backup.StatusWarning},
		{
			customer: "EFL", job: "EFL-DESK11", status: backup.StatusWarning, objects: []string{"EFL-DESK11"},
			message: "The volume D: was skipped because it is a removable drive.",
		},
	}
}

// oldTroubles were the same in the run before.
func oldTroubles() []trouble {
	return []trouble{
		{
			customer: "DGS", job: "Kopie Kluis", first: 3, ticket: true, status: backup.StatusError, objects: []string{"DGS-SQL01"},
			message: "Error: The copy of the restore point could not be verified: a block on the target repository is corrupt.",
		},
		{customer: "KEN", job: "v-daily", first: 1, ticket: true, status: backup.StatusError, remark: "2 snapshots of the group vm/103 have damaged chunks"},
		{
			customer: "ACM", job: "ACM-LT07", first: 5, status: backup.StatusError, objects: []string{"ACM-LT07"},
			message: "Error: The computer was shut down before the backup was done.",
		},
		{customer: "CHH", job: "Back Office", first: 6, status: backup.StatusWarning},
		{
			customer: "JUN", job: "Core", first: 4, status: backup.StatusWarning, objects: []string{"JUN-CA01"},
			message: "The truncation of the transaction logs was skipped: a writer of the guest is in a bad state.",
		},
		{customer: "GMU", job: "Rezepturen", status: backup.StatusError},
		{customer: "GMU", job: "Rezepturen", first: 6, last: 6, status: backup.StatusError},
		{
			customer: "GMU", job: "GMU-PC09", first: 2, status: backup.StatusWarning, objects: []string{"GMU-PC09"},
			message: "The backup file was made full because its chain was not found.",
		},
	}
}

// recoveries went wrong before and are fine now.
func recoveries() []trouble {
	return []trouble{
		{
			customer: "HVS", job: "Copy to Trust", first: 1, last: 1, status: backup.StatusError, objects: []string{"HVS-SQL01"},
			message: "Error: The connection to the target was closed by the other side.",
		},
		{
			customer: "EFL", job: "Scanned Freight Notes", first: 1, last: 1, status: backup.StatusWarning, objects: []string{"notes-2026"},
			message: "31 files were skipped because they were in use.",
		},
		{
			customer: "IJS", job: "pve-render", first: 1, last: 1, status: backup.StatusError, objects: []string{"render02"},
			message: "the guest's lock could not be taken within 60 seconds",
		},
		{customer: "BSD", job: "Surgery PCs", first: 2, last: 1, ticket: true, status: backup.StatusError},
	}
}

// accidents make mails that must not be taken at their word.
func accidents() []trouble {
	return []trouble{
		{
			customer: "GMU", job: "Warenwirtschaft", status: backup.StatusError, retried: true, objects: []string{"GMU-SQL01"},
			message: "Error: The snapshot of the guest was not made in time.",
		},
		{customer: "HVS", job: "Registers", status: backup.StatusSuccess, cut: true},
	}
}

// troubleOf finds what goes wrong with a job in a night. Long ago, now and then a run failed
// for no reason that repeats.
func troubleOf(r run, ago int) *trouble {
	name := r.job.name
	if name == "vzdump" {
		name = r.job.server
	}
	for _, t := range troubles() {
		if t.customer == r.customer.prefix && t.job == name && ago <= t.first && ago >= t.last {
			return &t
		}
	}
	const quietNights = 2 // so that what is new in the last night is what was planned
	if ago < quietNights || r.job.quiet || r.rng.IntN(70) > 0 {
		return nil
	}
	lost := &trouble{status: backup.StatusError, remark: "The connection to the backup storage was lost."}
	if len(r.objects) > 0 {
		lost.objects = []string{r.objects[r.rng.IntN(len(r.objects))].name}
		lost.message = "The connection to the backup storage was lost."
	}
	return lost
}

// strike makes a run go wrong.
func (t trouble) strike(r *run) {
	r.status, r.remark = t.status, t.remark
	if t.empty {
		r.objects = nil
		return
	}
	for i := range r.objects {
		if o := &r.objects[i]; slices.Contains(t.objects, o.name) {
			o.status, o.message = t.status, t.message
		}
	}
}
