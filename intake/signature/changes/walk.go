package changes

import (
	"slices"

	"jianding/intake/signature/revision"
)

// The general walk: over everything that no typed walk accounts for.

// spread walks everything that the typed walk left, and reports each changed
// object that it meets.
func (c *comparer) spread() error {
	clean, err := c.reach()
	if err != nil || clean {
		return err
	}
	c.pushStill()
	for len(c.queue) > 0 {
		v := c.queue[len(c.queue)-1]
		c.queue = c.queue[:len(c.queue)-1]
		if err := c.b.Spend(1); err != nil {
			return err
		}
		switch o := v.value.(type) {
		case revision.Ref:
			if c.strays(o, v.path) {
				c.forbid(v.kind, v.page, o.Num, "%s", v.path)
			}
			if c.seen.Get(o.Num) {
				continue
			}
			c.seen.Set(o.Num, true)
			switch {
			case c.changed[o.Num] && c.role(o.Num) == roleNode:
				continue // compared where it belongs
			case c.changed[o.Num]:
				c.forbid(v.kind, v.page, o.Num, "%s", v.path)
			case c.role(o.Num) == roleNode:
				continue
			}
			value, err := c.b.Object(o.Num)
			if err != nil {
				// Broken as it was signed: harmless, unless another reader sees
				// it lead to something that differs.
				if c.changed[o.Num] || c.b.Mentions(o.Num, func(n int) bool { return c.changed[n] }) {
					c.forbid(KindUnreadable, v.page, o.Num, "%s: %v", v.path, err)
				}
				continue
			}
			c.push(value, v.page, v.kind, v.path)
		case revision.Array:
			for _, x := range o {
				c.pushDeep(x, v)
			}
		case *revision.Dict:
			c.pushDict(o, v)
		case *revision.Stream:
			c.pushDict(o.Dict, v)
		}
	}
	return nil
}

// reach walks as spread does, over remembered references, and reports whether
// no changed or unreadable object was met. Then there is nothing to name, and
// most documents end here.
func (c *comparer) reach() (clean bool, err error) {
	var seen revision.Sparse[bool]
	var stack []int
	for _, v := range c.queue {
		before := len(stack)
		stack = revision.Referenced(v.value, stack)
		if r, isRef := v.value.(revision.Ref); isRef && !c.strays(r, v.path) {
			continue
		}
		if slices.ContainsFunc(stack[before:], c.born) {
			return false, nil
		}
	}
	for _, num := range c.still {
		refs, err := c.b.References(num)
		if err != nil {
			return false, nil
		}
		if slices.ContainsFunc(refs, c.born) {
			return false, nil
		}
		stack = append(stack, refs...)
	}
	if err := c.b.Spend(len(stack)); err != nil {
		return false, err
	}
	for len(stack) > 0 {
		num := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen.Get(num) {
			continue
		}
		seen.Set(num, true)
		switch {
		case c.role(num) == roleNode:
			continue
		case c.changed[num]:
			return false, nil
		}
		refs, err := c.b.References(num)
		if err != nil {
			return false, nil
		}
		if err := c.b.Spend(1 + len(refs)); err != nil {
			return false, err
		}
		if slices.ContainsFunc(refs, c.born) {
			return false, nil
		}
		stack = append(stack, refs...)
	}
	c.seen = seen
	return true, nil
}

// born reports whether num is a field or widget that this update brings.
func (c *comparer) born(num int) bool {
	return c.changed[num] && c.role(num) == roleNode && !c.a.InUse(num)
}

// strays reports whether what leads to a new field or widget is no list of
// annotations: something signed named its number before it was there.
func (c *comparer) strays(r revision.Ref, path string) bool {
	return path != "page/Annots" && c.born(r.Num)
}

func (c *comparer) pushDeep(o revision.Object, v visit) {
	switch o.(type) {
	case revision.Ref, revision.Array, *revision.Dict, *revision.Stream:
		c.queue = append(c.queue, visit{o, v.page, v.kind, v.path})
	}
}

func (c *comparer) pushDict(d *revision.Dict, v visit) {
	for _, e := range d.Entries {
		if e.Key == "Data" && d.Get("TransformMethod") != nil && revision.Equal(e.Value, c.b.Trailer.Get("Root")) {
			continue // a signature names the document that it is in (ISO 32000-1, table 253)
		}
		switch e.Value.(type) {
		case revision.Ref, revision.Array, *revision.Dict:
			path := v.path
			if len(path) < 120 {
				path += "/" + string(e.Key)
			}
			c.queue = append(c.queue, visit{e.Value, v.page, kindOf(e.Key, v.kind), path})
		}
	}
}

// kindOf names what a key leads to; inner keeps the kind of the way there.
func kindOf(key revision.Name, inner string) string {
	switch key {
	case "Contents":
		if inner == KindPage {
			return KindContent
		}
	case "Font", "FontFile", "FontFile2", "FontFile3", "ToUnicode", "DescendantFonts", "FontDescriptor":
		return KindFont
	case "XObject":
		return KindImage
	case "Resources", "ExtGState", "ColorSpace", "Pattern", "Shading", "Properties":
		if inner == KindPage || inner == KindCatalog {
			return KindResource
		}
	case "Annots":
		return KindAnnotation
	case "AP":
		return KindAppearance
	case "OpenAction", "AA", "A", "JavaScript", "JS":
		return KindAction
	}
	return inner
}
