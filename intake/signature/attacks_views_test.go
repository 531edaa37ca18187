package signature_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// hybrid writes objects with a table, and those that are aside with a
// cross-reference stream beside it alone, which some readers never look at.
func hybrid(t *testing.T, signer signing.Signer, objects map[int]string, aside ...int) []byte {
	t.Helper()
	text, at := body(objects)
	b := bytes.NewBuffer(text)
	last := slices.Max(slices.Collect(maps.Keys(at))) + 1
	at[last] = b.Len()
	var rows, index strings.Builder
	for _, n := range aside {
		fmt.Fprintf(&index, "%d 1 ", n)
		rows.Write([]byte{1, byte(at[n] >> 24), byte(at[n] >> 16), byte(at[n] >> 8), byte(at[n]), 0, 0})
	}
	fmt.Fprintf(b, "%d 0 obj\n<< /Type /XRef /W [1 4 2] /Index [%s] /Size %d /Length %d >>\nstream\n%s\nendstream\nendobj\n", last, strings.TrimSpace(index.String()), last+1, rows.Len(), rows.String())
	start := b.Len()
	fmt.Fprintf(b, "xref\n0 %d\n0000000000 65535 f \n", last+1)
	for n := 1; n <= last; n++ {
		if off, ok := at[n]; ok && !slices.Contains(aside, n) {
			fmt.Fprintf(b, "%010d 00000 n \n", off)
		} else {
			b.WriteString("0000000000 00000 f \n")
		}
	}
	fmt.Fprintf(b, "trailer\n<< /Size %d /Root 1 0 R /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n", last+1, at[last], start)
	return fillWhole(t, b.Bytes(), signer, signing.Options{})
}

// TestReadersDiffer: what several readers show differently is signed, and goes
// to a human all the same: the signer may have seen another grade.
func TestReadersDiffer(t *testing.T) {
	l := sharedLab()
	cover := "<< /Length 31 >>\nstream\n1 1 1 rg 60 760 500 20 re f 0 g\nendstream"
	page := wholeObjects("")[3]
	with := func(num int, text string, more map[int]string) map[int]string {
		o := merged(wholeObjects(""), more)
		o[num] = text
		return o
	}
	plain := func(o map[int]string) func(signing.Signer) []byte {
		return func(s signing.Signer) []byte { return whole(t, s, o, "") }
	}
	for name, c := range map[string]struct {
		build func(signing.Signer) []byte
		ask   bool
	}{
		"two contents":            {plain(with(3, strings.Replace(page, "/Contents 4 0 R", "/Contents 10 0 R /Contents 4 0 R", 1), map[int]string{10: cover})), true},
		"two equal keys":          {plain(with(3, strings.Replace(page, "/Contents 4 0 R", "/Contents 4 0 R /Contents 4 0 R", 1), nil)), false},
		"two lists of pages":      {plain(with(2, "<< /Type /Pages /Kids [10 0 R] /Kids [3 0 R] /Count 1 >>", map[int]string{10: page})), true},
		"two encodings of a font": {plain(with(5, strings.Replace(wholeObjects("")[5], "/UniGB-UCS2-H", "/Identity-H /Encoding /UniGB-UCS2-H", 1), nil)), true},
		"shown beside the table": {func(s signing.Signer) []byte {
			return hybrid(t, s, with(3, strings.Replace(page, "4 0 R", "[4 0 R 10 0 R]", 1), map[int]string{10: cover}), 10)
		}, true},
		"structure beside the table, as Word writes it": {func(s signing.Signer) []byte {
			return hybrid(t, s, with(1, strings.Replace(wholeObjects("")[1], "/Pages", "/StructTreeRoot 10 0 R /Pages", 1), map[int]string{10: "<< /Type /StructTreeRoot /K 11 0 R >>", 11: "<< /Type /StructElem /S /P /P 10 0 R /Pg 3 0 R /K 0 >>"}), 11)
		}, false},
		"another generation": {plain(with(3, strings.Replace(page, "4 0 R", "[4 0 R 10 3 R]", 1), map[int]string{10: cover})), true},
		"beyond Size": {func(s signing.Signer) []byte {
			return whole(t, s, with(3, strings.Replace(page, "4 0 R", "[4 0 R 10 0 R]", 1), map[int]string{10: cover}), "/Size 10")
		}, true},
		"data elsewhere":  {plain(with(4, strings.Replace(wholeObjects("")[4], "<< ", "<< /F (http://example.org/x) ", 1), nil)), true},
		"cannot be read":  {plain(with(3, strings.Replace(page, "4 0 R", "[4 0 R 10 0 R]", 1), map[int]string{10: "<< /Length 3 nothing >>"})), true},
		"as it should be": {plain(wholeObjects("")), false},
	} {
		for _, a := range []signing.Algorithm{signing.RSA, signing.SM2} {
			t.Run(name+"/"+string(a), func(t *testing.T) {
				pdf := c.build(l.agency[a])
				r := l.verify(pdf)
				expect(t, r, schemas.SignatureValid, "")
				asks := slices.ContainsFunc(r.Reasons, func(x schemas.Reason) bool { return x.Code == schemas.ReasonAmbiguous })
				if asks != c.ask {
					t.Errorf("asks %v, want %v: %v", asks, c.ask, r.Reasons)
				}
			})
		}
	}
}
