package reading

import (
	"math"
	"slices"
	"strings"
)

// fromTable reads label and entry from the cells of a table: the entry stands
// right of its label, or follows it in content order.
func (c candidates) fromTable(t *table, in section) {
	for i, k := range t.cells {
		text := newPassage(k.glyphs)
		c.fromSeal(text, t.page)
		if v := t.entryOf(i); v != nil && dateLine(v.folded()) && sealedName(text.text) {
			c.add(fIssued, v.glyphs, t.page, 1) // name and seal left, the day right of them
		}
		if fs := jointLabel(strings.TrimRight(text.text, ":")); fs != nil {
			if v := t.entryOf(i); v != nil {
				c.addJoint(fs, newPassage(v.glyphs), t.page)
			}
			continue
		}
		f, rest := splitLabel(text)
		if v := t.entryOf(i); v != nil && drewPlans(in, strings.TrimRight(text.text, ":"), v.folded()) {
			continue
		}
		if gs := t.appraiserBeside(i); gs != nil && f != fAgency {
			c.add(fAgency, gs, t.page, 3)
			continue
		}
		if f == fNone {
			c.fromEntry(t, i)
			continue
		}
		if f == fAgency {
			c.dateUnder(t, k)
		}
		if f == fAddress && (t.besideContact(k) || in == secDeclaration && t.ofAgency(k)) {
			continue // the agency's, with its telephone
		}
		if f == fIssued && t.signersDay(k) {
			if v := t.entryOf(i); v != nil && t.signedInRow(k, approver) {
				c.add(f, v.glyphs, t.page, 0) // where no other day is told
			}
			continue
		}
		if len(rest) > 0 {
			c.add(f, rest, t.page, 3)
			continue
		}
		if t.inLabelLine(k) {
			if v := t.entryBelow(i); v != nil && !t.differBelow(k) {
				c.add(f, v.glyphs, t.page, 3)
			}
			continue
		}
		if v := t.entryOf(i); v != nil {
			c.add(f, v.glyphs, t.page, 3)
			if drawnUp.MatchString(strings.TrimRight(text.text, ":")) {
				c.add(fDrawnUp, v.glyphs, t.page, 3)
			}
			if f == fAgency {
				c.dateBeside(t, v)
			}
		}
	}
	c.addressOfSubject(t)
}

// drawnUp says of what it is the day only beside others.
var drawnUp = re(`^(?:鉴定|评定|评估)(?:日期|时间)$`)

// fromLastSheet takes the day from the table in which a form is signed, where that
// stands behind the photographs.
func (c candidates) fromLastSheet(items []*item) {
	for _, it := range items {
		if it.table == nil || it.section != secAppendix {
			continue
		}
		signs := 0
		for _, k := range it.table.cells {
			if signing.MatchString(k.folded()) {
				signs++
			}
		}
		if signs < signsAtLeast {
			continue
		}
		there := make(candidates)
		there.fromTable(it.table, it.section)
		c[fIssued] = append(c[fIssued], there[fIssued]...)
		c[fDrawnUp] = append(c[fDrawnUp], there[fDrawnUp]...)
	}
}

// signsAtLeast is how many labels of those who sign make a table the one in which a
// report is signed.
const signsAtLeast = 3

// besideContact: an address in one line with a telephone number is the agency's.
func (t *table) besideContact(k *cell) bool {
	for _, d := range t.rowCells(k.cy(), 0.4*k.size) {
		if contact.MatchString(d.folded()) && (d == k || d.x0 > k.x0) && addressOnly.MatchString(k.folded()) {
			return true
		}
	}
	return false
}

// ofAgency: among what an agency declares, a bare 地址 with a telephone above or below
// it is its own.
func (t *table) ofAgency(k *cell) bool {
	return addressOnly.MatchString(k.folded()) && slices.ContainsFunc(t.cells, func(d *cell) bool {
		return contact.MatchString(d.folded()) && math.Abs(d.x0-k.x0) < 2*k.size
	})
}

// signersDay: of several days in a row each is the day on which the person above
// it signed; of several rows with somebody who signs, that on which he did.
func (t *table) signersDay(k *cell) bool {
	if !bareDay.MatchString(k.folded()) {
		return false
	}
	rows := 0
	for _, d := range t.cells {
		if bareDay.MatchString(d.folded()) && t.signedInRow(d, signer) {
			rows++
		}
	}
	if rows > 1 {
		return true
	}
	n := 0
	for _, d := range t.rowCells(k.cy(), 0.4*k.size) {
		if bareDay.MatchString(d.folded()) {
			n++
		}
	}
	return n > 1 && bareDay.MatchString(k.folded())
}

