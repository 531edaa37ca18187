package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"jianding/intake/agencies"
	"jianding/schemas"
)

// Deliveries, the register of agencies, and people.

type deliveriesPage struct {
	Rows        []deliveryRow
	Filter      schemas.DeliveryFilter
	Next        string
	Stats       schemas.Stats
	Differences []schemas.Difference
	Problem     *problem
	CanExport   bool
	Today       string
	State       string // of the connection to the platform, in words
}

type deliveryRow struct {
	schemas.Delivery
	Report schemas.Report
	Agency string
}

func (s *server) deliveriesPage(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.showDeliveries(w, r, p, nil)
}

func (s *server) showDeliveries(w http.ResponseWriter, r *http.Request, p principal, pr *problem) error {
	if err := p.need(deliver); err != nil {
		return err
	}
	ctx := r.Context()
	q := query{r: r}
	page := deliveriesPage{Filter: deliveryFilter(&q), Problem: pr, CanExport: s.Export != nil, Today: s.now().In(shanghai()).Format("2006-01-02")}
	if err := q.err(); err != nil {
		return err
	}
	if s.PlatformState != nil {
		page.State = s.PlatformState()
	}
	ds, next, err := s.ledger.Deliveries(ctx, page.Filter)
	if err != nil {
		return err
	}
	names, err := s.agencyNames(ctx)
	if err != nil {
		return err
	}
	for _, d := range ds {
		rep, err := s.ledger.Report(ctx, d.ReportID)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, deliveryRow{d, rep, names[rep.AgencyID]})
	}
	page.Next = nextPage(r, next)
	if page.Stats, err = s.ledger.Stats(ctx, s.now()); err != nil {
		return err
	}
	if page.Differences, err = s.ledger.Differences(ctx, true, 100); err != nil {
		return err
	}
	status := http.StatusOK
	if pr != nil {
		status = pr.Status
	}
	return s.render(w, r, status, "deliveries", p, "平台报送", page)
}

func (s *server) deliveryPage(w http.ResponseWriter, r *http.Request, p principal) error {
	d, err := s.findDelivery(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	rep, err := s.ledger.Report(r.Context(), d.ReportID)
	if err != nil {
		return err
	}
	events, err := s.ledger.Events(r.Context(), schemas.EventFilter{Subject: "delivery:" + d.ID, Limit: 200})
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "delivery", p, "平台报送 "+reportTitle(rep), struct {
		deliveryRow
		Events []schemas.Event
	}{deliveryRow{Delivery: d, Report: rep}, events})
}

// doDelivery is every command of the deliveries' pages; the button's name
// says which.
func (s *server) doDelivery(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(deliver); err != nil {
		return err
	}
	said, err := s.deliveryForm(r, p, r.PostForm)
	if said == "" && err == nil {
		return s.export(w, r, r.PostForm["id"], r.PostForm.Get("day"))
	}
	if k := schemas.KindOf(err); k == schemas.KindInvalid || k == schemas.KindConflict {
		pr := problemOf(err)
		return s.showDeliveries(w, r, p, &pr)
	}
	if err != nil {
		return err
	}
	s.wake()
	http.Redirect(w, r, "/console/deliveries?ok="+said, http.StatusSeeOther)
	return nil
}

