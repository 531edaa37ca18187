package signature_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"

	"jianding/intake/signature"
	"jianding/intake/signature/costtest"
	"jianding/intake/signature/signing"
)

// BenchmarkVerify prints what verifying a 1 MB report with one RSA-2048
// signature costs, beside what it cannot do without (the digest, and the public
// key operations on the signature, its certificate and the revocation list) and
// beside what others take for less. Compare cpu-µs/op within one run; unlike
// ns/op it does not grow with what else the machine does:
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
		defer processor(b)()
		for b.Loop() {
			if r := signature.Verify(pdf, l.trust, judged, policy); r.AgencyID == "" {
				b.Fatal(r.Reasons)
			}
		}
	})
	sm := l.sign(b, signing.Document{Pages: [][]string{{"房屋安全鉴定报告"}}, Padding: 1 << 20}.Bytes(), l.agency[signing.SM2], signing.Options{})
	b.Run("jianding-sm2", func(b *testing.B) {
		defer processor(b)()
		for b.Loop() {
			if r := signature.Verify(sm, l.trust, judged, policy); r.AgencyID == "" {
				b.Fatal(r.Reasons)
			}
		}
	})
	b.Run("must", func(b *testing.B) {
		key := must(x509.ParseCertificate(l.agency[signing.RSA].Certificate)).PublicKey.(*rsa.PublicKey)
		value := bytes.Repeat([]byte{1}, key.Size())
		defer processor(b)()
		for b.Loop() {
			digest := sha256.Sum256(pdf)
			for range 3 {
				_ = rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], value)
			}
		}
	})
	command := func(tool string, arguments ...string) {
		path, err := exec.LookPath(tool)
		if err != nil {
			return // only what is installed is compared
		}
		b.Run(tool, func(b *testing.B) {
			var spent time.Duration
			for b.Loop() {
				c := exec.Command(path, arguments...)
				_ = c.Run() // pdfsig exits 1 on an unknown root
				spent += c.ProcessState.UserTime() + c.ProcessState.SystemTime()
			}
			b.ReportMetric(float64(spent.Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
	command("openssl", "dgst", "-sha256", name)
	command("pdfsig", "-nocert", name)
	b.Run("pdfcpu", func(b *testing.B) {
		api.DisableConfigDir()
		defer processor(b)()
		for b.Loop() {
			_, _ = api.ValidateSignatures(name, true, nil)
		}
	})
}

// processor reports the processor time of an operation.
func processor(b *testing.B) func() {
	from := costtest.ProcessorTime()
	return func() {
		b.ReportMetric(float64((costtest.ProcessorTime()-from).Microseconds())/float64(b.N), "cpu-µs/op")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
