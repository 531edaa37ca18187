package signature_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"slices"
	"testing"
	"time"

	"jianding/intake/signature"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// TestOwnStamp: who may sign as well as stamp proves no time, least of all that
// of his own signatures.
func TestOwnStamp(t *testing.T) {
	l := sharedLab()
	both := certified(t, l.root.Signer, agencyName, func(c *x509.Certificate) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageTimeStamping}
	})
	pdf := l.sign(t, report(false), both, signing.Options{TSA: &both, StampedAt: *day("2026-04-01")})
	trust := with(t, func(m *schemas.TrustMaterial) {
		m.Agencies[0].Status, m.Agencies[0].SuspendedFrom = schemas.AgencySuspended, day("2026-05-01")
	})
	expect(t, signature.Verify(pdf, trust, judged, signature.DefaultPolicy()), schemas.SignatureUntrusted, schemas.ReasonAgencySuspended)
}

// TestKeyThatMayNotStamp: a key for agreement signs nothing, time-stamps
// included.
func TestKeyThatMayNotStamp(t *testing.T) {
	l := sharedLab()
	for usage, want := range map[x509.KeyUsage]schemas.TimeSource{
		0:                              schemas.TimeTimestamp,
		x509.KeyUsageDigitalSignature:  schemas.TimeTimestamp,
		x509.KeyUsageContentCommitment: schemas.TimeTimestamp,
		x509.KeyUsageKeyAgreement:      schemas.TimeClaimed,
		x509.KeyUsageKeyEncipherment:   schemas.TimeClaimed,
	} {
		tsa := certified(t, l.root.Signer, "时间戳", func(c *x509.Certificate) {
			c.KeyUsage, c.ExtKeyUsage = usage, []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}
		})
		r := l.verify(l.sign(t, report(false), l.agency[signing.RSA], signing.Options{TSA: &tsa, StampedAt: signedAt}))
		if got := r.Signature.Signers[0].TimeSource; got != want {
			t.Errorf("usage %b: time source %s, want %s", usage, got, want)
		}
	}
}

// weakAuthority is an intermediate authority with a key of 1024 bits.
func weakAuthority(t *testing.T, l *lab) signing.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	parent, err := x509.ParseCertificate(l.root.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(99), Subject: parent.Subject, NotBefore: *day("2025-01-01"), NotAfter: *day("2028-01-01"), BasicConstraintsValid: true}
	c.Subject.CommonName = "短密钥中级"
	authority(c)
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), l.root.Key)
	if err != nil {
		t.Fatal(err)
	}
	return signing.Signer{Key: key, Certificate: raw}
}

// TestWeakAuthority: a chain is as strong as its weakest key, be it the signer's
// or that of who stamped.
func TestWeakAuthority(t *testing.T) {
	l := sharedLab()
	weak := weakAuthority(t, l)
	signer := certified(t, weak, agencyName, func(*x509.Certificate) {})
	expect(t, l.verify(l.sign(t, report(false), signer, signing.Options{})), schemas.SignatureUntrusted, schemas.ReasonWeakKey)
	tsa := certified(t, weak, "时间戳", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping} })
	pdf := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{TSA: &tsa, StampedAt: signedAt})
	if r := l.verify(pdf); r.Signature.Signers[0].TimeSource == schemas.TimeTimestamp {
		t.Error("a stamp by a weak authority proves a time")
	}
}

