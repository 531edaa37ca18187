package reading

import (
	"iter"
	"slices"
	"strings"

	"jianding/schemas"
)

// The report must have looked at the house that it names: one of its structure,
// of its storeys, in its street; all of it, and not long ago. No standard says
// when looking is too long ago; ours is a year: in it a house has been through
// each season, and what a sound report waits for (tests, a reviewer) is done.

// checkSameHouse asks for a human where what was inspected is no house such as
// the report's particulars name.
func (r *reader) checkSameHouse(items []*item, f schemas.ReportFields) {
	told := tellsBefore(items)
	title, _ := titleOf(items)
	if m := titledStoreys.FindStringSubmatch(fold(title)); m != nil && f.Storeys != "" && itoa(number(m[1])) != f.Storeys {
		r.reason("field_differs", 1, f.Storeys+"层 / "+m[0])
	}
	built := strings.ReplaceAll(fold(f.Structure), "混凝土", "")
	foreign := (*guarded)(nil)
	switch {
	case built == "":
	case masonryHouse.MatchString(built) && !framedHouse.MatchString(built+told):
		foreign = frameMember
	case framedHouse.MatchString(built) && !masonryHouse.MatchString(built) && !masonryTold.MatchString(told):
		foreign = masonryMember
	}
	n, street := atoi(f.Storeys), streetNo.FindString(fold(f.Address))
	seen := map[schemas.ReasonCode]bool{}
	differs := func(code schemas.ReasonCode, s sentence, said, found string) {
		if !seen[code] {
			seen[code] = true
			r.reason(code, s.page, said+" / "+found, s.whole())
		}
	}
	for _, it := range items {
		if it.section != secInspection && it.section != secAnalysis || it.heading {
			continue
		}
		for _, p := range passagesOf(it) {
			for _, s := range sentencesOf(p, it) {
				if elsewhere(s.text) || beside.MatchString(s.text) {
					continue
				}
				if foreign != nil {
					if m := foreign.FindString(s.text); m != "" {
						differs("field_differs", s, f.Structure, m)
					}
				}
				if m := storeyMember.FindStringSubmatch(s.text); n > 0 && m != nil && !storeysTogether(s.text, m[1]) && number(m[1]) > n+1 && !strings.Contains(told, m[1]+"层") {
					differs("field_differs", s, f.Storeys+"层", m[0])
				}
				if no := streetNo.FindString(s.text); street != "" && no != "" && !strings.Contains(fold(f.Address), no) && !strings.Contains(told, no) {
					differs("address_differs", s, f.Address, no)
				}
			}
		}
	}
}

var (
	titledStoreys = re(`([0-9]{1,2}|[一二三四五六七八九十]{1,3})层(?:框架|砖混|砖木|钢|住宅|综合|办公|商住|楼房|教学|宿舍|厂房|自建|民房|农房)`)
	masonryHouse  = re(`砖|砌体|石|土|木`)
	framedHouse   = re(`框|剪力墙|钢|底部?商|混合|^混`)
	masonryTold   = re(`砖混|砖木|砖墙|砌体|混合|承重墙|土墙|石墙`)
	frameMember   = re(`框架[柱梁]|框架结构|剪力墙|电梯井|核心筒|钢框架`)
	masonryMember = re(`承重砖墙|砖墙承重|承重[横纵]墙|夯土墙|土坯墙`)
	// 五层框架柱, 四层横墙: a storey by its members; 条石基础四层 is none. One more than
	// the house has is an attic, or another way to count.
	storeyMember = re(`([0-9]{1,2}|[一二三四五六七八九十]{1,3})层(?:框架|砖混|[横纵内外山]?墙|[框次主大]?[梁柱]|楼[板面梯]|顶板|承重|住户|房间|阳台|教室|客房)`)
	beside       = re(`距|邻|对面|旁|毗|隔壁|界|围墙|来自|送至|寄`)
)

// storeysTogether: 一二层墙体 is of two storeys, and 图3-1 3层梁 reads 3-13层.
func storeysTogether(t, storey string) bool {
	if storey[0] >= 0x80 {
		return len([]rune(storey)) > 1 && !strings.Contains(storey, "十")
	}
	before := t[:strings.Index(t, storey+"层")]
	return strings.HasSuffix(before, "-") || strings.HasSuffix(before, ".")
}

// recordOf labels the house, or the client, of a record that is enclosed.
var recordOf = re(`^(?:工程|项目|房屋|建筑(?:物)?|委托单位|工程地点|工程地址|房屋地址|检测地点)(?:的)?(?:名称|地点|地址)?$`)

