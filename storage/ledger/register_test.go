package ledger_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
)

func TestRegister(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		admin := officer("管")
		from := h.now()
		a := schemas.Agency{ID: "a", Name: "甲鉴定公司", USCC: "91500116MA5U0000X1", Status: schemas.AgencyActive, ValidFrom: &from,
			Certificates: []schemas.CertificateRef{{SHA256: "ab", Person: "张三"}}, WebhookURL: "https://a.example/hook"}
		b := schemas.Agency{ID: "b", Name: "乙鉴定公司", Status: schemas.AgencyActive}
		changed, err := h.ImportAgencies(h.ctx, []schemas.Agency{a, b}, admin, h.now())
		h.must(err)
		if d := cmp.Diff([]string{"a", "b"}, changed); d != "" {
			t.Error(d)
		}
		b.Status = schemas.AgencySuspended
		changed, err = h.ImportAgencies(h.ctx, []schemas.Agency{a, b}, admin, h.now())
		h.must(err)
		if d := cmp.Diff([]string{"b"}, changed); d != "" {
			t.Error(d)
		}
		h.wantEvents("agency:a", "agency.changed")
		got, err := h.AgencyByUSCC(h.ctx, a.USCC)
		h.must(err)
		if d := cmp.Diff(a, got); d != "" {
			t.Error(d)
		}
		_, err = h.AgencyByUSCC(h.ctx, "")
		h.wantCode(err, schemas.KindNotFound, "not_found")
		c := schemas.Agency{ID: "c", Name: "丙", USCC: a.USCC, Status: schemas.AgencyActive}
		_, err = h.ImportAgencies(h.ctx, []schemas.Agency{{ID: "d", Name: "丁", Status: schemas.AgencyActive}, c}, admin, h.now())
		h.wantCode(err, schemas.KindConflict, "uscc_taken")
		_, err = h.Agency(h.ctx, "d")
		h.wantCode(err, schemas.KindNotFound, "not_found") // all or none
		h.wantCode(h.PutAgency(h.ctx, schemas.Agency{ID: "e", Name: "戊", Status: "?"}, admin, h.now()), schemas.KindInvalid, "agencies_invalid")
		as, err := h.Agencies(h.ctx)
		if err != nil || len(as) != 2 || as[1].Status != schemas.AgencySuspended {
			t.Errorf("%+v %v", as, err)
		}

		k, err := h.CreateToken(h.ctx, "a", "门户", "hash1", h.now())
		h.must(err)
		_, err = h.CreateToken(h.ctx, "a", "again", "hash1", h.now())
		h.wantCode(err, schemas.KindConflict, "token_exists")
		_, err = h.CreateToken(h.ctx, "nobody", "x", "hash2", h.now())
		h.wantCode(err, schemas.KindNotFound, "not_found")
		if owner, tok, err := h.AgencyByToken(h.ctx, "hash1"); err != nil || owner.ID != "a" || tok.ID != k.ID {
			t.Errorf("%+v %+v %v", owner, tok, err)
		}
		h.must(h.RevokeToken(h.ctx, k.ID, admin, h.now()))
		h.must(h.RevokeToken(h.ctx, k.ID, admin, h.now()))
		_, _, err = h.AgencyByToken(h.ctx, "hash1")
		h.wantCode(err, schemas.KindNotFound, "not_found")
		if ks, err := h.Tokens(h.ctx, "a"); err != nil || len(ks) != 1 || ks[0].RevokedAt == nil {
			t.Errorf("%+v %v", ks, err)
		}
	})
}

func TestTrustMaterial(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		der := []byte{0x30, 0x82, 0, 0xff, '\'', '?'}
		for range 2 {
			h.changeTrust(0, schemas.TrustChange{Kind: schemas.TrustRoot, Name: "重庆CA", Data: der})
		}
		h.changeTrust(0, schemas.TrustChange{Kind: schemas.TrustCRL, Name: "crl", Data: []byte("1")})
		h.changeTrust(0, schemas.TrustChange{Kind: schemas.TrustCRL, Name: "crl", Data: []byte("2")})
		h.wantEvents("system", "trust.changed trust.changed trust.changed")
		m, err := h.TrustMaterial(h.ctx)
		h.must(err)
		sum := sha256.Sum256(der)
		want := schemas.TrustMaterial{Agencies: []schemas.Agency{}, Roots: []schemas.TrustItem{{Name: "重庆CA", Data: der, SHA256: fmt.Sprintf("%x", sum)}},
			CRLs: []schemas.TrustItem{{Name: "crl", Data: []byte("2"), SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte("2")))}}}
		if d := cmp.Diff(want, m); d != "" {
			t.Error(d)
		}
		remove := schemas.TrustChange{Kind: schemas.TrustRoot, Name: "重庆CA", Remove: true}
		h.changeTrust(0, remove)
		_, err = h.ChangeTrust(h.ctx, []schemas.TrustChange{remove}, "", officer("管"), h.now())
		h.wantCode(err, schemas.KindNotFound, "not_found")
		_, err = h.ChangeTrust(h.ctx, []schemas.TrustChange{{Kind: "leaf", Name: "x", Data: der}}, "", officer("管"), h.now())
		h.wantCode(err, schemas.KindInvalid, "trust_kind")
	})
}

