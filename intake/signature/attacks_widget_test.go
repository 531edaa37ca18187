package signature_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// overlay is an opaque appearance that says something milder.
func overlay(u *signing.Update) int {
	ap := u.New()
	u.SetStream(ap, "/Type /XObject /Subtype /Form /BBox [0 0 200 40] /Resources << /Font << /F1 3 0 R >> >> ", append([]byte("1 1 1 rg 0 0 200 40 re f "), milder...))
	return ap
}

// stampWithKid appends a document time-stamp whose field shows nothing by
// itself but has a widget below it with the given keys and the overlay, listed
// by page 2.
func stampWithKid(t *testing.T, l *lab, pdf []byte, streams bool, keys string) []byte {
	t.Helper()
	return stampWithAppearance(t, l, pdf, streams, keys, overlay)
}

func stampWithAppearance(t *testing.T, l *lab, pdf []byte, streams bool, keys string, appearance func(u *signing.Update) int) []byte {
	t.Helper()
	u, err := signing.NewUpdate(pdf, streams)
	if err != nil {
		t.Fatal(err)
	}
	ap := appearance(u)
	kid := u.New()
	field := kid + 2 // after the signature dictionary
	u.Set(kid, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /Parent %d 0 R /P 42 0 R /AP << /N %d 0 R >> %s >>", field, ap, keys))
	edit(u, 42, "Annots", revision.Array{ref(kid)})
	out, err := signing.SignUpdate(u, l.tsa, signing.Options{Format: signing.Stamp, Streams: streams, At: signedAt, Field: "stamp", OmitFromPage: true,
		FieldExtra: fmt.Sprintf("/Kids [%d 0 R]", kid)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTimeStampShowsNothing: a document time-stamp needs nobody's trust to
// follow the agency, so nothing of it may be seen, on a screen or on paper.
func TestTimeStampShowsNothing(t *testing.T) {
	l := sharedLab()
	pdf := l.signed(t, kind{signer: signing.RSA})
	for name, keys := range map[string]string{
		"widget below":           "/F 4 /Rect [60 740 260 780]",
		"printed, not viewed":    "/F 36 /Rect [60 740 260 780]",
		"shown on pointing":      "/F 288 /Rect [60 740 260 780]",
		"rectangle of five":      "/F 4 /Rect [60 740 260 780 0]",
		"rectangle with nothing": "/F 4 /Rect [60 740 260 null]",
		// PDFium takes the text of these off the page, though nothing is drawn.
		"not viewed":          "/F 32 /Rect [60 740 260 780]",
		"squeezed to nothing": "/F 4 /Rect [60 740 60 740]",
		"squeezed to a line":  "/F 4 /Rect [60 740 260 740]",
		"no rectangle":        "/F 4",
		// Hidden in 64 bits, and shown where 32 are read (PDFium, poppler).
		"flags of 33 bits": "/F 4294967298 /Rect [60 740 260 780]",
		"flags of 32 bits": "/F 2147483650 /Rect [60 740 260 780]",
		"negative flags":   "/F -4294967294 /Rect [60 740 260 780]",
	} {
		for _, streams := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				expect(t, l.verify(stampWithKid(t, l, pdf, streams, keys)), schemas.SignatureModified, schemas.ReasonChanged)
			})
		}
	}
	t.Run("hidden", func(t *testing.T) {
		expect(t, l.verify(stampWithKid(t, l, pdf, false, "/F 2 /Rect [60 740 260 780]")), schemas.SignatureValid, schemas.ReasonExtended)
	})
	form := func(resources, content string) func(u *signing.Update) int {
		return func(u *signing.Update) int {
			ap := u.New()
			u.SetStream(ap, "/Type /XObject /Subtype /Form /BBox [0 0 0 0] /Resources << "+resources+" >> ", []byte(content))
			return ap
		}
	}
	layers := func(inner string) func(u *signing.Update) int {
		return func(u *signing.Update) int {
			return form(fmt.Sprintf("/XObject << /n0 %d 0 R >>", form("", inner)(u)), "q 1 0 0 1 0 0 cm /n0 Do Q")(u)
		}
	}
	for _, c := range []struct {
		name       string
		appearance func(u *signing.Update) int
		status     schemas.SignatureStatus
	}{
		{"empty", form("", ""), schemas.SignatureValid},
		{"a comment", form("", "% DSBlank\n"), schemas.SignatureValid},
		{"layers with nothing", layers("% DSBlank\n"), schemas.SignatureValid},
		{"layers with text", layers("BT /F1 12 Tf (Bsu) Tj ET"), schemas.SignatureModified},
		{"text behind a comment", form("", "% DSBlank\rBT /F1 12 Tf (Bsu) Tj ET"), schemas.SignatureModified},
	} {
		t.Run("no extent, "+c.name, func(t *testing.T) {
			expect(t, l.verify(stampWithAppearance(t, l, pdf, false, "/F 4 /Rect [0 0 0 0]", c.appearance)), c.status, "")
		})
	}
}

// TestWidgetOnSeveralPages: a seal on every page may be one widget that all of
// them list; its share is measured where it is shown, not where it says.
func TestWidgetOnSeveralPages(t *testing.T) {
	l := sharedLab()
	for _, c := range []struct {
		name   string
		side   int64 // of page 3
		status schemas.SignatureStatus
	}{{"pages alike", 842, schemas.SignatureValid}, {"a small page is covered", 200, schemas.SignatureModified}} {
		t.Run(c.name, func(t *testing.T) {
			base := update(t, report(false), false, func(u *signing.Update) {
				edit(u, 44, "MediaBox", revision.Array{int64(0), int64(0), c.side, c.side})
			})
			u, err := signing.NewUpdate(l.sign(t, base, l.person, signing.Options{}), false)
			if err != nil {
				t.Fatal(err)
			}
			widget := u.New() + 2 // after the signature dictionary
			edit(u, 42, "Annots", revision.Array{ref(widget)})
			edit(u, 44, "Annots", revision.Array{ref(widget)})
			out, err := signing.SignUpdate(u, l.agency[signing.RSA], signing.Options{At: signedAt, Box: &[4]float64{60, 60, 200, 200}})
			if err != nil {
				t.Fatal(err)
			}
			expect(t, l.verify(out), c.status, "")
		})
	}
}

// TestRectangleBeyondReaders: a corner beyond 32 bits lies elsewhere for readers
// that have no more (PDFium takes it for zero), so that a narrow widget covers
// their page.
func TestRectangleBeyondReaders(t *testing.T) {
	l := sharedLab()
	for box, status := range map[string]schemas.SignatureStatus{
		"60 100 200 240":                schemas.SignatureValid,
		"4294967290 740 4294967300 780": schemas.SignatureModified,
		"-2147483650 100 -2147483640 1": schemas.SignatureModified,
	} {
		t.Run(box, func(t *testing.T) {
			u, err := signing.NewUpdate(l.sign(t, report(false), l.person, signing.Options{}), false)
			if err != nil {
				t.Fatal(err)
			}
			ap, kid := overlay(u), u.New()
			u.Set(kid, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /Parent %d 0 R /P 42 0 R /F 4 /Rect [%s] /AP << /N %d 0 R >> >>", kid+2, box, ap))
			edit(u, 42, "Annots", revision.Array{ref(kid)})
			out, err := signing.SignUpdate(u, l.agency[signing.RSA], signing.Options{At: signedAt, OmitFromPage: true, FieldExtra: fmt.Sprintf("/Kids [%d 0 R]", kid)})
			if err != nil {
				t.Fatal(err)
			}
			expect(t, l.verify(out), status, "")
		})
	}
}

// TestSplitFieldIsSigned: a prepared field may have its widgets below it; they
// get their appearance when it is signed.
func TestSplitFieldIsSigned(t *testing.T) {
	l := sharedLab()
	base := update(t, report(false), false, func(u *signing.Update) {
		kid := u.New()
		u.Set(kid, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /Parent %d 0 R /F 4 /Rect [60 100 160 200] /P 42 0 R >>", emptySig))
		u.Set(emptySig, fmt.Sprintf("<< /FT /Sig /T (reviewer) /Kids [%d 0 R] >>", kid))
		edit(u, 42, "Annots", revision.Array{ref(kid)})
		edit(u, page1, "Annots", revision.Array{ref(textField)})
	})
	by := func(change func(kid *revision.Dict, ap int)) []byte {
		u, err := signing.NewUpdate(l.sign(t, base, l.person, signing.Options{}), false)
		if err != nil {
			t.Fatal(err)
		}
		kids, _ := u.Dict(emptySig).Get("Kids").(revision.Array)
		num := kids[0].(revision.Ref).Num
		kid := u.Dict(num)
		change(kid, overlay(u))
		u.SetObject(num, kid)
		out, err := signing.SignUpdate(u, l.agency[signing.RSA], signing.Options{At: signedAt, Field: "reviewer"})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	appearance := func(kid *revision.Dict, ap int) {
		signing.Put(kid, "AP", &revision.Dict{Entries: []revision.Entry{{Key: "N", Value: ref(ap)}}})
	}
	expect(t, l.verify(by(appearance)), schemas.SignatureValid, schemas.ReasonBetweenSigns)
	expect(t, l.verify(by(func(kid *revision.Dict, ap int) {
		appearance(kid, ap)
		signing.Put(kid, "Rect", revision.Array{int64(0), int64(0), int64(595), int64(842)})
	})), schemas.SignatureModified, schemas.ReasonChanged)
}

// TestDefaultFontsOfLivingForm: where a reader draws the fields itself, the
// form's fonts are content.
func TestDefaultFontsOfLivingForm(t *testing.T) {
	l := sharedLab()
	font := &revision.Dict{Entries: []revision.Entry{{Key: "Font", Value: &revision.Dict{Entries: []revision.Entry{
		{Key: "F9", Value: &revision.Dict{Entries: []revision.Entry{{Key: "Type", Value: revision.Name("Font")}, {Key: "Subtype", Value: revision.Name("Type1")}, {Key: "BaseFont", Value: revision.Name("Symbol")}}}}}}}}}
	for _, c := range []struct {
		name   string
		living bool
		status schemas.SignatureStatus
	}{{"drawn by the reader", true, schemas.SignatureModified}, {"drawn already", false, schemas.SignatureValid}} {
		t.Run(c.name, func(t *testing.T) {
			base := update(t, report(false), false, func(u *signing.Update) {
				edit(u, textField, "V", revision.String("Dsu"))
				edit(u, textField, "DA", revision.String("/F9 12 Tf"))
				if c.living {
					formKey(u, "NeedAppearances", true)
					return
				}
				ap := overlay(u)
				d := u.Dict(textField)
				signing.Put(d, "V", revision.String("Dsu"))
				signing.Put(d, "DA", revision.String("/F9 12 Tf"))
				signing.Put(d, "AP", &revision.Dict{Entries: []revision.Entry{{Key: "N", Value: ref(ap)}}})
				u.SetObject(textField, d)
			})
			pdf := l.sign(t, base, l.agency[signing.RSA], signing.Options{})
			pdf = update(t, pdf, false, func(u *signing.Update) {
				u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
				formKey(u, "DR", font)
			})
			expect(t, l.verify(pdf), c.status, "")
		})
	}
}

// TestFieldListedTwice: a fault of the signed revision is no change by what
// follows.
func TestFieldListedTwice(t *testing.T) {
	l := sharedLab()
	base := update(t, report(false), false, func(u *signing.Update) {
		f, _ := u.File().Dict(u.Root.Get("AcroForm")).Get("Fields").(revision.Array)
		formKey(u, "Fields", append(append(revision.Array{}, f...), ref(textField)))
	})
	pdf := l.sign(t, l.sign(t, base, l.person, signing.Options{}), l.agency[signing.RSA], signing.Options{})
	expect(t, l.verify(dss(t, l, pdf, false)), schemas.SignatureValid, schemas.ReasonBetweenSigns)
	again := update(t, pdf, false, func(u *signing.Update) {
		u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
		f, _ := u.File().Dict(u.Root.Get("AcroForm")).Get("Fields").(revision.Array)
		formKey(u, "Fields", append(append(revision.Array{}, f...), ref(emptySig)))
	})
	expect(t, l.verify(again), schemas.SignatureModified, schemas.ReasonChanged)
}

// packedUpdate appends an object stream with the given head and body beside a
// DSS, listing only listed (number and index) as living in it.
func packedUpdate(t *testing.T, pdf []byte, first int, data string, n int, listed [][2]int) []byte {
	t.Helper()
	return packedWith(t, pdf, "", first, data, n, listed)
}

// packedWith gives the object stream further keys.
func packedWith(t *testing.T, pdf []byte, keys string, first int, data string, n int, listed [][2]int) []byte {
	t.Helper()
	f, err := revision.NewDocument(pdf).Open(len(pdf))
	if err != nil {
		t.Fatal(err)
	}
	nums := f.Numbers()
	container := nums[len(nums)-1] + 1
	xref := container + 1
	var b bytes.Buffer
	b.Write(pdf)
	b.WriteByte('\n')
	at := b.Len()
	fmt.Fprintf(&b, "%d 0 obj\n<< /Type /ObjStm %s/N %d /First %d /Length %d >>\nstream\n%s\nendstream\nendobj\n", container, keys, n, first, len(data), data)
	xrefAt := b.Len()
	var rows, index strings.Builder
	put := func(num, kind, a, c int) {
		fmt.Fprintf(&index, "%d 1 ", num)
		rows.Write([]byte{byte(kind), byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a), byte(c)})
	}
	for _, x := range listed {
		put(x[0], 2, container, x[1])
	}
	put(container, 1, at, 0)
	put(xref, 1, xrefAt, 0)
	fmt.Fprintf(&b, "%d 0 obj\n<< /Type /XRef /W [1 4 1] /Index [%s] /Size %d /Root 1 0 R /Prev %s /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n",
		xref, strings.TrimSpace(index.String()), xref+1, lastStartXRef(pdf), rows.Len(), rows.String(), xrefAt)
	return b.Bytes()
}

// TestObjectStreamSaysOneThing: readers that look objects of a stream up by
// number and those that look them up by place must find the same.
func TestObjectStreamSaysOneThing(t *testing.T) {
	l := sharedLab()
	pdf := l.signed(t, kind{signer: signing.RSA})
	catalog := func(t *testing.T) string {
		u, err := signing.NewUpdate(pdf, false)
		if err != nil {
			t.Fatal(err)
		}
		signing.Put(u.Root, "Extensions", &revision.Dict{})
		return string(signing.Append(nil, u.Root))
	}
	page := "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 41 0 R >>"
	t.Run("as it should be", func(t *testing.T) {
		root := catalog(t)
		expect(t, l.verify(packedUpdate(t, pdf, 4, "1 0 "+root, 1, [][2]int{{1, 0}})), schemas.SignatureValid, schemas.ReasonExtended)
	})
	t.Run("number twice", func(t *testing.T) {
		root := catalog(t)
		evil := strings.Replace(root, "/Pages 2 0 R", "/Pages 9 0 R", 1)
		head := fmt.Sprintf("1 0 1 %d ", len(root)+1)
		expect(t, l.verify(packedUpdate(t, pdf, len(head), head+root+" "+evil, 2, [][2]int{{1, 0}})), schemas.SignatureModified, "")
	})
	t.Run("unlisted", func(t *testing.T) {
		root := catalog(t)
		head := fmt.Sprintf("1 0 42 %d ", len(root)+1)
		expect(t, l.verify(packedUpdate(t, pdf, len(head), head+root+" "+page, 2, [][2]int{{1, 0}})), schemas.SignatureModified, schemas.ReasonUpdate)
	})
}

// TestStrayCrossReferenceStream: a second one in an update is for readers that
// repair files.
func TestStrayCrossReferenceStream(t *testing.T) {
	l := sharedLab()
	pdf := update(t, l.signed(t, kind{signer: signing.RSA}), false, func(u *signing.Update) {
		u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
		u.SetStream(u.New(), "/Type /XRef /W [1 4 1] /Index [] /Size 9 /Root 9 0 R ", nil)
	})
	expect(t, l.verify(pdf), schemas.SignatureModified, schemas.ReasonUpdate)
}
