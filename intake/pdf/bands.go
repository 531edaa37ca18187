package pdf

import (
	"cmp"
	"slices"
)

// What lies between doubtful characters is drawn for nothing: a title and the line
// below the seal are a page apart.
const (
	mostBands = 4
	mostLines = 64   // more are not put together
	bandGap   = 12.0 // points between two bands, at least
	// bandRounds: with more rounds than two the page is drawn often enough.
	bandRounds = 2
	// bandShare is the share of the whole that the bands may have.
	bandShare = 0.6
)

// bands are the level parts of a page that hold the doubtful characters, each of
// them in one: the parts on both sides of the widest gaps, or one part in all.
func bands(chars []Char, doubts []doubt, rounds int) [][4]float64 {
	boxes := make([][4]float64, len(doubts))
	for i, q := range doubts {
		boxes[i] = chars[q.char].Box
	}
	slices.SortFunc(boxes, func(a, b [4]float64) int { return cmp.Compare(a[1], b[1]) })
	lines := [][4]float64{boxes[0]}
	all := boxes[0]
	for _, b := range boxes[1:] {
		all = union(all, b)
		if last := &lines[len(lines)-1]; b[1]-last[3] < bandGap {
			*last = union(*last, b)
		} else {
			lines = append(lines, b)
		}
	}
	if rounds > bandRounds || len(lines) > mostLines {
		return [][4]float64{all}
	}
	for len(lines) > mostBands {
		least := 1
		for i := 2; i < len(lines); i++ {
			if lines[i][1]-lines[i-1][3] < lines[least][1]-lines[least-1][3] {
				least = i
			}
		}
		lines[least-1] = union(lines[least-1], lines[least])
		lines = slices.Delete(lines, least, least+1)
	}
	area := func(b [4]float64) float64 { return (b[2] - b[0]) * (b[3] - b[1]) }
	sum := 0.0
	for _, b := range lines {
		sum += area(b)
	}
	if sum > bandShare*area(all) {
		return [][4]float64{all}
	}
	return lines
}
