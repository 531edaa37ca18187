package municipal_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"jianding/integrations/municipal"
	"jianding/integrations/sandbox"
	"jianding/schemas"
)

// inbox is the address that callbacks go to; it keeps them as they came.
type inbox struct {
	*httptest.Server
	mu  sync.Mutex
	got []received
}

type received struct {
	header http.Header
	body   []byte
}

func newInbox(t *testing.T) *inbox {
	b := &inbox{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.got = append(b.got, received{r.Header.Clone(), body})
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *inbox) all() []received {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]received(nil), b.got...)
}

func (w *world) waitFor(b *inbox, n int) []received {
	w.t.Helper()
	w.eventually("callbacks", func() bool { return len(b.all()) >= n })
	return b.all()
}

func TestCallbacksOfEachSchemeAreVerifiedAndRead(t *testing.T) {
	for _, name := range municipal.ShippedProfiles() {
		t.Run(name, func(t *testing.T) {
			b := newInbox(t)
			w := newWorld(t, setup{profile: name, box: func(o *sandbox.Options) { o.CallbackURL, o.Pending = b.URL+"/v1/platform/callbacks", true }})
			f := w.filing(1)
			out := w.client.Submit(context.Background(), f, w.original(f), always)
			if out.Result != schemas.FilingSubmitted || out.Receipt == "" {
				t.Fatalf("submit: %+v", out)
			}
			if err := w.box.Return(out.Receipt, "房屋地址与房屋编码不一致", "缺少审核人签字"); err != nil {
				t.Fatal(err)
			}
			got := w.waitFor(b, 1)[0]
			cb, err := w.client.VerifyCallback(got.header, got.body, w.clock.Now().Add(4*time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			if cb.Kind != "returned" || cb.Record.Receipt != out.Receipt || cb.Record.IdempotencyKey != f.Delivery.IdempotencyKey ||
				len(cb.Record.Reasons) != 2 || cb.Nonce == "" || len(cb.RawHash) != 64 || cb.Record.Status != "returned" {
				t.Errorf("callback %+v", cb)
			}
			w.refuses(t, got)

			if err := w.box.Withdraw(out.Receipt); err != nil {
				t.Fatal(err)
			}
			got = w.waitFor(b, 2)[1]
			if cb, err := w.client.VerifyCallback(got.header, got.body, w.clock.Now()); err != nil || cb.Kind != "withdrawn" {
				t.Errorf("withdrawn: %+v (%v)", cb, err)
			}
		})
	}
}

// refuses checks that a good callback is refused once anything about it is
// changed.
func (w *world) refuses(t *testing.T, good received) {
	t.Helper()
	now := w.clock.Now()
	check := func(what, code string, header http.Header, body []byte, at time.Time) {
		t.Helper()
		_, err := w.client.VerifyCallback(header, body, at)
		if schemas.KindOf(err) != schemas.KindUntrusted {
			t.Errorf("%s: taken or of another kind: %v", what, err)
		} else if code != "" && !strings.Contains(err.Error(), code) {
			t.Errorf("%s: %v, want %s", what, err, code)
		}
	}
	check("six minutes old", "callback_stale", good.header, good.body, now.Add(6*time.Minute))
	check("six minutes ahead", "callback_stale", good.header, good.body, now.Add(-6*time.Minute))
	check("other body", "", good.header, []byte(strings.Replace(string(good.body), `"returned"`, `"accepted"`, 1)), now)
	check("no headers", "callback_unsigned", http.Header{}, good.body, now)
	for name := range good.header {
		if !strings.HasPrefix(name, "X-") {
			continue
		}
		h := good.header.Clone()
		h.Del(name)
		check("without "+name, "callback_unsigned", h, good.body, now)
		h = good.header.Clone()
		v := h.Get(name)
		flipped := byte('1')
		if v[0] == flipped {
			flipped = '2'
		}
		h.Set(name, string(flipped)+v[1:])
		if !strings.HasSuffix(name, "-App-Id") || w.profile.Signing.Algorithm != "sm2" {
			check("other "+name, "", h, good.body, now)
		}
		h = good.header.Clone()
		h.Add(name, v)
		check("two of "+name, "callback_unsigned", h, good.body, now)
	}
}

// The sandbox's callbacks out of order and repeated carry what is needed to
// recognise them.
func TestCallbackBeforeAnswerAndTwice(t *testing.T) {
	b := newInbox(t)
	w := newWorld(t, setup{box: func(o *sandbox.Options) { o.CallbackURL = b.URL }})
	ctx := context.Background()

	if err := w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.CallbackBefore}, Times: 1}); err != nil {
		t.Fatal(err)
	}
	f := w.filing(1)
	out := w.client.Submit(ctx, f, w.original(f), always)
	if n := len(b.all()); n != 1 || out.Result != schemas.FilingAccepted {
		t.Fatalf("%d callbacks before the answer %+v", n, out)
	}

	if err := w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.CallbackTwice}, Times: 1}); err != nil {
		t.Fatal(err)
	}
	g := w.filing(2)
	w.client.Submit(ctx, g, w.original(g), always)
	got := w.waitFor(b, 3)
	one, err1 := w.client.VerifyCallback(got[1].header, got[1].body, w.clock.Now())
	two, err2 := w.client.VerifyCallback(got[2].header, got[2].body, w.clock.Now())
	if err1 != nil || err2 != nil || one.Nonce != two.Nonce || one.RawHash != two.RawHash {
		t.Errorf("repeated callback: %+v (%v), %+v (%v)", one, err1, two, err2)
	}
}