// signedInRow tells whether somebody who signs is named left of a cell.
func (t *table) signedInRow(k *cell, by *guarded) bool {
	for _, d := range t.rowCells(k.cy(), 0.5*k.size) {
		if d.x1 <= k.x0+1 && by.MatchString(strings.TrimRight(d.folded(), ":")) {
			return true
		}
	}
	return false
}

// approver: whose day is the report's.
var approver = re(`^(?:批准|签发|审定|核准)人?$`)

var bareDay = re(`^(?:日期|时间)(?::|$)`)

// addressOnly: 地址 says nothing of whose it is.
var addressOnly = re(`^(?:详细)?地址(?::|$)`)

// fromEntry takes an entry for what its own shape shows, where the words beside
// it are no label that is known: 查勘 | 2026年9月11日.
func (c candidates) fromEntry(t *table, i int) {
	head := t.cells[i].folded()
	if n := len([]rune(head)); n < 2 || n > 10 || len(datesIn(head)) > 0 {
		return
	}
	v := t.entryOf(i)
	if v == nil {
		return
	}
	entry := v.folded()
	c.areaOfAll(newPassage(v.glyphs), t.page)
	if ds := datesIn(entry); len(ds) > 0 && ds[0].from == 0 && ds[len(ds)-1].to == len(entry) {
		switch lastHappening(head) {
		case hVisit:
			c.add(fInspected, v.glyphs, t.page, 1)
		case hIssue:
			c.add(fIssued, v.glyphs, t.page, 1)
		}
	}
}

// subjectLabel names the house by a label that no form has for an address.
var subjectLabel = re(`^(?:(?:被|受)?(?:鉴定|检测|复核|复查|委托|检)的?)?(?:房屋|建筑物?|对象|标的物?)$`)

// addressStart: an address from the district down.
var addressStart = re(`^(?:\p{Han}{2,3}市)?\p{Han}{1,4}[区县]\p{Han}{1,6}(?:街道|镇|乡)[^,。;]{0,30}[0-9一二三四五六七八九十](?:号|社|组|栋|幢|户)`)

// addressOfSubject takes the entry of 复核对象 for the address where it is one.
func (c candidates) addressOfSubject(t *table) {
	for i, k := range t.cells {
		if !subjectLabel.MatchString(strings.TrimRight(k.folded(), ":")) {
			continue
		}
		if v := t.entryOf(i); v != nil && addressStart.MatchString(v.folded()) {
			c.add(fAddress, v.glyphs, t.page, 1)
		}
	}
}

// dateBeside takes a date that stands alone right of the agency's name: the
// day on which it put its seal there.
func (c candidates) dateBeside(t *table, v *cell) {
	for _, d := range t.rowCells(v.cy(), 0.6*v.size) {
		if d.x0 <= v.x1 {
			continue
		}
		if dateLine(d.folded()) {
			c.add(fIssued, d.glyphs, t.page, 1)
		}
		return // a date behind a label is that label's
	}
}

// dateUnder takes a date that stands alone in the row under the agency's, where it put
// its seal.
func (c candidates) dateUnder(t *table, k *cell) {
	for _, d := range t.cells {
		if d.cy() < k.cy() && k.y0-d.y1 < 2.5*k.size && dateLine(d.folded()) && len(t.rowCells(d.cy(), 0.6*d.size)) == 1 {
			c.add(fIssued, d.glyphs, t.page, 0)
		}
	}
}

// addJoint takes the entry of a label that names several fields apart, where it
// holds as many values.
func (c candidates) addJoint(fs []fieldName, p passage, page int) {
	var cuts []int
	for _, sep := range "/、," {
		cuts = append(cuts[:0], 0)
		depth := 0
		for i, r := range p.text {
			switch {
			case r == '(':
				depth++
			case r == ')':
				depth--
			case r == sep && depth == 0: // 砖混结构(一、二层为木楼盖)/四层
				cuts = append(cuts, i, i+len(string(r)))
			}
		}
		cuts = append(cuts, len(p.text))
		if len(cuts) == 2*len(fs) {
			break
		}
	}
	if len(cuts) != 2*len(fs) {
		return
	}
	for i, f := range fs {
		c.add(f, p.sub(cuts[2*i], cuts[2*i+1]), page, 3)
	}
}

