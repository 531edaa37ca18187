package reading

import (
	"strings"
	"testing"
)

// What a report tells of grades beside its own rates nothing; and where the house is
// meant, it holds.
func TestGradesThatAreToldOf(t *testing.T) {
	for place, lines := range map[string]map[string]bool{
		"CONCLUSION": {
			"附注：本报告所用安全性等级含义——Asu级：不影响整体承载，可能有极少数一般构件应采取措施；Bsu级：尚不显著影响整体承载；Csu级：显著影响整体承载，应采取措施；Dsu级：严重影响整体承载，必须立即采取措施。": false,
			"字母是什么意思：Asu是满足要求，Bsu是略低但还不显著影响整体承载，Csu、Dsu才到需要限制或停用的程度。":                                                   false,
			"Bsu是说安全性略低于最高级，不显著影响整体承载。":                         false,
			"Bsu级在规范中指安全性略低于Asu级要求，与Dsu级的立即采取措施不同。":             false,
			"说明：部分医护人员询问“Bsu是否危房”，此处答复为不是。":                     false,
			"GB 50292的Bsu级不等于JGJ 125的B级，两者评定对象与分级办法不一样，供阅读时留意。": false,
			"镇上有人传这房屋是D级危房，我们看下来不是。":                            false,
			"2021年的Csu级结论自本报告签发之日起不再代表房屋现状。":                    false,
			"附注：安全性等级含义——Dsu级：严重影响整体承载，必须立即采取措施。":               true,
			"附注：安全性等级含义——Bsu级：尚不显著影响整体承载；Dsu级：严重影响整体承载，本房屋属此级。": true,
			"字母是什么意思：Asu是满足要求，Dsu是严重影响整体承载，该房屋属后者。":             true,
			"Dsu是说严重影响整体承载，必须立即采取措施。":                           true,
			"说明：住户询问“Dsu是否危房”，此处答复为是。":                          true,
			"说明：住户询问“Bsu是否危房”，此处答复为是。":                          true,
			"2021年的Dsu级结论至今未解除。":                                true,
			"2021年的Dsu级结论自本报告签发之日起仍代表房屋现状。":                     true,
			"镇上有人传这房屋是D级危房，我们看下来是的。":                            true,
			"附注：等级含义——Bsu级：安全性略低；Dsu级：二层现状即是，严重影响整体承载。":         true,
			"Bsu是说安全性略低，实际应评得更重。":                               true,
			"Bsu是说安全性略低，加固完成后方成立。":                              true,
			"Bsu级在规范中指略低，本次取其下一档。":                              true,
			"说明：住户询问“Bsu是否危房”，此处答复为不是，但三层已按危房处理。":               true,
			"镇上有人传这房屋是D级危房，我们看下来不是空穴来风。":                        true,
			"本房屋的Dsu级不等于JGJ 125的D级。":                            true,
		},
		"INSPECTION": {
			"同组岳福明家2021年拆危房，那座才是土墙D级，跟这座隔两块田。": false,
			"同组岳福明家2021年拆危房，这座也是土墙D级。":         true,
		},
	} {
		for l, held := range lines {
			text := strings.Replace(attackedWith(place, l), "GB 50292-2015", "GB 50292-2015）及《危险房屋鉴定标准》（JGJ 125-2016", 1)
			b := blockers(Read(setText(wrapped(text)), Options{}).Reasons)
			if held && len(b) == 0 {
				t.Errorf("%s: accepted", l)
			}
			if !held && len(b) > 0 {
				t.Errorf("%s: held: %v", l, b)
			}
		}
	}
}

// How many houses the rest are is the name of none; and they are those that the
// report names.
func TestTheRestAreCounted(t *testing.T) {
	const own = "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。"
	for _, c := range []struct {
		conclusion, found string
		held              bool
	}{
		{"1号楼安全性等级评为Bsu级。2号楼安全性等级评为Csu级，不影响整体承载。3号楼安全性等级评为Bsu级。即除2号楼外，其余两幢均为Bsu级。", "1号楼Bsu 2号楼Csu 3号楼Bsu", false},
		{"1号楼安全性等级评为Bsu级。2号楼安全性等级评为Csu级，不影响整体承载。3号楼安全性等级评为Dsu级。即除2号楼外，其余两幢均为Bsu级。", "", true},
		{"1号楼安全性等级评为Bsu级。2号楼安全性等级评为Csu级，不影响整体承载。即除2号楼外，其余两幢均为Bsu级。", "", true},
	} {
		res := Read(setText(wrapped(strings.Replace(attackedWith("", ""), own, c.conclusion, 1))), Options{})
		b := blockers(res.Reasons)
		var found []string
		for _, f := range res.Findings {
			found = append(found, f.Unit+string(f.Grade))
		}
		if c.held && len(b) == 0 {
			t.Errorf("%s: accepted: %v", c.conclusion, res.Reasons)
		}
		if !c.held && (len(b) > 0 || strings.Join(found, " ") != c.found) {
			t.Errorf("%s: %v, %v", c.conclusion, found, b)
		}
	}
}

// Words that have the form of a house's name, and numbers that look like a grade.
func TestNoHousesAndNoGrades(t *testing.T) {
	const own = "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。"
	for rating, held := range map[string]bool{
		"标准规定按整户房屋综合评，地基基础Au级，上部承重结构Bu级，综合后评Bsu级。": false,
		"整个房屋安全性：Bsu级。":                           false,
		"全房安全性综合评为Bsu级。":                          false,
		"鉴定单元安全性等级为Bsu级，报告编码：JMYS-ASS-2024-0225。": false,
		"可靠性：Bsu与Bss综合，取Ⅱ级。":                      false,
		"可靠性按安全性与使用性中较低者，并参照第10章规定，得Ⅱ级。":          false,
		"全房安全性综合评为Csu级。":                          true,
		"后楼安全性综合评为Csu级。":                          true,
		"可靠性：Dsu与Bss综合，取Ⅳ级。":                      true,
	} {
		text := strings.Replace(attackedWith("", ""), own, "该房屋安全性等级评定为Bsu级，可靠性等级为Ⅱ级，尚不显著影响整体承载。", 1)
		text = strings.Replace(text, "四、鉴定结论", "四、鉴定评级\n"+rating+"\n五、鉴定结论", 1)
		b := blockers(Read(setText(wrapped(text)), Options{}).Reasons)
		if held && len(b) == 0 {
			t.Errorf("%s: accepted", rating)
		}
		if !held && len(b) > 0 {
			t.Errorf("%s: held: %v", rating, b)
		}
	}
}

// 受检房屋农房 is the house by two words, and two grades of it contradict each other.
func TestTheHouseByTwoWords(t *testing.T) {
	const own = "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。"
	for conclusion, held := range map[string]bool{
		"受检房屋农村住房安全性等级评定为Dsu级，严重影响整体承载。受检房屋农房安全性等级：Asu级。": true,
		"评定受检房屋住房安全性等级为Bsu级。":                             false,
	} {
		res := Read(setText(wrapped(strings.Replace(attackedWith("", ""), own, conclusion, 1))), Options{})
		if got := has(res.Reasons, "conclusion_contradicts_itself"); got != held {
			t.Errorf("%s: %s, %v", conclusion, foundIn(res), blockers(res.Reasons))
		}
	}
}
