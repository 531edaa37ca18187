package ledger

import (
	"context"
	"time"

	"jianding/schemas"
)

// DecideReview records a reviewer's decision and what follows from it. A
// report in review is decided; a rejected one may be overturned by accepting
// it. Conflict "report_changed" when it is not the version that the reviewer
// saw, "not_in_review" for any other status.
func (l *Ledger) DecideReview(ctx context.Context, d schemas.Decision, c schemas.Consequences, now time.Time) (r schemas.Report, cc *schemas.Case, err error) {
	if err := named(d.By); err != nil {
		return r, nil, err
	}
	want := map[schemas.ReviewVerdict]schemas.ReportStatus{
		schemas.ReviewAccept: schemas.ReportAccepted, schemas.ReviewReject: schemas.ReportRejected,
	}[d.Verdict]
	if want == "" {
		return r, nil, invalid("verdict", "审核结论只能是通过或退回")
	}
	if err := checkConsequences(c, want); err != nil {
		return r, nil, err
	}
	if d.At.IsZero() {
		d.At = now
	}
	err = l.change(ctx, func(t *tx) error {
		r, cc, err = t.decide(d, c, now)
		return err
	})
	if err != nil {
		return schemas.Report{}, nil, err
	}
	return r, cc, nil
}

func (t *tx) decide(d schemas.Decision, c schemas.Consequences, now time.Time) (schemas.Report, *schemas.Case, error) {
	readNo := ""
	if d.Corrected != nil {
		readNo = d.Corrected.Report.ReportNo
	}
	r, err := t.lockReport(d.ReportID, readNo)
	if err != nil {
		return r, nil, err
	}
	if r.Status != schemas.ReportNeedsReview && (r.Status != schemas.ReportRejected || d.Verdict != schemas.ReviewAccept) {
		return r, nil, conflict("not_in_review", "该报告不在待审核状态")
	}
	if r.Version != d.ExpectVersion {
		return r, nil, conflict("report_changed", "该报告已被更新，请刷新后重新审核")
	}
	if err := t.keepDecision(d, r.AssessmentSeq); err != nil {
		return r, nil, err
	}
	from := r.Status
	if d.Corrected != nil {
		r.Hazard = d.Corrected.Hazard.Level
		if err := t.fillAddress(r.ID, d.Corrected.Report.Address); err != nil {
			return r, nil, err
		}
	}
	r.DecidedAt = &now
	cc, err := t.follow(&r, c, d.By, now)
	if err != nil {
		return r, nil, err
	}
	if err := t.saveReport(&r); err != nil {
		return r, nil, err
	}
	if err := t.event(now, schemas.EventReportDecided, "report:"+r.ID, d.By, map[string]any{
		"verdict": d.Verdict, "from": from, "status": r.Status, "seq": r.AssessmentSeq, "corrected": d.Corrected != nil, "hazard": r.Hazard,
	}); err != nil {
		return r, nil, err
	}
	r, err = t.report("id", r.ID, false)
	return r, cc, err
}

func (t *tx) keepDecision(d schemas.Decision, seq int) error {
	by, err := encode(d.By)
	if err != nil {
		return err
	}
	corrected := ""
	if d.Corrected != nil {
		if corrected, err = encode(d.Corrected); err != nil {
			return err
		}
	}
	var n int // the report is locked: nobody else counts
	if err := t.get(`SELECT count(*) + 1 FROM decisions WHERE report_id = ?`, []any{d.ReportID}, &n).err; err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO decisions (report_id, n, seq, verdict, actor, note, at, corrected, expected)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ReportID, n, seq, string(d.Verdict), by, d.Note, micros(d.At), corrected, d.ExpectVersion)
	return err
}

func (t *tx) decisions(query string, args ...any) ([]schemas.Decision, error) {
	out := []schemas.Decision{}
	err := t.rows(query, args, func(s scanner) error {
		var d schemas.Decision
		var by, corrected string
		var at int64
		if err := s.Scan(&d.ReportID, &d.Verdict, &by, &d.Note, &at, &corrected, &d.ExpectVersion); err != nil {
			return err
		}
		d.At = instant(at)
		if err := decode(by, &d.By); err != nil {
			return err
		}
		err := decode(corrected, &d.Corrected)
		out = append(out, d)
		return err
	})
	return out, err
}

const decisionColumns = `report_id, verdict, actor, note, at, corrected, expected`

// Decisions lists the decisions on a report, oldest first.
func (l *Ledger) Decisions(ctx context.Context, reportID string) (ds []schemas.Decision, err error) {
	err = l.view(ctx, func(t *tx) error {
		ds, err = t.decisions(`SELECT `+decisionColumns+` FROM decisions WHERE report_id = ? ORDER BY n`, reportID)
		return err
	})
	return ds, err
}

// EffectiveAssessment is what holds for a report: the current reading with the
// parts that a reviewer corrected in its place. A correction is of one
// reading: a newer reading stands without it.
func (l *Ledger) EffectiveAssessment(ctx context.Context, reportID string) (a schemas.Assessment, err error) {
	err = l.view(ctx, func(t *tx) error { a, err = t.effectiveAssessment(reportID); return err })
	return a, err
}

func (t *tx) effectiveAssessment(reportID string) (schemas.Assessment, error) {
	rec, err := t.currentAssessment(reportID)
	if err != nil {
		return schemas.Assessment{}, err
	}
	ds, err := t.decisions(`SELECT `+decisionColumns+` FROM decisions WHERE report_id = ? AND seq = ? ORDER BY n DESC LIMIT 1`, reportID, rec.Seq)
	if err != nil {
		return schemas.Assessment{}, err
	}
	a := rec.Assessment
	if len(ds) == 1 && ds[0].Corrected != nil {
		// What was corrected is the reading. Who signed, which bytes, which
		// trust data: no reviewer changes that.
		k := ds[0].Corrected
		a.Report, a.Findings, a.Overall, a.Recommendations, a.Hazard = k.Report, k.Findings, k.Overall, k.Recommendations, k.Hazard
	}
	return a, nil
}
