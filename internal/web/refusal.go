package web

import "backupchecks/internal/backup"

// refusal returns the faults of an error for which a person gets their form back: what the
// form says is Invalid, or the state of things does not allow it, a Conflict, whose sentence
// then stands at field. For every other error it is nil.
func refusal(err error, field string) faults {
	if wrong := faultsOf(err); wrong != nil {
		return wrong
	}
	if kind, sentence := backup.Explain(err); err != nil && kind == backup.Conflict {
		return faults{field: sentence}
	}
	return nil
}
