package ledger

import (
	"context"
	"strings"
	"time"

	"jianding/schemas"
)

// RecordAssessment stores a new reading of a report and everything that
// follows from it in one transaction: findings, report number and revision,
// status, the case (opened or raised), the delivery that is owed, further
// obligations, events; and it finishes the obligation of the lease.
//
// priorVersion is what the caller's rules saw: report id → version of every
// earlier revision (and, if it likes, of the report itself). When one changed
// or came in between: Conflict "revision_changed", and the caller decides
// anew. nil is not checked. Conflict "lease_lost" when the token is stale.
// The case is nil when the hazard needs none or was dealt with already.
func (l *Ledger) RecordAssessment(ctx context.Context, lease schemas.Lease, rec schemas.AssessmentRecord, c schemas.Consequences,
	priorVersion map[string]int64, now time.Time) (r schemas.Report, cc *schemas.Case, err error) {
	if err := checkConsequences(c, schemas.ReportAccepted, schemas.ReportNeedsReview, schemas.ReportRejected); err != nil {
		return r, nil, err
	}
	err = l.change(ctx, func(t *tx) error {
		r, cc, err = t.recordAssessment(lease, rec, c, priorVersion, now)
		return err
	})
	if err != nil {
		return schemas.Report{}, nil, err
	}
	return r, cc, nil
}

func checkConsequences(c schemas.Consequences, allowed ...schemas.ReportStatus) error {
	ok := false
	for _, s := range allowed {
		ok = ok || c.Status == s
	}
	if !ok {
		return invalid("report_status", "报告状态“"+string(c.Status)+"”不适用")
	}
	if n := c.Case; n != nil && n.Level.Rank() > 0 && (n.Deadline.Statutory.IsZero() || n.Deadline.Handling.IsZero()) {
		return invalid("case_deadlines", "案件缺少法定时限或处置时限")
	}
	return nil
}

func (t *tx) recordAssessment(lease schemas.Lease, rec schemas.AssessmentRecord, c schemas.Consequences,
	priorVersion map[string]int64, now time.Time) (schemas.Report, *schemas.Case, error) {
	none := schemas.Report{}
	o, finished, err := t.hold(lease)
	if err != nil {
		return none, nil, err
	}
	if finished {
		return none, nil, conflict("lease_lost", "待办事项已结束")
	}
	if o.Subject != rec.ReportID {
		return none, nil, invalid("wrong_lease", "租约不属于该报告")
	}
	r, err := t.lockReport(rec.ReportID, rec.Assessment.Report.ReportNo)
	if err != nil {
		return none, nil, err
	}
	if err := t.checkPrior(&r, priorVersion); err != nil {
		return none, nil, err
	}
	if rec.At.IsZero() {
		rec.At = now
	}
	rec.Seq = r.AssessmentSeq + 1
	if err := t.keepAssessment(rec); err != nil {
		return none, nil, err
	}
	r.AssessmentSeq, r.AssessedAt, r.Hazard = rec.Seq, &now, rec.Assessment.Hazard.Level
	if r.Hazard == "" {
		r.Hazard = schemas.HazardNone
	}
	if err := t.fillAddress(r.ID, rec.Assessment.Report.Address); err != nil {
		return none, nil, err
	}
	from := r.Status
	cc, err := t.follow(&r, c, system(), now)
	if err != nil {
		return none, nil, err
	}
	if r.Status != schemas.ReportNeedsReview {
		r.ReviewDue = nil
	}
	if err := t.saveReport(&r); err != nil {
		return none, nil, err
	}
	codes := make([]schemas.ReasonCode, 0, len(rec.Assessment.Reasons))
	for _, x := range rec.Assessment.Reasons {
		codes = append(codes, x.Code)
	}
	if err := t.event(now, schemas.EventReportAssessed, "report:"+r.ID, system(), map[string]any{
		"seq": rec.Seq, "kind": rec.Kind, "outcome": rec.Assessment.Outcome, "from": from, "status": r.Status,
		"hazard": r.Hazard, "reasons": codes, "trust": rec.Assessment.Trust, "rules": rec.Assessment.Rules,
	}); err != nil {
		return none, nil, err
	}
	if err := t.finish(o, schemas.ObligationResult{Done: true, Outcome: string(r.Status)}, now); err != nil {
		return none, nil, err
	}
	r, err = t.report("id", r.ID, false)
	return r, cc, err
}

