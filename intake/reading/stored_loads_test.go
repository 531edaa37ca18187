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

// Piles upstairs weigh what they are.
func TestGoodsPiledUpstairs(t *testing.T) {
	for said, held := range map[string]bool{
		"二、三层各房间整箱瓷砖满铺，成托码放，码高1.4m，仅留一条0.9m宽通道。": true,
		"一层门面为瓷砖店，瓷砖沿墙码放，码高1.4m。":                false,
		"二层杂物间存放少量图书，堆高0.3m。":                    false,
		"中间支点为现场既有方钢管立柱。":                        true,
	} {
		if b := blockers(Read(setText(attackedWith("INSPECTION", said)), Options{}).Reasons); len(b) > 0 != held {
			t.Errorf("held %v: %s %v", len(b) > 0, said, b)
		}
	}
}
