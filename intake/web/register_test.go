package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
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
