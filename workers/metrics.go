package workers

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics: labels are kinds, never ids.
type metrics struct {
	outcomes      *prometheus.CounterVec   // kind, outcome
	seconds       *prometheus.HistogramVec // kind
	lag           *prometheus.HistogramVec // kind: from due to start
	lost          prometheus.Counter
	enqueued      *prometheus.CounterVec // queue, result
	direct        *prometheus.CounterVec // kind
	sweepSeconds  prometheus.Histogram
	queueUp       prometheus.Gauge
	clockBack     prometheus.Counter
	messages      *prometheus.CounterVec // channel, result
	undeliverable prometheus.Counter
	filings       *prometheus.CounterVec // result
	assessed      *prometheus.CounterVec // outcome, hazard
	beats         *prometheus.CounterVec // result
}

func newMetrics(r prometheus.Registerer, age func() time.Duration) (*metrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "jianding", Subsystem: "workers", Name: name, Help: help}, labels)
	}
	one := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "jianding", Subsystem: "workers", Name: name, Help: help})
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "jianding", Subsystem: "workers", Name: name, Help: help,
			Buckets: []float64{.005, .02, .05, .1, .25, .5, 1, 2, 5, 15, 60, 300, 3600}}, labels)
	}
	m := &metrics{
		outcomes: counter("attempts_total", "Attempts at obligations, by how they ended.", "kind", "outcome"),
		seconds:  histogram("attempt_seconds", "How long attempts took.", "kind"),
		lag:      histogram("lag_seconds", "From being due to being worked on.", "kind"),
		lost:     one("lost_leases_total", "Obligations that another worker had already."),
		enqueued: counter("enqueued_total", "Tasks handed to the queue.", "queue", "result"),
		direct:   counter("direct_total", "Obligations that the sweep executed itself.", "kind"),
		sweepSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "jianding", Subsystem: "workers", Name: "sweep_seconds",
			Help: "How long a sweep took.", Buckets: []float64{.001, .005, .02, .05, .1, .5, 1, 5}}),
		queueUp: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "jianding", Subsystem: "workers", Name: "queue_up",
			Help: "1 while the queue takes tasks."}),
		clockBack:     one("clock_back_total", "Times that the wall clock was set back."),
		messages:      counter("messages_total", "Attempts to deliver messages, by channel.", "channel", "result"),
		undeliverable: one("undeliverable_total", "Times that a hazard could be delivered to nobody at all. Alarm on any."),
		filings:       counter("filings_total", "Requests to the platform, by result.", "result"),
		assessed:      counter("assessments_total", "Assessments, by outcome and hazard.", "outcome", "hazard"),
		beats:         counter("heartbeats_total", "Heartbeats to the outside monitor.", "result"),
	}
	if r == nil {
		return m, nil
	}
	ageGauge := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "jianding", Subsystem: "workers", Name: "sweep_age_seconds",
		Help: "Since the last sweep that read the ledger."}, func() float64 { return age().Seconds() })
	for _, c := range []prometheus.Collector{m.outcomes, m.seconds, m.lag, m.lost, m.enqueued, m.direct, m.sweepSeconds,
		m.queueUp, m.clockBack, m.messages, m.undeliverable, m.filings, m.assessed, m.beats, ageGauge} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}
