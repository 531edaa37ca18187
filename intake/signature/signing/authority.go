package signing

import (
	"crypto"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/emmansun/gmsm/smx509"

	"jianding/intake/signature/cms"
)

// Authority is a certification authority of the test PKI.
type Authority struct {
	Signer
	cert *smx509.Certificate
	next int64
	// Random feeds signatures; rand.Reader unless set.
	Random io.Reader
}

// Subject is whom a certificate is for.
type Subject struct {
	Name string // common name
	USCC string // credit code, into serialNumber
}

// Certify says what is special about a certificate; the zero value is an
// end-entity certificate for signing, valid from 2025 to 2028.
type Certify struct {
	From, Until time.Time
	CA          bool
	TimeStamp   bool // for a time-stamp authority
	Server      bool // for servers only, which may not sign documents
	OCSP        bool
	NoSignUsage bool // key usage without digitalSignature
	Responder   string
}

func (c Certify) period() (from, until time.Time) {
	from, until = c.From, c.Until
	if from.IsZero() {
		from = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if until.IsZero() {
		until = time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return from, until
}

// NewAuthority makes a root.
func NewAuthority(a Algorithm, name string) (*Authority, error) {
	key, err := GenerateKey(a)
	if err != nil {
		return nil, err
	}
	out := &Authority{Random: rand.Reader, next: 1000}
	c := Certify{CA: true, From: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)}
	t := template(Subject{Name: name}, c, 1)
	raw, err := smx509.CreateCertificate(out.Random, t, t, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("signing: root: %w", err)
	}
	return out, out.adopt(Signer{Key: key, Certificate: raw})
}

func (a *Authority) adopt(s Signer) error {
	cert, err := smx509.ParseCertificate(s.Certificate)
	if err != nil {
		return err
	}
	a.Signer, a.cert = s, cert
	return nil
}

func template(s Subject, c Certify, serial int64) *smx509.Certificate {
	from, until := c.period()
	t := &smx509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: from, NotAfter: until, BasicConstraintsValid: true, IsCA: c.CA,
		Subject:  pkix.Name{Country: []string{"CN"}, CommonName: s.Name, SerialNumber: s.USCC},
		KeyUsage: smx509.KeyUsageDigitalSignature | smx509.KeyUsageContentCommitment,
	}
	if c.CA {
		t.KeyUsage = smx509.KeyUsageCertSign | smx509.KeyUsageCRLSign
	}
	switch {
	case c.TimeStamp:
		t.ExtKeyUsage = []smx509.ExtKeyUsage{smx509.ExtKeyUsageTimeStamping}
	case c.Server:
		t.ExtKeyUsage = []smx509.ExtKeyUsage{smx509.ExtKeyUsageServerAuth}
	case c.OCSP:
		t.ExtKeyUsage = []smx509.ExtKeyUsage{smx509.ExtKeyUsageOCSPSigning}
	case c.NoSignUsage:
		t.KeyUsage = smx509.KeyUsageKeyEncipherment
	}
	return t
}

// Issue certifies a fresh key.
func (a *Authority) Issue(alg Algorithm, s Subject, c Certify) (Signer, error) {
	key, err := GenerateKey(alg)
	if err != nil {
		return Signer{}, err
	}
	out, err := a.IssueFor(key, s, c)
	out.PSS = alg == RSAPSS
	return out, err
}

// IssueFor certifies a key that exists.
func (a *Authority) IssueFor(key crypto.Signer, s Subject, c Certify) (Signer, error) {
	a.next++
	raw, err := smx509.CreateCertificate(a.Random, template(s, c, a.next), a.cert, key.Public(), a.Key)
	if err != nil {
		return Signer{}, fmt.Errorf("signing: certificate: %w", err)
	}
	out := Signer{Key: key, Certificate: raw}
	if len(a.Chain) > 0 {
		out.Chain = append([][]byte{a.Certificate}, a.Chain...)
	}
	return out, nil
}

