package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"jianding/integrations/municipal"
	"jianding/schemas"
	"jianding/storage/ledger"
)

// office is a data directory with reports whose filing has come to something,
// and the program's commands on it.
type office struct {
	t      *testing.T
	config string
	ledger *ledger.Ledger
	cfg    config
	n      int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	dir := t.TempDir()
	o := &office{t: t, config: filepath.Join(dir, "jianding.yaml")}
	text := fmt.Sprintf("data_dir: %s\nplatform: {app_id: jiangjin, secret: %q, manual: false}\n", filepath.Join(dir, "data"), testSecret)
	if err := os.WriteFile(o.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	o.cfg, err = loadConfig(o.config)
	o.must(err)
	o.must(os.MkdirAll(o.cfg.DataDir, 0o700))
	o.ledger, err = openLedger(t.Context(), o.cfg)
	o.must(err)
	t.Cleanup(func() { o.ledger.Close() })
	f, _ := municipal.SampleFiling()
	a := f.Agency
	a.ID, a.Status = "a1", schemas.AgencyActive
	o.must(o.ledger.PutAgency(t.Context(), a, operator("test"), time.Now()))
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// report is an accepted report whose filing is owed.
func (o *office) report() (schemas.Report, schemas.Delivery) {
	return o.revisionOf(fmt.Sprintf("CQJJ-2026-%04d", o.n+1))
}

func (o *office) revisionOf(number string) (schemas.Report, schemas.Delivery) {
	o.t.Helper()
	o.n++
	ctx, now := o.t.Context(), time.Now().UTC()
	doc := fmt.Appendf(nil, "%%PDF-1.7\n%% %d\n", o.n)
	s2, s3 := sha256.Sum256(doc), sm3.Sum(doc)
	sha := hex.EncodeToString(s2[:])
	st, err := openOriginals(ctx, o.cfg)
	o.must(err)
	_, err = st.Put(ctx, sha, int64(len(doc)), bytes.NewReader(doc))
	o.must(err)
	r, _, err := o.ledger.ReceiveReport(ctx, schemas.NewReport{AgencyID: "a1", SHA256: sha, SM3: hex.EncodeToString(s3[:]), Size: int64(len(doc)),
		ReceivedAt: now, Actor: schemas.Actor{Kind: "agency", ID: "a1"}})
	o.must(err)
	os, _, err := o.ledger.Obligations(ctx, schemas.ObligationFilter{Kind: schemas.OweAssess, Subject: r.ID})
	o.must(err)
	lease, err := o.ledger.LeaseObligation(ctx, os[0].ID, time.Minute)
	o.must(err)
	f, _ := municipal.SampleFiling()
	f.Assessment.Report.ReportNo = number
	f.Assessment.Outcome, f.Assessment.SHA256 = schemas.Accepted, sha
	r, _, err = o.ledger.RecordAssessment(ctx, lease, schemas.AssessmentRecord{ReportID: r.ID, Assessment: f.Assessment},
		schemas.Consequences{Status: schemas.ReportAccepted, File: true}, nil, now)
	o.must(err)
	d, err := o.ledger.DeliveryByReport(ctx, r.ID)
	o.must(err)
	return r, d
}

func (o *office) lease(d schemas.Delivery) schemas.Lease {
	o.t.Helper()
	os, _, err := o.ledger.Obligations(o.t.Context(), schemas.ObligationFilter{Kind: schemas.OweFile, Subject: d.ID, State: schemas.ObligationOpen})
	o.must(err)
	lease, err := o.ledger.LeaseObligation(o.t.Context(), os[0].ID, time.Minute)
	o.must(err)
	return lease
}

// dead is a report that the platform refused for good.
func (o *office) dead() (schemas.Report, schemas.Delivery) {
	o.t.Helper()
	r, d := o.report()
	_, err := o.ledger.FinishDeliveryAttempt(o.t.Context(), o.lease(d), schemas.FilingOutcome{Result: schemas.FilingFinal, Reasons: []string{"缺少镇街"},
		Attempt: schemas.DeliveryAttempt{Error: "缺少镇街"}}, schemas.ObligationResult{Dead: true}, time.Now().UTC())
	o.must(err)
	return r, d
}

func (o *office) status(d schemas.Delivery) schemas.DeliveryStatus {
	o.t.Helper()
	now, err := o.ledger.Delivery(o.t.Context(), d.ID)
	o.must(err)
	return now.Status
}

// jianding runs a command and returns what it wrote.
func (o *office) jianding(want int, args ...string) string {
	o.t.Helper()
	var out, errOut bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), &out, &errOut); code != want {
		o.t.Fatalf("jianding %s: exit %d, want %d\n%s%s", strings.Join(args, " "), code, want, &out, &errOut)
	}
	return out.String() + errOut.String()
}

