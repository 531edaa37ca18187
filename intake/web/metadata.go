package web

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"jianding/schemas"
)

// maxMetadata bounds the JSON that goes with a document.
const maxMetadata = 64 << 10

// fields is a flat JSON object of strings, which is all that a sender may
// state. It is read token by token, so that every unknown, repeated or wrong
// member is named, not only the first one.
type fields map[string]string

// parseFields reads the object; known lists the members that exist.
func (f *findings) parseFields(raw []byte, known ...string) fields {
	out := fields{}
	if len(bytes.TrimSpace(raw)) == 0 {
		return out
	}
	malformed := func(detail string) fields {
		f.add("metadata", "metadata_malformed", "元数据不是有效的 JSON 对象："+detail)
		return out
	}
	if len(raw) > maxMetadata {
		return malformed("超过 64 KiB")
	}
	if !utf8.Valid(raw) {
		return malformed("不是 UTF-8 编码")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return malformed("应以 { 开头")
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return malformed("语法错误")
		}
		name, _ := t.(string)
		var value any
		if err := dec.Decode(&value); err != nil {
			return malformed("成员 " + clip(name) + " 的值有语法错误")
		}
		f.takeField(out, name, value, known)
	}
	if _, err := dec.Token(); err != nil {
		return malformed("没有结束的 }")
	}
	if _, err := dec.Token(); err != io.EOF {
		return malformed("对象之后还有内容")
	}
	return out
}

func (f *findings) takeField(out fields, name string, value any, known []string) {
	at := "/metadata/" + clip(name)
	isKnown := false
	for _, k := range known {
		isKnown = isKnown || k == name
	}
	if !isKnown {
		f.add(at, "metadata_unknown", "没有名为 "+clip(name)+" 的元数据")
		return
	}
	if _, dup := out[name]; dup {
		f.add(at, "metadata_repeated", "元数据 "+name+" 重复")
		return
	}
	s, ok := value.(string)
	if value == nil {
		s, ok = "", true
	}
	if !ok {
		f.add(at, "metadata_type", "元数据 "+name+" 应为字符串")
		return
	}
	out[name] = s
}

// clip shortens what a stranger sent before it is quoted back.
func clip(s string) string {
	r := []rune(strings.ToValidUTF8(s, "?"))
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return string(r)
}

// text checks one line or paragraph of at most limit characters.
func (f *findings) text(m fields, name, label string, limit int, lines bool) string {
	s := strings.TrimSpace(m[name])
	if utf8.RuneCountInString(s) > limit {
		f.add("/metadata/"+name, "metadata_too_long", label+"过长")
		return ""
	}
	for _, r := range s {
		if unicode.IsControl(r) && !(lines && (r == '\n' || r == '\r' || r == '\t')) {
			f.add("/metadata/"+name, "metadata_control", label+"含有控制字符")
			return ""
		}
	}
	return s
}

func (f *findings) instant(m fields, name, label string) *time.Time {
	s := strings.TrimSpace(m[name])
	if s == "" {
		return nil
	}
	t, err := parseInstant(s)
	if err != nil || t.Year() < 1900 || t.Year() > 9999 {
		f.add("/metadata/"+name, "metadata_time", label+"应为带时区的 RFC 3339 时刻，如 2026-11-24T09:30:00+08:00")
		return nil
	}
	t = t.UTC().Truncate(time.Microsecond)
	return &t
}

// parseInstant reads RFC 3339, or what an HTML datetime-local field sends,
// which has no zone and means the clock on the wall in Chongqing.
func parseInstant(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, shanghai()); err == nil {
			return t, nil
		}
	}
	return time.Parse(time.RFC3339, s)
}

// shanghai is the zone of what people read and write (UTC+8).
func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// noticeRefForm is a notice's reference as the ledger makes it.
func noticeRefForm() *regexp.Regexp { return regexp.MustCompile(`^XB-\d{8}-\d{4,}$`) }

// declared reads what a sender states about a report. Whether it is true is
// judged later; here only its form is.
func (f *findings) declared(m fields) schemas.Declared {
	d := schemas.Declared{
		ReportNo:     f.text(m, "report_no", "报告编号", 100, false),
		Address:      f.text(m, "address", "房屋地址", 300, false),
		Town:         f.text(m, "town", "镇街", 50, false),
		HouseCode:    f.text(m, "house_code", "房屋编码", 100, false),
		IssuedOn:     strings.TrimSpace(m["issued_on"]),
		DiscoveredAt: f.instant(m, "discovered_at", "发现隐患时间"),
		NoticeRef:    strings.TrimSpace(m["notice_ref"]),
		Grade:        schemas.Grade(strings.TrimSpace(m["grade"])),
	}
	if d.IssuedOn != "" {
		if _, err := time.Parse("2006-01-02", d.IssuedOn); err != nil {
			f.add("/metadata/issued_on", "metadata_date", "签发日期应为 2026-11-24 的形式")
		}
	}
	if d.Grade != "" && !knownGrade(d.Grade) {
		f.add("/metadata/grade", "metadata_grade", "鉴定等级应写作 Asu、Bsu、Csu、Dsu，A、B、C、D 或 I、II、III、IV")
	}
	if d.NoticeRef != "" && !noticeRefForm().MatchString(d.NoticeRef) {
		f.add("/metadata/notice_ref", "metadata_notice", "先报编号应为 XB-20261124-0001 的形式")
	}
	return d
}

// declaredFields are the members of a report's metadata.
func declaredFields() []string {
	return []string{"report_no", "address", "town", "house_code", "grade", "issued_on", "discovered_at", "notice_ref", "filename"}
}

func knownGrade(g schemas.Grade) bool {
	for _, s := range schemas.Scales() {
		for _, x := range s.Grades {
			if x == g {
				return true
			}
		}
	}
	return false
}

// fileName keeps the last element of a name, without what could confuse a
// header, a path or a page.
func fileName(s string) string {
	s = strings.ToValidUTF8(s, "")
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`"<>|:*?`, r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 150 {
		s = string(r[len(r)-150:])
	}
	return strings.TrimSpace(s)
}
