package ledger

import (
	"slices"
	"time"

	"jianding/schemas"
)

// One hazard is exactly one case. What names a hazard are keys: the agency and
// report number, the report, the notice. A key leads to at most one open case
// (a unique index sees to it); a hazard whose keys lead to two open cases has
// them folded into one. An open case is raised, never softened. When a case
// has ended its keys are free: a new revision, or a graver reading of the same
// one, opens a new case; the same reading again does not.

// hazard is what a transaction learned about one house, and from whom.
type hazard struct {
	agencyID string
	report   *schemas.Report // nil for a notice without report
	notices  []schemas.Notice
	found    *schemas.NewCase // nil: no hazard, but an open case may be linked
	actor    schemas.Actor
	now      time.Time
}

func (h *hazard) keys() []string {
	var keys []string
	number := ""
	for _, n := range h.notices {
		keys = append(keys, "notice:"+n.ID)
		number = normalNumber(n.ReportNo)
	}
	if h.report != nil {
		keys = append(keys, "report:"+h.report.ID)
		number = normalNumber(h.report.ReportNo)
	}
	if number != "" {
		keys = append(keys, "number:"+h.agencyID+":"+number)
	}
	return keys
}

// settleCase finds, folds, raises or opens the case of a hazard. It returns
// nil when the hazard needs none.
func (t *tx) settleCase(h hazard) (*schemas.Case, error) {
	if h.found != nil && h.found.Level.Rank() == 0 {
		h.found = nil
	}
	keys := h.keys()
	open, err := t.openCases(keys)
	if err != nil {
		return nil, err
	}
	if len(open) == 0 {
		return t.openUnlessSeen(h, keys)
	}
	target := &open[0]
	for i := range open {
		// The notice came first: its case goes on.
		if open[i].NoticeID != "" {
			target = &open[i]
			break
		}
	}
	if err := t.keepKeys(target.ID, keys); err != nil {
		return nil, err
	}
	for i := range open {
		if &open[i] != target {
			if err := t.fold(&open[i], target, h.actor, h.now); err != nil {
				return nil, err
			}
		}
	}
	return target, t.tell(target, h)
}

// openCases locks and returns the open cases that keys lead to, oldest first.
func (t *tx) openCases(keys []string) ([]schemas.Case, error) {
	var w where
	w.in("k.hazard_key", keys)
	var ids []string
	if err := t.rows(`SELECT DISTINCT k.case_id FROM case_keys k`+w.String()+` AND k.open = 1 ORDER BY k.case_id`, w.args, func(s scanner) error {
		var id string
		err := s.Scan(&id)
		ids = append(ids, id)
		return err
	}); err != nil {
		return nil, err
	}
	var open []schemas.Case
	for _, id := range ids {
		c, err := t.theCase(id, true)
		if err != nil {
			return nil, err
		}
		// It may have ended while this transaction waited for its row.
		if !c.Status.Ended() {
			open = append(open, c)
		}
	}
	return open, nil
}

func (t *tx) keepKeys(caseID string, keys []string) error {
	for _, k := range keys {
		// A key that still leads to a case about to be folded moves here.
		if _, err := t.exec(`UPDATE case_keys SET open = 0 WHERE hazard_key = ? AND case_id <> ? AND open = 1`, k, caseID); err != nil {
			return err
		}
		if _, err := t.exec(`INSERT INTO case_keys (hazard_key, case_id, open) VALUES (?, ?, 1)
			ON CONFLICT (hazard_key, case_id) DO UPDATE SET open = 1`, k, caseID); err != nil {
			return err
		}
	}
	return nil
}

