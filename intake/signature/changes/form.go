package changes

import (
	"math"
	"strings"
	"unicode/utf16"

	"jianding/intake/signature/revision"
)

// maxWidgetShare is the part of a page that a new signature's appearance may
// take. A seal measures 4 to 5 cm; an appearance that covers a third of the
// page covers text (shadow and sneaky-signature attacks).
const maxWidgetShare = 0.2

const (
	maxFields     = 100_000
	maxFieldDepth = 32
)

// form compares the interactive form (ISO 32000-1, 12.7.2).
func (c *comparer) form(ra, rb *revision.Dict, rootNum int) error {
	oa, ob := ra.Get("AcroForm"), rb.Get("AcroForm")
	if oa == nil && ob == nil {
		return nil
	}
	num := refNum(ob)
	if num == 0 {
		num = rootNum
	}
	da, db := c.a.Dict(oa), c.b.Dict(ob)
	if db == nil {
		c.forbid(KindField, 0, num, "Root/AcroForm")
		return nil
	}
	if da == nil {
		if oa != nil {
			c.forbid(KindField, 0, num, "Root/AcroForm")
			return nil
		}
		da = &revision.Dict{}
	}
	if !revision.Equal(oa, ob) && refNum(ob) != 0 && c.a.InUse(refNum(ob)) {
		c.forbid(KindField, 0, num, "Root/AcroForm")
	}
	c.own(ob)
	c.rest(da, db, num, 0, KindField, "AcroForm", "Fields", "SigFlags", "DR", "DA", "NeedAppearances")
	if v := db.Get("NeedAppearances"); v != nil && v != false && !revision.Equal(da.Get("NeedAppearances"), v) {
		c.forbid(KindField, 0, num, "AcroForm/NeedAppearances")
	}
	if v, ok := db.Get("SigFlags").(int64); !ok && db.Get("SigFlags") != nil || v < 0 || v > 3 {
		c.forbid(KindField, 0, num, "AcroForm/SigFlags")
	}
	c.defaults(da, db, num)
	if err := c.fields(da.Get("Fields"), db.Get("Fields"), num, c.redrawn(db)); err != nil {
		return err
	}
	if c.living {
		c.forbidDefaults()
	}
	return nil
}

// redrawn reports whether the form asks readers to draw its fields anew.
func (c *comparer) redrawn(form *revision.Dict) bool {
	v, err := c.b.Resolve(form.Get("NeedAppearances"))
	return err != nil || v == true
}

// forbidDefaults takes back what defaults let pass: a reader draws text with
// the form's resources, so that a font that joins them changes what is read.
func (c *comparer) forbidDefaults() {
	for i := range c.out {
		if c.out[i].Kind == KindDefaults {
			c.out[i].Level = Forbidden
		}
	}
}

// defaults: producers add default resources and appearance to a form that had
// none. They serve variable text, which signing has none of, so that they can
// change nothing that is seen unless a field is drawn by the reader (see
// comparer.living); those that exist must stay.
func (c *comparer) defaults(da, db *revision.Dict, num int) {
	a, b := da.Get("DA"), db.Get("DA")
	if a != nil && !revision.Equal(a, b) {
		c.forbid(KindDefaults, 0, num, "AcroForm/DA")
	}
	oldDR, newDR := da.Get("DR"), db.Get("DR")
	switch {
	case newDR == nil && oldDR == nil:
	case newDR == nil:
		c.forbid(KindDefaults, 0, num, "AcroForm/DR")
	case oldDR == nil:
		c.tree(newDR, 0, "AcroForm/DR", 0)
		c.add(Change{Kind: KindDefaults, Level: Signing, Object: num, Detail: "DR"})
	default:
		c.resources(oldDR, newDR, num)
	}
}

