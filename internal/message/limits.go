package message

// What a mail may ask of us. A mail over a limit is kept, and a sentence says which limit.
const (
	// MaxSize is the size in bytes up to which a mail is read.
	MaxSize = 50 << 20

	maxHeader     = 1 << 20  // bytes of one header block
	maxFieldValue = 64 << 10 // bytes of one header field that we read
	maxParameters = 4 << 10  // bytes of a field that is taken apart: an address, a Content-Type
	maxMultiparts = 64       // multiparts in a mail, with those of the mails attached to it
	maxParts      = 2000     // part boundaries, counted the same way
	maxPartDepth  = 20       // multiparts inside one another
	maxMailDepth  = 3        // mails inside one another
	maxText       = 10 << 20 // bytes of text, and of HTML, that are kept
	maxSample     = 64 << 10 // bytes from which a character set is guessed

	maxCells      = 100_000 // table cells of a mail
	maxTables     = 10_000  // tables of a mail
	maxTableDepth = 50      // tables inside one another
	maxColumns    = 1000    // columns of a table that spans are followed over
	maxOpen       = 64      // open elements that are remembered inside a cell
	maxClasses    = 64      // classes remembered for a cell

	maxPictures = 5 << 20 // bytes of pictures put into a page
	maxProblems = 20      // problems remembered for a mail
)
