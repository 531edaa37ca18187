package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

// returning takes a callback of the platform's that sends a filing back.
func returning(o *Options) {
	o.Callback = func(h http.Header, body []byte, now time.Time) (schemas.PlatformCallback, error) {
		if h.Get("X-Sign") != "good" {
			return schemas.PlatformCallback{}, schemas.E(schemas.KindUntrusted, "callback_signature", "回调签名不正确", nil)
		}
		return schemas.PlatformCallback{Nonce: h.Get("X-Nonce"), At: now, Kind: "returned", RawHash: strings.Repeat("0", 64),
			Record: schemas.PlatformRecord{IdempotencyKey: h.Get("X-Key"), Receipt: "P-1", Status: "returned", RecordedAt: now,
				Reasons: []string{"镇街与地址不符<b>", "缺少层数"}}}, nil
	}
}

// What the platform sends back is in front of the agency and of a reviewer,
// with the platform's words; the corrected report is a new revision.
func TestAReturnedReportIsInFrontOfThoseWhoMustAct(t *testing.T) {
	h := newHouse(t, returning)
	_, rep, _ := h.story()
	d, err := h.ledger.DeliveryByReport(t.Context(), rep.ID)
	if err != nil {
		t.Fatal(err)
	}
	call := func(sign, nonce string) int {
		return h.call("", "POST", "/v1/platform/callbacks", strings.NewReader("{}"), "X-Sign", sign, "X-Nonce", nonce, "X-Key", d.IdempotencyKey,
			"Content-Type", "application/json").status
	}
	clerk, reviewer := h.browser("clerk"), h.browser("reviewer")
	if got := call("forged", "n0"); got != 401 || strings.Contains(string(clerk.get("/portal/reports/"+rep.ID).body), "平台退回") {
		t.Errorf("a forged callback: %d, or it was believed", got)
	}
	for range 2 { // the second time is a replay
		if got := call("good", "n1"); got != 200 {
			t.Fatalf("callback: %d", got)
		}
	}
	page := clerk.get("/portal/reports/" + rep.ID).body
	contains(t, page, "平台退回", "镇街与地址不符&lt;b&gt;", "缺少层数", "以相同报告编号重新上传")
	contains(t, clerk.get("/portal").body, "渝江鉴字〔2026〕118号")
	contains(t, reviewer.get("/console/review").body, "渝江鉴字〔2026〕118号", "平台退回：缺少层数")
	contains(t, reviewer.get("/console/reports/"+rep.ID).body, "平台退回", "缺少层数", "复核决定")
	contains(t, reviewer.get("/console/deliveries?status=returned").body, "渝江鉴字〔2026〕118号", "退回：缺少层数")
	if a := h.browser("clerk2").get("/portal/reports/" + rep.ID); a.status != 404 {
		t.Errorf("another agency reads it: %d", a.status)
	}
	owed, _, err := h.ledger.Obligations(t.Context(), schemas.ObligationFilter{Kind: schemas.OweAgencyNotice, Subject: rep.ID, State: schemas.ObligationOpen})
	if err != nil || len(owed) != 1 || !strings.Contains(string(owed[0].Payload), "缺少层数") {
		t.Errorf("the agency's webhook is owed %d messages: %+v %v", len(owed), owed, err)
	}

	// The corrected report.
	v := h.upload("agency-01", pdf(22), `{"report_no":"渝江鉴字〔2026〕118号","address":"重庆市江津区几江街道南门路3号"}`)
	mild := reading(schemas.Accepted)
	mild.Reasons, mild.Hazard, mild.Recommendations = nil, schemas.Hazard{Level: schemas.HazardNone, Rule: "hazard/1"}, nil
	mild.Report.ReportNo, mild.Report.Address = "渝江鉴字〔2026〕118号", "重庆市江津区几江街道南门路3号"
	mild.Findings[0].Grade, mild.Overall.Safety = "Bsu", "Bsu"
	next := h.assess(v.ReportID, mild, schemas.Consequences{Status: schemas.ReportAccepted, File: true})
	if next.Revision != 2 {
		t.Errorf("the resubmission is revision %d", next.Revision)
	}
	nd, err := h.ledger.DeliveryByReport(t.Context(), next.ID)
	if err != nil || nd.IdempotencyKey == d.IdempotencyKey {
		t.Fatalf("%+v %v", nd, err)
	}
	if f, err := h.ledger.Filing(t.Context(), nd.ID); err != nil || f.SupersedesReceipt != "P-1" || f.SupersedesKey != d.IdempotencyKey {
		t.Errorf("it supersedes %q %q, %v", f.SupersedesReceipt, f.SupersedesKey, err)
	}
	contains(t, clerk.get("/portal/reports/"+rep.ID).body, "已被", "新修订", "第 2 次")
	contains(t, clerk.get("/portal/reports/"+next.ID).body, "已采用", "待报送")
}

