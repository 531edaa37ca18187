package reading

import (
	"math"
	"slices"
)

// item makes the form a table of joined cells, label and entry by turns.
func (f *form) item(before []*item) *item {
	t := &table{page: f.page, lines: f.lines}
	used := make(map[*cell]bool)
	type pair struct{ label, entry *cell }
	var pairs []pair
	for _, col := range f.columns {
		for _, lab := range col.labels {
			p := pair{label: lab.cell}
			if len(lab.entry) > 0 {
				p.entry = joinCells(lab.entry, f.page)
			}
			pairs = append(pairs, p)
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		if math.Abs(a.label.cy()-b.label.cy()) > 0.45*a.label.size {
			return cmpFloat(b.label.cy(), a.label.cy())
		}
		return cmpFloat(a.label.x0, b.label.x0)
	})
	for _, p := range pairs {
		t.cells = append(t.cells, p.label)
		if p.entry != nil {
			t.cells = append(t.cells, p.entry)
		}
	}
	for _, c := range f.carried {
		used[c] = true
	}
	for _, col := range f.columns {
		for _, c := range col.lines {
			used[c] = true
		}
	}
	inLabel := func(c *cell) bool {
		for _, p := range pairs {
			if c.first >= p.label.first && c.last <= p.label.last && c.x0 >= p.label.x0-1 && c.x1 <= p.label.x1+1 && c.y0 >= p.label.y0-1 && c.y1 <= p.label.y1+1 {
				return true
			}
		}
		return false
	}
	for _, l := range f.lines {
		for _, c := range l.cells {
			if !used[c] && !inLabel(c) {
				cc := *c
				t.cells = append(t.cells, &cc)
			}
		}
	}
	if n := len(before); n > 0 && before[n-1].table == nil && before[n-1].page == f.page {
		t.above = before[n-1].text.text
	}
	f.carry(t, before)
	if len(t.cells) == 0 {
		return nil // all of it went on with the form before
	}
	return &item{page: f.page, table: t, form: f, body: len(before) > 0 && before[len(before)-1].body}
}

// carry appends the lines that go on with the form of the page before to its
// last entry; lines that belong to no label stay entries of their own.
func (f *form) carry(t *table, before []*item) {
	if len(f.carried) == 0 {
		return
	}
	joined := joinCells(f.carried, f.page)
	if openForm(before, f.lines) != nil {
		if c := before[len(before)-1].lastEntry(); c != nil {
			c.glyphs = append(append(slices.Clone(c.glyphs), glyph{r: '\n', page: f.page, soft: true}), joined.glyphs...)
			return
		}
	}
	t.cells = append(t.cells, joined)
}

// lastEntry returns the cell with the entry of a form's last row.
func (it *item) lastEntry() *cell {
	if it.form == nil || len(it.form.columns) == 0 {
		return nil
	}
	labels := it.form.columns[0].labels
	last := labels[len(labels)-1].cell
	for i, c := range it.table.cells {
		if c == last && i+1 < len(it.table.cells) && it.table.cells[i+1].x0 >= last.x1-1 {
			return it.table.cells[i+1]
		}
	}
	return nil
}

// openForm returns the form with which the page before ended.
func openForm(items []*item, next []*line) *form {
	if n := len(items); n > 0 && len(next) > 0 && items[n-1].form != nil && items[n-1].page == next[0].page-1 {
		return items[n-1].form
	}
	return nil
}

// continuedForm: the first lines of a page that begin where the entries of the
// form before began, with nothing at the left edge.
func continuedForm(lines []*line, before *form) *form {
	if before == nil || len(lines) == 0 {
		return nil
	}
	size := before.lines[len(before.lines)-1].size
	f := &form{page: lines[0].page, left: before.left}
	for f.to < len(lines) {
		l := lines[f.to]
		c := l.cells[0]
		if f.to > 0 && !f.takes(lines, f.to) || f.to == 0 && (math.Abs(c.x0-before.left) > 3*size || math.Abs(l.size-size) > 0.25*size) {
			break
		}
		f.to++
	}
	if f.to == 0 || f.to == 1 && len(lines) > 1 && lines[0].cy()-lines[1].cy() < 2.2*size && lines[1].cells[0].x0 < before.left-0.6*size {
		return nil // the first line of a paragraph, indented
	}
	f.lines = lines[:f.to]
	if f.lay() {
		return f
	}
	f.columns, f.carried = nil, nil
	for k, l := range f.lines {
		if l.cells[0].x0 < before.left-0.6*l.size {
			f.to, f.lines = k, f.lines[:k]
			break
		}
		f.carried = append(f.carried, l.cells[0])
	}
	if len(f.carried) == 0 {
		return nil
	}
	return f
}
