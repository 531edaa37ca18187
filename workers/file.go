package workers

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"jianding/schemas"
)

// file: args the delivery; contract: each report revision that is owed becomes
// one record on the platform. One request a lease, announced in the ledger
// before it leaves: when its answer is lost (a crash, a time-out) the delivery
// is Unknown, and the next request asks before anything is sent again. Only a
// final refusal gives up, visibly.
func (w *Workers) file(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	o := lease.Obligation
	if w.Platform == nil {
		return notYet("no_platform", w.now().Add(10*time.Minute)), nil
	}
	f, err := w.Ledger.Filing(ctx, o.Subject)
	if err != nil {
		return outcome{}, err
	}
	switch f.Delivery.Status {
	case schemas.DeliveryPending, schemas.DeliverySubmitted:
	default:
		return done("settled_" + string(f.Delivery.Status)), nil
	}
	if left := w.rest.left(w.now()); left > 0 {
		return notYet("platform_rests", w.afterRest(left)), nil
	}
	if why, until := f.Waits(w.now()); why == schemas.WaitsForReceipt {
		return notYet(string(why), w.now().Add(min(until.Sub(w.now()), 5*time.Minute))), nil
	} else if why != "" {
		return notYet(string(why), w.now().Add(time.Minute)), nil
	}
	if f.LaterFiled && !f.Delivery.Unknown && f.Delivery.Status == schemas.DeliveryPending && (givenUp(f.Delivery) || wasThere(f.Delivery)) {
		return w.finishFiling(ctx, lease, f, 0, overtaken)
	}
	limited, cancel := context.WithTimeout(ctx, w.Limits.FileTime)
	defer cancel()
	var began error
	no := 0
	begin := func(operation, requestSHA256 string) error {
		no, began = w.Ledger.BeginDeliveryAttempt(limited, lease, operation, requestSHA256, w.now())
		return began
	}
	var res schemas.FilingOutcome
	if f.Delivery.Unknown || f.Delivery.Status == schemas.DeliverySubmitted {
		res = notFoundByHand(f.Delivery, w.Platform.Query(limited, f, begin))
	} else {
		res = w.Platform.Submit(limited, f, func() (io.ReadCloser, int64, error) { return w.Originals.Open(limited, f.Report.SHA256) }, begin)
	}
	if began != nil {
		return w.notBegun(began)
	}
	if ctx.Err() != nil {
		// Shutdown or lost lease: whatever came back is kept if the lease still
		// holds; if not, Unknown stands and the next one asks.
		w.log.Info("filing interrupted", "delivery", f.Delivery.ID, "result", res.Result)
	}
	return w.finishFiling(ctx, lease, f, no, res)
}

// notFoundByHand: a person filed it and has entered its receipt, on pages that
// know nothing of our key. That the platform finds nothing does not say that it
// is not there, and a human looks at it.
func notFoundByHand(d schemas.Delivery, res schemas.FilingOutcome) schemas.FilingOutcome {
	if res.Result != schemas.FilingNotFound || d.ManualEvidence == "" || d.PlatformReceipt == "" {
		return res
	}
	says := "该报告由人工报送并登记回执 " + d.PlatformReceipt + "，对账发现平台状态不同而平台接口查不到：不自动重新报送，请在平台页面核对后处理"
	res.Result, res.Reasons = schemas.FilingFinal, []string{says}
	res.Attempt.Error = says
	return res
}

// overtaken: what was given up, and then filed in a later revision, is not sent
// by a replay; nor is what the platform had and returned, or shows no longer,
// since a later revision superseded it there or the platform lost it. Whether the
// platform wants the older one as well, a human knows, who can file it by hand.
var overtaken = schemas.FilingOutcome{Result: schemas.FilingFinal, Reasons: []string{overtakenSays}, Attempt: schemas.DeliveryAttempt{Error: overtakenSays}}

// givenUp: it was refused for good before.
func givenUp(d schemas.Delivery) bool {
	return slices.ContainsFunc(d.Attempts, func(a schemas.DeliveryAttempt) bool { return a.Result == schemas.FilingFinal })
}

// wasThere: the platform had it before, by its own word: in an answer, or in a
// callback, of which a receipt or a return is left.
func wasThere(d schemas.Delivery) bool {
	return d.OwedAnew() || slices.ContainsFunc(d.Attempts, func(a schemas.DeliveryAttempt) bool {
		switch a.Result {
		case schemas.FilingAccepted, schemas.FilingDuplicate, schemas.FilingSubmitted, schemas.FilingReturned:
			return true
		}
		return a.PlatformReceipt != ""
	})
}

const overtakenSays = "该报告的后一版本已报送：本版本不再自动报送，以免在平台上成为较新的记录；确需报送的，请人工报送并登记回执"

// notBegun: nothing was sent. A human or a callback may have been faster.
func (w *Workers) notBegun(err error) (outcome, error) {
	var e *schemas.Error
	if errors.As(err, &e) && (e.Code == "delivery_manual" || e.Code == "delivery_settled") {
		return done(e.Code), nil
	}
	return outcome{}, err
}

