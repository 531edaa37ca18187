package ledger

import (
	"context"
	"time"

	"jianding/schemas"
)

// FilingsFor lists the deliveries that a comparison with the platform's list
// over [from, to) is about: those filed in that span, and those that one of
// records names by key, receipt or file. They come without their attempts.
func (l *Ledger) FilingsFor(ctx context.Context, from, to time.Time, records []schemas.PlatformRecord) (fs []schemas.Filing, err error) {
	err = l.view(ctx, func(t *tx) error {
		fs = []schemas.Filing{}
		seen := map[string]bool{}
		add := func(where string, args ...any) error {
			ds, err := t.deliveries(`SELECT `+deliveryColumns+` FROM deliveries d WHERE `+where, args...)
			if err != nil {
				return err
			}
			for _, d := range ds {
				if seen[d.ID] {
					continue
				}
				seen[d.ID] = true
				f := schemas.Filing{Delivery: d.Delivery}
				if f.Report, err = t.report("id", d.ReportID, false); err != nil {
					return err
				}
				if f.Assessment, err = t.effectiveAssessment(d.ReportID); err != nil {
					return err
				}
				fs = append(fs, f)
			}
			return nil
		}
		if err := add(`COALESCE(d.acknowledged_at, d.submitted_at) >= ? AND COALESCE(d.acknowledged_at, d.submitted_at) < ?`,
			micros(from), micros(to)); err != nil {
			return err
		}
		for _, r := range records {
			for _, by := range []struct{ where, value string }{
				{`d.idempotency_key = ?`, r.IdempotencyKey},
				{`d.platform_receipt = ?`, r.Receipt},
				{`d.report_id IN (SELECT id FROM reports WHERE sha256 = ?)`, r.SHA256},
			} {
				if by.value == "" {
					continue
				}
				if err := add(by.where, by.value); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return fs, err
}

// safeQuery is the resolution that the client can carry out itself: ask the
// platform about the delivery and take over what it says.
const safeQuery = "query"

// askAgain makes the client ask the platform about a delivery on which the two
// sides differ, and says whether it will. What a human has in hand (manual, or
// returned and in review) stays with the human; what has been settled as the
// platform says since its list was read needs no question.
func (t *tx) askAgain(diff schemas.Difference, now time.Time) (bool, error) {
	d, err := t.delivery("id", diff.DeliveryID, true)
	if err != nil {
		return false, err
	}
	from := d.Status
	switch d.Status {
	case schemas.DeliveryPending, schemas.DeliverySubmitted:
	case schemas.DeliveryDead:
		d.Status = schemas.DeliveryPending
	case schemas.DeliveryAcknowledged:
		// The receipt stays on record: what the platform answers decides.
		d.Status = schemas.DeliverySubmitted
	default:
		return false, nil
	}
	d.Unknown = true
	if err := t.saveDelivery(&d); err != nil {
		return false, err
	}
	if err := t.doubtStands(d.ID); err != nil {
		return false, err
	}
	if err := t.oweAgain(schemas.NewObligation{Kind: schemas.OweFile, Subject: d.ID, DueAt: now}, now); err != nil {
		return false, err
	}
	return true, t.event(now, schemas.EventDeliveryReplayed, "delivery:"+d.ID, system(), map[string]any{"from": from, "why": "reconcile"})
}

// agrees says that a delivery was settled meanwhile as the platform has it.
func agrees(d schemas.Delivery, r schemas.PlatformRecord) bool {
	return d.Status == schemas.DeliveryAcknowledged && r.Status == "accepted" && r.Receipt == d.PlatformReceipt
}

// resolveAsked closes the differences of a delivery that only waited for the
// platform's answer about it, and those that a comparison found while a human
// had it in hand and that its receipt settles.
func (t *tx) resolveAsked(deliveryID, resolution string, now time.Time) error {
	d, err := t.delivery("id", deliveryID, false)
	if err != nil {
		return err
	}
	var ids []string
	if err := t.rows(`SELECT id, record, safe, told FROM differences WHERE delivery_id = ? AND resolved_at IS NULL`, []any{deliveryID}, func(s scanner) error {
		var id, record, safe string
		var told int
		if err := s.Scan(&id, &record, &safe, &told); err != nil {
			return err
		}
		var r schemas.PlatformRecord
		if err := decode(record, &r); err != nil {
			return err
		}
		if safe != "" || told == 0 && agrees(d.Delivery, r) {
			ids = append(ids, id)
		}
		return nil
	}); err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.resolve(id, resolution, system(), now); err != nil {
			return err
		}
	}
	return nil
}
