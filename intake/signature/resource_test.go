package signature_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"jianding/intake/signature"
	"jianding/intake/signature/costtest"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// hostile are documents made to cost time or memory.
func hostile(t testing.TB) map[string]func() []byte {
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
	return map[string]func() []byte{
		"nested arrays":      func() []byte { return simple(strings.Repeat("[", 2_000_000/costtest.Share)) },
		"flat array":         func() []byte { return simple("[" + strings.Repeat("0 ", 5_000_000/costtest.Share) + "]") },
		"names":              func() []byte { return simple("<< " + strings.Repeat("/A 0 ", 2_000_000/costtest.Share) + ">>") },
		"forty signatures":   func() []byte { return l.updated(t, report(false), 40, nil) },
		"five thousand xref": func() []byte { return wrap(sections(root)) },
		"long and stamped":   func() []byte { return l.stamped(t, 20_000/costtest.Share, 12) },
		"xref giant":         func() []byte { return wrap("xref\n0 8000000\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n") },
		"garbage ranges":     func() []byte { return append(simple("null"), bytes.Repeat([]byte("/ByteRange [0 1 2 3]"), 300_000)...) },
		"nested indefinite": func() []byte {
			return l.sign(t, report(false), l.agency[signing.RSA], signing.Options{Room: 600_000, RawContents: func([]byte) ([]byte, error) { return bytes.Repeat([]byte{0x30, 0x80}, 250_000), nil }})
		},
		"100 MB": func() []byte {
			return l.sign(t, signing.Document{Pages: [][]string{{"x"}}, Padding: 100 << 20 / costtest.Share}.Bytes(), l.agency[signing.SM2], signing.Options{})
		},
		"every number":      func() []byte { return numbered(950_000 / costtest.Share) },
		"scattered numbers": func() []byte { return l.scattered(t) },
		"object streams":    func() []byte { return packedApart(40_000 / costtest.Share) },
		"inflated":          func() []byte { return inflated(30 << 20 / costtest.Share) },
		"fields": func() []byte {
			return l.updated(t, report(false), 12, func(u *signing.Update) { form(u, 60_000/costtest.Share, "/FT /Tx") })
		},
		"signature fields": func() []byte {
			return l.updated(t, report(false), 12, func(u *signing.Update) { form(u, 45_000/costtest.Share, "/FT /Sig") })
		},
		"one array of all": func() []byte {
			return l.updated(t, report(false), 12, func(u *signing.Update) { lists(u, 200_000/costtest.Share) })
		},
		"shared appearance":  func() []byte { return l.updated(t, report(false), 12, lattice) },
		"full table each":    func() []byte { return l.rewritten(t, signing.Document{Pages: blank(3000)}.Bytes(), 20) },
		"validation data":    func() []byte { return l.store(t, 20, 250) },
		"look-alike issuers": func() []byte { return l.crowd(t, 40) },
		"many updates":       func() []byte { return l.updates(t, 150) },
		"long list":          func() []byte { return l.evidence(t, [][]byte{l.longList(t, 900_000/costtest.Share)}, nil) },
		"list of 8 MB":       func() []byte { return l.evidence(t, [][]byte{l.longList(t, 330_000/costtest.Share)}, nil) },
		"one long answer":    func() []byte { return l.evidence(t, nil, [][]byte{l.longAnswer(t, 40_000/costtest.Share)}) },
		"long answers": func() []byte {
			return l.evidence(t, nil, slices.Repeat([][]byte{l.longAnswer(t, 500/costtest.Share)}, 120))
		},
	}
}

// TestHostileDocumentsEnd: each ends with a verdict, within the limits of an
// assessment, and none is accepted that is not sound.
func TestHostileDocumentsEnd(t *testing.T) {
	l := sharedLab()
	sound := []string{"forty signatures", "long and stamped", "100 MB", "full table each", "validation data", "signature fields", "shared appearance", "many updates", "fields", "one array of all",
		"long list", "list of 8 MB", "one long answer", "long answers"} // big, but signed by the agency as they are
	for name, build := range hostile(t) {
		t.Run(name, func(t *testing.T) {
			pdf := build()
			var r signature.Result
			cost := costtest.Check(t, func() { r = l.verify(pdf) })
			t.Logf("%9d bytes: %-12s %v, %d MB allocated", len(pdf), r.Signature.Status, cost.Time.Round(time.Millisecond), cost.Bytes>>20)
			if r.Signature.Status == schemas.SignatureValid && !slices.Contains(sound, name) {
				t.Errorf("%s %v", r.Signature.Status, r.Reasons)
			}
		})
	}
}
