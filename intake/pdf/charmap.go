package pdf

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// A font's ToUnicode CMap (ISO 32000-2 §9.10.3) says which characters the codes
// of its text are. PDFium reads less of one than other readers do: of a range it
// takes the upper end's last byte alone, and a block whose number of entries is
// not the one printed before it says nothing. pdfmake (pdfkit) prints both:
//
//	1 beginbfrange
//	<0000> <01a2> [<0000> <623f> …]
//
// and, since it cuts ranges at 256 codes, "1 beginbfrange" before two of them.

const (
	// longestCharacters is how many UTF-16 units one code may stand for.
	longestCharacters = 16
	// codesRead bounds the codes that all CMaps of a document name together: a
	// range of 65,536 is written in twenty bytes.
	codesRead = 1 << 19
)

// charMap is what a CMap says of codes of two bytes.
type charMap struct {
	to    [1 << 16]characters
	codes []uint16 // that have characters, in the order of their naming
	units []uint16 // of all characters
	space [][2]int // of codes
	left  int      // of codesRead
	// misread is set when PDFium does not read it as it is written.
	misread bool
}

// characters are a part of charMap.units; none where n is 0.
type characters struct {
	at int32
	n  uint8
}

func (m *charMap) reset() {
	for _, c := range m.codes {
		m.to[c] = characters{}
	}
	m.codes, m.units, m.space, m.misread = m.codes[:0], m.units[:0], m.space[:0], false
}

func (m *charMap) of(code int) []uint16 {
	c := m.to[code]
	return m.units[c.at : int(c.at)+int(c.n)]
}

// set says that a code stands for the last n units; what a code was said to be
// before must be the same.
func (m *charMap) set(code, n int) bool {
	if m.left--; m.left < 0 {
		return false
	}
	if !slices.ContainsFunc(m.space, func(s [2]int) bool { return s[0] <= code && code <= s[1] }) {
		return false
	}
	at := len(m.units) - n
	if m.to[code].n > 0 {
		same := slices.Equal(m.of(code), m.units[at:])
		m.units = m.units[:at]
		return same
	}
	m.to[code] = characters{int32(at), uint8(n)}
	m.codes = append(m.codes, uint16(code))
	return true
}

// plainWords are the operators around the blocks of a CMap, as of Adobe's
// Technical Note #5411. Nothing is done with them, and they do nothing to codes.
var plainWords = map[string]bool{
	"findresource": true, "begin": true, "dict": true, "dup": true, "def": true, "end": true,
	"currentdict": true, "defineresource": true, "pop": true, "CMapName": true,
}

// collections are the names by which PDFium takes characters from elsewhere.
var collections = map[string]bool{"/Adobe-Korea1-UCS2": true, "/Adobe-Japan1-UCS2": true, "/Adobe-CNS1-UCS2": true, "/Adobe-GB1-UCS2": true}

// read reads a CMap by a strict grammar: the usual words and no other, codes of
// two bytes in the space declared before, each with one meaning, nothing that
// stands for nothing. It reports false for any other text.
func (m *charMap) read(text []byte) bool {
	m.reset()
	t := cmapTokens{text: text}
	for _, w := range []string{"/CIDInit", "/ProcSet", "findresource", "begin"} {
		if !t.next() || string(t.token) != w {
			return false
		}
	}
	begun, ended, count := false, false, -1
	last := ""
	for t.next() {
		number := -1
		switch word := string(t.token); word {
		case "begincmap":
			if begun {
				return false
			}
			begun = true
		case "endcmap":
			if !begun || ended {
				return false
			}
			ended = true
		case "begincodespacerange", "beginbfchar", "beginbfrange":
			if !begun || ended || count < 0 || !m.block(&t, word, count) {
				return false
			}
		default:
			switch c := word[0]; {
			case c == '/':
				if collections[word] {
					return false
				}
			case c >= '0' && c <= '9':
				n, err := strconv.Atoi(word)
				if err != nil {
					return false
				}
				number = n
			case c == '(' || word == "<<" || word == ">>":
			case !plainWords[word]:
				return false
			}
		}
		count, last = number, string(t.token)
	}
	return !t.wrong && ended && last == "end"
}

// block reads the entries of a block of which count are announced.
func (m *charMap) block(t *cmapTokens, begin string, count int) bool {
	end := "end" + begin[len("begin"):]
	entries := 0
	for ; ; entries++ {
		if !t.next() {
			return false
		}
		if string(t.token) == end {
			break
		}
		low, ok := t.code()
		if !ok {
			return false
		}
		high := low
		if begin != "beginbfchar" {
			if !t.next() {
				return false
			}
			if high, ok = t.code(); !ok || high < low {
				return false
			}
		}
		if begin == "begincodespacerange" {
			if m.space = append(m.space, [2]int{low, high}); len(m.space) > 4 {
				return false
			}
			continue
		}
		if low>>8 != high>>8 {
			m.misread = true
		}
		if !t.next() || !m.entry(t, low, high, begin == "beginbfrange") {
			return false
		}
	}
	if entries != count {
		m.misread = true
	}
	return true
}

