package web

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"jianding/schemas"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// begin creates a resumable upload of n bytes.
func (h *house) begin(as string, n int, meta string) answer {
	h.t.Helper()
	return h.call(as, "POST", "/v1/uploads", nil, "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(n), "Upload-Metadata", meta)
}

// goOn sends a piece of one.
func (h *house) goOn(as, path string, offset int, part string) answer {
	h.t.Helper()
	return h.call(as, "PATCH", path, strings.NewReader(part), "Tus-Resumable", "1.0.0", "Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream")
}

// tus uploads: create, break off, ask how far, go on, receipt; somebody
// else's is not found.
func TestResumableUpload(t *testing.T) {
	broken := &brokenOriginals{}
	h := newHouse(t, func(o *Options) { o.MaxUpload = 5000; broken.Originals = o.Originals; o.Originals = broken })
	loadContract(t).checking(t, h)
	doc := pdf(7) + strings.Repeat("y", 2000)
	good := "metadata " + b64(`{"report_no":"R-77"}`) + ",filename " + b64("报告.pdf")
	for name, tc := range map[string]struct {
		a      answer
		status int
		code   string
	}{
		"no token":      {h.begin("", len(doc), good), 401, "token_invalid"},
		"suspended":     {h.begin("agency-09", len(doc), good), 403, "agency_suspended"},
		"too large":     {h.begin("agency-01", 6000, good), 413, "body_too_large"},
		"empty":         {h.begin("agency-01", 0, good), 422, "document_empty"},
		"metadata":      {h.begin("agency-01", 10, "metadata "+b64("{")), 422, "metadata_malformed"},
		"digest":        {h.begin("agency-01", 10, "sha256 "+b64("not a digest")), 400, "digest_malformed"},
		"no length":     {h.call("agency-01", "POST", "/v1/uploads", nil, "Tus-Resumable", "1.0.0", "Upload-Defer-Length", "1"), 422, "upload_length_required"},
		"states agency": {h.begin("agency-01", 10, "metadata "+b64(`{"agency_id":"x"}`)), 422, "metadata_unknown"},
	} {
		if tc.a.status != tc.status || tc.a.problem(t).Code != tc.code {
			t.Errorf("%s: %d %s", name, tc.a.status, tc.a.body)
		}
	}
	a := h.begin("agency-01", len(doc), good+",sha256 "+b64(strings.TrimSpace(hexDigest(doc))))
	if a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	path := strings.TrimPrefix(a.header.Get("Location"), h.URL)
	if a := h.goOn("agency-01", path, 0, doc[:1000]); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := h.goOn("agency-02", path, 1000, doc[1000:]); a.status != 404 {
		t.Errorf("another agency goes on: %d", a.status)
	}
	if a := h.call("agency-01", "HEAD", path, nil, "Tus-Resumable", "1.0.0"); a.header.Get("Upload-Offset") != "1000" {
		t.Errorf("offset %q", a.header.Get("Upload-Offset"))
	}
	if a := h.goOn("agency-01", path, 500, doc[500:]); a.status != 409 || a.problem(t).Code == "" {
		t.Errorf("wrong offset: %d %s", a.status, a.body)
	}
	if a := h.call("agency-01", "POST", path+"/finish", nil); a.status != 409 {
		t.Errorf("finished half: %d", a.status)
	}
	// The store is down at the last byte: no receipt, nothing lost.
	broken.err = schemas.E(schemas.KindUnavailable, "s3_down", "", nil)
	if a := h.goOn("agency-01", path, 1000, doc[1000:]); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("store down: %d %s", a.status, a.body)
	}
	broken.err = nil
	a = h.call("agency-01", "POST", path+"/finish", nil)
	if a.status != 202 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	var first, again receiptView
	a.into(t, &first)
	h.call("agency-01", "POST", path+"/finish", nil).into(t, &again)
	if again.Receipt != first.Receipt || !again.Duplicate || h.count() != 1 {
		t.Errorf("%+v", again)
	}
	if o := h.call("agency-01", "GET", first.Links["original"], nil); string(o.body) != doc {
		t.Error("the original is not what was sent")
	}
	rep, _ := h.ledger.Report(context.Background(), first.ReportID)
	if rep.ReportNo != "R-77" || rep.Filename != "报告.pdf" {
		t.Errorf("%+v", rep)
	}
	// In one go, and something that is no PDF.
	path = strings.TrimPrefix(h.begin("agency-01", len(pdf(8)), good).header.Get("Location"), h.URL)
	if a := h.goOn("agency-01", path, 0, pdf(8)); a.status != 202 {
		t.Errorf("%d %s", a.status, a.body)
	}
	path = strings.TrimPrefix(h.begin("agency-01", 5, good).header.Get("Location"), h.URL)
	if a := h.goOn("agency-01", path, 0, "hello"); a.status != 415 || a.problem(t).Code != "not_pdf" {
		t.Errorf("%d %s", a.status, a.body)
	}
	path = strings.TrimPrefix(h.begin("agency-01", 5, good).header.Get("Location"), h.URL)
	if a := h.call("agency-01", "DELETE", path, nil, "Tus-Resumable", "1.0.0"); a.status != 204 {
		t.Errorf("%d %s", a.status, a.body)
	}
	for _, odd := range []string{"/v1/uploads/../../etc/passwd", "/v1/uploads/x.info", "/v1/uploads/" + strings.Repeat("0", 32)} {
		if a := h.call("agency-01", "HEAD", odd, nil, "Tus-Resumable", "1.0.0"); a.status != 404 {
			t.Errorf("%s: %d", odd, a.status)
		}
	}
}

