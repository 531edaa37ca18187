package municipal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jianding/schemas"

	"github.com/expr-lang/expr"
)

// Query asks the platform what became of a filing. The outcome's Result is
// accepted, submitted or returned (the record's state), not_found, final (the
// platform holds another file under our key), or unknown: there was no answer,
// or none that can be believed yet — a request that broke off may still be
// recorded until it has settled, so "no such record" counts only after
// RetryAfter. f.Delivery must carry its attempts, unfinished ones included.
func (c *Client) Query(ctx context.Context, f schemas.Filing, begin Begin) schemas.FilingOutcome {
	e := c.profile.compiled.endpoints[opQuery]
	o, err := c.prepare(e, c.filingValues(f, nil), metadata{}, nil)
	if err != nil {
		return unanswered(notSent(err))
	}
	a := &attempt{client: c, ctx: ctx, op: opQuery, filing: f}
	out := c.answered(a, e, a.run(o, begin))
	if out.Result != schemas.FilingNotFound || c.profile.compiled.endpoints[opQueryByNumber] == nil || reportNo(f) == "" {
		return out
	}
	return c.queryByNumber(a, out)
}

// answered makes the outcome of a query from what was answered.
func (c *Client) answered(a *attempt, e *endpoint, out schemas.FilingOutcome) schemas.FilingOutcome {
	switch string(out.Result) {
	case resultFound:
		return c.identify(a, e, out)
	case string(schemas.FilingNotFound):
		return c.believe(a.filing, out)
	case string(schemas.FilingFinal):
		return out
	}
	return unanswered(out)
}

// queryByNumber goes on with a query that found nothing under our key, in the
// same attempt: somebody may have filed the report by hand.
func (c *Client) queryByNumber(a *attempt, first schemas.FilingOutcome) schemas.FilingOutcome {
	e := c.profile.compiled.endpoints[opQueryByNumber]
	o, err := c.prepare(e, c.filingValues(a.filing, nil), metadata{}, nil)
	if err != nil {
		first = unanswered(first)
		first.Attempt.Error = "未能按报告编号查询：" + err.Error()
		return first
	}
	out := a.run(o, nil)
	if out.Attempt.StartedAt.IsZero() { // no turn: the attempt was begun all the same
		out.Attempt = first.Attempt
		out.Attempt.Error = "尚未按报告编号查询"
	}
	out.Attempt.RequestSHA256 = first.Attempt.RequestSHA256
	return c.answered(a, e, out)
}

// unanswered turns "not sent" of a query into what it means for the filing.
func unanswered(out schemas.FilingOutcome) schemas.FilingOutcome {
	out.Result, out.Attempt.Result = schemas.FilingUnknown, schemas.FilingUnknown
	return out
}

// identify finds our revision among the records of an answer.
func (c *Client) identify(a *attempt, e *endpoint, out schemas.FilingOutcome) schemas.FilingOutcome {
	records, err := c.records(e, a.last)
	if err != nil { // a record that is not understood may be ours
		out = unanswered(out)
		out.Attempt.Error = err.Error()
		return out
	}
	f := a.filing
	var found, unclear *schemas.PlatformRecord
	for i, r := range records {
		ours := r.IdempotencyKey != "" && r.IdempotencyKey == f.Delivery.IdempotencyKey
		// A record under another key is another filing, of this file too: one
		// that was returned before. Without a key somebody filed it by hand.
		same := r.SHA256 != "" && r.SHA256 == f.Report.SHA256
		switch {
		case ours && r.SHA256 != "" && !same:
			out.Result, out.Attempt.Result = schemas.FilingFinal, schemas.FilingFinal
			out.Reasons = []string{"平台以同一幂等键登记了另一份文件：" + r.Receipt}
			out.Attempt.Error = out.Reasons[0]
			return out
		case r.Receipt != "" && r.Receipt == f.SupersedesReceipt && !ours && !same:
			// The revision before, which goes under the same number.
		case e.op == opQueryByNumber && r.IdempotencyKey == "" && r.SHA256 == "" && rank(r.Status) >= rank("pending"):
			unclear = &records[i]
		case !ours && (!same || r.IdempotencyKey != ""):
		case found == nil || rank(r.Status) > rank(found.Status):
			found = &records[i]
		}
	}
	if found == nil && unclear != nil {
		// Somebody filed under this number, and nothing says whether it was
		// this report. Sending it could file it twice.
		out.Result, out.Attempt.Result = schemas.FilingFinal, schemas.FilingFinal
		out.Reasons = []string{"平台上该报告编号已有备案 " + unclear.Receipt + "，无法辨认是否本报告，请人工核对：是本报告的，转人工并登记该回执；不是的，在平台人工报送后登记回执"}
		out.Attempt.Error = out.Reasons[0]
		return out
	}
	if found == nil {
		return c.believe(f, out)
	}
	out.Result = resultOfStatus(found.Status)
	out.Receipt, out.Reasons = found.Receipt, found.Reasons
	if out.Result == schemas.FilingReturned && len(out.Reasons) == 0 {
		out.Reasons = []string{reasonless(found.Status)}
	}
	out.Attempt.Result, out.Attempt.PlatformReceipt, out.Attempt.Error = out.Result, found.Receipt, ""
	return out
}

