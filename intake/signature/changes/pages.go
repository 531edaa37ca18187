package changes

import (
	"math"
	"slices"

	"jianding/intake/signature/revision"
)

// page is one page of the later revision.
type page struct {
	num  int // object number
	dict *revision.Dict
	over *node
}

// node is a node of the page tree above pages.
type node struct {
	over *node
	box  revision.Object // MediaBox, nil when it has none
}

// pageTree is the page tree of one revision.
type pageTree struct {
	of    *revision.File
	list  []page
	inner []int                 // object numbers of the nodes above the pages
	nodes revision.Sparse[bool] // pages and the nodes above
	lists map[int]bool          // arrays of kids that are objects of their own
	index revision.Sparse[int]  // object number to page number
}

// pageOf is the number of a page, from 1, 0 when num is none.
func (t *pageTree) pageOf(num int) int { return t.index.Get(num) }

const (
	maxPages     = 100_000
	maxPageDepth = 48
)

// walkPages walks the page tree of b. Nodes above the pages must not differ.
func (c *comparer) walkPages(ra, rb *revision.Dict) error {
	if !revision.Equal(ra.Get("Pages"), rb.Get("Pages")) {
		c.forbid(KindPage, 0, refNum(rb.Get("Pages")), "Root/Pages")
	} else if c.keepTree() {
		return nil
	}
	c.pages = &pageTree{of: c.b, lists: make(map[int]bool)}
	before := len(c.out)
	if err := c.pageNode(rb.Get("Pages"), 0, nil, make(map[int]bool)); err != nil {
		return err
	}
	c.history.tree = nil
	if len(c.out) == before {
		c.history.tree = c.pages
	}
	return nil
}

// keepTree takes over the page tree of a, when a is the revision that was
// compared last and nothing of the tree differs but pages themselves.
func (c *comparer) keepTree() bool {
	t := c.history.tree
	if t == nil || t.of != c.a {
		return false
	}
	for num := range c.changed {
		if t.lists[num] || t.nodes.Get(num) && t.pageOf(num) == 0 {
			return false
		}
		if t.pageOf(num) > 0 {
			if d := c.b.Dict(revision.Ref{Num: num}); d == nil || d.Duplicate || d.Get("Kids") != nil {
				return false
			}
		}
	}
	for num := range c.changed {
		if n := t.pageOf(num); n > 0 {
			t.list[n-1].dict = c.b.Dict(revision.Ref{Num: num})
		}
	}
	t.of = c.b
	c.pages = t
	c.still = append(c.still, t.inner...)
	return true
}

func (c *comparer) pageNode(o revision.Object, depth int, over *node, seen map[int]bool) error {
	r, ok := o.(revision.Ref)
	if !ok || seen[r.Num] || depth > maxPageDepth || len(c.pages.list) > maxPages {
		c.forbid(KindPage, 0, r.Num, "Pages/Kids")
		return nil
	}
	seen[r.Num] = true
	if err := c.b.Spend(1); err != nil {
		return err
	}
	d := c.b.Dict(r)
	if d == nil || d.Duplicate {
		c.forbid(KindPage, 0, r.Num, "Pages/Kids")
		return nil
	}
	if d.Get("Kids") == nil {
		c.pages.nodes.Set(r.Num, true)
		c.pages.list = append(c.pages.list, page{r.Num, d, over})
		c.pages.index.Set(r.Num, len(c.pages.list))
		return nil
	}
	if c.changed[r.Num] {
		c.rewrittenNode(r, d)
	}
	c.pages.nodes.Set(r.Num, true)
	c.pages.inner = append(c.pages.inner, r.Num)
	for _, e := range d.Entries {
		if e.Key != "Kids" {
			c.push(e.Value, 0, kindOf(e.Key, KindPage), "Pages/"+string(e.Key))
		}
	}
	kids, ok := c.kidsOf(d)
	if !ok {
		c.forbid(KindPage, 0, r.Num, "Pages/Kids")
		return nil
	}
	below := &node{over: over, box: d.Get("MediaBox")}
	for _, k := range kids {
		if err := c.pageNode(k, depth+1, below, seen); err != nil {
			return err
		}
	}
	return nil
}

