package schemas

import "time"

// The filters below are the questions that lists, queues and pages ask of the
// ledger. They live here because their consumers may not import storage. A
// zero field asks nothing. Cursor is opaque: the "next" of the page before; an
// empty next says that there is no more. Limit is the number of rows wanted;
// zero means 50, more than 500 is cut to 500.

// ReportFilter selects reports, newest first.
type ReportFilter struct {
	AgencyID string
	Status   ReportStatus
	Hazard   HazardLevel
	Query    string    // the beginning of a report number, receipt number or address
	From, To time.Time // received in [From, To)
	// ReviewFirst orders by the end of the review's time limit instead:
	// the review queue. Reports without a limit are not in it.
	ReviewFirst bool
	Cursor      string
	Limit       int
}

// CaseFilter selects cases, the one with the earliest deadline (statutory or
// handling) first.
type CaseFilter struct {
	Statuses []CaseStatus
	Level    HazardLevel
	Town     string
	AgencyID string
	CopiedTo string // those of the town of this name, and those copied (抄送) to this name
	OpenOnly bool   // not closed, not dismissed
	Overdue  bool   // past its handling deadline at Now, or past the statutory one that it kept on arrival, and not disposed
	Now      time.Time
	Cursor   string
	Limit    int
}

// NoticeFilter selects hazard notices, newest first.
type NoticeFilter struct {
	AgencyID string
	Unlinked bool
	Cursor   string
	Limit    int
}

// DeliveryFilter selects deliveries, the one owed longest first.
type DeliveryFilter struct {
	IDs      []string
	Status   DeliveryStatus
	Unknown  bool      // the result of the last attempt is not known
	Query    string    // the beginning of a report number, receipt number of ours or of the platform
	From, To time.Time // owed in [From, To)
	Cursor   string
	Limit    int
}

// ObligationFilter selects obligations, the one due first in front.
type ObligationFilter struct {
	Kind    ObligationKind
	State   ObligationState
	Subject string
	Cursor  string
	Limit   int
}

// EventFilter selects events in order of Seq.
type EventFilter struct {
	Subject string
	Kinds   []EventKind
	After   int64 // Seq greater than this
	Limit   int
}

// Backlog is how much of one kind of obligation is waiting.
type Backlog struct {
	Open      int
	Due       int
	OldestDue time.Time // zero when nothing is due
}

// Stats are the figures of the console and of /metrics.
type Stats struct {
	Reports         map[ReportStatus]int
	ReportsToday    int // by the day in Asia/Shanghai
	Cases           map[CaseStatus]int
	OpenRed         int
	OpenAmber       int
	OverdueCases    int
	NextDeadline    time.Time // the earliest of a case without a disposition; zero: none
	ReviewOverdue   int
	Deliveries      map[DeliveryStatus]int
	OldestDelivery  time.Time // owed at, of the oldest pending one
	UnlinkedNotices int
	OpenDifferences int
	Obligations     map[ObligationKind]Backlog
	Unsequenced     int   // events that are not in the Merkle log yet
	LogSize         int64 // records in the Merkle log
}

// AgencyLateness is one row of the overdue table per agency.
type AgencyLateness struct {
	AgencyID string        `json:"agency_id"`
	Cases    int           `json:"cases"`
	Late     int           `json:"late"`     // whose report came after the statutory deadline
	Worst    time.Duration `json:"worst"`    // the longest lateness
	Total    time.Duration `json:"total"`    // all lateness together
	Breached int           `json:"breached"` // notices whose report did not come in time
}

// CaseDismiss is the target of a downgrade that ends the case: no hazard.
const CaseDismiss = "dismiss"

// Kinds of trust items.
const (
	TrustRoot         = "root"
	TrustIntermediate = "intermediate"
	TrustCRL          = "crl"
)

// Kinds of a notice's reminders.
const (
	NoticeReminder18h = "18h"
	NoticeReminder23h = "23h"
	NoticeBreach      = "breach"
)

// EventReportReopened says that an accepted report went back to review
// because the platform returned it.
const EventReportReopened EventKind = "report.reopened"

// EventObligationRevived says that somebody opened a dead obligation again.
const EventObligationRevived EventKind = "obligation.revived"
