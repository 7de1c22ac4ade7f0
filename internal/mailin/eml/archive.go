package eml

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"path"
	"strings"

	"backupchecks/internal/backup"
)

// What an archive may ask of us. Sizes are counted while unpacking: an archive's own figures
// may lie.
const (
	maxDirectory = 16 << 20 // bytes of the list of files
	maxEntries   = 100_000  // files
	maxUnpacked  = 4 << 30  // bytes of all files together
	maxRatio     = 200      // unpacked bytes for each packed one, once there are ratioFrom
	ratioFrom    = 16 << 20
)

// unpacking is the reading of one archive.
type unpacking struct {
	w        *walker
	name     string
	size     int64 // of the archive
	packed   int64 // of the entries opened so far
	unpacked int64
	stopped  bool // a limit was passed
}

// archive reads the mails in a zip archive.
func (w *walker) archive(name string, f *os.File, size int64) error {
	directory := &budgetReader{r: f, left: maxDirectory}
	z, err := zip.NewReader(directory, size)
	switch {
	case directory.left < 0 || err == nil && len(z.File) > maxEntries:
		return w.fail(name, size, backup.Errorf(backup.Invalid,
			"This archive has more than 100,000 files and was not read."))
	case err != nil:
		return w.fail(name, size, backup.Errorf(backup.Invalid,
			"This file is not a zip archive, or a damaged one.").Because(err))
	}
	directory.unlimited = true
	folders := map[string]bool{}
	for _, entry := range z.File {
		folders[path.Dir(entry.Name)] = true // also of "cur/", the entry of a folder itself
	}
	u := &unpacking{w: w, name: name, size: size}
	for _, entry := range z.File {
		inMaildir := isMaildir(path.Dir(entry.Name), func(dir string) bool { return folders[dir] })
		if err := u.entry(entry, formatInside(entry.Name, inMaildir)); err != nil {
			return err
		}
		if u.stopped {
			return nil // told with the entry at which it happened
		}
	}
	return nil
}

// entry reads one file of the archive.
func (u *unpacking) entry(entry *zip.File, as format) error {
	name := u.name + "/" + entry.Name
	packed := int64(min(entry.CompressedSize64, uint64(u.size)))
	switch {
	case strings.HasSuffix(entry.Name, "/"):
		return nil
	case as == notMail:
		return u.w.give(Item{Path: name, Bytes: packed, Skipped: true})
	case as == outlook:
		return u.w.fail(name, packed, errOutlook())
	case as == archive:
		return u.w.fail(name, packed, backup.Errorf(backup.Invalid, "An archive inside an archive is not read."))
	case entry.Flags&1 != 0:
		return u.w.fail(name, packed, backup.Errorf(backup.Invalid, "This file is encrypted."))
	}
	content, err := entry.Open()
	if err != nil {
		return u.w.fail(name, packed, damaged(err))
	}
	defer content.Close()
	u.packed = min(u.packed+packed, u.size) // an archive may claim more than it has
	r := &countedReader{unpacking: u, r: content}
	if as == mbox {
		scale := float64(packed) / float64(max(entry.UncompressedSize64, 1))
		return u.w.mbox(name, r, min(scale, 1))
	}
	return u.w.one(name, r, packed)
}

// countedReader counts what is unpacked and stops at the limits.
type countedReader struct {
	*unpacking
	r io.Reader
}

func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.unpacked += int64(n)
	if c.unpacked > maxUnpacked || c.unpacked > ratioFrom && c.unpacked/maxRatio > c.packed {
		c.stopped = true
		return 0, backup.Errorf(backup.Invalid,
			"This archive unpacks to much more than mails do; the rest of it was not read.")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = damaged(err)
	}
	return n, err
}

func damaged(err error) error {
	return backup.Errorf(backup.Invalid, "This file in the archive is damaged.").Because(err)
}

// budgetReader limits how much of a file is read before it is unlimited.
type budgetReader struct {
	r         io.ReaderAt
	left      int
	unlimited bool
}

var errBudget = errors.New("the list of files is too long")

func (b *budgetReader) ReadAt(p []byte, off int64) (int, error) {
	if !b.unlimited {
		if b.left -= len(p); b.left < 0 {
			return 0, errBudget
		}
	}
	return b.r.ReadAt(p, off)
}