// checkRecords asks for a human where a record of tests, or a caption, names a
// house in another town than the report's.
func (r *reader) checkRecords(items []*item, f schemas.ReportFields) {
	if f.Town == "" {
		return
	}
	for _, it := range items {
		if it.table == nil || it.section != secAppendix && it.section != secInspection && it.section != secAnalysis {
			continue
		}
		for i, k := range it.table.cells {
			if !recordOf.MatchString(strings.TrimRight(k.folded(), ":")) {
				continue
			}
			v := it.table.entryOf(i)
			if v == nil {
				continue
			}
			if town := townOf(v.folded()); town != "" && town != f.Town && !strings.Contains(fold(f.Client), town) {
				r.reason("address_differs", it.page, f.Address+" / "+v.folded(), evidenceOf(v.glyphs, it.page))
			}
		}
	}
}

// tellsBefore returns what the report tells of the house outside its inspection:
// parts of another build, storeys that were added.
func tellsBefore(items []*item) string {
	return toldOutside(items, secInspection, secAnalysis, secBasis, secDeclaration, secAppendix, secConclusion, secAdvice, secRating, secEquipment)
}

// toldOutside returns all that a report tells outside of some sections.
func toldOutside(items []*item, sections ...section) string {
	return toldWhere(items, func(s section) bool { return !slices.Contains(sections, s) })
}

// toldWhere joins the texts of the parts that are wanted.
func toldWhere(items []*item, wanted func(section) bool) string {
	var b strings.Builder
	for _, it := range items {
		if !wanted(it.section) {
			continue
		}
		for _, p := range passagesOf(it) {
			b.WriteString(p.text)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// saidWhere yields the sentences of the parts that are wanted.
func saidWhere(items []*item, wanted func(section) bool) iter.Seq[sentence] {
	return func(yield func(sentence) bool) {
		for _, it := range items {
			if !wanted(it.section) {
				continue
			}
			for _, p := range passagesOf(it) {
				for _, s := range sentencesOf(p, it) {
					if !yield(s) {
						return
					}
				}
			}
		}
	}
}

// saidIn yields the sentences of some sections, saidOutside those of all others.
func saidIn(items []*item, sections ...section) iter.Seq[sentence] {
	return saidWhere(items, func(s section) bool { return slices.Contains(sections, s) })
}

func saidOutside(items []*item, sections ...section) iter.Seq[sentence] {
	return saidWhere(items, func(s section) bool { return !slices.Contains(sections, s) })
}

// passagesOf returns the texts of an item: its paragraph, or its entries.
func passagesOf(it *item) []passage {
	if it.table == nil {
		return []passage{it.text}
	}
	if it.table.definition() {
		return nil
	}
	var out []passage
	for _, c := range it.table.cells {
		out = append(out, newPassage(c.glyphs))
	}
	return out
}

// checkFieldWork asks for a human where a report is signed more than a year
// after the house was last looked at.
func (r *reader) checkFieldWork(items []*item, f schemas.ReportFields) {
	last, ev := max(f.InspectedOn, f.InspectedUntil), []schemas.Evidence(nil)
	if last == "" {
		// Without a date of its own the inspection tells when it was.
		for s := range saidIn(items, secInspection, secOverview) {
			if !lookedAt.MatchString(s.text) || elsewhere(s.text) {
				continue
			}
			for _, d := range datesIn(s.text) {
				if d.iso > last && d.iso <= f.IssuedOn {
					last, ev = d.iso, []schemas.Evidence{s.whole()}
				}
			}
		}
	}
	if last == "" || f.IssuedOn == "" || len(last) < 10 || len(f.IssuedOn) < 10 {
		return
	}
	r.checkSince(items, last, f.IssuedOn)
	if nextYear := itoa(atoi(last[:4])+1) + last[4:]; f.IssuedOn > nextYear {
		r.reason("inspection_long_ago", 0, last+" / "+f.IssuedOn, ev...)
	}
}

// checkSince asks for a human where a day between the field work and the report
// brought what no one looked at afterwards: 4月2日货车撞入一层, seen on 25 March.
func (r *reader) checkSince(items []*item, last, issued string) {
	for s := range saidOutside(items, secBasis, secDeclaration, secNeighbours, secEquipment, secAdvice) {
		if !befell.MatchString(s.text) || elsewhere(s.text) {
			continue
		}
		for _, d := range datesIn(s.text) {
			if len(d.iso) == len(last) && d.iso > last && d.iso <= issued && !lookedAt.MatchString(s.text[d.to:]) && !observed.MatchString(s.text) {
				r.reason("report_qualified", s.page, clip(s.text, 60), s.whole())
				break
			}
		}
	}
}

// befell is what a house may no longer be the same after.
var befell = re(`撞|失火|火灾|起火|着火|爆炸|爆燃|地震|震感|坍塌|垮塌|倒塌|滑坡|滑塌|泥石流|洪水|洪灾|淹|浸水|暴雨|冲击|砸|拆除|拆掉|敲除|敲掉|砸掉|凿掉|打掉|打通|开挖|爆破|加建|搭建|断裂|掉落|坠落|开裂|裂缝`)

// observed: the day is one of the readings.
var observed = re(`观测|监测|复测|测得`)

var lookedAt = re(`检查|检测|查勘|勘查|踏勘|普查|测量|到场|现场|量测|回弹|取芯|抽测`)
