package readingtest

import (
	"time"

	"jianding/intake/pdf"
	"jianding/intake/reading"
	"jianding/intake/reading/tone"
	"jianding/intake/triage"
	"jianding/schemas"
)

// real is the reader and the rules under test, as a report whose signature is
// valid meets them.
func real(src pdf.Source) (Verdict, error) {
	res := reading.Read(src, reading.Options{Tone: toneModel, Heard: heardBy})
	d := triage.Decide(triage.Input{
		Signature: schemas.Signature{Status: schemas.SignatureValid},
		Reading: triage.Reading{
			Findings: res.Findings, Fields: res.Fields, Recommendations: res.Recommendations,
			Statements: res.Statements, Pages: res.Pages, Reasons: res.Reasons,
		},
		At: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	return Verdict{
		Outcome: d.Outcome, Reasons: d.Reasons, Findings: res.Findings, Advice: res.Recommendations,
		Hazard: d.Hazard, Fields: res.Fields,
	}, nil
}

// toneModel and heardBy are for tests of the tone: another model than the one that
// ships, and who is told the sentences it is asked about.
var (
	toneModel *tone.Model
	heardBy   func(string)
)