// deadOnes are reports that the platform refused for good, each owed on a day
// of its own.
func (h *house) deadOnes(n int) (ds []schemas.Delivery) {
	h.t.Helper()
	ctx := context.Background()
	for i := range n {
		v := h.upload("agency-01", pdf(100+i), fmt.Sprintf(`{"report_no":"死-%d"}`, i))
		a := reading(schemas.Accepted)
		a.Report.ReportNo, a.Hazard = fmt.Sprintf("死-%d", i), schemas.Hazard{Level: schemas.HazardNone}
		rep := h.assess(v.ReportID, a, schemas.Consequences{Status: schemas.ReportAccepted, File: true})
		d, err := h.ledger.DeliveryByReport(ctx, rep.ID)
		if err != nil {
			h.t.Fatal(err)
		}
		os, _, err := h.ledger.Obligations(ctx, schemas.ObligationFilter{Kind: schemas.OweFile, Subject: d.ID, State: schemas.ObligationOpen})
		if err != nil || len(os) != 1 {
			h.t.Fatalf("%v %v", os, err)
		}
		lease, err := h.ledger.LeaseObligation(ctx, os[0].ID, time.Minute)
		if err != nil {
			h.t.Fatal(err)
		}
		if _, err := h.ledger.FinishDeliveryAttempt(ctx, lease, schemas.FilingOutcome{Result: schemas.FilingFinal, Reasons: []string{"字段“镇街”缺失"},
			Attempt: schemas.DeliveryAttempt{Error: "字段“镇街”缺失"}}, schemas.ObligationResult{Dead: true}, h.clock.now()); err != nil {
			h.t.Fatal(err)
		}
		ds = append(ds, d)
		h.clock.forward(24 * time.Hour)
	}
	return ds
}

func (h *house) dead(ds []schemas.Delivery) string {
	h.t.Helper()
	var out strings.Builder
	for _, d := range ds {
		now, err := h.ledger.Delivery(context.Background(), d.ID)
		if err != nil {
			h.t.Fatal(err)
		}
		out.WriteByte(map[bool]byte{true: 'x', false: '.'}[now.Status == schemas.DeliveryDead])
	}
	return out.String()
}

