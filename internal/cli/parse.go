package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse/vendors"
)

type parseCommand struct {
	Path string `arg:"" help:"The mail to read, or - for standard input."`
	JSON bool   `help:"Print the reading as one JSON document."`
}

// Run prints what the parsers make of the mail. A mail that nobody understands is no
// failure; a file that is no mail is.
func (c *parseCommand) Run(_ context.Context, env *Env) error {
	raw, err := readMail(c.Path, env.Stdin)
	if err != nil {
		return err
	}
	msg, err := message.Decode(raw)
	if err != nil {
		return err
	}
	reading := vendors.Registry().Read(msg)
	if c.JSON {
		encoder := json.NewEncoder(env.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(reading)
	}
	printReading(env.Stdout, msg, reading)
	return nil
}

// readMail reads one mail, and one byte more than is ever decoded, so that a mail over the
// limit is told by the decoder and not by memory.
func readMail(path string, stdin io.Reader) ([]byte, error) {
	source := stdin
	if path != "-" {
		file, err := os.Open(path) //nolint:gosec // the person names the file
		if err != nil {
			return nil, backup.Errorf(backup.Invalid, "The file %s cannot be opened.", path).Because(err)
		}
		defer file.Close()
		source = file
	}
	raw, err := io.ReadAll(io.LimitReader(source, message.MaxSize+1))
	if err != nil {
		return nil, backup.Errorf(backup.Invalid, "The file %s cannot be read.", path).Because(err)
	}
	return raw, nil
}

func printReading(w io.Writer, msg *message.Message, reading backup.Reading) {
	parser := reading.Parser
	if parser == "" {
		parser = "nobody's mail"
	}
	fmt.Fprintf(w, "subject:    %s\nfrom:       %s\nparser:     %s\nconfidence: %s\n", msg.Subject, msg.From, parser, reading.Confidence)
	if reading.Informational {
		fmt.Fprintln(w, "informational: makes no run")
	}
	for _, outcome := range reading.Outcomes {
		printOutcome(w, outcome)
	}
	if len(reading.Evidence) > 0 {
		fmt.Fprintln(w, "\nevidence:")
	}
	for _, evidence := range reading.Evidence {
		fmt.Fprintf(w, "  %-12s %-10s %q\n", evidence.Field, evidence.Where, evidence.Text)
	}
	for _, problem := range reading.Problems {
		fmt.Fprintf(w, "problem: %s\n", problem)
	}
}

func printOutcome(w io.Writer, outcome backup.Outcome) {
	fmt.Fprintf(w, "\n%s: %s\n", outcome.Status.Label(), outcome.Job)
	fmt.Fprintf(w, "  software:  %s %s\n", outcome.Software, outcome.Type)
	if outcome.CustomerHint != "" {
		fmt.Fprintf(w, "  customer:  %s\n", outcome.CustomerHint)
	}
	if outcome.StartedAt != nil {
		fmt.Fprintf(w, "  started:   %s\n", outcome.StartedAt.Format(time.RFC3339))
	}
	if outcome.EndedAt != nil {
		fmt.Fprintf(w, "  ended:     %s\n", outcome.EndedAt.Format(time.RFC3339))
	}
	if outcome.Remark != "" {
		fmt.Fprintf(w, "  remark:    %s\n", strings.ReplaceAll(outcome.Remark, "\n", "\n             "))
	}
	for _, object := range outcome.Objects {
		fmt.Fprintf(w, "  - %-8s %s", object.Status.Label(), object.Name)
		if object.Message != "" {
			fmt.Fprintf(w, ": %s", strings.ReplaceAll(object.Message, "\n", "; "))
		}
		fmt.Fprintln(w)
	}
}
