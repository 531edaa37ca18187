package ledger

import (
	"context"
	"database/sql"
	"time"

	"jianding/schemas"
)

// RecordCallback applies a verified callback of the platform, once: fresh is
// false when it was seen before, and nothing changes. Conflict
// "callback_nonce_reused" when its nonce was seen with another body. One about a
// record that the ledger does not know becomes a difference; the delivery is
// then zero. A callback older than the newest applied one is kept and changes
// nothing.
func (l *Ledger) RecordCallback(ctx context.Context, cb schemas.PlatformCallback, now time.Time) (fresh bool, d schemas.Delivery, err error) {
	if cb.Nonce == "" {
		return false, d, invalid("nonce_missing", "回调缺少随机数")
	}
	var dd delivery
	err = l.change(ctx, func(t *tx) error {
		fresh, dd = false, delivery{}
		record, err := encode(cb.Record)
		if err != nil {
			return err
		}
		n, err := t.exec(`INSERT INTO callbacks (nonce, at, received_at, kind, delivery_id, raw_sha256, record) VALUES (?, ?, ?, ?, '', ?, ?)
			ON CONFLICT DO NOTHING`, cb.Nonce, micros(cb.At), micros(now), cb.Kind, cb.RawHash, record)
		if err != nil {
			return err
		}
		if fresh = n == 1; !fresh {
			var before string
			if err := t.get(`SELECT raw_sha256 FROM callbacks WHERE nonce = ?`, []any{cb.Nonce}, &before).err; err != nil {
				return err
			}
			if before != cb.RawHash {
				return conflict("callback_nonce_reused", "该随机数已用于另一份回调")
			}
		}
		dd, err = t.deliveryOf(cb.Record, fresh)
		if schemas.KindOf(err) == schemas.KindNotFound {
			if !fresh {
				return nil
			}
			return t.addDifference(schemas.Difference{Day: cb.At.In(shanghai()).Format(time.DateOnly), Kind: "unknown_here", Record: cb.Record,
				Detail: "平台回调所指的记录在台账中不存在"}, told, now)
		}
		if err != nil || !fresh {
			return err
		}
		if _, err := t.exec(`UPDATE callbacks SET delivery_id = ? WHERE nonce = ?`, dd.ID, cb.Nonce); err != nil {
			return err
		}
		r, err := t.report("id", dd.ReportID, false)
		if err != nil {
			return err
		}
		if cb.Record.SHA256 != "" && cb.Record.SHA256 != r.SHA256 {
			// It decides nothing about this report, whatever key it carries.
			return t.differs(&dd, cb.Record, cb.At, "平台回调所指的文件与本报告不同", now)
		}
		if err := t.applyCallback(&dd, cb, now); err != nil {
			return err
		}
		dd, err = t.delivery("id", dd.ID, false)
		return err
	})
	if err != nil {
		return false, schemas.Delivery{}, err
	}
	return fresh, dd.Delivery, nil
}

func (t *tx) deliveryOf(r schemas.PlatformRecord, lock bool) (delivery, error) {
	d, err := t.delivery("idempotency_key", r.IdempotencyKey, lock)
	if schemas.KindOf(err) != schemas.KindNotFound || r.Receipt == "" {
		return d, err
	}
	// Revisions of one report share a receipt on platforms that keep it: it is of
	// the newest, or of the one with the record's file.
	ds, err := t.deliveries(`SELECT `+deliveryColumns+` FROM deliveries d JOIN reports r ON r.id = d.report_id WHERE d.platform_receipt = ?
		ORDER BY CASE WHEN r.sha256 = ? THEN 0 ELSE 1 END, d.id DESC LIMIT 1`, r.Receipt, r.SHA256)
	if err != nil {
		return delivery{}, err
	}
	if len(ds) == 0 {
		return delivery{}, notFound("上报记录")
	}
	return t.delivery("id", ds[0].ID, lock)
}

