package ledger

import (
	"cmp"
	"context"
	"slices"
	"time"

	"jianding/schemas"
)

// event appends one fact.
func (t *tx) event(at time.Time, kind schemas.EventKind, subject string, actor schemas.Actor, data any) error {
	a, err := encode(actor)
	if err != nil {
		return err
	}
	d, err := encode(data)
	if err != nil {
		return err
	}
	var seq int64
	if err := t.get(`INSERT INTO events (at, kind, subject, actor, data) VALUES (?, ?, ?, ?, ?) RETURNING seq`,
		[]any{micros(at), string(kind), subject, a, d}, &seq).err; err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO event_unsequenced (seq) VALUES (?)`, seq)
	return err
}

func system() schemas.Actor { return schemas.Actor{Kind: "system"} }

// AppendEvent appends one fact that stands for itself.
func (l *Ledger) AppendEvent(ctx context.Context, e schemas.NewEvent, now time.Time) error {
	return l.change(ctx, func(t *tx) error { return t.event(now, e.Kind, e.Subject, e.Actor, e.Data) })
}

const eventColumns = `e.seq, e.at, e.kind, e.subject, e.actor, e.data`

func scanEvent(s scanner) (schemas.Event, error) {
	var e schemas.Event
	var at int64
	var actor, data string
	if err := s.Scan(&e.Seq, &at, &e.Kind, &e.Subject, &actor, &data); err != nil {
		return e, err
	}
	e.At = instant(at)
	if data != "" {
		e.Data = []byte(data)
	}
	return e, decode(actor, &e.Actor)
}

func (t *tx) events(query string, args ...any) ([]schemas.Event, error) {
	es := []schemas.Event{}
	err := t.rows(query, args, func(s scanner) error {
		e, err := scanEvent(s)
		es = append(es, e)
		return err
	})
	return es, err
}

// Events lists events in order of Seq. (On PostgreSQL an event of a
// transaction that commits late may appear before others already seen: follow
// one subject, or use the Merkle log, to see each.)
func (l *Ledger) Events(ctx context.Context, f schemas.EventFilter) (es []schemas.Event, err error) {
	limit := pageSize(f.Limit)
	kinds := f.Kinds
	if len(kinds) == 0 {
		kinds = []schemas.EventKind{""}
	}
	es = []schemas.Event{}
	err = l.view(ctx, func(t *tx) error {
		// A query per kind: each is one walk of an index.
		for _, k := range kinds {
			var w where
			w.equal("e.subject", f.Subject)
			w.equal("e.kind", string(k))
			if f.After > 0 {
				w.and("e.seq > ?", f.After)
			}
			some, err := t.events(`SELECT `+eventColumns+` FROM events e`+w.String()+` ORDER BY e.seq LIMIT ?`, append(w.args, limit)...)
			if err != nil {
				return err
			}
			es = append(es, some...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(es, func(a, b schemas.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	es = slices.CompactFunc(es, func(a, b schemas.Event) bool { return a.Seq == b.Seq })
	return es[:min(limit, len(es))], nil
}

// UnsequencedEvents lists events that are not in the Merkle log yet, in order
// of Seq.
func (l *Ledger) UnsequencedEvents(ctx context.Context, limit int) (es []schemas.Event, err error) {
	err = l.view(ctx, func(t *tx) error {
		es, err = t.events(`SELECT `+eventColumns+` FROM event_unsequenced u JOIN events e ON e.seq = u.seq
			ORDER BY u.seq LIMIT ?`, pageSize(limit))
		return err
	})
	return es, err
}

// AppendLog adds records to the Merkle log: treeSize is the number of records
// before the call (another: Conflict "log_moved"), hashes are the stored
// hashes in tlog's order that follow those already there, eventSeqs the events
// in the order of their records.
func (l *Ledger) AppendLog(ctx context.Context, treeSize int64, hashes [][32]byte, eventSeqs []int64) error {
	return l.change(ctx, func(t *tx) error {
		// The counter row is the log's lock: two sequencers never interleave.
		var size int64
		if err := t.get(`INSERT INTO counters (name, n) VALUES ('log', 0)
			ON CONFLICT (name) DO UPDATE SET n = counters.n RETURNING n`, nil, &size).err; err != nil {
			return err
		}
		if size != treeSize {
			return conflict("log_moved", "日志已被其他进程推进")
		}
		var next int64
		if err := t.get(`SELECT COALESCE(MAX(idx) + 1, 0) FROM log_hashes`, nil, &next).err; err != nil {
			return err
		}
		for i, h := range hashes {
			if _, err := t.exec(`INSERT INTO log_hashes (idx, hash) VALUES (?, ?)`, next+int64(i), h[:]); err != nil {
				return err
			}
		}
		for i, seq := range eventSeqs {
			n, err := t.exec(`DELETE FROM event_unsequenced WHERE seq = ?`, seq)
			if err != nil {
				return err
			}
			if n != 1 {
				return conflict("log_moved", "事件已在日志中或不存在")
			}
			if _, err := t.exec(`INSERT INTO log_records (idx, event_seq) VALUES (?, ?)`, treeSize+int64(i), seq); err != nil {
				return err
			}
		}
		_, err := t.exec(`UPDATE counters SET n = ? WHERE name = 'log'`, treeSize+int64(len(eventSeqs)))
		return err
	})
}

// LogHashes reads stored hashes by their index in tlog's order. NotFound when
// one is not there.
func (l *Ledger) LogHashes(ctx context.Context, indexes []int64) ([][32]byte, error) {
	out := make([][32]byte, len(indexes))
	err := l.view(ctx, func(t *tx) error {
		for i, idx := range indexes {
			var h []byte
			if err := t.get(`SELECT hash FROM log_hashes WHERE idx = ?`, []any{idx}, &h).orMissing(notFound("日志散列")); err != nil {
				return err
			}
			if copy(out[i][:], h) != 32 {
				return schemas.E(schemas.KindInternal, "log_hash", "日志散列长度不符", nil)
			}
		}
		return nil
	})
	return out, err
}

// LogSize is the number of records in the Merkle log.
func (l *Ledger) LogSize(ctx context.Context) (n int64, err error) {
	err = l.view(ctx, func(t *tx) error {
		return t.get(`SELECT n FROM counters WHERE name = 'log'`, nil, &n).orMissing(nil)
	})
	return n, err
}

// LogEvents lists the events of the Merkle log by record index, from one on,
// for whoever checks the whole log.
func (l *Ledger) LogEvents(ctx context.Context, from int64, limit int) (es []schemas.Event, err error) {
	err = l.view(ctx, func(t *tx) error {
		es, err = t.events(`SELECT `+eventColumns+` FROM log_records r JOIN events e ON e.seq = r.event_seq
			WHERE r.idx >= ? ORDER BY r.idx LIMIT ?`, from, pageSize(limit))
		return err
	})
	return es, err
}

// EventIndex is the record index of an event; ok is false while it is not in
// the log.
func (l *Ledger) EventIndex(ctx context.Context, eventSeq int64) (index int64, ok bool, err error) {
	err = l.view(ctx, func(t *tx) error {
		ok, err = t.get(`SELECT idx FROM log_records WHERE event_seq = ?`, []any{eventSeq}, &index).found()
		return err
	})
	return index, ok, err
}
