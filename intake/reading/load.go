package reading

import (
	"fmt"
	"slices"
	"strings"

	"jianding/intake/pdf"
	"jianding/schemas"
)

// maxGeometry bounds the pages whose geometry is read; further ones are read as
// text and looked through for anything that would matter.
const maxGeometry = 120

// loaded is one page as read.
type loaded struct {
	info   pdf.PageInfo
	text   string
	lines  []*line
	marks  []*piece     // watermarks
	drawn  [][4]float64 // what is drawn and as large as a character or a few
	slants [][4]float64 // pieces of drawn lines that are neither level nor upright
	images [][4]float64
	struck string // what a line is drawn through
}

// load reads all pages: text first, geometry for those that matter.
func (r *reader) load(src pdf.Source, opts Options) (pages []loaded, verdicts []schemas.PageVerdict, hidden []string) {
	n := src.NumPages()
	pages = make([]loaded, n)
	geometry := 0
	for i := range n {
		p := i + 1
		info, err := src.Page(p)
		if err != nil {
			info = pdf.PageInfo{Number: p}
		}
		pages[i].info = info
		text, err := src.Text(p)
		if err != nil {
			verdicts = append(verdicts, schemas.PageVerdict{Page: p, Text: schemas.PageFailed, Detail: "无法提取文字"})
			r.recognise(&pages[i], p, opts)
			continue
		}
		pages[i].text = text
		share, err := src.ImageShare(p)
		if err != nil {
			share = 0
		}
		v := judgePage(p, text, share)
		if n <= 12 || geometry < maxGeometry && matters(fold(text), i, n) {
			geometry++
			chars, err := src.Chars(p)
			if err != nil {
				v.Text, v.Detail = schemas.PageFailed, "无法提取文字位置"
			} else {
				seen, hid := glyphsOf(p, info, chars)
				if t := runesOf(hid); fold(t) != "" {
					hidden = append(hidden, fmt.Sprintf("%d:%s", p, t))
					if v.Text != schemas.PageScanned {
						v = judgePage(p, runesOf(seen), share)
					}
				}
				if v.Text != schemas.PageGarbled {
					rules := rulesOf(src, p)
					drawings := drawingsOf(src, p)
					pages[i].struck = struckOut(chars, rules, drawings)
					pages[i].drawn = likeCharacters(drawings)
					pages[i].slants, pages[i].images = penOf(src, p)
					pages[i].lines, pages[i].marks = layPage(p, seen, newRuling(rules), &pages[i].info)
				}
			}
		} else if matters(fold(text), i, n) {
			v.Text, v.Detail = schemas.PageMixed, "页数过多，未作版面分析"
		}
		verdicts = append(verdicts, v)
		if v.Text != schemas.PageReadable {
			r.recognise(&pages[i], p, opts)
		}
	}
	distrustStrays(pages, verdicts)
	return pages, verdicts, hidden
}

// recognise takes what OCR found on a page in place of text it has not.
func (r *reader) recognise(pg *loaded, page int, opts Options) {
	words := opts.OCR[page]
	if len(words) == 0 || len(pg.lines) > 3 {
		return
	}
	pg.lines = layColumns(page, joinSubscripts(cut(recognised(page, words), nil)), pg.info.Width, nil)
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.Text)
		b.WriteByte('\n')
	}
	pg.text = b.String()
	r.ocr = true
}

// marksOf returns the watermarks of all pages, each once.
func marksOf(pages []loaded) []string {
	var out []string
	for _, p := range pages {
		whole := "" // a mark may be set character by character
		for _, m := range p.marks {
			whole += runesOf(m.glyphs)
			if t := runesOf(m.glyphs); !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
		if !slices.Contains(out, whole) {
			out = append(out, whole)
		}
	}
	return out
}

func runesOf(gs []glyph) string {
	var b strings.Builder
	for _, g := range gs {
		b.WriteRune(g.r)
	}
	return b.String()
}

// matters tells whether a page's geometry is worth its cost: it mentions a
// grade, a conclusion, advice, a hazard or a field, or it is near the ends.
func matters(folded string, i, n int) bool {
	if i < 4 || i >= n-3 {
		return true
	}
	if gradeToken.MatchString(folded) {
		return true
	}
	for _, w := range []string{"结论", "建议", "整体", "危房", "危险", "评级", "评定", "委托单位", "委托人", "签发", "地质灾害", "滑坡"} {
		if strings.Contains(folded, w) {
			return true
		}
	}
	return false
}

func fullText(pages []loaded) string {
	var b strings.Builder
	for _, p := range pages {
		b.WriteString(fold(p.text))
		b.WriteByte('\n')
	}
	return b.String()
}
