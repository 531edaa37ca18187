package ledger_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
	"jianding/storage/ledger"
)

func TestReceiveReport(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		n := h.newReport("agency-a", "渝鉴 2026-001", "aa")
		n.IdempotencyKey = "k1"
		r, created, err := h.ReceiveReport(h.ctx, n)
		h.must(err)
		if !created || r.Status != schemas.ReportReceived || r.Revision != 1 || r.ReportNo != "渝鉴 2026-001" {
			t.Errorf("report = %+v, created %v", r, created)
		}
		if r.ReceiptNo[:18] != "JD-20261124-000001" || !ledger.ReceiptNoValid(r.ReceiptNo) {
			t.Errorf("receipt number %q", r.ReceiptNo)
		}
		h.wantEvents("report:"+r.ID, "report.received")
		if o := h.owed(schemas.OweAssess, r.ID); !o.DueAt.Equal(h.now()) {
			t.Errorf("assess due %v", o.DueAt)
		}

		again, created, err := h.ReceiveReport(h.ctx, n)
		h.must(err)
		if created || cmp.Diff(r, again) != "" {
			t.Errorf("same bytes again: created %v, %s", created, cmp.Diff(r, again))
		}
		h.wantEvents("report:"+r.ID, "report.received report.duplicate")

		other := h.newReport("agency-a", "", "bb")
		other.IdempotencyKey = "k1"
		_, _, err = h.ReceiveReport(h.ctx, other)
		h.wantCode(err, schemas.KindConflict, "idempotency_key_reused")

		// The same bytes with another key are the same report, and the other
		// key is used by it.
		n.IdempotencyKey = "k2"
		_, created, err = h.ReceiveReport(h.ctx, n)
		h.must(err)
		other.IdempotencyKey = "k2"
		_, _, err = h.ReceiveReport(h.ctx, other)
		h.wantCode(err, schemas.KindConflict, "idempotency_key_reused")
		if found, err := h.FindByIdempotencyKey(h.ctx, "agency-a", "k2"); err != nil || found.ID != r.ID || created {
			t.Errorf("by key: %v %v", found.ID, err)
		}
		_, err = h.FindByIdempotencyKey(h.ctx, "agency-b", "k2")
		h.wantCode(err, schemas.KindNotFound, "not_found")

		// Another agency with the same bytes has a report of its own.
		b := h.upload("agency-b", "", "aa")
		if both, err := h.ReportsBySHA256(h.ctx, "aa"); err != nil || len(both) != 2 || b.ID == r.ID {
			t.Errorf("reports with the same bytes: %v %v", len(both), err)
		}
		if byReceipt, err := h.ReportByReceipt(h.ctx, r.ReceiptNo); err != nil || byReceipt.ID != r.ID {
			t.Errorf("by receipt: %v %v", byReceipt.ID, err)
		}
	})
}

// A day of receipts is a day of the district: 16:00 UTC is midnight there.
func TestReceiptNumbersCountPerDayInShanghai(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		var got []string
		for i, at := range []time.Time{time.Date(2026, 12, 31, 15, 59, 59, 0, time.UTC), time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC), time.Date(2026, 12, 31, 16, 0, 1, 0, time.UTC)} {
			n := h.newReport("a", "", fmt.Sprint("x", i))
			n.ReceivedAt = at
			r, _, err := h.ReceiveReport(h.ctx, n)
			h.must(err)
			got = append(got, r.ReceiptNo[:18])
		}
		want := []string{"JD-20261231-000001", "JD-20270101-000001", "JD-20270101-000002"}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

func TestSameUploadRaced(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		const racers = 12
		var wg sync.WaitGroup
		reports, made, errs := make([]schemas.Report, racers), make([]bool, racers), make([]error, racers)
		for i := range racers {
			wg.Go(func() {
				n := h.newReport("agency-a", "No-1", "same")
				n.IdempotencyKey = fmt.Sprint("key", i%2)
				reports[i], made[i], errs[i] = h.ReceiveReport(h.ctx, n)
			})
		}
		wg.Wait()
		count := 0
		for i := range racers {
			h.must(errs[i])
			if made[i] {
				count++
			}
			if reports[i].ReceiptNo != reports[0].ReceiptNo {
				t.Errorf("receipts differ: %s %s", reports[i].ReceiptNo, reports[0].ReceiptNo)
			}
		}
		if count != 1 {
			t.Errorf("%d uploads say that they made the report", count)
		}
		h.owed(schemas.OweAssess, reports[0].ID)
		rs, _, err := h.Reports(h.ctx, schemas.ReportFilter{})
		if err != nil || len(rs) != 1 {
			t.Errorf("%d reports, %v", len(rs), err)
		}
	})
}

