package municipal

import "log/slog"

// Secret is text that must not be shown: it prints, logs and marshals as
// "[redacted]".
type Secret string

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[redacted]"
}

// GoString keeps %#v from showing it.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// LogValue keeps slog from showing it.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps encoders from showing it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads it.
func (s *Secret) UnmarshalText(b []byte) error { *s = Secret(b); return nil }

// Secrets are a platform's credentials. Which are needed depends on the
// profile's algorithms; New names those that are missing.
type Secrets struct {
	AppID  string
	Secret Secret // of HMAC requests
	// PrivateKeyPEM signs SM2 requests: PKCS#8 (PRIVATE KEY) or SEC 1.
	PrivateKeyPEM Secret
	// CallbackSecret is that of HMAC callbacks; default: Secret.
	CallbackSecret Secret
	// PlatformKeyPEM verifies SM2 callbacks: PKIX (PUBLIC KEY) or a
	// certificate.
	PlatformKeyPEM string
}
