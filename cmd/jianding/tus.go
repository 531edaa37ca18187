package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"
)

// tusUpload sends one document as a resumable upload: tus 1.0.0, core protocol
// and creation (https://tus.io/protocols/resumable-upload). The server is the
// only one who knows how far it got, so every try begins by asking. Which
// upload that is, is remembered in a file, for the day when this process is
// the one that breaks off.
type tusUpload struct {
	*sender
	doc document
	id  string // at the server; "" when there is none yet
}

// remembered is the content of such a file. The token is not in it.
type remembered struct {
	Upload    string    `json:"upload"` // id at the server
	Server    string    `json:"server"`
	File      string    `json:"file"`
	CreatedAt time.Time `json:"created_at"`
}

const (
	tusPath     = "/v1/uploads/"
	tusVersion  = "1.0.0"
	rememberFor = 72 * time.Hour // longer than a server keeps an upload
)

// send makes one try: finds or creates the upload, sends what is missing and
// returns the answer that holds the receipt, or the refusal. sent is how far
// the server was when the try began.
func (u *tusUpload) send(ctx context.Context) (resp *resty.Response, sent int64, err error) {
	if u.id == "" {
		u.id = u.recall()
	}
	if u.id != "" {
		resp, sent, err = u.offset(ctx)
		if err != nil {
			return nil, 0, err
		}
		switch resp.StatusCode() {
		case http.StatusOK, http.StatusNoContent:
		case http.StatusNotFound, http.StatusGone, http.StatusForbidden, http.StatusUnauthorized:
			u.id = "" // gone, or another agency's; if it is the token, creating says so in words
		default:
			return resp, 0, nil
		}
	}
	if u.id == "" {
		sent = 0
		if resp, err = u.create(ctx); err != nil || u.id == "" {
			return resp, 0, err
		}
	}
	if sent >= u.doc.size {
		resp, err = u.client.R().SetContext(ctx).Post(tusPath + u.id + "/finish")
	} else {
		resp, err = u.patch(ctx, sent)
	}
	if err == nil {
		u.settle(ctx, resp)
	}
	return resp, sent, err
}

// settle forgets an upload that has its receipt, and takes back one that was
// refused for good: what lies at the server helps no further try.
func (u *tusUpload) settle(ctx context.Context, resp *resty.Response) {
	switch again, _, _ := judgeAnswer(resp, nil); {
	case resp.IsSuccess() && resp.StatusCode() != http.StatusNoContent:
		u.forget()
	case !again, strings.Contains(resp.String(), "digest_mismatch"):
		_, _ = u.request(ctx).Delete(tusPath + u.id) // it expires there by itself
		u.forget()
	}
}

func (u *tusUpload) request(ctx context.Context) *resty.Request {
	return u.client.R().SetContext(ctx).SetHeader("Tus-Resumable", tusVersion)
}

func (u *tusUpload) create(ctx context.Context) (*resty.Response, error) {
	meta := []string{"filename " + tusValue(u.doc.name), "sha256 " + tusValue(u.doc.sha256hex())}
	if u.doc.declared != nil {
		meta = append(meta, "metadata "+tusValue(string(u.doc.declared)))
	}
	resp, err := u.request(ctx).SetHeader("Upload-Length", strconv.FormatInt(u.doc.size, 10)).
		SetHeader("Upload-Metadata", strings.Join(meta, ",")).Post(tusPath)
	if err != nil || resp.StatusCode() != http.StatusCreated {
		return resp, err
	}
	// Behind a proxy the server does not know its own address: the id is what
	// counts.
	u.id = path.Base(resp.Header().Get("Location"))
	if err := u.remember(); err != nil {
		fmt.Fprintf(u.errOut, "%s: an interruption of this command will begin anew: %v\n", u.doc.path, err)
	}
	return resp, nil
}

func tusValue(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// offset asks how far the server got.
func (u *tusUpload) offset(ctx context.Context) (*resty.Response, int64, error) {
	resp, err := u.request(ctx).Head(tusPath + u.id)
	if err != nil || resp.IsError() {
		return resp, 0, err
	}
	n, err := strconv.ParseInt(resp.Header().Get("Upload-Offset"), 10, 64)
	if err != nil || n < 0 || n > u.doc.size {
		return resp, 0, fmt.Errorf("the server says offset %q of %d", resp.Header().Get("Upload-Offset"), u.doc.size)
	}
	return resp, n, nil
}

// patch sends everything from offset on in one request.
func (u *tusUpload) patch(ctx context.Context, offset int64) (*resty.Response, error) {
	body, err := u.open(ctx, u.doc, offset)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	resp, err := u.request(body.ctx).SetHeader("Content-Type", "application/offset+octet-stream").
		SetHeader("Upload-Offset", strconv.FormatInt(offset, 10)).SetBody(body).Patch(tusPath + u.id)
	return resp, body.explain(err)
}

// stateFile is named for what makes two uploads the same one.
func (u *tusUpload) stateFile() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{u.server, u.doc.sha256hex(), string(u.doc.declared)}, "\x00")))
	return filepath.Join(u.state, hex.EncodeToString(sum[:16])+".json")
}

// recall returns the id of the upload that an earlier try began, or "".
func (u *tusUpload) recall() string {
	raw, err := os.ReadFile(u.stateFile())
	if err != nil {
		return ""
	}
	var r remembered
	if json.Unmarshal(raw, &r) != nil || time.Since(r.CreatedAt) > rememberFor {
		return ""
	}
	return r.Upload
}

// remember writes the upload down before its first byte is sent, and clears
// away what is too old to be gone on with.
func (u *tusUpload) remember() error {
	if err := os.MkdirAll(u.state, 0o700); err != nil {
		return err
	}
	old, _ := filepath.Glob(filepath.Join(u.state, "*.json"))
	for _, f := range old {
		if info, err := os.Stat(f); err == nil && time.Since(info.ModTime()) > rememberFor {
			_ = os.Remove(f)
		}
	}
	raw, err := json.Marshal(remembered{Upload: u.id, Server: u.server, File: u.doc.path, CreatedAt: time.Now().UTC()})
	if err != nil {
		return err
	}
	tmp := u.stateFile() + ".new"
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, u.stateFile())
}

func (u *tusUpload) forget() {
	u.id = ""
	_ = os.Remove(u.stateFile())
}
