package changes

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"

	"jianding/intake/signature/revision"
)

// trailer compares the trailers. Keys that only steer reading may differ; an
// unknown key that leads to objects is as good a hiding place as any.
func (c *comparer) trailer() error {
	ta, tb := c.a.Trailer, c.b.Trailer
	steering := []revision.Name{"Size", "Prev", "XRefStm", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "Root", "Info", "ID", "DL"}
	for _, e := range tb.Entries {
		if isSteering(steering, e.Key) {
			continue
		}
		if old := ta.Get(e.Key); !revision.Equal(old, e.Value) {
			c.forbid(KindTrailer, 0, 0, "trailer/%s", e.Key)
		}
		c.push(e.Value, 0, KindTrailer, "trailer/"+string(e.Key))
	}
	// Keys of other producers that an update drops are no loss, but Encrypt.
	if ta.Get("Encrypt") != nil && tb.Get("Encrypt") == nil {
		c.forbid(KindTrailer, 0, 0, "trailer/Encrypt")
	}
	c.id(ta, tb)
	if n := refNum(tb.Get("Root")); !revision.Equal(ta.Get("Root"), tb.Get("Root")) {
		if n == 0 || c.a.InUse(n) {
			c.forbid(KindCatalog, 0, 0, "trailer/Root")
			return nil
		}
		// Some products (digitorus/pdfsign) write the catalog as a new object
		// with each signature. It is compared with the one that was.
		c.add(Change{Kind: KindCatalog, Level: Signing, Object: n, Detail: "trailer/Root"})
	}
	c.info(ta, tb)
	ra, err := c.a.Root()
	if err != nil {
		return err
	}
	rb, err := c.b.Root()
	if err != nil {
		return err
	}
	c.own(tb.Get("Root"))
	return c.catalog(ra, rb, refNum(tb.Get("Root")))
}

func isSteering(list []revision.Name, key revision.Name) bool {
	for _, k := range list {
		if k == key {
			return true
		}
	}
	return false
}

func refNum(o revision.Object) int {
	r, _ := o.(revision.Ref)
	return r.Num
}

// id: the first element names the document and stays (ISO 32000-1, 14.4).
func (c *comparer) id(ta, tb *revision.Dict) {
	first := func(f *revision.File, t *revision.Dict) revision.Object {
		v, err := f.Resolve(t.Get("ID"))
		if a, ok := v.(revision.Array); err == nil && ok && len(a) > 0 {
			return a[0]
		}
		return nil
	}
	if old := first(c.a, ta); old != nil && c.a.Encrypted() && !revision.Equal(old, first(c.b, tb)) {
		c.forbid(KindTrailer, 0, 0, "trailer/ID") // decryption depends on it
	}
	if r, ok := tb.Get("ID").(revision.Ref); ok {
		c.own(r)
	}
}

// info compares the information dictionary: the date of modification and the
// producer may change with a signature.
func (c *comparer) info(ta, tb *revision.Dict) {
	oa, ob := ta.Get("Info"), tb.Get("Info")
	if ob == nil {
		return
	}
	if !revision.Equal(oa, ob) && oa != nil {
		if c.a.InUse(refNum(ob)) {
			c.forbid(KindInfo, 0, refNum(ob), "Info")
			c.push(ob, 0, KindInfo, "Info")
			return
		}
	}
	num := refNum(ob)
	da, db := c.a.Dict(oa), c.b.Dict(ob)
	if db == nil {
		return
	}
	if oa != nil && num != 0 && !c.changed[num] {
		c.push(ob, 0, KindInfo, "Info")
		return
	}
	before := len(c.out)
	c.own(ob)
	c.rest(da, db, num, 0, KindInfo, "Info", "ModDate", "Producer", "CreationDate", "Creator")
	for _, key := range []revision.Name{"CreationDate", "Creator"} {
		if da != nil && !revision.Equal(da.Get(key), db.Get(key)) {
			c.forbid(KindInfo, 0, num, "Info/%s", key)
		}
	}
	if len(c.out) == before && c.changed[num] {
		c.add(Change{Kind: KindInfo, Level: Signing, Object: num, Detail: "ModDate, Producer"})
	}
}

var versionName = regexp.MustCompile(`^[12]\.[0-9]$`)

// catalog compares the document catalog (ISO 32000-1, 7.7.2).
func (c *comparer) catalog(ra, rb *revision.Dict, num int) error {
	c.rest(ra, rb, num, 0, KindCatalog, "Root", "AcroForm", "DSS", "Extensions", "Version", "Metadata", "Pages", "StructTreeRoot", "Perms")
	if va, vb := ra.Get("Version"), rb.Get("Version"); !revision.Equal(va, vb) {
		n, _ := vb.(revision.Name)
		old, _ := va.(revision.Name)
		switch {
		case !versionName.MatchString(string(n)):
			c.forbid(KindCatalog, 0, num, "Root/Version")
		case n < old:
			// Products that sign write their own; not even that of the header
			// can be undercut so (ISO 32000-1, 7.5.2).
			c.add(Change{Kind: KindCatalog, Level: Signing, Object: num, Detail: "Version"})
		default:
			// Alone it has no purpose; see settleInfo.
			c.add(Change{Kind: KindInfo, Level: Signing, Object: num, Detail: "Version"})
		}
	}
	c.extensions(ra, rb, num)
	c.metadata(ra, rb, num)
	if err := c.dss(rb.Get("DSS"), ra.Get("DSS")); err != nil {
		return err
	}
	if err := c.walkPages(ra, rb); err != nil {
		return err
	}
	if err := c.form(ra, rb, num); err != nil {
		return err
	}
	c.structure(ra, rb, num)
	c.perms(ra.Get("Perms"), rb.Get("Perms"), num)
	return c.comparePages()
}

