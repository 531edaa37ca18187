package reading

import "testing"

// A tilt is told as a share or by its two lengths; limits and walls that are
// no house's are none. Rates of settlement, strengths and bearings alike.
func TestFiguresThatNoMildGradeHas(t *testing.T) {
	for s, want := range map[string]bool{
		"檐口高9.60m,测得顶点相对墙脚向南水平位移412mm。":             true,
		"房屋最大倾斜率18.5‰。":                             true,
		"房屋高度为6.2米,外倾12厘米。":                         true,
		"整体倾斜率达1.6%,方向朝南。":                          true,
		"房屋最大倾斜率1.8‰。":                              false,
		"角点侧移8mm,层高3.0m。":                           false,
		"倾斜率为2.1‰,小于规范限值10‰。":                       false,
		"倾斜允许值为15‰。":                                false,
		"院墙高2.4m,外倾60mm。":                           false,
		"檐口高9.6m,水平位移最大11mm,远小于标准限值。":               false,
		"沉降观测:12号点三个月累计沉降86mm,速率每天约1mm。":            true,
		"近两个月沉降速率为4.5mm/月。":                         true,
		"近三个月沉降速率0.4mm/月,小于标准限值,倾斜率2.1‰。":           false,
		"沉降观测6个点,最近三个月沉降量均不足1mm,已趋稳定。":              false,
		"混凝土芯样抗压强度换算值为6.8MPa、7.2MPa、5.9MPa,原设计C25。": true,
		"回弹法测得混凝土强度推定值为8.5MPa。":                     true,
		"混凝土强度推定值最低30.4MPa,钢筋抽检合格。":                 false,
		"混凝土强度推定值21.3MPa,砂浆强度推定值4.1MPa。":            false,
		"混凝土轴心抗拉强度取为1.27MPa。":                       false,
		"预制板搁置长度仅15~30mm,各层皆然。":                     true,
		"预制板搁置长度实测100~115mm,符合构造要求。":                false,
	} {
		if got := beyondMild(s) != ""; got != want {
			t.Errorf("%s: %v (%q)", s, got, beyondMild(s))
		}
	}
}