// The change and the assessments that it makes owed are one transaction: half
// a change changes nothing, and the same data again is owed nothing.
func TestAChangeOfTrustOwesNewAssessments(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r := h.upload("a", "R-1", "one")
		root := schemas.TrustChange{Kind: schemas.TrustRoot, Name: "重庆CA", Data: []byte("1")}
		_, err := h.ChangeTrust(h.ctx, []schemas.TrustChange{root, {Kind: schemas.TrustCRL, Name: "absent", Remove: true}}, "两处变更", officer("管"), h.now())
		h.wantCode(err, schemas.KindNotFound, "not_found")
		owed := func(want int) {
			t.Helper()
			if n := len(h.open_(schemas.OweReassess, r.ID)); n != want {
				t.Errorf("%d re-assessments are owed, want %d", n, want)
			}
		}
		owed(0)
		if m, err := h.TrustMaterial(h.ctx); err != nil || len(m.Roots) != 0 {
			t.Errorf("half a change: %+v %v", m.Roots, err)
		}
		h.changeTrust(1, root)
		owed(1)
		h.changeTrust(0, root)
		owed(1)
	})
}

func (h *house) changeTrust(reports int, c schemas.TrustChange) {
	h.t.Helper()
	n, err := h.ChangeTrust(h.ctx, []schemas.TrustChange{c}, "变更", officer("管"), h.now())
	h.must(err)
	if n != reports {
		h.t.Errorf("%d reports are to be assessed again, want %d", n, reports)
	}
}

func TestPeople(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		u := schemas.User{ID: "u1", Login: "Zhang.San", Name: "张三", Role: schemas.RoleOfficer, PasswordHash: "$argon2id$1", CreatedAt: h.now()}
		h.must(h.PutUser(h.ctx, u, officer("管"), h.now()))
		got, err := h.UserByLogin(h.ctx, " ZHANG.san ")
		h.must(err)
		u.Login = "zhang.san"
		if d := cmp.Diff(u, got); d != "" {
			t.Error(d)
		}
		h.wantCode(h.PutUser(h.ctx, schemas.User{ID: "u2", Login: "zhang.san", Role: schemas.RoleClerk}, officer("管"), h.now()), schemas.KindConflict, "login_taken")
		h.must(h.PutUser(h.ctx, schemas.User{Login: "li", Role: schemas.RoleClerk}, officer("管"), h.now()))
		if us, err := h.Users(h.ctx); err != nil || len(us) != 2 || us[0].ID == "" {
			t.Errorf("%+v %v", us, err)
		}
		session := func(token string) error {
			_, _, err := h.Session(h.ctx, token, h.now())
			return err
		}
		open := func(token string) {
			h.must(h.CreateSession(h.ctx, schemas.Session{TokenSHA256: token, UserID: "u1", CSRF: "c", CreatedAt: h.now(), ExpiresAt: h.now().Add(time.Hour)}))
		}
		open("s1")
		h.must(session("s1"))
		h.clock.Forward(time.Hour)
		h.wantCode(session("s1"), schemas.KindNotFound, "not_found")
		open("s2")
		open("s3")
		h.must(h.DeleteSession(h.ctx, "s2"))
		h.wantCode(session("s2"), schemas.KindNotFound, "not_found")
		u.Name = "张三丰" // a new name ends no session, a new password does
		h.must(h.PutUser(h.ctx, u, officer("管"), h.now()))
		h.must(session("s3"))
		u.PasswordHash = "$argon2id$2"
		h.must(h.PutUser(h.ctx, u, officer("管"), h.now()))
		h.wantCode(session("s3"), schemas.KindNotFound, "not_found")

		failed := func(want int) {
			t.Helper()
			if n, err := h.FailedSignIns(h.ctx, "zhang.san", "", h.now().Add(-10*time.Minute)); err != nil || n != want {
				t.Errorf("%d failures, %v, want %d", n, err, want)
			}
		}
		failedAt := func(login, remote string, want int) {
			t.Helper()
			if n, err := h.FailedSignIns(h.ctx, login, remote, h.now().Add(-10*time.Minute)); err != nil || n != want {
				t.Errorf("%q at %q: %d failures, %v, want %d", login, remote, n, err, want)
			}
		}
		for range 3 {
			h.must(h.RecordSignIn(h.ctx, "Zhang.San", false, "10.0.0.1", h.now()))
			h.must(h.RecordSignIn(h.ctx, "nobody", false, "10.0.0.1", h.now()))
			h.clock.Forward(time.Minute)
		}
		failed(3)
		h.must(h.RecordSignIn(h.ctx, "zhang.san", false, "10.0.0.2", h.now()))
		failedAt("zhang.san", "10.0.0.1", 3)
		failedAt("zhang.san", "10.0.0.2", 1)
		failedAt("zhang.san", "10.0.0.3", 0)
		failedAt("", "10.0.0.1", 6)
		h.must(h.RecordSignIn(h.ctx, "zhang.san", true, "10.0.0.1", h.now()))
		failed(0)
		failedAt("zhang.san", "10.0.0.1", 0)
		failedAt("zhang.san", "10.0.0.2", 1)
		failedAt("", "10.0.0.1", 6)
		h.clock.Forward(time.Minute)
		h.must(h.RecordSignIn(h.ctx, "zhang.san", false, "10.0.0.1", h.now()))
		failed(1)
		h.clock.Forward(11 * time.Minute)
		failed(0)
	})
}

