package web

import (
	"sync"

	"jianding/schemas"
)

// slots bounds how many bodies are being read at once, so that a crowd gets
// "later" and not a full disk; and how many of them are one agency's, so that
// its slow or stuck clients keep nobody else out. Reports and hazard notices
// have slots of their own: an agency whose uploads are stuck can still tell of
// a house in danger.
type slots struct {
	all, each int

	mu    sync.Mutex
	taken int
	of    map[string]int // by agency
}

func newSlots(all int) *slots {
	return &slots{all: all, each: max(1, all/4), of: map[string]int{}}
}

// take answers "later" when there is no slot; release gives it back.
func (s *slots) take(agencyID string) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken >= s.all || s.of[agencyID] >= s.each {
		return nil, schemas.E(schemas.KindUnavailable, "too_many_uploads", "同时上传的文件过多，请稍后重试", nil)
	}
	s.taken++
	s.of[agencyID]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.taken--
		if s.of[agencyID]--; s.of[agencyID] == 0 {
			delete(s.of, agencyID)
		}
	}, nil
}