// TestAnswersThatDisagree: OCSP responses that say two things, come from a
// revoked responder, or from nobody who may answer.
func TestAnswersThatDisagree(t *testing.T) {
	l := sharedLab()
	agency := l.agency[signing.RSA]
	issue := func(c signing.Certify) signing.Signer {
		s, err := l.root.Issue(signing.ECDSA, signing.Subject{Name: "应答者"}, c)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	responder, plain := issue(signing.Certify{OCSP: true}), issue(signing.Certify{})
	old := issue(signing.Certify{OCSP: true, Until: *day("2026-01-01")})
	ended := issue(signing.Certify{OCSP: true, Until: *day("2026-05-20")}) // after its answer, before the receipt
	good, bad := (*time.Time)(nil), day("2026-05-02")
	for _, c := range []struct {
		name    string
		answers []*time.Time
		by      *signing.Signer
		revoked map[*signing.Signer]time.Time
		status  schemas.SignatureStatus
		code    schemas.ReasonCode
	}{
		{"good by a responder", []*time.Time{good}, &responder, nil, schemas.SignatureValid, ""},
		{"good, then revoked", []*time.Time{good, bad}, nil, nil, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"revoked, then good", []*time.Time{bad, good}, &responder, nil, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"by a certificate for signing", []*time.Time{good}, &plain, nil, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"by a responder that has run out", []*time.Time{good}, &old, nil, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"by a responder that ran out since", []*time.Time{good}, &ended, nil, schemas.SignatureValid, schemas.ReasonRevocationStale},
		{"revoked by a responder that ran out since", []*time.Time{bad}, &ended, nil, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"by a revoked responder", []*time.Time{good}, &responder, map[*signing.Signer]time.Time{&responder: *day("2026-05-30")}, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := l.root.OCSPAnswers(agency, c.answers, c.by, crlFrom, crlUntil)
			pdf := l.sign(t, report(false), agency, signing.Options{OCSPs: [][]byte{answer}})
			trust := with(t, func(m *schemas.TrustMaterial) {
				m.CRLs = nil
				if c.revoked != nil { // a stale list: it acquits nobody
					m.CRLs = []schemas.TrustItem{{Name: "a.crl", Data: l.root.CRL(crlFrom, *day("2026-05-31"), c.revoked)}}
				}
			})
			r := signature.Verify(pdf, trust, judged, signature.DefaultPolicy())
			if c.revoked != nil {
				c.code = schemas.ReasonRevocationStale
			}
			expect(t, r, c.status, c.code)
			if c.code == "" {
				for _, x := range r.Reasons {
					if x.Code == schemas.ReasonRevocationUnknown || x.Code == schemas.ReasonRevocationStale {
						t.Error(x)
					}
				}
			}
		})
	}
}

// TestAuthorityOfTime: a proven time that alone saves a signature is only as
// good as what is known of who stamped.
func TestAuthorityOfTime(t *testing.T) {
	l := sharedLab()
	strange, err := signing.NewAuthority(signing.ECDSA, "时间戳根")
	if err != nil {
		t.Fatal(err)
	}
	tsa, err := strange.Issue(signing.ECDSA, signing.Subject{Name: "时间戳"}, signing.Certify{TimeStamp: true})
	if err != nil {
		t.Fatal(err)
	}
	ranOut, err := l.root.Issue(signing.RSA, signing.Subject{Name: agencyName, USCC: agencyCode}, signing.Certify{From: *day("2023-01-01"), Until: *day("2026-05-20")})
	if err != nil {
		t.Fatal(err)
	}
	trust := func(crl bool) *signature.Trust {
		return with(t, func(m *schemas.TrustMaterial) {
			m.Roots = append(m.Roots[:2:2], schemas.TrustItem{Name: "tsa.pem", Data: strange.PEM()})
			if crl {
				m.CRLs = append(m.CRLs[:2:2], schemas.TrustItem{Name: "tsa.crl", Data: strange.CRL(crlFrom, crlUntil, nil)})
			}
		})
	}
	unknown := func(r signature.Result) bool {
		for _, x := range r.Reasons {
			if x.Code == schemas.ReasonRevocationUnknown {
				return true
			}
		}
		return false
	}
	for _, c := range []struct {
		name    string
		signer  signing.Signer
		crl     bool
		unknown bool
	}{
		{"certificate ran out, authority of time unknown", ranOut, false, true},
		{"certificate ran out, authority of time known", ranOut, true, false},
		{"the time decides nothing", l.agency[signing.RSA], false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			pdf := l.sign(t, report(false), c.signer, signing.Options{TSA: &tsa, StampedAt: *day("2026-05-10")})
			r := signature.Verify(pdf, trust(c.crl), judged, signature.DefaultPolicy())
			expect(t, r, schemas.SignatureValid, "")
			if unknown(r) != c.unknown {
				t.Errorf("%v", r.Reasons)
			}
		})
	}
}

