package web

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

// browser is a person with a cookie jar who does not follow redirects.
type browser struct {
	h *house
	c *http.Client
}

func (h *house) browser(login string) *browser {
	h.t.Helper()
	jar, _ := cookiejar.New(nil)
	b := &browser{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if login != "" {
		if a := b.post("/sign-in", url.Values{"login": {login}, "password": {password}}); a.status != http.StatusSeeOther {
			h.t.Fatalf("%s can't sign in: %d %s", login, a.status, a.body)
		}
	}
	return b
}

func (b *browser) get(path string) answer {
	b.h.t.Helper()
	req, _ := http.NewRequest("GET", b.h.URL+path, nil)
	return b.h.do(b.c, req)
}

func (b *browser) send(path, kind string, body io.Reader) answer {
	b.h.t.Helper()
	req, _ := http.NewRequest("POST", b.h.URL+path, body)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.h.do(b.c, req)
}

func (b *browser) post(path string, form url.Values) answer {
	b.h.t.Helper()
	return b.send(path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// csrf reads the token that the page at path carries.
func (b *browser) csrf(path string) string {
	b.h.t.Helper()
	return b.hidden(path, "csrf")
}

func (b *browser) hidden(path, name string) string {
	b.h.t.Helper()
	a := b.get(path)
	m := regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindSubmatch(a.body)
	if a.status != 200 || m == nil {
		b.h.t.Fatalf("no %s on %s: %d", name, path, a.status)
	}
	return string(m[1])
}

// submit fills the form with the page's token and expects to be sent on.
func (b *browser) submit(page, action string, form url.Values) string {
	b.h.t.Helper()
	form.Set("csrf", b.csrf(page))
	a := b.post(action, form)
	if a.status != http.StatusSeeOther {
		b.h.t.Fatalf("POST %s: %d %s", action, a.status, a.body)
	}
	return a.header.Get("Location")
}

// reading is what an assessment of a Dsu report looks like.
func reading(outcome schemas.Outcome) schemas.Assessment {
	signed := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	ev := schemas.Evidence{Page: 6, Quote: "该房屋安全性鉴定等级评定为Dsu级，严重影响整体承载"}
	return schemas.Assessment{
		Pages: 7, Outcome: outcome,
		Reasons:   []schemas.Reason{{Code: "conclusion_contradicts_table", Message: "结论与评级表不一致", Page: 6, Evidence: []schemas.Evidence{ev}}},
		Signature: schemas.Signature{Status: schemas.SignatureValid, Signers: []schemas.Signer{{Subject: "CN=渝江", Agency: "重庆渝江房屋安全鉴定有限公司", Algorithm: "SM2-SM3", SignedAt: &signed, CoversDocument: true, Status: schemas.SignatureValid}}},
		Report: schemas.ReportFields{ReportNo: "渝江鉴字〔2026〕117号", Agency: "重庆渝江房屋安全鉴定有限公司", Owner: "何大勇", Address: "重庆市江津区白沙镇滨江路18号", Town: "白沙镇", Use: "经营性自建房（餐饮）",
			Structure: "砖混结构", Storeys: "4", AreaM2: 412.5, InspectedOn: "2026-11-18", IssuedOn: "2026-11-23", Standards: []string{"GB 50292-2015"}},
		Findings:        []schemas.Finding{{Standard: "GB 50292-2015", Scope: schemas.ScopeUnit, Aspect: schemas.AspectSafety, Unit: "鉴定单元", Grade: "Dsu", Role: schemas.RoleConclusion, Evidence: ev}},
		Overall:         schemas.Overall{Safety: "Dsu"},
		Recommendations: []schemas.Recommendation{{Code: schemas.StopUse, Quote: "建议立即停止使用", Page: 6}, {Code: schemas.Evacuate, Quote: "撤离人员", Page: 6}},
		Hazard:          schemas.Hazard{Level: schemas.HazardRed, WholeStructure: true, Basis: []string{"grade:unit_safety_Dsu"}, Evidence: &ev, Rule: "hazard/1"},
	}
}

// story fills the house: a report that waits, one in review with a red case,
// one accepted and owed to the platform, one rejected, and a notice.
func (h *house) story() (inReview, accepted schemas.Report, c schemas.Case) {
	h.t.Helper()
	now := h.clock.now()
	dueAt := now.Add(24 * time.Hour)
	in := h.upload("agency-01", pdf(1), `{"report_no":"渝江鉴字〔2026〕117号","address":"重庆市江津区白沙镇滨江路18号"}`)
	nc := newCase(schemas.HazardRed, "重庆市江津区白沙镇滨江路18号", "白沙镇", now, now)
	nc.Use, nc.Quote = "经营性自建房（餐饮）", "该房屋安全性鉴定等级评定为Dsu级，严重影响整体承载"
	inReview = h.assess(in.ReportID, reading(schemas.NeedsReview), schemas.Consequences{Status: schemas.ReportNeedsReview, ReviewDue: &dueAt, Case: nc})
	ok := h.upload("agency-01", pdf(2), `{"report_no":"渝江鉴字〔2026〕118号","address":"重庆市江津区几江街道南门路3号"}`)
	mild := reading(schemas.Accepted)
	mild.Reasons, mild.Hazard, mild.Recommendations = nil, schemas.Hazard{Level: schemas.HazardNone, Rule: "hazard/1"}, nil
	mild.Report.ReportNo, mild.Report.Address = "渝江鉴字〔2026〕118号", "重庆市江津区几江街道南门路3号"
	mild.Findings[0].Grade, mild.Overall.Safety = "Bsu", "Bsu"
	accepted = h.assess(ok.ReportID, mild, schemas.Consequences{Status: schemas.ReportAccepted, File: true})
	no := h.upload("agency-02", pdf(3), ``)
	bad := reading(schemas.Rejected)
	bad.Report, bad.Findings, bad.Recommendations, bad.Hazard = schemas.ReportFields{}, nil, nil, schemas.Hazard{Level: schemas.HazardNone}
	bad.Reasons = []schemas.Reason{{Code: "unsigned", Message: "报告没有电子签名，请由出具机构签名后重新上传"}}
	h.assess(no.ReportID, bad, schemas.Consequences{Status: schemas.ReportRejected})
	h.upload("agency-01", pdf(4), `{"report_no":"渝江鉴字〔2026〕119号"}`)
	c, err := h.ledger.Case(context.Background(), inReview.CaseID)
	if err != nil {
		h.t.Fatal(err)
	}
	return inReview, accepted, c
}

func TestEveryPageForEveryRole(t *testing.T) {
	h := newHouse(t)
	rep, acc, c := h.story()
	body, kind := form(t, "metadata", `{"address":"白沙镇老街2号","town":"白沙镇","found":"承重墙突然开裂","discovered_at":"2026-11-24T09:00:00+08:00"}`, "photo", "\x89PNG\r\n\x1a\n")
	var n noticeView
	h.call("agency-01", "POST", "/v1/hazard-notices", body, "Content-Type", kind).into(t, &n)
	d, err := h.ledger.DeliveryByReport(context.Background(), acc.ID)
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]struct {
		may  string // logins that see it
		want []string
	}{
		"/portal":                                {"clerk clerk2", nil},
		"/portal/upload":                         {"clerk clerk2", []string{"上传并取得回执"}},
		"/portal/notices":                        {"clerk clerk2", []string{"先报后补"}},
		"/portal/notices/" + n.Ref:               {"clerk officer reviewer town admin", []string{"承重墙突然开裂", "白沙镇老街2号"}},
		"/portal/reports/" + rep.ID:              {"clerk officer reviewer town admin", []string{"结论与评级表不一致", "严重影响整体承载", "停止使用", "Dsu", rep.ReceiptNo, rep.SHA256}},
		"/portal/reports/" + rep.ID + "/receipt": {"clerk officer reviewer town admin", []string{"jianding.receipt/1"}},
		"/console":                               {"officer reviewer town admin", []string{c.Ref, "滨江路18号"}},
		"/console?overdue=true&level=red":        {"officer reviewer town admin", []string{"没有符合条件的案件"}},
		"/console/cases/" + c.Ref:                {"officer reviewer town admin", []string{c.Ref, "立案", "收到报告"}},
		"/console/cases/" + c.Ref + "/record":    {"officer reviewer admin", []string{"通知送达记录", rep.SHA256}},
		"/console/cases/" + c.Ref + "/order":     {"officer reviewer admin", []string{"何大勇", "停止经营使用", "尚未作出处置决定"}},
		"/console/review":                        {"reviewer admin", []string{"结论与评级表不一致"}},
		"/console/reports":                       {"officer reviewer admin", []string{"渝江鉴字〔2026〕118号"}},
		"/console/reports?status=rejected&q=JD-": {"officer reviewer admin", []string{"已退回"}},
		"/console/reports/" + acc.ID:             {"clerk officer reviewer admin", []string{"已采用", "待报送"}},
		"/console/notices":                       {"officer reviewer admin", []string{"承重墙突然开裂", "待补"}},
		"/console/overdue":                       {"officer reviewer admin", []string{"按机构", "按镇街"}},
		"/console/deliveries":                    {"officer reviewer admin", []string{"渝江鉴字〔2026〕118号", "待报送"}},
		"/console/deliveries/" + d.ID:            {"officer reviewer admin", []string{d.IdempotencyKey}},
		"/console/agencies":                      {"admin", []string{"重庆渝江房屋安全鉴定有限公司"}},
		"/console/agencies/agency-01":            {"admin", []string{"新建令牌"}},
		"/console/agencies.yaml":                 {"admin", []string{"agency-02"}},
		"/console/users":                         {"admin", []string{"值班老李"}},
		"/account":                               {"clerk clerk2 officer reviewer town admin", []string{"修改密码"}},
	}
	for _, login := range []string{"clerk", "clerk2", "officer", "reviewer", "town", "admin"} {
		b := h.browser(login)
		for path, page := range pages {
			a := b.get(path)
			may := strings.Contains(" "+page.may+" ", " "+login+" ")
			if may != (a.status == 200) {
				t.Errorf("%s as %s: %d", path, login, a.status)
				continue
			}
			if !may {
				if a.status != 403 && a.status != 404 {
					t.Errorf("%s as %s: %d %s", path, login, a.status, a.body)
				}
				continue
			}
			for _, w := range page.want {
				if !strings.Contains(string(a.body), w) {
					t.Errorf("%s as %s does not say %q", path, login, w)
				}
			}
			if strings.Contains(path, ".yaml") {
				continue
			}
			if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("%s: policy %q", path, csp)
			}
			if m := regexp.MustCompile(`(?i)<script(?:>|[^>]*[^r]>[^<])| style="| on[a-z]+="|ZgotmplZ|<no value>`).Find(a.body); m != nil {
				t.Errorf("%s has %q", path, m)
			}
		}
	}
	for path := range pages {
		if a := h.browser("").get(path); a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/sign-in?next=") {
			t.Errorf("%s without a session: %d %s", path, a.status, a.header.Get("Location"))
		}
	}
}

