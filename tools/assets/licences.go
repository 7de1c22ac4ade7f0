package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// licences puts the licence of every package into one file, as the licences ask. A package that
// ships no text is named with the licence and the author that it declares.
func licences(modules string) ([]byte, error) {
	var all bytes.Buffer
	for _, pattern := range []string{"*/package.json", "@*/*/package.json"} {
		found, err := filepath.Glob(filepath.Join(modules, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, file := range found {
			if err := writeLicence(&all, file); err != nil {
				return nil, fmt.Errorf("licence of %s: %w", file, err)
			}
		}
	}
	if all.Len() == 0 {
		return nil, fmt.Errorf("there is no package in %s", modules)
	}
	return all.Bytes(), nil
}

func writeLicence(out *bytes.Buffer, packageFile string) error {
	text, err := os.ReadFile(packageFile)
	if err != nil {
		return err
	}
	var declared struct {
		Name    string          `json:"name"`
		Version string          `json:"version"`
		License string          `json:"license"`
		Author  json.RawMessage `json:"author"` // a text or an object
	}
	if err := json.Unmarshal(text, &declared); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s %s, licence %s\n\n", declared.Name, declared.Version, declared.License)
	texts, err := filepath.Glob(filepath.Join(filepath.Dir(packageFile), "LICENSE*"))
	if err != nil {
		return err
	}
	if len(texts) == 0 {
		fmt.Fprintf(out, "by %s\n\n\n", declared.Author)
		return nil
	}
	for _, file := range texts {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s\n\n\n", bytes.TrimSpace(text))
	}
	return nil
}
