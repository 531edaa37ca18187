package reading

import (
	"slices"
	"strings"
	"testing"

	"jianding/schemas"
)

// What an office of appraisal, a looking-again and a thing not to be stood on are called.
func TestAdviceInOrdinaryWords(t *testing.T) {
	for advice, want := range map[string][]schemas.RecommendationCode{
		"梁底细微裂缝宜每半年观察一次，并作记录。":   {schemas.Monitor},
		"由总务处每学期观察一次栏板裂缝，并建立台账。": {schemas.Monitor},
		"三层西端裂缝灌浆后观察一年。":         {schemas.Repair, schemas.Monitor},
		"在观察条件下使用一年。":            {schemas.ObserveUse},
		"外廊即日起不得上人及堆放杂物，廊下设拦护。":  {schemas.RestrictUse},
		"栏杆修复前禁止上人。":             {schemas.RestrictUse},
		"屋面为非上人屋面，不得上人。":         nil,
		"该房屋可照常居住，拟办客栈亦可。":       {schemas.NormalUse},
		"房屋可继续作为卫生室正常使用。":        {schemas.NormalUse},
		"修缮后可继续作为卫生室正常使用。":       {schemas.Repair},
		"拆除之前每日监测山墙沉降，如遇暴雨加密。":   {schemas.Monitor},
		"拆除前部加建的雨棚，整修檐口。":        {schemas.Repair, schemas.DemolishPart},
		"吊顶检修口内梁底完好。":            nil,
		"图3 五层吊顶检修口内梁底":          nil,
		"图3 所示三根梁应立即加固":          {schemas.Reinforce},
	} {
		report := strings.NewReplacer("{conclusion}", "该房屋部分承重构件处于危险状态，构成局部危房，评定该房屋危险性等级为C级。",
			"1、该房屋应立即停止使用，人员撤离，整体拆除。", advice, "{end}", "").Replace(dangerReport)
		var got []schemas.RecommendationCode
		for _, x := range Read(setText(wrapped(report)), Options{}).Recommendations {
			got = append(got, x.Code)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", advice, got, want)
		}
	}
}

// A district's office for houses in danger signs below its form, and writes the day twice.
func TestOfficeThatSignsAndWritesTheDayTwice(t *testing.T) {
	report := strings.NewReplacer("{conclusion}", "该房屋部分承重构件处于危险状态，构成局部危房，评定该房屋危险性等级为C级。", "鉴定单位：重庆某检测鉴定有限公司\n", "", "签发日期：2026年6月10日\n", "",
		"1、该房屋应立即停止使用，人员撤离，整体拆除。", "1、对危险构件加固处理。", "{end}", "重庆市江津区房屋安全鉴定办公室（章）\n二〇二六年六月十日（2026年6月10日）").Replace(dangerReport)
	f := Read(setText(wrapped(report)), Options{}).Fields
	if f.Agency != "重庆市江津区房屋安全鉴定办公室" || f.IssuedOn != "2026-06-10" {
		t.Errorf("%s, %s", f.Agency, f.IssuedOn)
	}
	for text, want := range map[string]int{"二〇二六年六月十日（2026年6月10日）": 1, "二〇二六年六月十日（2026年6月11日）": 2, "2026年6月10日(2026.6.10)": 1} {
		if got := len(datesIn(fold(text))); got != want {
			t.Errorf("%s: %d days", text, got)
		}
	}
}
