// Package secret keeps passwords and keys from being printed. It stands beside package backup
// under everything else, because leaking is dangerous everywhere.
package secret

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// mask is what every printed secret looks like.
const mask = "•••"

// String is a text that never prints itself: formatting, logging and JSON show a mask. The
// zero value is the empty secret. A String is copied freely and cannot be compared with ==;
// use Equal.
type String struct {
	_ [0]func() // not comparable: == would compare addresses

	// A pointer, because fmt reads unexported fields of other structs without asking this
	// type's methods; it then prints an address and not the text.
	value *string
}

// New keeps text as a secret.
func New(text string) String { return String{value: &text} }

// Reveal returns the text itself. Call it only where the text leaves for its destination.
func (s String) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether the text is empty.
func (s String) IsZero() bool { return s.Reveal() == "" }

// Equal reports, in a time that does not tell where they differ, whether both texts are the
// same.
func (s String) Equal(other String) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String returns the mask.
func (s String) String() string { return mask }

// Format writes the mask, whatever the verb.
func (s String) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, mask) // fmt.State reports no errors
}

// LogValue returns the mask.
func (s String) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalJSON returns the mask as a JSON string.
func (s String) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }

// MarshalText returns the mask, for encoders other than JSON.
func (s String) MarshalText() ([]byte, error) { return []byte(mask), nil }

// UnmarshalText takes text as the secret, so that forms, settings and JSON can carry one in.
func (s *String) UnmarshalText(text []byte) error {
	*s = New(string(text))
	return nil
}
