// Command bench measures what quality demands as ratios: it builds the program, makes its
// own mails from a seed, runs whole processes and prints a table. Absolute times on a shared
// machine mean little, so each figure stands beside one measured in the same run.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"text/tabwriter"
)

func main() {
	mails := flag.Int("mails", 20_000, "how many mails to import")
	rounds := flag.Int("rounds", 3, "how often each figure is measured; the median counts")
	out := flag.String("out", "bench.json", "where the figures go as JSON")
	read := flag.String("read", "", "only decode and read the mails of this file (a part of the measurement)")
	prepare := flag.String("prepare", "", "only write mails and databases into this folder (a part of the measurement)")
	flag.Parse()
	var err error
	switch {
	case *read != "":
		err = readOnly(*read)
	case *prepare != "":
		err = newMeasurement(*prepare, *rounds).prepare(*mails)
	default:
		err = bench(*mails, *rounds, *out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// figures is what bench.json holds.
type figures struct {
	Machine string             `json:"machine"`
	Mails   int                `json:"mails"`
	Bytes   int64              `json:"bytes"`
	Seconds map[string]float64 `json:"seconds"`
	PeakMB  map[string]float64 `json:"peak_mb"`
	Ratios  map[string]ratio   `json:"ratios"`
}

// ratio is a figure with what it should reach at most.
type ratio struct {
	Value  float64 `json:"value"`
	AtMost float64 `json:"at_most"`
}

func bench(mails, rounds int, out string) error {
	folder, err := os.MkdirTemp("", "backupchecks-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	b := newMeasurement(folder, rounds)
	if err := b.prepareApart(mails); err != nil {
		return err
	}
	f, err := b.measure(mails)
	if err != nil {
		return err
	}
	show(f)
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(data, '\n'), 0o600)
}

func (b *measurement) measure(mails int) (figures, error) {
	info, err := os.Stat(b.box)
	if err != nil {
		return figures{}, err
	}
	f := figures{
		Machine: fmt.Sprintf("%s/%s, %d processors, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version()),
		Mails:   mails, Bytes: info.Size(),
		Seconds: map[string]float64{}, PeakMB: map[string]float64{}, Ratios: map[string]ratio{},
	}
	steps := []struct {
		name string
		run  func() (usage, error)
	}{
		{"read only", b.readOnly},
		{"import into the Inbox", b.importFresh},
		{"import as runs", b.importFiled},
		{"import again, all known", b.importAgain},
		{"import one 50 MB mail", b.importBig},
	}
	for _, step := range steps {
		took, err := b.median(step.run)
		if err != nil {
			return figures{}, fmt.Errorf("%s: %w", step.name, err)
		}
		f.Seconds[step.name], f.PeakMB[step.name] = took.seconds, took.peakMB
	}
	reading := f.Seconds["read only"]
	f.Ratios["import into the Inbox / read only"] = ratio{f.Seconds["import into the Inbox"] / reading, 2}
	f.Ratios["import as runs / read only"] = ratio{f.Seconds["import as runs"] / reading, 2}
	f.Ratios["peak memory of an import, MB"] = ratio{max(f.PeakMB["import into the Inbox"], f.PeakMB["import as runs"]), 150}
	f.Ratios["peak memory of one 50 MB mail, MB"] = ratio{f.PeakMB["import one 50 MB mail"], 150}
	return f, nil
}

func show(f figures) {
	table := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Printf("%d mails, %.0f MB, on %s\n\n", f.Mails, float64(f.Bytes)/1e6, f.Machine)
	fmt.Fprintln(table, "what\tseconds\tmails/s\tpeak MB\t")
	for _, name := range []string{"read only", "import into the Inbox", "import as runs", "import again, all known", "import one 50 MB mail"} {
		rate := fmt.Sprintf("%.0f", float64(f.Mails)/f.Seconds[name])
		if name == "import one 50 MB mail" {
			rate = "–"
		}
		fmt.Fprintf(table, "%s\t%.2f\t%s\t%.0f\t\n", name, f.Seconds[name], rate, f.PeakMB[name])
	}
	fmt.Fprintln(table, "\t\t\t\t")
	fmt.Fprintln(table, "ratio\tis\tat most\t\t")
	for _, name := range []string{
		"import into the Inbox / read only", "import as runs / read only",
		"peak memory of an import, MB", "peak memory of one 50 MB mail, MB",
	} {
		r := f.Ratios[name]
		mark := ""
		if r.Value > r.AtMost {
			mark = "over"
		}
		fmt.Fprintf(table, "%s\t%.2f\t%.0f\t%s\t\n", name, r.Value, r.AtMost, mark)
	}
	_ = table.Flush() // standard output
}

var errNoUsage = errors.New("the system does not tell what a process used")
