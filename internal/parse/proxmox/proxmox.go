// Package proxmox reads the mails of Proxmox: backups and replications of Proxmox VE, and
// the verify, sync, prune, garbage collection and tape jobs of Proxmox Backup Server. It
// stands on the third station, beside the other vendors. The mails are always English; their
// templates may be edited, so the fixed subject carries the claim.
package proxmox

import "backupchecks/internal/parse"

// Parsers returns the parsers of Proxmox's products, in order.
func Parsers() []parse.Parser {
	return []parse.Parser{
		{Name: "proxmox-vzdump", Product: "Proxmox VE backup", Grade: "E2", Claim: claimVzdump, Read: readVzdump},
		{Name: "proxmox-replication", Product: "Proxmox VE replication", Grade: "E2", Claim: claimReplication, Read: readReplication},
		{Name: "proxmox-backup-server", Product: "Proxmox Backup Server", Grade: "E2", Claim: claimServer, Read: readServer},
	}
}
