package signature_test

import (
	"sync"
	"testing"
	"time"

	"jianding/intake/signature"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// lab is the tests' own PKI: two roots, a time-stamp authority each, and an
// agency with a certificate per algorithm.
type lab struct {
	root, smRoot     *signing.Authority
	agency           map[signing.Algorithm]signing.Signer
	person, smPerson signing.Signer
	maker            signing.Signer // of seals
	rsaMaker         signing.Signer
	tsa, smTSA       signing.Signer
	stranger         signing.Signer // from a root nobody trusts
	strangeRoot      *signing.Authority
	trust            *signature.Trust
	material         schemas.TrustMaterial
}

const (
	agencyName = "重庆测试房屋安全鉴定有限公司"
	agencyCode = "91500116MA5U0A1B0H"
)

var (
	judged   = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC) // receipt in tests
	signedAt = time.Date(2026, 6, 1, 7, 0, 0, 0, time.UTC)
	crlFrom  = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	crlUntil = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
)

var sharedLab = sync.OnceValue(func() *lab {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	l := &lab{agency: make(map[signing.Algorithm]signing.Signer)}
	var err error
	l.root, err = signing.NewAuthority(signing.RSA, "测试根 RSA")
	must(err)
	l.smRoot, err = signing.NewAuthority(signing.SM2, "测试根 SM2")
	must(err)
	l.strangeRoot, err = signing.NewAuthority(signing.ECDSA, "测试根 RSA") // a look-alike
	must(err)
	who := signing.Subject{Name: agencyName, USCC: agencyCode}
	for _, a := range []signing.Algorithm{signing.RSA, signing.RSAPSS, signing.ECDSA, signing.Ed25519, signing.SM2} {
		ca := l.root
		if a == signing.SM2 {
			ca = l.smRoot
		}
		l.agency[a], err = ca.Issue(a, who, signing.Certify{})
		must(err)
	}
	l.person, err = l.root.Issue(signing.ECDSA, signing.Subject{Name: "张三"}, signing.Certify{})
	must(err)
	l.smPerson, err = l.smRoot.Issue(signing.SM2, signing.Subject{Name: "李四"}, signing.Certify{})
	must(err)
	l.maker, err = l.smRoot.Issue(signing.SM2, signing.Subject{Name: "制章单位"}, signing.Certify{})
	must(err)
	l.rsaMaker, err = l.root.Issue(signing.ECDSA, signing.Subject{Name: "制章单位"}, signing.Certify{})
	must(err)
	l.tsa, err = l.root.Issue(signing.ECDSA, signing.Subject{Name: "时间戳"}, signing.Certify{TimeStamp: true})
	must(err)
	l.smTSA, err = l.smRoot.Issue(signing.SM2, signing.Subject{Name: "时间戳"}, signing.Certify{TimeStamp: true})
	must(err)
	l.stranger, err = l.strangeRoot.Issue(signing.ECDSA, who, signing.Certify{})
	must(err)
	l.material = schemas.TrustMaterial{
		Roots:    []schemas.TrustItem{{Name: "root-rsa.pem", Data: l.root.PEM()}, {Name: "root-sm2.pem", Data: l.smRoot.PEM()}},
		CRLs:     []schemas.TrustItem{{Name: "rsa.crl", Data: l.root.CRL(crlFrom, crlUntil, nil)}, {Name: "sm2.crl", Data: l.smRoot.CRL(crlFrom, crlUntil, nil)}},
		Agencies: []schemas.Agency{{ID: "agency-01", Name: agencyName, USCC: agencyCode, Status: schemas.AgencyActive}},
	}
	l.trust, err = signature.NewTrust(l.material)
	must(err)
	return l
})

// kind is one way to sign as the agency.
type kind struct {
	name   string
	signer signing.Algorithm
	opts   signing.Options
	seal   bool
}

func (l *lab) seal(a signing.Algorithm) *signing.Seal {
	maker := l.maker
	if a != signing.SM2 {
		maker = l.rsaMaker
	}
	return &signing.Seal{Name: agencyName, Maker: maker, Holders: [][]byte{l.agency[a].Certificate}, From: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
		Until: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), Picture: []byte("\x89PNG")}
}

