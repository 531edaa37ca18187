package pdf

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"unicode/utf16"
)

// A font's ToUnicode CMap (ISO 32000-2 §9.10.3) says which characters the codes
// of its text are. A range of codes in it may be as long as its writer likes for
// every reader but PDFium, which takes the upper end's last byte alone: of one
// over more than 256 codes it reads a part, and takes what follows for something
// else. Writers that number the glyphs in order of their use put all of them in
// one range, and writers whose glyphs are numbered by character all of Unicode.

// The bounds of a CMap that is rewritten: one that names every code of two bytes
// has 256 chunks and, one by one, under two megabytes.
const (
	mostChunks   = 4096
	longestCMap  = 4 << 20
	chunksABlock = 100 // of one beginbfrange (Adobe Technical Note #5014)
)

// shortRanges rewrites a CMap so that none of its ranges crosses a multiple of
// 256, where PDFium's end, and says what it said. It reports false where it has
// nothing to do, or is no CMap that it understands.
func shortRanges(cmap []byte) ([]byte, bool) {
	var out []byte
	copied, count, chunks := 0, -1, 0 // count is where the number of ranges stands
	for t := (cmapTokens{text: cmap}); t.next(); {
		if string(t.token) != "beginbfrange" {
			count = -1
			if _, err := strconv.Atoi(string(t.token)); err == nil {
				count = t.at
			}
			continue
		}
		start := t.at
		if count >= 0 {
			start = count
		}
		ranges, long, ok := t.ranges()
		if !ok {
			return nil, false
		}
		count = -1
		if !long {
			continue
		}
		var short []bfRange
		for _, r := range ranges {
			short = r.chunks(short)
			if chunks+len(short) > mostChunks {
				return nil, false
			}
		}
		chunks += len(short)
		out = append(out, cmap[copied:start]...)
		out = writeRanges(out, short)
		copied = t.end
	}
	if copied == 0 {
		return nil, false
	}
	return append(out, cmap[copied:]...), true
}

// bfRange is a range of codes and the characters that they are: those of the
// list in turn, or those from one on.
type bfRange struct {
	low, high uint32
	digits    int // in which the codes are written
	from      []uint16
	list      [][]byte // as written
	listed    bool
}

func (r bfRange) long() bool { return r.low>>8 != r.high>>8 }

// chunks appends the parts of a range.
func (r bfRange) chunks(to []bfRange) []bfRange {
	if r.listed && uint32(len(r.list)) <= r.high-r.low {
		if len(r.list) == 0 {
			return to
		}
		r.high = r.low + uint32(len(r.list)) - 1
	}
	for low := r.low; len(to) <= mostChunks; {
		c := bfRange{low: low, high: min(r.high, low|0xFF), digits: r.digits, listed: r.listed}
		if r.listed {
			c.list = r.list[low-r.low : c.high-r.low+1]
		} else if c.from = later(r.from, low-r.low); c.from == nil {
			return to // no characters are left
		}
		to = append(to, c)
		if c.high == r.high {
			return to
		}
		low = c.high + 1
	}
	return to
}

// later is the character n after the last of a text in UTF-16, and what stands
// before that one; nil where there is none.
func later(text []uint16, n uint32) []uint16 {
	last := len(text) - 1
	if n == 0 {
		return text
	}
	if last > 0 {
		if r := utf16.DecodeRune(rune(text[last-1]), rune(text[last])); r != '\uFFFD' {
			if r += rune(n); r > 0x10FFFF {
				return nil
			}
			return utf16.AppendRune(text[:last-1:last-1], r)
		}
	}
	if uint32(text[last])+n > 0xFFFF {
		return nil
	}
	return append(text[:last:last], text[last]+uint16(n))
}

func writeRanges(out []byte, ranges []bfRange) []byte {
	for len(ranges) > 0 {
		block := ranges[:min(len(ranges), chunksABlock)]
		ranges = ranges[len(block):]
		out = fmt.Appendf(out, "%d beginbfrange\n", len(block))
		for _, r := range block {
			out = fmt.Appendf(out, "<%0*X><%0*X>", r.digits, r.low, r.digits, r.high)
			if r.listed {
				out = append(append(append(out, '['), bytes.Join(r.list, nil)...), "]\n"...)
				continue
			}
			out = append(out, '<')
			for _, u := range r.from {
				out = fmt.Appendf(out, "%04X", u)
			}
			out = append(out, ">\n"...)
		}
		out = append(out, "endbfrange"...)
		if len(ranges) > 0 {
			out = append(out, '\n')
		}
	}
	return out
}

