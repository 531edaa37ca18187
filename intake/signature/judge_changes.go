package signature

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"jianding/intake/signature/changes"
	"jianding/intake/signature/revision"
	"jianding/schemas"
)

// judgeChanges walks from each signed revision to the next, and from the last
// to the end of the file, and lets pass only what may be there: between
// signers the filling of signature fields, after the last agency validation
// data.
func (v *verification) judgeChanges() {
	var steps []*signature
	for _, s := range v.signatures {
		if s.at != nil {
			steps = append(steps, s)
		}
	}
	if len(steps) > 0 && steps[0].end < v.file.End() {
		if err := v.file.Hidden(); err != nil {
			v.problem(schemas.ReasonUpdate, schemas.SignatureModified, inChinese(err))
		}
	}
	for i, s := range steps {
		var next *signature
		later := v.file
		if i+1 < len(steps) {
			next = steps[i+1]
			later = next.at
		}
		if later.End() < s.end {
			continue
		}
		if next == nil && later.End() == s.end {
			v.tail(s)
			continue
		}
		v.step(s, next, later, steps[:i+1])
	}
}

// tail: nothing may follow the last revision that was read. openDocument says
// so already when it had to fall back.
func (v *verification) tail(s *signature) {
	if s.end < len(v.data) && !v.modified() {
		v.problem(schemas.ReasonUncovered, schemas.SignatureModified, fmt.Sprintf("%d字节", len(v.data)-s.end))
	}
}

func (v *verification) step(s, next *signature, later *revision.File, earlier []*signature) {
	if rest := v.data[s.end:later.End()]; len(bytes.TrimLeft(rest, " \r\n\t\x00\f")) == 0 {
		v.problem(schemas.ReasonUncovered, schemas.SignatureModified, fmt.Sprintf("末尾多出%d字节空白", len(rest)))
		return
	}
	if _, err := later.Updates(s.at); err != nil {
		v.problem(schemas.ReasonUpdate, schemas.SignatureModified, inChinese(err))
		// What it shows is still worth naming, where it can be read.
	}
	list, err := v.history.Between(s.at, later, brought(next))
	if err != nil {
		code := schemas.ReasonUpdate
		if errors.Is(err, revision.ErrBudget) {
			code = schemas.ReasonSignatureLimit
		}
		v.problem(code, schemas.SignatureModified, inChinese(err))
		return
	}
	// What is forbidden first: it is what the agency must be told.
	slices.SortStableFunc(list, func(a, b changes.Change) int { return int(b.Level) - int(a.Level) })
	for _, c := range list {
		v.judgeChange(c, s, next, earlier)
	}
	if len(list) == 0 {
		// An update that changes nothing has no business after a signature.
		v.problem(schemas.ReasonUncovered, schemas.SignatureModified, "追加了没有内容的更新")
	}
}

// brought lists the signature dictionaries that a step may bring: that of the
// next signature, and none after the last.
func brought(next *signature) changes.Signatures {
	out := make(changes.Signatures)
	if next != nil {
		out[next.num] = next.timestamp
	}
	return out
}

// judgeChange decides one change by what signatures stood before it.
func (v *verification) judgeChange(c changes.Change, s, next *signature, earlier []*signature) {
	legal := true
	deny := func(code schemas.ReasonCode) {
		legal = false
		detail := changeName(c.Kind)
		if c.Object > 0 {
			detail += fmt.Sprintf("（PDF对象%d）", c.Object)
		}
		v.document = append(v.document, problem{code: code, status: schemas.SignatureModified, detail: detail, page: c.Page})
	}
	switch c.Level {
	case changes.Forbidden:
		code := schemas.ReasonChanged
		if c.Kind == changes.KindFormFill {
			code = schemas.ReasonFormFilled
		}
		deny(code)
	case changes.Signing:
		switch {
		case next == nil || !v.laterSigning(s):
			// After the last signer nothing but validation data.
			deny(schemas.ReasonChanged)
		case v.certifiedAgainst(earlier, c):
			deny(schemas.ReasonDocMDP)
		case v.fieldLocked(earlier, c):
			deny(schemas.ReasonFieldMDP)
		}
	}
	object := ""
	if c.Object > 0 {
		object = fmt.Sprintf("%d 0", c.Object)
	}
	v.changes = append(v.changes, schemas.Change{Kind: c.Kind, Page: c.Page, Object: object, Detail: c.Detail, Legal: legal})
}

