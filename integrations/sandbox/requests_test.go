package sandbox

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"jianding/schemas"

	"github.com/emmansun/gmsm/sm3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func newServer(t *testing.T, o Options) *Server {
	t.Helper()
	o.Scheme, o.AppID, o.Secret = SchemeHMACSHA256, "jiangjin", secret
	if o.Clock == nil {
		o.Clock = func() time.Time { return noon }
	}
	if o.Sleep == nil {
		o.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// request is a request to be signed, with places to go wrong.
type request struct {
	method, path, key string
	query             url.Values
	contentType       string
	body              []byte
	at                time.Time
	nonce             string
	tamper            func(*http.Request)
}

// do signs by the words of the contract and checks each answer against it.
func (r request) do(t *testing.T, s *Server) (int, answer) {
	t.Helper()
	if r.at.IsZero() {
		r.at = noon
	}
	if r.nonce == "" {
		r.nonce = fmt.Sprintf("nonce-%08d", s.reqNo.Load())
	}
	sum := sha256.Sum256(r.body)
	pairs := map[string]string{"app_id": "jiangjin", "body_sha256": hex.EncodeToString(sum[:]), "method": r.method, "nonce": r.nonce,
		"path": Prefix + r.path, "timestamp": fmt.Sprint(r.at.Unix())}
	if r.key != "" {
		pairs["idempotency_key"] = r.key
	}
	for k, v := range r.query {
		pairs["query."+k] = v[0]
	}
	var lines []string
	for k := range pairs {
		lines = append(lines, k)
	}
	sort.Strings(lines)
	for i, k := range lines {
		lines[i] = k + "=" + pairs[k]
	}
	m := hmac.New(sha256.New, []byte(secret))
	io.WriteString(m, strings.Join(lines, "&"))
	req := httptest.NewRequest(r.method, Prefix+r.path+"?"+r.query.Encode(), bytes.NewReader(r.body))
	req.Header.Set("Content-Type", r.contentType)
	if r.key != "" {
		req.Header.Set("Idempotency-Key", r.key)
	}
	req.Header.Set("X-Platform-App-Id", "jiangjin")
	req.Header.Set("X-Platform-Timestamp", fmt.Sprint(r.at.Unix()))
	req.Header.Set("X-Platform-Nonce", r.nonce)
	req.Header.Set("X-Platform-Signature", hex.EncodeToString(m.Sum(nil)))
	if r.tamper != nil {
		r.tamper(req)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if err := contractSchema(t, "answer").Validate(doc); err != nil {
		t.Errorf("an answer breaks the contract: %v\n%s", err, w.Body)
	}
	if w.Header().Get("Date") == "" {
		t.Error("an answer without Date")
	}
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	return w.Code, a
}

// report makes a submission of document text under a key.
func report(t *testing.T, key, text string, change func(meta map[string]any, parts *[]part)) request {
	t.Helper()
	sample, err := schemas.PlatformFiles.ReadFile("platform/samples/submission.json")
	if err != nil {
		t.Fatal(err)
	}
	var meta map[string]any
	if err := json.Unmarshal(sample, &meta); err != nil {
		t.Fatal(err)
	}
	doc := []byte("%PDF-1.7\n" + text)
	s2, s3 := sha256.Sum256(doc), sm3.Sum(doc)
	meta["file"] = map[string]any{"name": "a.pdf", "sha256": hex.EncodeToString(s2[:]), "sm3": hex.EncodeToString(s3[:]), "size": len(doc)}
	parts := []part{{"metadata", "", "application/json", nil}, {"file", "a.pdf", "application/pdf", doc}}
	if change != nil {
		change(meta, &parts)
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{"Content-Type": {p.kind}, "Content-Disposition": {fmt.Sprintf("form-data; name=%q", p.name)}}
		if p.file != "" {
			h.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q; filename=%q", p.name, p.file))
		}
		if p.data == nil {
			if p.data, err = json.Marshal(meta); err != nil {
				t.Fatal(err)
			}
		}
		x, err := w.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		x.Write(p.data)
	}
	w.Close()
	return request{method: "POST", path: "/filings", key: key, contentType: w.FormDataContentType(), body: b.Bytes()}
}

type part struct {
	name, file, kind string
	data             []byte // nil: the metadata
}
