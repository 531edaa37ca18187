package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"jianding/schemas"
)

// contract is schemas/openapi.yaml, and remembers what was exercised.
type contract struct {
	doc    *openapi3.T
	router routers.Router
	mu     sync.Mutex
	seen   map[string]map[int]bool
}

func loadContract(t *testing.T) *contract {
	t.Helper()
	raw, err := os.ReadFile("../../schemas/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	r, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return &contract{doc: doc, router: r, seen: map[string]map[int]bool{}}
}

// checking makes every answer of a house pass the contract: its status is
// documented for the route and its body has the documented shape.
func (c *contract) checking(t *testing.T, h *house) {
	for kind := range map[string]bool{"application/pdf": true, "image/png": true, "application/zip": true} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
	h.check = func(req *http.Request, resp *http.Response, body []byte) {
		route, params, err := c.router.FindRoute(req)
		if err != nil {
			if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed {
				t.Errorf("%s %s answers %d and is not in the contract", req.Method, req.URL.Path, resp.StatusCode)
			}
			return
		}
		key := route.Method + " " + route.Path
		c.mu.Lock()
		if c.seen[key] == nil {
			c.seen[key] = map[int]bool{}
		}
		c.seen[key][resp.StatusCode] = true
		c.mu.Unlock()
		in := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
			Status:                 resp.StatusCode, Header: resp.Header, Body: io.NopCloser(bytes.NewReader(body)),
			Options: &openapi3filter.Options{IncludeResponseStatus: true},
		}
		if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
			t.Errorf("%s answers %d: %v\n%s", key, resp.StatusCode, err, body[:min(len(body), 2000)])
		}
	}
}

func TestContractAndRoutesAreTheSame(t *testing.T) {
	c := loadContract(t)
	var documented, served []string
	for path, item := range c.doc.Paths.Map() {
		for method := range item.Operations() {
			if !strings.HasPrefix(path, "/v1/uploads") {
				documented = append(documented, method+" "+path)
			}
		}
	}
	for _, rt := range (&server{}).apiRoutes() {
		served = append(served, rt.method+" "+rt.path)
	}
	sort.Strings(documented)
	sort.Strings(served)
	if d, s := strings.Join(documented, "\n"), strings.Join(served, "\n"); d != s {
		t.Errorf("documented:\n%s\n\nserved:\n%s", d, s)
	}
	for _, rt := range (&server{}).apiRoutes() {
		op := c.doc.Paths.Find(rt.path).GetOperation(rt.method)
		if open := op.Security != nil && len(*op.Security) == 0; open != rt.open {
			t.Errorf("%s %s: needs a token %v, documented %v", rt.method, rt.path, !rt.open, !open)
		}
	}
}