func TestEventsAndTheMerkleLog(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r := h.upload("agency-a", "R", "x")
		for i := range 5 {
			h.must(h.AppendEvent(h.ctx, schemas.NewEvent{Kind: schemas.EventTrustChanged, Subject: "system", Actor: officer("管"), Data: map[string]int{"n": i}}, h.now()))
		}
		es, err := h.UnsequencedEvents(h.ctx, 100)
		h.must(err)
		if len(es) != 6 || es[0].Subject != "report:"+r.ID || !es[0].At.Equal(h.now()) {
			t.Fatalf("%+v", es)
		}
		var data map[string]any
		h.must(json.Unmarshal(es[0].Data, &data))
		for k, v := range map[string]any{"receipt_no": r.ReceiptNo, "sha256": "x", "sm3": "sm3-x", "agency_id": "agency-a"} {
			if data[k] != v {
				t.Errorf("event data %s = %v, want %v", k, data[k], v)
			}
		}
		hash := func(n byte) [32]byte { return [32]byte{n, 0xff, 0} }
		h.must(h.AppendLog(h.ctx, 0, [][32]byte{hash(1), hash(2), hash(3)}, []int64{es[0].Seq, es[1].Seq}))
		h.wantCode(h.AppendLog(h.ctx, 0, [][32]byte{hash(9)}, []int64{es[2].Seq}), schemas.KindConflict, "log_moved")
		h.wantCode(h.AppendLog(h.ctx, 2, [][32]byte{hash(9)}, []int64{es[0].Seq}), schemas.KindConflict, "log_moved")
		h.must(h.AppendLog(h.ctx, 2, [][32]byte{hash(4)}, []int64{es[2].Seq}))
		if n, err := h.LogSize(h.ctx); err != nil || n != 3 {
			t.Errorf("log size %d %v", n, err)
		}
		got, err := h.LogHashes(h.ctx, []int64{3, 0})
		h.must(err)
		if got[0] != hash(4) || got[1] != hash(1) {
			t.Errorf("%v", got)
		}
		_, err = h.LogHashes(h.ctx, []int64{4})
		h.wantCode(err, schemas.KindNotFound, "not_found")
		if i, ok, err := h.EventIndex(h.ctx, es[2].Seq); err != nil || !ok || i != 2 {
			t.Errorf("%d %v %v", i, ok, err)
		}
		if _, ok, err := h.EventIndex(h.ctx, es[3].Seq); err != nil || ok {
			t.Errorf("%v %v", ok, err)
		}
		left, err := h.UnsequencedEvents(h.ctx, 2)
		if err != nil || len(left) != 2 || left[0].Seq != es[3].Seq {
			t.Errorf("%+v %v", left, err)
		}
		if in, err := h.LogEvents(h.ctx, 1, 10); err != nil || len(in) != 2 || in[0].Seq != es[1].Seq {
			t.Errorf("%+v %v", in, err)
		}
		some, err := h.Events(h.ctx, schemas.EventFilter{Kinds: []schemas.EventKind{schemas.EventTrustChanged, schemas.EventReportReceived}, After: es[0].Seq, Limit: 3})
		if err != nil || len(some) != 3 || some[0].Seq != es[1].Seq {
			t.Errorf("%+v %v", some, err)
		}
	})
}