// openUnlessSeen opens a case, unless the report told an ended case the same
// or worse already and humans have dealt with that.
func (t *tx) openUnlessSeen(h hazard, keys []string) (*schemas.Case, error) {
	if h.found == nil {
		return nil, nil
	}
	if h.report != nil {
		seen, err := t.seen(h.report.ID)
		if err != nil {
			return nil, err
		}
		if h.found.Level.Rank() <= seen {
			return nil, nil
		}
	}
	ref, err := t.ref("XH", h.now)
	if err != nil {
		return nil, err
	}
	n := h.found
	c := &schemas.Case{ID: newID(), Ref: ref, AgencyID: h.agencyID, Level: n.Level, Status: schemas.CaseOpen,
		Address: n.Address, Town: n.Town, Use: n.Use, Grade: n.Grade, Basis: n.Basis, Quote: n.Quote,
		Instants: n.Instants, Deadline: n.Deadline, Policy: n.Policy, Round: 1}
	if c.Instants.Escalated == nil {
		c.Instants.Escalated = &h.now
	}
	if n.Level == schemas.HazardAmber && n.AmberFor > 0 {
		until := h.now.Add(n.AmberFor)
		c.AmberUntil = &until
	}
	if h.report != nil {
		c.ReportID, c.SHA256 = h.report.ID, h.report.SHA256
	}
	if len(h.notices) > 0 {
		c.NoticeID = h.notices[0].ID
	}
	if err := t.insertCase(c, h.now); err != nil {
		return nil, err
	}
	if err := t.keepKeys(c.ID, keys); err != nil {
		return nil, err
	}
	if h.report != nil {
		if err := t.keepTold(c.ID, h.report.ID, n.Level, h.now); err != nil {
			return nil, err
		}
	}
	if err := t.event(h.now, schemas.EventCaseOpened, "case:"+c.ID, h.actor, map[string]any{
		"ref": c.Ref, "level": c.Level, "report_id": c.ReportID, "notice_id": c.NoticeID, "basis": c.Basis,
		"statutory": c.Deadline.Statutory, "statutory_rule": c.Deadline.StatutoryRule,
		"handling": c.Deadline.Handling, "handling_rule": c.Deadline.HandlingRule, "late_on_arrival": c.Deadline.LateOnArrival,
	}); err != nil {
		return nil, err
	}
	if err := t.owe(schemas.NewObligation{Kind: schemas.OweEscalate, Subject: c.ID, DueAt: h.now}, h.now); err != nil {
		return nil, err
	}
	stored, err := t.theCase(c.ID, false)
	return &stored, err
}

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
	rises := level.Rank() > c.Level.Rank()
	if rises && level.Rank() <= told.Rank() && subset(h.found.Basis, c.Basis) {
		// A human lowered the case knowing all this.
		rises = false
	}
	if rises {
		raise(c, level)
	}
	if h.found != nil {
		learn(c, h.found, rises)
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
	if rises {
		data["basis"] = h.found.Basis
		return t.event(h.now, schemas.EventCaseRaised, "case:"+c.ID, h.actor, data)
	}
	return t.event(h.now, schemas.EventCaseLinked, "case:"+c.ID, h.actor, data)
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

// raise lifts a case to a graver level: the ladder begins again, and whoever
// acknowledged or disposed of the milder hazard has not seen this one.
func raise(c *schemas.Case, level schemas.HazardLevel) {
	c.Level, c.AmberUntil = level, nil
	c.Step, c.Round, c.StepAt = 0, c.Round+1, nil
	c.Reminded = nil
	if c.Status == schemas.CaseAcknowledged || c.Status == schemas.CaseDisposed {
		c.Status = schemas.CaseOpen
		if c.Instants.FirstDelivered != nil {
			c.Status = schemas.CaseNotified
		}
		c.AcknowledgedBy, c.Instants.Acknowledged, c.Instants.Disposed = nil, nil, nil
	}
}

// learn takes over what is earlier, graver or was missing.
func learn(c *schemas.Case, n *schemas.NewCase, rises bool) {
	if rises || n.Level.Rank() >= c.Level.Rank() {
		if n.Grade != "" {
			c.Grade = n.Grade
		}
		if n.Quote != "" {
			c.Quote = n.Quote
		}
	}
	for _, f := range []struct {
		have *string
		new  string
	}{{&c.Address, n.Address}, {&c.Town, n.Town}, {&c.Use, n.Use}, {&c.Quote, n.Quote}} {
		if *f.have == "" {
			*f.have = f.new
		}
	}
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
}

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
	rises := level.Rank() > was.Rank()
	if rises {
		raise(into, level)
	}
	learn(into, told, rises)
	if into.ReportID == "" {
		into.ReportID, into.SHA256 = from.ReportID, from.SHA256
	}
	if into.NoticeID == "" {
		into.NoticeID = from.NoticeID
	}
	if err := t.saveCase(into, now); err != nil {
		return err
	}
	kind := schemas.EventCaseLinked
	if rises {
		kind = schemas.EventCaseRaised
	}
	return t.event(now, kind, "case:"+into.ID, actor, map[string]any{"merged_from": from.ID, "from": was, "to": into.Level})
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
