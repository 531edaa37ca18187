package workers

import (
	"context"
	"errors"
	"time"

	"jianding/schemas"
	"jianding/workers/ladder"
)

// notify: args the notification (one recipient on one channel); contract: the
// message is sent at least once under its stable id, or is given up because
// the recipient can never work, or is cancelled because its case ended before
// an attempt began. Every attempt is a row with its proof, written before
// anything leaves the house. A failure wakes the ladder, which passes on at
// once; the retries go on beside it.
func (w *Workers) notify(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	n, err := w.Ledger.Notification(ctx, lease.Obligation.Subject)
	if err != nil {
		return outcome{}, err
	}
	ch := w.channels.by[n.Message.Recipient.Channel]
	if ch != nil {
		now := w.now()
		if left := ch.rest.left(now); left > 0 {
			// Spread over the time after the rest: the channel has a rate.
			wait := left + time.Duration(w.Random()*float64(10*time.Second))
			return w.waits(ctx, lease, n, schemas.ChannelRests, now.Add(wait))
		}
		release, ok := ch.slot(ctx)
		if !ok {
			return w.waits(ctx, lease, n, schemas.ChannelBusy, w.now().Add(time.Duration(w.Random()*float64(time.Second))))
		}
		defer release()
	}
	n, no, proceed, err := w.Ledger.BeginNotification(ctx, lease)
	if err != nil {
		return outcome{}, err
	}
	if !proceed {
		return recorded("not_owed"), nil
	}
	att := schemas.NotificationAttempt{No: no, StartedAt: w.now()}
	if ch == nil {
		err = schemas.Errorf(schemas.KindInvalid, "channel_unknown", "没有配置名为 %q 的渠道", n.Message.Recipient.Channel)
	} else {
		att.Proof, err = w.send(ctx, ch, w.linked(ctx, n))
	}
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		// Shutdown or lost lease: the attempt's row stays open, as it is true.
		return outcome{}, ctx.Err()
	}
	return w.finishNotify(ctx, lease, n, att, err)
}

// waits puts a message off without an attempt. A channel that was asked to
// rest reaches nobody for minutes: the ladder hears of it as of a failure, so
// that a step with no other channel is passed at once. It hears of it once,
// and after the outcome is recorded, so that it sees it.
func (w *Workers) waits(ctx context.Context, lease schemas.Lease, n schemas.Notification, why schemas.NotificationWaiting, until time.Time) (outcome, error) {
	out := notYet(string(why), until)
	if why != schemas.ChannelRests || lease.Obligation.Outcome == string(why) {
		return out, nil
	}
	if err := w.Ledger.FinishObligation(ctx, lease, out.result(), w.now()); err != nil {
		return outcome{}, err
	}
	w.wakeLadder(ctx, n)
	return recorded(out.name), nil
}

func (w *Workers) send(ctx context.Context, ch *channel, m schemas.Message) (schemas.Proof, error) {
	ctx, cancel := context.WithTimeout(ctx, w.Limits.SendTime)
	defer cancel()
	proof, err := ch.Send(ctx, m)
	result := "sent"
	if err != nil {
		ch.rest.after(err, w.now())
		result = string(schemas.KindOf(err))
	}
	w.metrics.messages.WithLabelValues(ch.name, result).Inc()
	return proof, err
}

func (w *Workers) finishNotify(ctx context.Context, lease schemas.Lease, n schemas.Notification, att schemas.NotificationAttempt, sendErr error) (outcome, error) {
	now := w.now()
	att.EndedAt, att.OK = &now, sendErr == nil
	out := done("sent")
	if sendErr != nil {
		att.Error = clip(sendErr.Error(), 500)
		out = w.failedSend(lease.Obligation, n, sendErr, now)
	}
	// What is known about an attempt is kept even when the time is up.
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := w.Ledger.FinishNotification(keep, lease, att, out.result(), now); err != nil {
		return outcome{}, err
	}
	if sendErr != nil {
		w.log.Warn("message not delivered", "channel", n.Message.Recipient.Channel, "kind", n.Message.Kind, "notification", n.ID, "attempt", att.No, "error", sendErr)
		w.wakeLadder(keep, n)
		return recorded(out.name), nil
	}
	return recorded("sent"), nil
}

// ownerlessFor is how long a message without a case is tried.
const ownerlessFor = 24 * time.Hour

func (w *Workers) failedSend(o schemas.Obligation, n schemas.Notification, err error, now time.Time) outcome {
	switch k := schemas.KindOf(err); {
	case k == schemas.KindInvalid || k == schemas.KindDenied:
		return outcome{name: "recipient_never_works", dead: true, err: err}
	case n.CaseID == "" && now.Sub(n.Message.CreatedAt) > ownerlessFor:
		return outcome{name: "too_late", dead: true, err: err}
	}
	return w.retry(o, "undelivered", err)
}

// wakeLadder has the case looked at now, because a message of it did not get
// through; called after the attempt is recorded, so that the ladder sees it.
// If even this fails the ladder goes on by its own waits.
func (w *Workers) wakeLadder(ctx context.Context, n schemas.Notification) {
	if n.CaseID == "" || n.Message.Kind != ladder.KindHazard {
		return
	}
	if err := w.Ledger.WakeObligation(ctx, schemas.OweEscalate, n.CaseID, w.now()); err != nil {
		w.log.Error("ladder not woken after a failed message", "notification", n.ID, "error", err)
	}
}

// linked completes a message with its links.
func (w *Workers) linked(ctx context.Context, n schemas.Notification) schemas.Message {
	m := n.Message
	if w.Links == nil || n.CaseID == "" {
		return m
	}
	m.CaseLink = w.Links.Case(n.CaseID)
	c, err := w.Ledger.Case(ctx, n.CaseID)
	if err != nil {
		return m // links help; the message matters
	}
	if c.ReportID != "" {
		m.ReportLink = w.Links.Report(c.ReportID)
	}
	if c.Status == schemas.CaseOpen || c.Status == schemas.CaseNotified {
		m.AckLink = w.Links.Ack(n.CaseID, m.Recipient.Contact, w.now().Add(24*time.Hour))
	}
	return m
}
