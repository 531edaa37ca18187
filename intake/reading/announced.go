package reading

import "slices"

// emptyConclusion returns the page of a heading of the conclusion below which nothing
// stands but the next part of the report, or 0: what ought to be there is a picture, was
// cut or was forgotten, and a grade that stands elsewhere does not stand in for it. A
// report that concludes under another heading, or in another row, has its conclusion.
func emptyConclusion(items []*item) int {
	page := 0
	for i, it := range items {
		switch {
		case it.table != nil:
			if it.table.tellsOf(saysConclusion) {
				return 0
			}
		case !it.heading || sectionOf(it.text.text) != secConclusion || !saysConclusion.MatchString(it.text.text):
		case i+1 < len(items) && !leadsElsewhere(items[i+1]):
			return 0
		case page == 0:
			page = it.page
		}
	}
	return page
}

var saysConclusion = re(`结论|鉴定意见`)

// leadsElsewhere tells whether an item begins another part than the conclusion: by a
// heading, or by the first label of a form.
func leadsElsewhere(it *item) bool {
	other := func(s section) bool { return s != "" && s != secConclusion && s != secRating }
	if it.form != nil && len(it.table.cells) > 0 {
		return other(sectionOf(it.table.cells[0].folded()))
	}
	return it.table == nil && it.heading && other(sectionOf(it.text.text))
}

// tellsOf tells whether a label of the table that has such words has an entry.
func (t *table) tellsOf(label *guarded) bool {
	return slices.ContainsFunc(t.cells, func(c *cell) bool {
		return label.MatchString(t.rowText(c)) && c.folded() != "" || label.MatchString(t.headOf(c))
	})
}
