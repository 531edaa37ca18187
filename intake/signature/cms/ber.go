package cms

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// element is one BER element; nothing inside it has been looked at.
type element struct {
	class       int // 0 universal, 1 application, 2 context, 3 private
	tag         int
	constructed bool
	indefinite  bool
	raw         []byte // header, content and, when indefinite, end-of-contents
	content     []byte
}

const maxNesting = 32

var errBER = errors.New("broken ASN.1")

// read takes one element off data. BER with definite or indefinite length is
// accepted, as CMS allows (RFC 5652, 5.1); tags above 30 and lengths over four
// bytes do not occur in signatures.
func read(data []byte) (element, []byte, error) { return readNested(data, 0) }

func readNested(data []byte, depth int) (element, []byte, error) {
	if depth > maxNesting || len(data) < 2 {
		return element{}, nil, errBER
	}
	e := element{class: int(data[0] >> 6), tag: int(data[0] & 0x1f), constructed: data[0]&0x20 != 0}
	if e.tag == 0x1f {
		return element{}, nil, errBER
	}
	n, at := int(data[1]), 2
	switch {
	case n == 0x80:
		if !e.constructed {
			return element{}, nil, errBER
		}
		e.indefinite = true
		rest := data[at:]
		for {
			if len(rest) >= 2 && rest[0] == 0 && rest[1] == 0 {
				end := len(data) - len(rest)
				e.content, e.raw = data[at:end], data[:end+2]
				return e, rest[2:], nil
			}
			var err error
			if _, rest, err = readNested(rest, depth+1); err != nil {
				return element{}, nil, err
			}
		}
	case n > 0x80:
		count := n & 0x7f
		if count > 4 || len(data) < at+count {
			return element{}, nil, errBER
		}
		n = 0
		for _, b := range data[at : at+count] {
			n = n<<8 | int(b)
		}
		at += count
	}
	if n < 0 || n > len(data)-at {
		return element{}, nil, errBER
	}
	e.content, e.raw = data[at:at+n], data[:at+n]
	return e, data[at+n:], nil
}

func (e element) is(class, tag int) bool { return e.class == class && e.tag == tag }

// Universal tags.
const (
	tagInteger         = 2
	tagBitString       = 3
	tagOctetString     = 4
	tagOID             = 6
	tagSequence        = 16
	tagSet             = 17
	tagUTCTime         = 23
	tagGeneralizedTime = 24
)

// children splits a constructed element.
func (e element) children() ([]element, error) {
	if !e.constructed {
		return nil, errBER
	}
	var out []element
	for rest := e.content; len(rest) > 0; {
		var c element
		var err error
		if c, rest, err = read(rest); err != nil {
			return nil, err
		}
		if len(out) >= 1<<16 {
			return nil, errBER
		}
		out = append(out, c)
	}
	return out, nil
}

// octets joins the pieces of a constructed string (BER).
func (e element) octets(depth int) ([]byte, error) {
	if !e.constructed {
		return e.content, nil
	}
	if depth > maxNesting {
		return nil, errBER
	}
	parts, err := e.children()
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, p := range parts {
		if !p.is(0, tagOctetString) {
			return nil, errBER
		}
		b, err := p.octets(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, b...)
	}
	return out, nil
}

func (e element) oid() (string, error) {
	if !e.is(0, tagOID) || e.constructed {
		return "", errBER
	}
	var id asn1.ObjectIdentifier
	if rest, err := asn1.Unmarshal(e.raw, &id); err != nil || len(rest) > 0 {
		return "", errBER
	}
	return id.String(), nil
}

func (e element) integer() (*big.Int, error) {
	if !e.is(0, tagInteger) || e.constructed || len(e.content) == 0 {
		return nil, errBER
	}
	n := new(big.Int).SetBytes(e.content)
	if e.content[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(e.content))*8))
	}
	return n, nil
}

// bits returns the bytes of a bit string without unused bits.
func (e element) bits() ([]byte, error) {
	if !e.is(0, tagBitString) || e.constructed || len(e.content) == 0 || e.content[0] != 0 {
		return nil, errBER
	}
	return e.content[1:], nil
}

// cursor reads the children of one element in order.
type cursor struct {
	list []element
	err  error
}

func open(e element, class, tag int) *cursor {
	if !e.is(class, tag) {
		return &cursor{err: errBER}
	}
	l, err := e.children()
	return &cursor{list: l, err: err}
}

// next takes the next child whatever it is.
func (c *cursor) next() element {
	if c.err != nil {
		return element{}
	}
	if len(c.list) == 0 {
		c.err = fmt.Errorf("%w: element missing", errBER)
		return element{}
	}
	e := c.list[0]
	c.list = c.list[1:]
	return e
}

// optional takes the next child when it has that class and tag.
func (c *cursor) optional(class, tag int) (element, bool) {
	if c.err != nil || len(c.list) == 0 || !c.list[0].is(class, tag) {
		return element{}, false
	}
	return c.next(), true
}

func (c *cursor) fail(err error) {
	if c.err == nil && err != nil {
		c.err = err
	}
}

// end demands that nothing is left.
func (c *cursor) end() error {
	if c.err == nil && len(c.list) > 0 {
		c.err = fmt.Errorf("%w: more elements than defined", errBER)
	}
	return c.err
}

// sequence wraps content in a definite-length header of the given tag byte.
func wrap(tag byte, content []byte) []byte {
	n := len(content)
	head := []byte{tag}
	switch {
	case n < 0x80:
		head = append(head, byte(n))
	case n < 0x100:
		head = append(head, 0x81, byte(n))
	case n < 0x10000:
		head = append(head, 0x82, byte(n>>8), byte(n))
	case n < 0x1000000:
		head = append(head, 0x83, byte(n>>16), byte(n>>8), byte(n))
	default:
		head = append(head, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(head, content...)
}
