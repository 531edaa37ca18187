package ledger

import (
	"slices"
	"time"

	"jianding/schemas"
)

// seen is the rank of the worst that this report told a case that has ended.
// A closed case counts with its own level: somebody dealt with the house at
// that level. A dismissed one counts with what it was dismissed on.
func (t *tx) seen(reportID string) (int, error) {
	worst := 0
	err := t.rows(`SELECT x.level, c.level, c.status FROM case_reports x JOIN cases c ON c.id = x.case_id
		WHERE x.report_id = ? AND c.ended = 1 AND c.merged_into = ''`, []any{reportID}, func(s scanner) error {
		var told, level schemas.HazardLevel
		var status schemas.CaseStatus
		if err := s.Scan(&told, &level, &status); err != nil {
			return err
		}
		worst = max(worst, told.Rank())
		if status == schemas.CaseClosed {
			worst = max(worst, level.Rank())
		}
		return nil
	})
	return worst, err
}

// keepTold remembers the worst that a report has told a case.
func (t *tx) keepTold(caseID, reportID string, level schemas.HazardLevel, now time.Time) error {
	told, _, err := t.told(caseID, reportID)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO case_reports (case_id, report_id, level, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (case_id, report_id) DO UPDATE SET level = excluded.level`, caseID, reportID, string(told.Worse(level)), micros(now))
	return err
}

func (t *tx) told(caseID, reportID string) (level schemas.HazardLevel, linked bool, err error) {
	level = schemas.HazardNone
	linked, err = t.get(`SELECT level FROM case_reports WHERE case_id = ? AND report_id = ?`, []any{caseID, reportID}, &level).found()
	return level, linked, err
}

// tell gives an open case what was learned: the report or notice itself, and
// the hazard that it shows.
func (t *tx) tell(c *schemas.Case, h hazard) error {
	before, err := encode(c)
	if err != nil {
		return err
	}
	level := schemas.HazardNone
	if h.found != nil {
		level = h.found.Level
	}
	news := false
	told := schemas.HazardNone
	if h.report != nil {
		var linked bool
		if told, linked, err = t.told(c.ID, h.report.ID); err != nil {
			return err
		}
		news = !linked
		if err := t.keepTold(c.ID, h.report.ID, level, h.now); err != nil {
			return err
		}
	}
	for _, n := range h.notices {
		if c.NoticeID == "" {
			c.NoticeID, news = n.ID, true
		}
	}
	from := c.Level
	elsewhere := h.found != nil && isElsewhere(c, h.found.Address)
	rises := level.Rank() > c.Level.Rank()
	if rises && !elsewhere && level.Rank() <= told.Rank() && subset(h.found.Basis, c.Basis) {
		// A human lowered the case knowing all this.
		rises = false
	}
	switch {
	case rises:
		raise(c, level)
	case elsewhere:
		beginAgain(c)
	}
	if h.found != nil {
		if err := t.learn(c, h.found, rises); err != nil {
			return err
		}
		if elsewhere && c.Level == schemas.HazardAmber && c.AmberUntil == nil && h.found.AmberFor > 0 {
			// Whoever lowered the case has decided on the house known then.
			until := h.now.Add(h.found.AmberFor)
			c.AmberUntil = &until
		}
	}
	// The report to read is the one that shows the hazard, not a milder one
	// that came after it.
	if h.report != nil && (c.ReportID == "" || rises || news && level.Rank() >= c.Level.Rank()) {
		c.ReportID, c.SHA256 = h.report.ID, h.report.SHA256
	}
	after, err := encode(c)
	if err != nil {
		return err
	}
	if after == before && !news {
		return nil
	}
	if err := t.saveCase(c, h.now); err != nil {
		return err
	}
	data := map[string]any{"from": from, "to": c.Level, "statutory": c.Deadline.Statutory, "handling": c.Deadline.Handling}
	if h.report != nil {
		data["report_id"] = h.report.ID
	}
	if elsewhere {
		data["text"] = "另一处房屋：" + h.found.Address
	}
	if rises {
		data["basis"] = h.found.Basis
	}
	return t.event(h.now, learned(rises, elsewhere), "case:"+c.ID, h.actor, data)
}

// learned is what happened to a case that was told something.
func learned(rises, elsewhere bool) schemas.EventKind {
	switch {
	case rises:
		return schemas.EventCaseRaised
	case elsewhere:
		return schemas.EventCasePlace
	}
	return schemas.EventCaseLinked
}

// isElsewhere says that an address is that of none of the houses that a case
// is known to be about.
func isElsewhere(c *schemas.Case, address string) bool {
	known := c.Places()
	return address != "" && len(known) > 0 && !slices.ContainsFunc(known, func(p schemas.Place) bool { return schemas.SamePlace(p.Address, address) })
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

// raise lifts a case to a graver level: the ladder begins again, and whoever
// acknowledged or disposed of the milder hazard has not seen this one.
func raise(c *schemas.Case, level schemas.HazardLevel) {
	c.Level, c.AmberUntil = level, nil
	beginAgain(c)
}

// beginAgain has everybody told anew of a case of which more is known now.
func beginAgain(c *schemas.Case) {
	c.Step, c.Round, c.StepAt = 0, c.Round+1, nil
	c.Reminded = slices.DeleteFunc(c.Reminded, func(m string) bool { return m != schemas.MarkLate })
	if c.Status == schemas.CaseAcknowledged || c.Status == schemas.CaseDisposed {
		c.Status = schemas.CaseOpen
		if c.Instants.FirstDelivered != nil {
			c.Status = schemas.CaseNotified
		}
		c.AcknowledgedBy, c.Instants.Acknowledged, c.Instants.Disposed = nil, nil, nil
	}
}

// learn takes over what is earlier, graver or was missing; another house is
// added to those of the case, and the town that it lies in finds the case.
func (t *tx) learn(c *schemas.Case, n *schemas.NewCase, rises bool) error {
	if rises || n.Level.Rank() >= c.Level.Rank() {
		if n.Grade != "" {
			c.Grade = n.Grade
		}
		if n.Quote != "" {
			c.Quote = n.Quote
		}
	}
	if isElsewhere(c, n.Address) {
		c.Also = append(c.Also, schemas.Place{Address: n.Address, Town: n.Town, Use: n.Use})
		if err := t.copyTowns(c); err != nil {
			return err
		}
	} else {
		keep(&c.Address, n.Address)
		keep(&c.Town, n.Town)
		keep(&c.Use, n.Use)
	}
	keep(&c.Quote, n.Quote)
	if c.Grade == "" {
		c.Grade = n.Grade
	}
	if len(c.Policy) == 0 {
		c.Policy = n.Policy
	}
	for _, b := range n.Basis {
		c.Basis = addOnce(c.Basis, b)
	}
	if d := n.Deadline; !d.Statutory.IsZero() && d.Statutory.Before(c.Deadline.Statutory) {
		c.Deadline.Statutory, c.Deadline.StatutoryRule = d.Statutory, d.StatutoryRule
		c.Deadline.LateOnArrival = c.Deadline.LateOnArrival || d.LateOnArrival
	}
	if d := n.Deadline; !d.Handling.IsZero() && d.Handling.Before(c.Deadline.Handling) {
		c.Deadline.Handling, c.Deadline.HandlingRule = d.Handling, d.HandlingRule
	}
	for _, f := range []struct {
		have **time.Time
		new  *time.Time
	}{{&c.Instants.Discovered, n.Instants.Discovered}, {&c.Instants.Concluded, n.Instants.Concluded},
		{&c.Instants.Signed, n.Instants.Signed}, {&c.Instants.Issued, n.Instants.Issued},
		{&c.Instants.Received, n.Instants.Received}, {&c.Instants.Assessed, n.Instants.Assessed}} {
		if f.new != nil && (*f.have == nil || f.new.Before(**f.have)) {
			*f.have = f.new
		}
	}
	return nil
}

// keep fills in what is not known yet.
func keep(have *string, said string) {
	if *have == "" {
		*have = said
	}
}