// perms lets a signature that this update brings certify the document
// (ISO 32000-2, 12.8.6): that forbids later changes and permits none. Purists
// want the certification first; several signing services certify last.
func (c *comparer) perms(oa, ob revision.Object, num int) {
	if revision.Equal(oa, ob) && !c.changed[refNum(ob)] {
		c.push(ob, 0, KindCatalog, "Root/Perms")
		return
	}
	d := c.b.Dict(ob)
	if oa != nil || d == nil || len(d.Entries) != 1 || c.a.InUse(refNum(ob)) || !c.brings(d.Get("DocMDP")) {
		c.forbid(KindCatalog, 0, num, "Root/Perms")
		c.push(ob, 0, KindCatalog, "Root/Perms")
		return
	}
	c.own(ob)
}

// brings reports whether o is a signature, no time-stamp, of this update.
func (c *comparer) brings(o revision.Object) bool {
	stamp, known := c.sigs[refNum(o)]
	return known && !stamp
}

// extensions allows developer extensions to be declared: names and numbers.
func (c *comparer) extensions(ra, rb *revision.Dict, num int) {
	oa, ob := ra.Get("Extensions"), rb.Get("Extensions")
	if revision.Equal(oa, ob) && !c.changed[refNum(ob)] {
		c.push(ob, 0, KindCatalog, "Root/Extensions")
		return
	}
	v, err := c.b.Resolve(ob)
	if err != nil || !c.plain(v, 0) {
		c.forbid(KindCatalog, 0, num, "Root/Extensions")
		c.push(ob, 0, KindCatalog, "Root/Extensions")
		return
	}
	c.own(ob)
	c.add(Change{Kind: KindValidation, Level: Validation, Object: num, Detail: "Extensions"})
}

// plain reports whether an object is made of names, numbers, strings and
// dictionaries of such, without references that were not followed.
func (c *comparer) plain(o revision.Object, depth int) bool {
	if depth > 4 {
		return false
	}
	switch o := o.(type) {
	case *revision.Dict:
		for _, e := range o.Entries {
			if !c.plain(e.Value, depth+1) {
				return false
			}
		}
		return !o.Duplicate
	case revision.Array:
		for _, x := range o {
			if !c.plain(x, depth+1) {
				return false
			}
		}
		return true
	case revision.Ref:
		v, err := c.b.Resolve(o)
		if err != nil || c.a.InUse(o.Num) && c.changed[o.Num] {
			return false
		}
		if !c.plain(v, depth+1) {
			return false
		}
		c.own(o)
		return true
	case *revision.Stream:
		return false
	}
	return true
}

// metadata: the XMP packet of the document may be rewritten with a signature.
// It is data about the document and is not shown.
func (c *comparer) metadata(ra, rb *revision.Dict, num int) {
	oa, ob := ra.Get("Metadata"), rb.Get("Metadata")
	n := refNum(ob)
	if revision.Equal(oa, ob) && !c.changed[n] {
		c.push(ob, 0, KindMetadata, "Root/Metadata")
		return
	}
	v, err := c.b.Resolve(ob)
	st, ok := v.(*revision.Stream)
	if err != nil || !ok || st.Dict.Name("Type") != "Metadata" || st.Dict.Name("Subtype") != "XML" {
		c.forbid(KindMetadata, 0, num, "Root/Metadata")
		c.push(ob, 0, KindMetadata, "Root/Metadata")
		return
	}
	if !revision.Equal(oa, ob) && c.a.InUse(n) {
		c.forbid(KindMetadata, 0, n, "Root/Metadata")
		return
	}
	c.own(ob)
	c.pushDict(st.Dict, visit{kind: KindMetadata, path: "Root/Metadata"})
	c.packet = c.isPacket(st)
	c.add(Change{Kind: KindMetadata, Level: Signing, Object: n, Detail: "XMP"})
}

// isPacket reports whether a stream is an XMP packet and no more: the keys that
// every stream has, and XML in UTF-8 that is whole (ISO 16684-1, 7).
func (c *comparer) isPacket(st *revision.Stream) bool {
	for _, e := range st.Dict.Entries {
		switch e.Key {
		case "Type", "Subtype", "Length", "Filter", "DecodeParms":
		default:
			return false
		}
	}
	data, err := c.b.Decode(st)
	if err != nil || st.Dict.Duplicate || c.b.Spend(len(data)/64) != nil {
		return false
	}
	depth, roots := 0, 0
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		t, err := d.Token()
		if err != nil {
			return errors.Is(err, io.EOF) && roots == 1
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.Trim(t, "\ufeff \t\r\n\x00")) > 0 {
				return false
			}
		}
	}
}
