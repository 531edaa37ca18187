package municipal_test

import (
	"context"
	"testing"
	"time"

	"jianding/integrations/municipal"
	"jianding/schemas"
)

func TestEachShippedProfileFilesQueriesAndLists(t *testing.T) {
	for _, name := range municipal.ShippedProfiles() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, setup{profile: name})
			ctx := context.Background()
			f := w.filing(1)

			if out := w.client.Query(ctx, f, always); out.Result != schemas.FilingNotFound {
				t.Fatalf("query before filing: %+v", out)
			}
			var begun []string
			out := w.client.Submit(ctx, f, w.original(f), func(op, sum string) error { begun = append(begun, op+" "+sum); return nil })
			if out.Result != schemas.FilingAccepted || out.Receipt == "" || out.Attempt.Status != 201 {
				t.Fatalf("submit: %+v", out)
			}
			if len(begun) != 1 || begun[0] != "submit "+out.Attempt.RequestSHA256 {
				t.Errorf("begin calls %q", begun)
			}
			again := w.client.Submit(ctx, f, w.original(f), always)
			if again.Result != schemas.FilingDuplicate || again.Receipt != out.Receipt {
				t.Errorf("second submit: %+v", again)
			}
			if again.Attempt.RequestSHA256 != out.Attempt.RequestSHA256 {
				t.Errorf("the same revision made another request: %s, %s", out.Attempt.RequestSHA256, again.Attempt.RequestSHA256)
			}
			got := w.client.Query(ctx, f, always)
			if got.Result != schemas.FilingAccepted || got.Receipt != out.Receipt {
				t.Errorf("query: %+v", got)
			}

			rev := w.filing(2)
			rev.SupersedesReceipt = out.Receipt
			super := w.client.Submit(ctx, rev, w.original(rev), always)
			if super.Result != schemas.FilingAccepted || super.Attempt.Operation != "supersede" {
				t.Fatalf("supersede: %+v", super)
			}
			list, err := w.client.List(ctx, w.clock.Now())
			if err != nil || len(list) != 2 {
				t.Fatalf("list: %v, %v", list, err)
			}
			if list[0].Status != "superseded" || list[0].SHA256 != f.Report.SHA256 || list[1].Receipt != super.Receipt {
				t.Errorf("list: %+v", list)
			}
			if other, err := w.client.List(ctx, w.clock.Now().Add(-24*time.Hour)); err != nil || len(other) != 0 {
				t.Errorf("list of the day before: %v, %v", other, err)
			}
			if n := len(w.commits()); n != 2 {
				t.Errorf("%d commits, want 2", n)
			}
		})
	}
}
