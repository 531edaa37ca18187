package revision

import (
	"bytes"
	"strconv"
)

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelim(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func isRegular(c byte) bool { return !isSpace(c) && !isDelim(c) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// parser reads objects from data; embedded data are not part of the document's
// own bytes (an object stream), so that nothing in them has an offset.
type parser struct {
	data     []byte
	pos      int
	embedded bool
	// ambiguous: a token was met that readers take differently.
	ambiguous bool
	budget    *budget
	room      *room
}

// room is what the parsers of a document have in common, so that each name is held
// once and arrays are made at their size: a file has tens of thousands of both.
type room struct {
	names map[string]Object
	items []Object // of the arrays that are being read, innermost last
}

// What is remembered of names.
const (
	longestName = 64
	mostNames   = 4096
)

// plainName reads a name without escapes, if it is one and is of an ordinary length.
func (p *parser) plainName() (Object, bool) {
	end := p.pos + 1
	for end < len(p.data) && isRegular(p.data[end]) {
		if p.data[end] == '#' || end-p.pos > longestName {
			return nil, false
		}
		end++
	}
	text := p.data[p.pos+1 : end]
	p.pos = end
	if o, known := p.room.names[string(text)]; known {
		return o, true
	}
	n := Name(text)
	if len(p.room.names) < mostNames {
		if p.room.names == nil {
			p.room.names = make(map[string]Object)
		}
		p.room.names[string(n)] = n
	}
	return n, true
}

func (p *parser) skipSpace() {
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		switch {
		case isSpace(c):
			p.pos++
		case c == '%':
			for p.pos < len(p.data) && p.data[p.pos] != '\n' && p.data[p.pos] != '\r' {
				p.pos++
			}
		default:
			return
		}
	}
}

// skipBlank skips white space, not comments.
func (p *parser) skipBlank() {
	for p.pos < len(p.data) && isSpace(p.data[p.pos]) {
		p.pos++
	}
}

func (p *parser) keyword(w string) bool {
	end := p.pos + len(w)
	if end > len(p.data) || string(p.data[p.pos:end]) != w {
		return false
	}
	if end < len(p.data) && isRegular(p.data[end]) {
		return false
	}
	p.pos = end
	return true
}

// uint reads an unsigned integer of at most 15 digits without sign.
func (p *parser) uint() (int, bool) {
	i := p.pos
	n := 0
	for i < len(p.data) && isDigit(p.data[i]) && i-p.pos < 15 {
		n = n*10 + int(p.data[i]-'0')
		i++
	}
	if i == p.pos || (i < len(p.data) && isRegular(p.data[i])) {
		return 0, false
	}
	p.pos = i
	return n, true
}

// object parses one object. References are recognised by look-ahead.
func (p *parser) object(depth int) (Object, error) {
	if depth > maxDepth {
		return nil, syntax(p.pos, "objects nested too deep")
	}
	if err := p.budget.value(); err != nil {
		return nil, err
	}
	p.skipSpace()
	if p.pos >= len(p.data) {
		return nil, syntax(p.pos, "object missing")
	}
	switch c := p.data[p.pos]; {
	case c == '/':
		return p.name()
	case c == '(':
		return p.literal()
	case c == '[':
		return p.array(depth)
	case c == '<':
		if p.pos+1 < len(p.data) && p.data[p.pos+1] == '<' {
			return p.dict(depth)
		}
		return p.hex()
	case isDigit(c) || c == '+' || c == '-' || c == '.':
		return p.numberOrRef()
	case p.keyword("true"):
		return true, nil
	case p.keyword("false"):
		return false, nil
	case p.keyword("null"):
		return nil, nil
	}
	return nil, syntax(p.pos, "unexpected token")
}

func (p *parser) numberOrRef() (Object, error) {
	if isDigit(p.data[p.pos]) {
		start := p.pos
		if n, ok := p.uint(); ok {
			after := p.pos
			p.skipSpace()
			if p.pos > after {
				if g, ok := p.uint(); ok {
					mid := p.pos
					p.skipSpace()
					if p.pos > mid && p.keyword("R") {
						if n > maxNumber || g > 65535 {
							return nil, syntax(start, "reference out of range")
						}
						return Ref{n, g}, nil
					}
				}
			}
			p.pos = after
			return int64(n), nil
		}
		p.pos = start
	}
	return p.number()
}

func (p *parser) number() (Object, error) {
	start := p.pos
	real, plain := false, true
	for p.pos < len(p.data) && isRegular(p.data[p.pos]) && p.pos-start < 64 {
		switch c := p.data[p.pos]; {
		case c == '.':
			real = true
		case isDigit(c), (c == '-' || c == '+') && p.pos == start:
		case bytes.IndexByte([]byte("+-eE"), c) >= 0:
			plain = false
		default:
			return nil, syntax(start, "not a number")
		}
		p.pos++
	}
	text := string(p.data[start:p.pos])
	if plain && !real {
		n, err := strconv.ParseInt(text, 10, 64)
		if err == nil {
			return n, nil
		}
	}
	if f, err := strconv.ParseFloat(text, 64); plain && err == nil {
		return f, nil
	}
	p.ambiguous = true
	if text == "." || text == "-." || text == "-" {
		return float64(0), nil // several producers write a bare sign or point for zero
	}
	return Odd(text), nil
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (p *parser) name() (Object, error) {
	if p.room != nil {
		if n, ok := p.plainName(); ok {
			return n, nil
		}
	}
	start := p.pos
	p.pos++
	var out []byte
	for p.pos < len(p.data) && isRegular(p.data[p.pos]) {
		c := p.data[p.pos]
		if c == '#' && p.pos+2 < len(p.data) {
			h, l := unhex(p.data[p.pos+1]), unhex(p.data[p.pos+2])
			if h >= 0 && l >= 0 {
				out = append(out, byte(h<<4|l))
				p.pos += 3
				p.ambiguous = p.ambiguous || h == 0 && l == 0 // ends the name in C
				continue
			}
		}
		p.ambiguous = p.ambiguous || c == '#'
		out = append(out, c)
		p.pos++
		if p.pos-start > 4096 {
			return nil, syntax(start, "name too long")
		}
	}
	return Name(out), nil
}

func (p *parser) hex() (Object, error) {
	start := p.pos
	p.pos++
	var out []byte
	half := -1
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		p.pos++
		if c == '>' {
			if half >= 0 {
				out = append(out, byte(half<<4))
			}
			if out == nil {
				out = []byte{}
			}
			return String(out), nil
		}
		if isSpace(c) {
			continue
		}
		d := unhex(c)
		if d < 0 {
			return nil, syntax(p.pos-1, "not a hexadecimal digit")
		}
		if half < 0 {
			half = d
		} else {
			if out == nil {
				// Contents of a signature is tens of kilobytes: size once.
				out = make([]byte, 0, hexRoom(p.data[p.pos:]))
			}
			out = append(out, byte(half<<4|d))
			half = -1
		}
	}
	return nil, syntax(start, "hexadecimal string not closed")
}

func hexRoom(rest []byte) int {
	for i, c := range rest {
		if c == '>' {
			return i/2 + 2
		}
		if i > 1<<20 {
			break
		}
	}
	return 64
}

func (p *parser) literal() (Object, error) {
	start := p.pos
	p.pos++
	out := []byte{}
	depth := 1
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		p.pos++
		switch c {
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				return String(out), nil
			}
		case '\r':
			// A line feed to some readers (ISO 32000-1, 7.3.4.2), and what it
			// is to others, which matters where the string is a palette.
			p.ambiguous = true
		case '\\':
			if p.pos >= len(p.data) {
				return nil, syntax(start, "string not closed")
			}
			e := p.data[p.pos]
			p.pos++
			switch e {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			case 'b':
				c = '\b'
			case 'f':
				c = '\f'
			case '\r':
				if p.pos < len(p.data) && p.data[p.pos] == '\n' {
					p.pos++
				}
				continue
			case '\n':
				continue
			default:
				if e >= '0' && e <= '7' {
					v := int(e - '0')
					for i := 0; i < 2 && p.pos < len(p.data) && p.data[p.pos] >= '0' && p.data[p.pos] <= '7'; i++ {
						v = v<<3 | int(p.data[p.pos]-'0')
						p.pos++
					}
					c = byte(v)
				} else {
					c = e
				}
			}
		}
		out = append(out, c)
	}
	return nil, syntax(start, "string not closed")
}

