package page

import (
	"bufio"
	"fmt"
	"io"
)

// Dictionary holds the characters of a recognition model by class; class 0 is
// the blank of CTC.
type Dictionary []rune

// ReadDictionary reads one character a line. The models of PP-OCR have two
// classes more than their list has lines: the blank before, the space after.
func ReadDictionary(r io.Reader) (Dictionary, error) {
	d := Dictionary{0}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		rs := []rune(lines.Text())
		if len(rs) == 0 {
			rs = []rune{' '}
		}
		d = append(d, rs[0])
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(d) < 100 {
		return nil, fmt.Errorf("dictionary of %d characters", len(d)-1)
	}
	return append(d, ' '), nil
}

// Char is one recognised character: where it stands on the line, from 0 to 1,
// and how sure the model is, from 0 to 1.
type Char struct {
	R          rune
	At         float64
	Confidence float64
}

// Decode reads the output of a recognition model, steps rows of
// len(dictionary) probabilities, greedily: the best class of each step,
// repetitions and blanks dropped.
func (d Dictionary) Decode(probs []float32, steps int) []Char {
	n := len(d)
	var out []Char
	last := 0
	for t := range steps {
		row := probs[t*n : (t+1)*n]
		best := 0
		for i, p := range row {
			if p > row[best] {
				best = i
			}
		}
		p := float64(row[best])
		switch {
		case best == 0:
		case best == last:
			if c := &out[len(out)-1]; p > c.Confidence {
				c.Confidence = p
			}
		default:
			out = append(out, Char{R: d[best], At: (float64(t) + 0.5) / float64(steps), Confidence: p})
		}
		last = best
	}
	return out
}

// confidence of a line is the mean of its characters'.
func confidence(cs []Char) float64 {
	if len(cs) == 0 {
		return 0
	}
	sum := 0.0
	for _, c := range cs {
		sum += c.Confidence
	}
	return sum / float64(len(cs))
}

func text(cs []Char) string {
	rs := make([]rune, len(cs))
	for i, c := range cs {
		rs[i] = c.R
	}
	return string(rs)
}
