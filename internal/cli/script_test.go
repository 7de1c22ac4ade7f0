package cli_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"backupchecks/internal/cli"
)

// TestMain makes this binary the program that the scripts run.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"backupchecks": func() {
			os.Exit(cli.Main(cli.Env{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}))
		},
	})
}

// TestScripts runs each command's promise as a person would type it.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sentences": onlySentences,
			"bigmail":   bigMail,
		},
	})
}

// onlySentences checks that what the last command said on standard error is words for a
// person: no stack, no Go types, no pointers.
func onlySentences(ts *testscript.TestScript, _ bool, _ []string) {
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile("stderr")))
	for lines.Scan() {
		for _, foreign := range []string{"goroutine ", "panic:", "0xc0", "&{", "*errors."} {
			if strings.Contains(lines.Text(), foreign) {
				ts.Fatalf("standard error holds %q: %s", foreign, lines.Text())
			}
		}
	}
}

// bigMail writes a mail of so many megabytes: bigmail FILE MEGABYTES.
func bigMail(ts *testscript.TestScript, _ bool, args []string) {
	size := map[string]int{"60": 60 << 20, "49": 49 << 20}[args[1]]
	if size == 0 {
		ts.Fatalf("bigmail knows no size of %s", args[1])
	}
	file, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { ts.Check(file.Close()) }()
	_, err = file.WriteString("From: big@example.com\r\nSubject: Nightly backup: a very long report\r\nMessage-ID: <big@example.com>\r\n\r\n")
	ts.Check(err)
	line := strings.Repeat("0123456789", 7) + "\r\n"
	for written := 0; written < size; written += len(line) {
		_, err = file.WriteString(line)
		ts.Check(err)
	}
}