func TestOfficerWorksACaseToItsEnd(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.SecondPerson = true })
	_, _, c := h.story()
	b := h.browser("officer")
	page := "/console/cases/" + c.Ref
	if to := b.submit("/console", page+"/acknowledge", url.Values{"back": {"board"}}); to != "/console?ok=acknowledged" {
		t.Error(to)
	}
	contains(t, b.get(page).body, "值班老李", "停止经营使用", "disposition/1", "第二确认人")
	b.submit(page, page+"/dispose", url.Values{"code": {"stop_business_and_use", "evacuate"}, "clause": {"四（六）"}, "copy_to": {"白沙镇、区市场监管局"}, "note": {"立即疏散"}})
	contains(t, b.get(page).body, "已处置，待销号", "区市场监管局")
	contains(t, b.get(page+"/order").body, "责令停止经营使用、疏散通知书", "抄送：白沙镇、区市场监管局")

	// The department finds on its own board the case that was copied to it.
	if a := h.browser("department").get("/console"); a.status != 200 || !strings.Contains(string(a.body), c.Ref) {
		t.Errorf("the department's board: %d, without %s", a.status, c.Ref)
	}
	h.browser("department").submit(page, page+"/measures", url.Values{"text": {"学生已转移"}})
	// The town sees the case that was copied to it and reports back.
	town := h.browser("town")
	town.submit(page, page+"/measures", url.Values{"text": {"已疏散 12 人"}})
	contains(t, b.get(page).body, "已疏散 12 人")
	form := url.Values{"evidence": {"x"}, "csrf": {town.csrf(page)}}
	if a := town.post(page+"/close", form); a.status != 403 {
		t.Errorf("a town closed a case: %d", a.status)
	}

	// Two persons for less: alone, the same twice, and right.
	for _, second := range []string{"", "officer", "reviewer"} {
		f := url.Values{"to": {"dismiss"}, "reason": {"误报"}, "second_login": {second}, "second_password": {password}, "csrf": {b.csrf(page)}}
		if a := b.post(page+"/downgrade", f); a.status != 403 {
			t.Errorf("downgraded with %q: %d", second, a.status)
		}
	}
	b.submit(page, page+"/close", url.Values{"evidence": {"已整体拆除，现场照片存档"}})
	got, _ := h.ledger.Case(context.Background(), c.ID)
	if got.Status != schemas.CaseClosed || got.Closing.By.Name != "值班老李" || got.Disposition.CopyTo[1] != "区市场监管局" {
		t.Errorf("%+v", got)
	}
}

