package store

import "slices"

// What the tests of the query plans look at.

func RunsSQL(f RunFilter) (string, []any) {
	q, err := runsQuery(f, defaultLimit)
	if err != nil {
		panic(err)
	}
	return q.text.String(), q.args
}

func MessagesSQL(f MessageFilter) (string, []any) {
	q, err := messagesQuery(f, defaultLimit)
	if err != nil {
		panic(err)
	}
	return q.text.String(), q.args
}

const (
	UnreviewedRunsSQL   = unreviewedRuns
	UnreviewedCountsSQL = unreviewedCounts
	RunBeforeSQL        = runBefore
)

// MaxRaw is the largest raw mail.
const MaxRaw = maxRaw

// PackedRaw packs a mail of any size, as a hostile database might hold it.
func (db *DB) PackedRaw(raw []byte) []byte { return slices.Clip(db.raws.encoder.EncodeAll(raw, nil)) }
