package municipal_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"jianding/integrations/municipal"
	"jianding/integrations/sandbox"
	"jianding/schemas"
)

// otherPlatform is unlike the reference contract in everything: form fields,
// HTTP 200 with a code in the body, queries by POST, one object instead of a
// list, signature in the address, its own words for states and grades. The
// client must fit it by configuration alone.
const otherPlatform = `
name: other
description: 与参考接口全然不同的平台
base_url: https://other.example.cn/gw
division: "500116"
signing:
  algorithm: hmac-sha256
  key_encoding: hex
  encoding: upper-hex
  join: ""
  time: {format: compact}
  nonce: {format: uuid}
  parts:
    - {value: "{secret}"}
    - {value: "{app_id}"}
    - {value: "{timestamp}"}
    - {value: "{nonce}"}
    - {value: "{body_sha256|upper}"}
  query:
    - {name: ak, value: "{app_id}"}
    - {name: ts, value: "{timestamp}"}
    - {name: n, value: "{nonce}"}
    - {name: sign, value: "{signature}"}
endpoints:
  submit:
    method: POST
    path: /report/{report_no}/add
    body: multipart
    metadata_form: true
    file_part: bgwj
    file_name: "{report_no}.pdf"
    answers:
      - {when: 'status == 200 && body?.errcode == 0', result: accepted, receipt: body.data.slh}
      - {when: 'status == 200 && body?.errcode == 1001', result: duplicate, receipt: 'split(body.errmsg, "：")[1]'}
      - {when: 'status == 200 && body?.errcode == 45009', result: retry, retry_after: 10m}
      - {when: 'status == 200 && body?.errcode in [40001, 40002]', result: final, reasons: body.errmsg}
  query:
    method: POST
    path: /report/get
    body: text
    text: '{{"bgbh":"{report_no|json}"}}'
    records: body?.data
    answers:
      - {when: 'status == 200 && body?.errcode == 0', result: found}
      - {when: 'status == 200 && body?.errcode == 404', result: not_found}
  list:
    method: GET
    path: /report/list
    query: [{name: rq, value: "{day}"}]
    records: body.rows
    answers: [{when: 'status == 200', result: found}]
record:
  in: 'nil'
  report_no: record?.bgbh
  sha256: record?.zy
  receipt: record?.slh
  status: record?.zt
  reasons: record?.yj
  recorded_at: record?.sj
  statuses: {"1": accepted, "2": returned, "0": pending}
  time: {format: datetime}
codes:
  djdm: {Asu: "1", Bsu: "2", Csu: "3", Dsu: "4"}
fields:
  - {name: bgbh, label: 报告编号, value: report.no, required: true}
  - {name: aqdj, label: 安全等级代码, value: 'code("djdm", overall.safety)', required: true}
  - {name: cljy, label: 处理建议, value: 'join(map(recommendations, .name), "、")'}
  - {name: zl, label: 附加资料, value: '{"mj": report.area_m2}'}
`

type otherServer struct {
	t       *testing.T
	answer  func(w http.ResponseWriter, r *http.Request)
	form    map[string]string
	file    []byte
	queried string
}

func (o *otherServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	raw, _ := io.ReadAll(r.Body)
	sum := sha256.Sum256(raw)
	key, _ := hex.DecodeString(otherSecret)
	m := hmac.New(sha256.New, key)
	fmt.Fprint(m, otherSecret, "jj", q.Get("ts"), q.Get("n"), strings.ToUpper(hex.EncodeToString(sum[:])))
	if want := strings.ToUpper(hex.EncodeToString(m.Sum(nil))); q.Get("sign") != want {
		o.t.Errorf("signature %s, want %s", q.Get("sign"), want)
	}
	if len(q.Get("n")) != 36 || len(q.Get("ts")) != 14 {
		o.t.Errorf("nonce %q, time %q", q.Get("n"), q.Get("ts"))
	}
	r.Body = io.NopCloser(strings.NewReader(string(raw)))
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			o.t.Error(err)
			return
		}
		o.form = map[string]string{"path": r.URL.EscapedPath()}
		for k, v := range r.MultipartForm.Value {
			o.form[k] = v[0]
		}
		f, h, err := r.FormFile("bgwj")
		if err != nil {
			o.t.Error(err)
			return
		}
		o.form["filename"] = h.Filename
		o.file, _ = io.ReadAll(f)
	} else {
		o.queried = string(raw) + r.URL.Query().Get("rq")
	}
	o.answer(w, r)
}

