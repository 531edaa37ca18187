package schemas

import "time"

// Assessment is what looking at one document yields: who signed it, what it
// says, what follows. It is a pure function of the document, what the agency
// declared, the trust data and the instant of receipt, and it is the JSON
// object that `jianding inspect` prints, one per line.
type Assessment struct {
	File   string `json:"file,omitempty"`
	SHA256 string `json:"sha256"` // hex, lower case
	SM3    string `json:"sm3"`    // hex, lower case (GB/T 32905)
	Pages  int    `json:"pages"`

	Outcome Outcome  `json:"outcome"`
	Reasons []Reason `json:"reasons"`

	Signature       Signature        `json:"signature"`
	Report          ReportFields     `json:"report"`
	Findings        []Finding        `json:"findings"`
	Overall         Overall          `json:"overall"`
	Recommendations []Recommendation `json:"recommendations"`
	Hazard          Hazard           `json:"hazard"`

	// Trust is the hash of the trust data that the verdict rests on; Rules
	// names the versions of the rules that were applied.
	Trust string    `json:"trust,omitempty"`
	At    time.Time `json:"at"`
	Rules []string  `json:"rules,omitempty"`
	// NeedsOCR lists the pages (from 1) whose text could not be read and
	// which recognition may help with.
	NeedsOCR []int `json:"needs_ocr,omitempty"`
}

// Outcome is the verdict of an assessment, before any human.
type Outcome string

const (
	Accepted    Outcome = "accepted"
	NeedsReview Outcome = "needs_review"
	Rejected    Outcome = "rejected"
)

