package signature

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"time"

	"github.com/emmansun/gmsm/smx509"

	"jianding/intake/signature/cms"
)

// evidence is what the document and the trust data say about revocation. Each
// piece counts only when its own signature and issuer are right.
type evidence struct {
	trusted []*cms.CRL // from the trust data
	crls    []*cms.CRL
	ocsps   []*cms.OCSP
	// signed remembers who signed what, so that each piece is verified once
	// per issuer however many signatures ask; what the document brings is
	// verified no more than maxVerified times, and is of no use after that.
	signed map[evidenceKey]bool
}

// evidenceKey is a piece of evidence, and the certificate of its issuer.
type evidenceKey struct {
	piece  any
	issuer string
}

const maxVerified = 512

// verified asks whether a piece is signed by issuer, once.
func (e *evidence) verified(piece any, issuer *cms.Certificate, limited bool, verify func() bool) bool {
	key := evidenceKey{piece, string(issuer.Raw)}
	if ok, known := e.signed[key]; known {
		return ok
	}
	if limited && len(e.signed) >= maxVerified {
		return false
	}
	if e.signed == nil {
		e.signed = make(map[evidenceKey]bool)
	}
	ok := verify()
	e.signed[key] = ok
	return ok
}

// revocation is the state of one certificate.
type revocation int

const (
	revocationUnknown revocation = iota
	revocationStale
	revocationGood
	revocationRevoked
)

// status asks every piece of evidence about cert, which issuer issued, as of
// the instant at which the signature is proven to have existed. A revocation
// after that instant does not touch the signature.
func (e *evidence) status(cert, issuer *cms.Certificate, at time.Time) (revocation, time.Time) {
	best := revocationUnknown
	for i, crl := range append(e.trusted[:len(e.trusted):len(e.trusted)], e.crls...) {
		r, when := e.crlStatus(crl, cert, issuer, at, i >= len(e.trusted))
		if r == revocationRevoked {
			return r, when
		}
		best = max(best, r)
	}
	for _, o := range e.ocsps {
		r, when := e.ocspStatus(o, cert, issuer, at)
		if r == revocationRevoked {
			return r, when
		}
		best = max(best, r)
	}
	return best, time.Time{}
}

// usableCRL checks that a list speaks for all certificates of the issuer that
// it is asked about: complete, direct, signed by the issuer's own key.
func (e *evidence) usableCRL(crl *cms.CRL, cert, issuer *cms.Certificate, limited bool) bool {
	if !bytes.Equal(crl.RawIssuer, cert.Issuer) || !bytes.Equal(crl.RawIssuer, issuer.Subject) {
		return false
	}
	for _, ext := range crl.Extensions {
		switch {
		case ext.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 28}): // issuing distribution point
			if !completeFor(ext.Value, cert) {
				return false
			}
		case ext.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 27}): // delta
			return false
		case ext.Critical:
			return false
		}
	}
	return e.verified(crl, issuer, limited, func() bool {
		key, err := issuer.Key()
		if err != nil || !mayCertify(issuer, x509.KeyUsageCRLSign) {
			return false
		}
		scheme, err := crl.VerifiedBy(key)
		return err == nil && scheme.Hash != cms.MD5 && scheme.Hash != cms.SHA1
	})
}

// completeFor reads issuingDistributionPoint (RFC 5280, 5.2.5): a list for
// some reasons, attribute certificates or other issuers is of no use; one for
// user or CA certificates only, and one bound to a distribution point, speaks
// for its own.
func completeFor(value []byte, cert *cms.Certificate) bool {
	var idp struct {
		Point         asn1.RawValue `asn1:"optional,tag:0"`
		OnlyUser      bool          `asn1:"optional,tag:1"`
		OnlyCA        bool          `asn1:"optional,tag:2"`
		Reasons       asn1.RawValue `asn1:"optional,tag:3"`
		Indirect      bool          `asn1:"optional,tag:4"`
		OnlyAttribute bool          `asn1:"optional,tag:5"`
	}
	if rest, err := asn1.Unmarshal(value, &idp); err != nil || len(rest) > 0 {
		return false
	}
	if idp.Indirect || idp.OnlyAttribute || len(idp.Reasons.FullBytes) > 0 {
		return false
	}
	ca := mayCertify(cert, x509.KeyUsageCertSign)
	if (idp.OnlyUser && ca) || (idp.OnlyCA && !ca) {
		return false
	}
	if len(idp.Point.FullBytes) == 0 {
		return true
	}
	// A partitioned list counts when the certificate names the same point.
	var points []byte
	if x, err := cert.SM(); err == nil {
		for _, e := range x.Extensions {
			if e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 31}) {
				points = e.Value
			}
		}
	}
	uri := uriOf(idp.Point.Bytes)
	return uri != nil && bytes.Contains(points, uri)
}

