package eml

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
)

var (
	// A line that begins a mail after an empty line: "From " with a time of day, or alone.
	fromLine = regexp.MustCompile(`^From (\s*$|.*[0-9]:[0-9][0-9])`)
	// The same where the empty line is missing: the date must be whole.
	strictFromLine = regexp.MustCompile(`^From \S+ +(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z][a-z] +[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2} `)
	// A line of a mail that was quoted because it would look like a beginning.
	quotedFrom = regexp.MustCompile(`^>+From `)
)

// maxFromLine is how much of a line is looked at to tell whether it begins a mail.
const maxFromLine = 512

// mboxSplitter reads an mbox mail by mail; only one is in memory at a time.
type mboxSplitter struct {
	w      *walker
	name   string
	scale  float64 // bytes of input for each byte read, below one inside an archive
	number int     // of the mail, from 1
	mail   bytes.Buffer
	size   int64 // of the mail, also where it is too large to keep
	read   int64 // bytes since the last item
}

// mbox hands on the mails of an mbox. scale turns bytes read into bytes as Count counts.
func (w *walker) mbox(name string, r io.Reader, scale float64) error {
	s := &mboxSplitter{w: w, name: name, scale: scale}
	in := bufio.NewReaderSize(contextReader{w.ctx, r}, 64<<10)
	afterBlank, lineStart := true, true
	for {
		chunk, err := in.ReadSlice('\n')
		if lineStart && len(chunk) > 0 {
			if begins(chunk, afterBlank) {
				if err := s.give(); err != nil {
					return err
				}
				s.number++
				s.read += int64(len(chunk))
				chunk, afterBlank = nil, false
			} else {
				chunk = s.unquoted(chunk)
				afterBlank = len(bytes.TrimRight(chunk, "\r\n")) == 0
			}
		}
		s.add(chunk)
		lineStart = !errors.Is(err, bufio.ErrBufferFull)
		if err != nil && lineStart {
			return s.finish(err)
		}
	}
}

// finish ends the reading. Only at the end of the file is what was read last a whole mail.
func (s *mboxSplitter) finish(err error) error {
	switch {
	case s.w.ctx.Err() != nil:
		return s.w.ctx.Err()
	case !errors.Is(err, io.EOF):
		return s.w.fail(s.name, 0, err)
	case s.number == 0:
		return s.w.give(Item{Path: s.name, Skipped: true}) // an empty mailbox
	}
	return s.give()
}

// unquoted takes the ">" from a line that was quoted because it looked like a beginning.
func (s *mboxSplitter) unquoted(line []byte) []byte {
	if !quotedFrom.Match(line[:min(len(line), maxFromLine)]) {
		return line
	}
	s.read++
	return line[1:]
}

// begins says whether a line begins a mail.
func begins(line []byte, afterBlank bool) bool {
	line = line[:min(len(line), maxFromLine)]
	return afterBlank && fromLine.Match(line) || strictFromLine.Match(line)
}

// add adds bytes to the current mail, as long as it is one that will be read.
func (s *mboxSplitter) add(chunk []byte) {
	s.read += int64(len(chunk))
	if s.number == 0 {
		if len(bytes.TrimSpace(chunk)) == 0 {
			return
		}
		s.number = 1 // a file that is one mail without a "From " line
	}
	s.size += int64(len(chunk))
	if s.size <= MaxFile {
		s.mail.Write(chunk)
	}
}

// give hands on the current mail and begins the next.
func (s *mboxSplitter) give() error {
	if s.number == 0 {
		return nil
	}
	item := Item{Path: fmt.Sprintf("%s#%d", s.name, s.number), Bytes: int64(float64(s.read) * s.scale)}
	if s.size > MaxFile {
		item.Err = errTooLarge(s.size)
	} else {
		item.Raw = bytes.Clone(withoutLastBlank(s.mail.Bytes()))
	}
	if s.mail.Cap() > 1<<20 {
		s.mail = bytes.Buffer{}
	}
	s.mail.Reset()
	s.size, s.read = 0, 0
	return s.w.give(item)
}

// withoutLastBlank removes the empty line that ends each mail of an mbox.
func withoutLastBlank(mail []byte) []byte {
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if bytes.HasSuffix(mail, []byte(end)) {
			return mail[:len(mail)-len(end)/2]
		}
	}
	return mail
}
