package cms

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// Attributes that are looked at.
const (
	oidContentType       = "1.2.840.113549.1.9.3"
	oidMessageDigest     = "1.2.840.113549.1.9.4"
	oidSigningTime       = "1.2.840.113549.1.9.5"
	oidSigningCert       = "1.2.840.113549.1.9.16.2.12"
	oidSigningCertV2     = "1.2.840.113549.1.9.16.2.47"
	oidProtection        = "1.2.840.113549.1.9.52"
	oidRevocationArchive = "1.2.840.113583.1.1.8"
	OIDSignatureTime     = "1.2.840.113549.1.9.16.2.14"
)

// Digests computes the digest of the signed bytes; it is asked once per hash.
type Digests func(Hash) []byte

// Verdict is what [SignedData.Verify] finds. A check that failed is in Errors;
// the signature is intact when there is none.
type Verdict struct {
	Certificate  *Certificate
	Key          *Key
	Scheme       Scheme
	SigningTime  time.Time // claimed, zero when absent
	SigningCert  bool      // a signing-certificate attribute is there and matches
	SigningCert1 bool      // it is the old one, by SHA-1
	Errors       []error
}

func (v *Verdict) fail(err error) { v.Errors = append(v.Errors, err) }

// Intact reports whether every check passed.
func (v *Verdict) Intact() bool { return len(v.Errors) == 0 }

// Is reports whether one of the failed checks is target.
func (v *Verdict) Is(target error) bool {
	for _, e := range v.Errors {
		if errors.Is(e, target) {
			return true
		}
	}
	return false
}

// Verify checks the signer's signature over content whose digests are given.
// extra are further certificates to look for the signer's among (Cert of the
// signature dictionary, the DSS). It checks everything and returns all faults.
func (sd *SignedData) Verify(digests Digests, extra []*Certificate) *Verdict {
	v := &Verdict{}
	s := &sd.Signer
	candidates := s.find(append(sd.Certificates[:len(sd.Certificates):len(sd.Certificates)], extra...))
	if s.attributes == nil {
		// Without signed attributes a signature over attributes can be passed
		// off as one over a document (Strenzke, ePrint 2023/1801).
		v.fail(ErrNoAttributes)
	}
	sd.checkAlgorithms(v)
	sd.checkContentType(v)
	sd.checkDigest(v, digests)
	sd.checkSigningTime(v)
	if len(candidates) == 0 {
		v.fail(ErrNoCertificate)
		return v
	}
	sd.checkSignature(v, candidates, digests)
	sd.checkProtection(v)
	sd.checkSigningCert(v)
	return v
}

// checkAlgorithms: what the container announces outside the signature agrees
// with what the signer used (RFC 5652, 5.1), and has no parameters where there
// are none to have.
func (sd *SignedData) checkAlgorithms(v *Verdict) {
	s := &sd.Signer
	announced := len(sd.Digests) == 0
	for _, a := range sd.Digests {
		announced = announced || digestHash(a.OID) == digestHash(s.Digest.OID)
		if digestHash(a.OID) == "" || !a.plain() {
			v.fail(fmt.Errorf("%w: digest %s announced", ErrAlgorithm, a.OID))
		}
	}
	if !announced || !s.Digest.plain() {
		v.fail(fmt.Errorf("%w: digest %s", ErrAlgorithm, s.Digest.OID))
	}
	if known, ok := schemes(s.Algorithm.OID); ok && !known.pss && s.Algorithm.OID != oidECKey && !s.Algorithm.plain() {
		v.fail(fmt.Errorf("%w: parameters of %s", ErrAlgorithm, s.Algorithm.OID))
	}
}

// plain reports whether an algorithm has no parameters, or null for them, or
// what it must have: the length of id-shake256-len (RFC 8419, 2.3).
func (a AlgorithmID) plain() bool {
	if a.OID == "2.16.840.1.101.3.4.2.18" {
		return string(a.Params) == "\x02\x02\x02\x00"
	}
	return a.Params == nil || string(a.Params) == "\x05\x00"
}

func (a AlgorithmID) demandPlain() error {
	if !a.plain() {
		return fmt.Errorf("%w: parameters of %s", ErrAlgorithm, a.OID)
	}
	return nil
}

