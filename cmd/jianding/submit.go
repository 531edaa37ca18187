package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

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
	state    string // directory of what interrupted uploads are remembered by
	pieces   int64  // from this size on a document goes as a resumable upload, in bytes
	stall    time.Duration
}

// defaults fills in what a caller other than the command line leaves out.
func (o submitOptions) defaults() submitOptions {
	if o.pieces <= 0 {
		o.pieces = 4 << 20
	}
	if o.stall <= 0 {
		o.stall = time.Minute
	}
	if o.state == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			dir = os.TempDir()
		}
		o.state = filepath.Join(dir, "jianding", "uploads")
	}
	return o
}

func newSubmit() *cobra.Command {
	var o submitOptions
	cmd := &cobra.Command{
		Use:   "submit FILE…",
		Short: "Send signed reports to a Jianding server, as an agency does",
		Long: `Sends each file, shows its progress and prints the receipt. A file that was
sent before gets the same receipt: sending again is always safe, so a broken
connection is simply tried again.

Files of 4 MB and more go as resumable uploads (tus 1.0.0): when the network, the
server or this command itself breaks off, the same command line goes on where the
server stands. The server keeps an unfinished upload for two days.

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
	f.IntVar(&o.attempts, "attempts", 5, "how often to try when nothing more gets through")
	f.Int64Var(&o.pieces, "resumable-from", 4<<20, "size in bytes from which a file goes as a resumable upload")
	f.StringVar(&o.state, "state", "", "directory that remembers interrupted uploads (default: below the user's cache directory)")
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
	s := newSender(o, errOut)
	failed := 0
	for _, file := range files {
		got := s.submit(ctx, file, declared)
		if got.Error != "" {
			failed++
		}
		printSubmitted(out, o.json, got)
		if ctx.Err() != nil {
			break
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files were not taken", failed, len(files))
	}
	return nil
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
