//go:build !linux

package children

import "syscall"

// hardLimit is left to the soft limit of the Go heap where the kernel has no
// limit that counts what matters.
func hardLimit(int64) error { return nil }

// giveWay does nothing where priorities are not a thread's to give away.
func giveWay(int) error { return nil }

func dieWithParent() *syscall.SysProcAttr { return nil }
