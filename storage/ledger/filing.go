package ledger

import (
	"context"
	"time"

	"jianding/schemas"
)

// submits says that an operation may make a record on the platform. Queries
// make none.
func submits(operation string) bool {
	switch operation {
	case "query", "list":
		return false
	}
	return true
}

// BeginDeliveryAttempt writes the attempt before anything is sent; when the
// operation submits, the delivery is Unknown from here until its result is
// known, so that after a crash the client asks before it sends again. It may
// be called several times under one lease. Conflict "delivery_manual" when a
// human files it, "delivery_settled" when nothing is to be sent any more,
// "lease_lost".
func (l *Ledger) BeginDeliveryAttempt(ctx context.Context, lease schemas.Lease, operation, requestSHA256 string, now time.Time) (attemptNo int, err error) {
	err = l.change(ctx, func(t *tx) error {
		o, finished, err := t.hold(lease)
		if err != nil {
			return err
		}
		if o.Kind != schemas.OweFile {
			return invalid("wrong_lease", "租约不属于上报事项")
		}
		d, err := t.delivery("id", o.Subject, true)
		if err != nil {
			return err
		}
		switch {
		case d.Status == schemas.DeliveryManual:
			return conflict("delivery_manual", "该报告已转人工上报")
		case finished, d.Status != schemas.DeliveryPending && d.Status != schemas.DeliverySubmitted:
			return conflict("delivery_settled", "该报告的上报已有结果")
		}
		attemptNo = len(d.Attempts) + 1
		if _, err := t.exec(`INSERT INTO delivery_attempts (delivery_id, no, operation, started_at, duration_us, request_sha256, http_status,
			result, receipt, error, unknown_before) VALUES (?, ?, ?, ?, 0, ?, 0, '', '', '', ?)`,
			d.ID, attemptNo, operation, micros(now), requestSHA256, flag(d.Unknown)); err != nil {
			return err
		}
		if !submits(operation) || d.Unknown {
			return nil
		}
		d.Unknown = true
		return t.saveDelivery(&d)
	})
	if err != nil {
		return 0, err
	}
	return attemptNo, nil
}

// FinishDeliveryAttempt records the answer to an attempt (the last one, when
// the outcome does not number it) and what it means for the delivery, and ends
// the obligation's attempt by res; a zero res keeps the lease, for the next
// request. What a callback or a human settled meanwhile stays settled; what was
// owed anew since is Unknown, whatever the answer.
func (l *Ledger) FinishDeliveryAttempt(ctx context.Context, lease schemas.Lease, o schemas.FilingOutcome, res schemas.ObligationResult, now time.Time) (schemas.Delivery, error) {
	var d delivery
	err := l.change(ctx, func(t *tx) error {
		ob, finished, err := t.hold(lease)
		if err != nil {
			return err
		}
		if ob.Kind != schemas.OweFile {
			return invalid("wrong_lease", "租约不属于上报事项")
		}
		if d, err = t.delivery("id", ob.Subject, true); err != nil {
			return err
		}
		if err := t.endDeliveryAttempt(&d, o); err != nil {
			return err
		}
		if finished && (d.Status == schemas.DeliveryPending || d.Status == schemas.DeliverySubmitted) {
			return t.overtaken(&d)
		}
		if err := t.applyOutcome(&d, o, res, now); err != nil {
			return err
		}
		if res, err = settledResult(d.Status, res); err != nil {
			return err
		}
		if res != (schemas.ObligationResult{}) {
			if err := t.finish(ob, res, now); err != nil {
				return err
			}
		}
		d, err = t.delivery("id", d.ID, false)
		return err
	})
	if err != nil {
		return schemas.Delivery{}, err
	}
	return d.Delivery, nil
}

// overtaken keeps an answer from deciding about a filing that was owed anew
// while the request was under way: a human had it in hand meanwhile and may
// have filed it, or it was returned and goes under another key. What holds now
// is asked for.
func (t *tx) overtaken(d *delivery) error {
	d.Unknown = true
	if err := t.saveDelivery(d); err != nil {
		return err
	}
	now, err := t.delivery("id", d.ID, false)
	if err == nil {
		*d = now
	}
	return err
}

