package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// A revocation list that arrives alone has every report that it touches
// assessed again, beside its first assessment, and shown to a reviewer.
func TestARevocationListAloneAssessesAgain(t *testing.T) {
	root, err := signing.NewAuthority(signing.ECDSA, "测试根")
	if err != nil {
		t.Fatal(err)
	}
	agency, err := root.Issue(signing.ECDSA, signing.Subject{Name: "重庆测试鉴定有限公司", USCC: "91500116MA5U0A1B0H"}, signing.Certify{})
	if err != nil {
		t.Fatal(err)
	}
	trust := t.TempDir()
	write := func(dir, name string, data []byte) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(trust, "roots/root.pem", root.PEM())
	write(trust, "agencies.yaml", []byte("- {id: agency-01, name: 重庆测试鉴定有限公司, uscc: 91500116MA5U0A1B0H, status: active}\n"))
	h := newHouse(t, newOutside(t, false), trust, nil)
	h.start()
	l, _ := h.open()

	now := time.Now()
	doc, err := signing.Sign(signing.Document{Pages: [][]string{{"房屋安全鉴定报告", "鉴定结论：安全性等级评定为Bsu级。"}}}.Bytes(), agency, signing.Options{At: now.Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequest("POST", h.url()+"/v1/reports", strings.NewReader(string(doc)))
	req.Header.Set("Content-Type", "application/pdf")
	req.Header.Set("Authorization", "Bearer "+h.tokens()["agency-01"])
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusAccepted {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
	ctx := context.Background()
	reports, _, err := l.Reports(ctx, schemas.ReportFilter{})
	if err != nil || len(reports) != 1 {
		t.Fatal(reports, err)
	}
	id := reports[0].ID
	var first, second schemas.AssessmentRecord
	h.eventually("the first assessment", time.Minute, func() bool {
		first, err = l.CurrentAssessment(ctx, id)
		return err == nil
	})
	if first.Assessment.Signature.Status != schemas.SignatureValid {
		t.Fatalf("signature %s", first.Assessment.Signature.Status)
	}

	update := t.TempDir()
	write(update, "crls/root.crl", root.CRL(now.Add(-2*time.Hour), now.Add(24*time.Hour), map[*signing.Signer]time.Time{&agency: now.Add(-2 * time.Hour)}))
	out, err := program(ctx, t, nil, "trust", "import", update, "--config", h.config)
	if err != nil || !strings.Contains(string(out), "1 reports will be assessed again") {
		t.Fatalf("%s %v", out, err)
	}
	h.eventually("the second assessment", time.Minute, func() bool {
		all, err := l.Assessments(ctx, id)
		if err == nil && len(all) == 2 {
			second = all[1]
		}
		return second.Seq == 2
	})
	if second.Assessment.Signature.Status != schemas.SignatureUntrusted {
		t.Errorf("signature %s under the list", second.Assessment.Signature.Status)
	}
	if r, err := l.Report(ctx, id); err != nil || r.Status != schemas.ReportNeedsReview {
		t.Errorf("report is %s, %v", r.Status, err)
	}
}

// A file that is not what it is called is refused whole: nothing of the
// directory reaches the register.
func TestTrustDataThatNobodyCanReadAreRefused(t *testing.T) {
	root, err := signing.NewAuthority(signing.ECDSA, "测试根")
	if err != nil {
		t.Fatal(err)
	}
	for kind, bad := range map[string][]byte{"crls": []byte("garbage"), "crls/": root.PEM(), "roots": []byte("garbage"), "intermediates": []byte("%PDF-1.7")} {
		h := newHouse(t, newOutside(t, false), t.TempDir(), nil)
		dir := t.TempDir()
		for name, data := range map[string][]byte{"roots/root.pem": root.PEM(), kind + "/bad": bad} {
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if out, err := program(t.Context(), t, nil, "trust", "import", dir, "--config", h.config); err == nil {
			t.Errorf("import with bad %s: %s", kind, out)
		}
		item := map[string]string{"crls": "crl", "crls/": "crl", "roots": "root", "intermediates": "intermediate"}[kind]
		if out, err := program(t.Context(), t, nil, "trust", "add", item, filepath.Join(dir, kind, "bad"), "--config", h.config); err == nil {
			t.Errorf("add bad %s: %s", kind, out)
		}
		l, _ := h.open()
		if m, err := l.TrustMaterial(t.Context()); err != nil || len(m.Roots)+len(m.Intermediates)+len(m.CRLs) != 0 {
			t.Errorf("bad %s left %+v, %v", kind, m, err)
		}
	}
}
