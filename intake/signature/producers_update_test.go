package signature_test

import (
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

// habit is how a producer writes an incremental update.
type habit struct {
	eol    string // end of line
	head   bool   // the table repeats the head of the free list
	before string // between the signed revision and the first object
	keys   string // of the trailer
	gen    map[int]int
	last   string // after %%EOF
}

// handmade appends an update as a habit has it.
func handmade(t *testing.T, pdf []byte, objects map[int]string, h habit) []byte {
	t.Helper()
	if h.eol == "" {
		h.eol = "\n"
	}
	var b strings.Builder
	b.WriteString(h.before)
	at := make(map[int]int)
	nums := slices.Sorted(maps.Keys(objects))
	for _, n := range nums {
		at[n] = len(pdf) + b.Len()
		fmt.Fprintf(&b, "%d %d obj%s%s%sendobj%s", n, h.gen[n], h.eol, objects[n], h.eol, h.eol)
	}
	start := len(pdf) + b.Len()
	entry := strings.Repeat(" ", 2-len(h.eol)) + h.eol
	b.WriteString("xref" + h.eol)
	if h.head {
		b.WriteString("0 1" + h.eol + "0000000000 65535 f" + entry)
	}
	for _, n := range nums {
		fmt.Fprintf(&b, "%d 1%s%010d %05d n%s", n, h.eol, at[n], h.gen[n], entry)
	}
	size := nums[len(nums)-1] + 1
	f, err := revision.NewDocument(pdf).Open(len(pdf))
	if err != nil {
		t.Fatal(err)
	}
	if was, _ := f.Trailer.Get("Size").(int64); int(was) > size {
		size = int(was)
	}
	last := h.last
	if last == "" {
		last = h.eol
	}
	fmt.Fprintf(&b, "trailer%s<</Size %d/Root 1 0 R/Prev %s%s>>%sstartxref%s%d%s%%%%EOF%s", h.eol, size, lastStartXRef(pdf), h.keys, h.eol, h.eol, start, h.eol, last)
	return append_(pdf, b.String())
}

// longTerm is what makes a signature last, as its objects from 50 on; catalog is
// the one of wholeObjects with a DSS.
func longTerm(l *lab) map[int]string {
	crl := l.root.CRL(crlFrom, crlUntil, nil)
	ocsp := l.root.OCSP(l.agency[signing.RSA], nil, crlFrom, crlUntil)
	return map[int]string{
		1:  strings.Replace(wholeObjects("")[1], "/Pages", "/DSS 50 0 R /Pages", 1),
		50: "<</Type/DSS/VRI 51 0 R/Certs[52 0 R]/CRLs[53 0 R]/OCSPs[54 0 R]>>",
		51: "<</0123456789ABCDEF0123456789ABCDEF01234567<</Type/VRI/Cert[52 0 R]/CRL[53 0 R]/OCSP[54 0 R]/TU(D:20260601000000Z)>>>>",
		52: stringStream(l.root.Certificate), 53: stringStream(crl), 54: stringStream(ocsp),
	}
}

// TestUpdatesOfProducers: ways to write what may follow.
func TestUpdatesOfProducers(t *testing.T) {
	l := sharedLab()
	pdf := whole(t, l.agency[signing.RSA], wholeObjects(""), "")
	noEnd := []byte(strings.TrimRight(string(whole(t, l.agency[signing.RSA], wholeObjects(""), "")), "\n"))
	noEnd = fillWhole(t, emptied(noEnd), l.agency[signing.RSA], signing.Options{})
	dtsField := "<</Type/Annot/Subtype/Widget/FT/Sig/T(stamp)/F 132/Rect[0 0 0 0]/P 3 0 R/V 61 0 R%s>>"
	dts := func(extra string) map[int]string {
		o := map[int]string{
			1:  strings.Replace(wholeObjects("")[1], "[6 0 R]", "[6 0 R 60 0 R]", 1),
			3:  strings.Replace(wholeObjects("")[3], "[6 0 R]", "[6 0 R 60 0 R]", 1),
			60: fmt.Sprintf(dtsField, extra),
			61: "<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/V 0/M(D:20260601070000Z)" + signing.Range() + signing.Value(wholeRoom) + ">>",
		}
		return o
	}
	stamped := func(o map[int]string, h habit) []byte {
		return fillWhole(t, handmade(t, pdf, o, h), l.tsa, signing.Options{Format: signing.Stamp})
	}
	empty := "<</Type/XObject/Subtype/Form/BBox[0 0 0 0]/Length 0>>\nstream\n\nendstream"
	for name, out := range map[string][]byte{
		"plain":                                  handmade(t, pdf, longTerm(l), habit{}),
		"head of the free list":                  handmade(t, pdf, longTerm(l), habit{head: true}),
		"line ends of Windows":                   handmade(t, pdf, longTerm(l), habit{eol: "\r\n", head: true, before: "\r\n"}),
		"line ends of old":                       handmade(t, pdf, longTerm(l), habit{eol: "\n", before: "\r"}),
		"signed without a line end":              handmade(t, noEnd, longTerm(l), habit{before: "\r\n"}),
		"comment first":                          handmade(t, pdf, longTerm(l), habit{before: "% x\n"}),
		"nothing after the end":                  handmade(t, pdf, longTerm(l), habit{last: " "}),
		"identifier changes":                     handmade(t, pdf, longTerm(l), habit{keys: "/ID[<00><11>]"}),
		"information joins":                      handmade(t, pdf, merged(longTerm(l), map[int]string{70: "<</ModDate(D:2026)/Producer(x)>>"}), habit{keys: "/Info 70 0 R"}),
		"older copy listed anew":                 handmade(t, pdf, merged(longTerm(l), map[int]string{5: wholeObjects("")[5]}), habit{}),
		"time-stamp":                             stamped(dts(""), habit{head: true}),
		"time-stamp, empty appearance":           stamped(merged(dts("/AP<</N 62 0 R>>"), map[int]string{62: empty}), habit{}),
		"time-stamp, appearance in layers":       stamped(merged(dts("/AP<</N 62 0 R>>/MK<<>>/DR<<>>"), map[int]string{62: "<</Type/XObject/Subtype/Form/BBox[0 0 0 0]/Resources<</XObject<</FRM 63 0 R>>/ProcSet[/PDF]>>/Length 7>>\nstream\n/FRM Do\nendstream", 63: empty}), habit{}),
		"time-stamp outside the page":            stamped(map[int]string{1: dts("")[1], 60: fmt.Sprintf(dtsField, ""), 61: dts("")[61]}, habit{}),
		"time-stamp, hidden":                     stamped(merged(dts(""), map[int]string{60: "<</Type/Annot/Subtype/Widget/FT/Sig/T(stamp)/F 6/Rect[10 10 90 90]/P 3 0 R/V 61 0 R>>"}), habit{}),
		"validation data and time-stamp at once": fillWhole(t, handmade(t, pdf, merged(longTerm(l), merged(dts(""), map[int]string{1: strings.Replace(dts("")[1], "/Pages", "/DSS 50 0 R /Pages", 1)})), habit{}), l.tsa, signing.Options{Format: signing.Stamp}),
		"DSS grows":                              handmade(t, handmade(t, pdf, longTerm(l), habit{}), map[int]string{50: "<</Type/DSS/VRI 51 0 R/Certs[52 0 R 55 0 R]/CRLs[53 0 R]/OCSPs[54 0 R]>>", 55: stringStream(l.tsa.Certificate)}, habit{}),
		"DSS in place, arrays apart":             handmade(t, pdf, merged(longTerm(l), map[int]string{50: "<</VRI 51 0 R/Certs 56 0 R/CRLs 57 0 R>>", 56: "[52 0 R]", 57: "[53 0 R]"}), habit{}),
	} {
		t.Run(name, func(t *testing.T) {
			r := l.verify(out)
			expect(t, r, schemas.SignatureValid, schemas.ReasonExtended)
			if r.Covered >= len(out) {
				t.Error("nothing was appended")
			}
		})
	}
	// A number that was freed comes back with its next generation.
	t.Run("number used again", func(t *testing.T) {
		objects := longTerm(l)
		base := whole(t, l.agency[signing.RSA], merged(wholeObjects(""), map[int]string{12: "<< /Left /Over >>"}), "") // 10 and 11 are free
		objects[10] = strings.Replace(objects[50], "51 0 R", "51 0 R", 1)
		objects[1] = strings.Replace(objects[1], "/DSS 50 0 R", "/DSS 10 1 R", 1)
		delete(objects, 50)
		expect(t, l.verify(handmade(t, base, objects, habit{gen: map[int]int{10: 1}})), schemas.SignatureValid, schemas.ReasonExtended)
	})
}

// TestRewrittenByTools: documents that tools for linearization and compression
// made, signed after.
func TestRewrittenByTools(t *testing.T) {
	l := sharedLab()
	names, err := filepath.Glob("testdata/layouts/*.pdf")
	if err != nil || len(names) < 3 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			base, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, streams := range []bool{false, true} {
				pdf := l.sign(t, base, l.person, signing.Options{Streams: streams, Box: &[4]float64{72, 100, 152, 180}})
				pdf = l.sign(t, pdf, l.agency[signing.SM2], signing.Options{Streams: !streams, Box: &[4]float64{172, 100, 252, 180}})
				expect(t, l.verify(pdf), schemas.SignatureValid, schemas.ReasonBetweenSigns)
				expect(t, l.verify(stamp(t, l, dss(t, l, pdf, streams), !streams)), schemas.SignatureValid, "")
			}
		})
	}
}

