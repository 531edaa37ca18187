// Package cms reads and verifies the cryptographic containers that stand in
// the Contents of a PDF signature: CMS SignedData (RFC 5652) and its Chinese
// twin GM/T 0010, RFC 3161 time-stamp tokens, and the evidence of revocation
// that they carry. It is strict where laxity was exploited (one signer, every
// attribute once, nothing after the structure) and accepts BER where producers
// write it. Signed attributes are hashed as they stand; where they are no DER and
// that fails, their DER encoding is what RFC 5652 has signed.
//
// It judges integrity only: whether a certificate is trusted is for package
// signature. Start reading at [Parse] and [SignedData.Verify].
package cms

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
)

// Limits that no genuine container comes near.
const (
	maxCertificates = 256 // of one container
	maxCandidates   = 8   // certificates that answer to one signer's name
)

// Content types, PKCS#7/CMS and GM/T 0010.
const (
	oidData         = "1.2.840.113549.1.7.1"
	oidSignedData   = "1.2.840.113549.1.7.2"
	oidGMData       = "1.2.156.10197.6.1.4.2.1"
	oidGMSignedData = "1.2.156.10197.6.1.4.2.2"
	OIDTSTInfo      = "1.2.840.113549.1.9.16.1.4"
)

// Faults of the container, each with a rule of its own.
var (
	ErrSyntax        = errors.New("the signature container is not valid CMS")
	ErrTrailing      = errors.New("bytes follow the signature container")
	ErrSigners       = errors.New("the signature container has not exactly one signer")
	ErrNoAttributes  = errors.New("the signature has no signed attributes")
	ErrAttributes    = errors.New("a signed attribute is missing, double or malformed")
	ErrContentType   = errors.New("the contentType attribute does not match the content")
	ErrDigest        = errors.New("the message digest does not match the signed bytes")
	ErrSignature     = errors.New("the signature value does not verify")
	ErrAlgorithm     = errors.New("algorithms of the signature contradict each other or are not allowed")
	ErrUnsupported   = errors.New("the algorithm is not supported")
	ErrNoCertificate = errors.New("the signer's certificate is not in the container")
	ErrSigningCert   = errors.New("the signing-certificate attribute does not match the certificate")
	ErrNoSigningCert = errors.New("the signing-certificate attribute is missing")
	ErrStamp         = errors.New("the time-stamp says too little of the time, or something that is not known")
	ErrContent       = errors.New("the container encloses content of its own")
)

// AlgorithmID is an AlgorithmIdentifier; Params is the raw element or nil.
type AlgorithmID struct {
	OID    string
	Params []byte
}

// Attribute is one attribute with its values' raw elements.
type Attribute struct {
	OID    string
	Values [][]byte
}

// SignedData is a parsed container.
type SignedData struct {
	GM           bool // GM/T 0010 content types
	ContentType  string
	Content      []byte        // nil when detached
	Digests      []AlgorithmID // that the container announces
	Certificates []*Certificate
	CRLs         [][]byte // DER
	OCSPs        [][]byte // OCSPResponse, DER
	Signer       SignerInfo
	Raw          []byte // the ContentInfo, without padding
}

// SignerInfo is the one signer of a container.
type SignerInfo struct {
	Issuer     []byte // raw Name, with Serial; or
	Serial     *big.Int
	KeyID      []byte // the subject key identifier
	Digest     AlgorithmID
	Algorithm  AlgorithmID
	Signature  []byte
	Signed     []Attribute
	Unsigned   []Attribute
	attributes []byte // SET OF, as hashed; nil when there are none
}

// Parse reads a container from the bytes of Contents. Zero bytes may follow
// it, nothing else (ISO 32000-2, 12.8.1).
func Parse(contents []byte) (*SignedData, error) {
	e, rest, err := read(contents)
	if err != nil {
		return nil, ErrSyntax
	}
	if len(bytes.TrimLeft(rest, "\x00")) > 0 {
		return nil, ErrTrailing
	}
	sd, err := parseContentInfo(e)
	if err != nil {
		return nil, err
	}
	sd.Raw = e.raw
	return sd, nil
}

// IsContentInfo tells from its structure whether contents holds a container
// that [Parse] reads (as opposed to an electronic seal).
func IsContentInfo(contents []byte) bool {
	e, _, err := read(contents)
	if err != nil {
		return false
	}
	c := open(e, 0, tagSequence)
	id, err := c.next().oid()
	return c.err == nil && err == nil && id != ""
}

