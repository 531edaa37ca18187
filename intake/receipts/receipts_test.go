package receipts

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
)

// memLog keeps the tree in memory under the rules of the contract; the ledger
// has its own tests.
type memLog struct {
	events []schemas.Event
	hashes [][32]byte
	size   int64
	index  map[int64]int64
}

func (m *memLog) UnsequencedEvents(_ context.Context, limit int) ([]schemas.Event, error) {
	es := m.events[m.size:]
	return es[:min(limit, len(es))], nil
}

func (m *memLog) AppendLog(_ context.Context, treeSize int64, hashes [][32]byte, seqs []int64) error {
	if treeSize != m.size {
		return schemas.E(schemas.KindConflict, "log_moved", "", nil)
	}
	for i, s := range seqs {
		m.index[s] = m.size + int64(i)
	}
	m.hashes = append(m.hashes, hashes...)
	m.size += int64(len(seqs))
	return nil
}

func (m *memLog) LogHashes(_ context.Context, idx []int64) ([][32]byte, error) {
	out := make([][32]byte, len(idx))
	for i, x := range idx {
		out[i] = m.hashes[x]
	}
	return out, nil
}

func (m *memLog) LogSize(context.Context) (int64, error) { return m.size, nil }

func (m *memLog) EventIndex(_ context.Context, seq int64) (int64, bool, error) {
	i, ok := m.index[seq]
	return i, ok, nil
}

func keeper(t *testing.T) *Keeper {
	t.Helper()
	private, _, err := GenerateKey(rand.Reader, "jianding.test")
	if err != nil {
		t.Fatal(err)
	}
	k, err := NewKeeper(private)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sample(i int) Receipt {
	return Receipt{
		ReceiptNo: fmt.Sprintf("JD-20261124-%06d-K", i), ReportID: fmt.Sprintf("report-%d", i), AgencyID: "agency-01",
		SHA256: fmt.Sprintf("%064x", i), SM3: fmt.Sprintf("%064x", i+1), Size: 1234,
		ReceivedAt: time.Date(2026, 11, 24, 7, 0, 0, 120_000_000, time.UTC),
	}
}

func received(seq int64, r Receipt) schemas.Event {
	data, _ := json.Marshal(map[string]any{"sha256": r.SHA256, "receipt_no": r.ReceiptNo})
	return schemas.Event{Seq: seq, At: r.ReceivedAt, Kind: schemas.EventReportReceived, Subject: "report:" + r.ReportID,
		Actor: schemas.Actor{Kind: "agency", ID: r.AgencyID}, Data: data}
}

func TestReceiptSignAndVerify(t *testing.T) {
	k, r := keeper(t), sample(7)
	signed, err := k.Sign(r)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := k.Sign(r)
	if signed != again {
		t.Error("the same receipt was signed with other bytes")
	}
	got, err := Verify(signed, keeper(t).PublicKey(), k.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r, got); d != "" {
		t.Error(d)
	}
	for name, forged := range map[string]string{
		"hash":        strings.Replace(signed, r.SHA256, strings.Repeat("a", 64), 1),
		"size":        strings.Replace(signed, "size: 1234", "size: 1235", 1),
		"extra line":  strings.Replace(signed, "size: ", "note: x\nsize: ", 1),
		"no signer":   r.Text(),
		"empty":       "",
		"other bytes": "\x00" + signed,
	} {
		if _, err := Verify(forged, k.PublicKey()); schemas.KindOf(err) != schemas.KindUntrusted {
			t.Errorf("%s: got %v, want untrusted", name, err)
		}
	}
	if _, err := Verify(signed, keeper(t).PublicKey()); schemas.KindOf(err) != schemas.KindUntrusted {
		t.Errorf("another service's key: %v", err)
	}
	if _, err := Verify(signed, "nonsense"); schemas.KindOf(err) != schemas.KindInvalid {
		t.Errorf("malformed key: %v", err)
	}
}

// A value with a line break could forge the lines that follow it.
func TestReceiptRefusesValuesThatBreakLines(t *testing.T) {
	r := sample(1)
	r.AgencyID = "agency-01\nsha256: " + strings.Repeat("0", 64)
	if _, err := keeper(t).Sign(r); err == nil {
		t.Error("signed a receipt whose agency holds a line break")
	}
}

func TestLoadKeeperKeepsItsKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "receipt.key")
	a, err := LoadKeeper(path, "jianding.test")
	if err != nil {
		t.Fatal(err)
	}
	b, err := LoadKeeper(path, "other-name")
	if err != nil {
		t.Fatal(err)
	}
	if a.PublicKey() != b.PublicKey() {
		t.Error("the key changed between two starts")
	}
	fi, err := os.Stat(path)
	if err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	pub, err := os.ReadFile(path + ".pub")
	if err != nil || strings.TrimSpace(string(pub)) != a.PublicKey() {
		t.Errorf("public key file: %q, %v", pub, err)
	}
	if err := os.WriteFile(path, []byte("PRIVATE+KEY+half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKeeper(path, "x"); schemas.KindOf(err) != schemas.KindInvalid {
		t.Errorf("a broken key file must not be replaced: %v", err)
	}
}

func TestLogProvesEveryReceiptUnderEveryLaterHead(t *testing.T) {
	ctx := context.Background()
	k := keeper(t)
	store := &memLog{index: map[int64]int64{}}
	log := NewLog(store, k)
	var rs []Receipt
	seq := int64(0)
	for _, batch := range []int{1, 2, 5, 13} {
		for range batch {
			seq += 2 // gaps: a rolled back transaction used a number
			r := sample(len(rs))
			rs = append(rs, r)
			store.events = append(store.events, received(seq, r))
		}
		for {
			n, err := log.Sequence(ctx, 4)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
		for i, r := range rs {
			p, err := log.Prove(ctx, store.events[i])
			if err != nil {
				t.Fatalf("event %d of %d: %v", i, len(rs), err)
			}
			signed, _ := k.Sign(r)
			if _, err := VerifyReceipt(signed, p, k.PublicKey()); err != nil {
				t.Fatalf("event %d of %d: %v", i, len(rs), err)
			}
			other, _ := k.Sign(sample(i + 1))
			if _, err := VerifyReceipt(other, p, k.PublicKey()); schemas.KindOf(err) != schemas.KindUntrusted {
				t.Errorf("another report's proof was taken: %v", err)
			}
			forged := p
			forged.Leaf = strings.Replace(p.Leaf, "agency-01", "agency-02", 1)
			if err := VerifyProof(forged, k.PublicKey()); schemas.KindOf(err) != schemas.KindUntrusted {
				t.Errorf("an altered event was proven: %v", err)
			}
		}
	}
	if _, err := log.Prove(ctx, received(seq+2, sample(99))); schemas.KindOf(err) != schemas.KindNotFound {
		t.Errorf("an event that is not in the log: %v", err)
	}
}

func TestLeafDoesNotDependOnHowTheDatabaseKeepsJSON(t *testing.T) {
	a := received(1, sample(1))
	b := a
	b.Data = json.RawMessage(`{ "receipt_no" : "` + sample(1).ReceiptNo + `", "sha256":"` + sample(1).SHA256 + `"}`)
	la, _ := Leaf(a)
	lb, _ := Leaf(b)
	if string(la) != string(lb) {
		t.Errorf("%s\n%s", la, lb)
	}
}

func FuzzParseText(f *testing.F) {
	f.Add(sample(1).Text())
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := ParseText(s); err == nil && r.Text() != s {
			t.Errorf("two texts for one receipt: %q", s)
		}
	})
}
