package pdf

import (
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// linearMemory is address space reserved up to the limit and made usable as
// PDFium asks for it. wazero's own memory grows by copying: a document that
// makes PDFium take what it can get then costs seconds and twice the memory.
type linearMemory struct {
	reserved []byte
	usable   uint64
}

func allocateMemory(_, limit uint64) experimental.LinearMemory {
	b, err := syscall.Mmap(-1, 0, int(limit), syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return &linearMemory{} // every growth fails, and with it the instance
	}
	return &linearMemory{reserved: b}
}

// Reallocate grows the memory in place, or says that it cannot.
func (m *linearMemory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.reserved)) {
		return nil
	}
	page := uint64(syscall.Getpagesize())
	if end := (size + page - 1) / page * page; end > m.usable {
		end = min(end, uint64(len(m.reserved)))
		if err := syscall.Mprotect(m.reserved[:end], syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
			return nil
		}
		m.usable = end
	}
	return m.reserved[:size:len(m.reserved)]
}

// Free gives the address space back.
func (m *linearMemory) Free() {
	if m.reserved != nil {
		_ = syscall.Munmap(m.reserved)
		m.reserved = nil
	}
}
