package signing

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// writer lays out objects with cross-references, as a first revision or as an
// incremental update.
type writer struct {
	streams bool
	objects map[int][]byte
}

func newWriter(streams bool) *writer { return &writer{streams: streams, objects: make(map[int][]byte)} }

func (w *writer) set(num int, body string) { w.objects[num] = []byte(body) }

func (w *writer) setStream(num int, keys string, data []byte) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<< %s/Length %d >>\nstream\n", keys, len(data))
	b.Write(data)
	b.WriteString("\nendstream")
	w.objects[num] = b.Bytes()
}

func isStream(body []byte) bool { return bytes.HasSuffix(body, []byte("endstream")) }

// first writes a whole file.
func (w *writer) first(root, info int) []byte {
	head := "%PDF-1.7\n%\xe5\xe4\xf6\xfc\n"
	trailer := fmt.Sprintf("/Root %d 0 R /Info %d 0 R /ID [<6A69616E64696E67> <6A69616E64696E67>]", root, info)
	return append([]byte(head), w.body(len(head), trailer, -1, true)...)
}

// update writes what is appended at offset base.
func (w *writer) update(base int, trailer string, prev int) []byte {
	return w.body(base, trailer, prev, false)
}

func (w *writer) body(base int, trailer string, prev int, whole bool) []byte {
	var b bytes.Buffer
	if !whole {
		b.WriteByte('\n')
	}
	place := make(map[int]string) // cross-reference stream rows
	offsets := make(map[int]int)
	nums := slices.Sorted(maps.Keys(w.objects))
	next := nums[len(nums)-1] + 1
	if p := strings.Index(trailer, "/Size "); p >= 0 {
		var size int
		if _, err := fmt.Sscanf(trailer[p:], "/Size %d", &size); err == nil {
			next = max(next, size)
		}
		trailer = trailer[:p] + strings.TrimLeft(trailer[p+len("/Size "):], "0123456789")
	}
	var packed []int
	for _, n := range nums {
		body := w.objects[n]
		if w.streams && !isStream(body) && !bytes.Contains(body, []byte("/ByteRange")) {
			packed = append(packed, n)
			continue
		}
		offsets[n] = base + b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n", n)
		b.Write(body)
		b.WriteString("\nendobj\n")
	}
	prevText := ""
	if prev >= 0 {
		prevText = fmt.Sprintf(" /Prev %d", prev)
	}
	if !w.streams {
		at := base + b.Len()
		b.WriteString(table(offsets, whole))
		fmt.Fprintf(&b, "trailer\n<< /Size %d%s %s >>\nstartxref\n%d\n%%%%EOF\n", next, prevText, trailer, at)
		return b.Bytes()
	}
	if len(packed) > 0 {
		container := next
		next++
		var head, data bytes.Buffer
		for i, n := range packed {
			fmt.Fprintf(&head, "%d %d ", n, data.Len())
			data.Write(w.objects[n])
			data.WriteByte('\n')
			place[n] = row(2, container, i)
		}
		all := deflate(append(head.Bytes(), data.Bytes()...))
		offsets[container] = base + b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>\nstream\n", container, len(packed), head.Len(), len(all))
		b.Write(all)
		b.WriteString("\nendstream\nendobj\n")
	}
	xref := next
	next++
	offsets[xref] = base + b.Len()
	for n, off := range offsets {
		place[n] = row(1, off, 0)
	}
	if whole {
		place[0] = row(0, 0, 65535)
	}
	var rows, index bytes.Buffer
	for _, run := range runs(slices.Sorted(maps.Keys(place))) {
		fmt.Fprintf(&index, "%d %d ", run[0], len(run))
		for _, n := range run {
			rows.WriteString(place[n])
		}
	}
	data := deflate(rows.Bytes())
	fmt.Fprintf(&b, "%d 0 obj\n<< /Type /XRef /W [1 4 2] /Index [%s] /Size %d%s %s /Filter /FlateDecode /Length %d >>\nstream\n", xref, strings.TrimSpace(index.String()), next, prevText, trailer, len(data))
	b.Write(data)
	fmt.Fprintf(&b, "\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", offsets[xref])
	return b.Bytes()
}

func row(kind, a, b int) string {
	return string([]byte{byte(kind), byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a), byte(b >> 8), byte(b)})
}

func deflate(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(data) // a buffer does not fail
	_ = z.Close()
	return b.Bytes()
}

// runs splits sorted numbers into runs without gaps.
func runs(nums []int) [][]int {
	var out [][]int
	for i, n := range nums {
		if i == 0 || n != nums[i-1]+1 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], n)
	}
	return out
}

func table(offsets map[int]int, whole bool) string {
	var b strings.Builder
	b.WriteString("xref\n")
	nums := slices.Sorted(maps.Keys(offsets))
	if whole {
		// Unused numbers in between are free entries of one subsection.
		last := nums[len(nums)-1]
		fmt.Fprintf(&b, "0 %d\n0000000000 65535 f \n", last+1)
		for n := 1; n <= last; n++ {
			if off, ok := offsets[n]; ok {
				fmt.Fprintf(&b, "%010d 00000 n \n", off)
			} else {
				b.WriteString("0000000000 00001 f \n")
			}
		}
		return b.String()
	}
	for _, run := range runs(nums) {
		fmt.Fprintf(&b, "%d %d\n", run[0], len(run))
		for _, n := range run {
			fmt.Fprintf(&b, "%010d 00000 n \n", offsets[n])
		}
	}
	return b.String()
}
