package municipal_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"jianding/integrations/municipal"
	"jianding/schemas"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// A platform, or a gateway before it, that answers strangely. Nothing that it
// says may be taken for more than it is, and nothing may be lost by it.

// oddly is a client whose platform is a function.
func oddly(t *testing.T, profile string, answer http.HandlerFunc) (*world, *municipal.Client) {
	t.Helper()
	w := newWorld(t, setup{})
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		answer(rw, r)
	}))
	t.Cleanup(s.Close)
	if profile != "" {
		var err error
		if w.profile, err = municipal.LoadProfile([]byte(profile)); err != nil {
			t.Fatal(err)
		}
	}
	return w, w.newClient(municipal.Options{BaseURL: s.URL})
}

func (w *world) submit(c *municipal.Client) schemas.FilingOutcome {
	w.t.Helper()
	f := w.filing(1)
	return c.Submit(context.Background(), f, w.original(f), always)
}

// accepted is the reference contract's answer about filing 1.
func (w *world) accepted(change ...string) string {
	f := w.filing(1)
	a := fmt.Sprintf(`{"code":"ACCEPTED","record":{"receipt":"R-1","status":"accepted","recorded_at":"2026-11-24T12:00:00+08:00",
		"report_no":%q,"sha256":%q,"idempotency_key":%q}}`, f.Report.ReportNo, f.Report.SHA256, f.Delivery.IdempotencyKey)
	return strings.NewReplacer(change...).Replace(a)
}

func TestStrangeAnswersToASubmission(t *testing.T) {
	gz := func(s string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(s))
		z.Close()
		return b.Bytes()
	}
	json := func(status int, body string) func(*world) http.HandlerFunc {
		return func(*world) http.HandlerFunc {
			return func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(status); io.WriteString(rw, body) }
		}
	}
	about := func(change ...string) func(*world) http.HandlerFunc {
		return func(w *world) http.HandlerFunc { return json(201, w.accepted(change...))(w) }
	}
	sample := newWorld(t, setup{}).filing(1)
	for name, tc := range map[string]struct {
		answer func(*world) http.HandlerFunc
		result schemas.FilingResult
	}{
		"as it should be": {about(), schemas.FilingAccepted},
		"redirect to a login page": {func(*world) http.HandlerFunc {
			return func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/login", http.StatusFound) }
		}, schemas.FilingUnknown},
		"HTML with 200": {json(200, "<html>登录</html>"), schemas.FilingUnknown},
		"HTML with 201": {json(201, "<html>ACCEPTED</html>"), schemas.FilingUnknown},
		"null":          {json(201, "null"), schemas.FilingUnknown},
		"a list":        {json(201, "[1,2]"), schemas.FilingUnknown},
		"two documents": {func(w *world) http.HandlerFunc { return json(201, w.accepted()+"{}")(w) }, schemas.FilingUnknown},
		"compressed unasked": {func(w *world) http.HandlerFunc {
			return func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Encoding", "gzip")
				rw.WriteHeader(201)
				rw.Write(gz(w.accepted()))
			}
		}, schemas.FilingAccepted},
		"a bomb": {func(*world) http.HandlerFunc {
			return func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Encoding", "gzip")
				rw.WriteHeader(201)
				rw.Write(gz(strings.Repeat(" ", 20<<20)))
			}
		}, schemas.FilingUnknown},
		"said to be compressed": {func(w *world) http.HandlerFunc {
			return func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Encoding", "gzip")
				rw.WriteHeader(201)
				io.WriteString(rw, w.accepted())
			}
		}, schemas.FilingUnknown},
		"byte order mark": {func(w *world) http.HandlerFunc { return json(201, "\ufeff"+w.accepted())(w) }, schemas.FilingAccepted},
		"without end": {func(*world) http.HandlerFunc {
			return func(rw http.ResponseWriter, r *http.Request) {
				rw.WriteHeader(201)
				for r.Context().Err() == nil {
					if _, err := rw.Write(bytes.Repeat([]byte(" "), 1<<16)); err != nil {
						return
					}
				}
			}
		}, schemas.FilingUnknown},
		"another report's receipt":              {about(sample.Report.SHA256, strings.Repeat("0", 64), sample.Delivery.IdempotencyKey, "jd-other-0001"), schemas.FilingUnknown},
		"another key's receipt, no hash":        {about(sample.Report.SHA256, "", sample.Delivery.IdempotencyKey, "jd-other-0001"), schemas.FilingUnknown},
		"our key, another file":                 {about(sample.Report.SHA256, strings.Repeat("0", 64)), schemas.FilingFinal},
		"our file, under a key from before":     {about(sample.Delivery.IdempotencyKey, "jd-other-0001"), schemas.FilingAccepted},
		"no receipt":                            {about(`"R-1"`, `""`), schemas.FilingUnknown},
		"a receipt that is an object":           {about(`"R-1"`, `{"no":"R-1"}`), schemas.FilingUnknown},
		"a receipt as long as a book":           {about("R-1", strings.Repeat("R", 1<<20)), schemas.FilingUnknown},
		"a state that the profile doesn't know": {about(`"accepted"`, `"已入库"`), schemas.FilingUnknown},
		"a time that is none":                   {about("2026-11-24T12:00:00+08:00", "昨天"), schemas.FilingUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			var w *world
			var answer http.HandlerFunc
			w, c := oddly(t, "", func(rw http.ResponseWriter, r *http.Request) { answer(rw, r) })
			answer = tc.answer(w)
			if out := w.submit(c); out.Result != tc.result || out.Result == schemas.FilingAccepted && out.Receipt != "R-1" {
				t.Errorf("%s: %s %q %q", name, out.Result, out.Receipt, out.Attempt.Error)
			}
		})
	}
}

