package workers

import (
	"testing"
	"time"

	"jianding/schemas"
)

func TestConsequences(t *testing.T) {
	terms := Terms{Policy: []byte(`{}`), AmberFor: 4 * time.Hour, ReviewFor: 24 * time.Hour}
	with := func(a schemas.Assessment, change func(*schemas.Assessment)) schemas.Assessment {
		change(&a)
		return a
	}
	rejected := func(a *schemas.Assessment) { a.Outcome = schemas.Rejected }
	review := func(a *schemas.Assessment) { a.Outcome = schemas.NeedsReview }
	ocr := func(a *schemas.Assessment) { a.NeedsOCR = []int{3} }
	accepted, decided := schemas.ReportAccepted, schemas.ReportRejected
	soundBefore, reviewBefore := sound("n"), with(sound("n"), review)
	rejectedBefore, amberBefore := with(sound("n"), rejected), amber("n")

	for _, c := range []struct {
		name   string
		r      Reading
		status schemas.ReportStatus
		hazard schemas.HazardLevel // of the case; none: no case
		file   bool
		owed   []schemas.ObligationKind
		reason schemas.ReasonCode
	}{
		{"sound", Reading{Assessment: sound("n")}, "accepted", "none", true, nil, ""},
		{"red is accepted and escalates", Reading{Assessment: red("n")}, "accepted", "red", true, nil, ""},
		{"red in review escalates and is not filed", Reading{Assessment: with(red("n"), review)}, "needs_review", "red", false, kinds("agency_notice"), ""},
		{"amber", Reading{Assessment: amber("n")}, "needs_review", "amber", false, kinds("agency_notice"), ""},
		{"amber is never accepted without a human", Reading{Assessment: with(amber("n"), func(a *schemas.Assessment) { a.Outcome = schemas.Accepted })}, "needs_review", "amber", false, kinds("agency_notice"), ""},
		{"rejected with a hazard escalates", Reading{Assessment: with(amber("n"), rejected)}, "rejected", "amber", false, kinds("agency_notice"), ""},
		{"rejected", Reading{Assessment: with(sound("n"), rejected)}, "rejected", "none", false, kinds("agency_notice"), ""},
		{"an outcome nobody knows goes to a human", Reading{Assessment: with(sound("n"), func(a *schemas.Assessment) { a.Outcome = "?" })}, "needs_review", "none", false, kinds("agency_notice"), ""},
		{"a scan is recognised", Reading{Assessment: with(amber("n"), ocr)}, "needs_review", "amber", false, kinds("ocr", "agency_notice"), ""},
		{"recognised once", Reading{Assessment: with(amber("n"), ocr), Kind: kindOCR, Before: &amberBefore, Report: schemas.Report{Status: "needs_review"}}, "needs_review", "amber", false, nil, ""},

		{"milder grade", Reading{Assessment: sound("n"), Earlier: earlierOf(with(sound("n"), func(a *schemas.Assessment) { a.Overall.Safety = "Csu" }))}, "needs_review", "none", false, kinds("agency_notice"), schemas.MilderRevision},
		{"same grade", Reading{Assessment: sound("n"), Earlier: earlierOf(sound("n"))}, "accepted", "none", true, nil, ""},
		{"graver grade", Reading{Assessment: red("n"), Earlier: earlierOf(sound("n"))}, "accepted", "red", true, nil, ""},
		{"a grade that is gone", Reading{Assessment: sound("n"), Earlier: earlierOf(with(sound("n"), func(a *schemas.Assessment) { a.Overall.Danger = "B" }))}, "needs_review", "none", false, kinds("agency_notice"), schemas.MilderRevision},
		{"milder than one of two", Reading{Assessment: sound("n"), Earlier: earlierOf(red("n"), sound("n"))}, "needs_review", "none", false, kinds("agency_notice"), schemas.MilderRevision},
		{"a revision about another house", Reading{Assessment: with(red("n"), func(a *schemas.Assessment) { a.Report.Address = "白沙镇石坝街20号" }), Earlier: earlierOf(red("n"))}, "needs_review", "red", false, kinds("agency_notice"), schemas.OtherHouse},
		{"a revision that says the address more precisely", Reading{Assessment: with(sound("n"), func(a *schemas.Assessment) { a.Report.Address = "重庆市江津区几江街道大西门1号附2号" }), Earlier: earlierOf(sound("n"))}, "accepted", "none", true, nil, ""},
		{"nothing to compare with yet", Reading{Assessment: sound("n"), Incomparable: true}, "needs_review", "none", false, kinds("agency_notice"), schemas.MilderRevision},
		{"scales are not mapped: Dsu and danger B", Reading{Assessment: with(red("n"), func(a *schemas.Assessment) { a.Overall.Danger = "B" }), Earlier: earlierOf(red("n"))}, "accepted", "red", true, nil, ""},

		{"read again, the same", Reading{Assessment: sound("n"), Kind: kindReassess, Before: &soundBefore, Report: schemas.Report{Status: accepted}}, "accepted", "none", true, nil, ""},
		{"read again, what a human rejected stays so", Reading{Assessment: with(sound("n"), review), Kind: kindReassess, Before: &reviewBefore, Report: schemas.Report{Status: decided}}, "rejected", "none", false, nil, ""},
		{"read again, another outcome", Reading{Assessment: with(sound("n"), rejected), Kind: kindReassess, Before: &soundBefore, Report: schemas.Report{Status: accepted}}, "needs_review", "none", false, kinds("agency_notice"), schemas.ReassessmentDiffers},
		{"read again, a hazard after all", Reading{Assessment: red("n"), Kind: kindReassess, Before: &soundBefore, Report: schemas.Report{Status: accepted}}, "needs_review", "red", false, kinds("agency_notice"), schemas.ReassessmentDiffers},
		{"recognised text does not mend a rejected file", Reading{Assessment: with(sound("n"), review), Kind: kindOCR, Before: &rejectedBefore, Report: schemas.Report{Status: decided}}, "rejected", "none", false, nil, ""},
		{"recognised text shows a hazard in a rejected file", Reading{Assessment: with(red("n"), rejected), Kind: kindOCR, Before: &rejectedBefore, Report: schemas.Report{Status: decided}}, "needs_review", "red", false, kinds("agency_notice"), schemas.ReassessmentDiffers},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.r
			r.Now, r.Report.ID, r.Report.ReceivedAt = t0, "r", t0.Add(-time.Second)
			if r.Report.Status == "" {
				r.Report.Status = schemas.ReportReceived
			}
			got, a := terms.Consequences(r)
			if got.Status != c.status || got.File != c.file {
				t.Errorf("status %s, file %v", got.Status, got.File)
			}
			level := schemas.HazardNone
			if got.Case != nil {
				level = got.Case.Level
				if got.Case.Deadline.Handling.IsZero() || len(got.Case.Policy) == 0 {
					t.Errorf("case without deadline or policy: %+v", got.Case)
				}
				if (got.Case.AmberFor > 0) != (level == schemas.HazardAmber) {
					t.Errorf("%s for %s", level, got.Case.AmberFor)
				}
			}
			if level != c.hazard {
				t.Errorf("case at %s, want %s", level, c.hazard)
			}
			if (got.ReviewDue != nil) != (c.status == schemas.ReportNeedsReview) {
				t.Errorf("review due %v", got.ReviewDue)
			}
			var owed []schemas.ObligationKind
			for _, o := range got.Obligations {
				owed = append(owed, o.Kind)
			}
			if len(owed) != len(c.owed) {
				t.Errorf("owed %q, want %q", owed, c.owed)
			} else {
				for i := range owed {
					if owed[i] != c.owed[i] {
						t.Errorf("owed %q, want %q", owed, c.owed)
					}
				}
			}
			if c.reason != "" && !hasReason(a, c.reason) {
				t.Errorf("reasons %+v, want %s", a.Reasons, c.reason)
			}
			if c.reason == "" && len(a.Reasons) != len(r.Assessment.Reasons) {
				t.Errorf("reasons out of nowhere: %+v", a.Reasons)
			}
		})
	}
}

