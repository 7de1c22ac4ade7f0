package veeam

import (
	"regexp"
	"strconv"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/parse"
)

// Limits on names that come out of a mail.
const (
	maxName = 300 // bytes
	maxKind = 60  // bytes
)

var (
	jobTitle      = regexp.MustCompile(`(?i)^(\pL[\pL\d &/+.-]{0,60}?)\s+job:\s*(\S.*)$`)
	configTitle   = regexp.MustCompile(`(?i)^configuration backup job for\s+(\S.*)$`)
	scaleOutTitle = regexp.MustCompile(`(?i)^scale-out backup repository:?\s+(\S.*)$`)
	// Relays to plain text glue the description to the title.
	createdBy  = regexp.MustCompile(`(?i)\s*created by\s.{0,200}?\sat\s+[\d./-]+,?\s+[\d:.]+(?:\s*[ap]\.?m\b\.?)?\.?`)
	productTag = regexp.MustCompile(`(?i)\s*\bveeam (?:agent for (?:microsoft windows|windows|linux|mac|ibm aix|oracle solaris)|backup for microsoft (?:office )?365)\s*$`)

	suffix = regexp.MustCompile(`(?i)\s*\((?:retry\s+(\d{1,3})|full|active full|incremental|reverse incremental|synthetic[^()]*|transform[^()]*|recovery)\)$`)
)

// title is what the head of a job's table names.
type title struct {
	line    string // as it stands in the mail
	kind    string // the type of the job in our words
	job     string // without suffixes and tenant
	tenant  string // of a Cloud Connect tenant's job; may be empty
	attempt int
	family  family
}

// readTitle reads the first line of a title cell: "Backup Copy job: Offsite (Retry 1)". The
// description is the line below, or what a relay glued to the title; it tells agents and
// Microsoft 365 from jobs of the backup server.
func readTitle(line, description string) (title, bool) {
	if !mayBeTitle(line) {
		return title{}, false
	}
	line = parse.Squeeze(line)
	bare, glued := cutDescription(line, !describes(description))
	description = strings.ToLower(description + " " + glued)
	t := title{line: line, family: replication}
	var name string
	switch {
	case configTitle.MatchString(bare):
		// One customer may have several servers, and each backs up its configuration.
		t.kind, name = configurationBackup, bare
	case scaleOutTitle.MatchString(bare):
		t.kind, name = "Scale-out Repository", scaleOutTitle.FindStringSubmatch(bare)[1]
		t.family = scaleOut
	case jobTitle.MatchString(bare):
		found := jobTitle.FindStringSubmatch(bare)
		name = found[2]
		t.kind, t.family = kindOf(found[1], description)
	default:
		return title{}, false
	}
	name, t.attempt = stripSuffixes(name)
	if name == "" {
		return title{}, false
	}
	t.tenant, t.job = splitTenant(name)
	return t, true
}

// maxTitle bounds what may be a title; the patterns are tried on nothing longer.
const maxTitle = 1000 // bytes

// mayBeTitle sorts out almost every line before a pattern is tried on it.
func mayBeTitle(line string) bool {
	if len(line) > maxTitle {
		return false
	}
	lower := strings.ToLower(line)
	return strings.Contains(lower, "job") || strings.Contains(lower, "scale-out")
}

// describes reports whether a line is the description below a title.
func describes(line string) bool {
	return len(line) <= maxTitle && (createdBy.MatchString(line) || productTag.MatchString(line))
}

// cutDescription separates "Daily (Retry 2)Created by EXAMPLE\admin at 25/05/2026 22:51."
// A product's name is cut off only where product says so: a job may be called like one.
func cutDescription(line string, product bool) (bare, description string) {
	end := len(line)
	if at := createdBy.FindStringIndex(line); at != nil {
		end = at[0]
	}
	if at := productTag.FindStringIndex(line); product && at != nil && at[0] > 0 {
		end = min(end, at[0])
	}
	return strings.TrimSpace(line[:end]), strings.TrimSpace(line[end:])
}

const configurationBackup = "Configuration Backup"

// kindOf maps the vendor's word before "job:" to a type. A kind that is not known keeps the
// vendor's words: new kinds of jobs are jobs too.
func kindOf(words, description string) (string, family) {
	of := replication
	switch {
	case strings.Contains(description, "veeam backup for microsoft"):
		of = microsoft365
	case strings.Contains(description, "veeam agent for"):
		of = agent
	}
	switch kind := backup.Fold(words); kind {
	case "backup":
		switch of {
		case microsoft365:
			return "Microsoft 365 Backup", of
		case agent:
			return "Agent Backup", of
		}
		return "Backup", of
	case "backup copy":
		if of == microsoft365 {
			return "Microsoft 365 Backup Copy", of
		}
		return "Backup Copy", of
	case "agent backup":
		return "Agent Backup", agent
	case "replica", "replication":
		return "Replication", of
	case "surebackup", "sure backup":
		return "SureBackup", of
	case "backup to tape":
		return "Backup to Tape", of
	case "file to tape":
		return "File to Tape", of
	case "file backup":
		return "File Backup", of
	case "object storage backup":
		return "Object Storage Backup", of
	case "configuration backup", "backup configuration":
		return configurationBackup, of
	}
	return parse.Cut(parse.Squeeze(words), maxKind), of
}

// stripSuffixes takes what changes from run to run off a job's name: "(Retry 2)", "(Full)".
// attempt is the number of the retry.
func stripSuffixes(name string) (bare string, attempt int) {
	name = parse.Squeeze(name)
	for {
		found := suffix.FindStringSubmatch(name)
		if found == nil {
			return parse.Cut(name, maxName), attempt
		}
		if n, err := strconv.Atoi(found[1]); err == nil {
			attempt = n
		}
		name = strings.TrimSuffix(name, found[0])
	}
}

// splitTenant cuts the name by which a Cloud Connect provider sees a tenant's job:
// "tenant\job".
func splitTenant(name string) (tenant, job string) {
	before, after, found := strings.Cut(name, `\`)
	before, after = strings.TrimSpace(before), strings.TrimSpace(after)
	if !found || before == "" || after == "" || strings.Contains(after, `\`) {
		return "", name
	}
	return before, after
}
