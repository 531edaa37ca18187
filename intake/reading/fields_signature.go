package reading

import (
	"slices"
	"strings"
)

var (
	// orgName is the name of an organisation as it stands between marks.
	orgName = re(`[\p{Han}][\p{Han}()·]{3,28}(?:有限责任公司|有限公司|研究院|设计院|研究所|检测中心|检验中心|测试中心|鉴定中心|检测站|鉴定站|鉴定所|检测所|检验所|事务所|实验室|试验室|研究室|检测室)`)
	orgEnd  = re(orgName.String() + `$`)
	// appraises: what an agency of this trade calls itself.
	appraises = re(`鉴定|检测|检验|测试|建筑|建设|工程|房屋|结构|建科`)
	// sealed is all that stands beside the name where an agency signs.
	sealed = re(`^(?:[(](?:[\p{Han}]{0,6}(?:章|盖章))[)]|[\p{Han}]{0,4}(?:专用章|公章|盖章))?(?:(?:报告)?(?:签发|出具|鉴定|报告)?(?:日期|时间):?)?$`)
	// workedHere: 受某某委托，某公司于2026年2月24日对……
	workedHere = re(`^(?:[(](?:以下)?简称[^)]*[)])?,?(?:于|对|组织|派)`)
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
		before = strings.TrimRight(before, ":")
		if before == "" && headNo.MatchString(after) {
			return true // the running head of a single page
		}
		return (before == "" || labelTail(before) == fAgency) && sealed.MatchString(after)
	}
	for i, it := range items {
		closes := it.section == secConclusion || it.section == secAdvice || it.section == secAppendix && i == len(items)-1
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
// seal, in the line with which a report ends.
func (c candidates) fromSeal(it *item) {
	if it.section != secConclusion && it.section != secAdvice && it.section != secAppendix {
		return
	}
	sealedAbove := false // the line before is the agency's name
	for _, l := range linesOf(it.text) {
		t := strings.TrimRight(l.text, "。")
		m := orgName.FindStringIndex(t)
		signs := m != nil && m[0] == 0
		if ds := datesIn(t); len(ds) == 1 && ds[0].to == len(t) &&
			(signs && m[1] <= ds[0].from && sealed.MatchString(t[m[1]:ds[0].from]) || sealedAbove && ds[0].from == 0) {
			c.add(fIssued, l.sub(ds[0].from, ds[0].to), it.page, 1)
		}
		sealedAbove = signs && sealed.MatchString(t[m[1]:])
	}
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

// labelTail returns the label that ends a text: 批准人:严宽 鉴定单位.
func labelTail(t string) fieldName {
	rs := []rune(t)
	for k := max(0, len(rs)-8); k < len(rs)-1; k++ {
		if f := labelOf(string(rs[k:])); f != fNone {
			return f
		}
	}
	return fNone
}

// fromGap reads a line whose label is parted from its value by a gap alone:
// 报告编号　YJ-2026-6, also with the label's translation between them.
func (c candidates) fromGap(it *item) {
	p := it.text
	for i := len(p.text) - 1; i > 0; i-- {
		at := int(p.back[i])
		if at == 0 || !p.glyphs[at-1].soft && !blank(p.glyphs[at-1].r) || p.glyphs[at-1].r == '\n' {
			continue
		}
		if f := labelOf(p.text[:i]); f != fNone && f != fOther && labelOf(p.text[i:]) == fNone {
			c.add(f, p.sub(i, len(p.text)), it.page, 2)
			return
		}
	}
}

var (
	honorific = re(`^贵[\p{Han}]{1,4}$`)
	// addressee: the line that a letter begins with.
	addressee = re(`^(\p{Han}{3,30}(?:政府|委员会|办事处|公司|局|学校?|院|所|中心|站|社|处|厂)):$`)
)

// asked: a letter that answers the one to whom it is written.
var asked = re(`贵[\p{Han}]{1,3}[^。;]{0,16}来函|承(?:嘱|委|托)|受(?:嘱|托)`)

// fromAddressee takes the one to whom a letter is written for its client where
// the letter says 受贵单位委托, or 来函收悉 and names no other.
func (c candidates) fromAddressee(items []*item) {
	v, ok := pick(c[fClient], nil)
	if ok && !honorific.MatchString(v.folded) ||
		!ok && !slices.ContainsFunc(items, func(it *item) bool { return it.table == nil && it.page <= 2 && asked.MatchString(it.text.text) }) {
		return
	}
	var kept []candidate
	for _, x := range c[fClient] {
		if !honorific.MatchString(x.folded) {
			kept = append(kept, x)
		}
	}
	c[fClient] = kept
	for _, it := range items {
		if it.table != nil || it.page > 2 {
			continue
		}
		if m := addressee.FindStringSubmatchIndex(it.text.text); m != nil {
			c.add(fClient, it.text.sub(m[2], m[3]), it.page, 0)
			return
		}
	}
}
