package eml

import (
	"bytes"
	"io"
	"path"
	"path/filepath"
	"strings"
)

// format says how a file holds mails.
type format int

const (
	notMail format = iota
	single         // one mail
	mbox           // many, one after the other
	archive        // a zip of files
	outlook        // one mail in Outlook's own format
)

// formatOf tells the format by the name.
func formatOf(name string) format {
	name = filepath.Base(name)
	switch strings.ToLower(filepath.Ext(name)) {
	case ".eml":
		return single
	case ".mbox":
		return mbox
	case ".zip":
		return archive
	case ".msg":
		return outlook
	}
	if name == "mbox" { // what Apple Mail calls the file in an exported mailbox
		return mbox
	}
	return notMail
}

// formatInside tells the format of a file in a folder or archive. Files whose names begin with
// "._" hold what macOS keeps beside a file.
func formatInside(name string, inMaildir bool) format {
	base := path.Base(name)
	switch {
	case strings.HasPrefix(base, "._"), strings.HasPrefix(name, "__MACOSX/"):
		return notMail
	case inMaildir && !strings.HasPrefix(base, "."):
		return single
	}
	return formatOf(base)
}

// isMaildir says whether a folder is one of the two of a Maildir that hold its mails.
func isMaildir(dir string, exists func(string) bool) bool {
	dir = filepath.ToSlash(dir)
	switch parent, name := path.Split(dir); name {
	case "cur":
		return exists(parent + "new")
	case "new":
		return exists(parent + "cur")
	}
	return false
}

// sniff tells the format of a file named on the command line by its first bytes.
func sniff(f io.ReaderAt) format {
	start := make([]byte, 8)
	n, _ := f.ReadAt(start, 0) // a file that cannot be read fails again where it is read
	start = start[:n]
	switch {
	case bytes.HasPrefix(start, []byte("From ")):
		return mbox
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return archive
	case bytes.HasPrefix(start, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return outlook
	}
	return single
}
