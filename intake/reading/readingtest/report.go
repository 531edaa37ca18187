package readingtest

import (
	"strings"

	"jianding/intake/pdf"
)

// Report is one composed report: its text, its pages and its truth.
type Report struct {
	Spec     Spec
	Document Document
	Pages    Pages
	Truth    Truth
}

// Build composes the report of a spec and sets it into pages of its kind.
func (w *Wordings) Build(s Spec) Report {
	doc, truth := w.Compose(s)
	pages := doc.Set(s.Layout)
	switch s.Pages {
	case Scanned:
		for i := range pages {
			pages[i] = pages[i].scan()
		}
	case Garbled:
		for i := range pages {
			pages[i] = pages[i].garble()
		}
	case Partly:
		for _, i := range ConclusionPages(doc, pages) {
			pages[i] = pages[i].garble()
		}
	case Pictured:
		pages = pictured(doc, s.Layout)
	case Veiled:
		pages = w.veil(s, doc, pages)
	}
	return Report{s, doc, pages, truth}
}

// ConclusionPages returns the indices of the pages that hold text of the
// conclusion or the advice.
func ConclusionPages(doc Document, pages Pages) []int {
	var needles []string
	for _, b := range doc.Blocks {
		if b.Section != Conclusion && b.Section != AdvicePart && b.Section != Rating {
			continue
		}
		texts := []string{b.Text}
		for _, row := range b.Rows {
			texts = append(texts, row...)
		}
		for _, t := range texts {
			for _, part := range strings.FieldsFunc(t, func(r rune) bool { return isMark(r) || r == ' ' }) {
				if n := []rune(part); len(n) >= 2 {
					needles = append(needles, string(n[:min(len(n), 4)]))
				}
			}
		}
	}
	var out []int
	for i := range pages {
		text, _ := pages.Text(i + 1)
		for _, n := range needles {
			if strings.Contains(text, n) {
				out = append(out, i)
				break
			}
		}
	}
	return out
}

// pictured sets the document with the conclusion's paragraphs as a picture:
// their place on the page is taken by an image.
func pictured(doc Document, l Layout) Pages {
	var keep []Block
	for _, b := range doc.Blocks {
		switch {
		case b.Section == Conclusion && b.Kind == KeyValues:
			b.Rows = [][]string{{b.Rows[0][0], ""}}
		case b.Section == Conclusion && b.Kind != Heading, b.Section == Rating && b.Kind == Table:
			continue
		}
		keep = append(keep, b)
	}
	doc.Blocks = keep
	pages := doc.Set(l)
	for _, i := range ConclusionPages(doc, pages) {
		pages[i].ImageShare = 0.25
	}
	return pages
}

// veil adds an invisible line with a milder grade to the conclusion's page.
func (w *Wordings) veil(s Spec, doc Document, pages Pages) Pages {
	milder := w.Conclusions[s.Kind].Grades[0]
	at := len(pages) - 1
	if c := ConclusionPages(doc, pages); len(c) > 0 {
		at = c[len(c)-1]
	}
	set := &setter{layout: s.Layout, w: pages[at].Width, h: pages[at].Height, cur: &pages[at]}
	set.inferred(lineEnd)
	before := len(pages[at].Chars)
	set.line(parse("综合评定该房屋等级为"+milder+"级，不影响整体承载。"), margin, margin+4, 10)
	for i := before; i < len(pages[at].Chars); i++ {
		pages[at].Chars[i].Hidden = true
	}
	return pages
}

// blank reports whether a character shows nothing.
func blank(c pdf.Char) bool { return c.R <= ' ' || c.Generated }
