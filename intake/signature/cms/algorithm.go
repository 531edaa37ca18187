package cms

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
)

// scheme is a signature algorithm: a kind of key and, where the identifier
// names one, the digest.
type scheme struct {
	kind Kind
	hash Hash // "" when the digest algorithm decides
	pss  bool
}

// schemes maps signature algorithm identifiers (RFC 3279, 4055, 5754, 8419,
// GM/T 0006 and the variants that Chinese producers write).
func schemes(oid string) (scheme, bool) {
	s, ok := map[string]scheme{
		oidRSA:                    {kind: RSA},
		"1.2.840.113549.1.1.4":    {kind: RSA, hash: MD5},
		"1.2.840.113549.1.1.5":    {kind: RSA, hash: SHA1},
		"1.3.14.3.2.29":           {kind: RSA, hash: SHA1},
		"1.2.840.113549.1.1.14":   {kind: RSA, hash: SHA224},
		"1.2.840.113549.1.1.11":   {kind: RSA, hash: SHA256},
		"1.2.840.113549.1.1.12":   {kind: RSA, hash: SHA384},
		"1.2.840.113549.1.1.13":   {kind: RSA, hash: SHA512},
		"2.16.840.1.101.3.4.3.14": {kind: RSA, hash: SHA3_256},
		"2.16.840.1.101.3.4.3.15": {kind: RSA, hash: SHA3_384},
		"2.16.840.1.101.3.4.3.16": {kind: RSA, hash: SHA3_512},
		oidPSS:                    {kind: RSA, pss: true},
		oidECKey:                  {kind: ECDSA},
		"1.2.840.10045.4.1":       {kind: ECDSA, hash: SHA1},
		"1.2.840.10045.4.3.1":     {kind: ECDSA, hash: SHA224},
		"1.2.840.10045.4.3.2":     {kind: ECDSA, hash: SHA256},
		"1.2.840.10045.4.3.3":     {kind: ECDSA, hash: SHA384},
		"1.2.840.10045.4.3.4":     {kind: ECDSA, hash: SHA512},
		"0.4.0.127.0.7.1.1.4.1.1": {kind: ECDSA, hash: SHA1}, // plain format: refused by the length of its value
		"2.16.840.1.101.3.4.3.10": {kind: ECDSA, hash: SHA3_256},
		"2.16.840.1.101.3.4.3.11": {kind: ECDSA, hash: SHA3_384},
		"2.16.840.1.101.3.4.3.12": {kind: ECDSA, hash: SHA3_512},
		oidEd25519:                {kind: Ed25519, hash: SHA512},
		oidEd448:                  {kind: Ed448, hash: Shake256},
		"1.2.156.10197.1.501":     {kind: SM2, hash: SM3},
		"1.2.156.10197.1.301":     {kind: SM2, hash: SM3},
		"1.2.156.10197.1.301.1":   {kind: SM2, hash: SM3},
	}[oid]
	return s, ok
}

// digestHash names the digest of a digestAlgorithm, which some producers fill
// with a signature algorithm.
func digestHash(oid string) Hash {
	if h := HashByOID(oid); h != "" {
		return h
	}
	s, _ := schemes(oid)
	return s.hash
}

// Scheme is a resolved signature algorithm.
type Scheme struct {
	Kind Kind
	Hash Hash
	PSS  bool
	salt int
	mgf  Hash // of PSS's mask generation function
	// NoSM2ID is set by verify when an SM2 signature holds only without the
	// default identity (GM/T 0009, 10): Z computed over an empty one.
	NoSM2ID bool
}

// Name is the algorithm as reports print it: "RSA-SHA256", "SM2-SM3".
func (s Scheme) Name() string {
	kind := string(s.Kind)
	switch {
	case s.PSS:
		kind = "RSA-PSS"
	case s.Kind == Brainpool:
		kind = string(ECDSA)
	case s.Kind == Ed25519, s.Kind == Ed448:
		return kind
	}
	return kind + "-" + string(s.Hash)
}

// resolve makes one scheme out of digest algorithm, signature algorithm and
// key, and refuses what does not fit together.
func resolve(digest string, alg AlgorithmID, key *Key) (Scheme, error) {
	s, ok := schemes(alg.OID)
	if !ok {
		return Scheme{}, fmt.Errorf("%w: signature algorithm %s", ErrUnsupported, alg.OID)
	}
	h := digestHash(digest)
	if h == "" {
		return Scheme{}, fmt.Errorf("%w: digest %s", ErrUnsupported, digest)
	}
	if key.Kind == SM2 && alg.OID == oidECKey {
		s = scheme{kind: SM2, hash: SM3}
	}
	kind := key.Kind
	if kind == Brainpool {
		kind = ECDSA
	}
	if s.kind != kind {
		return Scheme{}, fmt.Errorf("%w: %s with a key for %s", ErrAlgorithm, s.kind, key.Kind)
	}
	if key.pssKey && !s.pss {
		return Scheme{}, fmt.Errorf("%w: key is for PSS only", ErrAlgorithm)
	}
	out := Scheme{Kind: key.Kind, Hash: h, PSS: s.pss}
	if s.pss {
		p, err := pssParams(alg.Params)
		if err != nil {
			return Scheme{}, err
		}
		if key.pssFor != nil && !key.pssFor.permits(p) {
			return Scheme{}, fmt.Errorf("%w: key is for other PSS parameters", ErrAlgorithm)
		}
		s.hash, out.mgf, out.salt = p.hash, p.mgf, p.salt
	}
	if s.hash != "" && s.hash != h {
		return Scheme{}, fmt.Errorf("%w: digest %s, signature %s", ErrAlgorithm, h, s.hash)
	}
	return out, nil
}

