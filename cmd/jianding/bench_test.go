package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-resty/resty/v2"

	"jianding/cmd/loadgen/mill"
)

// BenchmarkUpload sends unique signed reports one after another to a running
// server: received, hashed twice, stored, recorded, receipted with a
// signature. It prints the time as a multiple of what sha256sum, pdfsig and
// pdftotext take together on the same files, started as commands in the same
// run.
func BenchmarkUpload(b *testing.B) {
	for _, tool := range []string{"sha256sum", "pdfsig", "pdftotext"} {
		if _, err := exec.LookPath(tool); err != nil {
			b.Skip(err)
		}
	}
	m, err := mill.New(uint64(time.Now().UnixNano()))
	if err != nil {
		b.Fatal(err)
	}
	trust := filepath.Join(b.TempDir(), "trust")
	if err := m.WriteTrust(trust); err != nil {
		b.Fatal(err)
	}
	h := newHouse(b, newOutside(b, false), trust, func(c map[string]any) { c["channels"], c["ladder"] = map[string]any{}, map[string]any{} })
	h.start()
	tokens := h.tokens()
	client := resty.New().SetBaseURL(h.url())
	dir := b.TempDir()
	var upload, tools time.Duration
	for b.Loop() {
		b.StopTimer()
		r, err := m.Next(false, 150<<10)
		if err != nil {
			b.Fatal(err)
		}
		file := filepath.Join(dir, "r.pdf")
		if err := os.WriteFile(file, r.PDF, 0o600); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		for _, c := range []*exec.Cmd{exec.Command("sha256sum", file), exec.Command("pdfsig", "-nocert", file), exec.Command("pdftotext", file, os.DevNull)} {
			_ = c.Run() // pdfsig says with its exit code what it thinks of the signer
		}
		tools += time.Since(start)
		b.StartTimer()
		start = time.Now()
		resp, err := client.R().SetAuthToken(tokens[r.Agency]).SetHeader("Content-Type", "application/pdf").SetBody(r.PDF).Post("/v1/reports")
		upload += time.Since(start)
		if err != nil || resp.StatusCode() != http.StatusAccepted || !json.Valid(resp.Body()) {
			b.Fatalf("%v %s", err, resp)
		}
	}
	b.ReportMetric(float64(upload)/float64(tools), "x-of-tools")
}
