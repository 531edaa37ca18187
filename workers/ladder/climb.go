package ladder

import (
	"slices"
	"time"

	"jianding/schemas"
)

// climb is the ladder proper: nobody has acknowledged yet.
func (t *tick) climb() {
	if t.adv.Level == schemas.HazardAmber {
		t.climbAmber()
		return
	}
	if !t.marked(markRed) || t.Case.StepAt == nil {
		// The first tick at red begins at the bottom, also when the case was
		// amber until now.
		t.mark(markRed)
		t.take(t.nextRound(), 0)
		return
	}
	round, step := t.Case.Round, t.Case.Step
	unreachable := t.unreachable(round, step)
	switch {
	case unreachable && step != t.p.lastResort():
		t.event(schemas.EventCaseStepSkipped, map[string]any{"round": round, "step": step, "why": "unreachable"})
		t.take(round, step+1)
	case t.waited(t.p.wait(step)):
		if step == t.p.lastResort() {
			if unreachable {
				t.undeliverable(round)
			}
			t.take(round+1, 0)
			return
		}
		t.take(round, step+1)
	case unreachable && !t.marked(markUndeliverable):
		t.undeliverable(round)
	}
}

// climbAmber tells those who decide on doubtful hazards, and tells them again
// at intervals; quiet hours hold it back.
func (t *tick) climbAmber() {
	if hold, ok := t.quiet(); ok {
		t.wake(hold)
		return
	}
	every := time.Duration(t.p.Amber.Repeat)
	if t.Case.StepAt != nil && !t.waited(every) {
		if t.unreachable(t.Case.Round, t.Case.Step) && t.Case.Step != t.p.lastResort() {
			t.event(schemas.EventCaseStepSkipped, map[string]any{"round": t.Case.Round, "step": t.Case.Step, "why": "unreachable"})
			t.notify(t.Case.Round, t.p.lastResort(), t.recipients(t.p.lastResort(), t.Now), every)
		} else if t.unreachable(t.Case.Round, t.Case.Step) && !t.marked(markUndeliverable) {
			t.undeliverable(t.Case.Round)
		}
		return
	}
	t.notify(t.nextRound(), 0, t.amberRecipients(t.Now), every)
}

// nextRound counts rounds from 1.
func (t *tick) nextRound() int {
	if t.Case.StepAt == nil {
		return max(t.Case.Round, 1)
	}
	return t.Case.Round + 1
}

// waited says whether the current step has had its time, and otherwise asks
// to be woken when it has. A step that seems to lie in the future was taken
// before the clock was set back: going on at once is the safe side.
func (t *tick) waited(d time.Duration) bool {
	at := *t.Case.StepAt
	if at.After(t.Now.Add(clockBack)) {
		return true
	}
	if end := at.Add(d); t.Now.Before(end) {
		t.wake(end)
		return false
	}
	return true
}

// take goes to a step, passing at once over those that reach nobody. The last
// resort ends the search: if even that is empty the case is loudly
// undeliverable.
func (t *tick) take(round, step int) {
	for ; ; step++ {
		r := t.recipients(step, t.Now)
		if len(r) == 0 && step < t.p.lastResort() {
			t.event(schemas.EventCaseStepSkipped, map[string]any{"round": round, "step": step, "why": "empty"})
			continue
		}
		t.notify(round, step, r, t.p.wait(step))
		return
	}
}

// notify takes a step: its messages, its event, its instant.
func (t *tick) notify(round, step int, to []schemas.Recipient, wait time.Duration) {
	now := t.Now
	t.adv.Round, t.adv.Step, t.adv.StepAt = round, step, &now
	t.event(schemas.EventCaseStep, map[string]any{"round": round, "step": step, "level": t.adv.Level, "recipients": len(to)})
	if len(to) == 0 {
		t.undeliverable(round)
	}
	for _, r := range to {
		if !slices.ContainsFunc(t.Sent, func(n schemas.Notification) bool { return t.says(n, r) }) {
			t.emit(KindHazard, stepKey(t.adv.Level, round, step), r)
		}
	}
	t.wake(now.Add(wait))
	t.wake(now.Add(busyFor)) // nobody says when a channel turns out to hang
}

// justNow is how long ago a message may have arrived and still stand for the
// one that a step would send: after a channel was down, the delayed message
// and the next round's would otherwise come together. It is less than a round,
// so that a ladder that repeats quickly does repeat.
func (p Policy) justNow() time.Duration {
	var round time.Duration
	for step := range p.lastResort() + 1 {
		round += p.wait(step)
	}
	return min(5*time.Minute, round/2)
}

// says tells that a message to the same address says it already: it still
// waits for its channel, or arrived just now.
func (t *tick) says(n schemas.Notification, r schemas.Recipient) bool {
	if n.Status == schemas.NotificationSent && n.SentAt != nil && n.SentAt.After(t.Now) {
		return false // the clock was set back: saying it again is the safe side
	}
	return t.stoodFor(n, r, t.Now)
}

// stoodFor tells that a message stands, or stood, for the one that a step
// taken at an instant would have sent to the same address.
func (t *tick) stoodFor(n schemas.Notification, r schemas.Recipient, at time.Time) bool {
	if n.Message.Kind != KindHazard || n.Message.Level != t.adv.Level || n.Message.Recipient != r || n.Message.Address != t.Case.Where() {
		return false
	}
	if n.Status == schemas.NotificationSent && n.SentAt != nil {
		return at.Sub(*n.SentAt) < t.p.justNow()
	}
	return n.Status == schemas.NotificationPending
}

// unreachable says whether everything that the current step sends has been
// tried and has failed, so that waiting for an answer would be waiting for
// nothing. Retries go on all the same.
func (t *tick) unreachable(round, step int) bool {
	if t.Case.StepAt == nil {
		return false
	}
	to := t.recipients(step, *t.Case.StepAt)
	if t.adv.Level == schemas.HazardAmber && step != t.p.lastResort() {
		to = t.amberRecipients(*t.Case.StepAt)
	}
	for _, n := range t.Sent {
		own := n.Round == round && n.Step == step && n.Message.Kind == KindHazard
		carried := slices.ContainsFunc(to, func(r schemas.Recipient) bool { return t.stoodFor(n, r, *t.Case.StepAt) })
		if (own || carried) && !t.failed(n) {
			return false
		}
	}
	return true
}

// busyFor is how long a message may wait for a free slot of its channel
// before the channel counts as one that reaches nobody.
const busyFor = time.Minute

// failed says whether a notification was tried and has not arrived, or cannot
// even be tried: its channel was asked to rest, or hangs.
func (t *tick) failed(n schemas.Notification) bool {
	switch n.Status {
	case schemas.NotificationFailed:
		return true
	case schemas.NotificationPending:
		if n.Waiting == schemas.ChannelRests {
			return true
		}
		if n.Waiting == schemas.ChannelBusy {
			return t.Now.Sub(n.Message.CreatedAt) >= busyFor
		}
		if len(n.Attempts) == 0 {
			return false
		}
		last := n.Attempts[len(n.Attempts)-1]
		return last.EndedAt != nil && !last.OK
	}
	return false
}

func (t *tick) undeliverable(round int) {
	t.mark(markUndeliverable)
	t.event(schemas.EventCaseUndelivered, map[string]any{"round": round, "level": t.adv.Level})
}
