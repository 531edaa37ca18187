package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"jianding/intake/assessment"
	"jianding/intake/receipts"
	"jianding/intake/web"
	"jianding/integrations/municipal"
	"jianding/integrations/notify"
	"jianding/schemas"
	"jianding/storage/ledger"
	"jianding/workers"
	"jianding/workers/ladder"
)

// service is the whole house wired together from one configuration: what
// `serve` and `demo` run and what the end-to-end tests drive.
type service struct {
	cfg       config
	log       *slog.Logger
	ledger    *ledger.Ledger
	originals store
	pool      *assessment.Pool // short documents and page images
	patient   *assessment.Pool // whatever gives way to them
	platform  *municipal.Client
	profile   *municipal.Profile
	keeper    *receipts.Keeper
	workers   *workers.Workers // nil when this process only serves pages
	handler   http.Handler     // nil when this process only works
	listener  net.Listener
	queue     *workers.Embedded
	noOCR     bool // the workers here have no engine for scans
	closers   []func() error
}

// parts says which halves a process runs (`serve --web`, `--workers`).
type parts struct{ web, workers bool }

// systemClock is the machine's clock.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

// build opens and wires everything; run starts it, close lets go.
func build(ctx context.Context, cfg config, which parts, log *slog.Logger) (_ *service, err error) {
	s := &service{cfg: cfg, log: log}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, schemas.E(schemas.KindUnavailable, "data_dir", "数据目录无法建立", err)
	}
	if s.ledger, err = openLedger(ctx, cfg); err != nil {
		return nil, err
	}
	s.onClose(s.ledger.Close)
	if s.originals, err = openOriginals(ctx, cfg); err != nil {
		return nil, err
	}
	if err := s.firstTrust(ctx); err != nil {
		return nil, err
	}
	if s.keeper, err = receipts.LoadKeeper(filepath.Join(cfg.DataDir, "receipts.key"), "jianding"); err != nil {
		return nil, err
	}
	if s.profile, err = municipal.OpenProfile(cfg.Platform.Profile); err != nil {
		return nil, err
	}
	if !cfg.Platform.Manual {
		if s.platform, s.profile, err = cfg.Platform.client(log); err != nil {
			return nil, err
		}
		s.onClose(s.platform.Close)
	}
	if err := s.buildPools(); err != nil {
		return nil, err
	}
	if s.listener, err = net.Listen("tcp", cfg.Listen); err != nil {
		return nil, schemas.E(schemas.KindUnavailable, "listen", "监听地址不可用", err)
	}
	s.onClose(func() error { _ = s.listener.Close(); return nil })
	links, err := s.links()
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	var circuit func() string
	if s.platform != nil {
		circuit = s.platform.Circuit
	}
	registry.MustRegister(newFilingMetrics(s.ledger.Stats, circuit, log))
	if err := s.buildWorkers(ctx, which, links, registry); err != nil {
		return nil, err
	}
	return s, s.buildWeb(which, links, registry)
}

// buildPools starts the processes that look at documents. A house in danger in
// a short report must not wait because long ones have the cores: what is long,
// assessed again or only checked before it is sent has children of its own
// that give way, and four times the time for it.
func (s *service) buildPools() (err error) {
	o := assessment.PoolOptions{
		Workers:     s.cfg.processes() + 1, // and one for page images
		MemoryBytes: int64(s.cfg.Assessment.MemoryMB) << 20, Wall: s.cfg.Assessment.Timeout,
		CacheDir: s.cfg.Assessment.CacheDir, Logger: s.log, Policy: s.cfg.Signature.policy(),
	}
	if s.pool, err = assessment.NewPool(o); err != nil {
		return err
	}
	s.onClose(s.pool.Close)
	o.Workers, o.Nice, o.Wall = 2, 5, 4*o.Wall // a long document and a pre-check
	if s.patient, err = assessment.NewPool(o); err != nil {
		return err
	}
	s.onClose(s.patient.Close)
	return nil
}

func (s *service) onClose(f func() error) { s.closers = append(s.closers, f) }

func (s *service) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		if err := s.closers[i](); err != nil {
			s.log.Warn("closing", "error", err)
		}
	}
	s.closers = nil
}

// firstTrust imports the configured trust directory into an empty register.
func (s *service) firstTrust(ctx context.Context) error {
	if s.cfg.TrustDir == "" {
		return nil
	}
	have, err := s.ledger.Agencies(ctx)
	if err != nil || len(have) > 0 {
		return err
	}
	in, err := importTrust(ctx, s.ledger, os.DirFS(s.cfg.TrustDir), schemas.Actor{Kind: "system"}, time.Now())
	if err == nil {
		s.log.Info("trust directory imported", "items", in.items, "agencies", len(in.agencies))
	}
	return err
}

// publicURL is how the outside reaches this service.
func (s *service) publicURL() string {
	if s.cfg.PublicURL != "" {
		return strings.TrimRight(s.cfg.PublicURL, "/")
	}
	return "http://" + s.listener.Addr().String()
}

