package signature

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"slices"
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
	bytes   int // of what the document brings
	// signed remembers who signed what, so that each piece is verified once
	// per issuer however many signatures ask; what the document brings is
	// verified no more than maxVerified times, and is of no use after that.
	signed map[evidenceKey]bool
	// weak tells which responders' keys anybody may have found; nil for none.
	weak func(*cms.Certificate) bool
	// ends are when the certificates of responders end that answered for the
	// issuer.
	ends map[evidenceKey]time.Time
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

// reach is how far a list speaks for a certificate.
type reach int

const (
	reachNothing reach = iota
	reachPart          // what it lists is revoked, what it leaves out may be so too
	reachWhole
)

// reachOf checks that a list is signed by the issuer's own key, and whether it
// speaks for all certificates like the one that it is asked about.
func (e *evidence) reachOf(crl *cms.CRL, cert, issuer *cms.Certificate, limited bool) reach {
	if !bytes.Equal(crl.RawIssuer, cert.Issuer) || !bytes.Equal(crl.RawIssuer, issuer.Subject) {
		return reachNothing
	}
	r := reachWhole
	if crl.Unclear || crl.ThisUpdate.After(cert.NotAfter) && !keepsExpired(crl, cert) {
		r = reachPart
	}
	for _, ext := range crl.Extensions {
		switch {
		case ext.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 28}): // issuing distribution point
			r = min(r, reachOfPoint(ext.Value, cert))
		case ext.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 27}): // delta
			r = min(r, reachPart)
		case ext.Critical:
			return reachNothing
		}
	}
	if r == reachNothing {
		return r
	}
	genuine := e.verified(crl, issuer, limited, func() bool {
		key, err := issuer.Key()
		if err != nil || !mayCertify(issuer, x509.KeyUsageCRLSign) {
			return false
		}
		scheme, err := crl.VerifiedBy(key)
		return err == nil && scheme.Hash != cms.MD5 && scheme.Hash != cms.SHA1
	})
	if !genuine {
		return reachNothing
	}
	return r
}

// keepsExpired reports whether a list keeps certificates that ran out
// (expiredCertsOnCRL, ITU-T X.509, 9.5.2.9). Others drop them (RFC 5280, 3.3), so
// that after the end of a certificate its absence says nothing.
func keepsExpired(crl *cms.CRL, cert *cms.Certificate) bool {
	var since time.Time
	value := find(crl.Extensions, asn1.ObjectIdentifier{2, 5, 29, 60})
	rest, err := asn1.Unmarshal(value, &since)
	return err == nil && len(rest) == 0 && !cert.NotAfter.Before(since)
}

// reachOfPoint reads issuingDistributionPoint (RFC 5280, 5.2.5): a list of
// attribute certificates or of other issuers is of no use; one for some
// reasons, for user or CA certificates only, or bound to a distribution point,
// speaks for its own.
func reachOfPoint(value []byte, cert *cms.Certificate) reach {
	var idp struct {
		Point         asn1.RawValue `asn1:"optional,tag:0"`
		OnlyUser      bool          `asn1:"optional,tag:1"`
		OnlyCA        bool          `asn1:"optional,tag:2"`
		Reasons       asn1.RawValue `asn1:"optional,tag:3"`
		Indirect      bool          `asn1:"optional,tag:4"`
		OnlyAttribute bool          `asn1:"optional,tag:5"`
	}
	if rest, err := asn1.Unmarshal(value, &idp); err != nil || len(rest) > 0 || idp.Indirect || idp.OnlyAttribute {
		return reachNothing
	}
	ca := mayCertify(cert, x509.KeyUsageCertSign)
	if len(idp.Reasons.FullBytes) > 0 || (idp.OnlyUser && ca) || (idp.OnlyCA && !ca) {
		return reachPart
	}
	if len(idp.Point.FullBytes) == 0 {
		return reachWhole
	}
	// A partitioned list counts when the certificate names the same point.
	own := fullNames(idp.Point)
	for _, name := range pointsOf(cert) {
		if slices.ContainsFunc(own, func(n []byte) bool { return bytes.Equal(n, name) }) {
			return reachWhole
		}
	}
	return reachPart
}

// pointsOf lists the names of a certificate's distribution points (RFC 5280,
// 4.2.1.13), without those that hold part of the reasons or are another
// issuer's.
func pointsOf(cert *cms.Certificate) [][]byte {
	var points []struct {
		Point   asn1.RawValue `asn1:"optional,tag:0"`
		Reasons asn1.RawValue `asn1:"optional,tag:1"`
		Issuer  asn1.RawValue `asn1:"optional,tag:2"`
	}
	value := find(extensions(cert), asn1.ObjectIdentifier{2, 5, 29, 31})
	if rest, err := asn1.Unmarshal(value, &points); err != nil || len(rest) > 0 {
		return nil
	}
	var out [][]byte
	for _, p := range points {
		if len(p.Reasons.FullBytes) == 0 && len(p.Issuer.FullBytes) == 0 {
			out = append(out, fullNames(p.Point)...)
		}
	}
	return out
}