// Nothing is stuck in silence: the console says why, how much and since when,
// finds what is dead by its day and number, and replays just that.
func TestDeadFilingsOnTheConsole(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.PlatformState = func() string { return "已暂停发送（熔断）" } })
	ds := h.deadOnes(6)
	_, waiting, _ := h.story()
	h.clock.forward(3 * time.Hour)
	b := h.browser("officer")
	contains(t, b.get("/console/deliveries").body, "平台连接：已暂停发送（熔断）", "最早一件待报送自", "已等 3 小时", "未能报送", "字段“镇街”缺失", waiting.ReportNo,
		`<b class="late">6</b>未能报送`, "<b>1</b>待报送")

	listed := func(path string) (found string) {
		body := string(b.get(path).body)
		for _, d := range ds {
			found += map[bool]string{true: "x", false: "."}[strings.Contains(body, d.ID)]
		}
		return found
	}
	for path, want := range map[string]string{
		"/console/deliveries?status=dead":                      "xxxxxx",
		"/console/deliveries?status=dead&day=2026-11-25":       ".x....",
		"/console/deliveries?q=%E6%AD%BB-3":                    "...x..",
		"/console/deliveries?q=%E6%AD%BB-3&day=2026-11-25":     "......",
		"/console/deliveries?from=2026-11-26&to=2026-11-28":    "..xx..",
		"/console/deliveries?status=acknowledged":              "......",
		"/console/deliveries?status=dead&from=2026-11-26&to=2": "......",
	} {
		if got := listed(path); got != want {
			t.Errorf("%s lists %s, want %s", path, got, want)
		}
	}
	if a := b.get("/console/deliveries?day=yesterday"); a.status != 422 {
		t.Errorf("a day that is none: %d", a.status)
	}

	// By day: the page's own button, with what it carries.
	page := "/console/deliveries?status=dead&day=2026-11-25"
	contains(t, b.get(page).body, `name="owed" value="2026-11-25"`, "应于 2026-11-25 报送的全部重新报送")
	b.submit(page, "/console/deliveries", url.Values{"do": {"replay-dead"}, "owed": {"2026-11-25"}, "rate": {"60"}})
	if got := h.dead(ds); got != "x.xxxx" {
		t.Errorf("after the replay of one day: %s", got)
	}
	// By search, on the API by days, one by one, and all that is left.
	page = "/console/deliveries?q=%E6%AD%BB-3"
	contains(t, b.get(page).body, `name="q" value="死-3"`, "符合“死-3”的全部重新报送")
	b.submit(page, "/console/deliveries", url.Values{"do": {"replay-dead"}, "q": {"死-3"}, "rate": {"60"}})
	if got := h.dead(ds); got != "x.x.xx" {
		t.Errorf("after the replay of a search: %s", got)
	}
	var n struct{ Replayed int }
	h.json("officer", "POST", "/v1/delivery-replays", map[string]any{"status": "dead", "from": "2026-11-26T00:00:00+08:00", "to": "2026-11-27T00:00:00+08:00"}).into(t, &n)
	if got := h.dead(ds); got != "x...xx" || n.Replayed != 1 {
		t.Errorf("after the replay by the API: %s, %d", got, n.Replayed)
	}
	b.submit("/console/deliveries", "/console/deliveries", url.Values{"do": {"replay"}, "id": {ds[4].ID}, "rate": {"60"}})
	if got := h.dead(ds); got != "x....x" {
		t.Errorf("after the replay of one: %s", got)
	}
	b.submit("/console/deliveries", "/console/deliveries", url.Values{"do": {"replay-dead"}, "rate": {"1"}})
	if got := h.dead(ds); got != "......" {
		t.Errorf("after the replay of all: %s", got)
	}
	os, _, err := h.ledger.Obligations(t.Context(), schemas.ObligationFilter{Kind: schemas.OweFile, Subject: ds[5].ID, State: schemas.ObligationOpen})
	if err != nil || len(os) != 1 || os[0].DueAt.Sub(h.clock.now()) != time.Minute {
		t.Errorf("one a minute was asked: %+v %v", os, err)
	}
	if a := h.browser("clerk").post("/console/deliveries", url.Values{"do": {"replay-dead"}}); a.status != 403 {
		t.Errorf("a clerk replays: %d", a.status)
	}
}

