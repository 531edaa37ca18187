package municipal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"io"
	"strings"
	"time"

	"jianding/schemas"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
)

// SampleFiling returns an invented filing with every field filled, and its
// original, for trying a profile without a report.
func SampleFiling() (schemas.Filing, Original) {
	pdf := []byte("%PDF-1.7\n% 样例，不是真实报告\n%%EOF\n")
	s2, s3 := sha256.Sum256(pdf), sm3.Sum(pdf)
	received := time.Date(2026, 11, 24, 2, 15, 30, 250_000_000, time.UTC)
	finding := func(standard string, scope schemas.Scope, aspect schemas.Aspect, grade schemas.Grade) schemas.Finding {
		return schemas.Finding{Standard: standard, Scope: scope, Aspect: aspect, Unit: "1号楼", Grade: grade, Role: schemas.RoleConclusion}
	}
	f := schemas.Filing{
		Delivery: schemas.Delivery{ID: "sample", IdempotencyKey: "jd-sample-0001", Status: schemas.DeliveryPending, OwedAt: received},
		Report: schemas.Report{ID: "sample", ReceiptNo: "JD-20261124-000001-A", ReportNo: "CQJJ-2026-0117", Filename: "CQJJ-2026-0117.pdf",
			SHA256: hex.EncodeToString(s2[:]), SM3: hex.EncodeToString(s3[:]), Size: int64(len(pdf)), ReceivedAt: received, Revision: 1},
		Agency: schemas.Agency{ID: "sample", Name: "重庆示例房屋安全鉴定有限公司", USCC: "91500116MA5U000017"},
		Assessment: schemas.Assessment{
			Report: schemas.ReportFields{ReportNo: "CQJJ-2026-0117", Agency: "重庆示例房屋安全鉴定有限公司", Client: "重庆市江津区几江街道办事处",
				Owner: "张某某", Address: "重庆市江津区几江街道大同路17号", Town: "几江街道", HouseCode: "500116001001GB00017", Use: "经营性自建房",
				Structure: "砖混结构", Storeys: "5", AreaM2: 486.35, Built: "1996年", InspectedOn: "2026-11-02", InspectedUntil: "2026-11-03",
				IssuedOn: "2026-11-20", Standards: []string{"GB 50292-2015", "JGJ 125-2016"}},
			Findings: []schemas.Finding{
				finding("GB 50292-2015", schemas.ScopeUnit, schemas.AspectSafety, "Dsu"),
				finding("GB 50292-2015", schemas.ScopeUnit, schemas.AspectReliability, "IV"),
				finding("JGJ 125-2016", schemas.ScopeHouse, schemas.AspectDanger, "D"),
			},
			Overall: schemas.Overall{Safety: "Dsu", Danger: "D", Reliability: "IV"},
			Recommendations: []schemas.Recommendation{
				{Code: schemas.StopUse, Quote: "立即停止使用，人员撤离。", Page: 6},
				{Code: schemas.Evacuate, Quote: "立即停止使用，人员撤离。", Page: 6},
			},
			Hazard: schemas.Hazard{Level: schemas.HazardRed, WholeStructure: true, Basis: []string{"grade:unit_safety_Dsu"}},
		},
	}
	return f, func() (io.ReadCloser, int64, error) {
		return io.NopCloser(bytes.NewReader(pdf)), int64(len(pdf)), nil
	}
}

// SampleSecrets are good for nothing but trying a profile: Preview works with
// them before a platform has given any.
func SampleSecrets(p *Profile) (Secrets, error) {
	sec, err := sampleSecrets(p.compiled.signing)
	if err != nil || p.compiled.callbacks == nil || p.compiled.callbacks.scheme.spec.Algorithm != algSM2 {
		return sec, err
	}
	k, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return sec, err
	}
	der, err := smx509.MarshalPKIXPublicKey(k.Public())
	sec.PlatformKeyPEM = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	return sec, err
}

func sampleSecrets(s *scheme) (Secrets, error) {
	out := Secrets{AppID: "sample-app", Secret: Secret(strings.Repeat("00", 24))}
	if s.spec.Algorithm != algSM2 {
		return out, nil
	}
	k, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return out, err
	}
	der, err := smx509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return out, err
	}
	out.PrivateKeyPEM = Secret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	return out, nil
}

// tryOut maps and signs the sample by a profile whose form is right: what
// only shows at run time should show before the first report.
func (c *checker) tryOut(out *compiled) {
	c.profile.compiled = out
	f, original := SampleFiling()
	f.SupersedesReceipt = "ZHFA-20261124-000001"
	m, problems := mapFiling(out.fields, f, c.profile.Division)
	for _, p := range problems {
		c.add("fields."+p.Field, p.Code, "试填样例报告：%s", p.Message)
	}
	sec, err := sampleSecrets(out.signing)
	if err != nil {
		c.add("signing", "cannot_sign", "%s", err.Error())
		return
	}
	k, err := out.signing.requestKey(sec)
	if err != nil {
		c.add("signing", "cannot_sign", "%s", err.Error())
		return
	}
	client := &Client{profile: c.profile, secrets: sec, base: out.base}
	for _, op := range sortedKeys(out.endpoints) {
		values := client.filingValues(f, m.encoded)
		values["day"], values["draft"] = "2026-11-24", "d1"
		o, err := client.prepare(out.endpoints[op], values, m, original)
		if err == nil {
			_, _, _, err = o.sign(out.signing, k, f.Report.ReceivedAt)
		}
		if err != nil {
			c.add("endpoints."+op, "cannot_build", "试构造请求失败：%s", err.Error())
		}
	}
}
