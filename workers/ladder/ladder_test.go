package ladder

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
)

const sample = `
name: 江津值班
contacts:
  - name: 值班员
    addresses: [{channel: email, address: duty@example.org}, {channel: sms, address: "13800000000"}]
  - name: 科长
    addresses: [{channel: sms, address: "13800000001"}]
  - name: 主任
    addresses: [{channel: sms, address: "13800000002"}]
rotas:
  - name: duty
    weekly:
      - {days: [mon, tue, wed, thu, fri], from: "18:00", to: "08:00", contacts: [值班员]}
    turns: {start: 2026-01-05, at: "08:00", members: [科长, 主任]}
    overrides:
      - {date: 2026-12-31, contacts: []}
steps:
  - {contacts: ["rota:duty"], wait: 10m}
  - {contacts: [科长], channels: [sms], wait: 20m}
last_resort: [主任]
repeat: 15m
quiet_hours: {from: "22:00", to: "07:00"}
routing:
  - {town: 几江街道, copy_to: [几江街道]}
  - {use: [学校, 幼儿园], copy_to: [教委]}
`

func TestSamplePolicyReadsAndValidates(t *testing.T) {
	p := read(t, sample)
	if ps := p.Validate([]string{"email", "sms"}); len(ps) > 0 {
		t.Errorf("problems: %+v", ps)
	}
	if p.Steps[0].Wait != Duration(10*time.Minute) || p.AckTimeout != Duration(2*time.Hour) || p.Amber.For != Duration(4*time.Hour) {
		t.Errorf("read as %+v", p)
	}
	if got := p.CopyTo("几江街道", "乡村学校宿舍"); !slices.Equal(got, []string{"几江街道", "教委"}) {
		t.Errorf("copied to %q", got)
	}
	raw, err := p.Stamp()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Stamped(raw)
	if err != nil || !cmp.Equal(p, back) {
		t.Errorf("stamped and read back: %v\n%s", err, cmp.Diff(p, back))
	}
}

func read(t *testing.T, text string) Policy {
	t.Helper()
	var p Policy
	if err := yaml.UnmarshalWithOptions([]byte(text), &p, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return p.WithDefaults()
}

func TestAllProblemsAreListedTogether(t *testing.T) {
	p := read(t, `
contacts:
  - name: a
    addresses: [{channel: pigeon, address: x}]
  - name: a
    addresses: []
rotas:
  - {name: r, weekly: [{days: [someday], from: "25:00", contacts: [nobody]}], overrides: [{date: 31.12., contacts: []}]}
steps:
  - {contacts: [], wait: 0s}
  - {contacts: ["rota:none", b], channels: [fax], wait: 100h}
last_resort: ["rota:r"]
notice: {reminders: [25h], breach: 24h}
quiet_hours: {from: "22:00", to: "22:00"}
`)
	var got []string
	for _, x := range p.Validate([]string{"sms"}) {
		got = append(got, x.Field+" "+x.Code)
	}
	for _, want := range []string{
		"ladder.contacts[0].addresses[0].channel unknown_channel", "ladder.contacts[1].name duplicate", "ladder.contacts[1].addresses required",
		"ladder.rotas[0].weekly[0].days bad_day", "ladder.rotas[0].weekly[0].from bad_time", "ladder.rotas[0].weekly[0].contacts[0] unknown_contact",
		"ladder.rotas[0].overrides[0].date bad_date", "ladder.steps[0].contacts required", "ladder.steps[0].wait out_of_range",
		"ladder.steps[1].contacts[0] unknown_rota", "ladder.steps[1].contacts[1] unknown_contact", "ladder.steps[1].channels[0] unknown_channel",
		"ladder.steps[1].wait out_of_range", "ladder.last_resort[0] rota_not_allowed", "ladder.notice.reminders[0] too_late", "ladder.quiet_hours whole_day",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("not listed: %s", want)
		}
	}
	if len((Policy{}).WithDefaults().Validate(nil)) == 0 {
		t.Error("an empty policy is valid")
	}
}

func TestRota(t *testing.T) {
	p := read(t, sample)
	r, _ := p.rota("duty")
	for _, c := range []struct {
		shanghai string
		want     []string
	}{
		{"2026-11-24 19:00", []string{"值班员"}}, // Tuesday evening
		{"2026-11-25 07:59", []string{"值班员"}}, // the shift reaches into Wednesday
		{"2026-11-25 08:00", []string{"科长"}},  // by turns: the 47th week, an odd one
		{"2026-11-28 07:59", []string{"值班员"}}, // Friday's shift reaches into Saturday
		{"2026-11-28 20:00", []string{"科长"}},  // no shift on Saturday
		{"2026-11-30 07:59", []string{"科长"}},  // Sunday's night: before the handover
		{"2026-11-30 08:00", []string{"主任"}},  // handover on Monday at 8
		{"2026-12-31 00:00", nil},             // the override: nobody, all day
		{"2026-12-31 23:59", nil},
		{"2027-01-01 00:00", []string{"值班员"}},
		{"2026-01-03 12:00", nil}, // before the turns begin
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.shanghai, time.FixedZone("", 8*3600))
		if err != nil {
			t.Fatal(err)
		}
		got := r.OnDuty(at.UTC())
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q on duty, want %q", c.shanghai, got, c.want)
		}
	}
}

