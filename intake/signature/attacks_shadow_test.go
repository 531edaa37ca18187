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

// unborn is a number that prepared documents refer to and that nothing bears
// until somebody gives it a meaning after the signature.
const unborn = 250

// reserve moves the next free number to n.
func reserve(u *signing.Update, n int) {
	for u.New() < n-1 {
	}
}

// disguise defines the unborn number as part of what may follow a signature.
func disguise(body string) func(t *testing.T, l *lab, pdf []byte) []byte {
	return func(t *testing.T, l *lab, pdf []byte) []byte {
		return update(t, pdf, false, func(u *signing.Update) {
			u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
			u.Set(unborn, body)
			u.SetRoot("Extensions", raw(fmt.Sprintf("<< /ADBE << /BaseVersion /1.7 /ExtensionLevel %d 0 R >> >>", unborn)))
		})
	}
}

// rewrite changes the newest cross-reference section of an update of l's DSS.
func rewrite(change func(tail string) string) func(t *testing.T, l *lab, pdf []byte) []byte {
	return func(t *testing.T, l *lab, pdf []byte) []byte {
		out := dss(t, l, pdf, false)
		i := bytes.LastIndex(out, []byte("\nxref\n"))
		return append_(out[:i], change(string(out[i:])))
	}
}

func place(t *testing.T, pdf []byte, num int) int {
	t.Helper()
	f, err := revision.NewDocument(pdf).Open(len(pdf))
	if err != nil {
		t.Fatal(err)
	}
	loc, _ := f.Locate(num)
	return loc.Offset
}

