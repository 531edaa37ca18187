package workers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"jianding/intake/triage"
	"jianding/schemas"
	"jianding/workers/ladder"
)

// noticeWatch: args the hazard notice; contract: an agency that gave notice
// owes the report within 24 hours of its discovery (先报后补). It is reminded
// (default at 18 h and 23 h), and when the time is over the breach (报送超时)
// is recorded once and the committee is told. Ends when the report is linked.
func (w *Workers) noticeWatch(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	n, err := w.Ledger.Notice(ctx, lease.Obligation.Subject)
	if err != nil {
		return outcome{}, err
	}
	if n.ReportID != "" {
		return done("linked"), nil
	}
	if n.BreachAt != nil {
		return done("breach"), nil
	}
	p := w.Ladder
	if c, err := w.Ledger.Case(ctx, n.CaseID); err == nil {
		p = w.policyOf(c)
	}
	given, taken, err := w.saidBefore(ctx, n)
	if err != nil {
		return outcome{}, err
	}
	now := w.now()
	due, next := dueReminder(n, p.Notice, given, now)
	if due == "" {
		return notYet("waiting", next), nil
	}
	msgs := w.noticeMessages(ctx, n, p, due, taken, now)
	if err := w.Ledger.RecordNoticeReminder(ctx, lease, n.ID, due, msgs, next, now); err != nil {
		return outcome{}, err
	}
	return recorded(due), nil
}

// dueReminder is the reminder that is to be given now, and when to look again
// (zero: never). Of several that are due at once only the last is given.
func dueReminder(n schemas.Notice, p ladder.Notice, given []string, now time.Time) (due string, next time.Time) {
	start := n.ReceivedAt
	if !n.DiscoveredAt.IsZero() && n.DiscoveredAt.Before(start) {
		start = n.DiscoveredAt
	}
	breach := start.Add(time.Duration(p.Breach))
	if !now.Before(breach) {
		return schemas.NoticeBreach, time.Time{}
	}
	next = breach
	steps := slices.Clone(p.Reminders)
	slices.Sort(steps)
	for _, d := range steps {
		at, kind := start.Add(time.Duration(d)), reminderKind(d)
		switch {
		case now.Before(at):
			if at.Before(next) {
				next = at
			}
		case slices.Contains(given, kind):
			due = "" // the later one was given: earlier ones are past
		default:
			due = kind
		}
	}
	return due, next
}

// reminderKind is "18h" for 18h0m0s.
func reminderKind(d ladder.Duration) string {
	s := time.Duration(d).String()
	s = strings.TrimSuffix(s, "0s")
	if t := strings.TrimSuffix(s, "h0m"); t != s {
		return t + "h"
	}
	return s
}

// saidBefore are the reminders that were given, and why a report that answered
// the notice does so no more. Both are read from the events: what happened is
// what was said.
func (w *Workers) saidBefore(ctx context.Context, n schemas.Notice) (given []string, taken string, err error) {
	es, err := w.Ledger.Events(ctx, schemas.EventFilter{Subject: "notice:" + n.Ref, Limit: 500,
		Kinds: []schemas.EventKind{schemas.EventNoticeReminded, schemas.EventNoticeUnlinked}})
	for _, e := range es {
		var d struct {
			Kind string `json:"kind"`
			Why  string `json:"why"`
		}
		if json.Unmarshal(e.Data, &d) != nil {
			continue
		}
		if e.Kind == schemas.EventNoticeUnlinked {
			taken = d.Why
		} else {
			given = append(given, d.Kind)
		}
	}
	return given, taken, err
}

// noticeMessages tell the agency at its webhook, and the committee of a
// breach. taken says why a report that there was does not count.
func (w *Workers) noticeMessages(ctx context.Context, n schemas.Notice, p ladder.Policy, due, taken string, now time.Time) []schemas.NewNotification {
	var to []schemas.Recipient
	if a, err := w.Ledger.Agency(ctx, n.AgencyID); err == nil && a.WebhookURL != "" {
		to = append(to, schemas.Recipient{Contact: a.Name, Channel: w.AgencyChannel, Address: a.WebhookURL})
	}
	title := "【补报提醒】隐患告知 " + n.Ref + " 尚未收到鉴定报告"
	text := fmt.Sprintf("隐患告知 %s（%s）须在发现后24小时内报送鉴定报告，目前尚未收到。请尽快签名报送，并注明告知编号。", n.Ref, n.Address)
	if due == schemas.NoticeBreach {
		title = "【报送超时】隐患告知 " + n.Ref
		text = fmt.Sprintf("隐患告知 %s（%s）发现于 %s，24小时内未报送鉴定报告，已记为报送超时。", n.Ref, n.Address,
			n.DiscoveredAt.In(triage.Shanghai()).Format("2006-01-02 15:04"))
		to = append(to, p.Deciders(now, w.channels.configured())...)
	}
	if taken != "" {
		text += "此前关联的报告不能作为补报：" + taken + "。"
	}
	var out []schemas.NewNotification
	for _, r := range to {
		// Without CaseID: the end of the case does not excuse the agency.
		dedupe := "notice:" + n.ID + ":" + due + ":" + r.Channel + ":" + r.Address
		out = append(out, schemas.NewNotification{Dedupe: dedupe, Message: schemas.Message{
			ID: ladder.MessageID(n.ID, dedupe), Kind: "notice_reminder", Title: title, Text: text, Address: n.Address,
			Statutory: n.DiscoveredAt.Add(time.Duration(p.Notice.Breach)), ReportNo: n.ReportNo, CreatedAt: now, Recipient: r,
		}})
	}
	return out
}
