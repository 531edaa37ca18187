package changes

import "jianding/intake/signature/revision"

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
	c.needAppearances(da.Get("NeedAppearances"), db.Get("NeedAppearances"), num)
	if v, ok := db.Get("SigFlags").(int64); !ok && db.Get("SigFlags") != nil || v < 0 || v > 3 {
		c.forbid(KindField, 0, num, "AcroForm/SigFlags")
	}
	c.defaults(da, db, num)
	anew := redrawn(c.a, da) || redrawn(c.b, db)
	if err := c.fields(da.Get("Fields"), db.Get("Fields"), num, anew); err != nil {
		return err
	}
	c.names.judge(c)
	if c.living || c.liveOnPages(anew) {
		c.forbidDefaults()
	}
	return nil
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
		if c.role(o.Num) == roleOwned {
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
		// What was something else before is not made an appearance now; one
		// that was prepared may be drawn.
		if c.a.InUse(o.Num) && (c.role(o.Num) == roleNode || !formObject(c.a, o) || !formObject(c.b, o)) {
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

func formObject(f *revision.File, r revision.Ref) bool {
	v, err := f.Object(r.Num)
	st, ok := v.(*revision.Stream)
	return err == nil && ok && st.Dict.Name("Subtype") == "Form"
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
