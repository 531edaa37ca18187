package reading

import (
	"strings"
	"testing"
)

// What a form prints of all houses, 评定为D级者方可拆除重建, is said of none; of a house or of
// rooms that it names it is.
func TestWhoeverIsRatedSo(t *testing.T) {
	report := strings.NewReplacer("{conclusion}", "该房屋部分承重构件不能满足安全使用要求，局部处于危险状态，构成局部危房，评定该房屋危险性等级为C级。",
		"1、该房屋应立即停止使用，人员撤离，整体拆除。", "1、对危险构件加固处理，屋面维修。").Replace(dangerReport)
	for note, held := range map[string]bool{
		"填表说明：1. 本表现场填写。2. 评定为C级者以维修加固为主，评定为D级者方可拆除重建。": false,
		"填表说明：1. 评定为D级者应立即停止使用。2. 本表一式三份。":              false,
		"填表说明：1. 评定为D级者方可拆除重建，本户属此列。":                   true,
		"填表说明：1. 本房屋评定为D级者，应立即停止使用。":                    true,
		"填表说明：1. 东厢评定为D级者，应立即停止使用。":                     true,
		"填表说明：1. 评定为D级的应立即停止使用。本户属此类。":                  true,
		"填表说明：1. 评定为D级的应立即停止使用。本户不属此类。":                 false,
		"填表说明：1. 本表评定为D级。":                              true,
	} {
		got := Read(setText(wrapped(strings.Replace(report, "{end}", note, 1))), Options{})
		if b := blockers(got.Reasons); !held {
			accepted(t, got, "鉴定对象 C")
		} else if len(b) == 0 && foundIn(got) == "鉴定对象 C" {
			t.Errorf("%s: accepted", note)
		}
	}
}

// A row 结论说明 concludes; beside what is looked for, the ticked answer counts.
func TestRowsOfARuralForm(t *testing.T) {
	form := func(answer string) textSource {
		return reportWith("各项检查结果如下。", setRows(22,
			[]string{"检查项目", "检查结果"},
			[]string{"滑坡、崩塌、泥石流隐患", answer},
			[]string{"采空塌陷、洪水淹没影响", "■无 □有"},
		)(70, 260))
	}
	geo := func(r Result) bool {
		for _, s := range r.Statements {
			if s.Rule == "geo" {
				return true
			}
		}
		return false
	}
	for answer, want := range map[string]bool{
		"■无 □有": false, "■无 □有（屋后缓坡为果园）": false, "无": false, "☑未发现 □发现": false,
		"□无 ■有": true, "■有 □无": true, "有": true, "屋后边坡": true, "■无 ■有": true,
	} {
		if got := geo(Read(form(answer), Options{})); got != want {
			t.Errorf("%s: %t", answer, got)
		}
	}
	twice := reportWith("各项检查结果如下。", setRows(22, []string{"检查项目", "首次结果", "复查结果"}, []string{"滑坡、崩塌、泥石流隐患", "无", "有"}, []string{"洪水淹没影响", "无", "无"})(70, 260, 380))
	if !geo(Read(twice, Options{})) {
		t.Error("what was not there the first time is not seen the second")
	}
	for text, want := range map[string]bool{"双坡屋面瓦片滑动，漏雨三处。": false, "屋面瓦片滑动，屋后山体滑动。": true} {
		if got := geo(Read(setText(wrapped(attackedWith("INSPECTION", text))), Options{})); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
	for head, want := range map[string]section{"结论说明": secConclusion, "鉴定结论描述": secConclusion, "评级说明": secBasis, "报告说明": secDeclaration, "结论表述": secConclusion} {
		if got := sectionOf(head); got != want {
			t.Errorf("%s: %s", head, got)
		}
	}
}

// A label of two lines, in words that nobody foresaw, stands between the lines of its
// entry: the frame tells that it is none of them.
func TestUnforeseenLabelBetweenTheLinesOfItsEntry(t *testing.T) {
	rows := [][]string{
		{"", ""}, // room above
		{"薄弱部位综合\n核算", "第一层有缺陷的构件2个，第二层有缺陷的构件4个，均限于挑廊。\n整体结构危险构件综合\n比例为5.7%，地基稳定。"},
		{"处理建议", "对上述构件进行加固处理，其余部分正常使用，每年\n检查一次。"},
	}
	src := reportWith("该房屋安全性等级评定为Csu级，隐患限于局部，不影响整体承载。", setRows(60, rows...)(70, 150))
	g := rulesAround(src, []float64{66, 146, 560}, "薄弱部位综合", 2, 60)
	for i := range g.ys {
		g.ys[i] += 24
	}
	got := Read(g, Options{})
	for _, s := range got.Statements {
		if flags(s.Kind) {
			t.Errorf("%s is said of the house", s.Evidence.Quote)
		}
	}
}
