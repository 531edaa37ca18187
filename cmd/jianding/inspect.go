package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"jianding/intake/assessment"
	"jianding/intake/signature"
	"jianding/integrations/ocr"
	"jianding/schemas"
)

type inspectOptions struct {
	trust     string
	config    string
	at        string
	declared  string
	json      bool
	mentions  bool
	explain   bool
	render    string
	ocr       string
	processes int
	timeout   time.Duration
	memoryMB  int
}

func newInspect() *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect --trust DIR FILE…",
		Short: "Look at reports: who signed them, what they say, what follows",
		Long: `Assesses each file as the service would and prints the result, in the order
given; "-" reads standard input. Nothing is stored or sent.

The trust directory holds roots/*.pem, intermediates/*.pem, crls/* and
agencies.yaml. The exit code is 0 when every file was assessed, whatever the
verdict, and 2 on bad usage.`,
		Example: `  jianding inspect --trust trust --json report.pdf | jq .outcome
  jianding inspect --trust trust --explain report.pdf
  jianding inspect --trust trust --render pages/ report.pdf
  jianding inspect --trust trust --ocr ocr/ scan.pdf`,
		Args: atLeast(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inspect(cmd.Context(), o, args, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.trust, "trust", "", "trust directory (without one nobody is trusted)")
	f.StringVar(&o.config, "config", "", "the service's configuration file, for its policy of signatures")
	f.StringVar(&o.at, "at", "", "instant of receipt that certificates are judged at, RFC 3339 (default now)")
	f.StringVar(&o.declared, "declared", "", "JSON file with what the agency declares")
	f.BoolVar(&o.json, "json", false, "print one JSON object per file and line")
	f.BoolVar(&o.mentions, "all-mentions", false, "every mention of a grade with its role, not the conclusions alone")
	f.BoolVar(&o.explain, "explain", false, "every check of every signature, in words")
	f.StringVar(&o.render, "render", "", "write the pages with evidence drawn to this directory")
	f.StringVar(&o.ocr, "ocr", "", "read pages without text with the engine installed in this directory (jianding ocr install --dir DIR)")
	f.IntVar(&o.processes, "processes", 0, "documents at a time (default the number of cores)")
	f.DurationVar(&o.timeout, "timeout", 60*time.Second, "for one document, plus two seconds per megabyte")
	f.IntVar(&o.memoryMB, "memory-mb", 1024, "for one document")
	return cmd
}

func inspect(ctx context.Context, o inspectOptions, files []string, in io.Reader, out io.Writer) error {
	req, err := o.request()
	if err != nil {
		return err
	}
	if _, err := signature.NewTrust(req.Trust); err != nil {
		return err
	}
	var policy *signature.Policy
	if o.config != "" {
		cfg, err := loadConfig(o.config)
		if err != nil {
			return usageError{err}
		}
		policy = cfg.Signature.policy()
	}
	pool, err := assessment.NewPool(assessment.PoolOptions{Policy: policy, Workers: o.processes, Wall: o.timeout, MemoryBytes: int64(o.memoryMB) << 20})
	if err != nil {
		return err
	}
	defer pool.Close()
	scans, err := o.recogniser(pool)
	if err != nil {
		return err
	}
	if scans != nil {
		defer scans.engine.Close()
	}
	results := make([]chan inspected, len(files))
	for i := range results {
		results[i] = make(chan inspected, 1)
	}
	go func() {
		// As many at a time as the pool has children, so that a long list of
		// files does not stand in memory all at once.
		slots := make(chan struct{}, max(o.processes, 4))
		var all sync.WaitGroup
		for i, file := range files {
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots }()
				results[i] <- inspectOne(ctx, pool, scans, req, file, in)
			})
		}
		all.Wait()
	}()
	var failed []error
	for i, file := range files {
		r := <-results[i]
		if r.err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", file, r.err))
			continue
		}
		if err := o.print(ctx, pool, out, file, r); err != nil {
			return err
		}
	}
	return errors.Join(failed...)
}

