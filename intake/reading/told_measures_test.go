package reading

import "testing"

// What is left out, or stands below, is no part of what bears the house.
func TestFinishLeftOutIsNoPart(t *testing.T) {
	for place, lines := range map[string]map[string]bool{
		"INSPECTION": {
			"机房防静电地板下面没看到，改看下层顶板，没有裂纹或渗漏。": false,
			"我们只到一层，上面没看。":                 true,
			"楼上各家没有查看。":                    true,
		},
		"CONCLUSION": {
			"外露圈梁一段抹灰缺失不计入评级。": false,
			"外露圈梁一段开裂不计入评级。":   true,
			"抹灰脱落及圈梁断裂不计入评级。":  true,
		},
	} {
		for l, held := range lines {
			if got := has(Read(setText(attackedWith(place, l)), Options{}).Reasons, "partial_appraisal"); got != held {
				t.Errorf("%s: partial %t", l, got)
			}
		}
	}
}

// Works first and another appraisal then take nothing from this one.
func TestAppraisedAgainAfterTheWorks(t *testing.T) {
	for l, held := range map[string]bool{
		"按上述方案加固并验收合格后，预计该楼安全性可达Asu级；届时可申请复核鉴定，以复核报告为准。": false,
		"加固验收后，晾台可另行出具复核意见，本报告其余内容继续有效。":                 false,
		"加固验收后，可另行出具复核意见，本报告其余内容无效。":                     true,
		"待补充勘察完成后，可申请复核鉴定，以复核报告为准。":                      true,
		"地基基础的安全性须待勘察后另行评定，届时整体评级以补充鉴定为准。":               true,
		"本结论为初步结论；届时可申请复核鉴定，以复核报告为准。":                    true,
		"以上等级不依赖于某一个模型的假定。":                              false,
		"以上等级以基础完好为假定。":                                  true,
		"以上等级只反映结构方面，租住人数及消防应按消防部门的规定另行掌握。":              false,
		"以上等级只反映一层。": true,
	} {
		b := blockers(Read(setText(attackedWith("CONCLUSION", l)), Options{}).Reasons)
		if held && len(b) == 0 {
			t.Errorf("%s: accepted", l)
		}
		if !held && len(b) > 0 {
			t.Errorf("%s: held: %v", l, b)
		}
	}
}

// What is pulled down, emptied or put out of use is a thing, and not the house.
func TestThingsArePutOutOfUse(t *testing.T) {
	for l, held := range map[string]bool{
		"2、防盗网松动的应拆除。": false, "2、停用的水箱可择机拆走，腾出空间不要另存重物。": false, "2、夜间不宜留火种，巡查应记本。": false,
		"2、未更换前请先停用那三台外机。": false, "2、打浆间柱根涂渗透硅烷，停用防腐水洗。": false, "2、吊车若停用三个月以上，重新启用前由特种设备机构检查。": false,
		"2、阁楼不得住人，只作储物。": false, "2、警戒线待施工完成后撤除。": false, "2、用不着停业。": false, "2、楼梯口安装夜间照明。": false,
		"2、该房屋应拆除。": true, "2、防盗网及后墙应拆除。": true, "2、无加固价值的，应拆除。": true, "2、二层梁板应先停用。": true, "2、装有空调的房屋立即停用。": true,
		"2、一层腾空。": true, "2、腾出房屋。": true, "2、夜间不要住人。": true, "2、夜间客人改到别处，不宜留人。": true, "2、房屋不得住人。": true,
		"2、停用该楼设备及房屋。": true, "2、夜间灯下不要留人。": true, "2、雨棚支撑的墙体应拆除。": true, "2、阁楼及以下各层不得住人。": true,
		"2、警戒线内住户撤离。": true, "2、立即停业。": true,
	} {
		b := blockers(Read(setText(attackedWith("ADVICE", l)), Options{}).Reasons)
		if held && len(b) == 0 {
			t.Errorf("%s: accepted", l)
		}
		if !held && len(b) > 0 {
			t.Errorf("%s: held: %v", l, b)
		}
	}
}