// here adds the configuration.
func (o *office) here(args ...string) []string { return append(args, "--config", o.config) }

func (o *office) has(got string, want ...string) {
	o.t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			o.t.Errorf("%q is missing in:\n%s", w, got)
		}
	}
}

// Dead deliveries are found, and replayed one by one, by filter and in bulk.
func TestDeadDeliveriesAreReplayed(t *testing.T) {
	o := newOffice(t)
	var ds []schemas.Delivery
	for range 4 {
		_, d := o.dead()
		ds = append(ds, d)
	}
	o.has(o.jianding(0, o.here("delivery", "list", "--status", "dead")...), "缺少镇街", ds[0].ID, ds[3].ID)
	if got := o.jianding(0, o.here("delivery", "list", "--status", "dead", "--query", "CQJJ-2026-0002")...); strings.Contains(got, ds[0].ID) || !strings.Contains(got, ds[1].ID) {
		t.Errorf("searched by number:\n%s", got)
	}
	if got := o.jianding(0, o.here("delivery", "list", "--to", "2020-01-01")...); strings.Contains(got, ds[0].ID) {
		t.Errorf("before anything was owed:\n%s", got)
	}
	o.has(o.jianding(0, o.here("delivery", "replay", ds[0].ID)...), "1 deliveries")
	o.has(o.jianding(0, o.here("delivery", "replay", "--query", "CQJJ-2026-0002")...), "1 deliveries")
	o.has(o.jianding(0, o.here("delivery", "replay", "--to", "2020-01-01")...), "0 deliveries")
	o.has(o.jianding(2, o.here("delivery", "replay", "--rate", "-5")...), "--rate -5")
	o.has(o.jianding(2, o.here("delivery", "replay", "--status", "returned")...), "--status returned")
	o.has(o.jianding(0, o.here("delivery", "replay", "--rate", "1")...), "2 deliveries")
	os, _, err := o.ledger.Obligations(t.Context(), schemas.ObligationFilter{Kind: schemas.OweFile, State: schemas.ObligationOpen})
	o.must(err)
	if last := os[len(os)-1].DueAt; len(os) != 4 || last.Before(time.Now().Add(50*time.Second)) {
		t.Errorf("%d owed, the last at %s: one a minute was asked", len(os), last)
	}
	o.has(o.jianding(0, o.here("delivery", "show", ds[0].ID)...), `"status": "pending"`)
}

// A revision that waits for the one before it says so.
func TestADeliveryThatWaitsSaysForWhat(t *testing.T) {
	o := newOffice(t)
	_, first := o.revisionOf("CQJJ-2026-0001")
	_, second := o.revisionOf("CQJJ-2026-0001")
	for _, line := range strings.Split(o.jianding(0, o.here("delivery", "list")...), "\n") {
		if waits := strings.Contains(line, schemas.WaitsForRevision.Says()); waits != strings.Contains(line, second.ID) {
			t.Errorf("listed: %s", line)
		}
	}
	o.has(o.jianding(0, o.here("delivery", "show", second.ID)...), `"waits_for": "earlier_revision_first"`)
	if got := o.jianding(0, o.here("delivery", "show", first.ID)...); strings.Contains(got, "waits_for") {
		t.Errorf("the first one waits for nothing:\n%s", got)
	}
}

