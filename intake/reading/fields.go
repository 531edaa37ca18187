package reading

import (
	"slices"
	"strings"

	"jianding/schemas"
)

// candidate is one reading of a field.
type candidate struct {
	value  string // as printed
	folded string
	page   int
	weight int // where it stands: a table of particulars beats the cover beats prose
	ev     schemas.Evidence
}

type candidates map[fieldName][]candidate

func (c candidates) add(f fieldName, gs []glyph, page, weight int) {
	gs = trimValue(gs)
	if p := newPassage(gs); strings.HasPrefix(p.text, "内容") {
		gs = trimValue(p.sub(len("内容"), len(p.text))) // the head of the column, which the layout ran into its first entry
	}
	if p := newPassage(gs); strings.ContainsAny(p.text, boxes) {
		gs = trimValue(chosen(p).glyphs) // □钢混 √砖混 □砖木
	}
	if f == fStoreys && ofMember.MatchString(newPassage(gs).text) {
		return
	}
	switch f {
	case fAddress:
		if p := newPassage(gs); houseOf.MatchString(p.text) {
			gs = p.sub(0, houseOf.FindStringSubmatchIndex(p.text)[3]) // 华盖村5社杨朝贵户
		}
	case fAgency:
		if p := newPassage(gs); sealBefore.MatchString(p.text) {
			gs = p.sub(sealBefore.FindStringIndex(p.text)[1], len(p.text))
		}
		gs = c.unsealed(gs, page)
		p := newPassage(gs)
		if ofMe.MatchString(p.text) {
			return
		}
		if n := nameEnd(p.text); n > 0 && (goesOn.MatchString(p.text[n:]) || strings.HasPrefix(p.text[n:], "(")) {
			gs = p.sub(0, n) // 某某检测有限公司江津分公司(报告由总公司审核)
		}
	case fReportNo:
		if formNo.MatchString(newPassage(gs).text) {
			return
		}
		if p := newPassage(gs); stamped.MatchString(p.text) {
			gs = p.sub(0, stamped.FindStringSubmatchIndex(p.text)[3])
		}
		if p := newPassage(gs); runsOn.MatchString(p.text) {
			gs = p.sub(0, runsOn.FindStringSubmatchIndex(p.text)[3])
		}
		if p := newPassage(gs); unitAlone(p.text) != "" {
			return // 编号 heads the houses of a table: 1号楼
		}
		gs = bareNo(gs)
		if p := newPassage(gs); ofAuthority.MatchString(p.text) && !appraisalNo.MatchString(p.text) {
			return
		}
	}
	if f == fClient || f == fOwner || f == fAgency {
		p := newPassage(gs)
		if m := moreOfParty.FindStringIndex(p.text); m != nil {
			gs = p.sub(0, m[0])
		}
	}
	if f == fClient {
		if m := roleBefore.FindStringSubmatchIndex(newPassage(gs).text); m != nil && !bodyName.MatchString(newPassage(gs).text) {
			gs = newPassage(gs).sub(m[2], m[3]) // 塘河镇石龙门村村民谭永碧
		}
	}
	v := printed(gs)
	folded := newPassage(gs).text
	if folded == "" || folded == "-" || folded == "/" || folded == "--" || folded == "无" && f != fOwner {
		return
	}
	if f == fClient || f == fOwner || f == fAgency {
		if ds := datesIn(folded); spoken.MatchString(folded) || len(ds) > 0 && ds[0].from == 0 {
			return // 委托　2023年7月1日: the day
		}
	}
	if len([]rune(folded)) > 90 || labelOf(folded) != fNone {
		return
	}
	c[f] = append(c[f], candidate{value: v, folded: folded, page: page, weight: weight, ev: evidenceOf(gs, page)})
}

// fallBack takes what stands under another label where nothing is known of a field.
func (c candidates) fallBack(f, other fieldName) {
	if len(c[f]) == 0 {
		c[f] = c[other]
	}
}

// moreOfParty: what is told of somebody behind the name.
var moreOfParty = re(`[,;。(](?:住址|地址|住所|电话|联系|身份证|家住|现住|户籍|法定代表|法人|负责人|统一社会)`)

// spoken: what stands where a name would, and is a sentence to be signed.
var spoken = re(`。|签字|签名|知悉|确认|同意|承诺`)

// sealBefore: （盖章）重庆某某公司
var sealBefore = re(`^[(]\p{Han}{0,6}(?:章|印)[)]:?`)

// goesOn: a sentence that begins where the name on the line before ended.
var goesOn = re(`^(?:(?:检测|检验|鉴定)*专用章|公章|印章|本|于|我|对|受|在|报告|签发|成文|出具|谨|日期|地址|电话|资质)`)

