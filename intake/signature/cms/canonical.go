package cms

import (
	"bytes"
	"slices"
)

// canonical encodes an element in DER (X.690, 10 and 11) as far as signed
// attributes need it: definite and shortest lengths, strings in one piece, sets
// in order. It fails where what a BER value means would have to be guessed.
func canonical(e element, depth int) ([]byte, error) {
	if depth > maxNesting || len(e.raw) == 0 {
		return nil, errBER
	}
	tag := e.raw[0]
	switch {
	case !e.constructed:
		return wrap(tag, shortest(e)), nil
	case e.is(0, tagOctetString):
		b, err := e.octets(0)
		return wrap(tagOctetString, b), err
	case e.class == 0 && e.tag != tagSequence && e.tag != tagSet:
		return nil, errBER // other strings in pieces
	}
	list, err := e.children()
	if err != nil {
		return nil, err
	}
	parts := make([][]byte, 0, len(list))
	for _, c := range list {
		p, err := canonical(c, depth+1)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	if e.is(0, tagSet) {
		slices.SortFunc(parts, bytes.Compare)
	}
	return wrap(tag, bytes.Join(parts, nil)), nil
}

// shortest is the content of a primitive value as DER has it.
func shortest(e element) []byte {
	const tagBoolean = 1
	b := e.content
	switch {
	case e.is(0, tagBoolean) && len(b) == 1 && b[0] != 0:
		return []byte{0xff}
	case e.is(0, tagInteger):
		for len(b) > 1 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80) {
			b = b[1:]
		}
	}
	return b
}

// reencoded returns the DER encoding of the signed attributes, over which the
// signature is whatever encoding the container has them in (RFC 5652, 5.4); nil
// when they stand there in DER.
func (s *SignerInfo) reencoded() []byte {
	set, rest, err := read(s.attributes)
	if err != nil || len(rest) > 0 {
		return nil
	}
	der, err := canonical(set, 0)
	if err != nil || bytes.Equal(der, s.attributes) {
		return nil
	}
	return der
}
