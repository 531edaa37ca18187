// Package tone tells how much a sentence of a report sounds like those over which
// nobody may accept a report, and how much like those that every sound one holds.
//
// The rules of package reading know words, figures and forms. Someone who writes
// in other words passes them: "为了把两间铺面打通，那道二四墙已经敲光". What is common to
// thousands of such sentences is learned here, as the weights of their pieces of one
// to four characters, and of pairs of characters with others between, in a linear
// classifier: a support vector machine with squared loss, trained by dual coordinate
// descent (Hsieh et al., A dual coordinate descent method for large-scale linear SVM,
// ICML 2008), over pieces weighted by their rarity (inverse document frequency) and
// normalised to length one.
//
// It is a second opinion. It can send a report to a human; and where the rules
// found nothing but a word that they cannot place, it can say that the sentence
// is an ordinary one. It gives no grade and takes none back.
package tone

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Model holds the weights. The zero Model finds every sentence as far from one
// kind as from the other.
type Model struct {
	number map[string]int32 // of the known pieces
	pieces []piece
	bias   float64
	// Alarm is the score from which on a sentence sounds like one over which nobody
	// may accept a report, Calm that up to which it sounds ordinary.
	Alarm, Calm float64
	// Source is the digest of the sentences that the model was learned from.
	Source string
}

type piece struct {
	rarity float64 // ln((1+n)/(1+df))+1, df of n sentences having the piece
	weight float64
}

func (m *Model) add(name string, p piece) {
	m.number[name] = int32(len(m.pieces))
	m.pieces = append(m.pieces, p)
}

func (p piece) says() float64 { return p.rarity * p.weight }

// The two thresholds lie where sentences by writers of whom nothing was learned are
// told apart best, see TestTone of package readingtest.
const (
	alarm = 0.65
	calm  = -0.1
)

// Score is positive for a sentence that sounds like those over which nobody may
// accept a report, negative for an ordinary one; what was learned well is beyond
// 1 and -1. A sentence that is short, or of which no piece is known, scores 0: nothing
// can be told.
func (m *Model) Score(sentence string) float64 { return m.score(Plain(sentence)) }

func (m *Model) score(plain string) float64 {
	if spokenLength(plain) < shortest {
		return 0
	}
	known, length := m.known(plain)
	if length == 0 {
		return 0
	}
	score := m.bias
	for _, n := range known {
		score += m.pieces[n].says() / length
	}
	return score
}

// Heard is how a sentence sounds: its score, and the highest of two clauses of it that
// follow each other. A sentence of ten clauses may have one that takes the ground from
// the grade. Of a sentence of two clauses or one both are the same.
type Heard struct{ Whole, Loudest float64 }

// Hear scores a sentence and its clauses.
func (m *Model) Hear(sentence string) Heard {
	plain := Plain(sentence)
	h := Heard{Whole: m.score(plain)}
	h.Loudest = h.Whole
	ends := []int{0}
	for i, r := range plain {
		if strings.ContainsRune(",;:。", r) {
			ends = append(ends, i+utf8.RuneLen(r))
		}
	}
	if ends[len(ends)-1] < len(plain) {
		ends = append(ends, len(plain))
	}
	if len(ends) > 3 {
		for i := range len(ends) - 2 {
			h.Loudest = max(h.Loudest, m.score(plain[ends[i]:ends[i+2]]))
		}
	}
	return h
}

// clausesMore is by how much more two clauses alone must sound alarming than a
// sentence.
const clausesMore = 0.1

// Alarms tells whether a sentence sounds like those over which nobody may accept a
// report.
func (m *Model) Alarms(h Heard) bool {
	return h.Whole >= m.Alarm || h.Loudest >= m.Alarm+clausesMore
}

// Telling returns the pieces of a sentence that speak most against it, those first
// that say most; of pieces that lie in one another the one that says more.
func (m *Model) Telling(sentence string, n int) []string {
	all := piecesOf(Plain(sentence))
	says := func(p string) float64 {
		n, ok := m.number[p]
		if !ok || spaced(p) {
			return 0
		}
		return m.pieces[n].says()
	}
	all = slices.DeleteFunc(all, func(p string) bool { return says(p) <= 0 })
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(says(b), says(a)) })
	var out []string
	for _, p := range all {
		if len(out) == n {
			break
		}
		if !slices.ContainsFunc(out, func(o string) bool { return strings.Contains(o, p) || strings.Contains(p, o) }) {
			out = append(out, p)
		}
	}
	return out
}

// shortest is how many characters a sentence needs to have a tone.
const shortest = 7

