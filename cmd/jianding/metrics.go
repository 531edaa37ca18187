package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"jianding/schemas"
)

// filingMetrics tells how the filing with the platform stands, at the moment
// of the scrape: what waits, since when, and whether the circuit is open.
type filingMetrics struct {
	stats   func(ctx context.Context, now time.Time) (schemas.Stats, error)
	circuit func() string // nil: filing by hand
	log     *slog.Logger

	deliveries, oldest, open, state, owed *prometheus.Desc
}

func newFilingMetrics(stats func(context.Context, time.Time) (schemas.Stats, error), circuit func() string, log *slog.Logger) *filingMetrics {
	d := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("jianding_platform_"+name, help, labels, nil)
	}
	return &filingMetrics{stats: stats, circuit: circuit, log: log,
		deliveries: d("deliveries", "Deliveries, by status. Alarm on dead.", "status"),
		oldest:     d("oldest_pending_seconds", "Age of the delivery that has waited longest; 0 without any."),
		open:       d("open_differences", "Differences with the platform's list that nobody has resolved."),
		state:      d("circuit", "1 for the state of the circuit to the platform.", "state"),
		owed:       d("filings_owed", "Open filing obligations: all, and those that are due.", "which"),
	}
}

// Describe implements prometheus.Collector.
func (m *filingMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.deliveries, m.oldest, m.open, m.state, m.owed} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. A ledger that is down leaves the
// counts out: an old figure would look like a good one.
func (m *filingMetrics) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if m.circuit != nil {
		now := m.circuit()
		for _, s := range []string{"closed", "half-open", "open"} {
			v := 0.0
			if s == now {
				v = 1
			}
			gauge(m.state, v, s)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	now := time.Now()
	s, err := m.stats(ctx, now)
	if err != nil {
		m.log.Warn("metrics cannot read the ledger", "error", err)
		return
	}
	for _, status := range []schemas.DeliveryStatus{schemas.DeliveryPending, schemas.DeliverySubmitted, schemas.DeliveryAcknowledged,
		schemas.DeliveryReturned, schemas.DeliveryManual, schemas.DeliveryDead} {
		gauge(m.deliveries, float64(s.Deliveries[status]), string(status))
	}
	age := 0.0
	if !s.OldestDelivery.IsZero() {
		age = max(0, now.Sub(s.OldestDelivery).Seconds())
	}
	gauge(m.oldest, age)
	gauge(m.open, float64(s.OpenDifferences))
	file := s.Obligations[schemas.OweFile]
	gauge(m.owed, float64(file.Open), "all")
	gauge(m.owed, float64(file.Due), "due")
}

// platformState says how the connection to the platform is, for the console.
func (s *service) platformState() string {
	if s.platform == nil {
		return "未配置自动报送，全部人工报送"
	}
	switch s.platform.Circuit() {
	case "open":
		return "已熔断：平台连续失败，暂停发送，稍后自动试探（" + s.platform.Profile() + "）"
	case "half-open":
		return "正在试探平台是否恢复（" + s.platform.Profile() + "）"
	}
	return "正常（" + s.platform.Profile() + "）"
}
