package reading

import (
	"strings"

	"jianding/schemas"
)

// sentence is a piece of a paragraph between full stops: the unit in which
// negations, conditions and times hold.
type sentence struct {
	text     string
	from     int // byte offset in the passage
	passage  passage
	houses   bool // begins with a list of house numbers and no item's: 1、2、3号楼
	lead     int  // bytes of the item's number before it: 5.1 of "5.1 2幢……"
	page     int
	section  section
	heading  string   // nearest heading's unit, when it names one
	row      []string // units that the row of a table names
	para     *paragraph
	inPara   int  // which sentence of its paragraph
	garbled  bool // stands on text that is not language
	fromCell bool // an entry of a table
	scale    bool // stands where a standard's scale is reprinted
	listed   bool // entry of a scale that its paragraph reprints
}

// paragraph is shared by its sentences: what one names, the next may mean.
type paragraph struct {
	text  string
	item  *item
	units []string // named last
}

// sentencesOf divides a passage at full stops, semicolons and exclamation
// marks.
func sentencesOf(p passage, it *item) []sentence {
	p = chosen(p)
	para := &paragraph{text: p.text, item: it}
	var out []sentence
	start := 0
	flush := func(end int) {
		if strings.TrimSpace(p.text[start:end]) != "" {
			page := it.page
			if g := p.sub(start, end); len(g) > 0 {
				page = g[0].page
			}
			out = append(out, sentence{text: p.text[start:end], from: start, passage: p, page: page,
				lead: leadOf(p, start), houses: start == 0 && !it.inList && beginsWithHouses(p.text), section: it.section, heading: it.unit, para: para, inPara: len(out), garbled: it.garbled, scale: it.scale})
		}
		start = end
	}
	depth := 0
	for i, r := range p.text {
		switch r {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		case '。', '!', '?':
			if depth == 0 || r == '。' && i-start > 400 {
				flush(i + len(string(r)))
			}
		case ';':
			if depth == 0 {
				flush(i + 1)
			}
		}
	}
	flush(len(p.text))
	for i, x := range out {
		out[i].listed = scaleInOne(x.text) || toldRespectively(x.text)
	}
	if len(out) > 0 && reprintsScale(p.text) {
		for i, x := range out {
			out[i].listed = out[i].listed || !thisHouse.MatchString(x.text) && (gradesListed.MatchString(meaningAside.ReplaceAllString(x.text, "$1")) || scaleEntryOf.MatchString(x.text))
		}
	}
	if glossed := glossary.MatchString(p.text); glossed || it.listed || grades(out) >= 3 {
		for i, x := range out {
			out[i].listed = out[i].listed || listMeaning.MatchString(x.text) || glossed && glossEntry.MatchString(x.text)
		}
	}
	return out
}

// dotted: the number of an item in a numbered part, or of the part.
var dotted = re(`^[0-9]{1,2}(?:\.[0-9]{1,2}){0,3}`)

// leadOf returns the length of the dotted number that begins a passage, where a
// gap sets it off: folded, "5.1 2幢" is 5.12幢, "4 2号楼" is 42号楼.
func leadOf(p passage, start int) int {
	n := len(dotted.FindString(p.text))
	if start > 0 || n == 0 {
		return 0
	}
	for i := 1; i <= n && i < len(p.back); i++ {
		if at := int(p.back[i]); at > 0 && (p.glyphs[at-1].soft || blank(p.glyphs[at-1].r)) {
			return i
		}
	}
	return 0
}

var itemNumber = re(`^(?:[(]?[0-9]{1,2}[)、.]|[①-⑳])`)

// unnumbered returns a stretch of the sentence without the item's number that
// begins it: "5、1幢" is item 5, not houses 5 and 1.
func (s sentence) unnumbered(text string) string {
	if s.lead > 0 && len(text) >= s.lead && strings.HasPrefix(s.text, text) {
		return text[s.lead:]
	}
	if s.houses && strings.HasPrefix(s.text, text) {
		return text
	}
	return itemNumber.ReplaceAllString(text, "")
}

// quote returns a stretch of the sentence as printed, with its evidence.
func (s sentence) evidence(from, to int) schemas.Evidence {
	gs := s.passage.sub(s.from+from, s.from+to)
	return evidenceOf(gs, s.page)
}

func (s sentence) whole() schemas.Evidence { return s.evidence(0, len(s.text)) }

// evidenceOf makes evidence of glyphs: what is printed, and one box per line.
func evidenceOf(gs []glyph, page int) schemas.Evidence {
	e := schemas.Evidence{Page: page, Quote: strings.TrimSpace(printed(gs)), Source: schemas.SourceText}
	var side *sheet
	var box [4]float64
	open := false
	var lastCy, em float64
	for _, g := range gs {
		if g.ocr {
			e.Source = schemas.SourceOCR
		}
		if g.soft || blank(g.r) || g.box[2] <= g.box[0] || g.page != page {
			continue
		}
		if open && (g.cy() > lastCy+0.9*em || g.cy() < lastCy-0.9*em || g.box[0] < box[0]) {
			e.Boxes = append(e.Boxes, side.onPage(box))
			open = false
		}
		if !open {
			box, side, open, em = g.box, g.side, true, g.size
			lastCy = g.cy()
			continue
		}
		box = [4]float64{min(box[0], g.box[0]), min(box[1], g.box[1]), max(box[2], g.box[2]), max(box[3], g.box[3])}
		if g.size >= 0.85*em {
			lastCy, em = g.cy(), max(em, g.size)
		}
	}
	if open {
		e.Boxes = append(e.Boxes, side.onPage(box))
	}
	return e
}

// clauseBefore returns what precedes byte i back to the last comma or colon.
func clauseBefore(s string, i int) string {
	b := s[:i]
	if j := strings.LastIndexAny(b, ",:，"); j >= 0 {
		return b[j+1:]
	}
	return b
}

// clauseAfter returns what follows byte i up to the next comma.
func clauseAfter(s string, i int) string {
	a := s[i:]
	if j := strings.IndexAny(a, ",:;。"); j >= 0 {
		return a[:j]
	}
	return a
}
