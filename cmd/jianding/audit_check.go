package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"

	"golang.org/x/mod/sumdb/tlog"

	"jianding/intake/receipts"
	"jianding/schemas"
	"jianding/storage/ledger"
	"jianding/storage/originals"
)

// wantedOriginals lists what the ledger gave receipts for.
func wantedOriginals(ctx context.Context, l *ledger.Ledger) iter.Seq2[originals.Wanted, error] {
	return func(yield func(originals.Wanted, error) bool) {
		f := schemas.ReportFilter{Limit: 500}
		for {
			reports, next, err := l.Reports(ctx, f)
			if err != nil {
				yield(originals.Wanted{}, err)
				return
			}
			for _, r := range reports {
				if !yield(originals.Wanted{SHA256: r.SHA256, Size: r.Size}, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			f.Cursor = next
		}
	}
}

// treeHead is what a signed tree head says of the log at its time.
type treeHead struct {
	records int64
	root    tlog.Hash
}

// loadHead reads a signed tree head and checks its signature; nil without one.
func loadHead(file, keyFile string) (*treeHead, error) {
	if file == "" {
		return nil, nil
	}
	signed, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, fmt.Errorf("the tree head can't be checked without the service's public key (--key): %w", err)
	}
	var h treeHead
	if h.records, h.root, err = receipts.VerifyCheckpoint(string(signed), string(key)); err != nil {
		return nil, err
	}
	return &h, nil
}

// logTree is the Merkle tree of the events as they stand in the ledger.
type logTree struct {
	records int64
	hashes  []tlog.Hash // by stored index
}

// ReadHashes implements tlog.HashReader.
func (t *logTree) ReadHashes(idx []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(idx))
	for i, x := range idx {
		if x >= int64(len(t.hashes)) {
			return nil, errors.New("hash beyond the tree")
		}
		out[i] = t.hashes[x]
	}
	return out, nil
}

// holds compares the tree with a head that was signed earlier: a log whose
// beginning is another one by now was rewritten, hashes and all.
func (t *logTree) holds(head treeHead) error {
	if head.records > t.records {
		return fmt.Errorf("the tree head was signed over %d events, the log has %d: events are gone", head.records, t.records)
	}
	root, err := tlog.TreeHash(head.records, t)
	if err != nil {
		return err
	}
	if root != head.root {
		return fmt.Errorf("the log's first %d events are not those that the tree head was signed over", head.records)
	}
	return nil
}

// rebuildLog builds the Merkle tree from the events as they stand in the
// ledger and compares every stored hash with it: an event altered after it
// was sequenced shows here.
func rebuildLog(ctx context.Context, l *ledger.Ledger) (*logTree, error) {
	t := &logTree{}
	for {
		events, err := l.LogEvents(ctx, t.records, 1000)
		if err != nil {
			return nil, err
		}
		if len(events) == 0 {
			break
		}
		from := int64(len(t.hashes))
		for _, e := range events {
			leaf, err := receipts.Leaf(e)
			if err != nil {
				return nil, err
			}
			hashes, err := tlog.StoredHashesForRecordHash(t.records, tlog.RecordHash(leaf), t)
			if err != nil {
				return nil, err
			}
			t.hashes = append(t.hashes, hashes...)
			t.records++
		}
		if err := compareStored(ctx, l, t.hashes, from); err != nil {
			return nil, err
		}
	}
	size, err := l.LogSize(ctx)
	if err != nil {
		return nil, err
	}
	if size != t.records {
		return nil, fmt.Errorf("the log has %d records, the ledger %d events for it", size, t.records)
	}
	return t, nil
}

func compareStored(ctx context.Context, l *ledger.Ledger, own []tlog.Hash, from int64) error {
	indexes := make([]int64, 0, int64(len(own))-from)
	for i := from; i < int64(len(own)); i++ {
		indexes = append(indexes, i)
	}
	stored, err := l.LogHashes(ctx, indexes)
	if err != nil {
		return err
	}
	if len(stored) != len(indexes) {
		return fmt.Errorf("the log misses %d hashes", len(indexes)-len(stored))
	}
	for k, i := range indexes {
		if tlog.Hash(stored[k]) != own[i] {
			return fmt.Errorf("hash %d of the log differs: an event was altered after it was sequenced", i)
		}
	}
	return nil
}
