package signature_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// TestContainerIsHeld: no digit of what a container says of algorithms and
// versions may change, though its signature does not cover them.
func TestContainerIsHeld(t *testing.T) {
	l := sharedLab()
	next := make(map[byte]byte)
	for i, c := range []byte("0123456789abcdef") {
		next[c] = "123456789abcdef0"[i]
	}
	for _, k := range []kind{{name: "rsa", signer: signing.RSA}, {name: "rsa-pss", signer: signing.RSAPSS}, {name: "sm2", signer: signing.SM2, opts: signing.Options{Format: signing.GM0010}}} {
		pdf := l.signed(t, k)
		start := bytes.LastIndex(pdf, []byte("/Contents <")) + len("/Contents <")
		value := pdf[start : start+bytes.IndexByte(pdf[start:], '>')]
		// What the certificate holds is checked elsewhere and takes long.
		cert := bytes.Index(value, []byte(hex.EncodeToString(l.agency[k.signer].Certificate)))
		end := len(bytes.TrimRight(value, "0"))
		for at := range end {
			inCert := at >= cert && at < cert+2*len(l.agency[k.signer].Certificate)
			if inCert || idle(pdf, start+at, false) {
				continue
			}
			out := bytes.Clone(pdf)
			out[start+at] = next[out[start+at]]
			if l.verify(out).Signature.Status == schemas.SignatureValid {
				t.Errorf("%s: digit %d of %d may change: …%s[%c]", k.name, at, end, value[max(0, at-16):at], value[at])
			}
		}
	}
}

// TestAttributesInBER: what is signed is the DER encoding of the attributes,
// however the container has them (RFC 5652, 5.4).
func TestAttributesInBER(t *testing.T) {
	l := sharedLab()
	for _, k := range l.kinds() {
		if k.seal {
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			k.opts.AttributesBER = true
			pdf := l.signed(t, k)
			expect(t, l.verify(pdf), schemas.SignatureValid, "")
			// The digest stands in two pieces; each of its bytes counts.
			at := bytes.LastIndex(pdf, []byte("24800405")) + len("24800405")
			pdf[at] ^= 1
			expect(t, l.verify(pdf), schemas.SignatureModified, schemas.ReasonDigest)
		})
	}
}
