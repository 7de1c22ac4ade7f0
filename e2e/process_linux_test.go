package e2e_test

import "syscall"

// endsWithTests makes the system end a process when the test binary ends, however it ends.
func endsWithTests() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