const otherSecret = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func TestProfileFitsAPlatformOfAnotherKind(t *testing.T) {
	p, err := municipal.LoadProfile([]byte(otherPlatform))
	if err != nil {
		t.Fatal(err)
	}
	o := &otherServer{t: t}
	s := httptest.NewServer(o)
	defer s.Close()
	c, err := municipal.New(p, municipal.Secrets{AppID: "jj", Secret: otherSecret}, municipal.Options{BaseURL: s.URL + "/gw"})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, docs: map[string][]byte{}}
	f := w.filing(1)
	f.Report.ReportNo, f.Assessment.Report.ReportNo = `渝/1 "甲"`, `渝/1 "甲"`
	answer := func(body string) {
		o.answer = func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
	}
	submit := func() schemas.FilingOutcome { return c.Submit(context.Background(), f, w.original(f), always) }

	answer(`{"errcode":0,"errmsg":"ok","data":{"slh":"SL-1"}}`)
	if out := submit(); out.Result != schemas.FilingAccepted || out.Receipt != "SL-1" {
		t.Fatalf("%+v", out)
	}
	if o.form["path"] != "/gw/report/%E6%B8%9D%2F1%20%22%E7%94%B2%22/add" {
		t.Errorf("path %s", o.form["path"])
	}
	if o.form["bgbh"] != `渝/1 "甲"` || o.form["aqdj"] != "4" || o.form["cljy"] != "停止使用、疏散撤离" || o.form["zl"] != `{"mj":486.35}` {
		t.Errorf("form %q", o.form)
	}
	if string(o.file) != string(w.docs[f.Report.SHA256]) {
		t.Error("file differs")
	}
	for body, want := range map[string]schemas.FilingResult{
		`{"errcode":1001,"errmsg":"已存在：SL-1"}`: schemas.FilingDuplicate,
		`{"errcode":1001,"errmsg":"已存在"}`:      schemas.FilingUnknown, // no receipt to prove it
		`{"errcode":0,"data":{}}`:              schemas.FilingUnknown,
		`{"errcode":0}`:                        schemas.FilingUnknown,
		`{"errcode":45009}`:                    schemas.FilingRetry,
		`{"errcode":40001,"errmsg":"缺字段"}`:     schemas.FilingFinal,
		`{"errcode":-1}`:                       schemas.FilingUnknown,
		`<html>`:                               schemas.FilingUnknown,
		`[]`:                                   schemas.FilingUnknown,
		`null`:                                 schemas.FilingUnknown,
		``:                                     schemas.FilingUnknown,
	} {
		answer(body)
		if out := submit(); out.Result != want {
			t.Errorf("%s: %+v, want %s", body, out, want)
		}
	}

	record := `{"bgbh":"x","zy":"` + strings.ToUpper(f.Report.SHA256) + `","slh":"SL-1","zt":%s,"yj":"地址有误","sj":"2026-11-24 12:00:00"}`
	for body, want := range map[string]schemas.FilingResult{
		`{"errcode":0,"data":` + fmt.Sprintf(record, "1") + `}`:                                                             schemas.FilingAccepted,
		`{"errcode":0,"data":[` + fmt.Sprintf(record, `"2"`) + `]}`:                                                         schemas.FilingReturned,
		`{"errcode":0,"data":[` + fmt.Sprintf(record, `"2"`) + `,` + fmt.Sprintf(record, `"1"`) + `]}`:                      schemas.FilingAccepted,
		`{"errcode":0,"data":` + fmt.Sprintf(record, `9`) + `}`:                                                             schemas.FilingUnknown,  // a state that nobody explained
		`{"errcode":0,"data":` + strings.ReplaceAll(fmt.Sprintf(record, "1"), strings.ToUpper(f.Report.SHA256), "ff") + `}`: schemas.FilingNotFound, // another revision
		`{"errcode":404}`:            schemas.FilingNotFound,
		`{"errcode":0,"data":[]}`:    schemas.FilingNotFound,
		`{"errcode":0,"data":null}`:  schemas.FilingNotFound,
		`{"errcode":0,"data":"all"}`: schemas.FilingUnknown,
		`{"errcode":500}`:            schemas.FilingUnknown,
	} {
		answer(body)
		if out := c.Query(context.Background(), f, always); out.Result != want {
			t.Errorf("%s: %+v, want %s", body, out, want)
		}
		if want := `{"bgbh":"渝/1 \"甲\""}`; o.queried != want {
			t.Fatalf("queried %s, want %s", o.queried, want)
		}
	}
	answer(`{"rows":[` + fmt.Sprintf(record, `"1"`) + `]}`)
	list, err := c.List(context.Background(), f.Report.ReceivedAt)
	if err != nil || len(list) != 1 || list[0].RecordedAt.Format("15:04") != "04:00" || list[0].SHA256 != f.Report.SHA256 || o.queried != "2026-11-24" {
		t.Errorf("list %+v (%v), queried %s", list, err, o.queried)
	}
	// A record in a state that nobody explained is listed, not swallowed.
	answer(`{"rows":[` + fmt.Sprintf(record, `"7"`) + `,` + fmt.Sprintf(record, `"1"`) + `]}`)
	if list, err = c.List(context.Background(), f.Report.ReceivedAt); err != nil || len(list) != 2 || list[0].Status != "7" {
		t.Errorf("list %+v (%v)", list, err)
	}
	answer(`{"rows":"none"}`)
	if _, err = c.List(context.Background(), f.Report.ReceivedAt); schemas.KindOf(err) != schemas.KindInvalid {
		t.Errorf("a list that is none: %v", err)
	}
}

