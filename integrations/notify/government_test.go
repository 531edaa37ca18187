package notify

import (
	"context"
	"encoding/json"
	"io"
	"jianding/schemas"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestDGWorkIsSignedAndTakesANewTokenWhenItsOwnIsRevoked(t *testing.T) {
	clock := newClock()
	valid, issued, notices := "", 0, map[string]int{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, _ := io.ReadAll(req.Body)
		form, _ := url.ParseQuery(string(raw))
		h := req.Header
		at, err := time.Parse("2006-01-02T15:04:05.000-07:00", h.Get("X-Hmac-Auth-Timestamp"))
		fail := func(code string) {
			_, _ = io.WriteString(w, `{"success":true,"content":{"success":false,"responseCode":"`+code+`"}}`)
		}
		if err != nil || at.Sub(clock.now()).Abs() > time.Minute || h.Get("X-Hmac-Auth-Version") != "1.0" || h.Get("apiKey") != "ak" ||
			h.Get("X-Hmac-Auth-Signature") != SignDGWork("sk", "POST", h.Get("X-Hmac-Auth-Timestamp"), h.Get("X-Hmac-Auth-Nonce"), req.URL.Path, form) {
			fail("OPF-B001-05-16-0006")
			return
		}
		if req.URL.Path == "/gettoken.json" {
			issued++
			valid = "t" + strconv.Itoa(issued)
			_, _ = io.WriteString(w, `{"success":true,"content":{"success":true,"data":{"accessToken":"`+valid+`","expiresIn":7200}}}`)
			return
		}
		if form.Get("accessToken") != valid || form.Get("tenantId") != "50001" {
			fail("40014")
			return
		}
		notices[form.Get("bizMsgId")]++
		_, _ = io.WriteString(w, `{"success":true,"content":{"success":true,"data":{"msgId":"m-1"}}}`)
	}))
	defer s.Close()
	ch := build(t, Config{Type: "dgwork", BaseURL: s.URL, Key: "ak", Secret: "sk", DGWork: &DGWorkConfig{TenantID: "50001"}}, clock)
	proof, err := ch.Send(context.Background(), redMessage("1234567"))
	if err != nil || proof.RemoteID != "m-1" {
		t.Fatalf("%v %+v", err, proof)
	}
	valid = "revoked"
	if _, err := ch.Send(context.Background(), redMessage("1234567")); err == nil {
		t.Fatal("a revoked token was taken for success")
	}
	if _, err := ch.Send(context.Background(), redMessage("1234567")); err != nil {
		t.Fatalf("next try: %v", err)
	}
	if issued != 2 || notices["0193-hazard-1"] != 2 {
		t.Errorf("tokens %d, notices %v", issued, notices)
	}
}

// The vector is printf of the four lines piped through openssl dgst -sha256 -hmac.
func TestDGWorkSignatureVector(t *testing.T) {
	got := SignDGWork("sk", "POST", "2026-11-24T10:00:00.000+08:00", "1001", "/message/workNotification",
		url.Values{"b": {"2"}, "a": {"1"}})
	if want := "FsH/sverYTtLt+bJkga0u7059SSZbeVSfJoLy4PKwRA="; got != want {
		t.Errorf("sign = %s, want %s", got, want)
	}
}

func TestSMSCarriesParametersOnlyAndKnowsItsCodes(t *testing.T) {
	clock := newClock()
	code := "OK"
	var got map[string]string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		got = nil
		_ = json.NewDecoder(req.Body).Decode(&got)
		_ = json.NewEncoder(w).Encode(map[string]any{"result": map[string]any{"code": code, "id": "s-9"}})
	}))
	defer s.Close()
	ch := build(t, Config{Type: "sms", Secret: "s", SMS: &SMSConfig{
		URL: s.URL, Template: "T1", SignOver: "{{.Phone}}{{.Timestamp}}{{.Nonce}}",
		Body:    map[string]string{"phone": "{{.Phone}}", "tpl": "{{.Template}}", "params": "{{.Params}}", "sign": "{{.Sign}}"},
		Success: SMSAnswer{Path: "result.code", Value: "OK"}, IDPath: "result.id",
		Throttled: []string{"LIMIT"}, DailyCap: []string{"DAY"},
	}}, clock)
	proof, err := ch.Send(context.Background(), redMessage("13812345678"))
	if err != nil || proof.RemoteID != "s-9" {
		t.Fatalf("%v %+v", err, proof)
	}
	if strings.Contains(got["params"], "://") || !strings.Contains(got["params"], "27号") || len(got["sign"]) != 64 {
		t.Errorf("request %v", got)
	}
	for c, kind := range map[string]schemas.Kind{"LIMIT": schemas.KindUnavailable, "DAY": schemas.KindDenied, "ERR": schemas.KindUnavailable} {
		code = c
		clock.advance(5 * time.Minute)
		if _, err := ch.Send(context.Background(), redMessage("13812345678")); schemas.KindOf(err) != kind {
			t.Errorf("%s: %v, want %s", c, err, kind)
		}
	}
	if _, err := ch.Send(context.Background(), redMessage("12")); schemas.KindOf(err) != schemas.KindUnavailable && schemas.KindOf(err) != schemas.KindInvalid {
		t.Errorf("bad number: %v", err)
	}
}
