package reading

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"jianding/schemas"
)

// The share of dangerous members is reckoned from counts (JGJ 125-2016 6.3.2 to 6.3.4):
// each member weighs by its kind, and what is dangerous of the foundation and all storeys
// is put over what there is. Where a report prints the counts the share can be reckoned
// again, and a decimal point that slipped shows.

// memberWeights are the weights of JGJ 125-2016 6.3.3 by the names that tables have.
// The first that fits counts; 柱 and 梁 alone leave open which.
var memberWeights = []struct {
	name   *guarded
	weight float64
}{
	{re(`围护|次梁|搁栅|檩`), 1.0},
	{re(`中柱`), 3.5},
	{re(`边柱`), 2.7},
	{re(`角柱`), 1.8},
	{re(`屋架`), 1.9},
	{re(`边梁`), 1.4},
	{re(`中梁`), 1.9},
	{re(`(?:^|[^自])承重(?:砖|土|石)?墙|^墙[体段]?(?:[(]|$)|[纵横]墙`), 2.7},
	{re(`(?:楼|屋|面|预制|空心)[^,。;]{0,6}板|^板(?:[(]|$)`), 1.0},
	{ofFoundation, 3.5},
}

var (
	ofFoundation  = re(`基础|桩`)
	anyMember     = re(`墙|柱|梁|板|屋架|檩|基础|桩|围护`)
	givenWeight   = re(`[(](?:系数|权重)?[:=]?([1-3]\.[0-9])[)]`)
	countOfAll    = re(`^(?:构件)?(?:总数量?|总量|总个数|总构件数|构件数量?|全部构件数?)(?:[(/].*)?$`)
	countOfDanger = re(`^(?:其中)?危险(?:构件|点)?(?:数量?|个数|数目)(?:[(/].*)?$`)
	weightHead    = re(`^(?:加权|影响|权重)?(?:系数|权重)$`)
	countedNumber = re(`^([0-9]{1,4})[个根榀片段块道]?$`)
	countOverAll  = re(`^([0-9]{1,4})/([0-9]{1,4})$`)
	noneThere     = re(`^[-—–/]*$`)
	sumsRow       = re(`合计|小计|总计|累计|全楼|全房|整体|整[栋幢]`)
	saysQuotient  = re(`(?:比例|占比|百分比|R)[^。;]{0,60}?=([0-9]+(?:\.[0-9]+)?)[÷/]([0-9]+(?:\.[0-9]+)?)=([0-9]+(?:\.[0-9]+)?)%`)
)

// tally is what a table counts, weighted.
type tally struct {
	danger, all         float64
	foundation, storeys bool
	failed              bool // a row was not understood
	at                  *item
}

func (a *tally) add(name string, weight, danger, all float64) {
	if danger > all {
		a.failed = true
		return
	}
	a.danger += weight * danger
	a.all += weight * all
	if ofFoundation.MatchString(name) {
		a.foundation = true
	} else {
		a.storeys = true
	}
}

// weightOf is the weight of a kind of members, 0 for one that is not known.
func weightOf(name string) float64 {
	if m := givenWeight.FindStringSubmatch(name); m != nil {
		return decimal(m[1])
	}
	for _, x := range memberWeights {
		if x.name.MatchString(name) {
			return x.weight
		}
	}
	return 0
}

