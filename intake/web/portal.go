package web

import (
	"net/http"
	"strings"

	"jianding/schemas"
)

// The agency's portal: what a clerk needs and nothing else.

type reportList struct {
	Rows    []reportRow
	Filter  schemas.ReportFilter
	Next    string // address of the next page
	Console bool   // the committee's list: of all agencies
	Waiting bool   // something is still being read: the page keeps itself fresh
}

type reportRow struct {
	schemas.Report
	Address  string
	Delivery *schemas.Delivery
}

func (s *server) portalHome(w http.ResponseWriter, r *http.Request, p principal) error {
	if p.agency == nil {
		return p.need(mayUpload)
	}
	return s.reportListPage(w, r, p, "我的报告", false)
}

func (s *server) consoleReports(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(seeReports); err != nil {
		return err
	}
	return s.reportListPage(w, r, p, "全部报告", true)
}

func (s *server) reportListPage(w http.ResponseWriter, r *http.Request, p principal, title string, console bool) error {
	f, err := s.reportFilter(r, p)
	if err != nil {
		return err
	}
	rs, next, err := s.ledger.Reports(r.Context(), f)
	if err != nil {
		return err
	}
	page := reportList{Filter: f, Console: console, Next: nextPage(r, next)}
	for _, rep := range rs {
		row := reportRow{Report: rep, Address: rep.Declared.Address}
		if d, err := s.ledger.DeliveryByReport(r.Context(), rep.ID); err == nil {
			row.Delivery = &d
		} else if schemas.KindOf(err) != schemas.KindNotFound {
			return err
		}
		page.Waiting = page.Waiting || rep.Status == schemas.ReportReceived
		page.Rows = append(page.Rows, row)
	}
	return s.render(w, r, http.StatusOK, "reports", p, title, page)
}

// nextPage is the address of the page after this one, with the same filter.
func nextPage(r *http.Request, cursor string) string {
	if cursor == "" {
		return ""
	}
	q := r.URL.Query()
	q.Del("ok")
	q.Set("cursor", cursor)
	return r.URL.Path + "?" + q.Encode()
}

// uploadPage is the upload form, empty or with what was wrong.
type uploadPage struct {
	Problem *problem
	Fields  fields
	Limit   int64
	Check   bool // a document can be checked without being sent
}

func (s *server) showUpload(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.needUpload(s.now()); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "upload", p, "上传报告", uploadPage{Limit: s.maxUpload, Fields: fields{}, Check: s.Precheck != nil})
}

// doUpload takes the form. It goes the same way as the API: the same checks,
// the same receipt.
func (s *server) doUpload(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.needUpload(s.now()); err != nil {
		return err
	}
	var rep schemas.Report
	var created bool
	u, err := s.receive(w, r, p, true, func(u *upload) (err error) {
		if err := checkCSRF(p, u.form[csrfField]); err != nil {
			return err
		}
		rep, created, err = s.accept(r.Context(), u.arrival(p))
		return err
	})
	if k := schemas.KindOf(err); k == schemas.KindInvalid || k == schemas.KindConflict {
		return s.uploadProblem(w, r, p, u, err)
	}
	if err != nil {
		return err
	}
	said := "uploaded"
	if !created {
		said = "duplicate"
	}
	http.Redirect(w, r, "/portal/reports/"+rep.ReceiptNo+"?ok="+said, http.StatusSeeOther)
	return nil
}

// uploadProblem shows the form again with what was wrong.
func (s *server) uploadProblem(w http.ResponseWriter, r *http.Request, p principal, u *upload, err error) error {
	pr := problemOf(err)
	s.logFailure(r, pr, err)
	setHints(w.Header(), pr)
	return s.render(w, r, pr.Status, "upload", p, "上传报告", uploadPage{Problem: &pr, Fields: u.form, Limit: s.maxUpload, Check: s.Precheck != nil})
}

// noticesPage is the agency's hazard notices with the form for a new one.
type noticesPage struct {
	Notices []schemas.Notice
	Next    string
	Problem *problem
	Fields  fields
	Form    bool // who may give one
}

func (s *server) portalNotices(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.noticesPage(w, r, p, http.StatusOK, noticesPage{Fields: fields{}})
}

func (s *server) noticesPage(w http.ResponseWriter, r *http.Request, p principal, status int, page noticesPage) error {
	if p.agency == nil {
		return p.need(mayUpload)
	}
	ns, next, err := s.ledger.Notices(r.Context(), schemas.NoticeFilter{AgencyID: p.agency.ID, Cursor: r.URL.Query().Get("cursor"), Limit: 20})
	if err != nil {
		return err
	}
	page.Notices, page.Next, page.Form = ns, nextPage(r, next), p.needUpload(s.now()) == nil
	return s.render(w, r, status, "notices", p, "隐患先报", page)
}

func (s *server) doNotice(w http.ResponseWriter, r *http.Request, p principal) error {
	var notice schemas.Notice
	n, err := s.receiveNotice(w, r, p, func(n *noticeRequest) (err error) {
		if err := checkCSRF(p, n.csrf); err != nil {
			return err
		}
		// The form's own number makes a second click the same notice.
		notice, _, _, err = s.giveNotice(r.Context(), p, n, formKey(n.formKey))
		return err
	})
	if schemas.KindOf(err) == schemas.KindInvalid {
		pr := problemOf(err)
		setHints(w.Header(), pr)
		return s.noticesPage(w, r, p, pr.Status, noticesPage{Problem: &pr, Fields: n.fields})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/portal/notices/"+notice.Ref+"?ok=noticed", http.StatusSeeOther)
	return nil
}

// consoleNotices lists the notices of all agencies, first those whose report
// is missing.
func (s *server) consoleNotices(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(seeReports); err != nil {
		return err
	}
	unlinked := r.URL.Query().Get("all") == ""
	ns, next, err := s.ledger.Notices(r.Context(), schemas.NoticeFilter{Unlinked: unlinked, Cursor: r.URL.Query().Get("cursor")})
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r.Context())
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "noticelist", p, "隐患先报", struct {
		Notices  []schemas.Notice
		Names    map[string]string
		Next     string
		Unlinked bool
	}{ns, names, nextPage(r, next), unlinked})
}

// formKey is the idempotency key of a form: only what a page of ours made.
func formKey(s string) string {
	if len(s) > 100 || strings.ContainsFunc(s, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
		return ""
	}
	return s
}

type noticePage struct {
	schemas.Notice
	Case *schemas.Case
}

func (s *server) showNotice(w http.ResponseWriter, r *http.Request, p principal) error {
	n, err := s.findNotice(r.Context(), p, r.PathValue("ref"))
	if err != nil {
		return err
	}
	page := noticePage{Notice: n}
	if n.CaseID != "" {
		c, err := s.ledger.Case(r.Context(), n.CaseID)
		if err != nil {
			return err
		}
		page.Case = &c
	}
	return s.render(w, r, http.StatusOK, "notice", p, "隐患先报 "+n.Ref, page)
}

func (s *server) doLinkNotice(w http.ResponseWriter, r *http.Request, p principal) error {
	n, err := s.findNotice(r.Context(), p, r.PathValue("ref"))
	if err != nil {
		return err
	}
	if _, err := s.link(r.Context(), p, n, r.PostForm.Get("report")); err != nil {
		return err
	}
	http.Redirect(w, r, r.URL.Path[:strings.LastIndex(r.URL.Path, "/")]+"?ok=linked", http.StatusSeeOther)
	return nil
}
