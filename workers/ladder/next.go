package ladder

import (
	"slices"
	"time"

	"jianding/schemas"
)

// Marks on a case (Case.Reminded) of what was said once and must not be said
// again. Reminders before the deadline are marked by their duration ("6h0m0s").
const (
	markRed           = "red"            // the ladder was started at level red
	markLate          = schemas.MarkLate // late on arrival was recorded
	markDisposition   = "disposition"    // acknowledged, but nothing disposed in time
	markOverdue       = "overdue"        // handling deadline passed ("overdue:2" …: repeated)
	markUndeliverable = "undeliverable"  // nobody at all could be reached
	markCopy          = "copy"           // 抄送 was sent
	markOpen          = "open"           // disposed but not closed ("open:1" …)
)

// Kinds of messages that the ladder makes.
const (
	KindHazard   = "hazard"
	KindReminder = "reminder"
	KindOverdue  = "overdue"
	KindCopy     = "copy"
)

const (
	// safetyTick is the longest that a live case goes unlooked at.
	safetyTick = 24 * time.Hour
	// clockBack is how far in the future a recorded instant may lie before
	// the clock must have been set back; less is skew between machines.
	clockBack = time.Minute
)

// Input is everything that a tick looks at.
type Input struct {
	Case schemas.Case
	// Sent are the case's notifications so far, with their attempts.
	Sent     []schemas.Notification
	ReportNo string
	// Channels are those configured now; nil means all. A stamped policy may
	// name one that has since been removed.
	Channels map[string]bool
	// Standby is the last resort of the policy configured now. It is told when
	// the stamped one reaches nobody any more: the last resort is always someone.
	Standby []schemas.Recipient
	Now     time.Time
}

// Next is one tick of the ladder: what to tell whom now, what to record, and
// when to look again. It is level-triggered: it may run at any moment and any
// number of times, and does only what is due. An ended case gets an advance
// without NextAt.
func (p Policy) Next(in Input) schemas.CaseAdvance {
	t := &tick{p: p, Input: in, adv: schemas.CaseAdvance{
		CaseID: in.Case.ID, ExpectVersion: in.Case.Version,
		Step: in.Case.Step, Round: in.Case.Round, Level: in.Case.Level, Now: in.Now,
	}}
	if in.Case.Status.Ended() {
		return t.adv
	}
	t.wake(in.Now.Add(safetyTick))
	t.amberExpiry()
	t.lateOnArrival()
	switch in.Case.Status {
	case schemas.CaseDisposed:
		t.disposed()
	case schemas.CaseAcknowledged:
		t.redAfterAcknowledgement()
		t.overdue()
		t.acknowledged()
	default:
		t.climb()
		t.overdue()
	}
	return t.adv
}

type tick struct {
	p Policy
	Input
	adv schemas.CaseAdvance
}

// recipients are those of a step; where the last resort has no address on any
// channel that is left, the one configured now.
func (t *tick) recipients(step int, at time.Time) []schemas.Recipient {
	r := t.p.recipients(step, at, t.Channels)
	if len(r) == 0 && step >= t.p.lastResort() {
		return t.Standby
	}
	return r
}

func (t *tick) above(step int, at time.Time) []schemas.Recipient {
	return orStandby(t.p.above(step, at, t.Channels), t.Standby)
}

func (t *tick) amberRecipients(at time.Time) []schemas.Recipient {
	return orStandby(t.p.amberRecipients(at, t.Channels), t.Standby)
}

func orStandby(r, standby []schemas.Recipient) []schemas.Recipient {
	if len(r) == 0 {
		return standby
	}
	return r
}

// wake asks for another tick at an instant, if none is asked for earlier.
func (t *tick) wake(at time.Time) {
	if floor := t.Now.Add(time.Second); at.Before(floor) {
		at = floor
	}
	if t.adv.NextAt.IsZero() || at.Before(t.adv.NextAt) {
		t.adv.NextAt = at
	}
}

func (t *tick) marked(m string) bool {
	return slices.Contains(t.Case.Reminded, m) || slices.Contains(t.adv.AddReminded, m)
}

func (t *tick) mark(m string) {
	if !t.marked(m) {
		t.adv.AddReminded = append(t.adv.AddReminded, m)
	}
}

func (t *tick) event(kind schemas.EventKind, data map[string]any) {
	t.adv.Events = append(t.adv.Events, schemas.NewEvent{
		Kind: kind, Subject: "case:" + t.Case.ID,
		Actor: schemas.Actor{Kind: "system", Name: "自动上报"}, Data: data,
	})
}

// amberExpiry turns an undecided amber case red. An acknowledgement is no
// decision; a downgrade by a human is one, and leaves no AmberUntil.
func (t *tick) amberExpiry() {
	if t.Case.Level != schemas.HazardAmber || t.Case.AmberUntil == nil {
		return
	}
	until := *t.Case.AmberUntil
	if t.Now.Before(until) {
		t.wake(until)
		return
	}
	t.adv.Level = schemas.HazardRed
	t.event(schemas.EventCaseAmberExpired, map[string]any{"until": until, "after": time.Duration(t.p.Amber.For).String()})
}

