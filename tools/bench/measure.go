package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"backupchecks/internal/app"
	"backupchecks/internal/backup"
	"backupchecks/internal/config"
	"backupchecks/internal/demo"
	"backupchecks/internal/ingest"
	"backupchecks/internal/mailin/eml"
	"backupchecks/internal/message"
	"backupchecks/internal/parse/vendors"
)

const seed = 20260101

// measurement runs whole processes on data of its own.
type measurement struct {
	ctx          context.Context
	folder       string
	program, box string
	rounds       int
	template     string // a database in which every job was approved once
	round        int
}

// usage is what one process took.
type usage struct {
	seconds float64
	peakMB  float64
}

func newMeasurement(folder string, rounds int) *measurement {
	return &measurement{
		ctx: context.Background(), folder: folder, rounds: rounds,
		program: filepath.Join(folder, "backupchecks"), box: filepath.Join(folder, "nights.mbox"),
		template: filepath.Join(folder, "template.db"),
	}
}

// prepareApart has a process of its own prepare: what a parent holds in memory counts into
// the peak of the children that it starts.
func (b *measurement) prepareApart(mails int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.CommandContext(b.ctx, self, "-prepare", b.folder, "-mails", strconv.Itoa(mails)) //nolint:gosec // ourselves
	child.Stderr = os.Stderr
	return child.Run()
}

// prepare builds the program and writes the mails.
func (b *measurement) prepare(mails int) error {
	build := exec.CommandContext(b.ctx, "go", "build", "-o", b.program, "./cmd/backupchecks")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the program: %w", err)
	}
	morning := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	var all []demo.Mail
	for nights := 64; len(all) < mails; nights *= 2 {
		all = nil
		for _, night := range demo.Nights(seed, morning, nights) {
			all = append(all, night.Mails...)
		}
	}
	all = all[len(all)-mails:]
	if err := writeBox(b.box, all); err != nil {
		return err
	}
	return b.approveJobs(all)
}

func writeBox(path string, mails []demo.Mail) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := bufio.NewWriterSize(file, 1<<20)
	for _, mail := range mails {
		fmt.Fprintf(w, "From backup@example.com %s\n", mail.SentAt.Format(time.ANSIC))
		for line := range strings.Lines(string(mail.Raw)) {
			if strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") {
				line = ">" + line
			}
			_, _ = w.WriteString(line) // Flush tells
		}
		_, _ = w.WriteString("\n\n")
	}
	return w.Flush()
}

// approveJobs makes a database in which a person has approved every job, so that an import
// into a copy of it files each mail as a run.
func (b *measurement) approveJobs(mails []demo.Mail) (err error) {
	a, err := app.Open(b.ctx, app.Options{Config: config.Config{Database: "sqlite:" + b.template}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	operator := backup.User{Name: "bench", Roles: []backup.Role{backup.Operator}}
	seen := map[string]bool{}
	for _, mail := range mails {
		job := mail.Customer + "\x00" + mail.Meaning.Type + "\x00" + mail.Meaning.Job
		if mail.Waits || mail.Customer == "" || seen[job] || mail.Meaning.Job == "" {
			continue
		}
		receipt, err := a.Ingest.Accept(b.ctx, ingest.Mail{Raw: mail.Raw, Source: "file"})
		if err != nil {
			return err
		}
		seen[job] = true
		if receipt.State != backup.InInbox {
			continue
		}
		if _, err := a.Ingest.Approve(b.ctx, operator, receipt.MessageID, ingest.Approval{CustomerName: mail.Customer}); err != nil {
			return err
		}
	}
	return nil
}

// median runs a step several times and returns the usage in the middle by time.
func (b *measurement) median(run func() (usage, error)) (usage, error) {
	var all []usage
	for range b.rounds {
		b.round++
		took, err := run()
		if err != nil {
			return usage{}, err
		}
		all = append(all, took)
	}
	slices.SortFunc(all, func(x, y usage) int { return cmp.Compare(x.seconds, y.seconds) })
	middle := all[len(all)/2]
	for _, one := range all {
		middle.peakMB = max(middle.peakMB, one.peakMB)
	}
	return middle, nil
}

func (b *measurement) readOnly() (usage, error) {
	self, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	return b.run("", self, "-read", b.box)
}

func (b *measurement) importFresh() (usage, error) {
	return b.run(b.database(), b.program, "import", "--json", b.box)
}

func (b *measurement) importFiled() (usage, error) {
	database := b.database()
	for _, suffix := range []string{"", ".key"} {
		if err := copyFile(b.template+suffix, database+suffix); err != nil {
			return usage{}, err
		}
	}
	return b.run(database, b.program, "import", "--json", b.box)
}

// importAgain imports into the database of the step before it.
func (b *measurement) importAgain() (usage, error) {
	database := filepath.Join(b.folder, "again.db")
	if _, err := os.Stat(database); err != nil {
		if _, err := b.run(database, b.program, "import", "--json", b.box); err != nil {
			return usage{}, err
		}
	}
	return b.run(database, b.program, "import", "--json", b.box)
}

func (b *measurement) importBig() (usage, error) {
	path := filepath.Join(b.folder, "big.eml")
	if _, err := os.Stat(path); err != nil {
		head := "From: big@example.com\r\nSubject: Nightly backup\r\nMessage-ID: <big@example.com>\r\nContent-Type: text/plain\r\n\r\n"
		body := strings.Repeat(strings.Repeat("0123456789", 7)+"\r\n", (message.MaxSize-len(head))/72)
		if err := os.WriteFile(path, []byte(head+body), 0o600); err != nil {
			return usage{}, err
		}
	}
	return b.run(b.database(), b.program, "import", "--json", path)
}

// database names a new SQLite file.
func (b *measurement) database() string {
	return filepath.Join(b.folder, fmt.Sprintf("round-%d.db", b.round))
}

// run runs one process to its end and tells what it took, as the system counts.
func (b *measurement) run(database, program string, args ...string) (usage, error) {
	cmd := exec.CommandContext(b.ctx, program, args...) //nolint:gosec // our own programs
	cmd.Env = append(os.Environ(), "BACKUPCHECKS_DATABASE=sqlite:"+database, "BACKUPCHECKS_LOG=error")
	cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
	begun := time.Now()
	err := cmd.Run()
	took := usage{seconds: time.Since(begun).Seconds()}
	if err != nil {
		return usage{}, err
	}
	used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return usage{}, errNoUsage
	}
	took.peakMB = float64(used.Maxrss) / 1024 // Linux counts in KiB
	return took, nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from) //nolint:gosec // our own file
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

// readOnly decodes and reads the mails of a box on all processors, as the import does, and
// stores nothing.
func readOnly(box string) error {
	if box == "" {
		return nil
	}
	registry := vendors.Registry()
	mails := make(chan []byte, 64)
	var readers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		readers.Go(func() {
			for raw := range mails {
				if msg, err := message.Decode(raw); err == nil {
					registry.Read(msg)
				}
			}
		})
	}
	err := eml.Walk(context.Background(), []string{box}, nil, func(item eml.Item) error {
		mails <- item.Raw
		return item.Err
	})
	close(mails)
	readers.Wait()
	return err
}
