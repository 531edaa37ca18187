package reading

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"jianding/schemas"
)

// checkHidden looks through text that a reader of the page would not see. It
// is never read as content; where it speaks of grades or the whole structure
// a human must look.
// Text of which the same is seen elsewhere is a row that a producer painted on
// both pages of a break, once behind the page's edge.
func (r *reader) checkHidden(hidden []string, full string) {
	for _, h := range hidden {
		num, text, _ := strings.Cut(h, ":")
		f := fold(text)
		if strings.Count(full, f) > 1 && utf8.RuneCountInString(f) >= 6 {
			continue
		}
		if gradeToken.MatchString(f) || wholeObject.MatchString(f) || strings.Contains(f, "结论") || takesBack.MatchString(f) {
			r.reason("hidden_text", atoi(num), clip(f, 40))
		}
	}
}

// takesBack: words by which a report, or what stands above them, is no longer one.
var takesBack = re(`作废|无效|失效|撤销|废止|更正|改判|改评|以[^,。;]{1,10}为准|不算|不作数|有误|降级|危房|倒塌|垮塌|坍塌`)

func clip(s string, n int) string {
	rs := []rune(s)
	if len(rs) > n {
		return string(rs[:n]) + "…"
	}
	return s
}

// checkPages says of pages that are not text that they are not, and whether a
// conclusion may stand there.
func (r *reader) checkPages(pages []schemas.PageVerdict, items []*item) {
	for i := range pages {
		v := &pages[i]
		switch v.Text {
		case schemas.PageReadable, schemas.PageEmpty:
			continue
		case schemas.PageScanned:
			v.Critical = true
			r.reason("page_scanned", v.Page, v.Detail)
		case schemas.PageGarbled:
			v.Critical = true
			r.reason("page_garbled", v.Page, v.Detail)
		case schemas.PageMixed:
			v.Critical = true
			r.reason("page_partly_unreadable", v.Page, v.Detail)
		case schemas.PageFailed:
			v.Critical = true
			r.reason("page_failed", v.Page, v.Detail)
		}
	}
	if r.ocr {
		r.reason("read_by_ocr", 0, "")
	}
}

// checkWording compares grades with the words and the measures beside them.
func (r *reader) checkWording(c conclusion, sts []schemas.Statement, recs []schemas.Recommendation) {
	worst := map[schemas.Aspect]schemas.Finding{}
	for _, f := range c.findings {
		if rank(f.Grade) > rank(worst[f.Aspect].Grade) {
			worst[f.Aspect] = f
		}
	}
	safety, danger := worst[schemas.AspectSafety], worst[schemas.AspectDanger]
	gravest := safety
	if rank(danger.Grade) > rank(gravest.Grade) {
		gravest = danger
	}
	if gravest.Grade == "" {
		return
	}
	several := len(unitsOfFindings(c.findings)) > 1
	if rank(gravest.Grade) == 4 {
		for _, s := range sts {
			// Of several houses a comfort that names none, and leaves none out,
			// speaks of all.
			if several && (s.Unit != "" || others.MatchString(fold(s.Evidence.Quote))) {
				continue
			}
			if s.Kind == schemas.StatementNegated && s.Section == string(secConclusion) {
				r.reason("grade_contradicts_statement", s.Evidence.Page, fmt.Sprintf("%s 与“%s”", gravest.Grade, clip(s.Evidence.Quote, 40)), gravest.Evidence, s.Evidence)
			}
		}
	}
	geo := false
	for _, s := range sts {
		geo = geo || s.Kind == schemas.StatementGeo || s.Rule == "geo"
	}
	for _, s := range sts {
		if s.Kind != schemas.StatementWhole {
			continue
		}
		if rank(gravest.Grade) <= 2 && (safety.Grade == "" || rank(safety.Grade) <= 2) {
			r.reason("grade_contradicts_statement", s.Evidence.Page, fmt.Sprintf("%s 与“%s”", gravest.Grade, clip(s.Evidence.Quote, 40)), gravest.Evidence, s.Evidence)
		}
		// JGJ 125-2016 6.3.5: class C is a house in danger in parts; one that is in
		// danger as a whole is D.
		if gravest.Grade == "C" && classD.MatchString(fold(s.Evidence.Quote)) {
			r.reason("grade_contradicts_statement", s.Evidence.Page, fmt.Sprintf("%s 与“%s”", gravest.Grade, clip(s.Evidence.Quote, 40)), gravest.Evidence, s.Evidence)
		}
		for _, t := range sts {
			// What a note or an appendix says of the whole house the conclusion's
			// comfort does not take back.
			if (t.Kind == schemas.StatementNegated || t.Kind == schemas.StatementLocal && onlyLocal.MatchString(t.Evidence.Quote)) && t.Section == string(secConclusion) && (t.Unit == s.Unit || !several) {
				r.reason("statements_contradict", s.Evidence.Page, clip(s.Evidence.Quote, 30)+" / "+clip(t.Evidence.Quote, 30), s.Evidence, t.Evidence)
			}
		}
	}
	r.checkMeasures(gravest, geo, several, recs)
}

