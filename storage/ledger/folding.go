package ledger

import (
	"slices"
	"time"

	"jianding/schemas"
)

// fold ends one case in favour of another that is the same hazard, and takes
// all that belonged to it along.
func (t *tx) fold(from, into *schemas.Case, actor schemas.Actor, now time.Time) error {
	if err := t.moveReports(from, into, now); err != nil {
		return err
	}
	var keys []string
	if err := t.rows(`SELECT hazard_key FROM case_keys WHERE case_id = ?`, []any{from.ID}, func(s scanner) error {
		var k string
		err := s.Scan(&k)
		keys = append(keys, k)
		return err
	}); err != nil {
		return err
	}
	level := from.Level
	told := &schemas.NewCase{Level: level, Address: from.Address, Town: from.Town, Use: from.Use, Grade: from.Grade,
		Basis: from.Basis, Quote: from.Quote, Instants: from.Instants, Deadline: from.Deadline}
	from.Status, from.MergedInto, from.Instants.Closed = schemas.CaseDismissed, into.ID, &now
	from.Closing = &schemas.Closing{Evidence: "并入 " + into.Ref, By: actor, At: now}
	if err := t.saveCase(from, now); err != nil {
		return err
	}
	if err := t.event(now, schemas.EventCaseDismissed, "case:"+from.ID, actor, map[string]any{"merged_into": into.ID}); err != nil {
		return err
	}
	if err := t.keepKeys(into.ID, keys); err != nil {
		return err
	}
	was := into.Level
	rises, elsewhere := level.Rank() > was.Rank(), slices.ContainsFunc(from.Places(), func(p schemas.Place) bool { return isElsewhere(into, p.Address) })
	switch {
	case rises:
		raise(into, level)
	case elsewhere:
		beginAgain(into)
	}
	if elsewhere && into.Level == schemas.HazardAmber && into.AmberUntil == nil {
		into.AmberUntil = from.AmberUntil
	}
	for _, one := range partsOf(told, from) {
		if err := t.learn(into, one, rises); err != nil {
			return err
		}
	}
	if into.ReportID == "" {
		into.ReportID, into.SHA256 = from.ReportID, from.SHA256
	}
	if into.NoticeID == "" {
		into.NoticeID = from.NoticeID
	}
	if err := t.saveCase(into, now); err != nil {
		return err
	}
	data := map[string]any{"merged_from": from.ID, "from": was, "to": into.Level}
	if elsewhere {
		data["text"] = "另一处房屋：" + from.Where()
	}
	return t.event(now, learned(rises, elsewhere), "case:"+into.ID, actor, data)
}

// partsOf is what a case tells another, once for each of its houses.
func partsOf(told *schemas.NewCase, c *schemas.Case) []*schemas.NewCase {
	parts := []*schemas.NewCase{told}
	for _, p := range c.Also {
		also := *told
		also.Address, also.Town, also.Use = p.Address, p.Town, p.Use
		parts = append(parts, &also)
	}
	return parts
}

func (t *tx) moveReports(from, into *schemas.Case, now time.Time) error {
	told := make(map[string]schemas.HazardLevel)
	if err := t.rows(`SELECT report_id, level FROM case_reports WHERE case_id = ?`, []any{from.ID}, func(s scanner) error {
		var id string
		var level schemas.HazardLevel
		err := s.Scan(&id, &level)
		told[id] = level
		return err
	}); err != nil {
		return err
	}
	for id, level := range told {
		if err := t.keepTold(into.ID, id, level, now); err != nil {
			return err
		}
	}
	if _, err := t.exec(`UPDATE reports SET case_id = ? WHERE id IN (SELECT report_id FROM case_reports WHERE case_id = ?)`, into.ID, from.ID); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE notices SET case_id = ? WHERE case_id = ?`, into.ID, from.ID)
	return err
}
