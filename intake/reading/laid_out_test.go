package reading

import (
	"slices"
	"strings"
	"testing"

	"jianding/schemas"
)

// accepted asks that nothing holds a report, and for its grades.
func accepted(t *testing.T, got Result, want string) {
	t.Helper()
	if s := foundIn(got); s != want {
		t.Errorf("found %q, want %q", s, want)
	}
	if b := blockers(got.Reasons); len(b) > 0 {
		t.Errorf("held for %v", b)
	}
}

// dangerReport is on a house in danger, by JGJ 125.
const dangerReport = `房屋危险性鉴定报告
报告编号：AB-2026-002
委托单位：江津区塘河镇人民政府
房屋地址：重庆市江津区塘河镇硐寨村三社18号
鉴定单位：重庆某检测鉴定有限公司
签发日期：2026年6月10日
一、鉴定依据
《危险房屋鉴定标准》（JGJ 125-2016）。
二、鉴定结论
{conclusion}
三、处理建议
1、该房屋应立即停止使用，人员撤离，整体拆除。
{end}
`

func danger(conclusion, end string) Result {
	return Read(setText(wrapped(strings.NewReplacer("{conclusion}", conclusion, "{end}", end).Replace(dangerReport))), Options{})
}

// 表6-1 房屋安全性评级表 is no table of house 1.
func TestCaptionNumbersNoHouse(t *testing.T) {
	src := reportWith("大西门路1号房屋安全性等级评定为Dsu级，严重影响整体承载。\n表6-1房屋安全性评级表", setRows(22,
		[]string{"子单元", "评级项目", "子单元等级", "鉴定单元"},
		[]string{"地基基础", "地基变形", "Bu", ""},
		[]string{"上部承重结构", "承载功能", "Du", "Dsu"},
		[]string{"围护系统承重部分", "外墙", "Cu", ""},
	)(70, 190, 310, 430))
	accepted(t, Read(src, Options{}), "大西门路1号房屋 Dsu")
}

// The classes of the standard, reprinted behind the advice, are nobody's.
func TestClassesReprintedAtTheEnd(t *testing.T) {
	d := "该房屋承重结构已不能满足安全使用要求，房屋整体处于危险状态，构成整幢危房，评定该房屋危险性等级为D级。"
	for _, head := range []string{"附录JGJ125-2016房屋危险性等级A级：", "附录 A级：", "《危险房屋鉴定标准》的危险性等级：A级："} {
		list := head + `无危险构件，房屋结构能满足安全使用要求；
B级：个别结构构件评定为危险构件，但不影响主体结构安全，基本能满足安全使用要求；
C级：部分承重结构不能满足安全使用要求，房屋局部处于危险状态，构成局部危房；
D级：承重结构已不能满足安全使用要求，房屋整体处于危险状态，构成整幢危房。`
		accepted(t, danger(d, list), "鉴定对象 D")
	}
}

