package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"jianding/schemas"
)

// The committee's console: the board, a case with its commands and its
// printable papers, the overdue tables.

// boardPage is all open cases, the most urgent first.
type boardPage struct {
	Cases  []boardRow
	Filter schemas.CaseFilter
	Next   string
	Stats  *schemas.Stats
	Towns  []string
}

type boardRow struct {
	schemas.Case
	Due    time.Time // what the countdown runs to
	Late   bool
	Agency string
}

// due is the instant that matters next: the statutory deadline, or the
// handling one where the statutory one had passed on arrival.
func due(c schemas.Case) time.Time {
	if c.Deadline.LateOnArrival || c.Deadline.Statutory.IsZero() {
		return c.Deadline.Handling
	}
	if c.Deadline.Handling.Before(c.Deadline.Statutory) {
		return c.Deadline.Handling
	}
	return c.Deadline.Statutory
}

func (s *server) board(w http.ResponseWriter, r *http.Request, p principal) error {
	if p.user.Role == schemas.RoleClerk {
		return p.need(seeCases)
	}
	f, err := s.caseFilter(r, p)
	if err != nil {
		return err
	}
	if len(f.Statuses) == 0 {
		f.OpenOnly = true
	}
	cs, next, err := s.ledger.Cases(r.Context(), f)
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r.Context())
	if err != nil {
		return err
	}
	page := boardPage{Filter: f, Next: nextPage(r, next)}
	for _, c := range cs {
		d := due(c)
		page.Cases = append(page.Cases, boardRow{Case: c, Due: d, Agency: names[c.AgencyID], Late: s.now().After(d) && c.Instants.Disposed == nil})
		if c.Town != "" && !slices.Contains(page.Towns, c.Town) {
			page.Towns = append(page.Towns, c.Town)
		}
	}
	if p.may(seeCases) {
		st, err := s.ledger.Stats(r.Context(), s.now())
		if err != nil {
			return err
		}
		page.Stats = &st
	}
	return s.render(w, r, http.StatusOK, "board", p, "隐患案件", page)
}

// casePage is one case with everything that is known of it.
type casePage struct {
	schemas.Case
	Due           time.Time
	Agency        string
	Reports       []schemas.Report
	Shown         *schemas.Report     // the report that shows the hazard; nil before there is one
	Reading       *schemas.Assessment // of that report
	Notice        *schemas.Notice
	Notifications []schemas.Notification
	Timeline      []schemas.Event
	Proposal      proposal
	CopyTo        []string
	SecondPerson  bool
	Codes         map[schemas.DispositionCode]string
	ClosingReport *schemas.Report
	Problem       *problem
}

func (s *server) loadCase(ctx context.Context, p principal, id string) (*casePage, error) {
	c, err := s.findCase(ctx, p, id)
	if err != nil {
		return nil, err
	}
	page := &casePage{Case: c, Due: due(c), SecondPerson: s.SecondPerson, Codes: schemas.DispositionNames()}
	a, err := s.ledger.Agency(ctx, c.AgencyID)
	if err != nil {
		return nil, err
	}
	page.Agency = a.Name
	if page.Reports, err = s.ledger.CaseReports(ctx, c.ID); err != nil {
		return nil, err
	}
	for i := range page.Reports {
		if page.Reports[i].ID == c.ReportID {
			page.Shown = &page.Reports[i]
		}
	}
	if page.Shown != nil {
		eff, err := s.ledger.EffectiveAssessment(ctx, page.Shown.ID)
		if err == nil {
			page.Reading = &eff
		} else if schemas.KindOf(err) != schemas.KindNotFound {
			return nil, err
		}
	}
	if c.NoticeID != "" {
		n, err := s.ledger.Notice(ctx, c.NoticeID)
		if err != nil {
			return nil, err
		}
		page.Notice = &n
	}
	if page.Notifications, err = s.ledger.CaseNotifications(ctx, c.ID); err != nil {
		return nil, err
	}
	for i := range page.Notifications {
		page.Notifications[i] = withoutLinks(page.Notifications[i])
	}
	if page.Timeline, err = s.timeline(ctx, page); err != nil {
		return nil, err
	}
	page.Proposal = proposeDisposition(c, page.Reading)
	page.CopyTo = s.copyTo(c)
	return page, nil
}

// Addressee is to whom an order goes; empty where that is not certain: the
// owner of one of several houses is not the others'.
func (c *casePage) Addressee() string {
	if c.Reading == nil || len(c.Places()) > 1 {
		return ""
	}
	return c.Reading.Report.Owner
}

// copyTo proposes whom a disposition is copied to.
func (s *server) copyTo(c schemas.Case) []string {
	var names []string
	for _, p := range append([]schemas.Place{{Address: c.Address, Town: c.Town, Use: c.Use}}, c.Also...) {
		if s.CopyTo != nil {
			names = append(names, s.CopyTo(p)...)
		} else {
			names = append(names, p.Town)
		}
	}
	return trimAll(names)
}

