package ledger

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"jianding/schemas"
)

const reportColumns = `r.id, r.receipt_no, r.agency_id, r.report_no, r.sha256, r.sm3, r.size, r.filename, r.declared,
	r.status, r.hazard, r.received_at, r.assessed_at, r.decided_at, r.review_due, r.revision, r.supersedes,
	r.superseded_by, r.effective_at, r.case_id, r.assessment_seq, r.version`

func scanReport(s scanner) (schemas.Report, error) {
	var r schemas.Report
	var declared string
	var received int64
	var assessed, decided, due, effective sql.NullInt64
	if err := s.Scan(&r.ID, &r.ReceiptNo, &r.AgencyID, &r.ReportNo, &r.SHA256, &r.SM3, &r.Size, &r.Filename, &declared,
		&r.Status, &r.Hazard, &received, &assessed, &decided, &due, &r.Revision, &r.Supersedes,
		&r.SupersededBy, &effective, &r.CaseID, &r.AssessmentSeq, &r.Version); err != nil {
		return r, err
	}
	r.ReceivedAt = instant(received)
	r.AssessedAt, r.DecidedAt = instantOrNil(assessed), instantOrNil(decided)
	r.ReviewDue, r.EffectiveAt = instantOrNil(due), instantOrNil(effective)
	return r, decode(declared, &r.Declared)
}

func (t *tx) reports(query string, args ...any) ([]schemas.Report, error) {
	rs := []schemas.Report{}
	err := t.rows(query, args, func(s scanner) error {
		r, err := scanReport(s)
		rs = append(rs, r)
		return err
	})
	return rs, err
}

// report reads one report by a unique column; FOR UPDATE in a change.
func (t *tx) report(column, value string, lock bool) (schemas.Report, error) {
	q := `SELECT ` + reportColumns + ` FROM reports r WHERE r.` + column + ` = ?`
	if lock {
		q += ` FOR UPDATE`
	}
	rs, err := t.reports(q, value)
	if err != nil {
		return schemas.Report{}, err
	}
	if len(rs) == 0 {
		return schemas.Report{}, notFound("报告")
	}
	return rs[0], nil
}

// saveReport writes what may change of a report, and counts its version up.
func (t *tx) saveReport(r *schemas.Report) error {
	_, err := t.exec(`UPDATE reports SET report_no = ?, number = ?, status = ?, hazard = ?, assessed_at = ?, decided_at = ?,
		review_due = ?, revision = ?, supersedes = ?, superseded_by = ?, effective_at = ?, case_id = ?, assessment_seq = ?,
		version = version + 1 WHERE id = ?`,
		r.ReportNo, normalNumber(r.ReportNo), string(r.Status), string(r.Hazard), microsOrNull(r.AssessedAt), microsOrNull(r.DecidedAt),
		microsOrNull(r.ReviewDue), r.Revision, r.Supersedes, r.SupersededBy, microsOrNull(r.EffectiveAt), r.CaseID, r.AssessmentSeq,
		r.ID)
	r.Version++
	return err
}

// ReceiveReport records a report whose original is durable: report, event and
// obligation(assess, due at once). The same agency and SHA-256 give the report
// that is there, created false. An Idempotency-Key that the agency used for
// other content is Conflict "idempotency_key_reused".
func (l *Ledger) ReceiveReport(ctx context.Context, n schemas.NewReport) (r schemas.Report, created bool, err error) {
	if n.AgencyID == "" || n.SHA256 == "" || n.ReceivedAt.IsZero() {
		return r, false, invalid("report_incomplete", "缺少机构、SHA-256 或收到时间")
	}
	err = l.change(ctx, func(t *tx) error {
		r, created, err = t.receive(n)
		return err
	})
	if err != nil {
		return schemas.Report{}, false, err
	}
	return r, created, nil
}