// Filing by hand: out of the program's hands, the package, the receipt.
func TestFilingByHand(t *testing.T) {
	o := newOffice(t)
	r, d := o.report()
	_, other := o.report()
	o.jianding(0, o.here("delivery", "manual", d.ID)...)
	pack := filepath.Join(t.TempDir(), "day.zip")
	o.has(o.jianding(0, o.here("delivery", "export", "--day", time.Now().In(shanghai).Format(time.DateOnly), "-o", pack)...), "2 reports")
	// Whoever has the package may file what is still automatic by hand.
	if now, err := o.ledger.Delivery(t.Context(), other.ID); err != nil || now.Status != schemas.DeliveryPending || !now.Unknown {
		t.Errorf("exported, it must be asked about first: %+v %v", now, err)
	}
	z, err := zip.OpenReader(pack)
	o.must(err)
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	for _, part := range []string{".xlsx", "manifest", r.SHA256[:12]} {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, part) }) && part != r.SHA256[:12] {
			t.Errorf("no %s in the package: %q", part, names)
		}
	}
	if n := len(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasSuffix(n, ".pdf") })); n != 2 {
		t.Errorf("%d originals in the package: %q", n, names)
	}
	o.jianding(2, o.here("delivery", "receipt", d.ID, "ZHFA-1")...) // without evidence
	o.jianding(1, o.here("delivery", "receipt", other.ID, "ZHFA-1", "--evidence", "截图")...)
	o.jianding(0, o.here("delivery", "receipt", d.ID, "ZHFA-1", "--evidence", "截图：档案柜3，经办李四")...)
	if s := o.status(d); s != schemas.DeliveryAcknowledged {
		t.Errorf("delivery is %s", s)
	}
	o.has(o.jianding(0, o.here("delivery", "export", "--day", time.Now().In(shanghai).Format(time.DateOnly), "-o", pack+"2")...), "1 reports") // the other one
	o.jianding(0, o.here("delivery", "manual", other.ID)...)
	o.jianding(0, o.here("delivery", "automatic", other.ID)...)
	if now, err := o.ledger.Delivery(t.Context(), other.ID); err != nil || now.Status != schemas.DeliveryPending || !now.Unknown {
		t.Errorf("back to automatic it must ask first: %+v %v", now, err)
	}
	o.has(o.jianding(2, o.here("delivery", "export", other.ID, "nobody", "-o", pack+"3")...), "only 1")
	o.has(o.jianding(0, o.here("delivery", "export", "--day", "2020-01-01", "-o", pack+"3")...), "nothing is to be filed")
	if _, err := os.Stat(pack + "3"); err == nil {
		t.Error("a package of nothing was written")
	}
	o.has(o.jianding(0, o.here("delivery", "reconcile")...), "差异")
}

// Every shipped profile is sound, can be copied and edited, and previews a
// real report without a secret; a broken one says what to mend, all at once.
func TestProfilesByCommand(t *testing.T) {
	o := newOffice(t)
	r, _ := o.report()
	dir := t.TempDir()
	for _, name := range strings.Fields(o.jianding(0, "delivery", "profile", "list")) {
		file := filepath.Join(dir, name+".yaml")
		o.must(os.WriteFile(file, []byte(o.jianding(0, "delivery", "profile", "show", name)), 0o600))
		o.has(o.jianding(0, "delivery", "profile", "check", file), "正确")
	}
	for _, name := range municipal.ShippedProfiles() {
		p, err := municipal.OpenProfile(name)
		o.must(err)
		sec, err := municipal.SampleSecrets(p)
		o.must(err)
		text := fmt.Sprintf("data_dir: %s\nplatform: {profile: %s, app_id: jiangjin, secret: %q, private_key: %q, platform_key: %q, manual: false}\n",
			o.cfg.DataDir, name, string(sec.Secret), string(sec.PrivateKeyPEM), sec.PlatformKeyPEM)
		file := filepath.Join(dir, name+"-config.yaml")
		o.must(os.WriteFile(file, []byte(text), 0o600))
		got := o.jianding(0, "delivery", "preview", r.ReceiptNo, "--config", file)
		o.has(got, "POST ", r.ReportNo, r.SHA256)
		for _, secret := range []string{string(sec.Secret), "PRIVATE KEY"} {
			if secret != "" && strings.Contains(got, secret) {
				t.Errorf("%s: the preview shows a secret:\n%s", name, got)
			}
		}
	}
	bad := filepath.Join(dir, "bad.yaml")
	o.must(os.WriteFile(bad, []byte("extends: reference-hmac-sha256\nname: bad\nbase_url: http://platform.example.cn\nrate: {per_second: -3}\ncolour: red\n"+
		"signing: {algorithm: md5, encoding: hex, parts: [{name: a, value: \"{nonsense}\"}]}\nfields:\n  - {name: a, label: 甲, value: \"report.no +\", sheet: \"nobody.no\"}\n"), 0o600))
	o.has(o.jianding(2, "delivery", "profile", "check", bad), "base_url", "https", "rate.per_second", "colour", "第 5 行", "signing.algorithm", "md5", "hmac-sm3",
		"nonsense", "fields.a.value", "fields.a.sheet")
	o.jianding(2, "delivery", "profile", "check", filepath.Join(dir, "nowhere.yaml"))
}

