package municipal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"jianding/schemas"

	"github.com/expr-lang/expr"
)

// Begin records that an attempt is about to be sent; an error stops it. It is
// called at most once per call, after everything that can fail without the
// platform and right before the first byte.
type Begin = func(operation, requestSHA256 string) error

// Submit makes one attempt to file a report; a revision (with a
// SupersedesReceipt) supersedes the one before. It never sends twice.
//
// The outcome's Result is accepted, submitted, duplicate, returned, retry
// (certainly not recorded), unknown (query before anything else) or final
// (Reasons say why). When begin was not called, Attempt.StartedAt is zero:
// nothing was sent and there is no attempt to record.
func (c *Client) Submit(ctx context.Context, f schemas.Filing, original Original, begin Begin) schemas.FilingOutcome {
	if f.Delivery.IdempotencyKey == "" {
		return final("缺少幂等键")
	}
	e, op := c.submission(f)
	if f.Report.Size > c.profile.Limits.FileBytes {
		return final(fmt.Sprintf("原件 %d 字节，超过平台上限 %d 字节，请转人工报送", f.Report.Size, c.profile.Limits.FileBytes))
	}
	m, problems := mapFiling(c.profile.compiled.fields, f, c.profile.Division)
	if len(problems) > 0 {
		reasons := make([]string, len(problems))
		for i, p := range problems {
			reasons[i] = p.Message
		}
		return final(reasons...)
	}
	o, err := c.prepare(e, c.filingValues(f, m.encoded), m, original)
	if err != nil {
		return notSent(err)
	}
	a := &attempt{client: c, ctx: ctx, op: op, filing: f}
	out := a.run(o, begin)
	if out.Result != resultContinue {
		return out
	}
	return a.upload(o, m, original, out)
}

// submission is the operation that files f.
func (c *Client) submission(f schemas.Filing) (*endpoint, string) {
	if e := c.profile.compiled.endpoints[opSupersede]; e != nil && f.SupersedesReceipt != "" {
		return e, opSupersede
	}
	return c.profile.compiled.endpoints[opSubmit], opSubmit
}

func final(reasons ...string) schemas.FilingOutcome {
	return schemas.FilingOutcome{Result: schemas.FilingFinal, Reasons: reasons,
		Attempt: schemas.DeliveryAttempt{Result: schemas.FilingFinal, Error: reasons[0]}}
}

func notSent(err error) schemas.FilingOutcome {
	if errors.Is(err, errOriginal) {
		return final("原件与登记的摘要不一致，未发送")
	}
	out := schemas.FilingOutcome{Result: schemas.FilingRetry, Attempt: schemas.DeliveryAttempt{Result: schemas.FilingRetry, Error: err.Error()}}
	var later *errNotNow
	if errors.As(err, &later) {
		out.RetryAfter = later.in
	}
	return out
}

// attempt is one call to the platform, in one or two requests.
type attempt struct {
	client  *Client
	ctx     context.Context
	op      string
	filing  schemas.Filing
	started time.Time
	last    exchange // of the last request
}

// run sends a request and judges the answer. begin is nil for a second
// request of the same attempt.
func (a *attempt) run(o *outgoing, begin Begin) schemas.FilingOutcome {
	c := a.client
	t, err := c.turn(a.ctx)
	if err != nil {
		return notSent(err)
	}
	if begin != nil {
		if err := begin(a.op, o.hash); err != nil {
			t.done(errNoVerdict)
			return notSent(fmt.Errorf("begin: %w", err))
		}
		a.started = c.clock()
	}
	x := c.send(a.ctx, o)
	a.last = x
	out := schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{
		Operation: a.op, StartedAt: a.started, Duration: c.clock().Sub(a.started), RequestSHA256: o.hash, Status: x.status,
	}}
	v := a.judge(o.endpoint, x)
	t.done(tripping(x))
	out.Result, out.Receipt, out.Reasons, out.RetryAfter = schemas.FilingResult(v.result), v.receipt, v.reasons, v.retryAfter
	out.Attempt.Result, out.Attempt.PlatformReceipt, out.Attempt.Error = out.Result, v.receipt, v.why
	return out
}