// TestAPIKeepsTheContract goes through the whole API, every route with its
// success and its refusals, and holds each answer against openapi.yaml.
func TestAPIKeepsTheContract(t *testing.T) {
	callback := func(h http.Header, _ []byte, now time.Time) (schemas.PlatformCallback, error) {
		if h.Get("X-Sign") != "good" {
			return schemas.PlatformCallback{}, schemas.E(schemas.KindUntrusted, "callback_signature", "回调签名不正确", nil)
		}
		return schemas.PlatformCallback{Nonce: h.Get("X-Nonce"), At: now, Kind: "accepted", Record: schemas.PlatformRecord{IdempotencyKey: h.Get("X-Key"), Receipt: "P-1", Status: "accepted", RecordedAt: now}, RawHash: strings.Repeat("0", 64)}, nil
	}
	broken := &brokenOriginals{}
	h := newHouse(t, func(o *Options) {
		o.Callback = callback
		o.Export = func(_ context.Context, w io.Writer, ids []string) error {
			_, err := fmt.Fprintf(w, "PK %d", len(ids))
			return err
		}
		broken.Originals = o.Originals
		o.Originals = broken
		o.Precheck = func(_ context.Context, doc io.Reader, size int64, d schemas.Declared, at time.Time) (schemas.Assessment, error) {
			a := reading(schemas.Accepted)
			a.At, a.Report.ReportNo = at, d.ReportNo
			return a, nil
		}
		o.SweepAge = func() time.Duration { return 3 * time.Second }
	})
	c := loadContract(t)
	rep, acc, cs := h.story()
	c.checking(t, h)
	want := func(a answer, status int, code string) {
		t.Helper()
		if a.status != status || (code != "" && a.problem(t).Code != code) {
			t.Errorf("%d %s, want %d %s", a.status, a.body, status, code)
		}
	}
	unknown := "0190a000-0000-7000-8000-000000000000"

	h.contractReports(want, rep, unknown)
	broken.err = schemas.E(schemas.KindUnavailable, "disk_full", "", errors.New("full"))
	want(h.call("agency-01", "POST", "/v1/reports", strings.NewReader(pdf(1)), "Content-Type", "application/pdf"), 503, "disk_full")
	broken.err = nil
	h.contractRegister(want)
	h.contractNotices(want, unknown)
	h.contractCases(want, cs, unknown)
	h.contractDeliveries(want, acc, unknown)
	want(h.call("", "GET", "/v1/log/checkpoint", nil), 200, "")
	want(h.call("", "GET", "/v1/log/key", nil), 200, "")
	want(h.call("", "GET", "/healthz", nil), 200, "")
	want(h.call("", "GET", "/readyz", nil), 200, "")

	for path, item := range c.doc.Paths.Map() {
		for method := range item.Operations() {
			if key := method + " " + path; len(c.seen[key]) == 0 && !strings.HasPrefix(path, "/v1/uploads") {
				t.Errorf("%s was not exercised", key)
			}
		}
	}
}

func (h *house) contractRegister(want wanter) {
	check := func(as, doc string, head ...string) answer {
		return h.call(as, "POST", "/v1/checks", strings.NewReader(doc), append(head, "Content-Type", "application/pdf")...)
	}
	before := h.count()
	want(check("agency-01", pdf(70), "X-Metadata", `{"report_no":"R-70"}`), 200, "")
	want(check("", pdf(70)), 401, "token_invalid")
	want(check("agency-09", pdf(70)), 403, "agency_suspended")
	want(check("officer", pdf(70)), 403, "not_permitted")
	want(check("agency-01", "x"), 415, "not_pdf")
	want(check("agency-01", "", "X-Metadata", "{"), 422, "")
	if h.count() != before {
		h.t.Error("a pre-check was kept")
	}

	entry := map[string]any{"name": "重庆新鉴定有限公司", "uscc": "91500116MA60C7D218", "status": "active"}
	want(h.json("officer", "PUT", "/v1/agencies/agency-12", entry), 403, "not_permitted")
	want(h.json("admin", "PUT", "/v1/agencies/agency-12", entry), 409, "uscc_taken")
	entry["uscc"] = "91500116MA60C7D21X"
	want(h.json("admin", "PUT", "/v1/agencies/agency-12", entry), 201, "")
	want(h.json("admin", "PUT", "/v1/agencies/agency-12", entry), 200, "")
	want(h.json("admin", "PUT", "/v1/agencies/agency-13", map[string]any{"id": "other", "name": "x"}), 422, "agency_id")
	want(h.json("admin", "PUT", "/v1/agencies/agency-13", map[string]any{"name": "", "status": "gone"}), 422, "agency_invalid")
	want(h.json("admin", "PUT", "/v1/agencies/agency-13", map[string]any{"colour": "red"}), 400, "request_malformed")
	want(h.call("officer", "GET", "/v1/agencies", nil), 200, "")
	want(h.call("agency-01", "GET", "/v1/agencies", nil), 403, "not_permitted")
	want(h.call("agency-01", "GET", "/v1/agencies/agency-01", nil), 200, "")
	want(h.call("agency-01", "GET", "/v1/agencies/agency-02", nil), 404, "not_found")
	want(h.call("admin", "GET", "/v1/agencies/agency-99", nil), 404, "")
	want(h.json("admin", "POST", "/v1/agencies/agency-12/suspend", map[string]any{"from": "2026-11-01T00:00:00+08:00"}), 200, "")
	want(h.json("admin", "POST", "/v1/agencies/agency-12/suspend", map[string]any{"from": "yesterday"}), 400, "request_malformed")
	want(h.json("agency-01", "POST", "/v1/agencies/agency-12/suspend", nil), 403, "not_permitted")
	want(h.json("admin", "POST", "/v1/agencies/agency-99/suspend", nil), 404, "")
	want(h.json("admin", "POST", "/v1/agencies/agency-12/activate", nil), 200, "")
	want(h.json("clerk", "POST", "/v1/agencies/agency-12/activate", nil), 403, "not_permitted")
}

