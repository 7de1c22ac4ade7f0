package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"backupchecks/internal/backup"
	"backupchecks/internal/ticket"
)

const (
	jsonType    = "application/json"
	problemType = "application/problem+json"
)

// problem is how every failure is answered: a problem document after RFC 9457.
type problem struct {
	Type      string       `json:"type" doc:"Always about:blank: the status says what sort of failure it is."`
	Title     string       `json:"title" doc:"The status in words."`
	Status    int          `json:"status" doc:"The HTTP status."`
	Detail    string       `json:"detail" doc:"What went wrong, in sentences for a person."`
	Errors    []fieldFault `json:"errors,omitempty" nullable:"false" doc:"What cannot be accepted, one by one."`
	RequestID string       `json:"request_id,omitempty" doc:"Under this id the log has the details of a fault on our side."`
	Ticket    *ticketShape `json:"ticket,omitempty" doc:"The ticket that a run has already."`
}

// fieldFault is one thing that cannot be accepted. It never holds the value itself: that may
// be a password.
type fieldFault struct {
	Message  string `json:"message" doc:"A sentence."`
	Field    string `json:"field,omitempty" doc:"The JSON member or parameter."`
	Location string `json:"location,omitempty" doc:"The same with where it stands: body.ids[0], query.limit, path.id."`
}

func newProblem(status int, detail string) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
}

// Error returns the sentences for a person.
func (p *problem) Error() string { return p.Detail }

// GetStatus tells huma the status to answer with.
func (p *problem) GetStatus() int { return p.Status }

// ContentType tells huma what a problem is sent as.
func (p *problem) ContentType(string) string { return problemType }

// send answers with the problem where huma does not.
func (p *problem) send(w http.ResponseWriter) {
	p.headers(w.Header())
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may be gone
}

func (p *problem) headers(header http.Header) {
	if p.Status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="Backupchecks"`)
	}
}

// statusOf is the HTTP status of a kind of failure.
func statusOf(kind backup.Kind) int {
	switch kind {
	case backup.Invalid:
		return http.StatusUnprocessableEntity
	case backup.NotFound:
		return http.StatusNotFound
	case backup.Forbidden:
		return http.StatusForbidden
	case backup.Conflict:
		return http.StatusConflict
	case backup.Refused:
		return http.StatusBadGateway
	case backup.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// problem turns a failure into its answer, and is the only place that logs one.
func (a *API) problem(ctx context.Context, route Route, err error) *problem {
	kind, sentence := backup.Explain(err)
	answer := newProblem(statusOf(kind), sentence)
	if kind == backup.Internal {
		answer.RequestID = requestIDFrom(ctx)
		if !errors.Is(ctx.Err(), context.Canceled) { // the client left; nothing is wrong
			a.log.ErrorContext(ctx, "api request failed", "route", route.Name, "request", answer.RequestID, "err", err)
		}
		return answer
	}
	a.log.DebugContext(ctx, "api request refused", "route", route.Name, "request", requestIDFrom(ctx), "err", err)
	answer.Errors = faultsIn(err, route)
	if len(answer.Errors) > 1 {
		sentences := make([]string, len(answer.Errors))
		for i, fault := range answer.Errors {
			sentences[i] = fault.Message
		}
		answer.Detail = strings.Join(sentences, " ")
	}
	if has, found := errors.AsType[*ticket.HasTicketError](err); found {
		answer.Ticket = new(shapeTicket(has.Ticket))
	}
	return answer
}

// faultsIn lists what cannot be accepted: every Invalid error, and a conflict over one field,
// such as a name that is taken.
func faultsIn(err error, route Route) []fieldFault {
	faults := backup.Faults(err)
	if one, ok := errors.AsType[*backup.Error](err); ok && len(faults) == 0 && one.Field != "" {
		faults = append(faults, one)
	}
	place := "body."
	if route.Method == get {
		place = "query."
	}
	var list []fieldFault
	for _, fault := range faults {
		one := fieldFault{Message: fault.Message, Field: fault.Field}
		if fault.Field != "" {
			one.Location = place + fault.Field
		}
		list = append(list, one)
	}
	return list
}

// reword replaces what huma says about a request that it refuses before a handler sees it.
func (a *API) reword(ctx huma.Context, _ string, body any) (any, error) {
	refusal, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	answer := newProblem(refusal.Status, "")
	switch refusal.Status {
	case http.StatusBadRequest:
		answer.Detail = "The body is missing or is not valid JSON."
	case http.StatusUnprocessableEntity:
		answer.Detail = "The request holds what cannot be accepted; errors names each fault."
	case http.StatusRequestEntityTooLarge:
		answer.Detail = fmt.Sprintf("The body is larger than %d MB, the most that is taken here.", ctx.Operation().MaxBodyBytes>>20)
	case http.StatusRequestTimeout:
		answer.Detail = "The body did not arrive in time."
	default:
		_, answer.Detail = backup.Explain(nil)
		answer.RequestID = requestIDFrom(ctx.Context())
		a.log.WarnContext(ctx.Context(), "api request not read", "request", answer.RequestID, "status", refusal.Status, "err", refusal.Errors)
		return answer, nil
	}
	for _, detail := range refusal.Errors {
		answer.Errors = append(answer.Errors, reworded(detail))
	}
	return answer, nil
}

// reworded makes a sentence of huma's words and leaves out the value at fault.
func reworded(detail *huma.ErrorDetail) fieldFault {
	first, size := utf8.DecodeRuneInString(detail.Message)
	fault := fieldFault{Message: string(unicode.ToUpper(first)) + detail.Message[size:] + ".", Location: detail.Location}
	if _, field, inside := strings.Cut(detail.Location, "."); inside {
		fault.Field = field
	}
	return fault
}
