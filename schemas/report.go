package schemas

import (
	"encoding/json"
	"time"
)

// ReportStatus is the lifecycle of a report: received → accepted |
// needs_review | rejected; a reviewer moves needs_review on.
type ReportStatus string

const (
	ReportReceived    ReportStatus = "received"
	ReportAccepted    ReportStatus = "accepted"
	ReportNeedsReview ReportStatus = "needs_review"
	ReportRejected    ReportStatus = "rejected"
)

// Report is the ledger's view of one received document. It is one revision:
// the same agency and report number with other content is another Report that
// supersedes this one and never overwrites it.
type Report struct {
	ID        string `json:"id"`         // UUIDv7
	ReceiptNo string `json:"receipt_no"` // "JD-20261124-000017-K": for people, unique
	AgencyID  string `json:"agency_id"`
	// ReportNo is as declared, else as read; empty while unknown.
	ReportNo string       `json:"report_no,omitempty"`
	SHA256   string       `json:"sha256"`
	SM3      string       `json:"sm3"`
	Size     int64        `json:"size"` // bytes
	Filename string       `json:"filename,omitempty"`
	Declared Declared     `json:"declared"`
	Status   ReportStatus `json:"status"`
	Hazard   HazardLevel  `json:"hazard,omitempty"`

	ReceivedAt time.Time  `json:"received_at"`
	AssessedAt *time.Time `json:"assessed_at,omitempty"`
	DecidedAt  *time.Time `json:"decided_at,omitempty"`
	// ReviewDue is when a needs_review report should have been decided.
	ReviewDue *time.Time `json:"review_due,omitempty"`

	Revision     int    `json:"revision"` // from 1, within agency and report number
	Supersedes   string `json:"supersedes,omitempty"`
	SupersededBy string `json:"superseded_by,omitempty"`
	// EffectiveAt is when this revision took effect (was accepted).
	EffectiveAt *time.Time `json:"effective_at,omitempty"`

	CaseID        string `json:"case_id,omitempty"`
	AssessmentSeq int    `json:"assessment_seq,omitempty"` // the current assessment, from 1
	Version       int64  `json:"version"`                  // optimistic lock
}

// NewReport is what intake hands to the ledger once the original is durable.
type NewReport struct {
	AgencyID       string
	IdempotencyKey string // may be empty
	SHA256, SM3    string
	Size           int64
	Filename       string
	Declared       Declared
	ReceivedAt     time.Time
	Actor          Actor
	// Long: it looks like a document that takes long to assess, and should
	// not stand before short ones.
	Long bool
}

// AssessmentRecord is one stored assessment; a re-assessment is a new one
// beside the old ones.
type AssessmentRecord struct {
	ReportID   string     `json:"report_id"`
	Seq        int        `json:"seq"`  // from 1
	Kind       string     `json:"kind"` // "text", "ocr", "reassess"
	At         time.Time  `json:"at"`
	Assessment Assessment `json:"assessment"`
}

// ReviewVerdict is what a reviewer decides.
type ReviewVerdict string

const (
	ReviewAccept ReviewVerdict = "accept"
	ReviewReject ReviewVerdict = "reject"
)

// Decision is a reviewer's decision on a report, with corrections of what was
// read. The assessment stays as it was; the decision stands beside it.
type Decision struct {
	ReportID string        `json:"report_id"`
	Verdict  ReviewVerdict `json:"verdict"`
	By       Actor         `json:"by"`
	Note     string        `json:"note"`
	At       time.Time     `json:"at"`
	// Corrected holds the whole corrected reading (fields, findings, overall,
	// recommendations, hazard); nil when the reading was right.
	Corrected *Assessment `json:"corrected,omitempty"`
	// ExpectVersion is Report.Version as the reviewer saw it.
	ExpectVersion int64 `json:"expect_version"`
}

// Actor is who did something. System is for the service itself.
type Actor struct {
	Kind string `json:"kind"` // "agency", "user", "system", "platform", "link", "cli"
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Event is one append-only fact. Seq orders events; Subject is "report:ID",
// "case:ID", "delivery:ID", "agency:ID", "notice:REF", "user:ID", "system".
type Event struct {
	Seq     int64           `json:"seq"`
	At      time.Time       `json:"at"`
	Kind    EventKind       `json:"kind"`
	Subject string          `json:"subject"`
	Actor   Actor           `json:"actor"`
	Data    json.RawMessage `json:"data,omitempty"` // no personal data beyond ids
}

// EventKind names what happened: "report.received", "case.opened", …
type EventKind string

const (
	EventReportReceived   EventKind = "report.received"
	EventReportDuplicate  EventKind = "report.duplicate"
	EventReportAssessed   EventKind = "report.assessed"
	EventReportDecided    EventKind = "report.decided"
	EventReportSuperseded EventKind = "report.superseded"
	EventReportReassess   EventKind = "report.reassess_requested"
	EventReviewOverdue    EventKind = "report.review_overdue"

	EventCasePlace      EventKind = "case.place_added" // another house; everybody is told again
	EventNoticeReceived EventKind = "notice.received"
	EventNoticeLinked   EventKind = "notice.linked"
	EventNoticeUnlinked EventKind = "notice.unlinked" // its report was rejected, or replaced by another house's
	EventNoticeReminded EventKind = "notice.reminded"
	EventNoticeBreach   EventKind = "notice.breach" // 报送超时

	EventCaseOpened       EventKind = "case.opened"
	EventCaseRaised       EventKind = "case.raised"
	EventCaseAmberExpired EventKind = "case.amber_expired"
	EventCaseNotified     EventKind = "case.notified" // first delivery of any message
	EventCaseStep         EventKind = "case.step"
	EventCaseStepSkipped  EventKind = "case.step_skipped"
	EventCaseAcknowledged EventKind = "case.acknowledged"
	EventCaseDisposed     EventKind = "case.disposed"
	EventCaseMeasure      EventKind = "case.measure"
	EventCaseDowngraded   EventKind = "case.downgraded"
	EventCaseDismissed    EventKind = "case.dismissed"
	EventCaseClosed       EventKind = "case.closed"
	EventCaseOverdue      EventKind = "case.overdue"
	EventCaseUndelivered  EventKind = "case.undeliverable"
	EventCaseLinked       EventKind = "case.report_linked"

	EventNotificationSent   EventKind = "notification.sent"
	EventNotificationFailed EventKind = "notification.failed"

	EventDeliveryOwed         EventKind = "delivery.owed"
	EventDeliverySubmitted    EventKind = "delivery.submitted"
	EventDeliveryAcknowledged EventKind = "delivery.acknowledged"
	EventDeliveryReturned     EventKind = "delivery.returned"
	EventDeliveryManual       EventKind = "delivery.manual"
	EventDeliveryDead         EventKind = "delivery.dead"
	EventDeliveryReplayed     EventKind = "delivery.replayed"
	EventDeliveryDifference   EventKind = "delivery.difference"

	EventAgencyChanged EventKind = "agency.changed"
	EventTrustChanged  EventKind = "trust.changed"
	EventUserChanged   EventKind = "user.changed"
	EventSignIn        EventKind = "user.signed_in"
	EventSignInFailed  EventKind = "user.sign_in_failed"
)

// NewEvent is an event to be appended in the transaction of what it tells.
type NewEvent struct {
	Kind    EventKind
	Subject string
	Actor   Actor
	Data    any // marshalled as JSON
}
