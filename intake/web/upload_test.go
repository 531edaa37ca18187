package web

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jianding/intake/receipts"
	"jianding/schemas"
)

func digest(s string) string {
	h := sha256.Sum256([]byte(s))
	return "sha-256=:" + base64.StdEncoding.EncodeToString(h[:]) + ":"
}

func TestUploadGivesASignedReceiptAndKeepsTheBytes(t *testing.T) {
	h := newHouse(t)
	doc := pdf(1)
	v := h.upload("agency-01", doc, `{"report_no":"渝江鉴字〔2026〕001号","discovered_at":"2026-11-24T08:00:00+08:00"}`)
	sum := sha256.Sum256([]byte(doc))
	if v.SHA256 != hex.EncodeToString(sum[:]) || len(v.SM3) != 64 || v.Duplicate || v.Status != schemas.ReportReceived {
		t.Errorf("%+v", v)
	}
	r, err := receipts.Verify(v.Receipt, h.keeper.PublicKey())
	if err != nil || r.ReceiptNo != v.ReceiptNo || r.SHA256 != v.SHA256 || r.Size != int64(len(doc)) {
		t.Errorf("receipt %+v, %v", r, err)
	}
	a := h.call("agency-01", "GET", v.Links["original"], nil)
	if a.status != 200 || string(a.body) != doc || a.header.Get("Repr-Digest") != digest(doc) {
		t.Errorf("original: %d %q", a.status, a.body)
	}
	rep, err := h.ledger.Report(context.Background(), v.ReportID)
	if err != nil || rep.Declared.AgencyID != "agency-01" || rep.Declared.ReportNo != "渝江鉴字〔2026〕001号" || rep.Declared.DiscoveredAt == nil {
		t.Errorf("%+v %v", rep, err)
	}

	again := h.upload("agency-01", doc, `{"report_no":"渝江鉴字〔2026〕001号"}`)
	if again.ReceiptNo != v.ReceiptNo || again.Receipt != v.Receipt || !again.Duplicate {
		t.Errorf("the same document got another receipt: %+v", again)
	}
	other := h.upload("agency-02", doc, ``)
	if other.ReceiptNo == v.ReceiptNo {
		t.Error("two agencies share one receipt")
	}
}

func TestUploadRawBody(t *testing.T) {
	h := newHouse(t)
	doc := pdf(2)
	a := h.call("agency-01", "POST", "/v1/reports", strings.NewReader(doc), "Content-Type", "application/pdf",
		"X-Metadata", `{"report_no":"R-2","filename":"../../报告 2.pdf"}`, "Repr-Digest", digest(doc), "Idempotency-Key", `"k-2"`)
	if a.status != http.StatusAccepted {
		t.Fatalf("%d %s", a.status, a.body)
	}
	var v receiptView
	a.into(t, &v)
	rep, _ := h.ledger.Report(context.Background(), v.ReportID)
	if rep.Filename != "报告 2.pdf" || rep.ReportNo != "R-2" {
		t.Errorf("%+v", rep)
	}
	a = h.call("agency-01", "POST", "/v1/reports?metadata=%7B%22report_no%22%3A%22R-3%22%7D", strings.NewReader(pdf(3)), "Content-Type", "application/pdf")
	if a.status != http.StatusAccepted {
		t.Fatalf("%d %s", a.status, a.body)
	}
}

