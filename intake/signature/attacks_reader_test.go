package signature_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// readerAttack is an update that this verifier could take for validation data
// while another reader sees something else: most are prepared before the
// agency signs.
type readerAttack struct {
	streams bool
	base    func(pdf []byte) []byte // of the bytes to be signed
	before  func(u *signing.Update)
	after   func(t *testing.T, l *lab, pdf []byte) []byte
	length  bool // the attacker writes the length of the end into the beginning
}

// sameStream writes a stream once more, its data right behind the keyword.
func sameStream(num int, keyword string) func(u *signing.Update) {
	return func(u *signing.Update) {
		o, err := u.File().Object(num)
		st, ok := o.(*revision.Stream)
		if err != nil || !ok {
			panic("no stream")
		}
		u.Set(num, string(signing.Append(nil, st.Dict))+"\n"+keyword+string(st.Raw)+"\nendstream")
	}
}

// shifted moves the offsets of a table behind bytes that were put in.
func shifted(pdf []byte, from, by int) []byte {
	x := bytes.LastIndex(pdf, []byte("\nxref\n"))
	head, end := pdf[:x], string(pdf[x:])
	end = regexp.MustCompile(`[0-9]{10} 00000 n`).ReplaceAllStringFunc(end, func(e string) string {
		n, err := strconv.Atoi(e[:10])
		if err != nil || n < from {
			return e
		}
		return fmt.Sprintf("%010d 00000 n", n+by)
	})
	end = regexp.MustCompile(`startxref\n[0-9]+`).ReplaceAllString(end, fmt.Sprintf("startxref\n%d", x+1))
	return append(bytes.Clone(head), end...)
}

// tail replaces in what was appended to pdf, keeping its length so that
// offsets stay right.
func tail(old, new string) func(t *testing.T, pdf, out []byte) []byte {
	return func(t *testing.T, pdf, out []byte) []byte {
		t.Helper()
		i := bytes.LastIndex(out, []byte(old))
		if i < len(pdf) {
			t.Fatalf("%q is not in the update", old)
		}
		if len(new) > len(old) {
			t.Fatalf("%q is longer than %q", new, old)
		}
		return append(append(bytes.Clone(out[:i]), new+strings.Repeat(" ", len(old)-len(new))...), out[i+len(old):]...)
	}
}

// withDSS appends validation data together with what change writes.
func withDSS(change func(u *signing.Update), twist func(t *testing.T, pdf, out []byte) []byte) func(t *testing.T, l *lab, pdf []byte) []byte {
	return func(t *testing.T, l *lab, pdf []byte) []byte {
		out := update(t, pdf, false, func(u *signing.Update) {
			u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
			if change != nil {
				change(u)
			}
		})
		if twist != nil {
			out = twist(t, pdf, out)
		}
		return out
	}
}

// again writes an object once more as it stands.
func again(num int) func(u *signing.Update) {
	return func(u *signing.Update) {
		o, err := u.File().Object(num)
		if err != nil {
			panic(err)
		}
		u.SetObject(num, o)
	}
}

func font(u *signing.Update, name string) {
	formKey(u, "DR", raw("<< /Font << /"+name+" << /Type /Font /Subtype /Type1 /BaseFont /Symbol >> >> >>"))
}

// packedCatalog appends a catalog in an object stream whose compressed data
// wrap makes.
func packedCatalog(wrap func([]byte) []byte) func(t *testing.T, l *lab, pdf []byte) []byte {
	return func(t *testing.T, _ *lab, pdf []byte) []byte {
		const head = "1 0 "
		data := wrap([]byte(head + catalogWith(t, pdf, "Extensions", &revision.Dict{})))
		return packedWith(t, pdf, "/Filter /FlateDecode ", len(head), string(data), 1, [][2]int{{1, 0}})
	}
}

func catalogWith(t *testing.T, pdf []byte, key revision.Name, v revision.Object) string {
	t.Helper()
	u, err := signing.NewUpdate(pdf, false)
	if err != nil {
		t.Fatal(err)
	}
	signing.Put(u.Root, key, v)
	return string(signing.Append(nil, u.Root))
}

