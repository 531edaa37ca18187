package schemas

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// CaseStatus is the lifecycle of an escalation. Overdue is a fact, not a
// status.
type CaseStatus string

const (
	CaseOpen         CaseStatus = "open"
	CaseNotified     CaseStatus = "notified" // at least one message was delivered
	CaseAcknowledged CaseStatus = "acknowledged"
	CaseDisposed     CaseStatus = "disposed"
	CaseClosed       CaseStatus = "closed" // 销号
	CaseDismissed    CaseStatus = "dismissed"
)

// Ended says whether the case needs nobody any more.
func (s CaseStatus) Ended() bool { return s == CaseClosed || s == CaseDismissed }

// Instants of a case, kept apart (DOMAIN §1). A nil instant was not stated or
// has not come.
type Instants struct {
	Discovered     *time.Time `json:"discovered,omitempty"` // declared
	Concluded      *time.Time `json:"concluded,omitempty"`
	Signed         *time.Time `json:"signed,omitempty"`
	Issued         *time.Time `json:"issued,omitempty"` // end of the issue date, Asia/Shanghai
	Received       *time.Time `json:"received,omitempty"`
	Assessed       *time.Time `json:"assessed,omitempty"`
	Escalated      *time.Time `json:"escalated,omitempty"`
	FirstDelivered *time.Time `json:"first_delivered,omitempty"`
	Acknowledged   *time.Time `json:"acknowledged,omitempty"`
	Disposed       *time.Time `json:"disposed,omitempty"`
	Closed         *time.Time `json:"closed,omitempty"`
}

// Case is one escalation: a house in danger, in front of the committee until
// it is dealt with. One hazard is exactly one case.
type Case struct {
	ID       string      `json:"id"`  // UUIDv7
	Ref      string      `json:"ref"` // "XH-20261124-0007": for people, unique
	ReportID string      `json:"report_id,omitempty"`
	NoticeID string      `json:"notice_id,omitempty"`
	AgencyID string      `json:"agency_id"`
	Level    HazardLevel `json:"level"` // amber or red
	Status   CaseStatus  `json:"status"`

	Address  string          `json:"address,omitempty"`
	Town     string          `json:"town,omitempty"`
	Use      string          `json:"use,omitempty"`
	Also     []Place         `json:"also,omitempty"` // other houses that turned out to be in it
	Grade    Grade           `json:"grade,omitempty"`
	Basis    []string        `json:"basis,omitempty"`
	Quote    string          `json:"quote,omitempty"`
	SHA256   string          `json:"sha256,omitempty"` // of the report
	Instants Instants        `json:"instants"`
	Deadline Deadlines       `json:"deadlines"`
	Policy   json.RawMessage `json:"policy,omitempty"` // ladder policy as stamped

	// Where the ladder stands: Step counts from 0 within Round (from 1).
	Step  int `json:"step"`
	Round int `json:"round"`
	// StepAt is when the ladder took its current step (CaseAdvance.StepAt).
	StepAt *time.Time `json:"step_at,omitempty"`
	// AmberUntil is when an undecided amber case turns red by itself.
	AmberUntil *time.Time `json:"amber_until,omitempty"`
	// Reminded lists the reminders already given ("disposition", "6h", "1h", "overdue").
	Reminded []string `json:"reminded,omitempty"`

	AcknowledgedBy *Actor       `json:"acknowledged_by,omitempty"`
	Disposition    *Disposition `json:"disposition,omitempty"`
	Closing        *Closing     `json:"closing,omitempty"`
	// MergedInto is the case that this one was folded into because both are
	// the same hazard (a notice and its report).
	MergedInto string `json:"merged_into,omitempty"`
	Version    int64  `json:"version"`
}

// Place is a house by its address.
type Place struct {
	Address string `json:"address"`
	Town    string `json:"town,omitempty"`
	Use     string `json:"use,omitempty"`
}

