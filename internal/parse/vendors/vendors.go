// Package vendors is the list of the parsers, in order: the one place where a vendor is
// added. It closes the third station on the way.
package vendors

import (
	"slices"

	"backupchecks/internal/parse"
	"backupchecks/internal/parse/duplicati"
	"backupchecks/internal/parse/generic"
	"backupchecks/internal/parse/proxmox"
	"backupchecks/internal/parse/synology"
	"backupchecks/internal/parse/veeam"
)

// All returns the parsers of all vendors. Their order decides nothing: the surest reads.
func All() []parse.Parser {
	return slices.Concat(
		veeam.Parsers(),
		synology.Parsers(),
		proxmox.Parsers(),
		duplicati.Parsers(),
	)
}

// Registry returns a registry of all vendors with the generic reader behind them.
func Registry() *parse.Registry {
	return parse.NewRegistry(All(), generic.Parser())
}
