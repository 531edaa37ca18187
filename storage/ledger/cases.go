package ledger

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"jianding/schemas"
)

const caseColumns = `c.id, c.ref, c.report_id, c.notice_id, c.agency_id, c.level, c.status, c.address, c.town, c.usage, c.also, c.grade,
	c.basis, c.quote, c.sha256, c.instants, c.statutory, c.statutory_rule, c.handling, c.handling_rule, c.late_on_arrival,
	c.policy, c.step, c.round, c.step_at, c.amber_until, c.reminded, c.acknowledged_by, c.disposition, c.closing,
	c.merged_into, c.version`

func scanCase(s scanner) (schemas.Case, error) {
	var c schemas.Case
	var also, basis, instants, policy, reminded, acknowledged, disposition, closing string
	var statutory, handling int64
	var late int
	var stepAt, amber sql.NullInt64
	if err := s.Scan(&c.ID, &c.Ref, &c.ReportID, &c.NoticeID, &c.AgencyID, &c.Level, &c.Status, &c.Address, &c.Town, &c.Use, &also, &c.Grade,
		&basis, &c.Quote, &c.SHA256, &instants, &statutory, &c.Deadline.StatutoryRule, &handling, &c.Deadline.HandlingRule, &late,
		&policy, &c.Step, &c.Round, &stepAt, &amber, &reminded, &acknowledged, &disposition, &closing,
		&c.MergedInto, &c.Version); err != nil {
		return c, err
	}
	c.Deadline.Statutory, c.Deadline.Handling, c.Deadline.LateOnArrival = instant(statutory), instant(handling), late == 1
	c.StepAt, c.AmberUntil = instantOrNil(stepAt), instantOrNil(amber)
	if policy != "" {
		c.Policy = []byte(policy)
	}
	for _, f := range []struct {
		text string
		into any
	}{{also, &c.Also}, {basis, &c.Basis}, {instants, &c.Instants}, {reminded, &c.Reminded},
		{acknowledged, &c.AcknowledgedBy}, {disposition, &c.Disposition}, {closing, &c.Closing}} {
		if err := decode(f.text, f.into); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (t *tx) cases(query string, args ...any) ([]schemas.Case, error) {
	cs := []schemas.Case{}
	err := t.rows(query, args, func(s scanner) error {
		c, err := scanCase(s)
		cs = append(cs, c)
		return err
	})
	return cs, err
}

// theCase reads one case by id or reference; locked in a change.
func (t *tx) theCase(idOrRef string, lock bool) (schemas.Case, error) {
	column := "id"
	if strings.HasPrefix(strings.ToUpper(idOrRef), "XH-") {
		column, idOrRef = "ref", strings.ToUpper(idOrRef)
	}
	q := `SELECT ` + caseColumns + ` FROM cases c WHERE c.` + column + ` = ?`
	if lock {
		q += ` FOR UPDATE`
	}
	cs, err := t.cases(q, idOrRef)
	if err != nil {
		return schemas.Case{}, err
	}
	if len(cs) == 0 {
		return schemas.Case{}, notFound("处置案件")
	}
	return cs[0], nil
}

// caseValues are the columns that may change, in the order of caseSet.
func caseValues(c *schemas.Case) ([]any, error) {
	texts := make([]string, 0, 7)
	for _, v := range []any{c.Basis, c.Instants, c.Reminded, c.AcknowledgedBy, c.Disposition, c.Closing, c.Also} {
		s, err := encode(v)
		if err != nil {
			return nil, err
		}
		texts = append(texts, s)
	}
	due := c.Deadline.Statutory
	if c.Deadline.Handling.Before(due) {
		due = c.Deadline.Handling
	}
	pending := !c.Status.Ended() && c.Status != schemas.CaseDisposed
	return []any{c.ReportID, c.NoticeID, string(c.Level), string(c.Status), flag(c.Status.Ended()), flag(pending), micros(due),
		c.Address, c.Town, c.Use, texts[6], string(c.Grade), texts[0], c.Quote, c.SHA256, texts[1],
		micros(c.Deadline.Statutory), c.Deadline.StatutoryRule, micros(c.Deadline.Handling), c.Deadline.HandlingRule,
		flag(c.Deadline.LateOnArrival), string(c.Policy), c.Step, c.Round, microsOrNull(c.StepAt), microsOrNull(c.AmberUntil),
		texts[2], texts[3], texts[4], texts[5], c.MergedInto}, nil
}

const caseSet = `report_id, notice_id, level, status, ended, pending, due_at, address, town, usage, also, grade, basis, quote, sha256,
	instants, statutory, statutory_rule, handling, handling_rule, late_on_arrival, policy, step, round, step_at, amber_until,
	reminded, acknowledged_by, disposition, closing, merged_into`

func (t *tx) insertCase(c *schemas.Case, now time.Time) error {
	values, err := caseValues(c)
	if err != nil {
		return err
	}
	c.Version = 1
	args := append([]any{c.ID, c.Ref, c.AgencyID, micros(now), c.Version}, values...)
	_, err = t.exec(`INSERT INTO cases (id, ref, agency_id, opened_at, version, `+caseSet+`) VALUES (`+marks(len(args))+`)`, args...)
	return err
}

// writeCase writes a case that is locked and counts its version up.
func (t *tx) writeCase(c *schemas.Case) error {
	values, err := caseValues(c)
	if err != nil {
		return err
	}
	names := strings.Split(caseSet, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i]) + " = ?"
	}
	c.Version++
	_, err = t.exec(`UPDATE cases SET version = version + 1, `+strings.Join(names, ", ")+` WHERE id = ?`, append(values, c.ID)...)
	return err
}

