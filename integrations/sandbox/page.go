package sandbox

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"time"
)

//go:embed page.html
var pageHTML string

// adminRoutes serves the page and its controls. They are for people and tests
// at the sandbox, and no part of the contract.
func (s *Server) adminRoutes(m *http.ServeMux) {
	page := template.Must(template.New("page").Parse(pageHTML))
	m.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		records := s.Records()
		slices.Reverse(records)
		more := 0
		if len(records) > 200 {
			records, more = records[:200], len(records)-200
		}
		s.faults.Lock()
		rules := slices.Clone(s.faults.rules)
		s.faults.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
		err := page.Execute(w, map[string]any{"Records": records, "More": more, "Rules": rules, "Kinds": Kinds(), "Scheme": s.opt.Scheme,
			"Duplicates": !s.opt.NoDuplicateCheck, "Now": stamp(s.opt.Clock())[:19]})
		if err != nil {
			s.log.Error("sandbox page failed", "error", err)
		}
	})
	m.HandleFunc("GET /_sandbox/records", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		json.NewEncoder(w).Encode(s.Records())
	})
	change := func(f func(receipt string, reasons []string) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			var reasons []string
			if x := r.FormValue("reason"); x != "" {
				reasons = []string{x}
			}
			if err := f(r.PathValue("receipt"), reasons); err != nil {
				http.Error(w, err.Error(), http.StatusNotFound)
				return
			}
			http.Redirect(w, r, "/", http.StatusSeeOther)
		}
	}
	m.HandleFunc("POST /_sandbox/records/{receipt}/return", change(func(n string, why []string) error {
		if why == nil {
			why = []string{"沙箱退回"}
		}
		return s.Return(n, why...)
	}))
	m.HandleFunc("POST /_sandbox/records/{receipt}/withdraw", change(func(n string, why []string) error { return s.Withdraw(n, why...) }))
	m.HandleFunc("POST /_sandbox/records/{receipt}/accept", change(func(n string, _ []string) error { return s.Accept(n) }))
	m.HandleFunc("POST /_sandbox/rules", func(w http.ResponseWriter, r *http.Request) {
		rule := Rule{Fault: Fault{Kind: Kind(r.FormValue("kind"))}, Times: 1}
		if d := r.FormValue("delay"); d != "" {
			var err error
			if rule.Fault.Delay, err = time.ParseDuration(d); err != nil {
				http.Error(w, "时长应如 2s、1m", http.StatusBadRequest)
				return
			}
		}
		if r.FormValue("times") == "always" {
			rule.Times = 0
		}
		if err := s.AddRule(rule); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	m.HandleFunc("POST /_sandbox/rules/clear", func(w http.ResponseWriter, r *http.Request) {
		s.ClearRules()
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
}
