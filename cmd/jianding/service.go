package main

import (
	"context"
	"crypto/rand"
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
		o.Limits.FileTime = s.platform.CallTime()
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
