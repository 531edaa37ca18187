package reading

import (
	"fmt"
	"slices"
	"strings"

	"jianding/schemas"
)

// A floor that carries more than was reckoned: the goods on it are counted in a table,
// their load is not. 390 boxes of 42.5 kg on 3.3×4.2 m are 11.7 kN/m², six times what
// is reckoned for a dwelling (2.0 kN/m², GB 55001-2021 4.2.2; from memory, the text
// could not be looked at here).

var (
	liveLoad  = re(`活(?:荷载|载)[^。;]{0,14}?([0-9]+(?:\.[0-9]+)?)kN/(?:m2|㎡)`)
	countHead = re(`^(?:箱|件|袋|包|捆|桶|垛|块|堆)数(?:[(/].*)?$|^数量(?:[(/][箱件袋包捆桶块].*)?$`)
	eachHead  = re(`^(?:单|每)(?:箱|件|袋|包|捆|桶|块|位)?重(?:量)?[(/](kg|t)`)
	totalHead = re(`^(?:总|合计|堆放|货物|堆载)重(?:量)?[(/](kg|t)`)
	spreadOn  = re(`(?:堆放|占地|码放|堆载|使用)(?:范围|面积|尺寸)|^(?:范围|面积|尺寸|长×宽)(?:[(/]m2?[)]?)?$`)
	// piled: 二、三层各房间整箱瓷砖满铺,成托码放,码高1.4m. On the ground floor the ground bears it.
	piled    = re(`(瓷砖|地砖|墙砖|面砖|石材|石板|钢材|钢筋|铁件|水泥|砂石|化肥|玻璃|粮食|稻谷|饮料|白酒|书籍|图书|纸张|纸卷|布匹)[^。;]{0,40}?(?:码|堆|叠|垛)[^。;0-9]{0,6}高(?:度)?(?:约|达|为|至|在)*([0-9]+(?:\.[0-9]+)?)(m|米|cm|厘米)`)
	stone    = re(`砖|石|钢|铁|玻璃`)
	powder   = re(`水泥|砂石|化肥`)
	upstairs = re(`[二三四五六七八九十2-9]层|楼上|楼面|楼板|各层`)
	sides    = re(`^([0-9]+(?:\.[0-9]+)?)m?[×xX*]([0-9]+(?:\.[0-9]+)?)m?$`)
	figure   = re(`^([0-9]+(?:\.[0-9]+)?)$`)
)

const (
	gravity = 9.81 / 1000 // kN per kg
	// mostStored is what goods may weigh where no live load is told, kN/m²: ours.
	mostStored = 5.0
	// overReckoned is how far beyond the live load the goods of a floor must be, for
	// their weights are estimates.
	overReckoned = 1.2
)

// checkStored asks for a human where a table counts more goods on a floor of a house
// of a mild grade than its calculation reckons with.
func (r *reader) checkStored(items []*item, fs []schemas.Finding) {
	if worst := worstOf(fs); worst == 0 || worst >= gravest {
		return
	}
	most := 0.0
	for s := range saidOutside(items) {
		for _, m := range liveLoad.FindAllStringSubmatch(s.text, -1) {
			most = max(most, decimal(m[1]))
		}
	}
	limit := mostStored
	if most > 0 {
		limit = max(most*overReckoned, 3)
	}
	noFloors := []section{secBasis, secDeclaration, secAdvice, secNeighbours, secHistory}
	for s := range saidOutside(items, noFloors...) {
		if load := piledLoad(s.text); load > limit && !elsewhere(s.text) {
			r.reason("grade_contradicts_statement", s.page, fmt.Sprintf("%s：%.1fkN/m2", clip(s.text, 40), load), s.whole())
		}
	}
	for _, it := range items {
		if it.table == nil || slices.Contains(noFloors, it.section) {
			continue
		}
		for _, l := range it.table.lines {
			if load, row := it.table.storedOn(l.cy()); load > limit {
				r.reason("grade_contradicts_statement", it.page, fmt.Sprintf("%s：%.1fkN/m2", row, load), evidenceOf(l.glyphs(), it.page))
			}
		}
	}
}

// Unit weights of goods as they lie, in kN/m³: stone and metal in boxes, bags of cement
// or fertiliser, and grain, drink or paper. Ours, low in the ranges of GB 50009-2012
// annex A as we remember them; the text could not be looked at here.
const (
	ofStone  = 15
	ofPowder = 10
	ofGoods  = 6
)

// piledLoad is the load of goods that a sentence tells to lie on a floor above the
// ground to a height, in kN/m²; 0 where it tells of none.
func piledLoad(text string) float64 {
	m := piled.FindStringSubmatch(text)
	if m == nil || !upstairs.MatchString(text) {
		return 0
	}
	height := decimal(m[2])
	if m[3] == "cm" || m[3] == "厘米" {
		height /= 100
	}
	switch {
	case stone.MatchString(m[1]):
		return height * ofStone
	case powder.MatchString(m[1]):
		return height * ofPowder
	}
	return height * ofGoods
}

// storedOn is the load of the goods in a row of a table, in kN/m²; 0 where the row
// tells of none.
func (t *table) storedOn(y float64) (float64, string) {
	if y >= t.headEnd() {
		return 0, ""
	}
	var n, each, total, area float64
	var row []string
	for _, c := range t.rowCells(y, 1) {
		head, text := t.headOf(c), c.folded()
		row = append(row, text)
		if m := sides.FindStringSubmatch(text); m != nil && spreadOn.MatchString(head) {
			area = decimal(m[1]) * decimal(m[2])
			continue
		}
		m := figure.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		v := decimal(m[1])
		kg := func(unit []string) float64 {
			if unit[1] == "t" {
				return v * 1000
			}
			return v
		}
		switch {
		case countHead.MatchString(head):
			n = v
		case eachHead.MatchString(head):
			each = kg(eachHead.FindStringSubmatch(head))
		case totalHead.MatchString(head):
			total = kg(totalHead.FindStringSubmatch(head))
		case spreadOn.MatchString(head):
			area = v
		}
	}
	if total == 0 {
		total = n * each
	}
	if area < 0.5 || total == 0 {
		return 0, ""
	}
	return total * gravity / area, strings.Join(row, " ")
}