// certifiedAgainst applies DocMDP (ISO 32000-2, 12.8.2.2) of the signatures
// before the change: level 1 permits nothing but validation data, the others
// signing, but no new visible field, which a sneaky signature hides behind.
func (v *verification) certifiedAgainst(earlier []*signature, c changes.Change) bool {
	for _, s := range earlier {
		level, certified := docMDP(s)
		if !certified {
			continue
		}
		if level == 1 || c.Kind == changes.KindSignature && c.Added && c.Visible {
			return true
		}
	}
	return false
}

// docMDP returns the permission level of a certification signature, or of the
// lock of a field (ISO 32000-2, table 237), 0 and false when there is none.
func docMDP(s *signature) (level int64, ok bool) {
	if p, isInt := follow[int64](s.at, s.lock.Get("P")); isInt {
		level, ok = p, true
	}
	for _, ref := range references(s) {
		if m, _ := follow[revision.Name](s.at, s.at.Dict(ref).Get("TransformMethod")); m != "DocMDP" {
			continue
		}
		p := int64(2)
		if n, isInt := follow[int64](s.at, s.at.Dict(s.at.Dict(ref).Get("TransformParams")).Get("P")); isInt {
			p = n
		}
		if !ok || p < level {
			level, ok = p, true
		}
	}
	return level, ok
}

// follow resolves what may be an object of its own.
func follow[T any](f *revision.File, o revision.Object) (v T, ok bool) {
	if o, err := f.Resolve(o); err == nil {
		v, ok = o.(T)
	}
	return v, ok
}

func references(s *signature) revision.Array {
	v, err := s.at.Resolve(s.dict.Get("Reference"))
	if err != nil {
		return nil
	}
	a, _ := v.(revision.Array)
	if len(a) > 16 {
		a = a[:16]
	}
	return a
}

// fieldLocked applies FieldMDP (ISO 32000-2, 12.8.2.4) to a field that is
// filled after the lock.
func (v *verification) fieldLocked(earlier []*signature, c changes.Change) bool {
	if c.Kind != changes.KindSignature || c.Added {
		return false
	}
	for _, s := range earlier {
		for _, lock := range locks(s) {
			if locksField(s.at, lock, c.FieldName) {
				return true
			}
		}
	}
	return false
}

func locks(s *signature) []*revision.Dict {
	var out []*revision.Dict
	if s.lock != nil {
		out = append(out, s.lock)
	}
	for _, ref := range references(s) {
		d := s.at.Dict(ref)
		if m, _ := follow[revision.Name](s.at, d.Get("TransformMethod")); m == "FieldMDP" {
			if p := s.at.Dict(d.Get("TransformParams")); p != nil {
				out = append(out, p)
			}
		}
	}
	return out
}

func locksField(f *revision.File, lock *revision.Dict, name string) bool {
	var names []string
	v, err := f.Resolve(lock.Get("Fields"))
	if a, ok := v.(revision.Array); ok && err == nil {
		for _, x := range a {
			if s, ok := follow[revision.String](f, x); ok {
				names = append(names, changes.Text(s))
			}
		}
	}
	listed := slices.ContainsFunc(names, func(n string) bool { return n == name || len(name) > len(n) && name[:len(n)+1] == n+"." })
	switch action, _ := follow[revision.Name](f, lock.Get("Action")); action {
	case "All":
		return true
	case "Include":
		return listed
	case "Exclude":
		return !listed
	}
	return false
}

func changeName(kind string) string {
	if n, ok := map[string]string{
		changes.KindValidation: "验证数据", changes.KindTimestamp: "文档时间戳", changes.KindSignature: "签名", changes.KindInfo: "文档信息",
		changes.KindMetadata: "元数据", changes.KindDefaults: "表单默认资源", changes.KindContent: "页面内容", changes.KindPage: "页面",
		changes.KindFont: "字体", changes.KindImage: "图像", changes.KindResource: "页面资源", changes.KindAnnotation: "批注",
		changes.KindAppearance: "外观", changes.KindFormFill: "表单填写", changes.KindField: "表单域", changes.KindAction: "动作",
		changes.KindStructure: "文档结构标记", changes.KindCatalog: "文档目录", changes.KindTrailer: "文件尾", changes.KindRemoved: "删除的对象", changes.KindOrphan: "未引用的对象",
		changes.KindUnreadable: "无法读取的对象",
	}[kind]; ok {
		return n
	}
	return "其他内容"
}