// Many uploads at once: every receipt number once, none left out.
func TestManyUploadsRaced(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		const racers, each = 8, 10
		var wg sync.WaitGroup
		var mu sync.Mutex
		numbers := map[string]bool{}
		for i := range racers {
			wg.Go(func() {
				for j := range each {
					r, _, err := h.ReceiveReport(h.ctx, h.newReport("agency-a", fmt.Sprintf("No-%d", j), fmt.Sprintf("%d-%d", i, j)))
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					numbers[r.ReceiptNo[:18]] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for n := 1; n <= racers*each; n++ {
			if no := fmt.Sprintf("JD-20261124-%06d", n); !numbers[no] {
				t.Errorf("receipt number %s is missing", no)
			}
		}
		rs, err := h.ReportsByNumber(h.ctx, "agency-a", "No-3")
		h.must(err)
		for i, r := range rs {
			if r.Revision != i+1 || (i > 0 && r.Supersedes != rs[i-1].ID) {
				t.Errorf("revision %d: %d supersedes %q", i+1, r.Revision, r.Supersedes)
			}
		}
		if len(rs) != racers {
			t.Errorf("%d revisions, want %d", len(rs), racers)
		}
	})
}

func TestRevisions(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		first := h.upload("agency-a", "渝鉴〔2026〕001号", "r1")
		h.clock.Forward(time.Minute)
		unnumbered := h.upload("agency-a", "", "r2")
		h.clock.Forward(time.Minute)
		third := h.upload("agency-a", "渝鉴[2026] ００1号", "r3") // typed otherwise, the same number
		if third.Revision != 2 || third.Supersedes != first.ID {
			t.Fatalf("third: revision %d supersedes %q", third.Revision, third.Supersedes)
		}

		// The one in between says its number late, and takes its place by
		// receipt, not by the order of reading.
		accepted := reading{status: schemas.ReportAccepted, no: "渝鉴(2026)001号"}
		second, _ := h.assess(unnumbered, accepted)
		if second.Revision != 2 || second.Supersedes != first.ID || second.ReportNo != "渝鉴(2026)001号" {
			t.Errorf("second: %+v", second)
		}
		lineage, err := h.ReportLineage(h.ctx, third.ID)
		h.must(err)
		if len(lineage) != 3 || lineage[2].ID != third.ID || lineage[2].Revision != 3 || lineage[2].Supersedes != second.ID {
			t.Errorf("lineage: %+v", lineage)
		}

		// Each takes effect when it is accepted and supersedes what held.
		third, _ = h.assess(lineage[2], accepted)
		first, _ = h.assess(first, accepted) // judged last: it came first, and was superseded before it began
		lineage, err = h.ReportLineage(h.ctx, first.ID)
		h.must(err)
		var got []string
		for _, r := range lineage {
			got = append(got, fmt.Sprint(r.EffectiveAt != nil, r.SupersededBy == second.ID, r.SupersededBy == third.ID))
		}
		if d := cmp.Diff([]string{"false true false", "true false true", "true false false"}, got); d != "" {
			t.Errorf("effective, superseded by 2nd, by 3rd: %s", d)
		}
		h.wantEvents("report:"+second.ID, "report.received report.assessed report.superseded")

		// Another agency's number is another number.
		if r := h.upload("agency-b", "渝鉴(2026)001号", "other"); r.Revision != 1 {
			t.Errorf("another agency's report is revision %d", r.Revision)
		}
	})
}

