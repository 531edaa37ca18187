package pdf

import (
	"testing"

	"pgregory.net/rapid"
)

// TestBands: each doubtful character lies in one band, as it is looked for there.
func TestBands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var chars []Char
		var doubts []doubt
		for i := range rapid.IntRange(1, 200).Draw(t, "n") {
			x, y := rapid.Float64Range(-20, 600).Draw(t, "x"), rapid.Float64Range(-20, 5000).Draw(t, "y")
			chars = append(chars, Char{Box: [4]float64{x, y, x + 10, y + rapid.Float64Range(0, 60).Draw(t, "h")}})
			doubts = append(doubts, doubt{char: i})
		}
		rounds := rapid.IntRange(1, inkRounds).Draw(t, "rounds")
		list := bands(chars, doubts, rounds)
		if len(list) > mostBands || rounds > bandRounds && len(list) > 1 {
			t.Fatalf("%d bands", len(list))
		}
		for _, c := range chars {
			n := 0
			for _, b := range list {
				if b[0] <= c.Box[0] && b[1] <= c.Box[1] && c.Box[2] <= b[2] && c.Box[3] <= b[3] {
					n++
				}
			}
			if n != 1 {
				t.Fatalf("%v lies in %d bands of %v", c.Box, n, list)
			}
		}
	})
}

func TestBandsOfTitleAndSeal(t *testing.T) {
	chars := []Char{{Box: [4]float64{100, 700, 110, 710}}, {Box: [4]float64{110, 700, 120, 710}}, {Box: [4]float64{400, 100, 410, 110}}}
	doubts := []doubt{{char: 0}, {char: 1}, {char: 2}}
	if list := bands(chars, doubts, 1); len(list) != 2 {
		t.Errorf("%v", list)
	}
	if list := bands(chars, doubts, 3); len(list) != 1 {
		t.Errorf("drawn often: %v", list)
	}
}
