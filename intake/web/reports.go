package web

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"jianding/intake/receipts"
	"jianding/schemas"
)

// reportView is a report as its agency and the committee see it: the ledger's
// row with what became of it.
type reportView struct {
	schemas.Report
	Reasons    []schemas.Reason `json:"reasons,omitempty"`
	Delivery   *deliveryBrief   `json:"delivery,omitempty"`
	Escalation *caseBrief       `json:"escalation,omitempty"`
}

type deliveryBrief struct {
	ID              string                 `json:"id"`
	Status          schemas.DeliveryStatus `json:"status"`
	PlatformReceipt string                 `json:"platform_receipt,omitempty"`
	Returned        []string               `json:"returned,omitempty"`
}

type caseBrief struct {
	Ref       string              `json:"ref"`
	Level     schemas.HazardLevel `json:"level"`
	Status    schemas.CaseStatus  `json:"status"`
	Deadlines schemas.Deadlines   `json:"deadlines"`
}

// findReport loads a report by id or receipt number, for who may see it.
func (s *server) findReport(ctx context.Context, p principal, id string) (schemas.Report, error) {
	rep, err := s.ledger.Report(ctx, id)
	if schemas.KindOf(err) == schemas.KindNotFound && strings.HasPrefix(id, "JD-") {
		rep, err = s.ledger.ReportByReceipt(ctx, id)
	}
	switch {
	case schemas.KindOf(err) == schemas.KindNotFound || schemas.KindOf(err) == schemas.KindInvalid:
		return schemas.Report{}, notFound()
	case err != nil:
		return schemas.Report{}, err
	case p.sees(rep.AgencyID):
		return rep, nil
	case rep.CaseID != "" && p.user != nil && p.user.Role == schemas.RoleTown:
		// The report goes with the case that was copied to a town.
		if c, err := s.ledger.Case(ctx, rep.CaseID); err == nil && p.ownCase(c) {
			return rep, nil
		}
	}
	return schemas.Report{}, notFound()
}

// viewReport adds what became of a report.
func (s *server) viewReport(ctx context.Context, rep schemas.Report) (reportView, error) {
	v := reportView{Report: rep}
	rec, err := s.ledger.CurrentAssessment(ctx, rep.ID)
	switch {
	case err == nil:
		v.Reasons = rec.Assessment.Reasons
	case schemas.KindOf(err) != schemas.KindNotFound:
		return v, err
	}
	d, err := s.ledger.DeliveryByReport(ctx, rep.ID)
	switch {
	case err == nil:
		v.Delivery = &deliveryBrief{ID: d.ID, Status: d.Status, PlatformReceipt: d.PlatformReceipt, Returned: d.Returned}
	case schemas.KindOf(err) != schemas.KindNotFound:
		return v, err
	}
	if rep.CaseID != "" {
		c, err := s.ledger.Case(ctx, rep.CaseID)
		if err != nil {
			return v, err
		}
		v.Escalation = &caseBrief{Ref: c.Ref, Level: c.Level, Status: c.Status, Deadlines: c.Deadline}
	}
	return v, nil
}

func (s *server) getReport(w http.ResponseWriter, r *http.Request, p principal) error {
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	v, err := s.viewReport(r.Context(), rep)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, v)
	return nil
}

// reportFilter reads the filter of a list and holds an agency to its own.
func (s *server) reportFilter(r *http.Request, p principal) (schemas.ReportFilter, error) {
	q := query{r: r}
	f := schemas.ReportFilter{
		AgencyID: q.one("agency"),
		Status:   schemas.ReportStatus(q.one("status", "received", "accepted", "needs_review", "rejected")),
		Hazard:   schemas.HazardLevel(q.one("hazard", "none", "amber", "red")),
		Query:    strings.TrimSpace(q.one("q")), From: q.instant("from"), To: q.instant("to"),
		Cursor: q.cursor(), Limit: q.limit(),
	}
	if !p.may(seeReports) {
		if p.agency == nil {
			return f, schemas.E(schemas.KindDenied, "not_permitted", "当前账号没有此项权限", nil)
		}
		if f.AgencyID != "" && f.AgencyID != p.agency.ID {
			return f, notFound()
		}
		f.AgencyID = p.agency.ID
	}
	return f, q.err()
}

func (s *server) listReports(w http.ResponseWriter, r *http.Request, p principal) error {
	f, err := s.reportFilter(r, p)
	if err != nil {
		return err
	}
	rs, next, err := s.ledger.Reports(r.Context(), f)
	if err != nil {
		return err
	}
	writeList(w, rs, next)
	return nil
}