func (s *server) deliveryForm(r *http.Request, p principal, form url.Values) (said string, err error) {
	ctx, now, ids := r.Context(), s.now(), form["id"]
	each := func(f func(id string) error) error {
		if len(ids) == 0 {
			return invalid("selection_missing", "请先勾选记录")
		}
		for _, id := range ids {
			if err := f(id); err != nil {
				return err
			}
		}
		return nil
	}
	switch form.Get("do") {
	case "replay":
		rate, _ := strconv.Atoi(form.Get("rate"))
		_, err = s.replay(ctx, p, replay{IDs: ids, PerMinute: rate})
		return "replayed", err
	case "replay-dead":
		rate, _ := strconv.Atoi(form.Get("rate"))
		_, err = s.replay(ctx, p, replay{Status: schemas.DeliveryDead, PerMinute: rate})
		return "replayed", err
	case "manual":
		return "manual", each(func(id string) error { _, err := s.ledger.SetDeliveryManual(ctx, id, p.actor(), now); return err })
	case "automatic":
		return "automatic", each(func(id string) error { _, err := s.ledger.SetDeliveryAutomatic(ctx, id, p.actor(), now); return err })
	case "receipt":
		return "receipt", each(func(id string) error {
			_, err := s.manualReceipt(ctx, p, id, form.Get("receipt"), form.Get("evidence"))
			return err
		})
	case "resolve":
		text, err := reason(form.Get("resolution"), "resolution_required", "请说明差异如何处理")
		if err != nil {
			return "", err
		}
		return "resolved", s.ledger.ResolveDifference(ctx, form.Get("difference"), text, p.actor(), now)
	case "export":
		return "", nil
	}
	return "", invalid("command_unknown", "没有这个操作")
}

// The register.

type agenciesPage struct {
	Agencies []schemas.Agency
	Warnings []schemas.Problem
	Problem  *problem
}

func (s *server) agenciesPage(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.showAgencies(w, r, p, nil, nil)
}

func (s *server) showAgencies(w http.ResponseWriter, r *http.Request, p principal, pr *problem, warnings []schemas.Problem) error {
	if err := p.need(administer); err != nil {
		return err
	}
	as, err := s.ledger.Agencies(r.Context())
	if err != nil {
		return err
	}
	status := http.StatusOK
	if pr != nil {
		status = pr.Status
	}
	return s.render(w, r, status, "agencies", p, "机构名录", agenciesPage{as, warnings, pr})
}

