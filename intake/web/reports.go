package web

import (
	"context"
	"mime"
	"net/http"
	"strings"
	"time"

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
	return s.writeReport(w, r, rep)
}

func (s *server) writeReport(w http.ResponseWriter, r *http.Request, rep schemas.Report) error {
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
	es, err := s.events(r.Context(), "report:"+rep.ID)
	if err != nil {
		return err
	}
	writeList(w, es, "")
	return nil
}
