package changes

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"jianding/intake/signature/revision"
)

const (
	maxFields     = 100_000
	maxFieldDepth = 32
)

// field is what a walk needs to know of the field above.
type field struct {
	name  string
	kind  revision.Name // FT, inherited
	depth int
	// signing: this very update signs the field, so that it may bring widgets.
	signing bool
	// value: the field shows something, its own or inherited value, what there is
	// to choose from, or a caption.
	value bool
	// redrawn: the form asks readers to draw all fields.
	redrawn bool
}

// widgetOf reports whether d is a widget of the field above, not a field of
// its own (ISO 32000-1, 12.7.3.1).
func widgetOf(d *revision.Dict) bool { return d.Get("T") == nil && d.Get("V") == nil }

// arrays resolves what both revisions hold for an array; none is an empty one.
// ok is false where either is something else or cannot be read.
func (c *comparer) arrays(oa, ob revision.Object) (a, b revision.Array, ok bool) {
	va, errA := c.a.Resolve(oa)
	vb, errB := c.b.Resolve(ob)
	a, okA := va.(revision.Array)
	b, okB := vb.(revision.Array)
	return a, b, errA == nil && errB == nil && (okA || va == nil) && (okB || vb == nil)
}

// fields compares the field arrays: the old fields stay where they are, and
// new ones may follow when they are signatures.
func (c *comparer) fields(oa, ob revision.Object, num int, redrawn bool) error {
	a, b, ok := c.arrays(oa, ob)
	if !ok {
		c.forbid(KindField, 0, num, "AcroForm/Fields")
		return nil
	}
	if r, ok := ob.(revision.Ref); ok {
		if c.changed[r.Num] && !revision.Equal(oa, ob) && c.a.InUse(r.Num) {
			c.forbid(KindField, 0, r.Num, "AcroForm/Fields")
		}
		c.own(ob)
	}
	c.matchFields(a, b, num, field{redrawn: redrawn})
	return nil
}

func (c *comparer) matchFields(a, b revision.Array, num int, parent field) {
	kept := sameStart(a, b)
	var inA, inB map[revision.Ref]bool // asked for only where the lists part
	if kept < len(a) {
		inB = refSet(b)
	}
	if kept < len(b) {
		inA = refSet(a)
	}
	for _, x := range a[kept:] {
		if r, ok := x.(revision.Ref); !ok || !inB[r] {
			c.forbid(KindField, 0, refNum(x), "field removed")
		}
	}
	var used revision.Sparse[bool]
	var twice map[int]int
	for i, x := range b {
		if c.b.Spend(1) != nil || c.tooManyFields() {
			c.forbid(KindField, 0, num, "too many fields")
			return
		}
		r, ok := x.(revision.Ref)
		again := ok && used.Get(r.Num)
		if again && twice == nil {
			twice = repeated(a)
		}
		if again && twice[r.Num] > 0 {
			twice[r.Num]-- // a fault that the signed revision has
			continue
		}
		if !ok || again {
			c.forbid(KindField, 0, num, "AcroForm/Fields")
			continue
		}
		used.Set(r.Num, true)
		if i < kept || inA[r] {
			c.oldField(r, parent)
		} else {
			c.newField(r, parent)
		}
	}
}

func (c *comparer) tooManyFields() bool {
	c.fieldCount++
	return c.fieldCount > maxFields
}

// sameStart counts the references that two lists begin with alike.
func sameStart(a, b revision.Array) int {
	for i, x := range a {
		r, ok := x.(revision.Ref)
		if !ok || i == len(b) || b[i] != revision.Object(r) {
			return i
		}
	}
	return len(a)
}

// repeated counts how often references come again.
func repeated(a revision.Array) map[int]int {
	seen, out := make(map[int]bool, len(a)), make(map[int]int)
	for _, x := range a {
		if n := refNum(x); seen[n] {
			out[n]++
		} else {
			seen[n] = true
		}
	}
	return out
}

func refSet(a revision.Array) map[revision.Ref]bool {
	out := make(map[revision.Ref]bool, len(a))
	for _, x := range a {
		if r, ok := x.(revision.Ref); ok {
			out[r] = true
		}
	}
	return out
}