func TestReviewerCorrectsAndAccepts(t *testing.T) {
	h := newHouse(t)
	rep, _, _ := h.story()
	b := h.browser("reviewer")
	page := "/console/reports/" + rep.ID
	version := b.hidden(page, "version")
	f := url.Values{"version": {version}, "csrf": {b.csrf(page)}, "verdict": {"reject"}}
	if a := b.post(page+"/decision", f); a.status != 422 || !strings.Contains(string(a.body), "退回报告应说明理由") {
		t.Errorf("rejected without a word: %d", a.status)
	}
	b.submit(page, page+"/decision", url.Values{
		"version": {version}, "verdict": {"accept"}, "note": {"按评级表更正"}, "grade-0": {"Csu"}, "unit-0": {"1号楼"}, "hazard": {"red"},
		"recommendations": {"1"}, "recommend": {"stop_use", "monitor"}, "f-report_no": {"渝江鉴字〔2026〕117号"}, "f-address": {"重庆市江津区白沙镇滨江路19号"},
	})
	a, err := h.ledger.EffectiveAssessment(context.Background(), rep.ID)
	if err != nil {
		t.Fatal(err)
	}
	if a.Findings[0].Grade != "Csu" || a.Findings[0].Unit != "1号楼" || a.Overall.Safety != "Csu" || a.Report.Address != "重庆市江津区白沙镇滨江路19号" ||
		len(a.Recommendations) != 2 || a.Recommendations[1].Code != schemas.Monitor || a.Report.Owner != "何大勇" {
		t.Errorf("%+v", a)
	}
	got, _ := h.ledger.Report(context.Background(), rep.ID)
	if got.Status != schemas.ReportAccepted {
		t.Error(got.Status)
	}
	// The page of before is stale now.
	f = url.Values{"version": {version}, "csrf": {b.csrf("/console/review")}, "verdict": {"reject"}, "note": {"x"}}
	if a := b.post(page+"/decision", f); a.status != 409 {
		t.Errorf("decided twice: %d", a.status)
	}
	contains(t, h.browser("clerk").get("/portal/reports/"+rep.ID).body, "已采用", "更正了识别结果", "按评级表更正")
}

