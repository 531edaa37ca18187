package signature_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"jianding/intake/signature/cms"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// spot finds the parts of the (last) signature in a file.
type spot struct {
	rangeAt, rangeEnd int // inside the brackets of ByteRange
	start, end        int // Contents from '<' to after '>'
}

func locate(t testing.TB, pdf []byte) spot {
	t.Helper()
	var s spot
	s.rangeAt = bytes.LastIndex(pdf, []byte("/ByteRange [")) + len("/ByteRange [")
	s.rangeEnd = s.rangeAt + bytes.IndexByte(pdf[s.rangeAt:], ']')
	n := strings.Fields(string(pdf[s.rangeAt:s.rangeEnd]))
	var err1, err2 error
	s.start, err1 = strconv.Atoi(n[1])
	s.end, err2 = strconv.Atoi(n[2])
	if err1 != nil || err2 != nil || pdf[s.start] != '<' || pdf[s.end-1] != '>' {
		t.Fatal("fixture's byte range is not where it should be")
	}
	return s
}

// patch replaces bytes in place, keeping every offset.
func patch(pdf []byte, at int, text string) []byte {
	out := bytes.Clone(pdf)
	copy(out[at:], text)
	return out
}

func withRange(text string) func(t *testing.T, pdf []byte) []byte {
	return func(t *testing.T, pdf []byte) []byte {
		s := locate(t, pdf)
		return patch(pdf, s.rangeAt, text+strings.Repeat(" ", s.rangeEnd-s.rangeAt-len(text)))
	}
}

// rangeOf changes the four numbers.
func rangeOf(f func(s spot, total int) [4]int) func(t *testing.T, pdf []byte) []byte {
	return func(t *testing.T, pdf []byte) []byte {
		n := f(locate(t, pdf), len(pdf))
		return withRange(fmt.Sprintf("%d %d %d %d", n[0], n[1], n[2], n[3]))(t, pdf)
	}
}

