package sandbox

import (
	"net/http"
	"strconv"
	"time"
)

// query finds records by key or by report number.
func (s *Server) query(c *call) {
	if _, ok := c.smallBody(); !ok {
		return
	}
	q := c.r.URL.Query()
	key, no := q.Get("idempotency_key"), q.Get("report_no")
	if (key == "") == (no == "") || len(q) != 1 {
		c.invalid(problem{Message: "idempotency_key 与 report_no 应恰给其一"})
		return
	}
	found := s.book.find(func(r Record) bool { return key != "" && r.IdempotencyKey == key || no != "" && r.ReportNo == no })
	c.answer(http.StatusOK, answer{Code: "OK", Message: "成功", Records: &found})
}

// list lists a day's records in pages; the cursor is the last receipt shown.
func (s *Server) list(c *call) {
	if _, ok := c.smallBody(); !ok {
		return
	}
	q := c.r.URL.Query()
	for name := range q {
		if name != "day" && name != "cursor" && name != "limit" {
			c.invalid(problem{Field: name, Message: "未知的参数"})
			return
		}
	}
	day := q.Get("day")
	if _, err := time.Parse("2006-01-02", day); err != nil {
		c.invalid(problem{Field: "day", Message: "应为日期"})
		return
	}
	limit := 100
	if l := q.Get("limit"); l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 1 || n > 500 {
			c.invalid(problem{Field: "limit", Message: "应在 1 与 500 之间"})
			return
		}
		limit = n
	}
	cursor := q.Get("cursor")
	found := s.book.find(func(r Record) bool { return r.RecordedAt[:10] == day && r.Receipt > cursor })
	a := answer{Code: "OK", Message: "成功"}
	if len(found) > limit {
		found = found[:limit]
		a.NextCursor = found[limit-1].Receipt
	}
	a.Records = &found
	c.answer(http.StatusOK, a)
}
