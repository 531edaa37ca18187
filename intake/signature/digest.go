package signature

import (
	"hash"

	"jianding/intake/signature/cms"
)

// hasher computes the digests of signed ranges. Signatures nest, so that the
// state over the bytes before one gap serves every later signature: however
// many there are, each byte is hashed about twice per algorithm.
type hasher struct {
	data   []byte
	states map[cms.Hash][]hashState
	budget int
}

type hashState struct {
	pos int
	h   hash.Cloner
}

func newHasher(data []byte) *hasher {
	return &hasher{data: data, states: make(map[cms.Hash][]hashState), budget: 24 * (len(data) + 1<<20)}
}

// sum is the digest of data[:gapStart] and data[gapEnd:end]; nil when the hash
// is unknown or too much was asked.
func (x *hasher) sum(name cms.Hash, gapStart, gapEnd, end int) []byte {
	fresh := name.New()
	if fresh == nil {
		return nil
	}
	from := 0
	if best := x.nearest(name, gapStart); best != nil {
		if c, err := best.h.Clone(); err == nil {
			fresh, from = c, best.pos
		}
	}
	if x.budget -= gapStart - from + end - gapEnd; x.budget < 0 {
		return nil
	}
	fresh.Write(x.data[from:gapStart])
	if c, ok := fresh.(hash.Cloner); ok {
		if kept, err := c.Clone(); err == nil {
			x.states[name] = append(x.states[name], hashState{gapStart, kept})
		}
	}
	fresh.Write(x.data[gapEnd:end])
	return fresh.Sum(nil)
}

func (x *hasher) nearest(name cms.Hash, pos int) *hashState {
	var best *hashState
	list := x.states[name]
	for i := range list {
		if s := &list[i]; s.pos <= pos && (best == nil || s.pos > best.pos) {
			best = s
		}
	}
	return best
}
