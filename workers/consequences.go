package workers

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"jianding/intake/triage"
	"jianding/schemas"
)

// Kinds of assessments, as AssessmentRecord.Kind.
const (
	kindText     = "text"
	kindOCR      = "ocr"
	kindReassess = "reassess"
)

// Terms are what the consequences of a reading depend on beside the reading.
type Terms struct {
	Policy    json.RawMessage // of the ladder, stamped on new cases
	AmberFor  time.Duration   // until an undecided amber case turns red
	ReviewFor time.Duration   // a reviewer's time limit
}

// Reading is a new reading of a report and what was known before it.
type Reading struct {
	Report     schemas.Report
	Assessment schemas.Assessment
	Kind       string // "text", "ocr", "reassess"
	// Before is the assessment that this one follows, nil for the first.
	Before *schemas.Assessment
	// Earlier are the revisions that this one must not soften in silence: the
	// one in effect and those after it, oldest first, with their effective
	// readings.
	Earlier []schemas.Assessment
	// Incomparable says that an earlier revision has not been read yet.
	Incomparable bool
	Now          time.Time
}

// Consequences computes what a reading makes owed, and returns the assessment
// completed with the reasons that only the service knows. It is pure.
func (t Terms) Consequences(r Reading) (schemas.Consequences, schemas.Assessment) {
	a := r.Assessment
	a.Reasons = slices.Clone(a.Reasons)
	doubt := func(code schemas.ReasonCode, detail string) {
		a.Reasons = append(a.Reasons, schemas.NewReason(code, 0, detail))
		if a.Outcome == schemas.Accepted {
			a.Outcome = schemas.NeedsReview
		}
	}
	instants := instantsOf(r.Report, a, r.Now)
	for _, said := range triage.Implausible(instants, r.Report.ReceivedAt) {
		doubt(schemas.DateImplausible, said)
	}
	for _, e := range r.Earlier {
		if what, milder := milderThan(a, e); milder {
			doubt(schemas.MilderRevision, what)
			break
		}
	}
	for _, e := range r.Earlier {
		if was, is := e.Report.Address, a.Report.Address; !schemas.SamePlace(was, is) {
			doubt(schemas.OtherHouse, was+" → "+is)
			break
		}
	}
	if r.Incomparable {
		doubt(schemas.MilderRevision, "前一版尚未评定，无法比较")
	}
	if a.Hazard.Level == schemas.HazardAmber && a.Outcome == schemas.Accepted {
		a.Outcome = schemas.NeedsReview // never accepted without a human (DESIGN §3)
	}
	status := statusOf(a.Outcome)
	if again, ok := t.again(r, a); ok {
		if again == schemas.ReportNeedsReview && differs(r, a) {
			a.Reasons = append(a.Reasons, schemas.NewReason(schemas.ReassessmentDiffers, 0, string(r.Before.Outcome)+" → "+string(a.Outcome)))
		}
		status = again
	}
	c := schemas.Consequences{Status: status, File: status == schemas.ReportAccepted, Case: t.caseOf(r.Report, a, instants)}
	if status == schemas.ReportNeedsReview {
		due := r.Now.Add(t.ReviewFor)
		c.ReviewDue = &due
	}
	seq := r.Report.AssessmentSeq + 1
	if len(a.NeedsOCR) > 0 && r.Kind != kindOCR {
		c.Obligations = append(c.Obligations, schemas.NewObligation{Kind: schemas.OweOCR, Subject: r.Report.ID, Dedupe: fmt.Sprint(seq), DueAt: r.Now})
	}
	if status != schemas.ReportAccepted && status != r.Report.Status {
		c.Obligations = append(c.Obligations, t.tellAgency(r.Report.ID, string(status), seq, r.Now))
	}
	return c, a
}

// Decision computes what a reviewer's decision makes owed. effective is the
// reading with the reviewer's corrections.
func (t Terms) Decision(r schemas.Report, effective schemas.Assessment, verdict schemas.ReviewVerdict, now time.Time) schemas.Consequences {
	c := schemas.Consequences{Status: schemas.ReportAccepted, File: true, Case: t.caseOf(r, effective, instantsOf(r, effective, now))}
	if verdict == schemas.ReviewReject {
		c.Status, c.File = schemas.ReportRejected, false
		c.Obligations = append(c.Obligations, t.tellAgency(r.ID, "rejected_by_reviewer", int(r.Version), now))
	}
	return c
}

// NoticeCase is the case that a hazard notice opens: red, because somebody
// who has seen the house says so.
func (t Terms) NoticeCase(n schemas.Notice) schemas.NewCase {
	in := schemas.Instants{Received: &n.ReceivedAt}
	if !n.DiscoveredAt.IsZero() {
		in.Discovered = &n.DiscoveredAt
	}
	return schemas.NewCase{
		Level: schemas.HazardRed, Address: n.Address, Town: n.Town, Basis: []string{"statement:notice"},
		Quote: clip(n.Found, 300), Instants: in, Deadline: triage.StampDeadlines(in), Policy: t.Policy,
	}
}

