package reading

// found keeps what was found of a table's places once all tables are made: rules
// ask for the heading, the row and the unit of each cell again and again, and a
// table of measurements has hundreds of cells. An empty one keeps nothing.
type found struct {
	heads, rows map[*cell]string
	units       map[*cell][]string
	headings    *[]*cell
	unitCells   *[]*cell
	unitsLead   *bool
	settled     bool
}

// settle lets tables keep what is found of them from now on: no cell changes any
// more, and every part of a table knows the next.
func settle(items []*item) []*item {
	for _, it := range items {
		if it.table != nil {
			it.table.found = found{settled: true, heads: make(map[*cell]string), rows: make(map[*cell]string), units: make(map[*cell][]string)}
		}
	}
	return items
}

// ofCell is what find finds of a cell, kept where a table is settled.
func ofCell[T any](keep map[*cell]T, c *cell, find func(*cell) T) T {
	if v, ok := keep[c]; ok {
		return v
	}
	v := find(c)
	if keep != nil {
		keep[c] = v
	}
	return v
}

// ofTable is what find finds of a table, kept where it is settled.
func ofTable[T any](t *table, keep **T, find func() T) T {
	if *keep != nil {
		return **keep
	}
	v := find()
	if t.found.settled {
		*keep = &v
	}
	return v
}