// Subordinate makes an intermediate authority.
func (a *Authority) Subordinate(alg Algorithm, name string) (*Authority, error) {
	s, err := a.Issue(alg, Subject{Name: name}, Certify{CA: true, From: a.cert.NotBefore, Until: a.cert.NotAfter})
	if err != nil {
		return nil, err
	}
	s.Chain = append([][]byte{a.Certificate}, a.Chain...)
	out := &Authority{Random: a.Random, next: a.next * 1000}
	return out, out.adopt(s)
}

// PEM is the certificate in PEM.
func (s Signer) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate})
}

// CRL lists revoked certificates with the time of each revocation.
func (a *Authority) CRL(from, until time.Time, revoked map[*Signer]time.Time) []byte {
	var entries [][]byte
	for s, at := range revoked {
		c, err := cms.ParseCertificate(s.Certificate)
		if err != nil {
			panic(err) // our own certificate
		}
		entries = append(entries, sequence(bigInteger(c.Serial), utcTime(at)))
	}
	alg := a.algorithm()
	h := hashFor(alg)
	parts := [][]byte{integer(1), signatureAlgorithm(alg, h, ""), a.cert.RawSubject, utcTime(from), utcTime(until)}
	if len(entries) > 0 {
		parts = append(parts, sequence(entries...))
	}
	number := sequence(oid("2.5.29.20"), octets(integer(7)))
	parts = append(parts, context(0, sequence(number)))
	return a.sealOf(sequence(parts...))
}

// sealOf wraps a to-be-signed value with algorithm and signature, and with the
// certificates that an OCSP response brings.
func (a *Authority) sealOf(tbs []byte, certs ...[]byte) []byte {
	alg := a.algorithm()
	h := hashFor(alg)
	sig, err := signMessage(a.Random, a.Key, alg, h, tbs, false)
	if err != nil {
		panic(err) // a key of our own making
	}
	parts := [][]byte{tbs, signatureAlgorithm(alg, h, ""), bits(sig)}
	if len(certs) > 0 {
		parts = append(parts, context(0, sequence(certs...)))
	}
	return sequence(parts...)
}

// OCSP answers for one certificate: good, or revoked at an instant.
func (a *Authority) OCSP(s Signer, revokedAt *time.Time, from, until time.Time) []byte {
	return a.OCSPAnswers(s, []*time.Time{revokedAt}, nil, from, until)
}

// OCSPAnswers gives several answers about one certificate in one response, made
// by a responder, when one is given, whose certificate comes with it.
func (a *Authority) OCSPAnswers(s Signer, answers []*time.Time, responder *Signer, from, until time.Time) []byte {
	c, err := cms.ParseCertificate(s.Certificate)
	if err != nil {
		panic(err)
	}
	issuer, err := cms.ParseCertificate(a.Certificate)
	if err != nil {
		panic(err)
	}
	name := sha1.Sum(issuer.Subject)
	key := sha1.Sum(issuer.KeyBits())
	var singles [][]byte
	for _, revokedAt := range answers {
		status := []byte{0x80, 0}
		if revokedAt != nil {
			status = retag(0xa1, sequence(generalizedTime(*revokedAt)))
		}
		singles = append(singles, sequence(
			sequence(hashAlgorithm(cms.SHA1), octets(name[:]), octets(key[:]), bigInteger(c.Serial)),
			status, generalizedTime(from), context(0, generalizedTime(until))))
	}
	data := sequence(context(2, octets(key[:])), generalizedTime(from), sequence(singles...))
	by, certs := a, [][]byte(nil)
	if responder != nil {
		by = &Authority{Signer: *responder, Random: a.Random}
		certs = append(certs, responder.Certificate)
	}
	basic := by.sealOf(data, certs...)
	return sequence(enumerated(0), context(0, sequence(oid("1.3.6.1.5.5.7.48.1.1"), octets(basic))))
}

// TimeStamp makes an RFC 3161 token over data at an instant.
func TimeStamp(tsa Signer, h cms.Hash, data []byte, at time.Time) ([]byte, error) {
	info := sequence(integer(1), oid("1.2.3.4.1"), sequence(hashAlgorithm(h), octets(h.Sum(data))), integer(at.Unix()), generalizedTime(at))
	return container{signer: tsa, contentType: cms.OIDTSTInfo, content: info, at: at, hash: hashFor(tsa.algorithm()), signingCertificate: true}.encode()
}
