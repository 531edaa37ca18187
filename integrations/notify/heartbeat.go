package notify

import (
	"context"
	"time"

	"github.com/go-resty/resty/v2"

	"jianding/schemas"
)

// Heartbeat calls an outside monitor (a GET, as dead man's switches expect),
// which alarms when the calls stop.
type Heartbeat struct {
	http *resty.Client
	url  string
}

// NewHeartbeat takes the monitor's address.
func NewHeartbeat(url string) (*Heartbeat, error) {
	if !isHTTP(url) {
		return nil, schemas.Errorf(schemas.KindInvalid, "heartbeat_url", "心跳地址不正确")
	}
	return &Heartbeat{http: newHTTP(Config{Timeout: 10 * time.Second, AllowPrivate: true}), url: url}, nil
}

// Beat reports one sign of life. Unavailable when the monitor did not take it.
func (h *Heartbeat) Beat(ctx context.Context, _ time.Time) error {
	resp, err := h.http.R().SetContext(ctx).Get(h.url)
	if err != nil {
		return schemas.E(schemas.KindUnavailable, "heartbeat_unreachable", "外部监视无法连接", withoutURL(err))
	}
	return statusError(resp)
}
