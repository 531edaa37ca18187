package signature_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// attack alters a signed file. It gets the file and whether updates are
// written with streams.
type attack struct {
	name   string
	do     func(t *testing.T, l *lab, pdf []byte, streams bool) []byte
	status schemas.SignatureStatus
	code   schemas.ReasonCode
}

// Object numbers of report().
const (
	pagesNode = 2
	fontObj   = 3
	infoObj   = 6
	emptySig  = 10 // field "reviewer"
	textField = 11 // field "remark"
	page1     = 40
	content2  = 43 // the conclusion
)

func update(t *testing.T, pdf []byte, streams bool, change func(u *signing.Update)) []byte {
	t.Helper()
	u, err := signing.NewUpdate(pdf, streams)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.Bytes("")
}

// by makes an attack out of one incremental update.
func by(name string, code schemas.ReasonCode, change func(u *signing.Update)) attack {
	return attack{name, func(t *testing.T, _ *lab, pdf []byte, streams bool) []byte {
		return update(t, pdf, streams, change)
	}, schemas.SignatureModified, code}
}

var milder = []byte("BT /F1 12 Tf 72 770 Td <8BC45B9A4E3A00420073007550A0> Tj ET\n") // 评定为Bsu级

func lastStartXRef(pdf []byte) string {
	i := bytes.LastIndex(pdf, []byte("startxref"))
	return strings.Fields(string(pdf[i:]))[1]
}

func ref(n int) revision.Ref { return revision.Ref{Num: n} }

func edit(u *signing.Update, num int, key revision.Name, v revision.Object) {
	d := u.Dict(num)
	signing.Put(d, key, v)
	u.SetObject(num, d)
}

func append_(b []byte, s string) []byte { return append(bytes.Clone(b), s...) }

// structureAttacks work on every kind of signature: they add to the file.
func structureAttacks() []attack {
	return slices.Concat(fileAttacks(), formAttacks(), laterSignatures())
}

