package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"jianding/schemas"
)

// findCase loads a case by id or reference, for who may see it.
func (s *server) findCase(ctx context.Context, p principal, id string) (schemas.Case, error) {
	c, err := s.ledger.Case(ctx, id)
	switch {
	case schemas.KindOf(err) == schemas.KindNotFound || schemas.KindOf(err) == schemas.KindInvalid:
		return c, notFound()
	case err != nil:
		return c, err
	case !p.seesCase(c):
		return schemas.Case{}, notFound()
	}
	return c, nil
}

// caseView is what the agency of a case may not see taken out of it.
func caseView(p principal, c schemas.Case) schemas.Case {
	if p.user == nil || p.user.Role == schemas.RoleClerk {
		c.Policy = nil // who is on duty, and how to reach them
	}
	return c
}

// caseFilter holds an agency to its own cases and a town to its own.
func (s *server) caseFilter(r *http.Request, p principal) (schemas.CaseFilter, error) {
	q := query{r: r}
	f := schemas.CaseFilter{
		Level: schemas.HazardLevel(q.one("level", "amber", "red")), Town: q.one("town"), AgencyID: q.one("agency"),
		OpenOnly: q.flag("open"), Overdue: q.flag("overdue"), Now: s.now(), Cursor: q.cursor(), Limit: q.limit(),
	}
	if st := q.one("status", "open", "notified", "acknowledged", "disposed", "closed", "dismissed"); st != "" {
		f.Statuses = []schemas.CaseStatus{schemas.CaseStatus(st)}
	}
	switch {
	case p.may(seeCases):
	case p.user != nil && p.user.Role == schemas.RoleTown && p.user.Town != "":
		f.CopiedTo = p.user.Town // beside the filter that it may set itself
	case p.agency != nil:
		f.AgencyID = p.agency.ID
	default:
		return f, schemas.E(schemas.KindDenied, "not_permitted", "当前账号没有此项权限", nil)
	}
	return f, q.err()
}

func (s *server) listCases(w http.ResponseWriter, r *http.Request, p principal) error {
	f, err := s.caseFilter(r, p)
	if err != nil {
		return err
	}
	cs, next, err := s.ledger.Cases(r.Context(), f)
	if err != nil {
		return err
	}
	for i := range cs {
		cs[i] = caseView(p, cs[i])
	}
	writeList(w, cs, next)
	return nil
}

func (s *server) getCase(w http.ResponseWriter, r *http.Request, p principal) error {
	c, err := s.findCase(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, caseView(p, c))
	return nil
}

