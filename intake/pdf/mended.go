package pdf

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// What PDFium misreads of a document it is given anew: an incremental update
// (ISO 32000-2 §7.5.6) in memory, behind the bytes that were signed, with which
// nothing else of the document changes. Hardly any document needs it, so that
// the others must not pay for it: a look at the beginning of each stream tells.

// mended returns an update with the CMaps of a document that PDFium misreads
// (see shortRanges), nil for nearly all. What is out of the ordinary is left as
// it is: then the characters stay unread, and a human reads the report.
func mended(ctx context.Context, document []byte, limits Limits) (update []byte) {
	// Of what is encrypted the bytes tell nothing.
	if !bytes.Contains(document, []byte("/Encrypt")) && !hasLongRanges(document) {
		return nil
	}
	defer func() {
		if recover() != nil { // pdfcpu's
			update = nil
		}
	}()
	disableConfigDir()
	pc, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(document), configuration(limits))
	if err != nil || pc.Root == nil || (pc.E == nil) != (pc.Encrypt == nil) {
		return nil
	}
	var streams []newStream
	for n := range onlyToUnicode(pc) {
		if s, ok := rewritten(pc, document, n); ok {
			s.data = sealed(pc, s)
			streams = append(streams, s)
		}
	}
	slices.SortFunc(streams, func(a, b newStream) int { return a.number - b.number })
	return appended(document, pc, streams)
}

const (
	// streamsSeen and cmapsUnfolded bound the look at a document.
	streamsSeen   = 20_000
	cmapsUnfolded = 32 << 20
	// cmapBegins is within how many bytes a CMap says that it is one: comments
	// may stand before.
	cmapBegins = 512
)

// noCMap is what the dictionary of a stream has that is something else.
var noCMap = regexp.MustCompile(`/(Subtype|Width|Length1|N|ShadingType|PatternType|Size)\b`)

// hasLongRanges tells whether a stream of the document is a CMap that must be
// rewritten. It goes by the bytes, unlike mended.
func hasLongRanges(document []byte) bool {
	left := cmapsUnfolded
	unfold := flate.NewReader(nil)
	keyword := []byte("stream")
	for i, seen := 0, 0; seen < streamsSeen; seen++ {
		n := bytes.Index(document[i:], keyword)
		if n < 0 {
			return false
		}
		at := i + n
		i = at + len(keyword)
		if bytes.HasSuffix(document[:at], []byte("end")) {
			seen--
			continue
		}
		dict := document[max(0, at-512):at]
		if o := bytes.LastIndex(dict, []byte("obj")); o >= 0 {
			dict = dict[o:]
		}
		if noCMap.Match(dict) {
			continue
		}
		body := document[i:]
		for k := 0; k < 2 && len(body) > 0 && (body[0] == '\r' || body[0] == '\n'); k++ {
			body = body[1:]
		}
		head := body[:min(len(body), cmapBegins)]
		compressed := len(body) > 2 && body[0]&0x0F == 8 && (int(body[0])<<8|int(body[1]))%31 == 0
		if compressed {
			head = unfolded(unfold, head[2:], cmapBegins)
		}
		if !bytes.Contains(head, []byte("begincmap")) {
			continue
		}
		cmap := body[:min(len(body), left, longestCMap)]
		if compressed {
			cmap = unfolded(unfold, body[2:], min(left, longestCMap))
		}
		if end := bytes.Index(cmap, []byte("endcmap")); end >= 0 {
			cmap = cmap[:end]
		}
		if left -= len(cmap) + 1; left <= 0 {
			return false
		}
		if _, long := shortRanges(cmap); long {
			return true
		}
	}
	return false
}

// unfolded is the beginning of what is compressed; what comes before a fault
// counts.
func unfolded(z io.ReadCloser, data []byte, most int) []byte {
	if z.(flate.Resetter).Reset(bytes.NewReader(data), nil) != nil {
		return nil
	}
	plain, _ := io.ReadAll(io.LimitReader(z, int64(most)))
	return plain
}

// onlyToUnicode lists the objects that fonts name as their ToUnicode CMap, and
// that nothing else of the document names.
func onlyToUnicode(pc *model.Context) map[int]bool {
	named := make(map[int]bool)
	var walk func(o types.Object, cmap bool, depth int)
	walk = func(o types.Object, cmap bool, depth int) {
		if depth > maxWalkDepth {
			return
		}
		switch o := o.(type) {
		case types.IndirectRef:
			n := o.ObjectNumber.Value()
			only, seen := named[n]
			named[n] = cmap && (only || !seen)
		case types.Dict:
			font := o.Type() != nil && *o.Type() == "Font"
			for key, v := range o {
				walk(v, font && key == "ToUnicode", depth+1)
			}
		case *types.Dict:
			walk(*o, false, depth)
		case types.StreamDict:
			walk(o.Dict, false, depth)
		case *types.StreamDict:
			walk(o.Dict, false, depth)
		case types.ObjectStreamDict:
			walk(o.Dict, false, depth)
		case *types.ObjectStreamDict:
			walk(o.Dict, false, depth)
		case types.XRefStreamDict:
			walk(o.Dict, false, depth)
		case *types.XRefStreamDict:
			walk(o.Dict, false, depth)
		case types.Array:
			for _, x := range o {
				walk(x, false, depth+1)
			}
		case types.LazyObjectStreamObject:
			if x, err := o.DecodedObject(context.Background()); err == nil {
				walk(x, false, depth+1)
			}
		}
	}
	for _, entry := range pc.Table {
		if entry != nil && !entry.Free {
			walk(entry.Object, false, 0)
		}
	}
	walk(*pc.Root, false, 0)
	for n, only := range named {
		if !only {
			delete(named, n)
		}
	}
	return named
}

