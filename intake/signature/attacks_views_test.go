package signature_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jianding/intake/signature/revision"
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

// freed writes objects, frees one of them in an update, and signs that.
func freed(t *testing.T, num int, objects map[int]string) func(signing.Signer) []byte {
	return func(s signing.Signer) []byte {
		text, at := body(objects)
		b := bytes.NewBuffer(text)
		start, size := b.Len(), slices.Max(slices.Collect(maps.Keys(at)))+1
		b.WriteString("xref\n0 1\n0000000000 65535 f \n")
		for _, n := range slices.Sorted(maps.Keys(at)) {
			fmt.Fprintf(b, "%d 1\n%010d 00000 n \n", n, at[n])
		}
		fmt.Fprintf(b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", size, start)
		again := b.Len()
		fmt.Fprintf(b, "xref\n%d 1\n0000000000 00001 f \ntrailer\n<< /Size %d /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n", num, size, start, again)
		return fillWhole(t, b.Bytes(), s, signing.Options{})
	}
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
	pages := map[int]string{10: strings.Replace(page, " /Annots [6 0 R]", "", 1), 13: strings.Replace(page, " /Annots [6 0 R]", "", 1)}
	node := func(count int, kids string) string {
		return fmt.Sprintf("<< /Type /Pages /Parent 2 0 R /Kids [%s] /Count %d >>", kids, count)
	}
	note := func(flags, appearance string) map[int]string {
		return with(3, strings.Replace(page, "/Annots [6 0 R]", "/Annots [6 0 R 10 0 R]", 1), map[int]string{
			10: "<< /Type /Annot /Subtype /Stamp /Rect [60 740 260 780] " + flags + " " + appearance + " >>",
			11: "<< /Type /XObject /Subtype /Form /BBox [0 0 200 40] /Length 31 >>\nstream\n1 1 1 rg 60 760 500 20 re f 0 g\nendstream",
			12: "<< /Type /XObject /Subtype /Form /BBox [0 0 200 40] /Length 0 >>\nstream\n\nendstream"})
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
		"data elsewhere": {plain(with(4, strings.Replace(wholeObjects("")[4], "<< ", "<< /F (http://example.org/x) ", 1), nil)), true},
		"cannot be read": {plain(with(3, strings.Replace(page, "4 0 R", "[4 0 R 10 0 R]", 1), map[int]string{10: "<< /Length 3 nothing >>"})), true},
		"page names another parent": {plain(with(3, strings.NewReplacer("/Parent 2 0 R", "/Parent 10 0 R", " /Resources << /Font << /F1 5 0 R >> >>", "").Replace(page), map[int]string{
			2: "<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /Font << /F1 5 0 R >> >> >>", 10: "<< /Type /Pages /Kids [] /Count 0 /Resources << /Font << /F1 11 0 R >> >> >>", 11: helvetica})), true},
		"page names another parent and takes nothing from it": {plain(with(3, strings.Replace(page, "/Parent 2 0 R", "/Parent 10 0 R", 1), map[int]string{10: "<< /Type /Pages /Kids [] /Count 0 >>"})), false},
		"page takes from the node above":                      {plain(with(3, strings.Replace(page, " /MediaBox [0 0 595 842]", "", 1), map[int]string{2: "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>"})), false},
		"catalog of another generation": {func(s signing.Signer) []byte {
			pdf := whole(t, s, wholeObjects(""), "")
			at := bytes.LastIndex(pdf, []byte("/Root 1 0 R"))
			return fillWhole(t, emptied(append_(pdf[:at], "/Root 1 7 R"+string(pdf[at+len("/Root 1 0 R"):]))), s, signing.Options{})
		}, true},
		"cover that was freed":          {freed(t, 10, with(3, strings.Replace(page, "4 0 R", "[4 0 R 10 0 R]", 1), map[int]string{10: cover})), true},
		"left over that was freed":      {freed(t, 10, with(10, cover, nil)), false},
		"length of the contents":        {plain(with(4, strings.Replace(wholeObjects("")[4], "/Length", "/Length 1 /L", 1), nil)), true},
		"pages that are none":           {plain(with(2, "<< /Type /Pages /Count 1 >>", nil)), true},
		"note that is not viewed":       {plain(note("/F 32", "/AP << /N 11 0 R >>")), true},
		"note of 33 flags":              {plain(note("/F 4294967298", "/AP << /N 11 0 R >>")), true},
		"note in no state":              {plain(note("/F 4", "/AP << /N << /On 11 0 R >> >>")), true},
		"note in a state":               {plain(note("/F 4", "/AS /On /AP << /N << /On 11 0 R >> >>")), false},
		"note with a blank state":       {plain(note("/F 4", "/AP << /N << /On 12 0 R >> >>")), false},
		"note that is hidden":           {plain(note("/F 34", "/AP << /N 11 0 R >>")), false},
		"note":                          {plain(note("/F 4", "/AP << /N 11 0 R >>")), false},
		"page inside the list of pages": {plain(with(2, "<< /Type /Pages /Kids [3 0 R << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 10 0 R >>] /Count 2 >>", map[int]string{10: cover})), true},
		"page with kids": {plain(with(2, "<< /Type /Pages /Kids [3 0 R 11 0 R] /Count 2 >>", merged(pages, map[int]string{
			11: strings.Replace(page, "/Annots [6 0 R]", "/Kids [10 0 R] /Count 1", 1)}))), true},
		"node without kids": {plain(with(2, "<< /Type /Pages /Kids [3 0 R 11 0 R] /Count 2 >>", map[int]string{
			11: strings.NewReplacer("/Annots [6 0 R]", "", "/Type /Page ", "/Type /Pages ").Replace(page)})), true},
		"node that counts less":  {plain(with(2, "<< /Type /Pages /Kids [11 0 R 12 0 R] /Count 3 >>", merged(pages, map[int]string{11: node(1, "3 0 R 10 0 R"), 12: node(2, "13 0 R")}))), true},
		"node that counts more":  {plain(with(2, "<< /Type /Pages /Kids [11 0 R 12 0 R] /Count 3 >>", merged(pages, map[int]string{11: node(2, "3 0 R 10 0 R"), 12: node(2, "13 0 R")}))), true},
		"nodes that count right": {plain(with(2, "<< /Type /Pages /Kids [11 0 R 12 0 R] /Count 3 >>", merged(pages, map[int]string{11: node(2, "3 0 R 10 0 R"), 12: node(1, "13 0 R")}))), false},
		"page that is none":      {plain(with(2, "<< /Type /Pages /Kids [3 0 R 90 0 R] /Count 2 >>", nil)), true},
		// The names of resources, glyphs and states are anybody's choice.
		"length of a form named D": {plain(with(3, strings.Replace(page, "/Font", "/XObject << /D 10 0 R >> /Font", 1), map[int]string{
			10: "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length 1 >>\nstream\n1 1 1 rg 60 760 500 20 re f 0 g\nendstream"})), true},
		"two procedures of a glyph named P": {plain(with(3, strings.Replace(page, "/F1 5 0 R", "/F1 5 0 R /B 10 0 R", 1), map[int]string{
			10: "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /FirstChar 65 /LastChar 65 /Widths [1] /Encoding << /Differences [65 /P] >> /CharProcs << /P 11 0 R /P 12 0 R >> >>",
			11: cover, 12: cover})), true},
		"two defaults of layers": {plain(with(1, strings.Replace(wholeObjects("")[1], "/Pages", "/OCProperties << /OCGs [10 0 R] /D << /OFF [] /OFF [10 0 R] >> >> /Pages", 1), map[int]string{
			10: "<< /Type /OCG /Name (x) >>"})), true},
		"page that claims to be a signature": {plain(with(3, strings.Replace(page, "/Contents 4 0 R", "/ByteRange [0 1 2 3] /Contents 10 0 R /Contents 4 0 R", 1), map[int]string{10: cover})), true},
		"font that claims to be a signature": {plain(with(5, strings.Replace(wholeObjects("")[5], "/DescendantFonts", "/ByteRange [0 1 2 3] /DescendantFonts", 1), map[int]string{
			9: "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /Flags 4 >>"})), true},
		"form named D": {plain(with(3, strings.Replace(page, "/Font", "/XObject << /D 10 0 R >> /Font", 1), map[int]string{
			10: "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length 31 >>\nstream\n1 1 1 rg 60 760 500 20 re f 0 g\nendstream"})), false},
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

// TestFirstPageIsTheDocument: a linearized file has one set of cross-references,
// wherever a reader begins.
func TestFirstPageIsTheDocument(t *testing.T) {
	for _, name := range []string{"linearized.pdf", "linearized-streams.pdf"} {
		pdf, err := os.ReadFile(filepath.Join("testdata", "layouts", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := views(t, pdf); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	objects := wholeObjects("")
	text, at := body(objects)
	b := bytes.NewBuffer(nil)
	head := "%PDF-1.6\n99 0 obj\n<< /Linearized 1 /L LLLLL /N 1 >>\nendobj\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 100 /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
	b.WriteString(head)
	b.Write(text)
	start := b.Len()
	b.WriteString("xref\n0 10\n0000000000 65535 f \n")
	for n := 1; n <= 9; n++ {
		fmt.Fprintf(b, "%010d 00000 n \n", at[n]+len(head))
	}
	fmt.Fprintf(b, "trailer\n<< /Size 10 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", start)
	for length, differ := range map[int]bool{b.Len(): true, 12345: false} {
		pdf := bytes.Replace(b.Bytes(), []byte("LLLLL"), fmt.Appendf(nil, "%05d", length), 1)
		if err := views(t, pdf); (err != nil) != differ {
			t.Errorf("length %d: %v", length, err)
		}
	}
}

func views(t *testing.T, pdf []byte) error {
	t.Helper()
	f, err := revision.NewDocument(pdf).Open(len(pdf))
	if err != nil {
		t.Fatal(err)
	}
	return f.ReadersDiffer()
}
