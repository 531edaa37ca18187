package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"jianding/cmd/loadgen/mill"
	"jianding/integrations/sandbox"
	"jianding/schemas"
)

// From the platform's 退回 through a running service to the agency: at its own
// webhook, in the API and in front of a reviewer, with the platform's reasons.
// An agency whose webhook leads into our own network is told nothing there.
func TestAReturnReachesTheAgency(t *testing.T) {
	o := newOutside(t, false)
	m, err := mill.New(1)
	if err != nil {
		t.Fatal(err)
	}
	trust := filepath.Join(t.TempDir(), "trust")
	if err := m.WriteTrust(trust); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var told []schemas.Message
	agency := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var e struct{ Data schemas.Message }
		body, _ := io.ReadAll(r.Body)
		if json.Unmarshal(body, &e) == nil {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, e.Data)
		}
	}))
	defer agency.Close()
	for _, inside := range []bool{false, true} {
		h := newHouse(t, o, trust, func(cfg map[string]any) {
			cfg["channels"].(map[string]any)["webhook"] = map[string]any{"type": "webhook", "allow_private": !inside,
				"secret": "whsec_" + base64.StdEncoding.EncodeToString([]byte(testSecret))}
		})
		box, err := sandbox.New(sandbox.Options{Scheme: "hmac-sha256", AppID: testAppID, Secret: testSecret, CallbackURL: h.url() + "/v1/platform/callbacks"})
		if err != nil {
			t.Fatal(err)
		}
		o.platform.Config.Handler = box
		h.start()
		l, _ := h.open()
		ctx := context.Background()
		all, err := l.Agencies(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			a.WebhookURL = agency.URL
			if err := l.PutAgency(ctx, a, operator("test"), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		r, err := m.Next(false, 0)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), r.Name)
		if err := os.WriteFile(file, r.PDF, 0o600); err != nil {
			t.Fatal(err)
		}
		token := h.tokens()[r.Agency]
		got := newSender(submitOptions{server: h.url(), token: token, attempts: 5, quiet: true, state: t.TempDir(), stall: 20 * time.Second}, io.Discard).submit(ctx, file, nil)
		var p struct {
			ID string `json:"report_id"`
		}
		if err := json.Unmarshal(got.Receipt, &p); err != nil {
			t.Fatal(got.Error, err)
		}
		h.eventually("the report is filed", 2*time.Minute, func() bool {
			rs := box.Records()
			d, err := l.DeliveryByReport(ctx, p.ID)
			return len(rs) == 1 && err == nil && d.Status == schemas.DeliveryAcknowledged
		})
		mu.Lock()
		told = nil
		mu.Unlock()
		const why = "照片不清，请补充裂缝照片"
		if err := box.Return(box.Records()[0].Receipt, why); err != nil {
			t.Fatal(err)
		}
		h.eventually("the agency reads why", time.Minute, func() bool {
			req, _ := http.NewRequest("GET", h.url()+"/v1/reports/"+p.ID, nil)
			req.Header.Set("Authorization", "Bearer "+token)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				return false
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			return strings.Contains(string(body), why) && strings.Contains(string(body), `"needs_review"`)
		})
		notices := func() (sent []schemas.Message) {
			mu.Lock()
			defer mu.Unlock()
			for _, n := range told {
				if n.Kind == "agency_notice" && strings.Contains(n.Text, why) {
					sent = append(sent, n)
				}
			}
			return sent
		}
		if !inside {
			h.eventually("the agency's webhook is told", time.Minute, func() bool { return len(notices()) > 0 })
		} else {
			h.eventually("the address inside is refused", time.Minute, func() bool {
				log, err := os.ReadFile(h.log.Name())
				return err == nil && strings.Contains(string(log), "address_private")
			})
			if n := notices(); len(n) > 0 {
				t.Errorf("told at an inner address: %+v", n)
			}
		}
		h.kill()
		box.Close()
	}
}
