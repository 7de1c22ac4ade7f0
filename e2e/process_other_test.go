//go:build !linux

package e2e_test

import "syscall"

// endsWithTests does nothing where the system offers nothing of the kind; each test ends
// its own processes.
func endsWithTests() *syscall.SysProcAttr { return nil }
