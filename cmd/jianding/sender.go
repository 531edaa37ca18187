package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/go-resty/resty/v2"

	"jianding/schemas"
)

// sender sends documents to one server as one agency. A small document goes
// in one request, a large one as a resumable upload (tus.go); either way the
// same document again gets the same receipt.
type sender struct {
	submitOptions
	client *resty.Client
	errOut io.Writer
}

func newSender(o submitOptions, errOut io.Writer) *sender {
	o = o.defaults()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 15 * time.Second}).DialContext
	// The server answers when original and ledger are durable; a large one on
	// a slow store takes its time.
	transport.ResponseHeaderTimeout = 5 * time.Minute
	client := resty.New().SetTransport(transport).SetBaseURL(strings.TrimRight(o.server, "/")).SetAuthToken(o.token).
		SetHeader("User-Agent", "jianding-submit/"+version)
	client.SetPreRequestHook(func(_ *resty.Client, r *http.Request) error {
		if o, ok := r.Body.(*outgoing); ok {
			if r.ContentLength = o.left; o.left == 0 {
				r.Body = http.NoBody
			}
		}
		return nil
	})
	return &sender{submitOptions: o, client: client, errOut: errOut}
}

// document is a file about to be sent; its hash is taken before the first
// byte leaves, so that what the server kept can be compared with it.
type document struct {
	path, name string
	size       int64
	sha256     [32]byte
	declared   []byte // JSON, may be nil
}

func readDocument(path string, declared []byte) (document, error) {
	f, err := os.Open(path)
	if err != nil {
		return document{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return document{}, err
	}
	return document{path: path, name: filepath.Base(path), size: n, sha256: [32]byte(h.Sum(nil)), declared: declared}, nil
}

func (d document) sha256hex() string { return hex.EncodeToString(d.sha256[:]) }

// submit sends one file until there is a receipt or no more hope. Tries are
// counted anew whenever something got through.
func (s *sender) submit(ctx context.Context, file string, declared []byte) submitted {
	out := submitted{File: file}
	doc, err := readDocument(file, declared)
	if err != nil {
		out.Error = err.Error()
		return out
	}
	var receipt struct {
		ID     string `json:"report_id"`
		SHA256 string `json:"sha256"`
	}
	send := func(ctx context.Context) (*resty.Response, int64, error) { return s.sendWhole(ctx, doc) }
	if doc.size >= s.pieces {
		send = (&tusUpload{sender: s, doc: doc}).send
	}
	for attempt, reached := 1, int64(0); ; attempt++ {
		resp, sent, err := send(ctx)
		if err == nil && (resp.StatusCode() == http.StatusOK || resp.StatusCode() == http.StatusAccepted) {
			if err := json.Unmarshal(resp.Body(), &receipt); err != nil || receipt.ID == "" {
				out.Error = "the server's answer is no receipt"
				return out
			}
			out.Receipt = resp.Body()
			break
		}
		again, why, wait := judgeAnswer(resp, err)
		if sent > reached {
			attempt, reached = 1, sent
		}
		if !again || attempt >= s.attempts || ctx.Err() != nil {
			out.Error = why
			return out
		}
		pause := max(wait, jitter(attempt))
		fmt.Fprintf(s.errOut, "%s: %s; next try in %s\n", file, why, pause.Round(time.Millisecond))
		if !sleep(ctx, pause) {
			out.Error = ctx.Err().Error()
			return out
		}
	}
	if receipt.SHA256 != doc.sha256hex() {
		out.Error = "the receipt is for other content than the file had: SHA-256 " + receipt.SHA256
		return out
	}
	if s.wait > 0 {
		report, err := s.await(ctx, receipt.ID)
		out.Report = report
		if err != nil {
			out.Error = err.Error()
		}
	}
	return out
}

// sendWhole makes one try with the document in one request.
func (s *sender) sendWhole(ctx context.Context, doc document) (resp *resty.Response, sent int64, err error) {
	body, err := s.open(ctx, doc, 0)
	if err != nil {
		return nil, 0, err
	}
	defer body.Close()
	req := s.client.R().SetContext(body.ctx).SetBody(body).SetHeaders(map[string]string{
		"Content-Type":        "application/pdf",
		"Repr-Digest":         "sha-256=:" + base64.StdEncoding.EncodeToString(doc.sha256[:]) + ":",
		"Content-Disposition": "attachment; filename*=UTF-8''" + asciiName(doc.name)})
	if doc.declared != nil {
		req.SetHeader("X-Metadata", asciiJSON(doc.declared))
	}
	resp, err = req.Post("/v1/reports")
	return resp, 0, body.explain(err)
}

// judgeAnswer says whether another try may help: the network and a server
// that asks for patience may, a refusal with its reasons may not.
func judgeAnswer(resp *resty.Response, err error) (again bool, why string, wait time.Duration) {
	if err != nil {
		var pathErr *fs.PathError
		return !errors.As(err, &pathErr), err.Error(), 0
	}
	var problem struct {
		Code     string            `json:"code"`
		Title    string            `json:"title"`
		Detail   string            `json:"detail"`
		Problems []schemas.Problem `json:"problems"`
	}
	_ = json.Unmarshal(resp.Body(), &problem)
	why = strings.TrimSpace(fmt.Sprintf("HTTP %d %s %s %s", resp.StatusCode(), problem.Code, problem.Title, problem.Detail))
	for _, p := range problem.Problems {
		why += fmt.Sprintf("; %s %s %s", p.Field, p.Code, p.Message)
	}
	switch resp.StatusCode() {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusInternalServerError,
		http.StatusRequestTimeout, http.StatusLocked, http.StatusNoContent:
		seconds, _ := strconv.Atoi(resp.Header().Get("Retry-After"))
		return true, why, time.Duration(min(seconds, 300)) * time.Second
	}
	// What arrived damaged may arrive whole the next time.
	return problem.Code == "digest_mismatch" || problem.Code == "mismatched_offset", why, 0
}

// await polls until the report is assessed.
func (s *sender) await(ctx context.Context, id string) (*schemas.Report, error) {
	deadline := time.Now().Add(s.wait)
	for {
		var r schemas.Report
		resp, err := s.client.R().SetContext(ctx).SetResult(&r).Get("/v1/reports/" + id)
		if err == nil && resp.IsSuccess() && r.Status != schemas.ReportReceived {
			return &r, nil
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("received, but not assessed within %s", s.wait)
		}
		if !sleep(ctx, 200*time.Millisecond) {
			return nil, ctx.Err()
		}
	}
}

// jitter is full jitter over an exponential back-off: up to 1 s, 2 s, 4 s, … 30 s.
func jitter(attempt int) time.Duration {
	limit := min(time.Second<<min(attempt-1, 5), 30*time.Second)
	n, err := rand.Int(rand.Reader, big.NewInt(int64(limit)))
	if err != nil {
		return limit
	}
	return time.Duration(n.Int64())
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// asciiName keeps a file name inside what a header may carry (RFC 9110 §5.5)
// by percent-encoding everything else, as in RFC 8187.
func asciiName(name string) string { return url.PathEscape(name) }

// asciiJSON escapes everything outside ASCII, so that a JSON document can
// stand in a header; its meaning stays the same (RFC 8259 §7).
func asciiJSON(doc []byte) string {
	var compact bytes.Buffer
	if err := json.Compact(&compact, doc); err != nil {
		return string(doc)
	}
	var b strings.Builder
	for _, r := range compact.String() {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
