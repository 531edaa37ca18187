package cms

import (
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func vector(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := pem.Decode(b); p != nil {
		return p.Bytes
	}
	return b
}

func certificateKey(t *testing.T, name string) *Key {
	t.Helper()
	c, err := ParseCertificate(vector(t, name))
	if err != nil {
		t.Fatal(err)
	}
	k, err := c.Key()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestOpenSSLSignatures verifies plain values, and refuses them over another
// message.
func TestOpenSSLSignatures(t *testing.T) {
	message := vector(t, "message.txt")
	for _, c := range []struct {
		cert, sig, alg string
		noID           bool
	}{
		{"sm2.crt", "sm2.sig", "1.2.156.10197.1.501", false},
		{"sm2.crt", "sm2-noid.sig", "1.2.156.10197.1.501", true},
		{"ed448.crt", "ed448.sig", oidEd448, false},
	} {
		t.Run(c.sig, func(t *testing.T) {
			k := certificateKey(t, c.cert)
			s, err := VerifySigned(k, AlgorithmID{OID: c.alg}, message, vector(t, c.sig))
			if err != nil || s.NoSM2ID != c.noID {
				t.Errorf("%v, without identity: %v", err, s.NoSM2ID)
			}
			if _, err := VerifySigned(k, AlgorithmID{OID: c.alg}, append(message, '!'), vector(t, c.sig)); !errors.Is(err, ErrSignature) {
				t.Errorf("another message: %v", err)
			}
		})
	}
}

// TestOpenSSLContainers verifies CMS made by openssl, and refuses each with
// one bit of its value flipped or over another message.
func TestOpenSSLContainers(t *testing.T) {
	message := vector(t, "message.txt")
	names, err := filepath.Glob("testdata/*.cms")
	if err != nil || len(names) < 8 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			sd, err := Parse(vector(t, filepath.Base(name)))
			if err != nil {
				t.Fatal(err)
			}
			if v := sd.Verify(SumOf(message), nil); !v.Intact() {
				t.Errorf("%v", v.Errors)
			}
			if v := sd.Verify(SumOf(append(message, '!')), nil); !v.Is(ErrDigest) || len(v.Errors) != 1 {
				t.Errorf("another message: %v", v.Errors)
			}
			sd.Signer.Signature[len(sd.Signer.Signature)-1] ^= 1
			if v := sd.Verify(SumOf(message), nil); !v.Is(ErrSignature) {
				t.Errorf("flipped value: %v", v.Errors)
			}
		})
	}
}

// TestOpenSSLCertificate: the self-signature of an SM2 certificate.
func TestOpenSSLCertificate(t *testing.T) {
	c, err := ParseCertificate(vector(t, "sm2.crt"))
	if err != nil {
		t.Fatal(err)
	}
	sm, err := c.SM()
	if err != nil {
		t.Fatal(err)
	}
	if err := sm.CheckSignatureFrom(sm); err != nil {
		t.Error(err)
	}
	if k, err := c.Key(); err != nil || k.Kind != SM2 || k.Bits != 256 {
		t.Errorf("%+v %v", k, err)
	}
}

// TestDigestParameters: a digest has no parameters, but for the length of one
// that must have it.
func TestDigestParameters(t *testing.T) {
	const sha256, shake, shakeLen = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.12", "2.16.840.1.101.3.4.2.18"
	for _, c := range []struct {
		oid, params string
		want        bool
	}{
		{sha256, "", true}, {sha256, "\x05\x00", true}, {sha256, "\x02\x01\x00", false},
		{shake, "", true}, {shakeLen, "\x02\x02\x02\x00", true}, {shakeLen, "", false}, {shakeLen, "\x02\x01\x08", false},
	} {
		a := AlgorithmID{OID: c.oid}
		if c.params != "" {
			a.Params = []byte(c.params)
		}
		if a.plain() != c.want {
			t.Errorf("%s with %x: %v", c.oid, c.params, !c.want)
		}
	}
}
