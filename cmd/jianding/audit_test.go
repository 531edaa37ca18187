package main

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jianding/intake/receipts"
	"jianding/schemas"
)

// What an audit finds: an event altered by hand; and, against a tree head that
// was kept elsewhere, a history that was rewritten whole. Without such a head
// it says what it did not check.
func TestAnAuditFindsWhatWasAltered(t *testing.T) {
	ctx := context.Background()
	h := newHouse(t, newOutside(t, false), "", nil)
	data := filepath.Join(h.dir, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	keeper, err := receipts.LoadKeeper(filepath.Join(data, "receipts.key"), "jianding")
	if err != nil {
		t.Fatal(err)
	}
	// live writes a history of three events and returns its signed head.
	live := func(who string) (head string) {
		cfg, err := loadConfig(h.config)
		if err != nil {
			t.Fatal(err)
		}
		l, err := openLedger(ctx, cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		for range 3 {
			if err := l.AppendEvent(ctx, schemas.NewEvent{Kind: schemas.EventTrustChanged, Subject: "system", Actor: schemas.Actor{Kind: "cli", ID: who}}, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		log := receipts.NewLog(l, keeper)
		if _, err := log.Sequence(ctx, 100); err != nil {
			t.Fatal(err)
		}
		if head, err = log.Checkpoint(ctx); err != nil {
			t.Fatal(err)
		}
		return head
	}
	headFile := filepath.Join(h.dir, "head")
	if err := os.WriteFile(headFile, []byte(live("张三")), 0o600); err != nil {
		t.Fatal(err)
	}
	audit := func(args ...string) string {
		out, err := program(ctx, t, nil, append([]string{"audit", "verify", "--config", h.config}, args...)...)
		if err != nil {
			return string(out) + err.Error()
		}
		return string(out)
	}
	says := func(what, got string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is not said in:\n%s", what, w, got)
			}
		}
	}
	says("no head", audit(), "3 events in the log, all as they were", "not compared with a signed tree head")
	says("the head", audit("--head", headFile), "the tree head of 3 events still holds")
	foreign, err := receipts.LoadKeeper(filepath.Join(t.TempDir(), "key"), "jianding")
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(h.dir, "other.pub")
	if err := os.WriteFile(other, []byte(foreign.PublicKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	says("somebody else's key", audit("--head", headFile, "--key", other), "exit status 2")

	file := filepath.Join(data, "ledger.db")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`DROP TRIGGER events_stay; UPDATE events SET actor = replace(actor, '张三', '李四') WHERE seq = (SELECT min(seq) FROM events)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	says("an altered event", audit(), "an event was altered after it was sequenced", "exit status 1")

	for _, f := range []string{file, file + "-wal", file + "-shm"} {
		if err := os.Remove(f); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	live("李四")
	says("rewritten, no head", audit(), "3 events in the log, all as they were")
	says("rewritten", audit("--head", headFile), "are not those that the tree head was signed over", "exit status 1")
}
