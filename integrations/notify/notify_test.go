package notify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
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

func TestAllConfigurationProblemsComeTogether(t *testing.T) {
	_, err := New(map[string]Config{
		"a": {Type: "pigeon"}, "b": {Type: "wecom"}, "c": {Type: "email"}, "d": {Type: "webhook", Secret: "short"},
	}, Deps{})
	var e *schemas.Error
	if !errors.As(err, &e) || len(e.Problems) != 5 {
		t.Fatalf("problems: %+v", err)
	}
}
