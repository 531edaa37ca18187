package notify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"jianding/schemas"
)

// theNow is the driven instant of these tests.
var theNow = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

type clockHand struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clockHand { return &clockHand{t: theNow} }

func (c *clockHand) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clockHand) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func redMessage(to string) schemas.Message {
	return schemas.Message{
		ID: "0193-hazard-1", Kind: "hazard", CaseRef: "XH-20261124-0007", CaseID: "c1", Level: schemas.HazardRed,
		Title: "【红色】房屋整体危险：江津区几江街道某街27号", Address: "重庆市江津区几江街道某街27号", Grade: "Dsu",
		Quote: "安全性等级评定为Dsu级，严重影响整体承载", Statutory: theNow.Add(20 * time.Hour), Deadline: theNow.Add(24 * time.Hour),
		SHA256: strings.Repeat("ab", 32), ReportLink: "https://jd.example/r/1", CaseLink: "https://jd.example/c/1",
		AckLink: "https://jd.example/a/1", CreatedAt: theNow,
		Recipient: schemas.Recipient{Contact: "值班员", Channel: "x", Address: to},
	}
}

func build(t *testing.T, cfg Config, clock *clockHand) Channel {
	t.Helper()
	cfg.AllowPrivate = true
	chans, err := New(map[string]Config{"x": cfg}, Deps{Now: clock.now})
	if err != nil {
		t.Fatal(err)
	}
	return chans["x"]
}

// robot is a group robot as its platform runs it: 20 messages in a minute,
// then a throttle.
type robot struct {
	mu       sync.Mutex
	clock    *clockHand
	accepted []string
	minute   []time.Time
	until    time.Time
	pause    time.Duration
	code     int
}

func (r *robot) take(content string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.now()
	if now.Before(r.until) {
		return r.code
	}
	var recent []time.Time
	for _, at := range r.minute {
		if now.Sub(at) < time.Minute {
			recent = append(recent, at)
		}
	}
	if len(recent) >= 20 {
		r.until = now.Add(r.pause)
		return r.code
	}
	r.minute = append(recent, now)
	r.accepted = append(r.accepted, content)
	return 0
}

func answer(w http.ResponseWriter, code int, msg string) {
	_ = json.NewEncoder(w).Encode(map[string]any{"errcode": code, "errmsg": msg})
}

func dingtalkServer(t *testing.T, r *robot, secret string) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /robot/send", func(w http.ResponseWriter, req *http.Request) {
		q := req.URL.Query()
		millis, _ := strconv.ParseInt(q.Get("timestamp"), 10, 64)
		if d := r.clock.now().UnixMilli() - millis; d > 3600_000 || d < -3600_000 {
			answer(w, 310000, "timestamp out of range")
			return
		}
		if q.Get("sign") != SignDingTalk(secret, millis) || q.Get("access_token") != "tok" {
			answer(w, 310000, "sign not match")
			return
		}
		var body struct {
			MsgType string `json:"msgtype"`
			Text    struct{ Content string }
			At      struct{ AtMobiles []string }
		}
		if err := json.NewDecoder(req.Body).Decode(&body); err != nil || body.MsgType != "text" || body.Text.Content == "" {
			answer(w, 40035, "bad json")
			return
		}
		code := r.take(body.Text.Content)
		answer(w, code, map[bool]string{true: "ok", false: "send too fast"}[code == 0])
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// The vector is `printf '1700000000000\nSECabc' | openssl dgst -sha256 -hmac SECabc -binary | base64`.
func TestDingTalkSignatureVector(t *testing.T) {
	const want = "jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM="
	if got := SignDingTalk("SECabc", 1700000000000); got != want {
		t.Errorf("sign = %s, want %s", got, want)
	}
}

func TestDingTalkKeepsWithinItsLimitAndComesBackAfterAThrottle(t *testing.T) {
	clock := newClock()
	r := &robot{clock: clock, pause: 10 * time.Minute, code: dingtalkThrottled}
	s := dingtalkServer(t, r, "SECabc")
	ch := build(t, Config{Type: "dingtalk", BaseURL: s.URL, Key: "tok", Secret: "SECabc"}, clock)
	sent, refused := 0, 0
	for range 300 { // five minutes, one message a second
		if _, err := ch.Send(context.Background(), redMessage("13800000000")); err == nil {
			sent++
		} else if asThrottled(err) == nil {
			t.Fatalf("Send: %v", err)
		} else {
			refused++
		}
		clock.advance(time.Second)
	}
	if sent < 60 || refused == 0 {
		t.Errorf("sent %d, refused %d in five minutes; want most of the allowed hundred and a limit", sent, refused)
	}
	if !r.until.IsZero() {
		t.Error("the channel ran into the platform's throttle although it knows the limit")
	}
	// Somebody else uses up the robot: the platform throttles us.
	r.mu.Lock()
	r.until = clock.now().Add(10 * time.Minute)
	r.mu.Unlock()
	clock.advance(30 * time.Second)
	_, err := ch.Send(context.Background(), redMessage(""))
	th := asThrottled(err)
	if th == nil || th.RetryAfter() != dingtalkPause {
		t.Fatalf("throttled answer gave %v, want a pause of 10 minutes", err)
	}
	if schemas.KindOf(err) != schemas.KindUnavailable {
		t.Errorf("kind %s, want unavailable (retry)", schemas.KindOf(err))
	}
	clock.advance(10*time.Minute + time.Second)
	if _, err := ch.Send(context.Background(), redMessage("")); err != nil {
		t.Errorf("after the pause: %v", err)
	}
}