const drafts = quick + `
endpoints:
  submit:
    method: POST
    path: /filings/drafts
    body: json
    headers: [{name: Idempotency-Key, value: "{idempotency_key}"}]
    next: body.draft_id
    answers:
      - {when: 'status == 201 && body?.code == "DRAFT"', result: continue}
      - {when: 'status == 201 && body?.code == "ACCEPTED"', result: accepted}
      - {when: 'status == 200 && body?.code == "DUPLICATE"', result: duplicate}
      - {when: 'status == 429', result: retry}
      - {when: 'status == 422', result: final, reasons: body.message}
  upload:
    method: PUT
    path: /filings/drafts/{draft}/file
    body: file
    headers: [{name: Idempotency-Key, value: "{idempotency_key}"}]
  query:
    method: GET
    path: /filings/query
    query: [{name: idempotency_key, value: "{idempotency_key}"}]
    records: body.records
    answers: [{when: 'status == 200', result: found}]
  list:
    method: GET
    path: /filings
    query: [{name: day, value: "{day}"}]
    records: body.records
    answers: [{when: 'status == 200', result: found}]
`

// Metadata first, file second: the same promise.
func TestMetadataThenFile(t *testing.T) {
	for _, kind := range append(sandbox.Kinds(), sandbox.None) {
		for _, op := range []string{"draft", "upload"} {
			t.Run(string(kind)+"/"+op, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, setup{patch: drafts, box: func(o *sandbox.Options) { o.NoDuplicateCheck = true; o.DecideAfter = 0 }})
				if kind != sandbox.None {
					if err := w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: kind}, Times: 1, Operations: []string{op}}); err != nil {
						t.Fatal(err)
					}
				}
				c := w.courier(w.filing(1))
				if err := c.deliver(context.Background()); err != nil {
					t.Error(err)
				}
				w.recordedOnce(t, c)
				if kind == sandbox.None {
					if n := len(c.outcomes); n != 1 || c.outcomes[0].Attempt.Operation != "submit" {
						t.Errorf("%d outcomes: %+v", n, c.outcomes)
					}
				}
			})
		}
	}
}

// What is sent must be what the published schema says; the sandbox checks it,
// so every shipped profile is held to it by its filings. This test makes sure
// that the sandbox does refuse.
func TestSandboxHoldsTheSchema(t *testing.T) {
	w := newWorld(t, setup{patch: quick + `
fields:
  - {name: report_no, label: 报告编号, value: report.no}
  - {name: surplus, label: 多余, value: '"x"'}
`})
	f := w.filing(1)
	out := w.client.Submit(context.Background(), f, w.original(f), always)
	if out.Result != schemas.FilingFinal || len(out.Reasons) < 2 || len(w.commits()) != 0 {
		t.Errorf("%+v", out)
	}
	if j, _ := json.Marshal(out.Reasons); !strings.Contains(string(j), "surplus") || !strings.Contains(string(j), "address") {
		t.Errorf("reasons %s", j)
	}
}