func (t Terms) tellAgency(reportID, what string, n int, now time.Time) schemas.NewObligation {
	return schemas.NewObligation{Kind: schemas.OweAgencyNotice, Subject: reportID, Dedupe: fmt.Sprintf("%s:%d", what, n),
		DueAt: now, Payload: map[string]any{"event": what}}
}

func statusOf(o schemas.Outcome) schemas.ReportStatus {
	switch o {
	case schemas.Accepted:
		return schemas.ReportAccepted
	case schemas.Rejected:
		return schemas.ReportRejected
	}
	return schemas.ReportNeedsReview // also for an outcome nobody knows
}

// again is the status after a report that had one was read again. A reading
// never overturns silently what was decided: the same outcome leaves the
// status, whoever set it; another outcome goes to a human. ok is false for a
// first reading.
func (t Terms) again(r Reading, a schemas.Assessment) (schemas.ReportStatus, bool) {
	if r.Before == nil || r.Report.Status == schemas.ReportReceived {
		return "", false
	}
	if r.Kind == kindOCR && r.Report.Status == schemas.ReportRejected && a.Hazard.Level.Rank() <= r.Before.Hazard.Level.Rank() {
		// Recognised text does not mend what the agency must fix.
		return schemas.ReportRejected, true
	}
	if differs(r, a) {
		return schemas.ReportNeedsReview, true
	}
	return r.Report.Status, true
}

func differs(r Reading, a schemas.Assessment) bool {
	return a.Outcome != r.Before.Outcome || a.Hazard.Level != r.Before.Hazard.Level
}

// milderThan says whether a says less of the house than an earlier revision,
// and in what: a lower hazard, a better grade, or a grade that is gone.
func milderThan(a, earlier schemas.Assessment) (string, bool) {
	if a.Hazard.Level.Rank() < earlier.Hazard.Level.Rank() {
		return fmt.Sprintf("隐患 %s → %s", earlier.Hazard.Level, a.Hazard.Level), true
	}
	for _, g := range []struct {
		name     string
		was, is  schemas.Grade
		aspect   schemas.Aspect
		ofHouses schemas.Scope
	}{
		{"安全性", earlier.Overall.Safety, a.Overall.Safety, schemas.AspectSafety, schemas.ScopeUnit},
		{"危险性", earlier.Overall.Danger, a.Overall.Danger, schemas.AspectDanger, schemas.ScopeHouse},
		{"可靠性", earlier.Overall.Reliability, a.Overall.Reliability, schemas.AspectReliability, schemas.ScopeUnit},
	} {
		was, is := g.was.Severity(g.aspect, g.ofHouses), g.is.Severity(g.aspect, g.ofHouses)
		if g.was != "" && (g.is == "" || is < was) {
			return fmt.Sprintf("%s %s → %s", g.name, g.was, orNone(g.is)), true
		}
	}
	return "", false
}

func orNone(g schemas.Grade) string {
	if g == "" {
		return "无"
	}
	return string(g)
}

// instantsOf gathers what anybody states about when (DOMAIN §1).
func instantsOf(r schemas.Report, a schemas.Assessment, now time.Time) schemas.Instants {
	received := r.ReceivedAt
	in := schemas.Instants{Discovered: r.Declared.DiscoveredAt, Received: &received, Assessed: &now}
	for _, s := range a.Signature.Signers {
		if s.SignedAt != nil && (in.Signed == nil || s.SignedAt.Before(*in.Signed)) {
			in.Signed = s.SignedAt
		}
	}
	for _, date := range []string{a.Report.IssuedOn, r.Declared.IssuedOn} {
		if end, ok := triage.EndOfDate(date); ok && (in.Issued == nil || end.Before(*in.Issued)) {
			in.Issued = &end
		}
	}
	return in
}

// caseOf is the case that a hazard needs; nil for none.
func (t Terms) caseOf(r schemas.Report, a schemas.Assessment, in schemas.Instants) *schemas.NewCase {
	h := a.Hazard
	if h.Level.Rank() == 0 {
		return nil
	}
	c := &schemas.NewCase{
		Level: h.Level, Address: first(a.Report.Address, r.Declared.Address), Town: first(a.Report.Town, r.Declared.Town),
		Use: a.Report.Use, Grade: gravest(a), Basis: h.Basis, Instants: in, Deadline: triage.StampDeadlines(in), Policy: t.Policy,
	}
	if h.Evidence != nil {
		c.Quote = clip(h.Evidence.Quote, 300)
	}
	if h.Level == schemas.HazardAmber {
		c.AmberFor = t.AmberFor
	}
	return c
}

// gravest is the grade to show on a case: the one that makes the hazard, on
// its own scale; scales are not compared with one another.
func gravest(a schemas.Assessment) schemas.Grade {
	switch {
	case a.Overall.Safety == "Dsu":
		return a.Overall.Safety
	case a.Overall.Danger == "D":
		return a.Overall.Danger
	}
	for _, g := range []schemas.Grade{a.Overall.Safety, a.Overall.Danger, a.Overall.Reliability} {
		if g != "" {
			return g
		}
	}
	return ""
}

func first(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}