func TestReportsFilterAndPage(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		var all []schemas.Report
		for i := range 25 {
			n := h.newReport([]string{"agency-a", "agency-b"}[i%2], fmt.Sprintf("鉴字-%03d", i), fmt.Sprint("c", i))
			n.Declared.Address = fmt.Sprintf("几江街道%d号", i)
			r, _, err := h.ReceiveReport(h.ctx, n)
			h.must(err)
			all = append([]schemas.Report{r}, all...)
			if i%3 == 0 { // some at the same instant: the id decides
				h.clock.Forward(time.Minute)
			}
		}
		list := func(f schemas.ReportFilter) []string {
			t.Helper()
			var ids []string
			for {
				rs, next, err := h.Reports(h.ctx, f)
				h.must(err)
				for _, r := range rs {
					ids = append(ids, r.ID)
				}
				if next == "" {
					return ids
				}
				f.Cursor = next
			}
		}
		pick := func(keep func(schemas.Report) bool) []string {
			var ids []string
			for _, r := range all {
				if keep(r) {
					ids = append(ids, r.ID)
				}
			}
			return ids
		}
		for name, tc := range map[string]struct {
			filter schemas.ReportFilter
			keep   func(schemas.Report) bool
		}{
			"all by four":   {schemas.ReportFilter{Limit: 4}, func(schemas.Report) bool { return true }},
			"agency":        {schemas.ReportFilter{AgencyID: "agency-b", Limit: 5}, func(r schemas.Report) bool { return r.AgencyID == "agency-b" }},
			"number":        {schemas.ReportFilter{Query: "鉴字-01", Limit: 3}, func(r schemas.Report) bool { return r.ReportNo >= "鉴字-010" && r.ReportNo <= "鉴字-019" }},
			"number, typed": {schemas.ReportFilter{Query: " 鉴字–００3 "}, func(r schemas.Report) bool { return r.ReportNo == "鉴字-003" }},
			"address": {schemas.ReportFilter{Query: "几江街道2", AgencyID: "agency-a"}, func(r schemas.Report) bool {
				return r.AgencyID == "agency-a" && len(r.Declared.Address) > 12 && r.Declared.Address[12] == '2'
			}},
			"receipt":    {schemas.ReportFilter{Query: all[3].ReceiptNo}, func(r schemas.Report) bool { return r.ID == all[3].ID }},
			"lower case": {schemas.ReportFilter{Query: "jd-20261124-000007"}, func(r schemas.Report) bool { return r.ReceiptNo[:18] == "JD-20261124-000007" }},
			"from to": {schemas.ReportFilter{From: t0.Add(time.Minute), To: t0.Add(3 * time.Minute)}, func(r schemas.Report) bool {
				return !r.ReceivedAt.Before(t0.Add(time.Minute)) && r.ReceivedAt.Before(t0.Add(3*time.Minute))
			}},
			"nothing":        {schemas.ReportFilter{Query: "没有"}, func(schemas.Report) bool { return false }},
			"no wildcards":   {schemas.ReportFilter{Query: "%"}, func(schemas.Report) bool { return false }},
			"another status": {schemas.ReportFilter{Status: schemas.ReportRejected}, func(schemas.Report) bool { return false }},
		} {
			if d := cmp.Diff(pick(tc.keep), list(tc.filter)); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
		_, _, err := h.Reports(h.ctx, schemas.ReportFilter{Cursor: "x"})
		h.wantCode(err, schemas.KindInvalid, "bad_cursor")
	})
}

func TestReviewQueueIsInOrderOfItsLimits(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		var want []string
		for i := range 5 {
			r := h.upload("agency-a", "", fmt.Sprint("q", i))
			x := reading{status: schemas.ReportNeedsReview}
			c := h.consequences(x)
			due := h.now().Add(time.Duration(10-i) * time.Hour)
			c.ReviewDue = &due
			_, _, err := h.RecordAssessment(h.ctx, h.lease(schemas.OweAssess, r.ID), h.record(r, x), c, nil, h.now())
			h.must(err)
			want = append([]string{r.ID}, want...)
		}
		var got []string
		for cursor, more := "", true; more; more = cursor != "" {
			rs, next, err := h.Reports(h.ctx, schemas.ReportFilter{ReviewFirst: true, Cursor: cursor, Limit: 2})
			h.must(err)
			for _, r := range rs {
				got = append(got, r.ID)
			}
			cursor = next
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}
