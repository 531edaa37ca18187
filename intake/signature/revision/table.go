package revision

const (
	pageBits = 6
	pageSize = 1 << pageBits
)

// Sparse is a map from object numbers to T, kept in pages: documents number
// their objects densely, and a walk over a long one asks for every number. The
// zero value is empty.
type Sparse[T any] struct {
	pages []*[pageSize]T
}

// Get returns the value of num, the zero value when there is none.
func (s *Sparse[T]) Get(num int) (v T) {
	if p := s.at(num); p != nil {
		return *p
	}
	return v
}

// at returns where the value of num is kept, nil when there is no room for it.
func (s *Sparse[T]) at(num int) *T {
	if p := num >> pageBits; p >= 0 && p < len(s.pages) && s.pages[p] != nil {
		return &s.pages[p][num&(pageSize-1)]
	}
	return nil
}

// Set stores the value of num, which is not negative and at most the greatest
// object number; others are left out.
func (s *Sparse[T]) Set(num int, v T) {
	if num >= 0 && num <= maxNumber {
		s.page(num >> pageBits)[num&(pageSize-1)] = v
	}
}

func (s *Sparse[T]) page(p int) *[pageSize]T {
	if p >= len(s.pages) {
		s.pages = append(s.pages, make([]*[pageSize]T, p+1-len(s.pages))...)
	}
	if s.pages[p] == nil {
		s.pages[p] = new([pageSize]T)
	}
	return s.pages[p]
}

// table says where a revision finds each object. Tables of later revisions
// share the pages that they do not alter, so that many revisions of a long
// document take the room of one, and tell at once what is the same.
type table struct {
	Sparse[place]
	own map[int]bool // pages that are not shared with an earlier table
}

// place is a location that may be absent. Once the object there was read and
// found to be the one that is listed, it is kept: revisions share it with the
// page, and a walk over many of them finds it by its number alone.
type place struct {
	Location
	listed bool
	read   *Indirect
}

func (p place) same(q place) bool { return p.listed == q.listed && p.Location == q.Location }

func (t *table) find(num int) (Location, bool) {
	if p := t.at(num); p != nil {
		return p.Location, p.listed
	}
	return Location{}, false
}

// grow makes the table of a revision that comes after t.
func (t *table) grow() *table {
	g := &table{own: make(map[int]bool)}
	if t != nil {
		g.pages = append(g.pages, t.pages...)
	}
	return g
}

// list enters the location of an object and returns how many entries it had
// to make room for.
func (t *table) list(num int, loc Location) (room int) {
	want := place{Location: loc, listed: true}
	if t.Get(num).same(want) {
		return 0
	}
	p := num >> pageBits
	if !t.own[p] {
		t.own[p] = true
		room = pageSize / 2
		if p < len(t.pages) && t.pages[p] != nil {
			shared := *t.pages[p]
			t.pages[p] = &shared
		}
	}
	t.Set(num, want)
	return room
}

// numbers lists what is entered in t but not at the same place in earlier,
// which may be nil, in ascending order.
func (t *table) numbers(earlier *table) []int {
	var out []int
	for p, page := range t.pages {
		if page == nil || earlier != nil && p < len(earlier.pages) && earlier.pages[p] == page {
			continue
		}
		for i, at := range page {
			if num := p<<pageBits | i; at.listed && (earlier == nil || !earlier.Get(num).same(at)) {
				out = append(out, num)
			}
		}
	}
	return out
}

// heldBy lists the objects that stand in one of these object streams.
func (t *table) heldBy(containers []int) []int {
	if len(containers) == 0 {
		return nil
	}
	held := make(map[int]bool, len(containers))
	for _, c := range containers {
		held[c] = true
	}
	var out []int
	for p, page := range t.pages {
		if page == nil {
			continue
		}
		for i := range page {
			if c := page[i].Container; c != 0 && held[c] {
				out = append(out, p<<pageBits|i)
			}
		}
	}
	return out
}