// entryBelow returns the entry of a label that stands in a line of labels: the
// cell under it.
func (t *table) entryBelow(i int) *cell {
	k := t.cells[i]
	var best *cell
	for _, n := range t.cells {
		if n == k || n.overlapX(k) <= 0 || n.cy() >= k.y0 || k.y0-n.y1 > 2.5*k.size || labelOf(n.folded()) != fNone {
			continue
		}
		if best == nil || n.cy() > best.cy() {
			best = n
		}
	}
	return best
}

// toldApart tells whether a table of the report's houses tells different things of them
// under a label: what the report is on has no one structure then.
func toldApart(items []*item, f fieldName) bool {
	for _, it := range items {
		if it.table == nil || it.section == secNeighbours || it.section == secHistory || it.section == secAppendix {
			continue
		}
		for _, k := range it.table.cells {
			if labelOf(k.folded()) == f && it.table.differBelow(k) {
				return true
			}
		}
	}
	return false
}

// differBelow tells whether the rows of two houses hold different entries under a label.
func (t *table) differBelow(k *cell) bool {
	told := ""
	for _, n := range t.cells {
		if n.overlapX(k) <= 0 || n.cy() >= k.y0 || !t.houseLeft(n) {
			continue
		}
		if told != "" && told != n.folded() {
			return true
		}
		told = n.folded()
	}
	return false
}

// houseLeft tells whether a house is named left of an entry.
func (t *table) houseLeft(v *cell) bool {
	return slices.ContainsFunc(t.cells, func(d *cell) bool {
		return d.x1 < v.x0 && d.cy() > v.y0 && d.cy() < v.y1 && houseNumbered.MatchString(d.folded())
	})
}

var houseNumbered = re(`^(?:第)?(?:[0-9A-Z]{1,3}|[一二三四五六七八九十甲乙丙丁东西南北主附前后]{1,2})(?:#|号)?(?:楼|栋|幢|座|房|库|仓|厂房|车间|宿舍)$`)

// inLabelLine tells whether every cell on the line of k is a label.
func (t *table) inLabelLine(k *cell) bool {
	row := t.rowCells(k.cy(), 0.4*k.size)
	for _, d := range row {
		if labelOf(d.folded()) == fNone {
			return false
		}
	}
	// 报告|编号 in two lines has its entry beside the first of them.
	return len(row) > 1 && !slices.ContainsFunc(t.cells, func(d *cell) bool {
		return d.x0 > k.x0 && d.y0 < k.y1-0.3*k.size && d.y1 > k.y0+0.3*k.size && labelOf(d.folded()) == fNone
	})
}

// entryOf returns the cell that holds the entry of label i.
func (t *table) entryOf(i int) *cell {
	k := t.cells[i]
	if v := t.astride(k); v != nil {
		return v
	}
	if i+1 < len(t.cells) {
		n := t.cells[i+1]
		if n.x0 >= k.x1-1 && n.y1 > k.y0-0.6*k.size && n.y0 < k.y1+0.6*k.size && !sealAlone.MatchString(n.folded()) {
			return n
		}
	}
	var best *cell
	dist := math.Inf(1)
	for _, n := range t.cells {
		if n == k || n.x0 < k.x1-1 || sealAlone.MatchString(n.folded()) {
			continue
		}
		dy := math.Abs(n.cy() - k.cy())
		if n.y0 <= k.cy() && k.cy() <= n.y1 {
			dy = 0
		}
		if dy > 0.8*k.size {
			continue
		}
		if d := n.x0 - k.x1 + 4*dy; d < dist {
			best, dist = n, d
		}
	}
	return best
}

// sealAlone: the place for a seal, on a line of its own.
var sealAlone = re(`^[(](?:盖章|公章|签章|印章|章|签字|签名|鉴定专用章|检测专用章)[)]$`)

// astride returns the entry of two lines between which its label stands: one
// as far above the label's middle as the other is below it, nothing beside.
func (t *table) astride(k *cell) *cell {
	var above, below *cell
	for _, n := range t.cells {
		d := n.cy() - k.cy()
		if n == k || n.x0 < k.x1-1 || math.Abs(d) > k.size {
			continue
		}
		switch {
		case math.Abs(d) < 0.4*k.size:
			return nil
		case d > 0 && (above == nil || n.x0 < above.x0):
			above = n
		case d < 0 && (below == nil || n.x0 < below.x0):
			below = n
		}
	}
	if above == nil || below == nil || math.Abs(above.x0-below.x0) > 0.5*k.size || math.Abs(above.cy()+below.cy()-2*k.cy()) > 0.4*k.size {
		return nil
	}
	return joinCells([]*cell{above, below}, t.page)
}