// A comparison with the platform that fails, and one that found what is missing
// there: the console says which day it is, and which report.
func TestComparisonsOnTheConsole(t *testing.T) {
	h := newHouse(t)
	_, rep, _ := h.story()
	d, err := h.ledger.DeliveryByReport(t.Context(), rep.ID)
	if err != nil {
		t.Fatal(err)
	}
	lease := func(day string) schemas.Lease {
		t.Helper()
		owed := []schemas.NewObligation{{Kind: schemas.OweReconcile, Subject: day, DueAt: h.clock.now()}}
		if err := h.ledger.AddObligations(t.Context(), owed, h.clock.now()); err != nil {
			t.Fatal(err)
		}
		os, _, err := h.ledger.Obligations(t.Context(), schemas.ObligationFilter{Kind: schemas.OweReconcile, Subject: day})
		if err != nil || len(os) != 1 {
			t.Fatal(os, err)
		}
		l, err := h.ledger.LeaseObligation(t.Context(), os[0].ID, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	b := h.browser("officer")
	if strings.Contains(string(b.get("/console/deliveries").body), "对账") {
		t.Error("nothing was compared yet")
	}
	failed := schemas.ObligationResult{RetryAt: h.clock.now().Add(time.Hour), Outcome: "unavailable", Error: "平台列表暂不可用"}
	if err := h.ledger.FinishObligation(t.Context(), lease("2026-11-23"), failed, h.clock.now()); err != nil {
		t.Fatal(err)
	}
	missing := schemas.Difference{Kind: "missing_there", DeliveryID: d.ID, Detail: "平台列表中没有", Record: schemas.PlatformRecord{ReportNo: rep.ReportNo, Receipt: "P-77"}}
	if err := h.ledger.RecordDifferences(t.Context(), "2026-11-24", lease("2026-11-24"), []schemas.Difference{missing}, h.clock.now()); err != nil {
		t.Fatal(err)
	}
	contains(t, b.get("/console/deliveries").body, "1 次对账尚未完成", "2026-11-23（已试 1 次）", "平台列表暂不可用",
		`<a href="/console/deliveries/`+d.ID+`">`+rep.ReportNo+`</a> 平台列表中没有`, "P-77")
}

// A revision that waits for the one before it has neither attempt nor error: the
// console and the interface say what it waits for.
func TestWhatARevisionWaitsForIsShown(t *testing.T) {
	h := newHouse(t)
	_, before, _ := h.story()
	mild := reading(schemas.Accepted)
	mild.Reasons, mild.Hazard, mild.Recommendations = nil, schemas.Hazard{Level: schemas.HazardNone, Rule: "hazard/1"}, nil
	mild.Report.ReportNo = before.ReportNo
	up := h.upload("agency-01", pdf(118), `{"report_no":"`+before.ReportNo+`"}`)
	rep := h.assess(up.ReportID, mild, schemas.Consequences{Status: schemas.ReportAccepted, File: true})
	d, err := h.ledger.DeliveryByReport(t.Context(), rep.ID)
	if err != nil {
		t.Fatal(err)
	}
	first, err := h.ledger.DeliveryByReport(t.Context(), before.ID)
	if err != nil {
		t.Fatal(err)
	}
	b := h.browser("officer")
	shown := func(want schemas.FilingWait) {
		t.Helper()
		var got schemas.Delivery
		h.call("officer", "GET", "/v1/deliveries/"+d.ID, nil).into(t, &got)
		if got.WaitsFor != want {
			t.Errorf("waits for %q, want %q", got.WaitsFor, want)
		}
		for _, path := range []string{"/console/deliveries", "/console/deliveries/" + d.ID} {
			if page := string(b.get(path).body); want != "" && !strings.Contains(page, want.Says()) || want == "" && strings.Contains(page, "前一版本") {
				t.Errorf("%s does not show %q", path, want)
			}
		}
		if page := string(b.get("/console/deliveries/" + first.ID).body); strings.Contains(page, "前一版本") {
			t.Error("the first one waits for nothing")
		}
	}
	shown(schemas.WaitsForRevision)
	owed, _, err := h.ledger.Obligations(t.Context(), schemas.ObligationFilter{Kind: schemas.OweFile, Subject: first.ID})
	if err != nil {
		t.Fatal(err)
	}
	lease, err := h.ledger.LeaseObligation(t.Context(), owed[0].ID, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	taken := schemas.FilingOutcome{Result: schemas.FilingSubmitted}
	if _, err := h.ledger.FinishDeliveryAttempt(t.Context(), lease, taken, schemas.ObligationResult{RetryAt: h.clock.now().Add(time.Minute), Snooze: true}, h.clock.now()); err != nil {
		t.Fatal(err)
	}
	shown(schemas.WaitsForReceipt)
	h.clock.forward(schemas.ReceiptWait)
	b = h.browser("officer")
	shown("")
}
