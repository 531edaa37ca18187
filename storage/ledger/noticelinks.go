package ledger

import (
	"context"
	"strings"
	"time"

	"jianding/schemas"
)

// A hazard notice waits for its report (先报后补), and the link says which
// report answers it. The link lasts as long as that report can be used: one
// that is rejected, or whose number was used again for another house, answers
// nothing, and the agency's 24 hours go on as if they had never stopped.

// Why a report answers its notice no more, as events say it.
const (
	unlinkRejected   = "报告已退回"
	unlinkOtherHouse = "同一编号的新版报告鉴定的是另一处房屋"
)

// noticesOf locks and returns the notices that a report is about: the one that
// it names, those with its number, those linked to it, and those of its case about
// the same house.
func (t *tx) noticesOf(r *schemas.Report) ([]schemas.Notice, error) {
	conds, args := []string{`n.report_id = ?`}, []any{r.ID}
	if ref := strings.ToUpper(strings.TrimSpace(r.Declared.NoticeRef)); ref != "" {
		conds, args = append(conds, `n.ref = ?`), append(args, ref)
	}
	if number := normalNumber(r.ReportNo); number != "" {
		conds, args = append(conds, `n.number = ?`), append(args, number)
	}
	if r.CaseID != "" {
		conds, args = append(conds, `n.case_id = ?`), append(args, r.CaseID)
	}
	// The agency's own only: nobody answers another's notice.
	args = append(args, r.AgencyID)
	ns, err := t.notices(`SELECT `+noticeColumns+` FROM notices n WHERE (`+strings.Join(conds, " OR ")+`) AND n.agency_id = ?
		ORDER BY n.id FOR UPDATE`, args...)
	if err != nil || r.CaseID == "" {
		return ns, err
	}
	about := ns[:0]
	for _, n := range ns {
		is, err := t.isAbout(r, n)
		if err != nil {
			return nil, err
		}
		if is {
			about = append(about, n)
		}
	}
	return about, nil
}

// isAbout says that a report names a notice of its case, was linked to it
// once, or is about the same house.
func (t *tx) isAbout(r *schemas.Report, n schemas.Notice) (bool, error) {
	if names(r, n) || n.ReportID == r.ID {
		return true, nil
	}
	at, err := t.placeOf(r.ID)
	if err != nil || schemas.SamePlace(at, n.Address) {
		return err == nil, err
	}
	var was int
	err = t.get(`SELECT count(*) FROM events WHERE subject = ? AND kind = ? AND data LIKE ?`,
		[]any{"notice:" + n.Ref, string(schemas.EventNoticeLinked), "%" + r.ID + "%"}, &was).err
	return was > 0, err
}

// names says that a report names a notice, by its reference or by the number
// that both give.
func names(r *schemas.Report, n schemas.Notice) bool {
	number := normalNumber(r.ReportNo)
	return strings.EqualFold(strings.TrimSpace(r.Declared.NoticeRef), n.Ref) || number != "" && number == normalNumber(n.ReportNo)
}

// linkReportBefore links a notice whose report is there already.
func (t *tx) linkReportBefore(n *schemas.Notice, number string, now time.Time) error {
	if number == "" {
		return nil
	}
	rs, err := t.lineage(n.AgencyID, number, true)
	if err != nil {
		return err
	}
	return t.linkUsable(n, rs, "", schemas.Actor{Kind: "agency", ID: n.AgencyID}, now)
}

// linkNotice notes that a report answers a notice. One that is linked stays
// with its first report: later revisions find the case by number.
func (t *tx) linkNotice(n *schemas.Notice, r *schemas.Report, actor schemas.Actor, now time.Time) error {
	if n.ReportID != "" {
		return nil
	}
	n.ReportID, n.LinkedAt = r.ID, &now
	if _, err := t.exec(`UPDATE notices SET report_id = ?, linked_at = ? WHERE id = ?`, r.ID, micros(now), n.ID); err != nil {
		return err
	}
	if _, err := t.wake(schemas.OweNoticeWatch, n.ID, now); err != nil {
		return err
	}
	return t.event(now, schemas.EventNoticeLinked, "notice:"+n.Ref, actor, map[string]any{"report_id": r.ID, "late": n.BreachAt != nil})
}

