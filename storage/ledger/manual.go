package ledger

import (
	"context"
	"strings"
	"time"

	"jianding/schemas"
)

// onDelivery runs one command of a person on a locked delivery.
func (l *Ledger) onDelivery(ctx context.Context, id string, by schemas.Actor, step func(*tx, *delivery) error) (schemas.Delivery, error) {
	if err := named(by); err != nil {
		return schemas.Delivery{}, err
	}
	var d delivery
	err := l.change(ctx, func(t *tx) (err error) {
		if d, err = t.delivery("id", id, true); err != nil {
			return err
		}
		if err = step(t, &d); err != nil {
			return err
		}
		d, err = t.delivery("id", id, false)
		return err
	})
	if err != nil {
		return schemas.Delivery{}, err
	}
	return d.Delivery, nil
}

// SetDeliveryManual takes a delivery out of the client's hands: a human files
// it. Doing it again changes nothing. Conflict "delivery_settled" when the
// platform has acknowledged it.
func (l *Ledger) SetDeliveryManual(ctx context.Context, id string, by schemas.Actor, now time.Time) (schemas.Delivery, error) {
	return l.onDelivery(ctx, id, by, func(t *tx, d *delivery) error {
		switch d.Status {
		case schemas.DeliveryManual:
			return nil
		case schemas.DeliveryAcknowledged:
			return conflict("delivery_settled", "平台已接收该报告，无需人工上报")
		}
		from := d.Status
		d.Status = schemas.DeliveryManual
		if err := t.saveDelivery(d); err != nil {
			return err
		}
		if err := t.settle(schemas.OweFile, d.ID, "manual", now); err != nil {
			return err
		}
		return t.event(now, schemas.EventDeliveryManual, "delivery:"+d.ID, by, map[string]any{"from": from, "unknown": d.Unknown})
	})
}

// EnterManualReceipt enters the platform's receipt of a filing that a human
// made, with its evidence, or corrects the one that a human entered: a slip of
// the hand would else stand for good, and keep the next revision from naming what
// it supersedes. Conflict "delivery_not_manual" otherwise, and "receipt_taken"
// when the receipt is that of another report.
func (l *Ledger) EnterManualReceipt(ctx context.Context, id, receipt, evidence string, by schemas.Actor, now time.Time) (schemas.Delivery, error) {
	if strings.TrimSpace(receipt) == "" || strings.TrimSpace(evidence) == "" {
		return schemas.Delivery{}, invalid("receipt_missing", "请填写平台回执号和依据")
	}
	return l.onDelivery(ctx, id, by, func(t *tx, d *delivery) error {
		corrects := d.Status == schemas.DeliveryAcknowledged && d.ManualEvidence != ""
		if d.Status != schemas.DeliveryManual && !corrects {
			return conflict("delivery_not_manual", "该报告不在人工上报状态")
		}
		if err := t.receiptFree(d, strings.TrimSpace(receipt)); err != nil {
			return err
		}
		d.ManualEvidence = evidence
		return t.acknowledge(d, strings.TrimSpace(receipt), by, now)
	})
}

// receiptFree refuses the receipt of another report: a slip of the hand would
// make a report count as filed that never was. Revisions of one report may
// share one, on platforms that keep it.
func (t *tx) receiptFree(d *delivery, receipt string) error {
	var of string
	ok, err := t.get(`SELECT o.receipt_no FROM deliveries d JOIN reports r ON r.id = d.report_id
		JOIN deliveries o ON o.platform_receipt = ? AND o.id <> d.id JOIN reports p ON p.id = o.report_id
		WHERE d.id = ? AND NOT (r.number <> '' AND p.number = r.number AND p.agency_id = r.agency_id) ORDER BY o.id LIMIT 1`,
		[]any{receipt, d.ID}, &of).found()
	if err == nil && ok {
		return conflict("receipt_taken", "该平台回执号已登记于另一份报告（"+of+"），请核对")
	}
	return err
}