// shadows are prepared before the agency signs, or play with what readers make
// of an update; what follows the signature looks like validation data.
var shadows = map[string]struct {
	streams bool
	before  func(u *signing.Update)
	after   func(t *testing.T, l *lab, pdf []byte) []byte
}{
	"trailer's Size cuts objects off": {
		after: rewrite(func(tail string) string {
			i := strings.Index(tail, "/Size ")
			j := i + len("/Size ")
			return tail[:j] + fmt.Sprint(content2) + strings.TrimLeft(tail[j:], "0123456789")
		}),
	},
	"table hides what XRefStm shows": {
		after: func(t *testing.T, l *lab, pdf []byte) []byte {
			pdf = dss(t, l, pdf, false)
			off, at := place(t, pdf, content2), len(pdf)+1
			row := []byte{1, byte(off >> 24), byte(off >> 16), byte(off >> 8), byte(off), 0, 0}
			stream := fmt.Sprintf("240 0 obj\n<< /Type /XRef /W [1 4 2] /Index [%d 1] /Size 251 /Length 7 >>\nstream\n%s\nendstream\nendobj\n", content2, row)
			return append_(pdf, fmt.Sprintf("\n%sxref\n%d 1\n0000000000 00001 f \n240 1\n%010d 00000 n \ntrailer\n<< /Size 251 /Root 1 0 R /Info 6 0 R /Prev %s /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n",
				stream, content2, at, lastStartXRef(pdf), at, at+len(stream)))
		},
	},
	"object leaves its stream with another generation": {
		streams: true,
		after: func(t *testing.T, l *lab, pdf []byte) []byte {
			f, err := revision.NewDocument(pdf).Open(len(pdf))
			if err != nil {
				t.Fatal(err)
			}
			o, err := f.Object(fontObj)
			if err != nil {
				t.Fatal(err)
			}
			pdf = dss(t, l, pdf, false)
			object := fmt.Sprintf("%d 1 obj\n%s\nendobj\n", fontObj, signing.Append(nil, o))
			return append_(pdf, fmt.Sprintf("\n%sxref\n%d 1\n%010d 00001 n \ntrailer\n<< /Size 251 /Root 1 0 R /Info 6 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n",
				object, fontObj, len(pdf)+1, lastStartXRef(pdf), len(pdf)+1+len(object)))
		},
	},
	"table that some readers shift by one": {
		after: rewrite(func(tail string) string {
			return strings.Replace(tail, "xref\n1 1\n", "xref\n1 2\n0000000000 65535 f \n", 1)
		}),
	},
	"time-stamp hides the appearance of the field that it fills": {
		before: func(u *signing.Update) { visible(u, emptySig) },
		after: func(t *testing.T, l *lab, pdf []byte) []byte {
			u, err := signing.NewUpdate(pdf, false)
			if err != nil {
				t.Fatal(err)
			}
			edit(u, emptySig, "F", int64(2))
			return stampUpdate(t, l, u, "reviewer")
		},
	},
	"time-stamp hides a widget of the field that it fills": {
		before: func(u *signing.Update) {
			reserve(u, 61)
			u.Set(60, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /Parent %d 0 R /F 4 >>", emptySig))
			visibleDict(u, 60, raw(fmt.Sprintf("<< /Type /Annot /Subtype /Widget /Parent %d 0 R /F 4 /P 40 0 R >>", emptySig)).(*revision.Dict))
			u.Set(emptySig, "<< /FT /Sig /T (reviewer) /Kids [60 0 R] >>")
			edit(u, page1, "Annots", revision.Array{ref(60), ref(textField)})
		},
		after: func(t *testing.T, l *lab, pdf []byte) []byte {
			u, err := signing.NewUpdate(pdf, false)
			if err != nil {
				t.Fatal(err)
			}
			edit(u, 60, "F", int64(2))
			return stampUpdate(t, l, u, "reviewer")
		},
	},
	"readers no longer draw fields anew": {
		before: func(u *signing.Update) { living(u); formKey(u, "NeedAppearances", true) },
		after: func(t *testing.T, l *lab, pdf []byte) []byte {
			return update(t, pdf, false, func(u *signing.Update) {
				u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
				formKey(u, "NeedAppearances", false)
			})
		},
	},
	"unborn NeedAppearances": {
		before: func(u *signing.Update) { living(u); formKey(u, "NeedAppearances", ref(unborn)); reserve(u, 260) },
		after:  disguise("true"),
	},
	"unborn default appearance": {
		before: func(u *signing.Update) {
			edit(u, textField, "V", revision.String("Dsu"))
			formKey(u, "DA", ref(unborn))
			reserve(u, 260)
		},
		after: disguise("(/F1 12 Tf 1 1 1 rg)"),
	},
	"unborn parent of a page": {
		before: func(u *signing.Update) { edit(u, 42, "Parent", ref(unborn)); reserve(u, 260) },
		after:  disguise("<< /Rotate 180>>"),
	},
	"unborn parent of the page tree": {
		before: func(u *signing.Update) { edit(u, pagesNode, "Parent", ref(unborn)); reserve(u, 260) },
		after:  disguise("<< /Rotate 180>>"),
	},
	"unborn parent of a field": {
		before: func(u *signing.Update) { edit(u, textField, "Parent", ref(unborn)); reserve(u, 260) },
		after:  disguise("<< /V (Bsu) /DA (/F1 12 Tf) >>"),
	},
	"another parent for a field": {
		before: func(u *signing.Update) {
			reserve(u, 63)
			for i, v := range []string{"Dsu", "Bsu"} {
				u.Set(60+i, fmt.Sprintf("<< /FT /Tx /T (p%d) /V (%s) /Kids [] >>", i, v))
			}
			u.Set(60, fmt.Sprintf("<< /FT /Tx /T (p0) /V (Dsu) /Kids [%d 0 R] >>", textField))
			u.Set(textField, "<< /Type /Annot /Subtype /Widget /Parent 60 0 R /F 4 /Rect [100 100 300 120] /P 40 0 R >>")
			formKey(u, "Fields", revision.Array{ref(emptySig), ref(60), ref(61)})
		},
		after: func(t *testing.T, l *lab, pdf []byte) []byte {
			return update(t, pdf, false, func(u *signing.Update) {
				u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
				edit(u, textField, "Parent", ref(61))
			})
		},
	},
	"unborn field that a text field inherits from": {
		before: func(u *signing.Update) { edit(u, textField, "Parent", ref(unborn)); living(u); reserve(u, unborn-3) },
		after: func(t *testing.T, l *lab, pdf []byte) []byte {
			u, err := signing.NewUpdate(pdf, false)
			if err != nil {
				t.Fatal(err)
			}
			reserve(u, unborn-1)
			out, err := signing.SignUpdate(u, l.tsa, signing.Options{Format: signing.Stamp, Field: "stamp", At: signedAt, FieldExtra: "/DA (/F1 12 Tf 1 1 1 rg) /Q 2"})
			if err != nil {
				t.Fatal(err)
			}
			if place(t, out, unborn) == 0 {
				t.Fatal("the field has another number")
			}
			return out
		},
	},
	"unborn length of an object stream": {
		streams: true,
		before: func(u *signing.Update) {
			edit(u, 42, "Resources", raw("<< /Font << /F1 3 0 R /F2 61 0 R >> >>"))
			reserve(u, 260)
		},
		after: disguise("94"),
	},
}

// withLooseStream appends an object stream whose Length nothing bears.
func withLooseStream(pdf []byte) []byte {
	body := "61 0 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Note (\nendstream\n) >>"
	body += strings.Repeat(" ", 94-len(body))
	at := len(pdf) + 1
	object := fmt.Sprintf("60 0 obj\n<< /Type /ObjStm /N 1 /First 5 /Length %d 0 R >>\nstream\n%s\nendstream\nendobj\n", unborn, body)
	x := at + len(object)
	row := func(kind, a, b int) string {
		return string([]byte{byte(kind), byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a), byte(b >> 8), byte(b)})
	}
	return append_(pdf, fmt.Sprintf("\n%s62 0 obj\n<< /Type /XRef /W [1 4 2] /Index [60 3] /Size 63 /Root 1 0 R /Info 6 0 R /Prev %s /Length 21 >>\nstream\n%s%s%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n",
		object, lastStartXRef(pdf), row(1, at, 0), row(2, 60, 0), row(1, x, 0), x))
}

