package reading

import (
	"slices"
	"strings"
)

// Where a report gives no address, the name of the house may tell where it stands:
// 江津区白沙镇中心小学教学楼 is a place at which somebody finds the house, 教学楼 is none.

var (
	// houseLabel: behind it stands what is appraised.
	houseLabel = re(`^(?:(?:被|受|所|拟|本次)?(?:鉴定|检测|评估|委托|检验|查勘|勘察|复核|检|鉴)*的?(?:房屋|房产|工程|项目|建筑物?|楼栋|单体|对象|标的物?|场所|样品|(?:样品|项目)/(?:工程|对象|房屋))(?:的)?(?:名称?|全称)?|名称|(?:楼|校|园|院|厂|店|场|场所)名称?|园所|报告名称|农房|住房)$`)
	// aboutIt: what a title says is done to the house, behind its name.
	aboutIt = re(`(?:的)?安全状况.*$|(?:的)?(?:结构|现状)?(?:检测|检验|检查|勘察)(?:与|和|及|、)(?:结构)?(?:安全性?|危险性|可靠性).*$|(?:的)?(?:房屋|建筑物?|主体|既有|在用|民用|工业|现状|工程|木构|石构|木结构|结构|地基|竣工后|改造前)*(?:安全性?|危险性|可靠性|使用性|抗震性?|完损|应急|质量|受损|火灾后)+(?:状况|现状|性能|等级)?(?:与|和|及|、|可行性|抗震性?|安全性?|可靠性|使用性|危险性)*(?:检测|鉴定|评估|评定|复评|复核|检查|检验|查勘|勘察|技术|报告).*$|(?:的)?(?:房屋|主体|结构|建筑)*(?:检测|鉴定|评估|评定|勘察)(?:与)?(?:检测|鉴定|评估|评定)?(?:报告书?|意见书?|书)?(?:[(][^()]*[)])?$|的?(?:房屋)?(?:安全)?(?:鉴定|认定)(?:书|证|单|表)$`)
	// titled: a line that is a title, 关于…的安全性鉴定报告.
	titleLine = re(`(?:报告书?|鉴定书?|意见书?|复函|的函|评定|评估|认定书|鉴定文件|鉴定(?:成果|结果|记录)书?)(?:[(][^()]*[)])?(?:[:]|$)`)
	// anchor: a town, village, road or estate, by its own name.
	anchor = re(townAlone + `|(?:\p{Han}{2}[区县]|江津)[^\P{Han}某]{0,16}` + publicBody + `|\p{Han}[区县][^\P{Han}某]{2,3}镇[^区]|\p{Han}[区县][^\P{Han}某]{2,8}(?:农贸市场|菜市场|客运站|码头|渡口|林场|茶场|水库)|\p{Han}{2}新区|\p{Han}[^\P{Han}储代色慧业](?:工业|产业|物流|科技|创业|农业)园|\p{Han}(?:[^城乡村集场古小])(?:镇|乡[^镇])|\p{Han}{2}(?:街道|社区|小区|新村|村[^民镇道口庄]|居委会|大道|老街|正街|横街|[大小前后东西南北中]街)|\p{Han}[^公铁道线电马岔支管网环]路(?:[0-9]|\p{Han})|\p{Han}[^临沿背当顺跨](?:街|巷)[^区道坊]|\p{Han}{2}(?:里|弄)[0-9]|\p{Han}{2}(?:工业园|产业园|园|开发)区|\p{Han}{2}片区`)
	// houseNoun ends the name of a house, or of who is at home in it.
	houseNoun = re(`(?:[楼房屋栋幢座舍院校园所站店馆厂库仓棚廊部处室会社宅祠庙寺塔阁宫坊铺厅堂户段区殿号组居群点]|中心|小学|中学|大学|单元|市场|公寓|客栈|酒店|政府|集团|小区|广场|车间|建筑物?|旧址|[)”])$`)
	// relative: whose side of a thing is no place that anybody finds: 校园北侧.
	relative = re(`(?:[东南西北左右前后内外两一]?侧|旁边?|附近|之间|路边|[边沿上下内处]|对面|高地|平台|台地|坡地|地带|后缘)$`)
)

// publicBody is one of which a district has few: its name alone finds it.
const publicBody = `(?:学校|小学|中学|中学校|大学|学院|职业教育中心|医院|卫生院|卫生服务中心|卫生服务联合体|幼儿园|敬老院|福利院|车站|枢纽站|枢纽楼|供销社|粮站|粮库|储备库|招待所|图书馆|文化馆|体育馆|博物馆|电影院)`

