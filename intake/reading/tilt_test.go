package reading

import "testing"

// A tilt is told as a share or by its two lengths; limits and walls that are
// no house's are none.
func TestTiltsThatNoMildGradeHas(t *testing.T) {
	for s, want := range map[string]bool{
		"檐口高9.60m,测得顶点相对墙脚向南水平位移412mm。": true,
		"房屋最大倾斜率18.5‰。":                 true,
		"房屋高度为6.2米,外倾12厘米。":             true,
		"整体倾斜率达1.6%,方向朝南。":              true,
		"房屋最大倾斜率1.8‰。":                  false,
		"角点侧移8mm,层高3.0m。":               false,
		"倾斜率为2.1‰,小于规范限值10‰。":           false,
		"倾斜允许值为15‰。":                    false,
		"院墙高2.4m,外倾60mm。":               false,
		"檐口高9.6m,水平位移最大11mm,远小于标准限值。":   false,
	} {
		if got := leans(s) != ""; got != want {
			t.Errorf("%s: %v (%q)", s, got, leans(s))
		}
	}
}
