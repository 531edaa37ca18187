package municipal

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"jianding/schemas"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// answerView is what the expressions of answers may use.
type answerView struct {
	Status int               `expr:"status"`
	Header map[string]string `expr:"header"` // lower-case names, first values
	JSON   bool              `expr:"json"`   // the body was JSON
	Body   any               `expr:"body"`   // decoded; {} when it was not
	Text   string            `expr:"text"`   // the body as it came, at most 4096 bytes
	Record any               `expr:"record"` // in record mappings: one record

	body   []byte              // as it came, decompressed
	redact func(string) string // takes our secrets out of what is kept
}

// Words of AnswerRule.Result beyond schemas.FilingResult.
const (
	resultRecord   = "record"
	resultFound    = "found"
	resultContinue = "continue"
)

type rule struct {
	spec    AnswerRule
	when    *vm.Program
	receipt *vm.Program
	reasons *vm.Program
}

type recordMapping struct {
	in       *vm.Program
	parts    map[string]*vm.Program
	statuses map[string]string
	time     SigningTime
	zone     *time.Location
}

// verdict is what an answer came to.
type verdict struct {
	result     string
	receipt    string
	reasons    []string
	retryAfter time.Duration
	skewed     bool
	record     *schemas.PlatformRecord
	why        string // for the attempt's Error
}

func (c *Client) viewOf(status int, h http.Header, body []byte) answerView {
	v := answerView{Status: status, Header: map[string]string{}, Body: map[string]any{}, Record: map[string]any{}, redact: c.redact}
	for k := range h {
		v.Header[strings.ToLower(k)] = h.Get(k)
	}
	body = plain(h, body)
	v.body = body
	if doc, err := decodeJSON(body); err == nil && doc != nil {
		v.JSON, v.Body = true, doc
	}
	v.Text = strings.ToValidUTF8(string(body[:min(len(body), 4096)]), "")
	return v
}

// excerpt is the beginning of the answer, for an attempt's Error. Secrets are
// taken out before it is cut: the half of one that a cut leaves is not known as
// one.
func (v answerView) excerpt() string {
	return excerpt(v.redact(strings.ToValidUTF8(string(v.body), "")))
}

// judge finds the rule that an answer falls under. An answer that no rule
// describes is unknown: believing the platform recorded nothing could file a
// report twice, believing it did could lose one.
func (e *endpoint) judge(v answerView, rec recordMapping, now time.Time) verdict {
	for _, r := range e.rules {
		if hit, err := expr.Run(r.when, v); err != nil || hit != true {
			continue
		}
		out := verdict{result: r.spec.Result, skewed: r.spec.ServerClock}
		if in, err := expr.Run(rec.in, v); err == nil && in != nil {
			if got, err := rec.read(v, in); err == nil {
				out.record = &got
				out.receipt, out.reasons = got.Receipt, got.Reasons
			}
		}
		if r.receipt != nil {
			if x, err := expr.Run(r.receipt, v); err == nil {
				out.receipt = word(x)
			}
		}
		if r.reasons != nil {
			if x, err := expr.Run(r.reasons, v); err == nil {
				out.reasons = reasons(x, v.redact)
			}
		}
		out.retryAfter = r.spec.RetryAfter
		if d, ok := retryAfter(v.Header["retry-after"], now); ok {
			out.retryAfter = d
		}
		if out.result == resultRecord {
			out.result = string(schemas.FilingUnknown)
			if out.record != nil {
				out.result = string(resultOfStatus(out.record.Status))
			}
		}
		if out.result == string(schemas.FilingDuplicate) && out.record != nil && out.record.Status != "accepted" && out.record.Status != "superseded" {
			// "Already there" may be there as pending or returned.
			out.result = string(resultOfStatus(out.record.Status))
		}
		if out.result == string(schemas.FilingReturned) && len(out.reasons) == 0 {
			status := ""
			if out.record != nil {
				status = out.record.Status
			}
			out.reasons = []string{reasonless(status)}
		}
		success := out.result == string(schemas.FilingAccepted) || out.result == string(schemas.FilingDuplicate)
		if success && out.receipt == "" {
			// A success that cannot be proven later is no success yet.
			return verdict{result: string(schemas.FilingUnknown), why: fmt.Sprintf("HTTP %d：平台称已备案但未给出回执号", v.Status)}
		}
		if !success {
			out.why = fmt.Sprintf("HTTP %d %s", v.Status, v.excerpt())
		}
		return out
	}
	out := verdict{result: string(schemas.FilingUnknown), why: fmt.Sprintf("HTTP %d：配置中没有说明的应答 %s", v.Status, v.excerpt())}
	// A gateway in front of the platform asks for patience without its words.
	out.retryAfter, _ = retryAfter(v.Header["retry-after"], now)
	return out
}

func resultOfStatus(status string) schemas.FilingResult {
	switch status {
	case "accepted", "superseded":
		return schemas.FilingAccepted
	case "pending":
		return schemas.FilingSubmitted
	case "returned", "withdrawn":
		return schemas.FilingReturned
	}
	return schemas.FilingUnknown
}

// reasonless is what an agency is told when the platform gave no reason.
func reasonless(status string) string {
	if status == "withdrawn" {
		return "平台已撤销该备案，未说明理由"
	}
	return "平台退回，未说明理由"
}

// read maps one record of an answer.
func (m recordMapping) read(v answerView, record any) (schemas.PlatformRecord, error) {
	v.Record = record
	get := func(name string) any {
		p := m.parts[name]
		if p == nil {
			return nil
		}
		x, err := expr.Run(p, v)
		if err != nil {
			return nil
		}
		return x
	}
	r := schemas.PlatformRecord{
		IdempotencyKey: word(get("idempotency_key")), ReportNo: word(get("report_no")),
		SHA256: strings.ToLower(word(get("sha256"))), Receipt: word(get("receipt")), Reasons: reasons(get("reasons"), v.redact),
	}
	said := word(get("status"))
	status, ok := m.statuses[said]
	if !ok {
		r.Status = said
		return r, fmt.Errorf("平台记录 %q 的状态 %q 不在配置中", r.Receipt, said)
	}
	r.Status = status
	if at := word(get("recorded_at")); at != "" {
		t, err := parseTime(m.time.Format, at, m.zone)
		if err != nil {
			return r, fmt.Errorf("平台记录 %q 的时间 %q 无法读取", r.Receipt, at)
		}
		r.RecordedAt = t.UTC()
	}
	if r.Receipt == "" && r.Status != "pending" {
		return r, fmt.Errorf("平台记录没有回执号")
	}
	return r, nil
}

// instant reads a time that the platform states outside of a record: as in one,
// or as RFC 3339 has it.
func (m recordMapping) instant(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil && m.time.Format != "" {
		t, err = parseTime(m.time.Format, s, m.zone)
	}
	return t, err == nil
}

// retryAfter reads Retry-After (RFC 9110 §10.2.3): seconds or a date. A wish
// of more than a day is cut, so that a platform's mistake can't park a report.
func retryAfter(s string, now time.Time) (time.Duration, bool) {
	if s == "" {
		return 0, false
	}
	var d time.Duration
	const most = 24 * time.Hour
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		n, err = math.MaxUint64, nil // digits, however many
	}
	if err == nil {
		d = time.Duration(min(n, uint64(most/time.Second))) * time.Second
	} else if t, err := http.ParseTime(s); err == nil {
		d = t.Sub(now)
	} else {
		return 0, false
	}
	return min(max(d, 0), most), true
}

// excerpt shortens an answer for a log line or an attempt's Error.
func excerpt(s string) string {
	return shorten(clean(s), 200)
}