func TestUnchangedFormIsNoCorrection(t *testing.T) {
	a := reading(schemas.NeedsReview)
	form := url.Values{"grade-0": {"Dsu"}, "unit-0": {"鉴定单元"}, "hazard": {"red"}, "recommendations": {"1"}, "recommend": {"stop_use", "evacuate"}, "f-owner": {"何大勇"}}
	if c := correctedReading(a, form); c != nil {
		t.Errorf("%+v", c)
	}
}

func TestPortalUpload(t *testing.T) {
	h := newHouse(t)
	b := h.browser("clerk")
	body, kind := form(t, "csrf", b.csrf("/portal/upload"), "report_no", "R-9", "discovered_at", "2026-11-24T09:30", "file", pdf(9))
	a := b.send("/portal/upload", kind, body)
	if a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	contains(t, b.get(a.header.Get("Location")).body, "R-9", "报告已收下", "正在识别")
	rs, _, _ := h.ledger.Reports(context.Background(), schemas.ReportFilter{})
	if d := rs[0].Declared.DiscoveredAt; d == nil || !d.Equal(time.Date(2026, 11, 24, 1, 30, 0, 0, time.UTC)) {
		t.Errorf("the clock on the wall in Chongqing is not UTC: %v", d)
	}
	for name, parts := range map[string][]string{
		"no token":    {"file", pdf(10)},
		"wrong token": {"csrf", "x", "file", pdf(10)},
	} {
		body, kind := form(t, parts...)
		if a := b.send("/portal/upload", kind, body); a.status != 403 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	body, kind = form(t, "csrf", b.csrf("/portal/upload"), "report_no", "R-<b>", "file", "hello")
	a = b.send("/portal/upload", kind, body)
	contains(t, a.body, "不是 PDF 文件", `value="R-&lt;b&gt;"`)
	if a.status != 415 || h.count() != 1 {
		t.Errorf("%d, %d reports", a.status, h.count())
	}
}

func TestPortalNoticeTwiceIsOne(t *testing.T) {
	h := newHouse(t)
	b := h.browser("clerk")
	key, csrf := b.hidden("/portal/notices", "form_key"), b.csrf("/portal/notices")
	var places []string
	for range 2 {
		body, kind := form(t, "csrf", csrf, "form_key", key, "address", "白沙镇老街2号", "town", "白沙镇", "found", "墙体开裂", "discovered_at", "2026-11-24T09:30")
		a := b.send("/portal/notices", kind, body)
		if a.status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.status, a.body)
		}
		places = append(places, a.header.Get("Location"))
	}
	if places[0] != places[1] {
		t.Errorf("two clicks, two notices: %v", places)
	}
}

