package municipal

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"jianding/schemas"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// compiled is a profile that was checked, ready to use.
type compiled struct {
	base      *url.URL
	signing   *scheme
	fields    []field
	record    recordMapping
	endpoints map[string]*endpoint
	callbacks *callbackReader
}

// Names of operations, also in attempts.
const (
	opSubmit    = "submit"
	opUpload    = "upload"
	opSupersede = "supersede"
	opQuery     = "query"
	opList      = "list"
)

type endpoint struct {
	op       string
	spec     Endpoint
	path     template
	headers  []template
	query    []template
	fileName template
	text     template
	rules    []rule
	records  *vm.Program
	cursor   *vm.Program
	next     *vm.Program
}

type checker struct {
	profile  *Profile
	problems []schemas.Problem
}

func (c *checker) add(field, code, format string, args ...any) {
	c.problems = append(c.problems, schemas.Problem{Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) oneOf(field, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		c.add(field, "bad_value", "%q 不可用，应为：%s", value, strings.Join(allowed, "、"))
	}
}

func (c *checker) check() *compiled {
	p := c.profile
	out := &compiled{endpoints: map[string]*endpoint{}}
	if p.Name == "" {
		c.add("name", "missing", "缺少")
	}
	if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(p.Division) {
		c.add("division", "bad_value", "应为六位行政区划代码（GB/T 2260），江津区为 500116")
	}
	out.base = c.baseURL()
	c.limits()
	out.signing = c.scheme("signing", p.Signing, true)
	comp := compiler{codes: p.Codes}
	out.fields = c.fields(comp)
	out.record = c.record(comp)
	c.endpointsInto(out, comp)
	if p.Callbacks != nil {
		out.callbacks = c.callbackReader(comp)
	}
	if len(c.problems) == 0 {
		c.tryOut(out)
	}
	return out
}

func (c *checker) baseURL() *url.URL {
	u, err := url.Parse(c.profile.BaseURL)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		c.add("base_url", "bad_value", "应为完整的网址，不含查询串和账号，例如 https://platform.example.cn/api")
		return nil
	}
	ip := net.ParseIP(u.Hostname())
	loopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback) {
		c.add("base_url", "insecure", "只允许 https（本机测试地址除外）")
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return u
}

func (c *checker) limits() {
	p := c.profile
	c.oneOf("tls.min_version", p.TLS.MinVersion, "1.2", "1.3")
	if (p.TLS.CertFile == "") != (p.TLS.KeyFile == "") {
		c.add("tls", "incomplete", "cert_file 与 key_file 必须同时给出")
	}
	if p.Proxy != "" && p.Proxy != "environment" {
		u, err := url.Parse(p.Proxy)
		if err != nil || u.Host == "" {
			c.add("proxy", "bad_value", "应为代理网址或 environment")
		} else {
			c.oneOf("proxy", u.Scheme, "http", "https", "socks5")
		}
	}
	if p.Rate.PerSecond <= 0 || p.Rate.PerSecond > 1000 {
		c.add("rate.per_second", "bad_value", "应在 0 与 1000 之间")
	}
	if p.Rate.Burst < 1 {
		c.add("rate.burst", "bad_value", "至少为 1")
	}
	if p.Breaker.Failures < 1 {
		c.add("breaker.failures", "bad_value", "至少为 1")
	}
	if p.Limits.FileBytes < 1 || p.Limits.AnswerBytes < 1 || p.Limits.ListPages < 1 {
		c.add("limits", "bad_value", "应为正数")
	}
	if p.Timeouts.Total < p.Timeouts.Answer {
		c.add("timeouts.total", "bad_value", "不能短于 timeouts.answer")
	}
}