// Places are all houses that a case is about, the first one first: one number
// or one notice may turn out to stand for several. None when no address is
// known.
func (c Case) Places() []Place {
	if c.Address == "" {
		return c.Also
	}
	return append([]Place{{c.Address, c.Town, c.Use}}, c.Also...)
}

// Where are the addresses of all of them, for people: "A；B".
func (c Case) Where() string {
	var all []string
	for _, p := range c.Places() {
		all = append(all, p.Address)
	}
	return strings.Join(all, "；")
}

// Towns are the towns in which they lie, each once.
func (c Case) Towns() []string {
	var all []string
	for _, p := range append([]Place{{Town: c.Town}}, c.Also...) {
		if p.Town != "" && !slices.Contains(all, p.Town) {
			all = append(all, p.Town)
		}
	}
	return all
}

// MarkLate is the mark (Case.Reminded) of a lateness that is on record: a fact
// that stays when the ladder begins again.
const MarkLate = "late"

// Deadlines are stamped with the rule that made them and never move later.
type Deadlines struct {
	Statutory     time.Time `json:"statutory"`
	StatutoryRule string    `json:"statutory_rule"` // "statutory/1: earliest=issued"
	Handling      time.Time `json:"handling"`
	HandlingRule  string    `json:"handling_rule"` // "handling/1"
	// LateOnArrival says that the statutory deadline had passed at receipt.
	LateOnArrival bool `json:"late_on_arrival"`
}

// NewCase is a hazard that a transaction learned of. The ledger decides
// whether it opens a case, raises an open one (level, earlier deadlines,
// evidence) or adds nothing; it never softens one.
type NewCase struct {
	Level    HazardLevel
	Address  string
	Town     string
	Use      string
	Grade    Grade
	Basis    []string
	Quote    string
	Instants Instants
	Deadline Deadlines
	Policy   json.RawMessage
	// AmberFor is how long an amber case may stay undecided before it turns
	// red; zero for red.
	AmberFor time.Duration
}

// DispositionCode is the plan's vocabulary of what is done with a house.
type DispositionCode string

// DispositionNames is the closed list (issue of the plan, 附件2 四(六)).
func DispositionNames() map[DispositionCode]string {
	return map[DispositionCode]string{
		"stop_business_and_use": "停止经营使用", "stop_business": "停止经营", "stop_use": "停止使用",
		"observe_use": "观察使用", "treat_use": "处理使用", "restrict_use": "限制用途", "suspend_use": "暂停使用",
		"evacuate": "疏散", "seal_off": "封闭处置", "demolish": "整体拆除", "demolish_part": "局部拆除",
		"relocate": "避让搬迁", "geohazard_treatment": "地质灾害工程治理", "fix_now": "立查立改",
	}
}

// Disposition is what the committee decided for the house.
type Disposition struct {
	Codes  []DispositionCode `json:"codes"`
	Clause string            `json:"clause,omitempty"` // what it rests on
	Note   string            `json:"note,omitempty"`
	CopyTo []string          `json:"copy_to,omitempty"` // 抄送: names of town and department
	By     Actor             `json:"by"`
	At     time.Time         `json:"at"`
}

// Closing is the end of a case (销号), with its evidence.
type Closing struct {
	Evidence string    `json:"evidence"`            // what was done
	ReportID string    `json:"report_id,omitempty"` // re-appraisal
	By       Actor     `json:"by"`
	At       time.Time `json:"at"`
}

// Notice is a hazard notice given before the report (先报后补).
type Notice struct {
	ID           string     `json:"id"`
	Ref          string     `json:"ref"` // "XB-20261124-0003"
	AgencyID     string     `json:"agency_id"`
	ReportNo     string     `json:"report_no,omitempty"`
	Address      string     `json:"address"`
	Town         string     `json:"town,omitempty"`
	Found        string     `json:"found"`
	DiscoveredAt time.Time  `json:"discovered_at"`
	Measures     string     `json:"measures,omitempty"`
	Photos       []Photo    `json:"photos,omitempty"`
	ReceivedAt   time.Time  `json:"received_at"`
	CaseID       string     `json:"case_id"`
	ReportID     string     `json:"report_id,omitempty"` // once linked
	LinkedAt     *time.Time `json:"linked_at,omitempty"`
	BreachAt     *time.Time `json:"breach_at,omitempty"`
}