func (sd *SignedData) checkContentType(v *Verdict) {
	s := &sd.Signer
	if s.attributes == nil {
		return
	}
	value, found, err := s.SignedAttribute(oidContentType)
	if err != nil || !found {
		v.fail(fmt.Errorf("%w: contentType", ErrAttributes))
		return
	}
	e, rest, err := read(value)
	if err != nil || len(rest) > 0 {
		v.fail(fmt.Errorf("%w: contentType", ErrAttributes))
		return
	}
	id, err := e.oid()
	if err != nil || (id != sd.ContentType && !(isData(id) && isData(sd.ContentType))) {
		v.fail(ErrContentType)
	}
}

// isData: producers mix the GM/T 0010 and PKCS#7 identifiers of "data".
func isData(oid string) bool { return oid == oidData || oid == oidGMData }

// PlainData reports whether the content type is data, as a document's
// signature must have.
func (sd *SignedData) PlainData() bool { return isData(sd.ContentType) }

func (sd *SignedData) checkDigest(v *Verdict, digests Digests) {
	s := &sd.Signer
	if s.attributes == nil {
		return
	}
	value, found, err := s.SignedAttribute(oidMessageDigest)
	if err != nil || !found {
		v.fail(fmt.Errorf("%w: messageDigest", ErrAttributes))
		return
	}
	e, rest, err := read(value)
	if err != nil || len(rest) > 0 || !e.is(0, tagOctetString) {
		v.fail(fmt.Errorf("%w: messageDigest", ErrAttributes))
		return
	}
	sum, err := e.octets(0)
	if err != nil {
		v.fail(fmt.Errorf("%w: messageDigest", ErrAttributes))
		return
	}
	h := digestHash(s.Digest.OID)
	if h == "" {
		v.fail(fmt.Errorf("%w: digest %s", ErrUnsupported, s.Digest.OID))
		return
	}
	if len(sum) == 0 || !bytes.Equal(sum, digests(h)) { // no digest at all is none that matches
		v.fail(ErrDigest)
	}
}

func (sd *SignedData) checkSigningTime(v *Verdict) {
	value, found, err := sd.Signer.SignedAttribute(oidSigningTime)
	if err != nil {
		v.fail(err)
		return
	}
	if !found {
		return
	}
	e, _, err := read(value)
	if err != nil {
		return // a claim that cannot be read is no claim
	}
	v.SigningTime, _ = parseTime(e)
}

func (sd *SignedData) checkSignature(v *Verdict, candidates []*Certificate, digests Digests) {
	s := &sd.Signer
	var last error
	for _, cert := range candidates {
		key, err := cert.Key()
		if err != nil {
			last = err
			v.Certificate = cert
			continue
		}
		sc, err := resolve(s.Digest.OID, s.Algorithm, key)
		v.Certificate, v.Key, v.Scheme = cert, key, sc
		if err != nil {
			last = err
			continue
		}
		if s.attributes != nil {
			err = sc.check(key, s.attributes, nil, s.Signature)
			if err != nil {
				if der := s.reencoded(); der != nil {
					err = sc.check(key, der, nil, s.Signature)
				}
			}
		} else if sc.Kind == RSA || sc.Kind == ECDSA || sc.Kind == Brainpool {
			err = sc.check(key, nil, digests(sc.Hash), s.Signature)
		} else {
			err = fmt.Errorf("%w: %s without signed attributes", ErrUnsupported, sc.Kind)
		}
		v.Scheme = sc
		if err == nil {
			return
		}
		last = err
	}
	if !errors.Is(last, ErrUnsupported) && !errors.Is(last, ErrAlgorithm) && !errors.Is(last, ErrSignature) {
		last = fmt.Errorf("%w: %w", ErrUnsupported, last)
	}
	v.fail(last)
}

// checkProtection compares CMSAlgorithmProtection (RFC 6211) when it is there.
func (sd *SignedData) checkProtection(v *Verdict) {
	value, found, err := sd.Signer.SignedAttribute(oidProtection)
	if err != nil {
		v.fail(err)
		return
	}
	if !found {
		return
	}
	e, _, err := read(value)
	if err != nil {
		v.fail(fmt.Errorf("%w: algorithm protection", ErrAttributes))
		return
	}
	c := open(e, 0, tagSequence)
	digest, err := parseAlgorithm(c.next())
	c.fail(err)
	if alg, ok := c.optional(2, 1); ok {
		a, err := parseAlgorithm(wrapped(alg))
		c.fail(err)
		if err == nil && a.OID != sd.Signer.Algorithm.OID {
			c.fail(ErrAlgorithm)
		}
	}
	if c.err != nil || digest.OID != sd.Signer.Digest.OID {
		v.fail(fmt.Errorf("%w: algorithm protection", ErrAlgorithm))
	}
}