// plainCallbacks signs callbacks over time, nonce and body, as signed does.
const plainCallbacks = `
callbacks:
  signing:
    algorithm: hmac-sha256
    encoding: hex
    join: "\n"
    time: {format: unix}
    parts: [{value: "{timestamp}"}, {value: "{nonce}"}, {value: "{body_sha256}"}]
    headers: [{name: T, value: "{timestamp}"}, {name: N, value: "{nonce}"}, {name: S, value: "{signature}"}]
  event: body.event
  record: body.record
  events: {accepted: accepted}
`

func TestCallbackThatIsSignedButNotUnderstood(t *testing.T) {
	w := newWorld(t, setup{patch: quick + plainCallbacks})
	record := `{"receipt":"R1","idempotency_key":"jd-1","report_no":"N","sha256":"aa","status":"accepted","recorded_at":"2026-11-24T12:00:00+08:00"}`
	for body, kind := range map[string]schemas.Kind{
		`{"event":"accepted","record":` + record + `}`:                                                "",
		`{"event":"exploded","record":` + record + `}`:                                                schemas.KindInvalid,
		`{"event":"accepted"}`:                                                                        schemas.KindInvalid,
		`{"event":"accepted","record":{"receipt":"R1","status":"lost"}}`:                              schemas.KindInvalid,
		`{"event":"accepted","record":{"idempotency_key":"jd-1","status":"pending"}}`:                 schemas.KindInvalid,
		`{"event":"accepted","record":{"receipt":"R1","status":"returned"}}`:                          schemas.KindInvalid,
		`{"event":"accepted","record":` + strings.Replace(record, "2026-11-24", "yesterday", 1) + `}`: schemas.KindInvalid,
		`not json`: schemas.KindInvalid,
		`[]`:       schemas.KindInvalid,
	} {
		h := signed(w.clock.Now(), body)
		_, err := w.client.VerifyCallback(h, []byte(body), w.clock.Now())
		if schemas.KindOf(err) != kind {
			t.Errorf("%s: %v, want kind %q", body, err, kind)
		}
	}
}

// An event of a day to come is of when it was told: what is told next must not
// look older than it.
func TestCallbackOfADayToCome(t *testing.T) {
	w := newWorld(t, setup{patch: quick + plainCallbacks + "  at: body.at\n"})
	now := w.clock.Now().Truncate(time.Second)
	for said, want := range map[time.Duration]time.Duration{-time.Hour: -time.Hour, time.Minute: time.Minute, 8 * time.Hour: 0, 1000 * 24 * time.Hour: 0} {
		body := `{"event":"accepted","at":"` + now.Add(said).Format(time.RFC3339) + `","record":{"receipt":"R1","status":"accepted"}}`
		cb, err := w.client.VerifyCallback(signed(now, body), []byte(body), now)
		if err != nil || !cb.At.Equal(now.Add(want)) {
			t.Errorf("said %s from now: taken as %s from now (%v)", said, cb.At.Sub(now), err)
		}
	}
}

