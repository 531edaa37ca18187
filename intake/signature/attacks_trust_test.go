package signature_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"jianding/intake/signature"
	"jianding/intake/signature/cms"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// TestDatesOfTheRegister: a date in agencies.yaml is a day in China. A
// suspension begins with its first minute and a registration ends with the
// last.
func TestDatesOfTheRegister(t *testing.T) {
	l := sharedLab()
	pdf := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{})
	at := func(s string) time.Time {
		x, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range []struct {
		keys     string
		received time.Time
		status   schemas.SignatureStatus
	}{
		{"status: suspended\n  suspended_from: 2026-06-02", at("2026-06-01T23:59:00+08:00"), schemas.SignatureValid},
		{"status: suspended\n  suspended_from: 2026-06-02", at("2026-06-02T00:01:00+08:00"), schemas.SignatureUntrusted},
		{"status: active\n  valid_from: 2026-06-02", at("2026-06-02T00:01:00+08:00"), schemas.SignatureValid},
		{"status: active\n  valid_from: 2026-06-02", at("2026-06-01T23:59:00+08:00"), schemas.SignatureUntrusted},
		{"status: active\n  valid_to: 2026-06-02", at("2026-06-02T23:59:00+08:00"), schemas.SignatureValid},
		{"status: active\n  valid_to: \"2026-06-02\"", at("2026-06-02T23:59:00+08:00"), schemas.SignatureValid},
		{"status: active\n  valid_to: 2026-06-02", at("2026-06-03T00:01:00+08:00"), schemas.SignatureUntrusted},
		{"status: active\n  valid_to: 2026-06-02T00:00:00+08:00", at("2026-06-02T00:01:00+08:00"), schemas.SignatureUntrusted},
	} {
		t.Run(c.keys+" "+c.received.String(), func(t *testing.T) {
			list, err := signature.ParseAgencies([]byte(fmt.Sprintf("- id: agency-01\n  name: %s\n  uscc: %s\n  %s\n", agencyName, agencyCode, c.keys)))
			if err != nil {
				t.Fatal(err)
			}
			trust := with(t, func(m *schemas.TrustMaterial) { m.Agencies = list })
			expect(t, signature.Verify(pdf, trust, c.received, signature.DefaultPolicy()), c.status, "")
		})
	}
	if _, err := signature.ParseAgencies([]byte("- id: a\n  status: active\n  valid_to: next year\n")); err == nil {
		t.Error("a date that is none passed")
	}
}

// TestCertificateReferences: hashes and serials come from other programs'
// output, with colons, spaces, leading zeros and in either case.
func TestCertificateReferences(t *testing.T) {
	l := sharedLab()
	signer := l.agency[signing.RSA]
	pdf := l.sign(t, report(false), signer, signing.Options{})
	cert, err := cms.ParseCertificate(signer.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	colons := func(s string) string {
		var out []string
		for i := 0; i < len(s); i += 2 {
			out = append(out, s[i:i+2])
		}
		return strings.Join(out, ":")
	}
	serial := fmt.Sprintf("%x", cert.Serial)
	if len(serial)%2 == 1 {
		serial = "0" + serial
	}
	const issuer = "测试根 RSA"
	for name, c := range map[string]struct {
		ref    schemas.CertificateRef
		status schemas.SignatureStatus
	}{
		"hash":                   {schemas.CertificateRef{SHA256: cert.SHA256()}, schemas.SignatureValid},
		"hash, upper case":       {schemas.CertificateRef{SHA256: strings.ToUpper(cert.SHA256())}, schemas.SignatureValid},
		"hash by openssl":        {schemas.CertificateRef{SHA256: strings.ToUpper(colons(cert.SHA256()))}, schemas.SignatureValid},
		"serial":                 {schemas.CertificateRef{Issuer: issuer, Serial: serial}, schemas.SignatureValid},
		"serial, leading zeros":  {schemas.CertificateRef{Issuer: issuer, Serial: "0000" + serial}, schemas.SignatureValid},
		"serial by openssl":      {schemas.CertificateRef{Issuer: issuer, Serial: strings.ToUpper(colons(serial))}, schemas.SignatureValid},
		"serial, 0x":             {schemas.CertificateRef{Issuer: issuer, Serial: "0x" + strings.ToUpper(serial)}, schemas.SignatureValid},
		"serial of another root": {schemas.CertificateRef{Issuer: "测试根 SM2", Serial: serial}, schemas.SignatureUntrusted},
		"another serial":         {schemas.CertificateRef{Issuer: issuer, Serial: serial + "0"}, schemas.SignatureUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			trust := with(t, func(m *schemas.TrustMaterial) {
				m.Agencies[0].USCC = ""
				m.Agencies[0].Certificates = []schemas.CertificateRef{c.ref}
			})
			expect(t, signature.Verify(pdf, trust, judged, signature.DefaultPolicy()), c.status, "")
		})
	}
}

// TestNumbersInTheRegister: digits that YAML would take for a number keep
// their text.
func TestNumbersInTheRegister(t *testing.T) {
	list, err := signature.ParseAgencies([]byte("- id: 007\n  name: 甲\n  uscc: 915001160000000012\n  status: active\n  certificates:\n  - issuer: 根\n    serial: 0012 # octal to YAML\n  - issuer: 根\n    serial: 12e5\n  - issuer: 根\n    serial: 0x1F\n  - issuer: 根\n    serial: 10:20 # hex\n  - issuer: 根\n    serial: '0034'\n  - issuer: 根\n    serial: \"0056\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{list[0].ID, list[0].USCC}
	for _, c := range list[0].Certificates {
		got = append(got, c.Serial)
	}
	if want := "007 915001160000000012 0012 12e5 0x1F 10:20 0034 0056"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}
