package web

import (
	"context"
	"strings"
	"testing"

	"jianding/intake/receipts"
)

func TestReceiptIsProvenByTheLog(t *testing.T) {
	h := newHouse(t)
	v := h.upload("agency-01", pdf(1), `{}`)
	h.upload("agency-01", pdf(2), "")
	var r receiptProofView
	h.call("agency-01", "GET", v.Links["receipt"], nil).into(t, &r)
	if r.Proof != nil {
		t.Fatal("a proof before the event was sequenced")
	}
	log := receipts.NewLog(h.ledger, h.keeper)
	for {
		n, err := log.Sequence(context.Background(), 3)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	h.call("agency-01", "GET", v.Links["receipt"], nil).into(t, &r)
	if r.Proof == nil {
		t.Fatal("no proof")
	}
	if _, err := receipts.VerifyReceipt(r.Receipt, *r.Proof, r.PublicKey); err != nil {
		t.Error(err)
	}
	text := h.call("agency-01", "GET", v.Links["receipt"], nil, "Accept", "text/plain")
	if string(text.body) != v.Receipt {
		t.Errorf("%s", text.body)
	}
	if a := h.call("", "GET", "/v1/log/key", nil); strings.TrimSpace(string(a.body)) != h.keeper.PublicKey() {
		t.Errorf("key %s", a.body)
	}
}
