// Package eml reads mails from files: .eml, mbox, Maildir, zip archives of these, folders of
// them, and standard input. It stands at the first station, beside the mailboxes and the
// SMTP receiver, and serves the import command and the demo.
package eml

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"backupchecks/internal/backup"
)

// MaxFile is the size in bytes up to which one mail is loaded. It is above the size up to
// which a mail is understood, so that a mail that is too long can still be kept.
const MaxFile = 64 << 20

// Item is one mail, or one file that gave none.
type Item struct {
	Path    string // for people: the file, inside an archive or mbox with the place in it
	Raw     []byte // the mail; nil when it was skipped or failed
	Bytes   int64  // how much of what Count counts is behind this item
	Skipped bool   // a file in a folder or archive that is no mail by its name
	Err     error  // why the file could not be read, with a sentence for people
}

// Walk calls fn for every mail that the paths lead to, in a fixed order. A path is a file,
// which is read whatever its name, a folder, of which the mails are read, or "-" for one
// mail on stdin. Symbolic links inside a folder are not followed. What cannot be read is
// handed to fn as an item with an error, and the walk goes on; it ends early only with an
// error of fn or of ctx, which it returns.
func Walk(ctx context.Context, paths []string, stdin io.Reader, fn func(Item) error) error {
	w := walker{ctx: ctx, fn: fn}
	for _, p := range paths {
		if err := w.path(p, stdin); err != nil {
			return err
		}
	}
	return nil
}

// Count returns the bytes of all files that Walk would come by, for a progress bar. What
// cannot be looked at counts as nothing.
func Count(paths []string) int64 {
	var total int64
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case err != nil:
		case info.Mode().IsRegular():
			total += info.Size()
		case info.IsDir():
			total += countFolder(p)
		}
	}
	return total
}

func countFolder(dir string) int64 {
	var total int64
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0
	}
	defer root.Close()
	// Nothing stops this walk: it passes over what it cannot read.
	_ = fs.WalkDir(root.FS(), ".", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				total += info.Size()
			}
		}
		return nil
	})
	return total
}

// walker is one walk.
type walker struct {
	ctx context.Context
	fn  func(Item) error
}

// give hands on an item, unless the walk was cancelled.
func (w *walker) give(item Item) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	item.Path = shown(item.Path)
	return w.fn(item)
}

// fail hands on a file that could not be read.
func (w *walker) fail(name string, size int64, err error) error {
	return w.give(Item{Path: name, Bytes: size, Err: sentence(err)})
}

// path reads what was named on the command line.
func (w *walker) path(name string, stdin io.Reader) error {
	if name == "-" {
		return w.one("standard input", stdin, 0)
	}
	info, err := os.Stat(name)
	if err != nil {
		return w.fail(name, 0, err)
	}
	if info.IsDir() {
		return w.folder(name)
	}
	f, err := os.Open(name)
	if err != nil {
		return w.fail(name, info.Size(), err)
	}
	defer f.Close()
	if !info.Mode().IsRegular() {
		return w.one(name, f, 0) // a pipe
	}
	as := formatOf(name)
	if as == notMail {
		as = sniff(f)
	}
	return w.file(name, as, f, info.Size())
}

// folder reads the mails in a folder and in those below it. It opens them through the
// folder, so that a link put in place of a file leads nowhere else.
func (w *walker) folder(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return w.fail(dir, 0, err)
	}
	defer root.Close()
	folders := map[string]bool{} // whether a folder holds the mails of a Maildir
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if ctxErr := w.ctx.Err(); ctxErr != nil {
			return ctxErr
		}
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err != nil {
			return w.fail(full, 0, err)
		}
		if d.IsDir() {
			folders[name] = isMaildir(full, func(p string) bool {
				info, err := os.Lstat(p)
				return err == nil && info.IsDir()
			})
			return nil
		}
		return w.entry(root, name, full, d, folders[path.Dir(name)])
	})
}

// entry reads one file of a folder.
func (w *walker) entry(root *os.Root, name, full string, d fs.DirEntry, inMaildir bool) error {
	as := formatInside(name, inMaildir)
	if !d.Type().IsRegular() {
		return w.give(Item{Path: full, Skipped: true})
	}
	info, err := d.Info()
	if err != nil {
		return w.fail(full, 0, err)
	}
	if as == notMail {
		return w.give(Item{Path: full, Bytes: info.Size(), Skipped: true})
	}
	f, err := root.Open(name)
	if err != nil {
		return w.fail(full, info.Size(), err)
	}
	defer f.Close()
	return w.file(full, as, f, info.Size())
}

// file reads one file of a known format.
func (w *walker) file(name string, as format, f *os.File, size int64) error {
	switch as {
	case mbox:
		return w.mbox(name, f, 1)
	case archive:
		return w.archive(name, f, size)
	case outlook:
		return w.fail(name, size, errOutlook())
	}
	if size > MaxFile {
		return w.fail(name, size, errTooLarge(size))
	}
	return w.one(name, f, size)
}

// one reads a file that is one mail.
func (w *walker) one(name string, r io.Reader, size int64) error {
	var b bytes.Buffer
	b.Grow(int(min(size, MaxFile)) + bytes.MinRead)
	n, err := b.ReadFrom(io.LimitReader(contextReader{w.ctx, r}, MaxFile+1))
	switch {
	case w.ctx.Err() != nil:
		return w.ctx.Err()
	case err != nil:
		return w.fail(name, size, err)
	case n > MaxFile:
		return w.fail(name, size, errTooLarge(n))
	}
	return w.give(Item{Path: name, Raw: b.Bytes(), Bytes: size})
}

// contextReader ends a long read when the walk is cancelled.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

func errTooLarge(size int64) error {
	return backup.Errorf(backup.Invalid, "This mail is %.1f MB; files over %d MB are not read.",
		math.Ceil(float64(size)/(1<<20)*10)/10, MaxFile>>20)
}

func errOutlook() error {
	return backup.Errorf(backup.Invalid, "Outlook .msg files cannot be read yet; save the mail as .eml and import that.")
}

// sentence gives an error of the file system words for people.
func sentence(err error) error {
	if backup.KindOf(err) != backup.Internal {
		return err
	}
	var words *backup.Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		words = backup.Errorf(backup.NotFound, "There is no file or folder of this name.")
	case errors.Is(err, fs.ErrPermission):
		words = backup.Errorf(backup.Forbidden, "This file or folder may not be read by the user that Backupchecks runs as.")
	default:
		words = backup.Errorf(backup.Invalid, "This file could not be read.")
	}
	return fmt.Errorf("read file: %w", words.Because(err))
}

// shown makes a path safe to print: names of files may hold anything, also what would
// command a terminal.
func shown(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, name)
}
