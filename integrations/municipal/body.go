package municipal

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// What a platform's answers are made of, whatever stands between it and us:
// gateways that compress unasked, programs that write GBK or a byte order
// mark, numbers that no float64 holds.

// readBody reads an answer of at most limit bytes, unpacked. It asks for no
// compression, but there are gateways that don't care.
func readBody(h http.Header, r io.Reader, limit int64) ([]byte, error) {
	if strings.EqualFold(h.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("answer is not gzip as it says: %w", err)
		}
		defer z.Close()
		r = z
	}
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errors.New("answer is longer than limits.answer_bytes")
	}
	return body, err
}

// plain is a body as UTF-8 without byte order mark.
func plain(h http.Header, body []byte) []byte {
	_, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err == nil {
		switch strings.ToLower(params["charset"]) {
		case "gbk", "gb2312", "gb18030":
			if b, err := simplifiedchinese.GB18030.NewDecoder().Bytes(body); err == nil {
				body = b
			}
		}
	}
	return bytes.TrimPrefix(body, []byte("\ufeff"))
}

// decodeJSON decodes one document. A number is a float64 where that is exact,
// else an int64, else its text: receipts of 18 digits are common, and a
// rounded one is another report's.
func decodeJSON(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document")
	}
	return exact(doc), nil
}

func exact(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			x[k] = exact(e)
		}
	case []any:
		for i, e := range x {
			x[i] = exact(e)
		}
	case json.Number:
		s := x.String()
		if n, err := x.Int64(); err == nil {
			if f := float64(n); strconv.FormatFloat(f, 'f', -1, 64) == s {
				return f
			}
			return n
		}
		if f, err := x.Float64(); err == nil && strings.ContainsAny(s, ".eE") {
			return f
		}
		return s
	}
	return v
}

// Bounds of what of an answer is kept and shown. A platform's mistake must
// not fill the ledger or a page.
const (
	maxWord      = 200 // bytes of an identifier
	maxReasons   = 50
	maxReasonLen = 500 // characters of one reason
)

// word is an identifier of an answer: a receipt, a key, a state. What is no
// single value, or too long to be one, is none.
func word(v any) string {
	switch v.(type) {
	case map[string]any, []any:
		return ""
	}
	if s := clean(text(v)); len(s) <= maxWord {
		return s
	}
	return ""
}

// reasons are the sentences of an answer, redacted before they are cut.
func reasons(v any, redact func(string) string) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []string
	for _, e := range list {
		s := text(e)
		switch e.(type) {
		case map[string]any, []any:
			if b, err := json.Marshal(e); err == nil {
				s = string(b)
			}
		}
		if s = clean(redact(s)); s == "" {
			continue
		}
		if len(out) == maxReasons {
			return append(out, fmt.Sprintf("（共 %d 条，其余略）", len(list)))
		}
		out = append(out, shorten(s, maxReasonLen))
	}
	return out
}

func shorten(s string, runes int) string {
	if r := []rune(s); len(r) > runes {
		return string(r[:runes]) + "…"
	}
	return s
}

func text(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
