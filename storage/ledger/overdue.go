package ledger

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"jianding/schemas"
)

// OverdueTables counts who is late: agencies over the last days, and the cases
// that are past their handling deadline now, by step of the ladder and by
// town. A report that came late is the agency's lateness and makes no case
// overdue for the committee.
func (l *Ledger) OverdueTables(ctx context.Context, days int, now time.Time) (o schemas.OverdueTables, err error) {
	o = schemas.OverdueTables{Days: days, Agencies: []schemas.AgencyOverdue{}, Steps: []schemas.StepOverdue{}, Towns: []schemas.TownOverdue{}}
	late, err := l.AgencyLateness(ctx, now.AddDate(0, 0, -days), now.Add(time.Minute))
	if err != nil {
		return o, err
	}
	all, err := l.Agencies(ctx)
	if err != nil {
		return o, err
	}
	names := map[string]string{}
	for _, a := range all {
		names[a.ID] = a.Name
	}
	for _, a := range late {
		o.Agencies = append(o.Agencies, schemas.AgencyOverdue{AgencyID: a.AgencyID, Name: names[a.AgencyID], Cases: a.Cases, Late: a.Late,
			WorstHours: a.Worst.Hours(), TotalHours: a.Total.Hours(), Breached: a.Breached})
	}
	err = l.view(ctx, func(t *tx) error {
		us := micros(now)
		group := func(columns string, scan func(s scanner, o *schemas.Overdue, oldest, sum *int64) error) error {
			// due_at is the earlier of both deadlines: it finds them by index.
			return t.rows(`SELECT `+columns+`, count(*), min(handling), CAST(sum(CAST(? AS BIGINT) - handling) AS BIGINT) FROM cases
				WHERE pending = 1 AND due_at < ? AND handling < ? GROUP BY `+columns, []any{us, us, us}, func(s scanner) error {
				var one schemas.Overdue
				var oldest, sum int64
				return scan(s, &one, &oldest, &sum)
			})
		}
		hours := func(micros int64) float64 { return (time.Duration(micros) * time.Microsecond).Hours() }
		steps := map[[2]int]*schemas.StepOverdue{}
		if err := group("step, status", func(s scanner, one *schemas.Overdue, oldest, sum *int64) error {
			var step int
			var status schemas.CaseStatus
			if err := s.Scan(&step, &status, &one.Count, oldest, sum); err != nil {
				return err
			}
			taken := status == schemas.CaseAcknowledged
			key := [2]int{step, flag(taken)}
			if steps[key] == nil {
				steps[key] = &schemas.StepOverdue{Step: step + 1, Acknowledged: taken}
			}
			g := steps[key]
			g.Count += one.Count
			g.WorstHours = max(g.WorstHours, hours(us-*oldest))
			g.TotalHours += hours(*sum)
			return nil
		}); err != nil {
			return err
		}
		for _, g := range steps {
			o.Steps = append(o.Steps, *g)
		}
		if err := group("town", func(s scanner, one *schemas.Overdue, oldest, sum *int64) error {
			var town string
			if err := s.Scan(&town, &one.Count, oldest, sum); err != nil {
				return err
			}
			one.WorstHours, one.TotalHours = hours(us-*oldest), hours(*sum)
			o.Towns = append(o.Towns, schemas.TownOverdue{Town: town, Overdue: *one})
			return nil
		}); err != nil {
			return err
		}
		cs, err := t.cases(`SELECT `+caseColumns+` FROM cases c WHERE c.pending = 1 AND c.due_at < ? AND c.handling < ? AND c.also <> ''`, us, us)
		if err != nil {
			return err
		}
		for _, c := range cs {
			o.Towns = countElsewhere(o.Towns, c, now.Sub(c.Deadline.Handling).Hours())
		}
		return nil
	})
	slices.SortFunc(o.Agencies, func(a, b schemas.AgencyOverdue) int {
		return cmp.Or(cmp.Compare(b.TotalHours, a.TotalHours), cmp.Compare(b.Breached, a.Breached), strings.Compare(a.AgencyID, b.AgencyID))
	})
	slices.SortFunc(o.Steps, func(a, b schemas.StepOverdue) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(flag(a.Acknowledged), flag(b.Acknowledged)))
	})
	slices.SortFunc(o.Towns, func(a, b schemas.TownOverdue) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Town, b.Town))
	})
	return o, err
}

// countElsewhere counts a case of several houses in the towns of the others,
// each once.
func countElsewhere(towns []schemas.TownOverdue, c schemas.Case, hours float64) []schemas.TownOverdue {
	counted := []string{c.Town}
	for _, p := range c.Also {
		if slices.Contains(counted, p.Town) {
			continue
		}
		counted = append(counted, p.Town)
		i := slices.IndexFunc(towns, func(o schemas.TownOverdue) bool { return o.Town == p.Town })
		if i < 0 {
			i, towns = len(towns), append(towns, schemas.TownOverdue{Town: p.Town})
		}
		towns[i].Count++
		towns[i].WorstHours = max(towns[i].WorstHours, hours)
		towns[i].TotalHours += hours
	}
	return towns
}