// Scales are reprinted in any form, before the conclusion or behind the advice.
func TestScalesInAnyForm(t *testing.T) {
	safe := strings.NewReplacer("该房屋安全性等级评定为Dsu级，严重影响整体承载。", "{before}\n　　该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", "立即停止使用", "正常使用").Replace(sampleReport) + "{end}\n"
	mild := strings.NewReplacer("{conclusion}", "{before}\n　　该房屋个别构件为危险构件，不影响主体结构安全，评定该房屋危险性等级为B级。", "该房屋应立即停止使用，人员撤离，整体拆除", "修缮后正常使用").Replace(dangerReport)
	for scale, report := range map[string]string{
		"1 A级：无危险构件，房屋结构能满足安全使用要求；\n2 B级：个别结构构件评定为危险构件，但不影响主体结构安全；\n3 C级：部分承重结构不能满足安全使用要求，房屋局部处于危险状态，构成局部危房；\n4 D级：承重结构已不能满足安全使用要求，房屋整体处于危险状态，构成整幢危房。": mild,
		"房屋危险性等级划分标准\nA级　无危险构件，房屋结构能满足安全使用要求\nB级　个别结构构件评定为危险构件，但不影响主体结构安全\nC级　部分承重结构不能满足安全使用要求，局部危房\nD级　承重结构已不能满足安全使用要求，整幢危房":                          mild,
		"（《危险房屋鉴定标准》：A级，无危险构件，房屋结构能满足安全使用要求；B级，个别结构构件评定为危险构件；C级，部分承重结构不能满足安全使用要求，构成局部危房；D级，承重结构已不能满足安全使用要求，构成整幢危房。）":                                   mild,
		"附表 房屋危险性等级\nA：无危险构件\nB：个别构件危险\nC：局部危房\nD：整幢危房":                                                           mild,
		"附表 安全性等级含义\nAsu级　安全性符合本标准的规定，不影响整体承载\nBsu级　略低于规定，尚不显著影响整体承载\nCsu级　不符合规定，显著影响整体承载\nDsu级　严重不符合规定，严重影响整体承载": safe,
		"Asu级是指不影响整体承载，\nBsu级是指尚不显著影响整体承载，\nCsu级是指显著影响整体承载，\nDsu级是指严重影响整体承载。":                                     safe,
	} {
		want := "鉴定对象 B"
		if report == safe {
			want = "鉴定对象 Bsu"
		}
		for _, at := range []string{"{before}", "{end}"} {
			text := strings.Replace(report, at, scale, 1)
			text = strings.NewReplacer("{before}\n", "", "{end}\n", "").Replace(text)
			got := Read(setText(wrapped(text)), Options{})
			accepted(t, got, want)
			for _, s := range got.Statements {
				if flags(s.Kind) {
					t.Errorf("%s is said of the house", s.Evidence.Quote)
				}
			}
		}
	}
}

// What a house consists of is not several houses; several houses are.
func TestHouseMadeUpOfParts(t *testing.T) {
	whole := "房屋整体处于危险状态，构成整幢危房，按《危险房屋鉴定标准》评定该房屋危险性等级为D级。"
	accepted(t, danger("经鉴定，邹家老院子房屋（正房及西厢房）木柱糟朽，"+whole, ""), "鉴定对象 D")
	if s := foundIn(danger("经鉴定，正房及西厢房处于危险状态，构成整幢危房，危险性等级均评定为D级。", "")); s != "正房 D, 西厢房 D" {
		t.Errorf("found %q", s)
	}
}

// GB 50144-2019: systems have letters, the factory has 一级 to 四级.
func TestLettersOfAFactory(t *testing.T) {
	report := `工业建筑可靠性鉴定报告
报告编号：AB-2026-003
委托单位：重庆某机械制造有限公司
房屋地址：重庆市江津区珞璜镇郭坝路5号
鉴定单位：重庆某检测鉴定有限公司
签发日期：2026年6月10日
一、鉴定依据
《工业建筑可靠性鉴定标准》GB 50144-2019。
二、分级
GB 50144-2019将鉴定单元可靠性划分为一级（符合要求，不影响整体安全，可正常使用）、二级（略低于要求，尚不明显影响整体安全）、三级（不符合要求，影响整体安全，应采取措施）、四级（极不符合要求，已严重影响整体安全，必须立即采取措施）。
三、鉴定结论
厂房地基基础无不均匀沉降，可靠性等级评定为A级；上部承重结构布置合理，承载力满足要求，可靠性等级评定为B级；围护结构系统评定为B级。根据《工业建筑可靠性鉴定标准》GB 50144-2019，该厂房可靠性等级评定为二级，可正常使用。
四、处理建议
1、可继续正常使用。
`
	accepted(t, Read(setText(wrapped(report)), Options{}), "鉴定对象 II")
	got := Read(setText(wrapped(strings.Replace(report, "该厂房可靠性等级评定为二级，可正常使用。", "该厂房评定为C级。", 1))), Options{})
	if !heldFor(got, "grade_mention_unclear") {
		t.Errorf("a factory graded by a letter is accepted: %s", foundIn(got))
	}
}