// townAlone is a town without what it is, as the names of public bodies and their
// houses have it: 吴滩粮油收储站, 中山古镇, 德感粮油储备库.
var townAlone = `(?:^|江津区?|公司|[^\p{Han}])(?:` + strings.Join(bareTowns(), "|") + `)(?:古镇|粮油|粮站|粮库|库点|供销|中心|小学|中学|卫生院|敬老院|福利院|幼儿园|车站|农贸|市场|场镇|老街|正街|便民|文化站|电影院|兽医站|农机站|信用社|水厂|自来水)`

func bareTowns() []string {
	var out []string
	for name := range strings.FieldsSeq(townsData) {
		out = append(out, strings.TrimSuffix(strings.TrimSuffix(name, "镇"), "街道"))
	}
	return out
}

// findable tells whether a text names a town, a village or a road.
func findable(t string) bool {
	return anchor.MatchString(t) || addressStart.MatchString(t) || placeStart.MatchString(t)
}

// fromNames takes for the address the name of the house where that tells its place
// and nothing else does. What prose says of where a house stands is none without a
// name of a place: 位于校园北侧.
func (c candidates) fromNames(items []*item) {
	c[fAddress] = slices.DeleteFunc(c[fAddress], func(x candidate) bool { return x.weight <= 1 && !findable(x.folded) })
	if _, ok := pick(c[fAddress], addressForm); ok && slices.ContainsFunc(c[fAddress], func(x candidate) bool { return x.weight > 1 || !relative.MatchString(x.folded) }) {
		return
	}
	if c.fromDivisions(items); len(c[fAddress]) > 0 && !relative.MatchString(c[fAddress][len(c[fAddress])-1].folded) {
		c[fAddress] = c[fAddress][len(c[fAddress])-1:]
		return
	}
	if x, ok := nameThatTells(items); ok {
		c[fAddress] = []candidate{x}
	}
}

// nameThatTells returns the name of the house that tells where it stands: behind its
// label, else in the title.
func nameThatTells(items []*item) (candidate, bool) {
	var out candidate
	found := false
	take := func(p passage, page int) {
		if found {
			return
		}
		to := len(p.text)
		if i := strings.IndexAny(p.text, ",;。:"); i >= 0 {
			to = i
		}
		if m := aboutIt.FindStringIndex(p.text[:to]); m != nil {
			if to = m[0]; strings.HasPrefix(p.text[to:], "房屋") && !houseNoun.MatchString(p.text[:to]) {
				to += len("房屋") // 自建出租|房屋
			}
		}
		if m := andOther.FindStringIndex(p.text[:to]); m != nil && !houseNoun.MatchString(p.text[:to]) {
			to = m[0] // 学生食堂|及厨房扩建部分
		}
		from := len(forLead.FindString(p.text[:to]))
		if short := strings.TrimRight(strings.TrimSuffix(p.text[:to], "房屋"), "的"); houseNoun.MatchString(short) {
			to = len(short)
		}
		gs := trimValue(p.sub(from, to))
		name := newPassage(gs).text
		n := len([]rune(name))
		if m := anchor.FindStringIndex(name); m == nil || n < 5 || n > 40 || !houseNoun.MatchString(name) || orgEnd.MatchString(name) && ofTrade.MatchString(name) || ofMe.MatchString(name) || strings.ContainsAny(name[m[0]:], "“《") && !strings.Contains(name, "”") {
			return
		}
		out, found = candidate{value: printed(gs), folded: name, page: page, ev: evidenceOf(gs, page)}, true
	}
	each := func(do func(it *item)) {
		for _, it := range items {
			if it.page <= 2 && (it.section == secCover || it.section == secOverview || it.section == "") {
				do(it)
			}
		}
	}
	each(func(it *item) {
		if it.table != nil {
			for i, k := range it.table.cells {
				if v := it.table.entryOf(i); v != nil && tellsPlace(strings.TrimRight(k.folded(), ":"), v.folded()) {
					take(newPassage(v.glyphs), it.page)
				}
			}
			return
		}
		for _, m := range inlineLabel.FindAllStringIndex(it.text.text, -1) {
			if m[0] == 0 && tellsPlace(it.text.text[:m[1]-1], it.text.text[m[1]:]) {
				take(newPassage(it.text.sub(m[1], it.text.entryEnd(m[1]))), it.page)
			}
		}
		if label, at := it.text.gapLabel(houseLabel); label {
			take(newPassage(it.text.sub(at, len(it.text.text))), it.page)
		}
	})
	each(func(it *item) {
		if it.table == nil && it.page == 1 && titleLine.MatchString(it.text.text) && !orgEnd.MatchString(it.text.text) {
			t := it.text
			if _, rest, ok := strings.Cut(t.text, "报告:"); ok {
				take(newPassage(t.sub(len(t.text)-len(rest), len(t.text))), it.page) // 建筑物安全性鉴定报告:油溪镇盘古小区幼儿园
			}
			take(t, it.page)
		}
	})
	each(func(it *item) {
		if it.table != nil || it.page != 1 || it.section != secCover || labelOf(it.text.text) != fNone {
			return
		}
		t := it.text
		if rest := strings.TrimLeft(t.text, "-"); rest != t.text {
			take(newPassage(t.sub(len(t.text)-len(rest), len(t.text))), it.page) // --朱杨镇粮站老办公楼, what the title names
		} else if aloneOnCover.MatchString(t.text) {
			take(t, it.page)
		} else if villageAlone.MatchString(t.text) && !found {
			out, found = candidate{value: printed(t.glyphs), folded: t.text, page: it.page, ev: evidenceOf(t.glyphs, it.page)}, true
		}
	})
	for _, it := range items {
		if it.table == nil && !it.heading && it.section == secConclusion {
			for _, s := range sentencesOf(it.text, it) {
				if m := gradedName.FindStringSubmatchIndex(s.text); m != nil {
					take(newPassage(it.text.sub(s.from+m[2], s.from+m[3])), it.page)
				}
			}
		}
	}
	return out, found
}

