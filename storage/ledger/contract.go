package ledger

import (
	"context"
	"time"

	"jianding/schemas"
)

// contract is everything that a Ledger does, in one place for its readers and
// checked by the compiler. Consumers declare the small part that they need.
//
// Every method is one transaction; every transition writes exactly one event,
// beside those that it causes. Errors are *schemas.Error: NotFound, Conflict
// (with a stable code), Invalid, Unavailable (database down, locked, disk
// full), Internal. `now` is the caller's clock; only leases use the
// database's clock (or Options.LeaseClock).
type contract interface {
	Ping(ctx context.Context) error
	Close() error
	Backup(ctx context.Context, path string) error

	// Intake.
	ReceiveReport(ctx context.Context, n schemas.NewReport) (r schemas.Report, created bool, err error)
	FindByIdempotencyKey(ctx context.Context, agencyID, key string) (schemas.Report, error)
	Report(ctx context.Context, id string) (schemas.Report, error)
	ReportByReceipt(ctx context.Context, receiptNo string) (schemas.Report, error)
	ReportsBySHA256(ctx context.Context, sha256hex string) ([]schemas.Report, error)
	Reports(ctx context.Context, f schemas.ReportFilter) (rs []schemas.Report, next string, err error)
	ReportLineage(ctx context.Context, reportID string) ([]schemas.Report, error)
	ReportsByNumber(ctx context.Context, agencyID, reportNo string) ([]schemas.Report, error)
	Assessments(ctx context.Context, reportID string) ([]schemas.AssessmentRecord, error)
	CurrentAssessment(ctx context.Context, reportID string) (schemas.AssessmentRecord, error)
	Decisions(ctx context.Context, reportID string) ([]schemas.Decision, error)
	EffectiveAssessment(ctx context.Context, reportID string) (schemas.Assessment, error)

	// Obligations and leases.
	Due(ctx context.Context, now time.Time, limit int, criticalFirst bool) ([]schemas.Obligation, error)
	DueOf(ctx context.Context, now time.Time, kinds []schemas.ObligationKind, limit int) ([]schemas.Obligation, error)
	WakeAll(ctx context.Context, kinds []schemas.ObligationKind, now time.Time) (n int, err error)
	// WakeAfter makes those open obligations of a kind due now whose last
	// attempt had one of the outcomes.
	WakeAfter(ctx context.Context, kind schemas.ObligationKind, outcomes []string, now time.Time) (n int, err error)
	Obligation(ctx context.Context, id string) (schemas.Obligation, error)
	Obligations(ctx context.Context, f schemas.ObligationFilter) (os []schemas.Obligation, next string, err error)
	NextDue(ctx context.Context) (at time.Time, any bool, err error)
	LeaseObligation(ctx context.Context, id string, d time.Duration) (schemas.Lease, error)
	ExtendLease(ctx context.Context, lease schemas.Lease, d time.Duration) error
	FinishObligation(ctx context.Context, lease schemas.Lease, res schemas.ObligationResult, now time.Time) error
	AddObligations(ctx context.Context, os []schemas.NewObligation, now time.Time) error
	WakeObligation(ctx context.Context, kind schemas.ObligationKind, subject string, dueAt time.Time) error
	ReviveObligation(ctx context.Context, id string, by schemas.Actor, now time.Time) error
	AcquireNamedLease(ctx context.Context, name, holder string, d time.Duration) (held bool, err error)
	ReleaseNamedLease(ctx context.Context, name, holder string) error
	Backlog(ctx context.Context, now time.Time) (map[schemas.ObligationKind]schemas.Backlog, error)

	// Assessment and review.
	RecordAssessment(ctx context.Context, lease schemas.Lease, rec schemas.AssessmentRecord, c schemas.Consequences,
		priorVersion map[string]int64, now time.Time) (schemas.Report, *schemas.Case, error)
	DecideReview(ctx context.Context, d schemas.Decision, c schemas.Consequences, now time.Time) (schemas.Report, *schemas.Case, error)
	RequestReassess(ctx context.Context, reportIDs []string, why string, actor schemas.Actor, now time.Time) error
	ReportsTouchedBy(ctx context.Context, agencyIDs, serials []string) ([]string, error)

	// Notices and cases.
	OpenNotice(ctx context.Context, n schemas.Notice, c schemas.NewCase, idempotencyKey string, now time.Time) (nn schemas.Notice, cc schemas.Case, created bool, err error)
	Notice(ctx context.Context, idOrRef string) (schemas.Notice, error)
	Notices(ctx context.Context, f schemas.NoticeFilter) (ns []schemas.Notice, next string, err error)
	LinkNotice(ctx context.Context, noticeID, reportID string, actor schemas.Actor, now time.Time) error
	RecordNoticeReminder(ctx context.Context, lease schemas.Lease, noticeID, kind string, ns []schemas.NewNotification, nextDue, now time.Time) error
	Case(ctx context.Context, idOrRef string) (schemas.Case, error)
	Cases(ctx context.Context, f schemas.CaseFilter) (cs []schemas.Case, next string, err error)
	CaseReports(ctx context.Context, caseID string) ([]schemas.Report, error)
	CaseNotifications(ctx context.Context, caseID string) ([]schemas.Notification, error)
	AdvanceCase(ctx context.Context, lease schemas.Lease, a schemas.CaseAdvance) (schemas.Case, error)
	AcknowledgeCase(ctx context.Context, id string, by schemas.Actor, now time.Time) (schemas.Case, error)
	DisposeCase(ctx context.Context, id string, d schemas.Disposition, now time.Time) (schemas.Case, error)
	RecordMeasure(ctx context.Context, id, text string, by schemas.Actor, now time.Time) (schemas.Case, error)
	CloseCase(ctx context.Context, id string, c schemas.Closing, now time.Time) (schemas.Case, error)
	DowngradeCase(ctx context.Context, id string, to string, reason string, by schemas.Actor, secondBy *schemas.Actor, now time.Time) (schemas.Case, error)
	RaiseCase(ctx context.Context, id, reason string, by schemas.Actor, now time.Time) (schemas.Case, error)

	// Notifications.
	Notification(ctx context.Context, id string) (schemas.Notification, error)
	BeginNotification(ctx context.Context, lease schemas.Lease) (n schemas.Notification, attemptNo int, proceed bool, err error)
	FinishNotification(ctx context.Context, lease schemas.Lease, attempt schemas.NotificationAttempt, res schemas.ObligationResult, now time.Time) error
	CreateNotifications(ctx context.Context, ns []schemas.NewNotification, now time.Time) error
	UseLink(ctx context.Context, linkID string, now time.Time) (first bool, err error)

	// Platform.
	Delivery(ctx context.Context, id string) (schemas.Delivery, error)
	DeliveryByReport(ctx context.Context, reportID string) (schemas.Delivery, error)
	DeliveryByKey(ctx context.Context, idempotencyKey string) (schemas.Delivery, error)
	Deliveries(ctx context.Context, f schemas.DeliveryFilter) (ds []schemas.Delivery, next string, err error)
	Filing(ctx context.Context, deliveryID string) (schemas.Filing, error)
	BeginDeliveryAttempt(ctx context.Context, lease schemas.Lease, operation, requestSHA256 string, now time.Time) (attemptNo int, err error)
	FinishDeliveryAttempt(ctx context.Context, lease schemas.Lease, o schemas.FilingOutcome, res schemas.ObligationResult, now time.Time) (schemas.Delivery, error)
	SetDeliveryManual(ctx context.Context, id string, by schemas.Actor, now time.Time) (schemas.Delivery, error)
	EnterManualReceipt(ctx context.Context, id, receipt, evidence string, by schemas.Actor, now time.Time) (schemas.Delivery, error)
	SetDeliveryAutomatic(ctx context.Context, id string, by schemas.Actor, now time.Time) (schemas.Delivery, error)
	NoteExport(ctx context.Context, ids []string) error
	ReplayDeliveries(ctx context.Context, f schemas.DeliveryFilter, by schemas.Actor, perMinute int, now time.Time) (n int, err error)
	RecordCallback(ctx context.Context, cb schemas.PlatformCallback, now time.Time) (fresh bool, d schemas.Delivery, err error)
	FilingsFor(ctx context.Context, from, to time.Time, records []schemas.PlatformRecord) ([]schemas.Filing, error)
	RecordDifferences(ctx context.Context, day string, lease schemas.Lease, ds []schemas.Difference, now time.Time) error
	Differences(ctx context.Context, openOnly bool, limit int) ([]schemas.Difference, error)
	ResolveDifference(ctx context.Context, id, resolution string, by schemas.Actor, now time.Time) error

	// Register and trust.
	PutAgency(ctx context.Context, a schemas.Agency, actor schemas.Actor, now time.Time) error
	ImportAgencies(ctx context.Context, as []schemas.Agency, actor schemas.Actor, now time.Time) (changed []string, err error)
	Agency(ctx context.Context, id string) (schemas.Agency, error)
	AgencyByUSCC(ctx context.Context, uscc string) (schemas.Agency, error)
	Agencies(ctx context.Context) ([]schemas.Agency, error)
	TrustMaterial(ctx context.Context) (schemas.TrustMaterial, error)
	ChangeTrust(ctx context.Context, changes []schemas.TrustChange, why string, actor schemas.Actor, now time.Time) (reports int, err error)
	CreateToken(ctx context.Context, agencyID, label, sha256hex string, now time.Time) (schemas.Token, error)
	AgencyByToken(ctx context.Context, sha256hex string) (schemas.Agency, schemas.Token, error)
	Tokens(ctx context.Context, agencyID string) ([]schemas.Token, error)
	RevokeToken(ctx context.Context, id string, actor schemas.Actor, now time.Time) error

	// People.
	PutUser(ctx context.Context, u schemas.User, actor schemas.Actor, now time.Time) error
	User(ctx context.Context, id string) (schemas.User, error)
	UserByLogin(ctx context.Context, login string) (schemas.User, error)
	Users(ctx context.Context) ([]schemas.User, error)
	CreateSession(ctx context.Context, s schemas.Session) error
	Session(ctx context.Context, sha256hex string, now time.Time) (schemas.Session, schemas.User, error)
	DeleteSession(ctx context.Context, sha256hex string) error
	RecordSignIn(ctx context.Context, login string, ok bool, remote string, now time.Time) error
	FailedSignIns(ctx context.Context, login, remote string, since time.Time) (n int, err error)

	// Events and the Merkle log.
	Events(ctx context.Context, f schemas.EventFilter) ([]schemas.Event, error)
	AppendEvent(ctx context.Context, e schemas.NewEvent, now time.Time) error
	UnsequencedEvents(ctx context.Context, limit int) ([]schemas.Event, error)
	AppendLog(ctx context.Context, treeSize int64, hashes [][32]byte, eventSeqs []int64) error
	LogHashes(ctx context.Context, indexes []int64) ([][32]byte, error)
	LogSize(ctx context.Context) (int64, error)
	LogEvents(ctx context.Context, from int64, limit int) ([]schemas.Event, error)
	EventIndex(ctx context.Context, eventSeq int64) (index int64, ok bool, err error)

	Stats(ctx context.Context, now time.Time) (schemas.Stats, error)
	OverdueTables(ctx context.Context, days int, now time.Time) (schemas.OverdueTables, error)
	AgencyLateness(ctx context.Context, from, to time.Time) ([]schemas.AgencyLateness, error)
}