func readerAttacks() map[string]readerAttack {
	hiddenNote := func(flags string) func(u *signing.Update) {
		return func(u *signing.Update) {
			visible(u, textField)
			edit(u, textField, "F", raw(flags))
		}
	}
	return map[string]readerAttack{
		"Prev is a real number": {after: withDSS(nil, func(t *testing.T, pdf, out []byte) []byte {
			return bytes.Replace(out, []byte("/Prev "+lastStartXRef(pdf)+" "), []byte("/Prev "+lastStartXRef(pdf)+". "), -1)
		})},
		"table entries of nineteen bytes": {after: withDSS(nil, func(_ *testing.T, pdf, out []byte) []byte {
			return append(bytes.Clone(pdf), bytes.ReplaceAll(out[len(pdf):], []byte(" n \n"), []byte(" n\n"))...)
		})},
		"table entries of twenty-one bytes": {after: withDSS(nil, func(_ *testing.T, pdf, out []byte) []byte {
			return append(bytes.Clone(pdf), bytes.ReplaceAll(out[len(pdf):], []byte(" n \n"), []byte(" n \r\n"))...)
		})},
		"comment within the table": {after: withDSS(nil, func(_ *testing.T, pdf, out []byte) []byte {
			return append(bytes.Clone(pdf), bytes.Replace(out[len(pdf):], []byte("\nxref\n"), []byte("\nxref\n%\n"), 1)...)
		})},
		"Size beyond what readers take": {after: withDSS(nil, func(_ *testing.T, pdf, out []byte) []byte {
			return append(bytes.Clone(pdf), regexp.MustCompile(`/Size [0-9]+`).ReplaceAll(out[len(pdf):], []byte("/Size 8000000"))...)
		})},
		"number grown together with obj": {
			before: func(u *signing.Update) { u.Set(60, "2"); reserve(u, 61); hiddenNote("60 0 R")(u) },
			after:  withDSS(again(60), tail("60 0 obj\n2", "60 0 obj2")),
		},
		"stream data in the line of the keyword": {after: withDSS(sameStream(content2, "stream"), nil)},
		"stream data after a carriage return":    {after: withDSS(sameStream(content2, "stream\r"), nil)},
		"stream data after a space":              {before: func(u *signing.Update) { u.SetStream(content2, "", append([]byte(" \n"), milder...)) }, after: withDSS(sameStream(content2, "stream"), nil)},
		"whole number becomes a real one": {
			before: hiddenNote("2"),
			after:  withDSS(func(u *signing.Update) { edit(u, textField, "F", float64(2)) }, tail("/F 2 ", "/F 2.")),
		},
		"line end in a palette": {
			before: func(u *signing.Update) {
				u.Set(60, "(ab\r\ncd\r\nef)")
				reserve(u, 61)
				edit(u, 42, "Resources", raw("<< /ColorSpace << /C [/Indexed /DeviceRGB 2 60 0 R] >> /Font << /F1 3 0 R >> >>"))
			},
			after: withDSS(func(u *signing.Update) { u.Set(60, "(ab\ncd\nef)") }, nil),
		},
		"escaped line end in a palette": {
			before: func(u *signing.Update) {
				u.Set(60, "(ab\r\ncd\r\nef)")
				reserve(u, 61)
				edit(u, 42, "Resources", raw("<< /ColorSpace << /C [/Indexed /DeviceRGB 2 60 0 R] >> /Font << /F1 3 0 R >> >>"))
			},
			after: withDSS(func(u *signing.Update) { u.Set(60, "(ab\\r\\ncd\\r\\nef)") }, nil),
		},
		"number cut by the next object of the stream": {
			before: func(u *signing.Update) { u.Set(60, "2"); reserve(u, 61); hiddenNote("60 0 R")(u) },
			after: func(t *testing.T, l *lab, pdf []byte) []byte {
				// One reader reads "2", another up to the next object only: "0".
				root := catalogWith(t, pdf, "Extensions", &revision.Dict{})
				head := "1 2 60 0 "
				return packedUpdate(t, pdf, len(head), head+"2 "+root, 2, [][2]int{{1, 0}, {60, 1}})
			},
		},
		"object stream whose data break off": {after: packedCatalog(func(b []byte) []byte {
			z := packed(append(b, bytes.Repeat([]byte(" "), 4000)...))
			return z[:len(z)-8]
		})},
		"object stream whose data go on": {after: packedCatalog(func(b []byte) []byte {
			return append(packed(b), packed([]byte("1 0 << /Type /Catalog >>"))...)
		})},
		"linearized only with the update": {
			base: func(pdf []byte) []byte {
				const dict = "39 0 obj\n<< /Linearized 1 /L 0000000000 /H [1 2] /O 40 /E 3 /N 3 /T 4 >>\nendobj\n"
				i := bytes.Index(pdf, []byte("\n1 0 obj")) + 1
				out := append(append(bytes.Clone(pdf[:i]), dict...), pdf[i:]...)
				return shifted(out, i, len(dict))
			},
			after: func(t *testing.T, l *lab, pdf []byte) []byte {
				// L was written when the document was prepared, for a DSS of a
				// size that the attacker chooses.
				return dss(t, l, pdf, false)
			},
			// The length is known only in the end, and the file is signed anew
			// with it.
			length: true,
		},
		"object in the signed bytes that only a repairing reader finds": {
			base: func(pdf []byte) []byte {
				return withHidden(pdf, fmt.Sprintf("%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n", content2, len(milder), milder))
			},
			after: func(t *testing.T, l *lab, pdf []byte) []byte { return dss(t, l, pdf, true) },
		},
		"same, beside objects in streams": {streams: true,
			base: func(pdf []byte) []byte {
				return withHidden(pdf, "42 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 41 0 R >>\nendobj\n")
			},
			after: func(t *testing.T, l *lab, pdf []byte) []byte { return dss(t, l, pdf, false) },
		},
		"font joins a form whose field has an empty appearance": {
			before: func(u *signing.Update) {
				edit(u, textField, "V", revision.String("Dsu"))
				edit(u, textField, "DA", revision.String("/F9 12 Tf"))
				edit(u, textField, "AP", &revision.Dict{})
			},
			after: withDSS(func(u *signing.Update) { font(u, "F9") }, nil),
		},
		"font joins a form whose field has an appearance without resources": {
			before: func(u *signing.Update) {
				n := u.New()
				u.SetStream(n, "/Type /XObject /Subtype /Form /BBox [0 0 400 40] ", []byte("BT /F9 12 Tf (Dsu) Tj ET"))
				edit(u, textField, "V", revision.String("Dsu"))
				edit(u, textField, "AP", raw(fmt.Sprintf("<< /N %d 0 R >>", n)))
			},
			after: withDSS(func(u *signing.Update) { font(u, "F9") }, nil),
		},
		"font joins the form, a note is drawn with it": {
			before: func(u *signing.Update) {
				u.Set(60, "<< /Type /Annot /Subtype /FreeText /Rect [60 740 460 780] /F 4 /DA (/F9 12 Tf) /Contents (Dsu) >>")
				reserve(u, 61)
				edit(u, 42, "Annots", revision.Array{ref(60)})
			},
			after: withDSS(func(u *signing.Update) { font(u, "F9") }, nil),
		},
		"trailer of an update in between names another catalog": {
			after: func(t *testing.T, l *lab, pdf []byte) []byte {
				out := dss(t, l, pdf, false)
				i := bytes.LastIndex(out, []byte("/Root 1 0 R"))
				out = append(append(bytes.Clone(out[:i]), "/Root 9 0 R"...), out[i+len("/Root 1 0 R"):]...)
				at := len(out) + 1
				f := fmt.Sprintf("\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 250 /Root 1 0 R /Info 6 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n", lastStartXRef(out), at)
				return append_(out, f)
			},
		},
	}
}