// others: all but those that were named.
var others = re(`其余|其他|其它|除|另外?`)

var classD = re(`(?:整体|整[幢栋座])[^,。;]{0,8}(?:均|已)?(?:处于)?危(?:险|房)`)

// onlyLocal: the danger is said to be one of a part, which it is not beside words
// of harm to the whole.
var onlyLocal = re(`局部(?:处于)?(?:危险|危房|险情|性(?:危险|隐患|问题))|属(?:于)?局部|是局部的|(?:仅|只)(?:限于|局限于|影响)[^,;。]{0,8}(?:局部|个别)|仅[^,;。]{0,8}(?:局部|个别)[^,;。]{0,10}(?:危险|隐患|问题|影响|不满足|不足)`)

func unitsOfFindings(fs []schemas.Finding) []string {
	var out []string
	for _, f := range fs {
		if !containsUnit(out, f.Unit) {
			out = append(out, f.Unit)
		}
	}
	return out
}

// ofPart: what is not to be used is a part of the house.
var ofPart = re(`(?:外廊|走廊|阳台|露台|楼梯|雨篷|房间|部位|区域|部分|局部|阁楼|夹层|吊层|储[物藏][间室]|杂物间|该层|[0-9一二三四五六七八九十]+层|[0-9]+室|附属[\p{Han}]{1,3}|偏房|厨房|围墙)[^,。;、和及与以]{0,6}(?:停止|暂停|停用|封闭|拆除|不得)`)

// checkMeasures raises the alarm where the advice does not go with the grade:
// a house that must not be used (Dsu, D) under observation, or a sound one
// (Asu, Bsu; A, B) to be pulled down.
func (r *reader) checkMeasures(gravest schemas.Finding, geo, several bool, recs []schemas.Recommendation) {
	has := func(codes ...schemas.RecommendationCode) *schemas.Recommendation {
		for i := range recs {
			for _, c := range codes {
				if recs[i].Code == c {
					return &recs[i]
				}
			}
		}
		return nil
	}
	serious := has(schemas.StopUse, schemas.StopBusiness, schemas.Demolish, schemas.Evacuate, schemas.SuspendUse, schemas.SealOff, schemas.Relocate)
	if len(recs) == 0 {
		r.reason("advice_missing", 0, "")
		return
	}
	switch rank(gravest.Grade) {
	case 4:
		if mild := has(schemas.NormalUse, schemas.ObserveUse); mild != nil && !several && (serious == nil || mild.Code == schemas.NormalUse) {
			r.reason("advice_contradicts_grade", mild.Page, fmt.Sprintf("%s 与“%s”", gravest.Grade, clip(mild.Quote, 40)), gravest.Evidence, *mild.Evidence)
		}
	case 1, 2:
		if grave := has(schemas.Demolish, schemas.StopUse, schemas.Evacuate); grave != nil && !geo && !ofPart.MatchString(fold(grave.Quote)) {
			r.reason("advice_contradicts_grade", grave.Page, fmt.Sprintf("%s 与“%s”", gravest.Grade, clip(grave.Quote, 40)), gravest.Evidence, *grave.Evidence)
		}
	}
}
