package web

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"backupchecks/internal/backup"
)

// passage is a piece of a mail's text.
type passage struct {
	Text  string
	Proof bool // it proved something
}

func proofTexts(reading backup.Reading) []string {
	var texts []string
	for _, proof := range reading.Evidence {
		texts = append(texts, proof.Text)
	}
	return texts
}

// markProofs cuts text into passages so that the quotations stand out. A quotation is looked
// for with white space folded, because readers quote the cells of a row with single spaces,
// and marked where it first stands as whole words.
func markProofs(text string, quotations []string) []passage {
	folded := foldSpace(text)
	marked := make([]bool, len(text))
	for _, quotation := range quotations {
		if from, to, found := folded.findQuoted(quotation); found {
			for i := from; i < to; i++ {
				marked[i] = true
			}
		}
	}
	var passages []passage
	for begin := 0; begin < len(text); {
		end := begin + 1
		for end < len(text) && marked[end] == marked[begin] {
			end++
		}
		passages = append(passages, passage{Text: text[begin:end], Proof: marked[begin]})
		begin = end
	}
	return passages
}

// foldedText is a text whose white space is folded to single spaces, with the place in the
// text as it was of each byte.
type foldedText struct {
	text   string
	places []int
}

func foldSpace(text string) foldedText {
	var b strings.Builder
	b.Grow(len(text))
	places := make([]int, 0, len(text)+1)
	space := false
	for i, r := range text {
		if unicode.IsSpace(r) {
			if !space {
				b.WriteByte(' ')
				places = append(places, i)
			}
			space = true
			continue
		}
		space = false
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(text[i:])
		}
		b.WriteString(text[i : i+size])
		for k := range size {
			places = append(places, i+k)
		}
	}
	return foldedText{text: b.String(), places: append(places, len(text))}
}

// findQuoted is find for a quotation. A long one was cut and ends in an ellipsis.
func (f foldedText) findQuoted(quotation string) (from, to int, found bool) {
	return f.find(strings.TrimSpace(foldSpace(strings.TrimSuffix(quotation, "…")).text))
}

// find returns where wanted first stands as whole words, as places in the text as it was.
func (f foldedText) find(wanted string) (from, to int, found bool) {
	if wanted == "" {
		return 0, 0, false
	}
	for at := 0; ; {
		next := strings.Index(f.text[at:], wanted)
		if next < 0 {
			return 0, 0, false
		}
		begin := at + next
		end := begin + len(wanted)
		if isEdge(f.text, begin) && isEdge(f.text, end) {
			return f.places[begin], f.places[end-1] + 1, true
		}
		_, size := utf8.DecodeRuneInString(f.text[begin:])
		at = begin + size
	}
}

// isEdge reports whether no word goes on across the place.
func isEdge(text string, place int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:place])
	after, _ := utf8.DecodeRuneInString(text[place:])
	return place == 0 || place == len(text) || !isWord(before) || !isWord(after)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