// entry reads the characters of the codes from low to high: a list of them, or
// those of the first code, of whose last unit the others count on.
func (m *charMap) entry(t *cmapTokens, low, high int, ranges bool) bool {
	if ranges && string(t.token) == "[" {
		for code := low; code <= high; code++ {
			if !t.next() {
				return false
			}
			if n := m.characters(t.token); n == 0 || !m.set(code, n) {
				return false
			}
		}
		return t.next() && string(t.token) == "]"
	}
	n := m.characters(t.token)
	if n == 0 {
		return false
	}
	first := slices.Clone(m.units[len(m.units)-n:])
	top := uint16(0xFFFE)
	if first[n-1]>>10 == 0xDC00>>10 {
		top = 0xDFFF // the last of a pair
	}
	if int(first[n-1])+high-low > int(top) {
		return false
	}
	m.units = m.units[:len(m.units)-n]
	for code := low; code <= high; code++ {
		m.units = append(m.units, first...)
		if !m.set(code, n) {
			return false
		}
		first[n-1]++
	}
	return true
}

// characters appends the units of a hexadecimal string, 0 where it is none.
func (m *charMap) characters(token []byte) int {
	if len(token) < 6 || token[0] != '<' || (len(token)-2)%4 != 0 || len(token) > 2+4*longestCharacters {
		return 0
	}
	digits := token[1 : len(token)-1]
	for i := 0; i < len(digits); i += 4 {
		u, ok := hex4(digits[i : i+4])
		if !ok || u == 0xFFFF { // PDFium's mark of several units
			return 0
		}
		m.units = append(m.units, uint16(u))
	}
	return len(digits) / 4
}

func hex4(digits []byte) (n int, ok bool) {
	for _, d := range digits {
		switch {
		case d >= '0' && d <= '9':
			d -= '0'
		case d >= 'a' && d <= 'f':
			d -= 'a' - 10
		case d >= 'A' && d <= 'F':
			d -= 'A' - 10
		default:
			return 0, false
		}
		n = n<<4 | int(d)
	}
	return n, true
}

// countedRun is from how many codes on, whose characters follow one another, it
// is shorter to say so.
const countedRun = 4

// compact says the same in ranges that PDFium reads, and nothing else.
func (m *charMap) compact() []byte {
	codes := slices.Clone(m.codes)
	slices.Sort(codes)
	var out []byte
	ranges := 0
	for i := 0; i < len(codes); {
		run := 1 // of codes in the same 256 that follow one another
		for i+run < len(codes) && codes[i+run] == codes[i]+uint16(run) && codes[i+run]>>8 == codes[i]>>8 {
			run++
		}
		counted := m.counted(codes[i : i+run])
		listed := counted
		if counted < countedRun {
			for listed < run {
				next := m.counted(codes[i+listed : i+run])
				if next >= countedRun {
					break
				}
				listed += next
			}
		}
		out = fmt.Appendf(out, "<%04x><%04x>", codes[i], codes[i+listed-1])
		if listed == counted {
			out = m.write(out, codes[i])
		} else {
			out = append(out, '[')
			for _, c := range codes[i : i+listed] {
				out = m.write(out, c)
			}
			out = append(out, ']')
		}
		i += listed
		ranges++
	}
	if ranges == 0 {
		return nil
	}
	return append(append(fmt.Appendf(nil, "%d beginbfrange", ranges), out...), "endbfrange"...)
}

// counted is how many codes at the beginning have characters that follow one
// another.
func (m *charMap) counted(codes []uint16) int {
	n := 1
	for ; n < len(codes); n++ {
		before, here := m.to[codes[n-1]], m.to[codes[n]]
		if before.n != 1 || here.n != 1 || m.units[before.at]+1 != m.units[here.at] {
			break
		}
	}
	return n
}

func (m *charMap) write(out []byte, code uint16) []byte {
	const digits = "0123456789abcdef"
	out = append(out, '<')
	for _, u := range m.of(int(code)) {
		out = append(out, digits[u>>12], digits[u>>8&15], digits[u>>4&15], digits[u&15])
	}
	return append(out, '>')
}

// cmapTokens splits a CMap into the words of its language (PostScript's), as far
// as it is used. wrong is set where it is anything else: a comment, an escape.
type cmapTokens struct {
	text  []byte // that is left
	token []byte
	wrong bool
}

func (t *cmapTokens) next() bool {
	t.text = bytes.TrimLeft(t.text, " \t\r\n")
	if len(t.text) == 0 {
		t.token = nil
		return false
	}
	n := 1
	switch t.text[0] {
	case '<':
		if n = 2; !bytes.HasPrefix(t.text, []byte("<<")) {
			n = 1 + bytes.IndexByte(t.text, '>')
		}
	case '>':
		if n = 2; !bytes.HasPrefix(t.text, []byte(">>")) {
			n = 0
		}
	case '(':
		n = 1 + bytes.IndexByte(t.text, ')')
		if bytes.ContainsAny(t.text[1:max(1, n)], `(\`) {
			n = 0
		}
	case '[', ']':
	default:
		if t.text[0] != '/' && !regular(t.text[0]) {
			n = 0
			break
		}
		for n < len(t.text) && regular(t.text[n]) {
			n++
		}
	}
	t.token, t.text = t.text[:n], t.text[n:]
	if n == 0 {
		t.wrong, t.text = true, nil
	}
	return n > 0
}

// regular tells whether b may stand in a name or an operator of a CMap.
func regular(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b == '-' || b == '_' || b == '+' || b == '.'
}

// code reads a code of two bytes.
func (t *cmapTokens) code() (int, bool) {
	if len(t.token) != 6 || t.token[0] != '<' {
		return 0, false
	}
	return hex4(t.token[1:5])
}
