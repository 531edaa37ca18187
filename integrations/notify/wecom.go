package notify

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/go-resty/resty/v2"

	"jianding/schemas"
)

// wecom sends to a 企业微信 group robot. The key is the secret. A text message
// takes 2,048 bytes and may mention mobile numbers (markdown can't); 20
// messages a minute, errcode 45009 beyond.
type wecom struct {
	http *resty.Client
	base string
	key  schemas.Secret
}

const (
	wecomTextBytes = 2048
	wecomThrottled = 45009
)

func newWeCom(cfg Config, _ Deps) (Channel, []string, int) {
	if missing := need(map[string]bool{"key": cfg.Key != ""}); missing != nil {
		return nil, missing, 0
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = "https://qyapi.weixin.qq.com"
	}
	return &wecom{http: newHTTP(cfg), base: cfg.BaseURL, key: cfg.Key}, nil, 20
}

func (w *wecom) Send(ctx context.Context, m schemas.Message) (schemas.Proof, error) {
	mention := nonEmpty(m.Recipient.Address)
	if len(mention) == 0 && m.Level == schemas.HazardRed {
		mention = []string{"@all"}
	}
	body, err := json.Marshal(map[string]any{
		"msgtype": "text",
		"text":    map[string]any{"content": fit(m, wecomTextBytes), "mentioned_mobile_list": mention},
	})
	if err != nil {
		return schemas.Proof{}, schemas.E(schemas.KindInternal, "message_encoding", "", err)
	}
	answer, proof, err := post(w.http.R().SetContext(ctx).SetHeader("Content-Type", "application/json"),
		w.base+"/cgi-bin/webhook/send?key="+url.QueryEscape(w.key.Reveal()), body)
	if err != nil {
		return proof, err
	}
	return proof, judgeErrcode(answer, map[int]time.Duration{wecomThrottled: time.Minute})
}