// settledResult ends the obligation of a delivery that is settled, whatever
// the worker meant to do next.
func settledResult(s schemas.DeliveryStatus, res schemas.ObligationResult) (schemas.ObligationResult, error) {
	switch s {
	case schemas.DeliveryAcknowledged, schemas.DeliveryReturned, schemas.DeliveryManual:
		return schemas.ObligationResult{Done: true, Outcome: string(s), Error: res.Error}, nil
	case schemas.DeliveryDead:
		return schemas.ObligationResult{Dead: true, Outcome: string(s), Error: res.Error}, nil
	}
	if res.Done {
		return res, invalid("obligation_result", "上报尚无结果，不能视为完成")
	}
	return res, nil
}

// attemptOf is the number of the attempt that an outcome ends: the one that it
// names, else the last one that has no result yet. 0: the client refused before
// it sent anything, and there is nothing to end.
func (d *delivery) attemptOf(o schemas.FilingOutcome) (int, error) {
	no, last := o.Attempt.No, len(d.Attempts)
	if no == 0 && last > 0 && d.Attempts[last-1].Result == "" {
		no = last
	}
	if no < 0 || no > last {
		return 0, invalid("attempt_unknown", "该次上报没有登记")
	}
	return no, nil
}

func (t *tx) endDeliveryAttempt(d *delivery, o schemas.FilingOutcome) error {
	a := o.Attempt
	no, err := d.attemptOf(o)
	if err != nil || no == 0 {
		return err
	}
	result := a.Result
	if result == "" {
		result = o.Result
	}
	receipt := a.PlatformReceipt
	if receipt == "" {
		receipt = o.Receipt
	}
	if result == schemas.FilingNotFound && receipt == "" {
		receipt = d.PlatformReceipt // that the platform gave, and knows no longer
	}
	set, args := `duration_us = ?, http_status = ?, result = ?, receipt = ?, error = ?`,
		[]any{a.Duration.Microseconds(), a.Status, string(result), receipt, a.Error}
	if a.RequestSHA256 != "" {
		set, args = set+`, request_sha256 = ?`, append(args, a.RequestSHA256)
	}
	_, err = t.exec(`UPDATE delivery_attempts SET `+set+` WHERE delivery_id = ? AND no = ?`, append(args, d.ID, no)...)
	return err
}

func (t *tx) applyOutcome(d *delivery, o schemas.FilingOutcome, res schemas.ObligationResult, now time.Time) error {
	if d.Status == schemas.DeliveryReturned || d.Status == schemas.DeliveryAcknowledged && o.Result != schemas.FilingReturned {
		if accepted := o.Result == schemas.FilingAccepted || o.Result == schemas.FilingDuplicate; accepted && d.Status == schemas.DeliveryAcknowledged &&
			o.Receipt != "" && d.PlatformReceipt != "" && o.Receipt != d.PlatformReceipt {
			// A human filed it while it was under way: there are two now.
			return t.differs(d, schemas.PlatformRecord{IdempotencyKey: d.IdempotencyKey, Receipt: o.Receipt, Status: "accepted", RecordedAt: now}, now,
				"平台另有备案 "+o.Receipt+"，台账已登记回执 "+d.PlatformReceipt, now)
		}
		return nil // a callback was faster
	}
	if o.Attempt.Error != "" {
		d.LastError = o.Attempt.Error
	} else if res.Error != "" {
		d.LastError = res.Error
	}
	var kind schemas.EventKind
	data := map[string]any{"result": o.Result}
	switch o.Result {
	case schemas.FilingAccepted, schemas.FilingDuplicate:
		return t.acknowledge(d, o.Receipt, system(), now)
	case schemas.FilingReturned:
		return t.returned(d, o.Reasons, o.Receipt, system(), now)
	case schemas.FilingSubmitted:
		d.Unknown = false
		if d.SubmittedAt == nil {
			d.SubmittedAt = &now
		}
		if o.Receipt != "" {
			d.PlatformReceipt = o.Receipt
		}
		if d.Status == schemas.DeliveryPending {
			d.Status, kind = schemas.DeliverySubmitted, schemas.EventDeliverySubmitted
			data["receipt"] = o.Receipt
		}
	case schemas.FilingUnknown:
		d.Unknown = true
	case schemas.FilingNotFound:
		// The platform has no record: nothing of what was sent arrived, or it
		// has lost what it had. A receipt that it does not know is none.
		d.Unknown = false
		if d.Status == schemas.DeliverySubmitted {
			d.Status, d.PlatformReceipt, d.SubmittedAt, d.AcknowledgedAt = schemas.DeliveryPending, "", nil, nil
		}
	case schemas.FilingRetry, schemas.FilingFinal:
		if err := t.unknownAsBefore(d, o); err != nil {
			return err
		}
	default:
		return invalid("filing_result", "未知的上报结果："+string(o.Result))
	}
	if (o.Result == schemas.FilingFinal || res.Dead) && d.Status != schemas.DeliveryManual {
		d.Status, kind = schemas.DeliveryDead, schemas.EventDeliveryDead
		if len(o.Reasons) > 0 {
			d.Returned = o.Reasons
		}
		data["reasons"], data["error"] = o.Reasons, d.LastError
	}
	if err := t.saveDelivery(d); err != nil || kind == "" {
		return err
	}
	return t.event(now, kind, "delivery:"+d.ID, system(), data)
}