// What a platform says is kept and shown: in one line, without control
// characters (PostgreSQL stores no NUL), and no more of it than people read.
func TestWhatAPlatformSaysIsKeptWithinBounds(t *testing.T) {
	var many []string
	for i := range 5000 {
		many = append(many, fmt.Sprintf(`"%d 缺少\u0000\n%s"`, i, strings.Repeat("长", 2000)))
	}
	var w *world
	w, c := oddly(t, "", func(rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(201)
		io.WriteString(rw, w.accepted(`"accepted"`, `"returned"`, `"R-1"`, `"R\u0000-\n1"`, `"report_no"`, `"reasons":[`+strings.Join(many[:200], ",")+`],"report_no"`))
	})
	out := w.submit(c)
	if out.Result != schemas.FilingReturned || out.Receipt != "R -  1" && out.Receipt != "R - 1" {
		t.Fatalf("%s, receipt %q, %s", out.Result, out.Receipt, out.Attempt.Error)
	}
	all := strings.Join(out.Reasons, "")
	if strings.ContainsAny(all, "\x00\n") || len(all) > 100<<10 || len(out.Reasons) != 51 || !strings.Contains(out.Reasons[50], "200") {
		t.Errorf("%d reasons, %d bytes, last %q", len(out.Reasons), len(all), out.Reasons[len(out.Reasons)-1])
	}
}

// Receipts of 18 digits are common on Chinese platforms; no float64 holds them.
func TestALongNumberIsTheReceiptDigitByDigit(t *testing.T) {
	for _, n := range []string{"1234567890123456789", "20261124000000000017", "42"} {
		var w *world
		w, c := oddly(t, "", func(rw http.ResponseWriter, _ *http.Request) {
			rw.WriteHeader(201)
			io.WriteString(rw, w.accepted(`"R-1"`, n))
		})
		if out := w.submit(c); out.Receipt != n || out.Result != schemas.FilingAccepted {
			t.Errorf("%s became %q (%s)", n, out.Receipt, out.Attempt.Error)
		}
	}
}

