package reading

import (
	"slices"
	"strings"

	"jianding/schemas"
)

// A grade that stands as for a house and rests on a part of it, or on another
// house. What a report calls its extent is looked at in lint.go; here is what
// tells it without that word.
var (
	// 240㎡（全楼1490㎡）: the area of what was appraised beside that of the house.
	areaOfPart = re(`([0-9]+(?:\.[0-9]+)?)(?:m2|㎡|平方米|平米)?[,(;]*(?:该楼|全楼|整楼|整[栋幢座]|全[栋幢]|总|楼栋|大楼)[^()0-9。;]{0,8}([0-9]+(?:\.[0-9]+)?)(?:m2|㎡|平方米|平米)`)
	// 请我院鉴定所租楼层: what a tenant has of a house.
	rentedPart = re(`(?:鉴定|检测|查看|评定|体检)[^,。;]{0,6}(?:所租|承租|租用|租赁|租下|租住|租借|所购|自用|自有|名下)[^,。;]{0,6}(?:楼层|层|房间|铺面|门面|部分|区域|场所|那层|这层|半边|一侧)|(?:对|就|将|把)(?:其|所)?(?:所租|承租|租用|租赁|租下|租住)的?[^,。;]{0,12}(?:鉴定|检测)`)
	// 本次受托查看的是临街两间门面
	toldPart   = re(`(?:受托|委托|受邀|应邀|所请|受请)[^,。;]{0,8}(?:鉴定|检测|查看|检查|查勘|评定|看)(?:的)?(?:是|为|仅为|只是|只有|仅有)[^,。;整全]{0,14}(?:[一二两三四五六七八九十0-9](?:间|层|户|套)|门面|铺面|部分|一半|半边|房间|厢房|[前后东西南北]半)`)
	ownedApart = re(`(?:楼上|楼下|其余|其他|上面|下面|另外)[^,。;]{0,10}(?:另有|各有|属于?|归)(?:其他|别的)?(?:房主|业主|其主|他人|别人|各家)`)
	// 楼上各家各户,与我们的活路不搭界
	othersApart = re(`(?:楼[上下]|其余|其他|别的|另外|(?:^|[,。;:房楼屋层家户])(?:上面|下面))(?:的)?(?:各|几|那|两|三)?(?:层|家|户|楼层|住户|间|部分|几家|各户|铺面|楼面)?[^。;]{0,12}(?:不搭界|不相干|无干|没(?:有)?(?:去|看|查|管|进|测|上)|(?:未|不)(?:予|再|作|去|曾)?(?:过问|查看|进入|检查|检测|理会|查勘|管|看|问))`)
	partsFine   = re(`抽|代表|同样|相同|一致|类似|装修|装饰|设备|消防|水电|管线|裂缝|缺陷|损伤|异常`)
	// B栋……采A栋之数据
	borrowed   = re(`(?:采|取|用|借|引|援|袭|套|照|按|依|参|沿)(?:用|照|自|取|以|考)?(?:了)?([A-Z0-9]{1,3}|[一二三四五六七八九十]{1,3}|[甲乙丙丁东西南北前后左右主])(?:#|号)?(?:栋|幢|座|楼|号)(?:楼|房|房屋)?(?:的|之|所)?[^,。;]{0,6}(?:数据|结果|成果|参数|指标|强度|读数|资料|测值|记录)`)
	sharedOnce = re(`(?:建模|计算|验算|检测|量测|查勘)(?:只|仅)?(?:作|做|算|测)?(?:了)?一(?:次|回|遍|栋|幢)[^。;]{0,14}(?:共用|合用|通用|同用|套用|兼作)|(?:共用|合用)(?:一|同一)(?:套|份|个)?(?:数据|模型|结果|读数|实测)`)
	storeyOf   = re(`(?:^|[^0-9一二三四五六七八九十至~、-])([0-9]{1,2}|[一二三四五六七八九十])(?:层|楼)(?:的)?(?:[横纵内外山]?墙|[框次主]?[梁柱]|楼[板面]|预制板|板|房间|各)`)
	allStoreys = re(`各层|每层|全楼|逐层|整[幢栋座]|全部|所有|上下|[至~-][0-9一二三四五六七八九十]+[层楼]|[层楼][、及和与]|各楼|四角|全屋|楼上`)
)

