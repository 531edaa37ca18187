package originals

import (
	"context"
	"io"
	"iter"

	"jianding/schemas"
)

// Wanted is an original that the ledger knows.
type Wanted struct {
	SHA256 string
	Size   int64
}

// Finding is something that a scrub found wrong with one original.
type Finding struct {
	SHA256 string
	Name   string
	Kind   FindingKind
	Detail string
}

// FindingKind says what is wrong.
type FindingKind string

const (
	// Missing: the ledger knows it, the store does not have it.
	Missing FindingKind = "missing"
	// Damaged: the store's bytes are not those that the name stands for.
	Damaged FindingKind = "damaged"
	// WrongSize: the bytes are sound, but the ledger states another size.
	WrongSize FindingKind = "wrong_size"
	// Unknown: stored, but the ledger does not know it. An upload whose
	// receipt was never given leaves one behind; it harms nothing.
	Unknown FindingKind = "unknown"
)

// Scrub reads every original that is wanted and everything that is stored,
// computes each SHA-256 anew, and reports what differs. It returns how many
// originals were read. An error means that the scrub itself could not go on; a
// finding is no error.
func Scrub(ctx context.Context, s Store, wanted iter.Seq2[Wanted, error], report func(Finding)) (read int, err error) {
	known := make(map[string]bool)
	for w, err := range wanted {
		if err != nil {
			return read, err
		}
		if known[w.SHA256] {
			continue // two agencies may have sent the same bytes
		}
		known[w.SHA256] = true
		got, n, err := rehash(ctx, s, w.SHA256)
		switch kind := schemas.KindOf(err); {
		case kind == schemas.KindNotFound || kind == schemas.KindInvalid:
			report(Finding{SHA256: w.SHA256, Kind: Missing, Detail: err.Error()})
			continue
		case err != nil:
			return read, err
		}
		read++
		if got != w.SHA256 {
			report(Finding{SHA256: w.SHA256, Kind: Damaged, Detail: "content has SHA-256 " + got})
		} else if n != w.Size {
			report(Finding{SHA256: w.SHA256, Kind: WrongSize})
		}
	}
	for e, err := range s.All(ctx) {
		if err != nil {
			return read, err
		}
		if e.SHA256 == "" || !known[e.SHA256] {
			report(Finding{SHA256: e.SHA256, Name: e.Name, Kind: Unknown})
		}
	}
	return read, nil
}

func rehash(ctx context.Context, s Store, sha256hex string) (string, int64, error) {
	f, size, err := s.Open(ctx, sha256hex)
	if err != nil {
		return "", 0, err
	}
	got, n, err := copyHashed(ctx, io.Discard, f, size)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", 0, unavailable(err)
	}
	return got, n, nil
}
