package changes

import (
	"slices"

	"jianding/intake/signature/revision"
)

// redrawn reports whether the form asks readers to draw its fields anew.
func redrawn(f *revision.File, form *revision.Dict) bool {
	v, err := f.Resolve(form.Get("NeedAppearances"))
	return err != nil || v == true
}

// needAppearances: to ask for fields to be drawn anew is forbidden; to ask no
// longer brings back what they showed before, where there are such fields.
func (c *comparer) needAppearances(was, is revision.Object, num int) {
	c.push(is, 0, KindField, "AcroForm/NeedAppearances")
	switch {
	case revision.Equal(was, is):
	case is != nil && is != false:
		c.forbid(KindField, 0, num, "AcroForm/NeedAppearances")
	default:
		c.add(Change{Kind: KindDefaults, Level: Signing, Object: num, Detail: "NeedAppearances"})
	}
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

// borrows reports whether an appearance draws something and has no resources of
// its own, so that readers look for them elsewhere.
func (c *comparer) borrows(d *revision.Dict) bool {
	v, err := c.b.Resolve(c.b.Dict(d.Get("AP")).Get("N"))
	if err != nil {
		return true
	}
	forms := revision.Array{v}
	if states, ok := v.(*revision.Dict); ok {
		forms = nil
		for _, e := range states.Entries {
			forms = append(forms, e.Value)
		}
	}
	return slices.ContainsFunc(forms, func(o revision.Object) bool {
		v, err := c.b.Resolve(o)
		st, ok := v.(*revision.Stream)
		return err != nil || ok && (st.Err != nil || len(st.Raw) > 0 && c.b.Dict(st.Dict.Get("Resources")) == nil)
	})
}

// drawn reports whether an annotation brings all that is seen of it: an
// appearance with resources of its own, or one for each state. Otherwise a
// reader draws it, or looks for fonts in the form.
func (c *comparer) drawn(d *revision.Dict) bool {
	v, err := c.b.Resolve(c.b.Dict(d.Get("AP")).Get("N"))
	if err != nil {
		return false
	}
	switch n := v.(type) {
	case *revision.Stream:
		return c.b.Dict(n.Dict.Get("Resources")) != nil
	case *revision.Dict:
		return len(n.Entries) > 0
	}
	return false
}

// liveOnPages reports whether a reader draws some annotation with what the form
// says: free text without an appearance (ISO 32000-1, 12.5.6.6), or a widget
// that the form does not list, which readers find on its page. It is asked only
// where the form's defaults differ.
func (c *comparer) liveOnPages(redrawn bool) bool {
	if !slices.ContainsFunc(c.out, func(ch Change) bool { return ch.Kind == KindDefaults && ch.Level == Signing }) {
		return false
	}
	for _, p := range c.pages.list {
		v, err := c.b.Resolve(p.dict.Get("Annots"))
		list, _ := v.(revision.Array)
		if err != nil || c.b.Spend(1+len(list)) != nil {
			return true
		}
		for _, x := range list {
			d := c.b.Dict(x)
			if c.renamed && c.borrows(d) {
				return true
			}
			switch {
			case d.Name("Subtype") != "Widget":
				if d.Get("DA") != nil && !c.drawn(d) {
					return true
				}
			case c.roles.Get(refNum(x)) == roleNode || d.Name("FT") == "Sig":
				// The form lists it: see oldField.
			case redrawn || !c.drawn(d):
				return true
			}
		}
	}
	return false
}

// defaults: producers add default resources and appearance to a form that had
// none. They serve variable text, which signing has none of, so that they can
// change nothing that is seen unless a field is drawn by the reader (see
// comparer.living); those that exist must stay.
func (c *comparer) defaults(da, db *revision.Dict, num int) {
	a, b := da.Get("DA"), db.Get("DA")
	c.push(b, 0, KindDefaults, "AcroForm/DA")
	switch {
	case revision.Equal(a, b):
	case a != nil:
		c.forbid(KindDefaults, 0, num, "AcroForm/DA")
	default:
		c.add(Change{Kind: KindDefaults, Level: Signing, Object: num, Detail: "DA"})
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
			case e.Key == "XObject" && !revision.Equal(was, f.Value):
				// Each visible signature of PDFBox enters its own seal as FRM.
				// Readers draw text with fonts of these resources, and nothing
				// with what else is in them, unless an appearance borrows it.
				c.tree(f.Value, 0, "AcroForm/DR", 0)
				c.renamed = true
				c.add(Change{Kind: KindDefaults, Level: Signing, Object: num, Detail: "DR/XObject/" + string(f.Key)})
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
