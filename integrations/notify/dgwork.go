package notify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"jianding/schemas"
)

// DGWorkConfig is one tenant of 专有/政务钉钉.
type DGWorkConfig struct {
	TenantID string `yaml:"tenant_id"`
}

// dgwork sends a 政务钉钉 work notice (工作通知). Requests carry the
// X-Hmac-Auth-* headers of DOMAIN §5; the access token is fetched with the
// app key and secret and kept until shortly before it expires.
type dgwork struct {
	http   *resty.Client
	base   string
	key    schemas.Secret
	secret schemas.Secret
	tenant string
	now    func() time.Time

	mu      sync.Mutex
	token   string
	expires time.Time
}

func newDGWork(cfg Config, deps Deps) (Channel, []string, int) {
	missing := need(map[string]bool{"base_url": isHTTP(cfg.BaseURL), "key": cfg.Key != "", "secret": cfg.Secret != "",
		"dgwork.tenant_id": cfg.DGWork != nil && cfg.DGWork.TenantID != ""})
	if missing != nil {
		return nil, missing, 0
	}
	return &dgwork{http: newHTTP(cfg), base: strings.TrimRight(cfg.BaseURL, "/"), key: cfg.Key, secret: cfg.Secret,
		tenant: cfg.DGWork.TenantID, now: deps.Now}, nil, cfg.PerMinute
}

// SignDGWork is base64(HMAC-SHA256(secret, METHOD\nTimestamp\nNonce\nURI[\nparams])).
// params are "k=v" sorted by key and joined with "&", unescaped; without any,
// the last line is left out.
func SignDGWork(secret, method, timestamp, nonce, uri string, params url.Values) string {
	parts := []string{method, timestamp, nonce, uri}
	if len(params) > 0 {
		keys := make([]string, 0, len(params))
		for k := range params {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		var kv []string
		for _, k := range keys {
			vs := append([]string(nil), params[k]...)
			sort.Strings(vs)
			for _, v := range vs {
				kv = append(kv, k+"="+v)
			}
		}
		parts = append(parts, strings.Join(kv, "&"))
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join(parts, "\n")))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// dgAnswer is the platform's envelope: success twice, outside and inside.
type dgAnswer struct {
	Success bool   `json:"success"`
	Error   string `json:"errorMsg"`
	Content struct {
		Success         bool   `json:"success"`
		ResponseCode    string `json:"responseCode"`
		ResponseMessage string `json:"responseMessage"`
		Data            struct {
			AccessToken string `json:"accessToken"`
			ExpiresIn   int64  `json:"expiresIn"` // seconds
			MsgID       string `json:"msgId"`
		} `json:"data"`
	} `json:"content"`
}

func (d *dgwork) Send(ctx context.Context, m schemas.Message) (schemas.Proof, error) {
	if m.Recipient.Address == "" {
		return schemas.Proof{}, schemas.Errorf(schemas.KindInvalid, "recipient_invalid", "政务钉钉接收人为空")
	}
	token, err := d.accessToken(ctx)
	if err != nil {
		return schemas.Proof{}, err
	}
	content, err := json.Marshal(map[string]any{"msgtype": "text", "text": map[string]string{"content": fit(m, 5000)}})
	if err != nil {
		return schemas.Proof{}, schemas.E(schemas.KindInternal, "message_encoding", "", err)
	}
	answer, proof, err := d.call(ctx, "/message/workNotification", url.Values{
		"accessToken": {token}, "tenantId": {d.tenant}, "receiverIds": {m.Recipient.Address},
		"bizMsgId": {m.ID}, "msg": {string(content)}})
	if err != nil {
		d.forget() // a revoked token must not block the next try
		return proof, err
	}
	proof.RemoteID = answer.Content.Data.MsgID
	return proof, nil
}

func (d *dgwork) forget() {
	d.mu.Lock()
	d.token = ""
	d.mu.Unlock()
}

func (d *dgwork) accessToken(ctx context.Context) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.token != "" && d.now().Before(d.expires) {
		return d.token, nil
	}
	answer, _, err := d.call(ctx, "/gettoken.json", url.Values{"appkey": {d.key.Reveal()}, "appsecret": {d.secret.Reveal()}})
	if err != nil {
		return "", err
	}
	if answer.Content.Data.AccessToken == "" {
		return "", badAnswer("no access token")
	}
	d.token = answer.Content.Data.AccessToken
	d.expires = d.now().Add(time.Duration(answer.Content.Data.ExpiresIn)*time.Second - time.Minute)
	return d.token, nil
}

func (d *dgwork) call(ctx context.Context, uri string, params url.Values) (dgAnswer, schemas.Proof, error) {
	var raw [8]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return dgAnswer{}, schemas.Proof{}, schemas.E(schemas.KindInternal, "random", "", err)
	}
	now := d.now()
	// The platform's own nonce is the millisecond plus four digits; any
	// value that doesn't repeat within its window is taken.
	nonce := now.Format("20060102150405") + hex.EncodeToString(raw[:])
	timestamp := now.In(shanghai).Format("2006-01-02T15:04:05.000-07:00")
	body, proof, err := post(d.http.R().SetContext(ctx).SetHeaders(map[string]string{
		"Content-Type":          "application/x-www-form-urlencoded",
		"X-Hmac-Auth-Timestamp": timestamp, "X-Hmac-Auth-Version": "1.0", "X-Hmac-Auth-Nonce": nonce,
		"X-Hmac-Auth-Signature": SignDGWork(d.secret.Reveal(), "POST", timestamp, nonce, uri, params),
		"apiKey":                d.key.Reveal(),
	}), d.base+uri, []byte(params.Encode()))
	if strings.HasPrefix(uri, "/gettoken") {
		proof.Response = "" // holds the token
	}
	if err != nil {
		return dgAnswer{}, proof, err
	}
	var a dgAnswer
	if err := json.Unmarshal(body, &a); err != nil {
		return a, proof, badAnswer("not JSON")
	}
	if !a.Success || !a.Content.Success {
		return a, proof, schemas.Errorf(schemas.KindUnavailable, "channel_errcode", "政务钉钉返回 %s：%s%s",
			a.Content.ResponseCode, clip(a.Content.ResponseMessage, 200), clip(a.Error, 200))
	}
	return a, proof, nil
}
