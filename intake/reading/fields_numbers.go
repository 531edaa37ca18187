package reading

import (
	"strings"
	"unicode/utf8"
)

// bareNo takes off a report number what is none of it: No. before it, the count
// of pages behind it.
func bareNo(gs []glyph) []glyph {
	p := newPassage(gs)
	if strings.HasPrefix(p.text, ")") {
		p = newPassage(p.sub(1, len(p.text))) // 报告编号(Report No.)LB23-0718
		gs = p.glyphs
	}
	for _, k := range []*guarded{numberThenCopy, numberThenDay} {
		if m := k.FindStringSubmatchIndex(p.text); m != nil {
			return p.sub(m[2], m[3])
		}
	}
	if m := numberThenDate.FindStringSubmatchIndex(p.text); m != nil {
		return p.sub(m[2], m[3])
	}
	if m := numberThenWords.FindStringSubmatchIndex(p.text); m != nil {
		return p.sub(m[2], m[3])
	}
	m := numberAlone.FindStringSubmatchIndex(p.text)
	if m == nil {
		return gs
	}
	return trimValue(p.sub(m[2], m[3]))
}

var (
	// numberThenDate: AB-2026-17 2026.06.30, the day at the other end of the line.
	numberThenDate = re(`^([A-Za-z0-9()\[\]/._-]*[0-9][A-Za-z0-9()\[\]/._-]*?)((?:19|20)[0-9]{2}[-./年][0-9]{1,2}[-./月][0-9]{1,2}日?)$`)
	// numberThenWords: AB-2026-17 and the sentence that begins on the next line.
	numberThenWords = re(`^([A-Z][A-Za-z0-9()\[\]/._-]*[0-9])\p{Han}[^0-9]{4,}$`)
	// numberThenCopy: which copy or volume it is, AB-2026-17(正本), AB-2026-17第一册(共一册)
	numberThenCopy = re(`^(.*[0-9A-Z号])(?:[(][^()0-9A-Z一二三四五六七八九〇零]{2,8}[)]|第[一二三四五0-9]{1,2}[册卷](?:[(][^()]*[)])?)$`)
	// numberThenDay: AB-2026-17 定稿2026-06-30, the next line of the cover
	numberThenDay = re(`^(.*[0-9号])(?:签发|出具|定稿|成稿|印发|报告)(?:日期|时间)?:?(?:19|20)[0-9]{2}[-./年][0-9]{1,2}[-./月][0-9]{1,2}日?$`)
	// also behind the title, which the line before ends
	numberAlone = re(`^(?:N[oO][.:]*\)?|\p{Han}{0,12}报告书?|\p{Han}{0,4}编号:?)?(.*?[0-9号].*?)(?:(?:第[0-9]+页)?[,/(]?共[0-9]+页.*)?$`)
)

// fromNumberLine takes the number that stands alone on a line of the first page,
// under the title, behind its label without a colon (档案号 HT/22/194), or in
// brackets. What a label says is of another paper (合同编号) is none.
func (c candidates) fromNumberLine(p passage, page int) {
	t := p.text
	if m := numberOfLetter.FindStringSubmatchIndex(t); m != nil {
		c.add(fReportNo, p.sub(m[2], m[3]), page, 1)
		return
	}
	from, to := 0, len(t)
	if strings.HasPrefix(t, "(") && strings.HasSuffix(t, ")") && strings.IndexByte(t, ')') == to-1 {
		from, to = 1, to-1 // (编号:ZC-JD-26-0388)
	}
	f, n := numberLabel(t[from:to])
	switch {
	case f == fOther:
		// 登记号:江文房〔2021〕鉴9号 is what the agency has it in its register as.
		if m := registeredNo.FindStringSubmatchIndex(t[from:to]); m != nil {
			c.add(fReportNo, p.sub(from+m[2], from+m[3]), page, 0)
		}
		return
	case f == fNone:
		f = fReportNo
	}
	from += n
	v := t[from:to]
	if n == 0 && tellsOfDays(p) {
		return // 定稿2026-06-30
	}
	if m := numberOfYear.FindStringSubmatchIndex(v); m != nil {
		c.add(f, p.sub(from+m[2], from+m[3]), page, 0)
	}
	if m := numberOfSeries.FindStringSubmatchIndex(t); m != nil {
		c.add(fReportNo, p.sub(m[2], m[3]), page, 0)
		return
	}
	if m := reportNoLine.FindStringSubmatchIndex(v); m != nil && !accredited.MatchString(v) {
		if s := v[m[2]:m[3]]; m[2] > 0 && v[m[2]-1] == '(' && strings.IndexByte(s, ')') >= 0 && strings.IndexByte(s, '(') < 0 {
			m[2]-- // (2022)四石鉴字019: the year's bracket
		}
		c.add(f, p.sub(from+m[2], from+m[3]), page, 0)
	}
}

