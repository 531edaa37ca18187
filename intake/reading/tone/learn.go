package tone

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"slices"
)

// Sentence is one to learn from.
type Sentence struct {
	Section string // where it stands; not learned from
	Text    string
	Bad     bool // nobody may accept a report that has it
}

const (
	// rarest is in how many sentences a piece must stand to be learned from.
	rarest = 2
	// kept is how many pieces a model has at most.
	kept = 160_000
	// cost of a sentence on the wrong side, before the kinds are balanced.
	cost = 3.0
	// passes over the sentences at most, and the violation at which they end.
	passes   = 400
	violated = 0.01
)

// Digest names a set of sentences, in their order.
func Digest(of []Sentence) string {
	h := sha256.New()
	for _, s := range of {
		h.Write([]byte{map[bool]byte{true: '-', false: '+'}[s.Bad]})
		h.Write([]byte(s.Text))
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Learn trains a model. Sentences that are one in plain text count once; one that is
// told both ways counts as ordinary: what tells them apart are figures, and the rules
// look at these.
func Learn(from []Sentence) *Model {
	bad := make(map[string]bool)
	var texts []string
	for _, s := range from {
		p := Plain(s.Text)
		if b, ok := bad[p]; !ok {
			bad[p] = s.Bad
			texts = append(texts, p)
		} else {
			bad[p] = b && s.Bad
		}
	}
	in := make(map[string]int)
	for _, t := range texts {
		for _, p := range piecesOf(t) {
			in[p]++
		}
	}
	var names []string
	for p, n := range in {
		if n >= rarest {
			names = append(names, p)
		}
	}
	slices.Sort(names)
	rarity := func(p string) float64 {
		r := math.Log(float64(1+len(texts))/float64(1+in[p])) + 1
		if spaced(p) {
			r *= spacedTells
		}
		return r
	}
	// Learned twice: from all pieces, and again from those that told most.
	weights, _ := learnFrom(texts, bad, names, rarity)
	if len(names) > kept {
		tells := func(p string) float64 { return math.Abs(weights[p]) * rarity(p) }
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(tells(b), tells(a)) })
		names = names[:kept]
		slices.Sort(names)
	}
	weights, bias := learnFrom(texts, bad, names, rarity)
	m := &Model{number: make(map[string]int32, len(names)), bias: bias, Alarm: alarm, Calm: calm, Source: Digest(from)}
	for _, p := range names {
		m.add(p, piece{rarity(p), weights[p]})
	}
	return m
}

// learnFrom separates the texts by the named pieces.
func learnFrom(texts []string, bad map[string]bool, names []string, rarity func(string) float64) (weights map[string]float64, bias float64) {
	number := make(map[string]int32, len(names))
	rare := make([]float64, len(names))
	for i, p := range names {
		number[p] = int32(i)
		rare[i] = rarity(p)
	}
	rows := make([]row, 0, len(texts))
	for _, t := range texts {
		if r := rowOf(t, bad[t], number, rare); len(r.pieces) > 0 {
			rows = append(rows, r)
		}
	}
	ws, bias := separate(rows, len(names))
	weights = make(map[string]float64, len(names))
	for i, p := range names {
		weights[p] = ws[i]
	}
	return weights, bias
}

// row is a sentence as a vector of length one.
type row struct {
	pieces []int32
	values []float64
	side   float64 // 1: bad
}

func rowOf(plain string, bad bool, number map[string]int32, rarity []float64) row {
	r := row{side: -1}
	if bad {
		r.side = 1
	}
	length := 0.0
	for _, p := range piecesOf(plain) {
		if n, ok := number[p]; ok {
			r.pieces = append(r.pieces, n)
		}
	}
	slices.Sort(r.pieces)
	for _, n := range r.pieces {
		r.values = append(r.values, rarity[n])
		length += rarity[n] * rarity[n]
	}
	for i := range r.values {
		r.values[i] /= math.Sqrt(length)
	}
	return r
}

// separate solves the dual of the squared hinge loss with a bias (algorithm 1 of
// the paper, without shrinking). The order of the rows is drawn anew each pass from
// a fixed seed, so that the same sentences give the same model.
func separate(rows []row, pieces int) (weights []float64, bias float64) {
	count := map[float64]int{}
	for _, r := range rows {
		count[r.side]++
	}
	weights = make([]float64, pieces)
	alpha := make([]float64, len(rows))
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range passes {
		worst := 0.0
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			r := rows[i]
			slack := float64(count[r.side]) / (cost * float64(len(rows))) // 1/2C, C in proportion to how rare the kind is
			at := bias
			for k, n := range r.pieces {
				at += weights[n] * r.values[k]
			}
			gradient := r.side*at - 1 + slack*alpha[i]
			projected := gradient
			if alpha[i] == 0 {
				projected = min(gradient, 0)
			}
			worst = max(worst, math.Abs(projected))
			if projected == 0 {
				continue
			}
			before := alpha[i]
			alpha[i] = max(0, before-gradient/(2+slack)) // |x|² is 1, the bias adds 1
			step := (alpha[i] - before) * r.side
			for k, n := range r.pieces {
				weights[n] += step * r.values[k]
			}
			bias += step
		}
		if worst < violated {
			break
		}
	}
	return weights, bias
}
