package reading

import (
	"slices"

	"jianding/schemas"
)

// A letter, or an opinion of one page, has no headings. Where no part of a report
// is called its conclusion, the sentence that grades the house is the conclusion,
// wherever it stands, and what pleads for something behind it is the advice.

// concludesInProse gives the parts of such a report their sections; a paragraph
// that first tells of the house and then concludes is divided.
func (r *reader) concludesInProse(items []*item) []*item {
	if slices.ContainsFunc(items, func(it *item) bool {
		return it.table != nil && it.table.labels(secConclusion) || it.section == secConclusion && !it.heading && it.table == nil
	}) {
		return items
	}
	var out []*item
	concluded := false
	for _, it := range items {
		if it.table != nil || it.heading || !mayConclude(it.section) {
			concluded = concluded && it.table != nil
			out = append(out, it)
			continue
		}
		at := r.concludesAt(it)
		switch {
		case at >= 0:
			concluded = true
			if head, tail := it.divide(at); head != nil {
				out = append(out, head)
				it = tail
			}
			it.section = secConclusion
			if at = r.advisesFrom(it, true); at > 0 {
				head, tail := it.divide(at)
				tail.section = secAdvice
				out = append(out, head)
				it = tail
			}
		case concluded && it.section != secAdvice && r.advisesFrom(it, false) == 0:
			it.section = secAdvice
		}
		out = append(out, it)
	}
	for i := 1; i < len(out); i++ {
		out[i].prior = out[i-1]
	}
	return out
}

// mayConclude: the parts in which a report speaks of its house, today.
func mayConclude(s section) bool {
	switch s {
	case secCover, secOverview, secInspection, secAnalysis, secRating, secAdvice:
		return true
	}
	return false
}

// concludesAt returns where in a paragraph the first sentence stands that grades the
// house, or -1.
func (r *reader) concludesAt(it *item) int {
	for _, s := range sentencesOf(it.text, it) {
		if slices.ContainsFunc(r.mentionsOf(s), func(m *mention) bool { return m.concludes() && m.rule != "" && drawn.MatchString(s.text[:m.to]) }) {
			return s.from
		}
	}
	return -1
}

// drawn: words with which a grade is given, and not only named.
var drawn = re(`综上|综合|据此|据以上|因此|由此|为此|[,。]故|鉴于|经[^,。;]{0,16}[鉴评判认检]|根据|依据|依照|按照?|对照|参照|评定|评为|评级|鉴定为|鉴定结[果论]|判定|定为|结论|认为|等级[为是:]|属于?|(?:我|本)[所院站司公中].{0,8}意见`)

// advisesFrom returns where in a paragraph the first sentence stands that pleads for
// something to be done, or -1; behind a grade its first words must say so.
func (r *reader) advisesFrom(it *item, graded bool) int {
	for i, s := range sentencesOf(it.text, it) {
		t := s.unnumbered(s.text)
		switch {
		case graded && i == 0:
			continue
		case !graded && i > 0:
			return -1
		case !pleads.MatchString(t) && graded, slices.ContainsFunc(r.mentionsOf(s), (*mention).concludes):
			continue
		}
		if pleads.MatchString(t) || slices.ContainsFunc(r.advise(s, true), func(x schemas.Recommendation) bool { return x.Code != schemas.NormalUse }) && itemStart.MatchString(it.text.text) {
			return s.from
		}
	}
	return -1
}

// pleads: how a sentence of advice begins.
var pleads = re(`^(?:请|敬请|烦请|望|希望?[^,。;]{0,8}[应尽对将]|现?建议|特?此?建议|我[所院站司们][^,。;]{0,6}建议|应(?:当|该|立即|尽快|及时|对|将|予|由|采取)?|须|必须|务必|宜|尽快|立即|即日起|马上|(?:处理|处置|整治|使用)(?:建议|意见|要求)|对[^,。;]{2,30}(?:应|须|宜|建议|进行|予以|采取)|将[^,。;]{2,24}(?:封|修|补|更换|加固|拆|清)|(?:今后|以后|日后|平时|使用中|使用期间)[^,。;]{0,16}(?:应|须|请|宜|不得|要)|(?:你|贵|该)[户方单位镇村社区校府业主]{0,4}(?:应|须|宜|要|务必|可))`)

// divide parts a paragraph at a byte of its text; at its beginning there is nothing
// to part from it.
func (it *item) divide(at int) (head, tail *item) {
	if at <= 0 || at >= len(it.text.text) {
		return nil, it
	}
	h, t := *it, *it
	h.text = newPassage(it.text.sub(0, at))
	t.text = newPassage(it.text.sub(at, len(it.text.text)))
	if len(t.text.glyphs) > 0 {
		t.page = t.text.glyphs[0].page
	}
	return &h, &t
}
