package reading

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// item is one element of the report in reading order: a heading or paragraph
// (text) or a table.
type item struct {
	page    int
	text    passage // of a paragraph or heading
	table   *table
	heading bool
	section section
	unit    string // named by the heading above, when it names one
	prior   *item  // the one before it
	form    *form  // how the table was laid, when it is a form
	garbled bool
	right   float64 // margin of its last line's column
	left    float64 // where its lines begin
	body    bool    // stands below a heading: prose, not a cover

	scale  bool // stands where a standard's scale is reprinted
	behind bool // stands in a part behind the conclusion that tells what is said besides
	inList bool // its number is one of a list: the items beside it have the ones before or after
	listed bool // is an entry of a scale that paragraphs reprint

	first     *line // of a paragraph
	withdrawn bool  // looked like a heading and is none
}

// assemble turns the lines of all pages into items. Lines of prose are joined
// into paragraphs across line and page ends.
func assemble(pages [][]*line) []*item {
	var items []*item
	body := bodySize(pages)
	joinLabels(pages)
	markAlike(pages)
	for _, lines := range pages {
		n := len(items)
		goesOn := n > 0 && len(lines) > 0 && items[n-1].table != nil && items[n-1].form == nil && items[n-1].page == lines[0].page-1 && len(lines[0].cells) > 2
		forms := formsOf(lines, openForm(items, lines), goesOn)
		for i := 0; i < len(lines); {
			next := len(lines)
			if len(forms) > 0 {
				if next = forms[0].from; next == i {
					if it := forms[0].item(items); it != nil {
						items = append(items, it)
					}
					i, forms = forms[0].to, forms[1:]
					continue
				}
			}
			var before *table // with which the page before ended
			if n := len(items); i == 0 && n > 0 && items[n-1].page == lines[0].page-1 {
				before = items[n-1].table
			}
			if n := tableAt(lines[:next], i, before); n > 0 {
				items = append(items, newTable(lines[i:i+n], items))
				i += n
				continue
			}
			l := lines[i]
			items = addProse(items, l, body)
			i++
		}
	}
	return settle(items)
}

// addProse appends a line to the paragraph before it, or begins a new one.
func addProse(items []*item, l *line, body float64) []*item {
	text := newPassage(l.glyphs())
	if text.text == "" {
		return items
	}
	it := &item{page: l.page, text: text, right: l.right, left: l.x0(), first: l}
	if n := len(items); n > 0 && items[n-1].table == nil && continues(items[n-1], text.text, l) {
		items[n-1].goOn(it)
		return items
	}
	it.heading = looksHeading(text.text) || setLarger(l, text.text, body) && !partOfTitle(items, l, text.text) || l.alike
	it.body = it.heading || len(items) > 0 && items[len(items)-1].body
	return append(items, it)
}

// partOfTitle tells whether a line on the first page, before anything but names and
// titles, is one of a title's: 房屋安全性鉴定 / 报告.
func partOfTitle(items []*item, l *line, t string) bool {
	return l.page == 1 && titleWords.MatchString(t) && !slices.ContainsFunc(items, func(it *item) bool { return it.table != nil || it.heading || strings.Contains(it.text.text, "。") })
}

var titleWords = re(`^(?:既有|现有|民用|工业|农村|城镇|农房|房屋|建筑物?|结构|工程|校舍|厂房|住宅|安全性?|危险性?|可靠性|使用性|抗震|应急|及|与|和|、|检测|检验|鉴定|评估|评定)+$`)

// bodySize is the em in which most of a report is set.
func bodySize(pages [][]*line) float64 {
	count := make(map[int]int)
	best := 0
	for _, lines := range pages {
		for _, l := range lines {
			k := int(math.Round(2 * l.size))
			for _, c := range l.cells {
				count[k] += len(c.glyphs)
			}
			if count[k] > count[best] || count[k] == count[best] && k < best {
				best = k
			}
		}
	}
	return float64(best) / 2
}

