package signature_test

import (
	"fmt"
	"strings"
	"testing"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// strayWidget puts a text field on page 1 that the form does not list: readers
// that look at pages draw it all the same.
func strayWidget(u *signing.Update, keys string) {
	n := u.New()
	u.Set(n, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (stray) /F 4 /Rect [60 740 460 780] /P 40 0 R /V (Dsu) "+keys+" >>")
	a, _ := u.Dict(page1).Get("Annots").(revision.Array)
	edit(u, page1, "Annots", append(append(revision.Array{}, a...), ref(n)))
}

// withForm appends a DSS and changes the form's own keys.
func withForm(change func(u *signing.Update)) func(t *testing.T, l *lab, pdf []byte) []byte {
	return func(t *testing.T, l *lab, pdf []byte) []byte {
		return update(t, pdf, false, func(u *signing.Update) {
			u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
			change(u)
		})
	}
}

func addFont(u *signing.Update) {
	n := u.New()
	u.Set(n, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>")
	formKey(u, "DR", raw(fmt.Sprintf("<< /Font << /F9 %d 0 R >> >>", n)))
}

// prepared documents wait for what follows the agency's signature to change
// what readers draw.
var prepared = map[string]struct {
	before func(u *signing.Update)
	after  func(t *testing.T, l *lab, pdf []byte) []byte
}{
	"font for a widget that the form does not list": {
		before: func(u *signing.Update) { strayWidget(u, "/DA (/F9 12 Tf)") },
		after:  withForm(addFont),
	},
	"widget that the form does not list is drawn anew no longer": {
		before: func(u *signing.Update) {
			strayWidget(u, fmt.Sprintf("/DA (/F1 12 Tf) /AP << /N %d 0 R >>", overlay(u)))
			formKey(u, "NeedAppearances", true)
		},
		after: withForm(func(u *signing.Update) { formKey(u, "NeedAppearances", false) }),
	},
	"default appearance for a field that had none": {
		before: func(u *signing.Update) { edit(u, textField, "V", revision.String("Bsu")) },
		after:  withForm(func(u *signing.Update) { formKey(u, "DA", revision.String("/F1 12 Tf 0 g")) }),
	},
	"font for a list of choices, none of them chosen": {
		before: func(u *signing.Update) {
			d := u.Dict(textField)
			signing.Put(d, "FT", revision.Name("Ch"))
			signing.Put(d, "Opt", raw("[(Dsu) (Csu)]"))
			signing.Put(d, "DA", revision.String("/F9 12 Tf"))
			u.SetObject(textField, d)
		},
		after: withForm(addFont),
	},
	"font for the caption of a button": {
		before: func(u *signing.Update) {
			d := u.Dict(textField)
			signing.Put(d, "FT", revision.Name("Btn"))
			signing.Put(d, "Ff", int64(1<<16))
			signing.Put(d, "MK", raw("<< /CA (Dsu) >>"))
			signing.Put(d, "DA", revision.String("/F9 12 Tf"))
			u.SetObject(textField, d)
		},
		after: withForm(addFont),
	},
	// Readers take a field with named fields below it for no field of its own, so
	// that what was filled into it is gone.
	"time-stamp below a field that was filled": {
		before: living,
		after:  func(t *testing.T, l *lab, pdf []byte) []byte { return stampBelow(t, l, pdf, textField) },
	},
	"time-stamp beside the widgets of a field": {
		before: func(u *signing.Update) {
			ap, kid := overlay(u), u.New()
			u.Set(kid, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /Parent %d 0 R /F 4 /Rect [60 740 260 780] /P 40 0 R /AP << /N %d 0 R >> >>", textField, ap))
			u.Set(textField, fmt.Sprintf("<< /FT /Tx /T (remark) /V (Dsu) /Kids [%d 0 R] >>", kid))
			edit(u, page1, "Annots", revision.Array{ref(kid)})
		},
		after: func(t *testing.T, l *lab, pdf []byte) []byte { return stampBelow(t, l, pdf, textField) },
	},
	"default appearance for a widget that the form does not list": {
		before: func(u *signing.Update) { strayWidget(u, "") },
		after:  withForm(func(u *signing.Update) { formKey(u, "DA", revision.String("/F1 12 Tf 0 g")) }),
	},
}

// stampBelow appends an invisible document time-stamp whose field is a kid of
// another one.
func stampBelow(t *testing.T, l *lab, pdf []byte, above int) []byte {
	t.Helper()
	f, err := revision.NewDocument(pdf).Open(len(pdf))
	if err != nil {
		t.Fatal(err)
	}
	d := &revision.Dict{Entries: append([]revision.Entry{}, f.Dict(ref(above)).Entries...)}
	kids, _ := d.Get("Kids").(revision.Array)
	const sig, field = 200, 201
	signing.Put(d, "Kids", append(append(revision.Array{}, kids...), ref(field)))
	out := handmade(t, pdf, map[int]string{
		above: string(signing.Append(nil, d)),
		sig:   "<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 " + signing.Range() + " " + signing.Value(12000) + " >>",
		field: fmt.Sprintf("<< /FT /Sig /T (stamp) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /Parent %d 0 R /V %d 0 R >>", above, sig),
	}, habit{})
	return fillWhole(t, out, l.tsa, signing.Options{Format: signing.Stamp, At: signedAt})
}

// TestPreparedDocuments: as TestShadows, for forms.
func TestPreparedDocuments(t *testing.T) {
	l := sharedLab()
	for name, s := range prepared {
		for _, a := range []signing.Algorithm{signing.RSA, signing.SM2} {
			t.Run(name+"/"+string(a), func(t *testing.T) {
				signed := l.sign(t, update(t, report(false), false, s.before), l.agency[a], signing.Options{})
				expect(t, l.verify(signed), schemas.SignatureValid, "")
				expect(t, l.verify(s.after(t, l, signed)), schemas.SignatureModified, "")
			})
		}
	}
}

// TestFieldJoinsAGroup: below a field that only groups others a new one may
// stand.
func TestFieldJoinsAGroup(t *testing.T) {
	l := sharedLab()
	base := update(t, report(false), false, func(u *signing.Update) {
		group := u.New()
		edit(u, textField, "Parent", ref(group))
		u.Set(group, fmt.Sprintf("<< /T (group) /Kids [%d 0 R] >>", textField))
		formKey(u, "Fields", revision.Array{ref(group), ref(emptySig)})
	})
	signed := l.sign(t, base, l.agency[signing.RSA], signing.Options{})
	f, err := revision.NewDocument(signed).Open(len(signed))
	if err != nil {
		t.Fatal(err)
	}
	group, _ := f.Dict(ref(textField)).Get("Parent").(revision.Ref)
	expect(t, l.verify(stampBelow(t, l, signed, group.Num)), schemas.SignatureValid, schemas.ReasonExtended)
}

// TestDefaultsOfDrawnForm: default resources and appearance may join a form
// that brings all that is seen of it.
func TestDefaultsOfDrawnForm(t *testing.T) {
	l := sharedLab()
	signed := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{})
	after := withForm(func(u *signing.Update) {
		addFont(u)
		form, _ := u.Root.Get("AcroForm").(*revision.Dict)
		signing.Put(form, "DA", revision.String("/F9 0 Tf"))
	})
	expect(t, l.verify(after(t, l, signed)), schemas.SignatureValid, schemas.ReasonExtended)
}

// TestSizeRevealsObjects: objects from Size on are missing (ISO 32000-1, table
// 15), so that an update with a greater Size may not bring signed ones back.
func TestSizeRevealsObjects(t *testing.T) {
	l := sharedLab()
	for _, c := range []struct {
		name   string
		refers bool
		status schemas.SignatureStatus
	}{{"that a page shows", true, schemas.SignatureModified}, {"that nothing refers to", false, schemas.SignatureValid}} {
		t.Run(c.name, func(t *testing.T) {
			objects := wholeObjects("")
			objects[30] = "<< /Length 9 >>\nstream\n1 0 0 rg \nendstream"
			if c.refers {
				objects[3] = strings.Replace(objects[3], "/Contents 4 0 R", "/Contents [4 0 R 30 0 R]", 1)
			}
			pdf := whole(t, l.agency[signing.RSA], objects, "/Size 30")
			expect(t, l.verify(pdf), schemas.SignatureValid, "")
			expect(t, l.verify(dss(t, l, pdf, false)), c.status, "")
		})
	}
}

// TestSecondFieldOfAName: readers make one field of all that bear a name, so
// that a new signature may not join a field which is there.
func TestSecondFieldOfAName(t *testing.T) {
	l := sharedLab()
	signed := whole(t, l.agency[signing.RSA], merged(replaced(1, "[6 0 R]", "[6 0 R 10 0 R]"), map[int]string{10: "<< /FT /Tx /T (remark) /V (Dsu) >>"}), "")
	for name, status := range map[string]schemas.SignatureStatus{"remark": schemas.SignatureModified, "agency": schemas.SignatureModified, "stamp": schemas.SignatureValid} {
		out := handmade(t, signed, map[int]string{
			1:  strings.Replace(wholeObjects("")[1], "[6 0 R]", "[6 0 R 10 0 R 11 0 R]", 1),
			11: "<< /FT /Sig /T (" + name + ") /V 12 0 R >>",
			12: "<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 " + signing.Range() + signing.Value(wholeRoom) + " >>",
		}, habit{})
		expect(t, l.verify(fillWhole(t, out, l.tsa, signing.Options{Format: signing.Stamp})), status, "")
	}
}
