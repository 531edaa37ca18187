package reading

import (
	"slices"

	"jianding/schemas"
)

// definition tells whether a table reprints a standard's scale: a column of
// distinct grades in order, beside their meaning.
func (t *table) definition() bool {
	for t.prev != nil {
		t = t.prev
	}
	heads := t.above
	for _, l := range t.lines[:min(2, len(t.lines))] {
		heads += l.folded()
	}
	var cells []*cell
	for u := t; u != nil; u = u.next {
		cells = append(cells, u.cells...)
	}
	var seen []schemas.Grade
	fam := family(-1)
	for _, c := range cells {
		text := c.folded()
		if long(text) {
			continue
		}
		for _, k := range loneTokens(text) {
			if fam == -1 {
				fam = k.family
			}
			if k.family == fam && !slices.Contains(seen, k.grade) {
				seen = append(seen, k.grade)
			}
		}
	}
	ordered := slices.IsSortedFunc(seen, func(a, b schemas.Grade) int { return rank(a) - rank(b) })
	if len(seen) < 3 || !ordered {
		return false
	}
	return definitional.MatchString(heads) && wordy(cells) || len(seen) == 4 && t.explainsLetters(fam)
}

// explainsLetters tells whether a table is of letters and what they mean, in however
// few words: its caption says so, and each row begins with the letter of a house and
// holds no other.
func (t *table) explainsLetters(fam family) bool {
	if !letterMeanings.MatchString(t.above) || fam != famUnitSafety && fam != famLetter {
		return false
	}
	for u := t; u != nil; u = u.next {
		for _, c := range u.cells {
			if c.cy() >= u.headEnd() {
				continue
			}
			first := u.rowText(c) == ""
			if letter := len(loneTokens(c.folded())) == 1; letter != first {
				return false
			}
		}
	}
	return true
}

// explains tells whether a cell is the entry of a scale: the first of its row,
// with the meaning of the grade beside it.
func (t *table) explains(c *cell) bool {
	if len(loneTokens(c.folded())) == 0 || long(c.folded()) {
		return false
	}
	meaning := false
	for _, d := range t.rowCells(c.cy(), 0.6*c.size) {
		switch {
		case d == c:
		case d.x1 <= c.x0+1:
			return false
		case scaleMeaning.MatchString(d.folded()):
			meaning = true
		}
	}
	return meaning
}

// inScale tells whether a cell stands in a row that explains a grade.
func (t *table) inScale(c *cell) bool {
	if f := c.folded(); (restates.MatchString(f) || restRestated.MatchString(f)) && t.reprintsMeanings() {
		return true
	}
	for _, d := range t.rowCells(c.cy(), 0.8*c.size) {
		if d != c && d.x1 <= c.x0+1 && t.explains(d) {
			return true
		}
	}
	return false
}

var scaleMeaning = re(`(?:符合|低于)[^。;]{0,24}对[A-DI]|影响整体承载|危险状态|危险构件|危险点|整幢危房|局部危房|安全使用要求|结构安全`)

// wordy tells whether most rows hold a long entry: the meaning of a grade.
func wordy(cells []*cell) bool {
	n := 0
	for _, c := range cells {
		if len([]rune(c.folded())) >= 10 {
			n++
		}
	}
	return n >= 3
}

func (r *reader) definitionMentions(it *item) []*mention {
	var out []*mention
	for _, c := range it.table.cells {
		p := newPassage(c.glyphs)
		for _, k := range loneTokens(p.text) {
			m := &mention{token: k, role: schemas.RoleDefinition, rule: "definition_table", section: it.section, page: it.page, fromTable: true}
			m.scope, m.aspect = formOf(k.family)
			m.standard = r.standardOf(m, it.table.above)
			m.evidence = evidenceOf(c.glyphs, it.page)
			out = append(out, m)
		}
	}
	return out
}

// restates: how what GB 50292-2015 表3.3.1 says of a grade begins.
var restates = re(`^(?:\p{Han}{2,3}性)?(符合|略低于|不符合|严重不符合)[^,。;]{0,14}对[A-D]s[us]级`)

// restRestated: the end of such a cell whose lines stand too far apart to be one.
var restRestated = re(`^的?规?定?,?(?:尚?不)?(?:显著|严重)?影响整体承载(?:功能)?[,。;]?$`)

// reprintsMeanings tells whether the table, with its parts on the pages before and
// behind it, has what the standard says of three grades or more: in a scale whose
// rows were not recognised as such, within a sheet.
func (t *table) reprintsMeanings() bool {
	said := make(map[string]bool)
	add := func(t *table) {
		for _, c := range t.cells {
			if m := restates.FindStringSubmatch(c.folded()); m != nil {
				said[m[1]] = true
			}
		}
	}
	for p := t; p != nil; p = p.prev {
		add(p)
	}
	for p := t.next; p != nil; p = p.next {
		add(p)
	}
	return len(said) >= 3
}