func (t *tx) applyCallback(d *delivery, cb schemas.PlatformCallback, now time.Time) error {
	if d.platformAt != nil && cb.At.Before(*d.platformAt) {
		return nil
	}
	at := cb.At
	d.platformAt = &at
	actor := schemas.Actor{Kind: "platform"}
	switch cb.Kind {
	case "accepted":
		if d.Status == schemas.DeliveryAcknowledged {
			if cb.Record.Receipt != "" && d.PlatformReceipt != "" && cb.Record.Receipt != d.PlatformReceipt {
				return t.differs(d, cb.Record, cb.At, "平台回调的回执号与台账不一致："+d.PlatformReceipt, now)
			}
			return t.saveDelivery(d)
		}
		if err := t.acknowledge(d, cb.Record.Receipt, actor, now); err != nil {
			return err
		}
	case "returned", "withdrawn":
		if d.Status == schemas.DeliveryReturned {
			return t.saveDelivery(d)
		}
		reasons := cb.Record.Reasons
		if cb.Kind == "withdrawn" && len(reasons) == 0 {
			reasons = []string{"平台已撤回该记录"}
		}
		if err := t.returned(d, reasons, cb.Record.Receipt, actor, now); err != nil {
			return err
		}
	default:
		return invalid("callback_kind", "未知的回调类型："+cb.Kind)
	}
	// Nobody is to send it again. A worker that is just sending it finds it
	// settled when it records its answer.
	return t.settle(schemas.OweFile, d.ID, string(d.Status), now)
}

// differs makes a difference about a delivery for a human.
func (t *tx) differs(d *delivery, r schemas.PlatformRecord, at time.Time, detail string, now time.Time) error {
	return t.addDifference(schemas.Difference{Day: at.In(shanghai()).Format(time.DateOnly), Kind: "differs", DeliveryID: d.ID, Record: r, Detail: detail}, told, now)
}

// itemOf names what a difference is about.
func itemOf(d schemas.Difference) string {
	for _, s := range []string{d.DeliveryID, d.Record.IdempotencyKey, d.Record.Receipt, d.Record.SHA256, d.Record.ReportNo} {
		if s != "" {
			return s
		}
	}
	return d.Detail
}

// How a difference was learned: found by the comparison of a day, which closes
// it when it does not find it again, or told by the platform in a callback or
// an answer, which no list of a day disproves.
const (
	found = false
	told  = true
)

// addDifference keeps a difference, unless the same one is open. One that the
// platform's own answer resolves makes the client ask, at once.
func (t *tx) addDifference(d schemas.Difference, told bool, now time.Time) error {
	if d.Safe != "" && d.Safe != safeQuery {
		d.Safe = ""
	}
	if d.DeliveryID != "" && d.Safe != "" {
		ours, err := t.delivery("id", d.DeliveryID, true)
		if err != nil {
			return err
		}
		if agrees(ours.Delivery, d.Record) {
			return nil
		}
		asked, err := t.askAgain(d, now)
		if err != nil {
			return err
		}
		if !asked {
			d.Safe = ""
		}
	}
	record, err := encode(d.Record)
	if err != nil {
		return err
	}
	id := newID()
	n, err := t.exec(`INSERT INTO differences (id, day, kind, item, delivery_id, record, detail, found_at, resolution, resolved_by, safe, told)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', ?, ?) ON CONFLICT DO NOTHING`,
		id, d.Day, d.Kind, itemOf(d), d.DeliveryID, record, d.Detail, micros(now), d.Safe, flag(told))
	if err != nil || n == 0 {
		return err
	}
	subject := "system"
	if d.DeliveryID != "" {
		subject = "delivery:" + d.DeliveryID
	}
	return t.event(now, schemas.EventDeliveryDifference, subject, system(), map[string]any{"difference": id, "day": d.Day, "kind": d.Kind, "item": itemOf(d)})
}

