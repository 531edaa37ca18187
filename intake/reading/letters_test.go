package reading

import (
	"strings"
	"testing"

	"jianding/intake/pdf"
	"jianding/schemas"
)

const letter = `江津区某某建筑鉴定事务所
某安函〔2026〕18号
关于凉水井组刘光荣住宅结构安全的鉴定意见
刘光荣先生：
受你户委托，我所工程师曾晓燕于2026年5月14日到场，逐间查看了全部房间。
你户房屋位于江津区石门镇永安村凉水井组36号，三层砖砌体结构，建筑面积406.5平方米。
按现状布置验算，墙体抗力与效应之比最小1.12。{conclusion}{advice}
专此函复。
江津区某某建筑鉴定事务所（章）2026年5月21日
`

// A letter concludes where it grades the house, and advises where it asks for
// something behind that.
func TestLettersConclude(t *testing.T) {
	conclusions := []string{
		"综上，按《民用建筑可靠性鉴定标准》（GB 50292-2015）评定，你户房屋的安全性等级为Bsu级，尚不显著影响整体承载。",
		"根据《民用建筑可靠性鉴定标准》GB 50292-2015，该房屋安全性等级评定为Bsu级。",
		"据此，依据GB 50292-2015评定该房安全性等级为Bsu级，尚不显著影响整体承载。",
		"我所认为，按GB 50292-2015，你户房屋安全性等级为Bsu级。",
		"经综合评定，该房屋的安全性等级为Bsu级（GB 50292-2015）。",
		"对照《民用建筑可靠性鉴定标准》GB 50292-2015，房屋安全性评为Bsu级。",
		"因此，该房屋安全性鉴定为Bsu级，依据标准为GB 50292-2015。",
		"故按GB 50292-2015，该房屋安全性等级定为Bsu级。",
	}
	advice := []string{
		"请将三层窗角裂缝用环氧胶封闭。", "建议对三层窗角裂缝灌浆封闭。", "应及时修补屋面防水层。", "\n请尽快维修屋面。", "\n建议：修补三层窗角裂缝。",
		"\n（一）修缮屋面防水层。\n（二）三层窗角裂缝灌浆封闭。", "你户应维修屋面防水层。", "对窗角裂缝应予修补。",
	}
	for i, c := range conclusions {
		for _, a := range []string{advice[i], advice[(i+3)%len(advice)]} {
			got := Read(setText(wrapped(strings.NewReplacer("{conclusion}", c, "{advice}", a).Replace(letter))), Options{})
			if s := foundIn(got); !strings.HasSuffix(s, " Bsu") || strings.Contains(s, ",") {
				t.Errorf("%s%s: found %q", c, a, s)
			}
			for _, r := range got.Reasons {
				if r.Code == "conclusion_missing" || r.Code == "advice_missing" {
					t.Errorf("%s%s: %s", c, a, r.Code)
				}
			}
			if len(got.Recommendations) != 1 || got.Recommendations[0].Code != schemas.Repair {
				t.Errorf("%s%s: %v", c, a, got.Recommendations)
			}
			if got.Fields.InspectedOn != "2026-05-14" {
				t.Errorf("inspected on %q: 曾 is a name", got.Fields.InspectedOn)
			}
		}
	}
}

// What a letter says of another house, of once or of what may be concludes nothing.
func TestLettersThatDoNotConclude(t *testing.T) {
	for _, c := range []string{
		"2019年曾鉴定，该房屋安全性等级评定为Bsu级。", "相邻的张家房屋经鉴定安全性等级为Bsu级。", "若按图加固，该房屋安全性等级可评定为Bsu级。", "地基基础评定为Bu级。", "",
	} {
		got := Read(setText(wrapped(strings.NewReplacer("{conclusion}", c, "{advice}", "请维修屋面。").Replace(letter))), Options{})
		if !has(got.Reasons, "conclusion_missing") {
			t.Errorf("%s: %v", c, got.Reasons)
		}
	}
}

