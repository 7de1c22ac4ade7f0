package autotask

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what sort of failure a call met.
type Kind string

// The kinds of failure.
const (
	// Refused is a definite no to what was asked, in Autotask's words: a validation, a bad
	// reference, a bad filter. Autotask answers them with status 500 and an array of errors.
	Refused Kind = "refused"
	// Unclear follows a write only: it may or may not have been carried out. The connection
	// was lost, time ran out, the server failed without saying what became of it, or the
	// answer names no id.
	Unclear Kind = "unclear"
	// Unauthorised means status 401: the secret is wrong, or the user is locked or inactive;
	// Autotask does not say which. From then on the client sends nothing more, because
	// each further failure counts towards locking the user; such an error has Status 0.
	Unauthorised Kind = "unauthorised"
	// BadIntegrationCode means that Autotask does not know the tracking identifier. It
	// stops the client as Unauthorised does.
	BadIntegrationCode Kind = "bad integration code"
	// UnknownUser means that no zone knows the user name; a fault of the settings.
	UnknownUser Kind = "unknown user"
	// Forbidden means that the user's security level does not allow the call.
	Forbidden Kind = "forbidden"
	// NotFound means that there is no such record, or that the user may not see it;
	// Autotask answers both alike, so it is no proof of deletion.
	NotFound Kind = "not found"
	// Throttled means that a limit of requests or threads is reached. Nothing was done.
	Throttled Kind = "throttled"
	// Unreachable means that no answer came: name, connection, TLS or time.
	Unreachable Kind = "unreachable"
	// Unavailable means that the server, or one before it, failed for now, retries included.
	Unavailable Kind = "unavailable"
	// BadAnswer means an answer that is not what the service promises: not JSON, too
	// large, without what it must hold, or rows that do not match the filter.
	BadAnswer Kind = "bad answer"
	// UnsafeAddress means that an address was not followed: outside the service's domain,
	// inside a private network, not https, or a redirect.
	UnsafeAddress Kind = "unsafe address"
	// Cancelled means that the caller gave up, and for a write that nothing was sent.
	Cancelled Kind = "cancelled"
)

// Error is a failed call. It holds no secret.
type Error struct {
	Op         string        // what was tried: "create ticket"
	Kind       Kind          // what sort of failure it is
	Status     int           // the HTTP status, 0 when there was no answer
	Messages   []string      // Autotask's own words, cut to a sane length; may be empty
	RetryAfter time.Duration // for Throttled: how long to leave the service alone
	Err        error         // the cause, for the log; may be nil

	pause time.Duration // how long the service itself asked to be left alone
}

// Error names the call, the kind, the status and Autotask's words.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op + ": " + string(e.Kind))
	if e.Status != 0 {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if len(e.Messages) > 0 {
		b.WriteString(": " + strings.Join(e.Messages, " "))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the Error in err's chain, and "" where there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

// NothingDone reports whether err, from a write, proves that Autotask carried nothing out:
// it refused, or the request never left. When it is false the write may have happened; look
// before trying again.
func NothingDone(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind != Unclear
}