// links joins the one-time links of the door with the addresses of its pages.
func (s *service) links() (pageLinks, error) {
	key, err := s.linkKey()
	if err != nil {
		return pageLinks{}, err
	}
	return pageLinks{base: s.publicURL(), once: web.NewLinks(key, s.publicURL()), key: key}, nil
}

type pageLinks struct {
	base string
	once *web.Links
	key  []byte
}

func (p pageLinks) Report(id string) string {
	return p.base + "/console/reports/" + id + "/original.pdf"
}
func (p pageLinks) Case(id string) string { return p.base + "/console/cases/" + id }
func (p pageLinks) Ack(caseID, contact string, expires time.Time) string {
	return p.once.Acknowledge(caseID, contact, expires)
}

// linkKey is the configured secret, or one that this machine makes and keeps.
func (s *service) linkKey() ([]byte, error) {
	if k := s.cfg.LinkSecret.Reveal(); k != "" {
		if len(k) < 16 {
			return nil, schemas.Errorf(schemas.KindInvalid, "link_secret_short", "link_secret 至少 16 个字符")
		}
		return []byte(k), nil
	}
	file := filepath.Join(s.cfg.DataDir, "links.key")
	if b, err := os.ReadFile(file); err == nil {
		return hex.DecodeString(strings.TrimSpace(string(b)))
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	return key, os.WriteFile(file, []byte(hex.EncodeToString(key)+"\n"), 0o600)
}

// redis connects to the configured queue, or starts the embedded one.
func (s *service) redis(ctx context.Context) (asynq.RedisConnOpt, error) {
	r := s.cfg.Redis
	switch {
	case len(r.Cluster) > 0:
		return asynq.RedisClusterClientOpt{Addrs: r.Cluster, Username: r.Username, Password: r.Password.Reveal()}, nil
	case len(r.Sentinels) > 0:
		return asynq.RedisFailoverClientOpt{MasterName: r.MasterName, SentinelAddrs: r.Sentinels, Username: r.Username, Password: r.Password.Reveal(), DB: r.DB}, nil
	case r.Addr != "":
		o := asynq.RedisClientOpt{Addr: r.Addr, Username: r.Username, Password: r.Password.Reveal(), DB: r.DB}
		if r.TLS {
			o.TLSConfig = tlsFor(r.Addr)
		}
		return o, nil
	}
	pass := rand.Text()
	q, err := workers.StartEmbedded(ctx, pass)
	if err != nil {
		return nil, err
	}
	s.queue = q
	s.onClose(func() error { q.Close(); return nil })
	return q.Options(pass), nil
}

func (s *service) buildWorkers(ctx context.Context, which parts, links pageLinks, registry prometheus.Registerer) error {
	channels, policy, err := s.channels()
	if err != nil {
		return err
	}
	o := workers.Options{
		Ledger: s.ledger, Originals: s.originals, Assessor: s.pool, Patient: s.patient, Channels: channels, Links: links, Ladder: policy,
		Clock: systemClock{}, Logger: s.log, Metrics: registry, ReviewFor: s.cfg.Review.Limit,
		Daily: workers.DailyMessage{Contact: s.cfg.Heartbeat.Contact, At: s.cfg.Heartbeat.DailyAt},
		Limits: workers.Limits{Sweep: s.cfg.Workers.Sweep, AssessShort: s.cfg.processes(), Critical: s.cfg.Workers.Critical,
			Notify: s.cfg.Workers.Notify, Background: s.cfg.Workers.Background, Beat: s.cfg.Heartbeat.Every},
	}
	if s.platform != nil {
		o.Platform, o.Compare = s.platform, municipal.Reconcile
	}
	if s.cfg.Heartbeat.URL != "" {
		beat, err := notify.NewHeartbeat(s.cfg.Heartbeat.URL)
		if err != nil {
			return err
		}
		o.Heartbeat = beat
	}
	if which.workers {
		if r := s.openOCR(); r != nil {
			o.OCR = r
		} else {
			s.noOCR = true
		}
		if o.Redis, err = s.redis(ctx); err != nil {
			return err
		}
	}
	s.workers, err = workers.New(o)
	return err
}

// channels builds the configured channels. Without any, every message fails
// loudly: a hazard that reaches nobody must not look delivered.
func (s *service) channels() (map[string]workers.Notifier, ladder.Policy, error) {
	if len(s.cfg.Channels) == 0 {
		s.log.Warn("no notification channel is configured: hazards are on the board alone and will be marked undeliverable")
		return map[string]workers.Notifier{"none": nowhere{}}, ladder.Policy{
			Name:       "none",
			Contacts:   []ladder.Contact{{Name: "未配置", Addresses: []ladder.Address{{Channel: "none", Address: "none"}}}},
			Steps:      []ladder.Step{{Contacts: []string{"未配置"}, Wait: ladder.Duration(30 * time.Minute)}},
			LastResort: []string{"未配置"},
		}, nil
	}
	built, err := notify.New(s.cfg.Channels, notify.Deps{Now: time.Now, Logger: s.log,
		Original: func(ctx context.Context, sha string) (io.ReadCloser, int64, error) { return s.originals.Open(ctx, sha) }})
	if err != nil {
		return nil, ladder.Policy{}, err
	}
	channels := make(map[string]workers.Notifier, len(built))
	for name, c := range built {
		channels[name] = c
	}
	return channels, s.cfg.Ladder, nil
}

// nowhere is what stands in for channels that nobody configured.
type nowhere struct{}

func (nowhere) Send(context.Context, schemas.Message) (schemas.Proof, error) {
	return schemas.Proof{}, schemas.Errorf(schemas.KindUnavailable, "no_channel", "未配置任何通知通道")
}

func (s *service) buildWeb(which parts, links pageLinks, registry *prometheus.Registry) error {
	if !which.web {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
		mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
		s.handler = mux
		return nil
	}
	terms := s.workers.Terms()
	proxies, _ := s.cfg.Intake.proxies()
	o := web.Options{
		Ledger: s.ledger, Originals: s.originals, Keeper: s.keeper,
		Review: func(_ context.Context, r schemas.Report, effective schemas.Assessment, d schemas.Decision, now time.Time) (schemas.Consequences, error) {
			return terms.Decision(r, effective, d.Verdict, now), nil
		},
		OpenNotice:    func(n schemas.Notice, _ time.Time) (schemas.NewCase, error) { return terms.NoticeCase(n), nil },
		Precheck:      s.precheck,
		Export:        exporter(s.ledger, s.originals, s.profile),
		PageImage:     s.pageImage,
		PlatformState: s.platformState,
		NoOCR:         s.noOCR,
		CopyTo:        func(p schemas.Place) []string { return s.cfg.Ladder.CopyTo(p.Town, p.Use) },
		Wake:          s.workers.Hint,
		Metrics:       promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		LinkKey:       links.key, BaseURL: s.publicURL(),
		SpoolDir: filepath.Join(s.cfg.DataDir, "spool"), MaxUpload: s.cfg.Intake.MaxBytes,
		TrustedProxies: proxies,
		SecondPerson:   s.cfg.Review.SecondPerson, InsecureCookies: !strings.HasPrefix(s.publicURL(), "https://"),
		Clock: time.Now, Logger: s.log, Version: version,
	}
	if s.platform != nil {
		o.Callback = s.platform.VerifyCallback
	}
	if which.workers {
		o.SweepAge = s.workers.Age
	}
	var err error
	s.handler, err = web.New(o)
	return err
}

// precheck assesses a document that nobody has sent yet, with today's trust.
func (s *service) precheck(ctx context.Context, document io.Reader, size int64, declared schemas.Declared, at time.Time) (schemas.Assessment, error) {
	trust, err := s.ledger.TrustMaterial(ctx)
	if err != nil {
		return schemas.Assessment{}, err
	}
	return s.patient.Assess(ctx, document, size, declared, trust, at)
}

// pageImage draws one page of an original for a reviewer's eyes.
func (s *service) pageImage(ctx context.Context, sha string, page int) ([]byte, error) {
	f, size, err := s.originals.Open(ctx, sha)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > s.cfg.Intake.MaxBytes {
		return nil, schemas.Errorf(schemas.KindInvalid, "too_large", "文件过大，无法显示页面图像")
	}
	document := make([]byte, size)
	if _, err := io.ReadFull(f, document); err != nil {
		return nil, schemas.E(schemas.KindUnavailable, "original_unreadable", "原件读取中断", err)
	}
	return s.pool.Render(ctx, document, page, 110, nil)
}

// run serves and works until the context ends.
func (s *service) run(ctx context.Context, which parts) error {
	g, ctx := errgroup.WithContext(ctx)
	srv := &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	g.Go(func() error {
		err := srv.Serve(s.listener)
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	})
	g.Go(func() error {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := srv.Shutdown(drain); err != nil {
			_ = srv.Close()
		}
		return nil
	})
	if which.workers {
		g.Go(func() error { return s.workers.Run(ctx) })
		g.Go(func() error { return s.sequence(ctx) })
	}
	return g.Wait()
}

// sequence puts committed events into the Merkle log, under a lease of its
// own: one process does it at a time.
func (s *service) sequence(ctx context.Context) error {
	const name, period, lease = "sequencer", 500 * time.Millisecond, 15 * time.Second
	holder := rand.Text()
	log := receipts.NewLog(s.ledger, s.keeper)
	defer func() {
		if err := s.ledger.ReleaseNamedLease(context.WithoutCancel(ctx), name, holder); err != nil {
			s.log.Warn("sequencer lease not released", "error", err)
		}
	}()
	for sleep(ctx, period) {
		held, err := s.ledger.AcquireNamedLease(ctx, name, holder, lease)
		for n := 1; err == nil && held && n > 0 && ctx.Err() == nil; {
			n, err = log.Sequence(ctx, 500)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("sequencing events", "error", err)
		}
	}
	return nil
}
