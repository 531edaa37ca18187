package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"jianding/schemas"
)

// reportPage is everything about one report, for agency and committee alike;
// the template shows commands to who may give them.
type reportPage struct {
	Report     schemas.Report
	Agency     string
	Current    *schemas.AssessmentRecord
	A          schemas.Assessment // as it stands: with a reviewer's corrections
	Corrected  bool
	Conclusion []schemas.Finding
	Decisions  []schemas.Decision
	Delivery   *schemas.Delivery
	Case       *schemas.Case
	Lineage    []schemas.Report
	Events     []schemas.Event
	Receipt    string
	Proven     bool // the receipt's event is in the Merkle log
	Base       string
	Pages      []int // pages worth a look: those with evidence or reasons
	ShowPages  bool
	Waiting    bool
	Review     bool // the form of a decision is shown
	Problem    *problem
	Scales     []schemas.Scale
	NoOCR      bool
}

// Unread are the scanned pages that recognition has not dealt with.
func (p *reportPage) Unread() []int {
	for _, r := range p.A.Reasons {
		if r.Code == "read_by_ocr" || r.Code == schemas.OCRFailed {
			return nil
		}
	}
	return p.A.NeedsOCR
}

func (s *server) loadReportPage(ctx context.Context, p principal, rep schemas.Report, base string) (*reportPage, error) {
	page := &reportPage{Report: rep, Base: base, Waiting: rep.Status == schemas.ReportReceived, ShowPages: s.PageImage != nil, Scales: conclusionScales(), NoOCR: s.NoOCR}
	a, err := s.ledger.Agency(ctx, rep.AgencyID)
	if err != nil {
		return nil, err
	}
	page.Agency = a.Name
	if err := s.loadReading(ctx, rep, page); err != nil {
		return nil, err
	}
	if d, err := s.ledger.DeliveryByReport(ctx, rep.ID); err == nil {
		page.Delivery = &d
	} else if schemas.KindOf(err) != schemas.KindNotFound {
		return nil, err
	}
	if rep.CaseID != "" {
		c, err := s.ledger.Case(ctx, rep.CaseID)
		if err != nil {
			return nil, err
		}
		page.Case = &c
	}
	if page.Lineage, err = s.ledger.ReportLineage(ctx, rep.ID); err != nil {
		return nil, err
	}
	if page.Events, err = s.events(ctx, "report:"+rep.ID); err != nil {
		return nil, err
	}
	v, err := s.receiptOf(rep, true)
	if err != nil {
		return nil, err
	}
	page.Receipt = v.Receipt
	proof, err := s.proofOf(ctx, rep)
	if err != nil {
		return nil, err
	}
	page.Proven = proof != nil
	page.Review = rep.Status == schemas.ReportNeedsReview && p.may(review)
	return page, nil
}

func (s *server) loadReading(ctx context.Context, rep schemas.Report, page *reportPage) error {
	rec, err := s.ledger.CurrentAssessment(ctx, rep.ID)
	if schemas.KindOf(err) == schemas.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	page.Current = &rec
	if page.A, err = s.ledger.EffectiveAssessment(ctx, rep.ID); err != nil {
		return err
	}
	if page.Decisions, err = s.ledger.Decisions(ctx, rep.ID); err != nil {
		return err
	}
	for _, d := range page.Decisions {
		page.Corrected = page.Corrected || d.Corrected != nil
	}
	page.Conclusion = conclusions(page.A)
	page.Pages = evidencePages(page.A)
	return nil
}

func conclusions(a schemas.Assessment) []schemas.Finding {
	var out []schemas.Finding
	for _, f := range a.Findings {
		if f.Role == schemas.RoleConclusion || f.Role == "" {
			out = append(out, f)
		}
	}
	return out
}

// evidencePages lists the pages that the reading rests on, at most eight.
func evidencePages(a schemas.Assessment) []int {
	var out []int
	add := func(n int) {
		if n > 0 && n <= max(a.Pages, n) && !slices.Contains(out, n) && len(out) < 8 {
			out = append(out, n)
		}
	}
	if a.Hazard.Evidence != nil {
		add(a.Hazard.Evidence.Page)
	}
	for _, f := range a.Findings {
		add(f.Evidence.Page)
	}
	for _, r := range a.Reasons {
		add(r.Page)
	}
	for _, r := range a.Recommendations {
		add(r.Page)
	}
	slices.Sort(out)
	return out
}

// conclusionScales are the scales that speak for the house; a reviewer
// corrects conclusions, not members.
func conclusionScales() []schemas.Scale {
	var out []schemas.Scale
	for _, sc := range schemas.Scales() {
		if sc.Scopes[0].Speaks() {
			out = append(out, sc)
		}
	}
	return out
}

