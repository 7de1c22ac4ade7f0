package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"backupchecks/internal/secret"
)

const planted = "pl4nted~$ecret#"

func TestStringPrintsAMaskEverywhere(t *testing.T) {
	t.Parallel()
	s := secret.New(planted)
	holder := struct {
		Shown  secret.String
		hidden secret.String
		nested *secret.String
	}{s, s, &s}

	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Info("test", "secret", s, "holder", holder, "pointer", &s)
	logger = slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("test", "secret", s, "holder", holder, "pointer", &s)

	asJSON, err := json.Marshal(map[string]any{"s": s, "p": &s, "h": holder})
	if err != nil {
		t.Fatalf("Marshal: %v", err)
	}
	type document struct{ S secret.String }
	asXML, err := xml.Marshal(document{s})
	if err != nil {
		t.Fatalf("Marshal as XML: %v", err)
	}
	printed := map[string]string{
		"String": s.String(), "log": log.String(), "JSON": string(asJSON), "XML": string(asXML),
		"error": fmt.Errorf("wrapped %w %v", fmt.Errorf("%v", s), s).Error(),
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T %v"} {
		if verb == "%T %v" {
			printed[verb] = fmt.Sprintf(verb, s, s)
			continue
		}
		printed[verb] = fmt.Sprintf(verb, s)
		printed[verb+" in a struct"] = fmt.Sprintf(verb, holder)
		printed[verb+" in a slice"] = fmt.Sprintf(verb, []any{s, &s})
	}
	for how, text := range printed {
		if strings.Contains(text, planted) || strings.Contains(text, fmt.Sprintf("%x", planted)) {
			t.Errorf("%s shows the secret: %q", how, text)
		}
	}
	for _, how := range []string{"String", "%v", "%s", "%#v"} {
		if printed[how] != "•••" {
			t.Errorf("%s: got %q, want the mask", how, printed[how])
		}
	}
}

func TestStringGivesTheTextOnlyByReveal(t *testing.T) {
	t.Parallel()
	s := secret.New(planted)
	if got := s.Reveal(); got != planted {
		t.Errorf("Reveal() = %q, want %q", got, planted)
	}
	if got := (secret.String{}).Reveal(); got != "" {
		t.Errorf("Reveal() of the zero value = %q, want it empty", got)
	}
	if s.IsZero() || !(secret.String{}).IsZero() || !secret.New("").IsZero() {
		t.Error("IsZero does not tell an empty secret from another")
	}
	if !s.Equal(secret.New(planted)) || s.Equal(secret.New("other")) || s.Equal(secret.String{}) {
		t.Error("Equal does not compare the texts")
	}
}

func TestStringIsReadFromJSON(t *testing.T) {
	t.Parallel()
	var form struct{ Password secret.String }
	if err := json.Unmarshal([]byte(`{"Password":"`+planted+`"}`), &form); err != nil {
		t.Fatalf("Unmarshal: %v", err)
	}
	if got := form.Password.Reveal(); got != planted {
		t.Errorf("Reveal() = %q, want %q", got, planted)
	}
}