func TestReasonsInGBK(t *testing.T) {
	var w *world
	w, c := oddly(t, "", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json; charset=GBK")
		rw.WriteHeader(201)
		b, err := simplifiedchinese.GBK.NewEncoder().String(w.accepted(`"accepted"`, `"returned"`, `"report_no"`, `"reasons":["照片不清"],"report_no"`))
		if err != nil {
			t.Error(err)
		}
		io.WriteString(rw, b)
	})
	if out := w.submit(c); len(out.Reasons) != 1 || out.Reasons[0] != "照片不清" {
		t.Errorf("reasons %q (%s)", out.Reasons, out.Attempt.Error)
	}
}

// A scheme may put its secret into the address, and a platform may echo what
// it got. Neither may end in an attempt, which is kept and shown.
func TestSecretsStayOutOfAttempts(t *testing.T) {
	profile := strings.Replace(otherPlatform, "    - {name: sign, value: \"{signature}\"}\n", "    - {name: sign, value: \"{signature}\"}\n    - {name: key, value: \"{secret}\"}\n", 1)
	for name, answer := range map[string]http.HandlerFunc{
		"broken": func(rw http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(rw).Hijack()
			if err == nil {
				conn.Close()
			}
		},
		"echoed":       func(rw http.ResponseWriter, r *http.Request) { fmt.Fprintf(rw, "bad request %s", r.URL) },
		"echoed, JSON": func(rw http.ResponseWriter, r *http.Request) { fmt.Fprintf(rw, `{"errcode":40001,"errmsg":%q}`, r.URL) },
	} {
		w, _ := oddly(t, profile, answer)
		w.secrets = municipal.Secrets{AppID: "jj", Secret: otherSecret}
		s := httptest.NewServer(answer)
		out := w.submit(w.newClient(municipal.Options{BaseURL: s.URL}))
		s.Close()
		if all := fmt.Sprint(out); containsSecret(all, w.secrets) || strings.Contains(all, "sign=") && name == "broken" || out.Attempt.Error == "" {
			t.Errorf("%s: %s", name, all)
		}
	}
	// Nothing listens: the error is of the connection, not of the address.
	w, _ := oddly(t, profile, func(http.ResponseWriter, *http.Request) {})
	w.secrets = municipal.Secrets{AppID: "jj", Secret: otherSecret}
	for _, where := range []string{"http://127.0.0.1:1", "https://no-such-host.invalid"} {
		if out := w.submit(w.newClient(municipal.Options{BaseURL: where})); strings.Contains(fmt.Sprint(out), otherSecret) || out.Result != schemas.FilingRetry {
			t.Errorf("%s: %+v", where, out)
		}
	}
}

// A certificate that is not the platform's: nothing was sent, and it can be
// tried again.
func TestAnotherCertificateMeansNothingWasSent(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	defer s.Close()
	s.Config.ErrorLog = nil
	w := newWorld(t, setup{})
	if out := w.submit(w.newClient(municipal.Options{BaseURL: s.URL})); out.Result != schemas.FilingRetry || out.Attempt.StartedAt.IsZero() {
		t.Errorf("%+v", out)
	}
}

// A clock that was set back leaves attempts in the future. They must not put
// the report off for as long as it was wrong.
func TestAttemptsFromTheFutureDelayNothingForLong(t *testing.T) {
	w := newWorld(t, setup{})
	f := w.filing(1)
	for _, result := range []schemas.FilingResult{"", schemas.FilingUnknown} {
		f.Delivery.Attempts = []schemas.DeliveryAttempt{{No: 1, Operation: "submit", StartedAt: w.clock.Now().Add(48 * time.Hour), Result: result}}
		if out := w.client.Query(context.Background(), f, always); out.Result != schemas.FilingUnknown || out.RetryAfter > 2*time.Minute {
			t.Errorf("%+v", out)
		}
	}
}

