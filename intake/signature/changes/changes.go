// Package changes tells what a later revision of a signed PDF altered. It
// walks both revisions from trailer and catalog, knows the few places where
// signing, time-stamping and long-term validation legitimately write, and
// counts everything else as a forbidden change: default deny. An object that
// was rewritten must be explained by such a place on every path that leads to
// it, so that a signature's appearance or the DSS cannot be a disguise.
//
// Start reading at [Between].
package changes

import (
	"fmt"
	"slices"

	"jianding/intake/signature/revision"
)

// Level grades a change by what it is for.
type Level int

const (
	// Validation data: DSS, VRI, extensions, invisible document time-stamps
	// (ISO 32000-2, 12.8.4 and 12.8.5). It may follow any signature.
	Validation Level = iota
	// Signing: the filling of a signature field and what producers write with
	// it. It may stand between signers.
	Signing
	// Forbidden: anything else.
	Forbidden
)

// Kinds of changes.
const (
	KindValidation = "validation_data"
	KindTimestamp  = "document_timestamp"
	KindSignature  = "signature"
	KindInfo       = "document_info"
	KindMetadata   = "metadata"
	KindDefaults   = "form_defaults"
	KindContent    = "page_content"
	KindPage       = "page"
	KindFont       = "font"
	KindImage      = "image"
	KindResource   = "resource"
	KindAnnotation = "annotation"
	KindAppearance = "appearance"
	KindFormFill   = "form_fill"
	KindField      = "form_field"
	KindAction     = "action"
	KindStructure  = "structure"
	KindCatalog    = "catalog"
	KindTrailer    = "trailer"
	KindOther      = "other"
	KindRemoved    = "removed"
	KindOrphan     = "unreferenced"
	KindUnreadable = "unreadable"
)

// Change is one difference.
type Change struct {
	Kind   string
	Level  Level
	Page   int    // from 1, 0 when none
	Object int    // object number, 0 when none
	Detail string // key or path
	// Field is the object number of the signature field that was filled, with
	// its full name; Added tells that the field itself is new, Visible that
	// it shows something on a page.
	Field     int
	FieldName string
	Added     bool
	Visible   bool
}

// Signatures maps the object numbers of the signature dictionaries that the
// later revision may bring, to whether each is a document time-stamp.
type Signatures map[int]bool

type comparer struct {
	history    *History
	a, b       *revision.File
	sigs       Signatures
	changed    map[int]bool          // objects that differ
	roles      revision.Sparse[role] // what a typed walk took an object for
	queue      []visit
	still      []int // pages and nodes above them that do not differ, yet to be walked
	seen       revision.Sparse[bool]
	out        []Change
	widgets    map[int]bool    // new signature widgets, which pages may list
	pages      *pageTree       // of b, once it is walked
	shown      map[int]float64 // square points that each new widget takes
	living     bool            // a reader draws some field itself
	spoken     bool            // a new structure element brings words
	renamed    bool            // a name of the form's default resources means something else
	packet     bool            // the metadata that differ are an XMP packet and no more
	fieldCount int
	names      names
}

// role is the part that an object plays in a typed walk.
type role int

const (
	roleNone  role = iota
	roleNode       // page, field or widget: may be met on many paths
	roleOwned      // belongs to its one place: reached elsewhere, it is a disguise
)

type visit struct {
	value revision.Object
	page  int
	kind  string
	path  string
}

// History compares the revisions of one document one after another. What it
// learns of one it uses for the next: most of a report does not change when
// somebody signs. The zero value is ready.
type History struct {
	tree *pageTree
}

// Between compares revision a with the later revision b. It returns every
// change, and an error when b cannot be compared at all.
func Between(a, b *revision.File, sigs Signatures) ([]Change, error) {
	return new(History).Between(a, b, sigs)
}

// Between is the function of that name, for revisions of the same document.
func (h *History) Between(a, b *revision.File, sigs Signatures) ([]Change, error) {
	c := &comparer{history: h, a: a, b: b, sigs: sigs, changed: make(map[int]bool),
		widgets: make(map[int]bool), shown: make(map[int]float64)}
	if err := c.findChanged(); err != nil {
		return nil, err
	}
	if err := c.trailer(); err != nil {
		return nil, err
	}
	if err := c.spread(); err != nil {
		return nil, err
	}
	c.orphans()
	c.settleInfo()
	return c.out, nil
}

// findChanged lists the objects that b finds elsewhere than a, unless they are
// equal all the same: producers rewrite objects without touching them.
func (c *comparer) findChanged() error {
	nums := c.b.Differing(c.a)
	if err := c.b.Spend(len(nums)); err != nil {
		return err
	}
	for _, num := range nums {
		if !c.a.InUse(num) && c.b.Structural(num) {
			// A cross-reference or object stream of an update: explained, as
			// long as nothing in the document leads to it.
			c.changed[num] = true
			c.roles.Set(num, roleOwned)
			continue
		}
		if c.a.InUse(num) {
			if !c.b.InUse(num) {
				c.changed[num] = true
				continue
			}
			oa, errA := c.a.Object(num)
			ob, errB := c.b.Object(num)
			if errA == nil && errB == nil && revision.Equal(oa, ob) && !c.a.Ambiguous(num) && !c.b.Ambiguous(num) {
				continue
			}
			if errB != nil {
				return fmt.Errorf("object %d: %w", num, errB)
			}
		}
		c.changed[num] = true
	}
	return nil
}

func (c *comparer) add(ch Change) { c.out = append(c.out, ch) }