// A meaning may begin on the line after its grade, with the dash.
func TestMeaningOnTheNextLine(t *testing.T) {
	for _, x := range []struct {
		before, after string
		want          bool
	}{
		{"三级——不符合可靠性要求，影响整体安全，应采取措施；四级", "——极不符合可靠性要求，必须立即采取措施。", true},
		{"房屋的可靠性，按《民用建筑可靠性鉴定标准》GB 50292-201", "5评定为二级", true},
		{"鉴定依据为GB 50292-2015", "5评定", false},
		{"处理建议如下", "——对墙体裂缝进行修补。", false},
	} {
		l := setLine(x.after)
		if got := continues(&item{text: plain(x.before, 1), page: 1, body: true, right: 500}, fold(x.after), l); got != x.want {
			t.Errorf("%s / %s: %v", x.before, x.after, got)
		}
	}
}

// setLine is a line of text far left on page 1.
func setLine(text string) *line {
	p := plain(text, 1)
	return &line{page: 1, cells: []*cell{{glyphs: p.glyphs, x0: 60, x1: 400, size: 12}}, size: 12}
}

// The details by which a house holds together are rated, and are not the house.
func TestIntegrityMeasuresAreNotTheWhole(t *testing.T) {
	for text, want := range map[string]schemas.StatementKind{
		"结构整体性构造不足,上部承重结构评为Cu级。":  "",
		"圈梁缺失,整体性连接不满足要求。":        "",
		"墙体普遍开裂,房屋整体性差,影响房屋整体安全。": schemas.StatementWhole,
		"结构整体性构造不足,严重影响房屋整体承载。":   schemas.StatementWhole,
		"该房屋整体承载能力不足,应立即停止使用。":    schemas.StatementWhole,
	} {
		r := &reader{roles: roleRules(), year: 2026, standards: []string{"GB 50292-2015"}}
		it := &item{page: 1, text: plain(text, 1), section: secConclusion}
		var kind schemas.StatementKind
		for _, s := range sentencesOf(it.text, it) {
			for _, st := range r.statementsOf(s) {
				if flags(st.Kind) {
					kind = st.Kind
				}
			}
		}
		if kind != want {
			t.Errorf("%s: %q, want %q", text, kind, want)
		}
	}
}

