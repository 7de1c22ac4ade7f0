package autotask

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The limits of what is kept of an answer's error texts.
const (
	maxMessages      = 20
	maxMessageLength = 1000 // runes
)

// defaultRetryAfter is how long to leave the service alone when it does not say.
const defaultRetryAfter = time.Minute

// maxRetryAfter bounds what a server may ask for; the longest limit is one of an hour.
const maxRetryAfter = time.Hour

// judge returns nil for an answer of success and otherwise what it means.
//
// Autotask answers 500 to nearly everything: with a non-empty array of errors it is a
// definite no, unless the texts tell of limits or of a fault; without, anything may have
// happened. There is no 409 or 422.
func (c *Client) judge(call call, answer answer) error {
	failure := &Error{Op: call.op, Status: answer.status, Messages: c.messages(answer.body)}
	switch {
	case answer.status >= 200 && answer.status < 300:
		return nil
	case answer.status < 400: // redirects, and what no server should send
		return call.failure(UnsafeAddress, answer.status, errors.New("the server points elsewhere, which is not followed"))
	case answer.status == http.StatusUnauthorized:
		failure.Kind = Unauthorised
	case answer.status == http.StatusForbidden:
		failure.Kind = Forbidden
	case answer.status == http.StatusNotFound:
		failure.Kind = NotFound
	case answer.status == http.StatusTooManyRequests:
		failure.Kind = Throttled
		failure.pause = c.retryAfter(answer.header)
	case answer.status == http.StatusInternalServerError && len(failure.Messages) > 0:
		failure.Kind = kindOfMessages(failure.Messages)
	case answer.status >= 500 || answer.status == http.StatusRequestTimeout:
		failure.Kind = Unavailable
	default:
		failure.Kind = Refused
	}
	if failure.Kind == Throttled {
		failure.RetryAfter = cmp.Or(failure.pause, defaultRetryAfter)
	}
	if call.write && failure.Kind == Unavailable {
		failure.Kind = Unclear
	}
	return failure
}

// kindOfMessages tells what the texts of a 500 mean. All but limits, rights and genuine
// faults are definite refusals.
func kindOfMessages(messages []string) Kind {
	text := strings.ToLower(strings.Join(messages, "\n"))
	has := func(parts ...string) bool {
		for _, part := range parts {
			if !strings.Contains(text, part) {
				return false
			}
		}
		return true
	}
	switch {
	case has("itgenatr005"), has("thread", "threshold"), has("request", "threshold"):
		return Throttled // sent with 500 as well as with 429
	case has("deadlock"), has("timeout"), has("time-out"), has("timed out"), has("unexpected error"), has("error id"):
		return Unavailable
	case has("integrationcode is invalid"):
		return BadIntegrationCode
	case has("adequate permissions"), has("required permissions"):
		return Forbidden
	}
	return Refused
}

// messages returns the texts of an answer's array of errors, which holds strings or objects
// with a message; nil when there is none.
func (c *Client) messages(body []byte) []string {
	var wire struct {
		Errors []json.RawMessage
	}
	if json.Unmarshal(body, &wire) != nil {
		return nil
	}
	var messages []string
	for _, raw := range wire.Errors[:min(len(wire.Errors), maxMessages)] {
		message, err := scalar(raw)
		if err != nil {
			var object struct{ Message text }
			_ = json.Unmarshal(raw, &object) // what is neither leaves the text empty
			message = string(object.Message)
		}
		if message = c.clean(message); message != "" {
			messages = append(messages, message)
		}
	}
	return messages
}

// clean makes a foreign text fit for pages and logs: one line, not endless, and without our
// own credentials, should a server echo them.
func (c *Client) clean(message string) string {
	for _, credential := range []string{c.secret.Reveal(), c.integrationCode} {
		message = strings.ReplaceAll(message, credential, c.secret.String())
	}
	message = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(message, "�"))
	if runes := []rune(message); len(runes) > maxMessageLength {
		message = string(runes[:maxMessageLength]) + "…"
	}
	return strings.TrimSpace(message)
}

// retryAfter reads how long the server asks to be left alone, in seconds or as a date; 0
// when it does not say.
func (c *Client) retryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	wait := time.Duration(0)
	if seconds, err := strconv.Atoi(value); err == nil {
		wait = time.Duration(min(seconds, int(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(c.now())
	}
	return min(max(wait, 0), maxRetryAfter)
}

// failure is the error for an answer that tells nothing: of the given kind for a read, and
// unclear for a write.
func (k call) failure(kind Kind, status int, cause error) *Error {
	if k.write {
		kind = Unclear
	}
	return &Error{Op: k.op, Kind: kind, Status: status, Err: cause}
}

// lost is the error for a request without a whole answer. connected tells whether there was
// a connection: without one, nothing was sent.
func lost(ctx context.Context, call call, connected bool, err error) *Error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // the address adds nothing but length
	}
	failure := &Error{Op: call.op, Kind: Unreachable, Err: err}
	switch {
	case call.write && connected:
		failure.Kind = Unclear
	case errors.Is(err, errUnsafe):
		failure.Kind = UnsafeAddress
	case errors.Is(ctx.Err(), context.Canceled):
		failure.Kind = Cancelled
	}
	return failure
}

// notSent is the error for a caller that gave up while waiting for its turn.
func notSent(op string, err error) *Error { return &Error{Op: op, Kind: Cancelled, Err: err} }

// badAnswer is the error for an answer without what it must hold.
func badAnswer(op, why string) *Error {
	return &Error{Op: op, Kind: BadAnswer, Err: errors.New(why)}
}

// mayPass reports whether the same read may succeed a moment later.
func (e *Error) mayPass() bool {
	switch e.Kind {
	case Unreachable:
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](e.Err)
		_, notTLS := errors.AsType[tls.RecordHeaderError](e.Err)
		return !untrusted && !notTLS
	case Unavailable:
		return true
	case Throttled:
		return e.Status != 0 && e.pause <= maxPause
	default:
		return false
	}
}
