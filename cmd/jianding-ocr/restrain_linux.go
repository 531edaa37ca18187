//go:build ocr && cgo

package main

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// rlimitData is RLIMIT_DATA: private writable mappings, which are the heaps of
// Go and C++, but not address space that is only reserved.
const rlimitData = 2

// restrain limits this process's memory to what it holds now, models included,
// and so many bytes more, and gives way to the service's own work.
func restrain(memory int64, nice int) error {
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, nice); err != nil {
		return err
	}
	if memory <= 0 {
		return nil
	}
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	_, after, _ := bytes.Cut(b, []byte("\nVmData:"))
	var kb int64
	if _, err := fmt.Sscan(string(after), &kb); err != nil {
		return fmt.Errorf("VmData in /proc/self/status: %w", err)
	}
	n := uint64(kb<<10 + memory)
	return syscall.Setrlimit(rlimitData, &syscall.Rlimit{Cur: n, Max: n})
}