type wanter func(a answer, status int, code string)

func (h *house) contractReports(want wanter, rep schemas.Report, unknown string) {
	raw := func(as, doc string, head ...string) answer {
		return h.call(as, "POST", "/v1/reports", strings.NewReader(doc), append(head, "Content-Type", "application/pdf")...)
	}
	want(raw("agency-01", pdf(50), "Idempotency-Key", "k"), 202, "")
	want(raw("agency-01", pdf(50)), 200, "")
	want(raw("agency-01", pdf(51), "Idempotency-Key", "k"), 409, "idempotency_key_reused")
	want(raw("", pdf(1)), 401, "token_invalid")
	want(raw("agency-09", pdf(1)), 403, "agency_suspended")
	want(raw("agency-01", "x"), 415, "not_pdf")
	want(raw("agency-01", ""), 422, "document_empty")
	want(raw("agency-01", pdf(1), "Repr-Digest", digest("x")), 400, "digest_mismatch")
	want(h.call("agency-01", "GET", "/v1/reports?status=accepted&hazard=none&from=2026-11-01&to=2026-12-01&limit=10", nil), 200, "")
	want(h.call("agency-01", "GET", "/v1/reports?status=x&limit=0&from=y", nil), 422, "parameter")
	want(h.call("town", "GET", "/v1/reports", nil), 403, "not_permitted")
	base := "/v1/reports/" + rep.ID
	for _, p := range []string{"", "/original", "/assessment", "/events", "/receipt"} {
		want(h.call("agency-01", "GET", base+p, nil), 200, "")
		want(h.call("agency-02", "GET", base+p, nil), 404, "not_found")
		want(h.call("", "GET", base+p, nil), 401, "token_invalid")
	}
	want(h.call("agency-01", "GET", base+"/original", nil, "Range", "bytes=0-3"), 206, "")
	want(h.call("agency-01", "GET", base+"/original", nil, "If-None-Match", `"`+rep.SHA256+`"`), 304, "")
	want(h.call("agency-01", "DELETE", base, nil), 405, "method_not_allowed")
	want(h.json("reviewer", "POST", base+"/reassess", map[string]string{}), 422, "reason_required")
	want(h.json("reviewer", "POST", base+"/reassess", map[string]string{"reason": "信任数据更新"}), 202, "")
	want(h.json("officer", "POST", base+"/reassess", map[string]string{"reason": "x"}), 403, "not_permitted")
	want(h.json("agency-01", "POST", base+"/decision", map[string]string{"verdict": "accept"}), 403, "not_permitted")
	want(h.json("reviewer", "POST", base+"/decision", map[string]string{"verdict": "maybe"}), 422, "verdict_unknown")
	want(h.json("reviewer", "POST", base+"/decision", map[string]string{"verdikt": "accept"}), 400, "request_malformed")
	want(h.json("reviewer", "POST", base+"/decision", map[string]any{"verdict": "accept", "expect_version": 99999}), 409, "report_changed")
	want(h.json("reviewer", "POST", base+"/decision", map[string]any{"verdict": "accept", "note": "已核对"}), 200, "")
	want(h.json("reviewer", "POST", base+"/decision", map[string]any{"verdict": "accept"}), 409, "")
	want(h.call("reviewer", "GET", base+"/assessment", nil), 200, "")
	want(h.json("reviewer", "POST", "/v1/reports/"+unknown+"/decision", map[string]any{"verdict": "accept"}), 404, "not_found")
}

