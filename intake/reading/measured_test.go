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
		"东南角檐口外移127mm,檐高9.40m。":                     true,
		"墙身顶端朝外探出11公分,量得高6.8米。":                     true,
		"西北角顶部内倾9mm,测点高8.70m。":                      false,
		"南墙顶部较底部向外走了九公分半,墙高六米八。":                    true,
		"四角里最歪的是西北角,歪了八十分之一。":                       true,
		"南墙顶部较底部向外偏七毫米,墙高六米八,约千分之一。":                false,
		"屋面坡度二十分之一,檐口顺直。":                           false,
		"底层中横墙能扛的只及该扛的六成五,别的墙都够。":                   true,
		"底层中横墙承载力比荷载效应高出一成二。":                       false,
		"一层B/3柱N=412kNφfA=268kN。":                   true,
		"一层B/3柱N=212kN,φfA=268kN。":                  false,
		"上月初读数12mm,月底再读成了19mm,这个月头上又到了27mm。":        true,
		"上月初读数12.1mm,月底12.1mm,本月中12.2mm。":           false,
		"一层横墙抗力与效应之比0.58~0.66。":                     true,
		"框架柱R/γ0S最小0.97,二层梁0.83。":                   true,
		"3轴底层横墙|实测厚120|φR/γ0S=0.58|评级du":            true,
		"底层墙体受压承载力与作用效应的比值为82%。":                    true,
		"各层墙体受压比值不小于1.01。":                          false,
		"墙体受压抗力与效应之比最小0.96,高厚比0.71,砂浆强度3.2MPa。":     false,
		"檩条抗力与效应之比0.87。":                            false,
		"抗力与效应之比小于0.85时评为du级。":                      false,
		"墙体S/R为0.63。":                               false,
		"抗力与荷载效应之比大于1.0,轴压比0.55。":                   false,
		"加固前该柱抗力与效应之比0.74,加固后1.12。":                 false,
		"预制板搁置长度仅15~30mm,各层皆然。":                     true,
		"预制板搁置长度实测100~115mm,符合构造要求。":                false,
	} {
		if got := beyondMild(s, false) != ""; got != want {
			t.Errorf("%s: %v (%q)", s, got, beyondMild(s, false))
		}
	}
}