// largerBy is how much larger than the body a heading without a number is set.
const largerBy = 1.07

// setLarger tells whether a line is a heading by its size: a few words of a
// section, alone on their line and larger than the body.
func setLarger(l *line, t string, body float64) bool {
	n := utf8.RuneCountInString(t)
	return body > 0 && l.size >= largerBy*body && len(l.cells) == 1 && n >= 2 && n <= 14 && !strings.ContainsAny(t, "。;!?,:《》") &&
		!gradeToken.MatchString(t) && labelOf(t) == fNone && !titleEnd.MatchString(t) && !nounEnd.MatchString(t) && matchSection(t) != ""
}

// goOn appends the text of next, whose first line goes on with the paragraph.
func (it *item) goOn(next *item) {
	it.right = next.right
	it.left = min(it.left, next.left)
	it.text = newPassage(append(slices.Clone(it.text.glyphs), append([]glyph{{r: '\n', page: next.page, soft: true}}, next.text.glyphs...)...))
}

var (
	// itemStart recognises the beginning of a list item or numbered heading. A
	// bare number counts only before a word, never before a unit or a decimal.
	itemStart = re(`^(?:第[一二三四五六七八九十0-9]+[章节部分]|[(][一二三四五六七八九十0-9]{1,3}[)]|[一二三四五六七八九十]{1,3}、|[0-9]{1,2}[、)]|[0-9]{1,2}\.[^0-9]|[0-9]{1,2}(?:\.[0-9]{1,2}){1,3}[、.)]?[\p{Han}]|[①-⑳](?:[^轴~/-]|$)|[*•·●■◆▶✓√-][^0-9]|附[录件][A-Z0-9一二三四五六七八九十:])`)
	labelled  = re(`^[\p{Han}()/]{2,14}[:]`)
	captioned = re(`^(?:续?[附]?[表图])[0-9一二三四五六七八九十A-Z]+(?:[-.][0-9]+)*`)
	terminal  = "。;!?:；"
)

// cutNumber: a standard's number that a line's end cuts, and its rest.
var (
	cutNumber    = re(`(?:GB|JGJ|CECS|DBJ?[0-9]*)/?T?[0-9]{0,5}$`)
	restOfNumber = re(`^[0-9]{0,5}-(?:19|20)[0-9]{2}[)》、,;]`)
)

