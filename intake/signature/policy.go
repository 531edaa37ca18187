package signature

// Policy holds what a district may decide differently. Nothing in it can make
// a changed or broken document valid. The zero value is not useful; start from
// [DefaultPolicy].
type Policy struct {
	// Name is printed with verdicts: "default/1".
	Name string
	// Weak algorithms are sound mathematics with doubtful strength. Those not
	// allowed make a signature untrusted, never invalid.
	AllowSHA1   bool
	AllowSHA224 bool
	// MinRSABits is the least modulus: 2048.
	MinRSABits int
	// AllowLegacy accepts adbe.pkcs7.sha1 and adbe.x509.rsa_sha1.
	AllowLegacy bool
	// AllowSM2WithoutID accepts SM2 signatures made without the default
	// identity 1234567812345678 (GM/T 0009-2012, 10).
	AllowSM2WithoutID bool
	// RequireRevocation makes missing or stale revocation data untrusted
	// instead of a review reason.
	RequireRevocation bool
	// AcceptUnknownRevocation makes missing or stale revocation data a note: it
	// is said, and alone sends nobody's report to a human. For districts whose
	// certificate authorities publish no lists and that strike agencies off
	// the register instead. RequireRevocation wins.
	AcceptUnknownRevocation bool
	// RequirePerson asks for at least one registered person's signature
	// besides the agency's.
	RequirePerson bool
	// AllowRestricted takes documents with old encryption whose permissions
	// forbid signing, see [revision.File.Forbids], instead of sending them to
	// a human.
	AllowRestricted bool
	// MaxSignatures bounds one document.
	MaxSignatures int
}

// DefaultPolicy is what the service runs with.
func DefaultPolicy() Policy {
	return Policy{Name: "signature/1", MinRSABits: 2048, MaxSignatures: 64}
}