func has(rs []schemas.Reason, code schemas.ReasonCode) bool {
	for _, r := range rs {
		if r.Code == code {
			return true
		}
	}
	return false
}

// 意见 behind a conclusion is what follows from it.
func TestOpinionBehindConclusion(t *testing.T) {
	for _, head := range []string{"四、意见", "四、几点意见", "四、我所意见", "四、意见："} {
		text := strings.NewReplacer("三、处理建议", head, "{conclusion}", "鉴定结论：该房屋局部承重构件处于危险状态，构成局部危房，危险性等级为C级。", "{end}", "").Replace(dangerReport)
		text = strings.Replace(text, "1、该房屋应立即停止使用，人员撤离，整体拆除。", "危险构件加固，屋面维修。", 1)
		if got := Read(setText(wrapped(text)), Options{}); has(got.Reasons, "advice_missing") {
			t.Errorf("%s: %v", head, got.Reasons)
		}
	}
}

// unitsOfTable: of each cell that is a grade, the house that it is of.
func unitsOfTable(t *testing.T, src textSource) map[string][]string {
	t.Helper()
	r := &reader{}
	pages, _, _ := r.load(src, Options{})
	out := make(map[string][]string)
	for _, it := range assemble([][]*line{pages[0].lines}) {
		if it.table == nil {
			continue
		}
		for _, c := range it.table.cells {
			if f := c.folded(); len(loneTokens(f)) > 0 && wordsAround(f) == 0 {
				out[f] = append(out[f], it.table.unitsOf(c)...)
			}
		}
	}
	return out
}

// A ditto mark is the entry above it.
func TestDittoMarks(t *testing.T) {
	for _, mark := range []string{"〃", "″", "同上", "”"} {
		got := unitsOfTable(t, setRows(22,
			[]string{"鉴定单元", "子单元", "子单元等级"},
			[]string{"门诊楼", "地基基础", "Au"},
			[]string{mark, "上部承重结构", "Bu"},
			[]string{mark, "围护系统承重部分", "Cu"},
		)(70, 190, 330))
		for _, g := range []string{"Au", "Bu", "Cu"} {
			if len(got[g]) != 1 || got[g][0] != "门诊楼" {
				t.Errorf("%s: %s is of %v", mark, g, got[g])
			}
		}
	}
}

// 鉴定单元 above a column of grades makes none of them a house, not even Ⅰ, whose ink
// is hardly wider than a line.
func TestGradeIsNoUnit(t *testing.T) {
	src := setRows(22,
		[]string{"楼号", "评级项目", "上部承重结构", "鉴定单元"},
		[]string{"1号楼", "安全性", "Au", "Asu"},
		[]string{"1号楼", "可靠性", "-", "Ⅰ"},
	)(70, 160, 280, 400)
	for i := range src.pages[0] {
		if c := &src.pages[0][i]; c.R == 'Ⅰ' {
			c.Box[2] = c.Box[0] + 0.9
		}
	}
	got := unitsOfTable(t, src)
	if len(got["I"]) == 0 {
		t.Errorf("no house has Ⅰ: %v", got)
	}
	for g, us := range got {
		for _, u := range us {
			if u != "1号楼" {
				t.Errorf("%s is of %s", g, u)
			}
		}
	}
}

// Boxes at the left of their columns, below grades in the middle of them: the
// first is the first grade's.
func TestBoxesInTurn(t *testing.T) {
	said := "根据检查结果，该房屋的安全性等级评定如下表所示。"
	for i, want := range []string{"Asu", "Bsu", "Csu", "Dsu"} {
		row := []string{"该房屋", "□", "□", "□", "□"}
		row[i+1] = "☑"
		table := setRows(22, []string{"评定等级", "　　Asu级", "　　Bsu级", "　　Csu级", "　　Dsu级"}, row)(70, 190, 270, 350, 430)
		for k, c := range table.pages[0] {
			if c.R == '　' {
				table.pages[0][k].Generated = true
			}
		}
		got := Read(reportWith(said, table), Options{})
		if s := foundIn(got); !strings.HasSuffix(s, " "+want) {
			t.Errorf("%s: found %q, %v", want, s, blockers(got.Reasons))
		}
	}
}