// A record under our number that carries neither key nor hash may be ours or
// not: it is for a human, and nothing is sent.
func TestARecordThatNobodyCanTellApartIsForAHuman(t *testing.T) {
	var w *world
	w, c := oddly(t, "", func(rw http.ResponseWriter, r *http.Request) {
		records := ""
		if r.URL.Query().Get("report_no") != "" {
			records = fmt.Sprintf(`{"receipt":"H-7","status":"accepted","report_no":%q,"recorded_at":"2026-11-24T12:00:00+08:00"}`, w.filing(1).Report.ReportNo)
		}
		fmt.Fprintf(rw, `{"code":"OK","records":[%s]}`, records)
	})
	out := c.Query(context.Background(), w.filing(1), always)
	if out.Result != schemas.FilingFinal || len(out.Reasons) != 1 || !strings.Contains(out.Reasons[0], "H-7") {
		t.Errorf("%+v", out)
	}
	// It is told apart by its receipt when it is that of the revision before.
	f := w.filing(1)
	f.SupersedesReceipt = "H-7"
	if out := c.Query(context.Background(), f, always); out.Result != schemas.FilingNotFound {
		t.Errorf("the revision before: %+v", out)
	}
}

// A listed record whose time cannot be read is of the day that it is listed
// under; of no day, it would be seen by no comparison.
func TestAListedRecordWithoutATimeIsOfItsDay(t *testing.T) {
	w, c := oddly(t, "", func(rw http.ResponseWriter, _ *http.Request) {
		io.WriteString(rw, `{"code":"OK","records":[{"receipt":"R-1","status":"accepted"},{"receipt":"R-2","status":"accepted","recorded_at":"昨天"}]}`)
	})
	day := w.clock.Now().In(time.FixedZone("", 8*60*60)).Truncate(time.Hour)
	from := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, day.Location())
	records, err := c.List(context.Background(), day)
	if err != nil {
		t.Fatal(err)
	}
	if got := municipal.Reconcile(from, from.AddDate(0, 0, 1), nil, records); len(got) != 2 {
		t.Errorf("differences %+v of %+v", got, records)
	}
	if got := municipal.Reconcile(from.AddDate(0, 0, 1), from.AddDate(0, 0, 2), nil, records); len(got) != 0 {
		t.Errorf("on the day after as well: %+v", got)
	}
}

// Lists that lie: pages without end, of which none repeats, and records that
// are listed twice because the pages shifted.
func TestListsThatLie(t *testing.T) {
	page := 0
	w, c := oddly(t, "", func(rw http.ResponseWriter, _ *http.Request) {
		page++
		one := fmt.Sprintf(`{"receipt":"R","status":"accepted","sha256":"%064d","recorded_at":"2026-11-24T12:00:00+08:00"},`, page)
		fmt.Fprintf(rw, `{"code":"OK","next_cursor":"c-%d","records":[%s]}`, page, strings.TrimSuffix(strings.Repeat(one, 5000), ","))
	})
	if _, err := c.List(context.Background(), w.clock.Now()); schemas.KindOf(err) != schemas.KindInvalid || page > 50 {
		t.Errorf("after %d pages: %v", page, err)
	}
	f := w.filing(1)
	now := w.clock.Now()
	f.Delivery.Status, f.Delivery.PlatformReceipt, f.Delivery.AcknowledgedAt = schemas.DeliveryAcknowledged, "R-1", &now
	r := schemas.PlatformRecord{Receipt: "R-1", IdempotencyKey: f.Delivery.IdempotencyKey, SHA256: f.Report.SHA256, ReportNo: f.Report.ReportNo, Status: "accepted", RecordedAt: now}
	stranger := r
	stranger.Receipt, stranger.IdempotencyKey, stranger.SHA256 = "R-2", "jd-other", strings.Repeat("1", 64)
	got := municipal.Reconcile(now.Add(-time.Hour), now.Add(time.Hour), []schemas.Filing{f}, []schemas.PlatformRecord{r, stranger, r, stranger})
	if len(got) != 1 || got[0].Kind != municipal.UnknownHere {
		t.Errorf("differences %+v", got)
	}
	// One receipt for two filings, told apart by the key alone.
	taken := r
	taken.IdempotencyKey, taken.SHA256 = "jd-other", ""
	if got := municipal.Reconcile(now.Add(-time.Hour), now.Add(time.Hour), []schemas.Filing{f}, []schemas.PlatformRecord{taken}); len(got) != 1 || got[0].Kind != municipal.Differs {
		t.Errorf("another's receipt: %+v", got)
	}
}
