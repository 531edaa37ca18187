package schemas

// PageText is the verdict on the text of one page. Anything but readable and
// empty may hide a conclusion and is never read as "no hazard".
type PageText string

const (
	PageReadable PageText = "readable"
	PageScanned  PageText = "scanned" // an image without text
	PageGarbled  PageText = "garbled" // text that is not language: wrong CMap, private use
	PageEmpty    PageText = "empty"   // neither text nor image
	PageMixed    PageText = "mixed"   // readable in part, or text laid over a picture of a page
	PageFailed   PageText = "failed"  // the engine could not extract it
)

// PageVerdict is what reading says of one page.
type PageVerdict struct {
	Page int      `json:"page"`
	Text PageText `json:"text"`
	// Critical is set when the page's text is not wholly readable and a
	// conclusion may stand there.
	Critical bool   `json:"critical,omitempty"`
	Detail   string `json:"detail,omitempty"`
}

// StatementKind is what a report says, in words, of the house as a whole.
type StatementKind string

const (
	StatementWhole   StatementKind = "whole"   // the whole structure or its safety as a whole is affected
	StatementGeo     StatementKind = "geo"     // a geological hazard affects the house as a whole
	StatementThreat  StatementKind = "threat"  // a danger to the house whose extent is not said
	StatementLocal   StatementKind = "local"   // the effect is local
	StatementNegated StatementKind = "negated" // the whole is not affected
)

// Statement is one such statement, about this house, now, by the agency.
type Statement struct {
	Kind     StatementKind `json:"kind"`
	Unit     string        `json:"unit,omitempty"`
	Section  string        `json:"section,omitempty"` // "conclusion", "inspection", …
	Rule     string        `json:"rule"`
	Evidence Evidence      `json:"evidence"`
}

// Speaks tells whether a grade of this scope speaks for the house.
func (s Scope) Speaks() bool { return s == ScopeUnit || s == ScopeHouse }
