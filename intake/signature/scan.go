package signature

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"jianding/intake/signature/revision"
	"jianding/schemas"
)

// isOFD recognises the domestic document format: a ZIP with OFD.xml in it
// (GB/T 33190-2016).
func isOFD(data []byte) bool {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return false
	}
	return bytes.Contains(data[:min(len(data), 1<<16)], []byte("OFD.xml")) ||
		bytes.Contains(data[max(0, len(data)-1<<16):], []byte("OFD.xml"))
}

// rawRange is what a byte range in the raw bytes claims.
type rawRange struct{ gapStart, gapEnd, end int }

// rawRanges finds byte ranges by their text, whatever the structure says.
func rawRanges(data []byte) []rawRange {
	const most = 256
	var out []rawRange
	rest := data
	for len(out) < most {
		i := bytes.Index(rest, []byte("/ByteRange"))
		if i < 0 {
			break
		}
		rest = rest[i+len("/ByteRange"):]
		window := string(rest[:min(len(rest), 128)])
		open, shut := strings.IndexByte(window, '['), strings.IndexByte(window, ']')
		if open < 0 || shut < open {
			continue
		}
		f := strings.Fields(window[open+1 : shut])
		if len(f) != 4 {
			continue
		}
		g, errG := strconv.Atoi(f[1])
		a, errA := strconv.Atoi(f[2])
		b, errB := strconv.Atoi(f[3])
		if errG == nil && errA == nil && errB == nil && g > 0 && g < a && b > 0 && a <= len(data) && b <= len(data)-a {
			out = append(out, rawRange{g, a, a + b})
		}
	}
	return out
}

// hiddenRanges counts byte ranges whose gap is a signature value of this very
// file, and which no signature of the form accounts for: a cross-reference
// chain that was cut hides them.
func (v *verification) hiddenRanges() int {
	n := 0
	for _, r := range rawRanges(v.data) {
		if r.gapEnd-r.gapStart < 64 || v.data[r.gapStart] != '<' || v.data[r.gapEnd-1] != '>' ||
			allDigits(v.data[r.gapStart+1:r.gapEnd-1], '0') || !allHex(v.data[r.gapStart+1:r.gapEnd-1]) {
			continue
		}
		known := n >= v.policy.MaxSignatures
		for _, s := range v.signatures {
			known = known || s.gapStart == r.gapStart && s.end == r.end
		}
		if !known && !v.rights[r.gapStart] {
			n++
			if _, err := v.doc.Open(r.end); err == nil {
				v.hidden = append(v.hidden, r.end)
			}
		}
	}
	return n
}

func allDigits(b []byte, d byte) bool {
	for _, c := range b {
		if c != d {
			return false
		}
	}
	return true
}

func allHex(b []byte) bool {
	for _, c := range b {
		if unhexable(c) {
			return false
		}
	}
	return true
}

// rangeEnds finds where signatures of an unreadable file claim to end, newest
// first. It guesses, and is only used to tell what is wrong.
func rangeEnds(data []byte) []int {
	const most = 32
	var ends []int
	for _, r := range rawRanges(data) {
		ends = append(ends, r.end)
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	slices.Reverse(ends)
	return ends[:min(len(ends), most)]
}

// stamped reports whether the file shows a stamp annotation: a picture of a
// seal that nobody signed.
func (v *verification) stamped() bool {
	if v.file == nil {
		return false
	}
	for _, n := range v.file.Numbers() {
		o, err := v.file.Object(n)
		if d, ok := o.(*revision.Dict); err == nil && ok && d.Name("Subtype") == "Stamp" {
			return true
		}
	}
	return false
}

// place finds page and rectangle of a visible signature.
func (v *verification) place(s *signature) *schemas.SealPlace {
	w := s.widget
	if w == nil {
		return nil
	}
	if w.Get("Rect") == nil {
		kids, err := v.file.Resolve(w.Get("Kids"))
		a, _ := kids.(revision.Array)
		if err != nil || len(a) == 0 {
			return nil
		}
		if w = v.file.Dict(a[0]); w == nil {
			return nil
		}
	}
	box, ok := rectangle(v.file, w.Get("Rect"))
	if !ok || box[0] == box[2] || box[1] == box[3] {
		return nil
	}
	r, _ := w.Get("P").(revision.Ref)
	page := v.pageNumber(r.Num)
	if page == 0 {
		return nil
	}
	return &schemas.SealPlace{Page: page, Box: box}
}

func rectangle(f *revision.File, o revision.Object) (box [4]float64, ok bool) {
	x, err := f.Resolve(o)
	a, isArray := x.(revision.Array)
	if err != nil || !isArray || len(a) != 4 {
		return box, false
	}
	for i, e := range a {
		e, err := f.Resolve(e)
		if err != nil {
			return box, false
		}
		switch n := e.(type) {
		case int64:
			box[i] = float64(n)
		case float64:
			box[i] = n
		default:
			return box, false
		}
	}
	if box[0] > box[2] {
		box[0], box[2] = box[2], box[0]
	}
	if box[1] > box[3] {
		box[1], box[3] = box[3], box[1]
	}
	return box, true
}

// pageNumber counts pages of the tree until object num, from 1.
func (v *verification) pageNumber(num int) int {
	if v.pages == nil {
		v.pages = make(map[int]int)
		root, err := v.file.Root()
		if err == nil {
			v.countPages(root.Get("Pages"), 0, make(map[int]bool))
		}
	}
	return v.pages[num]
}

func (v *verification) countPages(o revision.Object, depth int, seen map[int]bool) {
	r, ok := o.(revision.Ref)
	if !ok || seen[r.Num] || depth > 48 || len(seen) > 200_000 {
		return
	}
	seen[r.Num] = true
	d := v.file.Dict(r)
	if d == nil {
		return
	}
	kids, err := v.file.Resolve(d.Get("Kids"))
	a, isNode := kids.(revision.Array)
	if err != nil || !isNode {
		v.pages[r.Num] = len(v.pages) + 1
		return
	}
	for _, k := range a {
		v.countPages(k, depth+1, seen)
	}
}

// pdfDate reads D:YYYYMMDDHHmmSSOHH'mm' (ISO 32000-1, 7.9.4).
func pdfDate(s string) (time.Time, bool) {
	s = strings.TrimPrefix(s, "D:")
	s = strings.ReplaceAll(s, "'", "")
	for _, layout := range []string{"20060102150405-0700", "20060102150405Z0700", "20060102150405Z", "20060102150405"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func unhexable(c byte) bool {
	return (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F')
}
