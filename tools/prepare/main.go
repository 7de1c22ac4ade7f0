// Command prepare sees to it that the programs which the tests use are on this machine. As
// root on Debian it installs what is missing; anywhere else it names it and fails, so that no
// test has to be skipped for want of a program.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := prepare(ctx, os.Stdout, onThisMachine)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "prepare:", err)
		os.Exit(1)
	}
}

// prepare installs or names the packages of those needs that are not there.
func prepare(ctx context.Context, out io.Writer, there func(need) bool) error {
	missing := lacking(needs(), there)
	if len(missing) == 0 {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return errors.New(request(missing))
	}
	var packages []string
	for _, n := range missing {
		packages = append(packages, n.Package)
	}
	fmt.Fprintln(out, "prepare: installing", strings.Join(packages, " "), "(see docs/development.md)")
	if err := install(ctx, packages); err != nil {
		return err
	}
	if still := lacking(needs(), there); len(still) > 0 {
		return errors.New(request(still))
	}
	return nil
}

// lacking returns the needs that are not there, in their order.
func lacking(all []need, there func(need) bool) []need {
	var missing []need
	for _, n := range all {
		if !there(n) {
			missing = append(missing, n)
		}
	}
	return missing
}

// request is the message for a person who has to install the missing packages.
func request(missing []need) string {
	var text strings.Builder
	text.WriteString("the tests need programs that are not on this machine:\n")
	packages := make([]string, 0, len(missing))
	for _, n := range missing {
		fmt.Fprintf(&text, "  %-20s %s\n", n.Package, n.Why)
		packages = append(packages, n.Package)
	}
	fmt.Fprintf(&text, "On Debian or Ubuntu: sudo apt-get install --no-install-recommends %s", strings.Join(packages, " "))
	return text.String()
}

// clusterSwitch tells Debian's PostgreSQL packages not to make and start a server of their
// own: the tests start theirs. The file is there only while packages are being installed.
const (
	clusterSwitch = "/etc/postgresql-common/createcluster.d/backupchecks-tests.conf"
	clusterOff    = "create_main_cluster = false\nstart_conf = 'manual'\n"
)

func install(ctx context.Context, packages []string) error {
	if err := os.MkdirAll(filepath.Dir(clusterSwitch), 0o755); err != nil {
		return fmt.Errorf("keep PostgreSQL from starting by itself: %w", err)
	}
	if err := os.WriteFile(clusterSwitch, []byte(clusterOff), 0o644); err != nil {
		return fmt.Errorf("keep PostgreSQL from starting by itself: %w", err)
	}
	err := apt(ctx, "update")
	if err == nil {
		err = apt(ctx, append([]string{"install", "--yes", "--no-install-recommends"}, packages...)...)
	}
	return errors.Join(err, os.Remove(clusterSwitch))
}

// apt runs apt-get without questions. Its pages of output are shown only when it fails.
func apt(ctx context.Context, args ...string) error {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, "apt-get", append([]string{"-q", "-o", "DPkg::Lock::Timeout=300"}, args...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, output.Bytes())
	}
	return nil
}