func (s *server) getCaseEvents(w http.ResponseWriter, r *http.Request, p principal) error {
	c, err := s.findCase(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	es, err := s.events(r.Context(), "case:"+c.ID)
	if err != nil {
		return err
	}
	writeList(w, es, "")
	return nil
}

func (s *server) getCaseNotifications(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(seeCases); err != nil {
		return err
	}
	c, err := s.findCase(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	ns, err := s.ledger.CaseNotifications(r.Context(), c.ID)
	if err != nil {
		return err
	}
	for i := range ns {
		ns[i] = withoutLinks(ns[i])
	}
	writeList(w, ns, "")
	return nil
}

// withoutLinks takes the one-time link out of what is shown: reading a record
// must not give the power to acknowledge in another's name.
func withoutLinks(n schemas.Notification) schemas.Notification {
	if n.Message.AckLink != "" {
		n.Message.Text = strings.ReplaceAll(n.Message.Text, n.Message.AckLink, "（一次性链接）")
		n.Message.AckLink = ""
	}
	return n
}

// caseCommand is the frame of all commands on a case: who may, which case,
// what was asked, and the case as it is then.
func caseCommand[T any](s *server, w http.ResponseWriter, r *http.Request, p principal, may right, do func(schemas.Case, T) (schemas.Case, error)) error {
	if err := p.need(may); err != nil {
		return err
	}
	c, err := s.findCase(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	var in T
	if err := s.readJSON(w, r, &in); err != nil {
		return err
	}
	c, err = do(c, in)
	if err != nil {
		return err
	}
	s.wake()
	writeJSON(w, http.StatusOK, caseView(p, c))
	return nil
}

func (s *server) acknowledgeCase(w http.ResponseWriter, r *http.Request, p principal) error {
	return caseCommand(s, w, r, p, actOnCases, func(c schemas.Case, _ struct{}) (schemas.Case, error) {
		return s.ledger.AcknowledgeCase(r.Context(), c.ID, p.actor(), s.now())
	})
}

// disposal is the committee's decision for a house.
type disposal struct {
	Codes  []schemas.DispositionCode `json:"codes"`
	Clause string                    `json:"clause"`
	Note   string                    `json:"note"`
	CopyTo []string                  `json:"copy_to"`
}

func (s *server) disposeCase(w http.ResponseWriter, r *http.Request, p principal) error {
	return caseCommand(s, w, r, p, actOnCases, func(c schemas.Case, in disposal) (schemas.Case, error) {
		return s.dispose(r.Context(), p, c, in)
	})
}

func (s *server) dispose(ctx context.Context, p principal, c schemas.Case, in disposal) (schemas.Case, error) {
	var f findings
	if len(in.Codes) == 0 {
		f.add("codes", "disposition_missing", "请至少选择一项处置措施")
	}
	for i, code := range in.Codes {
		if _, ok := schemas.DispositionNames()[code]; !ok {
			f.add("/codes/"+itoa(i), "disposition_unknown", "没有代码为 "+clip(string(code))+" 的处置措施")
		}
	}
	if len([]rune(in.Note)) > 2000 || len([]rune(in.Clause)) > 500 || len(in.CopyTo) > 20 {
		f.add("note", "disposition_too_long", "说明、依据或抄送过长")
	}
	if err := f.err(); err != nil {
		return c, err
	}
	now := s.now()
	// Who decides has received: the record should say both.
	if c.Status == schemas.CaseOpen || c.Status == schemas.CaseNotified {
		if _, err := s.ledger.AcknowledgeCase(ctx, c.ID, p.actor(), now); err != nil {
			return c, err
		}
	}
	return s.ledger.DisposeCase(ctx, c.ID, schemas.Disposition{
		Codes: slices.Compact(in.Codes), Clause: strings.TrimSpace(in.Clause), Note: strings.TrimSpace(in.Note),
		CopyTo: trimAll(in.CopyTo), By: p.actor(), At: now,
	}, now)
}

func trimAll(in []string) []string {
	var out []string
	for _, s := range in {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// measureCase records a measure: the committee, or the town in its own case.
func (s *server) measureCase(w http.ResponseWriter, r *http.Request, p principal) error {
	c, err := s.findCase(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	var in struct {
		Text string `json:"text"`
	}
	if err := s.readJSON(w, r, &in); err != nil {
		return err
	}
	if c, err = s.measure(r.Context(), p, c, in.Text); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, caseView(p, c))
	return nil
}

func (s *server) measure(ctx context.Context, p principal, c schemas.Case, text string) (schemas.Case, error) {
	if !p.may(actOnCases) && !p.ownCase(c) {
		return c, p.need(actOnCases)
	}
	text, err := reason(text, "measure_required", "请写明已采取的措施")
	if err != nil {
		return c, err
	}
	return s.ledger.RecordMeasure(ctx, c.ID, text, p.actor(), s.now())
}

// closing ends a case (销号) with its evidence.
type closing struct {
	Evidence string `json:"evidence"`
	ReportID string `json:"report_id"`
}

func (s *server) closeCase(w http.ResponseWriter, r *http.Request, p principal) error {
	return caseCommand(s, w, r, p, actOnCases, func(c schemas.Case, in closing) (schemas.Case, error) {
		return s.close(r.Context(), p, c, in)
	})
}

func (s *server) close(ctx context.Context, p principal, c schemas.Case, in closing) (schemas.Case, error) {
	evidence, err := reason(in.Evidence, "evidence_required", "销号应写明依据：复核鉴定报告或已落实的措施")
	if err != nil {
		return c, err
	}
	reportID := strings.TrimSpace(in.ReportID)
	if reportID != "" {
		rep, err := s.findReport(ctx, p, reportID)
		if err != nil {
			return c, invalid("report_unknown", "没有找到作为依据的复核报告 "+clip(reportID))
		}
		reportID = rep.ID
	}
	now := s.now()
	return s.ledger.CloseCase(ctx, c.ID, schemas.Closing{Evidence: evidence, ReportID: reportID, By: p.actor(), At: now}, now)
}

// downgrade lowers a case to amber or dismisses it. SecondToken is the token
// of a second officer, where two are asked for.
type downgrade struct {
	To          string `json:"to"`
	Reason      string `json:"reason"`
	SecondToken string `json:"second_token"`
}

func (s *server) downgradeCase(w http.ResponseWriter, r *http.Request, p principal) error {
	return caseCommand(s, w, r, p, actOnCases, func(c schemas.Case, in downgrade) (schemas.Case, error) {
		var second *principal
		if in.SecondToken != "" {
			r2 := r.Clone(r.Context())
			r2.Header.Set("Authorization", "Bearer "+in.SecondToken)
			q, err := s.bearer(r2)
			if err != nil {
				return c, err
			}
			second = &q
		}
		return s.downgrade(r.Context(), p, second, c, in)
	})
}

func (s *server) downgrade(ctx context.Context, p principal, second *principal, c schemas.Case, in downgrade) (schemas.Case, error) {
	if p.user == nil {
		return c, schemas.E(schemas.KindDenied, "person_required", "降级或解除须由具名人员作出", nil)
	}
	if in.To != string(schemas.HazardAmber) && in.To != schemas.CaseDismiss {
		return c, invalid("level_unknown", "只能降为 amber（橙色）或 dismiss（解除）")
	}
	why, err := reason(in.Reason, "reason_required", "降级或解除应写明理由")
	if err != nil {
		return c, err
	}
	var by2 *schemas.Actor
	switch {
	case second == nil && s.SecondPerson:
		return c, schemas.E(schemas.KindDenied, "second_person_required", "降级或解除须由第二名有权人员共同确认", nil)
	case second != nil && (second.user == nil || !second.may(actOnCases) || second.user.ID == p.user.ID):
		return c, schemas.E(schemas.KindDenied, "second_person_invalid", "第二确认人须为另一名有权人员", nil)
	case second != nil:
		a := second.actor()
		by2 = &a
	}
	return s.ledger.DowngradeCase(ctx, c.ID, in.To, why, p.actor(), by2, s.now())
}

func (s *server) raiseCase(w http.ResponseWriter, r *http.Request, p principal) error {
	return caseCommand(s, w, r, p, actOnCases, func(c schemas.Case, in struct {
		Reason string `json:"reason"`
	}) (schemas.Case, error) {
		why, err := reason(in.Reason, "reason_required", "升级为红色应写明理由")
		if err != nil {
			return c, err
		}
		return s.ledger.RaiseCase(r.Context(), c.ID, why, p.actor(), s.now())
	})
}

// reason asks for words: trimmed, present, not endless.
func reason(text, code, message string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", invalid(code, message)
	}
	if len([]rune(text)) > 2000 {
		return "", invalid("text_too_long", "文字不超过 2000 字")
	}
	return text, nil
}
