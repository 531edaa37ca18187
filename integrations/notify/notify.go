// Package notify sends escalation messages over the channels of DOMAIN §5:
// signed webhook, email, 企业微信 robot, DingTalk robot, 政务钉钉 work notice
// and an SMS gateway. One file per channel; start reading at [New].
//
// A channel never waits: when its rate limit or the other side's throttle
// says no, Send fails at once with the time to come back ([Throttled]), so
// that no channel can delay another.
package notify

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sort"
	"time"

	"golang.org/x/time/rate"

	"jianding/schemas"
)

// Channel delivers one message to one recipient. Sending the same message
// twice is allowed: its ID is stable and travels with it. An error of kind
// Unavailable may be retried, at once after RetryAfter when it has one; one of
// kind Invalid or Denied says that this recipient will never work. Proof is
// returned with an error too, as far as the attempt got.
type Channel interface {
	Send(ctx context.Context, m schemas.Message) (schemas.Proof, error)
}

// Config describes one channel. Which fields matter depends on Type; New
// lists everything that is missing or too much.
type Config struct {
	Type    string        `yaml:"type"`    // webhook, email, wecom, dingtalk, dgwork, sms
	Timeout time.Duration `yaml:"timeout"` // of one attempt; default 15s
	// PerMinute limits messages over this channel; 0 takes the channel's
	// published limit (wecom and dingtalk: 20), or none.
	PerMinute int `yaml:"per_minute"`

	// BaseURL of the service; for a webhook the address used when a recipient
	// names none.
	BaseURL string `yaml:"base_url"`
	// CAFile adds trusted roots for a gateway with a private CA.
	CAFile string `yaml:"ca_file"`
	// AllowPrivate lets the channel reach loopback and private addresses: for
	// services inside the own network, never for addresses that others supply.
	AllowPrivate bool `yaml:"allow_private"`

	Key    schemas.Secret `yaml:"key"`    // wecom key, dingtalk access_token, dgwork app key
	Secret schemas.Secret `yaml:"secret"` // webhook whsec_…, dingtalk SEC…, dgwork app secret, sms signing secret

	Email  *EmailConfig  `yaml:"email"`
	DGWork *DGWorkConfig `yaml:"dgwork"`
	SMS    *SMSConfig    `yaml:"sms"`
}

// Deps are what channels need from outside.
type Deps struct {
	Now    func() time.Time
	Logger *slog.Logger
	// Original opens a stored original, for channels that carry attachments.
	Original func(ctx context.Context, sha256 string) (io.ReadCloser, int64, error)
}

// New builds every configured channel; all problems are returned together.
func New(configs map[string]Config, deps Deps) (map[string]Channel, error) {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	channels := make(map[string]Channel, len(configs))
	var problems []schemas.Problem
	names := make([]string, 0, len(configs))
	for name := range configs {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		cfg := configs[name]
		if cfg.Timeout == 0 {
			cfg.Timeout = 15 * time.Second
		}
		build, known := builders()[cfg.Type]
		if !known {
			problems = append(problems, schemas.Problem{Field: "channels." + name + ".type", Code: "unknown_channel_type",
				Message: fmt.Sprintf("不认识的通道类型 %q（可用：webhook、email、wecom、dingtalk、dgwork、sms）", cfg.Type)})
			continue
		}
		ch, missing, perMinute := build(cfg, deps)
		for _, m := range missing {
			problems = append(problems, schemas.Problem{Field: "channels." + name + "." + m, Code: "channel_setting_invalid", Message: "缺少或不正确"})
		}
		if ch == nil {
			continue
		}
		if cfg.PerMinute > 0 {
			perMinute = cfg.PerMinute
		}
		channels[name] = limit(ch, perMinute, deps.Now)
	}
	if problems != nil {
		return nil, &schemas.Error{Kind: schemas.KindInvalid, Code: "channels_invalid", Message: "通知通道配置有误", Problems: problems}
	}
	return channels, nil
}

// builder makes one channel, or names the settings that are missing, and
// gives the published limit of messages a minute (0: none).
type builder func(Config, Deps) (ch Channel, missing []string, perMinute int)

func builders() map[string]builder {
	return map[string]builder{
		"webhook": newWebhook, "email": newEmail, "wecom": newWeCom,
		"dingtalk": newDingTalk, "dgwork": newDGWork, "sms": newSMS,
	}
}

// Throttled says that the channel must be left alone for a while.
type Throttled struct {
	Wait time.Duration
	Why  string
}

func (t *Throttled) Error() string { return fmt.Sprintf("throttled for %s: %s", t.Wait, t.Why) }

// RetryAfter is how long to wait before the next attempt.
func (t *Throttled) RetryAfter() time.Duration { return t.Wait }

func throttled(wait time.Duration, why string) error {
	return schemas.E(schemas.KindUnavailable, "channel_throttled", "通道限流", &Throttled{Wait: wait, Why: why})
}

// limited keeps a channel within its rate and honours the other side's
// throttle for all messages of the channel.
type limited struct {
	next    Channel
	limiter *rate.Limiter
	now     func() time.Time
	until   chan time.Time // holds the one instant until which the channel rests
}

func limit(next Channel, perMinute int, now func() time.Time) Channel {
	l := &limited{next: next, now: now, until: make(chan time.Time, 1)}
	l.until <- time.Time{}
	if perMinute > 0 {
		// A sliding window on the other side counts bursts as well, so the
		// burst is a quarter and the sum of burst and refill stays below the limit.
		burst := max(1, perMinute/4)
		l.limiter = rate.NewLimiter(rate.Limit(float64(perMinute-burst)/60), burst)
		if perMinute == 1 {
			l.limiter = rate.NewLimiter(rate.Every(time.Minute), 1)
		}
	}
	return l
}

func (l *limited) Send(ctx context.Context, m schemas.Message) (schemas.Proof, error) {
	now := l.now()
	rest := <-l.until
	l.until <- rest
	if wait := rest.Sub(now); wait > 0 {
		return schemas.Proof{}, throttled(wait, "the service asked for a pause")
	}
	if l.limiter != nil {
		r := l.limiter.ReserveN(now, 1)
		if wait := r.DelayFrom(now); wait > 0 {
			r.CancelAt(now)
			return schemas.Proof{}, throttled(wait, "own rate limit")
		}
	}
	proof, err := l.next.Send(ctx, m)
	if t := asThrottled(err); t != nil {
		<-l.until
		l.until <- l.now().Add(t.Wait)
	}
	return proof, err
}
