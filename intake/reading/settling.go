package reading

import (
	"math"
	"slices"
	"strings"
	"time"
)

// A ground that settles more than 2 mm a month is Cu (GB 50292-2015 7.2.3: for
// two months on end; ours: between the last two readings of a point, so that
// what has only begun is seen). Readings within half a millimetre of each other
// are the instrument's.
const (
	fastestSettling = 2.0 // mm a month
	leastRead       = 0.5 // mm
)

var (
	settlingHead = re(`沉降|下沉`)
	summedHead   = re(`累计|累积|总|沉降(?:量|值)?(?:[/(]?mm[)]?)?$`)
	monthlyHead  = re(`(?:mm/月|毫米/月|每月|月(?:均)?速率)`)
	dailyHead    = re(`(?:mm/[d天日]|毫米/[天日]|每[天日]|日(?:均)?速率)`)
	settledBy    = re(`^-?([0-9]+(?:\.[0-9]+)?)(?:mm)?$`)
	pointName    = re(`^[A-Za-z]{1,4}-?[0-9]{1,3}$|^测?点|角$`)
	// noPoint heads a column that tells of no point's rate.
	noPoint  = re(`^(?:序号|编号|期次|次数|观测(?:次|期|日|时)|日期|时间|间隔|天数|周期)|间隔|日期|天数|累计|高程|[(](?:d|天|日)[)]$`)
	monthDay = re(`^(?:((?:19|20)[0-9]{2})[年./-])?([0-9]{1,2})(?:月|[./-])([0-9]{1,2})日?$`)
)

// settlesTooFast returns the last readings of points that settle too fast.
func (t *table) settlesTooFast() []*cell {
	if !settlingHead.MatchString(t.heads()) && !settlingHead.MatchString(t.above) {
		return nil
	}
	type reading struct {
		c  *cell
		on time.Time
		mm float64
	}
	points := make(map[string][]reading)
	var rates []reading // of the points in a table whose caption tells that it is of rates
	captionOfRates := settlingHead.MatchString(t.above) && strings.Contains(t.above, "速率")
	var order []string
	var out []*cell
	for _, c := range t.cells {
		m := settledBy.FindStringSubmatch(c.folded())
		if m == nil {
			continue
		}
		head, row := t.headOf(c), strings.TrimSpace(t.rowText(c))
		if otherTime.MatchString(head) || otherTime.MatchString(row) {
			continue
		}
		mm := decimal(m[1])
		if settlingHead.MatchString(head) || settlingHead.MatchString(row) {
			if monthlyHead.MatchString(head+row) && mm > fastestSettling || dailyHead.MatchString(head+row) && mm*30 > fastestSettling {
				out = append(out, c)
				continue
			}
		}
		if daily := dailyHead.MatchString(t.above); captionOfRates && !noPoint.MatchString(head) && (daily || monthlyHead.MatchString(t.above)) {
			if daily {
				mm *= 30
			}
			rates = append(rates, reading{c, time.Time{}, mm})
			continue
		}
		first, _, _ := strings.Cut(row, " ")
		on, point := dayOf(first), head
		var ok bool
		if on.IsZero() {
			on, point, ok = dayOf(head), first, settlingHead.MatchString(t.above+t.heads()+row)
		} else {
			ok = settlingHead.MatchString(head) && summedHead.MatchString(head) || settlingHead.MatchString(t.above) && !strings.Contains(head, "速")
		}
		if on.IsZero() || !ok || strings.Contains(head+row, "本次") || strings.Contains(head+row, "本期") {
			continue
		}
		if _, known := points[point]; !known {
			order = append(order, point)
		}
		if before := points[point]; len(before) > 0 && on.Before(before[len(before)-1].on) && on.Year() == 2000 {
			on = on.AddDate(1, 0, 0) // 12月20日, 1月20日
		}
		points[point] = append(points[point], reading{c, on, mm})
	}
	for _, x := range rates {
		// Of each point the last: of its column, or of its row where that begins with it.
		first, _, _ := strings.Cut(t.rowText(x.c), " ")
		row := pointName.MatchString(first)
		if x.mm > fastestSettling && !slices.ContainsFunc(rates, func(y reading) bool {
			return !row && y.c.overlapX(x.c) > 0 && y.c.cy() < x.c.cy()-0.5*x.c.size || row && math.Abs(y.c.cy()-x.c.cy()) < 0.5*x.c.size && y.c.x0 > x.c.x1
		}) {
			out = append(out, x.c)
		}
	}
	for _, p := range order {
		rs := points[p]
		if len(rs) < 2 {
			continue
		}
		last, before := rs[len(rs)-1], rs[len(rs)-2]
		days := last.on.Sub(before.on).Hours() / 24
		if grown := math.Abs(last.mm - before.mm); days >= 1 && grown >= leastRead && grown/days*30 > fastestSettling {
			out = append(out, last.c)
		}
	}
	return out
}

// dayOf reads a date, of whose year nothing may be said.
func dayOf(s string) time.Time {
	m := monthDay.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}
	}
	year, month, day := 2000, atoi(m[2]), atoi(m[3])
	if m[1] != "" {
		year = atoi(m[1])
	}
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return time.Time{}
	}
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}
