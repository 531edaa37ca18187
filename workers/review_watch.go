package workers

import (
	"context"
	"fmt"
	"time"

	"jianding/schemas"
	"jianding/workers/ladder"
)

// reviewWatch: args the report; contract: a report whose review is overdue is
// said to be so: an event once, and a message to those who decide, every day
// until it is decided. It never decides by itself, and no hazard waits for it.
func (w *Workers) reviewWatch(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	r, err := w.Ledger.Report(ctx, lease.Obligation.Subject)
	if err != nil {
		return outcome{}, err
	}
	if r.Status != schemas.ReportNeedsReview || r.ReviewDue == nil {
		return done("decided"), nil
	}
	now := w.now()
	if now.Before(*r.ReviewDue) {
		return notYet("waiting", *r.ReviewDue), nil
	}
	subject := "report:" + r.ID
	days := int(now.Sub(*r.ReviewDue) / (24 * time.Hour))
	said, err := w.Ledger.Events(ctx, schemas.EventFilter{Subject: subject, Kinds: []schemas.EventKind{schemas.EventReviewOverdue}, Limit: 500})
	if err != nil {
		return outcome{}, err
	}
	last := len(said) - 1
	if last < 0 || said[last].At.Before(*r.ReviewDue) {
		e := schemas.NewEvent{Kind: schemas.EventReviewOverdue, Subject: subject, Actor: schemas.Actor{Kind: "system"}, Data: map[string]any{"due": *r.ReviewDue}}
		if err := w.Ledger.AppendEvent(ctx, e, now); err != nil {
			return outcome{}, err
		}
	}
	var msgs []schemas.NewNotification
	for _, to := range w.Ladder.Deciders(now, w.channels.configured()) {
		dedupe := fmt.Sprintf("review:%s:%d:%d:%s:%s", r.ID, r.ReviewDue.Unix(), days, to.Channel, to.Address)
		msgs = append(msgs, schemas.NewNotification{Dedupe: dedupe, Message: schemas.Message{
			ID: ladder.MessageID(r.ID, dedupe), Kind: "review_overdue", Title: "【复核超期】报告 " + first(r.ReportNo, r.ReceiptNo),
			Text:    fmt.Sprintf("报告 %s（回执 %s）待复核已超期，尚未报送平台。请尽快复核。", first(r.ReportNo, "编号未知"), r.ReceiptNo),
			Address: r.Declared.Address, ReportNo: r.ReportNo, SHA256: r.SHA256, Deadline: *r.ReviewDue, CreatedAt: now, Recipient: to,
		}})
	}
	if len(msgs) > 0 {
		if err := w.Ledger.CreateNotifications(ctx, msgs, now); err != nil {
			return outcome{}, err
		}
	}
	return notYet("overdue", r.ReviewDue.Add(time.Duration(days+1)*24*time.Hour)), nil
}