// lookedAtHead heads a column of how many members were looked at.
var lookedAtHead = re(`^(?:实际|实|已|本次|现场|所)*(?:检查|检测|查看|抽查|抽检|抽测|检查检测|检测检查)(?:数量?|构件数?)?(?:[(](?:片|根|块|间|户|件|处|个|榀|道|数量?)[)])$|^(?:检查|检测|抽查|抽检)(?:数量?|构件数?)$`)

// unseenFloors counts the rows of a table of the work done that tell that nothing was
// looked at there, beside what there is to look at, and all its rows.
func (t *table) unseenFloors() (unseen, all int, first *cell) {
	counted := make(map[*line]bool)
	for _, c := range t.cells {
		l := t.lineOf(c)
		if l == nil || counted[l] || c.cy() >= t.headEnd() || !lookedAtHead.MatchString(t.headOf(c)) {
			continue
		}
		of := false // 22片墙
		for _, d := range t.rowCells(c.cy(), 0.5*c.size) {
			of = of || d.x1 < c.x0 && wholeNumber.MatchString(d.folded()) && memberWord.MatchString(t.headOf(d))
		}
		if !of {
			continue
		}
		counted[l] = true
		all++
		if nothing.MatchString(c.folded()) {
			unseen++
			if first == nil {
				first = c
			}
		}
	}
	return unseen, all, first
}

var (
	wholeNumber = re(`^[1-9][0-9]{0,3}$`)
	nothing     = re(`^(?:0|无|/|-|—|未检查?|未查)$`)
)

// checkExtent asks for a human where what was looked at is less than the house.
func (r *reader) checkExtent(items []*item, f schemas.ReportFields) {
	storeys := map[string]int{}
	all := false
	var first sentence
	for _, it := range items {
		if it.table != nil && it.section != secHistory && it.section != secNeighbours {
			if unseen, all, c := it.table.unseenFloors(); unseen >= 2 && unseen*3 >= all {
				r.reason("report_qualified", it.page, it.table.headOf(c)+"："+it.table.rowText(c)+c.folded(), evidenceOf(it.table.rowGlyphs(c), it.page))
			}
		}
		switch it.section {
		case secBasis, secDeclaration, secHistory, secNeighbours, secEquipment:
			continue
		}
		for _, p := range passagesOf(it) {
			for _, s := range sentencesOf(p, it) {
				if tellsPartArea(s.text) && it.section != secAdvice {
					r.reason("partial_appraisal", s.page, clip(s.text, 60), s.whole())
				}
				switch {
				case rentedPart.MatchString(s.text), toldPart.MatchString(s.text), ownedApart.MatchString(s.text), it.section == secInspection && othersApart.MatchString(s.text) && !partsFine.MatchString(s.text):
					r.reason("partial_appraisal", s.page, clip(s.text, 60), s.whole())
				case r.borrows(s) || sharedOnce.MatchString(s.text) || r.sampledElsewhere(s):
					r.reason("report_qualified", s.page, clip(s.text, 60), s.whole())
				}
				if it.section != secInspection && it.section != secAnalysis {
					continue
				}
				all = all || allStoreys.MatchString(s.text)
				for _, m := range storeyOf.FindAllStringSubmatch(s.text, -1) {
					if len(storeys) == 0 {
						first = s
					}
					storeys[itoa(number(m[1]))]++
				}
			}
		}
	}
	if n := atoi(f.Storeys); n >= 3 && !all && len(storeys) == 1 {
		for _, times := range storeys {
			if times >= timesAlone {
				r.reason("partial_appraisal", first.page, clip(first.text, 60), first.whole())
			}
		}
	}
}

// tellsPartArea tells whether a sentence sets an area beside that of the whole house,
// and it is no other measure of the same house.
func tellsPartArea(t string) bool {
	m := areaOfPart.FindStringSubmatchIndex(t)
	return m != nil && decimal(t[m[2]:m[3]]) < 0.9*decimal(t[m[4]:m[5]]) && !otherMeasure.MatchString(t[:m[2]])
}

