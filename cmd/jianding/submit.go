package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/go-resty/resty/v2"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"jianding/schemas"
)

// submitOptions are the flags of `jianding submit`.
type submitOptions struct {
	server   string
	token    string
	metadata string
	wait     time.Duration
	attempts int
	json     bool
	quiet    bool
}

func newSubmit() *cobra.Command {
	var o submitOptions
	cmd := &cobra.Command{
		Use:   "submit FILE…",
		Short: "Send signed reports to a Jianding server, as an agency does",
		Long: `Sends each file, shows its progress and prints the receipt. A file that was
sent before gets the same receipt: sending again is always safe, so a broken
connection is simply tried again.

The token is the agency's (JIANDING_TOKEN or --token). --metadata names a JSON
file with what the agency declares (report_no, address, grade, discovered_at …).
With --wait the command stays until the report is assessed.`,
		Example: `  JIANDING_TOKEN=jda_… jianding submit --server https://jd.example report.pdf
  jianding submit --wait 1m --json *.pdf`,
		Args: atLeast(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.token == "" {
				o.token = os.Getenv("JIANDING_TOKEN")
			}
			if o.token == "" {
				return usageError{errors.New("no token: set JIANDING_TOKEN or --token")}
			}
			return submitAll(cmd.Context(), o, args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.server, "server", "http://127.0.0.1:8080", "address of the server")
	f.StringVar(&o.token, "token", "", "agency token (better: JIANDING_TOKEN)")
	f.StringVar(&o.metadata, "metadata", "", "JSON file with the declared metadata, for all files named")
	f.DurationVar(&o.wait, "wait", 0, "wait this long for the assessment of each report")
	f.IntVar(&o.attempts, "attempts", 5, "how often to try a file when the server is not reached")
	f.BoolVar(&o.json, "json", false, "print one JSON object per file")
	f.BoolVar(&o.quiet, "quiet", false, "no progress bar")
	return cmd
}

// submitted is what is printed of one file.
type submitted struct {
	File    string          `json:"file"`
	Receipt json.RawMessage `json:"receipt,omitempty"`
	Report  *schemas.Report `json:"report,omitempty"`
	Error   string          `json:"error,omitempty"`
}

func submitAll(ctx context.Context, o submitOptions, files []string, out, errOut io.Writer) error {
	var declared []byte
	if o.metadata != "" {
		b, err := os.ReadFile(o.metadata)
		if err != nil {
			return usageError{err}
		}
		if !json.Valid(b) {
			return usageError{fmt.Errorf("%s is not JSON", o.metadata)}
		}
		declared = b
	}
	client := resty.New().SetBaseURL(o.server).SetAuthToken(o.token).SetHeader("User-Agent", "jianding-submit/"+version)
	failed := 0
	for _, file := range files {
		s := submitOne(ctx, client, o, file, declared, errOut)
		if s.Error != "" {
			failed++
		}
		printSubmitted(out, o.json, s)
		if ctx.Err() != nil {
			break
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files were not taken", failed, len(files))
	}
	return nil
}

func submitOne(ctx context.Context, client *resty.Client, o submitOptions, file string, declared []byte, errOut io.Writer) submitted {
	s := submitted{File: file}
	var receipt struct {
		ID        string `json:"report_id"`
		ReceiptNo string `json:"receipt_no"`
	}
	for attempt := 1; ; attempt++ {
		resp, err := send(ctx, client, file, declared, o.quiet, errOut)
		if err == nil && resp.StatusCode() < 300 {
			s.Receipt = resp.Body()
			if err := json.Unmarshal(resp.Body(), &receipt); err != nil || receipt.ID == "" {
				s.Error = "the server's answer is no receipt"
				return s
			}
			break
		}
		again, why, wait := judgeAnswer(resp, err)
		if !again || attempt >= o.attempts || ctx.Err() != nil {
			s.Error = why
			return s
		}
		pause := max(wait, jitter(attempt))
		fmt.Fprintf(errOut, "%s: %s; next try in %s\n", file, why, pause.Round(time.Millisecond))
		if !sleep(ctx, pause) {
			s.Error = ctx.Err().Error()
			return s
		}
	}
	if o.wait > 0 {
		report, err := await(ctx, client, receipt.ID, o.wait)
		s.Report = report
		if err != nil {
			s.Error = err.Error()
		}
	}
	return s
}

// send posts one file as a raw body, streamed from disk with a progress bar.
func send(ctx context.Context, client *resty.Client, file string, declared []byte, quiet bool, errOut io.Writer) (*resty.Response, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var body io.Reader = f
	if !quiet {
		bar := progressbar.NewOptions64(info.Size(), progressbar.OptionSetWriter(errOut), progressbar.OptionShowBytes(true),
			progressbar.OptionSetDescription(filepath.Base(file)), progressbar.OptionClearOnFinish())
		defer bar.Finish() //nolint:errcheck // cosmetic
		r := progressbar.NewReader(f, bar)
		body = &r
	}
	req := client.R().SetContext(ctx).SetBody(body).SetHeaders(map[string]string{
		"Content-Type": "application/pdf", "Content-Length": strconv.FormatInt(info.Size(), 10),
		"Content-Disposition": "attachment; filename*=UTF-8''" + asciiName(filepath.Base(file))})
	if declared != nil {
		req.SetHeader("X-Metadata", asciiJSON(declared))
	}
	return req.Post("/v1/reports")
}

// judgeAnswer says whether another try may help: the network and a server
// that asks for patience may, a refusal with its reasons may not.
func judgeAnswer(resp *resty.Response, err error) (again bool, why string, wait time.Duration) {
	if err != nil {
		var pathErr *os.PathError
		return !errors.As(err, &pathErr), err.Error(), 0
	}
	var problem struct {
		Code   string            `json:"code"`
		Title  string            `json:"title"`
		Detail string            `json:"detail"`
		Errors []schemas.Problem `json:"errors"`
	}
	_ = json.Unmarshal(resp.Body(), &problem)
	why = fmt.Sprintf("HTTP %d %s %s %s", resp.StatusCode(), problem.Code, problem.Title, problem.Detail)
	for _, p := range problem.Errors {
		why += fmt.Sprintf("; %s %s %s", p.Field, p.Code, p.Message)
	}
	switch resp.StatusCode() {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusInternalServerError:
		seconds, _ := strconv.Atoi(resp.Header().Get("Retry-After"))
		return true, why, time.Duration(min(seconds, 300)) * time.Second
	}
	return false, why, 0
}

// await polls until the report is assessed.
func await(ctx context.Context, client *resty.Client, id string, limit time.Duration) (*schemas.Report, error) {
	deadline := time.Now().Add(limit)
	for {
		var r schemas.Report
		resp, err := client.R().SetContext(ctx).SetResult(&r).Get("/v1/reports/" + id)
		if err == nil && resp.IsSuccess() && r.Status != schemas.ReportReceived {
			return &r, nil
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("received, but not assessed within %s", limit)
		}
		if !sleep(ctx, 200*time.Millisecond) {
			return nil, ctx.Err()
		}
	}
}

// jitter is full jitter over an exponential back-off: up to 1 s, 2 s, 4 s, … 30 s.
func jitter(attempt int) time.Duration {
	limit := min(time.Second<<(attempt-1), 30*time.Second)
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

func printSubmitted(out io.Writer, asJSON bool, s submitted) {
	if asJSON {
		_ = json.NewEncoder(out).Encode(s)
		return
	}
	if s.Error != "" {
		fmt.Fprintf(out, "%s\t未受理\t%s\n", s.File, s.Error)
		return
	}
	var r struct {
		ReceiptNo string `json:"receipt_no"`
		SHA256    string `json:"sha256"`
		ID        string `json:"report_id"`
	}
	_ = json.Unmarshal(s.Receipt, &r)
	fmt.Fprintf(out, "%s\t回执 %s\t%s\tSHA-256 %s\n", s.File, r.ReceiptNo, r.ID, r.SHA256)
	if s.Report != nil {
		fmt.Fprintf(out, "\t%s\t危险性 %s\n", s.Report.Status, s.Report.Hazard)
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
