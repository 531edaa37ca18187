package workers

import (
	"context"
	"fmt"
	"time"

	"jianding/intake/triage"
	"jianding/schemas"
	"jianding/workers/ladder"
)

// behind is how late the oldest critical obligation may be before the service
// no longer says that it is well.
const behind = 5 * time.Minute

// heartbeat: args "system"; contract: an outside monitor hears from us every
// Beat, but only while the ledger answers and critical work is not behind; it
// alarms when it hears nothing. It runs through the same sweep, lease and pool
// as everything critical, so that it stops when they do. Once a day a named
// contact gets a message as well, so that a dead channel is noticed; it says
// that all is well, so that it waits too while that is not so.
func (w *Workers) heartbeat(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	now := w.now()
	again := notYet("beaten", now.Add(w.Limits.Beat))
	backlog, err := w.Ledger.Backlog(ctx, now)
	if err != nil {
		return outcome{}, err
	}
	// A message to a dead channel is put off, and a long document waits by
	// design: only what the sweep has left lying is behind.
	for _, k := range []schemas.ObligationKind{schemas.OweEscalate, schemas.OweNoticeWatch, schemas.OweNotify} {
		if b := backlog[k]; !b.OldestDue.IsZero() && now.Sub(b.OldestDue) > behind {
			w.metrics.beats.WithLabelValues("withheld").Inc()
			w.log.Error("heartbeat withheld: critical work is behind", "kind", k, "due", b.Due, "oldest", b.OldestDue)
			again.name = "behind"
			return again, nil
		}
	}
	if err := w.dailyMessage(ctx, now); err != nil {
		return outcome{}, err
	}
	if w.Heartbeat == nil {
		return again, nil
	}
	if err := w.Heartbeat.Beat(ctx, now); err != nil {
		w.metrics.beats.WithLabelValues("failed").Inc()
		return outcome{}, err
	}
	w.metrics.beats.WithLabelValues("ok").Inc()
	return again, nil
}

func (w *Workers) dailyMessage(ctx context.Context, now time.Time) error {
	if w.Daily.Contact == "" {
		return nil
	}
	at, err := ladder.ClockTime(w.Daily.At)
	if err != nil {
		return err
	}
	local := now.In(triage.Shanghai())
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, local.Location())
	if local.Before(day.Add(at)) {
		return nil
	}
	var msgs []schemas.NewNotification
	for _, to := range w.Ladder.Recipients([]string{w.Daily.Contact}, now, w.channels.configured()) {
		dedupe := fmt.Sprintf("heartbeat:%s:%s:%s", day.Format(time.DateOnly), to.Channel, to.Address)
		msgs = append(msgs, schemas.NewNotification{Dedupe: dedupe, Message: schemas.Message{
			ID: ladder.MessageID("system", dedupe), Kind: "heartbeat", Title: "【每日巡检】系统运行正常 " + day.Format(time.DateOnly),
			Text:      "鉴定报告归集与隐患升级系统运行正常。若某日未收到本消息，请检查系统。",
			CreatedAt: now, Recipient: to,
		}})
	}
	if len(msgs) == 0 {
		return nil
	}
	return w.Ledger.CreateNotifications(ctx, msgs, now)
}

// seed creates the standing obligations; those that are there stay.
func (w *Workers) seed(ctx context.Context) error {
	now := w.now()
	local := now.In(triage.Shanghai())
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, local.Location())
	missed, err := w.missedLooks(ctx, today)
	if err != nil {
		return err
	}
	return w.Ledger.AddObligations(ctx, append(missed,
		schemas.NewObligation{Kind: schemas.OweHeartbeat, Subject: "system", DueAt: now}, reconcileOf(today)), now)
}
