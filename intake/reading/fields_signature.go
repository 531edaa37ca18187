package reading

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	// orgName is the name of an organisation as it stands between marks.
	orgName = re(`[\p{Han}][\p{Han}()·]{3,28}` + trades + branch)
	orgEnd  = re(orgName.String() + `$`)
	// appraises: what an agency of this trade calls itself.
	appraises = re(`鉴定|检测|检验|测试|建筑|建设|工程|房屋|结构|建科|房安|质量|勘察|勘测|设计|土木|岩土`)
	// sealed is all that stands beside the name where an agency signs.
	sealed = re(`^(?:[(](?:[\p{Han}]{0,6}(?:章|盖章))[)]|[\p{Han}]{0,4}(?:专用章|公章|盖章))?,?(?:谨[具呈启上]|敬[启上])?(?:(?:签发|印发|出具|发布|成文)于?)?(?:(?:报告)?(?:签发|出具|鉴定|报告)?(?:日期|时间):?)?$`)
	// monthOnly: a cover may tell the month alone.
	monthOnly = re(`^20[0-9]{2}年[0-9]{1,2}月$`)
	// issuedThen: what may stand behind the date at the seal.
	issuedThen = re(`^(?:签发|印发|出具|发布|批准)$`)
	// workedHere: 受某某委托，某公司于2026年2月24日对……
	workedHere = re(`^(?:[(](?:以下)?简称[^)]*[)])?,?(?:于|对|组织|派|委派|指派|依据|根据|按照?|依照|按)`)
)

// fromSignature takes the agency's name where it signs, for reports that have
// no label for it: alone or beside its seal and the date after the
// conclusion, in the running head, or as the one that was entrusted. Two names
// are none.
func (c candidates) fromSignature(items []*item, furniture []string) {
	if _, ok := pick(c[fAgency], agencyForm); ok {
		return
	}
	client := ""
	if v, ok := pick(c[fClient], nil); ok {
		client = v.folded
	}
	var found []candidate
	var take func(p passage, page int, fits func(before, after string) bool)
	take = func(p passage, page int, fits func(before, after string) bool) {
		if ls, n := linesOf(p), len(found); len(ls) > 1 {
			for _, l := range ls {
				take(l, page, fits) // the name's own line in an entry of several
			}
			if len(found) > n {
				return
			}
		}
		for _, m := range orgName.FindAllStringIndex(p.text, -1) {
			from := m[0]
			if j := strings.LastIndex(p.text[from:m[1]], "委托"); j >= 0 {
				from += j + len("委托")
			}
			name := p.text[from:m[1]]
			if name == client || !appraises.MatchString(name) || !fits(p.text[:from], strings.TrimRight(p.text[m[1]:], "。;")) {
				continue
			}
			gs := p.sub(from, m[1])
			found = append(found, candidate{value: printed(gs), folded: name, page: page, ev: evidenceOf(gs, page)})
		}
	}
	signs := func(before, after string) bool {
		if ds := datesIn(after); len(ds) > 0 {
			after = after[:ds[0].from] + after[ds[len(ds)-1].to:]
		}
		after = monthOnly.ReplaceAllString(after, "")
		before = strings.TrimRight(sealBefore.ReplaceAllString(before, ""), ":")
		if before == "" && headNo.MatchString(after) {
			return true // the running head of a single page
		}
		return (before == "" || labelTail(before) == fAgency) && sealed.MatchString(after)
	}
	closing := closings(items)
	for i, it := range items {
		closes := closing[it] || it.section == secConclusion || it.section == secAdvice || it.section == secAppendix && i == len(items)-1
		if it.table != nil {
			for _, x := range it.table.cells {
				if closes || it.section == secCover {
					take(newPassage(x.glyphs), it.page, signs)
				}
			}
			continue
		}
		if closes || it.section == secCover || it.section == secBasis {
			take(it.text, it.page, signs)
		}
		take(it.text, it.page, func(before, after string) bool {
			return strings.HasSuffix(strings.TrimRight(before, ","), "委托") && workedHere.MatchString(after)
		})
	}
	for _, t := range furniture {
		take(plain(t, 1), 1, func(before, after string) bool {
			return before == "" && (after == "" || headNo.MatchString(after))
		})
	}
	for _, x := range found {
		if x.folded != found[0].folded {
			return
		}
	}
	if len(found) > 0 {
		c[fAgency] = append(c[fAgency], found[0])
	}
}

