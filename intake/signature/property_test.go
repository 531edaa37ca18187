package signature_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// idle reports whether a change at an offset is one of validation data, or says
// nothing: the time-stamp token of a signature, which proves a time or does not,
// and the version number of the container, which producers write as they like.
// The token is the last SignedData within Contents.
func idle(pdf []byte, at int, stamped bool) bool {
	start := bytes.LastIndex(pdf, []byte("/Contents <")) + len("/Contents <")
	end := start + bytes.IndexByte(pdf[start:], '>')
	version := start + bytes.Index(pdf[start:], []byte("02010131")) + len("02010")
	token := max(bytes.LastIndex(pdf[start:end], []byte("06092a864886f70d010702")), bytes.LastIndex(pdf[start:end], []byte("060a2a811ccf550601040202")))
	return at == version || stamped && token > 0 && at > start+token && at < end
}

// TestNoByteMayChange: flip, insert, delete or append bytes anywhere outside
// validation data: never valid. (Hexadecimal digits of Contents may change
// case; that changes nothing.)
func TestNoByteMayChange(t *testing.T) {
	l := sharedLab()
	files := make(map[string][]byte)
	stamped := make(map[string]bool)
	var names []string
	for _, k := range l.kinds() {
		names = append(names, k.name)
		stamped[k.name] = k.opts.TSA != nil
		files[k.name] = l.signed(t, k)
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "kind")
		pdf := files[name]
		at := rapid.IntRange(0, len(pdf)-1).Draw(t, "at")
		// The value's padding makes most of the file: look elsewhere as well.
		if rapid.Bool().Draw(t, "outside") {
			start := bytes.LastIndex(pdf, []byte("/Contents <"))
			end := start + bytes.IndexByte(pdf[start:], '>')
			n := len(pdf) - (end - start)
			at = rapid.IntRange(0, n-1).Draw(t, "where")
			if at > start {
				at += end - start
			}
		}
		var out []byte
		switch rapid.SampledFrom([]string{"flip", "insert", "delete", "append"}).Draw(t, "how") {
		case "flip":
			out = bytes.Clone(pdf)
			out[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "mask"))
			if idle(pdf, at, stamped[name]) {
				return
			}
		case "insert":
			extra := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "bytes")
			out = append(append(bytes.Clone(pdf[:at]), extra...), pdf[at:]...)
		case "delete":
			n := min(rapid.IntRange(1, 40).Draw(t, "n"), len(pdf)-at)
			out = append(bytes.Clone(pdf[:at]), pdf[at+n:]...)
		case "append":
			out = append(bytes.Clone(pdf), rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "bytes")...)
		}
		if bytes.EqualFold(out, pdf) {
			return
		}
		if r := l.verify(out); r.Signature.Status == schemas.SignatureValid || r.AgencyID != "" {
			t.Fatalf("valid after a change at %d", at)
		}
	})
}

// TestNoUpdateMayFollow: append random legal incremental updates: never valid,
// unless they hold nothing but validation data.
func TestNoUpdateMayFollow(t *testing.T) {
	l := sharedLab()
	pdfs := [][]byte{l.signed(t, kind{signer: signing.RSA}), l.signed(t, kind{signer: signing.SM2, opts: signing.Options{Streams: true}})}
	values := rapid.Custom(func(t *rapid.T) revision.Object {
		return rapid.SampledFrom([]revision.Object{int64(1), true, revision.Name("X"), revision.String("x"), revision.Array{}, revision.Array{revision.Ref{Num: content2}},
			revision.Ref{Num: page1}, &revision.Dict{}, revision.Ref{Num: 99}}).Draw(t, "value")
	})
	keys := rapid.SampledFrom([]revision.Name{"Contents", "Resources", "Annots", "Kids", "Count", "AcroForm", "Fields", "Metadata", "Names", "OpenAction", "AA", "V", "AP", "Rect", "Title",
		"ModDate", "Version", "Extensions", "DSS", "Perms", "Font", "F1", "MediaBox", "Parent", "Pages", "Type", "Length", "Filter", "Lang", "Zz"})
	rapid.Check(t, func(t *rapid.T) {
		u, err := signing.NewUpdate(rapid.SampledFrom(pdfs).Draw(t, "file"), rapid.Bool().Draw(t, "streams"))
		if err != nil {
			t.Fatal(err)
		}
		changed := false
		for range rapid.IntRange(1, 4).Draw(t, "edits") {
			nums := u.File().Numbers()
			num := rapid.SampledFrom(nums).Draw(t, "object")
			switch rapid.IntRange(0, 3).Draw(t, "edit") {
			case 0, 1:
				if d := u.Dict(num); d != nil {
					k, v := keys.Draw(t, "key"), values.Draw(t, "value")
					if !revision.Equal(d.Get(k), v) {
						changed = true
					}
					signing.Put(d, k, v)
					u.SetObject(num, d)
				}
			case 2:
				u.SetStream(num, "", rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "data"))
				changed = true
			case 3:
				u.SetObject(u.New(), values.Draw(t, "new"))
				changed = true
			}
		}
		if rapid.Bool().Draw(t, "with validation data") {
			u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
		} else if !changed {
			return
		}
		if !changed {
			return
		}
		if r := l.verify(u.Bytes("")); r.Signature.Status == schemas.SignatureValid {
			// A date, a version or default resources beside validation data
			// are let pass, never alone.
			validation := false
			for _, c := range r.Signature.Changes {
				validation = validation || c.Kind == "validation_data"
				if c.Kind != "validation_data" && c.Kind != "document_info" && c.Kind != "form_defaults" {
					t.Fatalf("valid after %+v", r.Signature.Changes)
				}
			}
			if !validation {
				t.Fatalf("valid after %+v", r.Signature.Changes)
			}
		}
	})
}