func (t *tx) receive(n schemas.NewReport) (schemas.Report, bool, error) {
	if n.IdempotencyKey != "" {
		used, err := t.reports(`SELECT `+reportColumns+` FROM idempotency_keys k JOIN reports r ON r.id = k.report_id
			WHERE k.agency_id = ? AND k.key = ?`, n.AgencyID, n.IdempotencyKey)
		if err != nil {
			return schemas.Report{}, false, err
		}
		if len(used) > 0 && used[0].SHA256 != n.SHA256 {
			return schemas.Report{}, false, conflict("idempotency_key_reused", "该 Idempotency-Key 已用于另一份内容")
		}
	}
	same, err := t.reports(`SELECT `+reportColumns+` FROM reports r WHERE r.agency_id = ? AND r.sha256 = ?`, n.AgencyID, n.SHA256)
	if err != nil {
		return schemas.Report{}, false, err
	}
	if len(same) > 0 {
		if err := t.keepKey(n, same[0].ID); err != nil {
			return schemas.Report{}, false, err
		}
		return same[0], false, t.event(n.ReceivedAt, schemas.EventReportDuplicate, "report:"+same[0].ID, n.Actor,
			map[string]any{"receipt_no": same[0].ReceiptNo, "sha256": n.SHA256})
	}
	r, err := t.insertReport(n)
	if err != nil {
		return schemas.Report{}, false, err
	}
	if err := t.keepKey(n, r.ID); err != nil {
		return schemas.Report{}, false, err
	}
	if err := t.event(n.ReceivedAt, schemas.EventReportReceived, "report:"+r.ID, n.Actor, map[string]any{
		"receipt_no": r.ReceiptNo, "sha256": n.SHA256, "sm3": n.SM3, "agency_id": n.AgencyID, "size": n.Size,
	}); err != nil {
		return schemas.Report{}, false, err
	}
	assess := schemas.NewObligation{Kind: schemas.OweAssess, Subject: r.ID, DueAt: n.ReceivedAt}
	if n.Long {
		assess.Payload = map[string]any{"long": true}
	}
	if err := t.owe(assess, n.ReceivedAt); err != nil {
		return schemas.Report{}, false, err
	}
	// As stored: what the caller gets is what a later reader will see.
	r, err = t.report("id", r.ID, false)
	return r, true, err
}

func (t *tx) insertReport(n schemas.NewReport) (schemas.Report, error) {
	declared, err := encode(n.Declared)
	if err != nil {
		return schemas.Report{}, err
	}
	no, err := t.receiptNo(n.ReceivedAt)
	if err != nil {
		return schemas.Report{}, err
	}
	r := schemas.Report{ID: newID(), ReceiptNo: no, AgencyID: n.AgencyID}
	if _, err := t.exec(`INSERT INTO reports (id, receipt_no, agency_id, report_no, number, sha256, sm3, size, filename, declared,
		address, status, hazard, received_at, revision, supersedes, superseded_by, case_id, assessment_seq, version)
		VALUES (?, ?, ?, '', '', ?, ?, ?, ?, ?, ?, ?, '', ?, 1, '', '', '', 0, 1)`,
		r.ID, no, n.AgencyID, n.SHA256, n.SM3, n.Size, n.Filename, declared,
		strings.TrimSpace(n.Declared.Address), string(schemas.ReportReceived), micros(n.ReceivedAt)); err != nil {
		return r, err
	}
	if normalNumber(n.Declared.ReportNo) == "" {
		return r, nil
	}
	r, err = t.report("id", r.ID, false)
	if err != nil {
		return r, err
	}
	return r, t.joinLineage(&r, strings.TrimSpace(n.Declared.ReportNo))
}

