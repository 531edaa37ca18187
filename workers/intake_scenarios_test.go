package workers

import (
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

func TestADocumentThatKillsItsReaderIsRejectedAndStillEscalates(t *testing.T) {
	for _, doc := range []string{"crash", "hang"} {
		t.Run(doc, func(t *testing.T) {
			eachLedger(t, func(t *testing.T, h *house) {
				h.options = func(o *Options) { o.Limits.ShortTime, o.Limits.LongTime = 20*time.Millisecond, 30*time.Millisecond }
				h.start()
				bad := h.uploadBytes([]byte(doc), schemas.Declared{Address: "双福街道2号"})
				good := h.upload(sound("2026-001"))
				h.pass(time.Minute)
				r := h.report(bad.ID)
				if r.Status != schemas.ReportRejected || r.Hazard != schemas.HazardAmber {
					t.Errorf("%s: %s with hazard %s", doc, r.Status, r.Hazard)
				}
				rec, err := h.ledger.CurrentAssessment(h.ctx, bad.ID)
				must(t, err)
				if code := rec.Assessment.Reasons[0].Code; code != schemas.DocumentCrashed && code != schemas.DocumentTimeout {
					t.Errorf("reason %s", code)
				}
				if c := h.theCase(); c.Level != schemas.HazardAmber || c.Address != "双福街道2号" {
					t.Errorf("case %s at %q", c.Level, c.Address)
				}
				h.wantTold(h.mail, "hazard", "reviewer@example.org")
				if h.report(good.ID).Status != schemas.ReportAccepted {
					t.Error("the next report was touched by it")
				}
			})
		})
	}
}

// Trust data that can't be used are nobody's report's fault: all stay owed.
func TestBrokenTrustDataRejectNoReport(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.start()
		admin := schemas.Actor{Kind: "cli", ID: "admin"}
		changeTrust := func(c schemas.TrustChange) {
			_, err := h.ledger.ChangeTrust(h.ctx, []schemas.TrustChange{c}, "test", admin, h.clock.Now())
			must(t, err)
		}
		changeTrust(schemas.TrustChange{Kind: schemas.TrustCRL, Name: "ca.crl", Data: []byte("garbage")})
		r := h.upload(sound("2026-001"))
		h.pass(10 * time.Minute)
		if got := h.report(r.ID).Status; got != schemas.ReportReceived {
			t.Errorf("%s under broken trust data", got)
		}
		changeTrust(schemas.TrustChange{Kind: schemas.TrustCRL, Name: "ca.crl", Remove: true})
		h.pass(time.Hour)
		if got := h.report(r.ID).Status; got != schemas.ReportAccepted {
			t.Errorf("%s when they are sound again", got)
		}
	})
}

func TestALongDocumentLeavesTheShortLane(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.options = func(o *Options) { o.Limits.LongBytes = 10 }
		h.start()
		h.upload(red("2026-001"))
		due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 1)
		must(t, err)
		if laneOf(due[0]) != laneAssess {
			t.Fatalf("begins in %s", laneOf(due[0]))
		}
		h.w.execute(h.ctx, due[0].ID, laneAssess)
		due, err = h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 1)
		must(t, err)
		if laneOf(due[0]) != laneAssessLong {
			t.Fatalf("goes on in %s", laneOf(due[0]))
		}
		h.settle()
		h.wantTold(h.sms, "hazard", "duty")
	})
}

func TestAMilderRevisionGoesToReviewAndSoftensNothing(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		first := h.upload(red("2026-001"))
		h.settle()
		h.pass(time.Minute)
		second := h.upload(sound("2026-001"))
		h.settle()
		if r := h.report(second.ID); r.Status != schemas.ReportNeedsReview || r.Revision != 2 || r.Supersedes != first.ID {
			t.Errorf("the milder revision is %s, revision %d of %q", r.Status, r.Revision, r.Supersedes)
		}
		rec, err := h.ledger.CurrentAssessment(h.ctx, second.ID)
		must(t, err)
		if !hasReason(rec.Assessment, schemas.MilderRevision) {
			t.Errorf("reasons: %+v", rec.Assessment.Reasons)
		}
		if c := h.theCase(); c.Level != schemas.HazardRed || c.Grade != "Dsu" {
			t.Errorf("the case was softened to %s %s", c.Level, c.Grade)
		}
		// A third one, as mild as the second, must not slip through behind it.
		h.pass(time.Minute)
		a := sound("2026-001")
		a.Report.Owner = "另一稿"
		third := h.upload(a)
		h.settle()
		if r := h.report(third.ID); r.Status != schemas.ReportNeedsReview {
			t.Errorf("the third revision is %s", r.Status)
		}
	})
}

