package page

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Where a seal stands over the end of a line, finding often ends the line
// before it: …危险性等级评定 for …危险性等级评定为B, on a grey scan above all, where
// no colour tells the seal from the print. What such a line goes on to say is
// the grade, so it is looked for beyond the line's end.

// announces are the words after which a grade must come, at the end of a line.
var announces = regexp.MustCompile(`(?:等级|级别)[评鉴判]?定?[为是]?[:：]?$|[评鉴判]定?为[:：]?$`)

// goesOn is a grade that such words go on to, and what may follow it.
var goesOn = regexp.MustCompile(`(?:等级|级别|[评鉴判]定?|定)(?:[评鉴判]?定)?[为是:：]?["“]?([A-D](?:su|ss|u)?|[ⅠⅡⅢⅣ一二三四]级)(级?)`)

const (
	readOnHeights = 5.0 // how far a line is read on, in its heights: 评定为Bsu级
	readOnSure    = 0.6 // of each character of the grade: rings and stars are guesses
)

// readOn reads a line that ends where its grade should stand beyond its end, up
// to the next line of its row. Only a grade that is surely there is taken; what
// is read behind it is the seal's.
func (w *work) readOn(b Box, read reading, boxes []Box) (reading, error) {
	said := text(read.chars)
	if !announces.MatchString(said) {
		return read, nil
	}
	end := min(float64(w.plain.W), b.X1+readOnHeights*b.h())
	for _, o := range boxes {
		beside := min(o.Y1, b.Y1)-max(o.Y0, b.Y0) > 0.5*min(o.h(), b.h())
		if beside && o.X0 > b.X1-0.5*b.h() && o.h() < 1.6*b.h() {
			end = min(end, o.X0)
		}
	}
	if end < b.X1+0.5*b.h() {
		return read, nil
	}
	best := read
	for _, by := range []float64{0, -0.14, 0.1} {
		crop := b.grow(0, by*b.h()).meet(Rect{0, 0, float64(w.plain.W), float64(w.plain.H)})
		crop.X1 = end
		rs, err := w.versions(b, crop)
		if err != nil {
			return read, err
		}
		for _, r := range rs {
			if cs := upToGrade(said, r.chars); cs != nil && (len(best.chars) == len(read.chars) || worth(cs) > worth(best.chars)) {
				best = reading{crop, cs}
			}
		}
	}
	return best, nil
}

// upToGrade returns the characters of a longer reading of a line up to the
// grade with which it goes on, or nil when it goes on with none.
func upToGrade(said string, cs []Char) []Char {
	longer := text(cs)
	all := goesOn.FindAllStringSubmatchIndex(longer, -1)
	if len(all) == 0 {
		return nil
	}
	m := all[len(all)-1]
	if utf8.RuneCountInString(longer[:m[2]]) < utf8.RuneCountInString(said)-1 {
		return nil // the line told that grade before
	}
	from, to := utf8.RuneCountInString(longer[:m[2]]), utf8.RuneCountInString(longer[:m[1]])
	for _, c := range cs[from:to] {
		if c.Confidence < readOnSure {
			return nil
		}
	}
	if rest := longer[m[1]:]; strings.HasPrefix(rest, "级") {
		to++
	}
	return cs[:to]
}
