package schemas

import "time"

// Consequences is what a new reading of a report, or a reviewer's decision,
// makes owed. Pure rules compute it; the ledger applies it in the one
// transaction that records the reading.
type Consequences struct {
	Status      ReportStatus
	ReviewDue   *time.Time // with ReportNeedsReview
	Case        *NewCase   // nil: no hazard
	File        bool       // owed to the platform
	Obligations []NewObligation
}

// CaseAdvance is one tick of the escalation ladder, applied in one
// transaction.
type CaseAdvance struct {
	CaseID        string
	ExpectVersion int64
	Step, Round   int
	StepAt        *time.Time  // non-nil: kept as Case.StepAt
	Level         HazardLevel // may only rise
	AddReminded   []string
	Notifications []NewNotification
	Events        []NewEvent
	NextAt        time.Time // when the ladder ticks again; zero: never (the case ended)
	Now           time.Time
}

// NewNotification is a message to be sent. Dedupe is unique within the case
// (or over all, without a case): running the same tick again makes no second
// message.
type NewNotification struct {
	Message     Message
	Step, Round int
	Dedupe      string
}

// TrustMaterial is everything that trust decisions rest on, as the ledger
// keeps it.
type TrustMaterial struct {
	Roots         []TrustItem
	Intermediates []TrustItem
	CRLs          []TrustItem
	Agencies      []Agency
}

// TrustChange puts an item into the register, or removes it.
type TrustChange struct {
	Kind   string // TrustRoot, TrustIntermediate, TrustCRL
	Name   string
	Data   []byte // none with Remove
	Remove bool
}

// TrustItem is one certificate or CRL, PEM or DER.
type TrustItem struct {
	Name   string
	Data   []byte
	SHA256 string
}