func (p *parser) array(depth int) (Object, error) {
	start := p.pos
	p.pos++
	if p.room == nil {
		p.room = &room{}
	}
	first := len(p.room.items)
	defer func() {
		clear(p.room.items[first:])
		p.room.items = p.room.items[:first]
	}()
	for {
		p.skipSpace()
		if p.pos >= len(p.data) {
			return nil, syntax(start, "array not closed")
		}
		if p.data[p.pos] == ']' {
			p.pos++
			return append(make(Array, 0, len(p.room.items)-first), p.room.items[first:]...), nil
		}
		o, err := p.object(depth + 1)
		if err != nil {
			return nil, err
		}
		p.room.items = append(p.room.items, o)
	}
}

func (p *parser) dict(depth int) (Object, error) {
	start := p.pos
	p.pos += 2
	d := &Dict{Entries: make([]Entry, 0, 4)}
	var seen map[Name]bool
	for {
		p.skipSpace()
		if p.pos+1 < len(p.data) && p.data[p.pos] == '>' && p.data[p.pos+1] == '>' {
			p.pos += 2
			return d, nil
		}
		if p.pos >= len(p.data) || p.data[p.pos] != '/' {
			return nil, syntax(p.pos, "dictionary from byte %d is broken", start)
		}
		k, err := p.name()
		if err != nil {
			return nil, err
		}
		p.skipSpace()
		e := Entry{Key: k.(Name), Start: p.pos}
		if e.Value, err = p.object(depth + 1); err != nil {
			return nil, err
		}
		e.End = p.pos
		if p.embedded {
			e.Start, e.End = -1, -1
		}
		if len(d.Entries) < 16 {
			if d.Entry(e.Key) != nil {
				d.Duplicate = true
			}
		} else {
			if seen == nil {
				seen = make(map[Name]bool, 64)
				for _, x := range d.Entries {
					seen[x.Key] = true
				}
			}
			if seen[e.Key] {
				d.Duplicate = true
			}
		}
		if seen != nil {
			seen[e.Key] = true
		}
		if d.Entries = append(d.Entries, e); len(d.Entries) > maxKeys {
			return nil, ErrBudget
		}
	}
}
