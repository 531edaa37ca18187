package reading

import (
	"slices"
	"strings"
	"testing"

	"jianding/schemas"
)

// What a report says beside its conclusion, in other sentences, that keeps it
// from being one. Each was accepted once, with the milder grade.
func TestConclusionsThatDoNotStand(t *testing.T) {
	const mild = "该房屋安全性等级评定为Bsu级。"
	report := strings.Replace(strings.Replace(sampleReport, "该房屋安全性等级评定为Dsu级，严重影响整体承载。", mild, 1), "立即停止使用", "可继续正常使用", 1)
	danger := strings.NewReplacer("《民用建筑可靠性鉴定标准》(GB 50292-2015)", "《危险房屋鉴定标准》(JGJ 125-2016)", mild, "房屋危险性等级：C级。", "可继续正常使用", "全部住户搬离，停止使用").Replace(report)
	for _, c := range []struct {
		name, text, old, new string
		reason               schemas.ReasonCode // "" when nothing may hold it
	}{
		{"a foundation worse than the house, before any heading", report, "一、鉴定依据", "地基基础：西侧基础悬空，评定为Du级；上部承重结构：Bu级；围护系统承重部分：Bu级。\n一、鉴定依据", "conclusion_contradicts_sub_unit"},
		{"interim", report, mild, "初步判断该房屋安全性等级为Bsu级。本意见为现场初步意见，待检测数据齐全后另行出具正式鉴定结论。", "conclusion_provisional"},
		{"interim in the next sentence", report, mild, mild + "以上结论为阶段性意见。", "conclusion_provisional"},
		{"a supplement will decide", report, mild, "该房屋安全性等级可评为Bsu级；地基基础的安全性须待勘察后另行评定，届时整体评级以补充鉴定为准。", "conclusion_provisional"},
		{"a reviewer who dissents", report, "1、可继续正常使用。", "1、可继续正常使用。\n审核意见：底层墙体砂浆强度过低，Bsu级结论依据不足，建议重新评级。", "conclusion_contradicts_itself"},
		{"class C for a house in danger as a whole", danger, "C级。", "C级。房屋承重结构已不能满足安全使用要求，整幢房屋处于危险状态。", "grade_contradicts_statement"},
		{"the bound that a worse grade misses", sampleReport, "评定为Dsu级，", "评定为Dsu级，未达到Csu级的要求，", ""},
		{"a bound that another house misses", sampleReport, "评定为Dsu级，", "评定为Dsu级，2号楼未达到Bsu级的要求，", "grade_mention_unclear"},
		{"one storey of several", report, mild, "一层商铺的安全性等级评定为Bsu级。", "partial_appraisal"},
		{"storeys that nobody saw", report, "一、鉴定依据", "二至四层未进入检查。\n一、鉴定依据", "partial_appraisal"},
		{"all but the floors that are not its matter", report, "一、鉴定依据", "本次鉴定仅限一层铺面范围内的结构构件，不含其他楼层和区域。\n一、鉴定依据", "partial_appraisal"},
		{"what was appraised, not the house", report, mild, "所鉴定范围的安全性等级为Bsu级。", "partial_appraisal"},
		{"a note after the comfort", report, "1、可继续正常使用。", "1、可继续正常使用，上述损伤不影响整体承载。\n备注：检测后业主来电，主梁突然下沉，房屋随时可能整体倒塌。", "grade_contradicts_statement"},
		{"a comfort for all, one of which is Dsu", report, mild, "甲栋安全性等级为Bsu级，乙栋安全性等级为Dsu级。总体上各栋不影响整体承载。", "grade_contradicts_statement"},
		{"another house's number", report, mild, "几江街道公园路7号房屋安全性等级评定为Bsu级。", "address_differs"},

		{"by experience, before the tests", report, mild, "因芯样强度尚未出具，现按经验推测该房屋安全性等级约为Bsu级。", "conclusion_provisional"},
		{"for reference", report, mild, "受检测条件限制，该房屋安全性等级仅供参考，参考等级为Bsu级。", "conclusion_provisional"},
		{"a storey left out", report, mild, "该房屋安全性等级评定为Bsu级（不含后期加建的三层）。", "partial_appraisal"},

		{"Roman numerals before the parts", report, "二、鉴定结论", "Ⅱ．鉴定结论", ""},
		{"signs of paragraphs before the parts", report, "二、鉴定结论", "§2 鉴定结论", ""},
		{"a check after the works", report, "1、可继续正常使用。", "1、可继续正常使用；待加固施工完成后另行鉴定。", ""},
		{"the review went well", report, "1、可继续正常使用。", "1、可继续正常使用。\n审核意见：同意。", ""},
		{"a house of three storeys", report, mild, "三层砖混结构房屋的安全性等级评定为Bsu级。", ""},
		{"a comfort for the others", strings.Replace(report, "1、可继续正常使用。", "1、乙栋停止使用，甲栋可继续正常使用。", 1), mild, "乙栋安全性等级为Dsu级，严重影响整体承载；甲栋安全性等级为Bsu级，尚不显著影响整体承载。", ""},
		{"the scale inside the conclusion", danger, "房屋危险性等级：C级。", "按标准分为：\nA级：无危险构件；\nB级：个别结构构件为危险构件；\nC级：部分承重结构不能满足安全使用要求；\nD级：承重结构已不能满足安全使用要求，整体处于危险状态。\n本房屋评定为C级。", ""},
		{"its own number", report, mild, "大西门路1号房屋安全性等级评定为Bsu级。", ""},
		{"an earlier report set aside", report, mild, "原报告评定为Dsu级的依据不充分，不予采信。" + mild, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(c.text, c.old) {
				t.Fatal("nothing to change")
			}
			b := blockers(Read(setText(strings.Replace(c.text, c.old, c.new, 1)), Options{}).Reasons)
			if c.reason == "" && len(b) > 0 {
				t.Errorf("held: %v", b)
			}
			if c.reason != "" && !slices.ContainsFunc(b, func(s string) bool { return strings.HasPrefix(s, string(c.reason)) }) {
				t.Errorf("reasons %v, want %s", b, c.reason)
			}
		})
	}
}
