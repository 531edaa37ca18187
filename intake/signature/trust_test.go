package signature_test

import (
	"bytes"
	"errors"

	"strings"
	"testing"
	"testing/fstest"
	"time"

	"jianding/intake/signature"
	"jianding/intake/signature/cms"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// with builds trust data that differ from the lab's in one thing.
func with(t *testing.T, change func(m *schemas.TrustMaterial)) *signature.Trust {
	t.Helper()
	m := sharedLab().material
	m.Agencies = append([]schemas.Agency{}, m.Agencies...)
	change(&m)
	trust, err := signature.NewTrust(m)
	if err != nil {
		t.Fatal(err)
	}
	return trust
}

func day(s string) *time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return &t
}

// TestTrust: everything is intact; who it is, and when, decides.
func TestTrust(t *testing.T) {
	l := sharedLab()
	issue := func(a *signing.Authority, alg signing.Algorithm, c signing.Certify) signing.Signer {
		s, err := a.Issue(alg, signing.Subject{Name: agencyName, USCC: agencyCode}, c)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	agency := l.agency[signing.RSA]
	plain := func(s signing.Signer) []byte { return l.sign(t, report(false), s, signing.Options{}) }
	stamped := func(s signing.Signer, at time.Time) []byte {
		return l.sign(t, report(false), s, signing.Options{TSA: &l.tsa, StampedAt: at, At: at})
	}
	crls := func(items ...[]byte) func(m *schemas.TrustMaterial) {
		return func(m *schemas.TrustMaterial) {
			m.CRLs = nil
			for _, b := range items {
				m.CRLs = append(m.CRLs, schemas.TrustItem{Name: "a.crl", Data: b})
			}
		}
	}
	register := func(f func(a *schemas.Agency)) func(m *schemas.TrustMaterial) {
		return func(m *schemas.TrustMaterial) { f(&m.Agencies[0]) }
	}
	none := func(*schemas.TrustMaterial) {}
	expired := issue(l.root, signing.RSA, signing.Certify{From: *day("2023-01-01"), Until: *day("2026-03-01")})
	smExpired := issue(l.smRoot, signing.SM2, signing.Certify{From: *day("2023-01-01"), Until: *day("2026-03-01")})
	sub, err := l.root.Subordinate(signing.ECDSA, "测试中级")
	if err != nil {
		t.Fatal(err)
	}
	smSub, err := l.smRoot.Subordinate(signing.SM2, "测试中级 SM2")
	if err != nil {
		t.Fatal(err)
	}
	strangeTSA, err := l.strangeRoot.Issue(signing.ECDSA, signing.Subject{Name: "时间戳"}, signing.Certify{TimeStamp: true})
	if err != nil {
		t.Fatal(err)
	}
	revoked := l.root.CRL(crlFrom, crlUntil, map[*signing.Signer]time.Time{&agency: *day("2026-05-15")})
	forged := func() []byte {
		other, err := signing.NewAuthority(signing.RSA, "测试根 RSA")
		if err != nil {
			t.Fatal(err)
		}
		return other.CRL(crlFrom, crlUntil, map[*signing.Signer]time.Time{&agency: *day("2026-05-15")})
	}()
	fingerprint := func(s signing.Signer) string {
		c, err := cms.ParseCertificate(s.Certificate)
		if err != nil {
			t.Fatal(err)
		}
		return c.SHA256()
	}
	ranOut := l.seal(signing.SM2)
	ranOut.Until = *day("2026-03-01")
	const ok, untrusted = schemas.SignatureValid, schemas.SignatureUntrusted
	smPlain := plain(l.agency[signing.SM2])
	for _, c := range []struct {
		name   string
		pdf    []byte
		change func(m *schemas.TrustMaterial)
		status schemas.SignatureStatus
		code   schemas.ReasonCode
	}{
		{"look-alike root", plain(l.stranger), none, untrusted, schemas.ReasonChain},
		{"no roots", plain(agency), func(m *schemas.TrustMaterial) { m.Roots = nil }, untrusted, schemas.ReasonChain},
		{"SM2 root missing", smPlain, func(m *schemas.TrustMaterial) { m.Roots = m.Roots[:1] }, untrusted, schemas.ReasonChain},
		{"intermediate in the container", plain(issue(sub, signing.RSA, signing.Certify{})), none, ok, schemas.ReasonRevocationUnknown},
		{"SM2 intermediate", plain(issue(smSub, signing.SM2, signing.Certify{})), none, ok, schemas.ReasonRevocationUnknown},
		{"expired at receipt", plain(expired), none, untrusted, schemas.ReasonExpired},
		{"expired, SM2", plain(smExpired), none, untrusted, schemas.ReasonExpired},
		{"expired, stamped in time", stamped(expired, *day("2026-02-01")), crls(l.root.CRL(*day("2026-02-15"), *day("2026-03-15"), nil), l.root.CRL(crlFrom, crlUntil, nil)), ok, ""},
		{"expired, stamped in time, list of after", stamped(expired, *day("2026-02-01")), none, ok, schemas.ReasonRevocationUnknown},
		{"expired, stamped too late", stamped(expired, *day("2026-04-01")), none, untrusted, schemas.ReasonExpired},
		{"expired, stamped by a stranger", l.sign(t, report(false), expired, signing.Options{TSA: &strangeTSA, StampedAt: *day("2026-02-01")}), none, untrusted, schemas.ReasonExpired},
		{"expired, stamped by a person's certificate", l.sign(t, report(false), expired, signing.Options{TSA: &l.person, StampedAt: *day("2026-02-01")}), none, untrusted, schemas.ReasonExpired},
		{"expired, SM2, stamped by a person's certificate", l.sign(t, report(false), smExpired, signing.Options{TSA: &l.smPerson, StampedAt: *day("2026-02-01")}), none, untrusted, schemas.ReasonExpired},
		{"seal ran out, claims to be older", l.sign(t, report(false), l.agency[signing.SM2], signing.Options{Format: signing.SealV4, Seal: ranOut, At: *day("2026-02-01")}), none, untrusted, schemas.ReasonSealPeriod},
		{"seal ran out, stamped in time", l.sign(t, report(false), l.agency[signing.SM2], signing.Options{Format: signing.SealV4, Seal: ranOut, At: *day("2026-02-01"), TSA: &l.smTSA, StampedAt: *day("2026-02-01")}), none, ok, ""},
		{"expired, stamp of another signature", l.sign(t, report(false), expired, signing.Options{TSA: &l.tsa, StampedAt: *day("2026-02-01"), Faults: signing.Faults{ForeignTimeStamp: true}}), none, untrusted, schemas.ReasonTimestamp},
		{"not yet valid", plain(issue(l.root, signing.RSA, signing.Certify{From: *day("2026-07-01")})), none, untrusted, schemas.ReasonNotYetValid},
		{"server certificate", plain(issue(l.root, signing.ECDSA, signing.Certify{Server: true})), none, untrusted, schemas.ReasonKeyUsage},
		{"encryption certificate", plain(issue(l.root, signing.RSA, signing.Certify{NoSignUsage: true})), none, untrusted, schemas.ReasonKeyUsage},
		{"encryption certificate, SM2", plain(issue(l.smRoot, signing.SM2, signing.Certify{NoSignUsage: true})), none, untrusted, schemas.ReasonKeyUsage},
		{"revoked", plain(agency), crls(revoked), untrusted, schemas.ReasonRevoked},
		{"revoked after the stamp", stamped(agency, *day("2026-05-10")), crls(revoked), ok, ""},
		{"stamped after revocation", stamped(agency, *day("2026-05-20")), crls(revoked), untrusted, schemas.ReasonRevoked},
		{"list forged by another key", plain(agency), crls(forged), ok, schemas.ReasonRevocationUnknown},
		{"no list", plain(agency), crls(), ok, schemas.ReasonRevocationUnknown},
		{"stale list", plain(agency), crls(l.root.CRL(*day("2026-01-01"), *day("2026-02-01"), nil)), ok, schemas.ReasonRevocationStale},
		{"list of another authority", plain(agency), crls(l.smRoot.CRL(crlFrom, crlUntil, nil)), ok, schemas.ReasonRevocationUnknown},
		{"answer in the container", l.sign(t, report(false), agency, signing.Options{OCSPs: [][]byte{l.root.OCSP(agency, nil, crlFrom, crlUntil)}}), crls(), ok, ""},
		{"revoked by the answer", l.sign(t, report(false), agency, signing.Options{OCSPs: [][]byte{l.root.OCSP(agency, day("2026-05-02"), crlFrom, crlUntil)}}), crls(), untrusted, schemas.ReasonRevoked},
		{"revoked in the store", func() []byte {
			out, err := signing.AppendDSS(plain(agency), false, nil, [][]byte{revoked}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}(), none, untrusted, schemas.ReasonRevoked},
		{"suspended", plain(agency), register(func(a *schemas.Agency) { a.Status = schemas.AgencySuspended }), untrusted, schemas.ReasonAgencySuspended},
		{"suspended since", plain(agency), register(func(a *schemas.Agency) { a.Status, a.SuspendedFrom = schemas.AgencySuspended, day("2026-05-01") }), untrusted, schemas.ReasonAgencySuspended},
		{"suspended later", plain(agency), register(func(a *schemas.Agency) { a.Status, a.SuspendedFrom = schemas.AgencySuspended, day("2026-07-01") }), ok, ""},
		{"claims a time before the suspension", l.sign(t, report(false), agency, signing.Options{At: *day("2026-04-01")}), register(func(a *schemas.Agency) { a.Status, a.SuspendedFrom = schemas.AgencySuspended, day("2026-05-01") }), untrusted, schemas.ReasonAgencySuspended},
		{"proves a time before the suspension", stamped(agency, *day("2026-04-01")), register(func(a *schemas.Agency) { a.Status, a.SuspendedFrom = schemas.AgencySuspended, day("2026-05-01") }), ok, ""},
		{"registration not begun", plain(agency), register(func(a *schemas.Agency) { a.ValidFrom = day("2026-07-01") }), untrusted, schemas.ReasonAgencyPeriod},
		{"registration ended", plain(agency), register(func(a *schemas.Agency) { a.ValidTo = day("2026-05-01") }), untrusted, schemas.ReasonAgencyPeriod},
		{"unregistered", plain(agency), register(func(a *schemas.Agency) { a.USCC = "91500116MA60C7D217" }), untrusted, schemas.ReasonAgencyUnknown},
		{"by fingerprint", plain(agency), register(func(a *schemas.Agency) {
			a.USCC, a.Certificates = "", []schemas.CertificateRef{{SHA256: fingerprint(agency)}}
		}), ok, ""},
		{"another certificate is registered", plain(agency), register(func(a *schemas.Agency) {
			a.Certificates = []schemas.CertificateRef{{SHA256: strings.Repeat("ab", 32)}}
		}), untrusted, schemas.ReasonAgencyUnknown},
		{"a person of the agency alone", plain(l.person), register(func(a *schemas.Agency) {
			a.Certificates = []schemas.CertificateRef{{SHA256: fingerprint(l.person), Person: "张三", Role: "鉴定人"}}
		}), untrusted, schemas.ReasonAgencyMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := signature.Verify(c.pdf, with(t, c.change), judged, signature.DefaultPolicy())
			expect(t, r, c.status, c.code)
			if c.status != ok && r.AgencyID != "" {
				t.Errorf("agency %q vouches for an untrusted file", r.AgencyID)
			}
			if c.status == ok && c.code == "" {
				for _, x := range r.Reasons {
					if i, _ := x.Code.Info(); i.Weight != schemas.WeightNote {
						t.Errorf("unexpected reason %v", x)
					}
				}
			}
		})
	}
}

func TestPolicy(t *testing.T) {
	l := sharedLab()
	sha1 := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{Hash: cms.SHA1})
	legacy := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{Format: signing.PKCS7SHA1})
	noID := l.sign(t, report(false), l.agency[signing.SM2], signing.Options{Faults: signing.Faults{EmptySM2ID: true}})
	plain := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{})
	noCRL := with(t, func(m *schemas.TrustMaterial) { m.CRLs = nil })
	for _, c := range []struct {
		name   string
		pdf    []byte
		trust  *signature.Trust
		set    func(p *signature.Policy)
		status schemas.SignatureStatus
		code   schemas.ReasonCode
	}{
		{"SHA-1 allowed", sha1, l.trust, func(p *signature.Policy) { p.AllowSHA1 = true }, schemas.SignatureValid, schemas.ReasonStrengthAllowed},
		{"legacy format allowed", legacy, l.trust, func(p *signature.Policy) { p.AllowLegacy, p.AllowSHA1 = true, true }, schemas.SignatureValid, schemas.ReasonStrengthAllowed},
		{"no SM2 identity allowed", noID, l.trust, func(p *signature.Policy) { p.AllowSM2WithoutID = true }, schemas.SignatureValid, schemas.ReasonStrengthAllowed},
		{"long keys demanded", plain, l.trust, func(p *signature.Policy) { p.MinRSABits = 3072 }, schemas.SignatureUntrusted, schemas.ReasonWeakKey},
		{"revocation not demanded", plain, noCRL, func(p *signature.Policy) { p.AcceptUnknownRevocation = true }, schemas.SignatureValid, schemas.ReasonRevocationAccepted},
		{"demanding wins", plain, noCRL, func(p *signature.Policy) { p.AcceptUnknownRevocation, p.RequireRevocation = true, true }, schemas.SignatureUntrusted, schemas.ReasonRevocationUnknown},
		{"revocation demanded", plain, noCRL, func(p *signature.Policy) { p.RequireRevocation = true }, schemas.SignatureUntrusted, schemas.ReasonRevocationUnknown},
		{"person demanded", plain, l.trust, func(p *signature.Policy) { p.RequirePerson = true }, schemas.SignatureValid, schemas.ReasonPersonMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := signature.DefaultPolicy()
			c.set(&p)
			r := signature.Verify(c.pdf, c.trust, judged, p)
			expect(t, r, c.status, c.code)
			for _, reason := range r.Reasons {
				// What policy takes must not come back as a rejection.
				if info, _ := reason.Code.Info(); c.status == schemas.SignatureValid && info.Weight == schemas.WeightReject {
					t.Errorf("valid, but %s rejects", reason.Code)
				}
			}
		})
	}
}

