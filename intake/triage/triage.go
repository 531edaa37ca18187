// Package triage decides what follows from what a document says and from who
// signed it: outcome, hazard and deadlines. It is pure rules, each with a
// version, and knows neither clock nor store (DESIGN §2–3, DOMAIN §1).
//
// Start reading at Decide; hazard.go holds the rule of the district plan,
// deadlines.go the clocks.
package triage

import (
	"time"

	"jianding/schemas"
)

// OutcomeRule names the version of the outcome rule.
const OutcomeRule = "outcome/1"

// Reading is what was read of one revision of a document.
type Reading struct {
	Findings        []schemas.Finding
	Fields          schemas.ReportFields
	Recommendations []schemas.Recommendation
	Statements      []schemas.Statement
	Pages           []schemas.PageVerdict
	Reasons         []schemas.Reason
}

// Input is all that a decision rests on.
type Input struct {
	Signature schemas.Signature
	Document  []schemas.Reason // of opening the file
	Reading   Reading          // of the current revision
	// Others are readings of the signed revisions of a document that was
	// changed afterwards; the worst hazard of all of them stands.
	Others   []Reading
	Declared schemas.Declared
	// AgencyName is the register's name of the agency that signed
	// (Signature.AgencyID); empty when none did.
	AgencyName string
	// Unread is set when the document could not be opened for reading at all.
	Unread bool
	At     time.Time // receipt
}

// Decision is what follows.
type Decision struct {
	Outcome schemas.Outcome
	Reasons []schemas.Reason
	Hazard  schemas.Hazard
	Overall schemas.Overall
	Rules   []string
}

// Decide applies the rules. Reasons are in the order signature, document,
// content, comparison; the gravest weight among them gives the outcome:
// accepted only without any that rejects or asks for a human.
func Decide(in Input) Decision {
	d := Decision{Overall: Overall(in.Reading.Findings), Rules: []string{OutcomeRule, HazardRule}}
	d.Reasons = append(d.Reasons, in.Signature.Reasons...)
	d.Reasons = append(d.Reasons, in.Document...)
	d.Reasons = append(d.Reasons, in.Reading.Reasons...)
	d.Reasons = append(d.Reasons, compare(in)...)
	d.Outcome = outcome(in.Signature.Status, &d.Reasons)
	d.Hazard = hazardOf(in, d)
	if d.Outcome == schemas.Accepted && d.Hazard.Level == schemas.HazardAmber {
		// An amber report is never accepted without a human (DESIGN §3).
		d.Reasons = append(d.Reasons, schemas.NewReason("hazard_doubtful", 0, ""))
		d.Outcome = schemas.NeedsReview
	}
	if d.Outcome == schemas.Accepted && recognised(in.Reading) {
		// What was recognised on an image proposes; a human decides (DESIGN §3).
		d.Reasons = append(d.Reasons, schemas.NewReason("read_by_ocr", 0, ""))
		d.Outcome = schemas.NeedsReview
	}
	if in.Unread && d.Outcome == schemas.Accepted {
		d.Outcome = schemas.NeedsReview
	}
	return d
}

// recognised tells whether a grade, a statement or advice comes from OCR.
func recognised(r Reading) bool {
	for _, f := range r.Findings {
		if f.Evidence.Source == schemas.SourceOCR {
			return true
		}
	}
	for _, s := range r.Statements {
		if s.Evidence.Source == schemas.SourceOCR {
			return true
		}
	}
	for _, x := range r.Recommendations {
		if x.Evidence != nil && x.Evidence.Source == schemas.SourceOCR {
			return true
		}
	}
	return false
}

// outcome weighs the reasons. A signature that is not valid is never accepted,
// whatever its reasons say.
func outcome(status schemas.SignatureStatus, reasons *[]schemas.Reason) schemas.Outcome {
	out := schemas.Accepted
	for _, r := range *reasons {
		info, known := r.Code.Info()
		switch {
		case !known:
			out = graver(out, schemas.NeedsReview)
		case info.Weight == schemas.WeightReject:
			out = schemas.Rejected
		case info.Weight == schemas.WeightReview:
			out = graver(out, schemas.NeedsReview)
		}
	}
	switch status {
	case schemas.SignatureValid:
	case schemas.SignatureUnverifiable:
		if out == schemas.Accepted {
			*reasons = append(*reasons, schemas.NewReason("signature_unverifiable", 0, ""))
		}
		out = graver(out, schemas.NeedsReview)
	default: // modified, untrusted, invalid, unsigned, unknown
		if out != schemas.Rejected {
			*reasons = append(*reasons, schemas.NewReason("signature_not_valid", 0, string(status)))
		}
		out = schemas.Rejected
	}
	return out
}

func graver(a, b schemas.Outcome) schemas.Outcome {
	order := map[schemas.Outcome]int{schemas.Accepted: 0, schemas.NeedsReview: 1, schemas.Rejected: 2}
	if order[b] > order[a] {
		return b
	}
	return a
}

// Overall is the worst concluded grade per aspect of those that speak for the
// house.
func Overall(fs []schemas.Finding) schemas.Overall {
	var o schemas.Overall
	worse := func(g *schemas.Grade, f schemas.Finding) {
		if f.Grade.Severity(f.Aspect, f.Scope) > (*g).Severity(f.Aspect, f.Scope) {
			*g = f.Grade
		}
	}
	for _, f := range fs {
		if !f.Scope.Speaks() || f.Role != schemas.RoleConclusion {
			continue
		}
		switch f.Aspect {
		case schemas.AspectSafety:
			worse(&o.Safety, f)
		case schemas.AspectDanger:
			worse(&o.Danger, f)
		case schemas.AspectReliability:
			worse(&o.Reliability, f)
		}
	}
	return o
}
