package reading

import (
	"math"
	"testing"
)

// Boxes counted on a floor weigh what they weigh.
func TestGoodsOnAFloor(t *testing.T) {
	tab := tableSet(t, "表3.1 楼面堆放情况记录", [][]string{
		{"区域", "堆放范围（m）", "箱数", "单箱重（kg）", "码放高度（m）"},
		{"2层①~②/A~B", "3.3×4.2", "390", "42.5", "1.30"},
		{"3层②~③/A~B", "3.3×4.2", "64", "31.0", "1.60"},
	}, 60, 170, 270, 350, 450)
	var got []float64
	for _, l := range tab.lines {
		if load, _ := tab.storedOn(l.cy()); load > 0 {
			got = append(got, math.Round(load*10)/10)
		}
	}
	if len(got) != 2 || got[0] != 11.7 || got[1] != 1.4 {
		t.Errorf("loads %v kN/m², want 11.7 and 1.4", got)
	}
}