// withHidden puts an object behind the body that no cross-reference names.
func withHidden(pdf []byte, object string) []byte {
	out := append_(pdf, "\n"+object)
	at := len(out)
	return append_(out, fmt.Sprintf("xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 61 /Root 1 0 R /Info 6 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n", lastStartXRef(pdf), at))
}

// TestReadersAgree: what follows the agency's signature is seen alike by every
// reader, or refused.
func TestReadersAgree(t *testing.T) {
	l := sharedLab()
	for name, a := range readerAttacks() {
		if a.after == nil {
			continue
		}
		for _, alg := range []signing.Algorithm{signing.RSA, signing.SM2} {
			t.Run(name+"/"+string(alg), func(t *testing.T) {
				pdf := report(a.streams)
				if a.before != nil {
					pdf = update(t, pdf, a.streams, a.before)
				}
				if a.base != nil {
					pdf = a.base(pdf)
				}
				if a.length {
					n := len(a.after(t, l, l.sign(t, pdf, l.agency[alg], signing.Options{})))
					pdf = bytes.Replace(pdf, []byte("/L 0000000000"), fmt.Appendf(nil, "/L %010d", n), 1)
				}
				signed := l.sign(t, pdf, l.agency[alg], signing.Options{Streams: a.streams})
				expect(t, l.verify(signed), schemas.SignatureValid, "")
				out := a.after(t, l, signed)
				if d := os.Getenv("SIG_DUMP"); d != "" && alg == signing.RSA {
					os.WriteFile(d+"/"+strings.ReplaceAll(name, " ", "_")+".0.pdf", signed, 0o644)
					os.WriteFile(d+"/"+strings.ReplaceAll(name, " ", "_")+".1.pdf", out, 0o644)
				}
				r := l.verify(out)
				if r.Signature.Status != schemas.SignatureModified && r.Signature.Status != schemas.SignatureInvalid {
					t.Errorf("status %s, changes %+v", r.Signature.Status, r.Signature.Changes)
				}
			})
		}
	}
}