func (c *comparer) describe(d *revision.Dict, parent field) field {
	f := field{name: parent.name, kind: parent.kind, depth: parent.depth + 1, redrawn: parent.redrawn}
	f.value = parent.value || d.Get("V") != nil || d.Get("Opt") != nil || c.captioned(d)
	if t, ok := d.Get("T").(revision.String); ok {
		if f.name != "" {
			f.name += "."
		}
		f.name += Text(t)
	}
	if k := d.Name("FT"); k != "" {
		f.kind = k
	}
	return f
}

// captioned reports whether a widget has a caption, which a reader sets in the
// field's font where it has no appearance (ISO 32000-1, table 189).
func (c *comparer) captioned(d *revision.Dict) bool {
	mk := c.b.Dict(d.Get("MK"))
	return mk.Get("CA") != nil || mk.Get("RC") != nil || mk.Get("AC") != nil
}

// Text decodes a text string (ISO 32000-1, 7.9.2.2), Latin-1 standing in for
// PDFDocEncoding.
func Text(s revision.String) string {
	if len(s) >= 2 && s[0] == 0xfe && s[1] == 0xff {
		u := make([]uint16, 0, len(s)/2)
		for i := 2; i+1 < len(s); i += 2 {
			u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
		}
		return string(utf16.Decode(u))
	}
	if strings.HasPrefix(string(s), "\xef\xbb\xbf") {
		return strings.ToValidUTF8(string(s[3:]), "�")
	}
	if !slices.ContainsFunc(s, func(c byte) bool { return c >= utf8.RuneSelf }) {
		return string(s)
	}
	var b strings.Builder
	for _, c := range s {
		b.WriteRune(rune(c))
	}
	return b.String()
}

// oldField compares a field (or a widget below one) that both revisions have.
func (c *comparer) oldField(r revision.Ref, parent field) {
	da, db := c.a.Dict(r), c.b.Dict(r)
	if da == nil || db == nil || parent.depth > maxFieldDepth || c.role(r.Num) != roleNone {
		c.forbid(KindField, 0, r.Num, "field")
		return
	}
	c.node(r)
	f := c.describe(db, parent)
	c.names.old(f.name)
	pageNo := c.pages.pageOf(refNum(db.Get("P")))
	filled := f.kind == "Sig" && da.Get("V") == nil && db.Get("V") != nil
	f.signing = filled
	if f.kind != "Sig" && (f.redrawn || f.value && db.Get("Kids") == nil && !c.drawn(db)) {
		c.living = true
	}
	switch {
	case filled:
		c.fillSignature(da, db, r.Num, pageNo, f)
	case f.kind == "Sig" && parent.signing && c.changed[r.Num] && widgetOf(da) && widgetOf(db):
		c.fillWidget(da, db, r.Num, pageNo, f, false)
	case f.kind == "Sig":
		// The appearance of a signature that stood already must not change,
		// nor that of a field which is not being signed.
		c.rest(da, db, r.Num, pageNo, KindField, "field", "Kids", "P")
		c.samePage(da, db, r.Num)
	default:
		if c.changed[r.Num] && c.onlyFilled(da, db) {
			c.forbid(KindFormFill, pageNo, r.Num, "%s", f.name)
			c.push(db, pageNo, KindAppearance, "field")
		} else {
			c.rest(da, db, r.Num, pageNo, KindField, "field", "Kids", "P")
			c.samePage(da, db, r.Num)
		}
	}
	c.kids(da, db, r.Num, f)
	c.sameLevel(da, db, r.Num)
}

// sameLevel: a field that shows itself, or has widgets below it, gets no fields
// below it. Readers would take it for a mere part of names, and what it holds for
// nothing (ISO 32000-1, 12.7.3.1).
func (c *comparer) sameLevel(da, db *revision.Dict, num int) {
	list := func(f *revision.File, d *revision.Dict) revision.Array {
		v, _ := f.Resolve(d.Get("Kids")) // kids has said what is wrong with it
		a, _ := v.(revision.Array)
		return a
	}
	was, is := list(c.a, da), list(c.b, db)
	if len(is) <= len(was) {
		return
	}
	terminal := !slices.ContainsFunc(was, func(o revision.Object) bool { return c.a.Dict(o).Get("T") != nil })
	if named := slices.ContainsFunc(is, func(o revision.Object) bool { return c.b.Dict(o).Get("T") != nil }); terminal && (named || was == nil) {
		c.forbid(KindField, 0, num, "field/Kids")
	}
}

