package schemas

import (
	"strings"
	"time"
)

// DeliveryStatus is the lifecycle of a filing with the platform.
type DeliveryStatus string

const (
	DeliveryPending      DeliveryStatus = "pending"
	DeliverySubmitted    DeliveryStatus = "submitted" // sent; the platform has not confirmed yet
	DeliveryAcknowledged DeliveryStatus = "acknowledged"
	DeliveryReturned     DeliveryStatus = "returned" // 退回
	DeliveryManual       DeliveryStatus = "manual"   // a human files it
	DeliveryDead         DeliveryStatus = "dead"     // given up, visible, replayable
)

// Unfiled says that the platform has not taken the report, as far as is known,
// and that it may be filed as it is: a returned one has to be corrected first.
func (s DeliveryStatus) Unfiled() bool {
	return s == DeliveryPending || s == DeliveryManual || s == DeliveryDead
}

// Delivery is what is owed to the platform for one report revision, and how
// far it got. IdempotencyKey is stable for the revision.
type Delivery struct {
	ID              string         `json:"id"`
	ReportID        string         `json:"report_id"`
	IdempotencyKey  string         `json:"idempotency_key"`
	Status          DeliveryStatus `json:"status"`
	Profile         string         `json:"profile,omitempty"`
	PlatformReceipt string         `json:"platform_receipt,omitempty"`
	// Unknown is set from the start of an attempt until its result is known:
	// after a crash or a time-out the client must query before it sends again.
	Unknown        bool              `json:"unknown"`
	Returned       []string          `json:"returned,omitempty"` // the platform's reasons
	LastError      string            `json:"last_error,omitempty"`
	OwedAt         time.Time         `json:"owed_at"`
	SubmittedAt    *time.Time        `json:"submitted_at,omitempty"`
	AcknowledgedAt *time.Time        `json:"acknowledged_at,omitempty"`
	ManualEvidence string            `json:"manual_evidence,omitempty"`
	Attempts       []DeliveryAttempt `json:"attempts,omitempty"`
	Version        int64             `json:"version"`
	// WaitsFor is set where a delivery is shown that has nothing to wait for but
	// a revision before it.
	WaitsFor FilingWait `json:"waits_for,omitempty"`
}

// A filing that is owed again after a return goes under the key of the one
// before with a mark: that record is finished on the platform.
const keyAnew = "+"

// NextKey is the idempotency key under which a returned delivery is owed again.
func (d Delivery) NextKey() string {
	base, n, _ := strings.Cut(d.IdempotencyKey, keyAnew)
	return base + keyAnew + n + "r"
}

// OwedAnew says that the platform returned it before, and that it is owed again.
func (d Delivery) OwedAnew() bool { return strings.Contains(d.IdempotencyKey, keyAnew) }

// DeliveryAttempt is one request to the platform.
type DeliveryAttempt struct {
	No              int           `json:"no"`
	Operation       string        `json:"operation"` // "submit", "supersede", "query"
	StartedAt       time.Time     `json:"started_at"`
	Duration        time.Duration `json:"duration"`
	RequestSHA256   string        `json:"request_sha256"`
	Status          int           `json:"status,omitempty"` // HTTP
	Result          FilingResult  `json:"result"`
	PlatformReceipt string        `json:"platform_receipt,omitempty"`
	Error           string        `json:"error,omitempty"`
}

// FilingResult is what an attempt came to, in words that decide something.
type FilingResult string

const (
	FilingAccepted  FilingResult = "accepted"  // recorded, receipt known
	FilingSubmitted FilingResult = "submitted" // taken, confirmation will come by callback or query
	FilingDuplicate FilingResult = "duplicate" // already there: success, old receipt
	FilingReturned  FilingResult = "returned"  // 退回 with reasons
	FilingRetry     FilingResult = "retry"     // certainly not recorded, try later
	FilingUnknown   FilingResult = "unknown"   // may or may not be recorded: query first
	FilingFinal     FilingResult = "final"     // will never work as it is: dead
	FilingNotFound  FilingResult = "not_found" // a query found no record
)