// Reason says why an outcome is not a plain acceptance. Code is one of the
// closed list of [ReasonCodes]; Message is its Chinese sentence, completed
// with the particulars. Page counts from 1; 0 means the whole document.
type Reason struct {
	Code     ReasonCode `json:"code"`
	Message  string     `json:"message"`
	Page     int        `json:"page,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Evidence is the place in the document that a statement rests on. Boxes are
// [x0, y0, x1, y1] in points with the origin at the lower left of the page as
// displayed (rotation applied).
type Evidence struct {
	Page   int          `json:"page"`
	Quote  string       `json:"quote"`
	Boxes  [][4]float64 `json:"boxes,omitempty"`
	Source string       `json:"source,omitempty"` // SourceText or SourceOCR
}

// Values of Evidence.Source.
const (
	SourceText = "text"
	SourceOCR  = "ocr"
)

// Finding is one graded statement: a grade for one standard, scope, aspect
// and unit, with the role that the mention plays in the document.
type Finding struct {
	Standard string   `json:"standard"` // "GB 50292-2015"
	Scope    Scope    `json:"scope"`
	Aspect   Aspect   `json:"aspect"`
	Unit     string   `json:"unit"`  // as the report names it; 鉴定单元 or 鉴定对象 when it names none
	Grade    Grade    `json:"grade"` // plain: Dsu, IV, D
	Role     Role     `json:"role"`
	Evidence Evidence `json:"evidence"`
}

// Scope is the level of the building that a grade is about. Only unit, system
// and house speak for the house.
type Scope string

const (
	ScopeMember  Scope = "member"   // 构件
	ScopeSubUnit Scope = "sub_unit" // 子单元, 子系统
	ScopeStorey  Scope = "storey"   // 楼层 (JGJ 125)
	ScopeUnit    Scope = "unit"     // 鉴定单元, 鉴定系统
	ScopeHouse   Scope = "house"    // 房屋 (JGJ 125, JGJ/T 363)
)

// Aspect is what a grade measures.
type Aspect string

const (
	AspectSafety         Aspect = "safety"         // 安全性
	AspectServiceability Aspect = "serviceability" // 使用性
	AspectReliability    Aspect = "reliability"    // 可靠性
	AspectReparability   Aspect = "reparability"   // 适修性
	AspectDanger         Aspect = "danger"         // 危险性
	AspectSeismic        Aspect = "seismic"        // 抗震
)

// Role is the part that a mention of a grade plays.
type Role string

const (
	RoleConclusion   Role = "conclusion"
	RoleTable        Role = "table"
	RoleDefinition   Role = "definition"
	RoleHistory      Role = "history"
	RoleNegated      Role = "negated"
	RoleHypothetical Role = "hypothetical"
	RoleProjected    Role = "projected"
	RoleException    Role = "exception"
	RoleOtherSubject Role = "other_subject"
)

// Overall is the worst concluded grade per aspect; empty when none was
// concluded. Scales are never mapped onto one another.
type Overall struct {
	Safety      Grade `json:"safety,omitempty"`
	Danger      Grade `json:"danger,omitempty"`
	Reliability Grade `json:"reliability,omitempty"`
}

// ReportFields are the particulars that a report must hold (DOMAIN §3), as
// printed; dates are ISO 8601 calendar dates in Asia/Shanghai.
type ReportFields struct {
	ReportNo       string   `json:"report_no,omitempty"`
	Agency         string   `json:"agency,omitempty"`
	Client         string   `json:"client,omitempty"`
	Owner          string   `json:"owner,omitempty"`
	Address        string   `json:"address,omitempty"`
	Town           string   `json:"town,omitempty"`
	HouseCode      string   `json:"house_code,omitempty"`
	Use            string   `json:"use,omitempty"`
	Structure      string   `json:"structure,omitempty"`
	Storeys        string   `json:"storeys,omitempty"`
	AreaM2         float64  `json:"area_m2,omitempty"`
	Built          string   `json:"built,omitempty"`
	InspectedOn    string   `json:"inspected_on,omitempty"`
	InspectedUntil string   `json:"inspected_until,omitempty"`
	IssuedOn       string   `json:"issued_on,omitempty"`
	Standards      []string `json:"standards,omitempty"`
}

// Recommendation is one suggested measure, normalised to a code, with the
// words of the report that carry it.
type Recommendation struct {
	Code     RecommendationCode `json:"code"`
	Quote    string             `json:"quote"`
	Page     int                `json:"page"`
	Unit     string             `json:"unit,omitempty"`
	Deadline string             `json:"deadline,omitempty"` // as printed: "30日内", "2026-12-31前"
	Evidence *Evidence          `json:"evidence,omitempty"`
}

// Hazard says whether the house as a whole is in danger, by the rules of the
// district plan, 附件2 四(五).
type Hazard struct {
	Level          HazardLevel `json:"level"`
	WholeStructure bool        `json:"whole_structure"`
	// Basis codes begin with "grade:", "statement:", "geo:" or "doubt:".
	Basis    []string  `json:"basis,omitempty"`
	Evidence *Evidence `json:"evidence,omitempty"`
	Rule     string    `json:"rule"` // name and version of the rule: "hazard/1"
}

// HazardLevel orders hazards: red escalates by itself, amber puts a human in
// front of a running clock, none does neither.
type HazardLevel string

const (
	HazardNone  HazardLevel = "none"
	HazardAmber HazardLevel = "amber"
	HazardRed   HazardLevel = "red"
)

// Rank orders levels from none (0) over amber (1) to red (2).
func (l HazardLevel) Rank() int {
	switch l {
	case HazardRed:
		return 2
	case HazardAmber:
		return 1
	}
	return 0
}

// Worse returns the graver of two levels.
func (l HazardLevel) Worse(m HazardLevel) HazardLevel {
	if m.Rank() > l.Rank() {
		return m
	}
	return l
}

// Signature is the verdict on all signatures of a document together.
type Signature struct {
	Status  SignatureStatus `json:"status"`
	Signers []Signer        `json:"signers"`
	Changes []Change        `json:"changes_after_signing"`
	// AgencyID is the register's id of the agency whose signature covers the
	// document; empty when none does.
	AgencyID string `json:"agency_id,omitempty"`
	// Reasons are the problems found, each with its code; the first decides
	// Status.
	Reasons []Reason `json:"-"`
}

// SignatureStatus is the verdict; integrity is judged before trust, so a
// changed file is never merely untrusted.
type SignatureStatus string

const (
	SignatureValid        SignatureStatus = "valid"
	SignatureModified     SignatureStatus = "modified"
	SignatureUntrusted    SignatureStatus = "untrusted"
	SignatureInvalid      SignatureStatus = "invalid"
	SignatureUnsigned     SignatureStatus = "unsigned"
	SignatureUnverifiable SignatureStatus = "unverifiable"
)

// Signer is one signature in the document.
type Signer struct {
	Field          string          `json:"field,omitempty"`
	Subject        string          `json:"subject"`
	Agency         string          `json:"agency,omitempty"`
	AgencyID       string          `json:"agency_id,omitempty"`
	USCC           string          `json:"uscc,omitempty"` // 统一社会信用代码 (GB 32100)
	Serial         string          `json:"serial,omitempty"`
	CertSHA256     string          `json:"certificate_sha256,omitempty"`
	Algorithm      string          `json:"algorithm"` // "RSA-SHA256", "ECDSA-SHA256", "SM2-SM3"
	SubFilter      string          `json:"subfilter,omitempty"`
	SignedAt       *time.Time      `json:"signed_at,omitempty"`
	TimeSource     TimeSource      `json:"time_source"`
	CoversDocument bool            `json:"covers_document"`
	Revision       int             `json:"revision,omitempty"` // from 1
	Timestamp      bool            `json:"document_timestamp,omitempty"`
	Status         SignatureStatus `json:"status"`
	Code           ReasonCode      `json:"code,omitempty"` // why not valid
	Checks         []Check         `json:"checks,omitempty"`
	Seal           *SealPlace      `json:"seal,omitempty"`
}

// TimeSource says what a signing time rests on. A claimed time never makes
// anything valid.
type TimeSource string

const (
	TimeTimestamp TimeSource = "timestamp" // RFC 3161, verified
	TimeClaimed   TimeSource = "claimed"
	TimeNone      TimeSource = "none"
)

// Check is one examined property of a signature, for `inspect --explain`.
type Check struct {
	Code    ReasonCode  `json:"code"`
	Result  CheckResult `json:"result"`
	Message string      `json:"message"` // Chinese, in words a clerk understands
	Source  string      `json:"source"`  // "RFC 5652 §5.4", "GM/T 0010-2012 §7"
}

// CheckResult is the result of one check.
type CheckResult string

const (
	CheckPassed  CheckResult = "passed"
	CheckFailed  CheckResult = "failed"
	CheckWarning CheckResult = "warning"
	CheckSkipped CheckResult = "skipped"
)

// SealPlace is where a visible seal stands.
type SealPlace struct {
	Page int        `json:"page"`
	Box  [4]float64 `json:"box"`
}

// Change is something that a later revision altered after a signature.
type Change struct {
	Kind   string `json:"kind"` // "page_content", "annotation", "font", "validation_data", …
	Page   int    `json:"page,omitempty"`
	Object string `json:"object,omitempty"` // "12 0"
	Detail string `json:"detail,omitempty"`
	Legal  bool   `json:"legal"`
}

// Declared is what the agency states when it sends a report. Empty fields are
// not declared. A difference from what the report says is a review reason.
type Declared struct {
	ReportNo     string     `json:"report_no,omitempty"`
	Address      string     `json:"address,omitempty"`
	Town         string     `json:"town,omitempty"`
	HouseCode    string     `json:"house_code,omitempty"`
	Grade        Grade      `json:"grade,omitempty"`
	IssuedOn     string     `json:"issued_on,omitempty"`
	DiscoveredAt *time.Time `json:"discovered_at,omitempty"`
	// NoticeRef is the reference of a hazard notice given before (先报后补).
	NoticeRef string `json:"notice_ref,omitempty"`
	// AgencyID is the register's id of the agency whose token uploaded. The
	// server fills it in; a client cannot state it.
	AgencyID string `json:"agency_id,omitempty"`
}
