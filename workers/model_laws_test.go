package workers

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"jianding/schemas"
)

// What holds in every state that the model test reaches.

func (w *world) laws(rt *rapid.T) {
	w.settle()
	all, _, err := w.ledger.Cases(w.ctx, schemas.CaseFilter{Limit: 500})
	must(w.t, err)
	opened := 0
	openOf := map[string]string{}
	for _, c := range all {
		opened++
		w.delivered(rt, c)
		w.noneAfterTheEnd(rt, c)
		w.lookedAt(rt, c)
		w.oneIDEach(rt, c)
		w.toldOnce(rt, c)
		if d, ok := w.deadlines[c.ID]; ok && (c.Deadline.Statutory.After(d.Statutory) || c.Deadline.Handling.After(d.Handling)) {
			rt.Fatalf("a deadline of %s moved later: %+v, %+v", c.Ref, d, c.Deadline)
		}
		w.deadlines[c.ID] = c.Deadline
		if was := w.level[c.ID]; c.Level.Rank() < was.Rank() && !w.lowered[c.ID] {
			rt.Fatalf("%s was softened from %s to %s by no human", c.Ref, was, c.Level)
		}
		w.level[c.ID], w.lowered[c.ID] = c.Level, false
		if !c.Status.Ended() {
			rs, err := w.ledger.CaseReports(w.ctx, c.ID)
			must(w.t, err)
			for _, r := range rs {
				if other := openOf[r.ReportNo]; r.ReportNo != "" && other != "" && other != c.ID {
					rt.Fatalf("report number %s has two open cases", r.ReportNo)
				}
				openOf[r.ReportNo] = c.ID
			}
		}
	}
	for _, id := range w.dangerous {
		if w.house.report(id).CaseID == "" {
			rt.Fatalf("report %s shows a hazard and has no case", id)
		}
	}
	w.eventsOnce(rt, opened)
}

// delivered: every red case that nobody has in hand was delivered to somebody,
// or is loudly undeliverable, without any time having passed.
func (w *world) delivered(rt *rapid.T, c schemas.Case) {
	if c.Level != schemas.HazardRed || c.Status != schemas.CaseOpen && c.Status != schemas.CaseNotified {
		return
	}
	ns, err := w.ledger.CaseNotifications(w.ctx, c.ID)
	must(w.t, err)
	for _, n := range ns {
		if n.Status == schemas.NotificationSent && n.Message.Level == schemas.HazardRed {
			return
		}
	}
	es, err := w.ledger.Events(w.ctx, schemas.EventFilter{Subject: "case:" + c.ID, Kinds: []schemas.EventKind{schemas.EventCaseUndelivered}})
	must(w.t, err)
	if len(es) == 0 {
		rt.Fatalf("%s is red, nobody was told, and nothing says so", c.Ref)
	}
}

func (w *world) noneAfterTheEnd(rt *rapid.T, c schemas.Case) {
	if !c.Status.Ended() {
		return
	}
	ns, err := w.ledger.CaseNotifications(w.ctx, c.ID)
	must(w.t, err)
	for _, n := range ns {
		if n.Status == schemas.NotificationPending {
			rt.Fatalf("%s has ended and %s is still to be sent", c.Ref, n.ID)
		}
	}
	// Counted, not timed: the clock of this world may be set back.
	if was, ok := w.atEnd[c.ID]; ok && w.attempts(c.ID) != was {
		rt.Fatalf("%s: %d attempts began after its end", c.Ref, w.attempts(c.ID)-was)
	}
}

