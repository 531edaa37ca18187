package readingtest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// composer builds one report.
type composer struct {
	w     *Wordings
	spec  Spec
	facts facts
	doc   Document
	truth Truth
	date  dateForm
	// subject is what the report calls the house when it has one unit.
	subject  string
	standard string // as cited in the conclusion
	number   int    // of the next section
	style    int    // of the numbering
	table    int    // of the next table
	sheetAt  int    // where the cells of conclusion and advice belong
	written  bool   // a case written by hand, which tells its grade itself
}

// Compose writes the report that the spec describes, and its truth.
func (w *Wordings) Compose(s Spec) (Document, Truth) {
	c := &composer{w: w, spec: s, table: 1}
	c.facts = drawFacts(s.rng("facts"), w.Vocabulary)
	r := s.rng("style")
	c.date = drawDateForm(r)
	c.style = r.IntN(6)
	c.subject = pick(r, w.Vocabulary.Subjects)
	c.standard = pick(r, w.Vocabulary.Standards[s.Code])
	c.settle()
	if s.Pages == Survey {
		c.survey()
	} else {
		c.report()
	}
	c.decorate()
	return c.doc, c.truth
}

func (c *composer) report() {
	switch c.spec.Form {
	case Sheet:
		c.sheet()
	default:
		c.cover()
		c.declaration()
		c.overview()
	}
	c.basis()
	c.inspection()
	c.calculation()
	c.rating()
	if c.spec.Form == Sheet {
		c.fillSheet()
	} else {
		c.conclusion()
		c.advice()
	}
	c.appendix()
	c.signatures()
}

// add puts a block, its grades printed in the report's typography.
func (c *composer) add(b Block) {
	b.Text = c.spec.Typography.Set(b.Text)
	// The rows may be those of a report in data/, which is set many times.
	rows := make([][]string, len(b.Rows))
	for i, row := range b.Rows {
		for _, text := range row {
			rows[i] = append(rows[i], c.spec.Typography.Set(text))
		}
	}
	b.Rows = rows
	c.doc.Blocks = append(c.doc.Blocks, b)
}

// heading opens a section in the report's numbering.
func (c *composer) heading(s Section, r *rand.Rand, names ...string) {
	c.number++
	name := pick(r, names)
	var text string
	switch c.style {
	case 0:
		text = chineseNumber(c.number) + "、" + name
	case 1:
		text = fmt.Sprintf("%d %s", c.number, name)
	case 2:
		text = fmt.Sprintf("%d、%s", c.number, name)
	case 3:
		text = fmt.Sprintf("%d. %s", c.number, name)
	case 4:
		text = "（" + chineseNumber(c.number) + "）" + name
	default:
		text = "第" + chineseNumber(c.number) + "章 " + name
	}
	c.add(Block{Kind: Heading, Section: s, Text: text})
	c.decoys(s)
	for _, b := range c.spec.Extra {
		if b.Section == s {
			c.add(b)
		}
	}
}

func (c *composer) para(s Section, text string) {
	c.add(Block{Kind: Para, Section: s, Text: text})
}

func (c *composer) cover() {
	r := c.spec.rng("cover")
	f := c.facts
	title := pick(r, []string{"房屋安全性鉴定报告", "房屋安全鉴定报告", "房屋结构安全性检测鉴定报告", "鉴 定 报 告"})
	if c.spec.Kind != "unit_safety" {
		title = pick(r, []string{"房屋危险性鉴定报告", "危险房屋鉴定报告", "房屋安全鉴定报告"})
	}
	c.add(Block{Kind: Title, Section: Cover, Text: title})
	pairs := [][]string{
		{pick(r, []string{"报告编号", "报告编号", "编号"}), f.reportNo},
		{pick(r, []string{"委托单位", "委托人", "委托方"}), f.client},
		{pick(r, []string{"房屋地址", "房屋坐落", "工程地点", "地址"}), f.address},
		{pick(r, []string{"鉴定机构", "鉴定单位", "检测鉴定单位"}), f.agency},
		{pick(r, []string{"签发日期", "报告日期", "签发日期"}), c.date.print(f.issued)},
	}
	if c.spec.Form == Prose || r.IntN(2) == 0 {
		for _, p := range pairs {
			c.add(Block{Kind: Line, Section: Cover, Text: p[0] + "：" + p[1]})
		}
	} else {
		c.add(Block{Kind: KeyValues, Section: Cover, Rows: pairs})
	}
	c.add(Block{Kind: Line, Section: Cover, Text: f.agency})
	c.add(Block{Kind: NewPage, Section: Cover})
}

