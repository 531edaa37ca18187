package agencies

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"jianding/schemas"
)

// shanghai is the zone of calendar dates in the register (UTC+8, no summer
// time since 1991).
func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// entry is one agency as agencies.yaml spells it (DESIGN §3).
type entry struct {
	ID            string                   `yaml:"id"`
	Name          string                   `yaml:"name"`
	USCC          string                   `yaml:"uscc"`
	Status        schemas.AgencyStatus     `yaml:"status"`
	SuspendedFrom string                   `yaml:"suspended_from,omitempty"`
	ValidFrom     string                   `yaml:"valid_from,omitempty"`
	ValidTo       string                   `yaml:"valid_to,omitempty"`
	Standards     []string                 `yaml:"standards,omitempty"`
	Certificates  []schemas.CertificateRef `yaml:"certificates,omitempty"`
}

// ReadRegister reads agencies.yaml. Unknown keys, missing values, values of
// the wrong form and duplicates are refused, all problems together (Invalid,
// with Problems). What is only doubtful, such as a credit code with a wrong
// check character, comes back as warnings.
func ReadRegister(r io.Reader) (list []schemas.Agency, warnings []schemas.Problem, err error) {
	const limit = 16 << 20
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, nil, schemas.E(schemas.KindInvalid, "register_unreadable", "名录文件无法读取", err)
	}
	if len(raw) > limit {
		return nil, nil, schemas.E(schemas.KindInvalid, "register_too_large", "名录文件过大", nil)
	}
	var entries []entry
	c := &checker{seen: map[string]string{}}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&entries); err != nil && !errors.Is(err, io.EOF) {
		var te *yaml.TypeError
		if !errors.As(err, &te) {
			return nil, nil, schemas.E(schemas.KindInvalid, "register_yaml", "名录文件不是有效的 YAML："+err.Error(), err)
		}
		for _, m := range te.Errors {
			c.problem("", "register_yaml", m)
		}
	}
	if err := dec.Decode(new(yaml.Node)); err == nil {
		c.problem("", "register_yaml", "名录文件只能含一个 YAML 文档")
	}
	for i, e := range entries {
		list = append(list, c.agency(fmt.Sprintf("/%d", i), e))
	}
	if len(c.problems) > 0 {
		return nil, c.warnings, &schemas.Error{Kind: schemas.KindInvalid, Code: "register_invalid", Message: fmt.Sprintf("名录有 %d 处问题", len(c.problems)), Problems: c.problems}
	}
	return list, c.warnings, nil
}

// CheckAgency checks one entry, as a form or an API sends it, by the rules of
// the file.
func CheckAgency(a schemas.Agency) (warnings []schemas.Problem, err error) {
	c := &checker{seen: map[string]string{}}
	c.fields("", a)
	if len(c.problems) > 0 {
		return c.warnings, &schemas.Error{Kind: schemas.KindInvalid, Code: "agency_invalid", Message: "机构资料有误", Problems: c.problems}
	}
	return c.warnings, nil
}

type checker struct {
	problems, warnings []schemas.Problem
	seen               map[string]string // "id x", "uscc x" → where
}

func (c *checker) problem(field, code, msg string) {
	c.problems = append(c.problems, schemas.Problem{Field: field, Code: code, Message: msg})
}

func (c *checker) agency(at string, e entry) schemas.Agency {
	a := schemas.Agency{
		ID: strings.TrimSpace(e.ID), Name: strings.TrimSpace(e.Name), USCC: strings.ToUpper(strings.TrimSpace(e.USCC)),
		Status: e.Status, Standards: e.Standards, Certificates: e.Certificates,
		SuspendedFrom: c.instant(at+"/suspended_from", e.SuspendedFrom, false),
		ValidFrom:     c.instant(at+"/valid_from", e.ValidFrom, false),
		ValidTo:       c.instant(at+"/valid_to", e.ValidTo, true),
	}
	for i := range a.Certificates {
		a.Certificates[i].SHA256 = normalHex(a.Certificates[i].SHA256)
		a.Certificates[i].Serial = normalHex(a.Certificates[i].Serial)
	}
	c.fields(at, a)
	return a
}

// normalHex takes off the colons and blanks with which certificate tools
// print hex.
func normalHex(s string) string {
	return strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(s))
}