// TestTimeStampOfTaggedDocument: iText 7 hangs an element below the structure
// for the widget of a time-stamp as well. It may say nothing.
func TestTimeStampOfTaggedDocument(t *testing.T) {
	l := sharedLab()
	for words, status := range map[string]schemas.SignatureStatus{"": schemas.SignatureValid, "/Alt (Bsu)": schemas.SignatureModified, "/T (Bsu)": schemas.SignatureModified} {
		t.Run(words, func(t *testing.T) {
			u, err := signing.NewUpdate(l.sign(t, tagged(false), l.agency[signing.RSA], signing.Options{}), false)
			if err != nil {
				t.Fatal(err)
			}
			_, widget := widgetNumber(u)
			e := u.New()
			u.Set(e, fmt.Sprintf("<< /Type /StructElem /S /Form /P 301 0 R %s /K << /Type /OBJR /Obj %d 0 R /Pg %d 0 R >> >>", words, widget+1, page1))
			u.Set(301, fmt.Sprintf("<< /Type /StructElem /S /Document /P 300 0 R /K [302 0 R %d 0 R] >>", e))
			u.Set(303, fmt.Sprintf("<< /Nums [0 304 0 R 1 %d 0 R] >>", e))
			u.Set(300, "<< /Type /StructTreeRoot /K 301 0 R /ParentTree 303 0 R /ParentTreeNextKey 2 /RoleMap << /Heading /H1 >> >>")
			edit(u, page1, "Tabs", revision.Name("S"))
			out, err := signing.SignUpdate(u, l.tsa, signing.Options{Format: signing.Stamp, At: signedAt, FieldExtra: "/StructParent 1"})
			if err != nil {
				t.Fatal(err)
			}
			expect(t, l.verify(out), status, "")
		})
	}
}