// The README's platform commands are what this test runs: a line in it that
// the table does not know fails, as does one that no longer works.
func TestTheReadmesPlatformCommands(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t)
	r, d := o.report()
	_, gone := o.dead()
	o.jianding(0, o.here("delivery", "manual", d.ID)...)
	dir := t.TempDir()
	profile := filepath.Join(dir, "platform.yaml")
	o.must(os.WriteFile(profile, []byte(o.jianding(0, "delivery", "profile", "show", "reference-hmac-sha256")), 0o600))
	run := map[string]func(words []string){
		"list":   func([]string) { o.jianding(0, o.here("delivery", "list")...) },
		"replay": func([]string) { o.jianding(0, o.here("delivery", "replay", gone.ID)...) },
		"export": func([]string) {
			o.jianding(0, o.here("delivery", "export", d.ID, "-o", filepath.Join(t.TempDir(), "x.zip"))...)
		},
		"receipt": func([]string) {
			o.jianding(0, o.here("delivery", "receipt", d.ID, "ZHFA-"+d.ID, "--evidence", "截图")...)
			d = manualAgain(o)
		},
		"reconcile": func([]string) { o.has(o.jianding(0, o.here("delivery", "reconcile")...), "差异") },
		"preview":   func([]string) { o.jianding(0, o.here("delivery", "preview", r.ReceiptNo)...) },
		"profile": func(words []string) {
			for i, w := range words {
				if strings.HasSuffix(w, ".yaml") {
					words[i] = profile
				}
			}
			o.jianding(0, append([]string{"delivery", "profile"}, words...)...)
		},
	}
	lines := regexp.MustCompile(`(?m)^jianding delivery (.+?)(?:  .*)?$`).FindAllStringSubmatch(string(raw), -1)
	if len(lines) < 5 {
		t.Fatalf("only %d delivery commands in the README", len(lines))
	}
	for _, l := range lines {
		for _, one := range strings.Split(l[1], " | ") {
			words := strings.Fields(one)
			f := run[words[0]]
			if f == nil {
				t.Errorf("README: no test runs %q", l[0])
				continue
			}
			f(words[1:])
		}
	}
}

func manualAgain(o *office) schemas.Delivery {
	o.t.Helper()
	_, d := o.report()
	o.jianding(0, o.here("delivery", "manual", d.ID)...)
	return d
}

// What the profile allows a request, the service does too: a large report on a
// slow line takes longer than two minutes, each time.
func TestAFilingMayTakeAsLongAsTheProfileAllows(t *testing.T) {
	o := newOffice(t)
	client, profile, err := o.cfg.Platform.client(nil)
	o.must(err)
	defer client.Close()
	st, err := openOriginals(t.Context(), o.cfg)
	o.must(err)
	s := &service{cfg: o.cfg, ledger: o.ledger, originals: st, platform: client, log: slog.New(slog.DiscardHandler)}
	o.must(s.buildWorkers(t.Context(), parts{}, pageLinks{}, nil))
	if got := s.workers.Limits.FileTime; got < profile.Timeouts.Total {
		t.Errorf("a filing is ended after %s, the profile allows %s", got, profile.Timeouts.Total)
	}
}