// Everything that is refused at once is refused with its code, and leaves
// nothing behind.
func TestUploadRefusals(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.MaxUpload = 4096 })
	h.call("agency-01", "POST", "/v1/reports", strings.NewReader(pdf(99)), "Content-Type", "application/pdf", "Idempotency-Key", "used")
	before := h.count()
	multi := func(parts ...string) func() answer {
		return func() answer {
			body, kind := form(t, parts...)
			return h.call("agency-01", "POST", "/v1/reports", body, "Content-Type", kind)
		}
	}
	raw := func(as, body string, header ...string) func() answer {
		return func() answer {
			return h.call(as, "POST", "/v1/reports", strings.NewReader(body), append([]string{"Content-Type", "application/pdf"}, header...)...)
		}
	}
	for _, tc := range []struct {
		name   string
		do     func() answer
		status int
		codes  []string // of problems; a single one may come as the code alone
	}{
		{"no token", raw("", pdf(1)), 401, []string{"token_invalid"}},
		{"unknown token", raw("agency-77", pdf(1)), 401, []string{"token_invalid"}},
		{"suspended agency", raw("agency-09", pdf(1)), 403, []string{"agency_suspended"}},
		{"an officer", raw("officer", pdf(1)), 403, []string{"not_permitted"}},
		{"0 bytes", raw("agency-01", ""), 422, []string{"document_empty"}},
		{"0 bytes in a part", multi("file", ""), 422, []string{"document_empty"}},
		{"no PDF", raw("agency-01", "hello"), 415, []string{"not_pdf"}},
		{"PDF not at 0", raw("agency-01", "\n%PDF-1.7"), 415, []string{"not_pdf"}},
		{"zip", raw("agency-01", "PK\x03\x04 word/document.xml"), 415, []string{"document_zip"}},
		{"OFD", raw("agency-01", "PK\x03\x04....OFD.xml"), 415, []string{"document_ofd"}},
		{"picture", raw("agency-01", "\xff\xd8\xff\xe0"), 415, []string{"document_image"}},
		{"over the limit", raw("agency-01", pdf(1)+strings.Repeat("x", 5000)), 413, []string{"body_too_large"}},
		{"over the limit in a part", multi("file", pdf(1)+strings.Repeat("x", 5000), "metadata", "{}"), 413, []string{"body_too_large"}},
		{"far over the limit", raw("agency-01", strings.Repeat("x", 2<<20)), 413, []string{"body_too_large"}},
		{"wrong digest", raw("agency-01", pdf(1), "Repr-Digest", digest("other")), 400, []string{"digest_mismatch"}},
		{"wrong content digest", raw("agency-01", pdf(1), "Content-Digest", digest("other")), 400, []string{"digest_mismatch"}},
		{"wrong old digest", raw("agency-01", pdf(1), "Digest", "SHA-256="+digest("x")[9:53]), 400, []string{"digest_mismatch"}},
		{"malformed digest", raw("agency-01", pdf(1), "Repr-Digest", "sha-256=abc"), 400, []string{"digest_malformed"}},
		{"another format", raw("agency-01", pdf(1), "Content-Type", "text/plain"), 415, []string{"content_type"}},
		{"no boundary", raw("agency-01", pdf(1), "Content-Type", "multipart/form-data"), 415, []string{"content_type"}},
		{"broken multipart", raw("agency-01", "--x\r\nContent-Dis", "Content-Type", "multipart/form-data; boundary=x"), 400, []string{"multipart_malformed"}},
		{"no file", multi("metadata", "{}"), 422, []string{"file_missing"}},
		{"two files", multi("file", pdf(1), "file", pdf(2)), 422, []string{"file_repeated"}},
		{"unknown part", multi("file", pdf(1), "x", "y"), 422, []string{"part_unknown"}},
		{"key of other content", raw("agency-01", pdf(1), "Idempotency-Key", "used"), 409, []string{"idempotency_key_reused"}},
		{"malformed key", raw("agency-01", pdf(1), "Idempotency-Key", "a b"), 422, []string{"idempotency_key_malformed"}},
		{"metadata is no JSON", multi("file", pdf(1), "metadata", "{"), 422, []string{"metadata_malformed"}},
		{"metadata is a list", multi("file", pdf(1), "metadata", "[]"), 422, []string{"metadata_malformed"}},
		{"metadata goes on", multi("file", pdf(1), "metadata", "{} {}"), 422, []string{"metadata_malformed"}},
		{"metadata states the agency", multi("file", pdf(1), "metadata", `{"agency_id":"agency-02"}`), 422, []string{"metadata_unknown"}},
		{"metadata repeats", multi("file", pdf(1), "metadata", `{"town":"a","town":"b"}`), 422, []string{"metadata_repeated"}},
		{"control characters", multi("file", pdf(1), "metadata", `{"report_no":"a\u0000b"}`), 422, []string{"metadata_control"}},
		{"everything at once", func() answer {
			body, kind := form(t, "file", "hello", "metadata", `{"report_no":7,"grade":"Z","issued_on":"gestern","discovered_at":"morgen","colour":"red","notice_ref":"x"}`)
			return h.call("agency-01", "POST", "/v1/reports", body, "Content-Type", kind, "Repr-Digest", digest("other"))
		}, 415, []string{"not_pdf", "digest_mismatch", "metadata_type", "metadata_grade", "metadata_date", "metadata_time", "metadata_unknown", "metadata_notice"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := tc.do()
			p := a.problem(t)
			got := []string{p.Code}
			for _, x := range p.Problems {
				got = append(got, x.Code)
			}
			if a.status != tc.status || a.status != p.Status || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("status %d, document %d, %s: %s", a.status, p.Status, a.header.Get("Content-Type"), a.body)
			}
			for _, c := range tc.codes {
				if !slices.Contains(got, c) {
					t.Errorf("no %s among %v", c, got)
				}
			}
			if len(tc.codes) == 1 && p.Code != tc.codes[0] {
				t.Errorf("code %s, want %s", p.Code, tc.codes[0])
			}
			if p.Detail == "" || p.Detail == p.Code {
				t.Error("no words for a person")
			}
			if a.status == 415 && tc.codes[0] != "content_type" && !strings.Contains(string(a.body), "隐患先报") {
				t.Errorf("a hazard in it has no other way: %s", a.body)
			}
		})
	}
	if h.count() != before {
		t.Error("a refused request left a report")
	}
}

