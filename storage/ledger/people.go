package ledger

import (
	"context"
	"strings"
	"time"

	"jianding/schemas"
)

const userColumns = `u.id, u.login, u.name, u.role, u.agency_id, u.town, u.password_hash, u.disabled, u.created_at`

func (t *tx) users(query string, args ...any) ([]schemas.User, error) {
	out := []schemas.User{}
	err := t.rows(query, args, func(s scanner) error {
		var u schemas.User
		var disabled int
		var created int64
		err := s.Scan(&u.ID, &u.Login, &u.Name, &u.Role, &u.AgencyID, &u.Town, &u.PasswordHash, &disabled, &created)
		u.Disabled, u.CreatedAt = disabled == 1, instant(created)
		out = append(out, u)
		return err
	})
	return out, err
}

func (t *tx) user(column, value string) (schemas.User, error) {
	us, err := t.users(`SELECT `+userColumns+` FROM users u WHERE u.`+column+` = ?`, value)
	if err != nil {
		return schemas.User{}, err
	}
	if len(us) == 0 {
		return schemas.User{}, notFound("用户")
	}
	return us[0], nil
}

// login is compared without case and surrounding blanks.
func login(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// PutUser adds or replaces a user by id; an empty id makes one. Disabling one or
// changing its password or role ends its sessions. Conflict "login_taken".
func (l *Ledger) PutUser(ctx context.Context, u schemas.User, actor schemas.Actor, now time.Time) error {
	u.Login = login(u.Login)
	if u.Login == "" || u.Role == "" {
		return invalid("user_incomplete", "用户缺少登录名或角色")
	}
	if u.ID == "" {
		u.ID = newID()
	}
	if u.CreatedAt.IsZero() {
		u.CreatedAt = now
	}
	return l.change(ctx, func(t *tx) error {
		other, err := t.user("login", u.Login)
		if err == nil && other.ID != u.ID {
			return conflict("login_taken", "登录名已被使用")
		}
		if err != nil && schemas.KindOf(err) != schemas.KindNotFound {
			return err
		}
		before, err := t.user("id", u.ID)
		fresh := schemas.KindOf(err) == schemas.KindNotFound
		if err != nil && !fresh {
			return err
		}
		if _, err := t.exec(`INSERT INTO users (id, login, name, role, agency_id, town, password_hash, disabled, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name,
			role = excluded.role, agency_id = excluded.agency_id, town = excluded.town, password_hash = excluded.password_hash,
			disabled = excluded.disabled`,
			u.ID, u.Login, u.Name, string(u.Role), u.AgencyID, u.Town, u.PasswordHash, flag(u.Disabled), micros(u.CreatedAt)); err != nil {
			return err
		}
		if !fresh && (u.Disabled || u.Role != before.Role || u.PasswordHash != before.PasswordHash || u.AgencyID != before.AgencyID || u.Town != before.Town) {
			if _, err := t.exec(`DELETE FROM sessions WHERE user_id = ?`, u.ID); err != nil {
				return err
			}
		}
		return t.event(now, schemas.EventUserChanged, "user:"+u.ID, actor, map[string]any{"new": fresh, "role": u.Role, "disabled": u.Disabled})
	})
}

// User returns one user by id.
func (l *Ledger) User(ctx context.Context, id string) (u schemas.User, err error) {
	err = l.view(ctx, func(t *tx) error { u, err = t.user("id", id); return err })
	return u, err
}

// UserByLogin returns one user by login.
func (l *Ledger) UserByLogin(ctx context.Context, name string) (u schemas.User, err error) {
	err = l.view(ctx, func(t *tx) error { u, err = t.user("login", login(name)); return err })
	return u, err
}

// Users lists all users by login.
func (l *Ledger) Users(ctx context.Context) (us []schemas.User, err error) {
	err = l.view(ctx, func(t *tx) error {
		us, err = t.users(`SELECT ` + userColumns + ` FROM users u ORDER BY u.login`)
		return err
	})
	return us, err
}

// CreateSession keeps a new session, and forgets those that ended before it
// began.
func (l *Ledger) CreateSession(ctx context.Context, s schemas.Session) error {
	return l.change(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM sessions WHERE expires_at < ?`, micros(s.CreatedAt)); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO sessions (sha256, user_id, csrf, created_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
			s.TokenSHA256, s.UserID, s.CSRF, micros(s.CreatedAt), micros(s.ExpiresAt))
		return err
	})
}

// Session returns a session that has not ended and its user; NotFound
// otherwise, and for a disabled user.
func (l *Ledger) Session(ctx context.Context, sha256hex string, now time.Time) (s schemas.Session, u schemas.User, err error) {
	err = l.view(ctx, func(t *tx) error {
		var created, expires int64
		if err := t.get(`SELECT sha256, user_id, csrf, created_at, expires_at FROM sessions WHERE sha256 = ? AND expires_at > ?`,
			[]any{sha256hex, micros(now)}, &s.TokenSHA256, &s.UserID, &s.CSRF, &created, &expires).orMissing(notFound("会话")); err != nil {
			return err
		}
		s.CreatedAt, s.ExpiresAt = instant(created), instant(expires)
		if u, err = t.user("id", s.UserID); err != nil {
			return err
		}
		if u.Disabled {
			return notFound("会话")
		}
		return nil
	})
	if err != nil {
		return schemas.Session{}, schemas.User{}, err
	}
	return s, u, nil
}

// DeleteSession ends a session; one that is not there is no error.
func (l *Ledger) DeleteSession(ctx context.Context, sha256hex string) error {
	return l.change(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM sessions WHERE sha256 = ?`, sha256hex)
		return err
	})
}

// RecordSignIn notes a sign-in that succeeded or failed. The place that it
// came from is kept for the count of failures only, not in the event.
func (l *Ledger) RecordSignIn(ctx context.Context, name string, ok bool, remote string, now time.Time) error {
	name = login(name)
	return l.change(ctx, func(t *tx) error {
		if _, err := t.exec(`INSERT INTO sign_ins (login, at, ok, remote) VALUES (?, ?, ?, ?)`, name, micros(now), flag(ok), remote); err != nil {
			return err
		}
		u, err := t.user("login", name)
		if schemas.KindOf(err) == schemas.KindNotFound {
			return nil // somebody typing names is no fact about a user
		}
		if err != nil {
			return err
		}
		kind := schemas.EventSignInFailed
		if ok {
			kind = schemas.EventSignIn
		}
		return t.event(now, kind, "user:"+u.ID, schemas.Actor{Kind: "user", ID: u.ID}, nil)
	})
}

// FailedSignIns counts the failures since an instant: of a login from one
// place since its last success from there; with an empty place, of a login
// since its last success anywhere; with an empty login, of a place, whatever
// succeeded there in between.
func (l *Ledger) FailedSignIns(ctx context.Context, name, remote string, since time.Time) (n int, err error) {
	name = login(name)
	query, args := `login = ? AND remote = ? AND at > COALESCE((SELECT max(at) FROM sign_ins WHERE login = ? AND remote = ? AND ok = 1), -1)`,
		[]any{name, remote, name, remote}
	switch {
	case name == "":
		query, args = `remote = ?`, []any{remote}
	case remote == "":
		query, args = `login = ? AND at > COALESCE((SELECT max(at) FROM sign_ins WHERE login = ? AND ok = 1), -1)`, []any{name, name}
	}
	err = l.view(ctx, func(t *tx) error {
		return t.get(`SELECT count(*) FROM sign_ins WHERE ok = 0 AND at >= ? AND `+query, append([]any{micros(since)}, args...), &n).err
	})
	return n, err
}
