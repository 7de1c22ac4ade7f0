// Package parse is the third station on the way: a message becomes a reading. It holds the
// contract of a parser, the registry that asks them all, and the readers they share. It is
// pure: no database, no network, no clock, no log.
package parse

import (
	"backupchecks/internal/backup"
	"backupchecks/internal/message"
)

// Parser reads the mails of one product.
type Parser struct {
	Name     string // the stable name in readings: "veeam-vbr"
	Product  string // as people know it: "Veeam Backup & Replication"
	Grade    string // how well the format is evidenced: "E1" to "E4"
	Unproven bool   // its readings are at most likely, so that they wait for a person

	// Claim says how surely the message is this product's: 0 is not at all, 100 beyond
	// doubt. It is cheap and strict. The highest claim reads the message.
	Claim func(*message.Message) int

	// Read says what the message tells. An error means that the message is the product's
	// but could not be understood; its text is shown in the Inbox as the reason.
	Read func(*message.Message) (backup.Reading, error)
}