// 员工公寓三栋房屋 counts houses; 公寓三栋 may be the third.
func TestHousesCountedByName(t *testing.T) {
	for text, want := range map[string]string{
		"员工公寓三栋房屋的安全性,除1号楼":  "1号楼",
		"宿舍三栋房屋的安全性等级,其中2号楼": "2号楼",
		"员工公寓三栋房屋安全性等级均评定为":  "",
		"三幢建筑物的危险性等级均为":      "",
		"教学楼现有结构的安全性级别为":     "教学楼",
		"学生宿舍目前的安全性等级为":      "学生宿舍",
		"公寓三栋安全性等级评定为":       "公寓三栋",
		"2#联合厂房在现状使用条件下的":    "2#",
	} {
		if got := strings.Join(unitsIn(text, nil), " "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// What is done with a tank on the roof, or while works go on, is not done with the
// house.
func TestAdviceOnFixtures(t *testing.T) {
	for text, want := range map[string]string{
		"停用水箱及其支座墙宜尽早拆除,拆除时注意保护屋面结构。":     "demolish_part",
		"全面翻修屋面防水,施工期间相应住室暂时腾空,修缮后可正常使用。": "repair",
		"该房屋应立即停用,尽早拆除。":                  "stop_use demolish",
		"水箱及房屋应尽快拆除。":                     "demolish demolish_part",
		"更换锚栓;封闭板底裂缝。":                    "",
		"人员应立即腾空撤离。":                      "evacuate",
		"加固施工前所有住户应腾空。":                   "evacuate",
	} {
		r := &reader{roles: roleRules(), year: 2026}
		it := &item{page: 1, text: plain(text, 1), section: secAdvice}
		var codes []string
		for _, s := range sentencesOf(it.text, it) {
			for _, x := range r.advise(s, true) {
				switch x.Code {
				case schemas.StopUse, schemas.Demolish, schemas.Evacuate, schemas.DemolishPart, schemas.Repair, schemas.SealOff:
					codes = append(codes, string(x.Code))
				}
			}
		}
		slices.Sort(codes)
		w := strings.Fields(want)
		slices.Sort(w)
		if strings.Join(codes, " ") != strings.Join(w, " ") {
			t.Errorf("%s: %v, want %s", text, codes, want)
		}
	}
}

// The state in which a house was when it was graded is not the one that it is in.
func TestStateOfAnEarlierGrade(t *testing.T) {
	for told, want := range map[string]bool{
		"并要求立即停止使用。该评级对应火灾受损未修复状态,不反映房屋现状。": false,
		"该评级对应火灾受损未修复状态。":                   true,
		"该评级对应火灾受损未修复状态,不反映房屋现状,至今未整改。":     true,
		"要求立即停止使用,至今未修复。":                   true,
	} {
		if got := leftAsItWas(told); got != want {
			t.Errorf("%s: %v", told, got)
		}
	}
}

// TestParticularsOfForms reads forms whose rows are not all alike.
func TestParticularsOfForms(t *testing.T) {
	form := setRows(32,
		[]string{"户　主", "", "骆应才", "身份证号", "", "5102251954", "联系电话", "139"},
		[]string{"房屋地址", "", "", "重庆市江津区中山镇龙塘村6组23号"},
		[]string{"结构形式", "", "砖混", "层数", "", "两层", "建筑面积", "196.8m2"},
		[]string{"委托单位", "江津区中山镇村镇建设服务中心", "", "", "", "", "鉴定日期", "2026年3月18日"},
		[]string{"场地安全", "☑未见滑坡", "", "", "□存在不良地质作用"},
		[]string{"组成部分", "", "", "检查情况", "", "", "评定"},
		[]string{"地基基础", "条石基础外露部分完好。", "", "", "", "", "☑a□b□c□d"},
	)(60, 120, 140, 220, 285, 290, 370, 440)
	f := Read(form, Options{}).Fields
	if f.Storeys != "2" || f.AreaM2 != 196.8 || f.InspectedOn != "2026-03-18" || f.Structure != "砖混" {
		t.Errorf("fields %+v", f)
	}
}

// A scale that a table offers above its rows begins no form, though the word at its
// head is one of forms.
func TestScaleUnderALabel(t *testing.T) {
	src := reportWith("该房屋安全性等级评定为Bsu级，可正常使用。", setRows(28,
		[]string{"鉴定单元", "Asu", "Bsu", "Csu", "Dsu", "说明"},
		[]string{"整幢房屋", "", "√", "", "", "按GB50292\n第9.1.2条"},
	)(70, 150, 220, 290, 360, 430))
	got := Read(src, Options{})
	if s := foundIn(got); s != "鉴定对象 Bsu" {
		t.Errorf("found %q; %v", s, blockers(got.Reasons))
	}
	if heldFor(got, "tables_contradict") || heldFor(got, "conclusion_contradicts_table") {
		t.Errorf("held for %v", blockers(got.Reasons))
	}
}

// Choices one below the other are one choice, however wide the rows stand apart.
func TestChoicesInSeveralTables(t *testing.T) {
	cells := func(rows ...string) *item {
		it := &item{page: 1, table: &table{page: 1}}
		for _, r := range rows {
			lead, meaning, _ := strings.Cut(r, "|")
			y := map[string]float64{"☑B级": 700, "□C级": 660, "□D级": 640}[lead]
			for k, s := range []string{lead, meaning} {
				x := 100 + 60*float64(k)
				it.table.cells = append(it.table.cells, &cell{glyphs: plain(s, 1).glyphs, x0: x, x1: x + 40, y0: y, y1: y + 11, size: 11})
			}
		}
		return it
	}
	items := []*item{cells("☑B级|个别构件处于危险状态"), cells("□C级|构成局部危房", "□D级|构成整幢危房")}
	dropUntickedRows(items)
	if n, m := len(items[0].table.cells), len(items[1].table.cells); n != 2 || m != 0 {
		t.Errorf("%d and %d cells are left, want 2 and 0", n, m)
	}
}

// TestParticularsMisread: what was taken for a particular and is none.
func TestParticularsMisread(t *testing.T) {
	head, tail, _ := strings.Cut(sampleReport, "一、鉴定依据")
	with := func(no, text string) string {
		h := head
		if no != "" {
			h = strings.Replace(h, "报告编号：AB-2026-001", no, 1)
		}
		return h + "一、工程概况\n" + text + "\n一、鉴定依据" + tail
	}
	for _, x := range []struct {
		text string
		want particulars
	}{
		{with("", "该房屋建筑面积九十二点五平方米（92.5m2）。"), particulars{area: "92.5"}},
		{with("", "该房屋三层，建筑面积一千一百零八点二平方米（1108.2m2）。墙面空鼓2处，面积合计0.06m2。"), particulars{area: "1108.2"}},
		{with("", "房屋主体为砖混结构，共五层，其中1~4层为1996年建成，第五层为2008年加建。"), particulars{storeys: "5"}},
		{with("", "该厂房为单层双跨门式刚架轻型房屋钢结构。"), particulars{storeys: "1", structure: "门式刚架轻型房屋钢结构"}},
		{strings.Replace(with("", "委托人提供了改造时的简易结构图。"), "委托单位：江津区几江街道办事处\n", "", 1), particulars{client: "-"}},
		{with("（2026）渝西鉴字第0086号", "该房屋三层。"), particulars{no: "（2026）渝西鉴字第0086号"}},
		{with("文件编号：CYYJ-BG-26117-01\n2026.06.10", "该房屋三层。"), particulars{no: "CYYJ-BG-26117-01"}},
	} {
		x.want.check(t, x.text)
	}
}

// The headings of the parts in which a house is told of.
func TestHeadingsOfTheOverview(t *testing.T) {
	for text, want := range map[string]section{
		"1任务说明": secOverview, "1前言": secOverview, "一、工程说明": secOverview, "说明": secDeclaration, "9说明": secDeclaration,
	} {
		if got := sectionOf(text); got != want || text == "1前言" && !looksHeading(text) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// A heading that the end of a line tore is the sentence with the grade behind it; and a
// letter whose words were lost is asked about.
func TestGradeBehindATornHeading(t *testing.T) {
	for name, torn := range map[string]string{"joined": "1幢危险性评级结\n果：D级。", "lost": "3幢评级\n汇：D级。"} {
		text := "1幢房屋整体危险\n性等级评定为A级\n。\n2幢房屋整体危险\n性等级评定为D级\n。\n" + torn + "\n由此判断，该隐患\n影响房屋整体承载\n，须报主管部门。"
		text = strings.NewReplacer("{conclusion}", text, "{end}", "").Replace(dangerReport)
		if got := Read(setText(text), Options{}); len(blockers(got.Reasons)) == 0 {
			t.Errorf("%s: accepted as %s", name, foundIn(got))
		}
	}
}

// A column two characters wide, with an item's number indented in it, is no watermark
// that steps over the page: no line of it is lost.
func TestNarrowColumnIsNoWatermark(t *testing.T) {
	var rows [][]string
	for _, l := range []string{"二、", "鉴定", "结论", "房屋", "安全", "等级", "评定", "为D", "su", "级。"} {
		rows = append(rows, []string{l, ""})
	}
	rows = append(rows, []string{"", "3、"}, []string{"该栋", ""}, []string{"房屋", ""})
	src := setRows(19.2, rows...)(64, 88)
	r := &reader{roles: roleRules()}
	pages, _, _ := r.load(src, Options{})
	var got string
	for _, l := range pages[0].lines {
		got += l.folded()
	}
	if len(pages[0].marks) > 0 || !strings.Contains(got, "为Dsu级。3、该栋房屋") {
		t.Errorf("read %q, and %d marks", got, len(pages[0].marks))
	}
}
