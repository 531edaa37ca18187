package cms

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// VerifySigned checks a value over message with an algorithm identifier as
// certificates, CRLs and OCSP responses carry it, and returns the scheme.
func VerifySigned(key *Key, alg AlgorithmID, message, value []byte) (Scheme, error) {
	s, ok := schemes(alg.OID)
	if !ok {
		return Scheme{}, fmt.Errorf("%w: %s", ErrUnsupported, alg.OID)
	}
	digest := map[Hash]string{MD5: "1.2.840.113549.2.5", SHA1: "1.3.14.3.2.26", SHA224: "2.16.840.1.101.3.4.2.4",
		SHA256: "2.16.840.1.101.3.4.2.1", SHA384: "2.16.840.1.101.3.4.2.2", SHA512: "2.16.840.1.101.3.4.2.3",
		SHA3_256: "2.16.840.1.101.3.4.2.8", SHA3_384: "2.16.840.1.101.3.4.2.9", SHA3_512: "2.16.840.1.101.3.4.2.10",
		SM3: "1.2.156.10197.1.401", Shake256: "2.16.840.1.101.3.4.2.12"}[s.hash]
	if s.pss {
		p, err := pssParams(alg.Params)
		if err != nil {
			return Scheme{}, err
		}
		digest = map[Hash]string{SHA1: "1.3.14.3.2.26", SHA256: "2.16.840.1.101.3.4.2.1", SHA384: "2.16.840.1.101.3.4.2.2", SHA512: "2.16.840.1.101.3.4.2.3"}[p.hash]
	}
	if digest == "" && key.Kind == SM2 {
		digest = "1.2.156.10197.1.401"
	}
	sc, err := resolve(digest, alg, key)
	if err != nil {
		return sc, err
	}
	return sc, sc.check(key, message, nil, value)
}

// CRL is a certificate revocation list with the parts that its signature is
// over.
type CRL struct {
	*x509.RevocationList
	alg AlgorithmID
	// Few lists are asked, and a document can bring long ones.
	index    sync.Once
	bySerial map[string][]int
	// Unclear: an entry says something critical that is not known here, so that
	// what the list leaves out cannot be told (RFC 5280, 5.3).
	Unclear bool
}

var (
	oidReason     = asn1.ObjectIdentifier{2, 5, 29, 21}
	oidInvalidity = asn1.ObjectIdentifier{2, 5, 29, 24}
)

// ParseCRL reads a DER CRL of any algorithm.
func ParseCRL(der []byte) (*CRL, error) {
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, err
	}
	e, _, err := read(der)
	if err != nil {
		return nil, err
	}
	c := open(e, 0, tagSequence)
	c.next()
	alg, err := parseAlgorithm(c.next())
	if err != nil || c.err != nil {
		return nil, errBER
	}
	out := &CRL{RevocationList: list, alg: alg}
	for i := range list.RevokedCertificateEntries {
		for _, x := range list.RevokedCertificateEntries[i].Extensions {
			out.Unclear = out.Unclear || x.Critical && !x.Id.Equal(oidReason) && !x.Id.Equal(oidInvalidity)
		}
	}
	return out, nil
}

// Entries is what the list says of a serial number, nothing when it does not
// list it. That a list should say it once binds its issuer; the worst counts.
func (c *CRL) Entries(serial *big.Int) []*x509.RevocationListEntry {
	c.index.Do(func() {
		c.bySerial = make(map[string][]int, len(c.RevokedCertificateEntries))
		for i := range c.RevokedCertificateEntries {
			key := string(c.RevokedCertificateEntries[i].SerialNumber.Bytes())
			c.bySerial[key] = append(c.bySerial[key], i)
		}
	})
	var out []*x509.RevocationListEntry
	for _, i := range c.bySerial[string(serial.Bytes())] {
		out = append(out, &c.RevokedCertificateEntries[i])
	}
	return out
}

// VerifiedBy checks the list's signature and returns its scheme.
func (c *CRL) VerifiedBy(key *Key) (Scheme, error) {
	return VerifySigned(key, c.alg, c.RawTBSRevocationList, c.Signature)
}