// kidsOf lists the kids of a node; an array that is an object of its own must
// not differ.
func (c *comparer) kidsOf(d *revision.Dict) (revision.Array, bool) {
	o := d.Get("Kids")
	if r, ok := o.(revision.Ref); ok {
		if c.changed[r.Num] {
			c.forbid(KindPage, 0, r.Num, "Pages/Kids")
		}
		c.pages.lists[r.Num] = true
		v, err := c.b.Object(r.Num)
		if err != nil {
			return nil, false
		}
		o = v
	}
	a, ok := o.(revision.Array)
	return a, ok
}

// rewrittenNode: old iText versions leave their version in the root of the page
// tree; that string apart, a node must not differ.
func (c *comparer) rewrittenNode(r revision.Ref, d *revision.Dict) {
	const mark = "ITXT"
	old := c.a.Dict(r)
	if _, isText := d.Get(mark).(revision.String); !isText || old == nil {
		c.forbid(KindPage, 0, r.Num, "Pages")
		return
	}
	strip := func(d *revision.Dict) *revision.Dict {
		out := &revision.Dict{Duplicate: d.Duplicate}
		for _, e := range d.Entries {
			if e.Key != mark {
				out.Entries = append(out.Entries, e)
			}
		}
		return out
	}
	if !revision.Equal(strip(old), strip(d)) {
		c.forbid(KindPage, 0, r.Num, "Pages")
		return
	}
	c.add(Change{Kind: KindInfo, Level: Signing, Object: r.Num, Detail: mark})
}

func (c *comparer) area(o revision.Object) float64 {
	b, ok := rect(c.b, o)
	if !ok {
		return 0
	}
	return (b[2] - b[0]) * (b[3] - b[1])
}

// maxCoordinate bounds rectangles, in points: 35 km. Readers agree on what lies
// within; integers beyond 32 bits each takes its own way.
const maxCoordinate = 1e8

// rect reads a rectangle, normalised so that the first corner is the lower
// left one.
func rect(f *revision.File, o revision.Object) ([4]float64, bool) {
	v, err := f.Resolve(o)
	a, ok := v.(revision.Array)
	if err != nil || !ok || len(a) != 4 {
		return [4]float64{}, false
	}
	var out [4]float64
	for i, x := range a {
		x, err := f.Resolve(x)
		if err != nil {
			return out, false
		}
		switch n := x.(type) {
		case int64:
			out[i] = float64(n)
		case float64:
			out[i] = n
		default:
			return out, false
		}
		if math.Abs(out[i]) > maxCoordinate {
			return out, false
		}
	}
	if out[0] > out[2] {
		out[0], out[2] = out[2], out[0]
	}
	if out[1] > out[3] {
		out[1], out[3] = out[3], out[1]
	}
	return out, true
}

// comparePages compares each page; only new signature widgets may join its
// annotations. It runs after the form, which finds those widgets.
func (c *comparer) comparePages() error {
	for i, p := range c.pages.list {
		if c.untouched(p) {
			c.still = append(c.still, p.num)
			continue
		}
		old := p.dict
		if c.changed[p.num] {
			if old = c.a.Dict(revision.Ref{Num: p.num}); old == nil {
				c.forbid(KindPage, i+1, p.num, "page")
				continue
			}
		}
		c.rest(old, p.dict, p.num, i+1, KindPage, "page", "Annots", "Parent", "Tabs")
		c.tabs(old.Get("Tabs"), p.dict.Get("Tabs"), p.num, i+1)
		if !revision.Equal(old.Get("Parent"), p.dict.Get("Parent")) {
			c.forbid(KindPage, i+1, p.num, "page/Parent")
		}
		c.push(p.dict.Get("Parent"), i+1, KindPage, "page/Parent")
		c.annots(old.Get("Annots"), p.dict.Get("Annots"), p.num, i+1)
	}
	return nil
}