func (c *checker) scheme(at string, s Signing, request bool) *scheme {
	out := &scheme{spec: s}
	c.oneOf(at+".algorithm", s.Algorithm, algHMACSHA256, algHMACSM3, algSM2, algNone)
	zone, err := time.LoadLocation(s.Time.Zone)
	if s.Time.Zone == "Asia/Shanghai" { // known without the machine's zone files
		zone, err = shanghai(), nil
	}
	if err != nil {
		c.add(at+".time.zone", "bad_value", "未知的时区 %q", s.Time.Zone)
	}
	out.zone = zone
	if s.Algorithm == algNone {
		if !request {
			c.add(at+".algorithm", "insecure", "回调必须验签，不能为 none")
		}
	} else {
		c.oneOf(at+".encoding", s.Encoding, sortedKeys(encodings())...)
		if strings.HasPrefix(s.Encoding, "raw-") && s.Algorithm != algSM2 {
			c.add(at+".encoding", "bad_value", "raw-… 只用于 sm2")
		}
		c.oneOf(at+".key_encoding", s.KeyEncoding, "raw", "hex", "base64")
		c.oneOf(at+".time.format", s.Time.Format, sortedKeys(timeFormats())...)
		c.oneOf(at+".nonce.format", s.Nonce.Format, "hex", "uuid", "digits")
		if s.Nonce.Bytes < 8 || s.Nonce.Bytes > 64 {
			c.add(at+".nonce.bytes", "bad_value", "应在 8 与 64 之间")
		}
		if len(s.Parts) == 0 {
			c.add(at+".parts", "missing", "没有被签名的内容")
		}
	}
	uses := map[string]bool{}
	for i, p := range s.Parts {
		field := fmt.Sprintf("%s.parts[%d]", at, i)
		t := c.template(field+".value", p.Value)
		out.parts = append(out.parts, t)
		if t.uses("signature") {
			c.add(field, "bad_value", "签名串不能含签名本身")
		}
		if p.EachQuery == (p.Value != "") {
			c.add(field, "bad_value", "value 与 each_query 恰有其一")
		}
		if (s.Sort || s.Pair != "") && p.Name == "" && !p.EachQuery {
			c.add(field+".name", "missing", "sort 或 pair 需要名称")
		}
		note(uses, t)
	}
	signed := map[string]bool{}
	out.headers = c.named(at+".headers", s.Headers, signed)
	out.query = c.named(at+".query", s.Query, signed)
	if s.Algorithm != algNone && !signed["signature"] && request {
		c.add(at, "missing", "headers 或 query 中没有 {signature}")
	}
	out.sm3 = uses["body_sm3"] || signed["body_sm3"]
	// A signature that covers no time or nonce could be replayed for good.
	if s.Algorithm != algNone {
		for _, must := range []string{"timestamp", "nonce"} {
			if !uses[must] {
				c.add(at+".parts", "insecure", "被签名的内容应含 {%s}", must)
			}
			if !signed[must] {
				c.add(at+".headers", "missing", "对方需要 {%s} 才能验签", must)
			}
		}
	}
	return out
}

func note(uses map[string]bool, t template) {
	for _, p := range t.pieces {
		uses[p.name] = true
	}
}

func (c *checker) template(field, text string) template {
	t, err := parseTemplate(text)
	if err != nil {
		c.add(field, "bad_template", "%s", err.Error())
	}
	return t
}

func (c *checker) named(field string, list []NamedTemplate, uses map[string]bool) []template {
	var out []template
	for i, n := range list {
		at := fmt.Sprintf("%s[%d]", field, i)
		if n.Name == "" {
			c.add(at+".name", "missing", "缺少")
		}
		t := c.template(at+".value", n.Value)
		if uses != nil {
			note(uses, t)
		} else if t.uses("signature") || t.uses("secret") {
			c.add(at, "bad_value", "{signature} 与 {secret} 只能用于 signing")
		}
		out = append(out, t)
	}
	return out
}

func (c *checker) expression(comp compiler, field, source string, env any, opts ...expr.Option) *vm.Program {
	if source == "" {
		return nil
	}
	p, err := comp.compile(source, env, opts...)
	if err != nil {
		c.add(field, "bad_expression", "%s", strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return p
}

func (c *checker) fields(comp compiler) []field {
	if len(c.profile.Fields) == 0 {
		c.add("fields", "missing", "没有字段")
	}
	seen := map[string]bool{}
	var out []field
	for i, f := range c.profile.Fields {
		at := fmt.Sprintf("fields[%d]", i)
		if f.Name != "" {
			at = "fields." + f.Name
		}
		fd := field{spec: f, path: strings.Split(f.Name, ".")}
		if slices.Contains(fd.path, "") {
			c.add(at+".name", "bad_value", "%q 不是字段名", f.Name)
		}
		for other := range seen {
			if other == f.Name || strings.HasPrefix(f.Name, other+".") || strings.HasPrefix(other, f.Name+".") {
				c.add(at, "duplicate", "与字段 %q 冲突", other)
			}
		}
		seen[f.Name] = true
		if f.Label == "" {
			c.add(at+".label", "missing", "缺少中文名")
		}
		if f.Value == "" {
			c.add(at+".value", "missing", "缺少表达式")
		}
		fd.value = c.expression(comp, at+".value", f.Value, filingView{})
		if f.Pattern != "" {
			var err error
			if fd.pattern, err = regexp.Compile(`\A(?:` + f.Pattern + `)\z`); err != nil {
				c.add(at+".pattern", "bad_value", "%s", err.Error())
			}
		}
		out = append(out, fd)
	}
	return out
}

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
	}{{opSubmit, e.Submit, true}, {opUpload, e.Upload, false}, {opSupersede, e.Supersede, false}, {opQuery, e.Query, true}, {opList, e.List, true}} {
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
	if (op == opQuery || op == opList) && s.Body != "none" && s.Body != "text" {
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
	if (op == opQuery || op == opList) && s.Records == "" {
		c.add(at+".records", "missing", "缺少")
	}
	allowed := []string{"accepted", "submitted", "duplicate", "returned", "retry", "unknown", "final", resultRecord}
	switch op {
	case opQuery:
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
