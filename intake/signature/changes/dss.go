package changes

import (
	"bytes"

	"jianding/intake/signature/revision"
)

// dss walks the document security store (ISO 32000-2, 12.8.4.3): three arrays
// of streams and the VRI, nothing else, and each new stream must be what it
// claims to be. Objects that existed before and did something else cannot
// become validation data.
func (c *comparer) dss(o, old revision.Object) error {
	if o == nil {
		if old != nil {
			c.forbid(KindValidation, 0, refNum(old), "Root/DSS")
		}
		return nil
	}
	if revision.Equal(o, old) && len(c.changed) == 0 {
		return nil
	}
	d := c.validationDict(o, "Root/DSS")
	if d == nil {
		return nil
	}
	for _, e := range d.Entries {
		path := "Root/DSS/" + string(e.Key)
		switch e.Key {
		case "Type":
			c.scalar(e.Value, path)
		case "Certs", "CRLs", "OCSPs":
			c.validationArray(e.Value, path)
		case "VRI":
			c.vri(e.Value, path)
		default:
			if !c.plain(e.Value, 0) {
				c.forbid(KindValidation, 0, 0, "%s", path)
				c.push(e.Value, 0, KindOther, path)
			}
		}
	}
	return nil
}

func (c *comparer) scalar(o revision.Object, path string) {
	switch o.(type) {
	case revision.Name, revision.String, int64, nil:
	default:
		c.forbid(KindValidation, 0, 0, "%s", path)
		c.push(o, 0, KindOther, path)
	}
}

// take claims the object behind o as validation data and reports it once when
// it is new.
func (c *comparer) take(o revision.Object, path string) (revision.Object, bool) {
	v, err := c.b.Resolve(o)
	if err != nil {
		c.forbid(KindUnreadable, 0, refNum(o), "%s", path)
		return nil, false
	}
	if r, ok := o.(revision.Ref); ok {
		if c.changed[r.Num] && c.role(r.Num) == roleNone {
			c.add(Change{Kind: KindValidation, Level: Validation, Object: r.Num, Detail: path})
		}
		c.own(r)
	}
	return v, true
}

func (c *comparer) validationDict(o revision.Object, path string) *revision.Dict {
	v, ok := c.take(o, path)
	if !ok {
		return nil
	}
	d, isDict := v.(*revision.Dict)
	if !isDict || d.Duplicate {
		c.forbid(KindValidation, 0, refNum(o), "%s", path)
		return nil
	}
	return d
}

func (c *comparer) vri(o revision.Object, path string) {
	d := c.validationDict(o, path)
	if d == nil {
		return
	}
	for _, e := range d.Entries {
		entry := path + "/" + string(e.Key)
		if n, ok := e.Value.(revision.Name); ok && e.Key == "Type" && n == "VRI" {
			continue
		}
		one := c.validationDict(e.Value, entry)
		if one == nil {
			continue
		}
		for _, f := range one.Entries {
			switch f.Key {
			case "Cert", "CRL", "OCSP":
				c.validationArray(f.Value, entry+"/"+string(f.Key))
			case "TS":
				c.validationStream(f.Value, entry+"/TS")
			case "Type", "TU":
				c.scalar(f.Value, entry+"/"+string(f.Key))
			default:
				c.forbid(KindValidation, 0, refNum(e.Value), "%s/%s", entry, f.Key)
				c.push(f.Value, 0, KindOther, entry)
			}
		}
	}
}

func (c *comparer) validationArray(o revision.Object, path string) {
	v, ok := c.take(o, path)
	if !ok {
		return
	}
	switch a := v.(type) {
	case revision.Array:
		for _, x := range a {
			c.validationStream(x, path)
		}
	case *revision.Stream:
		// Some producers write one stream where an array belongs.
		c.validationStream(o, path)
	default:
		c.forbid(KindValidation, 0, refNum(o), "%s", path)
	}
}