var (
	// 永红村卫生室评A级, 平安里4号房屋的危险性等级为A级: what the conclusion grades
	gradedName = re(`^(?:[0-9.、()]*)(?:(?:综上(?:所述)?|因此|据此|经(?:综合)?(?:评定|鉴定)|鉴定意见|结论)[,:])?([\p{Han}A-Z0-9#·]{5,30}?)(?:的)?(?:房屋)?(?:的)?(?:现状|整体|综合)?(?:安全性|危险性|可靠性|评|鉴定为|现为|属)`)
	ofTrade    = re(`鉴定|检测|检验|测试|勘察|公司|事务所`)
	// 蔡家镇福德村: under the title, where the house of the title stands
	villageAlone = re(`^(?:\p{Han}{2,3}[区县])?\p{Han}{2,4}(?:镇|乡|街道)\p{Han}{2,6}(?:村|社区)(?:[0-9一二三四五六七八九十]{1,3}(?:组|社))?$`)
	// bodyLabel: whose house it is, which tells its place where that is a school or the like
	bodyLabel = re(`^(?:受检|被检|受鉴)(?:单位|方)$|^[校园院]方$`)
	isBody    = re(publicBody + `(?:[(][^()]*[)])?$`)
	forLead   = re(`^(?:关于)?(?:对)?`)
	// A house's own noun: who asked, and who appraised, stand alone on covers too.
	aloneOnCover = re(`^[\p{Han}A-Za-z0-9#()·-]{5,30}(?:[楼栋幢座舍]|[^库]房|礼堂|[文体展]?馆|厅|[仓冷金书]库|车间|食堂|大棚|门市部|店铺|门面|民居|住宅|祠堂|殿|活动中心|市场|幼儿园)(?:[(][^()]{1,12}[)])?$`)
)

// tellsPlace tells whether the entry of a label is the name of the house, or of a
// school or the like that is at home in it.
func tellsPlace(label, entry string) bool {
	return houseLabel.MatchString(label) || bodyLabel.MatchString(label) && isBody.MatchString(entry)
}

// gapLabel tells whether a line begins with a label that only a gap parts from its
// entry, and where that begins: 鉴定对象　江津区鼎山街道职工食堂.
func (p passage) gapLabel(label *guarded) (bool, int) {
	for i := range p.text {
		if i == 0 || i > 30 {
			continue
		}
		if at := int(p.back[i]); at > 0 && (p.glyphs[at-1].soft || blank(p.glyphs[at-1].r)) && label.MatchString(p.text[:i]) {
			return true, i
		}
	}
	return false, 0
}

// entryEnd returns where the entry that begins at from ends: at the next label that
// stands behind a gap, 户主:杨正才　家庭人口:4人.
func (p passage) entryEnd(from int) int {
	for i := from + 1; i < len(p.text); i++ {
		if p.text[i] != ':' {
			continue
		}
		for k := i - 1; k > from; k-- {
			at := int(p.back[k])
			if at == 0 || p.text[k]&0xC0 == 0x80 || !p.glyphs[at-1].soft && !blank(p.glyphs[at-1].r) {
				continue
			}
			if n := len([]rune(p.text[k:i])); n >= 2 && n <= 8 && hanAlone.MatchString(p.text[k:i]) {
				return k
			}
			break
		}
	}
	return len(p.text)
}

var hanAlone = re(`^\p{Han}+(?:[(]\p{Han}+[)])?$`)

// andOther: 及厨房扩建部分, what is named besides and no house by itself.
var andOther = re(`[及与和、含][^及与和、含()]{2,12}$`)
