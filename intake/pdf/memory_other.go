//go:build !linux

package pdf

import "github.com/tetratelabs/wazero/experimental"

// linearMemory grows in place within a buffer of the limit's size, of which
// the system provides what is touched.
type linearMemory struct{ buffer []byte }

func allocateMemory(_, limit uint64) experimental.LinearMemory {
	return &linearMemory{make([]byte, limit)}
}

func (m *linearMemory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.buffer)) {
		return nil
	}
	return m.buffer[:size]
}

func (m *linearMemory) Free() { m.buffer = nil }