// tripping tells the breaker whether the platform is in trouble: it does not
// answer, fails, or shuts us out. What it says about one report, whatever it
// is, must not stop the others, and a wish for patience is no trouble.
func tripping(x exchange) error {
	if x.local {
		return errNoVerdict
	}
	if x.err != nil || x.status >= 500 || x.status == http.StatusUnauthorized || x.status == http.StatusForbidden {
		return errTripping
	}
	return nil
}

func (a *attempt) judge(e *endpoint, x exchange) verdict {
	c := a.client
	switch {
	case errors.Is(x.err, errOriginal) && !x.local:
		// The request broke off before its end; still, ask before sending.
		return verdict{result: string(schemas.FilingUnknown), why: "发送途中发现原件与登记的摘要不一致"}
	case x.local:
		return verdict{result: string(schemas.FilingRetry), why: "请求未能准备好：" + excerpt(c.redact(x.err.Error()))}
	case x.err != nil && !x.sent:
		return verdict{result: string(schemas.FilingRetry), why: "未能连接平台：" + excerpt(c.redact(x.err.Error()))}
	case x.err != nil:
		return verdict{result: string(schemas.FilingUnknown), why: "发送后未得到完整应答：" + excerpt(c.redact(x.err.Error()))}
	}
	v := e.judge(c.viewOf(x.status, x.header, x.body), c.profile.compiled.record, c.heardNow())
	if v.skewed {
		c.learnClock(x.header)
	}
	if r := v.record; r != nil && (e.op == opSubmit || e.op == opSupersede || e.op == opUpload) {
		return a.mine(*r, v)
	}
	return v
}

// mine makes sure that the record in an answer is this filing's.
func (a *attempt) mine(r schemas.PlatformRecord, v verdict) verdict {
	otherKey := r.IdempotencyKey != "" && r.IdempotencyKey != a.filing.Delivery.IdempotencyKey
	otherFile := r.SHA256 != "" && r.SHA256 != a.filing.Report.SHA256
	switch {
	case otherKey && (otherFile || r.SHA256 == ""):
		// The answer to somebody else's request. What became of ours is to be
		// asked for.
		return verdict{result: string(schemas.FilingUnknown), why: "平台应答的是另一件报送：" + r.Receipt}
	case otherFile:
		return verdict{result: string(schemas.FilingFinal), reasons: []string{"平台回执对应的文件与本报告不同：" + r.Receipt},
			why: "record of another file"}
	}
	return v
}

// upload sends the file after the metadata was taken.
func (a *attempt) upload(first *outgoing, m metadata, original Original, out schemas.FilingOutcome) schemas.FilingOutcome {
	c := a.client
	unknown := func(why string) schemas.FilingOutcome {
		out.Result, out.Attempt.Result, out.Attempt.Error = schemas.FilingUnknown, schemas.FilingUnknown, why
		return out
	}
	x, err := expr.Run(first.endpoint.next, c.viewOf(a.last.status, a.last.header, a.last.body))
	if err != nil || text(x) == "" {
		return unknown("平台接收了信息但未给出上传编号")
	}
	values := c.filingValues(a.filing, m.encoded)
	values["draft"] = text(x)
	o, err := c.prepare(c.profile.compiled.endpoints[opUpload], values, m, original)
	if err != nil {
		return unknown("原件未上传：" + err.Error())
	}
	second := a.run(o, nil)
	if second.Attempt.StartedAt.IsZero() {
		// No turn for the file: the draft stands and nothing is recorded, but
		// the attempt was begun and has to be ended.
		second.Attempt = out.Attempt
		second.Attempt.Result, second.Attempt.Error = second.Result, "信息已报送，原件尚未上传"
	}
	second.Attempt.RequestSHA256 = first.hash
	return second
}
