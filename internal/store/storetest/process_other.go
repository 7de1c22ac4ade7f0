//go:build !linux

package storetest

import (
	"errors"
	"os/exec"
	"syscall"
)

// Elsewhere than on Linux the tests need a running server.
var errNotLinux = errors.New("a test server is started on Linux only: name a running one in " + urlVariable)

func ownerOf(string) (*syscall.SysProcAttr, error) { return nil, errNotLinux }

func startProcess(*exec.Cmd, string) (*process, error) { return nil, errNotLinux }
