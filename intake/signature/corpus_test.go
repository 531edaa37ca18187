package signature_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"jianding/intake/signature"
	"jianding/schemas"
)

// corpus returns the folder of samples, which is not part of the repository.
func corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("JIANDING_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("sample corpus not here (JIANDING_CORPUS): %v", err)
	}
	return dir
}

func loadTrust(t testing.TB, dir string) *signature.Trust {
	t.Helper()
	trust, err := signature.LoadTrust(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return trust
}

// receipt is the instant at which the samples are judged.
var receipt = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// others says what the usual tools think, where they are installed and
// somebody reads the table (-v): pdfsig, "total document signed" as well;
// mutool; pdfcpu.
func others(name string) string {
	if !testing.Verbose() {
		return ""
	}
	out := ""
	if b, err := exec.Command("pdfsig", "-nocert", name).CombinedOutput(); !errors.Is(err, exec.ErrNotFound) {
		valid, total := bytes.Contains(b, []byte("Signature is Valid")), bytes.Contains(b, []byte("Total document signed"))
		out += fmt.Sprintf("pdfsig %v/%v ", valid, valid && total)
	}
	if b, err := exec.Command("mutool", "sign", "-v", name).CombinedOutput(); !errors.Is(err, exec.ErrNotFound) {
		out += fmt.Sprintf("mutool %v ", bytes.Contains(b, []byte("unchanged since signing")))
	}
	results, err := api.ValidateSignatures(name, true, nil)
	sound := err == nil && len(results) > 0
	for _, r := range results {
		sound = sound && r.Status != model.SignatureStatusInvalid
	}
	return out + fmt.Sprintf("pdfcpu %v ", sound)
}

// TestManifest: nothing that the manifest calls bad is accepted (valid or
// untrusted), and at most one of those called valid is refused.
func TestManifest(t *testing.T) {
	dir := filepath.Join(corpus(t), "signatures")
	trust := loadTrust(t, filepath.Join(dir, "trust"))
	f, err := os.Open(filepath.Join(dir, "manifest.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	api.DisableConfigDir() // pdfcpu would write one
	falseRefusals := 0
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		col := strings.Split(lines.Text(), "\t")
		if col[0] == "file" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, col[0]))
		if err != nil {
			t.Fatal(err)
		}
		r := signature.Verify(data, trust, receipt, signature.DefaultPolicy())
		status := r.Signature.Status
		accepted := status == schemas.SignatureValid || status == schemas.SignatureUntrusted
		reason := ""
		if len(r.Reasons) > 0 {
			reason = r.Reasons[0].Message
		}
		t.Logf("%-18s %-12s %s%s: %s", col[2], status, others(filepath.Join(dir, col[0])), col[0], reason)
		switch col[2] {
		case "modified", "invalid", "broken", "unsigned":
			if accepted {
				t.Errorf("%s: %s accepted as %s", col[0], col[2], status)
			}
		case "valid":
			if !accepted {
				falseRefusals++
				t.Logf("refused: %s: %v", col[0], r.Reasons)
			}
		case "valid-but-extended":
			if status != schemas.SignatureValid && len(r.Reasons) == 0 {
				t.Errorf("%s: %s without a reason", col[0], status)
			}
		case "policy":
		default:
			t.Errorf("%s: unknown verdict %q", col[0], col[2])
		}
	}
	if falseRefusals > 1 {
		t.Errorf("%d valid files refused", falseRefusals)
	}
}

// TestDevelopmentReports: the sample reports have the status that their truth
// says.
func TestDevelopmentReports(t *testing.T) {
	dir := filepath.Join(corpus(t), "dev")
	trust := loadTrust(t, filepath.Join(dir, "trust"))
	want := map[string]schemas.SignatureStatus{
		"valid": schemas.SignatureValid, "none": schemas.SignatureUnsigned,
		"content_changed_after_signature": schemas.SignatureModified,
		"untrusted_root":                  schemas.SignatureUntrusted, "unregistered_agency": schemas.SignatureUntrusted,
		"expired_cert": schemas.SignatureUntrusted, "revoked_cert": schemas.SignatureUntrusted,
	}
	reason := map[string]schemas.ReasonCode{
		"untrusted_root": schemas.ReasonChain, "unregistered_agency": schemas.ReasonAgencyUnknown,
		"expired_cert": schemas.ReasonExpired, "revoked_cert": schemas.ReasonRevoked,
	}
	names, err := filepath.Glob(filepath.Join(dir, "dev-*.pdf"))
	if err != nil || len(names) == 0 {
		t.Fatal("no reports", err)
	}
	for _, name := range names {
		id := strings.TrimSuffix(filepath.Base(name), ".pdf")
		t.Run(id, func(t *testing.T) {
			var truth struct {
				USCC      string `json:"agency_uscc"`
				Signature struct {
					State      string
					Signatures []struct{ Cert, Alg string }
				}
			}
			b, err := os.ReadFile(filepath.Join(dir, "truth", id+".json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &truth); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			r := signature.Verify(data, trust, receipt, signature.DefaultPolicy())
			status, known := want[truth.Signature.State]
			if !known {
				t.Fatalf("unknown state %q", truth.Signature.State)
			}
			if r.Signature.Status != status {
				t.Errorf("%s: got %s, want %s\n%s", truth.Signature.State, r.Signature.Status, status, signature.Explain(r.Signature))
			}
			if code := reason[truth.Signature.State]; code != "" && (len(r.Reasons) == 0 || r.Reasons[0].Code != code) {
				t.Errorf("first reason %v, want %s", r.Reasons, code)
			}
			if n := len(truth.Signature.Signatures); len(r.Signature.Signers) != n {
				t.Errorf("%d signers, want %d", len(r.Signature.Signers), n)
			}
			if status == schemas.SignatureValid {
				a := trust.Agency(r.AgencyID)
				if a == nil || a.USCC != truth.USCC {
					t.Errorf("agency %q, want credit code %s", r.AgencyID, truth.USCC)
				}
				if r.Covered != len(data) {
					t.Errorf("covered %d of %d bytes", r.Covered, len(data))
				}
			}
		})
	}
}

// TestBadFiles: hostile files terminate, and none is accepted but those whose
// signature is good.
func TestBadFiles(t *testing.T) {
	dir := filepath.Join(corpus(t), "dev")
	trust := loadTrust(t, filepath.Join(dir, "trust"))
	var expected map[string]json.RawMessage
	b, err := os.ReadFile(filepath.Join(dir, "bad", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &expected); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "bad", "*.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r := signature.Verify(data, trust, receipt, signature.DefaultPolicy())
		signed := strings.Contains(fmt.Sprint(string(expected[filepath.Base(name)])), "review")
		if (r.Signature.Status == schemas.SignatureValid) != signed {
			t.Errorf("%s: %s %v", filepath.Base(name), r.Signature.Status, r.Reasons)
		}
	}
}