func kinds(ks ...schemas.ObligationKind) []schemas.ObligationKind { return ks }

func earlierOf(as ...schemas.Assessment) []schemas.Assessment { return as }

func TestTheEarliestStatementStartsTheClock(t *testing.T) {
	signed, discovered := t0.Add(-3*time.Hour), t0.Add(-5*time.Hour)
	a := red("n")
	a.Signature.Signers = []schemas.Signer{{SignedAt: &t0}, {SignedAt: &signed, TimeSource: schemas.TimeClaimed}, {}}
	r := schemas.Report{ID: "r", ReceivedAt: t0, Declared: schemas.Declared{IssuedOn: "2026-11-24"}}
	c, _ := Terms{Policy: []byte(`{}`)}.Consequences(Reading{Report: r, Assessment: a, Now: t0})
	if got := c.Case.Deadline.Statutory; !got.Equal(signed.Add(24 * time.Hour)) {
		t.Errorf("statutory deadline %s by %s", got, c.Case.Deadline.StatutoryRule)
	}
	r.Declared.DiscoveredAt = &discovered
	c, _ = Terms{Policy: []byte(`{}`)}.Consequences(Reading{Report: r, Assessment: a, Now: t0})
	if got := c.Case.Deadline.Statutory; !got.Equal(discovered.Add(24 * time.Hour)) {
		t.Errorf("statutory deadline %s by %s", got, c.Case.Deadline.StatutoryRule)
	}
}

func TestBackoffGrowsAndIsBounded(t *testing.T) {
	b := backoff{time.Second, time.Minute}
	last := time.Duration(0)
	for n := 1; n < 100; n++ {
		low, high := b.delay(n, func() float64 { return 0 }), b.delay(n, func() float64 { return 0.999 })
		if low <= 0 || high > time.Minute || low > high || high < last {
			t.Fatalf("attempt %d: %s to %s after %s", n, low, high, last)
		}
		last = high
	}
	if last < 59*time.Second {
		t.Errorf("the limit is never reached: %s", last)
	}
}
