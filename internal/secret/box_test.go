package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"backupchecks/internal/secret"
)

const field = "autotask.password"

func keys(t *testing.T, list ...string) secret.Keys {
	t.Helper()
	parsed, err := secret.ParseKeys(strings.Join(list, ","))
	if err != nil {
		t.Fatalf("ParseKeys: %v", err)
	}
	return parsed
}

func TestSealedOpensForItsFieldOnly(t *testing.T) {
	t.Parallel()
	k := keys(t, secret.GenerateKey())
	for _, plain := range []string{"", "x", planted, strings.Repeat("long ", 10_000)} {
		sealed := k.Seal(field, []byte(plain))
		got, err := k.Open(field, sealed)
		if err != nil || string(got) != plain {
			t.Errorf("Open(Seal(%.20q)): got %.20q, %v", plain, got, err)
		}
		if len(plain) > 4 && bytes.Contains(sealed, []byte(plain[:5])) {
			t.Errorf("Seal(%.20q) holds the text itself", plain)
		}
		if _, err := k.Open("graph.secret", sealed); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("Open for another field: got %v, want %v", err, secret.ErrDamaged)
		}
	}
	if bytes.Equal(k.Seal(field, []byte(planted)), k.Seal(field, []byte(planted))) {
		t.Error("sealing the same text twice gave the same bytes, want a new nonce each time")
	}
}

func TestAnyChangedByteIsNoticed(t *testing.T) {
	t.Parallel()
	k := keys(t, secret.GenerateKey())
	sealed := k.Seal(field, []byte(planted))
	for i := range sealed {
		bad := slices.Clone(sealed)
		bad[i] ^= 1
		if plain, err := k.Open(field, bad); err == nil {
			t.Errorf("byte %d changed: Open gave %q, want an error", i, plain)
		}
	}
	for n := range sealed {
		if _, err := k.Open(field, sealed[:n]); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("cut to %d bytes: got %v, want %v", n, err, secret.ErrDamaged)
		}
	}
}

func TestAKeyIsReplacedWithoutLosingAnything(t *testing.T) {
	t.Parallel()
	older, newer := secret.GenerateKey(), secret.GenerateKey()
	sealed := keys(t, older).Seal(field, []byte(planted))

	if _, err := keys(t, newer).Open(field, sealed); !errors.Is(err, secret.ErrWrongKey) {
		t.Errorf("Open with another key: got %v, want %v", err, secret.ErrWrongKey)
	}
	if _, err := (secret.Keys{}).Open(field, sealed); !errors.Is(err, secret.ErrWrongKey) {
		t.Errorf("Open without a key: got %v, want %v", err, secret.ErrWrongKey)
	}
	if _, _, err := keys(t, newer).Rotate(field, sealed); !errors.Is(err, secret.ErrWrongKey) {
		t.Errorf("Rotate with another key: got %v, want %v", err, secret.ErrWrongKey)
	}

	both := keys(t, newer, older)
	rotated, changed, err := both.Rotate(field, sealed)
	if err != nil || !changed {
		t.Fatalf("Rotate: changed %v, %v; want true and no error", changed, err)
	}
	got, err := keys(t, newer).Open(field, rotated)
	if err != nil || string(got) != planted {
		t.Errorf("Open after Rotate: got %q, %v", got, err)
	}
	again, changed, err := both.Rotate(field, rotated)
	if err != nil || changed || !bytes.Equal(again, rotated) {
		t.Errorf("Rotate again: changed %v, %v; want the same bytes", changed, err)
	}
	rotated[len(rotated)-1] ^= 1
	if _, _, err := both.Rotate(field, rotated); !errors.Is(err, secret.ErrDamaged) {
		t.Errorf("Rotate of a damaged value: got %v, want %v", err, secret.ErrDamaged)
	}
}

func TestParseKeysNamesEveryFault(t *testing.T) {
	t.Parallel()
	good, short := secret.GenerateKey(), base64.StdEncoding.EncodeToString(make([]byte, 31))
	tests := []struct {
		name, list string
		want       []string
	}{
		{"nothing", " ", []string{"There is no key."}},
		{"not base64", "ke%y,,x", []string{"Key 1 is not base64.", "Key 2 is empty.", "Key 3 is not base64."}},
		{"too short", good + "," + short, []string{"Key 2 has 31 bytes, but must have 32."}},
		{"twice", good + ", " + good, []string{"Key 2 is the same as key 1."}},
		{"unclean end", good[:len(good)-2] + "/=", []string{"Key 1 is not base64."}},
		{"too many", strings.Repeat(good+",", 10) + good, []string{"There are 11 keys; at most 10 are accepted."}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := secret.ParseKeys(test.list)
			if err == nil {
				t.Fatal("got no error")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to say %q", err, want)
				}
			}
			if lines := strings.Count(err.Error(), "\n") + 1; lines != len(test.want) {
				t.Errorf("got %d faults in %q, want %d", lines, err, len(test.want))
			}
			if strings.Contains(err.Error(), good[:8]) || strings.Contains(err.Error(), "ke%y") {
				t.Errorf("%q quotes a key", err)
			}
		})
	}
	if spaced := keys(t, " "+good+"\n", secret.GenerateKey()); spaced.IsZero() {
		t.Error("spaces around keys: got no keys, want two")
	}
}

func TestKeysPrintAMask(t *testing.T) {
	t.Parallel()
	k := keys(t, secret.GenerateKey())
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("test", "keys", k)
	asJSON, err := json.Marshal(k) //nolint:staticcheck // that nothing comes out is what is tested
	if err != nil {
		t.Fatalf("Marshal: %v", err)
	}
	if got := strings.TrimSpace(string(asJSON)); got != "{}" {
		t.Errorf("JSON: got %s, want {}", got)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%x"} {
		if got := fmt.Sprintf(verb, k); got != "•••" {
			t.Errorf("%s: got %q, want the mask", verb, got)
		}
	}
	if !strings.Contains(log.String(), "keys=•••") {
		t.Errorf("log: got %q, want the mask", log.String())
	}
}

func FuzzOpen(f *testing.F) {
	k, err := secret.ParseKeys(secret.GenerateKey())
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{})
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add(k.Seal(field, []byte("seed"))[:20])
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := k.Open(field, sealed); err == nil {
			t.Errorf("Open(%x) gave %q for bytes nobody sealed", sealed, plain)
		}
	})
}
