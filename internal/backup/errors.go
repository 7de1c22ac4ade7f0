package backup

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an error is, so that an edge can choose a status without
// knowing where the error came from.
type Kind int

// The kinds of failure. Whatever carries no kind is Internal.
const (
	Internal    Kind = iota // a fault of ours; the details are for the log
	Invalid                 // the input cannot be accepted; Field says where
	NotFound                // what was asked for does not exist
	Forbidden               // the person may not do this
	Conflict                // the state of things does not allow it, or somebody changed it first
	Refused                 // an outside service refused; Message holds its words
	Unavailable             // an outside service could not be reached or answered unclearly
)

// Error is a failure whose Message is meant for a person.
type Error struct {
	Kind    Kind
	Message string // a full sentence in the words of the pages
	Field   string // the form field or JSON member, for Invalid
	Err     error  // the cause, for the log; may be nil
}

// Error returns the sentence, followed by the cause where there is one.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of the given kind from a sentence. It takes no %w: attach a cause
// with Because.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Because returns a copy of e with its cause.
func (e *Error) Because(err error) *Error {
	with := *e
	with.Err = err
	return &with
}

// In returns a copy of e that names the form field or JSON member at fault.
func (e *Error) In(field string) *Error {
	with := *e
	with.Field = field
	return &with
}

// Explain walks the chain of err and returns its kind and the sentence for a person. An
// error without a kind is Internal, with one fixed sentence; its details belong in the log.
func Explain(err error) (Kind, string) {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind, e.Message
	}
	return Internal, "Something went wrong on our side. Please try again; the log has the details."
}

// KindOf returns the kind of err, and Internal for an error without one.
func KindOf(err error) Kind {
	kind, _ := Explain(err)
	return kind
}

// Faults returns every Invalid error joined in err, in order, so that a form or a JSON
// answer can name all faults at once.
func Faults(err error) []*Error {
	var faults []*Error
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			faults = append(faults, Faults(one)...)
		}
		return faults
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Invalid {
		faults = append(faults, e)
	}
	return faults
}