// resources lets named resources join DR; what was there must stay.
func (c *comparer) resources(oa, ob revision.Object, num int) {
	da, db := c.a.Dict(oa), c.b.Dict(ob)
	if da == nil || db == nil {
		if !revision.Equal(oa, ob) {
			c.forbid(KindDefaults, 0, num, "AcroForm/DR")
		}
		c.push(ob, 0, KindDefaults, "AcroForm/DR")
		return
	}
	if revision.Equal(oa, ob) && !c.changed[refNum(ob)] && c.sameDeep(da, db) {
		c.push(ob, 0, KindDefaults, "AcroForm/DR")
		return
	}
	c.own(ob)
	for _, e := range db.Entries {
		old := da.Get(e.Key)
		ca, cb := c.a.Dict(old), c.b.Dict(e.Value)
		if cb == nil || (old != nil && ca == nil) {
			if !revision.Equal(old, e.Value) {
				c.forbid(KindDefaults, 0, num, "AcroForm/DR/%s", e.Key)
			}
			c.push(e.Value, 0, KindDefaults, "AcroForm/DR")
			continue
		}
		c.own(e.Value)
		for _, f := range cb.Entries {
			switch was := ca.Get(f.Key); {
			case was == nil:
				c.tree(f.Value, 0, "AcroForm/DR", 0)
				c.add(Change{Kind: KindDefaults, Level: Signing, Object: num, Detail: "DR/" + string(f.Key)})
			case !revision.Equal(was, f.Value):
				c.forbid(KindDefaults, 0, num, "AcroForm/DR/%s/%s", e.Key, f.Key)
			default:
				c.push(f.Value, 0, KindDefaults, "AcroForm/DR")
			}
		}
		if ca != nil {
			for _, f := range ca.Entries {
				if cb.Entry(f.Key) == nil {
					c.forbid(KindDefaults, 0, num, "AcroForm/DR/%s/%s", e.Key, f.Key)
				}
			}
		}
	}
	for _, e := range da.Entries {
		if db.Entry(e.Key) == nil {
			c.forbid(KindDefaults, 0, num, "AcroForm/DR/%s", e.Key)
		}
	}
}

// sameDeep reports whether no sub-dictionary of DR was rewritten.
func (c *comparer) sameDeep(da, db *revision.Dict) bool {
	for _, e := range db.Entries {
		if c.changed[refNum(e.Value)] || !revision.Equal(da.Get(e.Key), e.Value) {
			return false
		}
	}
	return true
}

// tree claims everything that hangs below a new appearance or resource. It
// must not reach into the document's structure.
func (c *comparer) tree(o revision.Object, pageNo int, path string, depth int) {
	if c.b.Spend(1) != nil || depth > 24 {
		c.forbid(KindAppearance, pageNo, 0, "%s: too deep", path)
		return
	}
	switch o := o.(type) {
	case revision.Ref:
		if c.role[o.Num] == roleOwned {
			return
		}
		v, err := c.b.Object(o.Num)
		if err != nil {
			c.forbid(KindUnreadable, pageNo, o.Num, "%s", path)
			return
		}
		d, _ := v.(*revision.Dict)
		if st, ok := v.(*revision.Stream); ok {
			d = st.Dict
		}
		switch d.Name("Type") {
		case "Page", "Pages", "Catalog", "Sig", "DocTimeStamp":
			c.forbid(KindAppearance, pageNo, o.Num, "%s: leads back into the document", path)
			return
		}
		if !c.changed[o.Num] {
			// Shared with the document; the general walk looks at it.
			c.push(o, pageNo, KindAppearance, path)
			return
		}
		if c.a.InUse(o.Num) && c.role[o.Num] == roleNode {
			c.forbid(KindAppearance, pageNo, o.Num, "%s", path)
			return
		}
		c.own(o)
		c.tree(v, pageNo, path, depth+1)
	case revision.Array:
		for _, x := range o {
			c.tree(x, pageNo, path, depth+1)
		}
	case *revision.Dict:
		c.treeDict(o, pageNo, path, depth)
	case *revision.Stream:
		if o.Err != nil {
			c.forbid(KindUnreadable, pageNo, 0, "%s", path)
		}
		c.treeDict(o.Dict, pageNo, path, depth)
	}
}

func (c *comparer) treeDict(d *revision.Dict, pageNo int, path string, depth int) {
	if d.Duplicate {
		c.forbid(KindAppearance, pageNo, 0, "%s: key twice", path)
	}
	for _, e := range d.Entries {
		switch e.Key {
		case "OPI", "PS", "Ref", "AA", "JS", "OpenAction":
			c.forbid(KindAppearance, pageNo, 0, "%s/%s", path, e.Key)
		}
		c.tree(e.Value, pageNo, path, depth+1)
	}
}

// field is what a walk needs to know of the field above.
type field struct {
	name  string
	kind  revision.Name // FT, inherited
	depth int
	// signing: this very update signs the field, so that it may bring widgets.
	signing bool
	// value: the field shows something, its own or inherited value.
	value bool
	// redrawn: the form asks readers to draw all fields.
	redrawn bool
}

// widgetOf reports whether d is a widget of the field above, not a field of
// its own (ISO 32000-1, 12.7.3.1).
func widgetOf(d *revision.Dict) bool { return d.Get("T") == nil && d.Get("V") == nil }