// numberLabel returns the field of the label with which a line begins and how long
// the label is: fReportNo, fFileNo, or fOther for what is no report's number.
func numberLabel(t string) (fieldName, int) {
	ends := make([]int, 0, longestNumberLabel)
	for i := range t {
		if utf8.RuneCountInString(t[:i]) > longestNumberLabel {
			break
		}
		ends = append(ends, i)
	}
	for k := len(ends) - 1; k > 0; k-- {
		i := ends[k]
		if inNumber.MatchString(t[i-1:]) && !strings.HasSuffix(strings.ToLower(t[:i]), "no") {
			continue // 档案号RH-GJ-2023-64: RH-GJ- translates no 档案号
		}
		switch f := labelOf(t[:i]); f {
		case fReportNo, fFileNo:
			return f, i + len(t[i:]) - len(strings.TrimLeft(t[i:], ":"))
		case fOther:
			if numberNoun.MatchString(t[:i]) {
				return f, i
			}
		case fNone:
			if s, ok := strings.CutSuffix(t[:i], "编号"); ok && numberOfElse.MatchString(s) || strings.HasSuffix(t[:i], "证号") {
				return fOther, i // of somebody's licence, of a list of houses in danger
			}
		}
	}
	return fNone, 0
}

const longestNumberLabel = 10

var numberNoun = re(`号$|编码$`)

// inNumber: letters, figures and hyphens that belong together.
var inNumber = re(`^[A-Za-z0-9-][A-Za-z0-9-]`)

var (
	// 渝安鉴函〔2026〕41号(报告编号:YA-2026-0341)
	numberOfLetter = re(`^[\p{Han}A-Za-z]{1,12}[\[(〔【]?20[0-9]{2}[\])〕】]?[^,。;:()]{0,4}[0-9]{1,5}号[(](?:报告)?编号:([A-Za-z0-9\p{Han}\[\]〔〕/._-]{3,40})[)]$`)
	// 应急鉴〔2026〕7号
	numberOfYear = re(`^(?:N[oO][.:]*|编号:?|文号:?)?(` + docNo + `|\p{Han}{2,8}鉴字第?[0-9]{1,5}号(?:[(][0-9一二三四五六七八九〇零]{4}年?[)])?)$`)
	// the running head: 渝南建研〔2026〕鉴字第129号 重庆渝南建筑科学研究院
	headDocNo    = re(`^(` + docNo + `)(?:第|共|\p{Han}{4,40}|$)`)
	reportNoLine = re(`^(?:\(|N[oO][.:]?|编号)?((?:[(]\p{Han}{1,4}[)])?[A-Za-z\p{Han}]{0,8}[-\[(〔【]?[A-Z0-9][A-Za-z0-9\p{Han}\[\]()〔〕【】/-]{5,30}[0-9][)\]〕】]?(?:号|-[A-Z])?)\)?$`)
	// 遵播鉴书:2022-BJ-038: the agency's own name for its papers, and the number
	numberOfSeries = re(`^(\p{Han}{1,5}鉴[书字函表报]?:20[0-9]{2}-(?:[A-Z]{1,4}-)?[0-9]{1,5})号?$`)
	registeredNo   = re(`^(?:登记|存档|归档|立卷|编目|备查|卷)(?:编|序)?号:?((?:\p{Han}{1,8}[\[(〔【]20[0-9]{2}[\])〕】]\p{Han}{0,3}|\p{Han}{0,8}[\[(〔【]20[0-9]{2}[\])〕】]\p{Han}{0,6})鉴\p{Han}{0,2}第?[0-9]{1,5}号)$`)
	// numberOfElse: whose number it is, where it is not the report's.
	numberOfElse = re(`(?:合同|协议|委托书?|招标|投标|采购|立项|任务|批次|危房|隐患|台账|排查|整治|资质|证书?|许可|仪器|设备|构件|测点|样品|图纸?|图|工程|项目|档案|备案|房屋|楼|幢|户|页|表|来函|来文|来件)(?:的|统一)?$`)
	// headNo finds the report number in a running head: 报告编号：JD-1 第3页.
	headNo = re(`(?:报告|鉴定)(?:书)?(?:编号|号):(` + docNo + `|[A-Za-z0-9\p{Han}\[\]〔〕()/._-]{3,40}?[0-9](?:号)?)(?:第|共|[)]|$)`)
	// accredited: the mark of the laboratory's accreditation with its number, or a standard's.
	accredited = re(`^(?:i?lac-)?(?:CMA|CNAS|MA|CAL|资质|(?:GB|JGJ|CJJ|JG/?T|JTG|DBJ|DB[0-9]|T/CECS|CECS|YB|WW/T)[/T0-9])`)
)