// tabs: a producer that adds a widget to a tagged page says in what order the
// keyboard meets annotations (ISO 32000-1, table 30); nothing is shown of it.
func (c *comparer) tabs(oa, ob revision.Object, num, pageNo int) {
	n, isName := ob.(revision.Name)
	if !revision.Equal(oa, ob) && (oa != nil || !isName || len(n) != 1) {
		c.forbid(KindPage, pageNo, num, "page/Tabs")
	}
}

// untouched reports whether a page and its list of annotations are what they
// were, so that only where it leads to is of interest.
func (c *comparer) untouched(p page) bool {
	if c.changed[p.num] {
		return false
	}
	switch a := p.dict.Get("Annots").(type) {
	case revision.Ref:
		if c.changed[a.Num] {
			return false
		}
		v, err := c.b.Object(a.Num)
		list, plain := v.(revision.Array)
		return err == nil && plain && c.listsNoWidget(list)
	case revision.Array:
		return c.listsNoWidget(a)
	case nil:
		return true
	}
	return false
}

// listsNoWidget: a page can list a number that nothing bears yet, for a new
// widget to appear there.
func (c *comparer) listsNoWidget(a revision.Array) bool {
	if len(c.widgets) == 0 {
		return true
	}
	if c.b.Spend(len(a)) != nil {
		return false
	}
	return !slices.ContainsFunc(a, func(o revision.Object) bool { return c.widgets[refNum(o)] })
}

// pushStill queues what the untouched part of the page tree leads to, with the
// names that tell where a change was met.
func (c *comparer) pushStill() {
	for _, num := range c.still {
		d := c.b.Dict(revision.Ref{Num: num})
		if d == nil {
			continue
		}
		n := c.pages.pageOf(num)
		for _, e := range d.Entries {
			switch e.Key {
			case "Kids":
			case "Annots":
				c.push(e.Value, n, KindAnnotation, "page/Annots")
			default:
				c.push(e.Value, n, kindOf(e.Key, KindPage), "")
			}
		}
	}
}

func (c *comparer) annots(oa, ob revision.Object, num, pageNo int) {
	if oa == nil && ob == nil {
		return
	}
	a, b, ok := c.arrays(oa, ob)
	if !ok {
		c.push(ob, pageNo, KindAnnotation, "page/Annots")
		if !revision.Equal(oa, ob) {
			c.forbid(KindAnnotation, pageNo, num, "page/Annots")
		}
		return
	}
	if r, ok := ob.(revision.Ref); ok && c.changed[r.Num] {
		if !revision.Equal(oa, ob) && c.a.InUse(r.Num) {
			c.forbid(KindAnnotation, pageNo, r.Num, "page/Annots")
		}
		c.own(ob)
	} else if ok {
		c.own(ob)
	}
	var kept revision.Array
	covered, before := 0.0, refSet(a)
	for _, x := range b {
		if r, ok := x.(revision.Ref); ok && c.widgets[r.Num] {
			covered += c.shown[r.Num]
			if !before[r] {
				continue
			}
		}
		kept = append(kept, x)
	}
	// All new widgets together, by the page that lists them whatever they say
	// themselves: many small ones cover too.
	if size := c.pageArea(pageNo); covered > maxWidgetShare*size {
		c.forbid(KindAppearance, pageNo, num, "a new signature covers the page")
	}
	if !revision.Equal(append(revision.Array{}, a...), append(revision.Array{}, kept...)) {
		c.forbid(KindAnnotation, pageNo, num, "page/Annots")
	}
	for _, x := range b {
		c.push(x, pageNo, KindAnnotation, "page/Annots")
	}
}

// pageArea is the area of a page in square points, of Letter when it is
// unknown.
func (c *comparer) pageArea(pageNo int) float64 {
	if pageNo > 0 {
		p := c.pages.list[pageNo-1]
		if n := c.area(p.dict.Get("MediaBox")); n > 0 {
			return n
		}
		for up := p.over; up != nil; up = up.over {
			if n := c.area(up.box); n > 0 {
				return n
			}
		}
	}
	return 612 * 792
}

func containsRef(a revision.Array, r revision.Ref) bool {
	return slices.ContainsFunc(a, func(o revision.Object) bool { return o == revision.Object(r) })
}
