package reading

import (
	"regexp"
	"slices"
	"strconv"
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
	if f == fAgency {
		gs = c.unsealed(gs, page)
	}
	v := printed(gs)
	folded := newPassage(gs).text
	if folded == "" || folded == "-" || folded == "/" || folded == "--" || folded == "无" && f != fOwner {
		return
	}
	if len([]rune(folded)) > 90 || labelOf(folded) != fNone {
		return
	}
	c[f] = append(c[f], candidate{value: v, folded: folded, page: page, weight: weight, ev: evidenceOf(gs, page)})
}

// sealMark stands behind the name of an agency in the cell where it puts its
// seal and the date.
var sealMark = re(`[(\[](?:盖章|公章|签章|印章|章|鉴定专用章)[)\]]|(?:盖章|公章|签章|印章)|[12][0-9]{3}[-./年]`)

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
		return f == "" || f == ":" || f == ";" || f == "," || f == "。" || f == "_"
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
func (r *reader) fields(items []*item) schemas.ReportFields {
	c := make(candidates)
	for _, it := range items {
		if it.section == secAppendix || it.section == secHistory || it.section == secNeighbours {
			continue
		}
		if it.table != nil {
			c.fromTable(it.table)
			continue
		}
		c.fromLine(it)
		c.fromProse(it)
	}
	c.fromCover(items)
	var f schemas.ReportFields
	f.ReportNo = r.choose(c, fReportNo, reportNoForm)
	f.Agency = r.choose(c, fAgency, agencyForm)
	f.Client = r.choose(c, fClient, nil)
	f.Owner = r.choose(c, fOwner, nil)
	f.Address = r.choose(c, fAddress, addressForm)
	f.HouseCode = r.choose(c, fHouseCode, reportNoForm)
	f.Use = r.choose(c, fUse, nil)
	f.Structure = r.choose(c, fStructure, structureForm)
	f.Built = r.choose(c, fBuilt, builtForm)
	f.Town = townOf(f.Address)
	f.Storeys = storeys(r.best(c, fStoreys))
	f.AreaM2 = r.area(c)
	r.dates(c, &f)
	return f
}

var (
	reportNoProse = regexp.MustCompile(`报告(?:书)?(?:的)?编号(?:为|是)[:"“]?([A-Za-z\p{Han}0-9\[\]〔〕()/._-]{3,40}?[0-9A-Za-z](?:号)?)["”]?(?:[,;。)]|$)`)
	otherReport   = regexp.MustCompile(`原|此前|上次|前次|曾|旧|另|参考|引用|依据|检测报告|勘察|排查`)
	reportNoForm  = regexp.MustCompile(`[0-9]`)
	agencyForm    = regexp.MustCompile(`公司|中心|院|所|站|集团|大学|事务所|分公司|室|厂|队|局`)
	addressForm   = regexp.MustCompile(`[省市区县镇乡街路村社组号栋幢道巷弄里园城]`)
	structureForm = regexp.MustCompile(`结构|砖|木|混|框架|剪力墙|土|石|钢|砌体`)
	builtForm     = regexp.MustCompile(`[0-9]{2,4}年?|年代|不详`)
)

// best returns the candidate of a field that carries most weight.
func (r *reader) best(c candidates, f fieldName) string {
	if v, ok := pick(c[f], nil); ok {
		return v.folded
	}
	return ""
}