// Filing is everything that the platform client needs for one report.
type Filing struct {
	Delivery   Delivery
	Report     Report
	Agency     Agency
	Assessment Assessment // as corrected by a reviewer
	// Supersedes is the platform's receipt of the revision before, if any.
	SupersedesReceipt string
	// SupersedesKey is that revision's idempotency key.
	SupersedesKey string
	// EarlierPending: a revision before has still to be sent. It goes first, so
	// that this one supersedes it, and not the other way round.
	EarlierPending bool
	// EarlierUnconfirmed is since when a revision before is with the platform
	// that has not given its receipt yet, which this one has to name.
	EarlierUnconfirmed *time.Time
	// LaterFiled: a revision after this one is on the platform. Sent now, the
	// older content would stand as the newer.
	LaterFiled bool
}

// FilingWait is what a filing waits for that could be sent as far as it goes
// alone.
type FilingWait string

const (
	WaitsForRevision FilingWait = "earlier_revision_first" // a revision before is not sent yet
	WaitsForReceipt  FilingWait = "earlier_receipt_first"  // the platform has given none yet for a revision before
)

// ReceiptWait is how long a revision waits for the receipt of the one before,
// which the platform has taken and not confirmed: without it the platform cannot
// be told what is superseded. A platform that is silent for longer must not keep
// the newer content away: it then goes as a report of its own.
const ReceiptWait = 24 * time.Hour

// Waits says what a filing waits for, and until when at most; "" for nothing.
func (f Filing) Waits(now time.Time) (why FilingWait, until time.Time) {
	if f.Delivery.Status != DeliveryPending || f.Delivery.Unknown {
		return "", until
	}
	if f.EarlierPending {
		return WaitsForRevision, until
	}
	if at := f.EarlierUnconfirmed; at != nil && now.Before(at.Add(ReceiptWait)) {
		return WaitsForReceipt, at.Add(ReceiptWait)
	}
	return "", until
}

// Says is the sentence for people.
func (w FilingWait) Says() string {
	switch w {
	case WaitsForRevision:
		return "等待该报告的前一版本先报送"
	case WaitsForReceipt:
		return "等待平台给出前一版本的回执（更正须引用），最迟等 24 小时"
	}
	return string(w)
}

// FilingOutcome is what the platform client answers.
type FilingOutcome struct {
	Attempt    DeliveryAttempt
	Result     FilingResult
	Receipt    string
	Reasons    []string // of a return or a final error
	RetryAfter time.Duration
}

// PlatformRecord is one record as the platform lists it.
type PlatformRecord struct {
	IdempotencyKey string    `json:"idempotency_key"`
	ReportNo       string    `json:"report_no"`
	SHA256         string    `json:"sha256"`
	Receipt        string    `json:"receipt"`
	Status         string    `json:"status"` // accepted, returned, withdrawn, superseded
	Reasons        []string  `json:"reasons,omitempty"`
	RecordedAt     time.Time `json:"recorded_at"`
}

// PlatformCallback is a verified callback from the platform.
type PlatformCallback struct {
	Nonce   string
	At      time.Time
	Kind    string // "accepted", "returned", "withdrawn"
	Record  PlatformRecord
	RawHash string // SHA-256 of the body
}

// Difference is what a reconciliation found.
type Difference struct {
	ID         string         `json:"id,omitempty"`
	Day        string         `json:"day,omitempty"` // "2026-11-24", the day that was compared
	Kind       string         `json:"kind"`          // "missing_there", "unknown_here", "differs"
	DeliveryID string         `json:"delivery_id,omitempty"`
	Record     PlatformRecord `json:"record"`
	Detail     string         `json:"detail"`
	Resolution string         `json:"resolution,omitempty"`
	// Safe names what resolves it without a human: "query" (ask the platform
	// about the delivery and take over what it says). Empty: a human decides.
	Safe string `json:"safe,omitempty"`
}