// otherMeasure: 占地210平方米, 每层建筑面积173m2, before the floor area of all storeys.
var otherMeasure = re(`(?:占地|用地|基底|基地|投影|宅基地?|屋基|每层|各层|标准层|单层)(?:的)?(?:建筑)?(?:面积)?(?:约|大约|为|是|均|各|:)*$`)

// counterparts: parts of one house that are called by where they stand, or by their
// age or rank.
var counterparts = map[string]string{"前": "后", "后": "前", "东": "西", "西": "东", "南": "北", "北": "南", "左": "右", "右": "左", "主": "附裙副", "附": "主", "裙": "主", "副": "主", "新": "旧老", "旧": "新", "老": "新"}

var (
	partByPlace = re(`^([前后东西南北左右主附裙副新旧老])(楼|栋|幢|座|区|段|半部?|单元|屋|房)$`)
	bearsOn     = re(`共用|共墙|合用|搁置|支承|搭接|搭在|接建|贯通|连通|相通|未设(?:变形|沉降|伸缩|抗震)?缝|无(?:变形|沉降|伸缩|抗震)缝|连成|整体(?:相连|连接)|同一(?:基础|墙)`)
)

// checkCounterpart asks for a human where the grade is one of two parts of a house
// that bear on each other, and the other has none.
func (r *reader) checkCounterpart(items []*item, fs []schemas.Finding) {
	us := unitsOfFindings(fs)
	if len(us) != 1 {
		return
	}
	m := partByPlace.FindStringSubmatch(fold(us[0]))
	if m == nil {
		return
	}
	for s := range saidIn(items, secOverview, secCover, secInspection, "") {
		for _, o := range counterparts[m[1]] {
			if strings.Contains(s.text, string(o)+m[2]) && bearsOn.MatchString(s.text) {
				r.reason("partial_appraisal", s.page, clip(s.text, 60), s.whole())
				return
			}
		}
	}
}

// 芯样改在院内食堂钻取: what was tested is of another building.
var sampledAt = re(`(?:芯样|试样|样品|试件|砖样|砂浆样|样本|测区|测点|钢筋样)[^,。;]{0,6}(?:改?在|改?取自|改?采自|来自|系取|取)(?:的)?([^,。;]{0,10}?(?:食堂|宿舍|门卫|厨房|车库|库房|仓库|楼|栋|幢|房屋|邻居|邻户|隔壁|围墙|厂房))[^,。;]{0,6}(?:钻取|抽取|采取|取样|采样|测取|制取|取得|布置|$)`)

// sampledElsewhere tells whether samples are said to be of a building that is none of
// the house's names.
func (r *reader) sampledElsewhere(s sentence) bool {
	m := sampledAt.FindStringSubmatch(s.text)
	if m == nil {
		return false
	}
	where := strings.TrimPrefix(strings.TrimPrefix(m[1], "院内"), "该")
	return !sampledHere.MatchString(where) && !slices.ContainsFunc(append(slices.Clone(r.names), r.known...), func(n string) bool { return strings.Contains(fold(n), where) || strings.Contains(where, fold(n)) })
}

// sampledHere: 芯样在本楼钻取, 测区取一层楼梯间, 各楼层.
var sampledHere = re(`^(?:本|该|各|每|此|其|所检|受检|被鉴定|鉴定)|层|楼[梯板面道盖]|[0-9一二三四五六七八九十]楼`)

// timesAlone: one storey named as often, and no other, is what was looked at.
const timesAlone = 3

// borrows tells whether a sentence on one house takes the figures of another.
func (r *reader) borrows(s sentence) bool {
	m := borrowed.FindStringSubmatchIndex(s.text)
	if m == nil {
		return false
	}
	own := unitsIn(s.unnumbered(s.text[:m[0]]), r.known)
	if len(own) == 0 {
		own = unitsIn(strings.TrimRight(clip(s.para.text, 12), "…"), r.known)
	}
	other := s.text[m[2]:m[3]]
	return len(own) > 0 && !slices.ContainsFunc(own, func(u string) bool { return strings.HasPrefix(fold(u), other) })
}
