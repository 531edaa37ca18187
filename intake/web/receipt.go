package web

import (
	"context"
	"io"
	"net/http"
	"strings"

	"jianding/intake/receipts"
	"jianding/schemas"
)

type receiptProofView struct {
	receiptView
	PublicKey string          `json:"public_key"`
	Proof     *receipts.Proof `json:"proof"` // null until the event is in the log
}

// getReceipt gives the signed receipt: as text for who asks for text, else
// with the proof that its event is in the log.
func (s *server) getReceipt(w http.ResponseWriter, r *http.Request, p principal) error {
	rep, err := s.findReport(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	v, err := s.receiptOf(rep, true)
	if err != nil {
		return err
	}
	if strings.HasPrefix(r.Header.Get("Accept"), "text/plain") {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, v.Receipt)
		return nil
	}
	out := receiptProofView{receiptView: v, PublicKey: s.keeper.PublicKey()}
	if out.Proof, err = s.proofOf(r.Context(), rep); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// proofOf returns nil while the event is not in the log.
func (s *server) proofOf(ctx context.Context, rep schemas.Report) (*receipts.Proof, error) {
	es, err := s.ledger.Events(ctx, schemas.EventFilter{Subject: "report:" + rep.ID, Kinds: []schemas.EventKind{schemas.EventReportReceived}, Limit: 1})
	if err != nil || len(es) == 0 {
		return nil, err
	}
	p, err := s.merkle.Prove(ctx, es[0])
	if schemas.KindOf(err) == schemas.KindNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

func (s *server) getCheckpoint(w http.ResponseWriter, r *http.Request, _ principal) error {
	cp, err := s.merkle.Checkpoint(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, cp)
	return nil
}

func (s *server) getLogKey(w http.ResponseWriter, _ *http.Request, _ principal) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, s.keeper.PublicKey()+"\n")
	return nil
}