// rawAttacks alter bytes in place: universal forgery, wrapping, duplicate
// keys, gap and padding tricks.
func rawAttacks() []struct {
	name   string
	do     func(t *testing.T, pdf []byte) []byte
	status schemas.SignatureStatus
	code   schemas.ReasonCode
} {
	const mod, inv = schemas.SignatureModified, schemas.SignatureInvalid
	replace := func(old, with string) func(t *testing.T, pdf []byte) []byte {
		return func(_ *testing.T, pdf []byte) []byte {
			i := bytes.LastIndex(pdf, []byte(old))
			return patch(pdf, i, with)
		}
	}
	return []struct {
		name   string
		do     func(t *testing.T, pdf []byte) []byte
		status schemas.SignatureStatus
		code   schemas.ReasonCode
	}{
		{"range-missing", replace("/ByteRange", "/ByteRanqe"), inv, schemas.ReasonByteRange},
		{"range-empty", withRange(""), inv, schemas.ReasonByteRange},
		{"range-null", func(t *testing.T, pdf []byte) []byte {
			s := locate(t, pdf)
			return patch(pdf, s.rangeAt-1, "null"+strings.Repeat(" ", s.rangeEnd-s.rangeAt-2))
		}, inv, schemas.ReasonByteRange},
		{"range-three", withRange("0 1 2"), inv, schemas.ReasonByteRange},
		{"range-six", withRange("0 10 20 10 40 10"), inv, schemas.ReasonByteRange},
		{"range-negative", withRange("0 -1 5 -1"), inv, schemas.ReasonByteRange},
		{"range-zeros", withRange("0 0 0 0"), inv, schemas.ReasonByteRange},
		{"range-reals", withRange("0.0 1.0 2.0 3.0"), inv, schemas.ReasonByteRange},
		{"range-overflow", withRange("0 99999999999999 99999999999999 9"), inv, schemas.ReasonByteRange},
		{"range-from-one", rangeOf(func(s spot, n int) [4]int { return [4]int{1, s.start - 1, s.end, n - s.end} }), inv, schemas.ReasonByteRange},
		{"range-first-only", rangeOf(func(s spot, n int) [4]int { return [4]int{0, s.start, s.end, 0} }), inv, schemas.ReasonByteRange},
		{"range-past-end", rangeOf(func(s spot, n int) [4]int { return [4]int{0, s.start, s.end, n} }), inv, schemas.ReasonByteRange},
		{"range-overlapping", rangeOf(func(s spot, n int) [4]int { return [4]int{0, s.end, s.start, n - s.start} }), inv, schemas.ReasonByteRange},
		{"gap-wider-left", rangeOf(func(s spot, n int) [4]int { return [4]int{0, s.start - 10, s.end, n - s.end} }), mod, schemas.ReasonGap},
		{"gap-wider-right", rangeOf(func(s spot, n int) [4]int { return [4]int{0, s.start, s.end + 5, n - s.end - 5} }), mod, schemas.ReasonGap},
		{"gap-narrower", rangeOf(func(s spot, n int) [4]int { return [4]int{0, s.start + 1, s.end - 1, n - s.end + 1} }), mod, schemas.ReasonGap},
		{"range-ends-early", rangeOf(func(s spot, n int) [4]int { return [4]int{0, s.start, s.end, n - s.end - 20} }), inv, schemas.ReasonRangeEnd},
		{"contents-missing", replace("/Contents <", "/Contentz <"), inv, schemas.ReasonContents},
		{"contents-name", func(t *testing.T, pdf []byte) []byte {
			s := locate(t, pdf)
			return patch(pdf, s.start, "/"+strings.Repeat("0", s.end-s.start-1))
		}, inv, schemas.ReasonContents},
		{"contents-literal", func(t *testing.T, pdf []byte) []byte {
			s := locate(t, pdf)
			out := patch(pdf, s.start, "(")
			return patch(out, s.end-1, ")")
		}, inv, schemas.ReasonContents},
		{"gap-holds-key", func(t *testing.T, pdf []byte) []byte {
			s := locate(t, pdf)
			return patch(pdf, s.end-20, "> /Contents <0000000")
		}, inv, schemas.ReasonDuplicateKey},
		{"gap-holds-range", func(t *testing.T, pdf []byte) []byte {
			s := locate(t, pdf)
			return patch(pdf, s.end-30, "> /ByteRange [0 1 2 3] /X <000")
		}, inv, schemas.ReasonDuplicateKey},
		{"gap-holds-white-space", func(t *testing.T, pdf []byte) []byte {
			s := locate(t, pdf)
			return patch(pdf, s.end-20, "        ")
		}, mod, schemas.ReasonGap},
		{"gap-closed-early", func(t *testing.T, pdf []byte) []byte {
			s := locate(t, pdf)
			return patch(pdf, s.end-20, ">%")
		}, "", ""},
		{"padding-not-zero", func(t *testing.T, pdf []byte) []byte {
			s := locate(t, pdf)
			return patch(pdf, s.end-9, "DEADBEEF")
		}, inv, schemas.ReasonPadding},
		{"content-flipped", func(_ *testing.T, pdf []byte) []byte {
			i := bytes.Index(pdf, []byte("0044007300757EA7")) // Dsu级
			out := bytes.Clone(pdf)
			out[i+3] = '2' // D becomes B
			return out
		}, mod, schemas.ReasonDigest},
		{"header-changed", func(_ *testing.T, pdf []byte) []byte { return patch(pdf, 0, "%PDF-1.6") }, mod, schemas.ReasonDigest},
		{"header-moved", func(_ *testing.T, pdf []byte) []byte { return append([]byte("\n"), pdf...) }, inv, schemas.ReasonStructure},
		{"tail-flipped", func(_ *testing.T, pdf []byte) []byte {
			i := bytes.LastIndex(pdf, []byte("%%EOF"))
			return patch(pdf, i-1, "\r")
		}, mod, schemas.ReasonDigest},
		{"truncated", func(_ *testing.T, pdf []byte) []byte { return pdf[:len(pdf)-200] }, inv, schemas.ReasonStructure},
		{"value-zeroed", func(t *testing.T, pdf []byte) []byte {
			s := locate(t, pdf)
			return patch(pdf, s.start+1, strings.Repeat("0", s.end-s.start-2))
		}, schemas.SignatureUnsigned, schemas.ReasonUnsigned},
		{"value-garbage", func(t *testing.T, pdf []byte) []byte {
			s := locate(t, pdf)
			return patch(pdf, s.start+1, strings.Repeat("AB", 100))
		}, "", ""},
		{"copied-from-another-file", func(t *testing.T, pdf []byte) []byte {
			// The value of a genuine signature by the same agency over another
			// report of equal layout.
			l := sharedLab()
			other := l.sign(t, signing.Document{Pages: [][]string{{"另一份报告"}}}.Bytes(), l.agency[signing.RSA], signing.Options{})
			o, s := locate(t, other), locate(t, pdf)
			return patch(pdf, s.start+1, string(other[o.start+1:o.end-1]))
		}, mod, schemas.ReasonDigest},
	}
}

// TestAttackMatrixRaw applies each attack on the bytes to each kind.
func TestAttackMatrixRaw(t *testing.T) {
	l := sharedLab()
	for _, k := range l.kinds() {
		if k.opts.Streams {
			continue // page content is packed there; bytes are the same
		}
		pdf := l.signed(t, k)
		for _, a := range rawAttacks() {
			t.Run(k.name+"/"+a.name, func(t *testing.T) {
				r := l.verify(a.do(t, pdf))
				if a.status == "" {
					if s := r.Signature.Status; s == schemas.SignatureValid || s == schemas.SignatureUntrusted {
						t.Errorf("accepted as %s", s)
					}
					return
				}
				expect(t, r, a.status, a.code)
			})
		}
	}
}