// fields compares the field arrays: the old fields stay where they are, and
// new ones may follow when they are signatures.
func (c *comparer) fields(oa, ob revision.Object, num int, redrawn bool) error {
	va, errA := c.a.Resolve(oa)
	vb, errB := c.b.Resolve(ob)
	a, okA := va.(revision.Array)
	b, okB := vb.(revision.Array)
	if errA != nil || errB != nil || (!okA && va != nil) || (!okB && vb != nil) {
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
	inA, inB := refSet(a), refSet(b)
	for _, x := range a {
		if r, ok := x.(revision.Ref); !ok || !inB[r] {
			c.forbid(KindField, 0, refNum(x), "field removed")
		}
	}
	used := make(map[int]bool)
	twice := repeated(a)
	for _, x := range b {
		if c.b.Spend(1) != nil || len(c.role) > 8*maxFields {
			c.forbid(KindField, 0, num, "too many fields")
			return
		}
		r, ok := x.(revision.Ref)
		if ok && used[r.Num] && twice[r.Num] > 0 {
			twice[r.Num]-- // a fault that the signed revision has
			continue
		}
		if !ok || used[r.Num] {
			c.forbid(KindField, 0, num, "AcroForm/Fields")
			continue
		}
		used[r.Num] = true
		if inA[r] {
			c.oldField(r, parent)
		} else {
			c.newField(r, parent)
		}
	}
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
	f.value = parent.value || d.Get("V") != nil
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
	var b strings.Builder
	for _, c := range s {
		b.WriteRune(rune(c))
	}
	return b.String()
}

// oldField compares a field (or a widget below one) that both revisions have.
func (c *comparer) oldField(r revision.Ref, parent field) {
	da, db := c.a.Dict(r), c.b.Dict(r)
	if da == nil || db == nil || parent.depth > maxFieldDepth || c.role[r.Num] != roleNone {
		c.forbid(KindField, 0, r.Num, "field")
		return
	}
	c.node(r)
	f := c.describe(db, parent)
	pageNo := c.pageOf[refNum(db.Get("P"))]
	filled := f.kind == "Sig" && da.Get("V") == nil && db.Get("V") != nil
	f.signing = filled
	if f.kind != "Sig" && (f.redrawn || f.value && db.Get("AP") == nil && db.Get("Kids") == nil) {
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
			c.rest(da, db, r.Num, pageNo, KindField, "field", "Kids", "P", "Parent")
			c.samePage(da, db, r.Num)
		}
	}
	c.kids(da, db, r.Num, f)
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
	va, errA := c.a.Resolve(oa)
	vb, errB := c.b.Resolve(ob)
	a, okA := va.(revision.Array)
	b, okB := vb.(revision.Array)
	if errA != nil || errB != nil || (!okA && va != nil) || (!okB && vb != nil) {
		c.forbid(KindField, 0, num, "field/Kids")
		return
	}
	if r, ok := ob.(revision.Ref); ok {
		c.own(r)
	}
	c.matchFields(a, b, num, f)
}

// signatureRef checks that V is one of the verified signatures of the later
// revision, brought by it.
func (c *comparer) signatureRef(o revision.Object) (timestamp, ok bool) {
	r, isRef := o.(revision.Ref)
	if !isRef {
		return false, false
	}
	ts, known := c.sigs[r.Num]
	if !known || !c.changed[r.Num] || c.a.InUse(r.Num) || c.role[r.Num] == roleOwned {
		return false, false
	}
	c.own(r)
	if d := c.b.Dict(r); d != nil {
		for _, e := range d.Entries {
			// Reference, Prop_Build, Cert and the like may be objects of
			// their own; none of them is drawn.
			if e.Key == "Reference" {
				c.transforms(e.Value)
				continue
			}
			c.tree(e.Value, 0, "signature", 0)
		}
	}
	return ts, true
}

// transforms takes signature references (ISO 32000-1, 12.8.1) but for Data,
// which points at the catalog.
func (c *comparer) transforms(o revision.Object) {
	v, err := c.b.Resolve(o)
	a, ok := v.(revision.Array)
	if err != nil || !ok {
		return
	}
	c.own(o)
	for _, x := range a {
		d := c.b.Dict(x)
		if d == nil {
			continue
		}
		c.own(x)
		for _, e := range d.Entries {
			if e.Key != "Data" {
				c.tree(e.Value, 0, "signature", 0)
			}
		}
	}
}

