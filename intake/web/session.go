package web

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"jianding/intake/agencies"
	"jianding/schemas"
)

// A browser's session is a random token in a cookie; the ledger knows its
// hash. Forms carry the session's CSRF token, and every unsafe request must
// come from our own origin as well (http.CrossOriginProtection).

const sessionCookie = "jianding_session"

func (s *server) cookieName(name string) string {
	if s.InsecureCookies {
		return name
	}
	return "__Host-" + name // Secure, no Domain, Path=/: browsers enforce it
}

func (s *server) setCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true,
		Secure: !s.InsecureCookies, SameSite: http.SameSiteLaxMode,
	})
}

// browser authenticates a page's request by its cookie.
func (s *server) browser(r *http.Request) (principal, error) {
	c, err := r.Cookie(s.cookieName(sessionCookie))
	if err != nil || c.Value == "" || len(c.Value) > 200 {
		return principal{}, badToken()
	}
	return s.session(r, agencies.HashToken(c.Value))
}

// checkCSRF compares the form's token with the session's.
func checkCSRF(p principal, token string) error {
	if p.csrf != "" && subtle.ConstantTimeCompare([]byte(token), []byte(p.csrf)) == 1 {
		return nil
	}
	return schemas.E(schemas.KindDenied, "csrf", "页面已过期，请返回刷新后重试", nil)
}

// signIn checks login and password and starts a session. Whether the login
// exists is not told, neither by words nor by time.
func (s *server) signIn(r *http.Request, login, password string, from place) (token string, u schemas.User, err error) {
	ctx := r.Context()
	u, err = s.checkPassword(ctx, login, password, from)
	if err != nil {
		return "", u, err
	}
	token = agencies.NewToken("s_")
	now := s.now()
	err = s.ledger.CreateSession(ctx, schemas.Session{
		TokenSHA256: agencies.HashToken(token), UserID: u.ID, CSRF: agencies.NewToken(""), CreatedAt: now, ExpiresAt: now.Add(s.SessionTTL),
	})
	return token, u, err
}

// checkPassword verifies one person's password under the throttle.
func (s *server) checkPassword(ctx context.Context, login, password string, from place) (schemas.User, error) {
	wrong := schemas.E(schemas.KindDenied, "sign_in_failed", "账号或密码不正确", nil)
	login = strings.TrimSpace(login)
	if login == "" || password == "" || len(login) > 100 {
		return schemas.User{}, wrong
	}
	if err := s.throttle(ctx, login, from); err != nil {
		return schemas.User{}, err
	}
	u, err := s.ledger.UserByLogin(ctx, login)
	if err != nil && schemas.KindOf(err) != schemas.KindNotFound {
		return schemas.User{}, err
	}
	select { // a hash costs 19 MiB and 50 ms: only a few at a time
	case s.hashSlots <- struct{}{}:
	case <-ctx.Done():
		return schemas.User{}, schemas.E(schemas.KindUnavailable, "busy", "系统繁忙，请稍后重试", ctx.Err())
	}
	ok := agencies.CheckPassword(u.PasswordHash, password) && err == nil && !u.Disabled
	<-s.hashSlots
	if err := s.ledger.RecordSignIn(ctx, login, ok, from.name, s.now()); err != nil {
		return schemas.User{}, err
	}
	if !ok {
		return schemas.User{}, wrong
	}
	return u, nil
}

// localPath takes a path to return to after sign-in only when it is one of
// our own.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return ""
	}
	return next
}

// homeOf is where a person starts.
func homeOf(u schemas.User) string {
	switch u.Role {
	case schemas.RoleClerk:
		return "/portal"
	case schemas.RoleReviewer:
		return "/console/review"
	}
	return "/console"
}

type signInPage struct {
	Login, Next, Problem string
}

func (s *server) showSignIn(w http.ResponseWriter, r *http.Request) error {
	if p, err := s.browser(r); err == nil {
		http.Redirect(w, r, homeOf(*p.user), http.StatusSeeOther)
		return nil
	}
	return s.render(w, r, http.StatusOK, "signin", principal{}, "登录", signInPage{Next: localPath(r.URL.Query().Get("next"))})
}

func (s *server) doSignIn(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		return invalid("request_malformed", "表单无法读取")
	}
	login, next := r.PostForm.Get("login"), localPath(r.PostForm.Get("next"))
	from := s.placeOf(r, login)
	token, u, err := s.signIn(r, login, r.PostForm.Get("password"), from)
	if k := schemas.KindOf(err); k == schemas.KindDenied {
		pr := problemOf(err)
		setHints(w.Header(), pr)
		return s.render(w, r, pr.Status, "signin", principal{}, "登录", signInPage{Login: login, Next: next, Problem: pr.Detail})
	}
	if err != nil {
		return err
	}
	s.setCookie(w, sessionCookie, token, int(s.SessionTTL/time.Second))
	s.rememberBrowser(w, login, from)
	if next == "" {
		next = homeOf(u)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (s *server) signOut(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := s.ledger.DeleteSession(r.Context(), p.sha); err != nil {
		return err
	}
	s.setCookie(w, sessionCookie, "", -1)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}