// timeline is made from events alone: those of the case, of its reports and
// of its notice, in the order in which they were committed.
func (s *server) timeline(ctx context.Context, page *casePage) ([]schemas.Event, error) {
	subjects := []string{"case:" + page.ID}
	for _, rep := range page.Reports {
		subjects = append(subjects, "report:"+rep.ID)
	}
	if page.Notice != nil {
		subjects = append(subjects, "notice:"+page.Notice.Ref)
	}
	var all []schemas.Event
	for _, sub := range subjects {
		es, err := s.events(ctx, sub)
		if err != nil {
			return nil, err
		}
		all = append(all, es...)
	}
	slices.SortFunc(all, func(a, b schemas.Event) int { return int(a.Seq - b.Seq) })
	return all, nil
}

// events are all events of a subject. A case that nobody acknowledges has
// thousands, and what happened last matters most.
func (s *server) events(ctx context.Context, subject string) (all []schemas.Event, err error) {
	const many = 500
	f := schemas.EventFilter{Subject: subject, Limit: many}
	for {
		es, err := s.ledger.Events(ctx, f)
		if err != nil {
			return nil, err
		}
		if all = append(all, es...); len(es) < many {
			return all, nil
		}
		f.After = es[len(es)-1].Seq
	}
}

// casePaper shows a case as a page: the case itself, or one of its papers,
// which only the committee needs. An agency sees its report and not the
// committee's file; a town sees the cases that are its own.
func (s *server) casePaper(template, title string, committee bool) handler {
	return func(w http.ResponseWriter, r *http.Request, p principal) error {
		if err := p.need(seeCases); err != nil && (committee || p.agency != nil) {
			return err
		}
		page, err := s.loadCase(r.Context(), p, r.PathValue("id"))
		if err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, template, p, title+" "+page.Ref, page)
	}
}

// caseForm is the frame of all commands on a case from its page: errors that
// the person can mend come back on the page.
func (s *server) caseForm(said string, do func(ctx context.Context, p principal, c schemas.Case, form url.Values) (schemas.Case, error)) handler {
	return func(w http.ResponseWriter, r *http.Request, p principal) error {
		ctx := r.Context()
		c, err := s.findCase(ctx, p, r.PathValue("id"))
		if err != nil {
			return err
		}
		if c, err = do(ctx, p, c, r.PostForm); err != nil {
			k := schemas.KindOf(err)
			if k != schemas.KindInvalid && k != schemas.KindConflict && k != schemas.KindDenied {
				return err
			}
			page, err2 := s.loadCase(ctx, p, r.PathValue("id"))
			if err2 != nil {
				return err2
			}
			pr := problemOf(err)
			page.Problem = &pr
			return s.render(w, r, pr.Status, "case", p, "案件 "+page.Ref, page)
		}
		s.wake()
		to := "/console/cases/" + c.Ref
		if r.PostForm.Get("back") == "board" {
			to = "/console"
		}
		http.Redirect(w, r, to+"?ok="+said, http.StatusSeeOther)
		return nil
	}
}

func (s *server) formAcknowledge(ctx context.Context, p principal, c schemas.Case, form url.Values) (schemas.Case, error) {
	if err := p.need(actOnCases); err != nil {
		return c, err
	}
	if unseen(form, c) {
		return c, schemas.E(schemas.KindConflict, "case_changed", "页面打开后案件有了新的情况，请看过最新内容再确认", nil)
	}
	return s.ledger.AcknowledgeCase(ctx, c.ID, p.actor(), s.now())
}

func (s *server) formDispose(ctx context.Context, p principal, c schemas.Case, form url.Values) (schemas.Case, error) {
	if err := p.need(actOnCases); err != nil {
		return c, err
	}
	in := disposal{Clause: form.Get("clause"), Note: form.Get("note")}
	for _, code := range form["code"] {
		in.Codes = append(in.Codes, schemas.DispositionCode(code))
	}
	in.CopyTo = strings.FieldsFunc(form.Get("copy_to"), func(r rune) bool { return strings.ContainsRune("、,，;；\n", r) })
	return s.dispose(ctx, p, c, in)
}

func (s *server) formMeasure(ctx context.Context, p principal, c schemas.Case, form url.Values) (schemas.Case, error) {
	return s.measure(ctx, p, c, form.Get("text"))
}

func (s *server) formClose(ctx context.Context, p principal, c schemas.Case, form url.Values) (schemas.Case, error) {
	if err := p.need(actOnCases); err != nil {
		return c, err
	}
	return s.close(ctx, p, c, closing{Evidence: form.Get("evidence"), ReportID: form.Get("report")})
}

func (s *server) formDowngrade(ctx context.Context, p principal, c schemas.Case, form url.Values) (schemas.Case, error) {
	if err := p.need(actOnCases); err != nil {
		return c, err
	}
	var second *principal
	if login := form.Get("second_login"); login != "" {
		u, err := s.checkPassword(ctx, login, form.Get("second_password"), place{name: "beside:" + p.user.ID, known: true})
		if err != nil {
			return c, err
		}
		second = &principal{user: &u}
	}
	return s.downgrade(ctx, p, second, c, downgrade{To: form.Get("to"), Reason: form.Get("reason")})
}

func (s *server) formRaise(ctx context.Context, p principal, c schemas.Case, form url.Values) (schemas.Case, error) {
	if err := p.need(actOnCases); err != nil {
		return c, err
	}
	why, err := reason(form.Get("reason"), "reason_required", "升级为红色应写明理由")
	if err != nil {
		return c, err
	}
	return s.ledger.RaiseCase(ctx, c.ID, why, p.actor(), s.now())
}
