package reading

import (
	"math"
	"strings"

	"jianding/intake/pdf"
)

// pageNumber recognises lines that only count pages, with or without the name
// of whoever issues them.
var pageNumber = re(`^(?:[-·]?[0-9]{1,4}[-·]?|.{0,40}?第[0-9]{1,4}页(?:[,/]?共[0-9]{1,4}页)?|.{0,40}?共[0-9]{1,4}页,?第[0-9]{1,4}页|[Pp]age[0-9]+(?:of[0-9]+)?|[0-9]{1,4}/[0-9]{1,4})$`)

var digits = re(`[0-9]+`)

// edge is the share of the page's height at top and bottom where running
// headers and footers stand.
const edge = 0.13

// dropFurniture removes running headers, footers and page numbers: lines in
// the edge of a page that count it, or that most pages repeat but for their
// digits. What mentions a grade is never furniture. The removed lines come
// back, because fields are checked against them.
func dropFurniture(pages [][]*line, infos []pdf.PageInfo) (kept [][]*line, removed []string) {
	type place struct {
		key string
		top bool
	}
	seen := make(map[place]int)
	at := func(l *line, i int) place {
		return place{furnitureKey(l), 2*l.cy() > infos[i].Height}
	}
	n := 0
	for i, lines := range pages {
		if len(lines) > 0 {
			n++
		}
		once := make(map[place]bool)
		for _, l := range lines {
			if k := at(l, i); inEdge(l, infos[i]) && !once[k] {
				once[k] = true
				seen[k]++
			}
		}
	}
	need := max(2, (n*2+4)/5)
	kept = make([][]*line, len(pages))
	contents := func(l *line, i int) bool { // 1 工程概况, at the head of the contents and of its own page
		return seen[at(l, i)] == 2 && n > 2 && numberedHead.MatchString(l.folded()) && looksHeading(l.folded())
	}
	for i, lines := range pages {
		repeated := func(l *line) bool {
			t := l.folded()
			return inEdge(l, infos[i]) && !mentionsGrade(t) && (pageNumber.MatchString(t) || seen[at(l, i)] >= need && n >= 2 && !strings.Contains(t, "。") && !contents(l, i))
		}
		low, high := math.Inf(1), math.Inf(-1)
		for _, l := range lines {
			if !repeated(l) {
				low, high = min(low, l.cy()), max(high, l.cy())
			}
		}
		for _, l := range lines {
			// What stands between lines of the body is one of them, however
			// often it comes: 2、厂房 at the foot of each page.
			atTop := infos[i].Height > 0 && 2*l.cy() > infos[i].Height
			if repeated(l) && (atTop && l.cy() > high-0.5*l.size || !atTop && l.cy() < low+0.5*l.size) {
				removed = append(removed, l.folded())
				continue
			}
			kept[i] = append(kept[i], l)
		}
	}
	return kept, removed
}

var numberedHead = re(`^(?:[0-9一二三四五六七八九十]{1,2}[、.]?|第[0-9一二三四五六七八九十]{1,2}[章节部分]+)\p{Han}{2,12}$`)

// furnitureKey is what a running line has on every page: its words but for the page's
// number. The figures of a table's row are its own, however alike the rows are that
// stand at the foot of one page and at the head of the next.
func furnitureKey(l *line) string {
	figures, broken := 0, 0
	for _, c := range l.cells {
		if t := c.folded(); figureAlone.MatchString(t) {
			figures++
			if strings.Contains(t, ".") {
				broken++
			}
		}
	}
	if figures >= 2 && broken > 0 {
		return l.folded()
	}
	return digits.ReplaceAllString(l.folded(), "#")
}

var figureAlone = re(`^[-+±]?[0-9]+(?:\.[0-9]+)?(?:mm|m|‰|kN|%|MPa)?$`)

func inEdge(l *line, info pdf.PageInfo) bool {
	if info.Height <= 0 {
		return false
	}
	y := l.cy() / info.Height
	return y > 1-edge || y < edge
}

func mentionsGrade(t string) bool {
	return gradeToken.MatchString(t) || strings.Contains(t, "级")
}
