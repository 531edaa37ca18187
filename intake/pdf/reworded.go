package pdf

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
)

// What PDFium misreads of a character map it is given in other words, in a copy
// of the document in which nothing else is changed: not one offset, length or
// dictionary. What is signed and kept stays as it came.

// rewording is data of the same length to stand in the place of some of the
// document's.
type rewording struct {
	at   int
	data []byte
}

// The bounds of the look for character maps. A map is two or three times as long
// as it is compressed, so that what unfolds further is no map, and a small file
// costs little.
const (
	mapsUnfolded  = 8 << 20
	longestMap    = 1 << 20
	unfoldsTo     = 32
	mostRewritten = 256
	mostStreams   = 200_000
	mostHeads     = 50_000
	mostFonts     = 10_000
	headBytes     = 160 // of the compressed data, that are looked at of each stream
	longestDict   = 256 // of a stream; of a font, before and behind its map's name
)

// rewordings lists what PDFium must be given in other words, nothing for nearly
// all documents. Its time is linear in their size: from one keyword "stream" to
// the next everything is looked at once.
func rewordings(document []byte) []rewording {
	r := rewriter{document: document, left: mapsUnfolded, heads: mostHeads}
	for _, s := range r.survey() {
		if len(r.out) == mostRewritten || r.left <= 0 || r.heads <= 0 {
			break
		}
		r.stream(s)
	}
	// Whatever is encrypted is something else for PDFium.
	if len(r.out) > 0 && bytes.Contains(document, []byte("/Encrypt")) {
		return nil
	}
	return r.out
}

type rewriter struct {
	document    []byte
	out         []rewording
	left, heads int
	named       map[string]bool // numbers of objects; nil: any may be one
	fonts       int             // that were looked at
	unfold      unfolder
	head        [64]byte
	cmap        *charMap
	zip         *zlib.Writer
}

// The dictionary of a stream that may be a character map, as far as its object's
// header: nothing may be said of it but its length and the usual filter.
var (
	mapObject = regexp.MustCompile(`^obj\s*<<\s*((?:/Length\s+\d{1,9}(?:\s+\d{1,5}\s+R)?\s*|/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])\s*)*)>>\s*$`)
	mapLength = regexp.MustCompile(`/Length\s+(\d+)(\s+\d+\s+R)?`)
)

// lastNumber cuts the digits off the end of b, and the blanks behind them.
func lastNumber(b []byte) (before, digits []byte) {
	b = bytes.TrimRight(b, " \t\r\n")
	n := len(b)
	for n > 0 && b[n-1] >= '0' && b[n-1] <= '9' {
		n--
	}
	return b[:n], b[n:]
}

// span is where a stream of the document has its keyword, and where its data end.
type span struct{ keyword, end int }

var streamKeyword = []byte("stream")

// survey finds the streams of the document, from one keyword to the next, and in
// the text between them which objects composite fonts name as their character
// maps. Where there is no such font nothing needs to be looked at.
func (r *rewriter) survey() (streams []span) {
	r.named = make(map[string]bool)
	open := -1 // the keyword that the last "endstream" has not closed
	text := 0  // begins behind the last stream
	for i := 0; len(streams) < mostStreams; {
		n := bytes.Index(r.document[i:], streamKeyword)
		if n < 0 {
			break
		}
		at := i + n
		i = at + len(streamKeyword)
		if !bytes.HasSuffix(r.document[:at], []byte("end")) {
			open = at
			continue
		}
		if open >= 0 {
			streams = append(streams, span{open, at - len("end")})
			r.names(r.document[text:open])
			text = i
		}
		open = -1
	}
	r.names(r.document[text:])
	if r.named != nil && len(r.named) == 0 {
		return nil
	}
	return streams
}

// names notes the numbers of the objects that a text names as character maps, or
// that names may be out of sight, in streams of objects.
func (r *rewriter) names(text []byte) {
	if r.named == nil || bytes.Contains(text, []byte("/ObjStm")) {
		r.named = nil
		return
	}
	key := []byte("/ToUnicode")
	for i := 0; r.fonts < mostFonts; r.fonts++ {
		n := bytes.Index(text[i:], key)
		if n < 0 {
			return
		}
		at := i + n
		i = at + len(key)
		// Codes of two bytes are those of a composite font alone.
		font := text[max(0, at-longestDict):min(len(text), i+longestDict)]
		if !bytes.Contains(font, []byte("/Type0")) {
			continue
		}
		digits := bytes.TrimLeft(text[i:min(len(text), i+16)], " \t\r\n")
		n = 0
		for n < len(digits) && digits[n] >= '0' && digits[n] <= '9' {
			n++
		}
		r.named[string(digits[:n])] = true
	}
}

