package signature_test

import (
	"bytes"
	"testing"

	"jianding/intake/signature"
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
		r := signature.Verify(b, l.trust, judged, signature.DefaultPolicy())
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
		}
	})
}
