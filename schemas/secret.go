package schemas

// Secret is a value that must not reach a log, a page or a dump: it prints,
// formats and marshals redacted. Reveal gives the value itself.
type Secret string

const redacted = "[redacted]"

// Reveal returns the secret value, at the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

// String implements fmt.Stringer, redacted.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString implements fmt.GoStringer, redacted (%#v).
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText implements encoding.TextMarshaler, redacted; JSON and YAML use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = Secret(b)
	return nil
}
