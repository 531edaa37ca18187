package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"jianding/schemas"
)

// webhook posts the message as JSON, signed as in the Standard Webhooks
// specification 1.0: webhook-id, webhook-timestamp (seconds) and
// webhook-signature "v1," + base64(HMAC-SHA256(secret, id.timestamp.body)).
type webhook struct {
	http   *resty.Client
	url    string
	secret []byte
	now    func() time.Time
}

func newWebhook(cfg Config, deps Deps) (Channel, []string, int) {
	secret, err := WebhookSecret(cfg.Secret)
	if err != nil {
		return nil, []string{"secret"}, 0
	}
	if cfg.BaseURL != "" && !isHTTP(cfg.BaseURL) {
		return nil, []string{"base_url"}, 0
	}
	return &webhook{http: newHTTP(cfg), url: cfg.BaseURL, secret: secret, now: deps.Now}, nil, cfg.PerMinute
}

// WebhookSecret decodes a "whsec_" secret: base64 of 24 to 64 bytes.
func WebhookSecret(s schemas.Secret) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.Reveal(), "whsec_"))
	if err != nil || len(key) < 24 || len(key) > 64 {
		return nil, schemas.Errorf(schemas.KindInvalid, "webhook_secret_invalid", "webhook 密钥应为 whsec_ 加 24 至 64 字节的 base64")
	}
	return key, nil
}

// SignWebhook computes the webhook-signature header.
func SignWebhook(secret []byte, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (w *webhook) Send(ctx context.Context, m schemas.Message) (schemas.Proof, error) {
	to := m.Recipient.Address
	if to == "" {
		to = w.url
	}
	if !isHTTP(to) {
		return schemas.Proof{}, schemas.Errorf(schemas.KindInvalid, "recipient_invalid", "webhook 地址不正确")
	}
	body, err := json.Marshal(webhookBody{Type: "jianding." + m.Kind, Timestamp: m.CreatedAt, Data: m})
	if err != nil {
		return schemas.Proof{}, schemas.E(schemas.KindInternal, "message_encoding", "", err)
	}
	at := w.now()
	_, proof, err := post(w.http.R().SetContext(ctx).SetHeaders(map[string]string{
		"Content-Type": "application/json", "webhook-id": m.ID,
		"webhook-timestamp": strconv.FormatInt(at.Unix(), 10),
		"webhook-signature": SignWebhook(w.secret, m.ID, at, body),
	}), to, body)
	return proof, err
}

// webhookBody is the envelope that Standard Webhooks recommends.
type webhookBody struct {
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Data      schemas.Message `json:"data"`
}

func isHTTP(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
