package revision

import (
	"bytes"
	"compress/zlib"
	"io"
)

// What stands in an update must be so plain that every reader takes it alike,
// and none finds the file broken: a reader that repairs looks for objects all
// over the file, and finds what the cross-references of the signed revision
// did not show.

// plainComments skips white space and comments that could not be taken for
// anything else by a reader that repairs files.
func (p *parser) plainComments() error {
	for {
		p.skipBlank()
		if p.pos >= len(p.data) || p.data[p.pos] != '%' {
			return nil
		}
		end := bytes.IndexAny(p.data[p.pos:], "\r\n")
		if end < 0 {
			end = len(p.data) - p.pos
		}
		line := p.data[p.pos : p.pos+end]
		if looksLikeStructure(line) || bytes.HasPrefix(line, []byte("%%EOF")) || bytes.HasPrefix(line, []byte("%PDF")) {
			return syntax(p.pos, "comment that hides structure")
		}
		p.pos += end
	}
}

// plainObject refuses an appended object that other readers could see
// differently: without endobj, with a stream whose Length is wrong, or with a
// stream in whose bytes a repairing reader would find objects.
func (f *File) plainObject(ind *Indirect) error {
	if ind.EndedBy != "endobj" || ind.End < len(f.data) && isRegular(f.data[ind.End]) {
		return syntax(ind.Start, "object %d without endobj", ind.Num)
	}
	head := &parser{data: f.data, pos: ind.Start}
	_, ok1 := head.uint()
	head.skipBlank()
	_, ok2 := head.uint()
	head.skipBlank()
	if !ok1 || !ok2 || !head.keyword("obj") {
		return syntax(ind.Start, "object %d has grown together with its value", ind.Num)
	}
	if ind.Ambiguous {
		return syntax(ind.Start, "object %d holds what readers take differently", ind.Num)
	}
	if st, ok := ind.Value.(*Stream); ok {
		if st.Err != nil {
			return st.Err
		}
		if start := f.data[ind.Start:st.from]; !bytes.HasSuffix(start, []byte("stream\n")) && !bytes.HasSuffix(start, []byte("stream\r\n")) {
			return syntax(ind.Start, "stream %d begins in the line of its keyword", ind.Num)
		}
		if looksLikeStructure(st.Raw) || bytes.Contains(st.Raw, []byte("endstream")) {
			return syntax(ind.Start, "stream %d hides structure", ind.Num)
		}
		return nil
	}
	if looksLikeStructure(f.data[head.pos : ind.End-len("endobj")]) {
		return syntax(ind.Start, "object %d hides structure", ind.Num)
	}
	return nil
}

// looksLikeStructure finds "<digit> <digits> obj", trailer, startxref.
func looksLikeStructure(b []byte) bool {
	if bytes.Contains(b, []byte("trailer")) || bytes.Contains(b, []byte("startxref")) {
		return true
	}
	for from := 0; ; {
		i := bytes.Index(b[from:], []byte("obj"))
		if i < 0 {
			return false
		}
		at := from + i
		from = at + 3
		j := at
		for j > 0 && isSpace(b[j-1]) {
			j--
		}
		k := j
		for k > 0 && isDigit(b[k-1]) {
			k--
		}
		if k < j && k > 0 && isSpace(b[k-1]) {
			return true
		}
	}
}

// entrySize is the length of an entry of a cross-reference table (ISO 32000-1,
// 7.5.4), by which some readers count.
const entrySize = 20

// plainTable demands of a table the very layout of the standard.
func (f *File) plainTable(s *Section) error {
	p := &parser{data: f.data[:s.End], pos: s.Offset + len("xref")}
	broken := syntax(s.Offset, "cross-reference table is not laid out as readers count")
	if !p.lineEnd() {
		return broken
	}
	for !p.keyword("trailer") {
		_, ok1 := p.uint()
		if !ok1 || p.pos >= len(p.data) || p.data[p.pos] != ' ' {
			return broken
		}
		p.pos++
		count, ok2 := p.uint()
		if !ok2 || !p.lineEnd() || count > (len(p.data)-p.pos)/entrySize {
			return broken
		}
		for ; count > 0; count-- {
			if !plainEntry(p.data[p.pos : p.pos+entrySize]) {
				return broken
			}
			p.pos += entrySize
		}
		p.skipBlank()
	}
	return nil
}

func plainEntry(e []byte) bool {
	for i, c := range e[:16] {
		if i == 10 != (c == ' ') || i != 10 && !isDigit(c) {
			return false
		}
	}
	end := string(e[18:])
	return e[16] == ' ' && (e[17] == 'n' || e[17] == 'f') && (end == " \n" || end == " \r" || end == "\r\n")
}

// lineEnd takes spaces and one end of line.
func (p *parser) lineEnd() bool {
	for p.pos < len(p.data) && p.data[p.pos] == ' ' {
		p.pos++
	}
	start := p.pos
	if p.pos < len(p.data) && p.data[p.pos] == '\r' {
		p.pos++
	}
	if p.pos < len(p.data) && p.data[p.pos] == '\n' {
		p.pos++
	}
	return p.pos > start
}

// plainContainer demands of an object stream that its objects stand in order
// and apart: one reader reads as far as an object goes, another as far as the
// next one's offset.
func (f *File) plainContainer(ind *Indirect, objs []packed) error {
	for i, o := range objs {
		if o.ambiguous {
			return syntax(ind.Start, "object stream %d holds what readers take differently", ind.Num)
		}
		if i > 0 && o.start < objs[i-1].end {
			return syntax(ind.Start, "object stream %d: objects overlap", ind.Num)
		}
	}
	return f.wholeData(ind, f.doc.crypt)
}

// wholeData demands that the compressed data of a structural stream end where
// they say: inflaters differ in how much they give of broken ones.
func (f *File) wholeData(ind *Indirect, c *decrypter) error {
	st, ok := ind.Value.(*Stream)
	if !ok || st.Dict.Get("Filter") == nil {
		return nil
	}
	data := st.Raw
	if c != nil {
		var err error
		if data, err = c.stream(st); err != nil {
			return err
		}
	}
	r := bytes.NewReader(data)
	z, err := zlib.NewReader(r)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, io.LimitReader(z, int64(f.doc.budget.inflated)+1))
	if f.doc.budget.inflated -= int(n); f.doc.budget.inflated < 0 {
		return ErrBudget
	}
	if err != nil || len(bytes.TrimRight(data[len(data)-r.Len():], "\r\n")) > 0 {
		return syntax(ind.Start, "compressed data of stream %d break off or go on", ind.Num)
	}
	return nil
}

// checkLinearized: a linearized file says how long it is (ISO 32000-1, annex F).
// Readers that find it so long begin with its first page's cross-references and
// never look at the end, so that an update must not make it true.
func (f *File) checkLinearized(old *File) error {
	ind := f.linearization()
	if ind == nil {
		return nil
	}
	d, _ := ind.Value.(*Dict)
	if n, whole := d.Get("L").(int64); !whole || n > int64(len(old.data)) {
		return syntax(ind.Start, "the file was not so long when it was signed as it says")
	}
	return nil
}

// linearization is the first object, when it is what makes a linearized file.
func (f *File) linearization() *Indirect {
	p := &parser{data: f.data}
	p.skipSpace()
	ind, err := f.indirectAt(p.pos)
	if err != nil {
		return nil // no object comes first
	}
	if d, ok := ind.Value.(*Dict); !ok || d.Get("Linearized") == nil {
		return nil
	}
	return ind
}
