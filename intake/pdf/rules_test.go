package pdf_test

import (
	"fmt"
	"testing"
)

// TestRules: the lines of a table are found however they are drawn.
func TestRules(t *testing.T) {
	e := newEngine(t)
	for name, content := range map[string]string{
		"a line":                 "0.5 w 100 600 m 100 700 l S",
		"a thin rectangle":       "99.75 600 0.5 100 re f",
		"the side of a frame":    "0.5 w 100 600 200 100 re S",
		"one stroke of a grid":   "0.5 w 100 600 m 100 700 l 200 600 m 200 700 l 100 600 m 200 600 l S",
		"under a transformation": "q 10 0 0 10 0 0 cm 0.05 w 10 60 m 10 70 l S Q",
		"grid, transformed":      "q 10 0 0 10 0 0 cm 0.05 w 10 60 m 10 70 l 20 60 m 20 70 l 10 60 m 20 60 l S Q",
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, e, simple(content+" "+hello, "", ""))
			rules, err := d.Rules(1)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rules {
				if r[0] > 99 && r[2] < 101 && r[1] < 601 && r[3] > 699 {
					return
				}
			}
			t.Errorf("no line at 100 in %v", rules)
		})
	}
	d := open(t, e, simple("1 1 1 rg 99.75 600 0.5 100 re f "+hello+fmt.Sprintf(" %d 600 m 300 700 l S", 100), "", ""))
	if rules, err := d.Rules(1); err != nil || len(rules) > 0 {
		t.Errorf("white and slanted lines part nothing: %v %v", rules, err)
	}
}

// TestSlants: what slants is told from frames and from the lines of tables.
func TestSlants(t *testing.T) {
	e := newEngine(t)
	for name, c := range map[string]struct {
		content string
		want    int
	}{
		"a slanted line":                     {"1 w 100 600 m 300 620 l S", 1},
		"a cross":                            {"1 w 100 600 m 300 620 l S 100 620 m 300 600 l S", 2},
		"a wave":                             {"1 w 100 600 m 103 604 106 604 109 600 c S", 2},
		"transformed":                        {"q 10 0 0 10 0 0 cm 0.05 w 10 60 m 30 62 l S Q", 1},
		"a frame":                            {"1 w 100 600 200 100 re S", 0},
		"the ring of a seal":                 {"1 w 100 600 m 130 601 l 150 620 l 160 640 l 150 660 l 130 680 l 110 660 l 100 600 l S", 0},
		"a level line":                       {"1 w 100 600 m 300 600 l S", 0},
		"one that is not drawn by two moves": {"1 w 100 600 m 300 620 m 300 640 l S", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := open(t, e, simple(c.content+" "+hello, "", "")).Slants(1)
			if err != nil || len(got) != c.want {
				t.Errorf("%v %v, want %d", got, err, c.want)
			}
		})
	}
}
