package revision

import (
	"errors"
	"fmt"
)

// Limits that a genuine document is far from, and that keep a hostile one
// within two seconds and half a gigabyte.
const (
	maxDepth    = 64        // nested arrays and dictionaries
	maxValues   = 3 << 20   // objects parsed from one document, over all its revisions
	maxInflated = 64 << 20  // bytes inflated from object and cross-reference streams
	maxStreams  = 1 << 16   // object streams inflated
	maxKeys     = 1 << 16   // keys of one dictionary
	maxSteps    = 8 << 20   // steps of walks over all revisions
	maxSections = 2048      // cross-reference sections in one chain
	maxEntries  = 1_000_000 // cross-reference entries read, over all revisions
	maxNumber   = 8_388_607 // object numbers (ISO 32000-1, Annex C)
)

// ErrBudget tells that a document asks for more work than any report needs.
var ErrBudget = errors.New("document exceeds the limits of a report")

// SyntaxError is a place where a document is not plain PDF. Fault is What
// without the numbers in it: one of a closed list, for translation.
type SyntaxError struct {
	Offset int
	What   string
	Fault  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.What, e.Offset) }

func syntax(off int, format string, args ...any) error {
	return &SyntaxError{Offset: off, What: fmt.Sprintf(format, args...), Fault: format}
}

// budget is shared by all revisions of one document.
type budget struct {
	values   int
	bytes    int
	inflated int
	streams  int
}

func (b *budget) value() error {
	b.values--
	if b.values < 0 {
		return ErrBudget
	}
	return nil
}
