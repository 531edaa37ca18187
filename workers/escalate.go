package workers

import (
	"context"

	"jianding/schemas"
	"jianding/workers/ladder"
)

// escalate: args the case; contract: the ladder is looked at whenever it asked
// to be, and when something about the case changed; one tick is one
// transaction. The rules are in workers/ladder. The obligation is open as long
// as the case is.
func (w *Workers) escalate(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	c, err := w.Ledger.Case(ctx, lease.Obligation.Subject)
	if err != nil {
		return outcome{}, err
	}
	if c.Status.Ended() {
		return done("case_ended"), nil
	}
	sent, err := w.Ledger.CaseNotifications(ctx, c.ID)
	if err != nil {
		return outcome{}, err
	}
	in := ladder.Input{Case: c, Sent: sent, Channels: w.channels.configured(), Now: w.now()}
	in.Standby = w.Ladder.Recipients(w.Ladder.LastResort, in.Now, in.Channels)
	if c.ReportID != "" {
		// Nice to have in the message; never a reason to be late.
		if r, err := w.Ledger.Report(ctx, c.ReportID); err == nil {
			in.ReportNo = r.ReportNo
		}
	}
	adv := w.policyOf(c).Next(in)
	if _, err := w.Ledger.AdvanceCase(ctx, lease, adv); err != nil {
		return outcome{}, err
	}
	for _, e := range adv.Events {
		if e.Kind == schemas.EventCaseUndelivered {
			w.metrics.undeliverable.Inc()
			w.log.Error("HAZARD UNDELIVERABLE: nobody on the ladder can be reached", "case", c.Ref, "level", adv.Level)
		}
	}
	return recorded("advanced"), nil
}

// policyOf is the policy that the case was opened with. One that cannot be
// read is no reason to stay silent: the configured one serves.
func (w *Workers) policyOf(c schemas.Case) ladder.Policy {
	if len(c.Policy) == 0 {
		return w.Ladder
	}
	p, err := ladder.Stamped(c.Policy)
	if err != nil {
		w.log.Error("stamped policy unreadable, the configured one is used", "case", c.Ref, "error", err)
		return w.Ladder
	}
	return p
}