// spokenLength is how many characters a plain text has but for its verdicts, and beside
// one but for its marks too: of 综合评定,该房屋安全性等级为Bsu级,尚不显著影响整体承载 no more is left
// than 综合评定, which tells nothing.
func spokenLength(plain string) int {
	n := utf8.RuneCountInString(plain)
	verdicts := strings.Count(plain, verdictMark)
	if verdicts == 0 {
		return n
	}
	for _, mark := range ",;:。、()" {
		n -= strings.Count(plain, string(mark))
	}
	return n - verdicts
}

// known returns the numbers of the known pieces of a plain text and the length of
// their vector.
func (m *Model) known(plain string) ([]int32, float64) {
	var known []int32
	each(plain, func(p []byte) {
		if n, ok := m.number[string(p)]; ok {
			known = append(known, n)
		}
	})
	slices.Sort(known)
	known = slices.Compact(known)
	length := 0.0
	for _, n := range known {
		length += m.pieces[n].rarity * m.pieces[n].rarity
	}
	return known, math.Sqrt(length)
}

const (
	// longestPiece, in characters.
	longestPiece = 4
	// A spaced pair is of two characters up to this far from each other: 未…查 is as
	// much in 未逐户查 as in 未能查.
	farthest = 8
	// spacedTells is how much a spaced pair counts beside a piece as rare.
	spacedTells = 0.8
	space       = ' ' // Plain has none
)

// each tells the pieces of a plain text and its spaced pairs, as often as they stand
// in it. None reaches over a verdict. What it tells is good until the next.
func each(plain string, do func([]byte)) {
	for part := range strings.SplitSeq(plain, verdictMark) {
		eachOf([]byte(part), do)
	}
}

func eachOf(plain []byte, do func([]byte)) {
	at := make([]int, 0, len(plain)/2)
	for i := 0; i < len(plain); {
		_, n := utf8.DecodeRune(plain[i:])
		at = append(at, i)
		i += n
	}
	at = append(at, len(plain))
	var pair []byte
	for i := range len(at) - 1 {
		for j := i + 1; j < len(at) && j <= i+longestPiece; j++ {
			do(plain[at[i]:at[j]])
		}
		for j := i + 2; j < len(at)-1 && j <= i+farthest; j++ {
			pair = append(append(append(pair[:0], plain[at[i]:at[i+1]]...), space), plain[at[j]:at[j+1]]...)
			do(pair)
		}
	}
}

// spaced tells whether a piece is a spaced pair.
func spaced(piece string) bool { return strings.IndexByte(piece, space) > 0 }

// piecesOf returns the pieces of a plain text, each once, in order.
func piecesOf(plain string) []string {
	var out []string
	each(plain, func(p []byte) { out = append(out, string(p)) })
	slices.Sort(out)
	return slices.Compact(out)
}

// Plain is a sentence without what its tone does not lie in: blanks, the value of
// its numbers, dates, the verdict itself.
func Plain(sentence string) string {
	s := norm.NFKC.String(sentence)
	rs := make([]rune, 0, len(s)/2)
	for _, r := range withoutVerdict(strings.Join(strings.Fields(s), "")) {
		switch {
		case '0' <= r && r <= '9' || r == '.' && len(rs) > 0 && rs[len(rs)-1] == '0':
			if len(rs) == 0 || rs[len(rs)-1] != '0' {
				rs = append(rs, '0')
			}
		default:
			rs = append(rs, r)
		}
	}
	return dates(counts(rs))
}

const (
	numerals = "〇零○一二三四五六七八九十百千两"
	counters = "年月日层间户处根条道栋幢楼名人个米毫厘块片榀件次轴号"
)

// counts writes numerals before a counter as 0: 三层 and 3层 are one.
func counts(rs []rune) []rune {
	out := rs[:0:0]
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && strings.ContainsRune(numerals, rs[j]) {
			j++
		}
		if j > i && j < len(rs) && strings.ContainsRune(counters, rs[j]) {
			out = append(out, '0')
			i = j
			continue
		}
		out = append(out, rs[i])
		i++
	}
	return out
}

// dates writes 0年0月0日 as one character.
func dates(rs []rune) string {
	s := string(rs)
	for _, d := range []string{"0年0月0日", "0年0月", "0月0日", "0-0-0", "0年"} {
		s = strings.ReplaceAll(s, d, "日")
	}
	return s
}

// Shipped is the model that was learned from the sentences of the tests.
var Shipped = sync.OnceValue(func() *Model {
	m, err := read(shipped)
	if err != nil {
		panic("tone: the model that ships cannot be read: " + err.Error())
	}
	return m
})