// stream looks at a stream, and puts it in other words where that is to be done.
func (r *rewriter) stream(s span) {
	at, start, end := s.keyword, s.keyword+len(streamKeyword), s.end
	switch {
	case bytes.HasPrefix(r.document[start:end], []byte("\r\n")):
		start += 2
	case bytes.HasPrefix(r.document[start:end], []byte("\n")):
		start++
	default:
		return
	}
	data := r.document[start:end]
	// Most streams are no more than this.
	if len(data) < 16 || len(data) > longestMap || data[0]&0x0F != 8 && data[0] != '/' {
		return
	}
	dict := r.document[max(0, at-longestDict):at]
	obj := bytes.LastIndex(dict, []byte("obj"))
	if obj < 0 {
		return
	}
	before, generation := lastNumber(dict[:obj])
	_, number := lastNumber(before)
	if len(generation) == 0 || r.named != nil && !r.named[string(number)] {
		return
	}
	found := mapObject.FindSubmatch(dict[obj:])
	if found == nil || bytes.Count(found[1], []byte("/Filter")) > 1 || bytes.Count(found[1], []byte("/Length")) != 1 {
		return
	}
	length := mapLength.FindSubmatch(found[1])
	known := len(length[2]) == 0
	if known { // else PDFium looks for the end itself where it is told another
		n, err := strconv.Atoi(string(length[1]))
		if err != nil || n > len(data) || !lineEnd(data[n:]) {
			return
		}
		data = data[:n]
	}
	compressed := bytes.Contains(found[1], []byte("/Filter"))
	if !compressed && !known {
		return
	}
	if text, size, ok := r.text(data, compressed); ok {
		r.rewrite(start, data[:size], text, compressed)
	}
}

// lineEnd tells whether b is nothing but an end of a line, or nothing.
func lineEnd(b []byte) bool {
	return len(b) == 0 || string(b) == "\n" || string(b) == "\r" || string(b) == "\r\n"
}

// text unfolds a stream that begins as a character map does, and tells how many
// bytes of it the data are: all, but for an end of a line.
func (r *rewriter) text(data []byte, compressed bool) ([]byte, int, bool) {
	if !compressed {
		r.left -= len(data)
		return data, len(data), bytes.HasPrefix(data, []byte("/CIDInit"))
	}
	if r.named == nil && !r.begins(data) || !r.reset(data) {
		return nil, 0, false
	}
	most := min(r.left, longestMap, unfoldsTo*len(data))
	r.unfold.into.Reset()
	read, err := r.unfold.into.ReadFrom(io.LimitReader(r.unfold.z, int64(most)+1))
	r.left -= int(read)
	size := len(data) - r.unfold.from.Len()
	return r.unfold.into.Bytes(), size, err == nil && int(read) <= most && lineEnd(data[size:])
}

// begins tells whether compressed data begin as a character map does, of which
// not more is unfolded than that.
func (r *rewriter) begins(data []byte) bool {
	r.heads--
	if !r.reset(data[:min(len(data), headBytes)]) {
		return false
	}
	n, _ := io.ReadFull(r.unfold.z, r.head[:])
	return bytes.HasPrefix(bytes.TrimLeft(r.head[:n], " \t\r\n"), []byte("/CIDInit"))
}

func (r *rewriter) reset(data []byte) bool {
	r.unfold.from.Reset(data)
	var err error
	if again, ok := r.unfold.z.(zlib.Resetter); ok {
		err = again.Reset(&r.unfold.from, nil)
	} else {
		r.unfold.z, err = zlib.NewReader(&r.unfold.from)
	}
	return err == nil
}

// structural are the words by which a reader finds its way in a document. Where
// neither the old data nor the new have one, no object, table or trailer begins
// or ends in them: an entry that points there finds, both times, nothing.
var structural = [][]byte{[]byte("obj"), []byte("xref"), []byte("trailer"), []byte("stream")}

func leadsNowhere(data []byte) bool {
	for _, w := range structural {
		if bytes.Contains(data, w) {
			return false
		}
	}
	return true
}

// rewrite puts a character map that PDFium misreads in other words, if they fit.
func (r *rewriter) rewrite(at int, data, text []byte, compressed bool) {
	if r.cmap == nil {
		r.cmap = &charMap{left: codesRead}
	}
	if !r.cmap.read(text) || !r.cmap.misread || !leadsNowhere(data) {
		return
	}
	words := r.cmap.compact()
	if len(words) == 0 {
		return
	}
	filler := byte(' ')
	if compressed {
		filler = 0
		var b bytes.Buffer
		if r.zip == nil {
			r.zip, _ = zlib.NewWriterLevel(&b, zlib.BestCompression)
		} else {
			r.zip.Reset(&b)
		}
		if _, err := r.zip.Write(words); err != nil || r.zip.Close() != nil {
			return
		}
		words = b.Bytes()
	}
	if len(words) > len(data) {
		return
	}
	out := bytes.Repeat([]byte{filler}, len(data))
	copy(out, words)
	if leadsNowhere(out) {
		r.out = append(r.out, rewording{at, out})
	}
}

// inOtherWords is the page of the copy in other words where it is drawn as that of
// the document, which p is: else p. Data may be used for more than they are made
// for, a character map as the colours of a picture or inside of a string that is
// shown, and what is read is what the document shows.
func (d *Document) inOtherWords(g *guest, p *page) (*page, error) {
	n := p.info.Number
	same, known := d.same[n]
	if known && !same {
		return p, nil
	}
	other, err := d.pageOf(g, d.reworded, n)
	if err == nil && !known {
		same, err = d.looksTheSame(g, p, other)
	}
	switch {
	case g.broken:
		return nil, err
	case err != nil:
		return p, nil //nolint:nilerr // the document itself is read, as if there were no copy
	}
	if d.same == nil {
		d.same = make(map[int]bool)
	}
	d.same[n] = same
	if !same {
		p, other = other, p
	}
	return other, closePage(g, p)
}

// looksTheSame draws two pages, with what lies on them.
func (d *Document) looksTheSame(g *guest, a, b *page) (bool, error) {
	if a.info != b.info || a.box != b.box {
		return false, nil
	}
	one, err := d.render(g, a, pointsPerInch)
	if err != nil {
		return false, err
	}
	two, err := d.render(g, b, pointsPerInch)
	return err == nil && bytes.Equal(one.Pix, two.Pix), err
}