func (t *tx) keepKey(n schemas.NewReport, reportID string) error {
	if n.IdempotencyKey == "" {
		return nil
	}
	_, err := t.exec(`INSERT INTO idempotency_keys (agency_id, key, report_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		n.AgencyID, n.IdempotencyKey, reportID)
	if err != nil {
		return err
	}
	// Two uploads with one key and other content may have raced to here.
	var owner string
	if err := t.get(`SELECT report_id FROM idempotency_keys WHERE agency_id = ? AND key = ?`,
		[]any{n.AgencyID, n.IdempotencyKey}, &owner).err; err != nil {
		return err
	}
	if owner != reportID {
		return conflict("idempotency_key_reused", "该 Idempotency-Key 已用于另一份内容")
	}
	return nil
}

// FindByIdempotencyKey returns the report that an agency sent with a key.
func (l *Ledger) FindByIdempotencyKey(ctx context.Context, agencyID, key string) (r schemas.Report, err error) {
	err = l.view(ctx, func(t *tx) error {
		rs, err := t.reports(`SELECT `+reportColumns+` FROM idempotency_keys k JOIN reports r ON r.id = k.report_id
			WHERE k.agency_id = ? AND k.key = ?`, agencyID, key)
		if err != nil {
			return err
		}
		if len(rs) == 0 {
			return notFound("报告")
		}
		r = rs[0]
		return nil
	})
	return r, err
}

// Report returns one report by id.
func (l *Ledger) Report(ctx context.Context, id string) (r schemas.Report, err error) {
	err = l.view(ctx, func(t *tx) error { r, err = t.report("id", id, false); return err })
	return r, err
}

// ReportByReceipt returns one report by its receipt number.
func (l *Ledger) ReportByReceipt(ctx context.Context, receiptNo string) (r schemas.Report, err error) {
	err = l.view(ctx, func(t *tx) error {
		r, err = t.report("receipt_no", strings.ToUpper(strings.TrimSpace(receiptNo)), false)
		return err
	})
	return r, err
}

// ReportsBySHA256 lists the reports of all agencies with the same content.
func (l *Ledger) ReportsBySHA256(ctx context.Context, sha256hex string) (rs []schemas.Report, err error) {
	err = l.view(ctx, func(t *tx) error {
		rs, err = t.reports(`SELECT `+reportColumns+` FROM reports r WHERE r.sha256 = ? ORDER BY r.received_at, r.id`, strings.ToLower(sha256hex))
		return err
	})
	return rs, err
}

// ReportsByNumber lists the revisions of an agency's report number, oldest
// first; none is no error.
func (l *Ledger) ReportsByNumber(ctx context.Context, agencyID, reportNo string) (rs []schemas.Report, err error) {
	number := normalNumber(reportNo)
	if number == "" {
		return []schemas.Report{}, nil
	}
	err = l.view(ctx, func(t *tx) error { rs, err = t.lineage(agencyID, number, false); return err })
	return rs, err
}

// ReportLineage lists all revisions of a report (itself included), oldest
// first.
func (l *Ledger) ReportLineage(ctx context.Context, reportID string) (rs []schemas.Report, err error) {
	err = l.view(ctx, func(t *tx) error {
		r, err := t.report("id", reportID, false)
		if err != nil {
			return err
		}
		number := normalNumber(r.ReportNo)
		if number == "" {
			rs = []schemas.Report{r}
			return nil
		}
		rs, err = t.lineage(r.AgencyID, number, false)
		return err
	})
	return rs, err
}

// Reports lists reports, newest first.
func (l *Ledger) Reports(ctx context.Context, f schemas.ReportFilter) (rs []schemas.Report, next string, err error) {
	var w where
	w.equal("r.agency_id", f.AgencyID)
	w.equal("r.hazard", string(f.Hazard))
	w.between("r.received_at", f.From, f.To)
	column, direction := "r.received_at", " DESC"
	if f.ReviewFirst {
		column, direction = "r.review_due", ""
		w.and("r.status = 'needs_review' AND r.review_due IS NOT NULL")
		if f.Status != "" && f.Status != schemas.ReportNeedsReview {
			return []schemas.Report{}, "", nil
		}
	} else {
		w.equal("r.status", string(f.Status))
	}
	if err := w.after(column, "r.id", f.Cursor, direction != ""); err != nil {
		return nil, "", err
	}
	limit := pageSize(f.Limit)
	err = l.view(ctx, func(t *tx) error {
		from, err := t.search(&w, "reports r", f.Query, "receipt_no", "number", "address")
		if err != nil {
			return err
		}
		rs, err = t.reports(`SELECT `+reportColumns+from+w.String()+
			` ORDER BY `+column+direction+`, r.id`+direction+` LIMIT ?`, append(w.args, limit+1)...)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	rs, next = page(rs, limit, func(r schemas.Report) (int64, string) {
		if f.ReviewFirst {
			return micros(*r.ReviewDue), r.ID
		}
		return micros(r.ReceivedAt), r.ID
	})
	return rs, next, nil
}

// joinLineage gives a report its number and its place among the revisions of
// that number. Revisions are counted in the order of receipt, not in the order
// in which their numbers became known: content that came later supersedes
// content that came earlier. The lineage stays locked until the end of the
// transaction.
func (t *tx) joinLineage(r *schemas.Report, reportNo string) error {
	r.ReportNo = reportNo
	number := normalNumber(reportNo)
	if err := t.lockLineage(r.AgencyID, number); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE reports SET report_no = ?, number = ? WHERE id = ?`, reportNo, number, r.ID); err != nil {
		return err
	}
	rs, err := t.lineage(r.AgencyID, number, true)
	if err != nil {
		return err
	}
	before := ""
	for i, x := range rs {
		if x.ID == r.ID {
			r.Revision, r.Supersedes = i+1, before
			_, err = t.exec(`UPDATE reports SET revision = ?, supersedes = ? WHERE id = ?`, i+1, before, x.ID)
		} else if x.Revision != i+1 || x.Supersedes != before {
			_, err = t.exec(`UPDATE reports SET revision = ?, supersedes = ?, version = version + 1 WHERE id = ?`, i+1, before, x.ID)
		}
		if err != nil {
			return err
		}
		before = x.ID
	}
	return nil
}

