// Command backupchecks reads the mails of backup products and turns real trouble into
// tickets. All it does stands in internal/cli.
package main

import (
	"os"

	"backupchecks/internal/cli"
)

func main() {
	os.Exit(cli.Main(cli.Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv,
	}))
}