// rank orders the states of several records of the same file: what stands
// goes before what was undone.
func rank(status string) int {
	switch status {
	case "accepted":
		return 4
	case "pending":
		return 3
	case "superseded":
		return 2
	case "returned":
		return 1
	}
	return 0
}

// believe decides whether "no such record" is final yet.
func (c *Client) believe(f schemas.Filing, out schemas.FilingOutcome) schemas.FilingOutcome {
	if rest := c.settlesIn(f.Delivery); rest > 0 {
		out = unanswered(out)
		out.RetryAfter = rest
		out.Attempt.Error = "平台暂无记录，上次发送尚可能入库"
		return out
	}
	out.Result, out.Attempt.Result, out.Attempt.Error = schemas.FilingNotFound, schemas.FilingNotFound, ""
	return out
}

// settlesIn is how long a request already sent may still be recorded.
func (c *Client) settlesIn(d schemas.Delivery) time.Duration {
	var until time.Time
	for _, a := range d.Attempts {
		if !submits(a.Operation) {
			continue
		}
		end := a.StartedAt.Add(a.Duration)
		switch a.Result {
		case "": // the process died, or another one is still sending
			end = a.StartedAt.Add(c.longest())
		case schemas.FilingUnknown:
		default:
			continue
		}
		if end.After(until) {
			until = end
		}
	}
	if until.IsZero() {
		return 0
	}
	// Never longer than an attempt can take, whatever the clock did since.
	return min(until.Add(c.profile.Timeouts.Settle).Sub(c.clock()), c.longest()+c.profile.Timeouts.Settle)
}

// CallTime is how long one call to the client can take by its profile: the wait
// for a turn, and one or two requests. Whoever ends it sooner cuts off what the
// profile allows, a large file on a slow line each time anew.
func (c *Client) CallTime() time.Duration {
	d := c.longest()
	if c.profile.Endpoints.QueryByNumber != nil {
		d = max(d, 2*c.profile.Timeouts.Total+c.profile.Rate.MaxWait)
	}
	return c.profile.Rate.MaxWait + d
}

// longest is how long an attempt can be under way after begin.
func (c *Client) longest() time.Duration {
	d := c.profile.Timeouts.Total
	if c.profile.Endpoints.Upload != nil {
		d = 2*d + c.profile.Rate.MaxWait
	}
	return d
}

// records reads the records of a query's or list's answer. The error is about
// the first record that is not understood; all are returned, such a one with
// what could be read and its status as the platform writes it.
func (c *Client) records(e *endpoint, x exchange) ([]schemas.PlatformRecord, error) {
	v := c.viewOf(x.status, x.header, x.body)
	list, err := expr.Run(e.records, v)
	if err != nil {
		return nil, fmt.Errorf("平台应答中没有记录列表：%s", firstLine(err))
	}
	items, ok := list.([]any)
	if !ok {
		if list == nil {
			return nil, nil
		}
		items = []any{list} // platforms that answer a single object
	}
	var first error
	out := make([]schemas.PlatformRecord, 0, len(items))
	for _, item := range items {
		if _, ok := item.(map[string]any); !ok {
			return nil, errors.New("平台应答中的记录不是对象")
		}
		r, err := c.profile.compiled.record.read(v, item)
		if err != nil && first == nil {
			first = err
		}
		out = append(out, r)
	}
	return out, first
}

