package parse

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
)

// Registry asks every parser whose a message is and lets the surest one read it. It is
// immutable and may be used by many goroutines.
type Registry struct {
	parsers  []Parser
	fallback Parser
}

// NewRegistry makes a registry of the vendors' parsers and the one that reads what nobody
// else claims. The fallback's readings are never more than a guess.
func NewRegistry(parsers []Parser, fallback Parser) *Registry {
	return &Registry{parsers: slices.Clone(parsers), fallback: fallback}
}

// Claim is one parser's answer to whose a message is.
type Claim struct {
	Parser  string // the parser's name
	Product string
	Score   int    // 0 to 100
	Problem string // a sentence when the parser could not answer; its score is 0 then
}

// Explain returns the parsers that claimed the message, or that failed to answer, with the
// surest first. The fallback is listed only when nobody else claims the message.
func (r *Registry) Explain(m *message.Message) []Claim {
	claims, _ := r.claims(m)
	if len(claims) == 0 || claims[0].Score == 0 {
		if claim := ask(r.fallback, m); claim.Score > 0 || claim.Problem != "" {
			claims = append([]Claim{claim}, claims...)
		}
	}
	return claims
}

// Read lets the surest parser read the message and checks what it says against itself. It
// never fails: what could not be read is told in the reading's problems. The slices of the
// reading are never nil.
func (r *Registry) Read(m *message.Message) backup.Reading {
	claims, best := r.claims(m)
	var reading backup.Reading
	switch {
	case best == nil:
		reading = r.readUnclaimed(m)
	case len(claims) > 1 && claims[1].Score == claims[0].Score:
		reading = tied(claims)
	default:
		reading = read(*best, m)
	}
	for _, claim := range claims {
		if claim.Problem != "" {
			reading.Problems = append(reading.Problems, claim.Problem)
		}
	}
	settle(&reading, m)
	return reading
}

// claims asks every parser but the fallback. best is nil when nobody claims the message.
func (r *Registry) claims(m *message.Message) (claims []Claim, best *Parser) {
	highest := 0
	for i := range r.parsers {
		claim := ask(r.parsers[i], m)
		if claim.Score > highest {
			highest, best = claim.Score, &r.parsers[i]
		}
		if claim.Score > 0 || claim.Problem != "" {
			claims = append(claims, claim)
		}
	}
	slices.SortStableFunc(claims, func(a, b Claim) int { return cmp.Compare(b.Score, a.Score) })
	return claims, best
}

// ask calls a parser's Claim. Parsers meet hostile mail, and one that breaks on it must not
// keep the others from reading it.
func ask(p Parser, m *message.Message) (claim Claim) {
	claim = Claim{Parser: p.Name, Product: p.Product}
	defer func() {
		if recover() != nil {
			claim.Score = 0
			claim.Problem = fmt.Sprintf("The parser %s broke while it looked at this mail.", p.Name)
		}
	}()
	claim.Score = min(max(p.Claim(m), 0), 100)
	return claim
}

// read calls a parser's Read and turns its failure into a problem.
func read(p Parser, m *message.Message) (reading backup.Reading) {
	defer func() {
		if recover() != nil {
			reading = unreadable(p, fmt.Sprintf("The parser %s broke while it read this mail.", p.Name))
		}
	}()
	reading, err := p.Read(m)
	if err != nil {
		return unreadable(p, sentence(err))
	}
	reading.Parser = p.Name
	if reading.Confidence == "" {
		reading.Confidence = backup.None
	}
	if p.Unproven {
		reading.Confidence = reading.Confidence.AtMost(backup.Likely)
	}
	if len(reading.Outcomes) == 0 && !reading.Informational && len(reading.Problems) == 0 {
		reading.Problems = []string{fmt.Sprintf("The mail is from %s, but it names no job.", p.Product)}
	}
	return reading
}

// readUnclaimed reads with the fallback, when it sees a report in the message at all.
func (r *Registry) readUnclaimed(m *message.Message) backup.Reading {
	claim := ask(r.fallback, m)
	if claim.Score == 0 {
		reading := backup.Reading{Confidence: backup.None}
		if claim.Problem != "" {
			reading.Problems = []string{claim.Problem}
		}
		return reading
	}
	reading := read(r.fallback, m)
	reading.Confidence = reading.Confidence.AtMost(backup.Guess)
	return reading
}

// tied is the reading of a message that several parsers claim alike: a person decides.
func tied(claims []Claim) backup.Reading {
	var names []string
	for _, claim := range claims {
		if claim.Score == claims[0].Score {
			names = append(names, claim.Parser)
		}
	}
	last := len(names) - 1
	return backup.Reading{
		Confidence: backup.None,
		Problems: []string{fmt.Sprintf("Several parsers claim this mail alike: %s and %s.",
			strings.Join(names[:last], ", "), names[last])},
	}
}

func unreadable(p Parser, problem string) backup.Reading {
	return backup.Reading{Parser: p.Name, Confidence: backup.None, Problems: []string{problem}}
}

// sentence makes a sentence of an error's text.
func sentence(err error) string {
	text := strings.TrimSpace(err.Error())
	if text == "" {
		return "The mail could not be understood."
	}
	first, size := firstUpper(text)
	text = first + text[size:]
	if !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return text
}