// cmapTokens splits a CMap into the words of its language (PostScript's).
type cmapTokens struct {
	text    []byte
	at, end int // of the token
	token   []byte
}

func (t *cmapTokens) next() bool {
	i := t.end
	for i < len(t.text) && (blank(t.text[i]) || t.text[i] == '%') {
		if t.text[i] != '%' {
			i++
			continue
		}
		for i < len(t.text) && t.text[i] != '\n' && t.text[i] != '\r' {
			i++
		}
	}
	t.at = i
	if i == len(t.text) {
		t.end, t.token = i, nil
		return false
	}
	rest := t.text[i:]
	n := 1
	switch rest[0] {
	case '<':
		if n = 2; !bytes.HasPrefix(rest, []byte("<<")) {
			if n = bytes.IndexByte(rest, '>') + 1; n == 0 {
				n = len(rest)
			}
		}
	case '>':
		if bytes.HasPrefix(rest, []byte(">>")) {
			n = 2
		}
	case '(':
		n = literal(rest)
	case '[', ']', '{', '}', ')':
	default:
		for n < len(rest) && !blank(rest[n]) && !bytes.ContainsRune([]byte("<>[](){}/%"), rune(rest[n])) {
			n++
		}
	}
	t.end = i + n
	t.token = t.text[i:t.end]
	return true
}

func blank(b byte) bool {
	return b == ' ' || b == '\n' || b == '\r' || b == '\t' || b == '\f' || b == 0
}

// literal is the length of a string in brackets, which may have brackets in it.
func literal(text []byte) int {
	for i, depth := 0, 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

// ranges reads the ranges up to endbfrange and tells whether one is long.
func (t *cmapTokens) ranges() (ranges []bfRange, long, ok bool) {
	for t.next() {
		if string(t.token) == "endbfrange" {
			return ranges, long, true
		}
		var r bfRange
		var fits bool
		if r.low, r.digits, fits = code(t.token); !fits || !t.next() {
			return nil, false, false
		}
		if r.high, _, fits = code(t.token); !fits || r.high < r.low || !t.next() {
			return nil, false, false
		}
		if string(t.token) == "[" {
			r.listed = true
			for t.next() && string(t.token) != "]" {
				if _, fits := utf16Of(t.token); !fits {
					return nil, false, false
				}
				r.list = append(r.list, t.token)
			}
		} else if r.from, fits = utf16Of(t.token); !fits {
			return nil, false, false
		}
		long = long || r.long()
		ranges = append(ranges, r)
	}
	return nil, false, false
}

// code reads a code of at most four bytes, and how many digits it has.
func code(token []byte) (uint32, int, bool) {
	digits, ok := hexDigits(token)
	if !ok || len(digits) == 0 || len(digits) > 8 {
		return 0, 0, false
	}
	n, err := strconv.ParseUint(string(digits), 16, 32)
	return uint32(n), len(digits), err == nil
}

// utf16Of reads characters, of which one may be written in a byte.
func utf16Of(token []byte) ([]uint16, bool) {
	digits, ok := hexDigits(token)
	if !ok || len(digits) == 0 {
		return nil, false
	}
	if len(digits) < 4 {
		digits = append(bytes.Repeat([]byte("0"), 4-len(digits)), digits...)
	}
	raw := make([]byte, len(digits)/2)
	if _, err := hex.Decode(raw, digits); err != nil || len(raw)%2 != 0 {
		return nil, false
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return units, true
}

// hexDigits is what stands in a hexadecimal string.
func hexDigits(token []byte) ([]byte, bool) {
	if len(token) < 2 || token[0] != '<' || token[len(token)-1] != '>' {
		return nil, false
	}
	digits := make([]byte, 0, len(token)-2)
	for _, b := range token[1 : len(token)-1] {
		if !blank(b) {
			digits = append(digits, b)
		}
	}
	return digits, true
}