// maxListed bounds the records of one day: a list without end must not fill
// the memory. It is a hundred times what the district files in a year.
const maxListed = 200_000

// listTries is how often one page is asked for; asking is always safe.
const listTries = 4

// List returns all records of one day (the calendar day of day in
// Asia/Shanghai) by the platform's clock. Errors: Unavailable, with
// RetryAfter when the platform said when; Invalid when it answers what the
// profile does not describe.
func (c *Client) List(ctx context.Context, day time.Time) ([]schemas.PlatformRecord, error) {
	e := c.profile.compiled.endpoints[opList]
	var all []schemas.PlatformRecord
	seen := map[string]bool{}
	cursor := ""
	for page := 0; ; page++ {
		if page == c.profile.Limits.ListPages {
			return nil, schemas.Errorf(schemas.KindInvalid, "list_too_long", "平台列表超过 %d 页", page)
		}
		x, err := c.page(ctx, e, day, cursor)
		if err != nil {
			return nil, err
		}
		records, err := c.records(e, x)
		if records == nil && err != nil {
			return nil, schemas.E(schemas.KindInvalid, "list_unreadable", err.Error(), nil)
		} else if err != nil {
			// One odd record must not hide the others from reconciliation,
			// which shows it as a difference.
			c.log.Warn("platform record not understood", "error", err)
		}
		for i := range records {
			// One whose time is missing or not understood is of the day that it
			// is listed under: without any it would be of none, and unseen.
			if records[i].RecordedAt.IsZero() {
				records[i].RecordedAt = startOf(day)
			}
		}
		if all = append(all, records...); len(all) > maxListed {
			return nil, schemas.Errorf(schemas.KindInvalid, "list_too_long", "平台列表超过 %d 条", maxListed)
		}
		if e.cursor == nil {
			return all, nil
		}
		next, err := expr.Run(e.cursor, c.viewOf(x.status, x.header, x.body))
		cursor = text(next)
		switch {
		case err != nil:
			return nil, schemas.E(schemas.KindInvalid, "list_unreadable", "平台应答中没有下一页的位置", err)
		case cursor == "":
			return all, nil
		case seen[cursor]: // would never end
			return nil, schemas.E(schemas.KindInvalid, "list_unreadable", "平台列表的下一页重复", nil)
		}
		seen[cursor] = true
	}
}

// startOf is when the calendar day of at began in Chongqing.
func startOf(at time.Time) time.Time {
	y, m, d := at.In(shanghai()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, shanghai()).UTC()
}

func (c *Client) page(ctx context.Context, e *endpoint, day time.Time, cursor string) (exchange, error) {
	var out schemas.FilingOutcome
	for n := range listTries {
		values := map[string]string{"app_id": c.secrets.AppID, "secret": string(c.secrets.Secret),
			"day": day.In(shanghai()).Format("2006-01-02"), "cursor": cursor}
		o, err := c.prepare(e, values, metadata{encoded: []byte("{}")}, nil)
		if err != nil {
			return exchange{}, schemas.E(schemas.KindInvalid, "list_request", "列表请求无法构造", err)
		}
		a := &attempt{client: c, ctx: ctx, op: opList}
		out = a.run(o, func(string, string) error { return nil })
		if string(out.Result) == resultFound {
			return a.last, nil
		}
		if out.Result == schemas.FilingFinal {
			return exchange{}, schemas.Errorf(schemas.KindInvalid, "list_refused", "平台拒绝列表请求：%s", out.Attempt.Error)
		}
		wait := max(out.RetryAfter, FullJitter(200*time.Millisecond, 5*time.Second, n))
		if n == listTries-1 || wait > 30*time.Second {
			break
		}
		if err := c.sleep(ctx, wait); err != nil {
			break
		}
	}
	return exchange{}, &schemas.Error{Kind: schemas.KindUnavailable, Code: "platform_unavailable", Message: "平台列表暂不可用",
		Err: &laterError{errors.New(out.Attempt.Error), out.RetryAfter}}
}

// laterError carries the platform's Retry-After.
type laterError struct {
	error
	in time.Duration
}

// RetryAfter is when to try again; 0: the platform did not say.
func (e *laterError) RetryAfter() time.Duration { return e.in }
func (e *laterError) Unwrap() error             { return e.error }
