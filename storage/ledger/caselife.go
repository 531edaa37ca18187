package ledger

import (
	"context"
	"strings"
	"time"

	"jianding/schemas"
)

// The life of a case in the hands of people. The machine is strict:
//
//	open, notified → acknowledged → disposed → closed
//	open, notified, acknowledged, disposed → dismissed
//
// A disposition may be corrected while it is disposed. Everything else is a
// Conflict with a code and a sentence; an ended case is always "case_ended".

// onCase runs one command on a locked case that has not ended. step changes
// the case and returns the event's data; nil data means that nothing was to do.
func (l *Ledger) onCase(ctx context.Context, id string, kind schemas.EventKind, by schemas.Actor, now time.Time,
	step func(*tx, *schemas.Case) (map[string]any, error)) (c schemas.Case, err error) {
	err = l.change(ctx, func(t *tx) error {
		if c, err = t.theCase(id, true); err != nil {
			return err
		}
		if c.Status.Ended() {
			return conflict("case_ended", "处置案件已结束，不能再更改")
		}
		data, err := step(t, &c)
		if err != nil || data == nil {
			return err
		}
		if err := t.saveCase(&c, now); err != nil {
			return err
		}
		return t.event(now, kind, "case:"+c.ID, by, data)
	})
	if err != nil {
		return schemas.Case{}, err
	}
	return c, nil
}

func named(by schemas.Actor) error {
	if by.Kind == "" || (by.ID == "" && by.Name == "") {
		return invalid("actor_missing", "必须写明由谁操作")
	}
	return nil
}

// AcknowledgeCase says that somebody has the case in hand. A second
// acknowledgement, also of a case that went on since, changes nothing.
// Conflict "case_ended" when it has ended.
func (l *Ledger) AcknowledgeCase(ctx context.Context, id string, by schemas.Actor, now time.Time) (schemas.Case, error) {
	if err := named(by); err != nil {
		return schemas.Case{}, err
	}
	return l.onCase(ctx, id, schemas.EventCaseAcknowledged, by, now, func(t *tx, c *schemas.Case) (map[string]any, error) {
		if c.Status != schemas.CaseOpen && c.Status != schemas.CaseNotified {
			return nil, nil
		}
		from := c.Status
		c.Status, c.AcknowledgedBy, c.Instants.Acknowledged = schemas.CaseAcknowledged, &by, &now
		return map[string]any{"from": from, "level": c.Level}, nil
	})
}

// DisposeCase records what the committee decided for the house. Invalid for
// codes outside the plan's vocabulary; Conflict "not_acknowledged" before an
// acknowledgement.
func (l *Ledger) DisposeCase(ctx context.Context, id string, d schemas.Disposition, now time.Time) (schemas.Case, error) {
	if err := named(d.By); err != nil {
		return schemas.Case{}, err
	}
	if len(d.Codes) == 0 {
		return schemas.Case{}, invalid("disposition_missing", "请选择至少一项处置措施")
	}
	names := schemas.DispositionNames()
	for _, code := range d.Codes {
		if _, ok := names[code]; !ok {
			return schemas.Case{}, invalid("disposition_unknown", "未知的处置措施："+string(code))
		}
	}
	if d.At.IsZero() {
		d.At = now
	}
	return l.onCase(ctx, id, schemas.EventCaseDisposed, d.By, now, func(t *tx, c *schemas.Case) (map[string]any, error) {
		if c.Status != schemas.CaseAcknowledged && c.Status != schemas.CaseDisposed {
			return nil, conflict("not_acknowledged", "请先签收，再登记处置意见")
		}
		if err := t.copyCase(c.ID, d.CopyTo); err != nil {
			return nil, err
		}
		if err := t.copyTowns(c); err != nil {
			return nil, err
		}
		from := c.Status
		c.Status, c.Disposition, c.Instants.Disposed = schemas.CaseDisposed, &d, &now
		return map[string]any{"from": from, "codes": d.Codes, "clause": d.Clause, "copy_to": d.CopyTo}, nil
	})
}

// copyCase notes to whom a case is copied (抄送), so that they find it.
func (t *tx) copyCase(id string, names []string) error {
	if _, err := t.exec(`DELETE FROM case_copies WHERE case_id = ?`, id); err != nil {
		return err
	}
	for _, name := range names {
		if _, err := t.exec(`INSERT INTO case_copies (case_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING`, id, name); err != nil {
			return err
		}
	}
	return nil
}

// copyTowns lets the towns of a case's other houses find it.
func (t *tx) copyTowns(c *schemas.Case) error {
	for _, p := range c.Also {
		if p.Town == "" {
			continue
		}
		if _, err := t.exec(`INSERT INTO case_copies (case_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING`, c.ID, p.Town); err != nil {
			return err
		}
	}
	return nil
}

