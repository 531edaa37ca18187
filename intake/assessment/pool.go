package assessment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"jianding/intake/assessment/children"
	"jianding/intake/pdf"
	"jianding/intake/reading"
	"jianding/intake/signature"
	"jianding/schemas"
)

// PoolOptions sets up a Pool. The zero value works.
type PoolOptions struct {
	// Workers is the number of child processes, and so of documents looked at
	// at a time (default: the number of cores).
	Workers int
	// Nice is how far the children give way to other work (0 to 19).
	Nice int
	// MemoryBytes is the hard limit on one child (default 1.5 GiB). A typical
	// report needs some 150 MiB.
	MemoryBytes int64
	// Wall is the time that a document may take, besides WallPerMB for each
	// megabyte of it (defaults 60 s and 2 s). A typical report takes a tenth
	// of a second, one of 200 pages less than a second; the rest is for a
	// machine under load.
	Wall, WallPerMB time.Duration
	// CacheDir keeps the compiled PDFium (default: below the user's cache
	// directory; none when there is none).
	CacheDir string
	// FontDir has the system's fonts, for page images alone (default
	// /usr/share/fonts, when it exists).
	FontDir string
	// Limits of one document (default pdf.DefaultLimits).
	Limits *pdf.Limits
	// Policy of signatures (default signature.DefaultPolicy).
	Policy *signature.Policy
	Logger *slog.Logger
}

// Pool looks at documents in child processes. A document that kills its child
// comes out rejected with the reason, and the pool goes on. It is safe for
// concurrent use.
type Pool struct {
	opts     PoolOptions
	limits   pdf.Limits
	children *children.Pool
}

const (
	childHandler = "assessment"
	envOptions   = "JIANDING_CHILD_OPTIONS"
)

// ChildMain runs this process as a child of a Pool when it was started as one,
// and does not return then. A program that uses Pool calls it first thing in
// main, and its tests in TestMain.
func ChildMain() {
	children.Main(map[string]func() (children.Handler, error){childHandler: newHandler})
}

// childOptions is what a child must know from its start.
type childOptions struct {
	CacheDir string
	FontDir  string
	Memory   int64
	Limits   pdf.Limits
	Policy   signature.Policy
}

// NewPool starts the children; it does not wait until they are ready.
func NewPool(opts PoolOptions) (*Pool, error) {
	if opts.Wall <= 0 {
		opts.Wall = time.Minute
	}
	if opts.WallPerMB <= 0 {
		opts.WallPerMB = 2 * time.Second
	}
	if opts.MemoryBytes <= 0 {
		opts.MemoryBytes = 3 << 29
	}
	limits, policy := pdf.DefaultLimits(), signature.DefaultPolicy()
	if opts.Limits != nil {
		limits = *opts.Limits
	}
	if opts.Policy != nil {
		policy = *opts.Policy
	}
	if opts.CacheDir == "" {
		if dir, err := os.UserCacheDir(); err == nil {
			opts.CacheDir = dir + "/jianding/pdfium"
		}
	}
	if opts.FontDir == "" {
		opts.FontDir = "/usr/share/fonts"
	}
	env, err := json.Marshal(childOptions{opts.CacheDir, opts.FontDir, opts.MemoryBytes, limits, policy})
	if err != nil {
		return nil, err
	}
	return &Pool{opts: opts, limits: limits, children: children.New(children.Options{
		Handler: childHandler, Workers: opts.Workers, Nice: opts.Nice, MemoryBytes: opts.MemoryBytes,
		Env: []string{envOptions + "=" + string(env)}, Logger: opts.Logger,
	})}, nil
}

// Close kills the children.
func (p *Pool) Close() error { return p.children.Close() }

// Ready waits until documents can be looked at. The error is of kind
// Unavailable.
func (p *Pool) Ready(ctx context.Context) error {
	if err := p.children.Ready(ctx); err != nil {
		return schemas.E(schemas.KindUnavailable, "assessment_unavailable", "暂时无法审阅，请稍后再试", err)
	}
	return nil
}

// wall is the time that a document of n bytes may take.
func (p *Pool) wall(n int) time.Duration {
	return p.opts.Wall + time.Duration(float64(p.opts.WallPerMB)*float64(n)/(1<<20))
}

// order is the request to a child, the document following it.
type order struct {
	Op string // opInspect, opRender

	Declared    *schemas.Declared
	At          time.Time
	AllMentions bool
	OCR         map[int][]reading.Word

	Page  int
	DPI   float64
	Boxes [][4]float64
}

