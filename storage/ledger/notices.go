package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"strings"
	"time"

	"jianding/schemas"
)

const noticeColumns = `n.id, n.ref, n.agency_id, n.report_no, n.address, n.town, n.found, n.discovered_at, n.measures, n.photos,
	n.received_at, n.case_id, n.report_id, n.linked_at, n.breach_at`

func (t *tx) notices(query string, args ...any) ([]schemas.Notice, error) {
	out := []schemas.Notice{}
	err := t.rows(query, args, func(s scanner) error {
		var n schemas.Notice
		var discovered, received int64
		var photos string
		var linked, breach sql.NullInt64
		if err := s.Scan(&n.ID, &n.Ref, &n.AgencyID, &n.ReportNo, &n.Address, &n.Town, &n.Found, &discovered, &n.Measures, &photos,
			&received, &n.CaseID, &n.ReportID, &linked, &breach); err != nil {
			return err
		}
		n.DiscoveredAt, n.ReceivedAt = instant(discovered), instant(received)
		n.LinkedAt, n.BreachAt = instantOrNil(linked), instantOrNil(breach)
		err := decode(photos, &n.Photos)
		out = append(out, n)
		return err
	})
	return out, err
}

func (t *tx) notice(idOrRef string, lock bool) (schemas.Notice, error) {
	column := "id"
	if strings.HasPrefix(strings.ToUpper(idOrRef), "XB-") {
		column, idOrRef = "ref", strings.ToUpper(idOrRef)
	}
	q := `SELECT ` + noticeColumns + ` FROM notices n WHERE n.` + column + ` = ?`
	if lock {
		q += ` FOR UPDATE`
	}
	ns, err := t.notices(q, strings.TrimSpace(idOrRef))
	if err != nil {
		return schemas.Notice{}, err
	}
	if len(ns) == 0 {
		return schemas.Notice{}, notFound("隐患报告单")
	}
	return ns[0], nil
}

// OpenNotice records a hazard notice that comes before its report: notice,
// case (or the open case of the same report number), obligation(escalate, due
// now) and obligation(notice_watch, due now). The same idempotency key and
// content (or, without a key, the same content) of an agency give the notice
// that is there; the same key with other content is Conflict
// "idempotency_key_reused".
func (l *Ledger) OpenNotice(ctx context.Context, n schemas.Notice, c schemas.NewCase, idempotencyKey string, now time.Time) (nn schemas.Notice, cc schemas.Case, created bool, err error) {
	switch {
	case n.AgencyID == "":
		err = invalid("agency_missing", "缺少鉴定机构")
	case c.Level.Rank() == 0:
		err = invalid("case_level", "隐患报告单必须立案")
	case c.Deadline.Statutory.IsZero() || c.Deadline.Handling.IsZero():
		err = invalid("case_deadlines", "案件缺少法定时限或处置时限")
	}
	if err != nil {
		return nn, cc, false, err
	}
	err = l.change(ctx, func(t *tx) error {
		nn, cc, created, err = t.openNotice(n, c, idempotencyKey, now)
		return err
	})
	if err != nil {
		return schemas.Notice{}, schemas.Case{}, false, err
	}
	return nn, cc, created, nil
}

func (t *tx) openNotice(n schemas.Notice, c schemas.NewCase, key string, now time.Time) (schemas.Notice, schemas.Case, bool, error) {
	fail := func(err error) (schemas.Notice, schemas.Case, bool, error) {
		return schemas.Notice{}, schemas.Case{}, false, err
	}
	content, err := noticeContent(n)
	if err != nil {
		return fail(err)
	}
	if key == "" {
		key = "content:" + content
	} else {
		key = "key:" + key
	}
	number := normalNumber(n.ReportNo)
	if err := t.lockLineage(n.AgencyID, number); err != nil {
		return fail(err)
	}
	var id, was string
	known, err := t.get(`SELECT id, content_sha256 FROM notices WHERE agency_id = ? AND idempotency_key = ?`, []any{n.AgencyID, key}, &id, &was).found()
	if err != nil {
		return fail(err)
	}
	if known {
		if was != content {
			return fail(conflict("idempotency_key_reused", "该 Idempotency-Key 已用于另一份内容"))
		}
		old, err := t.notice(id, false)
		if err != nil {
			return fail(err)
		}
		cc, err := t.theCase(old.CaseID, false)
		return old, cc, false, err
	}
	if n, err = t.insertNotice(n, number, key, content, now); err != nil {
		return fail(err)
	}
	cc, err := t.settleCase(hazard{agencyID: n.AgencyID, notices: []schemas.Notice{n}, found: &c,
		actor: schemas.Actor{Kind: "agency", ID: n.AgencyID}, now: now})
	if err != nil {
		return fail(err)
	}
	if _, err := t.exec(`UPDATE notices SET case_id = ? WHERE id = ?`, cc.ID, n.ID); err != nil {
		return fail(err)
	}
	n.CaseID = cc.ID
	if err := t.event(now, schemas.EventNoticeReceived, "notice:"+n.Ref, schemas.Actor{Kind: "agency", ID: n.AgencyID},
		map[string]any{"notice_id": n.ID, "case_id": cc.ID, "content_sha256": content}); err != nil {
		return fail(err)
	}
	if err := t.owe(schemas.NewObligation{Kind: schemas.OweNoticeWatch, Subject: n.ID, DueAt: now}, now); err != nil {
		return fail(err)
	}
	if err := t.linkReportBefore(&n, number, now); err != nil {
		return fail(err)
	}
	stored, err := t.theCase(cc.ID, false)
	return n, stored, true, err
}

