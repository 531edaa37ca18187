package reading

import "testing"

// What a report tells of its own premises, counts and loads; and what only sounds so.
func TestPremisesThatDoNotHold(t *testing.T) {
	for place, lines := range map[string]map[string]bool{
		"CONCLUSION": {
			"本结论以后沟畅通为前提，而后沟已被填平，土抵在墙上。": true,
			"本结论以挡墙修复为前提，但至今没有修。":        true,
			"一层东端两间不计入评级，评定不含东端两间。":      true,
			"附楼上部承重结构Bu沿用主楼评级，附楼当天锁门。":   true,
			"节点Bu级系未揭吊顶而定。":              true,
			"评级表中墙、柱两栏数据由户主自填。":          true,
			"复核时发现所附图纸原来是另一栋楼的图纸。":       true,
			"柱表列柱二十四根，现场柱子比柱表少两根。":       true,
			"设计图上的柱间支撑现场找不到。":            true,
			"抗滑桩十二根，至今只打了四根。":            true,
			"安装管道时凿断了下排主筋。":              true,
			"抗震缝宽85mm，缝内无杂物，两侧各自受力。":     false,
			"现场柱子与柱表一致。":                 false,
			"楼板开孔切断个别钢筋，已评为bu级。":         false,
			"安装管道时未凿断主筋。":                false,
			"以不改变使用功能为前提，可继续使用。":         false,
		},
		"INSPECTION": {
			"行车额定起重10t，现起吊18t锻件，牛腿验算仍用10t。":      true,
			"行车额定起重10t，平时起吊6t钢卷，牛腿验算用10t。":       false,
			"二层货架实载经过磅为每平方米一吨一，计算书里输入的是三百五十公斤。":  true,
			"二层货架实载经过磅为每平方米三百公斤，计算书里输入的是三百五十公斤。": false,
			"二层书库实称每平方米6.2kN，设计取3.5kN。":          true,
			"二层书库实称每平方米2.6kN，设计取3.0kN。":          false,
			"应力未考虑库内已建成的二层货架，货架吊在梁下。":            true,
			"檩条位置是一根竹竿撑着屋面。":                     true,
			"门诊室屋架的厚薄没有量，因颜料刷得很新。":               true,
			"楼下以前是不是鱼塘，村里说法不一。":                  true,
			"梁端支墩上方那根梁断了。":                       true,
			"电锤孔区钢筋未断，灌浆填实。":                     false,
		},
	} {
		for l, held := range lines {
			b := blockers(Read(setText(wrapped(attackedWith(place, l))), Options{}).Reasons)
			if held && len(b) == 0 {
				t.Errorf("%s: %s: accepted", place, l)
			}
			if !held && len(b) > 0 {
				t.Errorf("%s: %s: held: %v", place, l, b)
			}
		}
	}
	for text, want := range map[string]float64{"一吨一": 1100, "三百五十公斤": 350, "二吨半": 2500} {
		m := re(`^(` + amount + `)(吨|公斤)([一半])?$`).FindStringSubmatch(text)
		if got := kilograms(m[1], m[2], m[3]); got != want {
			t.Errorf("%s: %v kg", text, got)
		}
	}
}