func (c *composer) declaration() {
	r := c.spec.rng("declaration")
	if r.IntN(3) == 0 {
		return
	}
	c.add(Block{Kind: Title, Section: Declaration, Text: pick(r, []string{"声 明", "注意事项", "报告说明"})})
	for i, t := range []string{"本报告无检测鉴定专用章无效。", "本报告无编制、审核、批准人签字无效。", "复制报告未重新加盖专用章无效。", "本报告仅对委托范围内的鉴定对象负责。"} {
		c.add(Block{Kind: Line, Section: Declaration, Text: fmt.Sprintf("%d. %s", i+1, t)})
	}
	c.decoys(Declaration)
	c.add(Block{Kind: NewPage, Section: Declaration})
}

// reportNoInBody is the report number as the body states it.
func (c *composer) reportNoInBody() string {
	if c.spec.Contradiction != NumbersDiffer {
		return c.facts.reportNo
	}
	n := []rune(c.facts.reportNo)
	for i := len(n) - 1; i >= 0; i-- {
		if n[i] >= '0' && n[i] <= '8' {
			n[i]++
			break
		}
		if n[i] == '9' {
			n[i] = '1'
			break
		}
	}
	return string(n)
}

// particulars are the label and value pairs of the table of particulars.
func (c *composer) particulars(r *rand.Rand) [][]string {
	f := c.facts
	rows := [][]string{
		{pick(r, []string{"报告编号", "编号"}), c.reportNoInBody(), pick(r, []string{"委托单位", "委托人", "委托方"}), f.client},
		{pick(r, []string{"房屋地址", "房屋坐落", "地址"}), f.address, pick(r, []string{"结构形式", "结构类型", "结构体系"}), f.structure},
		{pick(r, []string{"层数", "房屋层数", "建筑层数"}), printStoreys(r, f.storeys), "建筑面积", printArea(r, f.area)},
		{pick(r, []string{"鉴定单位", "鉴定机构"}), f.agency, pick(r, []string{"现场检查日期", "现场检测日期", "现场查勘日期"}), c.date.span(f.inspected, f.until)},
		{pick(r, []string{"建造年代", "建成年份"}), fmt.Sprintf("%d年", f.built), pick(r, []string{"使用功能", "房屋用途", "使用性质"}), f.use},
	}
	rows = append(rows, []string{pick(r, []string{"签发日期", "报告日期"}), c.date.print(f.issued), "鉴定类别", pick(r, []string{"委托鉴定", "安全鉴定"})})
	return rows
}

func (c *composer) overview() {
	r := c.spec.rng("overview")
	f := c.facts
	if c.spec.Form == Prose {
		c.heading(Overview, r, "委托概况", "工程概况", "项目概况")
		c.para(Overview, fmt.Sprintf("受%s委托，我公司（%s）于%s对位于%s的房屋进行了现场检查检测，报告编号为%s。", f.client, f.agency, c.date.span(f.inspected, f.until), f.address, c.reportNoInBody()))
		c.para(Overview, fmt.Sprintf("%s为%s，%s，建筑面积%s，建于%d年，现用作%s。", c.subject, f.structure, storeysInProse(r, f.storeys), printArea(r, f.area), f.built, f.use))
	} else {
		c.heading(Overview, r, "房屋概况", "工程概况", "委托概况", "基本情况")
		c.add(Block{Kind: KeyValues, Section: Overview, Rows: c.particulars(r)})
		c.para(Overview, fmt.Sprintf("%s由产权人自行组织施工建造，无正规设计图纸及竣工验收资料。", c.subject))
	}
	c.summary()
	c.heading(Purpose, r, "鉴定目的和范围", "鉴定目的", "鉴定范围、内容和目的")
	c.para(Purpose, "对上述房屋主体结构进行安全鉴定，为后续使用和自建房安全专项整治提供技术依据，不包含装饰装修、消防及设备系统。")
}

// summary puts the grade on the first pages, as some agencies do.
func (c *composer) summary() {
	if c.written {
		return // the report's grade is told by its own blocks
	}
	differs := c.spec.Contradiction == SummaryOther
	if len(c.spec.Units) > 1 && !differs {
		return
	}
	r := c.spec.rng("summary")
	if !differs && r.IntN(6) != 0 {
		return
	}
	grade := c.spec.Units[0].Grade
	if differs {
		grade = c.otherGrade()
	}
	label := "鉴定等级"
	if c.spec.Kind == "unit_safety" {
		label = "安全性鉴定等级"
	}
	c.add(Block{Kind: KeyValues, Section: Overview, Rows: [][]string{{label, grade + "级"}}})
}

func (c *composer) basis() {
	r := c.spec.rng("basis")
	c.heading(Basis, r, "鉴定依据", "检测鉴定依据", "鉴定依据及标准")
	list := []string{pick(r, c.w.Vocabulary.Standards[c.spec.Code][:2])}
	if c.spec.AlsoDanger != "" {
		list = append(list, c.w.Vocabulary.Standards["danger"][0])
	}
	for _, i := range r.Perm(len(c.w.Vocabulary.Others))[:4] {
		list = append(list, c.w.Vocabulary.Others[i])
	}
	for i, t := range list {
		c.add(Block{Kind: Line, Section: Basis, Text: fmt.Sprintf("%s%s；", pick(c.spec.rng("marker"), []string{"", "(%d) ", "%d、"}), t)})
		last := &c.doc.Blocks[len(c.doc.Blocks)-1]
		last.Text = strings.Replace(last.Text, "%d", fmt.Sprint(i+1), 1)
	}
}

