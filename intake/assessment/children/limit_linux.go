package children

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// rlimitData is RLIMIT_DATA: since Linux 4.7 it counts every private writable
// mapping, that is Go's heap and WebAssembly's memory, but not address space
// that is only reserved (which RLIMIT_AS would count, tens of gigabytes).
const rlimitData = 2

// hardLimit lets the process map so many bytes beyond what the runtime needed
// to start. The race detector keeps several bytes of its own for each byte.
func hardLimit(limit int64) error {
	start, err := dataBytes()
	if err != nil {
		return err
	}
	n := uint64(start + limit*shadowFactor)
	return syscall.Setrlimit(rlimitData, &syscall.Rlimit{Cur: n, Max: n})
}

// dataBytes is what counts against RLIMIT_DATA now (proc_pid_status(5)).
func dataBytes() (int64, error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, after, _ := bytes.Cut(b, []byte("\nVmData:"))
	var kb int64
	if _, err := fmt.Sscan(string(after), &kb); err != nil {
		return 0, fmt.Errorf("VmData in /proc/self/status: %w", err)
	}
	return kb << 10, nil
}

// giveWay lowers the priority of every thread that the process has; those that
// it makes later inherit it from one of them. (On Linux a priority is a
// thread's, whatever POSIX says: setpriority(2), "C library/kernel differences".)
func giveWay(nice int) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		// The call itself answers 20 minus the nice value.
		if has, err := syscall.Getpriority(syscall.PRIO_PROCESS, id); err == nil && 20-has >= nice {
			continue
		}
		if err := syscall.Setpriority(syscall.PRIO_PROCESS, id, nice); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	return nil
}

// dieWithParent makes the kernel kill the child when its parent ends, even
// while it computes and reads nothing. The signal is tied to the thread that
// started the child: see worker.run.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
