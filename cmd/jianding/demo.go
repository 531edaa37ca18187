package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"jianding/integrations/notify"
	"jianding/integrations/sandbox"
	"jianding/schemas"
	"jianding/workers/ladder"
)

type demoOptions struct {
	listen string
	data   string
	exit   bool
}

func newDemo() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use: "demo", Short: "Everything embedded, with sample agencies, reports, a sandbox platform and a simulated officer",
		Long: `Starts the whole service with nothing installed: in-process queue, SQLite, a
directory, PDFium in WebAssembly and a sandbox platform. It submits a few sample
reports and shows what becomes of them: filed, returned, escalated. The officer who
acknowledges the escalation is simulated, and named as such.

The data live in a temporary directory that is removed at the end, unless --data
names one.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&o.listen, "listen", "127.0.0.1:8080", "address of the pages; a free port is taken when it is in use")
	cmd.Flags().StringVar(&o.data, "data", "", "keep the data in this directory")
	cmd.Flags().BoolVar(&o.exit, "exit", false, "end when the samples are dealt with")
	return cmd
}

func demo(ctx context.Context, o demoOptions, out, errOut io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	dir := o.data
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "jianding-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	d := &demoHouse{out: out, dir: dir, password: rand.Text()[:12], tokens: map[string]string{}}
	cfg, err := d.config(o.listen)
	if err != nil {
		return err
	}
	log := newLogger(logConfig{Level: "warn"}, errOut)
	redis.SetLogger(redisLog{log})
	fmt.Fprintln(out, "鉴定 Jianding demo：正在启动（首次编译 PDFium 需数秒）…")
	s, err := build(ctx, cfg, parts{web: true, workers: true}, log)
	if err != nil {
		return err
	}
	defer s.close()
	d.service = s
	if err := d.openSandbox(); err != nil {
		return err
	}
	if err := d.people(ctx); err != nil {
		return err
	}
	d.welcome()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.serveAround(ctx) })
	g.Go(func() error { return s.run(ctx, parts{web: true, workers: true}) })
	g.Go(func() error {
		d.submitSamples(ctx)
		return nil
	})
	g.Go(func() error {
		if d.narrate(ctx, o.exit) {
			stop()
		}
		return nil
	})
	return g.Wait()
}

// demoHouse is the service with what stands around it: platform and officer.
type demoHouse struct {
	out      io.Writer
	telling  sync.Mutex
	dir      string
	password string
	tokens   map[string]string // agency token by credit code
	service  *service
	officer  net.Listener
	platform net.Listener
	sandbox  *sandbox.Server
	secret   schemas.Secret // of the officer's webhook
}

// config makes the configuration of a demo: a real one, as a file would be.
func (d *demoHouse) config(listen string) (config, error) {
	cfg := defaultConfig()
	cfg.DataDir, cfg.Listen = d.dir, freeOr(listen)
	cfg.Assessment.Processes = 2
	cfg.Workers.Sweep = 500 * time.Millisecond
	var err error
	if d.officer, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return cfg, err
	}
	if d.platform, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return cfg, err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return cfg, err
	}
	d.secret = schemas.Secret("whsec_" + base64.StdEncoding.EncodeToString(key))
	cfg.Platform = platformConfig{Profile: "reference-hmac-sha256", BaseURL: "http://" + d.platform.Addr().String() + sandbox.Prefix,
		AppID: "jianding-demo", Secret: schemas.Secret(rand.Text())}
	cfg.Channels = map[string]notify.Config{"officer": {Type: "webhook", BaseURL: "http://" + d.officer.Addr().String() + "/",
		Secret: d.secret, AllowPrivate: true, Timeout: 5 * time.Second}}
	cfg.Ladder = ladder.Policy{
		Name:       "demo",
		Contacts:   []ladder.Contact{{Name: "模拟值班员", Addresses: []ladder.Address{{Channel: "officer", Address: "http://" + d.officer.Addr().String() + "/"}}}},
		Steps:      []ladder.Step{{Contacts: []string{"模拟值班员"}, Wait: ladder.Duration(time.Minute)}},
		LastResort: []string{"模拟值班员"},
	}
	if problems := cfg.problems(); problems != nil {
		return cfg, &schemas.Error{Kind: schemas.KindInternal, Code: "demo_config", Message: "demo configuration", Problems: problems}
	}
	return cfg, nil
}

// openSandbox makes the platform that the service files with, and that calls it
// back: what is returned on the sandbox's page is at once with the reviewer.
func (d *demoHouse) openSandbox() (err error) {
	p := d.service.cfg.Platform
	d.sandbox, err = sandbox.New(sandbox.Options{Scheme: "hmac-sha256", AppID: p.AppID, Secret: p.Secret.Reveal(),
		CommitLog: filepath.Join(d.dir, "sandbox-commits.jsonl"), CallbackURL: d.service.publicURL() + "/v1/platform/callbacks"})
	return err
}

// freeOr keeps the wanted address when it is free, else takes a free port.
func freeOr(listen string) string {
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return "127.0.0.1:0"
	}
	ln.Close()
	return listen
}

// people imports the sample register and makes tokens and accounts.
func (d *demoHouse) people(ctx context.Context) error {
	by, now := schemas.Actor{Kind: "system", Name: "演示"}, time.Now()
	l := d.service.ledger
	if err := writeSamples(d.samplesDir(), now); err != nil {
		return err
	}
	if _, err := importTrust(ctx, l, os.DirFS(filepath.Join(d.samplesDir(), "trust")), by, now); err != nil {
		return err
	}
	agencies, err := l.Agencies(ctx)
	if err != nil {
		return err
	}
	clerk := ""
	for _, a := range agencies {
		if d.tokens[a.USCC], err = mintToken(ctx, l, a.ID, "demo", now); err != nil {
			return err
		}
		if a.USCC == demoSamples()[0].uscc {
			clerk = a.ID
		}
	}
	for _, u := range []schemas.User{
		{Login: "clerk", Name: "示例经办人", Role: schemas.RoleClerk, AgencyID: clerk},
		{Login: "officer", Name: "示例值班员", Role: schemas.RoleOfficer},
		{Login: "reviewer", Name: "示例复核员", Role: schemas.RoleReviewer},
		{Login: "admin", Name: "示例管理员", Role: schemas.RoleAdmin},
	} {
		if err := putUser(ctx, l, u, d.password, by, now); err != nil {
			return err
		}
	}
	return nil
}

func (d *demoHouse) welcome() {
	base := d.service.publicURL()
	fmt.Fprintf(d.out, `
