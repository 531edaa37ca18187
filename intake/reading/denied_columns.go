package reading

// nowhere tells whether a cell heads a column of what was looked for in each row and
// found in none: 承重墙拆改, and 无 below it as often as the table has rows.
func (t *table) nowhere(c *cell) bool {
	if t.prev != nil || t.next != nil || c.cy() < t.headEnd() {
		return false
	}
	rows, denied := 0, 0
	for _, l := range t.lines {
		if l.cy() >= t.headEnd() {
			continue
		}
		rows++
		for _, d := range l.cells {
			if d.overlapX(c) > 0 && foundNone.MatchString(d.folded()) && t.headOf(d) == c.folded() {
				denied++
			}
		}
	}
	return rows >= 2 && denied == rows
}

var foundNone = re(`^(?:无|否|没有|未见|未发现|未(?:拆|改|拆改|改动)|无此(?:情况|现象))$`)