func (w *Workers) finishFiling(ctx context.Context, lease schemas.Lease, f schemas.Filing, no int, res schemas.FilingOutcome) (outcome, error) {
	w.metrics.filings.WithLabelValues(string(res.Result)).Inc()
	if s := res.Attempt.Status; res.Result == schemas.FilingRetry || no == 0 || s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable {
		// The platform asks for time, also of a question, or the client has no
		// turn for anybody (an open circuit, the rate). Else it concerns this
		// delivery alone.
		w.rest.ask(res.RetryAfter, w.now())
	}
	out := w.afterFiling(lease.Obligation, f, res)
	if left := w.tooEarlyToTell(f, res); left > 0 {
		res.Attempt.Result, res.Result = res.Result, schemas.FilingUnknown
		out = notYet("perhaps_not_there", w.now().Add(left))
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	sent := no != 0
	if !sent {
		// The client refused before it sent anything (circuit open, original
		// not to be had, a field that cannot be mapped).
		if !out.dead {
			return out, nil
		}
		var err error
		if no, err = w.Ledger.BeginDeliveryAttempt(keep, lease, "preflight", "", w.now()); err != nil {
			return w.notBegun(err)
		}
	}
	res.Attempt.No = no
	if _, err := w.Ledger.FinishDeliveryAttempt(keep, lease, res, out.result(), w.now()); err != nil {
		return outcome{}, err
	}
	if sent {
		w.afterOutage(keep, res.Result)
	}
	if !out.done {
		w.log.Warn("report not filed yet", "delivery", f.Delivery.ID, "result", res.Result, "again", out.retryAt, "error", res.Attempt.Error)
	}
	return recorded(out.name), nil
}

// afterRest is when a filing goes on that had to wait for d: spread, since
// many wait for the same.
func (w *Workers) afterRest(d time.Duration) time.Time {
	return w.now().Add(d + time.Duration(w.Random()*float64(5*time.Second)))
}

// inFlight is how long after its start a submission whose sender died may
// still arrive: until then "not found" does not mean that it never will.
const inFlight = 15 * time.Second

func (w *Workers) tooEarlyToTell(f schemas.Filing, res schemas.FilingOutcome) time.Duration {
	if res.Result != schemas.FilingNotFound || !f.Delivery.Unknown {
		return 0
	}
	for _, a := range slices.Backward(f.Delivery.Attempts) {
		if a.Operation != "query" {
			left := a.StartedAt.Add(inFlight).Sub(w.now())
			return min(left, inFlight) // never longer, whatever the clock did
		}
	}
	return 0
}

// failuresInARow counts the latest attempts that ended without success. A
// question that found nothing is none: a platform that answers questions and
// loses every submission would else be sent each report without end, as fast
// as the first time.
func failuresInARow(attempts []schemas.DeliveryAttempt) int {
	n := 0
	for _, a := range slices.Backward(attempts) {
		switch a.Result {
		case schemas.FilingRetry, schemas.FilingUnknown:
			n++
		case "", schemas.FilingNotFound: // cut short; asked
		default:
			return n
		}
	}
	return n
}

// afterFiling is the table of what each result of the platform decides.
func (w *Workers) afterFiling(o schemas.Obligation, f schemas.Filing, res schemas.FilingOutcome) outcome {
	var err error
	if res.Attempt.Error != "" {
		err = errors.New(res.Attempt.Error)
	}
	now := w.now()
	switch res.Result {
	case schemas.FilingAccepted, schemas.FilingDuplicate, schemas.FilingReturned:
		return done(string(res.Result))
	case schemas.FilingSubmitted:
		// Confirmation comes by callback; ask less and less often in case it
		// does not.
		wait := 2 * time.Minute
		if at := f.Delivery.SubmittedAt; at != nil {
			wait = min(max(wait, now.Sub(*at)/2), time.Hour)
		}
		return notYet("submitted", now.Add(max(wait, res.RetryAfter)))
	case schemas.FilingNotFound:
		// Certainly not recorded: send, in a new attempt.
		return notYet("not_there", now)
	case schemas.FilingFinal:
		return outcome{name: "refused", dead: true, err: err}
	case schemas.FilingRetry:
		if res.Attempt.StartedAt.IsZero() && res.RetryAfter > 0 {
			// The client had no turn for it (the rate, an open circuit):
			// nothing failed, however often this report did before.
			return notYet("no_turn", w.afterRest(res.RetryAfter))
		}
	}
	// Leases that a crash cut short are no failures of the platform: the
	// back-off grows with its answers alone.
	o.Attempt = 1 + failuresInARow(f.Delivery.Attempts)
	again := w.retry(o, string(res.Result), err)
	if at := now.Add(res.RetryAfter); at.After(again.retryAt) {
		again.retryAt = at
	}
	return again
}
