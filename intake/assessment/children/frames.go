package children

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A message is a kind, a number of parts, and the parts, each with its length.
// Both ends are the same binary, so there is no version.
type message struct {
	kind  byte
	parts [][]byte
}

const (
	kindReady  = 'R' // child → parent, once: initialised
	kindSetup  = 'S' // parent → child: data kept until the next setup
	kindCall   = 'C' // parent → child
	kindResult = 'A' // child → parent
	kindFailed = 'E' // child → parent: an error text instead of a result
	kindLast   = 'Z' // child → parent: a result, after which the child wants to be replaced
)

const (
	maxParts     = 16
	maxPartBytes = 1 << 30
)

var errFrame = errors.New("children: malformed message")

func writeMessage(w io.Writer, m message) error {
	head := make([]byte, 5, 5+8*len(m.parts))
	head[0] = m.kind
	binary.BigEndian.PutUint32(head[1:], uint32(len(m.parts)))
	for _, p := range m.parts {
		head = binary.BigEndian.AppendUint64(head, uint64(len(p)))
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	for _, p := range m.parts {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return nil
}

// readMessage reads one message. limit bounds all parts together: a child that
// has gone mad must not fill its parent's memory.
func readMessage(r io.Reader, limit int64) (message, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return message{}, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxParts {
		return message{}, errFrame
	}
	sizes := make([]byte, 8*n)
	if _, err := io.ReadFull(r, sizes); err != nil {
		return message{}, err
	}
	m := message{kind: head[0]}
	for i := range n {
		size := binary.BigEndian.Uint64(sizes[8*i:])
		if size > maxPartBytes || int64(size) > limit {
			return message{}, fmt.Errorf("%w: a part of %d bytes", errFrame, size)
		}
		limit -= int64(size)
		p := make([]byte, size)
		if _, err := io.ReadFull(r, p); err != nil {
			return message{}, err
		}
		m.parts = append(m.parts, p)
	}
	return m, nil
}