// countsIn adds what the rows of a table count.
func (t *table) countsIn(a *tally) {
	seen := make(map[*cell]bool)
	for _, l := range t.lines {
		if l.cy() >= t.headEnd() {
			continue
		}
		name, row := "", ""
		weight, danger, all := 0.0, math.NaN(), math.NaN()
		counts := false
		for _, c := range t.rowCells(l.cy(), 0.6*l.size) {
			head, text := t.headOf(c), c.folded()
			row += text
			if seen[c] {
				continue
			}
			seen[c] = true
			if m := countOverAll.FindStringSubmatch(text); m != nil && anyMember.MatchString(head) && !sumsRow.MatchString(row) {
				if w := weightOf(head); w > 0 {
					a.add(head, w, decimal(m[1]), decimal(m[2]))
				} else {
					a.failed = true
				}
				continue
			}
			m := countedNumber.FindStringSubmatch(text)
			switch {
			case countOfDanger.MatchString(head):
				counts = true
				if m != nil {
					danger = decimal(m[1])
				} else if noneThere.MatchString(text) {
					danger = 0
				}
			case countOfAll.MatchString(head):
				counts = true
				if m != nil {
					all = decimal(m[1])
				} else if noneThere.MatchString(text) {
					all = 0
				}
			case weightHead.MatchString(head) && figure.MatchString(text):
				weight = decimal(text)
			case anyMember.MatchString(text) && name == "":
				name = text
			}
		}
		if !counts || sumsRow.MatchString(row) {
			continue
		}
		if weight == 0 {
			weight = weightOf(name)
		}
		if weight == 0 || math.IsNaN(danger) || math.IsNaN(all) {
			a.failed = true
			continue
		}
		a.add(name, weight, danger, all)
	}
}

// talliesOf returns what the tables count of a house: each of which holds the
// foundation and the storeys, or all together where they stand apart.
func talliesOf(items []*item) []tally {
	var whole, parts []tally
	for _, it := range items {
		if it.table == nil || it.table.prev != nil || it.section == secBasis || it.section == secHistory || it.section == secNeighbours || it.table.definition() {
			continue
		}
		a := tally{at: it}
		for t := it.table; t != nil; t = t.next {
			t.countsIn(&a)
		}
		switch {
		case a.failed:
			return nil
		case a.foundation && a.storeys:
			whole = append(whole, a)
		case a.foundation || a.storeys:
			parts = append(parts, a)
		}
	}
	if len(whole) > 0 || len(parts) == 0 {
		return whole
	}
	sum, foundations := tally{at: parts[0].at}, 0
	for _, a := range parts {
		if a.foundation {
			foundations++
		}
		sum.danger, sum.all, sum.storeys = sum.danger+a.danger, sum.all+a.all, sum.storeys || a.storeys
	}
	if foundations != 1 || !sum.storeys {
		return nil
	}
	return []tally{sum}
}

// A share that is told may differ from the one reckoned by what was rounded on the way.
const (
	roundedShare    = 0.5 // percentage points
	roundedQuotient = 0.15
)

// checkShareCounted compares the share of dangerous members that the counts give with the one
// that is told, and with the class of the house.
func (r *reader) checkShareCounted(items []*item, fs []schemas.Finding, told []float64) {
	i := slices.IndexFunc(fs, func(f schemas.Finding) bool {
		return f.Aspect == schemas.AspectDanger && f.Scope == schemas.ScopeHouse
	})
	if i < 0 || len(unitsOfFindings(fs)) > 1 {
		return
	}
	f := fs[i]
	for s := range saidOutside(items) {
		if m := saysQuotient.FindStringSubmatch(s.text); m != nil && decimal(m[2]) > 0 && math.Abs(100*decimal(m[1])/decimal(m[2])-decimal(m[3])) > roundedQuotient {
			r.reason("conclusion_contradicts_calculation", s.page, m[0], s.whole())
		}
	}
	for _, a := range talliesOf(items) {
		if a.all == 0 {
			continue
		}
		share := 100 * a.danger / a.all
		near := func(v float64) bool { return math.Abs(v-share) <= max(roundedShare, share/10) }
		if slices.ContainsFunc(told, near) || len(told) == 0 && rank(f.Grade) >= classOfShare(share) {
			continue
		}
		var said []string
		for _, v := range told {
			said = append(said, fmt.Sprintf("%.1f%%", v))
		}
		r.reason("conclusion_contradicts_calculation", a.at.page, fmt.Sprintf("按统计表重算的危险构件综合比例 %.1f%%，报告为 %s，评为 %s 级", share, strings.Join(said, "、"), f.Grade), f.Evidence)
	}
}

// classOfShare is the rank of the class that a share of dangerous members gives a house,
// in percent (JGJ 125-2016 6.3.6).
func classOfShare(v float64) int {
	switch {
	case v >= 25:
		return 4
	case v >= 5:
		return 3
	case v > 0:
		return 2
	}
	return 1
}
