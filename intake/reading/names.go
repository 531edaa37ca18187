package reading

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"jianding/schemas"
)

// A name says nothing: 接待中心 waits for nothing, 旧教学楼 is not an earlier one,
// 街道办事处 is not another voice. What the report calls its house, its client and
// the place is learnt from its title and its particulars, so that a sentence can
// be read without the words that only name.

var (
	// the title without what the report calls itself: 关于…安全性鉴定报告
	titleNames = re(`^(?:关于)?(?:对)?([\p{Han}A-Za-z0-9#()·-]{3,40}?)(?:的)?(?:现状)?(?:房屋|建筑|结构|工程|既有)*(?:主体)?(?:结构)?(?:完损|安全性?|危险性|可靠性|使用性|质量|抗震)*(?:性能)?(?:应急|检测|检验)?(?:与|及|和)?(?:鉴定|评估|评定|检测)`)
	titleEnd   = re(`^[^。;,:]*(?:报告|鉴定书|意见书|报告书|的(?:复)?函|复函)(?:[(][^()]*[)])?$`)
	// 工程名称, and what a form calls the house
	nameLabel = re(`^(?:被|受|所)?(?:鉴定|检测|委托|受检)?(?:的)?(?:工程|项目|房屋|建筑物?|楼栋|单体|对象|鉴定对象|标的物?)(?:的)?(?:名称|全称|简称)$|^(?:鉴定|检测|受检)(?:对象|房屋|建筑)$`)
	// X(以下简称"受检单位"): both name.
	shortName = re(`(?:以下|下)?(?:统)?简?称(?:为)?:?["“']([\p{Han}A-Za-z0-9]{2,12})["”']`)
	// X位于江津区…: the subject of a place.
	placedAt = re(`(?:^|[。;])([\p{Han}A-Za-z0-9#()·-]{3,24}?)(?:,)?(?:位于|坐落(?:于|在)|座落(?:于|在)|地处)`)
	// narrows: words with which a name would be more than one. 三层东侧 is a part.
	narrows = re(`除|不含|不包|不计|部分|局部|仅|只|以[上下内外]|[一二三四五六七八九十0-9两][、~至-]?[一二三四五六七八九十0-9]?层|屋面|屋顶|地下室|阁楼|夹层|加建|扩建|增建|搭建|基础|构件|未|待(?:定|补|查)|暂|拟建?|草案|初稿|[A-D](?:su|u)|级`)
	// nounEnd: names of houses, of those who live and work in them, of places.
	nounEnd = re(`(?:[楼房栋幢座舍院校园所站店馆厂库场部队局处室会社组村宅厦仓祠庙寺塔亭阁宫坊铺号厅屋行司团里巷弄街路段]|中心|基地|小学|中学|大学|单元|公寓|客栈|酒店|会所|政府|集团|小区|广场|别墅|工程|项目|建筑物?|用房|房屋|[(][^()]{1,14}[)])$`)
	person  = re(`^\p{Han}{2,4}$`)
	// owned: 申请人何代富所有之, 户主刘开秀的
	ownedBy = re(`(?:申请人|委托人|业主|户主|屋主|房主|产权人|村民|居民|住户|农户)[\p{Han}]{2,4}(?:(?:名下|自有|所有)(?:的|之)?|(?:位于|坐落于)[^,。;]{4,40}的)`)
)

// shortestName is how many characters of a name's end are taken for it.
const shortestName = 3

// namesOf collects what the report calls its house, its people and its place,
// longest first.
func namesOf(items []*item, f schemas.ReportFields, title string) []string {
	var out []string
	add := func(s string) {
		s = strings.Trim(fold(s), "、,:;()。 的")
		// 汽车零部件有限公司 narrows nothing.
		if n := len([]rune(s)); n < shortestName || n > 40 || !nounEnd.MatchString(s) || narrows.MatchString(s) && orgEnd.FindString(s) != s || genericUnit.MatchString(s) || slices.Contains(out, s) {
			return
		}
		out = append(out, s)
	}
	for _, s := range []string{f.Client, f.Agency, f.Owner, f.Address} {
		add(s)
		if s := fold(s); person.MatchString(s) && !narrows.MatchString(s) && !ofConclusion.any(s) {
			out = append(out, s)
		}
	}
	for l := range strings.Lines(title) {
		if m := titleNames.FindStringSubmatch(strings.TrimSpace(l)); m != nil {
			add(m[1])
		}
	}
	for _, it := range items {
		if it.table != nil {
			for i, c := range it.table.cells {
				if !nameLabel.MatchString(strings.TrimSuffix(c.folded(), ":")) {
					continue
				}
				if e := it.table.entryOf(i); e != nil {
					add(e.folded())
				}
			}
			continue
		}
		t := it.text.text
		if label, value, ok := strings.Cut(t, ":"); ok && nameLabel.MatchString(label) {
			add(value)
		}
		if it.page == 1 && it.section == secCover && len([]rune(t)) <= 30 && labelOf(t) == fNone && !strings.ContainsAny(t, ",。;:") {
			add(t) // stands alone on the cover
		}
		if it.page == 1 && len([]rune(t)) <= 40 && titleEnd.MatchString(t) {
			if m := titleNames.FindStringSubmatch(t); m != nil {
				add(m[1])
			}
		}
		switch it.section {
		case secOverview, secCover, "":
			for _, m := range shortName.FindAllStringSubmatch(t, -1) {
				if s := m[1]; !narrows.MatchString(s) && (nounEnd.MatchString(s) || !ofConclusion.any(s) && !ofReport.any(s) && !ofAdvice.any(s)) {
					out = append(out, s)
				}
			}
			if m := placedAt.FindStringSubmatch(t); m != nil {
				add(m[1])
			}
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

// withoutNames blots the names of a text, and their ends: 旧教学楼 of
// 长江路小学旧教学楼.
//
// Each sentence is looked at with several lists of words and blotted once.
func (r *reader) withoutNames(s string) string {
	if t, ok := r.unnamed[s]; ok {
		return t
	}
	b := []byte(s)
	for _, m := range ownedBy.FindAllStringIndex(s, -1) {
		blot(b[m[0]:m[1]])
	}
	blotAll := func(name string) bool {
		at := bytes.Index(b, []byte(name))
		for k := at; k >= 0; k = bytes.Index(b, []byte(name)) {
			blot(b[k : k+len(name)])
		}
		return at >= 0
	}
	// The whole ones first: 有限公司 is the end of another's name as well.
	for _, n := range r.names {
		blotAll(n)
	}
	for _, n := range r.names {
		for i := range n {
			if i == 0 {
				continue
			}
			if end := n[i:]; len([]rune(end)) < shortestName || blotAll(end) {
				break
			}
		}
	}
	for _, m := range districtOf.FindAllIndex(b, -1) {
		blot(b[m[0]:m[1]])
	}
	if r.unnamed == nil {
		r.unnamed = make(map[string]string)
	}
	r.unnamed[s] = string(b)
	return r.unnamed[s]
}

// districtOf: 江津区 before a place that is known.
var districtOf = regexp.MustCompile(`(?:重庆市)?[\p{Han}]{2}[区县]_`)
