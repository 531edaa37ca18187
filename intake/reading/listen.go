package reading

import (
	"slices"
	"strings"
	"unicode/utf8"

	"jianding/intake/reading/tone"
	"jianding/schemas"
)

// The rules know words. How a sentence sounds as a whole is asked of package tone,
// for two things: what sounds like the sentences over which nobody may accept a
// report goes to a human though no rule knows it; and a word that a rule cannot place
// holds nobody where the sentence sounds like those of every sound report.

// toneOf hears a sentence once.
func (r *reader) toneOf(s sentence) tone.Heard {
	h, ok := r.scores[s.text]
	if !ok {
		h = r.tone.Hear(s.text)
		r.scores[s.text] = h
	}
	return h
}

// listen asks for a human where a sentence sounds like those over which a report
// of a mild grade must not be accepted.
func (r *reader) listen(s sentence, h standing) {
	if !h.mild {
		return
	}
	if r.heard != nil {
		r.heard(s.text)
	}
	if r.tone.Alarms(r.toneOf(s)) {
		r.reason("unusual_statement", s.page, strings.Join(r.tone.Telling(s.text, tellingPieces), "、")+"："+clip(s.text, 60), s.whole())
	}
}

// tellingPieces is how many pieces of a sentence its reason names.
const tellingPieces = 3

// soundsOrdinary tells whether words that a list found and no phrase accounts for may
// be let be. What voids a report is told in stronger words than those that a
// conclusion is asked about; of the latter some bind the grade itself to a part, a
// time or a condition.
func (r *reader) soundsOrdinary(s sentence, code schemas.ReasonCode, words []string) bool {
	if utf8.RuneCountInString(s.text) < shortestOrdinary {
		return false
	}
	calm := r.tone.Calm
	switch {
	case r.sunk && code == "conclusion_not_understood" && describes.MatchString(s.text) && !lightens.MatchString(s.text):
		return true // nothing graver could come of it
	case r.sunk:
		calm += calmBesideGrave
	case code == "report_qualified", slices.ContainsFunc(words, binds.MatchString):
		calm -= stronger
	}
	t := r.toneOf(s)
	return t.Whole <= calm && t.Loudest <= calmClauses
}

// binds: 除三层外, 加建以前, 待验收, 不低于Bu级者可评为.
var binds = re(`除|以外|之外|[以之]前|截至|待|俟|若|如|倘|一旦|可评|应评|能评|者|方可|才|另[按行]|视为|另册|不含|不包括|范围|名义|[旧老]标准|收回|作废|改发|换发|有变|别`)

const (
	// calmClauses is how alarming two clauses of an ordinary sentence may sound alone.
	calmClauses     = 0.3
	calmBesideGrave = 0.5
	stronger        = 0.5
	// shortestOrdinary is how many characters a sentence needs for its tone to weigh
	// more than one of its words.
	shortestOrdinary = 12
)
