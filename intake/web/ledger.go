package web

import (
	"context"
	"io"
	"time"

	"jianding/intake/receipts"
	"jianding/schemas"
)

// Originals keeps documents by their SHA-256, write-once. Put verifies the
// hash while it writes and returns created=false for one that is there
// already. Open of an unknown one is NotFound. A full disk or a store that is
// down is Unavailable.
type Originals interface {
	Put(ctx context.Context, sha256hex string, size int64, spool io.ReadSeeker) (created bool, err error)
	Open(ctx context.Context, sha256hex string) (io.ReadSeekCloser, int64, error)
	Ping(ctx context.Context) error
}

// Ledger is what the door asks of the system of record. Errors are
// *schemas.Error: NotFound, Conflict with a stable code, Invalid, Unavailable.
// Every call is one transaction.
type Ledger interface {
	reportLedger
	caseLedger
	deliveryLedger
	peopleLedger
	receipts.LogStore
	Ping(ctx context.Context) error
	Events(ctx context.Context, f schemas.EventFilter) ([]schemas.Event, error)
	Stats(ctx context.Context, now time.Time) (schemas.Stats, error)
	OverdueTables(ctx context.Context, days int, now time.Time) (schemas.OverdueTables, error)
}

type reportLedger interface {
	// ReceiveReport is idempotent by (agency, SHA-256). A key that was used
	// for other content is Conflict "idempotency_key_reused".
	ReceiveReport(ctx context.Context, n schemas.NewReport) (r schemas.Report, created bool, err error)
	FindByIdempotencyKey(ctx context.Context, agencyID, key string) (schemas.Report, error)
	Report(ctx context.Context, id string) (schemas.Report, error)
	ReportByReceipt(ctx context.Context, receiptNo string) (schemas.Report, error)
	Reports(ctx context.Context, f schemas.ReportFilter) (rs []schemas.Report, next string, err error)
	ReportLineage(ctx context.Context, reportID string) ([]schemas.Report, error)
	Assessments(ctx context.Context, reportID string) ([]schemas.AssessmentRecord, error)
	CurrentAssessment(ctx context.Context, reportID string) (schemas.AssessmentRecord, error)
	EffectiveAssessment(ctx context.Context, reportID string) (schemas.Assessment, error)
	Decisions(ctx context.Context, reportID string) ([]schemas.Decision, error)
	// DecideReview: Conflict "report_changed" or "not_in_review".
	DecideReview(ctx context.Context, d schemas.Decision, c schemas.Consequences, now time.Time) (schemas.Report, *schemas.Case, error)
	RequestReassess(ctx context.Context, reportIDs []string, why string, actor schemas.Actor, now time.Time) error
}

type caseLedger interface {
	OpenNotice(ctx context.Context, n schemas.Notice, c schemas.NewCase, idempotencyKey string, now time.Time) (nn schemas.Notice, cc schemas.Case, created bool, err error)
	Notice(ctx context.Context, idOrRef string) (schemas.Notice, error)
	Notices(ctx context.Context, f schemas.NoticeFilter) (ns []schemas.Notice, next string, err error)
	LinkNotice(ctx context.Context, noticeID, reportID string, actor schemas.Actor, now time.Time) error
	Case(ctx context.Context, idOrRef string) (schemas.Case, error)
	Cases(ctx context.Context, f schemas.CaseFilter) (cs []schemas.Case, next string, err error)
	CaseReports(ctx context.Context, caseID string) ([]schemas.Report, error)
	CaseNotifications(ctx context.Context, caseID string) ([]schemas.Notification, error)
	// AcknowledgeCase is idempotent; the other four of an ended case are
	// Conflict "case_ended".
	AcknowledgeCase(ctx context.Context, id string, by schemas.Actor, now time.Time) (schemas.Case, error)
	DisposeCase(ctx context.Context, id string, d schemas.Disposition, now time.Time) (schemas.Case, error)
	RecordMeasure(ctx context.Context, id, text string, by schemas.Actor, now time.Time) (schemas.Case, error)
	CloseCase(ctx context.Context, id string, c schemas.Closing, now time.Time) (schemas.Case, error)
	DowngradeCase(ctx context.Context, id string, to string, reason string, by schemas.Actor, secondBy *schemas.Actor, now time.Time) (schemas.Case, error)
	RaiseCase(ctx context.Context, id, reason string, by schemas.Actor, now time.Time) (schemas.Case, error)
	LinkUsed(ctx context.Context, linkID string) (bool, error)
	UseLink(ctx context.Context, linkID string, now time.Time) (first bool, err error)
}

