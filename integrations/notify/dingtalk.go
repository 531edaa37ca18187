package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"github.com/go-resty/resty/v2"

	"jianding/schemas"
)

// dingtalk sends to a DingTalk group robot with a signing secret (加签).
// Limits (DingTalk open platform, 自定义机器人): 20 messages a minute, then
// throttled for 10 minutes with errcode 130101.
type dingtalk struct {
	http   *resty.Client
	base   string
	token  schemas.Secret
	secret schemas.Secret
	now    func() time.Time
}

const (
	dingtalkThrottled = 130101
	dingtalkPause     = 10 * time.Minute
	dingtalkTextBytes = 18000 // the platform takes 20,000 bytes for the whole message
)

func newDingTalk(cfg Config, deps Deps) (Channel, []string, int) {
	missing := need(map[string]bool{"key": cfg.Key != "", "secret": cfg.Secret != ""})
	if missing != nil {
		return nil, missing, 0
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = "https://oapi.dingtalk.com"
	}
	return &dingtalk{http: newHTTP(cfg), base: cfg.BaseURL, token: cfg.Key, secret: cfg.Secret, now: deps.Now}, nil, 20
}

// SignDingTalk is base64(HMAC-SHA256(secret, timestamp + "\n" + secret));
// the timestamp is in milliseconds. URL encoding is the caller's.
func SignDingTalk(secret string, millis int64) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strconv.FormatInt(millis, 10) + "\n" + secret))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (d *dingtalk) Send(ctx context.Context, m schemas.Message) (schemas.Proof, error) {
	at := m.Recipient.Address // mobile number to mention; may be empty
	msg := map[string]any{
		"msgtype": "text",
		"text":    map[string]string{"content": clip(plainText(m), dingtalkTextBytes)},
		"at":      map[string]any{"atMobiles": nonEmpty(at), "isAtAll": at == "" && m.Level == schemas.HazardRed},
	}
	body, err := json.Marshal(msg)
	if err != nil {
		return schemas.Proof{}, schemas.E(schemas.KindInternal, "message_encoding", "", err)
	}
	millis := d.now().UnixMilli()
	q := url.Values{"access_token": {d.token.Reveal()}, "timestamp": {strconv.FormatInt(millis, 10)},
		"sign": {SignDingTalk(d.secret.Reveal(), millis)}}
	answer, proof, err := post(d.http.R().SetContext(ctx).SetHeader("Content-Type", "application/json"),
		d.base+"/robot/send?"+q.Encode(), body)
	if err != nil {
		return proof, err
	}
	return proof, judgeErrcode(answer, map[int]time.Duration{dingtalkThrottled: dingtalkPause})
}

// judgeErrcode reads the robots' answer; pauses maps throttling codes to how
// long the service then refuses.
func judgeErrcode(answer []byte, pauses map[int]time.Duration) error {
	var e errcode
	if err := json.Unmarshal(answer, &e); err != nil || e.Code == nil {
		return badAnswer(clip(string(answer), 200))
	}
	if *e.Code == 0 {
		return nil
	}
	if wait, ok := pauses[*e.Code]; ok {
		return throttled(wait, "errcode "+strconv.Itoa(*e.Code))
	}
	return schemas.Errorf(schemas.KindUnavailable, "channel_errcode", "errcode %d：%s", *e.Code, clip(e.Msg, 200))
}

func nonEmpty(s string) []string {
	if s == "" {
		return []string{}
	}
	return []string{s}
}

func need(have map[string]bool) (missing []string) {
	for _, name := range []string{"base_url", "key", "secret", "email.host", "email.from", "dgwork.tenant_id", "sms.url", "sms.success.path", "sms.body"} {
		if ok, asked := have[name]; asked && !ok {
			missing = append(missing, name)
		}
	}
	return missing
}
