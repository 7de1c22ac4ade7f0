package autotasksim

import (
	_ "embed" // for the labels
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// translations are the default labels in other languages, by language and English label.
//
//go:embed labels.json
var translations []byte

func readTranslations() map[string]map[string]string {
	var languages map[string]map[string]string
	if err := json.Unmarshal(translations, &languages); err != nil {
		panic("autotasksim: the embedded labels are broken: " + err.Error()) // a fault of the program
	}
	return languages
}

// Languages lists the languages in which labels can be shown. English is the empty text.
func Languages() []string {
	return append([]string{""}, slices.Sorted(maps.Keys(readTranslations()))...)
}

// SetLanguage shows the labels of all picklists in another language, as in a tenant whose
// administrator works in it. Labels that the tenant gave itself stay.
func (t *Tenant) SetLanguage(language string) error {
	t.lock()
	defer t.mu.Unlock()
	return t.speak(language)
}

// speak is SetLanguage for a caller that holds the lock.
func (t *Tenant) speak(language string) error {
	labels, found := readTranslations()[language]
	if !found && language != "" {
		return fmt.Errorf("there are no labels in the language %q", language)
	}
	t.seed.Language, t.labels = language, labels
	return nil
}

// shown is a label in the tenant's language.
func (t *Tenant) shown(label string) string {
	if translated, found := t.labels[label]; found {
		return translated
	}
	return label
}
