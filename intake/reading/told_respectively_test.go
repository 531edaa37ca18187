package reading

import (
	"strings"
	"testing"
)

// Grades that are explained in their turn rate nothing, as long as the sentence says
// nothing of the house but that it is not so.
func TestGradesExplainedInTheirTurn(t *testing.T) {
	for said, held := range map[string]bool{
		"注：《民用建筑可靠性鉴定标准》中，Csu级、Dsu级依次表示显著影响、严重影响整体承载，该房屋不属于这两级。": false,
		"Asu、Bsu、Csu、Dsu级分别为不影响、尚不显著影响、显著影响和严重影响整体承载。":           false,
		"Csu级、Dsu级分别为显著影响、严重影响整体承载，本楼属于上述情形。":                    true,
		"Csu级、Dsu级分别为显著影响、严重影响整体承载，本楼不属于前者。":                     true,
		"Csu级、Dsu级分别为显著影响、严重影响整体承载，本楼三层如此。":                      true,
		"三层、四层Csu级、Dsu级分别为显著影响、严重影响整体承载。":                        true,
		"Dsu级为严重影响整体承载，本楼属于此类。":                                  true,
	} {
		res := Read(setText(wrapped(attackedWith("ADVICE", said))), Options{})
		if b := blockers(res.Reasons); len(b) > 0 != held {
			t.Errorf("held %v: %s %v", len(b) > 0, said, b)
		}
		for _, s := range res.Statements {
			if !held && flags(s.Kind) {
				t.Errorf("%s: a hazard: %s", said, s.Evidence.Quote)
			}
		}
	}
}

// What a house is not listed as, it is not; unless it is left off for something else.
func TestNotListedAs(t *testing.T) {
	for said, held := range map[string]bool{
		"可继续居住，不列入C、D级危房改造名册。": false,
		"不纳入C级、D级危房改造计划。":      false,
		"因名额已满，不列入C、D级危房改造名册。": true,
		"不列入C、D级危房改造名册的条件未满足。": true,
		"不得不列入D级危房改造名册。":       true,
		"房屋应列入D级危房改造名册。":       true,
		"该房屋不得不评为D级。":          true,
		"该房屋并非不属于D级。":          true,
	} {
		text := strings.NewReplacer("安全性等级评定为Bsu级，尚不显著影响整体承载", "危险性等级评定为B级", "民用建筑可靠性鉴定标准", "危险房屋鉴定标准", "GB 50292-2015", "JGJ 125-2016").Replace(attackedWith("CONCLUSION", said))
		if b := blockers(Read(setText(wrapped(text)), Options{}).Reasons); len(b) > 0 != held {
			t.Errorf("held %v: %s %v", len(b) > 0, said, b)
		}
	}
}

// 未处于危险状态 is no danger, 未处于安全状态 is.
func TestStatesThatAreNot(t *testing.T) {
	for said, held := range map[string]bool{
		"前栋及整体结构未处于危险状态。":     false,
		"整幢房屋的主体结构尚未处于危险状态。":  false,
		"房屋整体未处于安全状态。":        true,
		"后进整体结构不处于稳定状态。":      true,
		"未经加固，房屋整体结构处于危险状态。":  true,
		"虽未倒塌，整体结构已处于危险状态。":   true,
		"西侧未见裂缝，整体结构仍处于危险状态。": true,
	} {
		if b := blockers(Read(setText(attackedWith("CONCLUSION", said)), Options{}).Reasons); len(b) > 0 != held {
			t.Errorf("held %v: %s %v", len(b) > 0, said, b)
		}
	}
}

// A use is no works: a grade for the use to come is one of the house as it stands, a
// grade for works to come is not.
func TestGradeForANewUse(t *testing.T) {
	const own = "该房屋安全性等级评定为Bsu级"
	for conclusion, found := range map[string]string{
		"该房屋按改造后用途，安全性等级评定为Bsu级":      "Bsu",
		"该房屋按变更后的使用荷载，安全性等级评定为Bsu级":   "Bsu",
		"该房屋按改造后状态，安全性等级评定为Bsu级":      "",
		"该房屋按加固改造后用途，安全性等级评定为Bsu级":    "",
		"该房屋按改造后用途，经加固后安全性等级可评定为Bsu级": "",
	} {
		res := Read(setText(wrapped(strings.Replace(attackedWith("", ""), own, conclusion, 1))), Options{})
		got := ""
		for _, f := range res.Findings {
			got += string(f.Grade)
		}
		if b := blockers(res.Reasons); got != found || len(b) > 0 != (found == "") {
			t.Errorf("%s: %q %v", conclusion, got, b)
		}
	}
}

// What was not measured because it is not there.
func TestNoneMeasured(t *testing.T) {
	for said, held := range map[string]bool{
		"钢柱涂层起泡，锈蚀面积约2%，未测得明显截面损失。": false,
		"檩条表面浮锈，未测得壁厚减薄及弯曲。":        false,
		"锈蚀钢柱未测得截面厚度。":              true,
		"锈蚀钢柱未测得明显截面损失率。":           true,
		"钢柱未测得截面。":                  true,
	} {
		if b := blockers(Read(setText(attackedWith("INSPECTION", said)), Options{}).Reasons); len(b) > 0 != held {
			t.Errorf("held %v: %s %v", len(b) > 0, said, b)
		}
	}
}

// The entries of a scale end without a stop, and are not one sentence for all that.
func TestScaleOfUnfinishedEntries(t *testing.T) {
	for name, c := range map[string]struct {
		rows  [][]string
		found bool
	}{
		"a scale": {[][]string{
			{"A级", "无危险构件，房屋结构能满足安全使用要求"}, {"B级", "个别结构构件评定为危险构件，但不影响主体结构安全"},
			{"C级", "部分承重结构不能满足安全使用要求，构成局部危房"}, {"D级", "承重结构已不能满足安全使用要求，房屋整体处于危险状态，构成整幢危房"},
		}, false},
		"a form": {[][]string{
			{"现状", "部分承重结构不能满足安全使用要求，房屋整"}, {"", "体处于危险状态"},
			{"墙体", "开裂"},
		}, true},
	} {
		rows := append([][]string{{"附件二"}}, c.rows...)
		r := &reader{roles: roleRules()}
		if got := len(r.leftovers(itemsSet(t, setRows(20, rows...)(60, 110)), nil)) > 0; got != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}
