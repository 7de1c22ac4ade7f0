package main

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// sprite makes one SVG of the icons that list names, each a symbol under its name.
func sprite(list, icons string) ([]byte, error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	out := bytes.NewBufferString(`<svg xmlns="http://www.w3.org/2000/svg">`)
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, file, found := strings.Cut(line, " = ")
		if !found {
			return nil, fmt.Errorf("%s: %q is not of the form name = folder/file", list, line)
		}
		icon, err := readIcon(filepath.Join(icons, filepath.FromSlash(file)+".svg"))
		if err != nil {
			return nil, fmt.Errorf("icon %s: %w", name, err)
		}
		icon.writeSymbol(out, name)
	}
	out.WriteString("</svg>\n")
	return out.Bytes(), lines.Err()
}

// icon is what we take from an icon's file.
type icon struct {
	Fill   string     `xml:"fill,attr"`
	Stroke string     `xml:"stroke,attr"`
	Paths  []iconPath `xml:"path"`
}

type iconPath struct {
	D    string `xml:"d,attr"`
	Fill string `xml:"fill,attr"`
}

func readIcon(file string) (icon, error) {
	var found icon
	text, err := os.ReadFile(file)
	if err != nil {
		return found, err
	}
	if err := xml.Unmarshal(text, &found); err != nil {
		return found, err
	}
	if len(found.Paths) < 2 {
		return found, fmt.Errorf("%s has no path to draw", file)
	}
	return found, nil
}

func (i icon) writeSymbol(out *bytes.Buffer, name string) {
	fmt.Fprintf(out, `<symbol id="%s" viewBox="0 0 24 24" fill="%s"`, name, i.Fill)
	if i.Stroke != "" {
		fmt.Fprintf(out, ` stroke="%s" stroke-linecap="round" stroke-linejoin="round"`, i.Stroke)
	}
	out.WriteString(">")
	for _, path := range i.Paths {
		// Each icon begins with an invisible square that only sets its size.
		if path.Fill != "none" {
			fmt.Fprintf(out, `<path d="%s"/>`, path.D)
		}
	}
	out.WriteString("</symbol>")
}
