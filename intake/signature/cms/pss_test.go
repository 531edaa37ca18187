package cms

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"testing"
)

// pssAlgorithm writes the identifier of RSASSA-PSS with its parameters (RFC 4055,
// 3.1), as nobody else's code would have to.
func pssAlgorithm(t *testing.T, hash, mask asn1.ObjectIdentifier, salt int, trailer ...int) []byte {
	t.Helper()
	type algorithm struct {
		ID     asn1.ObjectIdentifier
		Params asn1.RawValue `asn1:"optional"`
	}
	der := func(v any, params string) []byte {
		b, err := asn1.MarshalWithParams(v, params)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	inner := der(algorithm{ID: mask}, "")
	params := der(algorithm{ID: hash}, "explicit,tag:0")
	params = append(params, der(algorithm{ID: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}, Params: asn1.RawValue{FullBytes: inner}}, "explicit,tag:1")...)
	params = append(params, der(salt, "explicit,tag:2")...)
	for _, n := range trailer {
		params = append(params, der(n, "explicit,tag:3")...)
	}
	return wrap(0x30, params)
}

// TestKeyBoundToParameters: a key may say with which parameters alone it signs
// (RFC 4055, 3.3); what is signed otherwise is not signed by it.
func TestKeyBoundToParameters(t *testing.T) {
	sha256, sha384 := asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	type public struct{ N, E any }
	bits, err := asn1.Marshal(public{private.N, private.E})
	if err != nil {
		t.Fatal(err)
	}
	id, err := asn1.Marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10})
	if err != nil {
		t.Fatal(err)
	}
	keyFor := func(params []byte) (*Key, error) {
		return parseKey(wrap(0x30, append(wrap(0x30, append(id[:len(id):len(id)], params...)), wrap(3, append([]byte{0}, bits...))...)))
	}
	bound := pssAlgorithm(t, sha256, sha256, 32)
	for _, c := range []struct {
		name     string
		key, sig []byte
		hash     crypto.Hash
		salt     int
		want     error
	}{
		{"unbound", nil, pssAlgorithm(t, sha384, sha384, 20), crypto.SHA384, 20, nil},
		{"as bound", bound, bound, crypto.SHA256, 32, nil},
		{"trailer stated", bound, pssAlgorithm(t, sha256, sha256, 32, 1), crypto.SHA256, 32, nil},
		{"longer salt", bound, pssAlgorithm(t, sha256, sha256, 40), crypto.SHA256, 40, nil},
		{"shorter salt", bound, pssAlgorithm(t, sha256, sha256, 20), crypto.SHA256, 20, ErrAlgorithm},
		{"other digest", bound, pssAlgorithm(t, sha384, sha384, 48), crypto.SHA384, 48, ErrAlgorithm},
		{"other mask", bound, pssAlgorithm(t, sha256, sha384, 32), crypto.SHA256, 32, ErrAlgorithm},
		{"defaults for the signature", bound, nil, crypto.SHA1, 20, ErrAlgorithm},
		{"defaults for the key", []byte{0x30, 0}, bound, crypto.SHA256, 32, ErrAlgorithm},
		{"other trailer", nil, pssAlgorithm(t, sha256, sha256, 32, 2), crypto.SHA256, 32, ErrAlgorithm},
		{"another salt than stated", nil, pssAlgorithm(t, sha256, sha256, 20), crypto.SHA256, 32, ErrSignature},
	} {
		t.Run(c.name, func(t *testing.T) {
			key, err := keyFor(c.key)
			if err != nil {
				t.Fatal(err)
			}
			h := c.hash.New()
			h.Write([]byte("message"))
			sig, err := rsa.SignPSS(rand.Reader, private, c.hash, h.Sum(nil), &rsa.PSSOptions{SaltLength: c.salt})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := VerifySigned(key, AlgorithmID{OID: oidPSS, Params: c.sig}, []byte("message"), sig); !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	for _, broken := range [][]byte{{5, 0}, {2, 1, 1}, {0x30, 2, 5, 0}} {
		if k, err := keyFor(broken); err == nil {
			t.Errorf("a key bound to %x: %+v", broken, k)
		}
	}
}