// uriOf finds the context-tagged URI inside a distribution point name.
func uriOf(b []byte) []byte {
	i := bytes.Index(b, []byte("://"))
	if i < 0 {
		return nil
	}
	start := bytes.LastIndexByte(b[:i], 0x86)
	if start < 0 || start+2 > len(b) {
		return nil
	}
	end := start + 2 + int(b[start+1])
	if b[start+1] >= 0x80 || end > len(b) {
		return nil
	}
	return b[start+2 : end]
}

// mayCertify tells whether a certificate has the key usage (or no key usage
// extension at all) and is a CA.
func mayCertify(c *cms.Certificate, use x509.KeyUsage) bool {
	x, err := c.SM()
	if err != nil {
		return false
	}
	return x.IsCA && (x.KeyUsage == 0 || x509.KeyUsage(x.KeyUsage)&use != 0)
}

func (e *evidence) crlStatus(crl *cms.CRL, cert, issuer *cms.Certificate, at time.Time, limited bool) (revocation, time.Time) {
	if !e.usableCRL(crl, cert, issuer, limited) {
		return revocationUnknown, time.Time{}
	}
	if entry, ok := crl.ByKey[string(cert.Serial.Bytes())]; ok {
		const removeFromCRL = 8
		if entry.ReasonCode != removeFromCRL && !entry.RevocationTime.After(at) {
			return revocationRevoked, entry.RevocationTime
		}
	}
	if crl.NextUpdate.IsZero() || crl.NextUpdate.Before(at) {
		return revocationStale, time.Time{}
	}
	return revocationGood, time.Time{}
}

func (e *evidence) ocspStatus(o *cms.OCSP, cert, issuer *cms.Certificate, at time.Time) (revocation, time.Time) {
	for _, s := range o.Singles {
		if s.Serial.Cmp(cert.Serial) != 0 || !bytes.Equal(s.Hash.Sum(issuer.Subject), s.NameHash) ||
			!bytes.Equal(s.Hash.Sum(issuer.KeyBits()), s.KeyHash) || !e.verified(o, issuer, true, func() bool { return authorised(o, issuer) }) {
			continue
		}
		switch {
		case !s.RevokedAt.IsZero() && !s.RevokedAt.After(at):
			return revocationRevoked, s.RevokedAt
		case !s.Good && s.RevokedAt.IsZero():
			return revocationUnknown, time.Time{}
		case s.NextUpdate.IsZero() && s.ThisUpdate.Before(at.Add(-24*time.Hour)), !s.NextUpdate.IsZero() && s.NextUpdate.Before(at):
			return revocationStale, time.Time{}
		}
		return revocationGood, time.Time{}
	}
	return revocationUnknown, time.Time{}
}

// authorised checks that the response is signed by the issuer itself or by a
// responder that the issuer certified for the purpose (RFC 6960, 4.2.2.2).
func authorised(o *cms.OCSP, issuer *cms.Certificate) bool {
	signedBy := func(c *cms.Certificate) bool {
		key, err := c.Key()
		if err != nil {
			return false
		}
		s, err := o.VerifiedBy(key)
		return err == nil && s.Hash != cms.MD5 && s.Hash != cms.SHA1
	}
	if signedBy(issuer) {
		return true
	}
	for _, c := range o.Certificates {
		if !bytes.Equal(c.Issuer, issuer.Subject) || o.ProducedAt.Before(c.NotBefore) || o.ProducedAt.After(c.NotAfter) {
			continue
		}
		x, err := c.SM()
		if err != nil {
			continue
		}
		parent, err := issuer.SM()
		if err != nil || x.CheckSignatureFrom(parent) != nil {
			continue
		}
		for _, u := range x.ExtKeyUsage {
			if u == smx509.ExtKeyUsageOCSPSigning && signedBy(c) {
				return true
			}
		}
	}
	return false
}