type inspected struct {
	document   []byte
	assessment schemas.Assessment
	err        error
}

func (o inspectOptions) request() (assessment.PoolRequest, error) {
	req := assessment.PoolRequest{At: time.Now().UTC(), AllMentions: o.mentions}
	if o.at != "" {
		at, err := time.Parse(time.RFC3339, o.at)
		if err != nil {
			return req, usageError{fmt.Errorf("--at: %w", err)}
		}
		req.At = at
	}
	if o.declared != "" {
		raw, err := os.ReadFile(o.declared)
		if err != nil {
			return req, usageError{err}
		}
		dec := json.NewDecoder(strings.NewReader(string(raw)))
		dec.DisallowUnknownFields()
		req.Declared = new(schemas.Declared)
		if err := dec.Decode(req.Declared); err != nil {
			return req, usageError{fmt.Errorf("--declared: %w", err)}
		}
	}
	if o.trust != "" {
		if info, err := os.Stat(o.trust); err != nil || !info.IsDir() {
			return req, usageError{fmt.Errorf("--trust: %s is not a directory", o.trust)}
		}
		material, problems := signature.ReadTrustDirectory(os.DirFS(o.trust))
		if problems != nil {
			return req, &schemas.Error{Kind: schemas.KindInvalid, Code: "trust_invalid", Message: "信任目录有误", Problems: problems}
		}
		req.Trust = material
	}
	return req, nil
}

// recogniser starts the engine that reads scans, where one is asked for.
func (o inspectOptions) recogniser(pool *assessment.Pool) (*recogniser, error) {
	if o.ocr == "" {
		return nil, nil
	}
	log := newLogger(logConfig{Level: "warn"}, os.Stderr)
	engine, err := ocr.New(ocr.Options{Dir: o.ocr, Nice: -1, PageTime: 5 * time.Minute, Logger: log})
	if err != nil {
		return nil, usageError{fmt.Errorf("--ocr: %w", err)}
	}
	return newRecogniser(engine, pool, ocrConfig{}, log), nil
}

func inspectOne(ctx context.Context, pool *assessment.Pool, scans *recogniser, req assessment.PoolRequest, file string, in io.Reader) (r inspected) {
	if file == "-" {
		r.document, r.err = io.ReadAll(in)
	} else {
		r.document, r.err = os.ReadFile(file)
	}
	if r.err != nil {
		return r
	}
	req.Document = r.document
	r.assessment, r.err = pool.Inspect(ctx, req)
	if r.err == nil && scans != nil && len(r.assessment.NeedsOCR) > 0 {
		var declared schemas.Declared
		if req.Declared != nil {
			declared = *req.Declared
		}
		r.assessment, r.err = scans.Recognise(ctx, bytes.NewReader(r.document), int64(len(r.document)), r.assessment.NeedsOCR, declared, req.Trust, req.At)
	}
	r.assessment.File = file
	return r
}

func (o inspectOptions) print(ctx context.Context, pool *assessment.Pool, out io.Writer, file string, r inspected) error {
	write := assessment.WriteSummary
	if o.json {
		write = assessment.WriteJSON
	}
	if err := write(out, r.assessment); err != nil {
		return err
	}
	if o.explain && !o.json {
		if err := assessment.WriteExplanation(out, r.assessment); err != nil {
			return err
		}
	}
	if o.render == "" {
		return nil
	}
	if err := os.MkdirAll(o.render, 0o755); err != nil {
		return err
	}
	pages, evidence := assessment.EvidencePages(r.assessment)
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	for _, page := range pages {
		var boxes [][4]float64
		for _, e := range evidence[page] {
			boxes = append(boxes, e.Boxes...)
		}
		png, err := pool.Render(ctx, r.document, page, 110, boxes)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(o.render, fmt.Sprintf("%s-p%03d.png", name, page)), png, 0o644); err != nil {
			return err
		}
	}
	return nil
}