门户 portal      %s/portal       （鉴定机构：上传、查看）
控制台 console   %s/console      （住建委：险情、复核、报送）
沙盒平台 sandbox http://%s/     （代替“智慧房安”，仅供演示）

账号 accounts    clerk · officer · reviewer · admin    密码 password  %s
机构令牌 token   %s

接下来 try next
  • 以 officer 登录控制台，查看红色险情、登记处置、打印通知送达记录
  • 以 clerk 登录门户，上传一份 PDF
  • 在沙盒平台的页面上退回一份报告，看它回到复核员和机构面前
  • 命令行提交：JIANDING_TOKEN=%s go run ./cmd/jianding submit --server %s --wait 30s FILE.pdf
  • 看一份报告：go run ./cmd/jianding inspect --trust %s --explain %s
  • Ctrl-C 结束；数据在 %s

`, base, base, d.platform.Addr(), d.password, d.tokens[demoSamples()[0].uscc], d.tokens[demoSamples()[0].uscc], base,
		filepath.Join(d.samplesDir(), "trust"), filepath.Join(d.samplesDir(), demoSamples()[2].file), d.dir)
}

// serveAround runs the sandbox platform and the simulated officer.
func (d *demoHouse) serveAround(ctx context.Context) error {
	servers := []*http.Server{
		{Handler: d.sandbox, ReadHeaderTimeout: 10 * time.Second},
		{Handler: d.simulatedOfficer(ctx), ReadHeaderTimeout: 10 * time.Second},
	}
	g, gctx := errgroup.WithContext(ctx)
	for i, ln := range []net.Listener{d.platform, d.officer} {
		g.Go(func() error {
			if err := servers[i].Serve(ln); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	g.Go(func() error {
		<-gctx.Done()
		for _, s := range servers {
			_ = s.Close()
		}
		return d.sandbox.Close()
	})
	return g.Wait()
}

// submitSamples sends the shipped reports as their agencies would, over HTTP.
func (d *demoHouse) submitSamples(ctx context.Context) {
	for _, s := range demoSamples() {
		file := filepath.Join(d.samplesDir(), s.file)
		send := newSender(submitOptions{server: d.service.publicURL(), token: d.tokens[s.uscc], attempts: 5, quiet: true}, io.Discard)
		r := send.submit(ctx, file, nil)
		if r.Error != "" {
			d.say("示例", "%s 未受理：%s", s.file, r.Error)
			continue
		}
		d.say("示例", "已提交 %s（%s）", s.file, s.what)
	}
}

// samplesDir holds the signed samples, and their trust directory below it.
func (d *demoHouse) samplesDir() string { return filepath.Join(d.dir, "samples") }

// say writes a line; several parts of the demo tell at the same time.
func (d *demoHouse) say(who, format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	d.telling.Lock()
	defer d.telling.Unlock()
	fmt.Fprintf(d.out, "%s  %-4s  %s\n", time.Now().In(shanghai).Format("15:04:05.000"), who, strings.TrimSpace(line))
}
