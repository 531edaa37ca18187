package reading

import (
	"strings"
	"testing"

	"jianding/schemas"
)

// What an earlier report found and nobody mended is there today, whatever grade
// stands beside it.
func TestADangerThatNobodyMendedIsThereToday(t *testing.T) {
	for _, l := range []string{
		"2019年经鉴定为D级危房，未整改。", "2019年鉴定为D级危房，至今未作处理。", "2019年鉴定为D级危房，一直没有加固，现有人居住。",
		"该房屋曾被鉴定为D级危房，尚未采取任何措施。", "该房屋2018年曾评定为Dsu级，此后未作任何处理。", "2020年上次鉴定结论为D级，危险未消除。",
		"原鉴定为整幢危房，现状与当时相同。", "2019年被列为整幢危房，隐患至今仍在。", "2019年鉴定为D级。迄今无人处理。", "2019年鉴定为D级，此后听之任之。",
		"2019年鉴定时房屋整体处于危险状态，目前依旧如此。", "2019年鉴定为D级危房，此后继续恶化。",
	} {
		res := Read(setText(attackedWith("INSPECTION", l)), Options{})
		if b := blockers(res.Reasons); !strings.Contains(strings.Join(b, " "), "grade_contradicts_statement") {
			t.Errorf("%s: %v", l, b)
		}
	}
	for _, l := range []string{
		"2019年经鉴定为D级危房，后已拆除重建。", "2019年鉴定为D级危房，当年未处理，2021年整体加固并验收合格。", "2019年经鉴定为C级危房，2021年加固处理。",
		"西侧邻房2019年鉴定为D级危房，至今未拆除。", "2019年危房普查时未列入危房，此后未作改造。", "2019年鉴定为Bsu级，此后未作加固改造。",
	} {
		if b := blockers(Read(setText(attackedWith("INSPECTION", l)), Options{}).Reasons); len(b) > 0 {
			t.Errorf("held with %s: %v", l, b)
		}
	}
}

// wholeHarmed tells whether a report says of the house as a whole that it is harmed.
func wholeHarmed(text string) bool {
	for _, s := range Read(setText(text), Options{}).Statements {
		if flags(s.Kind) {
			return true
		}
	}
	return false
}

// Behind words that say that what was found is still so, the sentence tells of today;
// and what a neighbour endangers is this house.
func TestWhatIsSaidOfTodayAndOfThisHouseIsAHazard(t *testing.T) {
	for _, l := range []string{
		"该楼2019年经鉴定为D级危房，未整改，房屋整体处于危险状态。", "2019年曾评为Dsu级，至今未加固，整体承载能力不足。", "前次鉴定为D级，一直未处理，整幢房屋随时可能倒塌，整体处于危险状态。",
		"相邻承重墙倒塌危及整栋房屋安全。", "邻居家的承重墙倒塌，危及整栋房屋安全。", "隔壁房屋倒塌后山墙失去支撑，整栋房屋存在倒塌危险。", "相邻基坑开挖致房屋整体倾斜，危及整栋房屋安全。",
		"周边建筑施工导致房屋整体承载力下降。", "邻房外倾挤压，威胁到本房屋整体稳定。", "毗邻墙体倒塌已影响整幢楼的安全。", "东侧邻房拆除后，影响到房屋的整体安全。", "附近爆破震动使房屋整体失稳。",
	} {
		if !wholeHarmed(attackedWith("INSPECTION", l)) {
			t.Errorf("no hazard: %s", l)
		}
	}
	for _, l := range []string{
		"2019年鉴定时房屋整体处于危险状态，经加固已消除。", "相邻房屋整体处于危险状态。", "相邻房屋墙体开裂，危及其整体安全。", "相邻建筑施工未影响该房屋整体安全。",
		"邻近建筑物拆除时应防止影响房屋整体安全。", "相邻墙体未见异常，不影响房屋整体安全。",
	} {
		if wholeHarmed(attackedWith("INSPECTION", l)) {
			t.Errorf("a hazard is invented: %s", l)
		}
	}
}