func pick(cs []candidate, form *regexp.Regexp) (candidate, bool) {
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
func (r *reader) choose(c candidates, f fieldName, form *regexp.Regexp) string {
	v, ok := pick(c[f], form)
	if !ok {
		return ""
	}
	for _, x := range c[f] {
		if form != nil && !form.MatchString(x.folded) || x.weight < 2 {
			continue
		}
		if differs(f, x.folded, v.folded) {
			r.reason(fieldConflict[f], x.page, v.folded+" / "+x.folded, v.ev, x.ev)
			break
		}
	}
	return v.value
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
	return strings.NewReplacer("重庆市", "", "重庆", "", "江津区", "", "(", "", ")", "", "市", "", " ", "").Replace(s)
}

// splitLabel divides "委托单位：某某" into field and value; a text that is a label
// alone has no rest.
func splitLabel(p passage) (fieldName, []glyph) {
	if f := labelOf(p.text); f != fNone {
		return f, nil
	}
	i := strings.IndexByte(p.text, ':')
	if i < 2 || i > 48 {
		return fNone, nil
	}
	head := headNumber.ReplaceAllString(p.text[:i], "")
	if f := labelOf(head); f != fNone {
		return f, p.sub(i+1, len(p.text))
	}
	return fNone, nil
}

// fromLine reads labelled lines outside tables, several to a line.
func (c candidates) fromLine(it *item) {
	p := it.text
	var cuts [][3]int // from, to of label; field
	for _, m := range inlineLabel.FindAllStringIndex(p.text, -1) {
		label := p.text[m[0] : m[1]-1]
		rs := []rune(label)
		for k := range rs {
			if f := labelOf(string(rs[k:])); f != fNone {
				from := m[1] - 1 - len(string(rs[k:]))
				if !ownPlace(p, from, len(cuts) > 0) {
					continue // 砖木结构　　层数: the label is 层数, not 结构层数
				}
				cuts = append(cuts, [3]int{from, m[1], int(f)})
				break
			}
		}
	}
	for i, k := range cuts {
		end := len(p.text)
		if i+1 < len(cuts) {
			end = cuts[i+1][0]
		}
		if j := strings.IndexAny(p.text[k[1]:end], ";。"); j >= 0 {
			end = k[1] + j
		}
		w := 3
		if it.section == secDeclaration {
			continue
		}
		c.add(fieldName(k[2]), p.sub(k[1], end), it.page, w)
	}
}

// ownPlace tells whether a label stands where labels do: at the start of its
// line, after its number, or after a gap. In mid-sentence ("（报告编号：…）") the
// words speak of something else.
func ownPlace(p passage, from int, another bool) bool {
	if headNumber.ReplaceAllString(p.text[:from], "") == "" {
		return true
	}
	at := int(p.back[from])
	gap := at > 0 && (p.glyphs[at-1].soft || blank(p.glyphs[at-1].r))
	return gap && (another || from < 80) || another && strings.HasSuffix(p.text[:from], ";")
}

var (
	entrusted   = regexp.MustCompile(`(?:受|应)([\p{Han}A-Za-z0-9()、·]{2,40}?)(?:的)?(?:委托|要求),`)
	locatedAt   = regexp.MustCompile(`(?:位于|坐落于|座落于|地处)([\p{Han}A-Za-z0-9()#、-]{4,50}?)(?:的|,|。|;|$)`)
	areaProse   = regexp.MustCompile(`(?:总)?(?:建筑)?面积(?:共)?(?:约|为|:)*(?:约)?([0-9]+(?:\.[0-9]+)?)(?:m2|平方米|平米|㎡|M2)`)
	structProse = regexp.MustCompile(`(?:为|系|属|采用|,)((?:地上)?[一二三四五六七八九十0-9]*层?)?((?:底部框架-?上部砖混|底部框架|钢筋混凝土框架(?:-?剪力墙)?|框架-?剪力墙|框架|剪力墙|砖混|砖木|土木|石木|木|混合|砌体|石砌体|砖石|钢|生土|穿斗木|内框架|砖砌体|轻钢|排架|门式刚架)结构)`)
	storeyProse = regexp.MustCompile(`(?:地上|共|为|,|总|结构)([0-9一二三四五六七八九十]{1,3})层`)
	agencySigns = regexp.MustCompile(`^[\p{Han}A-Za-z0-9()·]{4,40}(?:公司|研究院|检测中心|检验中心|测试中心|鉴定中心|检测站|事务所|设计院|研究所|鉴定所|鉴定站|大学|集团|中心)$`)
	visited     = regexp.MustCompile(`^[^。;]{0,90}?(?:现场|检查|检测|查勘|勘查|鉴定)`)
	aboveGround = regexp.MustCompile(`地上(?:共)?([0-9]{1,3}|[一二三四五六七八九十]{1,3})`)
	fieldDate   = regexp.MustCompile(`(?:于|在)[^,。;]{0,4}$`)
	// 现场检查于2026年3月18日进行; 2026年2月25日至27日现场检测.
	visitedOn = regexp.MustCompile(`现场(?:工作|检查|检测|查勘|勘查|踏勘|鉴定)*[^,。;]{0,6}(?:于|在)$`)
	onSite    = regexp.MustCompile(`^(?:,?我[单公]?[位司院]?)?(?:组织)?(?:技术|专业|鉴定)?(?:人员)?(?:对[^,。;]{2,40}(?:进行|作)了?)?现场(?:检查|检测|查勘|勘查|踏勘|鉴定)`)
)

// fromProse reads the particulars that running text gives.
func (c candidates) fromProse(it *item) {
	t := it.text.text
	switch it.section {
	case secOverview, secCover, secInspection, secConclusion, secDeclaration, "":
	default:
		return
	}
	take := func(f fieldName, m []int, g, weight int) {
		if m != nil {
			c.add(f, it.text.sub(m[2*g], m[2*g+1]), it.page, weight)
		}
	}
	// A number in running text is the report's own unless the words before it
	// speak of another report; then two numbers are a question for a human.
	if m := reportNoProse.FindStringSubmatchIndex(t); m != nil && !otherReport.MatchString(tailOf(t[:m[0]], 24)) && !histCue.MatchString(tailOf(t[:m[0]], 24)) {
		take(fReportNo, m, 1, 2)
	}
	take(fClient, entrusted.FindStringSubmatchIndex(t), 1, 1)
	if it.section != secDeclaration {
		take(fAddress, locatedAt.FindStringSubmatchIndex(t), 1, 1)
		take(fArea, areaProse.FindStringSubmatchIndex(t), 1, 1)
		take(fStructure, structProse.FindStringSubmatchIndex(t), 2, 1)
		if !strings.Contains(t, "加建") {
			take(fStoreys, storeyProse.FindStringSubmatchIndex(t), 1, 1)
		}
	}
	ds := datesIn(t)
	for i, d := range ds {
		to := d.to
		if i+1 < len(ds) && ds[i+1].from == to { // from … to …
			to = ds[i+1].to
		}
		before := t[:d.from]
		if (fieldDate.MatchString(before) && visited.MatchString(t[to:]) || visitedOn.MatchString(before) || onSite.MatchString(t[to:])) && !histCue.MatchString(tailOf(before, 12)) {
			c.add(fInspected, it.text.sub(d.from, to), it.page, 0)
		}
	}
}

// fromCover takes the agency's name and the date that stand alone on the
// cover, under the title and at the end.
func (c candidates) fromCover(items []*item) {
	for _, it := range items {
		if it.table != nil {
			continue
		}
		t := it.text.text
		if it.page <= 2 && it.section == secCover || it.section == secAdvice || it.section == secConclusion {
			if agencySigns.MatchString(t) && labelOf(t) == fNone {
				c.add(fAgency, it.text.glyphs, it.page, 1)
			}
			if ds := datesIn(t); len(ds) == 1 && ds[0].from == 0 && ds[0].to == len(t) {
				c.add(fIssued, it.text.glyphs, it.page, 1)
			}
			if m := reportNoLine.FindStringSubmatchIndex(t); m != nil && it.page == 1 {
				c.add(fReportNo, it.text.sub(m[2], m[3]), it.page, 0)
			}
		}
	}
}

var reportNoLine = regexp.MustCompile(`^(?:\(|No\.?|编号)?([A-Za-z\p{Han}]{0,8}[-\[(〔【]?[A-Z0-9][A-Za-z0-9\p{Han}\[\]()〔〕【】/-]{5,30}[0-9]号?)\)?$`)

var storeyForm = regexp.MustCompile(`([0-9]{1,3}|[一二三四五六七八九十]{1,3})(?:层|$)`)

// storeys returns the number of storeys above ground as digits.
func storeys(folded string) string {
	if folded == "" {
		return ""
	}
	if m := aboveGround.FindStringSubmatch(folded); m != nil {
		return itoa(number(m[1]))
	}
	if m := storeyForm.FindStringSubmatch(folded); m != nil {
		return itoa(number(m[1]))
	}
	return ""
}

var areaUnit = regexp.MustCompile(`([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)(?:万)?(?:m2|M2|㎡|平方米|平米)`)

var areaValue = regexp.MustCompile(`([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)`)

// area returns the floor area in m². Values in 亩 or without digits are none.
func (r *reader) area(c candidates) float64 {
	v, ok := pick(c[fArea], areaValue)
	if !ok {
		return 0
	}
	m := areaValue.FindString(v.folded)
	if u := areaUnit.FindStringSubmatch(v.folded); u != nil {
		m = u[1] // 框架/3层/1560m2
	} else if len(areaValue.FindAllString(v.folded, -1)) > 1 && strings.ContainsAny(v.folded, "层/") {
		return 0
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(m, ",", ""), 64)
	if err != nil || x > 1e7 {
		return 0
	}
	if strings.Contains(v.folded, "万") {
		x *= 1e4
	}
	return x
}

// dates reads the days of inspection and issue.
func (r *reader) dates(c candidates, f *schemas.ReportFields) {
	if v, ok := pickDate(c[fInspected]); ok {
		ds := datesIn(v.folded)
		f.InspectedOn = ds[0].iso
		if n := len(ds); n > 1 && ds[n-1].iso != ds[0].iso {
			f.InspectedUntil = ds[n-1].iso
		}
	}
	if v, ok := pickDate(c[fIssued]); ok {
		f.IssuedOn = datesIn(v.folded)[0].iso
		for _, x := range c[fIssued] {
			if ds := datesIn(x.folded); len(ds) > 0 && x.weight >= 1 && ds[0].iso != f.IssuedOn {
				r.reason("issue_date_differs", x.page, f.IssuedOn+" / "+ds[0].iso, v.ev, x.ev)
				break
			}
		}
	}
}

func pickDate(cs []candidate) (candidate, bool) {
	var out candidate
	ok := false
	for _, x := range cs {
		if len(datesIn(x.folded)) > 0 && (!ok || x.weight > out.weight) {
			out, ok = x, true
		}
	}
	return out, ok
}

// reportYear is the year from which a report looks back.
func reportYear(f schemas.ReportFields) int {
	for _, d := range []string{f.InspectedOn, f.IssuedOn} {
		if len(d) >= 4 {
			return atoi(d[:4])
		}
	}
	return 0
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