// maxResponders bounds the certificates of one response, each of which may cost
// a verification: a responder's and those above it.
const maxResponders = 8

// OCSP is one basic OCSP response (RFC 6960).
type OCSP struct {
	ProducedAt   time.Time
	Singles      []SingleOCSP
	Certificates []*Certificate
	ByName       []byte // responder's raw Name, or
	ByKey        []byte // the SHA-1 of its key
	tbs          []byte
	alg          AlgorithmID
	signature    []byte
}

// SingleOCSP is the answer for one certificate.
type SingleOCSP struct {
	Hash       Hash
	NameHash   []byte
	KeyHash    []byte
	Serial     *big.Int
	Good       bool
	RevokedAt  time.Time // zero when not revoked
	ThisUpdate time.Time
	NextUpdate time.Time
	Cutoff     time.Time // archiveCutoff, zero when absent
}

// ParseOCSP reads an OCSPResponse, or a bare BasicOCSPResponse as the Adobe
// attribute sometimes has it.
func ParseOCSP(der []byte) (*OCSP, error) {
	e, _, err := read(der)
	if err != nil {
		return nil, err
	}
	c := open(e, 0, tagSequence)
	first := c.next()
	if c.err != nil {
		return nil, c.err
	}
	if first.is(0, 10) { // responseStatus
		if len(first.content) != 1 || first.content[0] != 0 {
			return nil, fmt.Errorf("ocsp: unsuccessful")
		}
		body, ok := c.optional(2, 0)
		if !ok {
			return nil, errBER
		}
		rb := open(open(body, 2, 0).next(), 0, tagSequence)
		id, err := rb.next().oid()
		octets := rb.next()
		if err != nil || rb.err != nil || id != "1.3.6.1.5.5.7.48.1.1" {
			return nil, errBER
		}
		raw, err := octets.octets(0)
		if err != nil {
			return nil, err
		}
		if e, _, err = read(raw); err != nil {
			return nil, err
		}
	}
	return parseBasicOCSP(e)
}

func parseBasicOCSP(e element) (*OCSP, error) {
	c := open(e, 0, tagSequence)
	tbs := c.next()
	alg, err := parseAlgorithm(c.next())
	c.fail(err)
	sig, err := c.next().bits()
	c.fail(err)
	o := &OCSP{tbs: tbs.raw, alg: alg, signature: sig}
	if certs, ok := c.optional(2, 0); ok {
		list := open(open(certs, 2, 0).next(), 0, tagSequence)
		for _, x := range list.list[:min(len(list.list), maxResponders)] {
			if cert, err := ParseCertificate(x.raw); err == nil {
				o.Certificates = append(o.Certificates, cert)
			}
		}
	}
	d := open(tbs, 0, tagSequence)
	d.optional(2, 0)
	if name, ok := d.optional(2, 1); ok {
		o.ByName = name.content
	} else if key, ok := d.optional(2, 2); ok {
		o.ByKey = open(key, 2, 2).next().content
	} else {
		d.fail(errBER)
	}
	o.ProducedAt, err = parseTime(d.next())
	d.fail(err)
	singles := open(d.next(), 0, tagSequence)
	for _, x := range singles.list {
		s, err := parseSingle(x)
		if err != nil {
			return nil, err
		}
		o.Singles = append(o.Singles, s)
	}
	unclear := false
	if ext, ok := d.optional(2, 1); ok {
		list, err := extensionsOf(ext)
		d.fail(err)
		unclear = unknownCritical(list)
	}
	if c.end() != nil || d.end() != nil || singles.err != nil {
		return nil, errBER
	}
	for i := range o.Singles {
		o.Singles[i].Good = o.Singles[i].Good && !unclear
	}
	return o, nil
}