// A part without a house's name is of the house that the paragraphs above it named
// last, or that the line above names alone.
func TestAPartIsOfTheHouseOfTheParagraphAbove(t *testing.T) {
	for _, c := range []struct{ rated, concluded string }{
		{"教学楼的评级过程如下。\n上部承重结构评为Cu级。\n食堂的评级过程如下。\n上部承重结构评为Cu级。", "教学楼安全性等级评定为Bsu级，食堂安全性等级评定为Csu级，显著影响整体承载。"},
		{"对教学楼，逐项评级。\n地基基础评为Bu级。\n上部承重结构评为Cu级。", "教学楼安全性等级评定为Bsu级，食堂安全性等级评定为Csu级，显著影响整体承载。"},
		{"1号楼：\n上部承重结构评为Du级。\n2号楼：\n上部承重结构评为Bu级。", "1号楼安全性等级评定为Bsu级，2号楼安全性等级评定为Dsu级，严重影响整体承载。"},
		{"先看1号楼。\n上部承重结构评为Du级。\n再看2号楼。\n上部承重结构评为Bu级。", "1号楼安全性等级评定为Bsu级，2号楼安全性等级评定为Dsu级，严重影响整体承载。"},
		{"【1号楼】\n上部承重结构评为Du级。\n【2号楼】\n上部承重结构评为Bu级。", "1号楼安全性等级评定为Bsu级，2号楼安全性等级评定为Dsu级，严重影响整体承载。"},
	} {
		for _, heading := range []string{"", "四、安全性鉴定评级\n"} {
			text := strings.Replace(attackedWith("INSPECTION", heading+c.rated), "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", c.concluded, 1)
			res := Read(setText(text), Options{})
			if b := blockers(res.Reasons); !strings.Contains(strings.Join(b, " "), "conclusion_contradicts_sub_unit") {
				t.Errorf("%s%s: %v", heading, c.rated, b)
			}
		}
	}
}

// What does not come to rest and what spares nothing is told by a negation, and is
// no denial.
func TestANegationThatDeniesNoHarm(t *testing.T) {
	for _, l := range []string{
		"底层承重柱已拆除两根。", "底层两根承重砖柱已被取掉。", "承重墙少了一道。", "底层柱子只剩三根。", "底层承重墙已挖空。",
		"沉降明显未收敛。", "沉降未见停止。", "沉降速率未见减缓。", "裂缝宽度未能得到有效控制。", "倾斜至今没有停下来。", "变形无法控制。", "沉降控制不住。",
		"房屋倾斜不断加大。", "裂缝无时无刻不在变宽。", "裂缝无一不贯通墙体。", "各层纵墙无一例外开裂。", "没有一面墙不裂。", "檩条无不朽断。", "滑移难以遏制。",
	} {
		for _, place := range []string{"INSPECTION", "CONCLUSION", "ADVICE"} {
			if len(blockers(Read(setText(attackedWith(place, l)), Options{}).Reasons)) == 0 {
				t.Errorf("%s: accepted with %s", place, l)
			}
		}
	}
	for _, l := range []string{
		"未发现不均匀沉降、开裂，裂缝已停止发展。", "地基无不均匀沉降、开裂现象。", "未发现裂缝不断扩展的现象。", "如裂缝未稳定，应及时报告。", "二层原有隔墙已拆除。",
		"没有一处构件断裂。", "裂缝未见发展，沉降未见异常。", "裂缝观测点石膏饼未被拉裂。", "承重墙体未被拆除。",
	} {
		if b := blockers(Read(setText(attackedWith("INSPECTION", l)), Options{}).Reasons); len(b) > 0 {
			t.Errorf("held with %s: %v", l, b)
		}
	}
}

// What belongs to a house is not the house.
func TestAnAppendageIsNotItsHouse(t *testing.T) {
	concludedOf := func(unit string) string {
		return strings.Replace(attackedWith("", ""), "该房屋安全性等级评定为Bsu级", unit+"安全性等级评定为Bsu级", 1)
	}
	for _, u := range []string{"1号楼门卫室", "2号楼附属用房", "3号楼连廊", "1号楼西侧配电房", "2号楼的地下车库", "A栋裙房", "教学楼门卫室", "3#楼水泵房", "甲栋值班室", "门卫室"} {
		res := Read(setText(concludedOf(u)), Options{})
		if len(blockers(res.Reasons)) == 0 {
			t.Errorf("accepted on %s", u)
		}
		for _, f := range res.Findings {
			if f.Unit != u && f.Scope == schemas.ScopeUnit {
				t.Errorf("%s is taken for %s", u, f.Unit)
			}
		}
	}
	for _, u := range []string{"1号楼", "1号楼住宅", "1号楼（教学楼）", "1号楼综合教学楼"} {
		if b := blockers(Read(setText(concludedOf(u)), Options{}).Reasons); len(b) > 0 {
			t.Errorf("held on %s: %v", u, b)
		}
	}
	named := strings.ReplaceAll(concludedOf("1号楼门卫室"), "几江街道某楼", "几江街道某校1号楼门卫室")
	if b := blockers(Read(setText(named), Options{}).Reasons); len(b) > 0 {
		t.Errorf("held though the report is on it: %v", b)
	}
}