// noticeContent is the hash of what the agency said, without what we add.
func noticeContent(n schemas.Notice) (string, error) {
	s, err := encode([]any{n.ReportNo, n.Address, n.Town, n.Found, micros(n.DiscoveredAt), n.Measures, n.Photos})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:]), nil
}

func (t *tx) insertNotice(n schemas.Notice, number, key, content string, now time.Time) (schemas.Notice, error) {
	photos, err := encode(n.Photos)
	if err != nil {
		return n, err
	}
	if n.ReceivedAt.IsZero() {
		n.ReceivedAt = now
	}
	n.ID = newID()
	if n.Ref, err = t.ref("XB", n.ReceivedAt); err != nil {
		return n, err
	}
	if _, err = t.exec(`INSERT INTO notices (id, ref, agency_id, report_no, number, address, town, found, discovered_at, measures, photos,
		received_at, case_id, report_id, idempotency_key, content_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', ?, ?)`,
		n.ID, n.Ref, n.AgencyID, n.ReportNo, number, n.Address, n.Town, n.Found, micros(n.DiscoveredAt), n.Measures, photos,
		micros(n.ReceivedAt), key, content); err != nil {
		return n, err
	}
	return t.notice(n.ID, false)
}

// Notice returns one notice by id or reference ("XB-20261124-0003").
func (l *Ledger) Notice(ctx context.Context, idOrRef string) (n schemas.Notice, err error) {
	err = l.view(ctx, func(t *tx) error { n, err = t.notice(idOrRef, false); return err })
	return n, err
}

// Notices lists notices, newest first.
func (l *Ledger) Notices(ctx context.Context, f schemas.NoticeFilter) (ns []schemas.Notice, next string, err error) {
	var w where
	w.equal("n.agency_id", f.AgencyID)
	if f.Unlinked {
		w.and("n.report_id = ''")
	}
	if err := w.after("n.received_at", "n.id", f.Cursor, true); err != nil {
		return nil, "", err
	}
	limit := pageSize(f.Limit)
	err = l.view(ctx, func(t *tx) error {
		ns, err = t.notices(`SELECT `+noticeColumns+` FROM notices n`+w.String()+` ORDER BY n.received_at DESC, n.id DESC LIMIT ?`,
			append(w.args, limit+1)...)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	ns, next = page(ns, limit, func(n schemas.Notice) (int64, string) { return micros(n.ReceivedAt), n.ID })
	return ns, next, nil
}

// RecordNoticeReminder records one reminder ("18h", "23h") or the breach for a
// notice without report, with its messages; the watch is due again at nextDue,
// and done when that is zero. When the report came meanwhile nothing is sent
// and the watch ends.
func (l *Ledger) RecordNoticeReminder(ctx context.Context, lease schemas.Lease, noticeID, kind string, ns []schemas.NewNotification, nextDue, now time.Time) error {
	return l.change(ctx, func(t *tx) error {
		o, finished, err := t.hold(lease)
		if err != nil || finished {
			return err
		}
		if o.Kind != schemas.OweNoticeWatch || o.Subject != noticeID {
			return invalid("wrong_lease", "租约不属于该隐患报告单")
		}
		n, err := t.notice(noticeID, true)
		if err != nil {
			return err
		}
		if n.ReportID != "" {
			return t.finish(o, schemas.ObligationResult{Done: true, Outcome: "linked"}, now)
		}
		event := schemas.EventNoticeReminded
		if kind == schemas.NoticeBreach {
			event = schemas.EventNoticeBreach
			if _, err := t.exec(`UPDATE notices SET breach_at = COALESCE(breach_at, ?) WHERE id = ?`, micros(now), n.ID); err != nil {
				return err
			}
		}
		if err := t.event(now, event, "notice:"+n.Ref, system(), map[string]any{"kind": kind, "case_id": n.CaseID}); err != nil {
			return err
		}
		if err := t.notify("", ns, now); err != nil {
			return err
		}
		res := schemas.ObligationResult{Done: true, Outcome: kind}
		if !nextDue.IsZero() {
			res = schemas.ObligationResult{RetryAt: nextDue, Snooze: true, Outcome: kind}
		}
		return t.finish(o, res, now)
	})
}