func visible(u *signing.Update, num int) { visibleDict(u, num, u.Dict(num)) }

func visibleDict(u *signing.Update, num int, d *revision.Dict) {
	n := u.New()
	u.SetStream(n, "/Type /XObject /Subtype /Form /BBox [0 0 400 40] /Resources << /Font << /F1 3 0 R >> >> ", milder)
	signing.Put(d, "Rect", raw("[60 740 460 780]"))
	signing.Put(d, "F", int64(4))
	signing.Put(d, "AP", raw(fmt.Sprintf("<< /N %d 0 R >>", n)))
	u.SetObject(num, d)
}

// living gives the text field a value that differs from what it shows.
func living(u *signing.Update) {
	visible(u, textField)
	edit(u, textField, "V", revision.String("Dsu"))
	edit(u, textField, "DA", revision.String("/F1 12 Tf 0 g"))
}

func stampUpdate(t *testing.T, l *lab, u *signing.Update, field string) []byte {
	t.Helper()
	out, err := signing.SignUpdate(u, l.tsa, signing.Options{Format: signing.Stamp, Field: field, At: signedAt})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestShadows: no prepared document changes its meaning by what follows the
// agency's signature, whatever signed it.
func TestShadows(t *testing.T) {
	l := sharedLab()
	for name, s := range shadows {
		for _, a := range []signing.Algorithm{signing.RSA, signing.ECDSA, signing.SM2} {
			t.Run(name+"/"+string(a), func(t *testing.T) {
				pdf := report(s.streams)
				if name == "unborn length of an object stream" {
					pdf = withLooseStream(pdf)
				}
				if s.before != nil {
					pdf = update(t, pdf, s.streams, s.before)
				}
				signed := l.sign(t, pdf, l.agency[a], signing.Options{Streams: s.streams})
				expect(t, l.verify(signed), schemas.SignatureValid, "")
				r := l.verify(s.after(t, l, signed))
				if r.Signature.Status != schemas.SignatureModified && r.Signature.Status != schemas.SignatureInvalid {
					t.Errorf("status %s, changes %+v", r.Signature.Status, r.Signature.Changes)
				}
			})
		}
	}
}

// TestUnbornWidgetOfCoSigner: a page that lists a number which nothing bears
// yet is looked at when a co-signer's new widget takes that number.
func TestUnbornWidgetOfCoSigner(t *testing.T) {
	l := sharedLab()
	for _, c := range []struct {
		name   string
		box    [4]float64
		status schemas.SignatureStatus
	}{
		{"covers the page", [4]float64{0, 0, 595, 842}, schemas.SignatureModified},
		{"a seal", [4]float64{300, 100, 420, 220}, schemas.SignatureValid},
	} {
		t.Run(c.name, func(t *testing.T) {
			pdf := update(t, report(false), false, func(u *signing.Update) {
				edit(u, 42, "Annots", revision.Array{ref(unborn)})
				reserve(u, unborn-5)
			})
			u, err := signing.NewUpdate(l.sign(t, pdf, l.person, signing.Options{OmitFromPage: true}), false)
			if err != nil {
				t.Fatal(err)
			}
			reserve(u, unborn-1)
			out, err := signing.SignUpdate(u, l.agency[signing.RSA], signing.Options{At: signedAt, Box: &c.box, OmitFromPage: true})
			if err != nil {
				t.Fatal(err)
			}
			if place(t, out, unborn) == 0 {
				t.Fatal("the widget has another number")
			}
			expect(t, l.verify(out), c.status, "")
		})
	}
}
