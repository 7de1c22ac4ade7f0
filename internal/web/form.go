package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"backupchecks/internal/backup"
)

// faults says what is wrong with a form, by field; the empty field stands for the whole form.
type faults map[string]string

// faultsOf returns the sentences of an Invalid error, and nil for any other.
func faultsOf(err error) faults {
	var found faults
	for _, fault := range backup.Faults(err) {
		if found == nil {
			found = faults{}
		}
		if found[fault.Field] == "" {
			found[fault.Field] = fault.Message
		}
	}
	return found
}

// In returns what is wrong with a field, and the empty string when nothing is.
func (f faults) In(field string) string { return f[field] }

// pathID reads an id from the path. What is not a number cannot exist, so the error is
// NotFound.
func pathID[T ~int64](r *http.Request, name string) (T, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, backup.Errorf(backup.NotFound, "There is nothing at this address.")
	}
	return T(id), nil
}

// localPath returns next when it is a path of this site, and "/" otherwise, so that a link to
// us can never lead a person on to somewhere else.
func localPath(next string) string {
	target, err := url.Parse(next)
	switch {
	case err != nil, target.Scheme != "", target.Host != "", target.User != nil:
		return "/"
	case !strings.HasPrefix(next, "/"), strings.HasPrefix(next, "//"), strings.ContainsAny(next, "\\\t\r\n"):
		return "/"
	}
	return next
}

// withForm bounds the body of a request and reads the form before h runs, so that a form which
// is too large or broken is refused before h takes a missing field for an answer.
func withForm(limit int64, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if err := readForm(r); err != nil {
			return err
		}
		return h(w, r)
	}
}

// readForm makes r.Form ready. It returns an Invalid error for a form that cannot be read.
func readForm(r *http.Request) error {
	err := r.ParseForm()
	if err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(formLimit)
	}
	if err == nil {
		return nil
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return backup.Errorf(backup.Invalid, "What you sent is larger than %d MB.", tooLarge.Limit>>20).Because(err)
	}
	return backup.Errorf(backup.Invalid, "The form could not be read. Please go back and try again.").Because(err)
}
