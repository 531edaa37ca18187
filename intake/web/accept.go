package web

import (
	"context"
	"io"
	"net/http"
	"strings"

	bytesOf "jianding/intake/pdf"
	"jianding/intake/receipts"
	"jianding/schemas"
)

// arrival is a document that was authorised and read whole, with what its
// sender states.
type arrival struct {
	agency   schemas.Agency
	actor    schemas.Actor
	key      string // Idempotency-Key, may be empty
	filename string
	declared schemas.Declared
	sha256   string
	sm3      string
	size     int64
	content  io.ReadSeeker
}

// accept keeps a document: first the original, then the ledger's row. Only
// when both are durable is there a report, and with it a receipt; a failure in
// between leaves at most an original that nobody speaks of, and the sender
// tries again. All ways in (API, portal, resumable upload) end here.
func (s *server) accept(ctx context.Context, a arrival) (schemas.Report, bool, error) {
	if a.key != "" {
		old, err := s.ledger.FindByIdempotencyKey(ctx, a.agency.ID, a.key)
		switch {
		case err == nil && old.SHA256 != a.sha256:
			return schemas.Report{}, false, schemas.E(schemas.KindConflict, "idempotency_key_reused", "该 Idempotency-Key 已用于另一份内容不同的文件", nil)
		case err != nil && schemas.KindOf(err) != schemas.KindNotFound:
			return schemas.Report{}, false, err
		}
	}
	long, err := looksLong(a)
	if err != nil {
		return schemas.Report{}, false, diskError(err)
	}
	if _, err := a.content.Seek(0, io.SeekStart); err != nil {
		return schemas.Report{}, false, diskError(err)
	}
	if _, err := s.originals.Put(ctx, a.sha256, a.size, a.content); err != nil {
		return schemas.Report{}, false, err
	}
	a.declared.AgencyID = a.agency.ID
	r, created, err := s.ledger.ReceiveReport(ctx, schemas.NewReport{
		AgencyID: a.agency.ID, IdempotencyKey: a.key, SHA256: a.sha256, SM3: a.sm3, Size: a.size,
		Filename: a.filename, Declared: a.declared, ReceivedAt: s.now(), Actor: a.actor, Long: long,
	})
	if err != nil {
		return schemas.Report{}, false, err
	}
	s.wake()
	return r, created, nil
}

// looksLong says that a document should wait for its assessment where it
// delays no short report.
func looksLong(a arrival) (bool, error) {
	if a.size > bytesOf.LongBytes {
		return true, nil
	}
	if _, err := a.content.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	b, err := io.ReadAll(io.LimitReader(a.content, bytesOf.LongBytes))
	return bytesOf.RoughPages(b) > bytesOf.LongPages, err
}

// receiptView is the answer to an upload.
type receiptView struct {
	ReceiptNo  string               `json:"receipt_no"`
	ReportID   string               `json:"report_id"`
	Status     schemas.ReportStatus `json:"status"`
	Duplicate  bool                 `json:"duplicate"` // the same document came before
	SHA256     string               `json:"sha256"`
	SM3        string               `json:"sm3"`
	Size       int64                `json:"size"`
	ReceivedAt string               `json:"received_at"`
	Receipt    string               `json:"receipt"` // signed note, see intake/receipts
	Links      map[string]string    `json:"links"`
}

func (s *server) receiptOf(r schemas.Report, created bool) (receiptView, error) {
	signed, err := s.keeper.Sign(receipts.Of(r))
	if err != nil {
		return receiptView{}, err
	}
	self := "/v1/reports/" + r.ID
	return receiptView{
		ReceiptNo: r.ReceiptNo, ReportID: r.ID, Status: r.Status, Duplicate: !created,
		SHA256: r.SHA256, SM3: r.SM3, Size: r.Size, ReceivedAt: rfc3339(r.ReceivedAt), Receipt: signed,
		Links: map[string]string{"self": self, "original": self + "/original", "assessment": self + "/assessment", "receipt": self + "/receipt"},
	}, nil
}

// writeReceipt answers 202 for a new report and 200 for one that is known.
func (s *server) writeReceipt(w http.ResponseWriter, r *http.Request, rep schemas.Report, created bool) {
	v, err := s.receiptOf(rep, created)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Location", v.Links["self"])
	status := http.StatusOK
	if created {
		status = http.StatusAccepted
	}
	writeJSON(w, status, v)
}

// idempotencyKey reads the header as the IETF draft has it: a quoted string,
// or the bare key that most clients send.
func (f *findings) idempotencyKey(h http.Header) string {
	values := h.Values("Idempotency-Key")
	if len(values) == 0 {
		return ""
	}
	key := strings.TrimSpace(values[0])
	if inner, ok := strings.CutPrefix(key, `"`); ok && strings.HasSuffix(inner, `"`) {
		key = strings.TrimSuffix(inner, `"`)
	}
	if len(values) > 1 || key == "" || len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
		f.add("Idempotency-Key", "idempotency_key_malformed", "Idempotency-Key 应为一个，1 至 255 个可见 ASCII 字符，不含空格")
		return ""
	}
	return key
}
