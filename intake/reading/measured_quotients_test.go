package reading

import "testing"

// Two figures of a sentence, parts left out, and what is close to them.
func TestQuotientsAndPartsLeftOut(t *testing.T) {
	for _, c := range []struct {
		place, said string
		held        bool
	}{
		{"INSPECTION", "二层走道板跨中下挠42mm，板跨3.3m。", true},
		{"INSPECTION", "二层走道板跨中下挠6mm，板跨3.3m。", false},
		{"INSPECTION", "底层纵墙高厚比为41，允许高厚比24。", true},
		{"INSPECTION", "底层纵墙高厚比为16.2，小于允许值24。", false},
		{"INSPECTION", "水准测量表明西北角较东南角低260mm。", true},
		{"INSPECTION", "室外地坪西北角较东南角低260mm，有台阶相接。", false},
		{"OVERVIEW", "屋顶加建的轻钢房不在本次鉴定范围。", true},
		{"OVERVIEW", "后建的两间不在鉴定范围内。", true},
		{"OVERVIEW", "本次鉴定一层。", true},
		{"OVERVIEW", "装修遮挡的梁柱没有检查。", true},
		{"OVERVIEW", "本次鉴定一层至三层及屋面。", false},
	} {
		if b := blockers(Read(setText(attackedWith(c.place, c.said)), Options{}).Reasons); len(b) > 0 != c.held {
			t.Errorf("held %v: %s %v", len(b) > 0, c.said, b)
		}
	}
}