func TestUploadWhileTheStoreIsDown(t *testing.T) {
	broken := &brokenOriginals{err: schemas.E(schemas.KindUnavailable, "disk_full", "", errors.New("no space left"))}
	h := newHouse(t, func(o *Options) { broken.Originals = o.Originals; o.Originals = broken })
	body, kind := form(t, "file", pdf(1))
	a := h.call("agency-01", "POST", "/v1/reports", body, "Content-Type", kind)
	if a.status != 503 || a.header.Get("Retry-After") == "" || a.problem(t).Code != "disk_full" || strings.Contains(string(a.body), "no space") {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	if h.count() != 0 {
		t.Error("a report without its original")
	}
	broken.err = nil
	if v := h.upload("agency-01", pdf(1), ""); v.Duplicate {
		t.Error("the first receipt is no duplicate")
	}
}

func TestAnotherAgencysReportIsNotFound(t *testing.T) {
	h := newHouse(t)
	v := h.upload("agency-01", pdf(1), "")
	for _, path := range []string{"", "/original", "/assessment", "/events", "/receipt"} {
		for _, as := range []string{"agency-02", "clerk2", "town"} {
			a := h.call(as, "GET", "/v1/reports/"+v.ReportID+path, nil)
			unknown := h.call(as, "GET", "/v1/reports/0190a000-0000-7000-8000-000000000000"+path, nil)
			if a.status != 404 || string(a.body) != string(unknown.body) {
				t.Errorf("%s %s: %d %s", as, path, a.status, a.body)
			}
		}
	}
	var l list[schemas.Report]
	h.call("agency-02", "GET", "/v1/reports", nil).into(t, &l)
	if len(l.Items) != 0 {
		t.Error("agency-02 sees agency-01's reports in its list")
	}
	if a := h.call("agency-02", "GET", "/v1/reports?agency=agency-01", nil); a.status != 404 {
		t.Errorf("asked for another agency's list: %d", a.status)
	}
	h.call("clerk", "GET", "/v1/reports", nil).into(t, &l)
	if len(l.Items) != 1 {
		t.Error("the clerk does not see the agency's report")
	}
	for _, as := range []string{"officer", "reviewer"} {
		if a := h.call(as, "GET", "/v1/reports/"+v.ReceiptNo, nil); a.status != 200 {
			t.Errorf("%s by receipt: %d", as, a.status)
		}
	}
}

// A body of one byte now and then ends; meanwhile others are told to wait and
// are served afterwards.
func TestSlowBodyEnds(t *testing.T) {
	t.Parallel() // it waits for the clock
	var dir string
	h := newHouse(t, func(o *Options) {
		o.BodyPause, o.BodyGrace, o.MaxUploads = 5*time.Second, 3*time.Second, 1
		dir = o.SpoolDir
	})
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/pdf\r\nContent-Length: 100000\r\n\r\n%%PDF-", h.tokens["agency-01"])
	answered := make(chan *http.Response, 1)
	go func() {
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Error(err)
			resp = &http.Response{}
		}
		answered <- resp
	}()
	// Once it is on the spool, the slow one holds the only place: others are
	// told to come again.
	for {
		if held, _ := filepath.Glob(filepath.Join(dir, spoolPrefix+"*")); len(held) > 0 {
			break
		}
	}
	crowded := false
	var resp *http.Response
	trickle := time.NewTicker(100 * time.Millisecond)
	defer trickle.Stop()
	for resp == nil {
		select {
		case resp = <-answered:
		case <-trickle.C:
			a := h.call("agency-01", "POST", "/v1/reports", strings.NewReader(pdf(1)), "Content-Type", "application/pdf")
			crowded = crowded || (a.status == 503 && a.header.Get("Retry-After") != "")
			_, _ = conn.Write([]byte("x"))
		}
	}
	if resp.StatusCode != http.StatusRequestTimeout {
		t.Errorf("slow body: %d", resp.StatusCode)
	}
	if !crowded {
		t.Error("nobody was told to wait")
	}
	h.upload("agency-01", pdf(2), "")
}

