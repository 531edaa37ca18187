package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"

	"jianding/intake/pdf"
	"jianding/schemas"
	"jianding/workers/ladder"
)

// Options are the parts that the workers work with. Ledger, Originals,
// Assessor, Ladder and Clock are required.
type Options struct {
	Ledger    Ledger
	Redis     asynq.RedisConnOpt // nil: no queue, the sweep executes everything itself
	Originals Originals
	Assessor  Assessor
	// Patient assesses what nobody waits for by the second: long documents and
	// re-assessments. It gives way to Assessor; nil: Assessor.
	Patient  Assessor
	OCR      Recogniser // nil: no engine; pages that need one stay with the reviewer
	Platform Platform   // nil: no platform configured; filings wait
	Compare  Compare    // with the platform's list; needed with a Platform
	Channels map[string]Notifier
	// AgencyChannel is the channel that tells agencies at their own webhook
	// address; empty: "webhook".
	AgencyChannel string
	Links         Links     // nil: messages without links
	Heartbeat     Heartbeat // nil: no outside monitor
	Ladder        ladder.Policy
	Clock         Clock
	Logger        *slog.Logger
	Metrics       prometheus.Registerer // nil: not exported
	Limits        Limits
	Daily         DailyMessage
	// ReviewFor is how long a reviewer has; zero: 24 h.
	ReviewFor time.Duration
	// Random in [0,1) for jitter; nil: math/rand.
	Random func() float64
}

// Limits are sizes and times; zero fields take their defaults.
type Limits struct {
	Sweep time.Duration // between sweeps: 1 s
	Lease time.Duration // of an obligation, renewed while its handler runs: 20 s

	AssessShort int // short documents at once: 2
	AssessLong  int // long documents at once: 1
	// Documents over LongBytes or LongPages (those of intake/pdf, by which the
	// door judges as well) are long from the start, others when they take longer than ShortTime (5 s): they then go
	// on in the long lane and leave the short one to the next. LongTime ends
	// an assessment (120 s).
	LongBytes int64
	LongPages int
	ShortTime time.Duration
	LongTime  time.Duration

	Critical   int // ladder ticks and watches at once: 16
	Notify     int // messages at once: 32
	PerChannel int // messages at once on one channel: 8
	Background int // filings and the like at once: 8

	SendTime time.Duration // of one message: 30 s
	FileTime time.Duration // of one request to the platform: 2 min
	Beat     time.Duration // between heartbeats: 1 min
}

// DailyMessage is the daily sign of life to a named contact of the ladder
// policy. Without a contact there is none.
type DailyMessage struct {
	Contact string
	At      string // "09:00", Asia/Shanghai
}

// Workers runs the obligations of one process.
type Workers struct {
	Options
	log      *slog.Logger
	metrics  *metrics
	queue    *queue // nil without Redis
	channels *channels
	rest     *rest // when the platform asked to be left alone
	outage   outage
	patience *patience
	handlers map[schemas.ObligationKind]handler
	stamp    []byte // the ladder policy as cases carry it
	holder   string // of the sweep's lease
	hint     chan struct{}
	sweep    *sweepState
	direct   map[lane]chan struct{}
	running  sync.WaitGroup
}

