package changes

import (
	"slices"

	"jianding/intake/signature/revision"
)

// page is one page of the later revision.
type page struct {
	num  int // object number
	dict *revision.Dict
	area float64 // of its media box in square points, 0 when unknown
}

const (
	maxPages     = 100_000
	maxPageDepth = 48
)

// pages walks the page tree of b. Nodes above the pages must not differ.
func (c *comparer) pages(ra, rb *revision.Dict) error {
	if !revision.Equal(ra.Get("Pages"), rb.Get("Pages")) {
		c.forbid(KindPage, 0, refNum(rb.Get("Pages")), "Root/Pages")
	}
	seen := make(map[int]bool)
	return c.pageNode(rb.Get("Pages"), 0, 0, seen)
}

func (c *comparer) pageNode(o revision.Object, depth int, inherited float64, seen map[int]bool) error {
	r, ok := o.(revision.Ref)
	if !ok || seen[r.Num] || depth > maxPageDepth || len(c.pageList) > maxPages {
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
	if box := c.area(d.Get("MediaBox")); box > 0 {
		inherited = box
	}
	if d.Get("Kids") == nil {
		c.node(r)
		c.pageList = append(c.pageList, page{r.Num, d, inherited})
		c.pageOf[r.Num] = len(c.pageList)
		return nil
	}
	if c.changed[r.Num] {
		c.rewrittenNode(r, d)
	}
	c.node(r)
	for _, e := range d.Entries {
		if e.Key != "Kids" && e.Key != "Parent" {
			c.push(e.Value, 0, kindOf(e.Key, KindPage), "Pages/"+string(e.Key))
		}
	}
	if kr, ok := d.Get("Kids").(revision.Ref); ok && c.changed[kr.Num] {
		c.forbid(KindPage, 0, kr.Num, "Pages/Kids")
	}
	v, err := c.b.Resolve(d.Get("Kids"))
	kids, ok := v.(revision.Array)
	if err != nil || !ok {
		c.forbid(KindPage, 0, r.Num, "Pages/Kids")
		return nil
	}
	for _, k := range kids {
		if err := c.pageNode(k, depth+1, inherited, seen); err != nil {
			return err
		}
	}
	return nil
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
	for i, p := range c.pageList {
		var old *revision.Dict
		if c.changed[p.num] {
			if old = c.a.Dict(revision.Ref{Num: p.num}); old == nil {
				c.forbid(KindPage, i+1, p.num, "page")
				continue
			}
		} else {
			old = p.dict
		}
		c.rest(old, p.dict, p.num, i+1, KindPage, "page", "Annots", "Parent")
		if !revision.Equal(old.Get("Parent"), p.dict.Get("Parent")) {
			c.forbid(KindPage, i+1, p.num, "page/Parent")
		}
		c.annots(old.Get("Annots"), p.dict.Get("Annots"), p.num, i+1)
	}
	return nil
}

func (c *comparer) annots(oa, ob revision.Object, num, pageNo int) {
	if oa == nil && ob == nil {
		return
	}
	va, errA := c.a.Resolve(oa)
	vb, errB := c.b.Resolve(ob)
	a, okA := va.(revision.Array)
	b, okB := vb.(revision.Array)
	if errA != nil || errB != nil || (!okA && va != nil) || (!okB && vb != nil) {
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
	covered := 0.0
	for _, x := range b {
		if r, ok := x.(revision.Ref); ok && c.widgets[r.Num] && !containsRef(a, r) {
			covered += c.shown[r.Num]
			continue
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
	if pageNo > 0 && c.pageList[pageNo-1].area > 0 {
		return c.pageList[pageNo-1].area
	}
	return 612 * 792
}

func containsRef(a revision.Array, r revision.Ref) bool {
	return slices.ContainsFunc(a, func(o revision.Object) bool { return o == revision.Object(r) })
}
