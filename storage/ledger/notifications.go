package ledger

import (
	"context"
	"database/sql"
	"time"

	"jianding/schemas"
)

const notificationColumns = `id, case_id, status, message, step, round, sent_at`

func (t *tx) notifications(query string, args ...any) ([]schemas.Notification, error) {
	out := []schemas.Notification{}
	err := t.rows(query, args, func(s scanner) error {
		var n schemas.Notification
		var message string
		var sent sql.NullInt64
		if err := s.Scan(&n.ID, &n.CaseID, &n.Status, &message, &n.Step, &n.Round, &sent); err != nil {
			return err
		}
		n.SentAt = instantOrNil(sent)
		err := decode(message, &n.Message)
		out = append(out, n)
		return err
	})
	return out, err
}

func (t *tx) notification(id string, lock bool) (schemas.Notification, error) {
	q := `SELECT ` + notificationColumns + ` FROM notifications WHERE id = ?`
	if lock {
		q += ` FOR UPDATE`
	}
	ns, err := t.notifications(q, id)
	if err != nil {
		return schemas.Notification{}, err
	}
	if len(ns) == 0 {
		return schemas.Notification{}, notFound("通知")
	}
	ns[0].Attempts, err = t.notificationAttempts(id)
	return ns[0], err
}

func (t *tx) notificationAttempts(id string) ([]schemas.NotificationAttempt, error) {
	var out []schemas.NotificationAttempt
	err := t.rows(`SELECT no, started_at, ended_at, ok, error, proof FROM notification_attempts WHERE notification_id = ? ORDER BY no`,
		[]any{id}, func(s scanner) error {
			var a schemas.NotificationAttempt
			var started int64
			var ended sql.NullInt64
			var ok int
			var proof string
			if err := s.Scan(&a.No, &started, &ended, &ok, &a.Error, &proof); err != nil {
				return err
			}
			a.StartedAt, a.EndedAt, a.OK = instant(started), instantOrNil(ended), ok == 1
			err := decode(proof, &a.Proof)
			out = append(out, a)
			return err
		})
	return out, err
}

