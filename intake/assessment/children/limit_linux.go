package children

import "syscall"

// rlimitData is RLIMIT_DATA: since Linux 4.7 it counts every private writable
// mapping, that is Go's heap and WebAssembly's memory, but not address space
// that is only reserved (which RLIMIT_AS would count, tens of gigabytes).
const rlimitData = 2

func hardLimit(bytes int64) error {
	l := syscall.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)}
	return syscall.Setrlimit(rlimitData, &l)
}

// dieWithParent makes the kernel kill the child when its parent ends, even
// while it computes and reads nothing. The signal is tied to the thread that
// started the child: see worker.run.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
