package changes

import (
	"slices"

	"jianding/intake/signature/revision"
)

// structure compares the logical structure of a tagged document (ISO 32000-1,
// 14.7). Producers that keep a document tagged (iText 7, Acrobat) hang an
// element below it for each signature widget that they add, and enter it in
// the parent tree, which some write anew. Nothing but that passes: no element
// that stood there may differ in anything but kids that join its end, and what
// joins can name new widgets alone. It runs after the form, which finds them.
func (c *comparer) structure(ra, rb *revision.Dict, num int) {
	oa, ob := ra.Get("StructTreeRoot"), rb.Get("StructTreeRoot")
	da, db := c.a.Dict(oa), c.b.Dict(ob)
	if da == nil || db == nil || !revision.Equal(oa, ob) || refNum(ob) == 0 {
		if oa != nil || ob != nil {
			if !revision.Equal(oa, ob) {
				c.forbid(KindCatalog, 0, num, "Root/StructTreeRoot")
			}
			c.push(ob, 0, KindCatalog, "Root/StructTreeRoot")
		}
		return
	}
	if !c.elements() && !c.changed[refNum(ob)] {
		c.push(ob, 0, KindCatalog, "Root/StructTreeRoot")
		return
	}
	// What is below is not walked further: whatever differs there and is not
	// accounted for here is met by nothing, and forbidden for that.
	c.own(ob)
	c.rest(da, db, refNum(ob), 0, KindStructure, "StructTreeRoot", "K", "ParentTree", "ParentTreeNextKey", "IDTree")
	c.same(da, db, refNum(ob), "IDTree")
	if !c.kidsJoin(da.Get("K"), db.Get("K")) {
		c.forbid(KindStructure, 0, refNum(ob), "StructTreeRoot/K")
	}
	was, _ := da.Get("ParentTreeNextKey").(int64)
	if is, ok := db.Get("ParentTreeNextKey").(int64); db.Get("ParentTreeNextKey") != nil && (!ok || is < was) {
		c.forbid(KindStructure, 0, refNum(ob), "StructTreeRoot/ParentTreeNextKey")
	}
	c.parentTree(da.Get("ParentTree"), db.Get("ParentTree"), refNum(ob))
	c.add(Change{Kind: KindStructure, Level: Signing, Object: refNum(ob), Detail: "StructTreeRoot"})
}

// elements accounts for structure elements that differ or are new, and reports
// whether there are any.
func (c *comparer) elements() bool {
	var fresh, grown []int
	for _, num := range sortedKeys(c.changed) {
		if c.roles.Get(num) != roleNone {
			continue
		}
		db := c.b.Dict(revision.Ref{Num: num})
		if db == nil || db.Name("Type") != "StructElem" || db.Duplicate {
			continue
		}
		if !c.a.InUse(num) {
			fresh = append(fresh, num)
			continue
		}
		da := c.a.Dict(revision.Ref{Num: num})
		if da == nil || da.Name("Type") != "StructElem" {
			continue
		}
		c.own(revision.Ref{Num: num})
		c.rest(da, db, num, 0, KindStructure, "StructElem", "K", "P", "Ref")
		c.same(da, db, num, "P", "Ref")
		grown = append(grown, num)
	}
	for _, num := range fresh {
		if c.widgetElement(num) {
			c.own(revision.Ref{Num: num})
		}
	}
	for _, num := range grown {
		if r := (revision.Ref{Num: num}); !c.kidsJoin(c.a.Dict(r).Get("K"), c.b.Dict(r).Get("K")) {
			c.forbid(KindStructure, 0, num, "StructElem/K")
		}
	}
	return len(fresh)+len(grown) > 0
}

// same requires these keys to have been left alone, without walking on.
func (c *comparer) same(da, db *revision.Dict, num int, keys ...revision.Name) {
	for _, key := range keys {
		if !revision.Equal(da.Get(key), db.Get(key)) {
			c.forbid(KindStructure, 0, num, "%s", key)
		}
	}
}

// widgetElement reports whether a new element does no more than name new
// signature widgets.
func (c *comparer) widgetElement(num int) bool {
	d := c.b.Dict(revision.Ref{Num: num})
	for _, e := range d.Entries {
		switch e.Key {
		case "Type", "S", "ID", "T", "Lang", "Alt", "R":
			if !c.plain(e.Value, 0) {
				return false
			}
			c.spoken = c.spoken || e.Key == "T" || e.Key == "Alt"
		case "A":
			if _, isRef := e.Value.(revision.Ref); isRef || !c.plain(e.Value, 0) {
				return false
			}
		case "P", "Pg":
			if _, isRef := e.Value.(revision.Ref); !isRef {
				return false
			}
		case "K":
			for _, k := range c.kidList(c.b, e.Value) {
				if !c.namesWidget(k) {
					return false
				}
			}
		default: // ActualText and E replace what is read
			return false
		}
	}
	return true
}

