package signature

import (
	"bytes"
	"crypto/x509"
	"errors"
	"time"

	"github.com/emmansun/gmsm/smx509"

	"jianding/intake/signature/cms"
)

// chainResult is what building a chain for one certificate yields.
type chainResult struct {
	certs []*cms.Certificate   // leaf first, root last; nil when there is none
	all   [][]*cms.Certificate // every chain there is, certs among them
	err   error                // why not
	// early and late: a chain exists, but not at the asked instant.
	early, late bool
}

// What chains may cost in one document: certificates of the document that a
// chain is built from, and tries, of which a search among many takes several.
const (
	maxExtra  = 16
	maxChains = 2048
)

// purpose is what a chain must be good for.
type purpose int

const (
	forSigning purpose = iota
	forStamping
)

// chain builds a chain from leaf to a configured root, valid at the instant,
// through the configured intermediates and those of the document. Basic
// constraints, path lengths, name constraints, critical extensions and
// signatures are checked by crypto/x509 and, for SM2, by its twin smx509; the
// international and the SM2 pools are separate, so that a chain cannot mix.
func (t *Trust) chain(leaf *cms.Certificate, extra []*cms.Certificate, at time.Time, p purpose) chainResult {
	extra = above(leaf, extra)
	r := t.chainAt(leaf, extra, at, p)
	if r.err == nil || !expired(r.err) {
		return r
	}
	// Would it hold if time were the only obstacle?
	inside := at
	if at.After(leaf.NotAfter) {
		inside = leaf.NotAfter
	}
	if at.Before(leaf.NotBefore) {
		inside = leaf.NotBefore
	}
	for _, instant := range []time.Time{inside, leaf.NotBefore, leaf.NotAfter} {
		if instant.Equal(at) {
			continue
		}
		if q := t.chainAt(leaf, extra, instant, p); q.err == nil {
			q.err = r.err
			q.early, q.late = at.Before(instant), at.After(instant)
			return q
		}
	}
	return r
}

// expired tells whether time is what a chain failed by.
func expired(err error) bool {
	var e x509.CertificateInvalidError
	var sm smx509.CertificateInvalidError
	return errors.As(err, &e) && e.Reason == x509.Expired || errors.As(err, &sm) && sm.Reason == smx509.Expired
}

// above picks the certificates that can stand above leaf, by their names: a
// document may bring any number, and each costs the search for a chain.
func above(leaf *cms.Certificate, extra []*cms.Certificate) []*cms.Certificate {
	var out []*cms.Certificate
	taken := make(map[string]bool)
	names := [][]byte{leaf.Issuer}
	for i := 0; i < len(names); i++ {
		for _, c := range extra {
			if len(out) == maxExtra || !bytes.Equal(c.Subject, names[i]) || taken[string(c.Raw)] {
				continue
			}
			taken[string(c.Raw)] = true
			out = append(out, c)
			names = append(names, c.Issuer)
		}
	}
	return out
}

func (t *Trust) chainAt(leaf *cms.Certificate, extra []*cms.Certificate, at time.Time, p purpose) chainResult {
	key, err := leaf.Key()
	if err != nil {
		return chainResult{err: err}
	}
	if p == forStamping && !mayStamp(leaf) {
		return chainResult{err: errPurpose}
	}
	if key.Kind == cms.SM2 {
		return t.chainSM(leaf, extra, at, p)
	}
	c, err := leaf.X509()
	if err != nil {
		return chainResult{err: errors.Join(errCertificate, err)}
	}
	inter := t.interPool.Clone()
	for _, e := range extra {
		if x, err := e.X509(); err == nil {
			inter.AddCert(x)
		}
	}
	use := x509.ExtKeyUsageAny
	if p == forStamping {
		use = x509.ExtKeyUsageTimeStamping
	}
	chains, err := c.Verify(x509.VerifyOptions{Roots: t.rootPool, Intermediates: inter, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{use}})
	if err != nil {
		return chainResult{err: err}
	}
	return chainsOf(chains, func(x *x509.Certificate) []byte { return x.Raw })
}

func (t *Trust) chainSM(leaf *cms.Certificate, extra []*cms.Certificate, at time.Time, p purpose) chainResult {
	c, err := leaf.SM()
	if err != nil {
		return chainResult{err: errors.Join(errCertificate, err)}
	}
	inter := t.smInterPool.Clone()
	for _, e := range extra {
		if k, err := e.Key(); err != nil || k.Kind != cms.SM2 {
			continue
		}
		if x, err := e.SM(); err == nil {
			inter.AddCert(x)
		}
	}
	use := smx509.ExtKeyUsageAny
	if p == forStamping {
		use = smx509.ExtKeyUsageTimeStamping
	}
	chains, err := c.Verify(smx509.VerifyOptions{Roots: t.smRootPool, Intermediates: inter, CurrentTime: at, KeyUsages: []smx509.ExtKeyUsage{use}})
	if err != nil {
		return chainResult{err: err}
	}
	return chainsOf(chains, func(x *smx509.Certificate) []byte { return x.Raw })
}

// chainsOf takes a library's chains over. One that cannot be read here, or breaks
// constraints that the library does not know, is left out whole.
func chainsOf[C any](chains [][]C, raw func(C) []byte) chainResult {
	var r chainResult
	for _, list := range chains {
		out := make([]*cms.Certificate, 0, len(list))
		for _, x := range list {
			y, err := cms.ParseCertificate(raw(x))
			if err != nil {
				break
			}
			out = append(out, y)
		}
		if len(out) == len(list) && withinNames(out) {
			r.all = append(r.all, out)
		}
	}
	if len(r.all) == 0 {
		return chainResult{err: errCertificate}
	}
	r.certs = r.all[0]
	return r
}

// mayStamp reports whether a certificate is a time-stamp authority's (RFC 3161,
// 2.3): certified for it by name, and for nothing else, as who may sign as well
// would prove the time of his own signatures; and its key is for signatures.
// That the extension must be critical binds its issuer: openssl refuses a stamp
// for the lack of it, which keeps out nobody whom the rest lets in. (The libraries take a certificate that names no purpose for
// one that is good for all.)
func mayStamp(cert *cms.Certificate) bool {
	c, err := cert.SM()
	if err != nil || len(c.ExtKeyUsage) != 1 || len(c.UnknownExtKeyUsage) > 0 || c.ExtKeyUsage[0] != smx509.ExtKeyUsageTimeStamping {
		return false
	}
	return c.KeyUsage == 0 || c.KeyUsage&(smx509.KeyUsageDigitalSignature|smx509.KeyUsageContentCommitment) != 0
}

var (
	errCertificate = errors.New("certificate cannot be parsed")
	errPurpose     = errors.New("the certificate is not one of a time-stamp authority")
	errChains      = errors.New("the document's certificates ask for too many chains")
)