// showReport serves portal and console: base tells which.
func (s *server) showReport(base string) handler {
	return func(w http.ResponseWriter, r *http.Request, p principal) error {
		rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
		if err != nil {
			return err
		}
		page, err := s.loadReportPage(r.Context(), p, rep, base)
		if err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, "report", p, reportTitle(rep), page)
	}
}

func reportTitle(rep schemas.Report) string {
	if rep.ReportNo != "" {
		return rep.ReportNo
	}
	return rep.ReceiptNo
}

func (s *server) showOriginal(w http.ResponseWriter, r *http.Request, p principal) error {
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.serveOriginal(w, r, rep, "inline")
}

// showPageImage gives one page as a picture.
func (s *server) showPageImage(w http.ResponseWriter, r *http.Request, p principal) error {
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 || s.PageImage == nil {
		return notFound()
	}
	img, err := s.PageImage(r.Context(), rep.SHA256, n)
	if err != nil {
		return err
	}
	setSecurityHeaders(w.Header())
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(img)
	return nil
}

func (s *server) showReceipt(w http.ResponseWriter, r *http.Request, p principal) error {
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	page, err := s.loadReportPage(r.Context(), p, rep, "")
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "receipt", p, "回执 "+rep.ReceiptNo, page)
}

// The review queue and the decision.

func (s *server) reviewQueue(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(review); err != nil {
		return err
	}
	rs, next, err := s.ledger.Reports(r.Context(), schemas.ReportFilter{Status: schemas.ReportNeedsReview, ReviewFirst: true, Cursor: r.URL.Query().Get("cursor")})
	if err != nil {
		return err
	}
	type row struct {
		schemas.Report
		Agency   string
		Address  string
		Returned []string // by the platform: why it is here again
		Reasons  []schemas.Reason
	}
	page := struct {
		Rows []row
		Next string
	}{Next: nextPage(r, next)}
	names, err := s.agencyNames(r.Context())
	if err != nil {
		return err
	}
	for _, rep := range rs {
		x := row{Report: rep, Agency: names[rep.AgencyID], Address: rep.Declared.Address}
		if rec, err := s.ledger.CurrentAssessment(r.Context(), rep.ID); err == nil {
			x.Reasons = rec.Assessment.Reasons
			if x.Address == "" {
				x.Address = rec.Assessment.Report.Address
			}
		} else if schemas.KindOf(err) != schemas.KindNotFound {
			return err
		}
		if d, err := s.ledger.DeliveryByReport(r.Context(), rep.ID); err == nil && d.Status == schemas.DeliveryReturned {
			x.Returned = d.Returned
		} else if schemas.KindOf(err) != schemas.KindNotFound {
			return err
		}
		page.Rows = append(page.Rows, x)
	}
	return s.render(w, r, http.StatusOK, "review", p, "待复核报告", page)
}

func (s *server) agencyNames(ctx context.Context) (map[string]string, error) {
	as, err := s.ledger.Agencies(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(as))
	for _, a := range as {
		names[a.ID] = a.Name
	}
	return names, nil
}

func (s *server) doDecision(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(review); err != nil {
		return err
	}
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	page, err := s.loadReportPage(r.Context(), p, rep, "/console")
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	d := decision{Verdict: schemas.ReviewVerdict(r.PostForm.Get("verdict")), Note: r.PostForm.Get("note"), ExpectVersion: version}
	if version == 0 {
		return schemas.E(schemas.KindConflict, "report_changed", "页面已过期，请刷新后重试", nil)
	}
	if d.Verdict == schemas.ReviewAccept {
		d.Corrected = correctedReading(page.A, r.PostForm)
	}
	if _, _, err = s.decide(r.Context(), p, rep, d); err != nil {
		if k := schemas.KindOf(err); k == schemas.KindInvalid || k == schemas.KindConflict {
			pr := problemOf(err)
			page.Problem = &pr
			return s.render(w, r, pr.Status, "report", p, reportTitle(rep), page)
		}
		return err
	}
	said := "accepted"
	if d.Verdict == schemas.ReviewReject {
		said = "rejected"
	}
	http.Redirect(w, r, "/console/reports/"+rep.ID+"?ok="+said, http.StatusSeeOther)
	return nil
}

func (s *server) doReassess(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(review); err != nil {
		return err
	}
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	why, err := reason(r.PostForm.Get("reason"), "reason_required", "请说明重新识别的理由")
	if err != nil {
		return err
	}
	if err := s.ledger.RequestReassess(r.Context(), []string{rep.ID}, why, p.actor(), s.now()); err != nil {
		return err
	}
	s.wake()
	http.Redirect(w, r, "/console/reports/"+rep.ID+"?ok=reassess", http.StatusSeeOther)
	return nil
}