func (c *comparer) validationStream(o revision.Object, path string) {
	r, isRef := o.(revision.Ref)
	if isRef && c.role(r.Num) == roleOwned {
		return
	}
	v, ok := c.take(o, path)
	if !ok {
		return
	}
	st, isStream := v.(*revision.Stream)
	if !isRef || !isStream {
		c.forbid(KindValidation, 0, r.Num, "%s: not a stream", path)
		return
	}
	if c.changed[r.Num] && !c.validationData(st) {
		c.forbid(KindValidation, 0, r.Num, "%s: not a certificate, CRL, OCSP response or time-stamp", path)
	}
}

// validationData reports whether a stream holds exactly one DER sequence (a
// certificate, CRL, OCSP response or time-stamp token) and nothing that
// another reader could draw.
func (c *comparer) validationData(st *revision.Stream) bool {
	for _, e := range st.Dict.Entries {
		switch e.Key {
		case "Length", "Filter", "DecodeParms", "DL":
		case "Type", "Subtype":
			// Neither may make it an XObject or a font.
			if n, _ := e.Value.(revision.Name); n == "XObject" || n == "Form" || n == "Image" || n == "Font" {
				return false
			}
		default:
			return false
		}
		switch v := e.Value.(type) {
		case revision.Ref:
			// Older products write the length as an object of its own.
			n, err := c.b.Resolve(v)
			if _, whole := n.(int64); e.Key != "Length" || err != nil || !whole || c.a.InUse(v.Num) {
				return false
			}
			c.own(v)
		case *revision.Dict:
			if e.Key != "DecodeParms" {
				return false
			}
		}
	}
	if st.Dict.Duplicate {
		return false
	}
	data, err := c.b.Decode(st)
	if err != nil {
		return false
	}
	data = bytes.TrimRight(data, "\r\n\x00")
	return derSequence(data)
}

// derSequence reports whether data is one definite-length SEQUENCE that begins
// with another or with a known first element. Trailing zeros may have been cut
// off by the caller; up to eight missing bytes are then allowed for.
func derSequence(data []byte) bool {
	if len(data) < 4 || data[0] != 0x30 {
		return false
	}
	n, at := int(data[1]), 2
	if n == 0x80 || n > 0x84 {
		return n == 0x80 && len(data) > 8
	}
	if n > 0x80 {
		k := n & 0x7f
		if len(data) < 2+k {
			return false
		}
		n = 0
		for _, b := range data[2 : 2+k] {
			n = n<<8 | int(b)
		}
		at += k
	}
	missing := at + n - len(data)
	if missing < 0 || missing > 8 {
		return false
	}
	switch data[at] {
	case 0x30, 0x0a, 0x06, 0x02: // tbs…, responseStatus, contentType, version
		return true
	}
	return false
}

// looksLikeValidation judges an unreferenced new object.
func (c *comparer) looksLikeValidation(num int) bool {
	o, err := c.b.Object(num)
	if err != nil {
		return false
	}
	refs := func(a revision.Array) bool {
		for _, x := range a {
			r, ok := x.(revision.Ref)
			if !ok {
				return false
			}
			v, err := c.b.Object(r.Num)
			st, isStream := v.(*revision.Stream)
			if err != nil || !isStream || !c.validationData(st) {
				return false
			}
		}
		return true
	}
	switch o := o.(type) {
	case *revision.Stream:
		return c.validationData(o)
	case revision.Array:
		return len(o) > 0 && refs(o)
	case *revision.Dict:
		if len(o.Entries) == 0 || o.Duplicate {
			return false
		}
		useful := false
		for _, e := range o.Entries {
			switch e.Key {
			case "Type":
				if n := o.Name("Type"); n != "VRI" && n != "DSS" {
					return false
				}
			case "Cert", "CRL", "OCSP", "Certs", "CRLs", "OCSPs":
				a, ok := e.Value.(revision.Array)
				if !ok || !refs(a) {
					return false
				}
				useful = true
			default:
				return false
			}
		}
		return useful
	}
	return false
}