func (t *tx) lockLineage(agencyID, number string) error {
	if number == "" {
		return nil
	}
	_, err := t.exec(`INSERT INTO lineages (agency_id, number) VALUES (?, ?)
		ON CONFLICT (agency_id, number) DO UPDATE SET number = excluded.number`, agencyID, number)
	return err
}

func (t *tx) lineage(agencyID, number string, lock bool) ([]schemas.Report, error) {
	q := `SELECT ` + reportColumns + ` FROM reports r WHERE r.agency_id = ? AND r.number = ? ORDER BY r.received_at, r.id`
	if lock {
		q += ` FOR UPDATE`
	}
	return t.reports(q, agencyID, number)
}

// takeEffect makes an accepted revision the one that holds: earlier ones that
// held are superseded by it; when a later one holds already, it superseded
// this one before it began.
func (t *tx) takeEffect(r *schemas.Report, actor schemas.Actor, now time.Time) error {
	if r.EffectiveAt != nil || r.SupersededBy != "" {
		return nil
	}
	number := normalNumber(r.ReportNo)
	if number == "" {
		r.EffectiveAt = &now
		return nil
	}
	rs, err := t.lineage(r.AgencyID, number, true)
	if err != nil {
		return err
	}
	later := false
	for i := range rs {
		x := &rs[i]
		switch {
		case x.ID == r.ID:
			later = true
		case x.EffectiveAt == nil:
		case later:
			r.SupersededBy = x.ID
			return t.event(now, schemas.EventReportSuperseded, "report:"+r.ID, actor, map[string]any{"by": x.ID})
		case x.SupersededBy == "":
			x.SupersededBy = r.ID
			if err := t.saveReport(x); err != nil {
				return err
			}
			if err := t.event(now, schemas.EventReportSuperseded, "report:"+x.ID, actor, map[string]any{"by": r.ID}); err != nil {
				return err
			}
		}
	}
	r.EffectiveAt = &now
	return nil
}