// Photo is an attachment of a notice, stored like an original.
type Photo struct {
	SHA256 string `json:"sha256"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
}

// Recipient is one address of one contact on one channel.
type Recipient struct {
	Contact string `json:"contact"` // name of the contact in the policy
	Channel string `json:"channel"` // name of a configured channel: "email", "webhook", "wecom", …
	Address string `json:"address"` // what the channel understands
}

// Message is what a channel sends. ID is stable over retries.
type Message struct {
	ID         string      `json:"id"`
	Kind       string      `json:"kind"` // "hazard", "reminder", "overdue", "agency_late", "heartbeat", "copy", "notice_reminder"
	CaseRef    string      `json:"case_ref,omitempty"`
	CaseID     string      `json:"case_id,omitempty"`
	Level      HazardLevel `json:"level,omitempty"`
	Title      string      `json:"title"`
	Text       string      `json:"text"` // Chinese, plain, complete in itself
	Address    string      `json:"address,omitempty"`
	Grade      Grade       `json:"grade,omitempty"`
	Quote      string      `json:"quote,omitempty"`
	Deadline   time.Time   `json:"deadline,omitzero"`
	Statutory  time.Time   `json:"statutory,omitzero"`
	ReportNo   string      `json:"report_no,omitempty"`
	SHA256     string      `json:"sha256,omitempty"`
	ReportLink string      `json:"report_link,omitempty"` // authenticated link to the original
	CaseLink   string      `json:"case_link,omitempty"`
	AckLink    string      `json:"ack_link,omitempty"` // one-time; acts on POST only
	CreatedAt  time.Time   `json:"created_at"`
	Recipient  Recipient   `json:"recipient"`
	// Attachment is the SHA-256 of an original that the channel should carry
	// along where it can (email); empty for none.
	Attachment string `json:"attachment,omitempty"`
}

// Proof is what stands behind an attempt to deliver a message.
type Proof struct {
	RequestSHA256 string        `json:"request_sha256"`
	Status        int           `json:"status,omitempty"`   // HTTP or SMTP
	Response      string        `json:"response,omitempty"` // at most 2 KiB
	RemoteID      string        `json:"remote_id,omitempty"`
	Duration      time.Duration `json:"duration"`
}

// NotificationStatus is pending until sent, failed for good, or cancelled
// because its case ended.
type NotificationStatus string

const (
	NotificationPending   NotificationStatus = "pending"
	NotificationSent      NotificationStatus = "sent"
	NotificationFailed    NotificationStatus = "failed"
	NotificationCancelled NotificationStatus = "cancelled"
)

// Notification is one message to one recipient, with its attempts.
type Notification struct {
	ID       string                `json:"id"` // the stable message id
	CaseID   string                `json:"case_id,omitempty"`
	Status   NotificationStatus    `json:"status"`
	Message  Message               `json:"message"`
	Step     int                   `json:"step"`
	Round    int                   `json:"round"`
	SentAt   *time.Time            `json:"sent_at,omitempty"`
	Attempts []NotificationAttempt `json:"attempts,omitempty"`
	// Waiting is why a pending one has not been tried: its channel was asked
	// to rest, or all its slots are taken; empty otherwise.
	Waiting NotificationWaiting `json:"waiting,omitempty"`
}

// NotificationWaiting is why a message waits without an attempt.
type NotificationWaiting string

const (
	ChannelRests NotificationWaiting = "channel_rests"
	ChannelBusy  NotificationWaiting = "channel_busy"
)

// NotificationAttempt is one try.
type NotificationAttempt struct {
	No        int        `json:"no"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	OK        bool       `json:"ok"`
	Error     string     `json:"error,omitempty"`
	Proof     Proof      `json:"proof"`
}
