package signature_test

import (
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"

	"jianding/intake/signature"
	"jianding/intake/signature/signing"
)

// BenchmarkVerify prints what verifying a 1 MB report with one RSA-2048
// signature costs, beside what it cannot do without (the digest) and beside
// what others take for less. Compare ns/op within one run:
//
//	go test -run '^$' -bench Verify ./intake/signature
func BenchmarkVerify(b *testing.B) {
	l := sharedLab()
	pdf := l.sign(b, signing.Document{Pages: [][]string{{"房屋安全鉴定报告"}}, Padding: 1 << 20}.Bytes(), l.agency[signing.RSA], signing.Options{})
	name := filepath.Join(b.TempDir(), "report.pdf")
	if err := os.WriteFile(name, pdf, 0o600); err != nil {
		b.Fatal(err)
	}
	policy := signature.DefaultPolicy()
	b.Run("jianding", func(b *testing.B) {
		for b.Loop() {
			if r := signature.Verify(pdf, l.trust, judged, policy); r.AgencyID == "" {
				b.Fatal(r.Reasons)
			}
		}
	})
	sm := l.sign(b, signing.Document{Pages: [][]string{{"房屋安全鉴定报告"}}, Padding: 1 << 20}.Bytes(), l.agency[signing.SM2], signing.Options{})
	b.Run("jianding-sm2", func(b *testing.B) {
		for b.Loop() {
			if r := signature.Verify(sm, l.trust, judged, policy); r.AgencyID == "" {
				b.Fatal(r.Reasons)
			}
		}
	})
	b.Run("sha256-in-process", func(b *testing.B) {
		for b.Loop() {
			sha256.Sum256(pdf)
		}
	})
	command := func(tool string, arguments ...string) {
		path, err := exec.LookPath(tool)
		if err != nil {
			return // only what is installed is compared
		}
		b.Run(tool, func(b *testing.B) {
			for b.Loop() {
				_ = exec.Command(path, arguments...).Run() // pdfsig exits 1 on an unknown root
			}
		})
	}
	command("openssl", "dgst", "-sha256", name)
	command("pdfsig", "-nocert", name)
	b.Run("pdfcpu", func(b *testing.B) {
		api.DisableConfigDir()
		for b.Loop() {
			_, _ = api.ValidateSignatures(name, true, nil)
		}
	})
}
