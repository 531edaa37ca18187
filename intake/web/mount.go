package web

import (
	"net/http"
	"net/url"

	"jianding/schemas"
)

// pageRoute is one page or form of the portal and the console. Every POST
// carries the session's CSRF token.
type pageRoute struct {
	method, path string
	handle       handler
}

// withFiles names the forms that carry files: their handlers read the body
// themselves, and check the token before anything is kept.
func withFiles(path string) bool {
	switch path {
	case "/portal/upload", "/portal/check", "/portal/notices", "/console/agencies":
		return true
	}
	return false
}

func (s *server) pageRoutes() []pageRoute {
	return []pageRoute{
		{"POST", "/sign-out", s.signOut},
		{"GET", "/account", s.account},
		{"POST", "/account", s.doAccount},

		{"GET", "/portal", s.portalHome},
		{"GET", "/portal/upload", s.showUpload},
		{"POST", "/portal/upload", s.doUpload},
		{"POST", "/portal/check", s.doCheck},
		{"GET", "/portal/notices", s.portalNotices},
		{"POST", "/portal/notices", s.doNotice},
		{"GET", "/portal/notices/{ref}", s.showNotice},
		{"POST", "/portal/notices/{ref}/link", s.doLinkNotice},
		{"GET", "/portal/reports/{id}", s.showReport("/portal")},
		{"GET", "/portal/reports/{id}/original.pdf", s.showOriginal},
		{"GET", "/portal/reports/{id}/receipt", s.showReceipt},

		{"GET", "/console", s.board},
		{"GET", "/console/cases/{id}", s.casePaper("case", "案件", false)},
		{"GET", "/console/cases/{id}/record", s.casePaper("record", "通知送达记录", true)},
		{"GET", "/console/cases/{id}/order", s.casePaper("order", "通知书（草稿）", true)},
		{"POST", "/console/cases/{id}/acknowledge", s.caseForm("acknowledged", s.formAcknowledge)},
		{"POST", "/console/cases/{id}/dispose", s.caseForm("disposed", s.formDispose)},
		{"POST", "/console/cases/{id}/measures", s.caseForm("measure", s.formMeasure)},
		{"POST", "/console/cases/{id}/close", s.caseForm("closed", s.formClose)},
		{"POST", "/console/cases/{id}/downgrade", s.caseForm("downgraded", s.formDowngrade)},
		{"POST", "/console/cases/{id}/raise", s.caseForm("raised", s.formRaise)},

		{"GET", "/console/reports", s.consoleReports},
		{"GET", "/console/reports/{id}", s.showReport("/console")},
		{"GET", "/console/reports/{id}/original.pdf", s.showOriginal},
		{"GET", "/console/reports/{id}/pages/{n}", s.showPageImage},
		{"POST", "/console/reports/{id}/decision", s.doDecision},
		{"POST", "/console/reports/{id}/reassess", s.doReassess},
		{"GET", "/console/review", s.reviewQueue},
		{"GET", "/console/notices", s.consoleNotices},
		{"GET", "/console/notices/{ref}", s.showNotice},
		{"GET", "/console/notices/{ref}/photos/{sha256}", s.getPhoto},
		{"POST", "/console/notices/{ref}/link", s.doLinkNotice},
		{"GET", "/console/overdue", s.overdue},

		{"GET", "/console/deliveries", s.deliveriesPage},
		{"POST", "/console/deliveries", s.doDelivery},
		{"GET", "/console/deliveries/{id}", s.deliveryPage},
		{"GET", "/console/agencies", s.agenciesPage},
		{"POST", "/console/agencies", s.importRegister},
		{"GET", "/console/agencies.yaml", s.exportRegister},
		{"GET", "/console/agencies/{id}", s.agencyPage},
		{"POST", "/console/agencies/{id}", s.doAgency},
		{"GET", "/console/users", s.usersPage},
		{"POST", "/console/users", s.doUser},
	}
}

// mountPages registers pages, forms, static files and one-time links. All of
// them refuse unsafe requests that another site's page started.
func (s *server) mountPages(mux *http.ServeMux) {
	pages := http.NewServeMux()
	for _, rt := range s.pageRoutes() {
		pages.HandleFunc(rt.method+" "+rt.path, s.page(rt))
	}
	pages.HandleFunc("GET /sign-in", s.openPage(s.showSignIn))
	pages.HandleFunc("POST /sign-in", s.openPage(s.doSignIn))
	pages.HandleFunc("GET /a/{token}", s.openPage(s.showLink))
	pages.HandleFunc("POST /a/{token}", s.openPage(s.useLink))
	pages.HandleFunc("GET /static/{name}", s.serveStatic)
	pages.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		target := "/sign-in"
		if p, err := s.browser(r); err == nil {
			target = homeOf(*p.user)
		}
		http.Redirect(w, r, target, http.StatusSeeOther)
	})
	pages.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p, _ := s.browser(r) // only for the navigation of the page
		s.failPage(w, r, p, schemas.E(schemas.KindNotFound, "not_found", "没有这个页面", nil))
	})
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.failPage(w, r, principal{}, schemas.E(schemas.KindDenied, "cross_origin", "请求来自其他网站，已拒绝", nil))
	}))
	mux.Handle("/", guard.Handler(pages))
}

// page authenticates by cookie, checks the form's token, and shows errors as
// pages. Who is not signed in goes to sign in and comes back.
func (s *server) page(rt pageRoute) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, err := s.browser(r)
		if schemas.KindOf(err) == schemas.KindUntrusted {
			target := "/sign-in"
			if r.Method == http.MethodGet {
				target += "?next=" + url.QueryEscape(r.URL.RequestURI())
			}
			http.Redirect(w, r, target, http.StatusSeeOther)
			return
		}
		if err == nil && r.Method == http.MethodPost && !withFiles(rt.path) {
			err = s.readForm(w, r, p)
		}
		if err == nil {
			err = rt.handle(w, r, p)
		}
		if err != nil {
			s.failPage(w, r, p, err)
		}
	}
}

// readForm parses a form without files and checks its token. A body of
// another kind has no token and is refused with the rest.
func (s *server) readForm(w http.ResponseWriter, r *http.Request, p principal) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxJSON)
	if err := r.ParseForm(); err != nil {
		return invalid("request_malformed", "表单无法读取")
	}
	return checkCSRF(p, r.PostForm.Get(csrfField))
}

// openPage shows errors of pages that need no session.
func (s *server) openPage(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.failPage(w, r, principal{}, err)
		}
	}
}