// fromSeal takes the day of issue that stands behind the agency's name, or its
// seal, in a line of its own.
func (c candidates) fromSeal(p passage, page int) {
	sealedAbove := false // the line before is the agency's name
	for _, l := range linesOf(p) {
		t := strings.TrimRight(l.text, "。")
		m := orgName.FindStringIndex(t)
		signs := m != nil && m[0] == 0 && !strings.ContainsAny(t[:m[1]], "由受为的")
		if ds := datesIn(t); len(ds) == 1 && (ds[0].to == len(t) || issuedThen.MatchString(t[ds[0].to:]) && strings.Contains(t[:ds[0].from], "章")) &&
			(signs && m[1] <= ds[0].from && sealed.MatchString(t[m[1]:ds[0].from]) || sealedAbove && ds[0].from == 0) {
			c.add(fIssued, l.sub(ds[0].from, ds[0].to), page, 1)
		}
		sealedAbove = signs && sealed.MatchString(t[m[1]:])
	}
}

// underSeal takes a date that stands alone on the line under the agency's name
// and seal, wherever a report ends; it tells whether this line is the name's.
func (c candidates) underSeal(it *item, sealedAbove bool) bool {
	if it.table != nil {
		return false
	}
	t := it.text.text
	if ls := linesOf(it.text); sealedAbove && len(ls) > 0 && dateLine(ls[0].text) {
		c.add(fIssued, ls[0].glyphs, it.page, 1) // what the next page begins with may have joined it
		return false
	}
	return sealedName(t)
}

// sealedName tells whether a text is an agency's name with nothing but its seal.
func sealedName(t string) bool {
	m := orgName.FindStringIndex(t)
	return m != nil && m[0] == 0 && appraises.MatchString(t[:m[1]]) && sealed.MatchString(t[m[1]:])
}

// linesOf divides a passage where its lines were joined.
func linesOf(p passage) []passage {
	var out []passage
	start := 0
	for i, g := range p.glyphs {
		if g.soft && g.r == '\n' {
			out = append(out, newPassage(p.glyphs[start:i]))
			start = i + 1
		}
	}
	return append(out, newPassage(p.glyphs[start:]))
}

// ofAnother: whose entry it is, 原鉴定单位, 被复核报告编号, 资质证书签发.
var ofAnother = re(`(?:原|旧|上次|前次|前期|协作|被复核|邻房|邻居|邻楼|邻栋|隔壁|资质|证书|许可证|标准|规范)$`)

// labelTail returns the label that ends a text: 批准人:严宽 鉴定单位.
func labelTail(t string) fieldName {
	rs := []rune(t)
	for k := max(0, len(rs)-8); k < len(rs)-1; k++ {
		if f := labelOf(string(rs[k:])); f != fNone {
			if k > 0 && unicode.Is(unicode.Han, rs[k-1]) && bareDay.MatchString(string(rs[k:])) {
				return fOther // 申请日期, 归档日期: the day of something else
			}
			if ofAnother.MatchString(string(rs[:k])) {
				return fOther
			}
			return f
		}
	}
	return fNone
}

// fromGap reads a line whose label is parted from its value by a gap alone:
// 报告编号　YJ-2026-6, also with the label's translation between them, and several
// to a line: 房主 马万全　委托人 马万全.
func (c candidates) fromGap(it *item) {
	for _, p := range it.text.atLabels() {
		for i := len(p.text) - 1; i > 0; i-- {
			if !p.gapBefore(i) {
				continue
			}
			if f := fieldBehind(p.text[:i], p.text[i:]); f != fNone && f != fOther && labelOf(p.text[i:]) == fNone {
				c.add(f, p.sub(i, len(p.text)), it.page, 2)
				break
			}
		}
	}
}

