package ledger

import (
	"context"
	"database/sql"
	"time"

	"jianding/schemas"
)

const deliveryColumns = `d.id, d.report_id, d.idempotency_key, d.status, d.profile, d.platform_receipt, d.unknown, d.returned,
	d.last_error, d.owed_at, d.submitted_at, d.acknowledged_at, d.platform_at, d.manual_evidence, d.version`

// delivery is a delivery with what only the ledger needs of it.
type delivery struct {
	schemas.Delivery
	platformAt *time.Time
}

func (t *tx) deliveries(query string, args ...any) ([]delivery, error) {
	out := []delivery{}
	err := t.rows(query, args, func(s scanner) error {
		var d delivery
		var unknown int
		var returned string
		var owed int64
		var submitted, acknowledged, platform sql.NullInt64
		if err := s.Scan(&d.ID, &d.ReportID, &d.IdempotencyKey, &d.Status, &d.Profile, &d.PlatformReceipt, &unknown, &returned,
			&d.LastError, &owed, &submitted, &acknowledged, &platform, &d.ManualEvidence, &d.Version); err != nil {
			return err
		}
		d.Unknown, d.OwedAt = unknown == 1, instant(owed)
		d.SubmittedAt, d.AcknowledgedAt, d.platformAt = instantOrNil(submitted), instantOrNil(acknowledged), instantOrNil(platform)
		err := decode(returned, &d.Returned)
		out = append(out, d)
		return err
	})
	return out, err
}

// delivery reads one delivery with its attempts by a unique column.
func (t *tx) delivery(column, value string, lock bool) (delivery, error) {
	q := `SELECT ` + deliveryColumns + ` FROM deliveries d WHERE d.` + column + ` = ?`
	if lock {
		q += ` FOR UPDATE`
	}
	ds, err := t.deliveries(q, value)
	if err != nil {
		return delivery{}, err
	}
	if len(ds) == 0 {
		return delivery{}, notFound("上报记录")
	}
	ds[0].Attempts, err = t.deliveryAttempts(ds[0].ID)
	return ds[0], err
}

func (t *tx) deliveryAttempts(id string) ([]schemas.DeliveryAttempt, error) {
	var out []schemas.DeliveryAttempt
	err := t.rows(`SELECT no, operation, started_at, duration_us, request_sha256, http_status, result, receipt, error
		FROM delivery_attempts WHERE delivery_id = ? ORDER BY no`, []any{id}, func(s scanner) error {
		var a schemas.DeliveryAttempt
		var started, duration int64
		err := s.Scan(&a.No, &a.Operation, &started, &duration, &a.RequestSHA256, &a.Status, &a.Result, &a.PlatformReceipt, &a.Error)
		a.StartedAt, a.Duration = instant(started), time.Duration(duration)*time.Microsecond
		out = append(out, a)
		return err
	})
	return out, err
}

func (t *tx) saveDelivery(d *delivery) error {
	returned, err := encode(d.Returned)
	if err != nil {
		return err
	}
	d.Version++
	_, err = t.exec(`UPDATE deliveries SET idempotency_key = ?, status = ?, profile = ?, platform_receipt = ?, unknown = ?, returned = ?,
		last_error = ?, owed_at = ?, submitted_at = ?, acknowledged_at = ?, platform_at = ?, manual_evidence = ?, version = version + 1 WHERE id = ?`,
		d.IdempotencyKey, string(d.Status), d.Profile, d.PlatformReceipt, flag(d.Unknown), returned, d.LastError, micros(d.OwedAt),
		microsOrNull(d.SubmittedAt), microsOrNull(d.AcknowledgedAt), microsOrNull(d.platformAt), d.ManualEvidence, d.ID)
	return err
}

// oweDelivery makes the filing of a report owed, once. A report that the
// platform returned and a reviewer accepted anew, corrected, is owed again
// under a new key: the record under the old one is finished.
func (t *tx) oweDelivery(r *schemas.Report, now time.Time) error {
	ds, err := t.deliveries(`SELECT `+deliveryColumns+` FROM deliveries d WHERE d.report_id = ? FOR UPDATE`, r.ID)
	if err != nil {
		return err
	}
	if len(ds) == 0 {
		id := newID()
		if _, err := t.exec(`INSERT INTO deliveries (id, report_id, receipt_no, number, idempotency_key, status, profile, platform_receipt,
			unknown, returned, last_error, owed_at, manual_evidence, version) VALUES (?, ?, ?, ?, ?, ?, '', '', 0, '', '', ?, '', 1)`,
			id, r.ID, r.ReceiptNo, normalNumber(r.ReportNo), "jianding-"+r.ID, string(schemas.DeliveryPending), micros(now)); err != nil {
			return err
		}
		return t.oweFiling(id, "", now, now)
	}
	d := &ds[0]
	if d.Status != schemas.DeliveryReturned {
		return nil
	}
	d.IdempotencyKey = d.NextKey()
	d.Status, d.OwedAt, d.Unknown, d.Returned, d.LastError = schemas.DeliveryPending, now, false, nil, ""
	d.PlatformReceipt, d.SubmittedAt, d.AcknowledgedAt = "", nil, nil
	d.ManualEvidence = "" // of the filing that was returned; the log keeps it
	if err := t.saveDelivery(d); err != nil {
		return err
	}
	return t.oweFiling(d.ID, d.IdempotencyKey, now, now)
}

