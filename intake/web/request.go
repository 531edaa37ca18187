package web

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"jianding/schemas"
)

func invalid(code, message string) error {
	return schemas.E(schemas.KindInvalid, code, message, nil)
}

// maxJSON bounds the body of a command.
const maxJSON = 1 << 20

// readJSON reads a command strictly. An absent body is an empty command.
func (s *server) readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	body := s.pacedBody(w, r, maxJSON)
	defer body.done()
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return schemas.E(schemas.KindInvalid, "request_malformed", "请求内容不是有效的 JSON，或含有未知成员："+clip(strings.TrimPrefix(err.Error(), "json: ")), err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return invalid("request_malformed", "请求内容在 JSON 之后还有多余部分")
	}
	return nil
}

// list is a page of a list.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"` // cursor of the next page
}

func writeList[T any](w http.ResponseWriter, items []T, next string) {
	if items == nil {
		items = []T{}
	}
	writeJSON(w, http.StatusOK, list[T]{Items: items, Next: next})
}

// query reads typed query parameters and gathers what is wrong with them.
type query struct {
	r *http.Request
	findings
}

func (q *query) one(name string, allowed ...string) string {
	v := q.r.URL.Query().Get(name)
	if v == "" || len(allowed) == 0 {
		return v
	}
	for _, a := range allowed {
		if a == v {
			return v
		}
	}
	q.add(name, "parameter", "参数 "+name+" 只能是 "+strings.Join(allowed, "、"))
	return ""
}

func (q *query) limit() int { return q.number("limit", 1, 500) }

// number is 0 when it is not there.
func (q *query) number(name string, lo, hi int) int {
	v := q.r.URL.Query().Get(name)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < lo || n > hi {
		q.add(name, "parameter", fmt.Sprintf("参数 %s 应为 %d 至 %d", name, lo, hi))
		return 0
	}
	return n
}

func (q *query) flag(name string) bool { return q.one(name, "true", "false") == "true" }

func (q *query) instant(name string) time.Time {
	v := q.r.URL.Query().Get(name)
	if v == "" {
		return time.Time{}
	}
	if t, err := time.ParseInLocation("2006-01-02", v, shanghai()); err == nil {
		return t.UTC()
	}
	t, err := parseInstant(v)
	if err != nil {
		q.add(name, "parameter", "参数 "+name+" 应为日期或 RFC 3339 时刻")
	}
	return t.UTC()
}

func (q *query) cursor() string { return q.r.URL.Query().Get("cursor") }

func rfc3339(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// sizeWords says a number of bytes for people.
func sizeWords(n int64) string {
	f := func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
	switch {
	case n >= 1_000_000:
		return strings.TrimSuffix(f(float64(n)/1e6), ".0") + " MB"
	case n >= 1000:
		return strings.TrimSuffix(f(float64(n)/1e3), ".0") + " KB"
	}
	return strconv.FormatInt(n, 10) + " 字节"
}

func itoa(n int) string { return strconv.Itoa(n) }

func base64OfHex(s string) string {
	b, err := hex.DecodeString(s)
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(b)
}