// TestAttackMatrixContainer makes each fault of the container in each format.
func TestAttackMatrixContainer(t *testing.T) {
	l := sharedLab()
	const inv, untrusted, unverifiable = schemas.SignatureInvalid, schemas.SignatureUntrusted, schemas.SignatureUnverifiable
	type fault struct {
		name   string
		f      signing.Faults
		status schemas.SignatureStatus
		code   schemas.ReasonCode
		only   func(k kind) bool
	}
	isCMS := func(k kind) bool { return !k.seal }
	isCAdES := func(k kind) bool { return k.opts.Format == signing.CAdES }
	isSeal := func(k kind) bool { return k.seal }
	isSM2 := func(k kind) bool { return k.signer == signing.SM2 }
	named := func(k kind) bool {
		return k.signer != signing.Ed25519 && !k.seal && k.opts.SM2OID != "1.2.840.10045.2.1"
	}
	faults := []fault{
		{"no-attributes", signing.Faults{NoAttributes: true}, inv, schemas.ReasonNoAttributes, isCMS},
		{"no-signing-certificate", signing.Faults{NoSigningCert: true}, inv, schemas.ReasonNoSigningCert, isCAdES},
		{"wrong-signing-certificate", signing.Faults{WrongSigningCert: true}, inv, schemas.ReasonSigningCert, isCMS},
		{"double-digest", signing.Faults{DoubleDigest: true}, inv, schemas.ReasonAttributes, isCMS},
		{"no-digest", signing.Faults{NoDigest: true}, inv, schemas.ReasonAttributes, isCMS},
		{"wrong-content-type", signing.Faults{WrongContentType: true}, inv, schemas.ReasonContentType, isCMS},
		{"no-content-type", signing.Faults{NoContentType: true}, inv, schemas.ReasonAttributes, isCMS},
		{"two-signers", signing.Faults{TwoSigners: true}, inv, schemas.ReasonSigners, isCMS},
		{"enclosed", signing.Faults{Enclosed: true}, inv, schemas.ReasonEnclosedContent, isCMS},
		{"trailing", signing.Faults{Trailing: true}, inv, schemas.ReasonPadding, nil},
		{"no-certificate", signing.Faults{NoCertificate: true}, inv, schemas.ReasonNoCertificate, isCMS},
		{"bad-value", signing.Faults{BadValue: true}, inv, schemas.ReasonValue, nil},
		{"mixed-digest", signing.Faults{MixedDigest: true}, inv, schemas.ReasonAlgorithm, named},
		{"algorithm-protection", signing.Faults{Protection: true}, inv, schemas.ReasonAlgorithm, isCMS},
		{"no-sm2-id", signing.Faults{EmptySM2ID: true}, untrusted, schemas.ReasonSM2ID, isSM2},
		{"seal-forged", signing.Faults{SealOtherMaker: true}, inv, schemas.ReasonSealMaker, isSeal},
		{"seal-of-another", signing.Faults{SealUnlistedSigner: true}, inv, schemas.ReasonSealSigner, isSeal},
		{"seal-expired", signing.Faults{SealExpired: true}, untrusted, schemas.ReasonSealPeriod, isSeal},
		{"seal-unknown", signing.Faults{SealUnknown: true}, unverifiable, schemas.ReasonSubFilter, isSeal},
	}

	for _, k := range l.kinds() {
		for _, f := range faults {
			if f.only != nil && !f.only(k) {
				continue
			}
			t.Run(k.name+"/"+f.name, func(t *testing.T) {
				o := k.opts
				o.Faults, o.Field = f.f, "agency"
				if f.f.Enclosed {
					o.Room = 65536
				}
				expect(t, l.verify(l.sign(t, report(o.Streams), l.agency[k.signer], o)), f.status, f.code)
			})
		}
	}
}

// TestWeakAlgorithms: SHA-1 is untrusted unless policy allows it, MD5 invalid.
func TestWeakAlgorithms(t *testing.T) {
	l := sharedLab()
	for _, c := range []struct {
		name   string
		o      signing.Options
		status schemas.SignatureStatus
		code   schemas.ReasonCode
	}{
		{"sha1", signing.Options{Hash: cms.SHA1}, schemas.SignatureUntrusted, schemas.ReasonWeakDigest},
		{"md5", signing.Options{Hash: cms.MD5}, schemas.SignatureInvalid, schemas.ReasonWeakDigest},
		{"sha224", signing.Options{Hash: cms.SHA224}, schemas.SignatureUntrusted, schemas.ReasonWeakDigest},
		{"sha384", signing.Options{Hash: cms.SHA384}, schemas.SignatureValid, ""},
		{"sha512", signing.Options{Hash: cms.SHA512}, schemas.SignatureValid, ""},
		{"pkcs7-sha1", signing.Options{Format: signing.PKCS7SHA1, Hash: cms.SHA256}, schemas.SignatureUntrusted, schemas.ReasonLegacy},
	} {
		t.Run(c.name, func(t *testing.T) {
			expect(t, l.verify(l.sign(t, report(false), l.agency[signing.RSA], c.o)), c.status, c.code)
		})
	}
}

// TestContentsAreUpperOrLowerHex: both are what producers write.
func TestContentsAreUpperOrLowerHex(t *testing.T) {
	l := sharedLab()
	pdf := l.signed(t, kind{signer: signing.RSA})
	s := locate(t, pdf)
	value, err := hex.DecodeString(string(pdf[s.start+1 : s.end-1]))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, l.verify(patch(pdf, s.start+1, strings.ToUpper(hex.EncodeToString(value)))), schemas.SignatureValid, "")
}
