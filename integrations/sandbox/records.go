package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"sync"
	"time"
)

// Record is one filed report revision (schemas/platform/record.schema.json).
type Record struct {
	Receipt        string   `json:"receipt"`
	IdempotencyKey string   `json:"idempotency_key,omitempty"`
	ReportNo       string   `json:"report_no"`
	AgencyUSCC     string   `json:"agency_uscc"`
	SHA256         string   `json:"sha256"`
	Size           int64    `json:"size"`
	Status         string   `json:"status"` // pending, accepted, returned, withdrawn, superseded
	Reasons        []string `json:"reasons,omitempty"`
	RecordedAt     string   `json:"recorded_at"`
	Supersedes     string   `json:"supersedes,omitempty"`
	SupersededBy   string   `json:"superseded_by,omitempty"`
}

// Entry is one line of the commit log. A line with Event "commit" is one
// record that came into being; "status" is a later change of one. Lines are
// only ever appended.
type Entry struct {
	Event    string          `json:"event"`
	At       time.Time       `json:"at"`
	Record   Record          `json:"record"`
	Metadata json.RawMessage `json:"metadata,omitempty"` // as submitted, of a commit
}

// ReadCommits returns the records that ever came into being by a raw log, in
// order: what a test counts. A last line that was cut off by a crash is none.
func ReadCommits(file string) ([]Entry, error) {
	all, err := readLog(file)
	var out []Entry
	for _, e := range all {
		if e.Event == "commit" {
			out = append(out, e)
		}
	}
	return out, err
}

func readLog(file string) ([]Entry, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []Entry
	r := bufio.NewReader(bytes.NewReader(data))
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err == io.EOF {
			return out, nil // without its line feed a line was never committed
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			if len(bytes.TrimSpace(line)) == 0 || bytes.HasSuffix(line, []byte(tornMark)) {
				continue
			}
			return out, fmt.Errorf("sandbox: commit log %s line %d: %w", file, n, err)
		}
		out = append(out, e)
	}
}

// tornMark ends a line that a crash had cut off, so that the next line starts
// on its own and the log stays append-only.
const tornMark = " #torn\n"

// book holds the records; the log on disk comes first, memory follows.
type book struct {
	sync.Mutex
	file      *os.File
	records   []*Record
	byReceipt map[string]*Record
	byKey     map[string]*Record // the first of each key
}

func openBook(file string) (*book, error) {
	b := &book{byReceipt: map[string]*Record{}, byKey: map[string]*Record{}}
	if file == "" {
		return b, nil
	}
	entries, err := readLog(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		b.apply(e)
	}
	if b.file, err = os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return nil, err
	}
	size, err := b.file.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return b, err
	}
	last := make([]byte, 1)
	if _, err := b.file.ReadAt(last, size-1); err != nil {
		return nil, err
	}
	if last[0] != '\n' {
		_, err = b.file.WriteString(tornMark)
	}
	return b, err
}

func (b *book) close() error {
	b.Lock()
	defer b.Unlock()
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}

// write makes an entry durable and then true. The caller holds the lock.
func (b *book) write(e Entry) error {
	if b.file != nil {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if _, err := b.file.Write(append(line, '\n')); err != nil {
			return err
		}
		if err := b.file.Sync(); err != nil {
			return err
		}
	}
	b.apply(e)
	return nil
}

func (b *book) apply(e Entry) {
	r := e.Record
	if e.Event == "commit" {
		b.records = append(b.records, &r)
		b.byReceipt[r.Receipt] = &r
		if r.IdempotencyKey != "" && b.byKey[r.IdempotencyKey] == nil {
			b.byKey[r.IdempotencyKey] = &r
		}
		if old := b.byReceipt[r.Supersedes]; old != nil {
			old.Status, old.SupersededBy = "superseded", r.Receipt
		}
		return
	}
	if old := b.byReceipt[r.Receipt]; old != nil {
		*old = r
	}
}

// find returns copies of the records that match, oldest first.
func (b *book) find(match func(Record) bool) []Record {
	b.Lock()
	defer b.Unlock()
	out := []Record{}
	for _, r := range b.records {
		if match(*r) {
			out = append(out, *r)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Receipt < out[j].Receipt })
	return out
}

// Records returns all records as they are now, oldest first.
func (s *Server) Records() []Record { return s.book.find(func(Record) bool { return true }) }

func shanghai() *time.Location { return time.FixedZone("+0800", 8*60*60) }

func stamp(t time.Time) string { return t.In(shanghai()).Format("2006-01-02T15:04:05.000000Z07:00") }

// status changes a record and calls back.
func (s *Server) status(receipt, to string, reasons []string, event string) error {
	s.book.Lock()
	r := s.book.byReceipt[receipt]
	if r == nil {
		s.book.Unlock()
		return fmt.Errorf("sandbox: no record %s", receipt)
	}
	changed := *r
	changed.Status, changed.Reasons = to, reasons
	err := s.book.write(Entry{Event: "status", At: s.opt.Clock().UTC(), Record: changed})
	s.book.Unlock()
	if err != nil {
		return err
	}
	s.callBack(s.newCallback(event, changed), 1)
	return nil
}

// FileByHand makes a record as a clerk does on the platform's own pages: it has
// no idempotency key.
func (s *Server) FileByHand(reportNo, agencyUSCC, sha256 string, size int64) (Record, error) {
	s.book.Lock()
	defer s.book.Unlock()
	r := Record{Receipt: s.nextReceipt(), ReportNo: reportNo, AgencyUSCC: agencyUSCC, SHA256: sha256, Size: size,
		Status: "accepted", RecordedAt: stamp(s.opt.Clock())}
	return r, s.book.write(Entry{Event: "commit", At: s.opt.Clock().UTC(), Record: r})
}

// nextReceipt is the number of the next record. The caller holds the book.
func (s *Server) nextReceipt() string {
	return fmt.Sprintf("ZHFA-%s-%06d", s.opt.Clock().In(shanghai()).Format("20060102"), len(s.book.records)+1)
}

// Return sends a record back (退回) and calls back.
func (s *Server) Return(receipt string, reasons ...string) error {
	return s.status(receipt, "returned", reasons, "returned")
}

// Withdraw takes a record out and calls back.
func (s *Server) Withdraw(receipt string, reasons ...string) error {
	return s.status(receipt, "withdrawn", reasons, "withdrawn")
}

// Accept decides a pending record and calls back.
func (s *Server) Accept(receipt string) error {
	return s.status(receipt, "accepted", nil, "accepted")
}