// saveCase writes a case and wakes the ladder, which decides anew what
// follows. An ended case frees its hazard for a new one; nothing is told of
// it any more.
func (t *tx) saveCase(c *schemas.Case, now time.Time) error {
	err := t.writeCase(c)
	if err != nil {
		return err
	}
	if !c.Status.Ended() {
		_, err = t.wake(schemas.OweEscalate, c.ID, now)
		return err
	}
	if _, err := t.exec(`UPDATE case_keys SET open = 0 WHERE case_id = ?`, c.ID); err != nil {
		return err
	}
	if err := t.settle(schemas.OweEscalate, c.ID, "case_ended", now); err != nil {
		return err
	}
	return t.cancelNotifications(c.ID, now)
}

// Case returns one case by id or reference ("XH-20261124-0007").
func (l *Ledger) Case(ctx context.Context, idOrRef string) (c schemas.Case, err error) {
	err = l.view(ctx, func(t *tx) error { c, err = t.theCase(idOrRef, false); return err })
	return c, err
}

// overdue cases are the committee's lateness. A report that came late is the
// agency's: such a case is overdue when its handling deadline passes. due_at is
// the earlier of both deadlines and finds them by index.
const overdue = `pending = 1 AND due_at < ? AND (late_on_arrival = 0 OR handling < ?)`