func parseSingle(e element) (SingleOCSP, error) {
	var s SingleOCSP
	c := open(e, 0, tagSequence)
	id := open(c.next(), 0, tagSequence)
	alg, err := parseAlgorithm(id.next())
	id.fail(err)
	s.Hash = HashByOID(alg.OID)
	s.NameHash, s.KeyHash = id.next().content, id.next().content
	s.Serial, err = id.next().integer()
	id.fail(err)
	c.fail(id.err)
	status := c.next()
	switch {
	case status.is(2, 0):
		s.Good = true
	case status.is(2, 1):
		r := open(status, 2, 1)
		s.RevokedAt, err = parseTime(r.next())
		c.fail(err)
	}
	s.ThisUpdate, err = parseTime(c.next())
	c.fail(err)
	if next, ok := c.optional(2, 0); ok {
		s.NextUpdate, err = parseTime(open(next, 2, 0).next())
		c.fail(err)
	}
	if ext, ok := c.optional(2, 1); ok {
		list, err := extensionsOf(ext)
		c.fail(err)
		s.Cutoff = timeIn(list, oidArchiveCutoff)
		// From when on the key is known or feared to have been in other hands,
		// if that is earlier: the extensions of CRL entries are those of answers
		// too (RFC 6960, 4.4.5).
		if since := timeIn(list, oidInvalidity.String()); !since.IsZero() && since.Before(s.RevokedAt) {
			s.RevokedAt = since
		}
		s.Good = s.Good && !unknownCritical(list)
	}
	return s, c.end()
}

const oidArchiveCutoff = "1.3.6.1.5.5.7.48.1.6" // RFC 6960, 4.4.4

// extension is one of an OCSP response or a time-stamp.
type extension struct {
	id       string
	critical bool
	value    []byte
}

// extensionsOf reads Extensions below an explicit or implicit tag.
func extensionsOf(tagged element) ([]extension, error) {
	list, err := tagged.children()
	if err != nil {
		return nil, err
	}
	if len(list) == 1 && len(list[0].content) > 0 && list[0].content[0] == 0x30 { // a sequence of sequences: the tag is explicit
		if list, err = list[0].children(); err != nil {
			return nil, err
		}
	}
	var out []extension
	for _, e := range list {
		c := open(e, 0, tagSequence)
		var x extension
		x.id, err = c.next().oid()
		c.fail(err)
		if b, ok := c.optional(0, 1); ok {
			x.critical = len(b.content) != 1 || b.content[0] != 0
		}
		value := c.next()
		if c.end() != nil || !value.is(0, tagOctetString) {
			return nil, errBER
		}
		x.value = value.content
		out = append(out, x)
	}
	return out, nil
}

// timeIn is the time in an extension, zero when there is none that can be read.
func timeIn(list []extension, id string) time.Time {
	for _, x := range list {
		if x.id != id {
			continue
		}
		inner, _, err := read(x.value)
		if t, bad := parseTime(inner); err == nil && bad == nil {
			return t
		}
	}
	return time.Time{}
}

// unknownCritical reports whether an extension says something critical that is
// not known here: nobody is acquitted by what was not understood.
func unknownCritical(list []extension) bool {
	for _, x := range list {
		switch x.id {
		case oidArchiveCutoff, oidInvalidity.String(), oidReason.String(),
			"1.3.6.1.5.5.7.48.1.2", "1.3.6.1.5.5.7.48.1.3", "1.3.6.1.5.5.7.48.1.9": // nonce, CRL reference, extended revoke
		default:
			if x.critical {
				return true
			}
		}
	}
	return false
}

// VerifiedBy checks the response's signature and returns its scheme.
func (o *OCSP) VerifiedBy(key *Key) (Scheme, error) {
	return VerifySigned(key, o.alg, o.tbs, o.signature)
}

// Sum hashes b; it is nil for an unknown hash.
func (h Hash) Sum(b []byte) []byte {
	if h.New() == nil {
		return nil
	}
	return h.sum(b)
}

// KeyBits returns the public key's bit string, which OCSP identifies issuers
// by.
func (c *Certificate) KeyBits() []byte {
	e, _, err := read(c.key)
	if err != nil {
		return nil
	}
	cur := open(e, 0, tagSequence)
	cur.next()
	b, err := cur.next().bits()
	if err != nil {
		return nil
	}
	return b
}