// gapBefore tells whether nothing stands between the rune at i and the one before it
// on the same line.
func (p passage) gapBefore(i int) bool {
	at := int(p.back[i])
	return at > 0 && utf8.RuneStart(p.text[i]) && (p.glyphs[at-1].soft || blank(p.glyphs[at-1].r)) && p.glyphs[at-1].r != '\n'
}

// atLabels divides a line before each label that stands between gaps.
func (p passage) atLabels() []passage {
	var out []passage
	start := 0
	for i := range p.text {
		if i == 0 || !p.gapBefore(i) {
			continue
		}
		end := i + 1
		for end < len(p.text) && !p.gapBefore(end) {
			end++
		}
		if f := labelOf(p.text[i:end]); f != fNone && end < len(p.text) && i > start {
			out = append(out, newPassage(p.sub(start, i)))
			start = i
		}
	}
	return append(out, newPassage(p.sub(start, len(p.text))))
}

// startsWithLabel tells whether a line begins with a label that a gap parts from its
// entry.
func (p passage) startsWithLabel() bool {
	for i := range p.text {
		if i > 0 && p.gapBefore(i) {
			return labelOf(p.text[:i]) != fNone
		}
	}
	return false
}

// addressee: whom a letter begins with, 江津区贾嗣镇人民政府（委托人）：贵府……
var addressee = re(`^(` + orgChar + `{2,36}?)(?:[(](?:委托单位|委托方|委托人|申请人|申请单位)[)])?:`)

// answers: a letter that answers the one to whom it is written.
var answers = re(`(?:^|[,。;:应受承蒙据由])(?:你|贵|您)(?:[\p{Han}]{1,3})?[^。;]{0,24}?(?:来函|来电|来文|来人|来信|委托|申请|要求|嘱托|之托)|承(?:嘱|委|托)|受(?:嘱|托)`)

// fromAddressee takes the one to whom a letter is written for its client where
// the letter says 受贵单位委托, or 你村委托书收到, and names no other.
func (c candidates) fromAddressee(items []*item) {
	if len(c[fClient]) > 0 || !slices.ContainsFunc(items, func(it *item) bool { return it.table == nil && it.page <= 2 && answers.MatchString(it.text.text) }) {
		return
	}
	for _, it := range items {
		if it.table != nil || it.page > 2 {
			continue
		}
		if m := addressee.FindStringSubmatchIndex(it.text.text); m != nil && labelOf(it.text.text[m[2]:m[3]]) == fNone {
			if from, to := clientName(it.text.text, m[2], m[3], false); to > from {
				c.add(fClient, it.text.sub(from, to), it.page, 0)
				return
			}
		}
	}
}

var (
	signer = re(`^(?:批准|审核|审定|签发|复核|校核|校对|鉴定|检测|编制|主检|技术负责|项目负责)人?(?:员)?$`)
	// remark: more than names and what these people are.
	remark     = re(`[。;,]["“]?\p{Han}{5,}`)
	inBrackets = re(`[(][^()]*[)]`)
	ofSigner   = re(`工程师|注册|证号|证书|编号|日期|[0-9]年|签字|签名|职称|公司|中心|资格|电话`)
)

// checkSigners asks for a human where somebody who signs writes more than a name:
// what it is, nobody foresees.
func (r *reader) checkSigners(items []*item) {
	for _, it := range items {
		if it.table == nil {
			continue
		}
		for i, k := range it.table.cells {
			if !signer.MatchString(strings.TrimRight(k.folded(), ":")) {
				continue
			}
			v := it.table.entryOf(i)
			if v == nil {
				continue
			}
			if t := inBrackets.ReplaceAllString(v.folded(), ""); remark.MatchString(t) && !ofSigner.MatchString(t) {
				r.reason("report_qualified", it.page, clip(t, 60), evidenceOf(v.glyphs, it.page))
			}
		}
	}
}
