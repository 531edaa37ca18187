package readingtest

import "testing"

// Whole reports that were accepted with a wrong or missing grade, each for a
// reason of its own: a row lost at the page's end, a unit named 两阶段, 后 or
// 根据, the rest of a cell on the next page, “一”级 in quotation marks, a
// reliability grade broken off its word, 主楼在目前使用条件下, a line of the
// conclusion that looks like a heading, a rule for all houses of class C taken
// for comfort, a list item that each page ended with taken for a footer, a line
// that begins with the verb, the characters of a watermark, the meaning of a
// grade torn from its table, a grade alone on its line, 食堂之安全性等级, 综合评判门诊楼,
// 评教学楼为, a scale within a sheet whose cells are torn.
func TestNoneOfTheseIsAcceptedWrongly(t *testing.T) {
	w := load(t)
	for _, seed := range []uint64{510205, 510245, 520022, 520079, 520446, 520518, 500364, 600041, 600096, 600100, 800209, 900599, 1001401, 1002238, 1003147, 1003618,
		2000281, 2000435, 2001125,
		2000083, 2000626, 3100076, 3100462, 3300553, 3200058, 3620533, 3720245, 3720283, 3810368, 5020074, 9400428, 9800169,
		84100228, 84100874, 85502957, 87101238, 89102657} {
		r := w.Build(w.Draw(seed))
		v, err := real(r.Pages)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range Judge(r.Truth, v) {
			if d.Fault == WrongAcceptance || d.Fault == HazardMissed {
				t.Errorf("seed %d: %s %v", seed, d, codes(v.Reasons))
			}
		}
	}
}

// Sound reports that went to a human for what the layout did: the caption of a
// table in the column of the one above it, which lost its head and its units, the
// first row of a unit at the end of a page, a row whose upper lines begin one.
func TestNoneOfTheseIsHeld(t *testing.T) {
	w := load(t)
	for _, seed := range []uint64{8700234, 8700268, 8700551, 9100485, 9100355, 9200089} {
		r := w.Build(w.Draw(seed))
		v, err := real(r.Pages)
		if err != nil {
			t.Fatal(err)
		}
		if string(v.Outcome) != r.Truth.Expected.Outcome {
			t.Errorf("seed %d: %s %v", seed, v.Outcome, codes(v.Reasons))
		}
	}
}

// The same of reports drawn wider: half a unit's name on the next page, 第一单元, a unit whose
// parts stand in lines of their own, the last row of a scale alone on a page, the end of 加固后 at the top of a page,
// a standard's number and the su of a grade cut by the end of one.
func TestNoneOfTheWiderIsAcceptedWrongly(t *testing.T) {
	w := load(t)
	for _, seed := range []uint64{3500087, 3500257, 9000427, 9000472, 86501166, 96502691, 92500559} {
		r := w.Build(w.Widen(w.Draw(seed)))
		v, err := real(r.Pages)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range Judge(r.Truth, v) {
			if d.Fault == WrongAcceptance || d.Fault == HazardMissed {
				t.Errorf("seed %d: %s %v", seed, d, codes(v.Reasons))
			}
		}
	}
}

// Laws that single reports broke: a second report number torn before its dash or beside a
// label of two lines, a grade behind a heading torn in its word, a conclusion whose row holds
// only a picture, the end of a narrow column taken for a watermark, 可排除C级 alone on its line, a
// text that ends at the top of the second column.
func TestNoneOfTheseBreaksItsLaw(t *testing.T) {
	w := load(t)
	broke := map[string][]uint64{
		"a contradiction ends acceptance": {13452, 13567, 90489, 91152, 512798},
		"unreadable is not harmless":      {13011, 13046},
		"decoys change nothing":           {13244, 13435},
		"breaking loses no hazard":        {90775},
	}
	for _, l := range Laws() {
		for _, seed := range broke[l.Name] {
			breaches, _ := l.Check(w, real, seed)
			for _, b := range breaches {
				t.Errorf("%s: seed %d: %s", l.Name, seed, b.Detail)
			}
		}
		delete(broke, l.Name)
	}
	if len(broke) > 0 {
		t.Errorf("no such laws: %v", broke)
	}
}
