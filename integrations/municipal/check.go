package municipal

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

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
	// opQueryByNumber is a second question of a query, and no operation of its
	// own in attempts.
	opQueryByNumber = "query_by_number"
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

// maxAnswer bounds limits.answer_bytes: an answer is held in memory.
const maxAnswer = 64 << 20

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
	if !(p.Rate.PerSecond > 0 && p.Rate.PerSecond <= 1000) { // also .nan
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
	if p.Limits.AnswerBytes > maxAnswer {
		c.add("limits.answer_bytes", "bad_value", "不能超过 %d", maxAnswer)
	}
	if p.Timeouts.Total < p.Timeouts.Answer {
		c.add("timeouts.total", "bad_value", "不能短于 timeouts.answer")
	}
}

func (c *checker) template(field, text string) template {
	t, err := parseTemplate(text)
	if err != nil {
		c.add(field, "bad_template", "%s", err.Error())
	}
	return t
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
		if f.Sheet != "" {
			fd.sheet = c.expression(comp, at+".sheet", f.Sheet, filingView{})
		}
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
