package municipal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

func (c *checker) record(comp compiler) recordMapping {
	r := c.profile.Record
	m := recordMapping{parts: map[string]*vm.Program{}, statuses: r.Statuses, time: r.Time, zone: shanghai()}
	m.in = c.expression(comp, "record.in", r.In, answerView{})
	if m.in == nil && r.In == "" {
		c.add("record.in", "missing", "缺少")
	}
	for name, src := range map[string]string{"idempotency_key": r.IdempotencyKey, "report_no": r.ReportNo, "sha256": r.SHA256,
		"receipt": r.Receipt, "status": r.Status, "reasons": r.Reasons, "recorded_at": r.RecordedAt} {
		if src == "" && (name == "receipt" || name == "status" || name == "recorded_at") {
			c.add("record."+name, "missing", "缺少")
		}
		m.parts[name] = c.expression(comp, "record."+name, src, answerView{})
	}
	if r.IdempotencyKey == "" && r.SHA256 == "" {
		c.add("record", "missing", "idempotency_key 与 sha256 至少要有一个，否则无法确认是哪一次修订")
	}
	for word, s := range r.Statuses {
		c.oneOf("record.statuses."+word, s, "accepted", "pending", "returned", "withdrawn", "superseded")
	}
	if len(r.Statuses) == 0 {
		c.add("record.statuses", "missing", "缺少")
	}
	if r.Time.Format != "" {
		c.oneOf("record.time.format", r.Time.Format, sortedKeys(timeFormats())...)
	}
	if r.Time.Zone != "" {
		zone, err := time.LoadLocation(r.Time.Zone)
		if err != nil {
			c.add("record.time.zone", "bad_value", "未知的时区 %q", r.Time.Zone)
		}
		m.zone = zone
	}
	return m
}

func (c *checker) endpointsInto(out *compiled, comp compiler) {
	e := c.profile.Endpoints
	for _, x := range []struct {
		op       string
		spec     *Endpoint
		required bool
	}{{opSubmit, e.Submit, true}, {opUpload, e.Upload, false}, {opSupersede, e.Supersede, false}, {opQuery, e.Query, true},
		{opQueryByNumber, e.QueryByNumber, false}, {opList, e.List, true}} {
		switch {
		case x.spec != nil:
			e := c.endpoint(x.op, *x.spec, comp)
			out.endpoints[x.op] = e
			for _, t := range append(slices.Clone(e.headers), e.query...) {
				out.signing.sm3 = out.signing.sm3 || t.uses("body_sm3")
			}
		case x.required:
			c.add("endpoints."+x.op, "missing", "缺少")
		}
	}
}

func (c *checker) endpoint(op string, s Endpoint, comp compiler) *endpoint {
	at := "endpoints." + op
	e := &endpoint{op: op, spec: s}
	c.oneOf(at+".method", s.Method, http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch)
	c.oneOf(at+".body", s.Body, "none", "json", "multipart", "file", "text")
	if (s.Body == "text") != (s.Text != "") {
		c.add(at+".text", "bad_value", "text 与 body: text 应同时出现")
	}
	e.text = c.template(at+".text", s.Text)
	if s.Method == http.MethodGet && s.Body != "none" {
		c.add(at+".body", "bad_value", "GET 请求不能有正文")
	}
	if (op == opSubmit || op == opSupersede) && s.Body != "json" && s.Body != "multipart" {
		c.add(at+".body", "bad_value", "应为 json 或 multipart")
	}
	asks := op == opQuery || op == opQueryByNumber || op == opList
	if asks && s.Body != "none" && s.Body != "text" {
		c.add(at+".body", "bad_value", "查询的正文应为 none 或 text")
	}
	if op == opUpload && s.Body != "file" && s.Body != "multipart" {
		c.add(at+".body", "bad_value", "upload 应上传文件")
	}
	if op == opSubmit && s.Body == "json" && c.profile.Endpoints.Upload == nil {
		c.add(at+".body", "bad_value", "只报送信息时还需要 endpoints.upload")
	}
	if !strings.HasPrefix(s.Path, "/") {
		c.add(at+".path", "bad_value", "应以 / 开头")
	}
	e.path = c.template(at+".path", s.Path)
	e.headers = c.named(at+".headers", s.Headers, nil)
	e.query = c.named(at+".query", s.Query, nil)
	e.fileName = c.template(at+".file_name", s.FileName)
	e.records = c.expression(comp, at+".records", s.Records, answerView{})
	e.cursor = c.expression(comp, at+".next_cursor", s.NextCursor, answerView{})
	e.next = c.expression(comp, at+".next", s.Next, answerView{})
	if asks && s.Records == "" {
		c.add(at+".records", "missing", "缺少")
	}
	allowed := []string{"accepted", "submitted", "duplicate", "returned", "retry", "unknown", "final", resultRecord}
	switch op {
	case opQuery, opQueryByNumber:
		allowed = []string{resultFound, "not_found", "retry", "unknown", "final"}
	case opList:
		allowed = []string{resultFound, "retry", "final"}
	case opSubmit:
		if c.profile.Endpoints.Upload != nil {
			allowed = append(allowed, resultContinue)
		}
	}
	if len(s.Answers) == 0 {
		c.add(at+".answers", "missing", "没有说明应答的含义")
	}
	for i, r := range s.Answers {
		rat := fmt.Sprintf("%s.answers[%d]", at, i)
		c.oneOf(rat+".result", r.Result, allowed...)
		if r.When == "" {
			c.add(rat+".when", "missing", "缺少条件")
		}
		if r.Result == resultContinue && s.Next == "" {
			c.add(at+".next", "missing", "continue 需要 next")
		}
		e.rules = append(e.rules, rule{
			spec:    r,
			when:    c.expression(comp, rat+".when", r.When, answerView{}, expr.AsBool()),
			receipt: c.expression(comp, rat+".receipt", r.Receipt, answerView{}),
			reasons: c.expression(comp, rat+".reasons", r.Reasons, answerView{}),
		})
	}
	return e
}

func (c *checker) callbackReader(comp compiler) *callbackReader {
	cb := c.profile.Callbacks
	r := &callbackReader{scheme: c.scheme("callbacks.signing", cb.Signing, false), events: cb.Events}
	for i, h := range cb.Signing.Headers {
		if t, err := parseTemplate(h.Value); err == nil && len(t.pieces) != 1 {
			c.add(fmt.Sprintf("callbacks.signing.headers[%d]", i), "bad_value", "回调的请求头应恰为一个 {名称} 或固定文本")
		}
	}
	signed := false
	for _, p := range cb.Signing.Parts {
		if t, err := parseTemplate(p.Value); err == nil {
			signed = signed || t.uses("body_sha256") || t.uses("body_sm3") || t.uses("metadata")
		}
	}
	if !signed {
		c.add("callbacks.signing.parts", "insecure", "被签名的内容应含 {body_sha256} 或 {body_sm3}，否则回调正文可被篡改")
	}
	for name, src := range map[string]string{"event": cb.Event, "record": cb.Record} {
		if src == "" {
			c.add("callbacks."+name, "missing", "缺少")
		}
	}
	r.event = c.expression(comp, "callbacks.event", cb.Event, answerView{})
	r.at = c.expression(comp, "callbacks.at", cb.At, answerView{})
	r.record = c.expression(comp, "callbacks.record", cb.Record, answerView{})
	for word, e := range cb.Events {
		c.oneOf("callbacks.events."+word, e, "accepted", "returned", "withdrawn")
	}
	if len(cb.Events) == 0 {
		c.add("callbacks.events", "missing", "缺少")
	}
	return r
}
