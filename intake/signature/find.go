package signature

import (
	"bytes"
	"slices"

	"jianding/intake/signature/changes"
	"jianding/intake/signature/cms"
	"jianding/intake/signature/revision"
	"jianding/schemas"
)

// signature is one signature of the document while it is being judged.
type signature struct {
	field     string // full name
	fieldNum  int    // object number of the field
	num       int    // object number of the dictionary
	dict      *revision.Dict
	ind       *revision.Indirect
	widget    *revision.Dict
	lock      *revision.Dict // of the field
	fields    int            // fields that refer to it
	subFilter string
	timestamp bool // a document time-stamp

	gapStart, gapEnd, end int // from ByteRange; end is 0 when it is unusable
	contents              []byte
	number                int // revision, from 1

	at       *revision.File // the revision that it signs
	verdict  *cms.Verdict
	data     *cms.SignedData
	seal     *sealResult
	fault    error // of parsing the container
	stamp    *cms.TimeStamp
	stampErr error
	believed bool // the time-stamp on the signature proves its time
	// stampState is what is known of the revocation of who stamped.
	stampState revocation
	chain      chainResult
	proven     instant

	agency *schemas.Agency
	// employer: the certificate holds this agency's code and is not its own.
	employer *schemas.Agency
	person   string
	role     string

	problems []problem
	checks   []schemas.Check
}

// covers reports whether the signature is the kind that signs content.
func (s *signature) content() bool { return !s.timestamp }

const maxFieldNodes = 50_000

// fieldWalk collects the signature fields of the form.
type fieldWalk struct {
	f       *revision.File
	visited revision.Sparse[bool]
	byNum   map[int]*signature
	order   []*signature
	empty   int // signature fields without value
	direct  int // signatures that are not objects of their own
	steps   int
}

// findFields walks AcroForm/Fields of f (ISO 32000-1, 12.7.3).
func findFields(f *revision.File) (*fieldWalk, error) {
	w := &fieldWalk{f: f, byNum: make(map[int]*signature)}
	root, err := f.Root()
	if err != nil {
		return nil, err
	}
	form := f.Dict(root.Get("AcroForm"))
	if form == nil {
		return w, nil
	}
	return w, w.list(form.Get("Fields"), "", "", nil, 0)
}

func (w *fieldWalk) list(o revision.Object, name string, kind revision.Name, value revision.Object, depth int) error {
	v, err := w.f.Resolve(o)
	if err != nil {
		return err
	}
	a, _ := v.(revision.Array)
	for _, x := range a {
		if w.steps++; w.steps > maxFieldNodes || depth > 32 {
			return revision.ErrBudget
		}
		if err := w.f.Spend(1); err != nil {
			return err
		}
		if r, ok := x.(revision.Ref); ok {
			if w.visited.Get(r.Num) {
				continue
			}
			w.visited.Set(r.Num, true)
		}
		d := w.f.Dict(x)
		if d == nil {
			continue
		}
		n, k, val := name, kind, value
		kids, own := d.Get("Kids"), d.Get("V")
		if t, ok := d.Get("T").(revision.String); ok && (kids != nil || own != nil) { // nobody asks for another's name
			if n != "" {
				n += "."
			}
			n += changes.Text(t)
		}
		if ft := d.Name("FT"); ft != "" {
			k = ft
		}
		if own != nil {
			val = own
			if k == "Sig" {
				w.value(x, d, n, own)
			}
		} else if k == "Sig" && kids == nil && val == nil {
			w.empty++
		}
		if err := w.list(kids, n, k, val, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *fieldWalk) value(field revision.Object, d *revision.Dict, name string, v revision.Object) {
	r, ok := v.(revision.Ref)
	if !ok {
		w.direct++
		return
	}
	if s := w.byNum[r.Num]; s != nil {
		s.fields++
		return
	}
	s := &signature{field: name, num: r.Num, widget: d, fields: 1}
	if fr, ok := field.(revision.Ref); ok {
		s.fieldNum = fr.Num
	}
	s.dict = w.f.Dict(r)
	s.lock = w.f.Dict(d.Get("Lock"))
	w.byNum[r.Num] = s
	w.order = append(w.order, s)
}

// isSignatureDict recognises a signature dictionary by its keys: a type alone
// can be left out.
func isSignatureDict(d *revision.Dict) bool {
	_, hasContents := d.Get("Contents").(revision.String)
	return hasContents && (d.Get("ByteRange") != nil || d.Name("Type") == "Sig" || d.Name("Type") == "DocTimeStamp") && d.Get("SubFilter") != nil
}

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// orphans counts signature dictionaries anywhere in the file, superseded
// sections included, that no field of the current form refers to and that hold
// a signature. Usage rights of old Reader forms are signatures of their own
// kind and are named by Perms.
func (v *verification) orphans() int {
	rights := make(map[int]bool)
	v.rights = make(map[int]bool)
	if root, err := v.file.Root(); err == nil {
		if perms := v.file.Dict(root.Get("Perms")); perms != nil {
			for _, key := range []revision.Name{"UR", "UR3"} {
				if r, ok := perms.Get(key).(revision.Ref); ok {
					rights[r.Num] = true
					if e := v.file.Dict(r).Entry("Contents"); e != nil {
						v.rights[e.Start] = true
					}
				}
			}
		}
	}
	known := make(map[int]bool) // by place
	for _, s := range v.signatures {
		if s.ind != nil {
			known[s.ind.Start] = true
		}
	}
	n := 0
	for _, ind := range v.file.Everywhere() {
		d, ok := ind.Value.(*revision.Dict)
		if !ok || known[ind.Start] || rights[ind.Num] || !isSignatureDict(d) {
			continue
		}
		if c, ok := d.Get("Contents").(revision.String); ok && !allZero(c) {
			n++
		}
	}
	return n
}

// sortByEnd orders signatures by the end of what they sign.
func sortByEnd(list []*signature) {
	slices.SortStableFunc(list, func(a, b *signature) int { return a.end - b.end })
}