func TestAGraverRevisionRaisesTheSameCase(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(amber("2026-001"))
		h.settle()
		h.acknowledge()
		h.pass(time.Minute)
		h.upload(red("2026-001"))
		h.settle()
		if c := h.theCase(); c.Level != schemas.HazardRed {
			t.Errorf("the case is %s", c.Level)
		}
		h.wantTold(h.sms, "hazard", "duty")
	})
}

func TestARevisionReadBeforeTheOneBeforeIt(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.options = func(o *Options) { o.Limits.ShortTime, o.Limits.LongTime = 20*time.Millisecond, 30*time.Millisecond }
		h.start()
		// The first revision is declared, but cannot be read yet.
		h.docs.down = true
		h.uploadAs(red("2026-001"), schemas.Declared{ReportNo: "2026-001"})
		h.settle()
		h.docs.down = false
		h.clock.set(h.clock.Now().Add(time.Millisecond))
		second := h.uploadAs(sound("2026-001"), schemas.Declared{ReportNo: "2026-001"})
		h.settle()
		if r := h.report(second.ID); r.Status != schemas.ReportReceived {
			t.Errorf("a harmless revision should wait for the one before, it is %s", r.Status)
		}
		h.pass(time.Minute)
		if r := h.report(second.ID); r.Status != schemas.ReportNeedsReview {
			t.Errorf("the milder revision is %s", r.Status)
		}
	})
}

func TestAHazardDoesNotWaitForTheRevisionBefore(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.docs.down = true
		h.uploadAs(sound("2026-001"), schemas.Declared{ReportNo: "2026-001"})
		h.settle()
		h.docs.down = false
		h.clock.set(h.clock.Now().Add(time.Millisecond))
		h.uploadAs(red("2026-001"), schemas.Declared{ReportNo: "2026-001"})
		h.settle()
		h.wantTold(h.sms, "hazard", "duty")
	})
}

func TestReviewLimitPasses(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		a := sound("2026-001")
		a.Outcome = schemas.NeedsReview
		r := h.upload(a)
		h.settle()
		h.wantTold(h.hook, "agency_notice", "https://agency.example.org/hook")
		h.pass(24*time.Hour - time.Second)
		h.wantEvents(schemas.EventReviewOverdue, 0)
		h.pass(time.Second)
		h.wantEvents(schemas.EventReviewOverdue, 1)
		h.wantTold(h.mail, "review_overdue", "reviewer@example.org")
		h.pass(24 * time.Hour)
		h.wantEvents(schemas.EventReviewOverdue, 1)
		h.wantTold(h.mail, "review_overdue", "reviewer@example.org", "reviewer@example.org")

		r = h.report(r.ID)
		_, _, err := h.ledger.DecideReview(h.ctx, schemas.Decision{ReportID: r.ID, Verdict: schemas.ReviewAccept, By: officer(), Note: "属实", ExpectVersion: r.Version},
			h.w.Terms().Decision(r, a, schemas.ReviewAccept, h.clock.Now()), h.clock.Now())
		must(t, err)
		h.pass(48 * time.Hour)
		h.wantTold(h.mail, "review_overdue", "reviewer@example.org", "reviewer@example.org")
		if h.platform.submits != 1 {
			t.Errorf("after the decision the report was filed %d times", h.platform.submits)
		}
	})
}

func TestAReviewerFindsADangerousHouse(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		a := sound("2026-001")
		a.Outcome = schemas.NeedsReview
		r := h.upload(a)
		h.settle()
		r = h.report(r.ID)
		corrected := red("2026-001")
		_, _, err := h.ledger.DecideReview(h.ctx, schemas.Decision{ReportID: r.ID, Verdict: schemas.ReviewAccept, By: officer(), Corrected: &corrected, ExpectVersion: r.Version},
			h.w.Terms().Decision(r, corrected, schemas.ReviewAccept, h.clock.Now()), h.clock.Now())
		must(t, err)
		h.settle()
		h.wantTold(h.sms, "hazard", "duty")
	})
}