func (h *house) contractNotices(want wanter, unknown string) {
	stated := map[string]string{"address": "白沙镇老街2号", "town": "白沙镇", "found": "承重墙开裂", "discovered_at": "2026-11-24T09:00:00+08:00"}
	a := h.json("agency-01", "POST", "/v1/hazard-notices", stated, "Idempotency-Key", "n1")
	want(a, 201, "")
	want(h.json("agency-01", "POST", "/v1/hazard-notices", stated, "Idempotency-Key", "n1"), 200, "")
	want(h.json("agency-01", "POST", "/v1/hazard-notices", map[string]string{}), 422, "metadata_required")
	want(h.json("agency-09", "POST", "/v1/hazard-notices", stated), 403, "agency_suspended")
	body, kind := form(h.t, "metadata", `{"address":"a","found":"b","discovered_at":"2026-11-24T09:00:00Z"}`, "photo", "GIF89a")
	want(h.call("agency-01", "POST", "/v1/hazard-notices", body, "Content-Type", kind), 422, "photo_type")
	body, kind = form(h.t, "metadata", `{"address":"白沙镇老街3号","found":"b","discovered_at":"2026-11-24T09:00:00+08:00"}`, "photo", "\x89PNG\r\n\x1a\n......")
	b := h.call("agency-01", "POST", "/v1/hazard-notices", body, "Content-Type", kind)
	want(b, 201, "")
	var n noticeView
	b.into(h.t, &n)
	ref := "/v1/hazard-notices/" + n.Ref
	want(h.call("agency-01", "GET", ref+"/photos/"+n.Photos[0].SHA256, nil), 200, "")
	want(h.call("agency-02", "GET", ref+"/photos/"+n.Photos[0].SHA256, nil), 404, "not_found")
	want(h.call("agency-01", "GET", "/v1/hazard-notices?unlinked=true", nil), 200, "")
	want(h.call("agency-01", "GET", ref, nil), 200, "")
	want(h.call("agency-02", "GET", ref, nil), 404, "not_found")
	v := h.upload("agency-01", pdf(60), "")
	want(h.json("agency-01", "POST", ref+"/link", map[string]string{"report_id": unknown}), 404, "not_found")
	want(h.json("agency-01", "POST", ref+"/link", map[string]string{"report_id": v.ReceiptNo}), 200, "")
}

func (h *house) contractCases(want wanter, c schemas.Case, unknown string) {
	base := "/v1/escalations/" + c.Ref
	want(h.call("officer", "GET", "/v1/escalations?open=true&level=red&overdue=false", nil), 200, "")
	want(h.call("officer", "GET", "/v1/escalations?level=blue", nil), 422, "parameter")
	for _, p := range []string{"", "/events"} {
		want(h.call("officer", "GET", base+p, nil), 200, "")
		want(h.call("agency-01", "GET", base+p, nil), 200, "")
		want(h.call("agency-02", "GET", base+p, nil), 404, "not_found")
	}
	want(h.call("officer", "GET", "/v1/overdue?days=30", nil), 200, "")
	want(h.call("officer", "GET", "/v1/overdue?days=x", nil), 422, "parameter")
	want(h.call("town", "GET", "/v1/overdue", nil), 403, "not_permitted")
	want(h.call("officer", "GET", base+"/notifications", nil), 200, "")
	want(h.call("agency-01", "GET", base+"/notifications", nil), 403, "not_permitted")
	want(h.json("agency-01", "POST", base+"/acknowledge", struct{}{}), 403, "not_permitted")
	want(h.call("officer", "POST", base+"/acknowledge", nil), 200, "")
	want(h.call("officer", "POST", base+"/acknowledge", nil), 200, "")
	want(h.call("officer", "POST", "/v1/escalations/"+unknown+"/acknowledge", nil), 404, "not_found")
	want(h.json("officer", "POST", base+"/dispose", disposal{Codes: []schemas.DispositionCode{"burn"}}), 422, "disposition_unknown")
	want(h.json("officer", "POST", base+"/dispose", disposal{Codes: []schemas.DispositionCode{"stop_use"}, CopyTo: []string{"白沙镇"}}), 200, "")
	want(h.json("town", "POST", base+"/measures", map[string]string{"text": "已拉警戒线"}), 200, "")
	want(h.json("reviewer", "POST", base+"/measures", map[string]string{"text": "x"}), 403, "not_permitted")
	want(h.json("officer", "POST", base+"/downgrade", downgrade{To: "green", Reason: "x"}), 422, "level_unknown")
	want(h.json("officer", "POST", base+"/downgrade", downgrade{To: "amber", Reason: "复核为局部", SecondToken: h.tokens["officer2"]}), 200, "")
	want(h.json("officer", "POST", base+"/raise", map[string]string{"reason": "裂缝发展"}), 200, "")
	want(h.json("officer", "POST", base+"/close", closing{Evidence: "未处置"}), 409, "not_disposed")
	want(h.json("officer", "POST", base+"/dispose", disposal{Codes: []schemas.DispositionCode{"stop_use", "demolish"}}), 200, "")
	want(h.json("officer", "POST", base+"/close", closing{}), 422, "evidence_required")
	want(h.json("officer", "POST", base+"/close", closing{Evidence: "已拆除"}), 200, "")
	want(h.json("officer", "POST", base+"/dispose", disposal{Codes: []schemas.DispositionCode{"stop_use"}}), 409, "case_ended")
}