func TestDingTalkWrongSecretIsAFailureAlthoughHTTPSays200(t *testing.T) {
	clock := newClock()
	s := dingtalkServer(t, &robot{clock: clock}, "SECother")
	ch := build(t, Config{Type: "dingtalk", BaseURL: s.URL, Key: "tok", Secret: "SECabc"}, clock)
	proof, err := ch.Send(context.Background(), redMessage(""))
	if err == nil || proof.Status != 200 || !strings.Contains(proof.Response, "310000") {
		t.Fatalf("err %v, proof %+v", err, proof)
	}
}

func TestWeComTextFitsItsLimitAndKeepsWhatAnOfficerNeeds(t *testing.T) {
	clock := newClock()
	var got struct {
		Text struct {
			Content string   `json:"content"`
			Mobiles []string `json:"mentioned_mobile_list"`
		} `json:"text"`
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/cgi-bin/webhook/send" || req.URL.Query().Get("key") != "k-1" {
			answer(w, 93000, "invalid webhook url")
			return
		}
		if err := json.NewDecoder(req.Body).Decode(&got); err != nil || len(got.Text.Content) > 2048 {
			answer(w, 40058, "content exceed max length")
			return
		}
		answer(w, 0, "ok")
	}))
	defer s.Close()
	ch := build(t, Config{Type: "wecom", BaseURL: s.URL, Key: "k-1"}, clock)
	m := redMessage("13800000000")
	m.Quote = strings.Repeat("该房屋安全性等级评定为Dsu级，", 200)
	m.Text = strings.Repeat("说明", 600)
	if _, err := ch.Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	for _, need := range []string{m.Title, m.Address, "Dsu", m.CaseRef, "法定时限", m.AckLink} {
		if !strings.Contains(got.Text.Content, need) {
			t.Errorf("the shortened message lost %q", need)
		}
	}
	if len(got.Text.Mobiles) != 1 {
		t.Errorf("mentions %v", got.Text.Mobiles)
	}
}

func TestRobotKeysStayOutOfErrors(t *testing.T) {
	clock := newClock()
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close() // connection refused
	for name, cfg := range map[string]Config{
		"wecom":    {Type: "wecom", BaseURL: s.URL, Key: "very-secret-key"},
		"dingtalk": {Type: "dingtalk", BaseURL: s.URL, Key: "very-secret-key", Secret: "SECvery-secret"},
	} {
		_, err := build(t, cfg, clock).Send(context.Background(), redMessage(""))
		if err == nil || strings.Contains(err.Error(), "very-secret") {
			t.Errorf("%s: error %v", name, err)
		}
		if schemas.KindOf(err) != schemas.KindUnavailable {
			t.Errorf("%s: kind %s", name, schemas.KindOf(err))
		}
	}
}

func TestWebhookIsSignedAsStandardWebhooks(t *testing.T) {
	clock := newClock()
	key := []byte("0123456789abcdef0123456789abcdef")
	status := http.StatusOK
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ = io.ReadAll(req.Body)
		sec, _ := strconv.ParseInt(req.Header.Get("webhook-timestamp"), 10, 64)
		want := SignWebhook(key, req.Header.Get("webhook-id"), time.Unix(sec, 0), body)
		if req.Header.Get("webhook-signature") != want || time.Unix(sec, 0).Sub(clock.now()).Abs() > 5*time.Minute {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if status == http.StatusFound {
			w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
		}
		if status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "90")
		}
		w.WriteHeader(status)
	}))
	defer s.Close()
	ch := build(t, Config{Type: "webhook", Secret: schemas.Secret("whsec_" + base64.StdEncoding.EncodeToString(key))}, clock)
	proof, err := ch.Send(context.Background(), redMessage(s.URL))
	if err != nil || proof.Status != 200 || len(proof.RequestSHA256) != 64 {
		t.Fatalf("%v, %+v", err, proof)
	}
	var envelope struct {
		Type string `json:"type"`
		Data schemas.Message
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Type != "jianding.hazard" || envelope.Data.CaseRef != "XH-20261124-0007" {
		t.Errorf("body %s", body)
	}
	for _, c := range []struct {
		status int
		kind   schemas.Kind
		wait   time.Duration
	}{
		{500, schemas.KindUnavailable, 0}, {302, schemas.KindUnavailable, 0}, {410, schemas.KindDenied, 0},
		{429, schemas.KindUnavailable, 90 * time.Second},
	} {
		status = c.status
		_, err := ch.Send(context.Background(), redMessage(s.URL))
		if schemas.KindOf(err) != c.kind {
			t.Errorf("HTTP %d gave %v, want kind %s", c.status, err, c.kind)
		}
		if th := asThrottled(err); (th != nil) != (c.wait > 0) || (th != nil && th.RetryAfter() != c.wait) {
			t.Errorf("HTTP %d: retry after %v", c.status, th)
		}
	}
}

func TestWebhookRefusesAddressesInsideTheOwnNetwork(t *testing.T) {
	hit := false
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hit = true }))
	defer s.Close()
	secret := schemas.Secret("whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	chans, err := New(map[string]Config{"x": {Type: "webhook", Secret: secret}}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"} {
		_, err := chans["x"].Send(context.Background(), redMessage("http://"+host+port))
		if schemas.KindOf(err) != schemas.KindDenied && host != "[::1]" {
			t.Errorf("%s: %v, want denied", host, err)
		}
	}
	if hit {
		t.Error("the inner server was reached")
	}
}

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

func TestAllConfigurationProblemsComeTogether(t *testing.T) {
	_, err := New(map[string]Config{
		"a": {Type: "pigeon"}, "b": {Type: "wecom"}, "c": {Type: "email"}, "d": {Type: "webhook", Secret: "short"},
	}, Deps{})
	var e *schemas.Error
	if !errors.As(err, &e) || len(e.Problems) != 5 {
		t.Fatalf("problems: %+v", err)
	}
}
