package revision

import "slices"

// Indirect is an indirect object as it stands in the file.
type Indirect struct {
	Num, Gen   int
	Start, End int // from the object number to after "endobj"
	Value      Object
	EndedBy    string // "endobj"; anything else is a fault
	Ambiguous  bool   // holds a token that readers take differently
	opaque     bool   // holds a string that cannot be decrypted
	holder     holder
}

// indirectAt parses "N G obj … endobj" at offset.
func (f *File) indirectAt(offset int) (*Indirect, error) {
	if ind := f.doc.objects[offset]; ind != nil {
		if ind.End > len(f.data) {
			return nil, syntax(offset, "object reaches beyond its revision")
		}
		return ind, nil
	}
	if offset < 0 || offset >= len(f.data) {
		return nil, syntax(offset, "object outside the revision")
	}
	if f.doc.depth++; f.doc.depth > 8 {
		f.doc.depth--
		return nil, syntax(offset, "stream lengths refer to each other")
	}
	defer func() { f.doc.depth-- }()
	p := &parser{data: f.data, pos: offset, budget: &f.doc.budget, room: &f.doc.room}
	ind, err := f.indirect(p)
	if f.doc.budget.bytes -= p.pos - offset; f.doc.budget.bytes < 0 {
		return nil, ErrBudget
	}
	if err != nil {
		return nil, err
	}
	if f.doc.crypt != nil {
		f.doc.crypt.object(ind)
	}
	f.doc.objects[offset] = ind
	return ind, nil
}

func (f *File) indirect(p *parser) (*Indirect, error) {
	p.skipBlank()
	start := p.pos
	num, ok1 := p.uint()
	p.skipBlank()
	gen, ok2 := p.uint()
	p.skipBlank()
	if !ok1 || !ok2 || !p.keywordPrefix("obj") || num > maxNumber {
		return nil, syntax(start, "no object here")
	}
	o, err := p.object(0)
	if err != nil {
		return nil, err
	}
	ind := &Indirect{Num: num, Gen: gen, Start: start, Value: o, Ambiguous: p.ambiguous}
	p.skipSpace()
	if d, ok := o.(*Dict); ok && p.keywordPrefix("stream") {
		ind.Value = f.stream(p, d, num, gen)
		p.skipSpace()
	}
	switch {
	case p.keywordPrefix("endobj"):
		ind.EndedBy = "endobj"
	default:
		// Old producers leave endobj out; readers go on. Whoever needs exact
		// bytes (Update) looks at EndedBy.
	}
	ind.End = p.pos
	return ind, nil
}

// keywordPrefix accepts a keyword that may be followed by anything: producers
// write "obj<<" and "endobj5 0 obj".
func (p *parser) keywordPrefix(w string) bool {
	end := p.pos + len(w)
	if end > len(p.data) || string(p.data[p.pos:end]) != w {
		return false
	}
	p.pos = end
	return true
}

// stream reads the data after the keyword stream and leaves p after endstream.
func (f *File) stream(p *parser, d *Dict, num, gen int) *Stream {
	st := &Stream{Dict: d, num: num, gen: gen}
	if p.pos < len(p.data) && p.data[p.pos] == '\r' {
		p.pos++
	}
	if p.pos < len(p.data) && p.data[p.pos] == '\n' {
		p.pos++
	}
	from := p.pos
	st.from = from
	length, err := f.Resolve(d.Get("Length"))
	n, ok := length.(int64)
	if err != nil || !ok || n < 0 || int(n) > len(p.data)-from {
		st.Err = syntax(from, "stream without a usable Length")
		return st
	}
	p.pos = from + int(n)
	end := p.pos
	p.skipBlank()
	if p.pos-end > 2 || !p.keywordPrefix("endstream") {
		st.Err = syntax(end, "endstream is not where Length says")
		p.pos = from
		return st
	}
	st.Raw = p.data[from:end]
	return st
}

// Everywhere returns every object that any cross-reference section of the
// chain, superseded ones included, places in the file by itself. Entries that
// lead nowhere are left out.
func (f *File) Everywhere() []*Indirect {
	var out []*Indirect
	seen := make(map[int]bool)
	for _, s := range f.Sections {
		for _, loc := range s.Entries {
			if loc.Free || loc.Container != 0 || seen[loc.Offset] {
				continue
			}
			seen[loc.Offset] = true
			if ind, err := f.indirectAt(loc.Offset); err == nil {
				out = append(out, ind)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Indirect) int { return a.Start - b.Start })
	return out
}