func (h *house) contractDeliveries(want wanter, acc schemas.Report, unknown string) {
	ctx := context.Background()
	d, err := h.ledger.DeliveryByReport(ctx, acc.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	base := "/v1/deliveries/" + d.ID
	want(h.call("officer", "GET", "/v1/deliveries?status=pending", nil), 200, "")
	want(h.call("agency-01", "GET", "/v1/deliveries", nil), 403, "not_permitted")
	want(h.call("officer", "GET", base, nil), 200, "")
	want(h.call("officer", "GET", "/v1/deliveries/"+unknown, nil), 404, "not_found")
	want(h.call("officer", "POST", base+"/manual", nil), 200, "")
	want(h.json("officer", "POST", base+"/receipt", map[string]string{}), 422, "receipt_required")
	want(h.call("officer", "POST", base+"/automatic", nil), 200, "")
	want(h.call("officer", "POST", base+"/manual", nil), 200, "")
	want(h.json("officer", "POST", "/v1/delivery-replays", replay{}), 422, "selection_missing")
	want(h.json("officer", "POST", "/v1/delivery-replays", replay{Status: schemas.DeliveryManual}), 200, "")
	want(h.json("officer", "POST", "/v1/delivery-exports", map[string]any{}), 422, "selection_missing")
	want(h.json("officer", "POST", "/v1/delivery-exports", map[string]any{"ids": []string{d.ID}}), 200, "")
	want(h.json("officer", "POST", "/v1/delivery-exports", map[string]any{"day": "2026-11-24"}), 200, "")
	call := func(sign, nonce string) answer {
		return h.call("", "POST", "/v1/platform/callbacks", strings.NewReader("{}"), "X-Sign", sign, "X-Nonce", nonce, "X-Key", d.IdempotencyKey, "Content-Type", "application/json")
	}
	want(call("bad", "n1"), 401, "callback_signature")
	want(call("good", "n1"), 200, "")
	want(call("good", "n1"), 200, "")
	got, _ := h.ledger.Delivery(ctx, d.ID)
	if got.Status != schemas.DeliveryAcknowledged || got.PlatformReceipt != "P-1" {
		h.t.Errorf("%+v", got)
	}
	want(h.call("officer", "GET", "/v1/differences?open=true", nil), 200, "")
	want(h.json("officer", "POST", "/v1/differences/"+unknown+"/resolve", map[string]string{"resolution": "x"}), 404, "")
	want(h.json("officer", "POST", base+"/receipt", map[string]string{"receipt": "P-2", "evidence": "平台截图"}), 409, "")
}