// NoteExport says that a human has the deliveries' papers in hand and may file
// them on the platform's own pages without taking them out of automatic filing:
// those that are not filed yet are Unknown from here, and the client asks
// before it sends. An unknown id is passed over.
func (l *Ledger) NoteExport(ctx context.Context, ids []string) error {
	return l.change(ctx, func(t *tx) error {
		for _, id := range ids {
			d, err := t.delivery("id", id, true)
			if schemas.KindOf(err) == schemas.KindNotFound {
				continue
			} else if err != nil {
				return err
			}
			if d.Status != schemas.DeliveryPending && d.Status != schemas.DeliveryDead {
				continue
			}
			d.Unknown = true
			if err := t.saveDelivery(&d); err != nil {
				return err
			}
			if err := t.doubtStands(d.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// doubtStands keeps a request under way from taking Unknown back when it
// certainly made no record: somebody else may have made one.
func (t *tx) doubtStands(deliveryID string) error {
	_, err := t.exec(`UPDATE delivery_attempts SET unknown_before = 1 WHERE delivery_id = ? AND result = ''`, deliveryID)
	return err
}

// SetDeliveryAutomatic gives a manual delivery back to the client. It is
// Unknown then: somebody may have filed it, and the client asks first.
func (l *Ledger) SetDeliveryAutomatic(ctx context.Context, id string, by schemas.Actor, now time.Time) (schemas.Delivery, error) {
	return l.onDelivery(ctx, id, by, func(t *tx, d *delivery) error {
		if d.Status != schemas.DeliveryManual {
			return conflict("delivery_not_manual", "该报告不在人工上报状态")
		}
		return t.replay(d, by, now, now)
	})
}

// replay makes a dead or manual delivery pending again, due at due.
func (t *tx) replay(d *delivery, by schemas.Actor, due, now time.Time) error {
	from := d.Status
	d.Unknown = d.Unknown || from == schemas.DeliveryManual
	d.Status, d.LastError, d.Returned = schemas.DeliveryPending, "", nil
	if err := t.saveDelivery(d); err != nil {
		return err
	}
	if err := t.owe(schemas.NewObligation{Kind: schemas.OweFile, Subject: d.ID, Dedupe: "replay:" + newID(), DueAt: due}, now); err != nil {
		return err
	}
	return t.event(now, schemas.EventDeliveryReplayed, "delivery:"+d.ID, by, map[string]any{"from": from})
}

// ReplayDeliveries makes the dead and manual deliveries that the filter
// selects pending again, perMinute of them due in each minute from now (0: all
// at once), and returns how many. Others are left alone; Limit and Cursor are
// not used. They are taken in portions, each one transaction: a replay that is
// interrupted is simply run again.
func (l *Ledger) ReplayDeliveries(ctx context.Context, f schemas.DeliveryFilter, by schemas.Actor, perMinute int, now time.Time) (n int, err error) {
	if err := named(by); err != nil {
		return 0, err
	}
	const portion = 500
	for {
		some, seen, err := l.replayPortion(ctx, f, by, perMinute, n, portion, now)
		n += some
		if err != nil || seen < portion {
			return n, err
		}
	}
}

// replayPortion says how many it replayed and how many it saw: what somebody
// else replays at the same moment is seen and left alone, and is not the end.
func (l *Ledger) replayPortion(ctx context.Context, f schemas.DeliveryFilter, by schemas.Actor, perMinute, before, portion int, now time.Time) (n, seen int, err error) {
	err = l.change(ctx, func(t *tx) error {
		w := selectDeliveries(f)
		w.in("d.status", []string{string(schemas.DeliveryDead), string(schemas.DeliveryManual)})
		from, err := t.search(&w, "deliveries d", f.Query, "receipt_no", "number", "platform_receipt")
		if err != nil {
			return err
		}
		ds, err := t.deliveries(`SELECT `+deliveryColumns+from+w.String()+` ORDER BY d.owed_at, d.id LIMIT ?`, append(w.args, portion)...)
		if err != nil {
			return err
		}
		n, seen = 0, len(ds)
		for _, x := range ds {
			d, err := t.delivery("id", x.ID, true)
			if err != nil {
				return err
			}
			if d.Status != schemas.DeliveryDead && d.Status != schemas.DeliveryManual {
				continue
			}
			due := now
			if perMinute > 0 {
				due = now.Add(time.Duration(before+n) * time.Minute / time.Duration(perMinute))
			}
			if err := t.replay(&d, by, due, now); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	return n, seen, nil
}
