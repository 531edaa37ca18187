package revision

import (
	"bytes"
	"strconv"
)

// Mentions reports whether the bytes of an object that cannot be read hold one
// of the wanted numbers, however they would have to be taken apart: another
// reader may make a reference of it. It reports true where the bytes of the
// object are not plainly there.
func (f *File) Mentions(num int, wanted func(int) bool) bool {
	loc, ok := f.table.find(num)
	if !ok || loc.Free {
		return false
	}
	if loc.Container != 0 || loc.Offset < 0 || loc.Offset >= len(f.data) {
		return true
	}
	b := f.data[loc.Offset:]
	if i := bytes.Index(b, []byte("endobj")); i >= 0 {
		b = b[:i]
	}
	const most = 1 << 20
	if len(b) > most {
		return true
	}
	for i := 0; i < len(b); {
		if !isDigit(b[i]) {
			i++
			continue
		}
		start := i
		for i < len(b) && isDigit(b[i]) {
			i++
		}
		if n, err := strconv.Atoi(string(b[start:i])); err == nil && wanted(n) {
			return true
		}
	}
	return false
}