// pss are the parameters of RSASSA-PSS.
type pss struct {
	hash, mgf Hash // of the message, and of the mask: they may differ
	salt      int
}

// permits reports whether a key that is bound to p may make a signature with
// used: the same digests, and no shorter salt (RFC 4055, 3.3).
func (p pss) permits(used pss) bool {
	return used.hash == p.hash && used.mgf == p.mgf && used.salt >= p.salt
}

// pssParams reads RSASSA-PSS-params (RFC 4055, 3.1).
func pssParams(raw []byte) (pss, error) {
	h, mgf, salt := SHA1, SHA1, 20
	if raw != nil {
		e, _, err := read(raw)
		if err != nil {
			return pss{}, fmt.Errorf("%w: PSS parameters", ErrAlgorithm)
		}
		c := open(e, 0, tagSequence)
		if f, ok := c.optional(2, 0); ok {
			a, err := parseAlgorithm(open(f, 2, 0).next())
			c.fail(err)
			c.fail(a.demandPlain())
			h = HashByOID(a.OID)
		}
		if f, ok := c.optional(2, 1); ok {
			a, err := parseAlgorithm(open(f, 2, 1).next())
			c.fail(err)
			if err == nil && a.OID == "1.2.840.113549.1.1.8" && a.Params != nil {
				inner, _, err := read(a.Params)
				c.fail(err)
				m, err := parseAlgorithm(inner)
				c.fail(err)
				c.fail(m.demandPlain())
				mgf = HashByOID(m.OID)
			} else {
				mgf = ""
			}
		}
		if f, ok := c.optional(2, 2); ok {
			n, err := open(f, 2, 2).next().integer()
			c.fail(err)
			if err == nil && n.IsInt64() && n.Int64() >= 0 && n.Int64() <= 512 {
				salt = int(n.Int64())
			} else {
				c.fail(errBER)
			}
		}
		if f, ok := c.optional(2, 3); ok { // the trailer field is 1, always
			n, err := open(f, 2, 3).next().integer()
			c.fail(err)
			if err == nil && (!n.IsInt64() || n.Int64() != 1) {
				c.fail(errBER)
			}
		}
		if c.end() != nil {
			return pss{}, fmt.Errorf("%w: PSS parameters", ErrAlgorithm)
		}
	}
	if h == "" || mgf == "" {
		return pss{}, fmt.Errorf("%w: PSS parameters", ErrUnsupported)
	}
	return pss{h, mgf, salt}, nil
}

// check verifies sig over message. Where the caller has only the digest
// (nothing does, apart from adbe.x509.rsa_sha1), message is nil.
func (s *Scheme) check(key *Key, message, digest, sig []byte) error {
	if digest == nil && s.Kind != SM2 && s.Kind != Ed25519 && s.Kind != Ed448 {
		digest = s.Hash.sum(message)
	}
	ok := false
	switch s.Kind {
	case RSA:
		h := s.Hash.std()
		if h == 0 {
			return fmt.Errorf("%w: RSA with %s", ErrUnsupported, s.Hash)
		}
		switch {
		case s.PSS && (key.wide || s.salt == 0 || s.mgf != s.Hash): // 0 means any length to the library
			ok = verifyWidePSS(key.rsa, *s, digest, sig)
		case key.wide:
			ok = verifyWide(key.rsa, h, digest, sig)
		case s.PSS:
			ok = rsa.VerifyPSS(key.rsa, h, digest, sig, &rsa.PSSOptions{SaltLength: s.salt, Hash: h}) == nil
		default:
			ok = rsa.VerifyPKCS1v15(key.rsa, h, digest, sig) == nil
		}
	case ECDSA:
		ok = ecdsa.VerifyASN1(key.ec, digest, sig)
	case Brainpool:
		r, t, err := ecdsaValue(sig)
		ok = err == nil && key.curve.verify(key.x, key.y, digest, r, t)
	case Ed25519:
		ok = len(sig) == ed25519.SignatureSize && ed25519.Verify(key.ed, message, sig)
	case Ed448:
		ok = verifyEd448(key.ed448, message, sig)
	case SM2:
		ok = sm2.VerifyASN1WithSM2(key.ec, nil, message, sig)
		if !ok && sm2WithoutID(key.ec, message, sig) {
			s.NoSM2ID, ok = true, true
		}
	}
	if !ok {
		return ErrSignature
	}
	return nil
}

// sm2WithoutID tries the two readings of producers that forget the default
// identity: an empty one, and no Z at all. Policy decides what they are worth.
func sm2WithoutID(pub *ecdsa.PublicKey, message, sig []byte) bool {
	return sm2.VerifyASN1(pub, SM3.sum(append(SM2EmptyZ(pub), message...)), sig) || sm2.VerifyASN1(pub, SM3.sum(message), sig)
}

// SM2EmptyZ is Z of GM/T 0003.2-2012, 5.5, over an empty identity (the library
// takes an empty identity for the default one).
func SM2EmptyZ(pub *ecdsa.PublicKey) []byte {
	c := pub.Params()
	three := big.NewInt(3)
	z := []byte{0, 0}
	for _, n := range []*big.Int{three.Sub(c.P, three), c.B, c.Gx, c.Gy, pub.X, pub.Y} {
		z = append(z, n.FillBytes(make([]byte, 32))...)
	}
	return SM3.sum(z)
}

func ecdsaValue(sig []byte) (r, s *big.Int, err error) {
	e, rest, err := read(sig)
	if err != nil || len(rest) > 0 {
		return nil, nil, errBER
	}
	c := open(e, 0, tagSequence)
	r, err = c.next().integer()
	c.fail(err)
	s, err = c.next().integer()
	c.fail(err)
	return r, s, c.end()
}
