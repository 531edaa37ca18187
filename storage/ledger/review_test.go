package ledger_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
)

func TestReview(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, c := h.assess(h.upload("agency-a", "R", "x"), amber)
		if r.Status != schemas.ReportNeedsReview || !r.ReviewDue.Equal(h.now().Add(24*time.Hour)) || r.EffectiveAt != nil {
			t.Errorf("%+v", r)
		}
		if o := h.owed(schemas.OweReviewWatch, r.ID); !o.DueAt.Equal(*r.ReviewDue) {
			t.Errorf("watch due %v", o.DueAt)
		}
		limit := *r.ReviewDue
		h.clock.Forward(time.Hour)
		// Reading it again gives the reviewer no more time.
		r, _ = h.assess(r, amber)
		if !r.ReviewDue.Equal(limit) {
			t.Errorf("the limit moved to %v", r.ReviewDue)
		}
		accept := schemas.Decision{ReportID: r.ID, Verdict: schemas.ReviewAccept, By: officer("审"), Note: "已核对", ExpectVersion: r.Version,
			Corrected: &schemas.Assessment{SHA256: "forged", Report: schemas.ReportFields{ReportNo: "R", Owner: "业主"},
				Findings: []schemas.Finding{{Grade: "Dsu"}}, Overall: schemas.Overall{Safety: "Dsu"}, Hazard: schemas.Hazard{Level: schemas.HazardRed}}}
		stale := accept
		stale.ExpectVersion--
		_, _, err := h.DecideReview(h.ctx, stale, h.consequences(red), h.now())
		h.wantCode(err, schemas.KindConflict, "report_changed")
		_, _, err = h.DecideReview(h.ctx, accept, h.consequences(amber), h.now())
		h.wantCode(err, schemas.KindInvalid, "report_status")

		k := h.consequences(red)
		k.File = true
		k.Obligations = []schemas.NewObligation{{Kind: schemas.OweAgencyNotice, Subject: r.ID, Dedupe: "decided"}}
		got, rc, err := h.DecideReview(h.ctx, accept, k, h.now())
		h.must(err)
		if got.Status != schemas.ReportAccepted || got.Hazard != schemas.HazardRed || got.DecidedAt == nil || got.ReviewDue != nil && got.Status == schemas.ReportNeedsReview ||
			rc.ID != c.ID || rc.Level != schemas.HazardRed || got.EffectiveAt == nil {
			t.Errorf("decided %+v\ncase %+v", got, rc)
		}
		if len(h.open_(schemas.OweReviewWatch, r.ID)) != 0 {
			t.Error("the review is still watched")
		}
		h.owed(schemas.OweAgencyNotice, r.ID)
		if _, err := h.DeliveryByReport(h.ctx, r.ID); err != nil {
			t.Error(err)
		}
		_, _, err = h.DecideReview(h.ctx, accept, k, h.now())
		h.wantCode(err, schemas.KindConflict, "not_in_review")
		ds, err := h.Decisions(h.ctx, r.ID)
		h.must(err)
		accept.At = h.now()
		if d := cmp.Diff([]schemas.Decision{accept}, ds); d != "" {
			t.Error(d)
		}

		// What holds: the correction of the reading, on the bytes and the
		// signature as they are.
		a, err := h.EffectiveAssessment(h.ctx, r.ID)
		h.must(err)
		if a.Report.Owner != "业主" || a.Overall.Safety != "Dsu" || a.SHA256 != "x" || a.Signature.Status != schemas.SignatureValid {
			t.Errorf("effective %+v", a)
		}
		// A newer reading stands by itself; the old ones are kept.
		h.assess(got, plain)
		if a, err = h.EffectiveAssessment(h.ctx, r.ID); err != nil || a.Report.Owner != "" {
			t.Errorf("effective %+v %v", a, err)
		}
		if as, err := h.Assessments(h.ctx, r.ID); err != nil || len(as) != 3 || as[0].Seq != 1 || as[2].Seq != 3 {
			t.Errorf("%d assessments %v", len(as), err)
		}
	})
}

func TestReviewerOverturnsARejection(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, _ := h.assess(h.upload("agency-a", "R", "x"), reading{status: schemas.ReportRejected})
		d := schemas.Decision{ReportID: r.ID, Verdict: schemas.ReviewReject, By: officer("审"), ExpectVersion: r.Version}
		_, _, err := h.DecideReview(h.ctx, d, schemas.Consequences{Status: schemas.ReportRejected}, h.now())
		h.wantCode(err, schemas.KindConflict, "not_in_review")
		d.Verdict = schemas.ReviewAccept
		r, _, err = h.DecideReview(h.ctx, d, schemas.Consequences{Status: schemas.ReportAccepted, File: true}, h.now())
		h.must(err)
		if r.Status != schemas.ReportAccepted {
			t.Errorf("%+v", r)
		}
	})
}