// continues decides whether a line goes on with the paragraph before it: that
// one ended without a full stop at the right margin, and the line does not
// begin an item, a label or a heading.
func continues(prev *item, text string, l *line) bool {
	pt := prev.text.text
	if prev.heading && ratingPending.MatchString(pt) && verbFirst.MatchString(text) && prev.page == l.page {
		prev.heading = false // (一)综合楼安全性等级评定 / 为Bsu级
		return true
	}
	if prev.heading && prev.page == l.page && tornWord.MatchString(pt) && restOfWord.MatchString(text) {
		prev.heading = false // 1幢危险性评级结 / 果:D级
		return true
	}
	if prev.heading || pt == "" {
		return false
	}
	if gradePending.MatchString(pt) && gradeFirst.MatchString(text) {
		return true
	}
	last := lastGlyph(prev.text)
	if last == nil {
		return false
	}
	full := last.box[2] > prev.right-3.2*last.size
	if listMeaning.MatchString(text) && (!full || listMeaning.MatchString(pt)) {
		return false // the next grade of a scale, each on a line of its own
	}
	// A colon at the end of a full line leads up to what follows.
	if end := lastRune(pt); strings.ContainsAny(end, terminal) && !(end == ":" && full && prev.body) {
		return false
	}
	if documentNo.MatchString(pt) || dateLine(text) && numbered.MatchString(pt) {
		return false
	}
	if labelled.MatchString(pt) && addressStart.MatchString(text) && nounEnd.MatchString(pt) {
		return false // 委托单位:江津区某某镇某某幼儿园 / 重庆市江津区某某镇某某路16号
	}
	if closing(text) && (agencySigns.MatchString(pt) || signing.MatchString(pt) || closing(pt)) {
		return false // signatures, agency and date, set right, one below the other
	}
	if m := cutYear.FindStringSubmatch(pt); m != nil && len(m[1])+len(restOfYear.FindString(text)) == len("2015") {
		return true // GB 50292-201 / 5评定为二级: no heading 5
	}
	if cutNumber.MatchString(pt) && restOfNumber.MatchString(text) {
		return true // (GB 5029 / 2-2015)评定为二级
	}
	if full && endsInCode.MatchString(pt) && codeGoesOn.MatchString(text) {
		return true // 报告编号为JA / -FW-2026-0256: no dash of a list
	}
	if explainsOn.MatchString(text) && gradeLast.MatchString(pt) {
		return true // 四级 / ——极不符合……
	}
	if itemStart.MatchString(text) || captioned.MatchString(text) || captioned.MatchString(pt) || looksHeading(text) {
		return false
	}
	if prev.body && endsInDigit.MatchString(pt) && beginsWithDigit.MatchString(text) {
		return true // 2 / 016年
	}
	samePage := prev.page == l.page || last.page == l.page
	if samePage {
		if last.page == l.page {
			pitch := last.cy() - l.cy()
			nextColumn := pitch < 0 && l.x0() > last.box[0] || l.x0() > prev.right
			if !nextColumn && (pitch > 3.2*max(l.size, last.size) || pitch < 0.2*l.size) {
				return false
			}
		}
		if math.Abs(l.size-emOfLine(prev)) > 0.25*l.size {
			return false
		}
	}
	if labelled.MatchString(text) && !full && !cutWord(pt, text) && !(prev.body && (midProse(text) || gradeToken.MatchString(text) && len(unitsIn(pt, nil)) > 0)) {
		return false
	}
	if full {
		return true
	}
	// A sentence that breaks off early (forced breaks, narrow boxes, page ends)
	// goes on where the next line is not indented as a paragraph would be.
	if prev.body && (!labelled.MatchString(pt) || midProse(pt) || tells(pt)) && !agencySigns.MatchString(pt) && !dateLine(text) && !strings.HasPrefix(text, "《") &&
		(!samePage || l.x0() <= prev.left+0.6*l.size) {
		return true
	}
	// A line broken before the margin (wide characters, forced breaks) goes on
	// only where the words are visibly cut: an open bracket, a conjunction, a
	// grade without its end.
	return unfinished.MatchString(pt) || starter.MatchString(text)
}

