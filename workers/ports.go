package workers

import (
	"context"
	"io"
	"time"

	"jianding/schemas"
)

// Ledger is what the workers ask of the system of record. Every method is one
// transaction. Errors are *schemas.Error: Unavailable (try again later),
// Conflict (somebody was faster; the code says how), NotFound, Invalid.
type Ledger interface {
	DueOf(ctx context.Context, now time.Time, kinds []schemas.ObligationKind, limit int) ([]schemas.Obligation, error)
	WakeAll(ctx context.Context, kinds []schemas.ObligationKind, now time.Time) (int, error)
	WakeAfter(ctx context.Context, kind schemas.ObligationKind, outcomes []string, now time.Time) (int, error)
	WakeObligation(ctx context.Context, kind schemas.ObligationKind, subject string, dueAt time.Time) error
	LeaseObligation(ctx context.Context, id string, d time.Duration) (schemas.Lease, error)
	ExtendLease(ctx context.Context, lease schemas.Lease, d time.Duration) error
	FinishObligation(ctx context.Context, lease schemas.Lease, res schemas.ObligationResult, now time.Time) error
	AddObligations(ctx context.Context, obligations []schemas.NewObligation, now time.Time) error
	Obligations(ctx context.Context, f schemas.ObligationFilter) ([]schemas.Obligation, string, error)
	AcquireNamedLease(ctx context.Context, name, holder string, d time.Duration) (bool, error)
	ReleaseNamedLease(ctx context.Context, name, holder string) error
	Backlog(ctx context.Context, now time.Time) (map[schemas.ObligationKind]schemas.Backlog, error)

	Report(ctx context.Context, id string) (schemas.Report, error)
	ReportsByNumber(ctx context.Context, agencyID, reportNo string) ([]schemas.Report, error)
	CurrentAssessment(ctx context.Context, reportID string) (schemas.AssessmentRecord, error)
	EffectiveAssessment(ctx context.Context, reportID string) (schemas.Assessment, error)
	RecordAssessment(ctx context.Context, lease schemas.Lease, rec schemas.AssessmentRecord, c schemas.Consequences,
		priorVersion map[string]int64, now time.Time) (schemas.Report, *schemas.Case, error)
	TrustMaterial(ctx context.Context) (schemas.TrustMaterial, error)
	Agency(ctx context.Context, id string) (schemas.Agency, error)

	Notice(ctx context.Context, idOrRef string) (schemas.Notice, error)
	RecordNoticeReminder(ctx context.Context, lease schemas.Lease, noticeID, kind string,
		notifications []schemas.NewNotification, nextDue, now time.Time) error
	Case(ctx context.Context, idOrRef string) (schemas.Case, error)
	CaseNotifications(ctx context.Context, caseID string) ([]schemas.Notification, error)
	AdvanceCase(ctx context.Context, lease schemas.Lease, a schemas.CaseAdvance) (schemas.Case, error)
	Notification(ctx context.Context, id string) (schemas.Notification, error)
	BeginNotification(ctx context.Context, lease schemas.Lease) (n schemas.Notification, attemptNo int, proceed bool, err error)
	FinishNotification(ctx context.Context, lease schemas.Lease, attempt schemas.NotificationAttempt, res schemas.ObligationResult, now time.Time) error
	CreateNotifications(ctx context.Context, notifications []schemas.NewNotification, now time.Time) error
	Events(ctx context.Context, f schemas.EventFilter) ([]schemas.Event, error)
	AppendEvent(ctx context.Context, e schemas.NewEvent, now time.Time) error

	Filing(ctx context.Context, deliveryID string) (schemas.Filing, error)
	// FilingsFor lists the deliveries filed in [from, to) and those that one of
	// the platform's records names.
	FilingsFor(ctx context.Context, from, to time.Time, records []schemas.PlatformRecord) ([]schemas.Filing, error)
	BeginDeliveryAttempt(ctx context.Context, lease schemas.Lease, operation, requestSHA256 string, now time.Time) (int, error)
	FinishDeliveryAttempt(ctx context.Context, lease schemas.Lease, o schemas.FilingOutcome, res schemas.ObligationResult, now time.Time) (schemas.Delivery, error)
	RecordDifferences(ctx context.Context, day string, lease schemas.Lease, differences []schemas.Difference, now time.Time) error
}

// Originals opens stored documents by SHA-256 (hex). NotFound when there is
// none, Unavailable while the store cannot be reached.
type Originals interface {
	Open(ctx context.Context, sha256hex string) (io.ReadSeekCloser, int64, error)
}

// Assessor looks at one document (DESIGN §3). Unavailable means that it could
// not be looked at now; any other error that the document made it fail. It
// keeps its own limits of memory; the wall time is the context's. Ready waits
// until it can look at documents at all, so that a start is not taken for a
// document that needs long.
type Assessor interface {
	Ready(ctx context.Context) error
	Assess(ctx context.Context, document io.Reader, size int64, declared schemas.Declared, trust schemas.TrustMaterial, at time.Time) (schemas.Assessment, error)
}

// Recogniser is an OCR engine: an assessment with the text of unreadable
// pages recognised. Errors as of Assessor.
type Recogniser interface {
	Recognise(ctx context.Context, document io.Reader, size int64, pages []int, declared schemas.Declared, trust schemas.TrustMaterial, at time.Time) (schemas.Assessment, error)
}

// Notifier delivers one message to one recipient. The message's ID is stable:
// sending again is allowed. Unavailable: later, after RetryAfter when the
// error chain has one; Invalid or Denied: this recipient will never work.
// Proof comes with an error too, as far as the attempt got.
type Notifier interface {
	Send(ctx context.Context, m schemas.Message) (schemas.Proof, error)
}

// Platform files reports. Submit and Query call begin with what they are
// about to send, before they send it, and send nothing when begin fails; the
// outcome says everything else.
type Platform interface {
	Submit(ctx context.Context, f schemas.Filing, original func() (io.ReadCloser, int64, error), begin func(operation, requestSHA256 string) error) schemas.FilingOutcome
	Query(ctx context.Context, f schemas.Filing, begin func(operation, requestSHA256 string) error) schemas.FilingOutcome
	List(ctx context.Context, day time.Time) ([]schemas.PlatformRecord, error)
}

// Compare finds what differs between the ledger's filings and the platform's
// records over [from, to); records cover a wider span, so that clocks that
// differ around midnight make no differences.
type Compare func(from, to time.Time, filings []schemas.Filing, records []schemas.PlatformRecord) []schemas.Difference

// Links makes the links of a message when it is sent, so that no secret link
// is stored. Ack is a one-time link of one contact that acts on POST only; an
// empty string leaves a link out.
type Links interface {
	Report(reportID string) string
	Case(caseID string) string
	Ack(caseID, contact string, expires time.Time) string
}

// Heartbeat tells an outside monitor that the service is alive and keeps up.
// It alarms when the beats stop.
type Heartbeat interface {
	Beat(ctx context.Context, at time.Time) error
}

// Clock tells the time. Due times and deadlines are judged by it.
type Clock interface {
	Now() time.Time
}