// exportRegister gives agencies.yaml.
func (s *server) exportRegister(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(administer); err != nil {
		return err
	}
	as, err := s.ledger.Agencies(r.Context())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := agencies.WriteRegister(&b, as); err != nil {
		return err
	}
	setSecurityHeaders(w.Header())
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="agencies.yaml"`)
	_, _ = w.Write(b.Bytes())
	return nil
}

// importRegister takes agencies.yaml: whole, or nothing with all problems.
func (s *server) importRegister(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(administer); err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, 17<<20)
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		return multipartError(err)
	}
	defer r.MultipartForm.RemoveAll()
	if err := checkCSRF(p, r.PostFormValue(csrfField)); err != nil {
		return err
	}
	f, _, err := r.FormFile("file")
	if err != nil {
		return invalid("file_missing", "请选择 agencies.yaml 文件")
	}
	defer f.Close()
	list, warnings, err := agencies.ReadRegister(io.LimitReader(f, 16<<20))
	if err == nil {
		_, err = s.ledger.ImportAgencies(r.Context(), list, p.actor(), s.now())
	}
	if k := schemas.KindOf(err); k == schemas.KindInvalid || k == schemas.KindConflict {
		pr := problemOf(err)
		return s.showAgencies(w, r, p, &pr, warnings)
	}
	if err != nil {
		return err
	}
	s.wake()
	if len(warnings) > 0 {
		return s.showAgencies(w, r, p, nil, warnings)
	}
	http.Redirect(w, r, "/console/agencies?ok=imported", http.StatusSeeOther)
	return nil
}

type agencyPage struct {
	schemas.Agency
	Tokens   []schemas.Token
	Warning  string
	NewToken string // shown once
	Problem  *problem
}

func (s *server) agencyPage(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.showAgency(w, r, p, "", nil)
}

func (s *server) showAgency(w http.ResponseWriter, r *http.Request, p principal, token string, pr *problem) error {
	if err := p.need(administer); err != nil {
		return err
	}
	a, err := s.ledger.Agency(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	ts, err := s.ledger.Tokens(r.Context(), a.ID)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if pr != nil {
		status = pr.Status
	}
	return s.render(w, r, status, "agency", p, a.Name, agencyPage{Agency: a, Tokens: ts, Warning: agencies.CheckUSCC(a.USCC), NewToken: token, Problem: pr})
}

// doAgency is every command of an agency's page.
func (s *server) doAgency(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(administer); err != nil {
		return err
	}
	ctx, now := r.Context(), s.now()
	a, err := s.ledger.Agency(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	said := "saved"
	switch r.PostForm.Get("do") {
	case "suspend":
		a.Status, a.SuspendedFrom = schemas.AgencySuspended, &now
		err = s.ledger.PutAgency(ctx, a, p.actor(), now)
	case "activate":
		a.Status, a.SuspendedFrom = schemas.AgencyActive, nil
		err = s.ledger.PutAgency(ctx, a, p.actor(), now)
	case "token":
		label := strings.TrimSpace(r.PostForm.Get("label"))
		if label == "" || len([]rune(label)) > 100 {
			err = invalid("label_required", "请写明令牌的用途，便于日后吊销")
			break
		}
		token := agencies.NewToken(agencies.AgencyTokenPrefix)
		if _, err = s.ledger.CreateToken(ctx, a.ID, label, agencies.HashToken(token), now); err == nil {
			return s.showAgency(w, r, p, token, nil)
		}
	case "revoke":
		said = "revoked"
		err = s.revokeToken(r, p, a.ID, r.PostForm.Get("token"), now)
	default:
		err = invalid("command_unknown", "没有这个操作")
	}
	if k := schemas.KindOf(err); k == schemas.KindInvalid || k == schemas.KindConflict {
		pr := problemOf(err)
		return s.showAgency(w, r, p, "", &pr)
	}
	if err != nil {
		return err
	}
	s.wake()
	http.Redirect(w, r, "/console/agencies/"+a.ID+"?ok="+said, http.StatusSeeOther)
	return nil
}

func (s *server) revokeToken(r *http.Request, p principal, agencyID, id string, now time.Time) error {
	ts, err := s.ledger.Tokens(r.Context(), agencyID)
	if err != nil {
		return err
	}
	for _, t := range ts {
		if t.ID == id {
			return s.ledger.RevokeToken(r.Context(), id, p.actor(), now)
		}
	}
	return notFound()
}

// People.

type usersPage struct {
	Users    []schemas.User
	Agencies []schemas.Agency
	Roles    []schemas.UserRole
	Secret   string // a new password or API token, shown once
	For      string
	Problem  *problem
	Fields   url.Values
}

func (s *server) usersPage(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.showUsers(w, r, p, usersPage{Fields: url.Values{}})
}

func (s *server) showUsers(w http.ResponseWriter, r *http.Request, p principal, page usersPage) error {
	if err := p.need(administer); err != nil {
		return err
	}
	var err error
	if page.Users, err = s.ledger.Users(r.Context()); err != nil {
		return err
	}
	if page.Agencies, err = s.ledger.Agencies(r.Context()); err != nil {
		return err
	}
	page.Roles = []schemas.UserRole{schemas.RoleClerk, schemas.RoleOfficer, schemas.RoleReviewer, schemas.RoleTown, schemas.RoleAdmin}
	status := http.StatusOK
	if page.Problem != nil {
		status = page.Problem.Status
	}
	return s.render(w, r, status, "users", p, "账号", page)
}

func (s *server) doUser(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(administer); err != nil {
		return err
	}
	page, err := s.userForm(r, p, r.PostForm)
	if k := schemas.KindOf(err); k == schemas.KindInvalid || k == schemas.KindConflict {
		pr := problemOf(err)
		return s.showUsers(w, r, p, usersPage{Problem: &pr, Fields: r.PostForm})
	}
	if err != nil {
		return err
	}
	if page.Secret != "" {
		return s.showUsers(w, r, p, page)
	}
	http.Redirect(w, r, "/console/users?ok=saved", http.StatusSeeOther)
	return nil
}

func (s *server) userForm(r *http.Request, p principal, form url.Values) (usersPage, error) {
	ctx, now := r.Context(), s.now()
	page := usersPage{Fields: url.Values{}}
	if form.Get("do") == "create" {
		u, err := newUser(form)
		if err != nil {
			return page, err
		}
		u.ID, u.CreatedAt = uuid.Must(uuid.NewV7()).String(), now
		page.Secret, page.For = agencies.NewToken("")[:20], u.Login
		if u.PasswordHash, err = agencies.HashPassword(page.Secret); err != nil {
			return page, err
		}
		return page, s.ledger.PutUser(ctx, u, p.actor(), now)
	}
	u, err := s.ledger.User(ctx, form.Get("id"))
	if err != nil {
		return page, err
	}
	switch form.Get("do") {
	case "reset":
		page.Secret, page.For = agencies.NewToken("")[:20], u.Login
		if u.PasswordHash, err = agencies.HashPassword(page.Secret); err != nil {
			return page, err
		}
	case "disable":
		if u.ID == p.user.ID {
			return page, invalid("own_account", "不能停用自己的账号")
		}
		u.Disabled = true
	case "enable":
		u.Disabled = false
	case "token":
		page.Secret, page.For = agencies.NewToken(agencies.UserTokenPrefix), u.Login
		return page, s.ledger.CreateSession(ctx, schemas.Session{
			TokenSHA256: agencies.HashToken(page.Secret), UserID: u.ID, CSRF: agencies.NewToken(""), CreatedAt: now, ExpiresAt: now.AddDate(0, 0, 90),
		})
	default:
		return page, invalid("command_unknown", "没有这个操作")
	}
	return page, s.ledger.PutUser(ctx, u, p.actor(), now)
}

func newUser(form url.Values) (schemas.User, error) {
	var f findings
	u := schemas.User{
		Login: strings.TrimSpace(form.Get("login")), Name: strings.TrimSpace(form.Get("name")), Role: schemas.UserRole(form.Get("role")),
		AgencyID: form.Get("agency"), Town: strings.TrimSpace(form.Get("town")),
	}
	if u.Login == "" || len(u.Login) > 60 || strings.ContainsAny(u.Login, " \t\r\n") {
		f.add("login", "login_malformed", "账号不能为空，不含空格")
	}
	if u.Name == "" || len([]rune(u.Name)) > 60 {
		f.add("name", "name_required", "请填写姓名（处置记录以姓名为准）")
	}
	if _, ok := roleWords()[u.Role]; !ok {
		f.add("role", "role_unknown", "请选择角色")
	}
	if u.Role == schemas.RoleClerk && u.AgencyID == "" {
		f.add("agency", "agency_required", "机构经办须属于一家机构")
	}
	if u.Role == schemas.RoleTown && u.Town == "" {
		f.add("town", "town_required", "镇街账号须写明镇街")
	}
	if u.Role != schemas.RoleClerk {
		u.AgencyID = ""
	}
	if u.Role != schemas.RoleTown {
		u.Town = ""
	}
	return u, f.err()
}

// account lets a person change the own password; other sessions of the
// person end when they expire.
func (s *server) account(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.render(w, r, http.StatusOK, "account", p, "我的账号", (*problem)(nil))
}

func (s *server) doAccount(w http.ResponseWriter, r *http.Request, p principal) error {
	err := s.changePassword(r, p, r.PostForm)
	if k := schemas.KindOf(err); k == schemas.KindInvalid || k == schemas.KindDenied {
		pr := problemOf(err)
		return s.render(w, r, pr.Status, "account", p, "我的账号", &pr)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/account?ok=password", http.StatusSeeOther)
	return nil
}

func (s *server) changePassword(r *http.Request, p principal, form url.Values) error {
	u, err := s.checkPassword(r.Context(), p.user.Login, form.Get("old"), remote(r))
	if err != nil {
		var e *schemas.Error
		if errors.As(err, &e) && e.Code == "sign_in_failed" {
			return invalid("password_wrong", "原密码不正确")
		}
		return err
	}
	if form.Get("new") != form.Get("again") {
		return invalid("password_differs", "两次输入的新密码不一致")
	}
	if u.PasswordHash, err = agencies.HashPassword(form.Get("new")); err != nil {
		return err
	}
	return s.ledger.PutUser(r.Context(), u, p.actor(), s.now())
}
