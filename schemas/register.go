package schemas

import "time"

// AgencyStatus says whether an agency may issue reports.
type AgencyStatus string

const (
	AgencyActive    AgencyStatus = "active"
	AgencySuspended AgencyStatus = "suspended"
)

// Agency is one entry of the register of certified agencies (DESIGN §3).
type Agency struct {
	ID            string           `json:"id" yaml:"id"`
	Name          string           `json:"name" yaml:"name"` // full name as on its seal
	USCC          string           `json:"uscc" yaml:"uscc"` // 统一社会信用代码
	Status        AgencyStatus     `json:"status" yaml:"status"`
	SuspendedFrom *time.Time       `json:"suspended_from,omitempty" yaml:"suspended_from,omitempty"`
	ValidFrom     *time.Time       `json:"valid_from,omitempty" yaml:"valid_from,omitempty"`
	ValidTo       *time.Time       `json:"valid_to,omitempty" yaml:"valid_to,omitempty"`
	Standards     []string         `json:"standards,omitempty" yaml:"standards,omitempty"`
	Certificates  []CertificateRef `json:"certificates,omitempty" yaml:"certificates,omitempty"`
	// WebhookURL and WebhookSecret tell the agency of outcomes; optional.
	WebhookURL string `json:"webhook_url,omitempty" yaml:"-"`
}

// CertificateRef names a certificate by hash, or by issuer and serial.
type CertificateRef struct {
	SHA256 string `json:"sha256,omitempty" yaml:"sha256,omitempty"` // hex of the DER certificate
	Issuer string `json:"issuer,omitempty" yaml:"issuer,omitempty"` // CN
	Serial string `json:"serial,omitempty" yaml:"serial,omitempty"` // hex
	Person string `json:"person,omitempty" yaml:"person,omitempty"` // name, when a person's
	Role   string `json:"role,omitempty" yaml:"role,omitempty"`     // 鉴定人, 审核, 批准
}

// Token is a bearer token of an agency; only its SHA-256 is stored.
type Token struct {
	ID        string     `json:"id"`
	AgencyID  string     `json:"agency_id"`
	Label     string     `json:"label"`
	CreatedAt time.Time  `json:"created_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

// UserRole is what a person may do.
type UserRole string

const (
	RoleClerk    UserRole = "clerk"    // agency clerk: uploads and sees the agency's reports
	RoleOfficer  UserRole = "officer"  // committee: board, acknowledge, dispose, close
	RoleReviewer UserRole = "reviewer" // review queue and everything an officer sees
	RoleTown     UserRole = "town"     // town or street: cases copied to it
	RoleAdmin    UserRole = "admin"
)

// User is a person who signs in.
type User struct {
	ID           string    `json:"id"`
	Login        string    `json:"login"`
	Name         string    `json:"name"`
	Role         UserRole  `json:"role"`
	AgencyID     string    `json:"agency_id,omitempty"` // of a clerk
	Town         string    `json:"town,omitempty"`      // of a town account
	PasswordHash string    `json:"-"`                   // argon2id, PHC string
	Disabled     bool      `json:"disabled,omitempty"`
	CreatedAt    time.Time `json:"created_at"`
}

// Session is a signed-in browser; only the SHA-256 of its cookie is stored.
type Session struct {
	TokenSHA256 string
	UserID      string
	CSRF        string
	CreatedAt   time.Time
	ExpiresAt   time.Time
}