// The platform's clock is half an hour off, as its answers say: its callbacks
// are of now all the same, and count as of now by our clock.
func TestCallbacksOfAPlatformWhoseClockIsWrong(t *testing.T) {
	for _, off := range []time.Duration{30 * time.Minute, -30 * time.Minute} {
		w := newWorld(t, setup{patch: quick + plainCallbacks + "  at: body.at\n"})
		now := w.clock.Now()
		body := `{"event":"accepted","at":"` + now.Add(off-time.Minute).Format(time.RFC3339) + `","record":{"receipt":"R1","status":"accepted"}}`
		if _, err := w.client.VerifyCallback(signed(now.Add(off), body), []byte(body), now); schemas.KindOf(err) != schemas.KindUntrusted {
			t.Errorf("%s off, nothing heard of the platform's clock: %v", off, err)
		}
		if err := w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.ClockSkew, Delay: off}, Operations: []string{"query"}, Times: 1}); err != nil {
			t.Fatal(err)
		}
		f := w.filing(1)
		w.client.Query(context.Background(), f, always)
		cb, err := w.client.VerifyCallback(signed(now.Add(off), body), []byte(body), now)
		if err != nil || !cb.At.Equal(now.Add(-time.Minute)) {
			t.Errorf("%s off: taken as of %s from now (%v)", off, cb.At.Sub(now), err)
		}
		for _, at := range []time.Duration{off + 6*time.Minute, off - 6*time.Minute} {
			if _, err := w.client.VerifyCallback(signed(now.Add(at), body), []byte(body), now); schemas.KindOf(err) != schemas.KindUntrusted {
				t.Errorf("%s by a clock that is %s off: %v", at, off, err)
			}
		}
		// One by the right clock is believed as before.
		if _, err := w.client.VerifyCallback(signed(now, body), []byte(body), now); err != nil {
			t.Errorf("by our own clock: %v", err)
		}
	}
}

// A platform's clock is four minutes ahead, and then put right: what it told
// before does not outdate what it tells a minute later, which may be a return.
func TestCallbacksKeepTheirOrderWhenAClockIsPutRight(t *testing.T) {
	w := newWorld(t, setup{patch: quick + plainCallbacks})
	const off = 4 * time.Minute
	if err := w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.ClockSkew, Delay: off}, Operations: []string{"query"}, Times: 2}); err != nil {
		t.Fatal(err)
	}
	told := func(by time.Duration) time.Time {
		t.Helper()
		w.client.Query(context.Background(), w.filing(1), always) // its answer carries the clock
		body := `{"event":"accepted","record":{"receipt":"R1","status":"accepted"}}`
		now := w.clock.Now()
		cb, err := w.client.VerifyCallback(signed(now.Add(by), body), []byte(body), now)
		if err != nil {
			t.Fatal(err)
		}
		return cb.At
	}
	before := told(off)
	w.clock.Advance(time.Minute)
	if after := told(0); !after.After(before) {
		t.Errorf("told at %s, and a minute later at %s", before.Format(time.TimeOnly), after.Format(time.TimeOnly))
	}
}

// A platform writes the time of a callback's event as it writes all times. One
// repeated later is of when it happened, not of when it was signed anew.
func TestTheTimeOfACallbackIsReadAsThePlatformWritesIt(t *testing.T) {
	w := newWorld(t, setup{patch: quick + plainCallbacks + "  at: body.at\n" + `
record:
  in: body?.record
  receipt: record?.receipt
  sha256: record?.sha256
  status: record?.status
  recorded_at: record?.recorded_at
  statuses: {accepted: accepted}
  time: {format: datetime, zone: Asia/Shanghai}
`})
	now := w.clock.Now().Truncate(time.Second)
	happened := now.Add(-time.Hour)
	body := `{"event":"accepted","at":"` + happened.In(time.FixedZone("", 8*3600)).Format(time.DateTime) + `","record":{"receipt":"R1","status":"accepted"}}`
	if cb, err := w.client.VerifyCallback(signed(now, body), []byte(body), now); err != nil || !cb.At.Equal(happened) {
		t.Errorf("taken as %s from now (%v)", cb.At.Sub(now), err)
	}
}