func (l *lab) kinds() []kind {
	sealAll := l.seal(signing.SM2)
	sealAll.MakerSignsAll = true
	byDigest := l.seal(signing.SM2)
	byDigest.ByDigest = true
	return []kind{
		{name: "rsa", signer: signing.RSA},
		{name: "rsa-ber-streams", signer: signing.RSA, opts: signing.Options{Indefinite: true, Streams: true}},
		{name: "rsa-cades-stamped", signer: signing.RSA, opts: signing.Options{Format: signing.CAdES, TSA: &l.tsa, StampedAt: signedAt}},
		{name: "rsa-pss", signer: signing.RSAPSS, opts: signing.Options{Format: signing.CAdES}},
		{name: "ecdsa", signer: signing.ECDSA, opts: signing.Options{Format: signing.CAdES, ByKeyID: false}},
		{name: "ed25519", signer: signing.Ed25519},
		{name: "sm2", signer: signing.SM2},
		{name: "sm2-301", signer: signing.SM2, opts: signing.Options{SM2OID: "1.2.156.10197.1.301.1", Streams: true}},
		{name: "sm2-eckey", signer: signing.SM2, opts: signing.Options{SM2OID: "1.2.840.10045.2.1"}},
		{name: "sm2-cades-stamped", signer: signing.SM2, opts: signing.Options{Format: signing.CAdES, TSA: &l.smTSA, StampedAt: signedAt}},
		{name: "gm0010", signer: signing.SM2, opts: signing.Options{Format: signing.GM0010}},
		{name: "gm0010-301-adbe", signer: signing.SM2, opts: signing.Options{Format: signing.GM0010Adbe, SM2OID: "1.2.156.10197.1.301"}},
		{name: "seal-v1", signer: signing.SM2, opts: signing.Options{Format: signing.SealV1, Seal: l.seal(signing.SM2)}, seal: true},
		{name: "seal-v4", signer: signing.SM2, opts: signing.Options{Format: signing.SealV4, Seal: sealAll}, seal: true},
		{name: "seal-v4-digest-stamped", signer: signing.SM2, opts: signing.Options{Format: signing.SealV4, Seal: byDigest, TSA: &l.smTSA, StampedAt: signedAt}, seal: true},
		{name: "seal-v5-ecdsa", signer: signing.ECDSA, opts: signing.Options{Format: signing.SealV5, Seal: l.seal(signing.ECDSA)}, seal: true},
	}
}

// report is the document that the matrix signs.
func report(streams bool) []byte {
	return signing.Document{
		Pages:     [][]string{{"房屋安全鉴定报告", "报告编号：TEST-2026-001"}, {"鉴定结论", "评定为Dsu级，严重影响整体承载。"}, {"附件"}},
		Streams:   streams,
		TextField: "remark", EmptyFields: []string{"reviewer"},
	}.Bytes()
}

func (l *lab) sign(t testing.TB, pdf []byte, s signing.Signer, o signing.Options) []byte {
	t.Helper()
	if o.At.IsZero() {
		o.At = signedAt
	}
	out, err := signing.Sign(pdf, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (l *lab) signed(t testing.TB, k kind) []byte {
	t.Helper()
	o := k.opts
	if o.Field == "" {
		o.Field = "agency"
	}
	return l.sign(t, report(o.Streams), l.agency[k.signer], o)
}

func (l *lab) verify(pdf []byte) signature.Result {
	return signature.Verify(pdf, l.trust, judged, signature.DefaultPolicy())
}

// expect checks status and that a reason with the code is there.
func expect(t *testing.T, r signature.Result, status schemas.SignatureStatus, code schemas.ReasonCode) {
	t.Helper()
	if r.Signature.Status != status {
		t.Errorf("status %s, want %s\n%s", r.Signature.Status, status, signature.Explain(r.Signature))
		return
	}
	if code == "" {
		return
	}
	for _, x := range r.Reasons {
		if x.Code == code {
			return
		}
	}
	t.Errorf("no reason %s among %v", code, r.Reasons)
}

func TestEveryKindIsValid(t *testing.T) {
	l := sharedLab()
	for _, k := range l.kinds() {
		t.Run(k.name, func(t *testing.T) {
			pdf := l.signed(t, k)
			r := l.verify(pdf)
			expect(t, r, schemas.SignatureValid, "")
			if r.AgencyID != "agency-01" || r.Covered != len(pdf) {
				t.Errorf("agency %q, covered %d of %d", r.AgencyID, r.Covered, len(pdf))
			}
			stamped := k.opts.TSA != nil
			if s := r.Signature.Signers[0]; (s.TimeSource == schemas.TimeTimestamp) != stamped {
				t.Errorf("time source %s, stamped %v", s.TimeSource, stamped)
			}
		})
	}
}