// TestMakerOfSeals: who made the seal was certified when he made it, and was
// not revoked since.
func TestMakerOfSeals(t *testing.T) {
	l := sharedLab()
	maker := func(c signing.Certify) signing.Signer {
		s, err := l.smRoot.Issue(signing.SM2, signing.Subject{Name: "制章单位"}, c)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	good := maker(signing.Certify{})
	for _, c := range []struct {
		name    string
		maker   signing.Signer
		revoked map[*signing.Signer]time.Time
		status  schemas.SignatureStatus
		code    schemas.ReasonCode
	}{
		{"sound", good, nil, schemas.SignatureValid, ""},
		{"ran out since", maker(signing.Certify{From: *day("2024-01-01"), Until: *day("2026-02-01")}), nil, schemas.SignatureValid, ""},
		{"ran out before", maker(signing.Certify{From: *day("2023-01-01"), Until: *day("2024-06-01")}), nil, schemas.SignatureUntrusted, schemas.ReasonExpired},
		{"not yet certified", maker(signing.Certify{From: *day("2026-05-01")}), nil, schemas.SignatureUntrusted, schemas.ReasonNotYetValid},
		{"revoked", good, map[*signing.Signer]time.Time{&good: *day("2026-05-15")}, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"certified for servers", maker(signing.Certify{Server: true}), nil, schemas.SignatureUntrusted, schemas.ReasonKeyUsage},
		{"certified for encryption", maker(signing.Certify{NoSignUsage: true}), nil, schemas.SignatureUntrusted, schemas.ReasonKeyUsage},
	} {
		t.Run(c.name, func(t *testing.T) {
			seal := l.seal(signing.SM2)
			seal.Maker = c.maker
			trust := with(t, func(m *schemas.TrustMaterial) {
				m.CRLs = []schemas.TrustItem{{Name: "sm2.crl", Data: l.smRoot.CRL(crlFrom, crlUntil, c.revoked)}}
			})
			pdf := l.sign(t, report(false), l.agency[signing.SM2], signing.Options{Format: signing.SealV4, Seal: seal})
			expect(t, signature.Verify(pdf, trust, judged, signature.DefaultPolicy()), c.status, c.code)
		})
	}
}

// TestCrossCertified: of two ways to a root one is revoked; the other is enough.
func TestCrossCertified(t *testing.T) {
	l := sharedLab()
	key, err := signing.GenerateKey(signing.ECDSA)
	if err != nil {
		t.Fatal(err)
	}
	var twice []signing.Signer
	for range 2 {
		s, err := l.root.IssueFor(key, signing.Subject{Name: "交叉中级"}, signing.Certify{CA: true})
		if err != nil {
			t.Fatal(err)
		}
		twice = append(twice, s)
	}
	signer := certified(t, twice[0], agencyName, func(*x509.Certificate) {})
	signer.Chain = [][]byte{twice[0].Certificate, twice[1].Certificate}
	pdf := l.sign(t, report(false), signer, signing.Options{})
	t.Run("one for servers only", func(t *testing.T) {
		for _, first := range []bool{true, false} {
			servers, err := l.root.IssueFor(key, signing.Subject{Name: "交叉中级"}, signing.Certify{CA: true, Server: true})
			if err != nil {
				t.Fatal(err)
			}
			both := signer
			both.Chain = [][]byte{servers.Certificate, twice[1].Certificate}
			if !first {
				slices.Reverse(both.Chain)
			}
			expect(t, l.verify(l.sign(t, report(false), both, signing.Options{})), schemas.SignatureValid, "")
		}
	})
	for name, c := range map[string]struct {
		revoked map[*signing.Signer]time.Time
		status  schemas.SignatureStatus
	}{
		"none":   {nil, schemas.SignatureValid},
		"first":  {map[*signing.Signer]time.Time{&twice[0]: crlFrom}, schemas.SignatureValid},
		"second": {map[*signing.Signer]time.Time{&twice[1]: crlFrom}, schemas.SignatureValid},
		"both":   {map[*signing.Signer]time.Time{&twice[0]: crlFrom, &twice[1]: crlFrom}, schemas.SignatureUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			trust := with(t, func(m *schemas.TrustMaterial) {
				m.CRLs = []schemas.TrustItem{{Name: "a.crl", Data: l.root.CRL(crlFrom, crlUntil, c.revoked)}}
			})
			expect(t, signature.Verify(pdf, trust, judged, signature.DefaultPolicy()), c.status, "")
		})
	}
}