var (
	unfinished = re(`(?:[(,、《“]|[的为及和与对在将按由]|评定|[A-Da-d]|[A-D]s|等级)$`)
	// A grade may stand on the line, or page, after the words that announce it.
	// tornWord and restOfWord: the word that leads to a grade, torn at the end of a line
	tornWord     = re(`(?:[结评级等]|鉴)$`)
	restOfWord   = re(`^(?:果|论|定|级|别|见)(?:为|是|:)["“]?(?:[A-Da-d]|[一二三四]级|I)`)
	gradePending = re(`(?:等级|级别|评级|类别|结果|(?:安全|可靠|危险|使用)性|评定为|评为|定为|属|为|是)[:]?["“]?$|(?:[0-9A-Z一二三四五六七八九十]|教学|综合|办公|宿舍|主|附|副|裙)(?:[#号]?[楼栋幢座]|[#号])(?:房屋|房)?:["“]?$`)
	// The year of a standard may be cut at the end of a line.
	cutYear    = re(`(?:GB|JGJ|CECS|JG|T|DB[0-9]{2})/?T?[0-9.]{2,8}-([12][0-9]{0,2})$`)
	restOfYear = re(`^[0-9]{1,3}`)
	// The meaning of a grade may stand on the line after it.
	explainsOn = re(`^(?:-{2}|—)`)
	gradeLast  = re(`(?:[A-D](?:su)?["”]?级?|(?:I{1,3}|IV|[一二三四])["”]?级)$`)
	gradeFirst = re(`^(?:均|综合)?(?:评定|评|定|判定)?(?:为|是|属于?)?["“]?(?:[A-D](?:_?[({]?su|_?[({]?ss)?[)}]?["”]?级?|(?:I{1,3}|IV)["”]?级|[一二三四]级)(?:["”]|[。,;(:]|$|危)`)
	// A line that ends before its verb is no heading, whatever it looks like.
	ratingPending = re(`(?:等级|级别|评级)(?:综合)?(?:评定|评|判定|鉴定)?$`)
	verbFirst     = re(`^(?:结果)?(?:均|综合)?(?:评定|评|定|判定)?(?:为|是|属于?)["“]?(?:[A-D](?:_?[({]?s|["”]?级)|(?:I{1,3}|IV)["”]?级)`)
	// documentNo: a letter's number, on a line of its own above the title.
	// numbered: 文件编号：CY-BG-26117-01, above the day.
	numbered        = re(`^\p{Han}{0,6}(?:编号|文号|号):[^:。;]*[0-9]号?$`)
	documentNo      = re(`^[\p{Han}A-Za-z0-9]{2,12}[〔\[(【]20[0-9]{2}[〕\])】]第?[0-9]{1,5}号$`)
	endsInDigit     = re(`[0-9]$`)
	endsInCode      = re(`[A-Za-z0-9]$`)
	codeGoesOn      = re(`^-[A-Z0-9]{1,8}(?:-[A-Z0-9]{1,8})*[,。;)]`)
	beginsWithDigit = re(`^[0-9]{1,4}(?:[^0-9、.)]|[.][0-9])`)
	starter         = re(`^(?:su|ss|u|s|r|[)、,。;》”#]|号?[楼栋幢](?:的|安全性|危险性|可靠性|、|,|均|为)|级|[的及和与])`)
)

// cutWord tells whether a line's end and the next one's beginning are one of the
// words that sentences with grades are made of: 厂房3栋危 / 险性评级结果:D级.
func cutWord(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	switch string([]rune{last, first}) {
	case "危险", "安全", "可靠", "等级", "级别", "评级", "评定", "鉴定", "结论", "结果", "结构", "综合", "房屋", "建筑":
		return true
	}
	return false
}

// midProse tells whether a line's words before its colon are no label: the
// colon is one of a sentence.
func midProse(t string) bool {
	head, _, _ := strings.Cut(t, ":")
	return labelOf(head) == fNone && sectionOf(head) == "" && !signing.MatchString(t)
}

// tells tells whether a text begins with the name of a part of the report and
// goes on in prose: 鉴定结论：教学楼的整体结构……
func tells(t string) bool {
	head, rest, _ := strings.Cut(t, ":")
	switch sectionOf(head) {
	case secConclusion, secAdvice, secHistory, secRating:
		return utf8.RuneCountInString(rest) >= 4
	}
	return false
}

// closing tells whether a line is one of those that close a report: who signs,
// the agency's name, the date.
func closing(t string) bool {
	return dateLine(t) || agencySigns.MatchString(t) || signing.MatchString(t) || closingLabel.MatchString(t)
}

var closingLabel = re(`^(?:司法鉴定人|授权签字人|法定代表人|(?:签发|报告|出具)(?:人|日期|时间)):`)

// dateLine tells whether a line is nothing but a date.
func dateLine(t string) bool {
	ds := datesIn(t)
	return len(ds) == 1 && ds[0].from == 0 && ds[0].to == len(t)
}

func lastRune(s string) string {
	rs := []rune(s)
	if len(rs) == 0 {
		return ""
	}
	return string(rs[len(rs)-1])
}

func lastGlyph(p passage) *glyph {
	for i := len(p.glyphs) - 1; i >= 0; i-- {
		if g := &p.glyphs[i]; !g.soft && !blank(g.r) {
			return g
		}
	}
	return nil
}

func emOfLine(it *item) float64 {
	var m float64
	for _, g := range it.text.glyphs {
		m = max(m, g.size)
	}
	return m
}