// checkSigningCert compares the ESS attributes (RFC 2634, RFC 5035): the first
// certificate they name must be the signer's.
func (sd *SignedData) checkSigningCert(v *Verdict) {
	for _, oid := range []string{oidSigningCert, oidSigningCertV2} {
		value, found, err := sd.Signer.SignedAttribute(oid)
		if err != nil {
			v.fail(err)
			continue
		}
		if !found {
			continue
		}
		h, digest, ok := essFirst(value, oid == oidSigningCertV2)
		switch {
		case !ok:
			v.fail(fmt.Errorf("%w: malformed", ErrSigningCert))
		case h == "":
			v.fail(fmt.Errorf("%w: signing-certificate digest", ErrUnsupported))
		case v.Certificate == nil || !bytes.Equal(h.sum(v.Certificate.Raw), digest):
			v.fail(ErrSigningCert)
		default:
			v.SigningCert = true
			v.SigningCert1 = v.SigningCert1 || oid == oidSigningCert
		}
	}
}

func essFirst(value []byte, v2 bool) (Hash, []byte, bool) {
	e, _, err := read(value)
	if err != nil {
		return "", nil, false
	}
	certs := open(open(e, 0, tagSequence).next(), 0, tagSequence)
	id := open(certs.next(), 0, tagSequence)
	h := SHA1
	if v2 {
		h = SHA256
		if a, ok := id.optional(0, tagSequence); ok {
			alg, err := parseAlgorithm(a)
			id.fail(err)
			h = HashByOID(alg.OID)
		}
	}
	d := id.next()
	if id.err != nil || certs.err != nil || !d.is(0, tagOctetString) {
		return "", nil, false
	}
	return h, d.content, true
}

// ArchivedRevocation returns the CRLs and OCSP responses of the Adobe
// attribute adbe-revocationInfoArchival (ISO 32000-1, 12.8.3.3.2).
func (sd *SignedData) ArchivedRevocation() (crls, ocsps [][]byte) {
	crls = append(crls, sd.CRLs...)
	ocsps = append(ocsps, sd.OCSPs...)
	var values [][]byte
	if v, found, err := sd.Signer.SignedAttribute(oidRevocationArchive); found && err == nil {
		values = append(values, v)
	}
	values = append(values, sd.Signer.UnsignedAttributes(oidRevocationArchive)...)
	for _, v := range values {
		e, _, err := read(v)
		if err != nil {
			continue
		}
		c := open(e, 0, tagSequence)
		for _, kind := range []int{0, 1} {
			f, ok := c.optional(2, kind)
			if !ok {
				continue
			}
			list := open(open(f, 2, kind).next(), 0, tagSequence)
			for _, x := range list.list {
				if kind == 0 {
					crls = append(crls, x.raw)
				} else {
					ocsps = append(ocsps, x.raw)
				}
			}
		}
	}
	return crls, ocsps
}

// VerifyRaw checks the value of an adbe.x509.rsa_sha1 signature: a PKCS#1
// signature in an octet string over the SHA-1 of the signed bytes.
func VerifyRaw(contents []byte, cert *Certificate, digests Digests) *Verdict {
	v := &Verdict{Certificate: cert}
	e, rest, err := read(contents)
	if err != nil || !e.is(0, tagOctetString) || len(bytes.TrimLeft(rest, "\x00")) > 0 {
		v.fail(ErrSyntax)
		return v
	}
	key, err := cert.Key()
	if err != nil || key.Kind != RSA {
		v.fail(ErrUnsupported)
		return v
	}
	v.Key = key
	for _, h := range []Hash{SHA1, SHA256, SHA384, SHA512} {
		v.Scheme = Scheme{Kind: RSA, Hash: h}
		if v.Scheme.check(key, nil, digests(h), e.content) == nil {
			return v
		}
	}
	v.Scheme = Scheme{Kind: RSA, Hash: SHA1}
	v.fail(ErrSignature)
	return v
}