// lockReport locks a report and, before it, its lineage: all transactions take
// the two in this order. A number that was not declared is taken over from
// what was read.
func (t *tx) lockReport(id, readNo string) (schemas.Report, error) {
	r, err := t.report("id", id, false)
	if err != nil {
		return r, err
	}
	if r.ReportNo == "" && normalNumber(readNo) != "" {
		if err := t.lockLineage(r.AgencyID, normalNumber(readNo)); err != nil {
			return r, err
		}
		if r, err = t.report("id", id, true); err != nil {
			return r, err
		}
		if r.ReportNo == "" {
			return r, t.joinLineage(&r, strings.TrimSpace(readNo))
		}
		return r, nil
	}
	if err := t.lockLineage(r.AgencyID, normalNumber(r.ReportNo)); err != nil {
		return r, err
	}
	return t.report("id", id, true)
}

func (t *tx) checkPrior(r *schemas.Report, prior map[string]int64) error {
	if prior == nil {
		return nil
	}
	changed := conflict("revision_changed", "该报告的其他版本已变化，需重新判定")
	if v, ok := prior[r.ID]; ok && v != r.Version {
		return changed
	}
	number := normalNumber(r.ReportNo)
	if number == "" {
		return nil
	}
	rs, err := t.lineage(r.AgencyID, number, true)
	if err != nil {
		return err
	}
	for _, x := range rs {
		if x.ID == r.ID {
			break
		}
		if v, ok := prior[x.ID]; !ok || v != x.Version {
			return changed
		}
	}
	return nil
}

func (t *tx) keepAssessment(rec schemas.AssessmentRecord) error {
	body, err := encode(rec.Assessment)
	if err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO assessments (report_id, seq, kind, at, body) VALUES (?, ?, ?, ?, ?)`,
		rec.ReportID, rec.Seq, rec.Kind, micros(rec.At), body); err != nil {
		return err
	}
	for i, f := range rec.Assessment.Findings {
		if _, err := t.exec(`INSERT INTO findings (report_id, seq, n, standard, scope, aspect, unit, grade, role, page, quote, source)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, rec.ReportID, rec.Seq, i+1, f.Standard, string(f.Scope), string(f.Aspect),
			f.Unit, string(f.Grade), string(f.Role), f.Evidence.Page, f.Evidence.Quote, f.Evidence.Source); err != nil {
			return err
		}
	}
	if _, err := t.exec(`DELETE FROM report_signers WHERE report_id = ?`, rec.ReportID); err != nil {
		return err
	}
	for i, s := range rec.Assessment.Signature.Signers {
		if _, err := t.exec(`INSERT INTO report_signers (report_id, n, agency_id, serial) VALUES (?, ?, ?, ?)`,
			rec.ReportID, i+1, s.AgencyID, strings.ToLower(s.Serial)); err != nil {
			return err
		}
	}
	return nil
}

// fillAddress lets a report be found by the address that was read, when the
// agency declared none.
func (t *tx) fillAddress(reportID, address string) error {
	_, err := t.exec(`UPDATE reports SET address = ? WHERE id = ? AND address = ''`, strings.TrimSpace(address), reportID)
	return err
}

// follow applies consequences to a locked report, which the caller saves.
func (t *tx) follow(r *schemas.Report, c schemas.Consequences, actor schemas.Actor, now time.Time) (*schemas.Case, error) {
	r.Status = c.Status
	if err := t.watchReview(r, c, now); err != nil {
		return nil, err
	}
	if c.Status == schemas.ReportAccepted {
		if err := t.takeEffect(r, actor, now); err != nil {
			return nil, err
		}
	}
	notices, err := t.noticesOf(r)
	if err != nil {
		return nil, err
	}
	var cc *schemas.Case
	if c.Status != schemas.ReportRejected || c.Case != nil {
		if cc, err = t.settleCase(hazard{agencyID: r.AgencyID, report: r, notices: notices, found: c.Case, actor: actor, now: now}); err != nil {
			return nil, err
		}
	}
	if cc != nil {
		r.CaseID = cc.ID
	}
	if err := t.answerNotices(r, notices, actor, now); err != nil {
		return nil, err
	}
	for i := range notices {
		if cc != nil && notices[i].CaseID != cc.ID {
			if _, err := t.exec(`UPDATE notices SET case_id = ? WHERE id = ?`, cc.ID, notices[i].ID); err != nil {
				return nil, err
			}
		}
	}
	if c.File {
		if err := t.oweDelivery(r, now); err != nil {
			return nil, err
		}
	}
	return cc, t.oweAll(c.Obligations, now)
}

// watchReview keeps the time limit of a review. A report that is in review
// already keeps its limit: reading it again gives nobody more time.
func (t *tx) watchReview(r *schemas.Report, c schemas.Consequences, now time.Time) error {
	if c.Status != schemas.ReportNeedsReview {
		return t.settle(schemas.OweReviewWatch, r.ID, string(c.Status), now)
	}
	due := c.ReviewDue
	if r.ReviewDue != nil && (due == nil || r.ReviewDue.Before(*due)) {
		due = r.ReviewDue
	}
	r.ReviewDue = due
	if due == nil {
		return nil
	}
	return t.oweAgain(schemas.NewObligation{Kind: schemas.OweReviewWatch, Subject: r.ID, DueAt: *due}, now)
}