// namesWidget reports whether a kid is an object reference to a new widget
// (ISO 32000-1, 14.7.4.3).
func (c *comparer) namesWidget(k revision.Object) bool {
	r, isRef := k.(revision.Ref)
	d := c.b.Dict(k)
	if isRef && c.a.InUse(r.Num) || d.Name("Type") != "OBJR" || d.Duplicate {
		return false
	}
	for _, e := range d.Entries {
		switch e.Key {
		case "Type", "Pg":
		case "Obj":
			if r, ok := e.Value.(revision.Ref); !ok || !c.widgets[r.Num] {
				return false
			}
		default:
			return false
		}
	}
	c.own(k)
	return true
}

// kidList reads K, which may be one kid or an array, itself an object or not.
func (c *comparer) kidList(f *revision.File, o revision.Object) revision.Array {
	v, err := f.Resolve(o)
	switch a := v.(type) {
	case revision.Array:
		return a
	case nil:
		if err == nil && o == nil {
			return nil
		}
	}
	return revision.Array{o}
}

// kidsJoin reports whether kids were left as they were, with at most new
// elements behind them.
func (c *comparer) kidsJoin(oa, ob revision.Object) bool {
	a, b := c.kidList(c.a, oa), c.kidList(c.b, ob)
	if c.b.Spend(len(b)) != nil || len(b) < len(a) || !revision.Equal(append(revision.Array{}, a...), append(revision.Array{}, b[:len(a)]...)) {
		return false
	}
	if r, ok := ob.(revision.Ref); ok && c.changed[r.Num] {
		if v, _ := c.b.Object(r.Num); c.a.InUse(r.Num) && !revision.Equal(oa, ob) || !isArray(v) && c.role(r.Num) != roleOwned {
			return false
		}
		c.own(r)
	}
	return !slices.ContainsFunc(b[len(a):], func(o revision.Object) bool {
		r, ok := o.(revision.Ref)
		return !ok || c.a.InUse(r.Num) || c.role(r.Num) != roleOwned
	})
}

func isArray(o revision.Object) bool {
	_, ok := o.(revision.Array)
	return ok
}

// parentTree compares two number trees (ISO 32000-1, 7.9.7) by what they map:
// old keys to the same, new keys to new elements.
func (c *comparer) parentTree(oa, ob revision.Object, num int) {
	was, is := make(map[int64]revision.Object), make(map[int64]revision.Object)
	if !c.numbers(c.a, oa, was, 0) || !c.numbers(c.b, ob, is, 0) {
		c.forbid(KindStructure, 0, num, "ParentTree")
		c.push(ob, 0, KindStructure, "ParentTree")
		return
	}
	for key, old := range was {
		if !c.sameParents(old, is[key]) {
			c.forbid(KindStructure, 0, num, "ParentTree/%d", key)
		}
	}
	for key, v := range is {
		if _, known := was[key]; known {
			continue
		}
		if r, ok := v.(revision.Ref); !ok || c.a.InUse(r.Num) || c.role(r.Num) != roleOwned {
			c.forbid(KindStructure, 0, num, "ParentTree/%d", key)
		}
	}
}

// sameParents compares what a key leads to: an element, or the array of the
// elements of one page, which may have been written anew.
func (c *comparer) sameParents(old, v revision.Object) bool {
	va, errA := c.a.Resolve(old)
	vb, errB := c.b.Resolve(v)
	if errA != nil || errB != nil {
		return false
	}
	if !isArray(va) || !isArray(vb) {
		return revision.Equal(old, v)
	}
	if r, ok := v.(revision.Ref); ok && c.changed[r.Num] {
		if c.a.InUse(r.Num) && !revision.Equal(old, v) {
			return false
		}
		c.own(r)
	}
	return revision.Equal(va, vb)
}

// numbers reads a number tree.
func (c *comparer) numbers(f *revision.File, o revision.Object, out map[int64]revision.Object, depth int) bool {
	if o == nil && depth == 0 {
		return true
	}
	d := f.Dict(o)
	if d == nil || d.Duplicate || depth > 16 || c.b.Spend(1) != nil {
		return false
	}
	if r, ok := o.(revision.Ref); ok && f == c.b && c.changed[r.Num] {
		c.own(r)
	}
	for _, e := range d.Entries {
		switch e.Key {
		case "Nums", "Kids", "Limits":
		default:
			return false
		}
	}
	nums, ok := c.arrayOf(f, d.Get("Nums"))
	if !ok || len(nums)%2 != 0 || c.b.Spend(len(nums)) != nil {
		return false
	}
	for i := 0; i < len(nums); i += 2 {
		key, ok := nums[i].(int64)
		if _, twice := out[key]; !ok || twice {
			return false
		}
		out[key] = nums[i+1]
	}
	kids, ok := c.arrayOf(f, d.Get("Kids"))
	if !ok {
		return false
	}
	for _, k := range kids {
		if !c.numbers(f, k, out, depth+1) {
			return false
		}
	}
	return true
}

// arrayOf reads an optional array, and takes its object, when it has one of its
// own, as part of the tree.
func (c *comparer) arrayOf(f *revision.File, o revision.Object) (revision.Array, bool) {
	v, err := f.Resolve(o)
	if err != nil {
		return nil, false
	}
	if v == nil {
		return nil, true
	}
	if r, ok := o.(revision.Ref); ok && f == c.b && c.changed[r.Num] {
		c.own(r)
	}
	a, ok := v.(revision.Array)
	return a, ok
}