func TestNilTrustTrustsNobody(t *testing.T) {
	l := sharedLab()
	r := signature.Verify(l.signed(t, kind{signer: signing.RSA}), nil, judged, signature.DefaultPolicy())
	expect(t, r, schemas.SignatureUntrusted, schemas.ReasonChain)
}

func TestLoadTrustListsAllProblems(t *testing.T) {
	fsys := fstest.MapFS{
		"roots/a.pem":    {Data: []byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")},
		"roots/leaf.pem": {Data: sharedLab().person.PEM()},
		"roots/notes":    {Data: []byte("x")},
		"crls/b.crl":     {Data: []byte("nonsense")},
		"agencies.yaml":  {Data: []byte("- id: a\n  status: retired\n- id: a\n  status: active\n")},
	}
	_, err := signature.LoadTrust(fsys)
	var e *schemas.Error
	if !errors.As(err, &e) || e.Kind != schemas.KindInvalid {
		t.Fatalf("error %v", err)
	}
	for _, field := range []string{"roots/a.pem", "roots/leaf.pem", "roots/notes", "crls/b.crl", "agencies[0]", "agencies[1]"} {
		found := false
		for _, p := range e.Problems {
			found = found || p.Field == field
		}
		if !found {
			t.Errorf("no problem for %s in %v", field, e.Problems)
		}
	}
	fsys["agencies.yaml"] = &fstest.MapFile{Data: []byte("- id: a\n  colour: red\n")}
	if _, err := signature.LoadTrust(fsys); err == nil {
		t.Error("an unknown key passed")
	}
	if _, err := signature.LoadTrust(fstest.MapFS{}); err == nil {
		t.Error("an empty directory passed")
	}
}

func TestTrustHash(t *testing.T) {
	l := sharedLab()
	same := with(t, func(m *schemas.TrustMaterial) {
		m.Roots = []schemas.TrustItem{{Name: "both.pem", Data: bytes.Join([][]byte{l.smRoot.PEM(), l.root.PEM()}, nil)}}
	})
	if same.Hash() != l.trust.Hash() {
		t.Error("the same content in other files has another hash")
	}
	for name, change := range map[string]func(m *schemas.TrustMaterial){
		"root":   func(m *schemas.TrustMaterial) { m.Roots = m.Roots[:1] },
		"crl":    func(m *schemas.TrustMaterial) { m.CRLs = m.CRLs[:1] },
		"agency": func(m *schemas.TrustMaterial) { m.Agencies[0].Status = schemas.AgencySuspended },
	} {
		if with(t, change).Hash() == l.trust.Hash() {
			t.Errorf("another %s, the same hash", name)
		}
	}
}

// TestAgenciesYAML: agencies.yaml takes dates as well as instants.
func TestAgenciesYAML(t *testing.T) {
	list, err := signature.ParseAgencies([]byte("- id: a\n  name: 甲\n  uscc: 91500116MA5U0A1B0H\n  status: suspended\n  suspended_from: 2026-05-01\n  valid_to: 2027-01-01T00:00:00+08:00\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].SuspendedFrom == nil || list[0].ValidTo == nil {
		t.Fatalf("%+v", list)
	}
	if list, err := signature.ParseAgencies([]byte("[]")); err != nil || len(list) != 0 {
		t.Errorf("empty list: %v %v", list, err)
	}
}

func TestOutOfScope(t *testing.T) {
	a := schemas.Agency{Standards: []string{"GB 50292-2015", "JGJ/T 363"}}
	got := signature.OutOfScope(a, []string{"GB50292-2015", "JGJ 125-2016", "JGJ/T 363-2014"})
	if len(got) != 1 || got[0] != "JGJ 125-2016" {
		t.Errorf("%v", got)
	}
	if signature.OutOfScope(schemas.Agency{}, []string{"GB 50144-2019"}) != nil {
		t.Error("an agency without a list is limited")
	}
}
