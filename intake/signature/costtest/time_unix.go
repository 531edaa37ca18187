//go:build unix

package costtest

import (
	"syscall"
	"time"
)

// ProcessorTime is what this process has used so far, all threads together.
func ProcessorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
