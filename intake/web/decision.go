package web

import (
	"context"
	"net/http"
	"strings"

	"jianding/schemas"
)

// decision is a reviewer's command.
type decision struct {
	Verdict       schemas.ReviewVerdict `json:"verdict"`
	Note          string                `json:"note"`
	Corrected     *schemas.Assessment   `json:"corrected"`
	ExpectVersion int64                 `json:"expect_version"`
}

func (s *server) postDecision(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(review); err != nil {
		return err
	}
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	var d decision
	if err := s.readJSON(w, r, &d); err != nil {
		return err
	}
	rep, _, err = s.decide(r.Context(), p, rep, d)
	if err != nil {
		return err
	}
	return s.writeReport(w, r, rep)
}

// decide is the one way of a decision, from the API and from the console.
func (s *server) decide(ctx context.Context, p principal, rep schemas.Report, d decision) (schemas.Report, *schemas.Case, error) {
	var f findings
	if d.Verdict != schemas.ReviewAccept && d.Verdict != schemas.ReviewReject {
		f.add("verdict", "verdict_unknown", "决定只能是 accept（采用）或 reject（退回）")
	}
	d.Note = strings.TrimSpace(d.Note)
	if d.Verdict == schemas.ReviewReject && d.Note == "" {
		f.add("note", "note_required", "退回报告应说明理由，机构将看到")
	}
	if len([]rune(d.Note)) > 2000 {
		f.add("note", "note_too_long", "说明不超过 2000 字")
	}
	if d.Corrected != nil {
		f.correction(*d.Corrected)
	}
	if err := f.err(); err != nil {
		return rep, nil, err
	}
	effective, err := s.reading(ctx, rep, d)
	if err != nil {
		return rep, nil, err
	}
	now := s.now()
	dec := schemas.Decision{
		ReportID: rep.ID, Verdict: d.Verdict, By: p.actor(), Note: d.Note, At: now,
		Corrected: d.Corrected, ExpectVersion: d.ExpectVersion,
	}
	if dec.ExpectVersion == 0 {
		dec.ExpectVersion = rep.Version
	}
	c, err := s.Review(ctx, rep, effective, dec, now)
	if err != nil {
		return rep, nil, err
	}
	out, cs, err := s.ledger.DecideReview(ctx, dec, c, now)
	if err != nil {
		return rep, nil, err
	}
	s.wake()
	return out, cs, nil
}

// reading is what the decision rests on: the assessment with the corrections
// laid over it. What a correction can't change (signature, hashes) stays.
func (s *server) reading(ctx context.Context, rep schemas.Report, d decision) (schemas.Assessment, error) {
	a, err := s.ledger.EffectiveAssessment(ctx, rep.ID)
	if err != nil {
		if schemas.KindOf(err) == schemas.KindNotFound {
			return a, schemas.E(schemas.KindConflict, "not_in_review", "报告尚未识别完成，不能作出决定", nil)
		}
		return a, err
	}
	if c := d.Corrected; c != nil {
		a.Report, a.Findings, a.Overall, a.Recommendations, a.Hazard = c.Report, c.Findings, c.Overall, c.Recommendations, c.Hazard
	}
	return a, nil
}

// correction checks a corrected reading: only grades of the standards' scales
// and levels that exist.
func (f *findings) correction(a schemas.Assessment) {
	for i, x := range a.Findings {
		if x.Grade.Severity(x.Aspect, x.Scope) == 0 {
			f.add("/corrected/findings/"+itoa(i), "grade_unknown", "等级 "+clip(string(x.Grade))+" 不在该类评级的等级表中")
		}
		if strings.TrimSpace(x.Unit) == "" {
			f.add("/corrected/findings/"+itoa(i)+"/unit", "unit_missing", "更正的结论缺少鉴定单元名称")
		}
	}
	switch a.Hazard.Level {
	case schemas.HazardNone, schemas.HazardAmber, schemas.HazardRed:
	default:
		f.add("/corrected/hazard/level", "hazard_unknown", "隐患等级只能是 none、amber 或 red")
	}
	for i, x := range a.Recommendations {
		if _, ok := schemas.RecommendationNames()[x.Code]; !ok {
			f.add("/corrected/recommendations/"+itoa(i), "recommendation_unknown", "没有代码为 "+clip(string(x.Code))+" 的处理建议")
		}
	}
}

func (s *server) postReassess(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(review); err != nil {
		return err
	}
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	var in struct {
		Reason string `json:"reason"`
	}
	if err := s.readJSON(w, r, &in); err != nil {
		return err
	}
	if in.Reason = strings.TrimSpace(in.Reason); in.Reason == "" {
		return invalid("reason_required", "请说明重新识别的理由")
	}
	if err := s.ledger.RequestReassess(r.Context(), []string{rep.ID}, in.Reason, p.actor(), s.now()); err != nil {
		return err
	}
	s.wake()
	writeJSON(w, http.StatusAccepted, map[string]string{"report_id": rep.ID})
	return nil
}