const assessmentColumns = `report_id, seq, kind, at, body`

func (t *tx) assessments(query string, args ...any) ([]schemas.AssessmentRecord, error) {
	out := []schemas.AssessmentRecord{}
	err := t.rows(query, args, func(s scanner) error {
		var rec schemas.AssessmentRecord
		var at int64
		var body string
		if err := s.Scan(&rec.ReportID, &rec.Seq, &rec.Kind, &at, &body); err != nil {
			return err
		}
		rec.At = instant(at)
		out = append(out, rec)
		return decode(body, &out[len(out)-1].Assessment)
	})
	return out, err
}

// Assessments lists all readings of a report, oldest first.
func (l *Ledger) Assessments(ctx context.Context, reportID string) (as []schemas.AssessmentRecord, err error) {
	err = l.view(ctx, func(t *tx) error {
		as, err = t.assessments(`SELECT `+assessmentColumns+` FROM assessments WHERE report_id = ? ORDER BY seq`, reportID)
		return err
	})
	return as, err
}

// CurrentAssessment is the newest reading of a report; NotFound before the
// first.
func (l *Ledger) CurrentAssessment(ctx context.Context, reportID string) (a schemas.AssessmentRecord, err error) {
	err = l.view(ctx, func(t *tx) error { a, err = t.currentAssessment(reportID); return err })
	return a, err
}

func (t *tx) currentAssessment(reportID string) (schemas.AssessmentRecord, error) {
	as, err := t.assessments(`SELECT `+assessmentColumns+` FROM assessments WHERE report_id = ? ORDER BY seq DESC LIMIT 1`, reportID)
	if err != nil {
		return schemas.AssessmentRecord{}, err
	}
	if len(as) == 0 {
		return schemas.AssessmentRecord{}, notFound("评定结果")
	}
	return as[0], nil
}

// RequestReassess makes a new assessment owed for each report, once however
// often it is asked before it is done. NotFound when one is not there; then
// none is requested.
func (l *Ledger) RequestReassess(ctx context.Context, reportIDs []string, why string, actor schemas.Actor, now time.Time) error {
	return l.change(ctx, func(t *tx) error { return t.requestReassess(reportIDs, why, actor, now) })
}

func (t *tx) requestReassess(reportIDs []string, why string, actor schemas.Actor, now time.Time) error {
	for _, id := range reportIDs {
		if _, err := t.report("id", id, false); err != nil {
			return err
		}
		// An attempt under way may have read the old trust data: only one
		// that has not begun stands for this request.
		var waiting int
		if err := t.get(`SELECT count(*) FROM obligations WHERE kind = ? AND subject = ? AND state = 'open' AND lease_token = ''`,
			[]any{string(schemas.OweReassess), id}, &waiting).err; err != nil {
			return err
		}
		if waiting > 0 {
			if _, err := t.wake(schemas.OweReassess, id, now); err != nil {
				return err
			}
		} else if err := t.owe(schemas.NewObligation{Kind: schemas.OweReassess, Subject: id, Dedupe: newID(), DueAt: now,
			Payload: map[string]any{"why": why}}, now); err != nil {
			return err
		}
		if err := t.event(now, schemas.EventReportReassess, "report:"+id, actor, map[string]any{"why": why}); err != nil {
			return err
		}
	}
	return nil
}

// ReportsTouchedBy lists the reports that one of these agencies sent or
// signed, or that a certificate with one of these serials (hex) signed.
func (l *Ledger) ReportsTouchedBy(ctx context.Context, agencyIDs, serials []string) (ids []string, err error) {
	err = l.view(ctx, func(t *tx) error { ids, err = t.reportsTouchedBy(agencyIDs, serials); return err })
	return ids, err
}

func (t *tx) reportsTouchedBy(agencyIDs, serials []string) ([]string, error) {
	var parts []string
	var args []any
	add := func(query string, values []string) {
		for _, v := range values {
			parts = append(parts, query)
			args = append(args, v)
		}
	}
	lower := make([]string, len(serials))
	for i, s := range serials {
		lower[i] = strings.ToLower(s)
	}
	add(`SELECT id FROM reports WHERE agency_id = ?`, agencyIDs)
	add(`SELECT report_id FROM report_signers WHERE agency_id = ?`, agencyIDs)
	add(`SELECT report_id FROM report_signers WHERE serial = ?`, lower)
	ids, seen := []string{}, make(map[string]bool)
	for i, q := range parts {
		if err := t.rows(q, args[i:i+1], func(s scanner) error {
			var id string
			err := s.Scan(&id)
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
			return err
		}); err != nil {
			return nil, err
		}
	}
	return ids, nil
}