// fromNumberBeside takes the number that stands on a line of the first page beside the
// agency's name or its accreditation, with nothing but a gap between them.
func (c candidates) fromNumberBeside(p passage, page int) {
	pieces := p.atGaps()
	if len(pieces) < 2 {
		return
	}
	for i, x := range pieces {
		if i > 0 && numberNoun.MatchString(strings.TrimRight(pieces[i-1].text, ":")) {
			continue // 合同编号　AB-2026-17: the label says whose it is
		}
		if ownNo.MatchString(x.text) && !accredited.MatchString(x.text) {
			c.add(fReportNo, x.glyphs, page, 0)
		}
	}
}

var (
	// ownNo is what nothing but a report's number looks like: 渝西〔2024〕鉴字第118号,
	// KZ/AQ-2026-0058, which names its year.
	ownNo = re(`^(?:` + docNo + `|` + latinNo + `)$`)
	// headBeside: a running head with the agency's name before its number
	headBeside = re(`^` + orgChar + `{4,36}?` + trades + branch + `[|·/-]*(` + docNo + `|` + latinNo + `)$`)
	// ofAuthority is the number of a letter of a government or one of its offices, whose
	// rule a report follows: 渝建质安〔2022〕78号. An appraisal's says so: 津建鉴〔2022〕78号.
	ofAuthority = re(`^[(]?(?:国|渝|津|川|黔|江津|重庆)?(?:府|政|委|党|厅|住建|房管|规资|规划|国土|教|卫|民政|应急|安委|安办|发改|财|农|乡建|质监|消|建(?:质安|发|房|管|村|勘设|办|委))[\p{Han}]{0,4}[\[(〔【]20[0-9]{2}[\])〕】]第?[0-9]{1,5}号`)
	appraisalNo = re(`鉴|检|评|测|验|字`)
)

// latinNo: letters, then a year among figures. A standard's number ends in its year.
const latinNo = `[A-Z]{1,8}(?:[/.-]?[A-Z0-9]{1,6}){0,2}[/.-]?20[0-9]{2}[/.-](?:[A-Z]{1,4}[/.-]?)?[0-9]{2,6}`

// numberAlone takes the number of the paper that the layout put among the cells
// of a form: it stands alone in its row, in brackets or not.
func (c candidates) numberAlone(t *table) {
	for _, k := range t.cells {
		if len(t.rowCells(k.cy(), 0.5*k.size)) > 1 {
			continue
		}
		p := newPassage(k.glyphs)
		from, to := 0, len(p.text)
		if strings.HasPrefix(p.text, "(") && strings.HasSuffix(p.text, ")") {
			from, to = 1, to-1
		}
		if m := numberOfYear.FindStringSubmatchIndex(p.text[from:to]); m != nil {
			c.add(fReportNo, p.sub(from+m[2], from+m[3]), t.page, 0)
		}
	}
}

var (
	// runsOn: 津滨鉴字〔2026〕第083号　单页有效, DSZ-26-1-067　表JD-02
	// stamped: words of a stamp that is set over the end of the number
	stamped = re(`^(.*[0-9])[房屋安全鉴定检测专用章存档正副本审核公印]{2,8}$`)
	runsOn  = re(`^(\p{Han}{2,12}[\[(〔【]20[0-9]{2}[\])〕】]\p{Han}{0,4}第?[0-9]{1,6}号|[A-Za-z]{1,8}[A-Za-z0-9/-]{3,}[0-9])(?:表[A-Z]|单页|复印|共[0-9]|第[0-9一]页|正本|副本)`)
	// formNo is the number of the printed form: 南鉴表-3.
	formNo = re(`^\p{Han}{0,6}表-?[0-9]{1,3}$`)
	// ofMember: 四层柱③/C
	ofMember = re(`层(?:[框次主]?[梁柱板墙]|楼板|楼梯|构件)`)
)
