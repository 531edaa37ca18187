package municipal

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"
)

// templateNames lists what a {name} may be. Hashes are lower-case hex unless a
// filter says otherwise: {body_sm3|upper}, {body_sha256|base64}.
func templateNames() map[string]string {
	return map[string]string{
		"app_id":          "the client's id with the platform",
		"method":          "HTTP method, upper case",
		"host":            "host and port of the platform",
		"path":            "path of the URL as sent, with the base URL's prefix",
		"query":           "query string as sent, without what signing adds",
		"query_sorted":    "query parameters decoded, sorted by name: a=1&b=2",
		"uri":             "path and, if there is a query, ?query",
		"content_type":    "Content-Type as sent",
		"timestamp":       "time of signing in the profile's format",
		"nonce":           "a fresh nonce",
		"idempotency_key": "stable key of the report revision; empty for a list",
		"report_no":       "report number",
		"body_sha256":     "hash of the body as sent",
		"body_sm3":        "hash of the body as sent",
		"body_length":     "length of the body in bytes",
		"metadata":        "the metadata as sent (JSON)",
		"file_sha256":     "hash of the original",
		"file_sm3":        "hash of the original",
		"file_size":       "size of the original in bytes",
		"supersedes":      "platform's receipt of the revision before; empty for the first",
		"receipt":         "platform's receipt of this revision, when known",
		"draft":           "id that Submit's answer gave for Upload",
		"day":             "day of a list, 2006-01-02",
		"cursor":          "where a list goes on; empty for the first page",
		"secret":          "the HMAC secret as text, for schemes that sign it",
		"header:NAME":     "a header of the endpoint as sent; empty when it is not",
		"signature":       "the signature; only in signing.headers and signing.query",
	}
}

const headerPrefix = "header:"

type filter func(string) (string, error)

func filters() map[string]filter {
	return map[string]filter{
		"upper":   func(s string) (string, error) { return strings.ToUpper(s), nil },
		"lower":   func(s string) (string, error) { return strings.ToLower(s), nil },
		"urlcode": func(s string) (string, error) { return url.QueryEscape(s), nil },
		"json": func(s string) (string, error) { // the inside of a JSON string
			b, err := json.Marshal(s)
			if err != nil {
				return "", err
			}
			return string(b[1 : len(b)-1]), nil
		},
		"base64": func(s string) (string, error) { // of a hash's bytes
			b, err := hex.DecodeString(s)
			return base64.StdEncoding.EncodeToString(b), err
		},
	}
}

// template is text with {name|filter} places; "{{" and "}}" stand for braces.
type template struct{ pieces []piece }

type piece struct {
	literal string
	name    string
	filter  string
}

func parseTemplate(text string) (template, error) {
	var t template
	names, known := templateNames(), filters()
	for text != "" {
		i := strings.IndexAny(text, "{}")
		if i < 0 {
			t.pieces = append(t.pieces, piece{literal: text})
			break
		}
		if i > 0 {
			t.pieces = append(t.pieces, piece{literal: text[:i]})
		}
		if strings.HasPrefix(text[i:], "{{") || strings.HasPrefix(text[i:], "}}") {
			t.pieces = append(t.pieces, piece{literal: text[i : i+1]})
			text = text[i+2:]
			continue
		}
		end := strings.IndexByte(text[i:], '}')
		if text[i] == '}' || end < 0 {
			return t, fmt.Errorf("花括号不成对：%q", text)
		}
		name, f, _ := strings.Cut(text[i+1:i+end], "|")
		if h, ok := strings.CutPrefix(name, headerPrefix); ok && h != "" {
			name = headerPrefix + http.CanonicalHeaderKey(h)
		} else if _, ok := names[name]; !ok {
			return t, fmt.Errorf("未知的名称 {%s}，可用：%s", name, strings.Join(sortedKeys(names), " "))
		}
		if _, ok := known[f]; f != "" && !ok {
			return t, fmt.Errorf("未知的转换 |%s，可用：%s", f, strings.Join(sortedKeys(known), " "))
		}
		t.pieces = append(t.pieces, piece{name: name, filter: f})
		text = text[i+end+1:]
	}
	return t, nil
}

func (t template) uses(name string) bool {
	for _, p := range t.pieces {
		if p.name == name {
			return true
		}
	}
	return false
}

// fill replaces the names; a name that has no value yet is empty. escape is
// applied to the values, not to the literal text.
func (t template) fill(values map[string]string, escape func(string) string) (string, error) {
	var b strings.Builder
	for _, p := range t.pieces {
		if p.name == "" {
			b.WriteString(p.literal)
			continue
		}
		v := values[p.name]
		if p.filter != "" {
			var err error
			if v, err = filters()[p.filter](v); err != nil {
				return "", fmt.Errorf("{%s|%s}: %w", p.name, p.filter, err)
			}
		}
		if escape != nil {
			v = escape(v)
		}
		b.WriteString(v)
	}
	return b.String(), nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