// RecordMeasure notes what was done at the house, at any time before the end.
func (l *Ledger) RecordMeasure(ctx context.Context, id, text string, by schemas.Actor, now time.Time) (schemas.Case, error) {
	if err := named(by); err != nil {
		return schemas.Case{}, err
	}
	if strings.TrimSpace(text) == "" {
		return schemas.Case{}, invalid("measure_missing", "请写明采取的措施")
	}
	return l.onCase(ctx, id, schemas.EventCaseMeasure, by, now, func(*tx, *schemas.Case) (map[string]any, error) {
		return map[string]any{"text": text}, nil
	})
}

// CloseCase ends a disposed case with evidence (销号): the ladder stops and
// what was not sent yet is cancelled. Conflict "not_disposed" before a
// disposition.
func (l *Ledger) CloseCase(ctx context.Context, id string, closing schemas.Closing, now time.Time) (schemas.Case, error) {
	if err := named(closing.By); err != nil {
		return schemas.Case{}, err
	}
	if strings.TrimSpace(closing.Evidence) == "" && closing.ReportID == "" {
		return schemas.Case{}, invalid("evidence_missing", "销号须有依据：复核鉴定报告或整治情况")
	}
	if closing.At.IsZero() {
		closing.At = now
	}
	return l.onCase(ctx, id, schemas.EventCaseClosed, closing.By, now, func(t *tx, c *schemas.Case) (map[string]any, error) {
		if c.Status != schemas.CaseDisposed {
			return nil, conflict("not_disposed", "请先登记处置意见，再销号")
		}
		if closing.ReportID != "" {
			if _, err := t.report("id", closing.ReportID, false); err != nil {
				return nil, err
			}
		}
		c.Status, c.Closing, c.Instants.Closed = schemas.CaseClosed, &closing, &now
		return map[string]any{"evidence": closing.Evidence, "report_id": closing.ReportID}, nil
	})
}

// DowngradeCase lowers a red case to amber, or dismisses a case
// (schemas.CaseDismiss), by a named human with a reason. secondBy, when the
// policy asks for one, must be another person.
func (l *Ledger) DowngradeCase(ctx context.Context, id string, to string, reason string, by schemas.Actor, secondBy *schemas.Actor, now time.Time) (schemas.Case, error) {
	if err := named(by); err != nil {
		return schemas.Case{}, err
	}
	if by.Kind == "system" {
		return schemas.Case{}, invalid("human_required", "降级或解除必须由具名人员决定")
	}
	if strings.TrimSpace(reason) == "" {
		return schemas.Case{}, invalid("reason_missing", "降级或解除必须写明理由")
	}
	if secondBy != nil && secondBy.ID == by.ID {
		return schemas.Case{}, invalid("second_person", "复核人必须是另一人")
	}
	kind := schemas.EventCaseDowngraded
	if to == schemas.CaseDismiss {
		kind = schemas.EventCaseDismissed
	} else if to != string(schemas.HazardAmber) {
		return schemas.Case{}, invalid("downgrade_target", "只能降为橙色或解除")
	}
	return l.onCase(ctx, id, kind, by, now, func(t *tx, c *schemas.Case) (map[string]any, error) {
		data := map[string]any{"from": c.Level, "to": to, "reason": reason, "second": secondBy}
		if to == schemas.CaseDismiss {
			c.Status, c.Instants.Closed = schemas.CaseDismissed, &now
			c.Closing = &schemas.Closing{Evidence: reason, By: by, At: now}
			return data, nil
		}
		if c.Level != schemas.HazardRed {
			return nil, conflict("not_red", "只有红色案件可以降为橙色")
		}
		// A human has decided: it does not turn red again by itself.
		c.Level, c.AmberUntil = schemas.HazardAmber, nil
		return data, nil
	})
}

// RaiseCase lifts an amber case to red by a named human: the ladder begins
// again. Conflict "already_red".
func (l *Ledger) RaiseCase(ctx context.Context, id, reason string, by schemas.Actor, now time.Time) (schemas.Case, error) {
	if err := named(by); err != nil {
		return schemas.Case{}, err
	}
	return l.onCase(ctx, id, schemas.EventCaseRaised, by, now, func(t *tx, c *schemas.Case) (map[string]any, error) {
		if c.Level == schemas.HazardRed {
			return nil, conflict("already_red", "案件已是红色")
		}
		from := c.Level
		raise(c, schemas.HazardRed)
		return map[string]any{"from": from, "to": c.Level, "reason": reason}, nil
	})
}
