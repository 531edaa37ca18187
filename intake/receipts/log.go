package receipts

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"jianding/schemas"
)

// LogStore keeps the Merkle tree. AppendLog is one transaction that refuses
// (Conflict) when the tree no longer has treeSize records, so that two
// sequencers can't both append.
type LogStore interface {
	UnsequencedEvents(ctx context.Context, limit int) ([]schemas.Event, error)
	AppendLog(ctx context.Context, treeSize int64, hashes [][32]byte, eventSeqs []int64) error
	LogHashes(ctx context.Context, indexes []int64) ([][32]byte, error)
	LogSize(ctx context.Context) (int64, error)
	EventIndex(ctx context.Context, eventSeq int64) (index int64, ok bool, err error)
}

// Log is the append-only log of events over a store.
type Log struct {
	store  LogStore
	keeper *Keeper
}

// NewLog returns the log; keeper signs its tree heads.
func NewLog(store LogStore, keeper *Keeper) *Log { return &Log{store: store, keeper: keeper} }

const leafHeader = "jianding.event/1"

// Leaf returns the canonical bytes of an event, which the tree hashes: the
// fields as JSON with sorted keys. Data is re-encoded, because a database may
// keep JSON by meaning and not by its bytes.
func Leaf(e schemas.Event) ([]byte, error) {
	var data any
	if len(e.Data) > 0 {
		dec := json.NewDecoder(bytes.NewReader(e.Data))
		dec.UseNumber()
		if err := dec.Decode(&data); err != nil {
			return nil, schemas.E(schemas.KindInternal, "event_data", "事件数据不是 JSON", err)
		}
	}
	return canonical(map[string]any{
		"format": leafHeader, "seq": e.Seq, "at": e.At.UTC().Format(timeFormat), "kind": e.Kind, "subject": e.Subject,
		"actor": map[string]string{"kind": e.Actor.Kind, "id": e.Actor.ID, "name": e.Actor.Name}, "data": data,
	})
}

func canonical(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, schemas.E(schemas.KindInternal, "event_data", "事件无法编码", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Sequence puts up to limit committed events into the tree and returns how
// many. Another sequencer that was faster is no error: the next call goes on
// from where it ended.
func (l *Log) Sequence(ctx context.Context, limit int) (int, error) {
	size, err := l.store.LogSize(ctx)
	if err != nil {
		return 0, err
	}
	events, err := l.store.UnsequencedEvents(ctx, limit)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	first := tlog.StoredHashCount(size)
	var added []tlog.Hash
	read := tlog.HashReaderFunc(func(idx []int64) ([]tlog.Hash, error) {
		return l.readWith(ctx, idx, first, added)
	})
	seqs := make([]int64, 0, len(events))
	for i, e := range events {
		leaf, err := Leaf(e)
		if err != nil {
			return 0, err
		}
		hs, err := tlog.StoredHashes(size+int64(i), leaf, read)
		if err != nil {
			return 0, schemas.E(schemas.KindInternal, "log_hash", "日志哈希计算失败", err)
		}
		added = append(added, hs...)
		seqs = append(seqs, e.Seq)
	}
	raw := make([][32]byte, len(added))
	for i, h := range added {
		raw[i] = h
	}
	err = l.store.AppendLog(ctx, size, raw, seqs)
	if schemas.KindOf(err) == schemas.KindConflict {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return len(events), nil
}

// readWith reads stored hashes, of which those from index first on are not
// stored yet but in added.
func (l *Log) readWith(ctx context.Context, idx []int64, first int64, added []tlog.Hash) ([]tlog.Hash, error) {
	var old []int64
	for _, i := range idx {
		if i < first {
			old = append(old, i)
		}
	}
	var stored [][32]byte
	if len(old) > 0 {
		var err error
		if stored, err = l.store.LogHashes(ctx, old); err != nil {
			return nil, err
		}
		if len(stored) != len(old) {
			return nil, fmt.Errorf("log store returned %d hashes of %d", len(stored), len(old))
		}
	}
	out := make([]tlog.Hash, len(idx))
	k := 0
	for j, i := range idx {
		if i < first {
			out[j] = stored[k]
			k++
			continue
		}
		if i-first >= int64(len(added)) {
			return nil, fmt.Errorf("hash %d is beyond the tree", i)
		}
		out[j] = added[i-first]
	}
	return out, nil
}

func (l *Log) reader(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(idx []int64) ([]tlog.Hash, error) {
		return l.readWith(ctx, idx, 1<<62, nil)
	})
}

// Checkpoint returns the signed tree head of the log as it is now.
func (l *Log) Checkpoint(ctx context.Context) (string, error) {
	size, err := l.store.LogSize(ctx)
	if err != nil {
		return "", err
	}
	return l.checkpoint(ctx, size)
}

func (l *Log) checkpoint(ctx context.Context, size int64) (string, error) {
	root, err := tlog.TreeHash(size, l.reader(ctx))
	if err != nil {
		return "", wrapLog(err)
	}
	return l.keeper.sign(checkpointText(l.keeper.Name(), size, root))
}

// checkpointText is the body of a C2SP tlog-checkpoint: origin, size, root.
func checkpointText(origin string, size int64, root tlog.Hash) string {
	return origin + "\n" + strconv.FormatInt(size, 10) + "\n" + root.String() + "\n"
}

func parseCheckpoint(text string) (size int64, root tlog.Hash, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return 0, root, schemas.Errorf(schemas.KindInvalid, "checkpoint_malformed", "日志检查点格式不正确")
	}
	size, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return 0, root, schemas.Errorf(schemas.KindInvalid, "checkpoint_malformed", "日志检查点的规模不正确")
	}
	h, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(h) != tlog.HashSize {
		return 0, root, schemas.Errorf(schemas.KindInvalid, "checkpoint_malformed", "日志检查点的根哈希不正确")
	}
	copy(root[:], h)
	return size, root, nil
}

