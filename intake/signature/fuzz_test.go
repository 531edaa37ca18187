package signature_test

import (
	"bytes"
	"fmt"
	"testing"

	"jianding/intake/signature"
	"jianding/intake/signature/changes"
	"jianding/intake/signature/costtest"
	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// FuzzVerify is the raw layer and everything behind it: no input may crash or
// come out valid that is not one of the seeds.
func FuzzVerify(f *testing.F) {
	l := sharedLab()
	seeds := make([][]byte, 0, 8)
	for _, k := range l.kinds() {
		o := k.opts
		o.Room = 6000
		o.At = signedAt
		pdf, err := signing.Sign(report(o.Streams), l.agency[k.signer], o)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, pdf)
		f.Add(pdf)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var r signature.Result
		costtest.Check(t, func() { r = signature.Verify(b, l.trust, judged, signature.DefaultPolicy()) })
		if r.Signature.Status != schemas.SignatureValid {
			return
		}
		for _, s := range seeds {
			// Case of hexadecimal digits apart.
			if bytes.EqualFold(b[:min(len(b), len(s))], s) {
				return
			}
		}
		t.Errorf("valid: %q", b)
	})
}

// FuzzRevisions reads structure, all objects, and an update of any shape.
func FuzzRevisions(f *testing.F) {
	for _, streams := range []bool{false, true} {
		pdf := report(streams)
		u, err := signing.NewUpdate(pdf, streams)
		if err != nil {
			f.Fatal(err)
		}
		u.AddDSS([][]byte{sharedLab().root.Certificate}, nil, nil)
		out := u.Bytes("")
		f.Add(out, len(pdf))
	}
	f.Fuzz(func(t *testing.T, b []byte, earlier int) {
		costtest.Check(t, func() { readAll(b, earlier) })
	})
}

func readAll(b []byte, earlier int) {
	doc := revision.NewDocument(b)
	later, err := doc.Open(len(b))
	if err != nil {
		return
	}
	for _, n := range later.Numbers() {
		if o, err := later.Object(n); err == nil {
			if st, ok := o.(*revision.Stream); ok {
				_, _ = later.Decode(st)
			}
		}
	}
	if old, err := doc.Open(earlier); err == nil {
		_, _ = later.Updates(old)
		_, _ = changes.Between(old, later, changes.Signatures{})
	}
}

// FuzzUpdate appends well-formed updates: object numbers, and what stands in
// them as bytes, so that the walks over two revisions are reached and not just
// the reader. Nothing of it may change what is shown.
func FuzzUpdate(f *testing.F) {
	l := sharedLab()
	pdf, err := signing.Sign(report(false), l.agency[signing.ECDSA], signing.Options{Room: 4000, At: signedAt})
	if err != nil {
		f.Fatal(err)
	}
	first, err := revision.NewDocument(pdf).Open(len(pdf))
	if err != nil {
		f.Fatal(err)
	}
	der := fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(l.root.Certificate), l.root.Certificate)
	f.Add(uint8(1), []byte("<< /Type /Catalog /Pages 2 0 R /DSS << /Certs [200 0 R] >> >>"), uint8(200), []byte(der), "")
	f.Add(uint8(1), []byte("<< /Type /Catalog /Pages 2 0 R /Extensions << /ESIC << /BaseVersion /1.7 /ExtensionLevel 5 >> >> >>"), uint8(201), []byte("null"), "")
	f.Add(uint8(6), []byte("<< /ModDate (D:2026) >>"), uint8(202), []byte("[200 0 R]"), "/Zz 202 0 R")
	f.Add(uint8(40), []byte("<< /Type /Page /Parent 2 0 R /Annots [203 0 R] >>"), uint8(203), []byte("<< /Type /Annot /Subtype /Widget /FT /Sig /T (x) /V 200 0 R >>"), "")
	f.Fuzz(func(t *testing.T, n1 uint8, b1 []byte, n2 uint8, b2 []byte, trailer string) {
		if n1 == 0 || n2 == 0 {
			return
		}
		u, err := signing.NewUpdate(pdf, false)
		if err != nil {
			t.Fatal(err)
		}
		u.Set(int(n1), string(b1))
		u.Set(int(n2), string(b2))
		out := u.Bytes(trailer)
		var r signature.Result
		costtest.Check(t, func() { r = signature.Verify(out, l.trust, judged, signature.DefaultPolicy()) })
		if r.Signature.Status != schemas.SignatureValid {
			return
		}
		last, err := revision.NewDocument(out).Open(len(out))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range first.Numbers() {
			if !first.InUse(n) {
				continue // nothing was signed there, and nothing refers to it
			}
			a, errA := first.Object(n)
			b, errB := last.Object(n)
			// The catalog may gain validation data and the information
			// dictionary a date; all else is what was signed.
			if n != 1 && n != infoObj && (errA != nil || errB != nil || !revision.Equal(a, b)) {
				t.Fatalf("valid with object %d changed: %v", n, r.Signature.Changes)
			}
		}
		ra, _ := first.Root()
		rb, _ := last.Root()
		for _, e := range append(ra.Entries, rb.Entries...) {
			switch e.Key {
			case "DSS", "Extensions", "Version", "AcroForm", "Metadata":
			default:
				if !revision.Equal(ra.Get(e.Key), rb.Get(e.Key)) {
					t.Fatalf("valid with catalog/%s changed: %v", e.Key, r.Signature.Changes)
				}
			}
		}
	})
}
