package signing

import (
	"bytes"
	"crypto/rand"
	"io"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"jianding/intake/signature/cms"
)

// Faults are things done wrong on purpose, one at a time.
type Faults struct {
	NoAttributes       bool // sign the content without signed attributes
	NoSigningCert      bool // CAdES without the signing-certificate attribute
	WrongSigningCert   bool // the attribute names another certificate
	DoubleDigest       bool // messageDigest twice
	NoDigest           bool // messageDigest missing
	WrongContentType   bool // contentType names something else
	NoContentType      bool
	TwoSigners         bool // a second SignerInfo
	Enclosed           bool // content enclosed under a detached format
	Trailing           bool // bytes after the container
	NoCertificate      bool // the signer's certificate left out
	BadValue           bool // one bit of the value flipped
	MixedDigest        bool // digest algorithm contradicts the signature's
	Protection         bool // algorithm protection for another algorithm
	EmptySM2ID         bool // SM2 without the default identity
	ForeignTimeStamp   bool // a time-stamp over another value
	SealOtherMaker     bool // the seal's maker signature is broken
	SealUnlistedSigner bool // the signer is not in the seal's list
	SealExpired        bool // the seal had run out
	SealUnknown        bool // a structure that nobody knows
}

// container builds CMS SignedData.
type container struct {
	signer             Signer
	gm                 bool   // GM/T 0010 content types
	sm2OID             string // signature algorithm identifier for SM2
	contentType        string // of the content; data when empty
	content            []byte // enclosed; nil when detached
	message            []byte // what is digested when detached
	hash               cms.Hash
	at                 time.Time // signing time, zero: none
	signingCertificate bool
	byKeyID            bool
	crls, ocsps        [][]byte // adbe-revocationInfoArchival
	indefinite         bool     // outer lengths in BER
	attributesBER      bool     // signed attributes in BER, signed in DER
	faults             Faults
	stamp              func(signature []byte) ([]byte, error)
	random             io.Reader
}

const (
	oidData         = "1.2.840.113549.1.7.1"
	oidSignedData   = "1.2.840.113549.1.7.2"
	oidGMData       = "1.2.156.10197.6.1.4.2.1"
	oidGMSignedData = "1.2.156.10197.6.1.4.2.2"
)

func attribute(id string, values ...[]byte) []byte { return sequence(oid(id), set(values...)) }

// setOf orders members as DER wants a SET OF.
func setOf(parts [][]byte) []byte {
	parts = slices.Clone(parts)
	slices.SortFunc(parts, bytes.Compare)
	return set(parts...)
}

func (c container) encode() ([]byte, error) {
	if c.random == nil {
		c.random = rand.Reader
	}
	outer := oidSignedData
	if c.gm {
		outer = oidGMSignedData
	}
	if c.contentType == "" {
		c.contentType = oidData
		if c.gm {
			c.contentType = oidGMData
		}
	}
	cert, err := cms.ParseCertificate(c.signer.Certificate)
	if err != nil {
		return nil, err
	}
	info, err := c.signerInfo(cert)
	if err != nil {
		return nil, err
	}
	infos := info
	if c.faults.TwoSigners {
		infos = append(bytes.Clone(info), info...)
	}
	encap := sequence(oid(c.contentType))
	if c.content != nil || c.faults.Enclosed {
		content := c.content
		if content == nil {
			content = c.message
		}
		encap = sequence(oid(c.contentType), context(0, octets(content)))
	}
	var certs []byte
	if !c.faults.NoCertificate {
		certs = append(certs, c.signer.Certificate...)
	}
	for _, x := range c.signer.Chain {
		certs = append(certs, x...)
	}
	parts := [][]byte{integer(1), set(hashAlgorithm(c.hash)), encap}
	if len(certs) > 0 {
		parts = append(parts, context(0, certs))
	}
	parts = append(parts, set(infos))
	sd := sequence(parts...)
	if c.indefinite {
		sd = indefinite(0x30, parts...)
		return indefinite(0x30, oid(outer), indefinite(0xa0, sd)), nil
	}
	return sequence(oid(outer), context(0, sd)), nil
}

// indefinite encodes a constructed value without a length (BER).
func indefinite(tag byte, parts ...[]byte) []byte {
	out := []byte{tag, 0x80}
	for _, p := range parts {
		out = append(out, p...)
	}
	return append(out, 0, 0)
}