// A use that waits for something that a house of a mild grade does not need, papers
// enclosed by which the grade is another, and plain talk against the grade.
func TestAMildGradeIsTakenBackBeside(t *testing.T) {
	for place, lines := range map[string][]string{
		"ADVICE":     {"业主方可在拆除三层后使用。", "校方可在整改完毕后启用。", "产权方可待顶层拆完再用。", "附件：评级调整函。", "附件：关于将等级改判的说明。"},
		"CONCLUSION": {"业主方可在拆除三层后使用。", "附件：降级建议书。", "附件1：等级下调意见。", "附件：评级调整函。", "附件：危房告知书。", "附件：重新评级说明书。", "其实问题很大。", "实际比这严重得多。", "住着提心吊胆。", "老实说不算好房子。", "实在谈不上安全。"},
	} {
		for _, l := range lines {
			if len(blockers(Read(setText(attackedWith(place, l)), Options{}).Reasons)) == 0 {
				t.Errorf("%s: accepted with %s", place, l)
			}
		}
	}
	for place, lines := range map[string][]string{
		"ADVICE":     {"业主方可自行委托维修单位处理渗漏。", "附件一：房屋平面示意图；附件二：现场照片。"},
		"CONCLUSION": {"附件：检测数据汇总表。", "附件：资质证书、营业执照复印件。", "附件2：现场照片（共12张）", "附图1 二层平面布置图"},
	} {
		for _, l := range lines {
			if b := blockers(Read(setText(attackedWith(place, l)), Options{}).Reasons); len(b) > 0 {
				t.Errorf("%s: held with %s: %v", place, l, b)
			}
		}
	}
}

// Plain talk that makes nothing of the gravest grade.
func TestTheGravestGradeIsMadeLightOf(t *testing.T) {
	grave := func(l string) string {
		text := strings.Replace(attackedWith("CONCLUSION", l), "评定为Bsu级，尚不显著影响整体承载", "评定为Dsu级，严重影响整体承载", 1)
		return strings.Replace(text, "1、可继续正常使用。", "1、立即停止使用，人员搬离。", 1)
	}
	for _, l := range []string{
		"其实并无大碍。", "实际问题不大。", "住着没什么要紧。", "该房屋其实没有大问题。", "说是危险，还能住二十年。", "总体来讲仍属可靠。", "房屋尚属安全。", "房屋可放心居住。",
		"问题都不严重。", "此结论过于谨慎，不必当真。", "用不着搬。", "还算结实。",
	} {
		if len(blockers(Read(setText(grave(l)), Options{}).Reasons)) == 0 {
			t.Errorf("accepted with %s", l)
		}
	}
	for _, l := range []string{"", "问题严重，应立即停用。", "地基基础无明显问题，上部承重结构存在严重隐患。", "地基基础尚属稳定。", "加固处理后方可继续使用。"} {
		if b := blockers(Read(setText(grave(l)), Options{}).Reasons); len(b) > 0 {
			t.Errorf("held with %q: %v", l, b)
		}
	}
}

// A table without a house's name is of the house that the line over its columns names.
func TestATableIsOfTheHouseNamedOverIt(t *testing.T) {
	const said = "教学楼安全性等级评定为Bsu级，食堂安全性等级评定为Csu级，显著影响整体承载。"
	table := func(over, grade string) textSource {
		return reportWith(said, setRows(22, [][]string{{over, ""}, {"子单元", "安全性等级"}, {"地基基础", "Bu级"}, {"上部承重结构", grade}, {"围护系统承重部分", "Bu级"}}...)(70, 270))
	}
	for _, c := range []struct {
		over, grade string
		contradicts bool
	}{
		{"教学楼的评级见下", "Cu级", true}, {"教学楼", "Cu级", true}, {"教学楼的评级见下", "Bu级", false}, {"食堂的评级见下", "Cu级", false},
	} {
		b := blockers(Read(table(c.over, c.grade), Options{}).Reasons)
		if got := strings.Contains(strings.Join(b, " "), "conclusion_contradicts_sub_unit"); got != c.contradicts {
			t.Errorf("%s %s: %v", c.over, c.grade, b)
		}
	}
}
