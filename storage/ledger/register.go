package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"time"

	"jianding/schemas"
)

func (t *tx) agencies(query string, args ...any) ([]schemas.Agency, error) {
	out := []schemas.Agency{}
	err := t.rows(query, args, func(s scanner) error {
		var body string
		if err := s.Scan(&body); err != nil {
			return err
		}
		var a schemas.Agency
		err := decode(body, &a)
		out = append(out, a)
		return err
	})
	return out, err
}

func (t *tx) agency(column, value string) (schemas.Agency, error) {
	as, err := t.agencies(`SELECT body FROM agencies WHERE `+column+` = ?`, value)
	if err != nil {
		return schemas.Agency{}, err
	}
	if len(as) == 0 {
		return schemas.Agency{}, notFound("鉴定机构")
	}
	return as[0], nil
}

// PutAgency adds or replaces one agency. Saving the same again is no change.
// Conflict "uscc_taken" when another agency has the credit code.
func (l *Ledger) PutAgency(ctx context.Context, a schemas.Agency, actor schemas.Actor, now time.Time) error {
	_, err := l.ImportAgencies(ctx, []schemas.Agency{a}, actor, now)
	return err
}

// ImportAgencies adds or replaces agencies, all or none, and returns the ids
// of those that changed. Agencies that are not in the list stay.
func (l *Ledger) ImportAgencies(ctx context.Context, as []schemas.Agency, actor schemas.Actor, now time.Time) (changed []string, err error) {
	var problems []schemas.Problem
	for _, a := range as {
		if a.ID == "" || a.Name == "" {
			problems = append(problems, schemas.Problem{Field: a.ID, Code: "agency_incomplete", Message: "鉴定机构缺少编号或名称：" + a.ID + a.Name})
		}
		if a.Status != schemas.AgencyActive && a.Status != schemas.AgencySuspended {
			problems = append(problems, schemas.Problem{Field: a.ID, Code: "agency_status", Message: "鉴定机构状态只能是 active 或 suspended：" + a.ID})
		}
	}
	if len(problems) > 0 {
		return nil, &schemas.Error{Kind: schemas.KindInvalid, Code: "agencies_invalid", Message: "鉴定机构名录有误", Problems: problems}
	}
	err = l.change(ctx, func(t *tx) error {
		changed = []string{}
		for _, a := range as {
			fresh, err := t.putAgency(a, actor, now)
			if err != nil {
				return err
			}
			if fresh {
				changed = append(changed, a.ID)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

func (t *tx) putAgency(a schemas.Agency, actor schemas.Actor, now time.Time) (changed bool, err error) {
	body, err := encode(a)
	if err != nil {
		return false, err
	}
	var owner string
	taken, err := t.get(`SELECT id FROM agencies WHERE uscc = ? AND uscc <> '' AND id <> ?`, []any{a.USCC, a.ID}, &owner).found()
	if err != nil {
		return false, err
	}
	if taken {
		return false, conflict("uscc_taken", "统一社会信用代码 "+a.USCC+" 已属于另一机构（"+owner+"）")
	}
	var was string
	before, err := t.agencies(`SELECT body FROM agencies WHERE id = ? FOR UPDATE`, a.ID)
	if err != nil {
		return false, err
	}
	if len(before) == 1 {
		if was, err = encode(before[0]); err != nil || was == body {
			return false, err
		}
	}
	if _, err := t.exec(`INSERT INTO agencies (id, uscc, body) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET uscc = excluded.uscc, body = excluded.body`, a.ID, a.USCC, body); err != nil {
		return false, err
	}
	data := map[string]any{"status": a.Status, "new": len(before) == 0}
	if len(before) == 1 {
		data["status_before"] = before[0].Status
	}
	if err := t.event(now, schemas.EventAgencyChanged, "agency:"+a.ID, actor, data); err != nil {
		return true, err
	}
	return true, t.rejudge(before, a, actor, now)
}

// rejudge makes a new assessment owed for every report that a change of the
// register may touch, in the transaction of the change. An agency that is new
// touches those that named it while nobody knew it: they are in review, where
// a human sees them anyway.
func (t *tx) rejudge(before []schemas.Agency, a schemas.Agency, actor schemas.Actor, now time.Time) error {
	if len(before) == 0 {
		return nil
	}
	was := before[0]
	was.WebhookURL = a.WebhookURL // says nothing about signatures
	x, err := encode(was)
	if err != nil {
		return err
	}
	if y, err := encode(a); err != nil || x == y {
		return err
	}
	touched, err := t.reportsTouchedBy([]string{a.ID}, nil)
	if err != nil {
		return err
	}
	return t.requestReassess(touched, "名录变更："+a.Name, actor, now)
}

// Agency returns one agency by id.
func (l *Ledger) Agency(ctx context.Context, id string) (a schemas.Agency, err error) {
	err = l.view(ctx, func(t *tx) error { a, err = t.agency("id", id); return err })
	return a, err
}

// AgencyByUSCC returns the agency with a credit code (统一社会信用代码).
func (l *Ledger) AgencyByUSCC(ctx context.Context, uscc string) (a schemas.Agency, err error) {
	if uscc == "" {
		return a, notFound("鉴定机构")
	}
	err = l.view(ctx, func(t *tx) error { a, err = t.agency("uscc", uscc); return err })
	return a, err
}

// Agencies lists the register by id.
func (l *Ledger) Agencies(ctx context.Context) (as []schemas.Agency, err error) {
	err = l.view(ctx, func(t *tx) error {
		as, err = t.agencies(`SELECT body FROM agencies ORDER BY id`)
		return err
	})
	return as, err
}

// TrustMaterial is everything that trust decisions rest on, in one snapshot.
func (l *Ledger) TrustMaterial(ctx context.Context) (m schemas.TrustMaterial, err error) {
	err = l.view(ctx, func(t *tx) error {
		m = schemas.TrustMaterial{}
		if m.Agencies, err = t.agencies(`SELECT body FROM agencies ORDER BY id`); err != nil {
			return err
		}
		return t.rows(`SELECT kind, name, data, sha256 FROM trust_items ORDER BY kind, name`, nil, func(s scanner) error {
			var kind string
			var i schemas.TrustItem
			if err := s.Scan(&kind, &i.Name, &i.Data, &i.SHA256); err != nil {
				return err
			}
			switch kind {
			case schemas.TrustRoot:
				m.Roots = append(m.Roots, i)
			case schemas.TrustIntermediate:
				m.Intermediates = append(m.Intermediates, i)
			case schemas.TrustCRL:
				m.CRLs = append(m.CRLs, i)
			}
			return nil
		})
	})
	return m, err
}

// ChangeTrust adds, replaces and removes roots, intermediates and revocation
// lists, all of them or none, and in the same transaction makes a new
// assessment owed for every report: a root or a list can touch anybody, and a
// crash in between must not leave reports judged by what no longer holds. The
// same data again is no change. reports is how many will be assessed again.
// NotFound when there is nothing of that name to remove.
func (l *Ledger) ChangeTrust(ctx context.Context, changes []schemas.TrustChange, why string, actor schemas.Actor, now time.Time) (reports int, err error) {
	for _, c := range changes {
		switch c.Kind {
		case schemas.TrustRoot, schemas.TrustIntermediate, schemas.TrustCRL:
		default:
			return 0, invalid("trust_kind", "信任材料类型只能是 root、intermediate 或 crl")
		}
		if c.Name == "" || (len(c.Data) == 0) != c.Remove {
			return 0, invalid("trust_item", "信任材料缺少名称或内容")
		}
	}
	err = l.change(ctx, func(t *tx) error {
		reports = 0
		changed := false
		for _, c := range changes {
			is, err := t.changeTrust(c, actor, now)
			if err != nil {
				return err
			}
			changed = changed || is
		}
		if !changed {
			return nil
		}
		ids := []string{}
		if err := t.rows(`SELECT id FROM reports ORDER BY id`, nil, func(s scanner) error {
			var id string
			err := s.Scan(&id)
			ids = append(ids, id)
			return err
		}); err != nil {
			return err
		}
		reports = len(ids)
		return t.requestReassess(ids, why, actor, now)
	})
	return reports, err
}

func (t *tx) changeTrust(c schemas.TrustChange, actor schemas.Actor, now time.Time) (changed bool, err error) {
	data := map[string]any{"kind": c.Kind, "name": c.Name}
	if c.Remove {
		n, err := t.exec(`DELETE FROM trust_items WHERE kind = ? AND name = ?`, c.Kind, c.Name)
		if err != nil {
			return false, err
		}
		if n == 0 {
			return false, notFound("信任材料")
		}
		data["removed"] = true
		return true, t.event(now, schemas.EventTrustChanged, "system", actor, data)
	}
	digest := sha256.Sum256(c.Data)
	sum := hex.EncodeToString(digest[:])
	n, err := t.exec(`INSERT INTO trust_items (kind, name, data, sha256) VALUES (?, ?, ?, ?)
		ON CONFLICT (kind, name) DO UPDATE SET data = excluded.data, sha256 = excluded.sha256
		WHERE trust_items.sha256 <> excluded.sha256`, c.Kind, c.Name, c.Data, sum)
	if err != nil || n == 0 {
		return false, err
	}
	data["sha256"] = sum
	return true, t.event(now, schemas.EventTrustChanged, "system", actor, data)
}

func scanToken(s scanner) (schemas.Token, error) {
	var k schemas.Token
	var created int64
	var revoked sql.NullInt64
	err := s.Scan(&k.ID, &k.AgencyID, &k.Label, &created, &revoked)
	k.CreatedAt, k.RevokedAt = instant(created), instantOrNil(revoked)
	return k, err
}

func (t *tx) tokens(query string, args ...any) ([]schemas.Token, error) {
	out := []schemas.Token{}
	err := t.rows(query, args, func(s scanner) error {
		k, err := scanToken(s)
		out = append(out, k)
		return err
	})
	return out, err
}

// CreateToken keeps the SHA-256 of an agency's new bearer token. NotFound for
// an unknown agency; Conflict "token_exists" for a hash that is there.
func (l *Ledger) CreateToken(ctx context.Context, agencyID, label, sha256hex string, now time.Time) (schemas.Token, error) {
	k := schemas.Token{ID: newID(), AgencyID: agencyID, Label: label, CreatedAt: instant(micros(now))}
	err := l.change(ctx, func(t *tx) error {
		if _, err := t.agency("id", agencyID); err != nil {
			return err
		}
		n, err := t.exec(`INSERT INTO tokens (id, agency_id, label, sha256, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			k.ID, agencyID, label, sha256hex, micros(now))
		if err != nil {
			return err
		}
		if n == 0 {
			return conflict("token_exists", "该令牌已登记")
		}
		return t.event(now, schemas.EventAgencyChanged, "agency:"+agencyID, system(), map[string]any{"token_created": k.ID})
	})
	if err != nil {
		return schemas.Token{}, err
	}
	return k, nil
}

// AgencyByToken returns the agency that a token that is not revoked speaks for.
func (l *Ledger) AgencyByToken(ctx context.Context, sha256hex string) (a schemas.Agency, k schemas.Token, err error) {
	err = l.view(ctx, func(t *tx) error {
		ks, err := t.tokens(`SELECT id, agency_id, label, created_at, revoked_at FROM tokens WHERE sha256 = ? AND revoked_at IS NULL`, sha256hex)
		if err != nil {
			return err
		}
		if len(ks) == 0 {
			return notFound("令牌")
		}
		k = ks[0]
		a, err = t.agency("id", k.AgencyID)
		return err
	})
	return a, k, err
}

// Tokens lists an agency's tokens, revoked ones too, oldest first.
func (l *Ledger) Tokens(ctx context.Context, agencyID string) (ks []schemas.Token, err error) {
	err = l.view(ctx, func(t *tx) error {
		ks, err = t.tokens(`SELECT id, agency_id, label, created_at, revoked_at FROM tokens WHERE agency_id = ? ORDER BY id`, agencyID)
		return err
	})
	return ks, err
}

// RevokeToken ends a token at once; again is no change.
func (l *Ledger) RevokeToken(ctx context.Context, id string, actor schemas.Actor, now time.Time) error {
	return l.change(ctx, func(t *tx) error {
		ks, err := t.tokens(`SELECT id, agency_id, label, created_at, revoked_at FROM tokens WHERE id = ? FOR UPDATE`, id)
		if err != nil {
			return err
		}
		if len(ks) == 0 {
			return notFound("令牌")
		}
		if ks[0].RevokedAt != nil {
			return nil
		}
		if _, err := t.exec(`UPDATE tokens SET revoked_at = ? WHERE id = ?`, micros(now), id); err != nil {
			return err
		}
		return t.event(now, schemas.EventAgencyChanged, "agency:"+ks[0].AgencyID, actor, map[string]any{"token_revoked": id})
	})
}
