package main

import (
	"embed"
	"os"
	"path/filepath"
	"time"

	"jianding/intake/agencies"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// The demo ships unsigned reports of invented agencies. Authorities,
// certificates and signatures are made when it starts, so that it works in any
// year; nothing that was signed here is trusted anywhere else.
//
//go:embed samples/*.pdf
var samples embed.FS

// sample is one shipped report and who sends it.
type sample struct {
	file, uscc, what string
	algorithm        signing.Algorithm
	expired          bool // signed with a certificate that had ended
}

func demoSamples() []sample {
	return []sample{
		{file: "bsu-sm2.pdf", uscc: "91500107MA5YF3K48H", algorithm: signing.SM2, what: "Bsu，SM2 签名：应自动通过并报送"},
		{file: "class-c.pdf", uscc: "91500116MA5U0A1B0H", algorithm: signing.RSA, what: "C 级局部危房：应自动通过并报送，不触发整体险情"},
		{file: "class-d-red.pdf", uscc: "91500107MA5YF3K48H", algorithm: signing.SM2, what: "D 级整幢危房：红色，立即上报，同时报送"},
		{file: "expired-certificate.pdf", uscc: "91500116MA5UNQ8R3G", algorithm: signing.RSA, expired: true, what: "签名证书已过期：应退回机构"},
	}
}

// demoAgencies are invented; their check characters are sound.
func demoAgencies() []schemas.Agency {
	return []schemas.Agency{
		{ID: "agency-01", Name: "重庆渝江房屋安全鉴定有限公司", USCC: "91500116MA5U0A1B0H", Status: schemas.AgencyActive},
		{ID: "agency-03", Name: "重庆鼎固建筑科学研究院有限公司", USCC: "91500107MA5YF3K48H", Status: schemas.AgencyActive},
		{ID: "agency-04", Name: "重庆白沙建筑检测咨询有限公司", USCC: "91500116MA5UNQ8R3G", Status: schemas.AgencyActive},
	}
}

// writeSamples signs the shipped reports into dir and makes dir/trust the
// trust directory that they are judged by.
func writeSamples(dir string, now time.Time) error {
	trust := filepath.Join(dir, "trust")
	for _, d := range []string{filepath.Join(trust, "roots"), filepath.Join(trust, "crls")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	roots := map[signing.Algorithm]*signing.Authority{}
	for _, alg := range []signing.Algorithm{signing.RSA, signing.SM2} {
		root, err := signing.NewAuthority(alg, "Jianding demo root "+string(alg))
		if err != nil {
			return err
		}
		roots[alg] = root
		name := "demo-" + string(alg)
		if err := os.WriteFile(filepath.Join(trust, "roots", name+".pem"), root.PEM(), 0o600); err != nil {
			return err
		}
		crl := root.CRL(now.Add(-time.Hour), now.AddDate(1, 0, 0), nil)
		if err := os.WriteFile(filepath.Join(trust, "crls", name+".crl"), crl, 0o600); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(filepath.Join(trust, "agencies.yaml"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := agencies.WriteRegister(f, demoAgencies()); err != nil {
		return err
	}
	for _, s := range demoSamples() {
		if err := s.write(dir, roots[s.algorithm], now); err != nil {
			return err
		}
	}
	return nil
}

func (s sample) write(dir string, root *signing.Authority, now time.Time) error {
	plain, err := samples.ReadFile("samples/" + s.file)
	if err != nil {
		return err
	}
	valid := signing.Certify{From: now.AddDate(-2, 0, 0), Until: now.AddDate(1, 0, 0)}
	if s.expired {
		valid.Until = now.AddDate(0, -1, 0)
	}
	name := s.uscc
	for _, a := range demoAgencies() {
		if a.USCC == s.uscc {
			name = a.Name
		}
	}
	signer, err := root.Issue(s.algorithm, signing.Subject{Name: name, USCC: s.uscc}, valid)
	if err != nil {
		return err
	}
	signed, err := signing.Sign(plain, signer, signing.Options{At: now.Add(-time.Hour), Reason: "示例报告"})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, s.file), signed, 0o600)
}
