package ledger

import (
	"context"
	"database/sql"
	"maps"
	"sync"
	"time"

	"jianding/schemas"
)

// Stats counts the state of the house, in one snapshot; the counts of long
// tables may be up to a minute old ([longCounts]).
func (l *Ledger) Stats(ctx context.Context, now time.Time) (s schemas.Stats, err error) {
	err = l.view(ctx, func(t *tx) error {
		s = schemas.Stats{Reports: map[schemas.ReportStatus]int{}, Cases: map[schemas.CaseStatus]int{}, Deliveries: map[schemas.DeliveryStatus]int{}}
		if err := t.countReports(s.Reports); err != nil {
			return err
		}
		if err := countBy(t, s.Cases, `SELECT status, count(*) FROM cases GROUP BY status`); err != nil {
			return err
		}
		levels := map[schemas.HazardLevel]int{}
		if err := countBy(t, levels, `SELECT level, count(*) FROM cases WHERE ended = 0 GROUP BY level`); err != nil {
			return err
		}
		s.OpenRed, s.OpenAmber = levels[schemas.HazardRed], levels[schemas.HazardAmber]
		if err := t.statsNumbers(&s, now); err != nil {
			return err
		}
		long, err := l.long.at(t, now)
		s.Deliveries, s.Obligations = maps.Clone(long.deliveries), maps.Clone(long.backlog)
		return err
	})
	return s, err
}

// longCounts are counts that cost what they count: deliveries and open
// obligations, by kind. While they are few they are exact. Above longFrom rows
// they are kept for countShare times what counting took, 2 s to a minute, so
// that a backlog of a hundred thousand costs the board and the metrics no more
// than one of a thousand; while one counts, the others get the last count.
type longCounts struct {
	mu       sync.Mutex
	counted  time.Time // by the machine's monotonic clock
	keep     time.Duration
	counting bool
	now      time.Time // what is due was judged by
	longTally
}

type longTally struct {
	deliveries map[schemas.DeliveryStatus]int
	backlog    map[schemas.ObligationKind]schemas.Backlog
}

const (
	longFrom   = 5000
	longFor    = 2 * time.Second
	longMost   = time.Minute
	countShare = 50
)

// last is the kept count, if it will do.
func (c *longCounts) last(now time.Time) (longTally, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fresh := time.Since(c.counted) < c.keep && now.Sub(c.now).Abs() < c.keep
	if c.deliveries != nil && (fresh || c.counting && now.Sub(c.now).Abs() < 2*longMost) {
		return c.longTally, true
	}
	c.counting = true
	return longTally{}, false
}

func (c *longCounts) at(t *tx, now time.Time) (longTally, error) {
	if tally, ok := c.last(now); ok {
		return tally, nil
	}
	began := time.Now()
	tally, rows, err := t.countLong(now)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counting = false
	if err != nil {
		return tally, err
	}
	c.longTally = longTally{}
	if rows > longFrom {
		c.longTally, c.counted, c.now = tally, time.Now(), now
		c.keep = min(max(countShare*time.Since(began), longFor), longMost)
	}
	return tally, nil
}

func (t *tx) countLong(now time.Time) (tally longTally, rows int, err error) {
	tally.deliveries = map[schemas.DeliveryStatus]int{}
	if err := countBy(t, tally.deliveries, `SELECT status, count(*) FROM deliveries GROUP BY status`); err != nil {
		return tally, 0, err
	}
	if tally.backlog, err = t.backlog(now); err != nil {
		return tally, 0, err
	}
	for _, n := range tally.deliveries {
		rows += n
	}
	for _, b := range tally.backlog {
		rows += b.Open
	}
	return tally, rows, nil
}