func TestQuietHoursOverMidnight(t *testing.T) {
	q := &QuietHours{From: "22:00", To: "07:00"}
	for shanghai, want := range map[string]string{"2026-11-24 21:59": "", "2026-11-24 22:00": "2026-11-25 07:00", "2026-11-25 06:59": "2026-11-25 07:00", "2026-11-25 07:00": ""} {
		zone := time.FixedZone("", 8*3600)
		at, _ := time.ParseInLocation("2006-01-02 15:04", shanghai, zone)
		end, quiet := q.quietUntil(at.UTC())
		if got := end.In(zone).Format("2006-01-02 15:04"); quiet != (want != "") || quiet && got != want {
			t.Errorf("%s: quiet %v until %s, want %q", shanghai, quiet, got, want)
		}
	}
	var none *QuietHours
	if _, quiet := none.quietUntil(time.Now()); quiet {
		t.Error("quiet without quiet hours")
	}
}

// Ticking again at any moment tells nobody twice and asks to be woken.
func TestATickIsLevelTriggered(t *testing.T) {
	p := read(t, sample)
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	c := schemas.Case{ID: "c", Status: schemas.CaseOpen, Level: schemas.HazardRed, Version: 3,
		Deadline: schemas.Deadlines{Handling: now.Add(24 * time.Hour), Statutory: now.Add(24 * time.Hour)}}
	first := p.Next(Input{Case: c, Now: now})
	again := p.Next(Input{Case: c, Now: now.Add(time.Second)})
	if len(first.Notifications) == 0 || len(first.Notifications) != len(again.Notifications) {
		t.Fatalf("%d and %d messages", len(first.Notifications), len(again.Notifications))
	}
	for i := range first.Notifications {
		a, b := first.Notifications[i], again.Notifications[i]
		if a.Dedupe != b.Dedupe || a.Message.ID != b.Message.ID {
			t.Errorf("a tick that is run again has other messages: %s, %s", a.Message.ID, b.Message.ID)
		}
	}
	c.Step, c.Round, c.StepAt, c.Reminded = first.Step, first.Round, first.StepAt, first.AddReminded
	for d := time.Duration(0); d < 10*time.Minute; d += 7 * time.Second {
		adv := p.Next(Input{Case: c, Sent: sentOf(first), Now: now.Add(d)})
		if len(adv.Notifications) > 0 || len(adv.Events) > 0 {
			t.Fatalf("after %s: %+v", d, adv)
		}
		if !adv.NextAt.Equal(now.Add(10 * time.Minute)) {
			t.Fatalf("after %s it wants to be woken at %s", d, adv.NextAt)
		}
	}
}

func sentOf(a schemas.CaseAdvance) []schemas.Notification {
	var out []schemas.Notification
	for _, n := range a.Notifications {
		at := a.Now
		out = append(out, schemas.Notification{ID: n.Message.ID, Status: schemas.NotificationSent, SentAt: &at, Message: n.Message, Step: n.Step, Round: n.Round})
	}
	return out
}

func TestAnEndedCaseIsLeftAlone(t *testing.T) {
	p := read(t, sample)
	for _, s := range []schemas.CaseStatus{schemas.CaseClosed, schemas.CaseDismissed} {
		adv := p.Next(Input{Case: schemas.Case{ID: "c", Status: s, Level: schemas.HazardRed}, Now: time.Now()})
		if !adv.NextAt.IsZero() || len(adv.Notifications)+len(adv.Events) > 0 {
			t.Errorf("%s: %+v", s, adv)
		}
	}
}

