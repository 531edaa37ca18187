package web

import (
	"net/http"
	"time"

	"jianding/schemas"
)

// Overdue tables: per agency, per step of the ladder, per town; as a page and
// as data.

// overdueDays is how far back the agencies' table looks if nobody says.
const overdueDays = 90

func (s *server) overdueTables(r *http.Request, p principal) (schemas.OverdueTables, error) {
	if err := p.need(seeCases); err != nil {
		return schemas.OverdueTables{}, err
	}
	q := query{r: r}
	days := q.number("days", 1, 3660)
	if err := q.err(); err != nil {
		return schemas.OverdueTables{}, err
	}
	if days == 0 {
		days = overdueDays
	}
	return s.ledger.OverdueTables(r.Context(), days, s.now())
}

func (s *server) getOverdue(w http.ResponseWriter, r *http.Request, p principal) error {
	o, err := s.overdueTables(r, p)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, o)
	return nil
}

func (s *server) overdue(w http.ResponseWriter, r *http.Request, p principal) error {
	o, err := s.overdueTables(r, p)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "overdue", p, "超时统计", o)
}

// hoursLong is a number of hours as pages show a span.
func hoursLong(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }
