package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"

	tusd "github.com/tus/tusd/v2/pkg/handler"
	"golang.org/x/exp/slog"

	"jianding/schemas"
)

// tusError carries a problem document through tusd.
func tusError(err error) error {
	p := problemOf(err)
	body, _ := json.Marshal(p) // a struct of strings
	head := http.Header{}
	setHints(head, p)
	out := tusd.HTTPHeader{"Content-Type": "application/problem+json"}
	for k := range head {
		out[k] = head.Get(k)
	}
	return tusd.Error{ErrorCode: p.Code, Message: p.Detail, HTTPResponse: tusd.HTTPResponse{StatusCode: p.Status, Body: string(body), Header: out}}
}

// tusWriter turns tusd's plain text errors into problem documents.
type tusWriter struct {
	http.ResponseWriter
	fail   func(error)
	status int
	held   bool
	text   []byte
}

// WriteHeader implements http.ResponseWriter.
func (t *tusWriter) WriteHeader(status int) {
	if t.status != 0 {
		return
	}
	t.status = status
	kind := t.Header().Get("Content-Type")
	if status >= 400 && !strings.HasPrefix(kind, "application/") {
		t.held = true
		return
	}
	t.ResponseWriter.WriteHeader(status)
}

// Write implements io.Writer.
func (t *tusWriter) Write(b []byte) (int, error) {
	if t.status == 0 {
		t.WriteHeader(http.StatusOK)
	}
	if t.held {
		t.text = append(t.text, b[:min(len(b), 1024-min(1024, len(t.text)))]...)
		return len(b), nil
	}
	return t.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (t *tusWriter) Unwrap() http.ResponseWriter { return t.ResponseWriter }

func (t *tusWriter) finish() {
	if !t.held {
		return
	}
	code, text, _ := strings.Cut(strings.TrimSpace(string(t.text)), ": ")
	if t.status == http.StatusRequestEntityTooLarge {
		code, text = "body_too_large", "文件超过大小限制"
	}
	code = strings.ToLower(strings.TrimPrefix(code, "ERR_"))
	if t.status == http.StatusNotImplemented { // Upload-Defer-Length alone gets here
		t.status, code, text = http.StatusBadRequest, "upload_length_required", "创建上传时须给出 Upload-Length"
	}
	t.Header().Del("Content-Length")
	kind := schemas.KindInvalid
	switch {
	case t.status == http.StatusNotFound:
		kind = schemas.KindNotFound
	case t.status == http.StatusConflict || t.status == http.StatusLocked:
		kind = schemas.KindConflict
	case t.status >= 500 || code == "upload_interrupted": // by another request for the same upload: come again
		kind = schemas.KindUnavailable
	}
	if !regexp.MustCompile(`^[a-z_]+$`).MatchString(code) {
		code = "upload_protocol"
	}
	message := "断点续传请求不符合 tus 协议："
	if kind == schemas.KindUnavailable {
		message = "续传中断，请查询进度（HEAD）后继续："
	}
	t.fail(schemas.E(kind, code, message+clip(text), errors.New(string(t.text))))
}

// discardLogs silences tusd: its lines hold names of files and addresses.
func discardLogs() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
