package municipal

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"jianding/schemas"

	"github.com/emmansun/gmsm/sm3"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// callbackReader verifies and reads the platform's callbacks.
type callbackReader struct {
	scheme *scheme
	event  *vm.Program
	at     *vm.Program
	record *vm.Program
	events map[string]string
}

// maxNonce bounds what a stranger can make the ledger store.
const maxNonce = 128

// VerifyCallback checks a callback's signature and time and reads it. body is
// the raw body. The nonce must still be recorded by the caller, who refuses
// one seen before; the time window bounds how long it must be remembered.
// Errors: Untrusted (bad or missing signature, outside the window), Denied
// (the profile takes no callbacks), Invalid (signed, but not understood).
func (c *Client) VerifyCallback(header http.Header, body []byte, now time.Time) (schemas.PlatformCallback, error) {
	var out schemas.PlatformCallback
	r := c.profile.compiled.callbacks
	if r == nil {
		return out, schemas.E(schemas.KindDenied, "callbacks_disabled", "当前平台配置不接收回调", nil)
	}
	sum, sum3 := sha256.Sum256(body), sm3.Sum(body)
	values := map[string]string{
		"app_id": c.secrets.AppID, "method": http.MethodPost,
		"body_sha256": hex.EncodeToString(sum[:]), "body_sm3": hex.EncodeToString(sum3[:]), "metadata": string(body),
	}
	untrusted := func(code, message string) error { return schemas.E(schemas.KindUntrusted, code, message, nil) }
	for i, h := range r.scheme.spec.Headers {
		got := header.Values(h.Name)
		if len(got) != 1 || got[0] == "" {
			return out, untrusted("callback_unsigned", "回调缺少请求头 "+h.Name)
		}
		p := r.scheme.headers[i].pieces[0]
		switch p.name {
		case "":
			if got[0] != p.literal {
				return out, untrusted("callback_unsigned", "回调的请求头 "+h.Name+" 不对")
			}
		case "timestamp", "nonce", "signature":
			values[p.name] = got[0]
		default: // our id, a hash of the body: what it states must be so
			want, err := r.scheme.headers[i].fill(values, nil)
			if err != nil || got[0] != want {
				return out, untrusted("callback_unsigned", "回调的请求头 "+h.Name+" 不对")
			}
		}
	}
	signature := values["signature"]
	delete(values, "signature")
	text, err := r.scheme.stringToSign(values, nil)
	if err != nil || !r.scheme.verify(c.callbackKey, text, signature) {
		return out, untrusted("callback_signature", "回调签名不正确")
	}
	at, err := parseTime(r.scheme.spec.Time.Format, values["timestamp"], r.scheme.zone)
	if err != nil {
		return out, untrusted("callback_time", "回调时间戳无法读取")
	}
	skew, ok := c.callbackClock(now.Sub(at), r.scheme.spec.Time.Window)
	if !ok {
		return out, untrusted("callback_stale", "回调时间超出允许范围")
	}
	if n := len(values["nonce"]); n < 8 || n > maxNonce {
		return out, untrusted("callback_nonce", "回调随机数长度不合规")
	}
	return c.readCallback(r, body, values["nonce"], at, skew, values["body_sha256"])
}

// callbackClock says whether a callback that is so old by our clock is of now,
// and which clock says so: ours, or the platform's, as far off as its last
// answer was, whichever is nearer. A platform whose clock is wrong must not be
// deaf to itself, and what it told while its clock was ahead must not outdate
// what it tells when that is put right; a callback that is sent twice is told by
// its nonce, however old it is.
func (c *Client) callbackClock(age, window time.Duration) (skew time.Duration, ok bool) {
	if s := time.Duration(c.heard.Load()); s.Abs() > dateExact && (age+s).Abs() < age.Abs() {
		skew = s
	}
	return skew, (age + skew).Abs() <= window
}

// dateExact is how exact a clock is that was read from a Date header: it has
// whole seconds, and was under way.
const dateExact = 2 * time.Second

// readCallback reads a verified callback. Instants are brought to our clock.
func (c *Client) readCallback(r *callbackReader, body []byte, nonce string, signedAt time.Time, skew time.Duration, hash string) (schemas.PlatformCallback, error) {
	out := schemas.PlatformCallback{Nonce: nonce, At: signedAt.Add(-skew).UTC(), RawHash: hash}
	v := c.viewOf(0, nil, body)
	invalid := func(code, message string, err error) error { return schemas.E(schemas.KindInvalid, code, message, err) }
	if !v.JSON {
		return out, invalid("callback_body", "回调正文不是 JSON", nil)
	}
	event, err := expr.Run(r.event, v)
	if err != nil {
		return out, invalid("callback_body", "回调缺少事件", err)
	}
	kind, ok := r.events[word(event)]
	if !ok {
		return out, invalid("callback_event", "未知的回调事件："+excerpt(c.redact(text(event))), nil)
	}
	out.Kind = kind
	if r.at != nil {
		if x, err := expr.Run(r.at, v); err == nil {
			if t, ok := c.profile.compiled.record.instant(word(x)); ok {
				// Nothing happens after it was told, as far as clocks agree: an
				// instant to come would make all that is told until then look
				// outdated.
				if !t.After(signedAt.Add(r.scheme.spec.Time.Window)) {
					out.At = t.Add(-skew).UTC()
				}
			}
		}
	}
	in, err := expr.Run(r.record, v)
	if err != nil || in == nil {
		return out, invalid("callback_body", "回调缺少备案记录", err)
	}
	if out.Record, err = c.profile.compiled.record.read(v, in); err != nil {
		return out, invalid("callback_body", "回调的备案记录无法读取", err)
	}
	if s := resultOfStatus(out.Record.Status); kind == "accepted" && (s != schemas.FilingAccepted || out.Record.Receipt == "") {
		// A success that cannot be proven later is no success; the filing is
		// asked about as before.
		return out, invalid("callback_contradicts", "回调称已备案，所附记录却不是（"+out.Record.Status+"）或没有回执号", nil)
	}
	return out, nil
}