func parseContentInfo(e element) (*SignedData, error) {
	c := open(e, 0, tagSequence)
	id, err := c.next().oid()
	c.fail(err)
	body, ok := c.optional(2, 0)
	if !ok {
		c.fail(errBER)
	}
	if err := c.end(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if id != oidSignedData && id != oidGMSignedData {
		return nil, fmt.Errorf("%w: content type %s", ErrSyntax, id)
	}
	inner := open(body, 2, 0)
	seq := inner.next()
	if err := inner.end(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	sd := &SignedData{GM: id == oidGMSignedData}
	if err := sd.parse(seq); err != nil {
		return nil, err
	}
	return sd, nil
}

func (sd *SignedData) parse(seq element) error {
	c := open(seq, 0, tagSequence)
	version, err := c.next().integer()
	c.fail(err)
	if c.err == nil && (!version.IsInt64() || version.Int64() < 0 || version.Int64() > 5) {
		c.fail(errBER)
	}
	digests := open(c.next(), 0, tagSet)
	c.fail(digests.err)
	for _, e := range digests.list {
		a, err := parseAlgorithm(e)
		c.fail(err)
		sd.Digests = append(sd.Digests, a)
	}
	c.fail(sd.parseEncap(c.next()))
	if certs, ok := c.optional(2, 0); ok {
		list, err := certs.children()
		c.fail(err)
		for _, e := range list {
			// One odd certificate, or an attribute certificate, does not
			// spoil the rest: what is needed is looked for by name.
			if cert, err := ParseCertificate(e.raw); err == nil && len(sd.Certificates) < maxCertificates {
				sd.Certificates = append(sd.Certificates, cert)
			}
		}
	}
	if crls, ok := c.optional(2, 1); ok {
		list, err := crls.children()
		c.fail(err)
		for _, e := range list {
			sd.parseRevocation(e)
		}
	}
	signers := open(c.next(), 0, tagSet)
	c.fail(signers.err)
	if err := c.end(); err != nil {
		return fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if len(signers.list) != 1 {
		return fmt.Errorf("%w: %d", ErrSigners, len(signers.list))
	}
	if err := sd.Signer.parse(signers.list[0]); err != nil {
		return fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	return nil
}

func (sd *SignedData) parseEncap(e element) error {
	c := open(e, 0, tagSequence)
	var err error
	sd.ContentType, err = c.next().oid()
	c.fail(err)
	if content, ok := c.optional(2, 0); ok {
		in := open(content, 2, 0)
		o := in.next()
		c.fail(in.end())
		if c.err == nil {
			if o.is(0, tagOctetString) {
				sd.Content, err = o.octets(0)
				c.fail(err)
			} else {
				sd.Content = o.content // PKCS#7 1.5 allows any type here
			}
			if sd.Content == nil {
				sd.Content = []byte{}
			}
		}
	}
	return c.end()
}

func (sd *SignedData) parseRevocation(e element) {
	switch {
	case e.is(0, tagSequence):
		sd.CRLs = append(sd.CRLs, e.raw)
	case e.is(2, 1): // OtherRevocationInfoFormat
		other := open(wrapped(e), 0, tagSequence)
		id, err := other.next().oid()
		body := other.next()
		if err == nil && other.end() == nil && id == "1.3.6.1.5.5.7.16.2" {
			sd.OCSPs = append(sd.OCSPs, body.raw)
		}
	}
}

// wrapped turns an implicitly tagged element into its universal sequence.
func wrapped(e element) element {
	e.class, e.tag = 0, tagSequence
	return e
}

func (s *SignerInfo) parse(e element) error {
	c := open(e, 0, tagSequence)
	version, err := c.next().integer()
	c.fail(err)
	id, byKey := c.optional(2, 0)
	// 1 with issuer and serial, 3 with a key identifier (RFC 5652, 5.3), where
	// some write 1 as well.
	if c.err == nil && (!version.IsInt64() || version.Int64() != 1 && !(byKey && version.Int64() == 3)) {
		c.fail(errBER)
	}
	if byKey {
		s.KeyID, err = id.octets(0)
		c.fail(err)
	} else {
		sid := open(c.next(), 0, tagSequence)
		s.Issuer = sid.next().raw
		s.Serial, err = sid.next().integer()
		c.fail(sid.end())
		c.fail(err)
	}
	s.Digest, err = parseAlgorithm(c.next())
	c.fail(err)
	if attrs, ok := c.optional(2, 0); ok {
		s.Signed, err = parseAttributes(attrs)
		c.fail(err)
		if !attrs.indefinite {
			s.attributes = append([]byte{0x31}, attrs.raw[1:]...)
		} else {
			s.attributes = wrap(0x31, attrs.content)
		}
	}
	s.Algorithm, err = parseAlgorithm(c.next())
	c.fail(err)
	sig := c.next()
	if c.err == nil && !sig.is(0, tagOctetString) {
		return errBER
	}
	if c.err == nil {
		s.Signature, err = sig.octets(0)
		c.fail(err)
	}
	if attrs, ok := c.optional(2, 1); ok {
		s.Unsigned, err = parseAttributes(attrs)
		c.fail(err)
	}
	return c.end()
}

func parseAlgorithm(e element) (AlgorithmID, error) {
	c := open(e, 0, tagSequence)
	id, err := c.next().oid()
	c.fail(err)
	a := AlgorithmID{OID: id}
	if c.err == nil && len(c.list) > 0 {
		a.Params = c.next().raw
	}
	return a, c.end()
}

func parseAttributes(set element) ([]Attribute, error) {
	list, err := set.children()
	if err != nil {
		return nil, err
	}
	out := make([]Attribute, 0, len(list))
	for _, e := range list {
		c := open(e, 0, tagSequence)
		id, err := c.next().oid()
		c.fail(err)
		values := open(c.next(), 0, tagSet)
		c.fail(values.err)
		if err := c.end(); err != nil {
			return nil, err
		}
		a := Attribute{OID: id}
		for _, v := range values.list {
			a.Values = append(a.Values, v.raw)
		}
		out = append(out, a)
	}
	return out, nil
}

// SignedAttribute returns the single value of a signed attribute; found tells
// whether it is there at all, and the error that it is not there exactly once.
func (s *SignerInfo) SignedAttribute(oid string) (value []byte, found bool, err error) {
	for _, a := range s.Signed {
		if a.OID != oid {
			continue
		}
		if found || len(a.Values) != 1 {
			return nil, true, fmt.Errorf("%w: %s", ErrAttributes, oid)
		}
		value, found = a.Values[0], true
	}
	return value, found, nil
}

// UnsignedAttributes returns all values of an unsigned attribute.
func (s *SignerInfo) UnsignedAttributes(oid string) [][]byte {
	var out [][]byte
	for _, a := range s.Unsigned {
		if a.OID == oid {
			out = append(out, a.Values...)
		}
	}
	return out
}
