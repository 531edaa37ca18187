package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

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

// verifyLog rebuilds the Merkle tree from the events as they stand in the
// ledger and compares every stored hash with it: an event altered after it
// was sequenced shows here.
func verifyLog(ctx context.Context, l *ledger.Ledger) (int64, error) {
	var own []tlog.Hash // all hashes, by stored index
	reader := tlog.HashReaderFunc(func(idx []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(idx))
		for i, x := range idx {
			if x >= int64(len(own)) {
				return nil, errors.New("hash beyond the tree")
			}
			out[i] = own[x]
		}
		return out, nil
	})
	var n int64
	for {
		events, err := l.LogEvents(ctx, n, 1000)
		if err != nil {
			return n, err
		}
		if len(events) == 0 {
			break
		}
		from := int64(len(own))
		for _, e := range events {
			leaf, err := receipts.Leaf(e)
			if err != nil {
				return n, err
			}
			hashes, err := tlog.StoredHashesForRecordHash(n, tlog.RecordHash(leaf), reader)
			if err != nil {
				return n, err
			}
			own = append(own, hashes...)
			n++
		}
		if err := compareStored(ctx, l, own, from); err != nil {
			return n, err
		}
	}
	size, err := l.LogSize(ctx)
	if err != nil {
		return n, err
	}
	if size != n {
		return n, fmt.Errorf("the log has %d records, the ledger %d events for it", size, n)
	}
	return n, nil
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