// sealMark stands behind the name of an agency in the cell where it puts its
// seal and the date.
var sealMark = re(`[(\[]\p{Han}{0,8}章[)\]]|(?:盖章|公章|签章|印章)|[12][0-9]{3}[-./年]|[一二][〇零○O九][一二三四五六七八九〇零○O]{2}年`)

// unsealed returns the agency's name without （盖章） and the date behind it,
// which is the day of issue.
func (c candidates) unsealed(gs []glyph, page int) []glyph {
	p := newPassage(gs)
	m := sealMark.FindStringIndex(p.text)
	if m == nil || m[0] == 0 {
		return gs
	}
	if ds := datesIn(p.text[m[0]:]); len(ds) == 1 {
		c.add(fIssued, p.sub(m[0]+ds[0].from, m[0]+ds[0].to), page, 1)
	}
	return trimValue(p.sub(0, m[0]))
}

// trimValue takes leading colons and trailing separators off a value.
func trimValue(gs []glyph) []glyph {
	edge := func(g glyph) bool {
		f := foldRune(g.r)
		return f == "" || strings.Contains(":;,。_☑√■●", f)
	}
	for len(gs) > 0 && edge(gs[0]) {
		gs = gs[1:]
	}
	for len(gs) > 0 && edge(gs[len(gs)-1]) {
		gs = gs[:len(gs)-1]
	}
	return gs
}

// fields reads the particulars of the report from its tables, labelled lines
// and prose, and cross-checks what stands in several places.
func (r *reader) fields(items []*item, furniture []string) schemas.ReportFields {
	c := make(candidates)
	sealed := false // the line before is where the agency signs
	closing := closings(items)
	for _, it := range items {
		sealed = c.underSeal(it, sealed)
		if it.section == secAppendix || it.section == secHistory || it.section == secNeighbours {
			continue
		}
		if it.table != nil {
			c.fromTable(it.table, it.section)
			continue
		}
		c.fromLine(it)
		c.fromProse(it)
		if it.section != secCover || it.page > 2 || !c.fromDayLine(it) {
			c.fromDays(it, closing[it])
		}
		c.fromSeal(it.text, it.page)
	}
	if !dated(c[fIssued]) {
		c.fromLastSheet(items)
	}
	c.fromCover(items)
	for _, it := range items {
		if it.table == nil && (closing[it] || it.section == secAdvice) {
			c.fromClosing(it)
		}
	}
	c.fromAddressee(items)
	c.fallBack(fClient, fSubject)
	c.fallBack(fClient, fOwner)
	r.fromPlaces(c, items)
	c.fromNames(items)
	c.fromSignature(items, furniture)
	r.checkSigners(items)
	numbered := func() bool {
		_, ok := pick(c[fReportNo], reportNoForm)
		return ok
	}
	for _, it := range items {
		if it.table != nil && it.page == 1 && !numbered() {
			c.numberAlone(it.table)
		}
	}
	if !numbered() {
		// Some reports print their number in the running head alone.
		for _, t := range furniture {
			m := headNo.FindStringSubmatch(fold(t))
			if m == nil {
				m = headDocNo.FindStringSubmatch(fold(t))
			}
			if m == nil {
				m = headBeside.FindStringSubmatch(fold(t))
			}
			if m != nil {
				c.add(fReportNo, plain(m[1], 1).glyphs, 1, 0)
				break
			}
		}
	}
	if !numbered() {
		c[fReportNo] = c[fFileNo]
	}
	for _, f := range []fieldName{fStructure, fStoreys, fBuilt, fUse} {
		if toldApart(items, f) {
			c[f] = slices.DeleteFunc(c[f], func(x candidate) bool { return x.weight < 3 }) // what a label tells is told of all
		}
	}
	var f schemas.ReportFields
	f.ReportNo = hyphens.Replace(r.choose(c, fReportNo, reportNoForm))
	f.Agency = r.choose(c, fAgency, agencyForm)
	f.Client = r.choose(c, fClient, nil)
	f.Owner = r.choose(c, fOwner, nil)
	f.Address = mendedAddress(r.choose(c, fAddress, addressForm), items)
	f.HouseCode = r.choose(c, fHouseCode, reportNoForm)
	f.Use = r.choose(c, fUse, nil)
	f.Structure = r.choose(c, fStructure, structureForm)
	f.Built = r.choose(c, fBuilt, builtForm)
	f.Town = townOf(f.Address)
	f.Storeys = storeys(r.best(c, fStoreys, storeyForm))
	f.AreaM2 = r.area(c)
	r.dates(c, &f)
	return f
}

// hyphens: a number is compared and filed, and whichever hyphen a producer sets in
// it is none of it.
var hyphens = strings.NewReplacer("\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2212", "-")

