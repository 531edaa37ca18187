package schemas

import "fmt"

// ReasonCode is a stable code of the closed list that [ReasonCodes] returns.
type ReasonCode string

// Weight says what a reason does to an outcome, before policy.
type Weight string

const (
	WeightReject Weight = "reject" // the agency must fix it before anyone can use the report
	WeightReview Weight = "review" // a human must decide
	WeightNote   Weight = "note"   // said, but decides nothing by itself (lint)
)

// ReasonInfo describes one code: its Chinese sentence for the agency (a
// fmt format; particulars follow), its weight, and the source of the rule.
type ReasonInfo struct {
	Code    ReasonCode
	Message string
	Weight  Weight
	Source  string
}

// ReasonCodes returns the closed list, room by room. Each room keeps its part
// in a file of its own: reasons_document.go, reasons_signature.go,
// reasons_reading.go, reasons_triage.go.
func ReasonCodes() map[ReasonCode]ReasonInfo {
	all := make(map[ReasonCode]ReasonInfo)
	for _, part := range [][]ReasonInfo{documentReasons(), signatureReasons(), readingReasons(), triageReasons(), serviceReasons()} {
		for _, r := range part {
			if _, dup := all[r.Code]; dup {
				panic(fmt.Sprintf("schemas: reason code %q is defined twice", r.Code))
			}
			all[r.Code] = r
		}
	}
	return all
}

var reasonCodes = ReasonCodes()

// NewReason makes a reason with the code's own sentence, completed by detail
// when there is any. A code outside the list is kept, with the detail alone:
// losing a reason would be worse than an unlisted code, and a test finds it.
func NewReason(code ReasonCode, page int, detail string) Reason {
	msg := reasonCodes[code].Message
	switch {
	case msg == "":
		msg = detail
	case detail != "":
		msg += "：" + detail
	}
	return Reason{Code: code, Message: msg, Page: page}
}

// Info returns the description of a code, and whether it is in the list.
func (c ReasonCode) Info() (ReasonInfo, bool) {
	i, ok := reasonCodes[c]
	return i, ok
}