// fullNames splits the fullName of a DistributionPointName into general names,
// each with its tag, which are compared whole: one address can begin with
// another.
func fullNames(point asn1.RawValue) [][]byte {
	var choice asn1.RawValue
	if rest, err := asn1.Unmarshal(point.Bytes, &choice); err != nil || len(rest) > 0 || choice.Class != asn1.ClassContextSpecific || choice.Tag != 0 {
		return nil
	}
	var out [][]byte
	for rest := choice.Bytes; len(rest) > 0; {
		var name asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &name); err != nil {
			return nil
		}
		out = append(out, name.FullBytes)
	}
	return out
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
	r := e.reachOf(crl, cert, issuer, limited)
	if r == reachNothing {
		return revocationUnknown, time.Time{}
	}
	const removeFromCRL = 8
	for _, entry := range crl.Entries(cert.Serial) {
		if since := invalidSince(entry); entry.ReasonCode != removeFromCRL && !since.After(at) {
			return revocationRevoked, since
		}
	}
	switch {
	case r == reachPart:
		return revocationUnknown, time.Time{}
	case crl.NextUpdate.IsZero() || crl.NextUpdate.Before(at):
		return revocationStale, time.Time{}
	}
	return revocationGood, time.Time{}
}

// invalidSince is when a certificate was revoked, or from when on its key is
// known or feared to have been in other hands, if that is earlier (RFC 5280,
// 5.3.2).
func invalidSince(entry *x509.RevocationListEntry) time.Time {
	since := entry.RevocationTime
	var t time.Time
	if b := find(entry.Extensions, asn1.ObjectIdentifier{2, 5, 29, 24}); b != nil {
		if _, err := asn1.Unmarshal(b, &t); err == nil && t.Before(since) {
			since = t
		}
	}
	return since
}

// ocspStatus asks a response; of several answers about one certificate the
// worst counts.
func (e *evidence) ocspStatus(o *cms.OCSP, cert, issuer *cms.Certificate, at time.Time) (revocation, time.Time) {
	state, asked := revocationGood, false
	for _, s := range o.Singles {
		if s.Serial.Cmp(cert.Serial) != 0 || !bytes.Equal(s.Hash.Sum(issuer.Subject), s.NameHash) ||
			!bytes.Equal(s.Hash.Sum(issuer.KeyBits()), s.KeyHash) || !e.verified(o, issuer, true, func() bool { return e.authorised(o, issuer) }) {
			continue
		}
		asked = true
		switch {
		case !s.RevokedAt.IsZero() && !s.RevokedAt.After(at):
			return revocationRevoked, s.RevokedAt
		case !s.Good && s.RevokedAt.IsZero(), s.ThisUpdate.After(o.ProducedAt.Add(clockTolerance)),
			s.ThisUpdate.After(cert.NotAfter) && (s.Cutoff.IsZero() || cert.NotAfter.Before(s.Cutoff)):
			// After the end of a certificate a responder may have forgotten it,
			// unless it says how far back it remembers (RFC 6960, 4.4.4).
			state = min(state, revocationUnknown)
		case s.NextUpdate.IsZero() && s.ThisUpdate.Before(at.Add(-24*time.Hour)), !s.NextUpdate.IsZero() && s.NextUpdate.Before(at):
			state = min(state, revocationStale)
		}
	}
	if !asked {
		return revocationUnknown, time.Time{}
	}
	if end, known := e.ends[evidenceKey{o, string(issuer.Raw)}]; known && end.Before(at) {
		// Whoever has its key since writes what date he likes.
		state = min(state, revocationStale)
	}
	return state, time.Time{}
}

// authorised checks that the response is signed by the issuer itself or by a
// responder that the issuer certified for the purpose (RFC 6960, 4.2.2.2) and
// did not revoke.
func (e *evidence) authorised(o *cms.OCSP, issuer *cms.Certificate) bool {
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
		if !bytes.Equal(c.Issuer, issuer.Subject) || o.ProducedAt.Before(c.NotBefore) || o.ProducedAt.After(c.NotAfter) || e.weak != nil && e.weak(c) {
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
				if e.ends == nil {
					e.ends = make(map[evidenceKey]time.Time)
				}
				e.ends[evidenceKey{o, string(issuer.Raw)}] = c.NotAfter
				return !e.listed(c, issuer)
			}
		}
	}
	return false
}

// listed reports whether some list has cert as revoked, whenever that was: who
// has the key of a responder writes what date he likes.
func (e *evidence) listed(cert, issuer *cms.Certificate) bool {
	for i, crl := range append(e.trusted[:len(e.trusted):len(e.trusted)], e.crls...) {
		if e.reachOf(crl, cert, issuer, i >= len(e.trusted)) != reachNothing && len(crl.Entries(cert.Serial)) > 0 {
			return true
		}
	}
	return false
}
