package ledger

import "strings"

// fewMatches bounds a search that is answered from its matches. Beyond it the
// list is walked in its own order: then matches are dense and a page is full
// soon. Either way a page costs about this much, not the length of the table.
const fewMatches = 2000

// search narrows a list to the rows of which one column begins with the
// query, and returns the FROM clause to read it from; table is "name alias".
// Columns named receipt_no and number are compared in their normal form.
func (t *tx) search(w *where, table, query string, columns ...string) (from string, err error) {
	query = strings.TrimSpace(query)
	if query == "" {
		return ` FROM ` + table, nil
	}
	name, alias, _ := strings.Cut(table, " ")
	var parts, conds []string
	var args []any
	for _, c := range columns {
		p := query
		switch c {
		case "number":
			p = normalNumber(query)
		case "receipt_no":
			p = strings.ToUpper(query)
		}
		parts = append(parts, `SELECT id FROM `+name+` WHERE `+c+` >= ? AND `+c+` < ?`)
		// Expressions, so that no engine collects the dense matches by index
		// only to sort them all.
		column := `(` + alias + `.` + c + ` || '')`
		conds = append(conds, column+` >= ? AND `+column+` < ?`)
		args = append(args, p, prefixEnd(p))
	}
	count := `SELECT count(*) FROM (SELECT 1 FROM (` + strings.Join(parts, " UNION ALL ") + `) u LIMIT ?) v`
	var n int
	if err := t.get(count, append(args[:len(args):len(args)], fewMatches+1), &n).err; err != nil {
		return "", err
	}
	if n > fewMatches {
		w.and(`(`+strings.Join(conds, " OR ")+`)`, args...)
		return ` FROM ` + table, nil
	}
	// CROSS JOIN makes SQLite start from the matches; its planner, without
	// statistics, might rather walk the whole list.
	w.conds = append([]string{alias + `.id = m.id`}, w.conds...)
	w.args = append(args, w.args...)
	return ` FROM (` + strings.Join(parts, " UNION ") + `) m CROSS JOIN ` + table, nil
}