// notify creates notifications, each with its obligation. The case is the one
// given, else each message's own. One whose Dedupe is there already is
// skipped: the same tick run again tells nobody twice.
func (t *tx) notify(caseID string, ns []schemas.NewNotification, now time.Time) error {
	for _, n := range ns {
		m := n.Message
		if caseID != "" {
			m.CaseID = caseID
		}
		if m.ID == "" {
			m.ID = newID()
		}
		if m.CreatedAt.IsZero() {
			m.CreatedAt = now
		}
		dedupe := n.Dedupe
		if dedupe == "" {
			dedupe = m.ID
		}
		body, err := encode(m)
		if err != nil {
			return err
		}
		added, err := t.exec(`INSERT INTO notifications (id, case_id, status, kind, message, step, round, dedupe, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			m.ID, m.CaseID, string(schemas.NotificationPending), m.Kind, body, n.Step, n.Round, dedupe, micros(now))
		if err != nil {
			return err
		}
		if added == 0 {
			continue
		}
		if err := t.owe(schemas.NewObligation{Kind: schemas.OweNotify, Subject: m.ID, DueAt: now}, now); err != nil {
			return err
		}
	}
	return nil
}

// CreateNotifications makes messages that belong to no tick of a ladder:
// heartbeat, notices to an agency, copies. An existing Dedupe is skipped.
func (l *Ledger) CreateNotifications(ctx context.Context, ns []schemas.NewNotification, now time.Time) error {
	return l.change(ctx, func(t *tx) error { return t.notify("", ns, now) })
}

// cancelNotifications gives up what was not sent of an ended case. An attempt
// that is under way ends by its own finishing write.
func (t *tx) cancelNotifications(caseID string, now time.Time) error {
	if _, err := t.exec(`UPDATE obligations SET state = 'done', outcome = 'case_ended', done_at = ?, lease_until = NULL
		WHERE state = 'open' AND kind = ? AND subject IN (SELECT id FROM notifications WHERE case_id = ? AND status = ?)`,
		micros(now), string(schemas.OweNotify), caseID, string(schemas.NotificationPending)); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE notifications SET status = ? WHERE case_id = ? AND status = ?`,
		string(schemas.NotificationCancelled), caseID, string(schemas.NotificationPending))
	return err
}

// Notification returns one notification with its attempts.
func (l *Ledger) Notification(ctx context.Context, id string) (n schemas.Notification, err error) {
	err = l.view(ctx, func(t *tx) error { n, err = t.notification(id, false); return err })
	return n, err
}

// CaseNotifications lists the notifications of a case with their attempts, in
// the order of their creation.
func (l *Ledger) CaseNotifications(ctx context.Context, caseID string) (ns []schemas.Notification, err error) {
	err = l.view(ctx, func(t *tx) error {
		if ns, err = t.notifications(`SELECT `+notificationColumns+` FROM notifications WHERE case_id = ? ORDER BY created_at, id`, caseID); err != nil {
			return err
		}
		for i := range ns {
			if ns[i].Attempts, err = t.notificationAttempts(ns[i].ID); err != nil {
				return err
			}
			if ns[i].Status == schemas.NotificationPending {
				if ns[i].Waiting, err = t.waiting(ns[i].ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return ns, err
}

// waiting is what the last look at a pending message found when it did not
// come to an attempt.
func (t *tx) waiting(id string) (w schemas.NotificationWaiting, err error) {
	err = t.get(`SELECT outcome FROM obligations WHERE kind = ? AND subject = ? AND state = 'open'`,
		[]any{string(schemas.OweNotify), id}, &w).orMissing(nil)
	if w != schemas.ChannelRests && w != schemas.ChannelBusy {
		w = ""
	}
	return w, err
}

// BeginNotification starts an attempt, if the message is still to be sent:
// proceed is true and the attempt's row is written before anything leaves the
// house. When the case has ended, or the message was sent or given up, proceed
// is false and the obligation is finished. Closing a case and beginning an
// attempt lock the case: no attempt starts after the close committed.
func (l *Ledger) BeginNotification(ctx context.Context, lease schemas.Lease) (n schemas.Notification, attemptNo int, proceed bool, err error) {
	err = l.change(ctx, func(t *tx) error {
		attemptNo, proceed = 0, false
		o, finished, err := t.hold(lease)
		if err != nil {
			return err
		}
		if o.Kind != schemas.OweNotify {
			return invalid("wrong_lease", "租约不属于通知")
		}
		if n, err = t.notification(o.Subject, false); err != nil || finished {
			return err
		}
		us, err := t.leaseNow()
		if err != nil {
			return err
		}
		now := instant(us)
		if n.CaseID != "" {
			c, err := t.theCase(n.CaseID, true)
			if err != nil {
				return err
			}
			if c.Status.Ended() {
				if err := t.cancelNotifications(c.ID, now); err != nil {
					return err
				}
				n, err = t.notification(n.ID, false)
				return err
			}
		}
		if n, err = t.notification(o.Subject, true); err != nil {
			return err
		}
		if n.Status != schemas.NotificationPending {
			return t.finish(o, schemas.ObligationResult{Done: true, Outcome: string(n.Status)}, now)
		}
		attemptNo, proceed = len(n.Attempts)+1, true
		_, err = t.exec(`INSERT INTO notification_attempts (notification_id, no, started_at, ok, error, proof) VALUES (?, ?, ?, 0, '', '')`,
			n.ID, attemptNo, us)
		return err
	})
	if err != nil {
		return schemas.Notification{}, 0, false, err
	}
	return n, attemptNo, proceed, nil
}

// informs says that a message of this kind tells the committee of the hazard.
// Messages to the agency, copies and the heartbeat do not.
func informs(kind string) bool {
	switch kind {
	case "agency_late", "notice_reminder", "heartbeat", "copy":
		return false
	}
	return true
}

// FinishNotification ends an attempt: the answer and its proof are kept. A
// message that was sent makes its case notified (the first one); one that is
// given up wakes the ladder, which passes on at once.
func (l *Ledger) FinishNotification(ctx context.Context, lease schemas.Lease, attempt schemas.NotificationAttempt, res schemas.ObligationResult, now time.Time) error {
	return l.change(ctx, func(t *tx) error {
		o, _, err := t.hold(lease)
		if err != nil {
			return err
		}
		if o.Kind != schemas.OweNotify {
			return invalid("wrong_lease", "租约不属于通知")
		}
		n, err := t.notification(o.Subject, false)
		if err != nil {
			return err
		}
		var c *schemas.Case
		if n.CaseID != "" {
			cc, err := t.theCase(n.CaseID, true)
			if err != nil {
				return err
			}
			c = &cc
		}
		if n, err = t.notification(o.Subject, true); err != nil {
			return err
		}
		if err := t.endAttempt(n, attempt, now); err != nil {
			return err
		}
		if err := t.settleNotification(n, c, attempt, res, now); err != nil {
			return err
		}
		return t.finish(o, res, now)
	})
}

func (t *tx) endAttempt(n schemas.Notification, a schemas.NotificationAttempt, now time.Time) error {
	if a.No == 0 {
		a.No = len(n.Attempts)
	}
	proof, err := encode(a.Proof)
	if err != nil {
		return err
	}
	ended := now
	if a.EndedAt != nil {
		ended = *a.EndedAt
	}
	set, args := `ended_at = ?, ok = ?, error = ?, proof = ?`, []any{micros(ended), flag(a.OK), a.Error, proof}
	if !a.StartedAt.IsZero() {
		set, args = set+`, started_at = ?`, append(args, micros(a.StartedAt))
	}
	rows, err := t.exec(`UPDATE notification_attempts SET `+set+` WHERE notification_id = ? AND no = ?`, append(args, n.ID, a.No)...)
	if err == nil && rows == 0 {
		return invalid("attempt_unknown", "该次发送没有登记")
	}
	return err
}

func (t *tx) settleNotification(n schemas.Notification, c *schemas.Case, a schemas.NotificationAttempt, res schemas.ObligationResult, now time.Time) error {
	subject := "system"
	if n.CaseID != "" {
		subject = "case:" + n.CaseID
	}
	data := map[string]any{"notification": n.ID, "kind": n.Message.Kind, "channel": n.Message.Recipient.Channel,
		"contact": n.Message.Recipient.Contact, "attempt": max(a.No, len(n.Attempts))}
	switch {
	case a.OK && n.Status != schemas.NotificationSent:
		// Also when the case ended while it was under way: it was sent.
		if _, err := t.exec(`UPDATE notifications SET status = ?, sent_at = ? WHERE id = ?`, string(schemas.NotificationSent), micros(now), n.ID); err != nil {
			return err
		}
		if err := t.event(now, schemas.EventNotificationSent, subject, system(), data); err != nil {
			return err
		}
		return t.delivered(c, n.Message.Kind, now)
	case !a.OK && (res.Dead || res.Done) && n.Status == schemas.NotificationPending:
		if _, err := t.exec(`UPDATE notifications SET status = ? WHERE id = ?`, string(schemas.NotificationFailed), n.ID); err != nil {
			return err
		}
		data["error"] = a.Error
		if err := t.event(now, schemas.EventNotificationFailed, subject, system(), data); err != nil {
			return err
		}
		if c != nil && !c.Status.Ended() {
			_, err := t.wake(schemas.OweEscalate, c.ID, now)
			return err
		}
	}
	return nil
}

// delivered notes the first message that reached the committee.
func (t *tx) delivered(c *schemas.Case, kind string, now time.Time) error {
	if c == nil || c.Status.Ended() || c.Instants.FirstDelivered != nil || !informs(kind) {
		return nil
	}
	c.Instants.FirstDelivered = &now
	if c.Status == schemas.CaseOpen {
		c.Status = schemas.CaseNotified
	}
	// The ladder has its next instant already; a delivery changes nothing in
	// it, and waking it for each would only cost.
	if err := t.writeCase(c); err != nil {
		return err
	}
	return t.event(now, schemas.EventCaseNotified, "case:"+c.ID, system(), nil)
}

// LinkUsed says whether a one-time link was used.
func (l *Ledger) LinkUsed(ctx context.Context, linkID string) (used bool, err error) {
	err = l.view(ctx, func(t *tx) error {
		var id string
		used, err = t.get(`SELECT id FROM used_links WHERE id = ?`, []any{linkID}, &id).found()
		return err
	})
	return used, err
}

// UseLink uses up a one-time link. first is false when it was used before.
func (l *Ledger) UseLink(ctx context.Context, linkID string, now time.Time) (first bool, err error) {
	err = l.change(ctx, func(t *tx) error {
		n, err := t.exec(`INSERT INTO used_links (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, linkID, micros(now))
		first = n == 1
		return err
	})
	return first && err == nil, err
}
