package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"jianding/intake/agencies"
	"jianding/schemas"
)

// People: the pages of accounts, and of one's own.

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
	u, err := s.checkPassword(r.Context(), p.user.Login, form.Get("old"), s.placeOf(r, p.user.Login))
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