// samePage lets P be added, never moved.
func (c *comparer) samePage(da, db *revision.Dict, num int) {
	if old := da.Get("P"); old != nil && !revision.Equal(old, db.Get("P")) {
		c.forbid(KindField, 0, num, "field/P")
	}
}

// onlyFilled tells the filling of a form field from other alterations.
func (c *comparer) onlyFilled(da, db *revision.Dict) bool {
	for _, e := range db.Entries {
		switch e.Key {
		case "V", "AP", "AS", "M", "MK", "DA", "RV", "I", "Ff": // Ff: made read-only
			continue
		}
		if !revision.Equal(da.Get(e.Key), e.Value) {
			return false
		}
	}
	for _, e := range da.Entries {
		switch e.Key {
		case "V", "AP", "AS", "M", "MK", "DA", "RV", "I", "Ff": // Ff: made read-only
			continue
		}
		if db.Entry(e.Key) == nil {
			return false
		}
	}
	return true
}

func (c *comparer) kids(da, db *revision.Dict, num int, f field) {
	oa, ob := da.Get("Kids"), db.Get("Kids")
	if oa == nil && ob == nil {
		return
	}
	a, b, ok := c.arrays(oa, ob)
	if !ok {
		c.forbid(KindField, 0, num, "field/Kids")
		return
	}
	if r, ok := ob.(revision.Ref); ok {
		c.own(r)
	}
	c.matchFields(a, b, num, f)
}

// newField checks a field that the later revision brings.
func (c *comparer) newField(r revision.Ref, parent field) {
	db := c.b.Dict(r)
	if db == nil || db.Duplicate || c.a.InUse(r.Num) || parent.depth > maxFieldDepth || c.role(r.Num) != roleNone {
		c.forbid(KindField, 0, r.Num, "field added")
		return
	}
	c.node(r)
	f := c.describe(db, parent)
	pageNo := c.pages.pageOf(refNum(db.Get("P")))
	c.names.add(db, r.Num, f.name)
	if f.kind != "Sig" || db.Get("V") == nil && !(parent.signing && widgetOf(db)) {
		c.forbid(KindField, pageNo, r.Num, "field added: %s", f.name)
		c.tree(db.Get("AP"), pageNo, "field/AP", 0)
		return
	}
	ts := false
	if db.Get("V") != nil {
		f.signing = true
		var ok bool
		if ts, ok = c.signatureRef(db.Get("V")); !ok {
			c.forbid(KindField, pageNo, r.Num, "signature field %s holds no signature of this revision", f.name)
			c.push(db.Get("V"), pageNo, KindField, "field/V")
		}
	}
	for _, e := range db.Entries {
		switch e.Key {
		case "FT", "T", "TU", "TM", "V", "F", "Ff", "Rect", "P", "Parent", "Type", "Subtype", "M", "NM", "Q", "DA", "Kids", "StructParent", "Contents", "H":
			if key := e.Key; key == "TU" || key == "Rect" || key == "NM" || key == "Contents" {
				c.tree(e.Value, pageNo, "field", 0)
			}
		case "AP", "MK", "Lock", "SV", "BS", "Border", "C", "DR":
			c.tree(e.Value, pageNo, "field/"+string(e.Key), 0)
		default:
			if _, isName := e.Value.(revision.Name); isName && e.Key == "AS" || private(e) { // poppler names a state
				continue
			}
			c.forbid(kindOf(e.Key, KindField), pageNo, r.Num, "field/%s", e.Key)
			c.push(e.Value, pageNo, KindField, "field")
		}
	}
	if s := db.Name("Subtype"); s == "Widget" || s == "" {
		c.widgets[r.Num] = true
	} else {
		c.forbid(KindAnnotation, pageNo, r.Num, "field/Subtype")
	}
	c.signed(nil, db, r.Num, pageNo, f, ts)
	if db.Get("Kids") != nil {
		c.kids(&revision.Dict{}, db, r.Num, f)
	}
}