const (
	opInspect = "inspect"
	opRender  = "render"
)

// PoolRequest is Request with the trust data as they are stored: each child
// parses them once.
type PoolRequest struct {
	Document    []byte
	Declared    *schemas.Declared
	Trust       schemas.TrustMaterial
	At          time.Time
	AllMentions bool
	OCR         map[int][]reading.Word
}

// Inspect looks at a document in a child. The error is of kind Invalid when
// the trust data are wrong, Unavailable when the document could not be looked
// at now (ctx ended, the pool is closed, no child starts); a document's own
// faults are in the assessment.
func (p *Pool) Inspect(ctx context.Context, req PoolRequest) (schemas.Assessment, error) {
	setup, err := packTrust(req.Trust)
	if err != nil {
		return schemas.Assessment{}, err
	}
	out, err := p.call(ctx, setup, order{Op: opInspect, Declared: req.Declared, At: req.At, AllMentions: req.AllMentions, OCR: req.OCR}, req.Document)
	if code := killed(err); code != "" {
		trust, err := signature.NewTrust(req.Trust)
		if err != nil {
			return schemas.Assessment{}, err
		}
		return unseen(req.Document, req.Declared, trust, req.At, code), nil
	}
	if err != nil {
		return schemas.Assessment{}, err
	}
	var a schemas.Assessment
	if err := json.Unmarshal(out, &a); err != nil {
		return a, schemas.E(schemas.KindInternal, "assessment_answer", "", err)
	}
	return filled(a), nil
}

// Assess is Inspect for a document that is still to be read: size bytes, or
// fewer when the source is cut short, which is an error of kind Unavailable.
// A document above the limit is not read; it is rejected.
func (p *Pool) Assess(ctx context.Context, document io.Reader, size int64, declared schemas.Declared, trust schemas.TrustMaterial, at time.Time) (schemas.Assessment, error) {
	return p.assess(ctx, document, size, PoolRequest{Declared: &declared, Trust: trust, At: at})
}

func (p *Pool) assess(ctx context.Context, document io.Reader, size int64, req PoolRequest) (schemas.Assessment, error) {
	if size > p.limits.Bytes {
		return p.tooLarge(document, req)
	}
	req.Document = make([]byte, size)
	if _, err := io.ReadFull(document, req.Document); err != nil {
		return schemas.Assessment{}, schemas.E(schemas.KindUnavailable, "original_unreadable", "原件读取中断", err)
	}
	return p.Inspect(ctx, req)
}

// tooLarge rejects a document unseen; its digests are computed on the way.
func (p *Pool) tooLarge(document io.Reader, req PoolRequest) (schemas.Assessment, error) {
	trust, err := signature.NewTrust(req.Trust)
	if err != nil {
		return schemas.Assessment{}, err
	}
	sums, err := digestStream(document)
	if err != nil {
		return schemas.Assessment{}, schemas.E(schemas.KindUnavailable, "original_unreadable", "原件读取中断", err)
	}
	a := unseen(nil, req.Declared, trust, req.At, schemas.DocumentTooLarge)
	a.SHA256, a.SM3 = sums.sha256, sums.sm3
	return a, nil
}

// Render draws a page as a PNG at dpi, with boxes (points, origin at the lower
// left of the page as displayed) marked, in a child. The error is of kind
// Invalid when the document or page cannot be drawn, else Unavailable.
func (p *Pool) Render(ctx context.Context, document []byte, page int, dpi float64, boxes [][4]float64) ([]byte, error) {
	out, err := p.call(ctx, children.Setup{}, order{Op: opRender, Page: page, DPI: dpi, Boxes: boxes}, document)
	if code := killed(err); code != "" {
		return nil, schemas.E(schemas.KindInvalid, string(code), schemas.NewReason(code, page, "").Message, err)
	}
	return out, err
}

