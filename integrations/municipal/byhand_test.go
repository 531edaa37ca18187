package municipal_test

import (
	"context"
	"testing"

	"jianding/integrations/sandbox"
	"jianding/schemas"
)

// What a clerk filed on the platform's own pages has no key of ours: it is
// found by its number and file, and not filed again.
func TestFiledByHandIsFoundBeforeItIsFiledAgain(t *testing.T) {
	w := newWorld(t, setup{})
	f := w.filing(1)
	f.Delivery.Unknown = true
	rec, err := w.box.FileByHand(f.Report.ReportNo, f.Agency.USCC, f.Report.SHA256, f.Report.Size)
	if err != nil {
		t.Fatal(err)
	}
	out := w.client.Query(context.Background(), f, always)
	if out.Result != schemas.FilingAccepted || out.Receipt != rec.Receipt {
		t.Errorf("query: %+v", out)
	}
	// Another file under the same number is another revision.
	g := w.filing(1)
	g.Report.SHA256 = f.Report.SM3
	if out := w.client.Query(context.Background(), g, always); out.Result != schemas.FilingNotFound {
		t.Errorf("another revision: %+v", out)
	}
	// And a question of which half is answered proves nothing.
	if err := w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.Error}, Operations: []string{"query"}, Skip: 1, Times: 1}); err != nil {
		t.Fatal(err)
	}
	if out := w.client.Query(context.Background(), g, always); out.Result != schemas.FilingUnknown || out.Attempt.StartedAt.IsZero() {
		t.Errorf("half a question: %+v", out)
	}
}

// A report that was returned and accepted anew is filed under a new key: the
// record under the old one is not its state.
func TestTheReturnedRecordIsNotTheStateOfTheNextFiling(t *testing.T) {
	w := newWorld(t, setup{})
	f := w.filing(1)
	out := w.client.Submit(context.Background(), f, w.original(f), always)
	if err := w.box.Return(out.Receipt, "缺页"); err != nil {
		t.Fatal(err)
	}
	f.Delivery.IdempotencyKey += "+r"
	f.Delivery.Unknown = true
	if out := w.client.Query(context.Background(), f, always); out.Result != schemas.FilingNotFound {
		t.Errorf("query: %+v", out)
	}
}