// unknownAsBefore takes back what BeginDeliveryAttempt assumed: this attempt
// certainly made no record. What earlier attempts left open stays open.
func (t *tx) unknownAsBefore(d *delivery, o schemas.FilingOutcome) error {
	no, err := d.attemptOf(o)
	if err != nil {
		return err
	}
	var before int
	ok, err := t.get(`SELECT unknown_before FROM delivery_attempts WHERE delivery_id = ? AND no = ?`, []any{d.ID, no}, &before).found()
	if ok {
		d.Unknown = before == 1
	}
	return err
}

func (t *tx) acknowledge(d *delivery, receipt string, actor schemas.Actor, now time.Time) error {
	d.Status, d.Unknown, d.Returned, d.LastError = schemas.DeliveryAcknowledged, false, nil, ""
	if d.AcknowledgedAt == nil || receipt != "" && receipt != d.PlatformReceipt {
		d.AcknowledgedAt = &now // confirmed again, it stays of the day it was
	}
	if receipt != "" {
		d.PlatformReceipt = receipt
	}
	if d.SubmittedAt == nil {
		d.SubmittedAt = &now
	}
	if err := t.saveDelivery(d); err != nil {
		return err
	}
	if err := t.resolveAsked(d.ID, "已向平台查询，以平台回执 "+d.PlatformReceipt+" 为准", now); err != nil {
		return err
	}
	data := map[string]any{"receipt": d.PlatformReceipt, "report_id": d.ReportID}
	if d.ManualEvidence != "" {
		data["evidence"] = d.ManualEvidence
	}
	return t.event(now, schemas.EventDeliveryAcknowledged, "delivery:"+d.ID, actor, data)
}

// reviewAfterReturn is the time limit of the review that a return asks for
// (DESIGN §2: a review's default limit).
const reviewAfterReturn = 24 * time.Hour

// returned notes that the platform sent a filing back (退回): the report goes
// back to a reviewer, with the reasons, and its agency is told. A revision that
// was superseded meanwhile is not reviewed again.
func (t *tx) returned(d *delivery, reasons []string, receipt string, actor schemas.Actor, now time.Time) error {
	d.Status, d.Unknown, d.Returned, d.AcknowledgedAt = schemas.DeliveryReturned, false, reasons, nil
	if receipt != "" {
		d.PlatformReceipt = receipt
	}
	if err := t.saveDelivery(d); err != nil {
		return err
	}
	if err := t.resolveAsked(d.ID, "已向平台查询，平台已退回或撤销", now); err != nil {
		return err
	}
	if err := t.event(now, schemas.EventDeliveryReturned, "delivery:"+d.ID, actor, map[string]any{"reasons": reasons, "report_id": d.ReportID}); err != nil {
		return err
	}
	if err := t.owe(schemas.NewObligation{Kind: schemas.OweAgencyNotice, Subject: d.ReportID, Dedupe: "returned:" + d.IdempotencyKey,
		DueAt: now, Payload: map[string]any{"event": "returned", "reasons": reasons}}, now); err != nil {
		return err
	}
	r, err := t.report("id", d.ReportID, true)
	if err != nil {
		return err
	}
	if r.Status != schemas.ReportAccepted || r.SupersededBy != "" {
		return nil
	}
	due := now.Add(reviewAfterReturn)
	r.Status, r.ReviewDue = schemas.ReportNeedsReview, &due
	if err := t.saveReport(&r); err != nil {
		return err
	}
	if err := t.oweAgain(schemas.NewObligation{Kind: schemas.OweReviewWatch, Subject: r.ID, DueAt: due}, now); err != nil {
		return err
	}
	return t.event(now, schemas.EventReportReopened, "report:"+r.ID, actor, map[string]any{"delivery": d.ID, "reasons": reasons})
}
