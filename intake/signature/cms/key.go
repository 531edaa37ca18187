package cms

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"fmt"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
)

// Kind is the kind of a public key.
type Kind string

// Kinds of keys.
const (
	RSA       Kind = "RSA"
	ECDSA     Kind = "ECDSA"
	Brainpool Kind = "ECDSA-brainpool" // elliptic curves that the standard library lacks
	Ed25519   Kind = "Ed25519"
	Ed448     Kind = "Ed448"
	SM2       Kind = "SM2"
)

// Key is the public key of a certificate.
type Key struct {
	Kind   Kind
	Bits   int
	rsa    *rsa.PublicKey
	pssKey bool // the key is for PSS only (RFC 4055)
	pssFor *pss // what it is bound to, nil for any parameters
	wide   bool // an exponent or a length that crypto/rsa refuses
	ec     *ecdsa.PublicKey
	ed     ed25519.PublicKey
	ed448  []byte
	curve  *weierstrass
	x, y   *big.Int
}

const (
	oidRSA       = "1.2.840.113549.1.1.1"
	oidPSS       = "1.2.840.113549.1.1.10"
	oidECKey     = "1.2.840.10045.2.1"
	oidSM2Curve  = "1.2.156.10197.1.301"
	oidEd25519   = "1.3.101.112"
	oidEd448     = "1.3.101.113"
	maxRSABits   = 8192 // larger keys only cost time
	minKnownBits = 512
)

// Key reads the certificate's public key.
func (c *Certificate) Key() (*Key, error) { return parseKey(c.key) }

func parseKey(spki []byte) (*Key, error) {
	e, _, err := read(spki)
	if err != nil {
		return nil, errBER
	}
	cur := open(e, 0, tagSequence)
	alg, err := parseAlgorithm(cur.next())
	cur.fail(err)
	bits, err := cur.next().bits()
	cur.fail(err)
	if err := cur.end(); err != nil {
		return nil, err
	}
	switch alg.OID {
	case oidRSA, oidPSS:
		key, err := parseRSA(bits, alg.OID == oidPSS)
		if err == nil && key.pssKey && alg.Params != nil {
			p, err := pssParams(alg.Params)
			if err != nil {
				return nil, err
			}
			key.pssFor = &p
		}
		return key, err
	case oidECKey, oidSM2Curve:
		return parseEC(bits, alg)
	case oidEd25519:
		if len(bits) != ed25519.PublicKeySize {
			return nil, errBER
		}
		return &Key{Kind: Ed25519, Bits: 255, ed: ed25519.PublicKey(bits)}, nil
	case oidEd448:
		if len(bits) != 57 {
			return nil, errBER
		}
		return &Key{Kind: Ed448, Bits: 448, ed448: bits}, nil
	}
	return nil, fmt.Errorf("%w: key %s", ErrUnsupported, alg.OID)
}

func parseRSA(bits []byte, pss bool) (*Key, error) {
	e, rest, err := read(bits)
	if err != nil || len(rest) > 0 {
		return nil, errBER
	}
	c := open(e, 0, tagSequence)
	n, err := c.next().integer()
	c.fail(err)
	exp, err := c.next().integer()
	c.fail(err)
	if err := c.end(); err != nil {
		return nil, err
	}
	if n.Sign() <= 0 || n.BitLen() < minKnownBits || n.BitLen() > maxRSABits || !exp.IsInt64() || exp.Int64() < 3 || exp.Int64()%2 == 0 {
		return nil, fmt.Errorf("%w: RSA key of %d bits", ErrUnsupported, n.BitLen())
	}
	return &Key{Kind: RSA, Bits: n.BitLen(), rsa: &rsa.PublicKey{N: n, E: int(exp.Int64())}, pssKey: pss, wide: exp.Int64() > 1<<31-1 || n.BitLen() < 1024}, nil
}

func parseEC(bits []byte, alg AlgorithmID) (*Key, error) {
	curve := ""
	if alg.Params != nil {
		if e, _, err := read(alg.Params); err == nil {
			curve, _ = e.oid()
		}
	}
	if alg.OID == oidSM2Curve {
		curve = oidSM2Curve
	}
	var std elliptic.Curve
	switch curve {
	case "1.3.132.0.33":
		std = elliptic.P224()
	case "1.2.840.10045.3.1.7":
		std = elliptic.P256()
	case "1.3.132.0.34":
		std = elliptic.P384()
	case "1.3.132.0.35":
		std = elliptic.P521()
	case oidSM2Curve:
		pub, err := sm2.NewPublicKey(bits)
		if err != nil {
			return nil, errBER
		}
		return &Key{Kind: SM2, Bits: 256, ec: pub}, nil
	}
	if std != nil {
		pub, err := ecdsa.ParseUncompressedPublicKey(std, bits)
		if err != nil {
			return nil, errBER
		}
		return &Key{Kind: ECDSA, Bits: std.Params().BitSize, ec: pub}, nil
	}
	if w := brainpool(curve); w != nil {
		x, y, ok := w.point(bits)
		if !ok {
			return nil, errBER
		}
		return &Key{Kind: Brainpool, Bits: w.p.BitLen(), curve: w, x: x, y: y}, nil
	}
	return nil, fmt.Errorf("%w: curve %q", ErrUnsupported, curve)
}