func (c *checker) fields(at string, a schemas.Agency) {
	switch {
	case a.ID == "":
		c.problem(at+"/id", "required", "缺少机构标识 id")
	case !idForm(a.ID):
		c.problem(at+"/id", "malformed", "机构标识只能含小写字母、数字、连字符和下划线，且不超过 64 位")
	default:
		c.unique("id", a.ID, at)
	}
	if a.Name == "" {
		c.problem(at+"/name", "required", "缺少机构全称 name")
	} else if strings.ContainsAny(a.Name, "\r\n\t") || len(a.Name) > 300 {
		c.problem(at+"/name", "malformed", "机构全称不能含换行，且不超过 100 字")
	}
	switch {
	case a.USCC == "":
		c.problem(at+"/uscc", "required", "缺少统一社会信用代码 uscc")
	case len(a.USCC) > 32 || strings.ContainsAny(a.USCC, " \t\r\n"):
		c.problem(at+"/uscc", "malformed", "统一社会信用代码不能含空白，且不超过 32 位")
	default:
		c.unique("uscc", a.USCC, at)
		if w := CheckUSCC(a.USCC); w != "" {
			c.warnings = append(c.warnings, schemas.Problem{Field: at + "/uscc", Code: "uscc_check", Message: a.Name + "：" + w})
		}
	}
	switch a.Status {
	case schemas.AgencyActive, schemas.AgencySuspended:
	default:
		c.problem(at+"/status", "malformed", "状态 status 只能是 active 或 suspended")
	}
	if a.ValidFrom != nil && a.ValidTo != nil && !a.ValidTo.After(*a.ValidFrom) {
		c.problem(at+"/valid_to", "malformed", "有效期止 valid_to 应晚于有效期起 valid_from")
	}
	for i, s := range a.Standards {
		if strings.TrimSpace(s) == "" {
			c.problem(fmt.Sprintf("%s/standards/%d", at, i), "required", "标准名称为空")
		}
	}
	for i, r := range a.Certificates {
		c.certificate(fmt.Sprintf("%s/certificates/%d", at, i), r)
	}
}

func (c *checker) certificate(at string, r schemas.CertificateRef) {
	byHash, byName := r.SHA256 != "", r.Issuer != "" || r.Serial != ""
	switch {
	case byHash == byName:
		c.problem(at, "malformed", "证书应以 sha256 或以 issuer 和 serial 标明，二者取一")
	case byHash:
		if b, err := hex.DecodeString(r.SHA256); err != nil || len(b) != 32 {
			c.problem(at+"/sha256", "malformed", "证书 sha256 应为 64 位十六进制")
		}
	case r.Issuer == "" || r.Serial == "":
		c.problem(at, "required", "证书的 issuer 和 serial 应同时给出")
	default:
		if strings.Trim(r.Serial, "0123456789abcdef") != "" {
			c.problem(at+"/serial", "malformed", "证书序列号应为十六进制")
		}
	}
}

func (c *checker) unique(what, value, at string) {
	key := what + " " + value
	if first, dup := c.seen[key]; dup {
		c.problem(at+"/"+what, "duplicate", what+" "+value+" 与 "+first+" 重复")
		return
	}
	c.seen[key] = at
}

// instant reads an RFC 3339 instant or a calendar date in Asia/Shanghai. A
// date that ends something includes its whole day.
func (c *checker) instant(at, s string, end bool) *time.Time {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	if t, err := time.ParseInLocation("2006-01-02", s, shanghai()); err == nil {
		if end {
			t = t.AddDate(0, 0, 1)
		}
		t = t.UTC()
		return &t
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		c.problem(at, "malformed", "应为日期（2026-01-31）或 RFC 3339 时刻")
		return nil
	}
	t = t.UTC()
	return &t
}

func idForm(s string) bool {
	if len(s) > 64 {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return false
		}
	}
	return true
}

// WriteRegister writes agencies.yaml; reading it back gives the same list.
func WriteRegister(w io.Writer, list []schemas.Agency) error {
	entries := make([]entry, len(list))
	for i, a := range list {
		entries[i] = entry{
			ID: a.ID, Name: a.Name, USCC: a.USCC, Status: a.Status, Standards: a.Standards, Certificates: a.Certificates,
			SuspendedFrom: rfc3339(a.SuspendedFrom), ValidFrom: rfc3339(a.ValidFrom), ValidTo: rfc3339(a.ValidTo),
		}
	}
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(entries); err != nil {
		return schemas.E(schemas.KindInternal, "register_write", "名录导出失败", err)
	}
	return enc.Close()
}

func rfc3339(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// MayUpload says why an agency may not send reports at an instant, in
// Chinese, or "".
func MayUpload(a schemas.Agency, at time.Time) string {
	switch {
	case a.Status == schemas.AgencySuspended && (a.SuspendedFrom == nil || !at.Before(*a.SuspendedFrom)):
		return "该机构已被暂停鉴定资格"
	case a.Status != schemas.AgencyActive && a.Status != schemas.AgencySuspended:
		return "该机构状态不明"
	case a.ValidFrom != nil && at.Before(*a.ValidFrom):
		return "该机构的资格尚未生效"
	case a.ValidTo != nil && !at.Before(*a.ValidTo):
		return "该机构的资格已过有效期"
	}
	return ""
}