// A lock file of a process that is alive, as a crash in a container leaves
// behind when the next one gets its number, does not end an upload.
func TestUploadGoesOnAfterACrash(t *testing.T) {
	var dir string
	h := newHouse(t, func(o *Options) { dir = o.SpoolDir })
	doc := pdf(3)
	a := h.begin("agency-01", len(doc), "")
	path := strings.TrimPrefix(a.header.Get("Location"), h.URL)
	lock := filepath.Join(dir, "resumable", filepath.Base(path)+".lock")
	if err := os.WriteFile(lock, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a = h.goOn("agency-01", path, 0, doc)
	if a.status != 202 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// Uploads that nobody goes on with are bounded, for each agency by itself; one
// that is done or deleted no longer counts.
func TestUnfinishedUploadsAreBounded(t *testing.T) {
	h := newHouse(t)
	var last string
	for i := range maxUnfinished {
		a := h.begin("agency-01", len(pdf(1)), "")
		if a.status != http.StatusCreated {
			t.Fatalf("upload %d: %d %s", i, a.status, a.body)
		}
		last = strings.TrimPrefix(a.header.Get("Location"), h.URL)
	}
	if a := h.begin("agency-01", 10, ""); a.status != http.StatusConflict || a.problem(t).Code != "too_many_unfinished" {
		t.Errorf("one more: %d %s", a.status, a.body)
	}
	if a := h.begin("agency-02", 10, ""); a.status != http.StatusCreated {
		t.Errorf("another agency: %d %s", a.status, a.body)
	}
	if a := h.goOn("agency-01", last, 0, pdf(1)); a.status != http.StatusAccepted {
		t.Fatalf("the last one goes on: %d %s", a.status, a.body)
	}
	if a := h.begin("agency-01", 10, ""); a.status != http.StatusCreated {
		t.Errorf("after one is done: %d %s", a.status, a.body)
	}
}

// The same piece sent by several at once is one report; whoever came in
// between is told to ask and come again, not that the request was wrong.
func TestPiecesSentAtOnce(t *testing.T) {
	h := newHouse(t)
	doc := pdf(1)
	path := strings.TrimPrefix(h.begin("agency-01", len(doc), "").header.Get("Location"), h.URL)
	answers := make(chan answer, 5)
	var wg sync.WaitGroup
	for range cap(answers) {
		wg.Go(func() { answers <- h.goOn("agency-01", path, 0, doc) })
	}
	wg.Wait()
	close(answers)
	for a := range answers {
		switch a.status {
		case http.StatusAccepted, http.StatusConflict, http.StatusServiceUnavailable:
		default:
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if a := h.call("agency-01", "POST", path+"/finish", nil); a.status != http.StatusOK && a.status != http.StatusAccepted {
		t.Errorf("afterwards: %d %s", a.status, a.body)
	}
	if h.count() != 1 {
		t.Errorf("%d reports", h.count())
	}
}

func hexDigest(s string) string {
	h := newHashes()
	io.WriteString(h, s)
	return h.sha256hex()
}
