package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"io"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"jianding/intake/signature/cms"
)

// Algorithm is what a key signs with.
type Algorithm string

// Algorithms.
const (
	RSA     Algorithm = "RSA"
	RSAPSS  Algorithm = "RSA-PSS"
	ECDSA   Algorithm = "ECDSA"
	Ed25519 Algorithm = "Ed25519"
	SM2     Algorithm = "SM2"
)

// GenerateKey makes a key: RSA of 2048 bits, P-256, Ed25519 or SM2.
func GenerateKey(a Algorithm) (crypto.Signer, error) {
	switch a {
	case RSA, RSAPSS:
		return rsa.GenerateKey(rand.Reader, 2048)
	case ECDSA:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case Ed25519:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	case SM2:
		return sm2.GenerateKey(rand.Reader)
	}
	return nil, fmt.Errorf("signing: unknown algorithm %q", a)
}

// algorithmOf is the plain algorithm of a key; PSS has to be asked for.
func algorithmOf(key crypto.Signer) Algorithm {
	switch key.(type) {
	case *rsa.PrivateKey:
		return RSA
	case *ecdsa.PrivateKey:
		return ECDSA
	case ed25519.PrivateKey:
		return Ed25519
	case *sm2.PrivateKey:
		return SM2
	}
	return ""
}

// hashFor is the digest that goes with an algorithm unless another is asked.
func hashFor(a Algorithm) cms.Hash {
	switch a {
	case SM2:
		return cms.SM3
	case Ed25519:
		return cms.SHA512
	}
	return cms.SHA256
}

var hashOIDs = map[cms.Hash]string{
	cms.MD5: "1.2.840.113549.2.5", cms.SHA1: "1.3.14.3.2.26", cms.SHA224: "2.16.840.1.101.3.4.2.4", cms.SHA256: "2.16.840.1.101.3.4.2.1",
	cms.SHA384: "2.16.840.1.101.3.4.2.2", cms.SHA512: "2.16.840.1.101.3.4.2.3", cms.SM3: "1.2.156.10197.1.401",
}

var stdHashes = map[cms.Hash]crypto.Hash{
	cms.MD5: crypto.MD5, cms.SHA1: crypto.SHA1, cms.SHA224: crypto.SHA224, cms.SHA256: crypto.SHA256, cms.SHA384: crypto.SHA384, cms.SHA512: crypto.SHA512,
}

func hashAlgorithm(h cms.Hash) []byte {
	if h == cms.SM3 {
		return sequence(oid(hashOIDs[h]))
	}
	return sequence(oid(hashOIDs[h]), null())
}

// signatureAlgorithm is the AlgorithmIdentifier of certificates, CRLs and
// signed data. sm2OID picks among the identifiers that producers write.
func signatureAlgorithm(a Algorithm, h cms.Hash, sm2OID string) []byte {
	switch a {
	case RSA:
		id, ok := map[cms.Hash]string{cms.MD5: "1.2.840.113549.1.1.4", cms.SHA1: "1.2.840.113549.1.1.5", cms.SHA224: "1.2.840.113549.1.1.14",
			cms.SHA256: "1.2.840.113549.1.1.11", cms.SHA384: "1.2.840.113549.1.1.12", cms.SHA512: "1.2.840.113549.1.1.13"}[h]
		if !ok {
			id = "1.2.840.113549.1.1.1"
		}
		return sequence(oid(id), null())
	case RSAPSS:
		return sequence(oid("1.2.840.113549.1.1.10"), sequence(
			context(0, hashAlgorithm(h)),
			context(1, sequence(oid("1.2.840.113549.1.1.8"), hashAlgorithm(h))),
			context(2, integer(int64(h.New().Size())))))
	case ECDSA:
		return sequence(oid(map[cms.Hash]string{cms.SHA1: "1.2.840.10045.4.1", cms.SHA256: "1.2.840.10045.4.3.2",
			cms.SHA384: "1.2.840.10045.4.3.3", cms.SHA512: "1.2.840.10045.4.3.4"}[h]))
	case Ed25519:
		return sequence(oid("1.3.101.112"))
	}
	if sm2OID == "" {
		sm2OID = "1.2.156.10197.1.501"
	}
	return sequence(oid(sm2OID))
}

// signMessage signs a message, SM2 with the default identity unless noID is
// set.
func signMessage(random io.Reader, key crypto.Signer, a Algorithm, h cms.Hash, message []byte, noID bool) ([]byte, error) {
	switch k := key.(type) {
	case *sm2.PrivateKey:
		if noID {
			return k.Sign(random, cms.SM3.Sum(append(cms.SM2EmptyZ(&k.PublicKey), message...)), nil)
		}
		return k.SignWithSM2(random, nil, message)
	case ed25519.PrivateKey:
		return ed25519.Sign(k, message), nil
	}
	digest := h.Sum(message)
	if a == RSAPSS {
		return key.Sign(random, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: stdHashes[h]})
	}
	return key.Sign(random, digest, stdHashes[h])
}

// Signer is a key with its certificate and chain (DER).
type Signer struct {
	Key         crypto.Signer
	Certificate []byte
	Chain       [][]byte
	PSS         bool // sign with RSASSA-PSS
}

// LoadSigner reads a certificate and a PKCS#8 key, both PEM.
func LoadSigner(certificate, key []byte) (Signer, error) {
	cb, _ := pem.Decode(certificate)
	kb, _ := pem.Decode(key)
	if cb == nil || kb == nil {
		return Signer{}, fmt.Errorf("signing: not PEM")
	}
	k, err := smx509.ParsePKCS8PrivateKey(kb.Bytes)
	if err != nil {
		return Signer{}, fmt.Errorf("signing: key: %w", err)
	}
	s, ok := k.(crypto.Signer)
	if !ok {
		return Signer{}, fmt.Errorf("signing: key of type %T cannot sign", k)
	}
	return Signer{Key: s, Certificate: cb.Bytes}, nil
}

func (s Signer) algorithm() Algorithm {
	if s.PSS {
		return RSAPSS
	}
	return algorithmOf(s.Key)
}
