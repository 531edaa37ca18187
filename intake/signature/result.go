package signature

import (
	"time"

	"jianding/schemas"
)

// Result is the verdict on a document's signatures.
type Result struct {
	// Signature is what an assessment carries: status, signers with their
	// checks, changes, the covering agency, and the reasons.
	Signature schemas.Signature
	// Reasons are the problems and notes, gravest first; the first decides
	// the status when that is not valid.
	Reasons []schemas.Reason
	// Revisions are the ends (exclusive byte offsets) of the signed
	// revisions, ascending, each once. On a modified document every prefix
	// document[:end] is what somebody signed and must be read as well.
	Revisions []int
	// Covered is the end of the last sound content signature, 0 when there is
	// none; bytes from there on hold validation data at best.
	Covered int
	// AgencyID is the register's id of the agency whose signature covers the
	// document, empty when none does.
	AgencyID string
	// Persons are the registered people who signed soundly.
	Persons []Person
	// Policy names the policy applied, Trust hashes the data used.
	Policy string
	Trust  string
}

// Person is a registered individual who signed.
type Person struct {
	Name string
	Role string
}

// instant is when a signature provably existed.
type instant struct {
	at     time.Time
	source schemas.TimeSource
	known  bool // by a verified, trusted time-stamp
	// authority is what is known of the revocation of who stamped.
	authority revocation
}

// problem is a failed rule of one signature or of the document.
type problem struct {
	code   schemas.ReasonCode
	status schemas.SignatureStatus
	detail string
	page   int
}

// gravity orders statuses: integrity is judged before trust.
func gravity(s schemas.SignatureStatus) int {
	switch s {
	case schemas.SignatureModified:
		return 5
	case schemas.SignatureInvalid:
		return 4
	case schemas.SignatureUnverifiable:
		return 3
	case schemas.SignatureUntrusted:
		return 2
	case schemas.SignatureUnsigned:
		return 1
	}
	return 0
}