type deliveryLedger interface {
	Delivery(ctx context.Context, id string) (schemas.Delivery, error)
	DeliveryByReport(ctx context.Context, reportID string) (schemas.Delivery, error)
	Deliveries(ctx context.Context, f schemas.DeliveryFilter) (ds []schemas.Delivery, next string, err error)
	Filing(ctx context.Context, deliveryID string) (schemas.Filing, error)
	SetDeliveryManual(ctx context.Context, id string, by schemas.Actor, now time.Time) (schemas.Delivery, error)
	SetDeliveryAutomatic(ctx context.Context, id string, by schemas.Actor, now time.Time) (schemas.Delivery, error)
	EnterManualReceipt(ctx context.Context, id, receipt, evidence string, by schemas.Actor, now time.Time) (schemas.Delivery, error)
	ReplayDeliveries(ctx context.Context, f schemas.DeliveryFilter, by schemas.Actor, perMinute int, now time.Time) (n int, err error)
	// RecordCallback returns fresh=false for a nonce that was there before.
	RecordCallback(ctx context.Context, cb schemas.PlatformCallback, now time.Time) (fresh bool, d schemas.Delivery, err error)
	Differences(ctx context.Context, openOnly bool, limit int) ([]schemas.Difference, error)
	ResolveDifference(ctx context.Context, id, resolution string, by schemas.Actor, now time.Time) error
	Obligations(ctx context.Context, f schemas.ObligationFilter) (os []schemas.Obligation, next string, err error)
}

type peopleLedger interface {
	PutAgency(ctx context.Context, a schemas.Agency, actor schemas.Actor, now time.Time) error
	ImportAgencies(ctx context.Context, as []schemas.Agency, actor schemas.Actor, now time.Time) (changed []string, err error)
	Agency(ctx context.Context, id string) (schemas.Agency, error)
	Agencies(ctx context.Context) ([]schemas.Agency, error)
	CreateToken(ctx context.Context, agencyID, label, sha256hex string, now time.Time) (schemas.Token, error)
	// AgencyByToken of an unknown or revoked token is NotFound.
	AgencyByToken(ctx context.Context, sha256hex string) (schemas.Agency, schemas.Token, error)
	Tokens(ctx context.Context, agencyID string) ([]schemas.Token, error)
	RevokeToken(ctx context.Context, id string, actor schemas.Actor, now time.Time) error
	PutUser(ctx context.Context, u schemas.User, actor schemas.Actor, now time.Time) error
	User(ctx context.Context, id string) (schemas.User, error)
	UserByLogin(ctx context.Context, login string) (schemas.User, error)
	Users(ctx context.Context) ([]schemas.User, error)
	CreateSession(ctx context.Context, s schemas.Session) error
	// Session of an expired session or a disabled user is NotFound.
	Session(ctx context.Context, sha256hex string, now time.Time) (schemas.Session, schemas.User, error)
	DeleteSession(ctx context.Context, sha256hex string) error
	RecordSignIn(ctx context.Context, login string, ok bool, remote string, now time.Time) error
	// FailedSignIns counts failures since an instant, of a login from one
	// place; an empty place or login stands for all of them.
	FailedSignIns(ctx context.Context, login, remote string, since time.Time) (n int, err error)
}
