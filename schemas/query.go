package schemas

import "time"

// The filters below are the questions that lists, queues and pages ask of the
// ledger. A zero field asks nothing. Cursor is opaque: the "next" of the page
// before. Limit is the number of rows wanted; zero means 50, more than 500 is
// cut to 500.

// ReportFilter selects reports, newest first.
type ReportFilter struct {
	AgencyID string
	Status   ReportStatus
	Hazard   HazardLevel
	Query    string // report number, receipt number, or the beginning of the address
	From, To time.Time
	// ReviewFirst orders by the end of the review's time limit instead:
	// the review queue.
	ReviewFirst bool
	Cursor      string
	Limit       int
}

// CaseFilter selects cases, the one with the earliest deadline first.
type CaseFilter struct {
	Statuses []CaseStatus
	Level    HazardLevel
	Town     string
	AgencyID string
	OpenOnly bool // not closed, not dismissed
	Overdue  bool // the statutory or the handling deadline has passed at Now and the case is not disposed
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
	Unknown  bool
	Query    string // report number, receipt number of ours or of the platform
	From, To time.Time
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
	OldestDue time.Time
}

// Stats are the figures of the console and of /metrics.
type Stats struct {
	Reports         map[ReportStatus]int
	Cases           map[CaseStatus]int
	OpenRed         int
	OpenAmber       int
	OverdueCases    int
	ReviewOverdue   int
	Deliveries      map[DeliveryStatus]int
	OldestDelivery  time.Time // owed at, of the oldest pending one
	UnlinkedNotices int
	Obligations     map[ObligationKind]Backlog
}
