package schemas

import "time"

// Filters, pages and counts of the ledger. They live here because their
// consumers (workers, intake/web) may not import storage.
//
// Every list is paged by a keyset: Cursor is empty for the first page, else
// the opaque cursor that the page before returned; an empty returned cursor
// means that there is no more. Limit is at most [MaxPage]; 0 means
// [DefaultPage]. Zero fields of a filter do not filter.

// Page sizes of lists.
const (
	DefaultPage = 50
	MaxPage     = 1000
)

// ReportFilter selects reports, newest first.
type ReportFilter struct {
	AgencyID string
	Status   ReportStatus
	Hazard   HazardLevel
	// Query is the beginning of a report number, receipt number or address.
	Query    string
	From, To time.Time // received in [From, To)
	// ReviewOrder lists needs_review reports by review limit, the earliest
	// first; Status is then implied.
	ReviewOrder bool
	Cursor      string
	Limit       int
}

// ObligationFilter selects obligations by due time, the earliest first.
type ObligationFilter struct {
	Kind    ObligationKind
	State   ObligationState
	Subject string
	Cursor  string
	Limit   int
}

// NoticeFilter selects hazard notices, newest first.
type NoticeFilter struct {
	AgencyID string
	Unlinked bool // no report yet
	Cursor   string
	Limit    int
}

// CaseFilter selects cases by deadline, the earliest first: the statutory or
// handling deadline that comes first, and the handling one where the
// statutory one had passed on arrival.
type CaseFilter struct {
	Statuses []CaseStatus
	Level    HazardLevel
	Town     string
	AgencyID string
	OpenOnly bool // not closed, not dismissed
	// Overdue selects cases whose deadline is before Now and that are neither
	// disposed nor ended.
	Overdue bool
	Now     time.Time
	Cursor  string
	Limit   int
}

// DeliveryFilter selects deliveries, newest owed first.
type DeliveryFilter struct {
	Status  DeliveryStatus
	Unknown bool // only those whose last attempt's result is not known
	// Query is the beginning of a report number, receipt number or platform
	// receipt.
	Query    string
	From, To time.Time // owed in [From, To)
	Cursor   string
	Limit    int
}

// DeliverySelection names deliveries for a bulk command: by ids, or, when
// there are none, everything that Filter (without paging) selects.
type DeliverySelection struct {
	IDs    []string
	Filter DeliveryFilter
}

// DifferenceFilter selects differences of reconciliations, newest first.
type DifferenceFilter struct {
	Open   bool // not resolved
	Day    string
	Cursor string
	Limit  int
}

// StoredDifference is a difference as the ledger keeps it.
type StoredDifference struct {
	ID         string     `json:"id"`
	Day        string     `json:"day"` // the day reconciled, "2026-11-24"
	FoundAt    time.Time  `json:"found_at"`
	ResolvedAt *time.Time `json:"resolved_at,omitempty"`
	ResolvedBy *Actor     `json:"resolved_by,omitempty"`
	Difference
}

// EventFilter selects events in order of Seq. An empty Subject or Kinds does
// not filter. After is exclusive.
type EventFilter struct {
	Subject string
	Kinds   []EventKind
	After   int64
	Limit   int
}

// Backlog is what is open of one kind of obligation.
type Backlog struct {
	Open      int       `json:"open"`
	Due       int       `json:"due"`
	OldestDue time.Time `json:"oldest_due,omitzero"` // zero when nothing is due
}

// Stats is the state of the house in numbers, for the console and /metrics.
type Stats struct {
	Reports       int64 `json:"reports"`       // ever received
	ReportsToday  int64 `json:"reports_today"` // by the day in Asia/Shanghai
	ReviewOpen    int   `json:"review_open"`
	ReviewOverdue int   `json:"review_overdue"`
	// OpenCases counts cases that have not ended, by level and status.
	OpenCases map[HazardLevel]map[CaseStatus]int `json:"open_cases"`
	// CasesOverdue counts cases past their deadline without a disposition.
	CasesOverdue int `json:"cases_overdue"`
	// NextDeadline is the earliest deadline of a case without a disposition.
	NextDeadline *time.Time `json:"next_deadline,omitempty"`
	// Deliveries counts by status, without acknowledged ones.
	Deliveries      map[DeliveryStatus]int     `json:"deliveries"`
	OldestOwed      *time.Time                 `json:"oldest_owed,omitempty"` // pending or submitted
	NoticesUnlinked int                        `json:"notices_unlinked"`
	DifferencesOpen int                        `json:"differences_open"`
	Backlog         map[ObligationKind]Backlog `json:"backlog"`
	Unsequenced     int                        `json:"unsequenced"` // events not yet in the Merkle log
	LogSize         int64                      `json:"log_size"`
}

// AgencyLateness is one row of the overdue table per agency.
type AgencyLateness struct {
	AgencyID string        `json:"agency_id"`
	Cases    int           `json:"cases"`
	Late     int           `json:"late"`    // cases received after their statutory deadline
	Worst    time.Duration `json:"worst"`   // the longest lateness
	Breached int           `json:"breached"` // notices whose report did not come in time
}

// CaseDismiss is the target of a downgrade that ends the case: no hazard.
const CaseDismiss HazardLevel = "dismiss"

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