func (c *composer) inspection() {
	r := c.spec.rng("inspection")
	c.heading(Inspection, r, "现场检查情况", "现场检查检测", "现场检查与检测结果", "现场查勘情况")
	for _, i := range r.Perm(len(c.w.Vocabulary.Inspection))[:3+r.IntN(5)] {
		c.para(Inspection, c.w.Vocabulary.Inspection[i])
	}
}

func (c *composer) calculation() {
	r := c.spec.rng("calculation")
	if c.spec.Kind == "rural_danger" {
		return
	}
	c.heading(Calculation, r, "结构承载力验算", "承载力复核验算", "结构验算")
	for _, t := range c.w.Vocabulary.Calculation {
		c.para(Calculation, t)
	}
	result := []string{
		"计算结果表明：各构件抗力与效应之比均大于1.0，满足承载要求。",
		"计算结果表明：除个别墙段抗力与效应之比为0.96外，其余构件均满足承载要求。",
		"计算结果表明：部分承重构件抗力与效应之比为0.88~0.94，不满足承载要求。",
		"计算结果表明：多数承重构件抗力与效应之比小于0.85，最小值为0.71，严重不满足承载要求。",
	}
	worst := 0
	for _, u := range c.spec.Units {
		worst = max(worst, severity(u.Grade))
	}
	c.para(Calculation, result[worst-1])
}

func (c *composer) signatures() {
	if !c.spec.Layout.SignBlock {
		return
	}
	r := c.spec.rng("signatures")
	if c.spec.Wide.SignCell {
		c.add(Block{Kind: KeyValues, Section: Signatures, Rows: [][]string{{"签发", c.facts.people[2] + "　" + c.date.print(c.facts.issued) + "　" + c.facts.agency + "（盖章）"}}})
		return
	}
	for i, role := range []string{pick(r, []string{"编 制", "鉴定人", "检测鉴定"}), pick(r, []string{"审 核", "审核人"}), pick(r, []string{"批 准", "批准人"})} {
		c.add(Block{Kind: Line, Section: Signatures, Text: role + "：" + c.facts.people[i]})
	}
	c.add(Block{Kind: Line, Section: Signatures, Text: pick(r, []string{"鉴定单位（盖章）：", "鉴定机构（公章）："}) + c.facts.agency})
	c.add(Block{Kind: Line, Section: Signatures, Text: pick(r, []string{"签发日期：", "日期："}) + c.date.print(c.facts.issued)})
}

func (c *composer) decorate() {
	r := c.spec.rng("decoration")
	if c.spec.Layout.RunningText {
		c.doc.Header = pick(r, []string{c.facts.reportNo, c.facts.agency, "房屋安全鉴定报告"})
		c.doc.Footer = pick(r, []string{"第 %d 页 共 %d 页", "%d / %d", "- %d -"})
	}
	if c.spec.Layout.Watermark {
		c.doc.Watermark = pick(r, []string{"仅供本项目使用", c.facts.agency, "副本"})
	}
}

// survey writes a 排查报告, which is no appraisal (DOMAIN §3).
func (c *composer) survey() {
	r := c.spec.rng("survey")
	f := c.facts
	c.add(Block{Kind: Title, Section: Cover, Text: pick(r, []string{"自建房安全隐患排查报告", "房屋安全隐患排查技术报告"})})
	for _, p := range [][]string{{"报告编号", f.reportNo}, {"委托单位", f.client}, {"房屋地址", f.address}, {"排查单位", f.agency}, {"报告日期", c.date.print(f.issued)}} {
		c.add(Block{Kind: Line, Section: Cover, Text: p[0] + "：" + p[1]})
	}
	c.heading(Overview, r, "房屋概况")
	c.para(Overview, fmt.Sprintf("%s为%s，%s，建筑面积%s。", c.subject, f.structure, printStoreys(r, f.storeys), printArea(r, f.area)))
	c.heading(Inspection, r, "排查情况")
	for _, i := range r.Perm(len(c.w.Vocabulary.Inspection))[:4] {
		c.para(Inspection, c.w.Vocabulary.Inspection[i])
	}
	c.heading(Conclusion, r, "排查结论")
	c.para(Conclusion, c.subject+pick(r, []string{"初步判定为存在一定安全隐患。", "存在严重安全隐患。", "未发现安全隐患。"}))
	c.heading(AdvicePart, r, "整治建议")
	c.para(AdvicePart, "建议委托有资质的鉴定机构进行安全鉴定。")
	c.signatures()
}