func (t *tick) lateOnArrival() {
	if !t.Case.Deadline.LateOnArrival || t.marked(markLate) {
		return
	}
	t.mark(markLate)
	data := map[string]any{"which": "statutory", "rule": t.Case.Deadline.StatutoryRule, "deadline": t.Case.Deadline.Statutory, "agency": t.Case.AgencyID}
	if r := t.Case.Instants.Received; r != nil {
		data["late_hours"] = hours(r.Sub(t.Case.Deadline.Statutory))
	}
	t.event(schemas.EventCaseOverdue, data)
}

// overdue says, once and then at intervals, that the handling deadline passed
// without a disposition.
func (t *tick) overdue() {
	deadline := t.Case.Deadline.Handling
	if deadline.IsZero() {
		return
	}
	if t.Now.Before(deadline) {
		t.wake(deadline)
		return
	}
	every := time.Duration(t.p.OverdueEvery)
	n := int(t.Now.Sub(deadline) / every) // how many repetitions are due
	t.wake(deadline.Add(time.Duration(n+1) * every))
	m := numbered(markOverdue, n)
	if t.marked(m) {
		return
	}
	if !t.marked(markOverdue) {
		t.event(schemas.EventCaseOverdue, map[string]any{"which": "handling", "rule": t.Case.Deadline.HandlingRule, "deadline": deadline, "step": t.Case.Step, "town": t.Case.Town})
		t.mark(markOverdue)
	}
	t.mark(m)
	t.send(KindOverdue, m, union(
		t.recipients(t.Case.Step, t.Now),
		t.above(t.Case.Step, t.Now),
		t.recipients(t.p.lastResort(), t.Now)))
}

// acknowledged reminds of a disposition that is not recorded: after the
// time-out, and before the deadline. When several reminders are due at once
// only the most pressing is said.
func (t *tick) acknowledged() {
	if hold, ok := t.quiet(); ok {
		t.wake(hold)
		return
	}
	var due string
	if at := t.Case.Instants.Acknowledged; at != nil {
		when := at.Add(time.Duration(t.p.AckTimeout))
		if at.After(t.Now.Add(clockBack)) { // the clock was set back: too early is the safe side
			when = t.Now
		}
		if t.Now.Before(when) {
			t.wake(when)
		} else if !t.marked(markDisposition) {
			due = markDisposition
			t.mark(markDisposition)
		}
	}
	deadline := t.Case.Deadline.Handling
	before := slices.Clone(t.p.Reminders)
	slices.SortFunc(before, func(a, b Duration) int { return int(b - a) })
	for _, d := range before {
		when := deadline.Add(-time.Duration(d))
		if t.Now.Before(when) {
			t.wake(when)
			continue
		}
		if m := time.Duration(d).String(); !t.marked(m) {
			t.mark(m)
			due = m
		}
	}
	if due == "" || !t.Now.Before(deadline) { // past the deadline the overdue message speaks
		return
	}
	t.send(KindReminder, due, union(
		t.recipients(t.Case.Step, t.Now),
		t.above(t.Case.Step, t.Now)))
}

// redAfterAcknowledgement tells those who acknowledged a doubtful case, and
// the level above, that it is red now.
func (t *tick) redAfterAcknowledgement() {
	if t.adv.Level != schemas.HazardRed || t.marked(markRed) || !t.wasAmber() {
		return
	}
	t.mark(markRed)
	t.send(KindHazard, "red", union(
		t.recipients(t.Case.Step, t.Now),
		t.above(t.Case.Step, t.Now),
		t.recipients(t.p.lastResort(), t.Now)))
}

func (t *tick) wasAmber() bool {
	if t.Case.Level == schemas.HazardAmber || t.Case.AmberUntil != nil {
		return true
	}
	return slices.ContainsFunc(t.Sent, func(n schemas.Notification) bool { return n.Message.Level == schemas.HazardAmber })
}

// disposed copies the disposition to town and department once, and reminds
// of a case that nobody closes.
func (t *tick) disposed() {
	if d := t.Case.Disposition; d != nil && !t.marked(markCopy) {
		t.mark(markCopy)
		for _, name := range d.CopyTo {
			r := t.p.resolve([]string{name}, nil, t.Now, t.Channels)
			if len(r) == 0 {
				t.event(schemas.EventCaseStepSkipped, map[string]any{"copy_to": name, "why": "no address"})
			}
			t.send(KindCopy, markCopy, r)
		}
	}
	since := t.Case.Instants.Disposed
	if since == nil {
		return
	}
	every := time.Duration(t.p.OpenEvery)
	n := int(t.Now.Sub(*since) / every)
	t.adv.NextAt = time.Time{} // nothing is pressing: the safety tick would only cost
	t.wake(since.Add(time.Duration(max(n, 0)+1) * every))
	if m := numbered(markOpen, n); n > 0 && !t.marked(m) {
		t.mark(m)
		t.send(KindReminder, m, t.recipients(0, t.Now))
	}
}

// quiet returns until when messages are held back; never at level red.
func (t *tick) quiet() (time.Time, bool) {
	if t.adv.Level == schemas.HazardRed {
		return time.Time{}, false
	}
	return t.p.QuietHours.quietUntil(t.Now)
}
