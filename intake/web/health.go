package web

import (
	"context"
	"net/http"
	"time"
)

// healthz says that the process answers, and nothing about what it needs: a
// database that is down is no reason to restart this one.
func (s *server) healthz(w http.ResponseWriter, _ *http.Request, _ principal) error {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok", "version": s.Version})
	return nil
}

type readiness struct {
	Status string            `json:"status"` // "ok" or "unavailable"
	Checks map[string]string `json:"checks"` // "ok" or "failed"
	// SweepAge is in seconds; absent where this process does not sweep.
	SweepAge *float64 `json:"sweep_age_seconds,omitempty"`
}

// readyz asks everything that an upload or an escalation needs. The reasons of
// failures go to the log: this address is open to everybody.
func (s *server) readyz(w http.ResponseWriter, r *http.Request, _ principal) error {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	out := readiness{Status: "ok", Checks: map[string]string{}}
	check := func(name string, f func(context.Context) error) {
		out.Checks[name] = "ok"
		if err := f(ctx); err != nil {
			out.Status, out.Checks[name] = "unavailable", "failed"
			s.log.Warn("not ready", "check", name, "error", err.Error())
		}
	}
	check("ledger", s.ledger.Ping)
	check("originals", s.originals.Ping)
	for name, f := range s.Checks {
		check(name, f)
	}
	if s.SweepAge != nil {
		age := s.SweepAge().Seconds()
		out.SweepAge = &age
		out.Checks["sweep"] = "ok"
		if age > s.MaxSweepAge.Seconds() {
			out.Status, out.Checks["sweep"] = "unavailable", "failed"
		}
	}
	status := http.StatusOK
	if out.Status != "ok" {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, out)
	return nil
}
