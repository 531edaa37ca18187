package web

import (
	"slices"
	"strings"

	"jianding/schemas"
)

// proposal is what the plan provides for a house like this, for a human to
// confirm. Why names the grade or the recommendation behind each code.
type proposal struct {
	Codes  []schemas.DispositionCode
	Clause string
	Why    []string
	Rule   string
}

// proposalRule names the rule and its version; the page shows it.
const proposalRule = "disposition/1"

// proposeDisposition applies 附件2 四(六) of the district plan: Dsu sets
// 停止经营使用; Csu 观察使用, 限制用途 or 暂停使用; a geological cause 停止使用避让搬迁
// or 地质灾害工程治理; a lesser hazard 立查立改. What the agency recommends is added
// where the plan has a term for it. It proposes; people decide.
func proposeDisposition(c schemas.Case, a *schemas.Assessment) proposal {
	p := proposal{Rule: proposalRule}
	add := func(why string, codes ...schemas.DispositionCode) {
		for _, code := range codes {
			if !slices.Contains(p.Codes, code) {
				p.Codes = append(p.Codes, code)
			}
		}
		if why != "" && !slices.Contains(p.Why, why) {
			p.Why = append(p.Why, why)
		}
	}
	clause := func(s string) {
		if p.Clause == "" {
			p.Clause = "《江津区自建房安全专项整治实施方案》附件2 四（六）：" + s
		}
	}
	advice := map[schemas.RecommendationCode]bool{}
	grades := map[schemas.Grade]bool{c.Grade: true}
	if a != nil {
		grades[a.Overall.Safety], grades[a.Overall.Danger] = true, true
		for _, r := range a.Recommendations {
			advice[r.Code] = true
		}
	}
	geo := slices.ContainsFunc(c.Basis, func(b string) bool { return strings.HasPrefix(b, "geo:") })
	switch {
	case grades["Dsu"]:
		add("鉴定等级 Dsu：安全性不符合要求，严重影响整体承载", "stop_business_and_use")
		clause("Dsu 级房屋，立即停止经营使用")
	case geo:
		add("地质灾害影响房屋整体", "stop_use")
		if advice[schemas.GeohazardTreatment] && !advice[schemas.Relocate] {
			add("报告建议治理地质灾害", "geohazard_treatment")
		} else {
			add("", "relocate")
		}
		clause("受地质灾害威胁的房屋，停止使用、避让搬迁或地质灾害工程治理")
	case grades["D"]:
		add("危险性等级 D：整幢危房", "stop_business_and_use")
		clause("整体危险、严重影响整体承载的房屋，立即停止经营使用")
	case grades["Csu"] || grades["C"]:
		add("鉴定等级 "+string(gradeOf(grades, "Csu", "C"))+"：部分承重结构不满足安全使用要求", middleCourse(advice)...)
		clause("Csu 级房屋，观察使用、限制用途或暂停使用（采取适当技术措施后使用）")
	case c.Level == schemas.HazardRed:
		add("影响房屋整体安全使用或整体承载", "suspend_use")
		clause("影响整体安全使用或整体承载的房屋，暂停使用并采取处置措施")
	case c.Grade == "" && (a == nil || a.Overall == schemas.Overall{}):
		add("结论尚不明确，请先核实报告再定")
	default:
		add("未见整体性结论", "fix_now")
		clause("一般性隐患，立查立改")
	}
	for _, m := range advisedMeasures() {
		// 停止经营使用 already holds 停止使用 and 停止经营.
		contained := (m.code == "stop_use" || m.code == "stop_business") && slices.Contains(p.Codes, "stop_business_and_use")
		if advice[m.advice] && !contained {
			add("报告建议"+schemas.RecommendationNames()[m.advice], m.code)
		}
	}
	return p
}

func gradeOf(have map[schemas.Grade]bool, order ...schemas.Grade) schemas.Grade {
	for _, g := range order {
		if have[g] {
			return g
		}
	}
	return ""
}

// middleCourse picks between the plan's three courses for Csu by what the
// agency recommends; the safest one where it says nothing.
func middleCourse(advice map[schemas.RecommendationCode]bool) []schemas.DispositionCode {
	var out []schemas.DispositionCode
	for _, m := range []struct {
		advice schemas.RecommendationCode
		code   schemas.DispositionCode
	}{{schemas.SuspendUse, "suspend_use"}, {schemas.RestrictUse, "restrict_use"}, {schemas.ObserveUse, "observe_use"}} {
		if advice[m.advice] {
			out = append(out, m.code)
		}
	}
	if len(out) == 0 {
		out = append(out, "suspend_use")
	}
	return out
}

type advisedMeasure struct {
	advice schemas.RecommendationCode
	code   schemas.DispositionCode
}

// advisedMeasures are the recommendations that the plan's vocabulary has a
// term for.
func advisedMeasures() []advisedMeasure {
	return []advisedMeasure{
		{schemas.StopUse, "stop_use"}, {schemas.StopBusiness, "stop_business"}, {schemas.Evacuate, "evacuate"}, {schemas.SealOff, "seal_off"},
		{schemas.Demolish, "demolish"}, {schemas.DemolishPart, "demolish_part"}, {schemas.Relocate, "relocate"},
		{schemas.GeohazardTreatment, "geohazard_treatment"}, {schemas.TreatUse, "treat_use"}, {schemas.FixNow, "fix_now"},
	}
}
