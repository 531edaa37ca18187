package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"jianding/integrations/notify"
	"jianding/schemas"
)

// simulatedOfficer receives the committee's webhook, checks its signature and
// acknowledges after a few seconds over the one-time link, as a person would.
// It says everywhere that it is simulated.
func (d *demoHouse) simulatedOfficer(ctx context.Context) http.Handler {
	key, err := notify.WebhookSecret(d.secret)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, readErr := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		seconds, _ := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
		if err != nil || readErr != nil || r.Header.Get("webhook-signature") != notify.SignWebhook(key, r.Header.Get("webhook-id"), time.Unix(seconds, 0), body) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusNoContent)
		var envelope struct {
			Data schemas.Message `json:"data"`
		}
		if json.Unmarshal(body, &envelope) != nil {
			return
		}
		m := envelope.Data
		d.say("送达", "【模拟值班员】收到 %s：%s", m.CaseRef, m.Title)
		if m.Kind != "hazard" || m.AckLink == "" {
			return
		}
		go func() {
			if !sleep(ctx, 3*time.Second) {
				return
			}
			resp, err := resty.New().R().SetContext(ctx).Post(m.AckLink)
			if err != nil || resp.IsError() {
				d.say("送达", "【模拟值班员】未能确认：%v", err)
			}
		}()
	})
}

// narrate tells what happens from the ledger's events alone. With until it
// returns true when every sample is dealt with and the red case acknowledged.
func (d *demoHouse) narrate(ctx context.Context, until bool) bool {
	var after int64
	start := time.Now()
	for sleep(ctx, 200*time.Millisecond) {
		events, err := d.service.ledger.Events(ctx, schemas.EventFilter{After: after, Limit: 200})
		if err != nil {
			continue
		}
		for _, e := range events {
			after = e.Seq
			d.tell(ctx, e)
		}
		if until && (d.finished(ctx) || time.Since(start) > 4*time.Minute) {
			return true
		}
	}
	return false
}

// finished says whether every sample was judged, each accepted one filed, and
// the red case acknowledged.
func (d *demoHouse) finished(ctx context.Context) bool {
	stats, err := d.service.ledger.Stats(ctx, time.Now())
	if err != nil {
		return false
	}
	total := 0
	for _, n := range stats.Reports {
		total += n
	}
	return total >= len(demoSamples()) && stats.Reports[schemas.ReportReceived] == 0 &&
		stats.Deliveries[schemas.DeliveryPending]+stats.Deliveries[schemas.DeliverySubmitted] == 0 &&
		stats.Deliveries[schemas.DeliveryAcknowledged] > 0 &&
		stats.Cases[schemas.CaseAcknowledged] > 0 && stats.Cases[schemas.CaseOpen] == 0
}

// storyLines are the events worth a line, in words.
func storyLines() map[schemas.EventKind][2]string {
	return map[schemas.EventKind][2]string{
		schemas.EventReportReceived:       {"接收", "报告已留存原件并出具回执"},
		schemas.EventReportAssessed:       {"评定", "报告已核验签名、读取等级"},
		schemas.EventCaseOpened:           {"险情", "已建立险情案件，时限开始计算"},
		schemas.EventCaseRaised:           {"险情", "案件升级"},
		schemas.EventCaseNotified:         {"险情", "首次送达"},
		schemas.EventCaseAcknowledged:     {"险情", "已确认收到"},
		schemas.EventCaseUndelivered:      {"险情", "未能送达任何人"},
		schemas.EventDeliveryAcknowledged: {"报送", "平台已受理并出具回执"},
		schemas.EventDeliveryReturned:     {"报送", "平台退回"},
		schemas.EventDeliveryDead:         {"报送", "无法报送，等待人工"},
	}
}

func (d *demoHouse) tell(ctx context.Context, e schemas.Event) {
	line, ok := storyLines()[e.Kind]
	if !ok {
		return
	}
	kind, id, _ := cutSubject(e.Subject)
	detail := ""
	switch kind {
	case "report":
		if r, err := d.service.ledger.Report(ctx, id); err == nil {
			detail = r.ReceiptNo + " " + r.Filename
			if e.Kind == schemas.EventReportAssessed {
				detail += " → " + string(r.Status) + "，危险性 " + string(r.Hazard)
			}
		}
	case "case":
		if c, err := d.service.ledger.Case(ctx, id); err == nil {
			detail = c.Ref + " " + string(c.Level) + " " + string(c.Grade) + " " + c.Where() + "，法定时限 " + local(c.Deadline.Statutory)
			if e.Kind == schemas.EventCaseAcknowledged {
				detail = c.Ref + " 由 " + e.Actor.Name + "（模拟值班员，经一次性链接）"
			}
		}
	case "delivery":
		if v, err := d.service.ledger.Delivery(ctx, id); err == nil {
			detail = v.PlatformReceipt
		}
	}
	d.say(line[0], "%s：%s", line[1], detail)
}

// cutSubject takes "report:ID" apart.
func cutSubject(subject string) (kind, id string, ok bool) { return strings.Cut(subject, ":") }
