package reading

import (
	"fmt"
	"strconv"

	"jianding/schemas"
)

var shareOfDanger = re(`危险构件(?:的)?综合(?:比例|百分比|占比)(?:为|R)?[=:]?(?:R?[=:为])?([0-9]{1,3}(?:\.[0-9]+)?)%`)

// checkShare compares a printed share of dangerous members with the class of
// the house (JGJ 125-2016 6.3.6).
func (r *reader) checkShare(items []*item, fs []schemas.Finding) {
	var shares []float64
	var ev []schemas.Evidence
	for _, it := range items {
		if it.section == secBasis {
			continue
		}
		if it.table != nil {
			v, e := it.table.shareOfHouse()
			shares, ev = append(shares, v...), append(ev, e...)
			continue
		}
		for _, m := range shareOfDanger.FindAllStringSubmatchIndex(it.text.text, -1) {
			v, err := strconv.ParseFloat(it.text.text[m[2]:m[3]], 64)
			if err != nil {
				continue
			}
			shares = append(shares, v)
			ev = append(ev, evidenceOf(it.text.sub(m[0], m[1]), it.page))
		}
	}
	r.checkShareCounted(items, fs, shares)
	for i, v := range shares {
		want := classOfShare(v)
		ok, seen := false, false
		var last schemas.Finding
		for _, f := range fs {
			if f.Aspect == schemas.AspectDanger && f.Scope == schemas.ScopeHouse {
				seen, last = true, f
				ok = ok || rank(f.Grade) >= want
			}
		}
		if seen && !ok {
			r.reason("conclusion_contradicts_calculation", last.Evidence.Page, fmt.Sprintf("危险构件综合比例 %.1f%%，评为 %s 级", v, last.Grade), last.Evidence, ev[i])
		}
	}
}

// shareOfHouse returns the shares of dangerous members that a table gives for
// the house as a whole: in a column of its own, beside those of the storeys.
func (t *table) shareOfHouse() (shares []float64, ev []schemas.Evidence) {
	if t.definition() {
		return nil, nil
	}
	for _, c := range t.cells {
		m := percentAlone.FindStringSubmatch(c.folded())
		if m == nil || !shareHead.MatchString(t.headOf(c)) || !rowOfHouse.MatchString(t.rowText(c)) {
			continue
		}
		if v, err := strconv.ParseFloat(m[1], 64); err == nil {
			shares = append(shares, v)
			ev = append(ev, evidenceOf(t.rowGlyphs(c), c.glyphs[0].page))
		}
	}
	return shares, ev
}

var (
	percentAlone = re(`^([0-9]{1,3}(?:\.[0-9]+)?)%$`)
	shareHead    = re(`(?:危险构件|综合)[^,。;]{0,6}(?:比例|百分比|占比)`)
	rowOfHouse   = re(`^(?:整体|整栋|整幢|全楼|房屋|合计|全部|总计)`)
)