// An agency whose name begins with a numeral is no heading, and a title in two lines
// opens no part.
func TestNoHeadings(t *testing.T) {
	for _, line := range []string{"四川川南建筑科学检测研究院有限公司", "三峡工程质量检测鉴定中心", "九龙房屋鉴定事务所", "一建工程检测有限公司"} {
		if looksHeading(line) {
			t.Errorf("%s is a heading", line)
		}
	}
	for line, want := range map[string]bool{"房屋安全性鉴定": true, "民用建筑可靠性鉴定": true, "结构检测与鉴定": true, "安全性鉴定评级": false, "处理建议": false} {
		if titleWords.MatchString(line) != want {
			t.Errorf("%s: %v", line, !want)
		}
	}
}

// The first heading stands where the contents, a page before, have it: it is no
// running head.
func TestHeadingBelowContents(t *testing.T) {
	head := setText("1 工程概况").pages[0]
	page := func(text string) []pdf.Char {
		return append(append([]pdf.Char(nil), head...), setText("\n\n\n" + text).pages[0]...)
	}
	src := textSource{pages: [][]pdf.Char{
		setText("房屋安全性鉴定报告\n报告编号：AB-2026-001").pages[0], page("2 鉴定结论\n3 处理建议"), page("该房屋位于江津区某某镇某某街7号，地上三层，砖混结构。"),
		setText("2 鉴定结论\n该房屋安全性等级评定为Bsu级。").pages[0], setText("3 处理建议\n修补屋面。").pages[0],
	}}
	if got := Read(src, Options{}); got.Fields.Address == "" || got.Fields.Storeys != "3" {
		t.Errorf("the page under the contents is none of the advice: %+v", got.Fields)
	}
}

// Particulars as letters and forms tell them.
func TestParticularsInOtherPlaces(t *testing.T) {
	for text, want := range map[string][2]string{ // structure, storeys
		"该房业主代友全，三层底部框架、上部砖砌体结构，建筑面积682.3平方米。": {"底部框架、上部砖砌体结构", "3"},
		"该房屋为砖木结构，合计三层（含吊脚层），建筑面积486平方米。":      {"砖木结构", "3"},
		"两栋均为砖混结构、三层，建筑面积406平方米。":              {"砖混结构", "3"},
	} {
		c := make(candidates)
		p := plain(fold(text), 1)
		c.fromProse(&item{page: 1, section: secOverview, text: p})
		s, _ := pick(c[fStructure], structureForm)
		n, _ := pick(c[fStoreys], storeyForm)
		if s.folded != want[0] || storeys(n.folded) != want[1] {
			t.Errorf("%s: %q, %q", text, s.folded, storeys(n.folded))
		}
	}
	c := make(candidates)
	c.addJoint([]fieldName{fStructure, fStoreys}, plain("砖混结构(一、二层为木楼盖)/四层", 1), 1)
	if len(c[fStructure]) != 1 || c[fStructure][0].folded != "砖混结构(一、二层为木楼盖)" || c[fStoreys][0].folded != "四层" {
		t.Errorf("joint entry: %v", c)
	}
	if from, to := clientName("经营许可委托", len("经"), len("经营许可"), true); to > from {
		t.Error("经营许可 is no client")
	}
}

// The days on which those who sign did so are not the report's.
func TestDaysOfThoseWhoSign(t *testing.T) {
	rows := setRows(22, []string{"检测", "罗世超", "日期", "2026.04.20"}, []string{"审核", "杨昌明", "日期", "2026.04.22"}, []string{"批准", "蒲国栋", "日期", "2026.04.24"})(70, 150, 260, 340)
	got := Read(rows, Options{})
	if has(got.Reasons, "issue_date_differs") || got.Fields.IssuedOn != "2026-04-24" {
		t.Errorf("issued on %q, %v", got.Fields.IssuedOn, got.Reasons)
	}
}