// The rules saw certain revisions; when those changed before the reading is
// recorded, it must be judged anew.
func TestPriorRevisionsMustBeAsSeen(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		first := h.upload("agency-a", "R", "one")
		h.clock.Forward(time.Minute)
		second := h.upload("agency-a", "", "two")
		x := plain
		x.no = "R"
		seen, err := h.ReportsByNumber(h.ctx, "agency-a", " r ")
		h.must(err)
		if len(seen) != 1 || seen[0].ID != first.ID {
			t.Fatalf("%+v", seen)
		}
		h.assess(first, red) // meanwhile
		lease := h.lease(schemas.OweAssess, second.ID)
		record := func(prior map[string]int64) error {
			_, _, err := h.RecordAssessment(h.ctx, lease, h.record(second, x), h.consequences(x), prior, h.now())
			return err
		}
		h.wantCode(record(map[string]int64{first.ID: seen[0].Version}), schemas.KindConflict, "revision_changed")
		h.wantCode(record(map[string]int64{}), schemas.KindConflict, "revision_changed")
		h.wantCode(record(map[string]int64{first.ID: mustReport(h, first.ID).Version, second.ID: 99}), schemas.KindConflict, "revision_changed")
		if as, _ := h.Assessments(h.ctx, second.ID); len(as) != 0 || mustReport(h, second.ID).ReportNo != "" {
			t.Error("half of it was recorded")
		}
		h.must(record(map[string]int64{first.ID: mustReport(h, first.ID).Version, second.ID: second.Version}))
		h.wantCode(record(nil), schemas.KindConflict, "lease_lost")
		if got := mustReport(h, first.ID); got.SupersededBy != second.ID {
			t.Errorf("%+v", got)
		}
	})
}

func TestReassessIsAskedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, _ := h.assess(h.upload("agency-a", "R", "x"), plain)
		for range 3 {
			h.must(h.RequestReassess(h.ctx, []string{r.ID}, "根证书变更", officer("管"), h.now()))
		}
		lease := h.lease(schemas.OweReassess, r.ID)
		// Asked again while it is being done: that attempt may have read the
		// old trust data.
		h.must(h.RequestReassess(h.ctx, []string{r.ID}, "又变更", officer("管"), h.now()))
		h.must(h.FinishObligation(h.ctx, lease, schemas.ObligationResult{Done: true}, h.now()))
		h.owed(schemas.OweReassess, r.ID)
		h.wantCode(h.RequestReassess(h.ctx, []string{r.ID, "nowhere"}, "", officer("管"), h.now()), schemas.KindNotFound, "not_found")
	})
}

// A change of the register makes new assessments owed in its own transaction:
// of the reports that the agency sent or signed, and of no others. What says
// nothing about signatures changes nothing.
func TestRegisterChangesReachReports(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		a := schemas.Agency{ID: "agency-a", Name: "甲鉴定公司", Status: schemas.AgencyActive}
		h.must(h.PutAgency(h.ctx, a, officer("管"), h.now()))
		r, _ := h.assess(h.upload("agency-a", "R", "x"), plain)
		other, _ := h.assess(h.upload("agency-b", "R", "y"), plain)
		owed := func(id string, want int) {
			t.Helper()
			os, _, err := h.Obligations(h.ctx, schemas.ObligationFilter{Kind: schemas.OweReassess, State: schemas.ObligationOpen, Subject: id})
			if err != nil || len(os) != want {
				t.Errorf("%d new assessments owed, %v, want %d", len(os), err, want)
			}
		}
		a.WebhookURL = "https://a.example/hook"
		h.must(h.PutAgency(h.ctx, a, officer("管"), h.now()))
		owed(r.ID, 0)
		a.Status = schemas.AgencySuspended
		h.must(h.PutAgency(h.ctx, a, officer("管"), h.now()))
		owed(r.ID, 1)
		owed(other.ID, 0)
		h.wantCode(h.PutAgency(h.ctx, schemas.Agency{ID: "agency-b", Name: "乙", Status: "?"}, officer("管"), h.now()), schemas.KindInvalid, "agencies_invalid")
		owed(other.ID, 0)
	})
}

func TestReportsTouchedBy(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		a, _ := h.assess(h.upload("agency-a", "", "a"), plain)
		b := h.upload("agency-b", "", "b")
		rec := h.record(b, plain)
		rec.Assessment.Signature.Signers = []schemas.Signer{{AgencyID: "agency-a", Serial: "FF01"}, {Serial: "ff02"}}
		_, _, err := h.RecordAssessment(h.ctx, h.lease(schemas.OweAssess, b.ID), rec, h.consequences(plain), nil, h.now())
		h.must(err)
		for name, tc := range map[string]struct {
			agencies, serials []string
			want              []string
		}{
			"sent or signed": {[]string{"agency-a"}, nil, []string{a.ID, b.ID}},
			"sent":           {[]string{"agency-b"}, nil, []string{b.ID}},
			"serial":         {nil, []string{"Ff02"}, []string{b.ID}},
			"once each":      {[]string{"agency-a", "agency-b"}, []string{"0a1b", "ff01"}, []string{a.ID, b.ID}},
			"none":           {nil, []string{"00"}, []string{}},
		} {
			got, err := h.ReportsTouchedBy(h.ctx, tc.agencies, tc.serials)
			h.must(err)
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	})
}
