package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"
	"time"
)

// pdfOf is what the estimate looks at of a document with n pages: in the open,
// or in object streams as most writers do today.
func pdfOf(n int, packed bool) []byte {
	var objects strings.Builder
	fmt.Fprintf(&objects, "1 0 obj<</Type /Pages /Count %d /Kids []>>endobj\n", n)
	for i := range n {
		fmt.Fprintf(&objects, "%d 0 obj<</Type/Page/Parent 1 0 R>>endobj\n", i+2)
	}
	if !packed {
		return []byte("%PDF-1.7\n" + objects.String())
	}
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write([]byte(objects.String()))
	w.Close()
	return fmt.Appendf(nil, "%%PDF-1.7\n9 0 obj<</Type /ObjStm /N %d /Filter /FlateDecode /Length %d>>stream\r\n%s\r\nendstream", n, z.Len(), z.Bytes())
}

func TestRoughPages(t *testing.T) {
	for _, packed := range []bool{false, true} {
		for _, n := range []int{1, 8, 200} {
			if got := RoughPages(pdfOf(n, packed)); got != n {
				t.Errorf("%d pages (packed: %v) are taken for %d", n, packed, got)
			}
		}
	}
	for name, doc := range map[string]string{
		"an outline with many entries": "%PDF-1.7 <</Type /Outlines /Count 900>> <</Type /Page/X>> <</Type/Pages/Count 1>>",
		"nothing":                      "",
		"a broken object stream":       "%PDF-1.7 <</Type /ObjStm>>stream\nxxxx",
		"a count out of this world":    "%PDF-1.7 <</Type/Pages/Count 99999999999999999999>> <</Type/Page>>",
	} {
		if got := RoughPages([]byte(doc)); got > 1 {
			t.Errorf("%s: %d pages", name, got)
		}
	}
	// A few hundred kilobytes that unfold to gigabytes cost no more than a look.
	var bomb bytes.Buffer
	z, _ := zlib.NewWriterLevel(&bomb, zlib.BestCompression)
	zeros := make([]byte, 1<<20)
	for range 256 {
		z.Write(zeros)
	}
	z.Close()
	RoughPages(fmt.Appendf(nil, "<</Type /ObjStm>>stream\n%s", bomb.Bytes()))
}

// The door looks while the sender waits: what names an object stream again
// and again and holds none must not have the rest searched each time. Far
// from the bound: milliseconds, where it was minutes.
func TestAHeapOfPromisedStreamsCostsOneLook(t *testing.T) {
	start := time.Now()
	RoughPages(bytes.Repeat([]byte("/Type/ObjStm "), 1<<20))
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}