// answerNotices links a report that can be used to the notices that it is
// about, and takes it from them when it can't be used. The report's status and
// its place among the revisions are those that the transaction gives it.
func (t *tx) answerNotices(r *schemas.Report, notices []schemas.Notice, actor schemas.Actor, now time.Time) error {
	if r.Status == schemas.ReportRejected {
		for i := range notices {
			if notices[i].ReportID != r.ID {
				continue
			}
			if err := t.unlinkNotice(&notices[i], r, unlinkRejected, actor, now); err != nil {
				return err
			}
		}
		return nil
	}
	replaced, err := t.replacedHouses(r)
	if err != nil {
		return err
	}
	at, err := t.placeOf(r.ID)
	if err != nil {
		return err
	}
	for i := range notices {
		// A number that was used for two houses says nothing: the place does.
		if len(replaced) > 0 && !schemas.SamePlace(at, notices[i].Address) {
			continue
		}
		if err := t.linkNotice(&notices[i], r, actor, now); err != nil {
			return err
		}
	}
	for _, x := range replaced {
		linked, err := t.notices(`SELECT `+noticeColumns+` FROM notices n WHERE n.report_id = ? ORDER BY n.id FOR UPDATE`, x.ID)
		if err != nil {
			return err
		}
		for i := range linked {
			if schemas.SamePlace(at, linked[i].Address) {
				continue
			}
			if err := t.unlinkNotice(&linked[i], r, unlinkOtherHouse, actor, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// replacedHouses are the revisions that held before r, which holds now, and
// that are about another house than r.
func (t *tx) replacedHouses(r *schemas.Report) ([]schemas.Report, error) {
	number := normalNumber(r.ReportNo)
	if number == "" || r.EffectiveAt == nil {
		return nil, nil
	}
	rs, err := t.lineage(r.AgencyID, number, false)
	if err != nil {
		return nil, err
	}
	at, err := t.placeOf(r.ID)
	if err != nil {
		return nil, err
	}
	var other []schemas.Report
	for _, x := range rs {
		if x.ID == r.ID {
			break
		}
		was, err := t.placeOf(x.ID)
		if err != nil {
			return nil, err
		}
		if x.EffectiveAt != nil && was != "" && at != "" && !schemas.SamePlace(at, was) {
			other = append(other, x)
		}
	}
	return other, nil
}

// placeOf is the address of a report, as declared or read.
func (t *tx) placeOf(reportID string) (address string, err error) {
	err = t.get(`SELECT address FROM reports WHERE id = ?`, []any{reportID}, &address).err
	return address, err
}

// unlinkNotice takes a report from a notice. Another revision that can be used
// answers in its place; without one the agency's time goes on, and may be over
// already.
func (t *tx) unlinkNotice(n *schemas.Notice, because *schemas.Report, why string, actor schemas.Actor, now time.Time) error {
	was := n.ReportID
	n.ReportID, n.LinkedAt = "", nil
	if _, err := t.exec(`UPDATE notices SET report_id = '', linked_at = NULL WHERE id = ?`, n.ID); err != nil {
		return err
	}
	if err := t.event(now, schemas.EventNoticeUnlinked, "notice:"+n.Ref, actor, map[string]any{"report_id": was, "by": because.ID, "why": why}); err != nil {
		return err
	}
	// A watch under way may have seen the link: it ends without a word, and a
	// new one looks.
	if err := t.settle(schemas.OweNoticeWatch, n.ID, "unlinked", now); err != nil {
		return err
	}
	if err := t.owe(schemas.NewObligation{Kind: schemas.OweNoticeWatch, Subject: n.ID, Dedupe: "unlinked:" + newID(), DueAt: now}, now); err != nil {
		return err
	}
	if why != unlinkRejected {
		return nil
	}
	rs, err := t.lineage(because.AgencyID, normalNumber(because.ReportNo), true)
	if err != nil || normalNumber(because.ReportNo) == "" {
		return err
	}
	return t.linkUsable(n, rs, because.ID, actor, now)
}

// linkUsable links the newest of some reports that can be used, but for one.
func (t *tx) linkUsable(n *schemas.Notice, rs []schemas.Report, but string, actor schemas.Actor, now time.Time) error {
	for i := len(rs) - 1; i >= 0; i-- {
		if usable := rs[i].Status == schemas.ReportAccepted || rs[i].Status == schemas.ReportNeedsReview; usable && rs[i].ID != but {
			return t.linkNotice(n, &rs[i], actor, now)
		}
	}
	return nil
}

// LinkNotice links a report to a notice by hand; the report's case, if any, is
// folded into the notice's. Linking the same again is no error. Conflict
// "notice_linked" when another report is linked, "notice_other_agency" when
// the two are not of one agency, "notice_report_rejected" when the report was
// rejected: it answers nothing.
func (l *Ledger) LinkNotice(ctx context.Context, noticeID, reportID string, actor schemas.Actor, now time.Time) error {
	return l.change(ctx, func(t *tx) error {
		r, err := t.lockReport(reportID, "")
		if err != nil {
			return err
		}
		n, err := t.notice(noticeID, true)
		if err != nil {
			return err
		}
		switch {
		case n.ReportID == r.ID:
			return nil
		case n.ReportID != "":
			return conflict("notice_linked", "该隐患报告单已关联另一份报告")
		case n.AgencyID != r.AgencyID:
			return conflict("notice_other_agency", "隐患报告单与报告不属于同一鉴定机构")
		case r.Status == schemas.ReportRejected:
			return conflict("notice_report_rejected", "该报告已退回，不能作为隐患报告单的补报")
		}
		cc, err := t.settleCase(hazard{agencyID: r.AgencyID, report: &r, notices: []schemas.Notice{n}, actor: actor, now: now})
		if err != nil {
			return err
		}
		if cc != nil {
			if _, err := t.exec(`UPDATE notices SET case_id = ? WHERE id = ?`, cc.ID, n.ID); err != nil {
				return err
			}
			if _, err := t.exec(`UPDATE reports SET case_id = ?, version = version + 1 WHERE id = ?`, cc.ID, r.ID); err != nil {
				return err
			}
		}
		return t.linkNotice(&n, &r, actor, now)
	})
}