// Proof proves that one event is in the tree of one signed head.
type Proof struct {
	Index      int64       `json:"index"` // of the record, from 0
	Leaf       string      `json:"leaf"`  // canonical bytes of the event
	Hashes     []tlog.Hash `json:"hashes"`
	Checkpoint string      `json:"checkpoint"` // signed tree head
}

// Prove returns the inclusion proof of an event under the present head.
// NotFound means that the event was not sequenced yet: ask again soon.
func (l *Log) Prove(ctx context.Context, e schemas.Event) (Proof, error) {
	idx, ok, err := l.store.EventIndex(ctx, e.Seq)
	if err != nil {
		return Proof{}, err
	}
	if !ok {
		return Proof{}, schemas.E(schemas.KindNotFound, "not_sequenced", "该事件尚未写入日志，请稍后再取", nil)
	}
	size, err := l.store.LogSize(ctx)
	if err != nil {
		return Proof{}, err
	}
	hs, err := tlog.ProveRecord(size, idx, l.reader(ctx))
	if err != nil {
		return Proof{}, wrapLog(err)
	}
	leaf, err := Leaf(e)
	if err != nil {
		return Proof{}, err
	}
	cp, err := l.checkpoint(ctx, size)
	if err != nil {
		return Proof{}, err
	}
	return Proof{Index: idx, Leaf: string(leaf), Hashes: hs, Checkpoint: cp}, nil
}

// wrapLog keeps the kind of a store's error that went through tlog.
func wrapLog(err error) error {
	if k := schemas.KindOf(err); k != schemas.KindInternal {
		return err
	}
	return schemas.E(schemas.KindInternal, "log_read", "日志读取失败", err)
}

// VerifyReceipt checks a signed receipt and the proof that its report's
// arrival is in the log: signatures, the inclusion, and that the leaf speaks
// of the same report with the same hash. Anything else is Untrusted.
func VerifyReceipt(signed string, p Proof, publicKeys ...string) (Receipt, error) {
	r, err := Verify(signed, publicKeys...)
	if err != nil {
		return Receipt{}, err
	}
	if err := VerifyProof(p, publicKeys...); err != nil {
		return Receipt{}, err
	}
	var leaf struct {
		Format  string `json:"format"`
		Kind    string `json:"kind"`
		Subject string `json:"subject"`
		Data    struct {
			ReceiptNo string `json:"receipt_no"`
			SHA256    string `json:"sha256"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(p.Leaf), &leaf); err != nil {
		return Receipt{}, schemas.E(schemas.KindUntrusted, "proof_leaf", "日志记录无法解读", err)
	}
	if leaf.Format != leafHeader || leaf.Kind != string(schemas.EventReportReceived) || leaf.Subject != "report:"+r.ReportID ||
		leaf.Data.SHA256 != r.SHA256 || leaf.Data.ReceiptNo != r.ReceiptNo {
		return Receipt{}, schemas.E(schemas.KindUntrusted, "proof_other_report", "日志记录不是这份回执所指的报告", nil)
	}
	return r, nil
}

// VerifyCheckpoint checks a signed tree head (C2SP tlog-checkpoint) and returns
// how many records its tree has and their root hash (RFC 6962 §2.1).
func VerifyCheckpoint(signed string, publicKeys ...string) (size int64, root tlog.Hash, err error) {
	text, err := open(signed, publicKeys)
	if err != nil {
		return 0, root, err
	}
	return parseCheckpoint(text)
}

// VerifyProof checks that the proof's leaf is in the tree of its signed head.
func VerifyProof(p Proof, publicKeys ...string) error {
	size, root, err := VerifyCheckpoint(p.Checkpoint, publicKeys...)
	if err != nil {
		return err
	}
	if p.Index < 0 || p.Index >= size {
		return schemas.E(schemas.KindUntrusted, "proof_index", "日志位置超出检查点范围", nil)
	}
	if err := tlog.CheckRecord(p.Hashes, size, root, p.Index, tlog.RecordHash([]byte(p.Leaf))); err != nil {
		return schemas.E(schemas.KindUntrusted, "proof_invalid", "包含性证明不成立", err)
	}
	return nil
}