// An agency whose clients are slow or stuck keeps nobody else out, whether it
// sends reports or only checks them.
func TestOneAgencyCantTakeEveryPlace(t *testing.T) {
	t.Parallel() // it waits for the clock
	var dir string
	h := newHouse(t, func(o *Options) { o.MaxUploads, dir = 8, o.SpoolDir })
	refused := 0
	for i := range 8 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(h.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		path := []string{"/v1/reports", "/v1/checks"}[i%2]
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/pdf\r\nContent-Length: 100000\r\n\r\n%%PDF-", path, h.tokens["agency-01"])
		// Each is on the spool, or refused, before the next one comes.
		answered := make(chan struct{})
		go func() {
			if _, err := conn.Read(make([]byte, 1)); err == nil {
				close(answered)
			}
		}()
		for waiting := true; waiting; {
			select {
			case <-answered:
				refused, waiting = refused+1, false
			default:
				held, _ := filepath.Glob(filepath.Join(dir, spoolPrefix+"*"))
				waiting = len(held)+refused <= i
			}
		}
	}
	if refused != 6 {
		t.Errorf("%d of 8 refused", refused)
	}
	h.upload("agency-02", pdf(1), "")
	// Its uploads stuck, the agency can still tell of a house in danger.
	if a := h.json("agency-01", "POST", "/v1/hazard-notices", map[string]string{
		"address": "江津区几江街道大西门12号", "found": "外墙严重倾斜", "discovered_at": "2026-11-24T09:00:00+08:00",
	}); a.status != http.StatusCreated {
		t.Errorf("its own notice: %d %s", a.status, a.body)
	}
}

// Who is refused before the body is read is told so, also when the body never
// comes: a stranger can't hold a connection with a promise.
func TestRefusalDoesNotWaitForTheBody(t *testing.T) {
	t.Parallel() // it waits for the clock
	h := newHouse(t, func(o *Options) { o.BodyGrace = 2 * time.Second })
	for path, want := range map[string]int{"/v1/reports": 401, "/v1/uploads": 401, "/sign-in": 422, "/console/deliveries": 303} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(h.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na", path)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if resp.StatusCode != want && !(want == 422 && resp.StatusCode == 400) {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}

// What a crash left on the spool goes; what an upload is writing stays.
func TestSpoolIsSwept(t *testing.T) {
	dir := t.TempDir()
	old, fresh, other := filepath.Join(dir, spoolPrefix+"old"), filepath.Join(dir, spoolPrefix+"new"), filepath.Join(dir, "other")
	for _, f := range []string{old, fresh, other} {
		if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-48 * time.Hour)
	for _, f := range []string{old, other} {
		if err := os.Chtimes(f, past, past); err != nil {
			t.Fatal(err)
		}
	}
	if err := sweepSpool(dir, time.Now().Add(-24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadDir(dir)
	if len(left) != 2 || left[0].Name() != "other" || left[1].Name() != spoolPrefix+"new" {
		t.Errorf("%v", left)
	}
}

// A refused or accepted upload leaves nothing on the spool.
func TestSpoolIsEmptyAfterwards(t *testing.T) {
	var dir string
	h := newHouse(t, func(o *Options) { dir = o.SpoolDir; o.MaxUpload = 1000 })
	h.upload("agency-01", pdf(1), "")
	for _, doc := range []string{"hello", pdf(1) + strings.Repeat("x", 2000)} {
		h.call("agency-01", "POST", "/v1/reports", strings.NewReader(doc), "Content-Type", "application/pdf")
	}
	left, _ := filepath.Glob(filepath.Join(dir, spoolPrefix+"*"))
	if len(left) != 0 {
		t.Errorf("%v", left)
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add(`{"report_no":"x","discovered_at":"2026-11-24T09:30"}`)
	f.Add(`{"a":{"b":[1]},"a":null}`)
	f.Fuzz(func(t *testing.T, s string) {
		var found findings
		d := found.declared(found.parseFields([]byte(s), declaredFields()...))
		if len(found) == 0 && strings.ContainsAny(d.ReportNo+d.Address+d.Town, "\x00\n") {
			t.Errorf("%q let control characters in", s)
		}
	})
}
