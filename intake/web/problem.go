package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"jianding/schemas"
)

// problem is an RFC 9457 problem document. Code is stable; Detail is Chinese,
// for the person in front of the screen; Problems lists everything that is
// wrong with the request, not only the first thing.
type problem struct {
	Type     string            `json:"type"`
	Title    string            `json:"title"`
	Status   int               `json:"status"`
	Detail   string            `json:"detail,omitempty"`
	Code     string            `json:"code"`
	Problems []schemas.Problem `json:"problems,omitempty"`
}

// retryAfter is what a client that met a full or absent store is told to
// wait; the ledger and the store recover by themselves or by an operator.
const retryAfter = 30 * time.Second

// statusOf is the one table from kinds of errors to HTTP.
func statusOf(k schemas.Kind) (status int, title string) {
	switch k {
	case schemas.KindInvalid:
		return http.StatusUnprocessableEntity, "请求内容有误"
	case schemas.KindUntrusted:
		return http.StatusUnauthorized, "未通过验证"
	case schemas.KindDenied:
		return http.StatusForbidden, "没有权限"
	case schemas.KindNotFound:
		return http.StatusNotFound, "没有找到"
	case schemas.KindConflict:
		return http.StatusConflict, "与现有状态冲突"
	case schemas.KindUnavailable:
		return http.StatusServiceUnavailable, "服务暂不可用"
	}
	return http.StatusInternalServerError, "系统内部错误"
}

// codeStatus holds the codes whose status HTTP defines more closely than
// their kind does.
func codeStatus() map[string]int {
	return map[string]int{
		"body_too_large":         http.StatusRequestEntityTooLarge,
		"body_too_slow":          http.StatusRequestTimeout,
		"body_incomplete":        http.StatusBadRequest,
		"content_type":           http.StatusUnsupportedMediaType,
		"not_pdf":                http.StatusUnsupportedMediaType,
		"document_ofd":           http.StatusUnsupportedMediaType,
		"document_zip":           http.StatusUnsupportedMediaType,
		"document_image":         http.StatusUnsupportedMediaType,
		"too_many_attempts":      http.StatusTooManyRequests,
		"method_not_allowed":     http.StatusMethodNotAllowed,
		"link_expired":           http.StatusGone,
		"request_malformed":      http.StatusBadRequest,
		"multipart_malformed":    http.StatusBadRequest,
		"digest_malformed":       http.StatusBadRequest,
		"digest_mismatch":        http.StatusBadRequest,
		"idempotency_key_reused": http.StatusConflict,
	}
}

// problemOf translates an error. The words of a foreign error stay inside:
// they may hold what a stranger should not read.
func problemOf(err error) problem {
	var e *schemas.Error
	if !errors.As(err, &e) {
		e = schemas.E(schemas.KindInternal, "internal", "", err)
	}
	status, title := statusOf(e.Kind)
	if s, ok := codeStatus()[e.Code]; ok {
		status = s
	}
	p := problem{Type: "about:blank", Title: title, Status: status, Code: e.Code, Detail: e.Message, Problems: e.Problems}
	switch {
	case e.Kind == schemas.KindInternal:
		p.Detail = "系统内部错误，已记录。请稍后重试；若反复出现，请联系管理员。"
	case p.Detail == "" && e.Kind == schemas.KindUnavailable:
		p.Detail = "系统暂时无法保存数据，没有留下任何记录。请稍后重试。"
	case p.Detail == "":
		p.Detail = title
	}
	if p.Code == "" {
		p.Code = string(e.Kind)
	}
	return p
}

// fail writes the problem document of err.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	s.logFailure(r, p, err)
	shortenDrain(w, r)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	setHints(h, p)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may be gone; there is nobody to tell
}

// shortenDrain keeps a sender that stalls from holding back its own refusal:
// net/http reads what is left of a body before it answers.
func shortenDrain(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(drainFor))
	}
}

// setHints sets the headers that go with some statuses.
func setHints(h http.Header, p problem) {
	switch p.Status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		h.Set("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="jianding"`)
	case http.StatusRequestTimeout, http.StatusRequestEntityTooLarge:
		h.Set("Connection", "close") // the rest of the body is not read
	}
}

func (s *server) logFailure(r *http.Request, p problem, err error) {
	level := slog.LevelDebug
	switch {
	case p.Status >= 500:
		level = slog.LevelError
	case p.Status == http.StatusUnauthorized || p.Status == http.StatusForbidden:
		level = slog.LevelInfo
	}
	// Only server faults carry their cause: it may quote what a client sent.
	attrs := []any{"method", r.Method, "route", r.Pattern, "status", p.Status, "code", p.Code}
	if p.Status >= 500 {
		attrs = append(attrs, "error", err.Error())
	}
	s.log.Log(r.Context(), level, "request refused", attrs...)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
}

// findings gathers the problems of one request.
type findings []schemas.Problem

func (f *findings) add(field, code, message string) {
	*f = append(*f, schemas.Problem{Field: field, Code: code, Message: message})
}

// err returns all problems as one error whose code is that of the gravest
// one: first what HTTP has an own status for, then what came first.
func (f findings) err() error {
	if len(f) == 0 {
		return nil
	}
	top := f[0]
	if _, special := codeStatus()[top.Code]; !special {
		for _, p := range f {
			if _, ok := codeStatus()[p.Code]; ok {
				top = p
				break
			}
		}
	}
	msg := top.Message
	if len(f) > 1 {
		msg = "共有 " + strconv.Itoa(len(f)) + " 处问题：" + msg
		for _, p := range f {
			if p != top {
				msg += "；" + p.Message
			}
		}
	}
	return &schemas.Error{Kind: schemas.KindInvalid, Code: top.Code, Message: msg, Problems: f}
}