func TestProposal(t *testing.T) {
	a := reading(schemas.Accepted)
	p := proposeDisposition(schemas.Case{Level: schemas.HazardRed, Grade: "Dsu"}, &a)
	if p.Codes[0] != "stop_business_and_use" || len(p.Codes) != 2 || !strings.Contains(p.Clause, "停止经营使用") {
		t.Errorf("%+v", p)
	}
	for name, tc := range map[string]struct {
		c    schemas.Case
		a    *schemas.Assessment
		want schemas.DispositionCode
	}{
		"Csu, nothing advised":   {schemas.Case{Level: schemas.HazardAmber, Grade: "Csu"}, nil, "suspend_use"},
		"Csu, observe":           {schemas.Case{Grade: "Csu"}, &schemas.Assessment{Recommendations: []schemas.Recommendation{{Code: schemas.ObserveUse}}}, "observe_use"},
		"geo":                    {schemas.Case{Grade: "Bsu", Basis: []string{"geo:whole"}}, nil, "stop_use"},
		"whole D":                {schemas.Case{Grade: "D"}, nil, "stop_business_and_use"},
		"statement at any grade": {schemas.Case{Level: schemas.HazardRed, Grade: "Bsu"}, nil, "suspend_use"},
		"local":                  {schemas.Case{Level: schemas.HazardAmber, Grade: "Bsu"}, nil, "fix_now"},
	} {
		if p := proposeDisposition(tc.c, tc.a); p.Codes[0] != tc.want || p.Clause == "" || len(p.Why) == 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if p := proposeDisposition(schemas.Case{Level: schemas.HazardAmber}, nil); len(p.Codes) != 0 {
		t.Errorf("proposed %v for a house of which nothing is known", p.Codes)
	}
}
