package web

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

func TestAdminKeepsTheRegister(t *testing.T) {
	h := newHouse(t)
	b := h.browser("admin")
	csrf := b.csrf("/console/agencies")
	body, kind := form(t, "csrf", csrf, "file", "- id: x\n  colour: red\n")
	contains(t, b.send("/console/agencies", kind, body).body, "缺少机构全称", "colour")
	body, kind = form(t, "csrf", csrf, "file", "- id: agency-11\n  name: 重庆新鉴定有限公司\n  uscc: 91350100M000100Y44\n  status: active\n")
	contains(t, b.send("/console/agencies", kind, body).body, "校验码不符", "重庆新鉴定有限公司")

	page := "/console/agencies/agency-11"
	a := b.post(page, url.Values{"csrf": {csrf}, "do": {"token"}, "label": {"签章系统"}})
	token := regexp.MustCompile(`jda_[\w-]{43}`).FindString(string(a.body))
	if token == "" || strings.Contains(string(b.get(page).body), token) {
		t.Fatalf("the token is to be shown once: %d", a.status)
	}
	h.tokens["agency-11"] = token
	h.upload("agency-11", pdf(1), "")
	b.submit(page, page, url.Values{"do": {"suspend"}})
	if a := h.call("agency-11", "POST", "/v1/reports", strings.NewReader(pdf(2)), "Content-Type", "application/pdf"); a.status != 403 {
		t.Errorf("suspended, and uploads: %d", a.status)
	}
	id := regexp.MustCompile(`name="token" value="([^"]+)"`).FindSubmatch(b.get(page).body)[1]
	b.submit(page, page, url.Values{"do": {"revoke"}, "token": {string(id)}})
	if a := h.call("agency-11", "GET", "/v1/reports", nil); a.status != 401 {
		t.Errorf("revoked, and reads: %d", a.status)
	}

	a = b.post("/console/users", url.Values{"csrf": {csrf}, "do": {"create"}, "login": {"new"}, "name": {"新人"}, "role": {"officer"}})
	secret := regexp.MustCompile(`class="secret">([^<]+)<`).FindSubmatch(a.body)
	if secret == nil {
		t.Fatalf("%d %s", a.status, a.body)
	}
	nb := h.browser("")
	if a := nb.post("/sign-in", url.Values{"login": {"new"}, "password": {string(secret[1])}}); a.header.Get("Location") != "/console" {
		t.Errorf("%d %s", a.status, a.header.Get("Location"))
	}
	nb.submit("/account", "/account", url.Values{"old": {string(secret[1])}, "new": {"另一个很长的密码啊啊"}, "again": {"另一个很长的密码啊啊"}})
	u, _ := h.ledger.UserByLogin(context.Background(), "new")
	b.submit("/console/users", "/console/users", url.Values{"do": {"disable"}, "id": {u.ID}})
	if a := nb.get("/console"); a.status != http.StatusSeeOther {
		t.Errorf("a disabled account goes on: %d", a.status)
	}
}

// An agency that is suspended, over the API or the page, has its reports
// assessed again, by the transaction that suspends it.
func TestSuspensionReachesTheReports(t *testing.T) {
	h := newHouse(t)
	owed := func(id string) int {
		t.Helper()
		os, _, err := h.ledger.Obligations(context.Background(), schemas.ObligationFilter{Kind: schemas.OweReassess, State: schemas.ObligationOpen, Subject: id})
		if err != nil {
			t.Fatal(err)
		}
		return len(os)
	}
	one, two := h.upload("agency-01", pdf(1), ""), h.upload("agency-02", pdf(2), "")
	if a := h.json("admin", "POST", "/v1/agencies/agency-01/suspend", nil); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if owed(one.ReportID) != 1 || owed(two.ReportID) != 0 {
		t.Errorf("owed: %d, %d", owed(one.ReportID), owed(two.ReportID))
	}
	h.browser("admin").submit("/console/agencies/agency-02", "/console/agencies/agency-02", url.Values{"do": {"suspend"}})
	if owed(two.ReportID) != 1 {
		t.Error("the page's suspension reaches no report")
	}
	if a := h.call("agency-02", "POST", "/v1/reports", strings.NewReader(pdf(3)), "Content-Type", "application/pdf"); a.status != 403 {
		t.Errorf("suspended, and uploads: %d", a.status)
	}
}

// The portal's check shows what a report would come to and keeps nothing.
func TestPortalPrecheck(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Precheck = func(_ context.Context, doc io.Reader, _ int64, d schemas.Declared, _ time.Time) (schemas.Assessment, error) {
			if d.AgencyID != "agency-01" || d.ReportNo != "R-9" {
				t.Errorf("%+v", d)
			}
			a := reading(schemas.NeedsReview)
			a.Hazard.Level = schemas.HazardRed
			return a, nil
		}
	})
	b := h.browser("clerk")
	contains(t, b.get("/portal/upload").body, "先自查，不报送")
	body, kind := form(t, "csrf", b.csrf("/portal/upload"), "report_no", "R-9", "file", pdf(1))
	a := b.send("/portal/check", kind, body)
	contains(t, a.body, "尚未报送", "报送后将由人工复核", "房屋整体安全隐患，请立即")
	body, kind = form(t, "csrf", "wrong", "report_no", "R-9", "file", pdf(1))
	if a := b.send("/portal/check", kind, body); a.status != 403 {
		t.Errorf("without the session's token: %d", a.status)
	}
	body, kind = form(t, "csrf", b.csrf("/portal/upload"), "file", "hello")
	if a := b.send("/portal/check", kind, body); a.status != 415 {
		t.Errorf("not a PDF: %d", a.status)
	}
	if n := h.count(); n != 0 {
		t.Errorf("%d reports kept", n)
	}
}