// fillSignature checks a field that existed and is signed now.
func (c *comparer) fillSignature(da, db *revision.Dict, num, pageNo int, f field) {
	ts, ok := c.signatureRef(db.Get("V"))
	if !ok {
		c.forbid(KindField, pageNo, num, "signature field %s holds no signature of this revision", f.name)
		c.push(db.Get("V"), pageNo, KindField, "field/V")
	}
	c.fillWidget(da, db, num, pageNo, f, ts)
}

// fillWidget checks a widget that shows a field which is signed now: it gets
// an appearance and stays where it is.
func (c *comparer) fillWidget(da, db *revision.Dict, num, pageNo int, f field, ts bool) {
	c.rest(da, db, num, pageNo, KindField, "field", "V", "AP", "F", "M", "MK", "DA", "P", "Kids", "AS", "Q", "Lock", "Border", "BS", "Ff")
	for _, key := range []revision.Name{"Lock", "Ff", "AS"} {
		if old := da.Get(key); old != nil && !revision.Equal(old, db.Get(key)) {
			c.forbid(KindField, pageNo, num, "field/%s", key)
		}
	}
	for _, key := range []revision.Name{"MK", "Lock", "BS", "Border"} {
		c.tree(db.Get(key), pageNo, "field/"+string(key), 0)
	}
	c.samePage(da, db, num)
	c.tree(db.Get("AP"), pageNo, "field/AP", 0)
	c.signed(db, num, pageNo, f, ts, false)
}

// newField checks a field that the later revision brings.
func (c *comparer) newField(r revision.Ref, parent field) {
	db := c.b.Dict(r)
	if db == nil || db.Duplicate || c.a.InUse(r.Num) || parent.depth > maxFieldDepth || c.role[r.Num] != roleNone {
		c.forbid(KindField, 0, r.Num, "field added")
		return
	}
	c.node(r)
	f := c.describe(db, parent)
	pageNo := c.pageOf[refNum(db.Get("P"))]
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
			c.forbid(kindOf(e.Key, KindField), pageNo, r.Num, "field/%s", e.Key)
			c.push(e.Value, pageNo, KindField, "field")
		}
	}
	if s := db.Name("Subtype"); s == "Widget" || s == "" {
		c.widgets[r.Num] = true
	} else {
		c.forbid(KindAnnotation, pageNo, r.Num, "field/Subtype")
	}
	c.signed(db, r.Num, pageNo, f, ts, true)
	if db.Get("Kids") != nil {
		c.kids(&revision.Dict{}, db, r.Num, f)
	}
}

// signed reports a filled signature field, or a widget that shows it.
func (c *comparer) signed(db *revision.Dict, num, pageNo int, f field, ts, added bool) {
	size, visible := c.shows(db)
	if pageNo == 0 && c.b.Spend(8*len(c.pageList)) == nil {
		for i, p := range c.pageList {
			if v, err := c.b.Resolve(p.dict.Get("Annots")); err == nil {
				if a, ok := v.(revision.Array); ok && containsRef(a, revision.Ref{Num: num}) {
					pageNo = i + 1
				}
			}
		}
	}
	if visible && added {
		c.shown[num] = size
	}
	ch := Change{Kind: KindSignature, Level: Signing, Page: pageNo, Object: num, Detail: f.name, Field: num, FieldName: f.name, Added: added, Visible: visible}
	if ts && !visible {
		ch.Kind, ch.Level = KindTimestamp, Validation
	}
	// An invisible widget is no more than its field, which is reported.
	if db.Get("V") != nil || visible {
		c.add(ch)
	}
}

// shows reports whether a widget can be seen, on a screen or on paper, and how
// many square points it takes. Readers differ on a rectangle that is none;
// such a widget takes everything.
func (c *comparer) shows(d *revision.Dict) (size float64, visible bool) {
	// Annotation flags (ISO 32000-1, table 165).
	const hidden, printed, noView, toggleNoView = 2, 4, 32, 256
	flags, _ := d.Get("F").(int64)
	switch {
	case flags&hidden != 0, flags&noView != 0 && flags&(printed|toggleNoView) == 0:
		return 0, false
	case d.Get("AP") == nil && d.Get("MK") == nil:
		// Without an appearance, or a colour to make one of, nothing is drawn.
		return 0, false
	case d.Get("Rect") == nil:
		return 0, false
	}
	box, ok := rect(c.b, d.Get("Rect"))
	if !ok {
		return math.Inf(1), true
	}
	size = (box[2] - box[0]) * (box[3] - box[1])
	return size, size > 0
}