func fileAttacks() []attack {
	const mod = schemas.SignatureModified
	changed := schemas.ReasonChanged
	raw := func(name string, code schemas.ReasonCode, f func(pdf []byte) []byte) attack {
		return attack{name, func(_ *testing.T, _ *lab, pdf []byte, _ bool) []byte { return f(pdf) }, mod, code}
	}
	return []attack{
		// Incremental saving attacks (Mladenov et al., CCS 2019).
		by("isa-full", changed, func(u *signing.Update) { u.SetStream(content2, "", milder) }),
		raw("isa-no-xref", schemas.ReasonUpdate, func(pdf []byte) []byte {
			return append_(pdf, fmt.Sprintf("\n%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%s\n%%%%EOF\n", content2, len(milder), milder, lastStartXRef(pdf)))
		}),
		raw("isa-no-xref-trailer", schemas.ReasonUpdate, func(pdf []byte) []byte {
			return append_(pdf, fmt.Sprintf("\n%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\ntrailer\n<< /Root 1 0 R /Size 90 >>\nstartxref\n%s\n%%%%EOF\n", content2, len(milder), milder, lastStartXRef(pdf)))
		}),
		raw("isa-body-only", schemas.ReasonUncovered, func(pdf []byte) []byte {
			return append_(pdf, fmt.Sprintf("\n%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n", content2, len(milder), milder))
		}),
		{"isa-copied-signature", func(t *testing.T, _ *lab, pdf []byte, streams bool) []byte {
			return update(t, pdf, streams, func(u *signing.Update) {
				u.SetStream(content2, "", milder)
				copySignature(u)
			})
		}, mod, schemas.ReasonGap},
		// Appended bytes.
		raw("trailing-newline", schemas.ReasonUncovered, func(pdf []byte) []byte { return append_(pdf, "\n") }),
		raw("trailing-comment", schemas.ReasonUncovered, func(pdf []byte) []byte { return append_(pdf, "% nothing\n") }),
		raw("trailing-zip", schemas.ReasonUncovered, func(pdf []byte) []byte { return append_(pdf, "PK\x03\x04 an archive") }),
		raw("second-eof", "", func(pdf []byte) []byte { return append_(pdf, "\n%%EOF\n") }),
		raw("repeated-startxref", schemas.ReasonUpdate, func(pdf []byte) []byte {
			return append_(pdf, "\nstartxref\n"+lastStartXRef(pdf)+"\n%%EOF\n")
		}),
		by("empty-update", "", func(u *signing.Update) { u.SetObject(fontObj, u.Dict(fontObj)) }),
		// Pages.
		by("page-swapped", changed, func(u *signing.Update) {
			edit(u, pagesNode, "Kids", revision.Array{ref(42), ref(40), ref(44)})
		}),
		by("page-removed", changed, func(u *signing.Update) {
			d := u.Dict(pagesNode)
			signing.Put(d, "Kids", revision.Array{ref(40), ref(44)})
			signing.Put(d, "Count", int64(2))
			u.SetObject(pagesNode, d)
		}),
		by("page-added", changed, func(u *signing.Update) {
			n := u.New()
			u.Set(n, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 41 0 R >>")
			d := u.Dict(pagesNode)
			signing.Put(d, "Kids", revision.Array{ref(40), ref(42), ref(44), ref(n)})
			signing.Put(d, "Count", int64(4))
			u.SetObject(pagesNode, d)
		}),
		by("page-box", changed, func(u *signing.Update) {
			edit(u, 42, "CropBox", revision.Array{int64(0), int64(0), int64(595), int64(400)})
		}),
		by("page-rotated", changed, func(u *signing.Update) { edit(u, 42, "Rotate", int64(180)) }),
		by("contents-array", changed, func(u *signing.Update) {
			n := u.New()
			u.SetStream(n, "", []byte("1 1 1 rg 0 0 595 842 re f\n"))
			edit(u, 42, "Contents", revision.Array{ref(content2), ref(n)})
		}),
		by("resources-replaced", changed, func(u *signing.Update) {
			edit(u, 42, "Resources", &revision.Dict{})
		}),
		by("font-redefined", changed, func(u *signing.Update) {
			u.Set(fontObj, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
		}),
		by("font-descendant", changed, func(u *signing.Update) { edit(u, 4, "BaseFont", revision.Name("Other")) }),
		by("object-removed", changed, func(u *signing.Update) {
			u.Set(content2, "null")
		}),
		// Annotations and overlays.
		by("annotation-text", changed, func(u *signing.Update) { annotate(u, 42, "FreeText") }),
		by("annotation-stamp", changed, func(u *signing.Update) { annotate(u, 42, "Stamp") }),
		by("annotation-redact", changed, func(u *signing.Update) { annotate(u, 42, "Redact") }),
		by("annots-dropped", changed, func(u *signing.Update) { edit(u, page1, "Annots", revision.Array{}) }),
		// Catalog and trailer.
		by("open-action", changed, func(u *signing.Update) {
			n := u.New()
			u.Set(n, "<< /S /JavaScript /JS (app.alert\\(1\\)) >>")
			u.SetRoot("OpenAction", ref(n))
		}),
		by("additional-actions", changed, func(u *signing.Update) {
			u.SetRoot("AA", &revision.Dict{})
		}),
		by("names-added", changed, func(u *signing.Update) {
			n := u.New()
			u.Set(n, "<< /EmbeddedFiles << /Names [] >> >>")
			u.SetRoot("Names", ref(n))
		}),
		by("optional-content", changed, func(u *signing.Update) {
			u.SetRoot("OCProperties", &revision.Dict{})
		}),
		by("metadata-added", changed, func(u *signing.Update) {
			n := u.New()
			u.SetStream(n, "/Type /Metadata /Subtype /XML ", []byte("<x:xmpmeta/>"))
			u.SetRoot("Metadata", ref(n))
		}),
		by("info-title", changed, func(u *signing.Update) { edit(u, infoObj, "Title", revision.String("Other")) }),
		by("info-date", changed, func(u *signing.Update) { edit(u, infoObj, "ModDate", revision.String("D:20260602000000Z")) }),
		by("version-lowered", changed, func(u *signing.Update) { u.SetRoot("Version", revision.Name("1.0")) }),
		by("extensions-reference", changed, func(u *signing.Update) { u.SetRoot("Extensions", ref(42)) }),
		by("perms-added", changed, func(u *signing.Update) { u.SetRoot("Perms", &revision.Dict{}) }),
		{"trailer-key", func(t *testing.T, _ *lab, pdf []byte, streams bool) []byte {
			u, err := signing.NewUpdate(pdf, streams)
			if err != nil {
				t.Fatal(err)
			}
			n := u.New()
			u.SetStream(n, "/Type /XObject /Subtype /Form /BBox [0 0 9 9] ", milder)
			return u.Bytes(fmt.Sprintf("/Hidden %d 0 R", n))
		}, mod, changed},
		{"root-replaced", func(t *testing.T, _ *lab, pdf []byte, streams bool) []byte {
			u, err := signing.NewUpdate(pdf, streams)
			if err != nil {
				t.Fatal(err)
			}
			n := u.New()
			u.Set(n, "<< /Type /Catalog /Pages 2 0 R >>")
			out := u.Bytes("")
			i := bytes.LastIndex(out, []byte("/Root 1 0 R"))
			return append(append(bytes.Clone(out[:i]), fmt.Appendf(nil, "/Root %d 0 R", n)...), out[i+len("/Root 1 0 R"):]...)
		}, mod, ""},
		{"encrypt-added", func(t *testing.T, _ *lab, pdf []byte, streams bool) []byte {
			u, err := signing.NewUpdate(pdf, streams)
			if err != nil {
				t.Fatal(err)
			}
			u.SetObject(fontObj, u.Dict(fontObj))
			return u.Bytes("/Encrypt << /Filter /Standard /V 1 /R 2 /O (" + strings.Repeat("a", 32) + ") /U (" + strings.Repeat("b", 32) + ") /P -4 >>")
		}, schemas.SignatureInvalid, schemas.ReasonEncrypted},
		// False cross-references.
		{"xref-to-signed-object", func(t *testing.T, _ *lab, pdf []byte, _ bool) []byte {
			f, err := revision.NewDocument(pdf).Open(len(pdf))
			if err != nil {
				t.Fatal(err)
			}
			loc, _ := f.Locate(41)
			return append_(pdf, fmt.Sprintf("\nxref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size 90 /Root 1 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n", content2, loc.Offset, lastStartXRef(pdf), len(pdf)+1))
		}, mod, ""},
		{"xref-free-entry", func(_ *testing.T, _ *lab, pdf []byte, _ bool) []byte {
			return append_(pdf, fmt.Sprintf("\nxref\n%d 1\n0000000000 00001 f \ntrailer\n<< /Size 90 /Root 1 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n", content2, lastStartXRef(pdf), len(pdf)+1))
		}, mod, changed},
		{"xref-without-prev", func(_ *testing.T, _ *lab, pdf []byte, _ bool) []byte {
			at := len(pdf) + 1
			body := "\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n"
			o2, o3 := strings.Index(body, "2 0 obj"), strings.Index(body, "3 0 obj")
			return append_(pdf, body+fmt.Sprintf("xref\n0 4\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n%010d 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", at, len(pdf)+o2, len(pdf)+o3, len(pdf)+len(body)))
		}, mod, schemas.ReasonOrphan},
		{"unlisted-object", func(t *testing.T, l *lab, pdf []byte, _ bool) []byte {
			out := update(t, pdf, false, func(u *signing.Update) { u.AddDSS([][]byte{l.root.Certificate}, nil, nil) })
			i := bytes.LastIndex(out, []byte("xref\n"))
			i = bytes.LastIndex(out[:i], []byte("\nxref\n")) + 1
			extra := fmt.Sprintf("%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n", content2, len(milder), milder)
			moved := append(append(bytes.Clone(out[:i]), extra...), out[i:]...)
			j := bytes.LastIndex(moved, []byte("startxref\n"))
			return append_(moved[:j], fmt.Sprintf("startxref\n%d\n%%%%EOF\n", i+len(extra)))
		}, mod, schemas.ReasonUpdate},
		by("stream-hides-object", schemas.ReasonUpdate, func(u *signing.Update) {
			u.SetStream(u.New(), "", []byte("\n43 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n"))
		}),
		{"comment-hides-object", func(t *testing.T, l *lab, pdf []byte, _ bool) []byte {
			out := update(t, pdf, false, func(u *signing.Update) { u.AddDSS([][]byte{l.root.Certificate}, nil, nil) })
			i := len(pdf) + 1
			hidden := "%43 0 obj << /Length 0 >> stream endstream endobj\n"
			moved := append(append(bytes.Clone(out[:i]), hidden...), out[i:]...)
			return moved
		}, mod, ""},
	}
}

func annotate(u *signing.Update, page int, subtype string) {
	n, ap := u.New(), u.New()
	u.SetStream(ap, "/Type /XObject /Subtype /Form /BBox [0 0 400 40] ", milder)
	u.Set(n, fmt.Sprintf("<< /Type /Annot /Subtype /%s /Rect [60 740 460 780] /F 4 /Contents (x) /AP << /N %d 0 R >> >>", subtype, ap))
	d := u.Dict(page)
	v, _ := u.File().Resolve(d.Get("Annots"))
	a, _ := v.(revision.Array)
	signing.Put(d, "Annots", append(append(revision.Array{}, a...), ref(n)))
	u.SetObject(page, d)
}

// TestAttackMatrixStructure applies each attack on the structure to each kind
// of signature.
func TestAttackMatrixStructure(t *testing.T) {
	l := sharedLab()
	cells := 0
	for _, k := range l.kinds() {
		pdf := l.signed(t, k)
		for _, a := range structureAttacks() {
			cells++
			t.Run(k.name+"/"+a.name, func(t *testing.T) {
				r := l.verify(a.do(t, l, pdf, k.opts.Streams))
				expect(t, r, a.status, a.code)
				if r.AgencyID != "" {
					t.Errorf("agency %q claimed to cover an attacked file", r.AgencyID)
				}
			})
		}
	}
	t.Logf("%d cells", cells)
}