func (s *server) getOriginal(w http.ResponseWriter, r *http.Request, p principal) error {
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.serveOriginal(w, r, rep, "attachment")
}

// serveOriginal sends the identical bytes. An original never changes, so its
// hash is its entity tag; ranges work for viewers and broken downloads.
func (s *server) serveOriginal(w http.ResponseWriter, r *http.Request, rep schemas.Report, disposition string) error {
	f, _, err := s.originals.Open(r.Context(), rep.SHA256)
	if schemas.KindOf(err) == schemas.KindNotFound {
		// A receipt was given for it: that is our fault, not a wrong address.
		return schemas.E(schemas.KindInternal, "original_missing", "原件缺失", err)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("ETag", `"`+rep.SHA256+`"`)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Repr-Digest", "sha-256=:"+base64OfHex(rep.SHA256)+":")
	name := rep.Filename
	if name == "" {
		name = rep.ReceiptNo + ".pdf"
	}
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": name}))
	// A stranger's document must not reach anything of our origin. No
	// sandbox: browsers would not show it in their viewers.
	h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}

type assessmentsView struct {
	Current   *schemas.AssessmentRecord  `json:"current"`
	Effective *schemas.Assessment        `json:"effective,omitempty"` // as corrected by a reviewer
	Earlier   []schemas.AssessmentRecord `json:"earlier,omitempty"`
	Decisions []schemas.Decision         `json:"decisions,omitempty"`
}

func (s *server) getAssessment(w http.ResponseWriter, r *http.Request, p principal) error {
	ctx := r.Context()
	rep, err := s.findReport(ctx, p, r.PathValue("id"))
	if err != nil {
		return err
	}
	all, err := s.ledger.Assessments(ctx, rep.ID)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return schemas.E(schemas.KindNotFound, "not_assessed", "报告尚未识别完成，请稍后再取", nil)
	}
	var v assessmentsView
	for i := range all {
		if all[i].Seq == rep.AssessmentSeq {
			v.Current = &all[i]
		} else {
			v.Earlier = append(v.Earlier, all[i])
		}
	}
	if v.Decisions, err = s.ledger.Decisions(ctx, rep.ID); err != nil {
		return err
	}
	if len(v.Decisions) > 0 {
		eff, err := s.ledger.EffectiveAssessment(ctx, rep.ID)
		if err != nil {
			return err
		}
		v.Effective = &eff
	}
	writeJSON(w, http.StatusOK, v)
	return nil
}

func (s *server) getReportEvents(w http.ResponseWriter, r *http.Request, p principal) error {
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	es, err := s.ledger.Events(r.Context(), schemas.EventFilter{Subject: "report:" + rep.ID, Limit: 500})
	if err != nil {
		return err
	}
	writeList(w, es, "")
	return nil
}

type receiptProofView struct {
	receiptView
	PublicKey string          `json:"public_key"`
	Proof     *receipts.Proof `json:"proof"` // null until the event is in the log
}

// getReceipt gives the signed receipt: as text for who asks for text, else
// with the proof that its event is in the log.
func (s *server) getReceipt(w http.ResponseWriter, r *http.Request, p principal) error {
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	v, err := s.receiptOf(rep, true)
	if err != nil {
		return err
	}
	if strings.HasPrefix(r.Header.Get("Accept"), "text/plain") {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, v.Receipt)
		return nil
	}
	out := receiptProofView{receiptView: v, PublicKey: s.keeper.PublicKey()}
	if out.Proof, err = s.proofOf(r.Context(), rep); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// proofOf returns nil while the event is not in the log.
func (s *server) proofOf(ctx context.Context, rep schemas.Report) (*receipts.Proof, error) {
	es, err := s.ledger.Events(ctx, schemas.EventFilter{Subject: "report:" + rep.ID, Kinds: []schemas.EventKind{schemas.EventReportReceived}, Limit: 1})
	if err != nil || len(es) == 0 {
		return nil, err
	}
	p, err := s.merkle.Prove(ctx, es[0])
	if schemas.KindOf(err) == schemas.KindNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

func (s *server) getCheckpoint(w http.ResponseWriter, r *http.Request, _ principal) error {
	cp, err := s.merkle.Checkpoint(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, cp)
	return nil
}

func (s *server) getLogKey(w http.ResponseWriter, _ *http.Request, _ principal) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, s.keeper.PublicKey()+"\n")
	return nil
}

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
	v, err := s.viewReport(r.Context(), rep)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, v)
	return nil
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