var (
	// 报告编号为…, 报告编号ZF-J-2026-04, 文号:…; what follows at once is the number only
	// where it looks like nothing else.
	reportNoProse = re(`(?:报告(?:书)?(?:的)?(?:编号|文号|号)|文号|编号)(?:(?:为|是)[:"“]?([A-Za-z\p{Han}0-9\[\]〔〕()/._-]{3,40}?[0-9A-Za-z](?:号)?)|[:"“]?((?:` + docNo + `)|[A-Z][A-Za-z0-9\[\]()/._-]{2,30}[0-9])(?:号)?)["”]?(?:[,;。)]|$)`)
	otherReport   = re(`原|此前|上次|前次|曾|旧|另|参考|引用|依据|检测报告|勘察|排查`)
	reportNoForm  = re(`[0-9]`)
	agencyForm    = re(`公司|中心|院|所|站|集团|大学|事务所|分公司|室|厂|队|局|部|鉴定处|鉴定办`)
	addressForm   = re(`[省市区县镇乡街路村社组号栋幢道巷弄里园城]|江津\p{Han}{0,16}` + publicBody)
	structureForm = re(`结构|砖|木|混|框架|剪力墙|土|石|钢|砌体`)
	builtForm     = re(`[0-9]{2,4}年?|年代|不详`)
)

// best returns the candidate of a field that carries most weight.
func (r *reader) best(c candidates, f fieldName, form *guarded) string {
	if v, ok := pick(c[f], form); ok {
		return v.folded
	}
	return ""
}

func pick(cs []candidate, form *guarded) (candidate, bool) {
	var out candidate
	ok := false
	for _, x := range cs {
		if form != nil && !form.MatchString(x.folded) {
			continue
		}
		if !ok || x.weight > out.weight {
			out, ok = x, true
		}
	}
	return out, ok
}

// choose returns the value of a field as printed, and says so when two places
// of equal standing differ.
func (r *reader) choose(c candidates, f fieldName, form *guarded) string {
	v, ok := pick(c[f], form)
	if !ok {
		return ""
	}
	for _, x := range c[f] {
		if form != nil && !form.MatchString(x.folded) || x.weight < 2 {
			continue
		}
		if f == fOwner && owners(c[f]) > 2 {
			break // a volume on several households
		}
		if differs(f, x.folded, v.folded) {
			r.reason(fieldConflict[f], x.page, v.folded+" / "+x.folded, v.ev, x.ev)
			break
		}
	}
	if f == fStructure {
		for _, x := range c[f] {
			if x.folded != v.folded && strings.HasSuffix(x.folded, v.folded) {
				return x.value // 框架结构 in a table, 现浇钢筋混凝土框架结构 in the text
			}
		}
	}
	if f == fAgency && !orgEnd.MatchString(v.folded) {
		for _, x := range c[f] {
			if strings.HasPrefix(x.folded, v.folded) && orgEnd.MatchString(x.folded) {
				return x.value // where the line had room for it
			}
		}
	}
	return v.value
}

// owners counts the different ones that labels name.
func owners(cs []candidate) int {
	var seen []string
	for _, x := range cs {
		if x.weight >= 2 && !slices.Contains(seen, x.folded) {
			seen = append(seen, x.folded)
		}
	}
	return len(seen)
}

var fieldConflict = map[fieldName]schemas.ReasonCode{
	fReportNo: "report_no_differs", fAgency: "agency_differs", fClient: "field_differs", fOwner: "field_differs",
	fAddress: "address_differs", fHouseCode: "field_differs", fUse: "field_differs_note", fStructure: "field_differs_note", fBuilt: "field_differs_note",
}

// differs tells whether two printed values are different things: one that
// contains the other is the same, told shorter.
func differs(f fieldName, a, b string) bool {
	a, b = plainValue(a), plainValue(b)
	return a != b && !strings.Contains(a, b) && !strings.Contains(b, a)
}

func plainValue(s string) string {
	return strings.NewReplacer("重庆市", "", "重庆", "", "江津区", "", "(", "", ")", "", "市", "", "第", "", " ", "").Replace(s)
}

// restingOn lists the appraisal standards on which the conclusions rest; where
// there are none, those that the report cites. GB 55021 is cited everywhere as
// the general code and counts only when a conclusion rests on it.
func (r *reader) restingOn(fs []schemas.Finding) []string {
	var out []string
	for _, f := range fs {
		if f.Standard != "" && !slices.Contains(out, f.Standard) {
			out = append(out, f.Standard)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, s := range r.standards {
		if !strings.HasPrefix(s, "GB 55021") || len(r.standards) == 1 {
			out = append(out, s)
		}
	}
	return out
}