func TestTheSameReportAgainChangesNothing(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.upload(red("2026-001"))
		h.settle()
		h.theCase()
		h.wantTold(h.sms, "hazard", "duty")
		h.wantEvents(schemas.EventReportAssessed, 1)
	})
}

func TestReassessmentThatDiffersGoesToTheReviewer(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		r := h.upload(sound("2026-001"))
		h.settle()
		// The agency was suspended; the same bytes now read otherwise.
		changed := sound("2026-001")
		changed.Outcome, changed.Trust = schemas.Rejected, "after"
		h.options = func(o *Options) { o.Assessor = fixedReading{changed} }
		h.start()
		must(t, h.ledger.RequestReassess(h.ctx, []string{r.ID}, "trust changed", officer(), h.clock.Now()))
		h.settle()
		got := h.report(r.ID)
		if got.Status != schemas.ReportNeedsReview || got.AssessmentSeq != 2 {
			t.Errorf("report is %s at assessment %d", got.Status, got.AssessmentSeq)
		}
		rec, err := h.ledger.CurrentAssessment(h.ctx, r.ID)
		must(t, err)
		if !hasReason(rec.Assessment, schemas.ReassessmentDiffers) {
			t.Errorf("reasons %+v", rec.Assessment.Reasons)
		}
	})
}

func TestPagesThatNeedAnEngineStayWithTheReviewerWithoutOne(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		a := amber("2026-001")
		a.NeedsOCR = []int{1, 2}
		r := h.upload(a)
		h.settle()
		if got := h.report(r.ID); got.Status != schemas.ReportNeedsReview || got.AssessmentSeq != 1 {
			t.Errorf("report is %s at assessment %d", got.Status, got.AssessmentSeq)
		}
		h.wantTold(h.mail, "hazard", "reviewer@example.org")
	})
}

func TestRecognisedTextRaisesTheCase(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		found := red("2026-001")
		found.Outcome = schemas.NeedsReview
		h.options = func(o *Options) { o.OCR = fixedReading{found} }
		h.start()
		a := amber("")
		a.NeedsOCR = []int{1}
		r := h.upload(a)
		h.settle()
		if got := h.report(r.ID); got.Status != schemas.ReportNeedsReview || got.AssessmentSeq != 2 {
			t.Errorf("report is %s at assessment %d", got.Status, got.AssessmentSeq)
		}
		if c := h.theCase(); c.Level != schemas.HazardRed {
			t.Errorf("the case is %s", c.Level)
		}
	})
}

func TestAnImplausibleDateIsAReviewReason(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		a := sound("2026-001")
		a.Report.IssuedOn = "2002-11-20"
		r := h.upload(a)
		h.settle()
		if got := h.report(r.ID).Status; got != schemas.ReportNeedsReview {
			t.Errorf("report is %s", got)
		}
		rec, err := h.ledger.CurrentAssessment(h.ctx, r.ID)
		must(t, err)
		if !hasReason(rec.Assessment, schemas.DateImplausible) {
			t.Errorf("reasons %+v", rec.Assessment.Reasons)
		}
	})
}

func TestARejectedReportIsToldToItsAgency(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		a := sound("2026-001")
		a.Outcome = schemas.Rejected
		a.Reasons = []schemas.Reason{schemas.NewReason(schemas.DocumentPassword, 0, "")}
		h.upload(a)
		h.settle()
		h.wantTold(h.hook, "agency_notice", "https://agency.example.org/hook")
		if text := h.hook.sent[0].Text; !strings.Contains(text, "打开文件需要密码") {
			t.Errorf("the agency is not told why:\n%s", text)
		}
		if h.platform.submits != 0 {
			t.Error("a rejected report was filed")
		}
	})
}

func hasReason(a schemas.Assessment, code schemas.ReasonCode) bool {
	for _, r := range a.Reasons {
		if r.Code == code {
			return true
		}
	}
	return false
}
