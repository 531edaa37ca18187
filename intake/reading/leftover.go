package reading

import (
	"slices"
	"strings"

	"jianding/schemas"
)

// leftovers reads sentences that the layout took apart so far that their
// pieces stand in different items: a cell of a form that goes on over the
// page, a column of a few characters. Pieces that follow an unfinished one are
// read together, and a word about the house as a whole that only shows then
// is a doubt (amber): which pieces belong together is a guess, but a hazard
// must not fall between them.
func (r *reader) leftovers(items []*item, found []schemas.Statement) []schemas.Statement {
	var out []schemas.Statement
	var open []glyph
	var from *item
	pieces := 0
	flush := func() {
		if pieces > 1 {
			out = append(out, r.joined(newPassage(open), from, found)...)
		}
		open, from, pieces = nil, nil, 0
	}
	for _, it := range items {
		switch {
		case it.heading && headNumber.FindString(it.text.text) == "" && pieces > 0:
			// The label of a form stands beside the middle of its entry, and so
			// between the entry's lines.
			continue
		case it.heading || it.section == secBasis || it.section == secDeclaration || it.section == secHistory || it.section == secNeighbours || it.scale && it.table == nil && !subjectOf.MatchString(it.text.text):
			flush()
			continue
		case it.table != nil:
			flush()
			for _, column := range continued(it.table) {
				out = append(out, r.joined(newPassage(column), it, found)...)
			}
			if last := lowestOpen(it.table); last != nil {
				open, from, pieces = slices.Clone(last.glyphs), it, 1
			}
		default:
			if from == nil {
				from = it
			}
			open = append(open, it.text.glyphs...)
			pieces++
		}
		if finished(newPassage(open).text) || len(open) > leftoverLimit {
			flush()
		}
	}
	flush()
	return out
}

// continued returns the entries of a table that go on in cells of their own:
// an unfinished cell with those that follow below it in the same column.
func continued(t *table) [][]glyph {
	if t.definition() {
		return nil
	}
	var out [][]glyph
	for i, c := range t.cells {
		text := newPassage(c.glyphs).text
		if !openProse(text) || t.inScale(c) {
			continue
		}
		column, last := slices.Clone(c.glyphs), c
		for _, d := range t.cells[i+1:] {
			if d.x0 < c.x0-2*c.size || d.x0 > c.x0+2*c.size || d.cy() >= last.cy() || t.inScale(d) {
				continue
			}
			column, last = append(column, d.glyphs...), d
			if finished(newPassage(d.glyphs).text) || len(column) > leftoverLimit {
				break
			}
		}
		if last != c {
			out = append(out, column)
		}
	}
	return out
}

// openProse: the beginning of a sentence, not a date, a name or an address.
func openProse(text string) bool {
	return !finished(text) && (len([]rune(text)) >= 16 || strings.ContainsAny(text, ",。;:"))
}

// lowestOpen returns the lowest entry of a table that does not end a sentence.
func lowestOpen(t *table) *cell {
	if t.definition() {
		return nil
	}
	var low *cell
	for _, c := range t.cells {
		text := newPassage(c.glyphs).text
		if openProse(text) && !t.inScale(c) && (low == nil || c.cy() <= low.cy()) {
			low = c
		}
	}
	return low
}

// leftoverLimit bounds what is read together, in characters.
const leftoverLimit = 600

func finished(text string) bool {
	return text == "" || strings.HasSuffix(text, "。") || strings.HasSuffix(text, ";") || strings.HasSuffix(text, "!")
}

// joined reads a passage put together from pieces and keeps the statements of
// harm that the pieces alone did not show.
func (r *reader) joined(p passage, it *item, found []schemas.Statement) []schemas.Statement {
	var out []schemas.Statement
	for _, s := range sentencesOf(p, it) {
		for _, st := range r.statementsOf(s) {
			switch st.Kind {
			case schemas.StatementWhole, schemas.StatementGeo, schemas.StatementThreat:
			default:
				continue
			}
			known := slices.ContainsFunc(found, func(f schemas.Statement) bool {
				return strings.Contains(f.Evidence.Quote, st.Evidence.Quote) || strings.Contains(st.Evidence.Quote, f.Evidence.Quote)
			})
			if known {
				continue
			}
			st.Kind, st.Rule = schemas.StatementThreat, "joined_"+st.Rule
			if it.table != nil || it.section == secCover {
				// A form has no headings: what its cells go on to say may be
				// the conclusion.
				st.Section = string(secConclusion)
			}
			out = append(out, st)
		}
	}
	return out
}
