package signature_test

import (
	"fmt"
	"strings"
	"testing"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// tagged is a report with a logical structure, as Word and iText export it.
func tagged(streams bool) []byte {
	u, err := signing.NewUpdate(report(streams), streams)
	if err != nil {
		panic(err)
	}
	u.Set(300, "<< /Type /StructTreeRoot /K 301 0 R /ParentTree 303 0 R /ParentTreeNextKey 1 /RoleMap << /Heading /H1 >> >>")
	u.Set(301, "<< /Type /StructElem /S /Document /P 300 0 R /K [302 0 R] >>")
	u.Set(302, fmt.Sprintf("<< /Type /StructElem /S /P /P 301 0 R /Pg %d 0 R /K 0 >>", page1))
	u.Set(303, "<< /Nums [0 304 0 R] >>")
	u.Set(304, "[302 0 R]")
	u.SetRoot("StructTreeRoot", revision.Ref{Num: 300})
	u.SetRoot("MarkInfo", &revision.Dict{Entries: []revision.Entry{{Key: "Marked", Value: true}}})
	page := u.Dict(page1)
	signing.Put(page, "StructParents", int64(0))
	u.SetObject(page1, page)
	for n := 305; n < 400; n++ {
		u.New()
	}
	return u.Bytes("")
}

// widgetNumber is where SignUpdate will place the next field: after the
// signature dictionary.
func widgetNumber(u *signing.Update) (sig, widget int) {
	sig = u.New() + 1
	return sig, sig + 1
}

const helvetica = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"

func raw(s string) revision.Object {
	o, err := revision.ParseObject([]byte(s))
	if err != nil {
		panic(err)
	}
	return o
}

// producers are what widespread products write between one signer and the
// next, beside the signature itself.
func producers() map[string]producer {
	box := &[4]float64{300, 100, 420, 220}
	return map[string]producer{
		"iText 5: information, default resources": {opts: signing.Options{Box: box}, change: func(u *signing.Update) {
			edit(u, infoObj, "ModDate", revision.String("D:20260602000000+08'00'"))
			edit(u, infoObj, "Producer", revision.String("x; modified using iText 5.5.13"))
			n := u.New()
			u.Set(n, helvetica)
			form := u.File().Dict(u.Root.Get("AcroForm"))
			d := &revision.Dict{Entries: append([]revision.Entry{}, form.Entries...)}
			signing.Put(d, "DR", raw(fmt.Sprintf("<< /Font << /Helv %d 0 R >> >>", n)))
			signing.Put(d, "DA", revision.String("/Helv 0 Tf 0 g "))
			u.SetRoot("AcroForm", d)
		}},
		"iText 7 tagged: element, parent tree in place": {tagged: true, opts: signing.Options{Box: box, FieldExtra: "/StructParent 1"}, change: func(u *signing.Update) {
			_, widget := widgetNumber(u)
			e := u.New()
			// SignUpdate takes the next numbers after this one.
			u.Set(e, fmt.Sprintf("<< /Type /StructElem /S /Form /P 301 0 R /K << /Type /OBJR /Obj %d 0 R /Pg %d 0 R >> >>", widget+1, page1))
			u.Set(301, fmt.Sprintf("<< /Type /StructElem /S /Document /P 300 0 R /K [302 0 R %d 0 R] >>", e))
			u.Set(303, fmt.Sprintf("<< /Nums [0 304 0 R 1 %d 0 R] >>", e))
			u.Set(300, "<< /Type /StructTreeRoot /K 301 0 R /ParentTree 303 0 R /ParentTreeNextKey 2 /RoleMap << /Heading /H1 >> >>")
			edit(u, page1, "Tabs", revision.Name("S"))
		}},
		"iText 7 tagged: parent tree anew, kids as array": {tagged: true, streams: true, opts: signing.Options{Box: box, FieldExtra: "/StructParent 1", Streams: true}, change: func(u *signing.Update) {
			_, widget := widgetNumber(u)
			tree, leaf, parents, e := u.New(), u.New(), u.New(), u.New()
			u.Set(e, fmt.Sprintf("<< /Type /StructElem /S /Form /P 301 0 R /Pg %d 0 R /K [<< /Type /OBJR /Obj %d 0 R >>] >>", page1, widget+4))
			u.Set(301, fmt.Sprintf("<< /Type /StructElem /S /Document /P 300 0 R /K [302 0 R %d 0 R] >>", e))
			u.Set(tree, fmt.Sprintf("<< /Kids [%d 0 R] >>", leaf))
			u.Set(leaf, fmt.Sprintf("<< /Limits [0 1] /Nums [0 %d 0 R 1 %d 0 R] >>", parents, e))
			u.Set(parents, "[302 0 R]")
			u.Set(300, fmt.Sprintf("<< /Type /StructTreeRoot /K [301 0 R] /ParentTree %d 0 R /ParentTreeNextKey 2 /RoleMap << /Heading /H1 >> >>", tree))
		}},
		"Acrobat: metadata, extensions, form as object": {opts: signing.Options{Box: box, Streams: true, DictExtra: "/Prop_Build << /Filter << /Name /Adobe.PPKLite /R 131104 >> /App << /Name /Exchange-Pro /OS [/Win] >> >>", FieldExtra: "/MK << /BC [1 0 0] >> /BS << /W 0 >>"}, streams: true, change: func(u *signing.Update) {
			edit(u, infoObj, "ModDate", revision.String("D:20260602000000Z"))
			m := u.New()
			u.SetStream(m, "/Type /Metadata /Subtype /XML ", []byte("<?xpacket?>"))
			u.SetRoot("Metadata", revision.Ref{Num: m})
			u.SetRoot("Extensions", raw("<< /ADBE << /BaseVersion /1.7 /ExtensionLevel 8 >> >>"))
			u.SetRoot("Version", revision.Name("1.7"))
			n := u.New()
			u.SetObject(n, u.File().Dict(u.Root.Get("AcroForm")))
			u.SetRoot("AcroForm", revision.Ref{Num: n})
		}},
		"annotations become an object": {opts: signing.Options{Box: box}, change: func(u *signing.Update) {
			n := u.New()
			u.SetObject(n, u.Dict(page1).Get("Annots"))
			edit(u, page1, "Annots", revision.Ref{Num: n})
		}},
		"annotations as an object from the start": {before: func(u *signing.Update) {
			n := u.New()
			u.SetObject(n, u.Dict(page1).Get("Annots"))
			edit(u, page1, "Annots", revision.Ref{Num: n})
		}, opts: signing.Options{Box: box}},
		"certifies with the last signature":        {opts: signing.Options{Certify: 1}},
		"certifies, forms allowed, visible":        {opts: signing.Options{Certify: 2, Box: box}},
		"PDFBox: invisible, flags 0, no rectangle": {opts: signing.Options{OmitFromPage: true}},
		"form written anew, unchanged":             {opts: signing.Options{Box: box}, change: func(u *signing.Update) { u.SetRoot("AcroForm", u.File().Dict(u.Root.Get("AcroForm"))) }},
		"objects written again as they were": {opts: signing.Options{Box: box, Streams: true}, change: func(u *signing.Update) {
			for _, n := range []int{3, 4, 5, page1} {
				u.SetObject(n, u.Dict(n))
			}
		}},
		"information anew": {opts: signing.Options{}, change: func(u *signing.Update) {
			n := u.New()
			d := u.Dict(infoObj)
			signing.Put(d, "ModDate", revision.String("D:20260602000000Z"))
			u.SetObject(n, d)
		}},
		"validation data with the signature": {opts: signing.Options{Box: box}, change: func(u *signing.Update) {
			u.AddDSS([][]byte{sharedLab().root.Certificate}, nil, nil)
		}},
		"骑缝章: one field, a widget on every page": {opts: signing.Options{OmitFromPage: true}, change: func(u *signing.Update) {
			// The field of the signature is made of its kids: SignUpdate fills
			// it when it stands in the form already.
			field := u.New()
			kids := ""
			for _, page := range u.PageNumbers() {
				seal, widget := u.New(), u.New()
				u.SetStream(seal, "/Type /XObject /Subtype /Form /BBox [0 0 30 120] /Resources << >> ", []byte("1 0 0 RG 1 1 28 118 re S"))
				u.Set(widget, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /Parent %d 0 R /F 132 /Rect [565 300 595 420] /P %d 0 R /AP << /N %d 0 R >> >>", field, page, seal))
				kids += fmt.Sprintf("%d 0 R ", widget)
				d := u.Dict(page)
				a, _ := d.Get("Annots").(revision.Array)
				signing.Put(d, "Annots", append(append(revision.Array{}, a...), revision.Ref{Num: widget}))
				u.SetObject(page, d)
			}
			u.Set(field, fmt.Sprintf("<< /FT /Sig /T (qifeng) /Kids [%s] >>", kids))
			form, _ := u.Root.Get("AcroForm").(*revision.Dict)
			list, _ := form.Get("Fields").(revision.Array)
			d := &revision.Dict{Entries: append([]revision.Entry{}, form.Entries...)}
			signing.Put(d, "Fields", append(append(revision.Array{}, list...), revision.Ref{Num: field}))
			u.SetRoot("AcroForm", d)
		}, field: "qifeng"},
		"seal with a maker's own keys": {opts: signing.Options{Box: box, FieldExtra: "/SealID (0012) /KGSealType 2 /GMVersion /V4"}},
		"prepared field with a maker's own keys": {opts: signing.Options{Field: "reviewer"}, change: func(u *signing.Update) {
			edit(u, emptySig, "SealID", revision.String("0012"))
		}},
		"prepared field, seal":                            {opts: signing.Options{Field: "reviewer"}},
		"PDFBox: its seal is FRM in the form's resources": {before: sealFRM(60), opts: signing.Options{Box: box}, change: sealFRM(0)},
		"PDFBox: prepared field shrinks to nothing": {opts: signing.Options{Field: "reviewer"}, change: func(u *signing.Update) {
			edit(u, emptySig, "Rect", raw("[0.0 0.0 0.0 0.0]"))
		}},
		"poppler: a state is named, drafts of the appearance stay": {opts: signing.Options{Box: box, FieldExtra: "/AS /N"}, change: func(u *signing.Update) {
			u.SetStream(u.New(), "/Subtype /Form /BBox [0 0 0 0] /Resources << >> ", nil)
		}},
		"PDFBox after iText: a lower version": {before: func(u *signing.Update) { u.SetRoot("Version", revision.Name("1.5")) }, opts: signing.Options{Box: box}, change: func(u *signing.Update) {
			u.SetRoot("Version", revision.Name("1.4"))
		}},
		"pdfsign: the catalog is a new object each time": {opts: signing.Options{Box: box}, change: func(u *signing.Update) { u.MoveRoot() }},
	}
}

// sealFRM enters a seal as FRM into the default resources of the form, as a new
// object or the one of that number.
func sealFRM(num int) func(*signing.Update) {
	return func(u *signing.Update) {
		n := num
		if n == 0 {
			n = u.New()
		}
		u.SetStream(n, "/Type /XObject /Subtype /Form /BBox [0 0 40 20] /Resources << >> ", []byte("1 0 0 RG 0 0 40 20 re S"))
		form := u.File().Dict(u.Root.Get("AcroForm"))
		d := &revision.Dict{Entries: append([]revision.Entry{}, form.Entries...)}
		signing.Put(d, "DR", raw(fmt.Sprintf("<< /XObject << /FRM %d 0 R >> /ProcSet [/PDF] >>", n)))
		u.SetRoot("AcroForm", d)
	}
}

type producer struct {
	tagged, streams bool
	before, change  func(*signing.Update)
	opts            signing.Options
	field           string // to fill, which change made
}

func (p producer) build(t *testing.T, l *lab, first, second signing.Signer) []byte {
	t.Helper()
	pdf := report(p.streams)
	if p.tagged {
		pdf = tagged(p.streams)
	}
	if p.before != nil {
		u, err := signing.NewUpdate(pdf, p.streams)
		if err != nil {
			t.Fatal(err)
		}
		p.before(u)
		pdf = u.Bytes("")
	}
	u, err := signing.NewUpdate(l.sign(t, pdf, first, signing.Options{Streams: p.streams, Box: &[4]float64{72, 100, 152, 180}}), p.opts.Streams)
	if err != nil {
		t.Fatal(err)
	}
	if p.change != nil {
		p.change(u)
	}
	o := p.opts
	o.At = signedAt
	if p.field != "" {
		o.Field = p.field
	}
	out, err := signing.SignUpdate(u, second, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestProducersBetweenSigners: what products write with a signature leaves the
// signature before it sound, whatever the algorithms.
func TestProducersBetweenSigners(t *testing.T) {
	l := sharedLab()
	for name, p := range producers() {
		t.Run(name, func(t *testing.T) {
			expect(t, l.verify(p.build(t, l, l.person, l.agency[signing.RSA])), schemas.SignatureValid, schemas.ReasonBetweenSigns)
			expect(t, l.verify(p.build(t, l, l.smPerson, l.agency[signing.SM2])), schemas.SignatureValid, schemas.ReasonBetweenSigns)
		})
	}
}

// TestStructureIsNoDisguise: what joins the logical structure may do no more
// than name a new widget.
func TestStructureIsNoDisguise(t *testing.T) {
	l := sharedLab()
	genuine := producers()["iText 7 tagged: element, parent tree in place"]
	for name, twist := range map[string]func(u *signing.Update){
		"replacement text in an old element": func(u *signing.Update) { edit(u, 302, "ActualText", revision.String("Bsu")) },
		"old element leads elsewhere":        func(u *signing.Update) { edit(u, 302, "K", int64(1)) },
		"old element gone":                   func(u *signing.Update) { edit(u, 301, "K", revision.Array{}) },
		"page entry of the parent tree":      func(u *signing.Update) { u.Set(304, "[301 0 R]") },
		"role map":                           func(u *signing.Update) { edit(u, 300, "RoleMap", raw("<< /P /Artifact >>")) },
		"new element with replacement text": func(u *signing.Update) {
			n := u.New()
			u.Set(n, fmt.Sprintf("<< /Type /StructElem /S /P /P 301 0 R /Pg %d 0 R /ActualText (x) >>", page1))
			u.Set(301, fmt.Sprintf("<< /Type /StructElem /S /Document /P 300 0 R /K [302 0 R %d 0 R] >>", n))
		},
		"new element claims content": func(u *signing.Update) {
			n := u.New()
			u.Set(n, fmt.Sprintf("<< /Type /StructElem /S /P /P 301 0 R /Pg %d 0 R /K 0 >>", page1))
			u.Set(301, fmt.Sprintf("<< /Type /StructElem /S /Document /P 300 0 R /K [302 0 R %d 0 R] >>", n))
		},
		"element that a page uses": func(u *signing.Update) {
			n := u.New()
			u.Set(n, "<< /Type /StructElem /S /Form /P 301 0 R >>")
			u.Set(301, fmt.Sprintf("<< /Type /StructElem /S /Document /P 300 0 R /K [302 0 R %d 0 R] >>", n))
			edit(u, page1, "Resources", raw(fmt.Sprintf("<< /Font << /F1 3 0 R >> /Properties << /x %d 0 R >> >>", n)))
		},
		"root of another structure": func(u *signing.Update) {
			n := u.New()
			u.Set(n, "<< /Type /StructTreeRoot >>")
			u.SetRoot("StructTreeRoot", revision.Ref{Num: n})
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := genuine
			p.change = twist
			p.opts.FieldExtra = ""
			expect(t, l.verify(p.build(t, l, l.person, l.agency[signing.RSA])), schemas.SignatureModified, schemas.ReasonChanged)
		})
		t.Run(name+" after the agency", func(t *testing.T) {
			u, err := signing.NewUpdate(l.sign(t, tagged(false), l.agency[signing.RSA], signing.Options{}), false)
			if err != nil {
				t.Fatal(err)
			}
			twist(u)
			if r := l.verify(u.Bytes("")); r.Signature.Status != schemas.SignatureModified {
				t.Error(r.Signature.Status, strings.TrimSpace(fmt.Sprint(r.Reasons)))
			}
		})
	}
}

// TestOldElementIsNoAppearance: an element that stood before is not accounted
// for by hanging below a new signature's appearance.
func TestOldElementIsNoAppearance(t *testing.T) {
	l := sharedLab()
	u, err := signing.NewUpdate(l.sign(t, tagged(false), l.person, signing.Options{}), false)
	if err != nil {
		t.Fatal(err)
	}
	seal, e := u.New(), u.New()
	edit(u, 302, "ActualText", revision.String("Bsu"))
	u.SetStream(seal, "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << >> /PieceInfo 302 0 R ", []byte("q Q"))
	u.Set(e, "<< /Type /StructElem /S /Form /P 301 0 R >>")
	u.Set(301, fmt.Sprintf("<< /Type /StructElem /S /Document /P 300 0 R /K [302 0 R %d 0 R] >>", e))
	out, err := signing.SignUpdate(u, l.agency[signing.RSA], signing.Options{At: signedAt, FieldExtra: fmt.Sprintf("/AP << /N %d 0 R >>", seal)})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, l.verify(out), schemas.SignatureModified, schemas.ReasonChanged)
}

// TestLengthOfValidationData: the length of a stream may be an object of its
// own, as long as it is a new one.
func TestLengthOfValidationData(t *testing.T) {
	l := sharedLab()
	pdf := l.signed(t, kind{signer: signing.RSA})
	by := func(fresh bool) []byte {
		return update(t, pdf, false, func(u *signing.Update) {
			length, s, d := u.New(), u.New(), u.New()
			if !fresh {
				length = infoObj
			}
			u.Set(length, fmt.Sprint(len(l.root.Certificate)))
			u.Set(s, fmt.Sprintf("<< /Length %d 0 R >>\nstream\n%s\nendstream", length, l.root.Certificate))
			u.Set(d, fmt.Sprintf("<< /Certs [%d 0 R] >>", s))
			u.SetRoot("DSS", ref(d))
		})
	}
	expect(t, l.verify(by(true)), schemas.SignatureValid, schemas.ReasonExtended)
	expect(t, l.verify(by(false)), schemas.SignatureModified, schemas.ReasonChanged)
}

// TestOwnKeysAreNoDisguise: a maker's own key leads nowhere, and is none that
// the standard knows.
func TestOwnKeysAreNoDisguise(t *testing.T) {
	l := sharedLab()
	for _, keys := range []string{"/SealID 42 0 R", "/SealID [42 0 R]", "/SealID << /X 1 >>", "/AA (x)", "/A (x)", "/OC /X", "/RichMediaContent (x)", "/DV (x)", "/RV (x)"} {
		t.Run(keys, func(t *testing.T) {
			pdf := l.sign(t, report(false), l.person, signing.Options{})
			out := l.sign(t, pdf, l.agency[signing.RSA], signing.Options{FieldExtra: keys})
			expect(t, l.verify(out), schemas.SignatureModified, schemas.ReasonChanged)
		})
	}
}

// TestFreedObject: an object that nothing leads to any more may be freed with a
// signature, and nothing that is led to.
func TestFreedObject(t *testing.T) {
	l := sharedLab()
	base := update(t, report(false), false, func(u *signing.Update) { u.Set(60, "<< /Left /Over >>"); reserve(u, 62) })
	for num, status := range map[int]schemas.SignatureStatus{60: schemas.SignatureValid, content2: schemas.SignatureModified} {
		pdf := l.sign(t, base, l.person, signing.Options{})
		at := len(pdf) + 1
		pdf = append_(pdf, fmt.Sprintf("\nxref\n%d 1\n0000000000 00001 f \ntrailer\n<< /Size 90 /Root 1 0 R /Info 6 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n", num, lastStartXRef(pdf), at))
		expect(t, l.verify(l.sign(t, pdf, l.agency[signing.RSA], signing.Options{})), status, "")
	}
}