// Cases lists cases, the one with the earliest deadline first.
func (l *Ledger) Cases(ctx context.Context, f schemas.CaseFilter) (cs []schemas.Case, next string, err error) {
	var w where
	if f.OpenOnly {
		w.and("c.ended = 0")
	}
	if f.Overdue {
		w.and("c."+overdue, micros(f.Now), micros(f.Now))
	}
	if len(f.Statuses) == 1 {
		w.equal("c.status", string(f.Statuses[0]))
	} else if len(f.Statuses) > 1 {
		statuses, open := make([]string, len(f.Statuses)), true
		for i, s := range f.Statuses {
			statuses[i] = string(s)
			open = open && !s.Ended()
		}
		if open {
			w.and("c.ended = 0")
		}
		// An expression, so that no engine collects several statuses by
		// index only to sort them all for one page.
		w.in("(c.status || '')", statuses)
	}
	w.equal("c.level", string(f.Level))
	if f.Town != "" {
		// A case of several houses lies in the towns of all of them.
		w.and("(c.town = ? OR c.also <> '' AND c.also LIKE ?)", f.Town, `%"town":"`+f.Town+`"%`)
	}
	w.equal("c.agency_id", f.AgencyID)
	if f.CopiedTo != "" {
		w.and("c.id IN (SELECT id FROM cases WHERE town = ? UNION ALL SELECT case_id FROM case_copies WHERE name = ?)", f.CopiedTo, f.CopiedTo)
	}
	if err := w.after("c.due_at", "c.id", f.Cursor, false); err != nil {
		return nil, "", err
	}
	limit := pageSize(f.Limit)
	err = l.view(ctx, func(t *tx) error {
		cs, err = t.cases(`SELECT `+caseColumns+` FROM cases c`+w.String()+` ORDER BY c.due_at, c.id LIMIT ?`, append(w.args, limit+1)...)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	cs, next = page(cs, limit, func(c schemas.Case) (int64, string) {
		due := c.Deadline.Statutory
		if c.Deadline.Handling.Before(due) {
			due = c.Deadline.Handling
		}
		return micros(due), c.ID
	})
	return cs, next, nil
}

// CaseReports lists the reports that belong to a case, oldest first.
func (l *Ledger) CaseReports(ctx context.Context, caseID string) (rs []schemas.Report, err error) {
	err = l.view(ctx, func(t *tx) error {
		rs, err = t.reports(`SELECT `+reportColumns+` FROM case_reports x JOIN reports r ON r.id = x.report_id
			WHERE x.case_id = ? ORDER BY r.received_at, r.id`, caseID)
		return err
	})
	return rs, err
}

// AdvanceCase is one tick of the ladder. Conflict "case_ended" when the case
// has ended, "case_changed" when it is not as the tick saw it, "lease_lost"
// when another worker ticks. Level only rises; nothing else of the case
// changes with it.
func (l *Ledger) AdvanceCase(ctx context.Context, lease schemas.Lease, a schemas.CaseAdvance) (c schemas.Case, err error) {
	err = l.change(ctx, func(t *tx) error {
		o, finished, err := t.hold(lease)
		if err != nil {
			return err
		}
		if o.Kind != schemas.OweEscalate || o.Subject != a.CaseID {
			return invalid("wrong_lease", "租约不属于该处置案件")
		}
		if c, err = t.theCase(a.CaseID, true); err != nil {
			return err
		}
		switch {
		case c.Status.Ended():
			return conflict("case_ended", "处置案件已结束")
		case finished:
			return conflict("lease_lost", "待办事项已结束")
		case c.Version != a.ExpectVersion:
			return conflict("case_changed", "处置案件已被更改")
		}
		if err := t.advance(&c, a); err != nil {
			return err
		}
		if a.NextAt.IsZero() {
			return t.finish(o, schemas.ObligationResult{Done: true, Outcome: "case_ended"}, a.Now)
		}
		return t.finish(o, schemas.ObligationResult{RetryAt: a.NextAt, Snooze: true, Outcome: "advanced"}, a.Now)
	})
	if err != nil {
		return schemas.Case{}, err
	}
	return c, nil
}

func (t *tx) advance(c *schemas.Case, a schemas.CaseAdvance) error {
	c.Step, c.Round = a.Step, a.Round
	if a.StepAt != nil {
		c.StepAt = a.StepAt
	}
	for _, r := range a.AddReminded {
		c.Reminded = addOnce(c.Reminded, r)
	}
	rose := a.Level.Rank() > c.Level.Rank()
	if rose {
		from := c.Level
		c.Level, c.AmberUntil = a.Level, nil
		if !tells(a.Events, schemas.EventCaseAmberExpired, schemas.EventCaseRaised) {
			a.Events = append(a.Events, schemas.NewEvent{Kind: schemas.EventCaseAmberExpired, Subject: "case:" + c.ID, Actor: system(),
				Data: map[string]any{"from": from, "to": c.Level}})
		}
	}
	// Not saveCase: the ladder's own tick does not wake the ladder.
	if err := t.writeCase(c); err != nil {
		return err
	}
	for _, e := range a.Events {
		if err := t.event(a.Now, e.Kind, e.Subject, e.Actor, e.Data); err != nil {
			return err
		}
	}
	return t.notify(c.ID, a.Notifications, a.Now)
}

func tells(es []schemas.NewEvent, kinds ...schemas.EventKind) bool {
	for _, e := range es {
		for _, k := range kinds {
			if e.Kind == k {
				return true
			}
		}
	}
	return false
}

func addOnce(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}
