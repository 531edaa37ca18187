package ledger

import (
	"time"

	"jianding/schemas"
)

// One hazard is exactly one case. What names a hazard are keys: the agency and
// report number, the report, the notice and the report that answers it. A key
// leads to at most one open case (a unique index sees to it); a hazard whose
// keys lead to two open cases has them folded into one. An open case is raised, never softened. When a case
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
		if n.ReportID != "" {
			keys = append(keys, "report:"+n.ReportID) // what answers it is about its house
		}
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