func (t *tx) oweFiling(id, dedupe string, due, now time.Time) error {
	if err := t.event(now, schemas.EventDeliveryOwed, "delivery:"+id, system(), nil); err != nil {
		return err
	}
	return t.owe(schemas.NewObligation{Kind: schemas.OweFile, Subject: id, Dedupe: dedupe, DueAt: due}, now)
}

func (l *Ledger) oneDelivery(ctx context.Context, column, value string) (schemas.Delivery, error) {
	var d delivery
	err := l.view(ctx, func(t *tx) (err error) { d, err = t.delivery(column, value, false); return err })
	return d.Delivery, err
}

// Delivery returns one delivery with its attempts.
func (l *Ledger) Delivery(ctx context.Context, id string) (schemas.Delivery, error) {
	return l.oneDelivery(ctx, "id", id)
}

// DeliveryByReport returns the delivery of a report; NotFound while none is
// owed.
func (l *Ledger) DeliveryByReport(ctx context.Context, reportID string) (schemas.Delivery, error) {
	return l.oneDelivery(ctx, "report_id", reportID)
}

// DeliveryByKey returns the delivery with an idempotency key.
func (l *Ledger) DeliveryByKey(ctx context.Context, idempotencyKey string) (schemas.Delivery, error) {
	return l.oneDelivery(ctx, "idempotency_key", idempotencyKey)
}

// selectDeliveries makes the conditions of a filter, without paging.
func selectDeliveries(f schemas.DeliveryFilter) where {
	var w where
	w.in("d.id", f.IDs)
	w.equal("d.status", string(f.Status))
	if f.Unknown {
		w.and("d.unknown = 1")
	}
	w.between("d.owed_at", f.From, f.To)
	return w
}

// Deliveries lists deliveries, the one owed longest first, without their
// attempts.
func (l *Ledger) Deliveries(ctx context.Context, f schemas.DeliveryFilter) (out []schemas.Delivery, next string, err error) {
	w := selectDeliveries(f)
	if err := w.after("d.owed_at", "d.id", f.Cursor, false); err != nil {
		return nil, "", err
	}
	limit := pageSize(f.Limit)
	var ds []delivery
	err = l.view(ctx, func(t *tx) error {
		from, err := t.search(&w, "deliveries d", f.Query, "receipt_no", "number", "platform_receipt")
		if err != nil {
			return err
		}
		ds, err = t.deliveries(`SELECT `+deliveryColumns+from+w.String()+` ORDER BY d.owed_at, d.id LIMIT ?`, append(w.args, limit+1)...)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	ds, next = page(ds, limit, func(d delivery) (int64, string) { return micros(d.OwedAt), d.ID })
	out = make([]schemas.Delivery, len(ds))
	for i, d := range ds {
		out[i] = d.Delivery
	}
	return out, next, nil
}

// Filing gathers what the platform client needs for one delivery. The
// revision before is the newest earlier one that the platform has recorded.
func (l *Ledger) Filing(ctx context.Context, deliveryID string) (f schemas.Filing, err error) {
	err = l.view(ctx, func(t *tx) error {
		d, err := t.delivery("id", deliveryID, false)
		if err != nil {
			return err
		}
		f = schemas.Filing{Delivery: d.Delivery}
		if f.Report, err = t.report("id", d.ReportID, false); err != nil {
			return err
		}
		if f.Agency, err = t.agency("id", f.Report.AgencyID); err != nil && schemas.KindOf(err) != schemas.KindNotFound {
			return err
		}
		if f.Assessment, err = t.effectiveAssessment(d.ReportID); err != nil {
			return err
		}
		number := normalNumber(f.Report.ReportNo)
		if number == "" {
			return nil
		}
		var pending int
		if err := t.get(`SELECT count(*) FROM reports r JOIN deliveries d ON d.report_id = r.id
			WHERE r.agency_id = ? AND r.number = ? AND r.revision < ? AND d.status = 'pending'`,
			[]any{f.Report.AgencyID, number, f.Report.Revision}, &pending).err; err != nil {
			return err
		}
		f.EarlierPending = pending > 0
		var unconfirmed sql.NullInt64
		if err := t.get(`SELECT max(d.submitted_at) FROM reports r JOIN deliveries d ON d.report_id = r.id
			WHERE r.agency_id = ? AND r.number = ? AND r.revision < ? AND d.status = 'submitted' AND d.platform_receipt = ''`,
			[]any{f.Report.AgencyID, number, f.Report.Revision}, &unconfirmed).err; err != nil {
			return err
		}
		f.EarlierUnconfirmed = instantOrNil(unconfirmed)
		var later int
		if err := t.get(`SELECT count(*) FROM reports r JOIN deliveries d ON d.report_id = r.id
			WHERE r.agency_id = ? AND r.number = ? AND r.revision > ? AND (d.platform_receipt <> '' OR d.status IN ('submitted', 'acknowledged'))`,
			[]any{f.Report.AgencyID, number, f.Report.Revision}, &later).err; err != nil {
			return err
		}
		f.LaterFiled = later > 0
		return t.get(`SELECT d.platform_receipt, d.idempotency_key FROM reports r JOIN deliveries d ON d.report_id = r.id
			WHERE r.agency_id = ? AND r.number = ? AND r.revision < ? AND d.platform_receipt <> '' ORDER BY r.revision DESC LIMIT 1`,
			[]any{f.Report.AgencyID, number, f.Report.Revision}, &f.SupersedesReceipt, &f.SupersedesKey).orMissing(nil)
	})
	return f, err
}
