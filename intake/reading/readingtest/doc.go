// Package readingtest composes appraisal reports whose truth is known, and
// judges what a reader makes of them. It is the adversary of intake/reading:
// it knows the standards and the field (DOMAIN §1–3), never how reading works.
//
// A report is drawn from a grammar by a seed ([Draw]): true conclusions, decoys
// that look like conclusions, typography of the grade, layout, and the kind of
// page. [Compose] turns the drawn [Spec] into a [Document] of blocks and its
// [Truth]; [Document.Pages] sets it into pages of placed characters, which are a
// pdf.Source as they stand, or become a PDF by [WritePDF] or, where a browser
// is at hand, by way of [HTML].
//
// The wordings are data (data/*.yaml), each with the part that it plays. The
// laws that must hold for every reader are in laws.go; they are run by the
// package's tests, a few hundred reports in a normal run and thousands with
//
//	go test ./intake/reading/readingtest -run 'Law|Scores' -count=1 -v -reports 5000
//
// Start reading at Spec.
package readingtest
