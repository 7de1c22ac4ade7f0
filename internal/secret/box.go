package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	keySize  = 32 // bytes; AES-256
	idSize   = 8  // bytes of a key's fingerprint before each sealed value
	maxKeys  = 10 // a rotation needs two
	boxStart = 1  // the first byte of a sealed value: the form it is in
)

// Why a sealed value does not open. Both texts are sentences; callers add which value it was.
var (
	// ErrWrongKey says that the value was sealed with a key that is not among the keys.
	ErrWrongKey = errors.New("the value was encrypted with a key that is not configured")
	// ErrDamaged says that the value was altered, cut short or sealed for another field.
	ErrDamaged = errors.New("the encrypted value is damaged or belongs to another field")
)

// Keys encrypt what is stored secretly. The first key seals, all of them open, so that a key
// can be replaced while values sealed with the old one are still about. The zero value has
// no key: it opens nothing and must not seal. Keys never print themselves.
type Keys struct {
	list []key
}

type key struct {
	id   [idSize]byte
	aead cipher.AEAD
}

// GenerateKey returns a new random key in the form ParseKeys reads. It is a secret.
func GenerateKey() string {
	raw := make([]byte, keySize)
	_, _ = rand.Read(raw) // never fails: the program ends when the system has no randomness
	return base64.StdEncoding.EncodeToString(raw)
}

// A keysError is a sentence on a list of keys. It has a type because error texts otherwise
// start small and end without a stop, and these are shown to people as they are.
type keysError string

// Error returns the sentence.
func (e keysError) Error() string { return string(e) }

func faultf(format string, args ...any) keysError { return keysError(fmt.Sprintf(format, args...)) }

// ParseKeys reads keys of 32 bytes in base64, separated by commas, newest first. It reports
// every fault at once, a sentence for each; no sentence holds any part of a key.
func ParseKeys(list string) (Keys, error) {
	if strings.TrimSpace(list) == "" {
		return Keys{}, keysError("There is no key. Make one with: openssl rand -base64 32")
	}
	parts := strings.Split(list, ",")
	if len(parts) > maxKeys {
		return Keys{}, faultf("There are %d keys; at most %d are accepted.", len(parts), maxKeys)
	}
	var keys Keys
	var faults []error
	seen := make(map[[idSize]byte]int)
	for i, part := range parts {
		one, wrong := parseKey(strings.TrimSpace(part))
		if wrong != "" {
			faults = append(faults, faultf("Key %d %s.", i+1, wrong))
			continue
		}
		if first, known := seen[one.id]; known {
			faults = append(faults, faultf("Key %d is the same as key %d.", i+1, first))
			continue
		}
		seen[one.id] = i + 1
		keys.list = append(keys.list, one)
	}
	if len(faults) > 0 {
		return Keys{}, errors.Join(faults...)
	}
	return keys, nil
}

// parseKey reads one key, or says what is wrong with it. The decoder's own error is left
// out: it quotes where the key went wrong.
func parseKey(text string) (one key, wrong string) {
	if text == "" {
		return key{}, "is empty"
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return key{}, "is not base64"
	}
	if len(raw) != keySize {
		return key{}, fmt.Sprintf("has %d bytes, but must have %d", len(raw), keySize)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return key{}, "cannot be used: " + err.Error()
	}
	if one.aead, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return key{}, "cannot be used: " + err.Error()
	}
	// The name before the hash keeps the fingerprint from being a plain hash of the key, which
	// somebody might have put elsewhere.
	sum := sha256.Sum256(append([]byte("backupchecks key id\x00"), raw...))
	copy(one.id[:], sum[:])
	return one, ""
}

// Seal encrypts plain with the newest key. The result opens only for the same field, a name
// such as "autotask.password" that is never reused for something else. It panics on Keys
// without a key, which is a programmer's fault.
func (k Keys) Seal(field string, plain []byte) []byte {
	if len(k.list) == 0 {
		panic("secret: Seal without a key")
	}
	newest := k.list[0]
	head := append([]byte{boxStart}, newest.id[:]...)
	return newest.aead.Seal(head, nil, plain, binding(head, field))
}

// Open decrypts what Seal made for field. Its error is ErrWrongKey or ErrDamaged.
func (k Keys) Open(field string, sealed []byte) ([]byte, error) {
	head, body, ok := split(sealed)
	if !ok {
		return nil, ErrDamaged
	}
	for _, one := range k.list {
		if string(one.id[:]) != string(head[1:]) {
			continue
		}
		plain, err := one.aead.Open(nil, nil, body, binding(head, field))
		if err != nil {
			return nil, ErrDamaged // the cipher says no more than that, on purpose
		}
		return plain, nil
	}
	return nil, ErrWrongKey
}

// Rotate seals anew, with the newest key, what was sealed with an older one. It returns
// sealed itself and false when the newest key made it. Errors are those of Open; a value
// that carries the newest key's mark is opened too, so that damage does not pass unseen.
func (k Keys) Rotate(field string, sealed []byte) (rotated []byte, changed bool, err error) {
	plain, err := k.Open(field, sealed)
	if err != nil {
		return nil, false, err
	}
	if head, _, _ := split(sealed); string(head[1:]) == string(k.list[0].id[:]) {
		return sealed, false, nil
	}
	return k.Seal(field, plain), true, nil
}

// IsZero reports whether there is no key.
func (k Keys) IsZero() bool { return len(k.list) == 0 }

// Format writes the mask, whatever the verb.
func (k Keys) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, mask) // fmt.State reports no errors
}

// split parts a sealed value into form and fingerprint, and the rest.
func split(sealed []byte) (head, body []byte, ok bool) {
	if len(sealed) < 1+idSize || sealed[0] != boxStart {
		return nil, nil, false
	}
	return sealed[:1+idSize], sealed[1+idSize:], true
}

// binding is what a sealed value is tied to beside its key: a value copied to another field
// or given another head does not open. The head has a fixed length, so that no two pairs
// look alike.
func binding(head []byte, field string) []byte {
	bound := make([]byte, 0, len(head)+len(field))
	return append(append(bound, head...), field...)
}