// RecordDifferences records what the reconciliation of a day found, and
// finishes its obligation. An open difference that a comparison of the day found
// and that was not found again has resolved itself.
func (l *Ledger) RecordDifferences(ctx context.Context, day string, lease schemas.Lease, ds []schemas.Difference, now time.Time) error {
	return l.change(ctx, func(t *tx) error {
		o, finished, err := t.hold(lease)
		if err != nil || finished {
			return err
		}
		if o.Kind != schemas.OweReconcile {
			return invalid("wrong_lease", "租约不属于对账事项")
		}
		again := make(map[string]bool, len(ds))
		for _, d := range ds {
			d.Day = day
			again[d.Kind+" "+itemOf(d)] = true
			if known, err := t.saidKnown(d); err != nil {
				return err
			} else if known {
				continue
			}
			if err := t.addDifference(d, found, now); err != nil {
				return err
			}
		}
		var gone []string
		if err := t.rows(`SELECT id, kind, item FROM differences WHERE day = ? AND resolved_at IS NULL AND told = 0`, []any{day}, func(s scanner) error {
			var id, kind, item string
			err := s.Scan(&id, &kind, &item)
			if !again[kind+" "+item] {
				gone = append(gone, id)
			}
			return err
		}); err != nil {
			return err
		}
		for _, id := range gone {
			if err := t.resolve(id, "再次对账时已一致", system(), now); err != nil {
				return err
			}
		}
		return t.finish(o, schemas.ObligationResult{Done: true, Outcome: "reconciled"}, now)
	})
}

// saidKnown: a person has said what a record is that nobody filed from here, and
// the platform lists it as it did then. A day is compared several times.
func (t *tx) saidKnown(d schemas.Difference) (known bool, err error) {
	if d.Kind != "unknown_here" {
		return false, nil
	}
	record, err := encode(d.Record)
	if err != nil {
		return false, err
	}
	return known, t.rows(`SELECT resolved_by FROM differences WHERE day = ? AND kind = ? AND item = ? AND record = ? AND resolved_at IS NOT NULL`,
		[]any{d.Day, d.Kind, itemOf(d), record}, func(s scanner) error {
			var who string
			if err := s.Scan(&who); err != nil {
				return err
			}
			var by schemas.Actor
			err := decode(who, &by)
			known = known || by.Kind != system().Kind
			return err
		})
}

func (t *tx) resolve(id, resolution string, by schemas.Actor, now time.Time) error {
	who, err := encode(by)
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE differences SET resolution = ?, resolved_at = ?, resolved_by = ? WHERE id = ?`, resolution, micros(now), who, id)
	return err
}

// Differences lists differences, newest first.
func (l *Ledger) Differences(ctx context.Context, openOnly bool, limit int) (ds []schemas.Difference, err error) {
	q := `SELECT id, day, kind, delivery_id, record, detail, resolution, safe FROM differences`
	if openOnly {
		q += ` WHERE resolved_at IS NULL`
	}
	ds = []schemas.Difference{}
	err = l.view(ctx, func(t *tx) error {
		return t.rows(q+` ORDER BY found_at DESC, id DESC LIMIT ?`, []any{pageSize(limit)}, func(s scanner) error {
			var d schemas.Difference
			var record string
			if err := s.Scan(&d.ID, &d.Day, &d.Kind, &d.DeliveryID, &record, &d.Detail, &d.Resolution, &d.Safe); err != nil {
				return err
			}
			err := decode(record, &d.Record)
			ds = append(ds, d)
			return err
		})
	})
	return ds, err
}

// ResolveDifference says how a difference was settled. Conflict
// "difference_resolved" when it was before.
func (l *Ledger) ResolveDifference(ctx context.Context, id, resolution string, by schemas.Actor, now time.Time) error {
	if err := named(by); err != nil {
		return err
	}
	if resolution == "" {
		return invalid("resolution_missing", "请写明处理结果")
	}
	return l.change(ctx, func(t *tx) error {
		var resolved sql.NullInt64
		if err := t.get(`SELECT resolved_at FROM differences WHERE id = ? FOR UPDATE`, []any{id}, &resolved).orMissing(notFound("对账差异")); err != nil {
			return err
		}
		if resolved.Valid {
			return conflict("difference_resolved", "该差异已处理")
		}
		if err := t.resolve(id, resolution, by, now); err != nil {
			return err
		}
		return t.event(now, schemas.EventDeliveryDifference, "system", by, map[string]any{"difference": id, "resolved": true})
	})
}
