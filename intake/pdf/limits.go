package pdf

import (
	"errors"
	"fmt"

	"jianding/schemas"
)

// Limits bounds what one document may cost. Wall time and the memory of the
// whole process are bounded from outside (assessment.Pool), because WebAssembly
// and Go code that does not return can only be stopped with its process.
type Limits struct {
	Bytes       int64 // size of the file
	Pages       int   // pages of the document
	CharsPage   int   // characters on one page
	ObjectsPage int   // drawn objects looked at on one page
	Pixels      int   // width × height of one rendered image
	DecodeBytes int64 // one stream, inflated, as the structural gate reads it
	OpenPages   int   // pages kept parsed at a time
}

// DefaultLimits suits reports: the longest seen have a few hundred pages, and
// a page of Chinese text holds under two thousand characters.
func DefaultLimits() Limits {
	return Limits{
		Bytes:       100 << 20,
		Pages:       3000,
		CharsPage:   200_000,
		ObjectsPage: 50_000,
		Pixels:      40_000_000,
		DecodeBytes: 128 << 20,
		OpenPages:   12,
	}
}

// Refusal is the error of a document or page that cannot be used: Code is one
// of the document_ codes of schemas, Page is 0 for the whole document.
type Refusal struct {
	Code   schemas.ReasonCode
	Page   int
	Detail string // Chinese, may be empty
	Err    error  // the cause, for the log
}

func (r *Refusal) Error() string {
	s := string(r.Code)
	if r.Page > 0 {
		s = fmt.Sprintf("%s on page %d", s, r.Page)
	}
	if r.Detail != "" {
		s += ": " + r.Detail
	}
	if r.Err != nil {
		s += ": " + r.Err.Error()
	}
	return "pdf: " + s
}

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// Reason is the refusal as an assessment reports it.
func (r *Refusal) Reason() schemas.Reason {
	return schemas.NewReason(r.Code, r.Page, r.Detail)
}

// AsRefusal finds the Refusal in err's chain; any other error is one of the
// document being unreadable.
func AsRefusal(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return &Refusal{Code: schemas.DocumentUnreadable, Err: err}
}