func (c *comparer) forbid(kind string, page, object int, format string, args ...any) {
	c.add(Change{Kind: kind, Level: Forbidden, Page: page, Object: object, Detail: fmt.Sprintf(format, args...)})
}

// own takes the object behind an edge into the walk as belonging to that one
// place.
func (c *comparer) own(o revision.Object) {
	if r, ok := o.(revision.Ref); ok {
		c.roles.Set(r.Num, roleOwned)
	}
}

// role is what a typed walk took an object for.
func (c *comparer) role(num int) role {
	if r := c.roles.Get(num); r != roleNone || c.pages == nil || !c.pages.nodes.Get(num) {
		return r
	}
	return roleNode
}

func (c *comparer) node(o revision.Object) {
	if r, ok := o.(revision.Ref); ok && c.role(r.Num) != roleOwned {
		c.roles.Set(r.Num, roleNode)
	}
}

// rest requires two dictionaries to agree on every key but the given ones, and
// queues the values for the general walk.
func (c *comparer) rest(a, b *revision.Dict, num, page int, kind, path string, except ...revision.Name) {
	if a == b && !b.Duplicate {
		// Not rewritten: only where it leads to is of interest.
		for _, e := range b.Entries {
			if !slices.Contains(except, e.Key) {
				c.push(e.Value, page, kindOf(e.Key, kind), "")
			}
		}
		return
	}
	if b.Duplicate || (a != nil && a.Duplicate) {
		c.forbid(kind, page, num, "%s: key twice", path)
	}
	for _, e := range b.Entries {
		if slices.Contains(except, e.Key) {
			continue
		}
		if a == nil || !revision.Equal(a.Get(e.Key), e.Value) {
			c.forbid(kindOf(e.Key, kind), page, num, "%s/%s", path, e.Key)
		}
		c.push(e.Value, page, kindOf(e.Key, kind), path+"/"+string(e.Key))
	}
	if a == nil {
		return
	}
	for _, e := range a.Entries {
		if !slices.Contains(except, e.Key) && b.Entry(e.Key) == nil && e.Value != nil {
			c.forbid(kindOf(e.Key, kind), page, num, "%s/%s", path, e.Key)
		}
	}
}

func (c *comparer) push(o revision.Object, page int, kind, path string) {
	switch o.(type) {
	case revision.Ref, revision.Array, *revision.Dict, *revision.Stream:
	default:
		return
	}
	c.queue = append(c.queue, visit{o, page, kind, path})
}

// orphans reports changed objects that neither walk met: removed ones, and new
// ones that nothing refers to. Validation data that was left unreferenced is
// harmless and happens.
func (c *comparer) orphans() {
	for _, num := range sortedKeys(c.changed) {
		if c.b.Steers(num) {
			c.forbid(KindOther, 0, num, "steers an object stream")
			continue
		}
		if c.role(num) != roleNone || c.seen.Get(num) {
			continue
		}
		switch {
		case !c.b.InUse(num) && c.tagged():
			// The logical structure is not walked whole: it could miss this one.
			c.forbid(KindRemoved, 0, num, "")
		case !c.b.InUse(num):
			// Nothing leads to it any more: what it was replaced by is judged
			// where it stands.
			c.add(Change{Kind: KindRemoved, Level: Signing, Object: num, Detail: "unreferenced"})
		case !c.a.InUse(num) && c.looksLikeValidation(num):
			c.add(Change{Kind: KindValidation, Level: Validation, Object: num, Detail: "unreferenced"})
		case !c.a.InUse(num) && c.looksLikeInfo(num):
			// PoDoFo leaves an information dictionary behind with each update.
			c.add(Change{Kind: KindInfo, Level: Signing, Object: num, Detail: "unreferenced"})
		case !c.a.InUse(num) && formObject(c.b, revision.Ref{Num: num}):
			// Poppler leaves the drafts of a signature's appearance behind.
			c.add(Change{Kind: KindAppearance, Level: Signing, Object: num, Detail: "unreferenced"})
		default:
			c.forbid(KindOrphan, 0, num, "")
		}
	}
}

// tagged reports whether the later revision has a logical structure.
func (c *comparer) tagged() bool {
	root, err := c.b.Root()
	return err != nil || root.Get("StructTreeRoot") != nil
}

// looksLikeInfo recognises an information dictionary of plain strings.
func (c *comparer) looksLikeInfo(num int) bool {
	o, err := c.b.Object(num)
	d, ok := o.(*revision.Dict)
	if err != nil || !ok || len(d.Entries) == 0 || d.Duplicate {
		return false
	}
	for _, e := range d.Entries {
		switch e.Key {
		case "Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate":
		default:
			return false
		}
		if _, ok := e.Value.(revision.String); !ok {
			return false
		}
	}
	return true
}

// settleInfo lets the modification date, the version, the XMP packet, a form's
// default resources and structure elements without words pass with validation
// data: producers that append a DSS or a time-stamp touch them, and none is
// shown.
func (c *comparer) settleInfo() {
	validation := false
	for _, ch := range c.out {
		if ch.Kind == KindValidation || ch.Kind == KindTimestamp {
			validation = true
		}
	}
	for i := range c.out {
		ch := &c.out[i]
		silent := ch.Kind == KindInfo || ch.Kind == KindMetadata && c.packet || ch.Kind == KindDefaults && !c.renamed || ch.Kind == KindStructure && !c.spoken
		if validation && silent && ch.Level == Signing {
			ch.Level = Validation
		}
	}
}

func sortedKeys(m map[int]bool) []int {
	out := make([]int, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