// loose writes attributes as BER allows: without lengths, out of order, and
// octet strings in pieces.
func loose(attributes [][]byte) []byte {
	list := slices.Clone(attributes)
	slices.SortFunc(list, func(a, b []byte) int { return bytes.Compare(b, a) })
	for i, a := range list {
		var value, id cryptobyte.String
		s := cryptobyte.String(a)
		if s.ReadASN1(&s, cbasn1.SEQUENCE) && s.ReadASN1Element(&id, cbasn1.OBJECT_IDENTIFIER) && s.ReadASN1(&s, cbasn1.SET) && s.ReadASN1(&value, cbasn1.OCTET_STRING) {
			list[i] = indefinite(0x30, id, indefinite(0x31, indefinite(0x24, octets(value[:5]), octets(value[5:]))))
		}
	}
	return indefinite(0xa0, list...)
}

func (c container) signerInfo(cert *cms.Certificate) ([]byte, error) {
	a := c.signer.algorithm()
	message := c.message
	if c.content != nil {
		message = c.content
	}
	sid := sequence(cert.Issuer, bigInteger(cert.Serial))
	version := int64(1)
	if c.byKeyID {
		sid, version = retag(0x80, octets(cert.KeyID)), 3
	}
	digest := c.hash
	if c.faults.MixedDigest {
		digest = cms.SHA512
		if c.hash == cms.SHA512 {
			digest = cms.SHA256
		}
	}
	parts := [][]byte{integer(version), sid, hashAlgorithm(digest)}
	signed := message
	if !c.faults.NoAttributes {
		set := setOf(c.attributes(message, digest))
		signed = set
		shown := retag(0xa0, set)
		if c.attributesBER {
			shown = loose(c.attributes(message, digest))
		}
		parts = append(parts, shown)
	}
	value, err := signMessage(c.random, c.signer.Key, a, c.hash, signed, c.faults.EmptySM2ID)
	if err != nil {
		return nil, err
	}
	if c.faults.BadValue {
		value[len(value)-1] ^= 1
	}
	parts = append(parts, signatureAlgorithm(a, c.hash, c.sm2OID), octets(value))
	if c.stamp != nil {
		stamped := value
		if c.faults.ForeignTimeStamp {
			stamped = []byte("another signature")
		}
		token, err := c.stamp(stamped)
		if err != nil {
			return nil, err
		}
		parts = append(parts, retag(0xa1, set(attribute(cms.OIDSignatureTime, token))))
	}
	return sequence(parts...), nil
}

func (c container) attributes(message []byte, digest cms.Hash) [][]byte {
	var list [][]byte
	f := c.faults
	contentType := c.contentType
	if f.WrongContentType {
		contentType = "1.2.840.113549.1.7.3"
	}
	if !f.NoContentType {
		list = append(list, attribute("1.2.840.113549.1.9.3", oid(contentType)))
	}
	if !f.NoDigest {
		list = append(list, attribute("1.2.840.113549.1.9.4", octets(digest.Sum(message))))
	}
	if f.DoubleDigest {
		list = append(list, attribute("1.2.840.113549.1.9.4", octets(digest.Sum([]byte("other")))))
	}
	if !c.at.IsZero() {
		list = append(list, attribute("1.2.840.113549.1.9.5", utcTime(c.at)))
	}
	if c.signingCertificate && !f.NoSigningCert || f.WrongSigningCert {
		named := c.signer.Certificate
		if f.WrongSigningCert {
			named = []byte("another certificate")
		}
		h := cms.SHA256
		id := sequence(octets(h.Sum(named)))
		if c.hash == cms.SM3 {
			h = cms.SM3
			id = sequence(hashAlgorithm(h), octets(h.Sum(named)))
		}
		list = append(list, attribute("1.2.840.113549.1.9.16.2.47", sequence(sequence(id))))
	}
	if f.Protection {
		list = append(list, attribute("1.2.840.113549.1.9.52", sequence(hashAlgorithm(cms.SHA1), retag(0xa1, sequence(oid("1.2.840.113549.1.1.5"), null())))))
	}
	if len(c.crls)+len(c.ocsps) > 0 {
		var parts [][]byte
		if len(c.crls) > 0 {
			parts = append(parts, context(0, sequence(c.crls...)))
		}
		if len(c.ocsps) > 0 {
			parts = append(parts, context(1, sequence(c.ocsps...)))
		}
		list = append(list, attribute("1.2.840.113583.1.1.8", sequence(parts...)))
	}
	return list
}
