package ledger_test

import (
	"sync"
	"testing"
	"time"

	"jianding/schemas"
)

// message makes one notification of a case and returns its id.
func (h *house) message(caseID, kind, dedupe string) string {
	h.t.Helper()
	id := "m-" + caseID + dedupe
	h.must(h.CreateNotifications(h.ctx, []schemas.NewNotification{{Dedupe: dedupe, Round: 1, Message: schemas.Message{ID: id, CaseID: caseID, Kind: kind,
		Recipient: schemas.Recipient{Contact: "值班", Channel: "email", Address: "a@b"}}}}, h.now()))
	return id
}

func TestNotificationIsSentOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, c := h.redCase("x")
		id := h.message(c.ID, "hazard", "s0")
		lease := h.lease(schemas.OweNotify, id)
		n, no, proceed, err := h.BeginNotification(h.ctx, lease)
		h.must(err)
		if !proceed || no != 1 || n.ID != id {
			t.Errorf("begin: %+v %d %v", n, no, proceed)
		}
		retry := h.now().Add(time.Minute)
		h.must(h.FinishNotification(h.ctx, lease, schemas.NotificationAttempt{No: 1, Error: "421 busy", StartedAt: h.now()}, schemas.ObligationResult{RetryAt: retry, Error: "421 busy"}, h.now()))
		h.clock.Forward(time.Minute)
		lease = h.lease(schemas.OweNotify, id)
		_, no, _, err = h.BeginNotification(h.ctx, lease)
		h.must(err)
		done := schemas.ObligationResult{Done: true, Outcome: "sent"}
		attempt := schemas.NotificationAttempt{No: no, OK: true, StartedAt: h.now(), Proof: schemas.Proof{RequestSHA256: "q", Status: 250, Response: "OK"}}
		h.must(h.FinishNotification(h.ctx, lease, attempt, done, h.now()))
		h.must(h.FinishNotification(h.ctx, lease, attempt, done, h.now())) // told twice, counted once

		n, err = h.Notification(h.ctx, id)
		h.must(err)
		if n.Status != schemas.NotificationSent || n.SentAt == nil || len(n.Attempts) != 2 || n.Attempts[0].Error != "421 busy" ||
			n.Attempts[0].EndedAt == nil || !n.Attempts[1].OK || n.Attempts[1].Proof.Status != 250 {
			t.Errorf("notification %+v", n)
		}
		if c = h.theCase(c.ID); c.Status != schemas.CaseNotified || c.Instants.FirstDelivered == nil {
			t.Errorf("case %+v", c)
		}
		h.wantEvents("case:"+c.ID, "case.opened notification.sent case.notified")

		// The second message changes the case no more.
		id = h.message(c.ID, "hazard", "s1")
		lease = h.lease(schemas.OweNotify, id)
		_, _, _, err = h.BeginNotification(h.ctx, lease)
		h.must(err)
		h.must(h.FinishNotification(h.ctx, lease, attemptOK(h, 1), done, h.now()))
		h.wantEvents("case:"+c.ID, "case.opened notification.sent case.notified notification.sent")
	})
}

func attemptOK(h *house, no int) schemas.NotificationAttempt {
	return schemas.NotificationAttempt{No: no, OK: true, StartedAt: h.now()}
}

// A message to the agency is no delivery to the committee.
func TestOnlyTheCommitteeIsInformed(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, c := h.redCase("x")
		for _, kind := range []string{"agency_late", "copy", "notice_reminder"} {
			lease := h.lease(schemas.OweNotify, h.message(c.ID, kind, kind))
			_, _, _, err := h.BeginNotification(h.ctx, lease)
			h.must(err)
			h.must(h.FinishNotification(h.ctx, lease, attemptOK(h, 1), schemas.ObligationResult{Done: true}, h.now()))
		}
		if c = h.theCase(c.ID); c.Status != schemas.CaseOpen || c.Instants.FirstDelivered != nil {
			t.Errorf("case %+v", c)
		}
	})
}

func TestFailedNotificationWakesTheLadder(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, c := h.redCase("x")
		id := h.message(c.ID, "hazard", "s0")
		_, err := h.AdvanceCase(h.ctx, h.lease(schemas.OweEscalate, c.ID), schemas.CaseAdvance{CaseID: c.ID, ExpectVersion: c.Version, Round: 1, NextAt: h.now().Add(time.Hour), Now: h.now()})
		h.must(err)
		lease := h.lease(schemas.OweNotify, id)
		_, _, _, err = h.BeginNotification(h.ctx, lease)
		h.must(err)
		h.must(h.FinishNotification(h.ctx, lease, schemas.NotificationAttempt{Error: "550"}, schemas.ObligationResult{Dead: true, Error: "550"}, h.now()))
		if n, err := h.Notification(h.ctx, id); err != nil || n.Status != schemas.NotificationFailed || n.Attempts[0].Error != "550" {
			t.Errorf("%+v %v", n, err)
		}
		if o := h.owed(schemas.OweEscalate, c.ID); !o.DueAt.Equal(h.now()) {
			t.Errorf("the ladder is due %v", o.DueAt)
		}
		h.wantEvents("case:"+c.ID, "case.opened notification.failed")
	})
}

// No attempt starts after the close of its case committed.
func TestNoAttemptAfterTheEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, c := h.redCase("x")
		waiting, underway, begun := h.message(c.ID, "hazard", "1"), h.message(c.ID, "hazard", "2"), h.message(c.ID, "hazard", "3")
		lease := h.lease(schemas.OweNotify, underway)
		begunLease := h.lease(schemas.OweNotify, begun)
		_, _, proceed, err := h.BeginNotification(h.ctx, begunLease)
		h.must(err)
		h.must(h.dismissIt(c.ID))
		n, _, p2, err := h.BeginNotification(h.ctx, lease)
		h.must(err)
		if !proceed || p2 || n.Status != schemas.NotificationCancelled {
			t.Errorf("begun before: %v; after the end: %v %+v", proceed, p2, n)
		}
		if len(h.open_(schemas.OweNotify, waiting))+len(h.open_(schemas.OweNotify, underway)) != 0 {
			t.Error("messages of an ended case are owed")
		}
		// The one that had left was sent, and says so.
		h.must(h.FinishNotification(h.ctx, begunLease, attemptOK(h, 1), schemas.ObligationResult{Done: true}, h.now()))
		if n, err := h.Notification(h.ctx, begun); err != nil || n.Status != schemas.NotificationSent {
			t.Errorf("%+v %v", n, err)
		}
		if c = h.theCase(c.ID); c.Status != schemas.CaseDismissed {
			t.Errorf("case %+v", c)
		}
	})
}

func TestCloseRacesAttempt(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		for i := range 6 {
			_, c := h.redCase(string(rune('a' + i)))
			id := h.message(c.ID, "hazard", "1")
			lease := h.lease(schemas.OweNotify, id)
			var proceed bool
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := h.dismissIt(c.ID); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				var err error
				if _, _, proceed, err = h.BeginNotification(h.ctx, lease); err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			n, err := h.Notification(h.ctx, id)
			h.must(err)
			if (len(n.Attempts) == 1) != proceed || n.Status != schemas.NotificationCancelled {
				t.Errorf("proceed %v, %+v", proceed, n)
			}
		}
	})
}

func TestLinksWorkOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		n := 0
		for range 8 {
			wg.Go(func() {
				first, err := h.UseLink(h.ctx, "link", h.now())
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if first {
					n++
				}
			})
		}
		wg.Wait()
		if n != 1 {
			t.Errorf("the link worked %d times", n)
		}
	})
}
