package municipal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"sort"
	"strings"

	"jianding/schemas"
)

// Preview is the exact request that Submit would send now, but for time,
// nonce and signature, which are fresh each time. Secrets are redacted.
type Preview struct {
	Operation    string            `json:"operation"`
	Method       string            `json:"method,omitempty"`
	URL          string            `json:"url,omitempty"`
	Headers      []string          `json:"headers,omitempty"` // "Name: value", sorted
	SignedString string            `json:"signed_string,omitempty"`
	Signature    string            `json:"signature,omitempty"`
	Metadata     json.RawMessage   `json:"metadata,omitempty"`
	BodyLength   string            `json:"body_length,omitempty"` // bytes
	BodySHA256   string            `json:"body_sha256,omitempty"`
	BodySM3      string            `json:"body_sm3,omitempty"`       // when it is signed
	RequestHash  string            `json:"request_sha256,omitempty"` // as in the attempt's record
	BodyOutline  []string          `json:"body_outline,omitempty"`   // the body's text, with the file as one line
	Problems     []schemas.Problem `json:"problems,omitempty"`       // why it cannot be filed
	Then         string            `json:"then,omitempty"`           // the request that follows
}

// Preview builds the request for a filing without sending anything. What
// keeps it from being filed is in Problems.
func (c *Client) Preview(f schemas.Filing, original Original) (Preview, error) {
	e, op := c.submission(f)
	m, problems := mapFiling(c.profile.compiled.fields, f, c.profile.Division)
	p := Preview{Operation: op, Problems: problems}
	var pretty bytes.Buffer
	if json.Indent(&pretty, m.encoded, "", "  ") == nil {
		p.Metadata = pretty.Bytes()
	}
	o, err := c.prepare(e, c.filingValues(f, m.encoded), m, original)
	if err != nil {
		return p, schemas.E(schemas.KindInvalid, "cannot_build", "请求无法构造", err)
	}
	address, header, signed, err := o.sign(c.profile.compiled.signing, c.signKey, c.platformNow())
	if err != nil {
		return p, schemas.E(schemas.KindInvalid, "cannot_sign", "请求无法签名", err)
	}
	p.Method, p.URL = e.spec.Method, c.redact(address)
	for k, v := range header {
		p.Headers = append(p.Headers, c.redact(k+": "+strings.Join(v, ", ")))
	}
	sort.Strings(p.Headers)
	p.SignedString, p.Signature = c.redact(signed.text), signed.signature
	p.BodyLength, p.BodySHA256, p.BodySM3, p.RequestHash = o.values["body_length"], o.values["body_sha256"], o.values["body_sm3"], o.hash
	for _, line := range strings.Split(string(o.head), "\n") {
		p.BodyOutline = append(p.BodyOutline, c.redact(strings.TrimSuffix(line, "\r")))
	}
	if o.original != nil {
		p.BodyOutline[len(p.BodyOutline)-1] += fmt.Sprintf("〈报告原件，%d 字节，SHA-256 %s〉", o.fileSize, o.fileSHA256)
		p.BodyOutline = append(p.BodyOutline, strings.Fields(string(o.tail))...)
	}
	if u := c.profile.compiled.endpoints[opUpload]; u != nil && op == opSubmit {
		p.Then = u.spec.Method + " " + c.base.String() + u.spec.Path
	}
	return p, nil
}

// redact takes our secrets out of what is shown, also of a platform's words,
// should it echo the request; as they are and as an address or JSON writes them.
func (c *Client) redact(s string) string {
	for _, secret := range []Secret{c.secrets.Secret, c.secrets.CallbackSecret} {
		if secret == "" {
			continue
		}
		plain := string(secret)
		quoted, err := json.Marshal(plain)
		if err != nil {
			quoted = []byte(`""`)
		}
		for _, form := range []string{plain, url.QueryEscape(plain), url.PathEscape(plain), strings.Trim(string(quoted), `"`)} {
			if form != "" {
				s = strings.ReplaceAll(s, form, secret.String())
			}
		}
	}
	return s
}

// String is the preview for people.
func (p Preview) String() string {
	var b strings.Builder
	if len(p.Problems) > 0 {
		b.WriteString("该报告目前不能报送：\n")
		for _, x := range p.Problems {
			fmt.Fprintf(&b, "  · %s（%s）\n", x.Message, x.Field)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s %s\n%s\n\n", p.Method, p.URL, strings.Join(p.Headers, "\n"))
	for _, l := range p.BodyOutline {
		fmt.Fprintln(&b, l)
	}
	fmt.Fprintf(&b, "\n正文 %s 字节\nSHA-256 %s\n", p.BodyLength, p.BodySHA256)
	if p.BodySM3 != "" {
		fmt.Fprintf(&b, "SM3     %s\n", p.BodySM3)
	}
	fmt.Fprintf(&b, "\n被签名的字符串（换行即 \\n）：\n%s\n签名：%s\n", p.SignedString, p.Signature)
	if p.Then != "" {
		fmt.Fprintf(&b, "\n随后上传原件：%s\n", p.Then)
	}
	return b.String()
}