func (p *Pool) call(ctx context.Context, setup children.Setup, o order, document []byte) ([]byte, error) {
	head, err := json.Marshal(o)
	if err != nil {
		return nil, schemas.E(schemas.KindInternal, "assessment_request", "", err)
	}
	out, err := p.children.Do(ctx, p.wall(len(document)), setup, head, document)
	if code := killed(err); code == schemas.DocumentCrashed || code == schemas.DocumentMemory {
		// Rejecting a report for what may have been the machine's fault, or an
		// earlier document's, needs a second death.
		out, err = p.children.Do(ctx, p.wall(len(document)), setup, head, document)
	}
	var own *children.HandlerError
	switch {
	case errors.Is(err, children.ErrSetup) && errors.As(err, &own):
		return nil, schemas.E(schemas.KindInvalid, "trust_invalid", "信任数据有误", err)
	case errors.Is(err, children.ErrSetup):
		// Trust data, not the document, ended the child.
		return nil, schemas.E(schemas.KindUnavailable, "assessment_unavailable", "暂时无法审阅，请稍后再试", err)
	case err == nil, killed(err) != "":
		return out, err
	case errors.As(err, &own):
		return nil, schemas.E(schemas.KindInvalid, "document_unusable", "文件无法处理", err)
	}
	return nil, schemas.E(schemas.KindUnavailable, "assessment_unavailable", "暂时无法审阅，请稍后再试", err)
}

// killed is the reason of a document whose child died of it, "" otherwise.
func killed(err error) schemas.ReasonCode {
	switch {
	case errors.Is(err, children.ErrSetup):
		return ""
	case errors.Is(err, children.ErrTimeout):
		return schemas.DocumentTimeout
	case errors.Is(err, children.ErrMemory):
		return schemas.DocumentMemory
	case errors.Is(err, children.ErrCrashed):
		return schemas.DocumentCrashed
	}
	return ""
}

// packTrust serialises trust data for a child, with their hash as the key.
func packTrust(m schemas.TrustMaterial) (children.Setup, error) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(m); err != nil {
		return children.Setup{}, schemas.E(schemas.KindInternal, "trust_encoding", "", err)
	}
	sum := sha256.Sum256(b.Bytes())
	return children.Setup{Key: hex.EncodeToString(sum[:]), Data: b.Bytes()}, nil
}

// handler is the child's side.
type handler struct {
	opts      childOptions
	inspector *Inspector
	drawing   *pdf.Engine // with fonts; started when first needed
	trust     *signature.Trust
}

func newHandler() (children.Handler, error) {
	h := &handler{}
	if err := json.Unmarshal([]byte(os.Getenv(envOptions)), &h.opts); err != nil {
		return nil, err
	}
	e, err := h.engine("")
	if err != nil {
		return nil, err
	}
	h.inspector = &Inspector{Engine: e, Limits: h.opts.Limits, Policy: h.opts.Policy}
	return h, nil
}

// engine starts PDFium with a quarter of the memory: WebAssembly's memory grows
// by copying, so that two of them exist for a moment.
func (h *handler) engine(fonts string) (*pdf.Engine, error) {
	cfg := pdf.EngineConfig{CacheDir: h.opts.CacheDir, FontDir: fonts, MemoryBytes: h.opts.Memory / 4}
	e, err := pdf.NewEngine(context.Background(), cfg)
	if err != nil && cfg.CacheDir != "" {
		cfg.CacheDir = "" // a cache that cannot be written costs time, no more
		e, err = pdf.NewEngine(context.Background(), cfg)
	}
	return e, err
}

// Setup takes trust data.
func (h *handler) Setup(data []byte) error {
	var m schemas.TrustMaterial
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&m); err != nil {
		return err
	}
	t, err := signature.NewTrust(m)
	h.trust = t
	return err
}

// Call answers one order.
func (h *handler) Call(parts [][]byte) ([]byte, error) {
	if len(parts) != 2 {
		return nil, errors.New("assessment: malformed order")
	}
	var o order
	if err := json.Unmarshal(parts[0], &o); err != nil {
		return nil, err
	}
	switch o.Op {
	case opInspect:
		if h.trust == nil {
			return nil, errors.New("assessment: no trust data")
		}
		return json.Marshal(h.inspector.Inspect(context.Background(), Request{
			Document: parts[1], Declared: o.Declared, Trust: h.trust, At: o.At, AllMentions: o.AllMentions, OCR: o.OCR,
		}))
	case opRender:
		if h.drawing == nil {
			fonts := h.opts.FontDir
			if s, err := os.Stat(fonts); err != nil || !s.IsDir() {
				fonts = ""
			}
			e, err := h.engine(fonts)
			if err != nil {
				return nil, err
			}
			h.drawing = e
		}
		return renderPNG(context.Background(), h.drawing, h.opts.Limits, parts[1], o.Page, o.DPI, o.Boxes)
	}
	return nil, fmt.Errorf("assessment: unknown order %q", o.Op)
}
