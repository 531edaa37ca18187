package cms

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// Certificate is an X.509 certificate, read just as far as checking a
// signature needs: a certificate that a full parser refuses can still prove
// that a signature is intact (and is then simply not trusted).
type Certificate struct {
	Raw       []byte
	Serial    *big.Int
	Issuer    []byte // raw Name
	Subject   []byte // raw Name
	NotBefore time.Time
	NotAfter  time.Time
	KeyID     []byte // subject key identifier, nil when absent
	key       []byte // SubjectPublicKeyInfo

	// Several rules ask for the whole certificate; it is parsed once.
	x509Once sync.Once
	x509     *x509.Certificate
	x509Err  error
	smOnce   sync.Once
	sm       *smx509.Certificate
	smErr    error
}

// ParseCertificate reads one certificate.
func ParseCertificate(der []byte) (*Certificate, error) {
	e, rest, err := read(der)
	if err != nil || len(rest) > 0 {
		return nil, errBER
	}
	outer := open(e, 0, tagSequence)
	tbs := outer.next()
	outer.next()
	outer.next()
	if err := outer.end(); err != nil {
		return nil, err
	}
	cert := &Certificate{Raw: e.raw}
	c := open(tbs, 0, tagSequence)
	c.optional(2, 0)
	cert.Serial, err = c.next().integer()
	c.fail(err)
	c.next() // signature algorithm
	cert.Issuer = c.next().raw
	validity := open(c.next(), 0, tagSequence)
	cert.NotBefore, err = parseTime(validity.next())
	c.fail(err)
	cert.NotAfter, err = parseTime(validity.next())
	c.fail(err)
	c.fail(validity.err)
	cert.Subject = c.next().raw
	cert.key = c.next().raw
	c.optional(2, 1)
	c.optional(2, 2)
	if ext, ok := c.optional(2, 3); ok {
		cert.KeyID = keyID(ext)
	}
	return cert, c.err
}

func keyID(ext element) []byte {
	wrapper := open(ext, 2, 3)
	list := open(wrapper.next(), 0, tagSequence)
	if list.err != nil {
		return nil
	}
	for _, e := range list.list {
		c := open(e, 0, tagSequence)
		if id, err := c.next().oid(); err != nil || id != "2.5.29.14" {
			continue
		}
		c.optional(0, 1)
		inner, _, err := read(c.next().content)
		if c.err == nil && err == nil && inner.is(0, tagOctetString) {
			return inner.content
		}
	}
	return nil
}

func parseTime(e element) (time.Time, error) {
	var t time.Time
	if rest, err := asn1.Unmarshal(e.raw, &t); err == nil && len(rest) == 0 {
		return t.UTC(), nil
	}
	if e.is(0, tagGeneralizedTime) {
		for _, layout := range []string{"20060102150405Z", "20060102150405.999999999Z", "20060102150405.999999999Z0700", "200601021504Z"} {
			if t, err := time.Parse(layout, string(e.content)); err == nil {
				return t.UTC(), nil
			}
		}
	}
	return time.Time{}, errBER
}

// SHA256 is the certificate's fingerprint in lower-case hex.
func (c *Certificate) SHA256() string {
	s := sha256.Sum256(c.Raw)
	return hex.EncodeToString(s[:])
}

// X509 parses the certificate fully with the standard library. Nobody may alter
// the result.
func (c *Certificate) X509() (*x509.Certificate, error) {
	c.x509Once.Do(func() {
		if c.x509, c.x509Err = x509.ParseCertificate(c.Raw); c.x509Err == nil {
			c.x509.UnhandledCriticalExtensions = handled(c.x509.UnhandledCriticalExtensions, c.x509.Extensions)
		}
	})
	return c.x509, c.x509Err
}

// SM parses the certificate fully with gmsm, which knows SM2 keys. Nobody may
// alter the result.
func (c *Certificate) SM() (*smx509.Certificate, error) {
	c.smOnce.Do(func() {
		if c.sm, c.smErr = smx509.ParseCertificate(c.Raw); c.smErr == nil {
			c.sm.UnhandledCriticalExtensions = handled(c.sm.UnhandledCriticalExtensions, c.sm.Extensions)
		}
	})
	return c.sm, c.smErr
}

// DirectoryName is the tag of a GeneralName that is a Name (RFC 5280, 4.2.1.6).
const DirectoryName = 4

// handled takes name constraints off the list of critical extensions that the
// libraries do not handle, where directory names are what they do not know of
// them: whoever builds chains checks those (see withinNames of package signature).
func handled(unhandled []asn1.ObjectIdentifier, all []pkix.Extension) []asn1.ObjectIdentifier {
	constraints := asn1.ObjectIdentifier{2, 5, 29, 30}
	for _, e := range all {
		if !e.Id.Equal(constraints) || !knownNames(e.Value) {
			continue
		}
		return slices.DeleteFunc(slices.Clone(unhandled), constraints.Equal)
	}
	return unhandled
}

// knownNames reports whether constraints are on mail, hosts, directory names,
// addresses of the web and of the network alone.
func knownNames(constraints []byte) bool {
	e, rest, err := read(constraints)
	trees := open(e, 0, tagSequence)
	if err != nil || len(rest) > 0 || trees.err != nil {
		return false
	}
	for _, t := range trees.list {
		list, err := t.children()
		if err != nil {
			return false
		}
		for _, x := range list {
			switch base := open(x, 0, tagSequence).next(); {
			case base.class != 2:
				return false
			case base.tag != 1 && base.tag != 2 && base.tag != DirectoryName && base.tag != 6 && base.tag != 7:
				return false
			}
		}
	}
	return true
}

// SubjectName decodes the subject; it is empty when it cannot be decoded.
func (c *Certificate) SubjectName() pkix.Name { return decodeName(c.Subject) }

// IssuerName decodes the issuer; it is empty when it cannot be decoded.
func (c *Certificate) IssuerName() pkix.Name { return decodeName(c.Issuer) }

func decodeName(raw []byte) pkix.Name {
	var seq pkix.RDNSequence
	var n pkix.Name
	if rest, err := asn1.Unmarshal(raw, &seq); err == nil && len(rest) == 0 {
		n.FillFromRDNSequence(&seq)
	}
	return n
}

// find returns the certificate of the signer among certs.
func (s *SignerInfo) find(certs []*Certificate) []*Certificate {
	var out []*Certificate
	for _, c := range certs {
		if len(out) == maxCandidates {
			break
		}
		dup := false
		for _, o := range out {
			dup = dup || bytes.Equal(o.Raw, c.Raw)
		}
		if dup {
			continue
		}
		if s.Serial != nil && c.Serial.Cmp(s.Serial) == 0 && bytes.Equal(c.Issuer, s.Issuer) {
			out = append(out, c)
		}
		if s.Serial == nil && len(s.KeyID) > 0 && bytes.Equal(c.KeyID, s.KeyID) {
			out = append(out, c)
		}
	}
	return out
}
