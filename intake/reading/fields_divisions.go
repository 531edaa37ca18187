package reading

import (
	"strings"
)

// A form for a farmhouse asks for its address in pieces: 区县, 镇街, 村（社区）, 组, 门牌.

// divisions are the pieces, from the district down, with what an entry ends in that
// only tells the name or the number.
var divisions = []struct {
	label *guarded
	entry *guarded // what an entry is
	noun  *guarded // how it ends
}{
	{re(`^(?:所在|所属)?(?:区县|县区|县|县[(](?:市、?区?|区)[)]|区[(]县[)]|市县)$`), re(`^(?:\p{Han}{2,3}市)?\p{Han}{1,5}[区县市旗]$`), nil},
	{re(`^(?:所在|所属)?(?:乡镇|镇街|街镇|镇|乡|乡[(]镇(?:、?街道?)?[)]|(?:乡镇|镇)[(]街道?[)]|街道)$`), re(`^\p{Han}{1,7}(?:镇|乡|街道)$`), nil},
	{re(`^(?:所在|所属)?(?:行政村|村|社区|村[(](?:社区|居)[)]|村居|村社|村/社区)(?:名称)?$`), re(`^\p{Han}{2,8}(?:村|社区|居委会)$`), nil},
	{re(`^(?:村民小组|小组|组|社|组[(]社[)]|社[(]组[)]|村组)(?:别)?$`), re(`^(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}|\p{Han}{2,5})(?:组|社|队)?$`), re(`(?:组|社|队)$`)},
	{re(`^(?:门牌|户号)(?:号码?)?$`), re(`^[0-9]{1,4}(?:-[0-9]{1,3})?号?(?:附[0-9]{1,3}号)?$`), re(`号$`)},
}

// fromDivisions puts an address together that a form asks for in pieces.
func (c candidates) fromDivisions(items []*item) {
	var found [5]passage
	page := 0
	take := func(label string, v passage, at int) {
		for k, d := range divisions {
			if found[k].text == "" && d.label.MatchString(label) && d.entry.MatchString(v.text) {
				found[k] = v
				if page == 0 {
					page = at
				}
				return
			}
		}
	}
	for _, it := range items {
		if it.page > 2 || it.section == secHistory || it.section == secNeighbours {
			continue
		}
		if it.table != nil {
			for i, k := range it.table.cells {
				if v := it.table.entryOf(i); v != nil {
					take(strings.TrimRight(k.folded(), ":"), newPassage(trimValue(v.glyphs)), it.page)
				}
			}
			continue
		}
		for _, l := range it.text.atGaps() {
			if label, _, ok := strings.Cut(l.text, ":"); ok {
				take(label, newPassage(trimValue(l.sub(len(label)+1, len(l.text)))), it.page)
			}
		}
	}
	town, village := found[1].text, found[2].text
	if town == "" || village == "" {
		return
	}
	var gs []glyph
	value := ""
	for k, p := range found {
		if p.text == "" {
			continue
		}
		gs = append(gs, p.glyphs...)
		value += p.text
		switch {
		case k == 3 && !divisions[k].noun.MatchString(p.text):
			value += "组"
		case k == 4 && !divisions[k].noun.MatchString(p.text):
			value += "号"
		}
	}
	c[fAddress] = append(c[fAddress], candidate{value: value, folded: value, page: page, weight: 1, ev: evidenceOf(gs, page)})
}

// atGaps divides a line where nothing stands between its words.
func (p passage) atGaps() []passage {
	var out []passage
	start := 0
	for i, g := range p.glyphs {
		if g.soft || blank(g.r) {
			if i > start {
				out = append(out, newPassage(p.glyphs[start:i]))
			}
			start = i + 1
		}
	}
	return append(out, newPassage(p.glyphs[start:]))
}
