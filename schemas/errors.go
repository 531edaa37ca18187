package schemas

import (
	"errors"
	"fmt"
)

// Kind is what an error decides. Kinds are few; each edge (HTTP status, task
// outcome, exit code) translates them once, by table. A foreign error is
// KindInternal.
type Kind string

const (
	KindInvalid     Kind = "invalid"
	KindUntrusted   Kind = "untrusted"
	KindConflict    Kind = "conflict"
	KindNotFound    Kind = "not_found"
	KindDenied      Kind = "denied"
	KindUnavailable Kind = "unavailable"
	KindInternal    Kind = "internal"
)

// Error is an error of a kind, with a stable code and a Chinese message for
// whoever sees it. Problems holds all problems of one input together.
type Error struct {
	Kind     Kind
	Code     string
	Message  string
	Problems []Problem
	Err      error
}

// Problem is one problem of an input: the field (JSON pointer or name), a
// stable code and a Chinese message.
type Problem struct {
	Field   string `json:"field,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *Error) Error() string {
	s := string(e.Kind) + ": " + e.Code
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// E makes an error of a kind.
func E(kind Kind, code, message string, cause error) *Error {
	return &Error{Kind: kind, Code: code, Message: message, Err: cause}
}

// Errorf makes an error of a kind with a formatted message.
func Errorf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// KindOf returns the kind of the outermost *Error in err's chain, and
// KindInternal for a foreign error. It returns "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}
