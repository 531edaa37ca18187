package schemas

import (
	"encoding/json"
	"time"
)

// ObligationKind is what the system still owes.
type ObligationKind string

const (
	OweAssess       ObligationKind = "assess"        // subject: report
	OweReassess     ObligationKind = "reassess"      // subject: report; trust data changed or by command
	OweOCR          ObligationKind = "ocr"           // subject: report
	OweFile         ObligationKind = "file"          // subject: delivery
	OweEscalate     ObligationKind = "escalate"      // subject: case; the ladder's next tick, open as long as the case is
	OweNotify       ObligationKind = "notify"        // subject: notification (one recipient, one channel)
	OweNoticeWatch  ObligationKind = "notice_watch"  // subject: hazard notice; reminders until its report is there
	OweReviewWatch  ObligationKind = "review_watch"  // subject: report; the time limit of a review
	OweReconcile    ObligationKind = "reconcile"     // subject: day "2026-11-24"
	OweAgencyNotice ObligationKind = "agency_notice" // subject: report; tell the agency (webhook) of rejection, return
	OweHeartbeat    ObligationKind = "heartbeat"     // subject: "system"
)

// Critical kinds are executed by the sweep itself when the queue is down.
func (k ObligationKind) Critical() bool {
	switch k {
	case OweAssess, OweEscalate, OweNotify, OweNoticeWatch, OweHeartbeat:
		return true
	}
	return false
}

// ObligationState is open until done or dead.
type ObligationState string

const (
	ObligationOpen ObligationState = "open"
	ObligationDone ObligationState = "done"
	ObligationDead ObligationState = "dead" // given up, visibly, replayable
)

// Obligation is a row of what is owed. The ledger owns retries; a queue task
// carries only the id, and its TaskID is "id:attempt".
type Obligation struct {
	ID         string          `json:"id"` // UUIDv7
	Kind       ObligationKind  `json:"kind"`
	Subject    string          `json:"subject"`
	State      ObligationState `json:"state"`
	DueAt      time.Time       `json:"due_at"`
	Attempt    int             `json:"attempt"` // leases taken so far
	Payload    json.RawMessage `json:"payload,omitempty"`
	LeaseUntil *time.Time      `json:"lease_until,omitempty"`
	LastError  string          `json:"last_error,omitempty"`
	Outcome    string          `json:"outcome,omitempty"`
	CreatedAt  time.Time       `json:"created_at"`
	DoneAt     *time.Time      `json:"done_at,omitempty"`
}

// NewObligation is an obligation to be created. (Kind, Subject, Dedupe) is
// unique among all obligations ever: creating it again is no error and
// changes nothing.
type NewObligation struct {
	Kind    ObligationKind
	Subject string
	Dedupe  string
	DueAt   time.Time
	Payload any
}

// Lease is the right to work on one obligation: a fencing token that every
// write that finishes it must present.
type Lease struct {
	Obligation Obligation
	Token      string
	Until      time.Time // by the database's clock
}

// ObligationResult ends one attempt. Exactly one of Done, Dead or RetryAt
// holds: RetryAt keeps the obligation open, due again then. Snooze marks a
// "not yet" that is no failure (Error stays empty).
type ObligationResult struct {
	Done    bool
	Dead    bool
	RetryAt time.Time
	Snooze  bool
	Outcome string // named: "done", "rejected", "superseded", …
	Error   string
}
