package changes

import (
	"regexp"

	"jianding/intake/signature/revision"
)

// maxWidgetShare is the part of a page that a new signature's appearance may
// take. A seal measures 4 to 5 cm; an appearance that covers a third of the
// page covers text (shadow and sneaky-signature attacks).
const maxWidgetShare = 0.2

// signatureRef checks that V is one of the verified signatures of the later
// revision, brought by it.
func (c *comparer) signatureRef(o revision.Object) (timestamp, ok bool) {
	r, isRef := o.(revision.Ref)
	if !isRef {
		return false, false
	}
	ts, known := c.sigs[r.Num]
	if !known || !c.changed[r.Num] || c.a.InUse(r.Num) || c.role(r.Num) == roleOwned {
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
	except := []revision.Name{"V", "AP", "F", "M", "MK", "DA", "P", "Kids", "AS", "Q", "Lock", "Border", "BS", "Ff", "StructParent", "Rect"}
	for _, e := range db.Entries {
		if private(e) && da.Entry(e.Key) == nil {
			except = append(except, e.Key)
		}
	}
	c.rest(da, db, num, pageNo, KindField, "field", except...)
	c.sameRect(da, db, num, pageNo)
	for _, key := range []revision.Name{"Lock", "Ff", "AS"} {
		if old := da.Get(key); old != nil && !revision.Equal(old, db.Get(key)) {
			c.forbid(KindField, pageNo, num, "field/%s", key)
		}
	}
	if _, isInt := db.Get("StructParent").(int64); !revision.Equal(da.Get("StructParent"), db.Get("StructParent")) && (!isInt || da.Get("StructParent") != nil) {
		c.forbid(KindField, pageNo, num, "field/StructParent")
	}
	for _, key := range []revision.Name{"MK", "Lock", "BS", "Border"} {
		c.tree(db.Get(key), pageNo, "field/"+string(key), 0)
	}
	c.samePage(da, db, num)
	c.tree(db.Get("AP"), pageNo, "field/AP", 0)
	c.signed(da, db, num, pageNo, f, ts)
}

// defined lists the keys of annotations, widgets and fields that ISO 32000-2
// defines (tables 166, 168, 191, 192, 226, 228, 232, 234), and those of earlier editions.
var defined = regexp.MustCompile(`^(Type|Subtype|Rect|Contents|P|NM|M|F|AP|AS|Border|C|StructParent|OC|AF|ca|CA|BM|Lang|T|Popup|RC|CreationDate|IRT|Subj|RT|IT|ExData|H|MK|A|AA|BS|BE|Parent|FT|Kids|TU|TM|Ff|V|DV|DA|Q|DS|RV|MaxLen|Opt|TI|I|Lock|SV|DR|PMD|Name|FS|Path|Dest|QuadPoints|L|LE|IC|Vertices|InkList|Sy|RD|CL|OverlayText|Repeat|RO|3D[A-Z]?|RichMedia.*|Measure|FixedPrint|PA|Sound|Movie|Open|State|StateModel)$`)

// private reports whether an entry is a maker's own: a key that no edition of
// the standard defines, with a plain value. Makers of seals write numbers and
// names of seals into widgets; no reader draws anything of them.
func private(e revision.Entry) bool {
	switch e.Value.(type) {
	case revision.Name, revision.String, int64, float64, bool:
		return !defined.MatchString(string(e.Key))
	}
	return false
}

// sameRect: a widget stays where it is, whether its corners are written as whole
// numbers or as real ones. One that showed nothing may shrink to nothing: PDFBox
// does so to a prepared field that it signs without a seal.
func (c *comparer) sameRect(da, db *revision.Dict, num, pageNo int) {
	oa, ob := da.Get("Rect"), db.Get("Rect")
	c.push(ob, pageNo, KindField, "field/Rect")
	if revision.Equal(oa, ob) {
		return
	}
	ra, okA := rect(c.a, oa)
	rb, okB := rect(c.b, ob)
	if _, visible := shows(c.a, da); okA && okB && !visible && rb[0] == rb[2] && rb[1] == rb[3] {
		return
	}
	if !okA || !okB || ra != rb {
		c.forbid(KindField, pageNo, num, "field/Rect")
	}
}

// signed reports a filled signature field, or a widget that shows it; da is nil
// for a new one. To hide what a widget showed changes the page as well.
func (c *comparer) signed(da, db *revision.Dict, num, pageNo int, f field, ts bool) {
	size, visible := c.shows(db)
	added := da == nil
	if !added {
		_, was := shows(c.a, da)
		visible = visible || was
	}
	if pageNo == 0 && c.b.Spend(8*len(c.pages.list)) == nil {
		for i, p := range c.pages.list {
			if v, err := c.b.Resolve(p.dict.Get("Annots")); err == nil {
				if a, ok := v.(revision.Array); ok && c.b.Spend(len(a)/4) == nil && containsRef(a, revision.Ref{Num: num}) {
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
