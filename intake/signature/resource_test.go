package signature_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// hostile are documents made to cost time or memory.
func hostile(t testing.TB) map[string][]byte {
	l := sharedLab()
	wrap := func(body string) []byte {
		b := "%PDF-1.7\n" + body
		return []byte(b)
	}
	root := "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
	simple := func(object string) []byte {
		b := "%PDF-1.7\n" + root
		at := len(b)
		b += "2 0 obj\n" + object + "\nendobj\n"
		x := len(b)
		b += fmt.Sprintf("xref\n0 3\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \ntrailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len("%PDF-1.7\n"), at, x)
		return []byte(b)
	}
	many := report(false)
	for i := range 40 {
		many = l.sign(t, many, l.agency[signing.ECDSA], signing.Options{Room: 2048, Field: fmt.Sprintf("s%d", i)})
	}
	var sections strings.Builder
	sections.WriteString(root)
	prev := -1
	for range 5000 {
		at := len("%PDF-1.7\n") + sections.Len()
		p := ""
		if prev >= 0 {
			p = fmt.Sprintf("/Prev %d", prev)
		}
		fmt.Fprintf(&sections, "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R %s >>\n", p)
		prev = at
	}
	fmt.Fprintf(&sections, "startxref\n%d\n%%%%EOF\n", prev)
	pages := make([][]string, 20000)
	for i := range pages {
		pages[i] = []string{"页"}
	}
	long := l.sign(t, signing.Document{Pages: pages}.Bytes(), l.agency[signing.RSA], signing.Options{})
	for i := range 12 {
		long = l.sign(t, long, l.tsa, signing.Options{Format: signing.Stamp, Room: 2048, Field: fmt.Sprintf("t%d", i)})
	}
	return map[string][]byte{
		"nested arrays":      simple(strings.Repeat("[", 2_000_000)),
		"flat array":         simple("[" + strings.Repeat("0 ", 5_000_000) + "]"),
		"names":              simple("<< " + strings.Repeat("/A 0 ", 2_000_000) + ">>"),
		"forty signatures":   many,
		"five thousand xref": wrap(sections.String()),
		"long and stamped":   long,
		"xref giant":         wrap("xref\n0 8000000\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n"),
		"garbage ranges":     append(simple("null"), bytes.Repeat([]byte("/ByteRange [0 1 2 3]"), 300_000)...),
		"nested indefinite":  l.sign(t, report(false), l.agency[signing.RSA], signing.Options{Room: 600_000, RawContents: func([]byte) ([]byte, error) { return bytes.Repeat([]byte{0x30, 0x80}, 250_000), nil }}),
		"100 MB":             l.sign(t, signing.Document{Pages: [][]string{{"x"}}, Padding: 100 << 20}.Bytes(), l.agency[signing.SM2], signing.Options{}),
	}
}

// TestHostileDocumentsEnd: each ends with a verdict, within the limits of an
// assessment with room to spare, and none is accepted that is not sound.
func TestHostileDocumentsEnd(t *testing.T) {
	l := sharedLab()
	for name, pdf := range hostile(t) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		r := l.verify(pdf)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		t.Logf("%-20s %9d bytes: %-12s %v, %d MB allocated", name, len(pdf), r.Signature.Status, took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20)
		sound := name == "forty signatures" || name == "long and stamped" || name == "100 MB"
		if (r.Signature.Status == schemas.SignatureValid) != sound {
			t.Errorf("%s: %s %v", name, r.Signature.Status, r.Reasons)
		}
	}
}