// New checks the options as a whole; all problems are returned together
// (Invalid).
func New(o Options) (*Workers, error) {
	o.Ladder = o.Ladder.WithDefaults()
	o.Limits = o.Limits.withDefaults()
	if o.AgencyChannel == "" {
		o.AgencyChannel = "webhook"
	}
	if o.Patient == nil {
		o.Patient = o.Assessor
	}
	if o.ReviewFor == 0 {
		o.ReviewFor = 24 * time.Hour
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if err := o.problems(); err != nil {
		return nil, err
	}
	stamp, err := o.Ladder.Stamp()
	if err != nil {
		return nil, err
	}
	w := &Workers{
		Options: o, log: o.Logger, stamp: stamp, holder: uuid.NewString(),
		channels: newChannels(o.Channels, o.Limits.PerChannel), rest: &rest{}, patience: newPatience(),
		hint: make(chan struct{}, 1), direct: map[lane]chan struct{}{},
	}
	w.sweep = newSweepState(o.Clock.Now())
	if w.metrics, err = newMetrics(o.Metrics, w.Age); err != nil {
		return nil, err
	}
	for _, l := range lanes() {
		w.direct[l] = make(chan struct{}, w.concurrency(l))
	}
	w.handlers = w.newHandlers()
	if o.Redis != nil {
		if w.queue, err = newQueue(w); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (o Options) problems() error {
	var ps []schemas.Problem
	need := func(ok bool, field string) {
		if !ok {
			ps = append(ps, schemas.Problem{Field: field, Code: "required", Message: "缺少 " + field})
		}
	}
	need(o.Ledger != nil, "ledger")
	need(o.Originals != nil, "originals")
	need(o.Assessor != nil, "assessor")
	need(o.Clock != nil, "clock")
	need(o.Platform == nil || o.Compare != nil, "compare")
	names := make([]string, 0, len(o.Channels))
	for n := range o.Channels {
		names = append(names, n)
	}
	ps = append(ps, o.Ladder.Validate(names)...)
	if o.Daily.Contact != "" && !o.Ladder.HasContact(o.Daily.Contact) {
		ps = append(ps, schemas.Problem{Field: "daily.contact", Code: "unknown_contact", Message: fmt.Sprintf("没有名为 %q 的联系人", o.Daily.Contact)})
	}
	if _, err := ladder.ClockTime(o.Daily.At); err != nil {
		ps = append(ps, schemas.Problem{Field: "daily.at", Code: "bad_time", Message: err.Error()})
	}
	if ps == nil {
		return nil
	}
	said := make([]string, len(ps))
	for i, p := range ps {
		said[i] = p.Field + "：" + p.Message
	}
	return &schemas.Error{Kind: schemas.KindInvalid, Code: "workers_options", Message: strings.Join(said, "；"), Problems: ps}
}

func (l Limits) withDefaults() Limits {
	d := func(v *time.Duration, def time.Duration) {
		if *v <= 0 {
			*v = def
		}
	}
	n := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	d(&l.Sweep, time.Second)
	d(&l.Lease, 20*time.Second)
	n(&l.AssessShort, 2)
	n(&l.AssessLong, 1)
	if l.LongBytes <= 0 {
		l.LongBytes = pdf.LongBytes
	}
	n(&l.LongPages, pdf.LongPages)
	d(&l.ShortTime, 5*time.Second)
	d(&l.LongTime, 2*time.Minute)
	n(&l.Critical, 16)
	n(&l.Notify, 32)
	n(&l.PerChannel, 8)
	n(&l.Background, 8)
	d(&l.SendTime, 30*time.Second)
	d(&l.FileTime, 2*time.Minute)
	d(&l.Beat, time.Minute)
	return l
}

// Run works until the context ends: the queue's servers and the sweep. It
// returns nil after an orderly end; what was under way is given back to the
// ledger or ends with its lease.
func (w *Workers) Run(ctx context.Context) error {
	if err := w.seed(ctx); err != nil && schemas.KindOf(err) != schemas.KindUnavailable {
		return err
	}
	if w.queue != nil {
		if err := w.queue.start(ctx); err != nil {
			return err
		}
	}
	w.sweepLoop(ctx)
	if w.queue != nil {
		w.queue.stop()
	}
	w.running.Wait()
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := w.Ledger.ReleaseNamedLease(release, sweepLease, w.holder); err != nil && !errors.Is(err, context.Canceled) {
		w.log.Warn("sweep lease not released", "error", err)
	}
	return nil
}

// Hint says that something became due just now in this process, so that the
// next sweep does not wait for its period. It never blocks.
func (w *Workers) Hint() {
	select {
	case w.hint <- struct{}{}:
	default:
	}
}

func (w *Workers) now() time.Time { return w.Clock.Now().UTC().Truncate(time.Microsecond) }
