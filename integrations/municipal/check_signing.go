package municipal

import (
	"fmt"
	"strings"
	"time"
)

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