// toldOnce: the first delivery is a fact of the case and one event; each
// message that was sent is one as well.
func (w *world) toldOnce(rt *rapid.T, c schemas.Case) {
	es, err := w.ledger.Events(w.ctx, schemas.EventFilter{Subject: "case:" + c.ID, Limit: 500})
	must(w.t, err)
	n := map[schemas.EventKind]int{}
	for _, e := range es {
		n[e.Kind]++
	}
	want := 0
	if c.Instants.FirstDelivered != nil {
		want = 1
	}
	if n[schemas.EventCaseNotified] != want {
		rt.Fatalf("%s: first delivered %v, %d events of it", c.Ref, c.Instants.FirstDelivered, n[schemas.EventCaseNotified])
	}
	ns, err := w.ledger.CaseNotifications(w.ctx, c.ID)
	must(w.t, err)
	sent := 0
	for _, one := range ns {
		if one.Status == schemas.NotificationSent {
			sent++
		}
	}
	if n[schemas.EventNotificationSent] != sent && len(es) < 500 {
		rt.Fatalf("%s: %d messages were sent, %d events of it", c.Ref, sent, n[schemas.EventNotificationSent])
	}
}

func (w *world) attempts(caseID string) (n int) {
	ns, err := w.ledger.CaseNotifications(w.ctx, caseID)
	must(w.t, err)
	for _, one := range ns {
		n += len(one.Attempts)
	}
	return n
}

// lookedAt: a live case is owed another look, for ever.
func (w *world) lookedAt(rt *rapid.T, c schemas.Case) {
	if c.Status.Ended() {
		return
	}
	os, _, err := w.ledger.Obligations(w.ctx, schemas.ObligationFilter{Kind: schemas.OweEscalate, Subject: c.ID, State: schemas.ObligationOpen})
	must(w.t, err)
	if len(os) != 1 {
		rt.Fatalf("%s is %s and %d looks at it are owed", c.Ref, c.Status, len(os))
	}
}

// oneIDEach: what a step of a round tells a recipient is one message, however
// often it is sent; and nothing is sent that the ledger does not know.
func (w *world) oneIDEach(rt *rapid.T, c schemas.Case) {
	ns, err := w.ledger.CaseNotifications(w.ctx, c.ID)
	must(w.t, err)
	known, ids := map[string]string{}, map[string]bool{}
	for _, n := range ns {
		ids[n.ID] = true
		m := n.Message
		if m.Kind != "hazard" {
			continue
		}
		key := fmt.Sprint(m.Level, n.Round, n.Step, m.Recipient)
		if other, ok := known[key]; ok && n.Status != schemas.NotificationCancelled {
			rt.Fatalf("%s: two messages for %s: %s and %s", c.Ref, key, other, n.ID)
		}
		known[key] = n.ID
	}
	for _, ch := range []*fakeChannel{w.mail, w.sms} {
		for _, m := range ch.sent {
			if m.CaseID == c.ID && !ids[m.ID] {
				rt.Fatalf("%s: %s was sent and is not in the ledger", c.Ref, m.ID)
			}
		}
	}
}

// eventsOnce: as many events of a kind as transitions of it.
func (w *world) eventsOnce(rt *rapid.T, opened int) {
	count := func(kind schemas.EventKind) (all, merged int) {
		es, err := w.ledger.Events(w.ctx, schemas.EventFilter{Kinds: []schemas.EventKind{kind}, Limit: 500})
		must(w.t, err)
		for _, e := range es {
			if kind == schemas.EventCaseDismissed && e.Actor.ID != officer().ID {
				merged++
			}
		}
		return len(es), merged
	}
	for _, kind := range []schemas.EventKind{schemas.EventCaseAcknowledged, schemas.EventCaseDisposed, schemas.EventCaseClosed, schemas.EventCaseDowngraded, schemas.EventCaseDismissed} {
		if n, merged := count(kind); n-merged != w.did[kind] {
			rt.Fatalf("%d events %s for %d transitions", n-merged, kind, w.did[kind])
		}
	}
	if n, _ := count(schemas.EventCaseOpened); n != opened {
		rt.Fatalf("%d cases, %d events of opening", opened, n)
	}
	raised, err := w.ledger.Events(w.ctx, schemas.EventFilter{Kinds: []schemas.EventKind{schemas.EventCaseRaised}, Limit: 500})
	must(w.t, err)
	if n := len(slices.DeleteFunc(raised, func(e schemas.Event) bool { return e.Actor.ID != officer().ID })); n != w.did[raisedByHand] {
		rt.Fatalf("%d events of raising by hand for %d times", n, w.did[raisedByHand])
	}
}
