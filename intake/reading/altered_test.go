package reading

import "testing"

// The house that was graded is not the one that stands there; and what only sounds so.
func TestAltered(t *testing.T) {
	for text, want := range map[string]bool{
		"检测后至本报告编制期间,委托单位在三层屋面上加建了一层轻型砌块房屋作仓储用,本报告的房屋描述和验算仍按三层计。": true,
		"现场检测完成后,业主自行将一层②轴横墙拆除了约3m。":                              true,
		"外业结束以后,该户又在屋面搭建了彩钢棚。":                                    true,
		"各层墙体按2000年施工图输入(一层⑤轴横墙现已改为通长门洞,模型中仍按原图以240厚实体墙计入)。":      true,
		"二层⑥轴承重墙已拆除,计算模型未作调整。":                                    true,
		"底层两根柱早已截断,承载力验算仍以完整柱考虑。":                                 true,
		"检测后应及时恢复抹灰。":                                             false,
		"现场检测后,对凿开部位进行了回填和修补。":                                    false,
		"一层隔墙已拆除,验算仍按现状布置考虑。":                                     false,
		"2016年将三层隔墙拆除,拆除的为填充墙,结构计算不受影响。":                          false,
		"本次鉴定后,如需改造应另行委托。":                                        false,
		"一层已改为商铺,活荷载仍按规范取3.5kN/m2。":                               false,
	} {
		if got := altered(text, ""); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