// Whatever state a live case is in, the ladder wants to see it again, and
// within a week of its disposition.
func TestEveryLiveCaseIsLookedAtAgain(t *testing.T) {
	p := read(t, sample)
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, status := range []schemas.CaseStatus{schemas.CaseOpen, schemas.CaseNotified, schemas.CaseAcknowledged, schemas.CaseDisposed} {
		for _, level := range []schemas.HazardLevel{schemas.HazardAmber, schemas.HazardRed} {
			for _, at := range []*time.Time{nil, ptr(now.Add(-48 * time.Hour)), ptr(now.Add(48 * time.Hour))} {
				c := schemas.Case{ID: "c", Status: status, Level: level, StepAt: at, AmberUntil: at}
				c.Instants.Acknowledged, c.Instants.Disposed = at, at
				if at != nil {
					c.Deadline.Handling = at.Add(time.Hour)
				}
				adv := p.Next(Input{Case: c, Now: now})
				wait := adv.NextAt.Sub(now)
				if adv.NextAt.IsZero() || wait > 9*24*time.Hour+time.Hour || wait <= 0 {
					t.Errorf("%s %s at %v: next at %s", status, level, at, adv.NextAt)
				}
				if adv.Level.Rank() < level.Rank() {
					t.Errorf("the ladder softened a case")
				}
			}
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestMessagesNameNobodyWhoIsNotNeeded(t *testing.T) {
	p := read(t, sample)
	c := schemas.Case{ID: "c", Ref: "XH-1", Status: schemas.CaseOpen, Level: schemas.HazardRed, Address: "几江街道1号", Grade: "Dsu"}
	adv := p.Next(Input{Case: c, Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), ReportNo: "R-1"})
	raw, _ := json.Marshal(adv.Notifications[0].Message)
	if !strings.Contains(string(raw), "R-1") || !strings.Contains(string(raw), "XH-1") {
		t.Errorf("message: %s", raw)
	}
}

// A notice is no report: the message says whose words it quotes, and that the
// report is still to come.
func TestAMessageOfANoticeClaimsNoReport(t *testing.T) {
	p := read(t, sample)
	c := schemas.Case{ID: "c", Ref: "XH-1", Status: schemas.CaseOpen, Level: schemas.HazardRed, Address: "几江街道1号", NoticeID: "n", Quote: "承重墙通裂"}
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	if text := p.Next(Input{Case: c, Now: at}).Notifications[0].Message.Text; strings.Contains(text, "报告原文") || !strings.Contains(text, "鉴定报告待补") || !strings.Contains(text, "机构先报：“承重墙通裂”") {
		t.Errorf("before the report:\n%s", text)
	}
	c.ReportID = "r"
	if text := p.Next(Input{Case: c, Now: at}).Notifications[0].Message.Text; !strings.Contains(text, "报告原文") || strings.Contains(text, "待补") {
		t.Errorf("with the report:\n%s", text)
	}
}

// A tick that is run again, by another process or after a crash, says the same
// under the same ids.
func TestATickRunAgainMakesTheSameMessages(t *testing.T) {
	p := read(t, sample)
	c := schemas.Case{ID: "c", Ref: "XH-1", Status: schemas.CaseOpen, Level: schemas.HazardRed, Address: "几江街道1号"}
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	first, again := p.Next(Input{Case: c, Now: at}), p.Next(Input{Case: c, Now: at.Add(time.Second)})
	if len(first.Notifications) == 0 || len(first.Notifications) != len(again.Notifications) {
		t.Fatalf("%d messages, then %d", len(first.Notifications), len(again.Notifications))
	}
	for i, n := range first.Notifications {
		if m := again.Notifications[i]; n.Message.ID != m.Message.ID || n.Dedupe != m.Dedupe {
			t.Errorf("%s %s, then %s %s", n.Message.ID, n.Dedupe, m.Message.ID, m.Dedupe)
		}
	}
}

// Whoever was told just before the step was told: half an hour later that is
// no reason to say that nobody can be reached.
func TestAMessageThatStoodForAStepIsNotForgotten(t *testing.T) {
	p := read(t, sample)
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	c := schemas.Case{ID: "c", Ref: "XH-1", Status: schemas.CaseNotified, Level: schemas.HazardRed, Address: "几江街道1号", Round: 2, Step: p.lastResort(), StepAt: &at, Reminded: []string{"red"}}
	arrived := at.Add(-2 * time.Minute)
	in := Input{Case: c, Now: at.Add(2 * time.Hour)}
	for _, r := range p.recipients(p.lastResort(), at, nil) {
		in.Sent = append(in.Sent, schemas.Notification{ID: r.Contact + r.Channel, Status: schemas.NotificationSent, SentAt: &arrived, Round: 1, Step: p.lastResort(),
			Message: schemas.Message{Kind: KindHazard, Level: schemas.HazardRed, Address: c.Where(), Recipient: r}})
	}
	adv := p.Next(in)
	for _, e := range adv.Events {
		if e.Kind == schemas.EventCaseUndelivered {
			t.Errorf("%v is undeliverable", e.Data)
		}
	}
	if adv.Round != 3 || len(adv.Notifications) == 0 {
		t.Errorf("the next round is %d with %d messages", adv.Round, len(adv.Notifications))
	}
}