// newStream is a stream of the document with other data.
type newStream struct {
	number, generation int
	data               []byte
}

// rewritten is the CMap that object n is, rewritten. The object must be where
// every reader finds it: a stream in the open, of which there is no other.
func rewritten(pc *model.Context, document []byte, n int) (newStream, bool) {
	entry := pc.Table[n]
	if entry == nil || entry.Free || entry.Compressed || entry.Offset == nil || entry.Generation == nil {
		return newStream{}, false
	}
	s, ok := entry.Object.(types.StreamDict)
	if !ok || s.Dict["Subtype"] != nil || s.Dict["F"] != nil {
		return newStream{}, false
	}
	cmap, ok := plainContent(&s, longestCMap)
	if !ok || !bytes.Contains(cmap, []byte("begincmap")) {
		return newStream{}, false
	}
	short, long := shortRanges(cmap)
	if !long {
		return newStream{}, false
	}
	if found := definitions(document, n, *entry.Generation); len(found) != 1 || int64(found[0]) != *entry.Offset {
		return newStream{}, false
	}
	return newStream{n, *entry.Generation, short}, true
}

// objectHeader is what begins an object, from its number on.
var objectHeader = regexp.MustCompile(`^\d+\s+(\d+)\s+obj\b`)

// definitions returns where a document defines an object, at most twice. The
// number is looked for first: an expression over all bytes costs ten times that.
func definitions(document []byte, n, generation int) []int {
	var out []int
	number := []byte(strconv.Itoa(n))
	for i := 0; len(out) < 2; {
		k := bytes.Index(document[i:], number)
		if k < 0 {
			return out
		}
		at := i + k
		i = at + 1
		if at > 0 && wordByte(document[at-1]) {
			continue
		}
		rest := document[at+len(number):]
		if len(rest) == 0 || rest[0] > ' ' {
			continue
		}
		if m := objectHeader.FindSubmatch(document[at:]); m != nil && string(m[1]) == strconv.Itoa(generation) {
			out = append(out, at)
		}
	}
	return out
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}

// appended is the update that puts streams in the place of those that are in the
// document, nil where it would take more than a section of the usual kinds.
func appended(document []byte, pc *model.Context, streams []newStream) []byte {
	last := lastSection.FindAllSubmatch(document[max(0, len(document)-4096):], -1)
	if len(streams) == 0 || len(last) == 0 || bytes.Contains(document, []byte("/XRefStm")) {
		return nil
	}
	prev, err := strconv.Atoi(string(last[len(last)-1][1]))
	if err != nil || prev >= len(document) {
		return nil
	}
	rest := fmt.Sprintf("/Root %d %d R/Prev %d", pc.Root.ObjectNumber, pc.Root.GenerationNumber, prev)
	if pc.Encrypt != nil {
		rest += fmt.Sprintf("/Encrypt %d %d R", pc.Encrypt.ObjectNumber, pc.Encrypt.GenerationNumber)
		if len(pc.ID) > 0 {
			rest += "/ID" + pc.ID.PDFString()
		}
	}
	size := 0
	for n := range pc.Table {
		size = max(size, n+1)
	}
	out := []byte("\n")
	here := func() int { return len(document) + len(out) }
	at := make([]int, len(streams))
	for i, s := range streams {
		at[i] = here()
		out = fmt.Appendf(out, "%d %d obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n", s.number, s.generation, len(s.data), s.data)
	}
	xref := here()
	if bytes.HasPrefix(document[prev:], []byte("xref")) {
		out = append(out, "xref\n"...)
		for i, s := range streams {
			out = fmt.Appendf(out, "%d 1\n%010d %05d n \n", s.number, at[i], s.generation)
		}
		out = fmt.Appendf(out, "trailer\n<</Size %d%s>>\n", size, rest)
	} else {
		var index, data []byte
		add := func(number, at, generation int) {
			index = fmt.Appendf(index, "%d 1 ", number)
			data = append(binary.BigEndian.AppendUint32(append(data, 1), uint32(at)), byte(generation>>8), byte(generation))
		}
		for i, s := range streams {
			add(s.number, at[i], s.generation)
		}
		add(size, xref, 0)
		out = fmt.Appendf(out, "%d 0 obj\n<</Type/XRef/Size %d%s/W[1 4 2]/Index[%s]/Length %d>>\nstream\n%s\nendstream\nendobj\n",
			size, size+1, rest, index, len(data), data)
	}
	return fmt.Appendf(out, "startxref\n%d\n%%%%EOF\n", xref)
}

// lastSection is where a document says where its cross-references are.
var lastSection = regexp.MustCompile(`startxref\s+(\d{1,10})\b`)
