// Package message is the second station on the way: bytes become a message. It decodes MIME,
// character sets and HTML behind named limits, because mail is written by strangers. It
// knows nothing of the database, of vendors or of pages.
package message

import "time"

// Message is a decoded mail. Every string is valid UTF-8 without NUL, in Unicode NFC.
type Message struct {
	MailID      string     // the Message-ID without angle brackets; may be empty
	From        string     // the sender's address in lower case; may be empty
	FromName    string     // the sender's display name
	To          string     // the first recipient's address
	Subject     string     // decoded and unfolded
	SentAt      *time.Time // the Date header in UTC; nil without a readable one
	Text        string     // the text part; without one, the HTML as text, a row of cells on one line with tabs between
	HTML        string     // the HTML part as it came, decoded; may be empty
	Tables      []Table    // the HTML's tables in document order, nested ones after their parent
	Attachments []Attachment
	Nested      []*Message // mails attached as message/rfc822, to a limited depth
	Identity    [32]byte   // the same for the same mail, by whatever way it came; see Decode
	Size        int        // bytes of the raw mail
	Problems    []string   // faults that did not stop the reading, as sentences for people
}

// Attachment is a file that came with a mail.
type Attachment struct {
	Name        string // cleaned of path elements and control characters
	ContentType string
	Charset     string // the character set it was declared to have; may be empty
	ContentID   string // without angle brackets; for inline pictures
	Data        []byte
}

// Table is a table of an HTML mail as a grid of cells.
type Table struct {
	Rows   [][]Cell
	Parent int // the index in Message.Tables of the table that holds this one; -1 at the top
}

// Cell is one cell of a table where it stands in the source; spanned places are not repeated.
type Cell struct {
	Text    string   // the cell's own text, one line for each block or <br>, white space folded, without nested tables' text
	Classes []string // of the cell and of the elements directly in it, without the "x_" prefix that relays add
	Style   string   // the style and bgcolor attributes, in lower case
	Header  bool     // a <th>
	Column  int      // the grid column at which it begins, counting from 0
	ColSpan int
	RowSpan int
}
