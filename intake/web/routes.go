package web

import (
	"net/http"
	"slices"
	"strings"
)

// handler answers one authenticated request, or returns the error that
// becomes a problem document (API) or a page (portal, console).
type handler func(w http.ResponseWriter, r *http.Request, p principal) error

// route is one line of the table of the API; openapi.yaml has the same lines
// and a test compares them.
type route struct {
	method, path string
	open         bool // needs no bearer token
	handle       handler
}

// apiRoutes is the whole API.
func (s *server) apiRoutes() []route {
	return []route{
		{"POST", "/v1/reports", false, s.createReport},
		{"GET", "/v1/reports", false, s.listReports},
		{"GET", "/v1/reports/{id}", false, s.getReport},
		{"GET", "/v1/reports/{id}/original", false, s.getOriginal},
		{"GET", "/v1/reports/{id}/assessment", false, s.getAssessment},
		{"GET", "/v1/reports/{id}/events", false, s.getReportEvents},
		{"GET", "/v1/reports/{id}/receipt", false, s.getReceipt},
		{"POST", "/v1/reports/{id}/decision", false, s.postDecision},
		{"POST", "/v1/reports/{id}/reassess", false, s.postReassess},

		{"POST", "/v1/checks", false, s.createCheck},

		{"GET", "/v1/agencies", false, s.listAgencies},
		{"GET", "/v1/agencies/{id}", false, s.getAgency},
		{"PUT", "/v1/agencies/{id}", false, s.putAgency},
		{"POST", "/v1/agencies/{id}/suspend", false, s.suspendAgency},
		{"POST", "/v1/agencies/{id}/activate", false, s.activateAgency},

		{"POST", "/v1/hazard-notices", false, s.createNotice},
		{"GET", "/v1/hazard-notices", false, s.listNotices},
		{"GET", "/v1/hazard-notices/{ref}", false, s.getNotice},
		{"GET", "/v1/hazard-notices/{ref}/photos/{sha256}", false, s.getPhoto},
		{"POST", "/v1/hazard-notices/{ref}/link", false, s.linkNotice},

		{"GET", "/v1/escalations", false, s.listCases},
		{"GET", "/v1/escalations/{id}", false, s.getCase},
		{"GET", "/v1/escalations/{id}/events", false, s.getCaseEvents},
		{"GET", "/v1/escalations/{id}/notifications", false, s.getCaseNotifications},
		{"POST", "/v1/escalations/{id}/acknowledge", false, s.acknowledgeCase},
		{"POST", "/v1/escalations/{id}/dispose", false, s.disposeCase},
		{"POST", "/v1/escalations/{id}/measures", false, s.measureCase},
		{"POST", "/v1/escalations/{id}/close", false, s.closeCase},
		{"POST", "/v1/escalations/{id}/downgrade", false, s.downgradeCase},
		{"POST", "/v1/escalations/{id}/raise", false, s.raiseCase},

		{"GET", "/v1/overdue", false, s.getOverdue},

		{"GET", "/v1/deliveries", false, s.listDeliveries},
		{"POST", "/v1/delivery-replays", false, s.replayDeliveries},
		{"POST", "/v1/delivery-exports", false, s.exportDeliveries},
		{"GET", "/v1/deliveries/{id}", false, s.getDelivery},
		{"POST", "/v1/deliveries/{id}/manual", false, s.setManual},
		{"POST", "/v1/deliveries/{id}/automatic", false, s.setAutomatic},
		{"POST", "/v1/deliveries/{id}/receipt", false, s.enterReceipt},
		{"GET", "/v1/differences", false, s.listDifferences},
		{"POST", "/v1/differences/{id}/resolve", false, s.resolveDifference},

		{"POST", "/v1/platform/callbacks", true, s.platformCallback},

		{"GET", "/v1/log/checkpoint", true, s.getCheckpoint},
		{"GET", "/v1/log/key", true, s.getLogKey},

		{"GET", "/healthz", true, s.healthz},
		{"GET", "/readyz", true, s.readyz},
	}
}

// mountAPI registers the table, an answer with Allow for other methods of its
// paths, and a problem document for every other path under /v1/.
func (s *server) mountAPI(mux *http.ServeMux) {
	allow := map[string][]string{}
	for _, rt := range s.apiRoutes() {
		mux.HandleFunc(rt.method+" "+rt.path, s.api(rt))
		allow[rt.path] = append(allow[rt.path], rt.method)
		if rt.method == "GET" {
			allow[rt.path] = append(allow[rt.path], "HEAD")
		}
	}
	for path, methods := range allow {
		slices.Sort(methods)
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			s.fail(w, r, invalid("method_not_allowed", "此地址不支持该请求方法"))
		})
	}
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, notFound()) })
}

// api authenticates, runs and translates.
func (s *server) api(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		setSecurityHeaders(w.Header())
		var p principal
		if !rt.open {
			var err error
			if p, err = s.bearer(r); err != nil {
				s.fail(w, r, err)
				return
			}
		}
		if err := rt.handle(w, r, p); err != nil {
			s.fail(w, r, err)
		}
	}
}

// setSecurityHeaders are for every answer; pages add their own policy.
func setSecurityHeaders(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
}