func (t *tx) statsNumbers(s *schemas.Stats, now time.Time) error {
	us := micros(now)
	for _, q := range []struct {
		into  *int
		query string
		args  []any
	}{
		{&s.OverdueCases, `SELECT count(*) FROM cases WHERE ` + overdue, []any{us, us}},
		{&s.ReviewOverdue, `SELECT count(*) FROM reports WHERE status = 'needs_review' AND review_due < ?`, []any{us}},
		{&s.UnlinkedNotices, `SELECT count(*) FROM notices WHERE report_id = ''`, nil},
		{&s.OpenDifferences, `SELECT count(*) FROM differences WHERE resolved_at IS NULL`, nil},
		{&s.Unsequenced, `SELECT count(*) FROM event_unsequenced`, nil},
	} {
		if err := t.get(q.query, q.args, q.into).err; err != nil {
			return err
		}
	}
	var next, oldest sql.NullInt64
	if err := t.get(`SELECT min(due_at) FROM cases WHERE pending = 1`, nil, &next).err; err != nil {
		return err
	}
	if err := t.get(`SELECT min(owed_at) FROM deliveries WHERE status = 'pending'`, nil, &oldest).err; err != nil {
		return err
	}
	if next.Valid {
		s.NextDeadline = instant(next.Int64)
	}
	if oldest.Valid {
		s.OldestDelivery = instant(oldest.Int64)
	}
	if err := t.get(`SELECT n FROM counters WHERE name = ?`, []any{"JD:" + day(now)}, &s.ReportsToday).orMissing(nil); err != nil {
		return err
	}
	return t.get(`SELECT n FROM counters WHERE name = 'log'`, nil, &s.LogSize).orMissing(nil)
}

// countReports counts all but the accepted ones, who in the long run are nearly
// all: they are what the daily counters of receipts leave.
func (t *tx) countReports(into map[schemas.ReportStatus]int) error {
	var total int
	if err := t.get(`SELECT COALESCE(SUM(n), 0) FROM counters WHERE name >= 'JD:' AND name < 'JD;'`, nil, &total).err; err != nil {
		return err
	}
	for _, status := range []schemas.ReportStatus{schemas.ReportReceived, schemas.ReportNeedsReview, schemas.ReportRejected} {
		var n int
		if err := t.get(`SELECT count(*) FROM reports WHERE status = ?`, []any{string(status)}, &n).err; err != nil {
			return err
		}
		if n > 0 {
			into[status] = n
			total -= n
		}
	}
	if total > 0 {
		into[schemas.ReportAccepted] = total
	}
	return nil
}

func countBy[K ~string](t *tx, into map[K]int, query string, args ...any) error {
	return t.rows(query, args, func(s scanner) error {
		var k string
		var n int
		err := s.Scan(&k, &n)
		into[K(k)] = n
		return err
	})
}

// AgencyLateness is the overdue table per agency, for cases opened and notices
// received in [from, to). A case is late when its report came after the
// statutory deadline; the committee's own handling is another fact and not
// counted here.
func (l *Ledger) AgencyLateness(ctx context.Context, from, to time.Time) (out []schemas.AgencyLateness, err error) {
	err = l.view(ctx, func(t *tx) error {
		rows := make(map[string]*schemas.AgencyLateness)
		var order []string
		of := func(id string) *schemas.AgencyLateness {
			if rows[id] == nil {
				rows[id] = &schemas.AgencyLateness{AgencyID: id}
				order = append(order, id)
			}
			return rows[id]
		}
		if err := t.rows(`SELECT c.agency_id, c.statutory, c.instants FROM cases c
			WHERE c.opened_at >= ? AND c.opened_at < ? AND c.merged_into = '' ORDER BY c.agency_id`, []any{micros(from), micros(to)}, func(s scanner) error {
			var id, instants string
			var statutory int64
			if err := s.Scan(&id, &statutory, &instants); err != nil {
				return err
			}
			var i schemas.Instants
			if err := decode(instants, &i); err != nil {
				return err
			}
			a := of(id)
			a.Cases++
			if i.Received != nil && i.Received.After(instant(statutory)) {
				late := i.Received.Sub(instant(statutory))
				a.Late++
				a.Total += late
				a.Worst = max(a.Worst, late)
			}
			return nil
		}); err != nil {
			return err
		}
		if err := t.rows(`SELECT agency_id, count(*) FROM notices WHERE received_at >= ? AND received_at < ? AND breach_at IS NOT NULL
			GROUP BY agency_id ORDER BY agency_id`, []any{micros(from), micros(to)}, func(s scanner) error {
			var id string
			var n int
			err := s.Scan(&id, &n)
			of(id).Breached = n
			return err
		}); err != nil {
			return err
		}
		out = make([]schemas.AgencyLateness, 0, len(order))
		for _, id := range order {
			out = append(out, *rows[id])
		}
		return nil
	})
	return out, err
}
